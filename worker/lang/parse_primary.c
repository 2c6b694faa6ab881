/*
 * Primary expressions: names, literals, templates, parentheses, import() and
 * the two words that only mean something in functions: await and yield.
 *
 * Runs in: worker, on a tenant's source text.
 */
#include "config.h"

#include "base/util.h"
#include "worker/lang/parse_object.h"
#include "worker/lang/parse_priv.h"
#include "worker/lang/parse_ts.h"
#include "worker/lang/regexp_check.h"

#define AWAIT_OUTSIDE                                                          \
	"await is only valid in async functions and the top level bodies of "  \
	"modules"

static uint32_t parse_word(struct parser *p, struct cover *cover);
static uint32_t parse_number(struct parser *p);
static uint32_t parse_regexp(struct parser *p);
static uint32_t parse_paren(struct parser *p);
static uint32_t parse_async(struct parser *p);
static uint32_t parse_super(struct parser *p);
static uint32_t parse_import_expr(struct parser *p);
static uint32_t parse_single_arrow(struct parser *p, uint32_t pos,
    bool is_async);

uint32_t
parse_primary(struct parser *p, struct cover *cover)
{
	uint32_t node;

	switch (p->lx.tok.type) {
	case TOK_NAME:
		return parse_word(p, cover);
	case TOK_NUMBER:
	case TOK_BIGINT:
		return parse_number(p);
	case TOK_STRING:
		return parse_string(p, false);
	case TOK_TEMPLATE:
		return parse_template(p, false);
	case TOK_LPAREN:
		return parse_paren(p);
	case TOK_LBRACKET:
		return parse_array(p, cover);
	case TOK_LBRACE:
		return parse_object(p, cover);
	case TOK_SLASH:
	case TOK_DIV_SET:
		return parse_regexp(p);
	case TOK_AT:
		node = parse_decorators(p);
		if (!at_word(p, ATOM_class))
			fail_token(p);
		return parse_class(p, 0, node);
	case TOK_LT:
		if (p->jsx || p->ts)
			return parse_jsx_or_generic(p);
		__attribute__((fallthrough));
	default:
		fail_token(p);
	}
}

static uint32_t
parse_keyword(struct parser *p, enum ast_kind kind)
{
	uint32_t node = new_node(p, kind);

	next(p);
	return finish(p, node);
}

static uint32_t
parse_word(struct parser *p, struct cover *cover)
{
	uint32_t atom = p->lx.tok.atom;
	struct token t;

	(void)cover;
	if (is_reserved(atom) && (p->lx.tok.flags & TF_ESCAPE) != 0)
		fail_token(p);
	switch (atom) {
	case ATOM_function:
		return parse_function_expr(p);
	case ATOM_class:
		return parse_class(p, 0, 0);
	case ATOM_this:
		return parse_keyword(p, AST_THIS);
	case ATOM_null:
		return parse_keyword(p, AST_NULL);
	case ATOM_true:
		return parse_keyword(p, AST_TRUE);
	case ATOM_false:
		return parse_keyword(p, AST_FALSE);
	case ATOM_super:
		return parse_super(p);
	case ATOM_import:
		return parse_import_expr(p);
	case ATOM_async:
		if ((p->lx.tok.flags & TF_ESCAPE) == 0)
			return parse_async(p);
		break;
	default:
		break;
	}
	if (p->arrow_pos == tok_pos(p)) {
		t = peek(p);
		if (t.type == TOK_ARROW)
			return parse_single_arrow(p, tok_pos(p), false);
	}
	return parse_name_ref(p);
}

