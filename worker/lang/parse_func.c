/*
 * Functions: parameters, bodies, directives, arrows.
 *
 * Runs in: worker, on a tenant's source text.
 */
#include "config.h"

#include <string.h>

#include "worker/lang/parse_priv.h"
#include "worker/lang/parse_ts.h"
#include "worker/lang/parse_type.h"

#define USE_STRICT "use strict"

/* What a function's beginning changes and its end restores. */
struct func_saved {
	struct parse_context ctx;
	uint8_t no_in;
	uint32_t last_await_pos, last_yield_pos, last_await_name;
	uint32_t annex_b;
};

static void func_save(struct parser *p, struct func_saved *s);
static void func_restore(struct parser *p, const struct func_saved *s);
static void parse_params(struct parser *p, uint32_t node, uint32_t fn);
static void check_params(struct parser *p, uint32_t node, uint32_t fn);
static void check_accessor(struct parser *p, uint32_t node, uint32_t fn);
static void parse_func_body(struct parser *p, uint32_t node, uint32_t fn,
    bool param_closure);
static void func_close(struct parser *p, uint32_t fn);

uint32_t
parse_function(struct parser *p, const struct func_shape *shape)
{
	uint32_t node = new_node_at(p, AST_FUNC, shape->pos), fn, mark;
	struct func_saved saved;
	struct func *f;

	enter(p);
	fn = func_open(p, node, shape->kind);
	f = func_get(p->u, fn);
	f->is_async = shape->is_async;
	f->is_generator = shape->is_generator;
	f->is_static = shape->is_static;
	f->name_scope = shape->name_scope;
	N(p, node)->op = (uint8_t)shape->kind;
	N(p, node)->a = shape->name;
	N(p, node)->d = fn;
	func_save(p, &saved);
	p->no_in = 0;
	p->ctx.func = fn;
	p->ctx.jumps = NULL;
	p->ctx.await_is_op = shape->is_async;
	p->ctx.await_is_bad = false;
	p->ctx.yield_is_op = shape->is_generator;
	p->ctx.return_ok = true;
	p->ctx.new_target_ok = true;
	p->ctx.super_prop_ok = shape->kind != FUNC_NORMAL;
	p->ctx.super_call_ok = shape->kind == FUNC_DERIVED_CTOR;
	p->ctx.arguments_bad = false;
	f->scope = scope_open(p, SCOPE_FUNCTION);
	p->ctx.var_scope = f->scope;
	mark = closure_mark(p);
	parse_params(p, node, fn);
	parse_func_body(p, node, fn, mark != closure_mark(p));
	finish(p, node);
	check_accessor(p, node, fn);
	func_restore(p, &saved);
	leave(p);
	return node;
}

/* `function` or `async function`, the current token being the first word. */
uint32_t
parse_function_expr(struct parser *p)
{
	struct func_shape shape = {.kind = FUNC_NORMAL, .pos = tok_pos(p)};
	struct parse_context saved;
	uint32_t node;

	if (accept_word(p, ATOM_async))
		shape.is_async = true;
	next(p);
	shape.is_generator = accept_token(p, TOK_STAR);
	saved = p->ctx;
	if (at(p, TOK_NAME)) {
		shape.name_scope = scope_open(p, SCOPE_FN_NAME);
		/* Its own kind of function decides what await, yield mean. */
		p->ctx.await_is_op = shape.is_async;
		p->ctx.await_is_bad = false;
		p->ctx.yield_is_op = shape.is_generator;
		shape.name = parse_binding_ident(p, SYM_FN_NAME);
		p->ctx.await_is_op = saved.await_is_op;
	}
	node = parse_function(p, &shape);
	p->ctx = saved;
	func_get(p->u, N(p, node)->d)->is_expression = true;
	return node;
}

