/*
 * The parser's entry, and what all of its files use: tokens, lists, errors.
 *
 * Runs in: worker, on a tenant's source text.
 * Never:   recurses without counting (PARSE_DEPTH_MAX); parses a token twice
 *          but for a bounded look ahead.
 */
#include "config.h"

#include "worker/lang/eval_scope.h"
#include "worker/lang/parse.h"

#include "base/util.h"
#include "worker/lang/parse_priv.h"
#include "worker/lang/parse_ts.h"
#include "worker/lang/resolve.h"

static void parse_program(struct parser *p);
static void parse_function_source(struct parser *p);
static void program_context(struct parser *p);
static void declare_commonjs(struct parser *p);

void
parse_unit(struct lang_unit *unit)
{
	struct parser parser = {.u = unit}, *p = &parser;

	p->ts = unit->options.typescript;
	p->jsx = unit->options.jsx;
	p->slots_mask = 255;
	p->slots =
	    arena_zalloc(&unit->arena, p->slots_mask + 1, sizeof *p->slots);
	lex_init(&p->lx, unit);
	parse_program(p);
	if (unit->options.kind == LANG_MODULE)
		parse_module_end(p);
	unit_jsx_configure(unit);
	resolve_unit(unit);
	if (p->ts)
		unit_erase_types(unit);
}

static void
parse_program(struct parser *p)
{
	struct lang_unit *u = p->u;
	struct list body = {0, 0};
	uint32_t root, scope;

	root = new_node_at(p, AST_PROGRAM, 0);
	u->ast.root = root;
	u->top_func = func_open(p, root, FUNC_PROGRAM);
	N(p, root)->d = u->top_func;
	program_context(p);
	p->ctx.func = u->top_func;
	scope = scope_open(p, SCOPE_PROGRAM);
	p->ctx.var_scope = scope;
	u->top_scope = scope;
	func_get(u, u->top_func)->scope = scope;
	if (u->options.kind == LANG_FUNCTION) {
		parse_function_source(p);
		func_get(u, u->top_func)->simple_params = true;
		return;
	}
	if (u->options.kind == LANG_COMMONJS)
		declare_commonjs(p);
	parse_directives(p, &body, u->top_func);
	while (!at(p, TOK_EOF))
		list_add(p, &body, parse_statement_item(p));
	N(p, root)->a = body.first;
	N(p, root)->end = u->len;
	declare_annex_b(p, 0);
	private_close(p, 0, 0);
	func_get(u, u->top_func)->is_strict = p->ctx.strict;
	func_get(u, u->top_func)->simple_params = true;
	u->has_tla = func_get(u, u->top_func)->has_await;
}

/*
 * new Function(): exactly one function expression, whose parameters end where
 * the caller put the parenthesis, and whose body ends with the text.
 */
static void
parse_function_source(struct parser *p)
{
	struct lang_unit *u = p->u;
	uint32_t stmt, f, fn;

	stmt = new_node(p, AST_EXPR_STMT);
	f = parse_primary(p, NULL);
	fn = N(p, f)->d;
	if (N(p, f)->kind != AST_FUNC || !at(p, TOK_EOF))
		fail_token(p);
	if (func_get(u, fn)->params_end != u->options.function_params_end + 1)
		unit_fail(u, func_get(u, fn)->params_end, 0,
		    "Arg string terminates parameters early");
	if (N(p, f)->end != u->len)
		unit_fail(u, N(p, f)->end, 0, "Unexpected token '}'");
	N(p, stmt)->a = f;
	finish(p, stmt);
	N(p, u->ast.root)->a = stmt;
	N(p, u->ast.root)->end = u->len;
	private_close(p, 0, 0);
}

/* What the top level of each kind of source allows. */
static void
program_context(struct parser *p)
{
	const struct lang_options *o = &p->u->options;
	struct parse_context *c = &p->ctx;

	c->strict = o->strict || o->kind == LANG_MODULE;
	c->await_is_op = o->kind == LANG_MODULE;
	c->return_ok = o->kind == LANG_COMMONJS;
	c->new_target_ok = o->kind == LANG_COMMONJS;
	if (o->kind == LANG_EVAL) {
		const char *s = o->eval_scope;

		c->strict |= eval_scope_find(s, EVAL_STRICT, NULL, NULL);
		c->new_target_ok =
		    eval_scope_find(s, EVAL_NEW_TARGET, NULL, NULL);
		c->super_prop_ok = eval_scope_find(s, EVAL_SUPER, NULL, NULL);
		c->arguments_bad = eval_scope_find(s, EVAL_FIELD, NULL, NULL);
	}
}

