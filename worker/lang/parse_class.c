/*
 * Classes: members, fields, private names, static blocks, decorators.
 *
 * Runs in: worker, on a tenant's source text.
 */
#include "config.h"

#include "base/util.h"
#include "worker/lang/parse_priv.h"
#include "worker/lang/parse_ts.h"
#include "worker/lang/parse_type.h"

/* What stands before a member's key. */
struct member {
	uint32_t pos;      /* of the member */
	uint32_t text_pos; /* behind `static` */
	uint32_t decorators;
	bool is_static;
	bool is_async;
	bool is_generator;
	bool is_accessor;
	enum ast_method method;
	uint32_t key;
	bool computed;
};

static void parse_class_body(struct parser *p, uint32_t node, uint32_t klass);
static uint32_t parse_class_member(struct parser *p, uint32_t klass);
static uint32_t parse_static_block(struct parser *p, uint32_t pos,
    uint32_t klass);
static void parse_modifiers(struct parser *p, struct member *m);
static uint32_t parse_method(struct parser *p, struct member *m,
    uint32_t klass);
static uint32_t parse_field(struct parser *p, const struct member *m,
    uint32_t klass);
static bool key_is(const struct parser *p, const struct member *m,
    uint32_t atom);

uint32_t
parse_class(struct parser *p, uint32_t flags, uint32_t decorators)
{
	uint32_t node = new_node(p, AST_CLASS), klass, part, mark, saved_klass;
	struct parse_context saved = p->ctx;
	struct klass *k;

	enter(p);
	expect_word(p, ATOM_class);
	N(p, node)->flags = (uint16_t)flags;
	klass = pool_add(p->u, &p->u->klasses);
	k = klass_get(p->u, klass);
	k->node = node;
	k->decorators = decorators;
	N(p, node)->d = klass;
	saved_klass = p->klass;
	p->ctx.strict = true;
	if (at(p, TOK_NAME) && !at_word(p, ATOM_extends) &&
	    !(p->ts && at_word(p, ATOM_implements))) {
		if ((flags & AF_DECL) != 0) {
			part = parse_binding_ident(p, SYM_CLASS);
			k->scope = scope_open(p, SCOPE_CLASS);
			k->inner = declare_in(p, k->scope, SYM_CLASS_NAME,
			    N(p, part)->a, 0);
			symbol_get(p->u, k->inner)->decl = part;
		} else {
			k->scope = scope_open(p, SCOPE_CLASS);
			part = parse_binding_ident(p, SYM_CLASS_NAME);
			k->inner = N(p, part)->b;
		}
		N(p, node)->a = part;
	} else {
		if ((flags & (AF_DECL | AF_CLASS_DEFAULT)) == AF_DECL)
			fail_token(p);
		k->scope = scope_open(p, SCOPE_CLASS);
	}
	N(p, node)->flags &= (uint16_t)~AF_CLASS_DEFAULT;
	if (p->ts)
		parse_ts_type_params(p);
	if (accept_word(p, ATOM_extends)) {
		p->arrow_pos = 0;
		part = parse_lhs(p, NULL);
		N(p, node)->b = part;
		k->derived = true;
		if (p->ts)
			parse_ts_heritage_args(p);
	}
	if (p->ts)
		parse_ts_implements(p);
	/* The heritage sees the private names of outer classes only. */
	mark = p->nprivates;
	p->klass = klass;
	parse_class_body(p, node, klass);
	private_close(p, mark, klass);
	p->klass = saved_klass;
	scope_get(p->u, k->scope)->end = p->lx.prev_end;
	p->ctx = saved;
	leave(p);
	return finish(p, node);
}

/* @a.b(c) and @(expression), as a list; the first is returned. */
uint32_t
parse_decorators(struct parser *p)
{
	struct list list = {0, 0};
	uint32_t node, expr, part;

	while (at(p, TOK_AT)) {
		node = new_node(p, AST_DECORATOR);
		p->u->has_decorators = true;
		next(p);
		if (at(p, TOK_LPAREN)) {
			p->arrow_pos = 0;
			expr = parse_primary(p, NULL);
		} else {
			expr = parse_name_ref(p);
			while (at(p, TOK_DOT)) {
				part =
				    new_node_at(p, AST_MEMBER, N(p, expr)->pos);
				next(p);
				N(p, part)->a = expr;
				if (at(p, TOK_PRIVATE)) {
					expr = parse_private_name(p);
					private_use(p, expr);
				} else {
					expr = parse_property_name(p);
				}
				N(p, part)->b = expr;
				expr = finish(p, part);
			}
			if (at(p, TOK_LPAREN)) {
				part =
				    new_node_at(p, AST_CALL, N(p, expr)->pos);
				N(p, part)->a = expr;
				expr = parse_args(p, part);
			}
		}
		N(p, node)->a = expr;
		list_add(p, &list, finish(p, node));
	}
	return list.first;
}

