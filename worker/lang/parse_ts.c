/*
 * TypeScript in expressions, functions and variables.
 *
 * Runs in: worker, on a tenant's source text.
 */
#include "config.h"

#include "worker/lang/parse_ts.h"

#include "worker/lang/parse_priv.h"
#include "worker/lang/parse_type.h"

/* Skip by SKIP, and erase what was skipped and the token before, if any. */
static void
erase_by(struct parser *p, void (*skip)(struct parser *p), uint32_t pos)
{
	skip(p);
	ts_erase(p, pos, p->lx.prev_end);
}

uint32_t
parse_ts_as(struct parser *p, uint32_t left)
{
	uint32_t pos = tok_pos(p);

	next(p);
	if (at_word(p, ATOM_const))
		erase_by(p, next, pos);
	else
		erase_by(p, type_skip, pos);
	return left;
}

static void
skip_cast(struct parser *p)
{
	if (peek(p).atom != ATOM_const) {
		type_skip_args(p);
		return;
	}
	next(p);
	next(p);
	expect(p, TOK_GT);
}

uint32_t
parse_ts_cast(struct parser *p)
{
	uint32_t node;

	enter(p);
	erase_by(p, skip_cast, tok_pos(p));
	node = parse_unary(p, NULL);
	leave(p);
	return node;
}

static void
skip_arrow_params(struct parser *p)
{
	type_skip_params(p);
	if (!at(p, TOK_LPAREN))
		fail_token(p);
}

/* In JSX only <T,> and <T extends U> are type parameters. */
static bool
is_jsx(struct parser *p)
{
	struct lexer saved = p->lx;
	bool r;

	next(p);
	if (at_word(p, ATOM_const))
		next(p);
	next(p);
	r = !at(p, TOK_COMMA) && !at_word(p, ATOM_extends);
	p->lx = saved;
	return r;
}

uint32_t
parse_jsx_or_generic(struct parser *p)
{
	bool may_be_arrow = p->arrow_pos == tok_pos(p);
	uint32_t pos = tok_pos(p);

	if (p->jsx && (!p->ts || is_jsx(p)))
		return parse_jsx(p);
	if (!may_be_arrow || !type_try(p, skip_arrow_params)) {
		if (p->jsx)
			fail_token(p);
		return parse_ts_cast(p);
	}
	ts_erase(p, pos, p->lx.prev_end);
	p->arrow_pos = tok_pos(p);
	return parse_primary(p, NULL);
}

/* Whether the token behind <...> shows that these were type arguments. */
static bool
can_follow_args(struct parser *p)
{
	const struct token *t = &p->lx.tok;

	if (t->type == TOK_LPAREN || t->type == TOK_TEMPLATE)
		return true;
	if (t->type == TOK_LT || t->type == TOK_GT || t->type == TOK_PLUS ||
	    t->type == TOK_MINUS)
		return false;
	if ((t->flags & TF_NEWLINE) != 0 || token_specs[t->type].prec != 0)
		return true;
	switch (t->type) {
	case TOK_NAME:
		return t->atom == ATOM_in || t->atom == ATOM_instanceof ||
		       t->atom == ATOM_as || t->atom == ATOM_satisfies ||
		       t->atom == ATOM_extends || t->atom == ATOM_implements;
	case TOK_NUMBER:
	case TOK_BIGINT:
	case TOK_STRING:
	case TOK_PRIVATE:
	case TOK_LBRACE:
	case TOK_LBRACKET:
	case TOK_NOT:
	case TOK_TILDE:
	case TOK_INC:
	case TOK_DEC:
	case TOK_AT:
		return false;
	default:
		return true;
	}
}

static void
skip_call_args(struct parser *p)
{
	type_skip_args(p);
	if (!can_follow_args(p))
		fail_token(p);
}

bool
parse_ts_subscript(struct parser *p)
{
	uint32_t pos = tok_pos(p);

	if (at(p, TOK_NOT)) {
		if (at_newline(p))
			return false;
		erase_by(p, next, pos);
		return true;
	}
	if (!type_try(p, skip_call_args))
		return false;
	ts_erase(p, pos, p->lx.prev_end);
	return true;
}

