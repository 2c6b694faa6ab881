/*
 * Names and patterns where a declaration stands: var, let, const, parameters,
 * catch.
 *
 * Runs in: worker, on a tenant's source text.
 */
#include "config.h"

#include "base/util.h"
#include "worker/lang/parse_priv.h"

static uint32_t parse_object_pattern(struct parser *p, enum symbol_kind kind);
static uint32_t parse_array_pattern(struct parser *p, enum symbol_kind kind);
static uint32_t parse_pattern_prop(struct parser *p, enum symbol_kind kind);
static uint32_t parse_rest(struct parser *p, enum symbol_kind kind,
    bool ident_only);

/* ATOM as an identifier here: neither reserved nor taken by the context. */
static bool
name_is_free(const struct parser *p, uint32_t atom)
{
	if (atom > ATOM_await)
		return true;
	if (is_reserved(atom))
		return false;
	if (atom == ATOM_await)
		return !p->ctx.await_is_op && !p->ctx.await_is_bad &&
		       p->u->options.kind != LANG_MODULE;
	if (atom == ATOM_yield)
		return !p->ctx.yield_is_op && !p->ctx.strict;
	return !p->ctx.strict;
}

bool
at_identifier(const struct parser *p)
{
	return at(p, TOK_NAME) && name_is_free(p, p->lx.tok.atom);
}

/*
 * Leave with the error of a name that may not be bound (or referred to, when
 * it is reserved).
 */
void
check_binding_name(struct parser *p, uint32_t atom, uint32_t flags,
    uint32_t pos, uint32_t end)
{
	struct lang_str s;

	if (!name_is_free(p, atom)) {
		s = atom_text(p, atom);
		if ((flags & TF_ESCAPE) != 0)
			unit_fail(p->u, pos, end,
			    "Keyword must not contain escaped characters");
		if (is_reserved(atom))
			unit_fail(p->u, pos, end, "Unexpected token '%.*s'",
			    (int)s.len, s.s);
		if (atom == ATOM_await)
			unit_fail(p->u, pos, end, "Unexpected reserved word");
		if (!p->ctx.strict)
			unit_fail(p->u, pos, end,
			    "Unexpected identifier '%.*s'", (int)s.len, s.s);
		unit_fail(p->u, pos, end,
		    "Unexpected strict mode reserved word");
	}
	if (p->ctx.strict && (atom == ATOM_eval || atom == ATOM_arguments))
		unit_fail(p->u, pos, end,
		    "Unexpected eval or arguments in strict mode");
}

/* A BINDING parsed before its function turned strict. */
void
check_strict_binding(struct parser *p, uint32_t node)
{
	const struct ast_node *n = N(p, node);

	check_binding_name(p, n->a, 0, n->pos, n->end);
}

uint32_t
parse_binding_ident(struct parser *p, enum symbol_kind kind)
{
	const struct token *t = &p->lx.tok;
	uint32_t node;

	if (!at(p, TOK_NAME))
		fail_token(p);
	check_binding_name(p, t->atom, t->flags, t->pos, t->end);
	if (t->atom == ATOM_let && (kind == SYM_LET || kind == SYM_CONST ||
				       kind == SYM_CLASS || kind == SYM_USING))
		unit_fail(p->u, t->pos, t->end,
		    "let is disallowed as a lexically bound name");
	node = new_node(p, AST_BINDING);
	N(p, node)->a = t->atom;
	if ((t->flags & TF_ESCAPE) != 0)
		N(p, node)->flags |= AF_ESCAPED_NAME;
	next(p);
	finish(p, node);
	declare(p, kind, node);
	return node;
}

uint32_t
parse_binding(struct parser *p, enum symbol_kind kind)
{
	uint32_t node;

	enter(p);
	if (at(p, TOK_LBRACE))
		node = parse_object_pattern(p, kind);
	else if (at(p, TOK_LBRACKET))
		node = parse_array_pattern(p, kind);
	else
		node = parse_binding_ident(p, kind);
	leave(p);
	return node;
}