static void
declare_commonjs(struct parser *p)
{
	static const uint32_t names[] = {ATOM_exports, ATOM_require,
	    ATOM_module, ATOM_filename, ATOM_dirname};
	size_t i;

	for (i = 0; i < NELEMS(names); i++)
		declare_in(p, p->ctx.scope, SYM_PARAM, names[i], 0);
}

void
fail_token(struct parser *p)
{
	const struct token *t = &p->lx.tok;
	struct lang_str s = {p->u->src + t->pos, t->end - t->pos};
	int len = (int)MIN(s.len, 80);

	switch (t->type) {
	case TOK_EOF:
		unit_fail(p->u, t->pos, t->end, "Unexpected end of input");
	case TOK_NUMBER:
	case TOK_BIGINT:
		unit_fail(p->u, t->pos, t->end, "Unexpected number");
	case TOK_STRING:
		unit_fail(p->u, t->pos, t->end, "Unexpected string");
	case TOK_TEMPLATE:
		unit_fail(p->u, t->pos, t->end, "Unexpected template string");
	case TOK_NAME:
		if (is_reserved(t->atom) && (t->flags & TF_ESCAPE) != 0)
			unit_fail(p->u, t->pos, t->end,
			    "Keyword must not contain escaped characters");
		if (is_reserved(t->atom))
			break;
		if (p->ctx.strict && t->atom > ATOM_with &&
		    t->atom <= ATOM_yield)
			unit_fail(p->u, t->pos, t->end,
			    "Unexpected strict mode reserved word");
		__attribute__((fallthrough));
	case TOK_PRIVATE:
		unit_fail(p->u, t->pos, t->end, "Unexpected identifier '%.*s'",
		    len, s.s);
	default:
		break;
	}
	unit_fail(p->u, t->pos, t->end, "Unexpected token '%.*s'", len, s.s);
}

void
fail_at(struct parser *p, uint32_t node, const char *message)
{
	unit_fail(p->u, N(p, node)->pos, N(p, node)->end, "%s", message);
}

void
enter(struct parser *p)
{
	if (++p->depth > PARSE_DEPTH_MAX)
		unit_fail_limit(p->u, tok_pos(p), "program is nested too deep");
}

void
expect(struct parser *p, enum token_type type)
{
	if (!at(p, type))
		fail_token(p);
	next(p);
}

bool
accept_token(struct parser *p, enum token_type type)
{
	if (!at(p, type))
		return false;
	next(p);
	return true;
}

void
expect_word(struct parser *p, uint32_t atom)
{
	if (!at_word(p, atom))
		fail_token(p);
	next(p);
}

bool
accept_word(struct parser *p, uint32_t atom)
{
	if (!at_word(p, atom))
		return false;
	next(p);
	return true;
}

bool
can_end_statement(const struct parser *p)
{
	return at(p, TOK_SEMICOLON) || at(p, TOK_RBRACE) || at(p, TOK_EOF) ||
	       at_newline(p);
}

void
semicolon(struct parser *p)
{
	/* lowering writes the semicolon that the source leaves out */
	if (!accept_token(p, TOK_SEMICOLON) && !can_end_statement(p))
		fail_token(p);
}

struct token
peek(struct parser *p)
{
	struct lexer saved = p->lx;
	struct token t;

	next(p);
	t = p->lx.tok;
	p->lx = saved;
	return t;
}

uint32_t
new_node(struct parser *p, enum ast_kind kind)
{
	return ast_new(&p->u->ast, kind, p->lx.tok.pos);
}

uint32_t
new_node_at(struct parser *p, enum ast_kind kind, uint32_t pos)
{
	return ast_new(&p->u->ast, kind, pos);
}

uint32_t
finish(struct parser *p, uint32_t node)
{
	N(p, node)->end = p->lx.prev_end;
	return node;
}

void
list_add(struct parser *p, struct list *list, uint32_t node)
{
	if (list->first == 0)
		list->first = node;
	else
		N(p, list->last)->next = node;
	list->last = node;
}

struct lang_str
atom_text(const struct parser *p, uint32_t atom)
{
	return unit_atom_str(p->u, atom);
}
