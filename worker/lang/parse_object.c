/*
 * Array and object literals, and the keys of properties.
 *
 * Runs in: worker, on a tenant's source text.
 */
#include "config.h"

#include "worker/lang/parse_object.h"

#include "worker/lang/parse_priv.h"

static uint32_t parse_prop(struct parser *p, struct cover *cover,
    bool *proto_seen);

uint32_t
parse_array(struct parser *p, struct cover *cover)
{
	uint32_t node = new_node(p, AST_ARRAY), elem, value;
	struct cover own = {0, 0};
	struct list list = {0, 0};
	uint8_t saved = p->no_in;

	enter(p);
	p->no_in = 0;
	next(p);
	while (!at(p, TOK_RBRACKET)) {
		if (at(p, TOK_COMMA)) {
			elem = new_node(p, AST_HOLE);
			list_add(p, &list, elem);
			next(p);
			continue;
		}
		if (at(p, TOK_ELLIPSIS)) {
			elem = new_node(p, AST_SPREAD);
			next(p);
			value = parse_assign_cover(p, &own);
			N(p, elem)->a = value;
			finish(p, elem);
			N(p, node)->flags |= AF_HAS_SPREAD;
		} else {
			elem = parse_assign_cover(p, &own);
		}
		list_add(p, &list, elem);
		if (at(p, TOK_RBRACKET))
			break;
		expect(p, TOK_COMMA);
		if (at(p, TOK_RBRACKET))
			N(p, node)->flags |= AF_TRAILING_COMMA;
	}
	next(p);
	p->no_in = saved;
	leave(p);
	if (cover == NULL)
		cover_check(p, &own);
	else
		*cover = own;
	N(p, node)->a = list.first;
	return finish(p, node);
}

uint32_t
parse_object(struct parser *p, struct cover *cover)
{
	uint32_t node = new_node(p, AST_OBJECT), elem, value;
	struct cover own = {0, 0};
	struct list list = {0, 0};
	bool proto = false;
	uint8_t saved = p->no_in;

	enter(p);
	p->no_in = 0;
	next(p);
	while (!at(p, TOK_RBRACE)) {
		if (at(p, TOK_ELLIPSIS)) {
			elem = new_node(p, AST_SPREAD);
			next(p);
			value = parse_assign_cover(p, &own);
			N(p, elem)->a = value;
			finish(p, elem);
			N(p, node)->flags |= AF_HAS_SPREAD;
		} else {
			elem = parse_prop(p, &own, &proto);
		}
		list_add(p, &list, elem);
		if (at(p, TOK_RBRACE))
			break;
		expect(p, TOK_COMMA);
		if (at(p, TOK_RBRACE))
			N(p, node)->flags |= AF_TRAILING_COMMA;
	}
	next(p);
	p->no_in = saved;
	leave(p);
	if (cover == NULL)
		cover_check(p, &own);
	else
		*cover = own;
	N(p, node)->a = list.first;
	return finish(p, node);
}

bool
at_key(const struct parser *p)
{
	switch (p->lx.tok.type) {
	case TOK_NAME:
	case TOK_STRING:
	case TOK_NUMBER:
	case TOK_BIGINT:
	case TOK_LBRACKET:
	case TOK_PRIVATE:
		return true;
	default:
		return false;
	}
}

uint32_t
parse_key(struct parser *p, bool *computed_out)
{
	uint32_t key;

	*computed_out = false;
	switch (p->lx.tok.type) {
	case TOK_NAME:
		return parse_property_name(p);
	case TOK_STRING:
		return parse_string(p, true);
	case TOK_NUMBER:
	case TOK_BIGINT:
		return parse_primary(p, NULL);
	case TOK_LBRACKET:
		next(p);
		key = parse_assign_in(p);
		expect(p, TOK_RBRACKET);
		*computed_out = true;
		return key;
	default:
		fail_token(p);
	}
}

/* {a}, {a = 1}: a name that is its own value. */
static void
parse_shorthand(struct parser *p, uint32_t node, const struct token *t,
    struct cover *cover)
{
	uint32_t value, init;