uint32_t
parse_name_ref(struct parser *p)
{
	const struct token *t = &p->lx.tok;
	uint32_t node;

	if (t->type != TOK_NAME)
		fail_token(p);
	if (t->atom <= ATOM_arguments) {
		if (t->atom == ATOM_arguments) {
			if (p->ctx.arguments_bad)
				unit_fail(p->u, t->pos, t->end,
				    "'arguments' is not allowed in class field "
				    "initializer or static initialization "
				    "block");
		} else if (t->atom == ATOM_await && !at_identifier(p) &&
			   !p->ctx.await_is_op && !p->ctx.await_is_bad) {
			unit_fail(p->u, t->pos, t->end, AWAIT_OUTSIDE);
		} else {
			check_binding_name(p, t->atom, t->flags, t->pos,
			    t->end);
		}
	}
	node = new_node(p, AST_IDENT);
	N(p, node)->a = t->atom;
	if ((t->flags & TF_ESCAPE) != 0)
		N(p, node)->flags |= AF_ESCAPED_NAME;
	if (t->atom == ATOM_await) {
		p->last_await_name = t->pos + 1;
		next(p);
		if (!at_newline(p) &&
		    p->lx.src[N(p, node)->pos - (N(p, node)->pos > 0)] != '@' &&
		    (at_identifier(p) || at_word(p, ATOM_new) ||
			at_word(p, ATOM_this) || at_word(p, ATOM_import)) &&
		    !at_word(p, ATOM_of) && !at_word(p, ATOM_as))
			unit_fail(p->u, N(p, node)->pos, N(p, node)->pos + 5,
			    AWAIT_OUTSIDE);
	} else {
		next(p);
	}
	return finish(p, node);
}

uint32_t
parse_property_name(struct parser *p)
{
	uint32_t node = new_node(p, AST_NAME);

	if (!at(p, TOK_NAME))
		fail_token(p);
	N(p, node)->a = p->lx.tok.atom;
	if ((p->lx.tok.flags & TF_ESCAPE) != 0)
		N(p, node)->flags |= AF_ESCAPED_NAME;
	next(p);
	return finish(p, node);
}

uint32_t
parse_private_name(struct parser *p)
{
	uint32_t node = new_node(p, AST_PRIVATE_NAME);

	N(p, node)->a = p->lx.tok.atom;
	if ((p->lx.tok.flags & TF_ESCAPE) != 0)
		N(p, node)->flags |= AF_ESCAPED_NAME;
	next(p);
	return finish(p, node);
}

static uint32_t
parse_number(struct parser *p)
{
	const struct token *t = &p->lx.tok;
	uint32_t node =
	    new_node(p, at(p, TOK_NUMBER) ? AST_NUMBER : AST_BIGINT);

	if ((t->flags & TF_OCTAL) != 0) {
		if (p->ctx.strict)
			unit_fail(p->u, t->pos, t->end, "%s",
			    (t->flags & TF_LEADING_ZERO) != 0
				? "Decimals with leading zeros are not allowed "
				  "in strict mode."
				: "Octal literals are not allowed in strict "
				  "mode.");
		N(p, node)->flags |= AF_LEGACY_OCTAL;
	}
	if ((t->flags & TF_SEPARATOR) != 0)
		N(p, node)->flags |= AF_SEPARATOR;
	next(p);
	return finish(p, node);
}

static uint16_t
text_flags(uint16_t flags)
{
	uint16_t r = 0;

	if ((flags & TF_ESCAPE) != 0)
		r |= AF_ESCAPE;
	if ((flags & TF_NON_ASCII) != 0)
		r |= AF_NON_ASCII;
	if ((flags & TF_LINE_SEP) != 0)
		r |= AF_LINE_SEP;
	if ((flags & (TF_OCTAL | TF_LEADING_ZERO)) != 0)
		r |= AF_LEGACY_OCTAL;
	if ((flags & TF_BAD_ESCAPE) != 0)
		r |= AF_BAD_ESCAPE;
	return r;
}

/* AS_NAME: its value is wanted as an atom. */
uint32_t
parse_string(struct parser *p, bool as_name)
{
	const struct token *t = &p->lx.tok;
	uint32_t node = new_node(p, AST_STRING);
	struct lang_str value;

	if (p->ctx.strict && (t->flags & (TF_OCTAL | TF_LEADING_ZERO)) != 0)
		unit_fail(p->u, t->pos, t->end, "%s",
		    (t->flags & TF_OCTAL) != 0
			? "Octal escape sequences are not allowed in strict "
			  "mode."
			: "\\8 and \\9 are not allowed in strict mode.");
	N(p, node)->flags = text_flags(t->flags);
	next(p);
	finish(p, node);
	if (as_name) {
		value = unit_string_value(p->u, node);
		N(p, node)->a = atom_intern(&p->u->atoms, value.s, value.len);
	}
	return node;
}

