/*
 * Functions made in C, and the Function side of the standard library that
 * needs Duktape's inside: Reflect.construct, eval, new Function.
 *
 * Runs in: zygote and workers.
 * Owns:    nothing outside the heap.
 */
#include "config.h"

#include "base/util.h"
#include "worker/engine/engine_priv.h"
#include "worker/engine/inner.h"

#define LIST_MAX 250000 /* arguments of Reflect.construct() */

static duk_ret_t reflect_construct(duk_context *ctx);

void
engine_push_function(duk_context *ctx, duk_c_function fn, duk_idx_t nargs,
    int length, const char *name)
{
	inner_push_cfunction(ctx, fn, nargs, length, name, NULL);
}

void
engine_push_constructor(duk_context *ctx, duk_c_function fn, duk_idx_t nargs,
    int length, const char *name)
{
	inner_push_cfunction(ctx, fn, nargs, length, name, NULL);
	inner_set_constructable(ctx, -1, true);
}

void
engine_push_instance(duk_context *ctx, duk_idx_t proto_idx)
{
	struct engine *e = engine_from(ctx);

	proto_idx = duk_normalize_index(ctx, proto_idx);
	/* Duktape made an instance of new.target already */
	duk_push_this(ctx);
	if (inner_get_proto(ctx, -1) == e->refs[REF_OBJECT_PROTO]) {
		duk_dup(ctx, proto_idx);
		duk_set_prototype(ctx, -2);
	}
}

void
engine_push_new_target(duk_context *ctx)
{
	duk_push_new_target(ctx);
}

/* Reflect.construct(target, args, newTarget) */
static duk_ret_t
reflect_construct(duk_context *ctx)
{
	duk_idx_t nargs = duk_get_top(ctx), n, i;
	duk_size_t len;

	if (!inner_is_constructor(ctx, 0))
		return duk_type_error(ctx, "%s is not a constructor",
		    duk_safe_to_string(ctx, 0));
	if (nargs < 3) {
		duk_set_top(ctx, 2);
		duk_dup(ctx, 0);
	}
	duk_set_top(ctx, 3);
	if (!inner_is_constructor(ctx, 2))
		return duk_type_error(ctx, "%s is not a constructor",
		    duk_safe_to_string(ctx, 2));
	if (!duk_is_object(ctx, 1))
		return duk_type_error(ctx,
		    "CreateListFromArrayLike called on non-object");
	/* [ target list newTarget ] */
	len = duk_get_length(ctx, 1);
	if (len > LIST_MAX)
		return duk_range_error(ctx, "too many arguments");
	n = (duk_idx_t)len;
	duk_require_stack(ctx, n + 4);
	duk_dup(ctx, 0);
	for (i = 0; i < n; i++)
		duk_get_prop_index(ctx, 1, (duk_uarridx_t)i);
	duk_dup(ctx, 2);
	inner_construct(ctx, n);
	return 1;
}

void
function_setup(struct engine *e, duk_context *ctx)
{
	(void)e;
	duk_get_global_literal(ctx, "Reflect");
	duk_push_literal(ctx, "construct");
	engine_push_function(ctx, reflect_construct, DUK_VARARGS, 2,
	    "construct");
	duk_def_prop(ctx, -3,
	    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_WRITABLE |
		DUK_DEFPROP_SET_CONFIGURABLE | DUK_DEFPROP_CLEAR_ENUMERABLE);
	duk_pop(ctx);
}
