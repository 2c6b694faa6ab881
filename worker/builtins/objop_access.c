/*
 * The essential internal methods [[Get]] and [[Set]], Proxies included.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/objop_priv.h"

/*
 * After the trap NAME ("get" or "set") of the Proxy OBJ: a property that the
 * target cannot change must agree with the value at VAL.
 */
static void
check_locked(duk_context *ctx, duk_idx_t obj, duk_idx_t key, duk_idx_t val,
    const char *name)
{
	duk_idx_t target = duk_get_top(ctx);
	bool get = name[0] == 'g', ok = true;
	int attrs;

	objop_push_target(ctx, obj);
	if (!dx_is_proxy(ctx, target)) {
		duk_dup(ctx, key);
		attrs = dx_own_attrs(ctx, target);
		if (attrs < 0 || ((unsigned int)attrs & DEF_C) != 0) {
			duk_pop(ctx);
			return; /* the usual case, without a descriptor */
		}
	}
	duk_dup(ctx, key);
	objop_get_own(ctx, target);
	if (duk_is_undefined(ctx, -1) || desc_flag(ctx, -1, "configurable")) {
		/* free */
	} else if (desc_is_accessor(ctx, -1)) {
		duk_get_prop_string(ctx, -1, name);
		ok = !duk_is_undefined(ctx, -1) ||
		     (get && duk_is_undefined(ctx, val));
	} else if (!desc_flag(ctx, -1, "writable")) {
		duk_get_prop_literal(ctx, -1, "value");
		ok = duk_samevalue(ctx, -1, val);
	}
	if (!ok)
		objop_throw_invariant(ctx, name);
	duk_set_top(ctx, target);
}

/* [ key receiver trap handler target ] -> [ value ] */
static void
get_by_trap(duk_context *ctx, duk_idx_t obj)
{
	duk_idx_t key = duk_get_top(ctx) - 5;

	duk_dup(ctx, key);
	duk_dup(ctx, key + 1);
	duk_call_method(ctx, 3); /* [ key receiver value ] */
	check_locked(ctx, obj, key, key + 2, "get");
	duk_set_top(ctx, key + 3);
	duk_replace(ctx, key);
	duk_pop(ctx);
}

void
objop_get(duk_context *ctx, duk_idx_t obj)
{
	duk_idx_t key = duk_get_top(ctx) - 2;
	enum dx_typed_key element;

	obj = duk_require_normalize_index(ctx, obj);
	duk_require_stack(ctx, 8);
	if (dx_is_proxy(ctx, obj)) {
		if (objop_push_trap(ctx, obj, "get")) {
			get_by_trap(ctx, obj);
			return;
		}
		duk_insert(ctx, -3);
		objop_get(ctx, -3);
		duk_remove(ctx, -2);
		return;
	}
	if (duk_strict_equals(ctx, obj, key + 1)) {
		duk_pop(ctx);
		duk_get_prop(ctx, obj);
		return;
	}
	duk_dup(ctx, key);
	element = dx_typed_key(ctx, obj);
	objop_get_own(ctx, obj);
	if (duk_is_undefined(ctx, -1)) {
		duk_pop(ctx);
		if (element == DX_TYPED_NO)
			objop_get_proto(ctx, obj);
		else
			duk_push_null(ctx);
		if (duk_is_null(ctx, -1)) {
			duk_set_top(ctx, key);
			duk_push_undefined(ctx);
			return;
		}
		duk_insert(ctx, -3);
		objop_get(ctx, -3);
		duk_remove(ctx, -2);
		return;
	}
	if (desc_is_accessor(ctx, -1)) {
		duk_get_prop_literal(ctx, -1, "get");
		if (!duk_is_undefined(ctx, -1)) {
			duk_dup(ctx, key + 1);
			duk_call_method(ctx, 0);
		}
	} else {
		duk_get_prop_literal(ctx, -1, "value");
	}
	duk_replace(ctx, key);
	duk_set_top(ctx, key + 1);
}

/* [ key value receiver trap handler target ] -> [ ] */
static bool
set_by_trap(duk_context *ctx, duk_idx_t obj)
{
	duk_idx_t key = duk_get_top(ctx) - 6;
	bool r;

	duk_dup(ctx, key);
	duk_dup(ctx, key + 1);
	duk_dup(ctx, key + 2);
	duk_call_method(ctx, 4);
	r = duk_to_boolean(ctx, -1);
	if (r)
		check_locked(ctx, obj, key, key + 1, "set");
	duk_set_top(ctx, key);
	return r;
}

/* The receiver's side of a set: [ key value receiver ] -> [ ] */
static bool
set_on_receiver(duk_context *ctx)
{
	duk_idx_t key = duk_get_top(ctx) - 3, val = key + 1, recv = key + 2;
	bool r = false;

	if (!bi_is_object(ctx, recv))
		goto out;
	duk_dup(ctx, key);
	objop_get_own(ctx, recv);
	if (duk_is_undefined(ctx, -1)) {
		duk_dup(ctx, key);
		duk_dup(ctx, val);
		r = objop_create(ctx, recv, false);
		goto out;
	}
	if (desc_is_accessor(ctx, -1) || !desc_flag(ctx, -1, "writable"))
		goto out;
	duk_dup(ctx, key);
	duk_push_object(ctx);
	duk_dup(ctx, val);
	duk_put_prop_literal(ctx, -2, "value");
	r = objop_define(ctx, recv);
out:
	duk_set_top(ctx, key);
	return r;
}

bool
objop_set(duk_context *ctx, duk_idx_t obj)
{
	duk_idx_t key = duk_get_top(ctx) - 3;
	enum dx_typed_key element;
	bool r;

	obj = duk_require_normalize_index(ctx, obj);
	duk_require_stack(ctx, 16);
	if (dx_is_proxy(ctx, obj)) {
		if (objop_push_trap(ctx, obj, "set"))
			return set_by_trap(ctx, obj);
		duk_insert(ctx, -4);
		r = objop_set(ctx, -4);
		duk_pop(ctx);
		return r;
	}
	duk_dup(ctx, key);
	element = dx_typed_key(ctx, obj);
	if (element != DX_TYPED_NO) {
		if (duk_strict_equals(ctx, obj, key + 2)) {
			duk_dup(ctx, key + 1);
			duk_put_prop(ctx, obj);
			duk_set_top(ctx, key);
			return true;
		}
		if (element == DX_TYPED_BEYOND) {
			duk_set_top(ctx, key);
			return true;
		}
	}
	objop_get_own(ctx, obj);
	if (duk_is_undefined(ctx, -1)) {
		duk_pop(ctx);
		objop_get_proto(ctx, obj);
		if (duk_is_null(ctx, -1)) {
			duk_pop(ctx);
			return set_on_receiver(ctx);
		}
		duk_insert(ctx, -4);
		r = objop_set(ctx, -4);
		duk_pop(ctx);
		return r;
	}
	if (desc_is_accessor(ctx, -1)) {
		duk_get_prop_literal(ctx, -1, "set");
		r = !duk_is_undefined(ctx, -1);
		if (r) {
			duk_dup(ctx, key + 2);
			duk_dup(ctx, key + 1);
			duk_call_method(ctx, 1);
		}
		duk_set_top(ctx, key);
		return r;
	}
	r = desc_flag(ctx, -1, "writable");
	duk_pop(ctx);
	if (r)
		return set_on_receiver(ctx);
	duk_set_top(ctx, key);
	return false;
}