uint32_t
parse_template(struct parser *p, bool tagged)
{
	uint32_t node = new_node(p, AST_TEMPLATE), chunk, after, bad, start;
	struct list list = {0, 0};
	bool tail;

	enter(p);
	for (;;) {
		start = tok_pos(p);
		lex_chunk(&p->lx, &after, &bad);
		if ((p->lx.tok.flags & TF_BAD_ESCAPE) != 0 && !tagged)
			unit_fail(p->u, bad, bad + 2, "%s",
			    p->u->src[bad + 1] == 'u'
				? "Invalid Unicode escape sequence"
			    : p->u->src[bad + 1] == 'x'
				? "Invalid hexadecimal escape sequence"
				: "Octal escape sequences are not allowed in "
				  "template strings");
		chunk = new_node(p, AST_CHUNK);
		N(p, chunk)->end = p->lx.tok.end;
		N(p, chunk)->flags = text_flags(p->lx.tok.flags);
		list_add(p, &list, chunk);
		tail = (p->lx.tok.flags & TF_TAIL) != 0;
		lex_continue(&p->lx, after);
		if (tail)
			break;
		list_add(p, &list, parse_expression(p));
		if (!at(p, TOK_RBRACE)) {
			if (at(p, TOK_EOF))
				unit_fail(p->u, start, p->u->len,
				    "Unterminated template literal");
			fail_token(p);
		}
	}
	leave(p);
	N(p, node)->a = list.first;
	N(p, node)->end = after;
	return node;
}

static uint32_t
parse_regexp(struct parser *p)
{
	uint32_t node = new_node(p, AST_REGEXP), close;

	lex_regexp(&p->lx, &close);
	N(p, node)->b = close;
	if ((p->lx.tok.flags & TF_NON_ASCII) != 0)
		N(p, node)->flags |= AF_NON_ASCII;
	N(p, node)->end = p->lx.tok.end;
	regexp_check(p->u, node);
	next(p);
	return node;
}

/* The elements between parentheses, of an expression or of an arrow. */
struct paren {
	struct list list;
	struct cover cover;
	uint32_t n;
	uint32_t spread;   /* first ...x */
	uint32_t trailing; /* position of a comma before ")", 0: none */
	bool typed;        /* TypeScript: these can only be parameters */
};

/* An expression; in TypeScript perhaps a parameter, or 0 for `this: T`. */
static uint32_t
parse_paren_element(struct parser *p, struct paren *pr)
{
	uint32_t elem;
	bool is_param;

	if (p->ts) {
		elem = parse_ts_paren_param(p, &is_param);
		pr->typed |= is_param;
		if (is_param)
			return elem;
	}
	return parse_assign_cover(p, &pr->cover);
}

static void
parse_paren_list(struct parser *p, struct paren *pr)
{
	uint32_t elem, value;
	uint8_t saved = p->no_in;

	p->no_in = 0;
	next(p);
	while (!at(p, TOK_RPAREN)) {
		if (at(p, TOK_ELLIPSIS)) {
			elem = new_node(p, AST_SPREAD);
			next(p);
			value = parse_assign_cover(p, &pr->cover);
			N(p, elem)->a = value;
			finish(p, elem);
			if (pr->spread == 0)
				pr->spread = elem;
		} else {
			elem = parse_paren_element(p, pr);
		}
		if (p->ts && elem != 0 && parse_ts_paren_annotation(p, &elem))
			pr->typed = true;
		if (elem != 0)
			list_add(p, &pr->list, elem);
		pr->n++;
		if (at(p, TOK_RPAREN))
			break;
		if (!at(p, TOK_COMMA))
			fail_token(p);
		pr->trailing = tok_pos(p);
		next(p);
		if (!at(p, TOK_RPAREN))
			pr->trailing = 0;
	}
	p->no_in = saved;
}

