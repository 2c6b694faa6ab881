/*
 * Lowering of object literals. What Duktape's literal cannot say (spread,
 * computed accessors, __proto__) splits it into pieces that helpers join:
 *
 *	{a, ...b, get [c]() {}}   $oa($os({a:a},b),"get",c,function(){})
 */
#include "config.h"

#include "worker/lang/lower.h"

#include "base/util.h"

static bool
prop_splits(const struct lower *l, uint32_t p)
{
	const struct ast_node *node = N(l, p);

	if (node->kind == AST_SPREAD || node->op == PROP_PROTO)
		return true;
	return (node->op == PROP_GET || node->op == PROP_SET) &&
	       (node->flags & AF_COMPUTED);
}

static bool
shorthand_is_plain(struct lower *l, uint32_t value)
{
	const struct ast_node *node = N(l, value);

	if (node->kind != AST_IDENT || node->a == ATOM_get ||
	    node->a == ATOM_set || (node->flags & AF_ESCAPED_NAME))
		return false;
	if (!lo_is_ascii(unit_atom_str(l->u, node->a)))
		return false;
	if (node->b == 0)
		return node->a != ATOM_arguments;
	return lo_sym_text(l, node->b)->plain && !lo_sym_checked(l, value);
}

/* A named function under a computed key: [t=$pk(k)]:$nm(f,t) */
static void
put_computed(struct lower *l, uint32_t p)
{
	const struct ast_node *node = N(l, p);
	bool method = node->op == PROP_METHOD;
	bool naming =
	    method || ast_anonymous_function(&l->u->ast, node->b) != 0;
	struct lang_str name;
	uint32_t t = 0;

	lo_put(l, "[");
	if (lo_key_name(l, node->a, true, &name)) {
		naming = false;
		lo_put_quote(l, name);
		lo_skip(l, N(l, node->a)->end);
	} else if (naming) {
		t = lo_temp(l);
		lo_put(l, "%t=", t);
		lo_put_key_value(l, node->a, true);
		name = lo_str("");
	} else {
		lo_at(l, node->a);
	}
	lo_put(l, "]:");
	if (naming)
		lo_put(l, "%h(", LANG_HELPER_SET_NAME);
	lo_skip(l, N(l, node->b)->pos);
	if (method)
		lower_method_func(l, node->b, name, !naming);
	else if (naming)
		lower_node(l, node->b);
	else
		lo_named(l, node->b, t == 0 ? name : lo_str(""));
	lo_to(l, N(l, node->b)->end);
	if (naming)
		lo_put(l, ",%t)", t);
	lo_temp_free(l, t);
}

static void
put_accessor(struct lower *l, uint32_t p)
{
	const struct ast_node *node = N(l, p);
	bool get = node->op == PROP_GET;
	struct lang_str key = lo_key_str(l, node->a);
	struct fn_spec spec = {.named = true, .is_accessor = true};

	spec.name = lo_textf(l, get ? "get %s" : "set %s", &key);
	lo_put(l, get ? "get " : "set ");
	lo_put_key(l, node->a);
	lo_fn_text(l, node->b, &spec);
}

/* One property, its source skipped or copied. The cursor is before it. */
static void
lower_prop(struct lower *l, uint32_t p)
{
	const struct ast_node *node = N(l, p);
	struct lang_str name;

	switch (node->op) {
	case PROP_SHORTHAND:
		if (shorthand_is_plain(l, node->b)) {
			lower_node(l, node->b);
			break;
		}
		lo_to(l, node->pos);
		lo_put_key(l, node->a);
		lo_put(l, ":");
		lo_at(l, node->b);
		break;
	case PROP_METHOD:
		lo_to(l, node->pos);
		if (node->flags & AF_COMPUTED) {
			put_computed(l, p);
			break;
		}
		lo_put_key(l, node->a);
		lo_put(l, ":");
		lower_method_func(l, node->b, lo_key_str(l, node->a), true);
		break;
	case PROP_GET:
	case PROP_SET:
		lo_to(l, node->pos);
		put_accessor(l, p);
		break;
	default:
		if (node->flags & AF_COMPUTED) {
			lo_to(l, node->pos);
			put_computed(l, p);
			break;
		}
		if (N(l, node->a)->kind == AST_BIGINT ||
		    N(l, node->a)->kind == AST_NUMBER ||
		    N(l, node->a)->kind == AST_STRING ||
		    !lo_is_ascii(lo_key_str(l, node->a))) {
			lo_to(l, node->pos);
			lo_put_key(l, node->a);
		}
		name = lo_key_str(l, node->a);
		lo_named(l, node->b, name);
	}
}

/* "{a,b}" up to a property that splits, which is returned. */
static uint32_t
put_piece(struct lower *l, uint32_t p)
{
	const char *sep = "";

	lo_put(l, "{");
	for (; p != 0 && !prop_splits(l, p); p = N(l, p)->next) {
		lo_put(l, "%z", sep);
		lo_skip(l, N(l, p)->pos);
		lower_prop(l, p);
		lo_to(l, N(l, p)->end);
		sep = ",";
	}
	lo_put(l, "}");
	return p;
}

static bool
piece_has_accessor(const struct lower *l, uint32_t p)
{
	for (; p != 0 && !prop_splits(l, p); p = N(l, p)->next)
		if (N(l, p)->op == PROP_GET || N(l, p)->op == PROP_SET)
			return true;
	return false;
}

