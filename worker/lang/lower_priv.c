/*
 * Lowering of super.x and of private names. Fields are hidden properties;
 * private methods and accessors are functions in variables, guarded by a brand
 * that instances carry.
 */
#include "config.h"

#include "worker/lang/lower.h"

#include "base/util.h"

/* ---- super ------------------------------------------------------------- */

bool
lo_is_super_member(const struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);

	return (node->kind == AST_MEMBER || node->kind == AST_INDEX) &&
	       N(l, node->a)->kind == AST_SUPER;
}

void
lo_put_super_ref(struct lower *l, uint32_t n, uint32_t key_temp)
{
	const struct ast_node *node = N(l, n);

	if (l->home == NULL)
		unit_fail(l->u, node->pos, node->end,
		    "'super' keyword unexpected here");
	lo_put(l, "%s,", &l->home->text);
	if (key_temp != 0)
		lo_put(l, "%t", key_temp);
	else if (node->kind == AST_INDEX)
		lo_at(l, node->b);
	else
		lo_put_quote(l, unit_atom_str(l->u, N(l, node->b)->a));
	lo_put(l, ",");
	lo_put_this(l);
}

/* ---- private names ----------------------------------------------------- */

bool
lo_is_private_member(const struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);

	return node->kind == AST_MEMBER &&
	       N(l, node->b)->kind == AST_PRIVATE_NAME;
}

static const struct symtext *
private_sym(struct lower *l, uint32_t name, uint32_t *flags_out)
{
	const struct ast_node *node = N(l, name);
	const struct symtext *outer;

	if (node->b == 0 &&
	    (outer = lo_eval_private(l, node->a, flags_out)) != NULL)
		return outer;
	if (node->b == 0 || l->syms[node->b].text.len == 0)
		unit_fail(l->u, node->pos, node->end,
		    "Private field must be declared in an enclosing class");
	*flags_out = symbol_get(l->u, node->b)->flags;
	return &l->syms[node->b];
}

static void
put_private_quote(struct lower *l, uint32_t name)
{
	struct lang_str s = unit_atom_str(l->u, N(l, name)->a);

	lo_put_quote(l, lo_textf(l, "#%s", &s));
}

static void
put_private_throw(struct lower *l, uint32_t name, uint32_t kind)
{
	lo_put(l, "%h(%u,", LANG_HELPER_PRIV_THROW, kind);
	put_private_quote(l, name);
	lo_put(l, ")");
}

uint32_t
lo_private_get_begin(struct lower *l, uint32_t name)
{
	uint32_t flags, t;

	private_sym(l, name, &flags);
	if (flags & SYMF_METHOD) {
		lo_put(l, "%h(", LANG_HELPER_PRIV_BRAND);
		return 0;
	}
	if (flags & SYMF_GETTER) {
		t = lo_temp(l);
		lo_put(l, "%h(%h(%t=", LANG_HELPER_CALL, LANG_HELPER_PRIV_BRAND,
		    t);
		return t;
	}
	if (flags & SYMF_SETTER)
		lo_put(l, "(");
	else
		lo_put(l, "%h(", LANG_HELPER_PRIV_GET);
	return 0;
}

void
lo_private_get_end(struct lower *l, uint32_t name, uint32_t t)
{
	uint32_t flags;
	const struct symtext *s = private_sym(l, name, &flags);

	if (flags & (SYMF_METHOD | SYMF_GETTER)) {
		lo_put(l, ",%s,%s,", &s->brand, &s->text);
		put_private_quote(l, name);
		lo_put(l, ")");
		if (flags & SYMF_GETTER)
			lo_put(l, ",%t)", t);
		lo_temp_free(l, t);
	} else if (flags & SYMF_SETTER) {
		lo_put(l, ",");
		put_private_throw(l, name, 1);
		lo_put(l, ")");
	} else {
		lo_put(l, ",%s)", &s->text);
	}
}

struct priv
lo_private_set_begin(struct lower *l, uint32_t name)
{
	struct priv p = {0};
	uint32_t flags;

	private_sym(l, name, &flags);
	if (flags & SYMF_SETTER) {
		p.obj = lo_temp(l);
		p.value = lo_temp(l);
		lo_put(l, "(%h(%h(%t=", LANG_HELPER_CALL,
		    LANG_HELPER_PRIV_BRAND, p.obj);
	} else if (flags & (SYMF_METHOD | SYMF_GETTER)) {
		lo_put(l, "(");
	} else {
		lo_put(l, "%h(", LANG_HELPER_PRIV_SET);
	}
	return p;
}

void
lo_private_set_mid(struct lower *l, uint32_t name, struct priv p)
{
	uint32_t flags;
	const struct symtext *s = private_sym(l, name, &flags);

	if (flags & SYMF_SETTER) {
		lo_put(l, ",%s,%s,", &s->brand, &s->set);
		put_private_quote(l, name);
		lo_put(l, "),%t,%t=", p.obj, p.value);
	} else if (flags & (SYMF_METHOD | SYMF_GETTER)) {
		lo_put(l, ",");
	} else {
		lo_put(l, ",%s,", &s->text);
	}
}

void
lo_private_set_end(struct lower *l, uint32_t name, struct priv p)
{
	uint32_t flags;

	private_sym(l, name, &flags);
	if (flags & SYMF_SETTER) {
		lo_put(l, "),%t)", p.value);
		lo_temp_free(l, p.obj);
		lo_temp_free(l, p.value);
	} else if (flags & (SYMF_METHOD | SYMF_GETTER)) {
		lo_put(l, ",");
		put_private_throw(l, name, flags & SYMF_METHOD ? 0 : 2);
		lo_put(l, ")");
	} else {
		lo_put(l, ")");
	}
}

void
lower_private_in(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	uint32_t flags;
	const struct symtext *s = private_sym(l, node->a, &flags);

	lo_to(l, node->pos);
	lo_put(l, "%h(", LANG_HELPER_PRIV_HAS);
	lo_at(l, node->b);
	lo_put(l, ",%s)", s->brand.len != 0 ? &s->brand : &s->text);
	lo_skip(l, node->end);
}
