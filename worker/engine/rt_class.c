/*
 * Helpers of lowered code: classes.
 *
 * new.target is real here (inner.h), so the helpers need no register between a
 * super() and the constructor that it calls.
 *
 * Runs in: zygote and workers.
 * Owns:    nothing outside the heap.
 */
#include "config.h"

#include <string.h>

#include "worker/engine/engine_priv.h"
#include "worker/engine/inner.h"
#include "worker/engine/rt.h"

/* The kinds of $cls's members. */
enum { DEF_IGNORED, DEF_METHOD, DEF_GETTER, DEF_SETTER, DEF_CONSTRUCTOR };
#define DEF_KIND 7
#define DEF_STATIC 8
#define DEF_COMPUTED 16

#define SUPER_ARGS_MAX 250000

static void find_parents(duk_context *ctx);
static bool define_member(duk_context *ctx, duk_idx_t f, duk_idx_t proto,
    int kind);

/*
 * [ heritage ... ] -> [ heritage ... parent proto_parent ]: what constructor
 * and prototype inherit from; undefined where that is the default.
 */
static void
find_parents(duk_context *ctx)
{
	if (duk_is_null(ctx, 0)) {
		duk_push_undefined(ctx);
		duk_push_null(ctx);
		return;
	}
	if (!inner_is_constructor(ctx, 0))
		(void)duk_type_error(ctx,
		    "Class extends value %s is not a constructor or null",
		    duk_safe_to_string(ctx, 0));
	duk_dup(ctx, 0);
	duk_get_prop_literal(ctx, 0, "prototype");
	if (!duk_is_object(ctx, -1) && !duk_is_null(ctx, -1))
		(void)duk_type_error(ctx,
		    "Class extends value does not have valid prototype "
		    "property %s",
		    duk_safe_to_string(ctx, -1));
}

/*
 * Define one member: [ ... key value ] -> [ ... ]. Returns whether it is a
 * static one called name.
 */
static bool
define_member(duk_context *ctx, duk_idx_t f, duk_idx_t proto, int kind)
{
	duk_idx_t target = kind & DEF_STATIC ? f : proto;
	const char *prefix = NULL;
	duk_uint_t flags;
	bool is_name;

	switch (kind & DEF_KIND) {
	case DEF_GETTER:
		prefix = "get";
		flags = DUK_DEFPROP_HAVE_GETTER;
		break;
	case DEF_SETTER:
		prefix = "set";
		flags = DUK_DEFPROP_HAVE_SETTER;
		break;
	default:
		flags = DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_WRITABLE;
		break;
	}
	if (kind & DEF_COMPUTED)
		rt_name_function(ctx, -1, -2, prefix);
	is_name = (kind & DEF_STATIC) && duk_is_string(ctx, -2) &&
		  strcmp(duk_get_string(ctx, -2), "name") == 0;
	if ((kind & DEF_STATIC) && duk_is_string(ctx, -2) &&
	    strcmp(duk_get_string(ctx, -2), "prototype") == 0)
		(void)duk_type_error(ctx,
		    "Classes may not have a static property named "
		    "'prototype'");
	duk_def_prop(ctx, target,
	    flags | DUK_DEFPROP_SET_CONFIGURABLE |
		DUK_DEFPROP_CLEAR_ENUMERABLE);
	return is_name;
}

/* $cls(heritage, defs) */
duk_ret_t
rt_class(duk_context *ctx)
{
	struct engine *e = engine_from(ctx);
	bool base = duk_get_heapptr(ctx, 0) == e->refs[REF_TDZ];
	duk_size_t i, n = duk_get_length(ctx, 1);
	bool own_name = false;

	/* the constructor goes to 2, its prototype to 3 */
	duk_push_undefined(ctx);
	for (i = 0; i + 2 < n; i += 3) {
		duk_get_prop_index(ctx, 1, (duk_uarridx_t)i);
		if ((duk_get_int(ctx, -1) & DEF_KIND) == DEF_CONSTRUCTOR) {
			duk_get_prop_index(ctx, 1, (duk_uarridx_t)i + 2);
			duk_replace(ctx, 2);
		}
		duk_pop(ctx);
	}
	if (!inner_is_lowered(ctx, 2))
		return duk_type_error(ctx, "class without a constructor");
	duk_get_prop_literal(ctx, 2, "prototype");
	if (!duk_is_object(ctx, 3)) {
		duk_pop(ctx);
		duk_push_object(ctx);
	}
	if (!base) {
		find_parents(ctx);
		/* [ .. f proto parent proto_parent ] */
		if (!duk_is_undefined(ctx, -2)) {
			duk_dup(ctx, -2);
			duk_set_prototype(ctx, 2);
		}
		if (duk_is_null(ctx, -1)) {
			duk_pop(ctx);
			duk_push_undefined(ctx);
		}
		duk_set_prototype(ctx, 3);
		duk_pop(ctx);
	}
	inner_set_constructable(ctx, 2, true);
	duk_push_literal(ctx, "prototype");
	duk_dup(ctx, 3);
	duk_def_prop(ctx, 2,
	    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_CLEAR_WEC | DUK_DEFPROP_FORCE);
	duk_push_literal(ctx, "constructor");
	duk_dup(ctx, 2);
	duk_def_prop(ctx, 3,
	    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_WRITABLE |
		DUK_DEFPROP_SET_CONFIGURABLE | DUK_DEFPROP_CLEAR_ENUMERABLE);
	for (i = 0; i + 2 < n; i += 3) {
		int kind;

		duk_get_prop_index(ctx, 1, (duk_uarridx_t)i);
		kind = duk_get_int(ctx, -1);
		duk_pop(ctx);
		if ((kind & DEF_KIND) == DEF_IGNORED ||
		    (kind & DEF_KIND) == DEF_CONSTRUCTOR)
			continue;
		duk_get_prop_index(ctx, 1, (duk_uarridx_t)i + 1);
		duk_get_prop_index(ctx, 1, (duk_uarridx_t)i + 2);
		own_name |= define_member(ctx, 2, 3, kind);
	}
	if (own_name) {
		duk_push_literal(ctx, DUK_HIDDEN_SYMBOL("ownName"));
		duk_push_true(ctx);
		inner_def_hidden(ctx, 2);
	}
	duk_dup(ctx, 2);
	return 1;
}