/* A target and perhaps its default. */
uint32_t
parse_binding_element(struct parser *p, enum symbol_kind kind)
{
	uint32_t target = parse_binding(p, kind), node, value;

	if (!at(p, TOK_ASSIGN))
		return target;
	node = new_node_at(p, AST_DEFAULT, N(p, target)->pos);
	next(p);
	value = parse_assign_in(p);
	N(p, node)->a = target;
	N(p, node)->b = value;
	return finish(p, node);
}

static uint32_t
parse_object_pattern(struct parser *p, enum symbol_kind kind)
{
	uint32_t node = new_node(p, AST_OBJECT_PATTERN);
	struct list list = {0, 0};

	next(p);
	while (!at(p, TOK_RBRACE)) {
		if (at(p, TOK_ELLIPSIS)) {
			list_add(p, &list, parse_rest(p, kind, true));
			break;
		}
		list_add(p, &list, parse_pattern_prop(p, kind));
		if (!at(p, TOK_RBRACE))
			expect(p, TOK_COMMA);
	}
	expect(p, TOK_RBRACE);
	N(p, node)->a = list.first;
	return finish(p, node);
}

static uint32_t
parse_pattern_prop(struct parser *p, enum symbol_kind kind)
{
	uint32_t node = new_node(p, AST_PROP), key, value, init;
	struct token t = p->lx.tok;
	bool computed;

	key = parse_key(p, &computed);
	if (computed)
		N(p, node)->flags |= AF_COMPUTED;
	N(p, node)->a = key;
	if (accept_token(p, TOK_COLON)) {
		N(p, node)->op = PROP_INIT;
		value = parse_binding_element(p, kind);
	} else {
		if (t.type != TOK_NAME)
			fail_token(p);
		check_binding_name(p, t.atom, t.flags, t.pos, t.end);
		if (t.atom == ATOM_let &&
		    (kind == SYM_LET || kind == SYM_CONST))
			unit_fail(p->u, t.pos, t.end,
			    "let is disallowed as a lexically bound name");
		N(p, node)->op = PROP_SHORTHAND;
		value = new_node_at(p, AST_BINDING, t.pos);
		N(p, value)->a = t.atom;
		N(p, value)->end = t.end;
		if ((t.flags & TF_ESCAPE) != 0)
			N(p, value)->flags |= AF_ESCAPED_NAME;
		declare(p, kind, value);
		if (at(p, TOK_ASSIGN)) {
			init = new_node_at(p, AST_DEFAULT, t.pos);
			next(p);
			N(p, init)->a = value;
			value = init;
			init = parse_assign_in(p);
			N(p, value)->b = init;
			finish(p, value);
		}
	}
	N(p, node)->b = value;
	return finish(p, node);
}

static uint32_t
parse_array_pattern(struct parser *p, enum symbol_kind kind)
{
	uint32_t node = new_node(p, AST_ARRAY_PATTERN), hole;
	struct list list = {0, 0};

	next(p);
	while (!at(p, TOK_RBRACKET)) {
		if (at(p, TOK_COMMA)) {
			hole = new_node(p, AST_HOLE);
			list_add(p, &list, hole);
			next(p);
			continue;
		}
		if (at(p, TOK_ELLIPSIS)) {
			list_add(p, &list, parse_rest(p, kind, false));
			break;
		}
		list_add(p, &list, parse_binding_element(p, kind));
		if (!at(p, TOK_RBRACKET))
			expect(p, TOK_COMMA);
	}
	expect(p, TOK_RBRACKET);
	N(p, node)->a = list.first;
	return finish(p, node);
}

/* ...target as the last of a pattern. */
static uint32_t
parse_rest(struct parser *p, enum symbol_kind kind, bool ident_only)
{
	uint32_t node = new_node(p, AST_REST), target;

	next(p);
	if (ident_only && !at(p, TOK_NAME))
		unit_fail(p->u, tok_pos(p), 0,
		    "`...` must be followed by an identifier in declaration "
		    "contexts");
	target =
	    ident_only ? parse_binding_ident(p, kind) : parse_binding(p, kind);
	N(p, node)->a = target;
	finish(p, node);
	if (at(p, TOK_COMMA) || at(p, TOK_ASSIGN))
		fail_at(p, node, "Rest element must be last element");
	return node;
}
