/*
 * Reflect and Proxy.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/desc.h"
#include "worker/builtins/objop.h"

static void
require_target(duk_context *ctx, const char *name)
{
	if (!bi_is_object(ctx, 0))
		bi_throw_type(ctx, "Reflect.%s called on non-object", name);
}

static duk_ret_t
reflect_define(duk_context *ctx)
{
	require_target(ctx, "defineProperty");
	bi_to_key(ctx, 1);
	desc_normalize(ctx);
	duk_push_boolean(ctx, objop_define(ctx, 0));
	return 1;
}

static duk_ret_t
reflect_delete(duk_context *ctx)
{
	require_target(ctx, "deleteProperty");
	bi_to_key(ctx, 1);
	duk_push_boolean(ctx, objop_delete(ctx, 0));
	return 1;
}

static duk_ret_t
reflect_get(duk_context *ctx)
{
	duk_idx_t n = duk_get_top(ctx);

	duk_set_top(ctx, 3);
	require_target(ctx, "get");
	bi_to_key(ctx, 1);
	if (n < 3) {
		duk_dup(ctx, 0);
		duk_replace(ctx, 2);
	}
	objop_get(ctx, 0);
	return 1;
}

static duk_ret_t
reflect_set(duk_context *ctx)
{
	duk_idx_t n = duk_get_top(ctx);

	duk_set_top(ctx, 4);
	require_target(ctx, "set");
	bi_to_key(ctx, 1);
	if (n < 4) {
		duk_dup(ctx, 0);
		duk_replace(ctx, 3);
	}
	duk_push_boolean(ctx, objop_set(ctx, 0));
	return 1;
}

static duk_ret_t
reflect_get_own(duk_context *ctx)
{
	require_target(ctx, "getOwnPropertyDescriptor");
	bi_to_key(ctx, 1);
	objop_get_own(ctx, 0);
	return 1;
}

static duk_ret_t
reflect_get_proto(duk_context *ctx)
{
	require_target(ctx, "getPrototypeOf");
	objop_get_proto(ctx, 0);
	return 1;
}

static duk_ret_t
reflect_set_proto(duk_context *ctx)
{
	require_target(ctx, "setPrototypeOf");
	if (!bi_is_object(ctx, 1) && !duk_is_null(ctx, 1))
		bi_throw_type(ctx,
		    "Object prototype may only be an Object or null: %s",
		    duk_safe_to_string(ctx, 1));
	duk_push_boolean(ctx, objop_set_proto(ctx, 0));
	return 1;
}

static duk_ret_t
reflect_has(duk_context *ctx)
{
	require_target(ctx, "has");
	bi_to_key(ctx, 1);
	duk_push_boolean(ctx, objop_has(ctx, 0));
	return 1;
}

static duk_ret_t
reflect_is_extensible(duk_context *ctx)
{
	require_target(ctx, "isExtensible");
	duk_push_boolean(ctx, objop_is_extensible(ctx, 0));
	return 1;
}

static duk_ret_t
reflect_prevent(duk_context *ctx)
{
	require_target(ctx, "preventExtensions");
	duk_push_boolean(ctx, objop_prevent(ctx, 0));
	return 1;
}

static duk_ret_t
reflect_own_keys(duk_context *ctx)
{
	require_target(ctx, "ownKeys");
	objop_keys(ctx, 0);
	return 1;
}

/* [ target handler ] -> [ target handler proxy ] */
static void
push_proxy(duk_context *ctx)
{
	if (!bi_is_object(ctx, 0) || !bi_is_object(ctx, 1))
		bi_throw_type(ctx, "Cannot create proxy with a non-object as "
				   "target or handler");
	duk_dup(ctx, 0);
	duk_dup(ctx, 1);
	duk_push_proxy(ctx, 0);
}

static duk_ret_t
proxy_constructor(duk_context *ctx)
{
	if (!duk_is_constructor_call(ctx))
		bi_throw_type(ctx, "Constructor Proxy requires 'new'");
	push_proxy(ctx);
	return 1;
}

static duk_ret_t
revoked_trap(duk_context *ctx)
{
	bi_throw_type(ctx,
	    "Cannot perform an operation on a proxy that has been revoked");
	return 0;
}

/*
 * A revoked Proxy gets a handler of traps that throw, for what Duktape itself
 * does with it, and a mark for objop.
 */
static duk_ret_t
proxy_revoke(duk_context *ctx)
{
	duk_push_current_function(ctx);
	if (!slot_get(ctx, 0, SLOT_BOUND) || !dx_is_proxy(ctx, -1))
		return 0;
	duk_push_true(ctx);
	slot_put(ctx, 1, SLOT_REVOKED);
	dx_proxy_clear(ctx, 1);
	dx_proxy_parts(ctx, 1);
	duk_push_c_function(ctx, revoked_trap, 0);
	duk_push_undefined(ctx);
	slot_put(ctx, 0, SLOT_BOUND);
	{
		static const char *const traps[] = {"get", "set", "has",
		    "deleteProperty", "ownKeys", "apply", "construct"};
		size_t i;

		for (i = 0; i < NELEMS(traps); i++) {
			duk_dup_top(ctx);
			duk_put_prop_string(ctx, -3, traps[i]);
		}
	}
	return 0;
}

static duk_ret_t
proxy_revocable(duk_context *ctx)
{
	push_proxy(ctx);
	duk_push_object(ctx);
	duk_dup(ctx, 2);
	duk_put_prop_literal(ctx, 3, "proxy");
	engine_push_function(ctx, proxy_revoke, 0, 0, "");
	duk_dup(ctx, 2);
	slot_put(ctx, -2, SLOT_BOUND);
	duk_put_prop_literal(ctx, 3, "revoke");
	return 1;
}

void
bi_install_reflect(duk_context *ctx)
{
	static const struct bi_fn fns[] = {
	    {"defineProperty", reflect_define, 3, 3, 0},
	    {"deleteProperty", reflect_delete, 2, 2, 0},
	    {"get", reflect_get, DUK_VARARGS, 2, 0},
	    {"getOwnPropertyDescriptor", reflect_get_own, 2, 2, 0},
	    {"getPrototypeOf", reflect_get_proto, 1, 1, 0},
	    {"has", reflect_has, 2, 2, 0},
	    {"isExtensible", reflect_is_extensible, 1, 1, 0},
	    {"ownKeys", reflect_own_keys, 1, 1, 0},
	    {"preventExtensions", reflect_prevent, 1, 1, 0},
	    {"set", reflect_set, DUK_VARARGS, 3, 0},
	    {"setPrototypeOf", reflect_set_proto, 2, 2, 0},
	};
	static const struct bi_fn statics[] = {
	    {"revocable", proxy_revocable, 2, 2, 0},
	};

	bi_push_global(ctx, "Reflect");
	BI_DEFINE(ctx, -1, fns);
	bi_define_tag(ctx, -1, "Reflect");
	duk_push_global_object(ctx);
	engine_push_constructor(ctx, proxy_constructor, 2, 2, "Proxy");
	BI_DEFINE(ctx, -1, statics);
	bi_define(ctx, -2, "Proxy", DEF_W | DEF_C);
	duk_pop_2(ctx);
}