	if (t->type != TOK_NAME)
		fail_token(p);
	if (t->atom == ATOM_arguments) {
		if (p->ctx.arguments_bad)
			unit_fail(p->u, t->pos, t->end,
			    "'arguments' is not allowed in class field "
			    "initializer or static initialization block");
	} else if (t->atom != ATOM_eval) {
		check_binding_name(p, t->atom, t->flags, t->pos, t->end);
	}
	if (t->atom == ATOM_await)
		p->last_await_name = t->pos + 1;
	N(p, node)->op = PROP_SHORTHAND;
	value = new_node_at(p, AST_IDENT, t->pos);
	N(p, value)->a = t->atom;
	N(p, value)->end = t->end;
	if ((t->flags & TF_ESCAPE) != 0)
		N(p, value)->flags |= AF_ESCAPED_NAME;
	if (at(p, TOK_ASSIGN)) {
		if (cover->init_pos == 0)
			cover->init_pos = tok_pos(p);
		init = new_node_at(p, AST_DEFAULT, t->pos);
		next(p);
		N(p, init)->a = value;
		value = init;
		init = parse_assign(p);
		N(p, value)->b = init;
		finish(p, value);
	}
	N(p, node)->b = value;
}

static void
parse_prop_method(struct parser *p, uint32_t node, struct func_shape *shape)
{
	uint32_t func;

	shape->pos = N(p, node)->pos;
	func = parse_function(p, shape);
	N(p, node)->b = func;
	N(p, node)->op = shape->kind == FUNC_GETTER   ? PROP_GET
			 : shape->kind == FUNC_SETTER ? PROP_SET
						      : PROP_METHOD;
}

static bool
is_proto_key(const struct parser *p, uint32_t key)
{
	const struct ast_node *n = N(p, key);

	return (n->kind == AST_NAME || n->kind == AST_STRING) &&
	       n->a == ATOM_proto;
}

/* The words before a key. Returns whether the next token is such a word. */
static bool
modifier_ahead(struct parser *p, uint32_t atom, bool same_line)
{
	struct token t;

	if (!at_word(p, atom))
		return false;
	t = peek(p);
	if (same_line && (t.flags & TF_NEWLINE) != 0)
		return false;
	return t.type == TOK_NAME || t.type == TOK_STRING ||
	       t.type == TOK_NUMBER || t.type == TOK_BIGINT ||
	       t.type == TOK_LBRACKET ||
	       (atom == ATOM_async && t.type == TOK_STAR);
}

static uint32_t
parse_prop(struct parser *p, struct cover *cover, bool *proto_seen)
{
	struct func_shape shape = {.kind = FUNC_METHOD};
	uint32_t node = new_node(p, AST_PROP), key, value;
	struct token t;
	bool computed, modified = true;

	if (modifier_ahead(p, ATOM_get, false))
		shape.kind = FUNC_GETTER;
	else if (modifier_ahead(p, ATOM_set, false))
		shape.kind = FUNC_SETTER;
	else if (modifier_ahead(p, ATOM_async, true))
		shape.is_async = true;
	else
		modified = false;
	if (modified)
		next(p);
	if (shape.kind == FUNC_METHOD && accept_token(p, TOK_STAR))
		shape.is_generator = modified = true;
	t = p->lx.tok;
	key = parse_key(p, &computed);
	N(p, node)->a = key;
	if (computed)
		N(p, node)->flags |= AF_COMPUTED;
	if (modified || at(p, TOK_LPAREN) || (p->ts && at(p, TOK_LT))) {
		parse_prop_method(p, node, &shape);
	} else if (at(p, TOK_COLON)) {
		next(p);
		N(p, node)->op = PROP_INIT;
		if (!computed && is_proto_key(p, key)) {
			N(p, node)->op = PROP_PROTO;
			if (*proto_seen && cover->proto_pos == 0)
				cover->proto_pos = t.pos;
			*proto_seen = true;
		}
		value = parse_assign_cover(p, cover);
		N(p, node)->b = value;
	} else {
		parse_shorthand(p, node, &t, cover);
	}
	return finish(p, node);
}