void
parse_ts_type_args(struct parser *p)
{
	erase_by(p, type_skip_args, tok_pos(p));
}

void
parse_ts_type_params(struct parser *p)
{
	if (at(p, TOK_LT))
		erase_by(p, type_skip_params, tok_pos(p));
}

void
parse_ts_async_params(struct parser *p)
{
	uint32_t pos = tok_pos(p);

	if (at(p, TOK_LT) && type_try(p, skip_arrow_params))
		ts_erase(p, pos, p->lx.prev_end);
}

void
parse_ts_result(struct parser *p)
{
	uint32_t pos = tok_pos(p);

	if (accept_token(p, TOK_COLON))
		erase_by(p, type_skip_result, pos);
}

static void
skip_arrow_result(struct parser *p)
{
	expect(p, TOK_COLON);
	type_skip_result(p);
	if (!at(p, TOK_ARROW) || at_newline(p))
		fail_token(p);
}

/*
 * Between "?" and ":" an arrow with a result type is only taken for one if
 * the conditional's ":" still follows its body.
 */
static void
skip_arrow_in_conditional(struct parser *p)
{
	unsigned int open = 0;

	skip_arrow_result(p);
	next(p);
	for (;;) {
		switch (p->lx.tok.type) {
		case TOK_LPAREN:
		case TOK_LBRACKET:
		case TOK_LBRACE:
			type_skip_brackets(p);
			continue;
		case TOK_QUESTION:
			open++;
			break;
		case TOK_COLON:
			if (open-- == 0)
				return;
			break;
		case TOK_RPAREN:
		case TOK_RBRACKET:
		case TOK_RBRACE:
		case TOK_COMMA:
		case TOK_SEMICOLON:
		case TOK_TEMPLATE:
		case TOK_EOF:
			fail_token(p);
		default:
			break;
		}
		next(p);
	}
}

void
parse_ts_arrow_result(struct parser *p, bool must)
{
	uint32_t pos = tok_pos(p);
	struct lexer saved = p->lx;

	if (!at(p, TOK_COLON))
		return;
	if (!must && (p->no_in & NO_ARROW_TYPE) != 0) {
		if (!type_try(p, skip_arrow_in_conditional))
			return;
		p->lx = saved;
	}
	if (type_try(p, skip_arrow_result))
		ts_erase(p, pos, p->lx.prev_end);
}

void
parse_ts_annotation(struct parser *p)
{
	uint32_t pos = tok_pos(p);

	if (at(p, TOK_NOT) && peek(p).type == TOK_COLON)
		next(p);
	if (accept_token(p, TOK_COLON))
		erase_by(p, type_skip, pos);
}

/* public, private, protected, readonly, override before a parameter. */
static bool
param_modifiers(struct parser *p)
{
	uint32_t pos;
	bool r = false;
	struct token t;

	for (;;) {
		switch (at(p, TOK_NAME) ? p->lx.tok.atom : 0) {
		case ATOM_public:
		case ATOM_private:
		case ATOM_protected:
		case ATOM_readonly:
		case ATOM_override:
			break;
		default:
			return r;
		}
		t = peek(p);
		if (t.type != TOK_NAME)
			return r;
		pos = tok_pos(p);
		erase_by(p, next, pos);
		r = true;
	}
}

/* this: T, as the first parameter, with the comma behind it. */
static void
erase_this(struct parser *p)
{
	uint32_t pos = tok_pos(p);

	next(p);
	if (accept_token(p, TOK_COLON))
		type_skip(p);
	if (at(p, TOK_COMMA))
		ts_erase(p, pos, p->lx.tok.end);
	else
		ts_erase(p, pos, p->lx.prev_end);
}

