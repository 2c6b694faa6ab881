/*
 * The essential internal methods of objects, Proxies included.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/objop_priv.h"

#include "worker/builtins/typed.h"

#include <string.h>

bool
objop_push_trap(duk_context *ctx, duk_idx_t obj, const char *name)
{
	bi_check_stack(ctx); /* targets can be Proxies to any depth */
	duk_require_stack(ctx, 16);
	if (slot_has(ctx, obj, SLOT_REVOKED))
		bi_throw_type(ctx,
		    "Cannot perform '%s' on a proxy that has been revoked",
		    name);
	dx_proxy_parts(ctx, obj); /* [ target handler ] */
	if (!bi_get_method_named(ctx, -1, name)) {
		duk_pop_2(ctx);
		return false;
	}
	duk_insert(ctx, -3); /* [ trap target handler ] */
	duk_swap_top(ctx, -2);
	return true;
}

void
objop_push_target(duk_context *ctx, duk_idx_t obj)
{
	dx_proxy_parts(ctx, obj);
	duk_pop(ctx);
}

void
objop_throw_invariant(duk_context *ctx, const char *name)
{
	bi_throw_type(ctx, "'%s' on proxy: trap result violates an invariant",
	    name);
}

void
objop_get_proto(duk_context *ctx, duk_idx_t obj)
{
	obj = duk_require_normalize_index(ctx, obj);
	if (!dx_is_proxy(ctx, obj)) {
		duk_get_prototype(ctx, obj);
		if (duk_is_undefined(ctx, -1)) {
			duk_pop(ctx);
			duk_push_null(ctx);
		}
		return;
	}
	if (!objop_push_trap(ctx, obj, "getPrototypeOf")) {
		objop_get_proto(ctx, -1);
		duk_remove(ctx, -2);
		return;
	}
	duk_call_method(ctx, 1);
	if (!bi_is_object(ctx, -1) && !duk_is_null(ctx, -1))
		bi_throw_type(ctx, "'getPrototypeOf' on proxy: trap returned "
				   "neither object nor null");
	objop_push_target(ctx, obj);
	if (!objop_is_extensible(ctx, -1)) {
		objop_get_proto(ctx, -1);
		if (!duk_samevalue(ctx, -1, -3))
			objop_throw_invariant(ctx, "getPrototypeOf");
		duk_pop(ctx);
	}
	duk_pop(ctx);
}

/* OrdinarySetPrototypeOf: [ proto ] -> [ ] */
static bool
set_proto_ordinary(duk_context *ctx, duk_idx_t obj)
{
	void *self = duk_get_heapptr(ctx, obj);
	bool r = false;

	if (dx_proto(ctx, obj) == duk_get_heapptr(ctx, -1)) {
		duk_pop(ctx);
		return true;
	}
	if (!dx_is_extensible(ctx, obj) || bi_is(ctx, obj, I_OBJECT_PROTO))
		goto out;
	duk_dup_top(ctx);
	while (!duk_is_null(ctx, -1)) {
		if (duk_get_heapptr(ctx, -1) == self) {
			duk_pop(ctx);
			goto out;
		}
		if (dx_is_proxy(ctx, -1))
			break;
		objop_get_proto(ctx, -1);
		duk_remove(ctx, -2);
	}
	duk_pop(ctx);
	if (duk_is_null(ctx, -1)) {
		duk_pop(ctx);
		duk_push_undefined(ctx);
	}
	duk_set_prototype(ctx, obj);
	return true;
out:
	duk_pop(ctx);
	return r;
}

bool
objop_set_proto(duk_context *ctx, duk_idx_t obj)
{
	bool r;

	obj = duk_require_normalize_index(ctx, obj);
	if (!dx_is_proxy(ctx, obj))
		return set_proto_ordinary(ctx, obj);
	if (!objop_push_trap(ctx, obj, "setPrototypeOf")) {
		duk_swap_top(ctx, -2); /* [ target proto ] */
		r = objop_set_proto(ctx, -2);
		duk_pop(ctx);
		return r;
	}
	duk_dup(ctx, -4);
	duk_call_method(ctx, 2);
	r = duk_to_boolean(ctx, -1);
	duk_pop(ctx);
	if (r) {
		objop_push_target(ctx, obj);
		if (!objop_is_extensible(ctx, -1)) {
			objop_get_proto(ctx, -1);
			if (!duk_samevalue(ctx, -1, -3))
				objop_throw_invariant(ctx, "setPrototypeOf");
			duk_pop(ctx);
		}
		duk_pop(ctx);
	}
	duk_pop(ctx);
	return r;
}