uint32_t
parse_function_decl(struct parser *p, uint32_t flags)
{
	struct func_shape shape = {.kind = FUNC_NORMAL, .pos = tok_pos(p)};
	uint32_t node, name = 0;
	bool plain;

	if (accept_word(p, ATOM_async))
		shape.is_async = true;
	next(p);
	if (at(p, TOK_STAR)) {
		if ((flags & FD_SINGLE) != 0)
			unit_fail(p->u, tok_pos(p), p->lx.tok.end,
			    "Generators can only be declared at the top level "
			    "or inside a block.");
		shape.is_generator = true;
		next(p);
	}
	if ((flags & FD_DEFAULT) == 0 || !at(p, TOK_LPAREN)) {
		if (at(p, TOK_LPAREN))
			unit_fail(p->u, tok_pos(p), p->lx.tok.end,
			    "Function statements require a function name");
		if (!at(p, TOK_NAME))
			fail_token(p);
		check_binding_name(p, p->lx.tok.atom, p->lx.tok.flags,
		    tok_pos(p), p->lx.tok.end);
		name = new_node(p, AST_BINDING);
		N(p, name)->a = p->lx.tok.atom;
		if ((p->lx.tok.flags & TF_ESCAPE) != 0)
			N(p, name)->flags |= AF_ESCAPED_NAME;
		next(p);
		finish(p, name);
	}
	plain = !shape.is_async && !shape.is_generator;
	if (name != 0)
		declare_function(p, name, 0, plain);
	shape.name = name;
	node = parse_function(p, &shape);
	N(p, node)->flags |= AF_DECL;
	if (N(p, node)->c == 0) { /* an overload */
		ts_erase_statement(p, shape.pos, p->lx.prev_end);
		return finish(p, new_node_at(p, AST_EMPTY, shape.pos));
	}
	if (name != 0)
		symbol_get(p->u, N(p, name)->b)->func_node = node;
	return node;
}

/* The current token is "=>"; HEAD says what was before it. */
uint32_t
parse_arrow(struct parser *p, const struct arrow_head *head)
{
	uint32_t node = new_node_at(p, AST_FUNC, head->pos), fn, body;
	struct func_saved saved;
	struct func *f;
	uint8_t no_in = p->no_in;
	bool closure = head->func_mark != closure_mark(p);

	if (at_newline(p))
		fail_token(p);
	if (p->last_await_pos > head->pos)
		unit_fail(p->u, p->last_await_pos - 1, p->last_await_pos + 4,
		    "Illegal await-expression in formal parameters of async "
		    "function");
	if (p->last_yield_pos > head->pos)
		unit_fail(p->u, p->last_yield_pos - 1, p->last_yield_pos + 4,
		    "Yield expression not allowed in formal parameter");
	if (head->is_async && p->last_await_name > head->pos)
		unit_fail(p->u, p->last_await_name - 1, p->last_await_name + 4,
		    "Illegal await-expression in formal parameters of async "
		    "function");
	enter(p);
	fn = func_open(p, node, FUNC_ARROW);
	f = func_get(p->u, fn);
	f->is_async = head->is_async;
	f->is_expression = true;
	f->params_pos = head->params_pos;
	f->params_end = p->lx.prev_end;
	f->arrow_pos = tok_pos(p);
	N(p, node)->op = FUNC_ARROW;
	N(p, node)->d = fn;
	if (head->trailing_comma)
		N(p, node)->flags |= AF_TRAILING_COMMA;
	func_save(p, &saved);
	p->ctx.func = fn;
	p->ctx.jumps = NULL;
	p->ctx.await_is_op = head->is_async;
	p->ctx.yield_is_op = false;
	f->scope = scope_open(p, SCOPE_FUNCTION);
	p->ctx.var_scope = f->scope;
	to_arrow_params(p, head->params, fn, head->trailing_comma);
	N(p, node)->b = head->params;
	p->ctx.await_is_bad = false;
	next(p);
	if (at(p, TOK_LBRACE)) {
		p->no_in = 0;
		p->ctx.return_ok = true;
		parse_func_body(p, node, fn, closure);
	} else {
		check_params(p, node, fn);
		f->body_pos = tok_pos(p);
		f->has_param_closure = closure;
		f->is_strict = p->ctx.strict;
		p->no_in = no_in;
		body = parse_assign(p);
		N(p, node)->c = body;
		N(p, node)->flags |= AF_EXPR_BODY;
		func_close(p, fn);
	}
	finish(p, node);
	func_restore(p, &saved);
	leave(p);
	return node;
}

/*
 * Statements that are only a string, while they stand first. "use strict"
 * makes FUNC strict from here on.
 */