static void
parse_class_body(struct parser *p, uint32_t node, uint32_t klass)
{
	struct list list = {0, 0};
	uint8_t no_in = p->no_in;
	uint32_t member;

	p->no_in = 0;
	klass_get(p->u, klass)->body_pos = tok_pos(p);
	expect(p, TOK_LBRACE);
	while (!at(p, TOK_RBRACE)) {
		if (accept_token(p, TOK_SEMICOLON))
			continue;
		if (at(p, TOK_EOF))
			fail_token(p);
		member = parse_class_member(p, klass);
		list_add(p, &list, member);
	}
	next(p);
	p->no_in = no_in;
	N(p, node)->c = list.first;
}

/*
 * Whether the word that is the current token modifies what follows, and is
 * not itself the key.
 */
static bool
is_modifier(struct parser *p, uint32_t atom, bool same_line, bool star)
{
	struct token t;

	if (!at_word(p, atom))
		return false;
	t = peek(p);
	if (same_line && (t.flags & TF_NEWLINE) != 0)
		return false;
	switch (t.type) {
	case TOK_NAME:
	case TOK_STRING:
	case TOK_NUMBER:
	case TOK_BIGINT:
	case TOK_LBRACKET:
	case TOK_PRIVATE:
		return true;
	case TOK_STAR:
		return star;
	case TOK_LBRACE:
		return atom == ATOM_static;
	default:
		return false;
	}
}

static void
parse_modifiers(struct parser *p, struct member *m)
{
	if (is_modifier(p, ATOM_get, false, false)) {
		m->method = METHOD_GET;
		next(p);
	} else if (is_modifier(p, ATOM_set, false, false)) {
		m->method = METHOD_SET;
		next(p);
	} else if (is_modifier(p, ATOM_accessor, true, false)) {
		m->is_accessor = true;
		next(p);
	} else {
		if (is_modifier(p, ATOM_async, true, true)) {
			m->is_async = true;
			next(p);
		}
		m->is_generator = accept_token(p, TOK_STAR);
	}
}

static uint32_t
parse_class_member(struct parser *p, uint32_t klass)
{
	struct member m = {.method = METHOD_NORMAL};
	uint32_t node;
	bool plain;

	m.pos = tok_pos(p);
	if (at(p, TOK_AT))
		m.decorators = parse_decorators(p);
	if (p->ts && (node = parse_ts_member(p, m.pos)) != 0)
		return node;
	if (is_modifier(p, ATOM_static, false, true)) {
		m.is_static = true;
		next(p);
		if (p->ts && (node = parse_ts_member(p, m.pos)) != 0)
			return node;
	}
	m.text_pos = tok_pos(p);
	if (!m.is_static || !at(p, TOK_LBRACE))
		parse_modifiers(p, &m);
	if (m.is_static && at(p, TOK_LBRACE)) {
		if (m.decorators != 0)
			fail_token(p);
		return parse_static_block(p, m.pos, klass);
	}
	if (at(p, TOK_PRIVATE)) {
		if (p->lx.tok.atom == ATOM_constructor)
			unit_fail(p->u, tok_pos(p), p->lx.tok.end,
			    "Classes may not have a private field named "
			    "'#constructor'");
		m.key = parse_private_name(p);
	} else {
		m.key = parse_key(p, &m.computed);
	}
	if (m.computed)
		klass_get(p->u, klass)->has_computed_keys = true;
	if (p->ts)
		parse_ts_member_optional(p);
	plain = m.method == METHOD_NORMAL && !m.is_async && !m.is_generator;
	if (!m.is_accessor &&
	    (!plain || at(p, TOK_LPAREN) || (p->ts && at(p, TOK_LT))))
		return parse_method(p, &m, klass);
	return parse_field(p, &m, klass);
}

static uint32_t
parse_static_block(struct parser *p, uint32_t pos, uint32_t klass)
{
	uint32_t node = new_node_at(p, AST_STATIC_BLOCK, pos), fn;
	uint32_t annex_b = p->nannex_b;
	struct parse_context saved;
	struct list list = {0, 0};

	enter(p);
	klass_get(p->u, klass)->has_static = true;
	fn = parse_hidden_begin(p, node, FUNC_STATIC_BLOCK, &saved);
	func_get(p->u, fn)->klass = klass;
	func_get(p->u, fn)->is_static = true;
	next(p);
	while (!at(p, TOK_RBRACE)) {
		if (at(p, TOK_EOF))
			fail_token(p);
		list_add(p, &list, parse_statement_item(p));
	}
	declare_annex_b(p, annex_b);
	parse_hidden_end(p, &saved);
	next(p);
	leave(p);
	N(p, node)->a = list.first;
	N(p, node)->d = fn;
	return finish(p, node);
}

static bool
key_is(const struct parser *p, const struct member *m, uint32_t atom)
{
	const struct ast_node *n = N(p, m->key);

	return !m->computed && n->a == atom &&
	       (n->kind == AST_NAME || n->kind == AST_STRING);
}