static uint32_t
parse_paren(struct parser *p)
{
	uint32_t pos = tok_pos(p), node, inner, mark = closure_mark(p);
	struct paren pr = {.n = 0};
	bool may_be_arrow = p->arrow_pos == pos;
	struct arrow_head head;

	enter(p);
	parse_paren_list(p, &pr);
	leave(p);
	next(p);
	if (p->ts && may_be_arrow)
		parse_ts_arrow_result(p, pr.typed || pr.n == 0);
	if (pr.typed && !at(p, TOK_ARROW))
		fail_token(p);
	if (at(p, TOK_ARROW) && may_be_arrow) {
		head = (struct arrow_head){.pos = pos,
		    .params_pos = pos,
		    .params = pr.list.first,
		    .func_mark = mark,
		    .trailing_comma = pr.trailing != 0};
		return parse_arrow(p, &head);
	}
	if (pr.n == 0) {
		if (at(p, TOK_ARROW))
			unit_fail(p->u, pos, p->lx.tok.end,
			    "Malformed arrow function parameter list");
		if (at(p, TOK_EOF))
			fail_token(p);
		unit_fail(p->u, p->lx.prev_end - 1, p->lx.prev_end,
		    "Unexpected token ')'");
	}
	if (pr.spread != 0)
		unit_fail(p->u, N(p, pr.spread)->pos, N(p, pr.spread)->pos + 3,
		    "Unexpected token '...'");
	if (pr.trailing != 0)
		unit_fail(p->u, p->lx.prev_end - 1, p->lx.prev_end,
		    "Unexpected token ')'");
	if (at(p, TOK_ARROW))
		unit_fail(p->u, pos, p->lx.prev_end,
		    "Malformed arrow function parameter list");
	cover_check(p, &pr.cover);
	node = new_node_at(p, AST_PAREN, pos);
	inner = pr.list.first;
	if (pr.n > 1) {
		inner = new_node_at(p, AST_SEQUENCE, N(p, inner)->pos);
		N(p, inner)->a = pr.list.first;
		N(p, inner)->end = N(p, pr.list.last)->end;
	}
	N(p, node)->a = inner;
	return finish(p, node);
}

/* x => ..., the current token is x. */
static uint32_t
parse_single_arrow(struct parser *p, uint32_t pos, bool is_async)
{
	struct arrow_head head = {.pos = pos,
	    .is_async = is_async,
	    .params_pos = tok_pos(p),
	    .func_mark = closure_mark(p)};
	const struct token *t = &p->lx.tok;

	head.params = new_node(p, AST_IDENT);
	N(p, head.params)->a = t->atom;
	N(p, head.params)->end = t->end;
	if ((t->flags & TF_ESCAPE) != 0)
		N(p, head.params)->flags |= AF_ESCAPED_NAME;
	if (t->atom == ATOM_await)
		p->last_await_name = t->pos + 1;
	next(p);
	return parse_arrow(p, &head);
}

/*
 * `async` in front of a function, an arrow or arguments, or just a name.
 */
static uint32_t
parse_async(struct parser *p)
{
	uint32_t pos = tok_pos(p), call, callee, mark, params_pos;
	bool may_be_arrow = p->arrow_pos == pos;
	struct paren pr = {.n = 0};
	struct token t = peek(p);
	struct arrow_head head;

	if ((t.flags & TF_NEWLINE) == 0 && t.type == TOK_NAME &&
	    t.atom == ATOM_function && (t.flags & TF_ESCAPE) == 0)
		return parse_function_expr(p);
	if (may_be_arrow && t.type == TOK_ARROW)
		return parse_single_arrow(p, pos, false);
	if (!may_be_arrow || (t.flags & TF_NEWLINE) != 0)
		return parse_name_ref(p);
	if (t.type == TOK_NAME && !is_reserved(t.atom)) {
		callee = parse_name_ref(p);
		if (peek(p).type == TOK_ARROW)
			return parse_single_arrow(p, pos, true);
		return callee;
	}
	callee = parse_name_ref(p);
	if (p->ts)
		parse_ts_async_params(p);
	if (!at(p, TOK_LPAREN))
		return callee;
	mark = closure_mark(p);
	params_pos = tok_pos(p);
	enter(p);
	parse_paren_list(p, &pr);
	leave(p);
	next(p);
	if (p->ts)
		parse_ts_arrow_result(p, pr.typed);
	if (pr.typed && !at(p, TOK_ARROW))
		fail_token(p);
	if (at(p, TOK_ARROW) && !at_newline(p)) {
		head = (struct arrow_head){.pos = pos,
		    .is_async = true,
		    .params = pr.list.first,
		    .func_mark = mark,
		    .params_pos = params_pos,
		    .trailing_comma = pr.trailing != 0};
		return parse_arrow(p, &head);
	}
	cover_check(p, &pr.cover);
	call = new_node_at(p, AST_CALL, pos);
	N(p, call)->a = callee;
	N(p, call)->b = pr.list.first;
	if (pr.spread != 0)
		N(p, call)->flags |= AF_HAS_SPREAD;
	if (pr.trailing != 0)
		N(p, call)->flags |= AF_TRAILING_COMMA;
	return finish(p, call);
}

