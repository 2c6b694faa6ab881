/*
 * Lowering of destructuring: a pattern becomes a comma expression that takes
 * a value apart. Array patterns whose evaluation nobody can watch read through
 * $ap, all others through an iterator record.
 */
#include "config.h"

#include "worker/lang/lower.h"

#include "base/util.h"

static void
item(struct lower *l, bool *first)
{
	if (!*first)
		lo_put(l, ",");
	*first = false;
}

/* How many nodes is_movable() looks at. */
#define MOVABLE_BUDGET 2000

/* ---- targets ----------------------------------------------------------- */

/* VALUE, or what replaces undefined; only one of them is evaluated. */
static void
put_value(struct lower *l, uint32_t target, struct lang_str value, uint32_t def)
{
	uint32_t t;

	if (def == 0) {
		lo_put(l, "%s", &value);
		return;
	}
	t = lo_temp(l);
	lo_put(l, "(%t=%s)===void 0?", t, &value);
	if (N(l, target)->kind == AST_BINDING ||
	    N(l, target)->kind == AST_IDENT)
		lo_at_named(l, def, unit_atom_str(l->u, N(l, target)->a));
	else
		lo_at(l, def);
	lo_put(l, ":%t", t);
	lo_temp_free(l, t);
}

static void
simple_target(struct lower *l, uint32_t target, struct lang_str value,
    uint32_t def, bool init)
{
	const struct ast_node *node = N(l, target);
	struct priv priv;

	lo_skip(l, node->pos);
	emit_sync(&l->e, node->pos);
	if (node->kind == AST_BINDING || node->kind == AST_IDENT) {
		if (node->kind == AST_BINDING)
			lo_declare_sym(l, node->b);
		lo_write_begin(l, target, init);
		put_value(l, target, value, def);
		lo_write_end(l, target, init);
	} else if (lo_is_super_member(l, target)) {
		lo_put(l, "%h(", LANG_HELPER_SUPER_SET);
		lo_put_super_ref(l, target, 0);
		lo_put(l, ",");
		put_value(l, target, value, def);
		lo_put(l, ")");
	} else if (lo_is_private_member(l, target)) {
		priv = lo_private_set_begin(l, node->b);
		lo_at(l, node->a);
		lo_private_set_mid(l, node->b, priv);
		put_value(l, target, value, def);
		lo_private_set_end(l, node->b, priv);
	} else {
		lo_at(l, target);
		lo_put(l, "=");
		put_value(l, target, value, def);
	}
}

void
lower_target(struct lower *l, uint32_t n, struct lang_str value, bool init,
    bool *first)
{
	uint32_t target = n, def = 0, t;

	if (N(l, n)->kind == AST_DEFAULT) {
		target = N(l, n)->a;
		def = N(l, n)->b;
	}
	target = ast_skip_parens(&l->u->ast, target);
	item(l, first);
	if (!ast_is_pattern(&l->u->ast, target)) {
		simple_target(l, target, value, def, init);
		return;
	}
	t = lo_temp(l);
	lo_put(l, "%t=", t);
	put_value(l, target, value, def);
	lower_pattern(l, target, lo_textf(l, "%t", t), 0, init, first);
	lo_temp_free(l, t);
}

/* ---- objects ----------------------------------------------------------- */

static void
object_rest(struct lower *l, uint32_t pat, uint32_t rest, struct lang_str value,
    const uint32_t *keys, bool init, bool *first)
{
	struct lang_str text =
	    lo_textf(l, "%h(%s,[", LANG_HELPER_OBJ_REST, &value);
	const char *sep = "";
	uint32_t p, i;

	for (p = N(l, pat)->a, i = 0; p != rest; p = N(l, p)->next, i++) {
		if (keys[i] != 0) {
			text = lo_textf(l, "%s%z%t", &text, sep, keys[i]);
		} else {
			size_t start = l->e.len;
			struct lang_str q;

			lo_put_quote(l, lo_key_str(l, N(l, p)->a));
			q.len = l->e.len - start;
			q.s =
			    arena_strdup(&l->u->arena, l->e.out + start, q.len);
			l->e.len = start;
			text = lo_textf(l, "%s%z%s", &text, sep, &q);
		}
		sep = ",";
	}
	text = lo_textf(l, "%s])", &text);
	lower_target(l, N(l, rest)->a, text, init, first);
}