/* @Inject() before a parameter of a method: TypeScript's own decorators. */
static void
param_decorators(struct parser *p, const struct func *f)
{
	const struct lang_tsconfig *o = p->u->options.tsconfig;
	uint32_t pos = tok_pos(p), list, i;

	if (o == NULL || !o->legacy_decorators ||
	    (f->kind != FUNC_METHOD && f->kind != FUNC_CTOR &&
		f->kind != FUNC_DERIVED_CTOR && f->kind != FUNC_SETTER))
		unit_fail(p->u, pos, p->lx.tok.end,
		    "Parameter decorators are for methods, with "
		    "experimentalDecorators in tsconfig.json");
	list = parse_decorators(p);
	for (i = list; i != 0; i = N(p, i)->next)
		N(p, i)->b = f->nparams + 1;
	if (p->param_decorators.last == 0)
		p->param_decorators.first = list;
	else
		N(p, p->param_decorators.last)->next = list;
	for (i = list; i != 0; i = N(p, i)->next)
		p->param_decorators.last = i;
}

uint32_t
parse_ts_param(struct parser *p, struct func *f)
{
	uint32_t elem = 0, target, node, value;
	bool prop;

	if (at_word(p, ATOM_this)) {
		erase_this(p);
		return 0;
	}
	if (at(p, TOK_AT))
		param_decorators(p, f);
	prop = param_modifiers(p);
	if (at(p, TOK_ELLIPSIS)) {
		elem = new_node(p, AST_REST);
		next(p);
		f->has_rest = true;
	}
	target = parse_binding(p, SYM_PARAM);
	if (prop)
		N(p, target)->flags |= AF_PARAM_PROP;
	if (at(p, TOK_QUESTION))
		erase_by(p, next, tok_pos(p));
	parse_ts_annotation(p);
	if (elem != 0) {
		N(p, elem)->a = target;
		return finish(p, elem);
	}
	if (!at(p, TOK_ASSIGN))
		return target;
	node = new_node_at(p, AST_DEFAULT, N(p, target)->pos);
	next(p);
	value = parse_assign_in(p);
	N(p, node)->a = target;
	N(p, node)->b = value;
	return finish(p, node);
}

uint32_t
parse_ts_paren_param(struct parser *p, bool *is_param_out)
{
	struct token t;
	uint32_t node;
	struct lexer saved;

	*is_param_out = false;
	if (!at(p, TOK_NAME))
		return 0;
	t = peek(p);
	if (at_word(p, ATOM_this) && t.type == TOK_COLON) {
		*is_param_out = true;
		erase_this(p);
		return 0;
	}
	if (t.type != TOK_QUESTION || is_reserved(p->lx.tok.atom))
		return 0;
	saved = p->lx;
	next(p);
	next(p);
	t = p->lx.tok;
	p->lx = saved;
	if (t.type != TOK_COLON && t.type != TOK_COMMA &&
	    t.type != TOK_RPAREN && t.type != TOK_ASSIGN)
		return 0;
	*is_param_out = true;
	node = parse_name_ref(p);
	erase_by(p, next, tok_pos(p));
	return node;
}

bool
parse_ts_paren_annotation(struct parser *p, uint32_t *elem)
{
	uint32_t node, value, pos = tok_pos(p);

	if (at(p, TOK_QUESTION)) {
		node = peek(p).type;
		if (node != TOK_COLON && node != TOK_COMMA &&
		    node != TOK_RPAREN)
			return false;
		next(p);
		ts_erase(p, pos, p->lx.prev_end);
		pos = tok_pos(p);
	}
	if (accept_token(p, TOK_COLON))
		erase_by(p, type_skip, pos);
	else if (p->lx.prev_end != pos + 1 && !at(p, TOK_ASSIGN))
		return false;
	if (!at(p, TOK_ASSIGN))
		return true;
	node = new_node_at(p, AST_DEFAULT, N(p, *elem)->pos);
	next(p);
	value = parse_assign(p);
	N(p, node)->a = *elem;
	N(p, node)->b = value;
	*elem = finish(p, node);
	return true;
}

bool
parse_ts_no_body(struct parser *p)
{
	if (!can_end_statement(p))
		return false;
	semicolon(p);
	return true;
}