static uint32_t
parse_super(struct parser *p)
{
	uint32_t node = parse_keyword(p, AST_SUPER);
	bool ok;

	ok = at(p, TOK_LPAREN) ? p->ctx.super_call_ok : p->ctx.super_prop_ok;
	if (!ok ||
	    (!at(p, TOK_LPAREN) && !at(p, TOK_DOT) && !at(p, TOK_LBRACKET)))
		fail_at(p, node, "'super' keyword unexpected here");
	return node;
}

/* import(...) and import.meta; the current token is `import`. */
static uint32_t
parse_import_expr(struct parser *p)
{
	uint32_t node = new_node(p, AST_IMPORT_CALL), arg;
	uint8_t saved = p->no_in;

	next(p);
	if (accept_token(p, TOK_DOT)) {
		if (!at_word(p, ATOM_meta))
			fail_token(p);
		next(p);
		N(p, node)->kind = AST_IMPORT_META;
		finish(p, node);
		if (p->u->options.kind != LANG_MODULE)
			fail_at(p, node,
			    "Cannot use 'import.meta' outside a module");
		p->u->has_import_meta = true;
		p->u->has_module_syntax = true;
		return node;
	}
	if (!at(p, TOK_LPAREN)) {
		if (at(p, TOK_NAME) || at(p, TOK_STRING) || at(p, TOK_LBRACE) ||
		    at(p, TOK_STAR))
			fail_at(p, node,
			    "Cannot use import statement outside a module");
		fail_token(p);
	}
	next(p);
	p->no_in = 0;
	p->u->has_dynamic_import = true;
	arg = parse_assign(p);
	N(p, node)->a = arg;
	if (accept_token(p, TOK_COMMA) && !at(p, TOK_RPAREN)) {
		arg = parse_assign(p);
		N(p, node)->b = arg;
		if (accept_token(p, TOK_COMMA))
			N(p, node)->flags |= AF_TRAILING_COMMA;
	} else if (N(p, node)->b == 0 && p->u->src[p->lx.prev_end - 1] == ',') {
		N(p, node)->flags |= AF_TRAILING_COMMA;
	}
	p->no_in = saved;
	expect(p, TOK_RPAREN);
	return finish(p, node);
}

uint32_t
parse_await(struct parser *p)
{
	uint32_t node = new_node(p, AST_AWAIT), operand;

	if (p->ctx.in_params)
		unit_fail(p->u, tok_pos(p), p->lx.tok.end,
		    "Illegal await-expression in formal parameters of async "
		    "function");
	enter(p);
	p->last_await_pos = tok_pos(p) + 1;
	func_get(p->u, p->ctx.func)->has_await = true;
	next(p);
	operand = parse_unary(p, NULL);
	N(p, node)->a = operand;
	leave(p);
	finish(p, node);
	if (at(p, TOK_EXP))
		unit_fail(p->u, N(p, node)->pos, p->lx.tok.end,
		    "Unary operator used immediately before exponentiation "
		    "expression. Parenthesis must be used to disambiguate "
		    "operator precedence");
	return node;
}

uint32_t
parse_yield(struct parser *p)
{
	uint32_t node = new_node(p, AST_YIELD), operand;
	struct token *t = &p->lx.tok;

	if ((t->flags & TF_ESCAPE) != 0)
		unit_fail(p->u, t->pos, t->end,
		    "Keyword must not contain escaped characters");
	if (p->ctx.in_params)
		unit_fail(p->u, t->pos, t->end,
		    "Yield expression not allowed in formal parameter");
	enter(p);
	p->last_yield_pos = t->pos + 1;
	func_get(p->u, p->ctx.func)->has_yield = true;
	next(p);
	if (!at_newline(p)) {
		if (accept_token(p, TOK_STAR)) {
			N(p, node)->flags |= AF_DELEGATE;
			operand = parse_assign(p);
			N(p, node)->a = operand;
		} else if (!at(p, TOK_RPAREN) && !at(p, TOK_RBRACKET) &&
			   !at(p, TOK_RBRACE) && !at(p, TOK_COMMA) &&
			   !at(p, TOK_SEMICOLON) && !at(p, TOK_COLON) &&
			   !at(p, TOK_EOF) && !at_word(p, ATOM_in) &&
			   !at_word(p, ATOM_of)) {
			operand = parse_assign(p);
			N(p, node)->a = operand;
		}
	}
	leave(p);
	return finish(p, node);
}
