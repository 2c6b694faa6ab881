/*
 * Lowering of operators: binary spines, ?? and logical assignment, compound
 * assignment to checked, exported, super and private targets, new, ?:.
 */
#include "config.h"

#include "worker/lang/lower.h"

#include <string.h>

#include "base/util.h"

/* clang-format off */
static const char *const op_text[] = {
	[OP_ADD] = "+", [OP_SUB] = "-", [OP_MUL] = "*", [OP_DIV] = "/",
	[OP_MOD] = "%", [OP_EXP] = "**", [OP_SHL] = "<<", [OP_SHR] = ">>",
	[OP_USHR] = ">>>", [OP_BIT_AND] = "&", [OP_BIT_OR] = "|",
	[OP_BIT_XOR] = "^",
};
/* clang-format on */

/* ---- binary ------------------------------------------------------------ */

void
lo_push(struct lower *l, uint32_t n)
{
	l->spine = arena_grow(&l->u->arena, l->spine, l->nspine, &l->cap_spine,
	    sizeof *l->spine);
	l->spine[l->nspine++] = (struct spine){.n = n};
}

/* A local that can be read twice for nothing. */
static bool
is_plain_local(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);

	return node->kind == AST_IDENT && node->b != 0 &&
	       !lo_sym_checked(l, n) && !lo_sym_text(l, node->b)->member;
}

static void
nullish_begin(struct lower *l, struct spine *s, uint32_t left)
{
	lo_to(l, N(l, s->n)->pos);
	if (is_plain_local(l, left)) {
		lo_put(l, "(");
		return;
	}
	s->temp = lo_temp(l);
	lo_put(l, "((%t=", s->temp);
}

static void
nullish_end(struct lower *l, const struct spine *s, uint32_t left)
{
	uint32_t right = N(l, s->n)->b;

	lo_to(l, N(l, left)->end);
	if (s->temp == 0) {
		struct lang_str ref = lo_sym_ref(l, N(l, left)->b);

		lo_put(l, "!=null?%s:", &ref);
	} else {
		lo_put(l, ")!=null?%t:", s->temp);
	}
	lo_at(l, right);
	lo_put(l, ")");
	lo_temp_free(l, s->temp);
}

/* In a module `a<!--b` is an expression; Duktape sees a comment. */
static void
lower_html_comment(struct lower *l, uint32_t left, uint32_t right)
{
	uint32_t at = N(l, right)->pos;

	if (N(l, right)->kind == AST_UNARY && at > N(l, left)->end &&
	    l->u->src[at - 1] == '<') {
		lo_to(l, at);
		lo_put(l, " ");
	}
}

/* In a for head Duktape takes `in` only in parentheses. */
static bool
is_guarded_in(const struct lower *l, const struct ast_node *node)
{
	return l->in_for_init != 0 && node->kind == AST_BINARY &&
	       node->op == OP_IN;
}

void
lower_binary(struct lower *l, uint32_t n)
{
	uint32_t base = l->nspine, left;

	for (;; n = N(l, n)->a) {
		const struct ast_node *node = N(l, n);

		if (node->kind != AST_BINARY && node->kind != AST_LOGICAL)
			break;
		lo_push(l, n);
		if (is_guarded_in(l, node)) {
			lo_to(l, node->pos);
			lo_put(l, "(");
		}
		if (node->kind == AST_LOGICAL && node->op == OP_NULLISH)
			nullish_begin(l, &l->spine[l->nspine - 1], node->a);
	}
	lower_node(l, n);
	for (left = n; l->nspine > base; left = n) {
		struct spine s = l->spine[--l->nspine];
		const struct ast_node *node = N(l, s.n);

		n = s.n;
		if (node->kind == AST_LOGICAL && node->op == OP_NULLISH) {
			nullish_end(l, &s, left);
			continue;
		}
		if (node->op == OP_LT && l->module)
			lower_html_comment(l, left, node->b);
		lower_node(l, node->b);
		if (is_guarded_in(l, node)) {
			lo_to(l, node->end);
			lo_put(l, ")");
		}
	}
}

void
lower_cond(struct lower *l, uint32_t n)
{
	for (; N(l, n)->kind == AST_COND; n = N(l, n)->c) {
		lower_node(l, N(l, n)->a);
		lower_node(l, N(l, n)->b);
	}
	lower_node(l, n);
}

void
lower_unary(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	uint32_t arg = ast_skip_parens(&l->u->ast, node->a);

	if (node->op == OP_DELETE && N(l, arg)->kind == AST_OPT_CHAIN) {
		lo_to(l, node->pos);
		lo_skip(l, N(l, arg)->pos);
		lower_chain_delete(l, arg);
		lo_to(l, N(l, arg)->end);
		lo_skip(l, node->end);
		return;
	}
	if (node->op == OP_DELETE && lo_is_super_member(l, arg)) {
		lo_to(l, node->pos);
		lo_put(l, "%h()", LANG_HELPER_DELETE_SUPER);
		lo_skip(l, node->end);
		return;
	}
	lower_node(l, node->a);
}