void
parse_directives(struct parser *p, struct list *list, uint32_t func)
{
	uint32_t stmt, expr, octal = 0, octal_end = 0, pos, len;
	struct func *f = func_get(p->u, func);
	uint16_t flags;

	while (at(p, TOK_STRING)) {
		flags = p->lx.tok.flags;
		pos = tok_pos(p);
		len = p->lx.tok.end - pos;
		if ((flags & (TF_OCTAL | TF_LEADING_ZERO)) != 0 && octal == 0) {
			octal = pos + 1;
			octal_end = pos + len;
		}
		stmt = parse_statement_item(p);
		list_add(p, list, stmt);
		expr = N(p, stmt)->a;
		if (N(p, stmt)->kind != AST_EXPR_STMT ||
		    N(p, expr)->kind != AST_STRING)
			return;
		N(p, stmt)->flags |= AF_DIRECTIVE;
		if ((flags & TF_ESCAPE) != 0 || len != sizeof USE_STRICT + 1 ||
		    memcmp(p->u->src + pos + 1, USE_STRICT,
			sizeof USE_STRICT - 1) != 0)
			continue;
		if (f->kind != FUNC_PROGRAM && !f->simple_params)
			fail_at(p, expr,
			    "Illegal 'use strict' directive in function with "
			    "non-simple parameter list");
		f->has_use_strict = true;
		p->ctx.strict = true;
		if (octal != 0)
			unit_fail(p->u, octal - 1, octal_end,
			    "Octal escape sequences are not allowed in strict "
			    "mode.");
	}
}

uint32_t
parse_hidden_begin(struct parser *p, uint32_t node, enum ast_func kind,
    struct parse_context *saved_out)
{
	uint32_t fn = func_open(p, node, kind);
	struct func *f = func_get(p->u, fn);

	*saved_out = p->ctx;
	f->simple_params = true;
	f->is_strict = p->ctx.strict;
	f->body_pos = tok_pos(p);
	p->ctx.func = fn;
	p->ctx.jumps = NULL;
	p->ctx.await_is_op = false;
	p->ctx.await_is_bad = kind == FUNC_STATIC_BLOCK;
	p->ctx.yield_is_op = false;
	p->ctx.return_ok = false;
	p->ctx.new_target_ok = true;
	p->ctx.super_prop_ok = true;
	p->ctx.super_call_ok = false;
	p->ctx.arguments_bad = kind != FUNC_NAMESPACE;
	p->ctx.in_params = false;
	f->scope = scope_open(p, kind == FUNC_STATIC_BLOCK ? SCOPE_STATIC_BLOCK
				 : kind == FUNC_NAMESPACE  ? SCOPE_NAMESPACE
							   : SCOPE_FIELD);
	p->ctx.var_scope = f->scope;
	return fn;
}

void
parse_hidden_end(struct parser *p, const struct parse_context *saved)
{
	scope_get(p->u, p->ctx.scope)->end = p->lx.prev_end;
	p->ctx = *saved;
}

static void
func_save(struct parser *p, struct func_saved *s)
{
	s->ctx = p->ctx;
	s->no_in = p->no_in;
	s->last_await_pos = p->last_await_pos;
	s->last_yield_pos = p->last_yield_pos;
	s->last_await_name = p->last_await_name;
	s->annex_b = p->nannex_b;
	p->ctx.in_params = false;
}

static void
func_restore(struct parser *p, const struct func_saved *s)
{
	scope_get(p->u, p->ctx.var_scope)->end = p->lx.prev_end;
	declare_annex_b(p, s->annex_b);
	p->ctx = s->ctx;
	p->no_in = s->no_in;
	p->last_await_pos = s->last_await_pos;
	p->last_yield_pos = s->last_yield_pos;
	p->last_await_name = s->last_await_name;
}

static void
parse_params(struct parser *p, uint32_t node, uint32_t fn)
{
	struct func *f = func_get(p->u, fn);
	struct list list = {0, 0};
	bool counting = true;
	uint32_t elem;

	if (p->ts)
		parse_ts_type_params(p);
	f->params_pos = tok_pos(p);
	f->simple_params = true;
	expect(p, TOK_LPAREN);
	p->ctx.in_params = true;
	while (!at(p, TOK_RPAREN)) {
		elem = parse_param(p, f);
		if (elem != 0) {
			list_add(p, &list, elem);
			f->nparams++;
			if (N(p, elem)->kind != AST_BINDING)
				f->simple_params = false;
			if (N(p, elem)->kind == AST_REST ||
			    N(p, elem)->kind == AST_DEFAULT)
				counting = false;
			f->length += counting;
			if (N(p, elem)->kind == AST_REST && !at(p, TOK_RPAREN))
				fail_at(p, elem,
				    "Rest parameter must be last formal "
				    "parameter");
		}
		if (at(p, TOK_RPAREN))
			break;
		if (!at(p, TOK_COMMA)) {
			if (at(p, TOK_EOF))
				fail_token(p);
			unit_fail(p->u, tok_pos(p), p->lx.tok.end,
			    "missing ) after formal parameters");
		}
		next(p);
		if (at(p, TOK_RPAREN))
			N(p, node)->flags |= AF_TRAILING_COMMA;
	}
	next(p);
	p->ctx.in_params = false;
	f->has_param_expr = !f->simple_params;
	f->params_end = p->lx.prev_end;
	N(p, node)->b = list.first;
	if (p->ts)
		parse_ts_result(p);
}