/* `constructor` and `prototype` are special. */
static void
check_method_name(struct parser *p, struct member *m, struct klass *k)
{
	const char *what = NULL;

	if (m->is_static && key_is(p, m, ATOM_prototype))
		fail_at(p, m->key,
		    "Classes may not have a static property named "
		    "'prototype'");
	if (m->is_static || !key_is(p, m, ATOM_constructor))
		return;
	if (m->method != METHOD_NORMAL)
		what = "an accessor";
	else if (m->is_generator)
		what = m->is_async ? "an async generator" : "a generator";
	else if (m->is_async)
		what = "an async method";
	if (what != NULL)
		unit_fail(p->u, N(p, m->key)->pos, N(p, m->key)->end,
		    "Class constructor may not be %s", what);
	if (k->ctor != 0)
		fail_at(p, m->key, "A class may only have one constructor");
	m->method = METHOD_CTOR;
}

static uint32_t
private_flags(const struct member *m)
{
	uint32_t flags = m->is_static ? SYMF_STATIC : 0;

	switch (m->method) {
	case METHOD_GET:
		return flags | SYMF_GETTER;
	case METHOD_SET:
		return flags | SYMF_SETTER;
	case METHOD_NORMAL:
	case METHOD_CTOR:
		break;
	}
	return flags | SYMF_METHOD;
}

static uint32_t
parse_method(struct parser *p, struct member *m, uint32_t klass)
{
	uint32_t node = new_node_at(p, AST_METHOD, m->pos), func;
	struct klass *k = klass_get(p->u, klass);
	struct func_shape shape = {.kind = FUNC_METHOD,
	    .pos = m->text_pos,
	    .is_async = m->is_async,
	    .is_generator = m->is_generator,
	    .is_static = m->is_static};
	struct list outer;
	bool overload;

	check_method_name(p, m, k);
	if (m->method == METHOD_GET)
		shape.kind = FUNC_GETTER;
	else if (m->method == METHOD_SET)
		shape.kind = FUNC_SETTER;
	else if (m->method == METHOD_CTOR)
		shape.kind = k->derived ? FUNC_DERIVED_CTOR : FUNC_CTOR;
	N(p, node)->op = (uint8_t)m->method;
	N(p, node)->a = m->key;
	N(p, node)->c = m->decorators;
	if (m->is_static)
		N(p, node)->flags |= AF_STATIC;
	if (m->computed)
		N(p, node)->flags |= AF_COMPUTED;
	outer = p->param_decorators;
	p->param_decorators = (struct list){0, 0};
	func = parse_function(p, &shape);
	func_get(p->u, N(p, func)->d)->klass = klass;
	N(p, node)->b = func;
	N(p, node)->d = p->param_decorators.first;
	p->param_decorators = outer;
	overload = N(p, func)->c == 0;
	if (overload) {
		N(p, node)->kind = AST_TS_ERASED;
		N(p, node)->a = N(p, node)->b = N(p, node)->c = 0;
		N(p, node)->d = 0;
		ts_erase(p, m->pos, p->lx.prev_end);
		return finish(p, node);
	}
	if (m->method == METHOD_CTOR)
		k->ctor = node;
	if (N(p, m->key)->kind == AST_PRIVATE_NAME) {
		declare_private(p, m->key, private_flags(m));
		if (!m->is_static)
			k->has_private_methods = true;
	}
	return finish(p, node);
}

static uint32_t
parse_field(struct parser *p, const struct member *m, uint32_t klass)
{
	uint32_t node = new_node_at(p, AST_FIELD, m->pos), fn, value;
	struct klass *k = klass_get(p->u, klass);
	struct parse_context saved;

	if (key_is(p, m, ATOM_constructor) ||
	    (m->is_static && key_is(p, m, ATOM_prototype))) {
		struct lang_str name = atom_text(p, N(p, m->key)->a);

		unit_fail(p->u, N(p, m->key)->pos, N(p, m->key)->end,
		    "Classes may not have a %s named '%.*s'",
		    m->is_static && key_is(p, m, ATOM_prototype)
			? "static property"
			: "field",
		    (int)name.len, name.s);
	}
	N(p, node)->a = m->key;
	N(p, node)->c = m->decorators;
	if (m->is_static)
		N(p, node)->flags |= AF_STATIC;
	if (m->computed)
		N(p, node)->flags |= AF_COMPUTED;
	if (m->is_accessor)
		N(p, node)->flags |= AF_ACCESSOR;
	if (N(p, m->key)->kind == AST_PRIVATE_NAME)
		declare_private(p, m->key, m->is_static ? SYMF_STATIC : 0);
	if (m->is_static)
		k->has_static = true;
	else
		k->has_fields = true;
	if (p->ts)
		parse_ts_annotation(p);
	fn = parse_hidden_begin(p, node, FUNC_FIELD_INIT, &saved);
	func_get(p->u, fn)->klass = klass;
	func_get(p->u, fn)->is_static = m->is_static;
	N(p, node)->d = fn;
	if (accept_token(p, TOK_ASSIGN)) {
		func_get(p->u, fn)->body_pos = tok_pos(p);
		value = parse_assign(p);
		N(p, node)->b = value;
	}
	parse_hidden_end(p, &saved);
	semicolon(p);
	return finish(p, node);
}