/* $NT(new.target, name) */
duk_ret_t
rt_new_target(duk_context *ctx)
{
	if (duk_is_undefined(ctx, 0) && !duk_is_undefined(ctx, 1))
		return duk_type_error(ctx,
		    "Class constructor %s cannot be invoked without 'new'",
		    duk_safe_to_string(ctx, 1));
	duk_dup(ctx, 0);
	return 1;
}

/* [ C newTarget args... ] -> [ newTarget parent args... ] checked */
static void
push_parent(duk_context *ctx)
{
	duk_get_prototype(ctx, 0);
	if (!inner_is_constructor(ctx, -1))
		(void)duk_type_error(ctx,
		    "Super constructor %s of anonymous class is not a "
		    "constructor",
		    duk_safe_to_string(ctx, -1));
	duk_replace(ctx, 0);
}

/* $sup(C, newTarget, ...args) */
duk_ret_t
rt_super_call(duk_context *ctx)
{
	duk_idx_t nargs = duk_get_top(ctx) - 2;

	push_parent(ctx);
	/* [ parent newTarget args ] -> [ newTarget parent args newTarget ] */
	duk_swap(ctx, 0, 1);
	duk_dup(ctx, 0);
	inner_construct(ctx, nargs);
	return 1;
}

/* $supa(C, newTarget, list) */
duk_ret_t
rt_super_apply(duk_context *ctx)
{
	duk_size_t i, n;

	push_parent(ctx);
	n = duk_get_length(ctx, 2);
	if (n > SUPER_ARGS_MAX)
		return duk_range_error(ctx, "too many arguments");
	duk_require_stack(ctx, (duk_idx_t)n + 8);
	duk_dup(ctx, 0);
	for (i = 0; i < n; i++)
		duk_get_prop_index(ctx, 2, (duk_uarridx_t)i);
	duk_dup(ctx, 1);
	inner_construct(ctx, (duk_idx_t)n);
	return 1;
}

/* $dsup() */
duk_ret_t
rt_delete_super(duk_context *ctx)
{
	return duk_reference_error(ctx, "Unsupported reference to 'super'");
}

/* $st() */
duk_ret_t
rt_super_twice(duk_context *ctx)
{
	return duk_reference_error(ctx,
	    "Super constructor may only be called once");
}

/* $tt() */
duk_ret_t
rt_this_unset(duk_context *ctx)
{
	return duk_reference_error(ctx,
	    "Must call super constructor in derived class before accessing "
	    "'this' or returning from derived constructor");
}

/* $rd(value, this) */
duk_ret_t
rt_derived_return(duk_context *ctx)
{
	if (duk_is_object(ctx, 0)) {
		duk_dup(ctx, 0);
		return 1;
	}
	if (!duk_is_undefined(ctx, 0))
		return duk_type_error(ctx,
		    "Derived constructors may only return object or "
		    "undefined");
	if (duk_get_heapptr(ctx, 1) == engine_from(ctx)->refs[REF_TDZ])
		return rt_this_unset(ctx);
	duk_dup(ctx, 1);
	return 1;
}

/* $sg(home, key, this) */
duk_ret_t
rt_super_get(duk_context *ctx)
{
	duk_get_prototype(ctx, 0);
	if (!duk_is_object(ctx, -1))
		return duk_type_error(ctx,
		    "Cannot read properties of null (reading '%s')",
		    duk_safe_to_string(ctx, 1));
	/* [ home key this proto ] */
	inner_get_with_receiver(ctx, 3, 1, 2);
	return 1;
}

/* $ss(home, key, this, value) */
duk_ret_t
rt_super_set(duk_context *ctx)
{
	duk_get_prototype(ctx, 0);
	if (!duk_is_object(ctx, -1))
		return duk_type_error(ctx,
		    "Cannot set properties of null (setting '%s')",
		    duk_safe_to_string(ctx, 1));
	inner_set_with_receiver(ctx, 4, 1, 3, 2);
	duk_dup(ctx, 3);
	return 1;
}

/* $fd(object, key, value, ...) */
duk_ret_t
rt_field(duk_context *ctx)
{
	duk_idx_t i, n = duk_get_top(ctx);

	for (i = 1; i + 1 < n; i += 2) {
		duk_dup(ctx, i);
		duk_dup(ctx, i + 1);
		inner_create_field(ctx, 0);
	}
	return 0;
}