uint32_t
parse_param(struct parser *p, struct func *f)
{
	uint32_t elem, target;

	if (p->ts)
		return parse_ts_param(p, f);
	if (!at(p, TOK_ELLIPSIS))
		return parse_binding_element(p, SYM_PARAM);
	elem = new_node(p, AST_REST);
	next(p);
	target = parse_binding(p, SYM_PARAM);
	N(p, elem)->a = target;
	f->has_rest = true;
	if (at(p, TOK_ASSIGN))
		unit_fail(p->u, tok_pos(p), p->lx.tok.end,
		    "Rest parameter may not have a default initializer");
	return finish(p, elem);
}

/* Duplicates, and names that a strict function may not have. */
static void
check_params(struct parser *p, uint32_t node, uint32_t fn)
{
	const struct func *f = func_get(p->u, fn);
	bool unique =
	    p->ctx.strict || !f->simple_params || f->kind != FUNC_NORMAL;
	const struct symbol *s;
	uint32_t i, last;

	if (unique) {
		for (i = scope_get(p->u, f->scope)->first; i != 0;
		     i = s->next) {
			s = symbol_get(p->u, i);
			if (s->kind != SYM_PARAM ||
			    (s->flags & SYMF_DUPLICATE) == 0)
				continue;
			last = scope_lookup(p, f->scope, s->atom);
			fail_at(p, symbol_get(p->u, last)->decl,
			    "Duplicate parameter name not allowed in this "
			    "context");
		}
	}
	if (!f->has_use_strict)
		return;
	for (i = N(p, node)->b; i != 0; i = N(p, i)->next)
		if (N(p, i)->kind == AST_BINDING)
			check_strict_binding(p, i);
}

/* The block of a function; PARAM_CLOSURE: its parameters hold functions. */
static void
parse_func_body(struct parser *p, uint32_t node, uint32_t fn,
    bool param_closure)
{
	struct func *f = func_get(p->u, fn);
	struct list list = {0, 0};
	uint32_t body, name = N(p, node)->a;

	f->has_param_closure = param_closure;
	if (f->has_param_closure) {
		f->body_scope = scope_open(p, SCOPE_BODY);
		p->ctx.var_scope = f->body_scope;
	}
	if (!at(p, TOK_LBRACE)) {
		if (p->ts && parse_ts_no_body(p)) {
			func_close(p, fn);
			return;
		}
		fail_token(p);
	}
	f->body_pos = tok_pos(p);
	body = new_node(p, AST_FUNC_BODY);
	next(p);
	parse_directives(p, &list, fn);
	f->is_strict = p->ctx.strict;
	if (f->has_use_strict && name != 0)
		check_strict_binding(p, name);
	check_params(p, node, fn);
	while (!at(p, TOK_RBRACE)) {
		if (at(p, TOK_EOF))
			fail_token(p);
		list_add(p, &list, parse_statement_item(p));
	}
	N(p, body)->a = list.first;
	N(p, node)->c = body;
	/* A slash behind an expression's brace divides: either is SLASH. */
	next(p);
	finish(p, body);
	func_close(p, fn);
}

static void
func_close(struct parser *p, uint32_t fn)
{
	struct func *f = func_get(p->u, fn);

	scope_get(p->u, f->scope)->strict = f->is_strict;
	if (f->body_scope != 0)
		scope_get(p->u, f->body_scope)->strict = f->is_strict;
}

static void
check_accessor(struct parser *p, uint32_t node, uint32_t fn)
{
	const struct func *f = func_get(p->u, fn);
	const char *message = NULL;

	if (f->kind == FUNC_GETTER && f->nparams != 0)
		message = "Getter must not have any formal parameters.";
	else if (f->kind == FUNC_SETTER && f->nparams != 1)
		message = "Setter must have exactly one formal parameter.";
	else if (f->kind == FUNC_SETTER && f->has_rest)
		message = "Setter function argument must not be a rest "
			  "parameter";
	(void)node;
	if (message != NULL)
		unit_fail(p->u, f->params_pos, f->params_end, "%s", message);
}