bool
objop_is_extensible(duk_context *ctx, duk_idx_t obj)
{
	bool r;

	obj = duk_require_normalize_index(ctx, obj);
	if (!dx_is_proxy(ctx, obj))
		return dx_is_extensible(ctx, obj);
	if (!objop_push_trap(ctx, obj, "isExtensible")) {
		r = objop_is_extensible(ctx, -1);
		duk_pop(ctx);
		return r;
	}
	duk_call_method(ctx, 1);
	r = duk_to_boolean(ctx, -1);
	objop_push_target(ctx, obj);
	if (objop_is_extensible(ctx, -1) != r)
		objop_throw_invariant(ctx, "isExtensible");
	duk_pop_2(ctx);
	return r;
}

bool
objop_prevent(duk_context *ctx, duk_idx_t obj)
{
	bool r;

	obj = duk_require_normalize_index(ctx, obj);
	if (!dx_is_proxy(ctx, obj)) {
		if (typed_is(ctx, obj) && !typed_is_fixed(ctx, obj))
			return false; /* there may be new elements */
		dx_prevent_extensions(ctx, obj);
		return true;
	}
	if (!objop_push_trap(ctx, obj, "preventExtensions")) {
		r = objop_prevent(ctx, -1);
		duk_pop(ctx);
		return r;
	}
	duk_call_method(ctx, 1);
	r = duk_to_boolean(ctx, -1);
	objop_push_target(ctx, obj);
	if (r && objop_is_extensible(ctx, -1))
		objop_throw_invariant(ctx, "preventExtensions");
	duk_pop_2(ctx);
	return r;
}

/* [ key ] -> [ desc or undefined ]; the Proxy has the trap: [ key trap
 * handler target ] on entry. */
static void
get_own_by_trap(duk_context *ctx, duk_idx_t obj)
{
	duk_idx_t key = duk_get_top(ctx) - 4, res, cur;
	bool extensible;

	duk_dup(ctx, key);
	duk_call_method(ctx, 2);
	res = key + 1;
	if (!bi_is_object(ctx, res) && !duk_is_undefined(ctx, res))
		bi_throw_type(ctx, "'getOwnPropertyDescriptor' on proxy: trap "
				   "returned neither object nor undefined");
	objop_push_target(ctx, obj);
	duk_dup(ctx, key);
	objop_get_own(ctx, -2);
	cur = res + 2;
	if (duk_is_undefined(ctx, res)) {
		if (!duk_is_undefined(ctx, cur) &&
		    (!desc_flag(ctx, cur, "configurable") ||
			!objop_is_extensible(ctx, res + 1)))
			objop_throw_invariant(ctx, "getOwnPropertyDescriptor");
	} else {
		extensible = objop_is_extensible(ctx, res + 1);
		duk_dup(ctx, res);
		desc_normalize(ctx);
		desc_complete(ctx);
		duk_replace(ctx, res);
		if (!desc_is_compatible(ctx, extensible, res, cur))
			objop_throw_invariant(ctx, "getOwnPropertyDescriptor");
		if (!desc_flag(ctx, res, "configurable") &&
		    (duk_is_undefined(ctx, cur) ||
			desc_flag(ctx, cur, "configurable") ||
			(desc_has(ctx, res, "writable") &&
			    !desc_flag(ctx, res, "writable") &&
			    desc_flag(ctx, cur, "writable"))))
			objop_throw_invariant(ctx, "getOwnPropertyDescriptor");
	}
	duk_set_top(ctx, res + 1);
	duk_remove(ctx, key);
}

void
objop_get_own(duk_context *ctx, duk_idx_t obj)
{
	obj = duk_require_normalize_index(ctx, obj);
	if (!dx_is_proxy(ctx, obj)) {
		duk_get_prop_desc(ctx, obj, 0);
		return;
	}
	if (objop_push_trap(ctx, obj, "getOwnPropertyDescriptor")) {
		get_own_by_trap(ctx, obj);
		return;
	}
	duk_swap_top(ctx, -2);
	objop_get_own(ctx, -2);
	duk_remove(ctx, -2);
}