/* Text that reads the property of PROP from VALUE. */
static struct lang_str
prop_access(struct lower *l, uint32_t p, struct lang_str value, uint32_t key)
{
	const struct ast_node *k = N(l, N(l, p)->a);
	struct lang_str name, text;
	size_t start;

	if (key != 0)
		return lo_textf(l, "%s[%t]", &value, key);
	name = lo_key_str(l, N(l, p)->a);
	if (k->kind == AST_NAME && lo_is_ascii(name))
		return lo_textf(l, "%s.%s", &value, &name);
	start = l->e.len;
	lo_put(l, "%s[", &value);
	lo_put_quote(l, name);
	lo_put(l, "]");
	text.len = l->e.len - start;
	text.s = arena_strdup(&l->u->arena, l->e.out + start, text.len);
	l->e.len = start;
	return text;
}

static void
object_pattern(struct lower *l, uint32_t pat, struct lang_str value, bool init,
    bool *first)
{
	uint32_t p = N(l, pat)->a, i, n = 0;
	uint32_t *keys;

	if (p == 0 ||
	    (N(l, p)->kind == AST_PROP && (N(l, p)->flags & AF_COMPUTED))) {
		item(l, first);
		lo_put(l, "%h(%s)", LANG_HELPER_DESTRUCT_NULL, &value);
	}
	for (i = p; i != 0; i = N(l, i)->next)
		n++;
	keys = arena_zalloc(&l->u->arena, n + 1, sizeof *keys);
	for (i = 0; p != 0; p = N(l, p)->next, i++) {
		if (N(l, p)->kind == AST_REST) {
			object_rest(l, pat, p, value, keys, init, first);
			break;
		}
		if (N(l, p)->flags & AF_COMPUTED) {
			keys[i] = lo_temp(l);
			item(l, first);
			lo_put(l, "%t=%h(", keys[i], LANG_HELPER_TO_KEY);
			lo_at(l, N(l, p)->a);
			lo_put(l, ")");
		}
		lower_target(l, N(l, p)->b, prop_access(l, p, value, keys[i]),
		    init, first);
	}
	for (i = 0; i < n; i++)
		lo_temp_free(l, keys[i]);
}

/* ---- arrays ------------------------------------------------------------ */

/*
 * Whether reading all elements before the first assignment cannot be noticed:
 * nothing but plain bindings and harmless defaults.
 */
static bool
pattern_is_calm(const struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	uint32_t e;

	if (l->u->options.slow)
		return false;
	switch ((unsigned)node->kind) {
	case AST_HOLE:
	case AST_BINDING:
		return true;
	case AST_IDENT:
		return node->b != 0 && !lo_sym_checked(l, n) &&
		       !lo_is_const_write(l, n);
	case AST_DEFAULT:
		return lo_is_pure(l, node->b) && pattern_is_calm(l, node->a);
	case AST_PROP:
		return !(node->flags & AF_COMPUTED) &&
		       pattern_is_calm(l, node->b);
	case AST_REST:
		return pattern_is_calm(l, node->a);
	case AST_ARRAY_PATTERN:
	case AST_OBJECT_PATTERN:
		for (e = node->a; e != 0; e = N(l, e)->next)
			if (!pattern_is_calm(l, e))
				return false;
		return true;
	default:
		return false;
	}
}

static bool
has_rest(const struct lower *l, uint32_t pat)
{
	uint32_t e;

	for (e = N(l, pat)->a; e != 0; e = N(l, e)->next)
		if (N(l, e)->kind == AST_REST)
			return true;
	return false;
}

static void
array_items(struct lower *l, uint32_t pat, struct lang_str rec, bool init,
    bool *first)
{
	uint32_t e;

	for (e = N(l, pat)->a; e != 0; e = N(l, e)->next) {
		if (N(l, e)->kind == AST_HOLE) {
			item(l, first);
			lo_put(l, "%s.n()", &rec);
		} else if (N(l, e)->kind == AST_REST) {
			lower_target(l, N(l, e)->a,
			    lo_textf(l, "%s.all()", &rec), init, first);
		} else {
			lower_target(l, e, lo_textf(l, "%s.n()", &rec), init,
			    first);
		}
	}
}