/* Spreads and plain pieces only, none of which can notice the order. */
static bool
object_is_flat(const struct lower *l, uint32_t p)
{
	while (p != 0 && !prop_splits(l, p))
		p = N(l, p)->next;
	if (N(l, p)->kind != AST_SPREAD)
		return false;
	for (p = N(l, p)->next; p != 0; p = N(l, p)->next) {
		const struct ast_node *node = N(l, p);

		if (node->kind == AST_SPREAD) {
			if (!lo_is_pure(l, node->a))
				return false;
		} else if (prop_splits(l, p) || node->op == PROP_GET ||
			   node->op == PROP_SET ||
			   (node->flags & AF_COMPUTED) ||
			   !lo_is_pure(l, node->b)) {
			return false;
		}
	}
	return true;
}

static void
put_flat(struct lower *l, uint32_t p)
{
	lo_put(l, "%h(", LANG_HELPER_OBJ_SPREAD);
	p = put_piece(l, p);
	while (p != 0) {
		lo_put(l, ",");
		if (N(l, p)->kind == AST_SPREAD) {
			lo_at(l, N(l, p)->a);
			p = N(l, p)->next;
		} else {
			p = put_piece(l, p);
		}
	}
	lo_put(l, ")");
}

static enum lang_helper
split_helper(const struct lower *l, uint32_t p)
{
	if (N(l, p)->kind == AST_SPREAD)
		return LANG_HELPER_OBJ_SPREAD;
	if (N(l, p)->op == PROP_PROTO)
		return LANG_HELPER_OBJ_PROTO;
	return LANG_HELPER_OBJ_ACCESSOR;
}

static void
put_split_accessor(struct lower *l, uint32_t p)
{
	const struct ast_node *node = N(l, p);

	lo_put(l, node->op == PROP_GET ? "\"get\"," : "\"set\",");
	lo_put_key_value(l, node->a, true);
	lo_put(l, ",");
	lower_method_func(l, node->b, lo_str(""), false);
}

static void
put_nested(struct lower *l, uint32_t first)
{
	bool piece = true;
	uint32_t p, n = 0, *ids;

	for (p = first; p != 0; p = N(l, p)->next)
		n++;
	ids = arena_zalloc(&l->u->arena, n + 1, sizeof *ids);
	for (p = first, n = 0; p != 0; p = N(l, p)->next) {
		if (prop_splits(l, p)) {
			ids[n++] = split_helper(l, p);
			piece = false;
		} else if (!piece) {
			ids[n++] = piece_has_accessor(l, p)
				       ? LANG_HELPER_OBJ_DEFINE
				       : LANG_HELPER_OBJ_SPREAD;
			piece = true;
		}
	}
	lo_put_nested(l, ids, n);
	p = put_piece(l, first);
	while (p != 0) {
		const struct ast_node *node = N(l, p);

		lo_put(l, ",");
		if (!prop_splits(l, p)) {
			p = put_piece(l, p);
		} else {
			if (node->kind == AST_SPREAD)
				lo_at(l, node->a);
			else if (node->op == PROP_PROTO)
				lo_at(l, node->b);
			else
				put_split_accessor(l, p);
			p = node->next;
		}
		lo_put(l, ")");
	}
}

/* Some method of the literal uses super. */
static bool
object_needs_home(const struct lower *l, uint32_t p)
{
	for (; p != 0; p = N(l, p)->next) {
		const struct ast_node *node = N(l, p);
		const struct func *f;

		if (node->kind != AST_PROP ||
		    (node->op != PROP_METHOD && node->op != PROP_GET &&
			node->op != PROP_SET))
			continue;
		f = func_get(l->u, N(l, node->b)->d);
		if (f->uses_super_prop || f->arrow_uses_super ||
		    f->has_direct_eval)
			return true;
	}
	return false;
}

void
lower_object(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	struct home home = {.up = l->home, .is_object = true};
	bool homed = object_needs_home(l, node->a), split = false;
	bool wrapped;
	struct fnctx fn;
	uint32_t p;

	/* closures of two iterations must not share the home variable */
	wrapped = homed && l->fn->loops != NULL && !l->fn->is_async &&
		  !l->fn->is_generator;

	for (p = node->a; p != 0 && !split; p = N(l, p)->next)
		split = prop_splits(l, p);
	if (homed) {
		lo_to(l, node->pos);
		lo_put(l, "(");
		if (wrapped) {
			lo_fn_hidden(l, &fn, lo_textf(l, "%pthis").s);
			lo_put(l, "return ");
		}
		home.text = lo_var(l, "h");
		l->home = &home;
		lo_put(l, "%s=", &home.text);
	}
	if (!split) {
		for (p = node->a; p != 0; p = N(l, p)->next)
			lower_prop(l, p);
		if (homed)
			lo_to(l, node->end);
	} else {
		lo_to(l, node->pos);
		if (object_is_flat(l, node->a))
			put_flat(l, node->a);
		else
			put_nested(l, node->a);
		lo_skip(l, node->end);
	}
	if (wrapped) {
		lo_put(l, ";");
		lo_fn_end_vars(l);
		lo_put(l, "}(");
		lo_fn_leave(l, &fn);
		lo_put_outer_this(l);
		lo_put(l, ")");
	}
	if (homed) {
		lo_put(l, ")");
		l->home = home.up;
	}
}