/* [ key desc trap handler target ] -> [ ] */
static bool
define_by_trap(duk_context *ctx, duk_idx_t obj)
{
	duk_idx_t key = duk_get_top(ctx) - 5, desc = key + 1, target, cur;
	bool extensible, locked;

	duk_dup(ctx, key);
	duk_push_object(ctx);
	duk_enum(ctx, desc, DUK_ENUM_OWN_PROPERTIES_ONLY);
	while (duk_next(ctx, -1, 1))
		duk_put_prop(ctx, -4);
	duk_pop(ctx);
	duk_call_method(ctx, 3);
	if (!duk_to_boolean(ctx, -1)) {
		duk_set_top(ctx, key);
		return false;
	}
	duk_pop(ctx);
	objop_push_target(ctx, obj);
	target = desc + 1;
	duk_dup(ctx, key);
	objop_get_own(ctx, target);
	cur = target + 1;
	extensible = objop_is_extensible(ctx, target);
	locked = desc_has(ctx, desc, "configurable") &&
		 !desc_flag(ctx, desc, "configurable");
	if (duk_is_undefined(ctx, cur)) {
		if (!extensible || locked)
			objop_throw_invariant(ctx, "defineProperty");
	} else {
		if (!desc_is_compatible(ctx, extensible, desc, cur) ||
		    (locked && desc_flag(ctx, cur, "configurable")))
			objop_throw_invariant(ctx, "defineProperty");
		if (desc_is_data(ctx, cur) &&
		    !desc_flag(ctx, cur, "configurable") &&
		    desc_flag(ctx, cur, "writable") &&
		    desc_has(ctx, desc, "writable") &&
		    !desc_flag(ctx, desc, "writable"))
			objop_throw_invariant(ctx, "defineProperty");
	}
	duk_set_top(ctx, key);
	return true;
}

/* Has the descriptor at IDX a field NAME that is false? */
static bool
desc_denies(duk_context *ctx, duk_idx_t idx, const char *name)
{
	return desc_has(ctx, idx, name) && !desc_flag(ctx, idx, name);
}

/* An element of a typed array: [ key desc ] -> [ ] */
static bool
define_element(duk_context *ctx, duk_idx_t obj, bool is_there)
{
	duk_idx_t key = duk_get_top(ctx) - 2;
	bool r;

	r = is_there && !desc_denies(ctx, -1, "configurable") &&
	    !desc_denies(ctx, -1, "enumerable") &&
	    !desc_denies(ctx, -1, "writable") && !desc_is_accessor(ctx, -1);
	if (r && desc_has(ctx, -1, "value")) {
		duk_get_prop_literal(ctx, -1, "value");
		duk_remove(ctx, -2);
		duk_put_prop(ctx, obj);
	}
	duk_set_top(ctx, key);
	return r;
}

bool
objop_define(duk_context *ctx, duk_idx_t obj)
{
	enum dx_typed_key element;
	bool r;

	obj = duk_require_normalize_index(ctx, obj);
	duk_swap_top(ctx, -2);
	element = dx_typed_key(ctx, obj);
	duk_swap_top(ctx, -2);
	if (element != DX_TYPED_NO)
		return define_element(ctx, obj, element == DX_TYPED_ELEMENT);
	if (!dx_is_proxy(ctx, obj)) {
		bi_push(ctx, I_DUK_DEFINE);
		duk_dup(ctx, obj);
		duk_pull(ctx, -4);
		duk_pull(ctx, -4);
		duk_call(ctx, 3);
		r = duk_to_boolean(ctx, -1);
		duk_pop(ctx);
		return r;
	}
	if (objop_push_trap(ctx, obj, "defineProperty"))
		return define_by_trap(ctx, obj);
	duk_insert(ctx, -3);
	r = objop_define(ctx, -3);
	duk_pop(ctx);
	return r;
}

bool
objop_create(duk_context *ctx, duk_idx_t obj, bool must)
{
	bool r;

	obj = duk_require_normalize_index(ctx, obj);
	duk_push_object(ctx);
	duk_insert(ctx, -2);
	duk_put_prop_literal(ctx, -2, "value");
	duk_push_true(ctx);
	duk_put_prop_literal(ctx, -2, "writable");
	duk_push_true(ctx);
	duk_put_prop_literal(ctx, -2, "enumerable");
	duk_push_true(ctx);
	duk_put_prop_literal(ctx, -2, "configurable");
	r = objop_define(ctx, obj);
	if (!r && must)
		bi_throw_type(ctx, "Cannot define property");
	return r;
}