static bool
is_fresh_array(const struct lower *l, uint32_t n)
{
	if (n == 0 || l->u->options.slow)
		return false;
	n = ast_skip_parens(&l->u->ast, n);
	return N(l, n)->kind == AST_ARRAY && !(N(l, n)->flags & AF_HAS_SPREAD);
}

static void
array_indexed(struct lower *l, uint32_t pat, struct lang_str value, bool init,
    bool *first)
{
	uint32_t e, i;

	for (e = N(l, pat)->a, i = 0; e != 0; e = N(l, e)->next, i++)
		if (N(l, e)->kind != AST_HOLE)
			lower_target(l, e, lo_textf(l, "%s[%u]", &value, i),
			    init, first);
}

/* Nothing in it means something else in a function of its own. */
static bool
is_movable(const struct lower *l, uint32_t n, int *budget)
{
	const struct ast_node *node = N(l, n);
	const struct ast_spec *spec = &ast_specs[node->kind];
	const uint32_t slots[4] = {node->a, node->b, node->c, node->d};
	uint32_t c;
	int i;

	if (n == 0)
		return true;
	if (--*budget < 0)
		return false;
	switch ((unsigned)node->kind) {
	case AST_THIS:
	case AST_SUPER:
	case AST_NEW_TARGET:
	case AST_YIELD:
	case AST_AWAIT:
	case AST_CLASS:
		return false;
	case AST_FUNC:
		/* its own this; an arrow's is that of the place */
		return !func_get(l->u, node->d)->is_arrow;
	case AST_IDENT:
		if (node->b == 0 && node->a == ATOM_arguments)
			return false;
		break;
	case AST_CALL:
		if (node->flags & AF_DIRECT_EVAL)
			return false;
		break;
	default:
		break;
	}
	for (i = 0; i < 4; i++) {
		if (spec->slots[i] == SLOT_N) {
			if (!is_movable(l, slots[i], budget))
				return false;
		} else if (spec->slots[i] == SLOT_L) {
			for (c = slots[i]; c != 0; c = N(l, c)->next)
				if (!is_movable(l, c, budget))
					return false;
		}
	}
	return true;
}

static bool
can_guard(const struct lower *l, uint32_t pat)
{
	int budget = MOVABLE_BUDGET;

	return !pattern_is_calm(l, pat) && is_movable(l, pat, &budget);
}

/* The names of a pattern are vars of this function. */
static void
declare_names(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	uint32_t e;

	switch ((unsigned)node->kind) {
	case AST_BINDING:
		lo_declare_sym(l, node->b);
		break;
	case AST_DEFAULT:
	case AST_REST:
		declare_names(l, node->a);
		break;
	case AST_PROP:
		declare_names(l, node->b);
		break;
	case AST_ARRAY_PATTERN:
	case AST_OBJECT_PATTERN:
		for (e = node->a; e != 0; e = N(l, e)->next)
			declare_names(l, e);
		break;
	default:
		break;
	}
}

/* r=$it(VALUE),$ig(r,function(){items}) */
static void
array_guarded(struct lower *l, uint32_t pat, struct lang_str value, bool init)
{
	struct lang_str rec = lo_var(l, "g");
	bool first = true;
	struct fnctx fn;

	declare_names(l, pat);
	lo_put(l, "%s=%h(%s),%h(%s,", &rec, LANG_HELPER_ITER, &value,
	    LANG_HELPER_ITER_GUARD, &rec);
	lo_fn_hidden(l, &fn, "");
	array_items(l, pat, rec, init, &first);
	lo_fn_end_vars(l);
	lo_put(l, "})");
	lo_fn_leave(l, &fn);
}