/* Callees of `new` that stay one MemberExpression when lowered. */
static bool
new_callee_is_plain(const struct lower *l, uint32_t n)
{
	for (;; n = N(l, n)->a) {
		const struct ast_node *node = N(l, n);

		switch ((unsigned)node->kind) {
		case AST_MEMBER:
		case AST_INDEX:
			if (lo_is_private_member(l, n) ||
			    lo_is_super_member(l, n))
				return false;
			continue;
		case AST_IDENT:
		case AST_PAREN:
		case AST_THIS:
		case AST_NEW_TARGET:
		case AST_NEW:
			return true;
		case AST_FUNC:
			return !func_get(l->u, node->d)->is_async &&
			       !func_get(l->u, node->d)->is_generator;
		default:
			return false;
		}
	}
}

void
lower_new(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	bool plain = new_callee_is_plain(l, node->a);
	uint32_t a, last = 0;

	if (node->flags & AF_HAS_SPREAD) {
		lo_to(l, node->pos);
		lo_put(l, "%h(", LANG_HELPER_NEW_SPREAD);
		lo_at(l, node->a);
		lo_put(l, ",");
		lower_spread_array(l, node->b, true);
		lo_put(l, ")");
		lo_skip(l, node->end);
		return;
	}
	if (!plain) {
		lo_to(l, N(l, node->a)->pos);
		lo_put(l, "(");
	}
	lower_node(l, node->a);
	if (!plain) {
		lo_to(l, N(l, node->a)->end);
		lo_put(l, ")");
	}
	for (a = node->b; a != 0; a = N(l, a)->next) {
		lower_node(l, a);
		last = a;
	}
	if (node->flags & AF_TRAILING_COMMA) {
		lo_to(l, N(l, last)->end);
		lo_put(l, ")");
		lo_skip(l, node->end);
	}
}

/* ---- assignment -------------------------------------------------------- */

void
lower_void(struct lower *l, uint32_t n)
{
	uint32_t e = ast_skip_parens(&l->u->ast, n), i;

	if (N(l, e)->kind == AST_ASSIGN) {
		lower_assign(l, e, false);
	} else if (N(l, e)->kind == AST_UPDATE) {
		lower_update(l, e, false);
	} else if (N(l, e)->kind == AST_SEQUENCE) {
		for (i = N(l, e)->a; i != 0; i = N(l, i)->next)
			lower_void(l, i);
	} else {
		lower_node(l, n);
	}
}

bool
lo_ident_is_special(struct lower *l, uint32_t n)
{
	return lo_is_const_write(l, n) || lo_sym_checked(l, n) ||
	       (N(l, n)->b != 0 && lo_is_exported(l, N(l, n)->b));
}

static void
assign_ident(struct lower *l, uint32_t n, uint32_t target)
{
	const struct ast_node *node = N(l, n);
	struct lang_str name = unit_atom_str(l->u, N(l, target)->a);
	/* (x) = function(){} names nothing */
	bool named = target == node->a;

	if (node->op == OP_NONE) {
		if (!lo_ident_is_special(l, target)) {
			lower_node(l, node->a);
			if (named)
				lo_named(l, node->b, name);
			else
				lower_node(l, node->b);
			return;
		}
		lo_to(l, node->pos);
		lo_write_begin(l, target, false);
		if (named)
			lo_at_named(l, node->b, name);
		else
			lo_at(l, node->b);
		lo_write_end(l, target, false);
		return;
	}
	if (!lo_ident_is_special(l, target)) {
		lower_node(l, node->a);
		lower_node(l, node->b);
		return;
	}
	lo_to(l, node->pos);
	lo_write_begin(l, target, false);
	lo_at(l, target);
	lo_put(l, "%z(", op_text[node->op]);
	lo_at(l, node->b);
	lo_put(l, ")");
	/* the read was checked already */
	if (lo_is_const_write(l, target))
		lo_write_end(l, target, false);
	else if (lo_sym_checked(l, target))
		lo_put(l, ",0,\"\")");
}

/* `a ??= v`, `a ||= v`, `a &&= v` with A as the text says. */
static void
put_logical(struct lower *l, uint8_t op, uint32_t temp)
{
	if (op == OP_NULLISH)
		lo_put(l, "!=null?%t:", temp);
	else
		lo_put(l, op == OP_OR ? "||" : "&&");
}