/* What a trap says is gone may not be one that the target must keep. */
static void
require_loose(duk_context *ctx, duk_idx_t obj, duk_idx_t key, const char *trap)
{
	objop_push_target(ctx, obj);
	duk_dup(ctx, key);
	objop_get_own(ctx, -2);
	if (!duk_is_undefined(ctx, -1) &&
	    (!desc_flag(ctx, -1, "configurable") ||
		!objop_is_extensible(ctx, -2)))
		objop_throw_invariant(ctx, trap);
	duk_pop_2(ctx);
}

bool
objop_delete(duk_context *ctx, duk_idx_t obj)
{
	duk_idx_t key = duk_get_top(ctx) - 1;
	bool r;

	obj = duk_require_normalize_index(ctx, obj);
	if (!dx_is_proxy(ctx, obj)) {
		int attrs;

		if (dx_typed_key(ctx, obj) != DX_TYPED_NO) {
			r = dx_typed_key(ctx, obj) == DX_TYPED_BEYOND;
			duk_pop(ctx);
			return r;
		}
		duk_dup_top(ctx);
		attrs = dx_own_attrs(ctx, obj);
		r = attrs < 0 || ((unsigned int)attrs & DEF_C) != 0;
		if (attrs >= 0 && r)
			duk_del_prop(ctx, obj);
		else
			duk_pop(ctx);
		return r;
	}
	if (!objop_push_trap(ctx, obj, "deleteProperty")) {
		duk_swap_top(ctx, -2);
		r = objop_delete(ctx, -2);
		duk_pop(ctx);
		return r;
	}
	duk_dup(ctx, key);
	duk_call_method(ctx, 2);
	r = duk_to_boolean(ctx, -1);
	if (r)
		require_loose(ctx, obj, key, "deleteProperty");
	duk_set_top(ctx, key);
	return r;
}

bool
objop_is_own(duk_context *ctx, duk_idx_t obj)
{
	bool r;

	obj = duk_require_normalize_index(ctx, obj);
	duk_dup_top(ctx);
	if (!dx_is_proxy(ctx, obj) && duk_is_object(ctx, obj))
		return dx_own_attrs(ctx, obj) >= 0;
	objop_get_own(ctx, obj);
	r = !duk_is_undefined(ctx, -1);
	duk_pop(ctx);
	return r;
}

bool
objop_is_own_enumerable(duk_context *ctx, duk_idx_t obj)
{
	bool r;
	int attrs;

	obj = duk_require_normalize_index(ctx, obj);
	duk_dup_top(ctx);
	if (!dx_is_proxy(ctx, obj) && duk_is_object(ctx, obj)) {
		attrs = dx_own_attrs(ctx, obj);
		return attrs >= 0 && ((unsigned int)attrs & DEF_E) != 0;
	}
	objop_get_own(ctx, obj);
	r = !duk_is_undefined(ctx, -1) && desc_flag(ctx, -1, "enumerable");
	duk_pop(ctx);
	return r;
}

bool
objop_has(duk_context *ctx, duk_idx_t obj)
{
	duk_idx_t key = duk_get_top(ctx) - 1;
	bool r;

	obj = duk_require_normalize_index(ctx, obj);
	if (!dx_is_proxy(ctx, obj))
		return duk_has_prop(ctx, obj);
	if (!objop_push_trap(ctx, obj, "has")) {
		duk_swap_top(ctx, -2);
		r = objop_has(ctx, -2);
		duk_pop(ctx);
		return r;
	}
	duk_dup(ctx, key);
	duk_call_method(ctx, 2);
	r = duk_to_boolean(ctx, -1);
	if (!r)
		require_loose(ctx, obj, key, "has");
	duk_set_top(ctx, key);
	return r;
}

/* Functions have an own fileName of the engine's. */
static bool
is_internal_key(duk_context *ctx, duk_idx_t obj)
{
	const char *s;

	if (!duk_is_function(ctx, obj))
		return false;
	s = duk_get_string(ctx, -1);
	if (s == NULL || strcmp(s, "fileName") != 0)
		return false;
	duk_dup_top(ctx);
	return ((unsigned int)dx_own_attrs(ctx, obj) & DEF_E) == 0;
}