static void
array_pattern(struct lower *l, uint32_t pat, struct lang_str value,
    uint32_t node, bool init, bool *first)
{
	bool rest = has_rest(l, pat);
	uint32_t t, e, n = 0;

	if (!rest && is_fresh_array(l, node)) {
		array_indexed(l, pat, value, init, first);
		return;
	}
	t = lo_temp(l);
	item(l, first);
	if (!rest && pattern_is_calm(l, pat)) {
		for (e = N(l, pat)->a; e != 0; e = N(l, e)->next)
			n++;
		lo_put(l, init ? "%t=%h(%s,%u)" : "%t=%h(%s,%u,true)", t,
		    LANG_HELPER_ARRAY_TAKE, &value, n);
		array_indexed(l, pat, lo_textf(l, "%t", t), init, first);
		if (!init)
			lo_put(l, ",%t!==%s&&%t[%u]", t, &value, t, n);
	} else if (can_guard(l, pat)) {
		array_guarded(l, pat, value, init);
	} else {
		lo_put(l, "%t=%h(%s)", t, LANG_HELPER_ITER, &value);
		array_items(l, pat, lo_textf(l, "%t", t), init, first);
		item(l, first);
		lo_put(l, "%t.c()", t);
	}
	lo_temp_free(l, t);
}

/* ---- entry ------------------------------------------------------------- */

void
lower_pattern(struct lower *l, uint32_t pat, struct lang_str value,
    uint32_t value_node, bool init, bool *first)
{
	uint32_t save = l->e.cur;

	if (N(l, pat)->kind == AST_OBJECT_PATTERN)
		object_pattern(l, pat, value, init, first);
	else
		array_pattern(l, pat, value, value_node, init, first);
	lo_skip(l, save);
}

void
lower_pattern_assign(struct lower *l, uint32_t n, bool wanted)
{
	const struct ast_node *node = N(l, n);
	uint32_t pat = ast_skip_parens(&l->u->ast, node->a);
	uint32_t t = lo_temp(l);
	bool first = false;

	lo_to(l, node->pos);
	lo_put(l, wanted ? "(%t=" : "%t=", t);
	lo_at(l, node->b);
	lower_pattern(l, pat, lo_textf(l, "%t", t), node->b, false, &first);
	if (wanted)
		lo_put(l, ",%t)", t);
	lo_temp_free(l, t);
	lo_skip(l, node->end);
}

/* {rec=$it(VALUE);try{items}catch(e){rec.ce(e)}rec.c()} */
static void
array_closing(struct lower *l, uint32_t pat, uint32_t value_node,
    struct lang_str value, bool init)
{
	struct lang_str err = lo_textf(l, "%px%u", (uint32_t)++l->unique);
	uint32_t t = lo_temp(l);
	bool first = true;

	lo_put(l, "{%t=%h(", t, LANG_HELPER_ITER);
	if (value_node != 0)
		lo_at(l, value_node);
	else
		lo_put(l, "%s", &value);
	lo_put(l, ");try{");
	array_items(l, pat, lo_textf(l, "%t", t), init, &first);
	lo_put(l, "}catch(%s){", &err);
	if (l->fn->is_generator)
		lo_put(l, "if(%s===%h){%t.c();throw %s}", &err, LANG_HELPER_RET,
		    t, &err);
	lo_put(l, "%t.ce(%s)}%t.c()}", t, &err, t);
	lo_temp_free(l, t);
}

/*
 * As a statement of its own an array pattern closes its iterator also when a
 * target or a default throws.
 */
bool
lower_pattern_statement(struct lower *l, uint32_t pat, uint32_t value,
    bool init)
{
	if (N(l, pat)->kind != AST_ARRAY_PATTERN || is_fresh_array(l, value) ||
	    pattern_is_calm(l, pat))
		return false;
	array_closing(l, pat, value, lo_str(""), init);
	return true;
}

void
lower_target_statement(struct lower *l, uint32_t target, struct lang_str value,
    bool init)
{
	uint32_t save = l->e.cur;
	bool first = true;

	if (N(l, target)->kind == AST_ARRAY_PATTERN &&
	    !pattern_is_calm(l, target)) {
		array_closing(l, target, 0, value, init);
		lo_skip(l, save);
		return;
	}
	lower_target(l, target, value, init, &first);
	lo_put(l, ";");
}