static void
logical_ident(struct lower *l, uint32_t n, uint32_t target)
{
	const struct ast_node *node = N(l, n);
	uint32_t t = 0;

	lo_to(l, node->pos);
	lo_put(l, "(");
	if (node->op == OP_NULLISH) {
		t = lo_temp(l);
		lo_put(l, "(%t=", t);
	}
	lo_at(l, target);
	if (node->op == OP_NULLISH)
		lo_put(l, ")");
	put_logical(l, node->op, t);
	lo_put(l, "(");
	lo_write_begin(l, target, false);
	lo_at_named(l, node->b, unit_atom_str(l->u, N(l, target)->a));
	lo_write_end(l, target, false);
	lo_put(l, "))");
	lo_temp_free(l, t);
}

/* o.x ??= v, o[k] ||= v */
static void
logical_member(struct lower *l, uint32_t n, uint32_t target)
{
	const struct ast_node *node = N(l, n), *m = N(l, target);
	uint32_t obj = lo_temp(l), key = 0, t = 0;

	lo_to(l, node->pos);
	lo_put(l, "(");
	if (node->op == OP_NULLISH) {
		t = lo_temp(l);
		lo_put(l, "(%t=", t);
	}
	lo_put(l, "(%t=", obj);
	lo_at(l, m->a);
	lo_put(l, ")");
	if (m->kind == AST_INDEX) {
		key = lo_temp(l);
		lo_put(l, "[%t=", key);
		lo_at(l, m->b);
		lo_put(l, "]");
	} else {
		lo_to(l, m->end);
	}
	if (node->op == OP_NULLISH)
		lo_put(l, ")");
	put_logical(l, node->op, t);
	if (m->kind == AST_INDEX) {
		lo_put(l, "(%t[%t]=", obj, key);
	} else {
		lo_put(l, "(%t", obj);
		lo_put_member(l, unit_atom_str(l->u, N(l, m->b)->a));
		lo_put(l, "=");
	}
	lo_at(l, node->b);
	lo_put(l, "))");
	lo_temp_free(l, t);
	lo_temp_free(l, key);
	lo_temp_free(l, obj);
}

/*
 * All operators on super.x and o.#x: the read and the write are calls, the
 * object and a computed key are evaluated once.
 */
struct ref {
	bool is_super;
	uint32_t name; /* PRIVATE_NAME */
	uint32_t obj, key;
	uint32_t target;
	struct priv priv;
};

static void
ref_begin(struct lower *l, struct ref *r, uint32_t target)
{
	const struct ast_node *m = N(l, target);

	*r = (struct ref){.target = target};
	r->is_super = lo_is_super_member(l, target);
	if (r->is_super) {
		if (m->kind == AST_INDEX) {
			r->key = lo_temp(l);
			lo_put(l, "%t=", r->key);
			lo_at(l, m->b);
			lo_put(l, ",");
		}
		return;
	}
	r->name = m->b;
	r->obj = lo_temp(l);
	lo_put(l, "%t=", r->obj);
	lo_at(l, m->a);
	lo_put(l, ",");
}

static void
ref_read(struct lower *l, const struct ref *r)
{
	uint32_t t;

	if (r->is_super) {
		lo_put(l, "%h(", LANG_HELPER_SUPER_GET);
		lo_put_super_ref(l, r->target, r->key);
		lo_put(l, ")");
		return;
	}
	t = lo_private_get_begin(l, r->name);
	lo_put(l, "%t", r->obj);
	lo_private_get_end(l, r->name, t);
}

static void
ref_write_begin(struct lower *l, struct ref *r)
{
	if (r->is_super) {
		lo_put(l, "%h(", LANG_HELPER_SUPER_SET);
		lo_put_super_ref(l, r->target, r->key);
		lo_put(l, ",");
		return;
	}
	r->priv = lo_private_set_begin(l, r->name);
	lo_put(l, "%t", r->obj);
	lo_private_set_mid(l, r->name, r->priv);
}

static void
ref_write_end(struct lower *l, const struct ref *r)
{
	if (r->is_super)
		lo_put(l, ")");
	else
		lo_private_set_end(l, r->name, r->priv);
}

static void
ref_free(struct lower *l, const struct ref *r)
{
	lo_temp_free(l, r->key);
	lo_temp_free(l, r->obj);
}