/* [ ] -> [ keys ] of an object that is no Proxy */
static void
keys_ordinary(duk_context *ctx, duk_idx_t obj)
{
	static const duk_uint_t flags =
	    DUK_ENUM_OWN_PROPERTIES_ONLY | DUK_ENUM_INCLUDE_NONENUMERABLE |
	    DUK_ENUM_NO_PROXY_BEHAVIOR | DUK_ENUM_SORT_ARRAY_INDICES;
	int pass;

	duk_push_array(ctx);
	for (pass = 0; pass < 2; pass++) {
		duk_enum(ctx, obj,
		    flags | (pass == 0 ? 0
				       : DUK_ENUM_INCLUDE_SYMBOLS |
					     DUK_ENUM_EXCLUDE_STRINGS));
		while (duk_next(ctx, -1, 0)) {
			if (pass == 0 && is_internal_key(ctx, obj))
				duk_pop(ctx);
			else
				dx_array_append(ctx, -3);
		}
		duk_pop(ctx);
	}
}

/* Take the key on top out of the set object at SET: [ key ] -> [ ] */
static bool
take_key(duk_context *ctx, duk_idx_t set)
{
	bool r;

	duk_dup_top(ctx);
	r = duk_has_prop(ctx, set);
	if (r)
		duk_del_prop(ctx, set);
	else
		duk_pop(ctx);
	return r;
}

/* The invariants of ownKeys: the keys are at ARR. */
static void
check_keys(duk_context *ctx, duk_idx_t obj, duk_idx_t arr)
{
	duk_uarridx_t i, n;
	duk_idx_t set, target, own;
	bool extensible, locked;

	duk_push_bare_object(ctx);
	set = duk_get_top(ctx) - 1;
	n = (duk_uarridx_t)duk_get_length(ctx, arr);
	for (i = 0; i < n; i++) {
		duk_get_prop_index(ctx, arr, i);
		duk_dup_top(ctx);
		if (duk_has_prop(ctx, set))
			bi_throw_type(ctx,
			    "'ownKeys' on proxy: trap returned duplicate "
			    "entries");
		duk_push_true(ctx);
		duk_put_prop(ctx, set);
	}
	objop_push_target(ctx, obj);
	target = set + 1;
	extensible = objop_is_extensible(ctx, target);
	objop_keys(ctx, target);
	own = target + 1;
	n = (duk_uarridx_t)duk_get_length(ctx, own);
	for (i = 0; i < n; i++) {
		duk_get_prop_index(ctx, own, i);
		duk_dup_top(ctx);
		objop_get_own(ctx, target);
		locked = !duk_is_undefined(ctx, -1) &&
			 !desc_flag(ctx, -1, "configurable");
		duk_pop(ctx);
		if (!take_key(ctx, set) && (locked || !extensible))
			objop_throw_invariant(ctx, "ownKeys");
	}
	if (!extensible) {
		duk_enum(ctx, set, DUK_ENUM_INCLUDE_SYMBOLS);
		if (duk_next(ctx, -1, 0))
			objop_throw_invariant(ctx, "ownKeys");
	}
	duk_set_top(ctx, set);
}

void
objop_keys(duk_context *ctx, duk_idx_t obj)
{
	double k, n;

	obj = duk_require_normalize_index(ctx, obj);
	if (!dx_is_proxy(ctx, obj)) {
		keys_ordinary(ctx, obj);
		return;
	}
	if (!objop_push_trap(ctx, obj, "ownKeys")) {
		objop_keys(ctx, -1);
		duk_remove(ctx, -2);
		return;
	}
	duk_call_method(ctx, 1);
	if (!bi_is_object(ctx, -1))
		bi_throw_type(ctx,
		    "CreateListFromArrayLike called on non-object");
	duk_push_array(ctx);
	n = bi_length(ctx, -2);
	for (k = 0; k < n; k++) {
		bi_get_k(ctx, -2, k);
		if (!duk_is_string(ctx, -1))
			bi_throw_type(ctx, "%s is not a valid property name",
			    duk_safe_to_string(ctx, -1));
		dx_array_append(ctx, -2);
	}
	duk_remove(ctx, -2);
	check_keys(ctx, obj, duk_get_top(ctx) - 1);
}
