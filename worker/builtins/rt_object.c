/*
 * Helpers of lowered code: object literals, destructuring, templates.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/objop.h"
#include "worker/builtins/regexp.h"
#include "worker/builtins/rt.h"

/* CopyDataProperties from the object at SRC onto the one at DST; the keys in
 * the array at EXCEPT (or -1) are left out. All absolute. */
static void
copy_properties(duk_context *ctx, duk_idx_t dst, duk_idx_t src,
    duk_idx_t except)
{
	duk_uarridx_t i, n, j, m = 0;
	duk_idx_t keys;
	bool skip;

	objop_keys(ctx, src);
	keys = duk_get_top(ctx) - 1;
	n = (duk_uarridx_t)duk_get_length(ctx, keys);
	if (except >= 0)
		m = (duk_uarridx_t)duk_get_length(ctx, except);
	for (i = 0; i < n; i++) {
		duk_get_prop_index(ctx, keys, i);
		skip = false;
		for (j = 0; j < m && !skip; j++) {
			duk_get_prop_index(ctx, except, j);
			skip = duk_strict_equals(ctx, -1, -2);
			duk_pop(ctx);
		}
		if (skip || !objop_is_own_enumerable(ctx, src)) {
			duk_pop(ctx);
			continue;
		}
		duk_dup_top(ctx);
		duk_get_prop(ctx, src);
		bi_define_key(ctx, dst);
	}
	duk_pop(ctx);
}

static duk_ret_t
rt_obj_spread(duk_context *ctx)
{
	duk_idx_t i, n = duk_get_top(ctx);

	duk_require_stack(ctx, 16);
	for (i = 1; i < n; i++) {
		if (bi_is_nullish(ctx, i))
			continue;
		duk_to_object(ctx, i);
		copy_properties(ctx, 0, i, -1);
	}
	duk_set_top(ctx, 1);
	return 1;
}

static duk_ret_t
rt_obj_rest(duk_context *ctx)
{
	duk_uarridx_t i, n;

	if (bi_is_nullish(ctx, 0))
		bi_throw_type(ctx, "Cannot destructure '%s' as it is %s.",
		    duk_safe_to_string(ctx, 0), duk_safe_to_string(ctx, 0));
	duk_to_object(ctx, 0);
	n = (duk_uarridx_t)duk_get_length(ctx, 1);
	for (i = 0; i < n; i++) { /* numbers of computed keys */
		duk_get_prop_index(ctx, 1, i);
		bi_to_key(ctx, -1);
		duk_put_prop_index(ctx, 1, i);
	}
	duk_push_object(ctx);
	copy_properties(ctx, 2, 0, 1);
	return 1;
}

/* $od(target, literal) */
static duk_ret_t
rt_obj_define(duk_context *ctx)
{
	duk_uarridx_t i, n;

	objop_keys(ctx, 1);
	n = (duk_uarridx_t)duk_get_length(ctx, 2);
	for (i = 0; i < n; i++) {
		duk_get_prop_index(ctx, 2, i);
		duk_dup_top(ctx);
		objop_get_own(ctx, 1);
		objop_define(ctx, 0);
	}
	duk_set_top(ctx, 1);
	return 1;
}

/* Name the function at FN "prefix key": a symbol gives [description]. */
static void
name_function(duk_context *ctx, duk_idx_t fn, duk_idx_t key, const char *prefix)
{
	duk_push_literal(ctx, "name");
	duk_push_string(ctx, prefix);
	duk_push_literal(ctx, " ");
	if (duk_is_symbol(ctx, key)) {
		duk_dup(ctx, key);
		duk_get_prop_literal(ctx, -1, "description");
		duk_remove(ctx, -2);
		if (duk_is_undefined(ctx, -1)) {
			duk_pop(ctx);
			duk_push_literal(ctx, "");
		} else {
			duk_push_literal(ctx, "[");
			duk_insert(ctx, -2);
			duk_push_literal(ctx, "]");
			duk_concat(ctx, 3);
		}
	} else {
		duk_dup(ctx, key);
	}
	duk_concat(ctx, 3);
	duk_def_prop(ctx, fn,
	    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_CLEAR_WE |
		DUK_DEFPROP_SET_CONFIGURABLE | DUK_DEFPROP_FORCE);
}

/* $oa(target, 'get'|'set', key, fn) */
static duk_ret_t
rt_obj_accessor(duk_context *ctx)
{
	const char *half = duk_require_string(ctx, 1);

	bi_to_key(ctx, 2);
	name_function(ctx, 3, 2, half);
	duk_dup(ctx, 2);
	duk_dup(ctx, 3);
	duk_def_prop(ctx, 0,
	    (half[0] == 'g' ? DUK_DEFPROP_HAVE_GETTER
			    : DUK_DEFPROP_HAVE_SETTER) |
		DUK_DEFPROP_SET_EC | DUK_DEFPROP_FORCE);
	duk_set_top(ctx, 1);
	return 1;
}

/* $op(target, v) */
static duk_ret_t
rt_obj_proto(duk_context *ctx)
{
	if (bi_is_object(ctx, 1)) {
		duk_set_prototype(ctx, 0);
	} else if (duk_is_null(ctx, 1)) {
		duk_push_undefined(ctx);
		duk_set_prototype(ctx, 0);
	}
	duk_set_top(ctx, 1);
	return 1;
}

/* $dn(v) */
static duk_ret_t
rt_destruct_null(duk_context *ctx)
{
	if (bi_is_nullish(ctx, 0))
		bi_throw_type(ctx, "Cannot destructure '%s' as it is %s.",
		    duk_safe_to_string(ctx, 0), duk_safe_to_string(ctx, 0));
	return 1;
}

static duk_ret_t
rt_to_key(duk_context *ctx)
{
	bi_to_key(ctx, 0);
	return 1;
}

static duk_ret_t
rt_to_string(duk_context *ctx)
{
	bi_to_string(ctx, 0, NULL);
	return 1;
}

/* $mt(cooked, raw) */
static duk_ret_t
rt_template(duk_context *ctx)
{
	bi_freeze(ctx, 1);
	bi_define(ctx, 0, "raw", 0);
	bi_freeze(ctx, 0);
	return 1;
}

const struct rt_helper *
rt_object_helpers(size_t *n_out)
{
	static const struct rt_helper helpers[] = {
	    {LANG_HELPER_OBJ_SPREAD, rt_obj_spread, DUK_VARARGS},
	    {LANG_HELPER_OBJ_DEFINE, rt_obj_define, 2},
	    {LANG_HELPER_OBJ_ACCESSOR, rt_obj_accessor, 4},
	    {LANG_HELPER_OBJ_PROTO, rt_obj_proto, 2},
	    {LANG_HELPER_OBJ_REST, rt_obj_rest, 2},
	    {LANG_HELPER_DESTRUCT_NULL, rt_destruct_null, 1},
	    {LANG_HELPER_TO_KEY, rt_to_key, 1},
	    {LANG_HELPER_TO_STRING, rt_to_string, 1},
	    {LANG_HELPER_TEMPLATE, rt_template, 2},
	    {LANG_HELPER_REGEXP, rt_regexp, 2},
	};

	*n_out = NELEMS(helpers);
	return helpers;
}