static void
assign_ref(struct lower *l, uint32_t n, uint32_t target)
{
	const struct ast_node *node = N(l, n);
	uint32_t t = 0;
	struct ref r;

	lo_to(l, node->pos);
	lo_put(l, "(");
	ref_begin(l, &r, target);
	if (node->op == OP_NONE) {
		ref_write_begin(l, &r);
		lo_at(l, node->b);
		ref_write_end(l, &r);
	} else if (node->op == OP_AND || node->op == OP_OR ||
		   node->op == OP_NULLISH) {
		if (node->op == OP_NULLISH) {
			t = lo_temp(l);
			lo_put(l, "(%t=", t);
		}
		ref_read(l, &r);
		if (node->op == OP_NULLISH)
			lo_put(l, ")");
		put_logical(l, node->op, t);
		ref_write_begin(l, &r);
		lo_at(l, node->b);
		ref_write_end(l, &r);
		lo_temp_free(l, t);
	} else {
		ref_write_begin(l, &r);
		ref_read(l, &r);
		lo_put(l, "%z(", op_text[node->op]);
		lo_at(l, node->b);
		lo_put(l, ")");
		ref_write_end(l, &r);
	}
	lo_put(l, ")");
	ref_free(l, &r);
	lo_skip(l, node->end);
}

void
lower_assign(struct lower *l, uint32_t n, bool wanted)
{
	const struct ast_node *node = N(l, n);
	uint32_t target = ast_skip_parens(&l->u->ast, node->a);
	bool logical =
	    node->op == OP_AND || node->op == OP_OR || node->op == OP_NULLISH;

	if (ast_is_pattern(&l->u->ast, target)) {
		lower_pattern_assign(l, n, wanted);
	} else if (lo_is_super_member(l, target) ||
		   lo_is_private_member(l, target)) {
		assign_ref(l, n, target);
	} else if (N(l, target)->kind == AST_IDENT) {
		if (logical)
			logical_ident(l, n, target);
		else
			assign_ident(l, n, target);
	} else if (logical) {
		logical_member(l, n, target);
	} else {
		lower_node(l, node->a);
		lower_node(l, node->b);
	}
	lo_to(l, node->end);
}

/* ---- ++ and -- --------------------------------------------------------- */

static void
update_ident(struct lower *l, uint32_t n, uint32_t target, bool wanted)
{
	const struct ast_node *node = N(l, n);
	const char *op = node->op == OP_INC ? "++" : "--";
	bool prefix = node->flags & AF_PREFIX;
	struct lang_str ref;
	uint32_t t;

	lo_to(l, node->pos);
	lo_put(l, "(");
	lo_put_tdz_guard(l, target);
	ref = lo_sym_ref(l, N(l, target)->b);
	if (lo_is_const_write(l, target)) {
		lo_put(l, "+%s", &ref);
		lo_put_const_error(l, target, ',');
	} else if (prefix || !wanted) {
		lo_put_export_write(l, N(l, target)->b);
		lo_put(l, "%z%s", op, &ref);
	} else if (lo_is_exported(l, N(l, target)->b)) {
		t = lo_temp(l);
		lo_put(l, "%t=%s%z,", t, &ref, op);
		lo_put_export_write(l, N(l, target)->b);
		lo_put(l, "%s,%t", &ref, t);
		lo_temp_free(l, t);
	} else {
		lo_put(l, "%s%z", &ref, op);
	}
	lo_put(l, ")");
	lo_skip(l, node->end);
}

/* The old value goes through Duktape's own ++, which knows all numbers. */
static void
update_ref(struct lower *l, uint32_t n, uint32_t target, bool wanted)
{
	const struct ast_node *node = N(l, n);
	const char *op = node->op == OP_INC ? "++" : "--";
	bool prefix = (node->flags & AF_PREFIX) || !wanted;
	uint32_t t = lo_temp(l), old = 0;
	struct ref r;

	lo_to(l, node->pos);
	lo_put(l, "(");
	ref_begin(l, &r, target);
	lo_put(l, "%t=", t);
	ref_read(l, &r);
	lo_put(l, ",");
	if (!prefix) {
		old = lo_temp(l);
		lo_put(l, "%t=%t%z,", old, t, op);
	}
	ref_write_begin(l, &r);
	if (prefix)
		lo_put(l, "%z", op);
	lo_put(l, "%t", t);
	ref_write_end(l, &r);
	if (!prefix)
		lo_put(l, ",%t", old);
	lo_put(l, ")");
	lo_temp_free(l, old);
	lo_temp_free(l, t);
	ref_free(l, &r);
	lo_skip(l, node->end);
}

void
lower_update(struct lower *l, uint32_t n, bool wanted)
{
	const struct ast_node *node = N(l, n);
	uint32_t target = ast_skip_parens(&l->u->ast, node->a);

	if (lo_is_super_member(l, target) || lo_is_private_member(l, target))
		update_ref(l, n, target, wanted);
	else if (N(l, target)->kind == AST_IDENT && N(l, target)->b != 0 &&
		 lo_ident_is_special(l, target))
		update_ident(l, n, target, wanted);
	else
		lower_node(l, node->a);
	lo_to(l, node->end);
}
