/*
 * Object and Object.prototype.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/desc.h"
#include "worker/builtins/objop.h"

/* magic of the functions that list properties */
enum { LIST_KEYS, LIST_VALUES, LIST_ENTRIES };

/* ToObject in place; undefined and null throw. */
static void
to_object(duk_context *ctx, duk_idx_t idx)
{
	if (bi_is_nullish(ctx, idx))
		bi_throw_type(ctx,
		    "Cannot convert undefined or null to object");
	duk_to_object(ctx, idx);
}

static duk_ret_t
object_list(duk_context *ctx)
{
	int kind = duk_get_current_magic(ctx);
	duk_uarridx_t i, n;

	to_object(ctx, 0);
	objop_keys(ctx, 0);
	duk_push_array(ctx); /* [ obj keys out ] */
	n = (duk_uarridx_t)duk_get_length(ctx, 1);
	for (i = 0; i < n; i++) {
		duk_get_prop_index(ctx, 1, i);
		if (duk_is_symbol(ctx, -1))
			break;
		if (!objop_is_own_enumerable(ctx, 0)) {
			duk_pop(ctx);
			continue;
		}
		if (kind == LIST_KEYS) {
			dx_array_append(ctx, 2);
			continue;
		}
		if (kind == LIST_ENTRIES) {
			dx_push_array(ctx, 2);
			duk_dup(ctx, 3);
			dx_array_append(ctx, -2);
			duk_swap_top(ctx, -2);
		}
		duk_get_prop(ctx, 0);
		if (kind == LIST_ENTRIES)
			dx_array_append(ctx, -2);
		dx_array_append(ctx, 2);
	}
	duk_set_top(ctx, 3);
	return 1;
}

static duk_ret_t
object_assign(duk_context *ctx)
{
	duk_idx_t i, nargs = duk_get_top(ctx), keys;
	duk_uarridx_t k, n;

	if (nargs == 0)
		duk_push_undefined(ctx);
	to_object(ctx, 0);
	for (i = 1; i < nargs; i++) {
		if (bi_is_nullish(ctx, i))
			continue;
		duk_to_object(ctx, i);
		objop_keys(ctx, i);
		keys = duk_get_top(ctx) - 1;
		n = (duk_uarridx_t)duk_get_length(ctx, keys);
		for (k = 0; k < n; k++) {
			duk_get_prop_index(ctx, keys, k);
			if (objop_is_own_enumerable(ctx, i)) {
				duk_dup_top(ctx);
				duk_get_prop(ctx, i);
				duk_put_prop(ctx, 0);
			} else {
				duk_pop(ctx);
			}
		}
		duk_pop(ctx);
	}
	duk_dup(ctx, 0);
	return 1;
}

static int
add_entry(duk_context *ctx, void *arg)
{
	(void)arg; /* [ iterable out ... entry ] */
	if (!bi_is_object(ctx, -1))
		bi_throw_type(ctx, "Iterator value %s is not an entry object",
		    duk_safe_to_string(ctx, -1));
	bi_get_k(ctx, -1, 0);
	bi_get_k(ctx, -2, 1);
	duk_swap_top(ctx, -2);
	bi_to_key(ctx, -1);
	duk_swap_top(ctx, -2);
	bi_define_key(ctx, 1);
	return 0;
}

static duk_ret_t
object_from_entries(duk_context *ctx)
{
	if (bi_is_nullish(ctx, 0))
		bi_throw_type(ctx, "%s is not iterable",
		    duk_safe_to_string(ctx, 0));
	duk_push_object(ctx);
	iter_each(ctx, 0, add_entry, NULL);
	duk_set_top(ctx, 2);
	return 1;
}

static duk_ret_t
object_descriptors(duk_context *ctx)
{
	duk_uarridx_t i, n;

	to_object(ctx, 0);
	objop_keys(ctx, 0);
	duk_push_object(ctx);
	n = (duk_uarridx_t)duk_get_length(ctx, 1);
	for (i = 0; i < n; i++) {
		duk_get_prop_index(ctx, 1, i);
		duk_dup_top(ctx);
		objop_get_own(ctx, 0);
		if (duk_is_undefined(ctx, -1))
			duk_pop_2(ctx);
		else
			bi_define_key(ctx, 2);
	}
	return 1;
}

/* magic 0: names, 1: symbols */
static duk_ret_t
object_own_names(duk_context *ctx)
{
	bool symbols = duk_get_current_magic(ctx) != 0;
	duk_uarridx_t i, n;

	to_object(ctx, 0);
	objop_keys(ctx, 0);
	duk_push_array(ctx);
	n = (duk_uarridx_t)duk_get_length(ctx, 1);
	for (i = 0; i < n; i++) {
		duk_get_prop_index(ctx, 1, i);
		if (duk_is_symbol(ctx, -1) == symbols)
			dx_array_append(ctx, 2);
		else
			duk_pop(ctx);
	}
	return 1;
}

static duk_ret_t
object_get_own(duk_context *ctx)
{
	to_object(ctx, 0);
	bi_to_key(ctx, 1);
	objop_get_own(ctx, 0);
	return 1;
}

static void
define_or_throw(duk_context *ctx, duk_idx_t obj)
{
	duk_dup(ctx, -2);
	duk_insert(ctx, -3);
	if (!objop_define(ctx, obj))
		bi_throw_type(ctx, "Cannot redefine property: %s",
		    duk_safe_to_string(ctx, -1));
	duk_pop(ctx);
}

static duk_ret_t
object_define(duk_context *ctx)
{
	if (!bi_is_object(ctx, 0))
		bi_throw_type(ctx,
		    "Object.defineProperty called on non-object");
	bi_to_key(ctx, 1);
	desc_normalize(ctx);
	define_or_throw(ctx, 0);
	duk_dup(ctx, 0);
	return 1;
}

/* [ ... props ] -> [ ... ]: Object.defineProperties on OBJ */
static void
define_all(duk_context *ctx, duk_idx_t obj)
{
	duk_idx_t props = duk_get_top(ctx) - 1, list;
	duk_uarridx_t i, n;

	to_object(ctx, props);
	objop_keys(ctx, props);
	duk_push_bare_array(ctx);
	list = props + 2;
	n = (duk_uarridx_t)duk_get_length(ctx, props + 1);
	for (i = 0; i < n; i++) {
		duk_get_prop_index(ctx, props + 1, i);
		if (!objop_is_own_enumerable(ctx, props)) {
			duk_pop(ctx);
			continue;
		}
		duk_dup_top(ctx);
		duk_get_prop(ctx, props);
		desc_normalize(ctx);
		duk_swap_top(ctx, -2);
		dx_array_append(ctx, list);
		dx_array_append(ctx, list);
	}
	n = (duk_uarridx_t)duk_get_length(ctx, list);
	for (i = 0; i + 1 < n; i += 2) {
		duk_get_prop_index(ctx, list, i);
		duk_get_prop_index(ctx, list, i + 1);
		define_or_throw(ctx, obj);
	}
	duk_set_top(ctx, props);
}

static duk_ret_t
object_define_all(duk_context *ctx)
{
	if (!bi_is_object(ctx, 0))
		bi_throw_type(ctx,
		    "Object.defineProperties called on non-object");
	define_all(ctx, 0);
	return 1;
}

static duk_ret_t
object_create(duk_context *ctx)
{
	if (!bi_is_object(ctx, 0) && !duk_is_null(ctx, 0))
		bi_throw_type(ctx,
		    "Object prototype may only be an Object or null: %s",
		    duk_safe_to_string(ctx, 0));
	duk_push_object(ctx);
	if (duk_is_null(ctx, 0))
		duk_push_undefined(ctx);
	else
		duk_dup(ctx, 0);
	duk_set_prototype(ctx, 2);
	if (!duk_is_undefined(ctx, 1)) {
		duk_dup(ctx, 1);
		define_all(ctx, 2);
	}
	return 1;
}

static duk_ret_t
object_get_proto(duk_context *ctx)
{
	to_object(ctx, 0);
	objop_get_proto(ctx, 0);
	return 1;
}

static duk_ret_t
object_set_proto(duk_context *ctx)
{
	if (bi_is_nullish(ctx, 0))
		bi_throw_type(ctx,
		    "Object.setPrototypeOf called on null or undefined");
	if (!bi_is_object(ctx, 1) && !duk_is_null(ctx, 1))
		bi_throw_type(ctx,
		    "Object prototype may only be an Object or null: %s",
		    duk_safe_to_string(ctx, 1));
	if (bi_is_object(ctx, 0) && !objop_set_proto(ctx, 0))
		bi_throw_type(ctx, "Cannot set prototype of object");
	duk_set_top(ctx, 1);
	return 1;
}

/* Object.prototype.__proto__ */
static duk_ret_t
proto_getter(duk_context *ctx)
{
	bi_push_this_object(ctx);
	objop_get_proto(ctx, -1);
	return 1;
}

static duk_ret_t
proto_setter(duk_context *ctx)
{
	duk_push_this(ctx);
	if (bi_is_nullish(ctx, 1))
		bi_throw_type(ctx,
		    "Object.prototype.__proto__ called on null or undefined");
	if ((!bi_is_object(ctx, 0) && !duk_is_null(ctx, 0)) ||
	    !bi_is_object(ctx, 1))
		return 0;
	duk_dup(ctx, 0);
	if (!objop_set_proto(ctx, 1))
		bi_throw_type(ctx, "Cannot set prototype of object");
	return 0;
}

/* SetIntegrityLevel; magic 0: preventExtensions, 1: seal, 2: freeze */
static duk_ret_t
object_protect(duk_context *ctx)
{
	static const char *const names[] = {
	    "prevent extensions of", "seal", "freeze"};
	int level = duk_get_current_magic(ctx);
	duk_uarridx_t i, n;

	if (!bi_is_object(ctx, 0))
		return 1;
	if (!objop_prevent(ctx, 0))
		bi_throw_type(ctx, "Cannot %s object", names[level]);
	if (level == 0)
		return 1;
	if (!dx_is_proxy(ctx, 0) && dx_class(ctx, 0) < DX_ARRAYBUFFER) {
		if (level == 2)
			bi_freeze(ctx, 0);
		else
			duk_seal(ctx, 0);
		return 1;
	}
	objop_keys(ctx, 0);
	n = (duk_uarridx_t)duk_get_length(ctx, 1);
	for (i = 0; i < n; i++) {
		duk_get_prop_index(ctx, 1, i);
		duk_push_object(ctx);
		duk_push_false(ctx);
		duk_put_prop_literal(ctx, -2, "configurable");
		if (level == 2) {
			duk_dup(ctx, -2);
			objop_get_own(ctx, 0);
			if (duk_is_undefined(ctx, -1)) {
				duk_set_top(ctx, 2);
				continue;
			}
			if (duk_has_prop_literal(ctx, -1, "value")) {
				duk_push_false(ctx);
				duk_put_prop_literal(ctx, -3, "writable");
			}
			duk_pop(ctx);
		}
		define_or_throw(ctx, 0);
	}
	duk_set_top(ctx, 1);
	return 1;
}

/* TestIntegrityLevel; magic 0: isExtensible, 1: isSealed, 2: isFrozen */
static duk_ret_t
object_is_protected(duk_context *ctx)
{
	int level = duk_get_current_magic(ctx);
	duk_uarridx_t i, n;
	bool r;

	if (!bi_is_object(ctx, 0)) {
		duk_push_boolean(ctx, level != 0);
		return 1;
	}
	r = objop_is_extensible(ctx, 0);
	if (level == 0 || r) {
		duk_push_boolean(ctx, level == 0 && r);
		return 1;
	}
	objop_keys(ctx, 0);
	n = (duk_uarridx_t)duk_get_length(ctx, 1);
	for (i = 0; i < n; i++) {
		duk_get_prop_index(ctx, 1, i);
		objop_get_own(ctx, 0);
		if (duk_is_undefined(ctx, -1)) {
			duk_pop(ctx);
			continue;
		}
		duk_get_prop_literal(ctx, -1, "configurable");
		r = duk_to_boolean(ctx, -1);
		duk_get_prop_literal(ctx, -2, "writable");
		r = r || (level == 2 && duk_to_boolean(ctx, -1));
		if (r) {
			duk_push_false(ctx);
			return 1;
		}
		duk_set_top(ctx, 2);
	}
	duk_push_true(ctx);
	return 1;
}

static duk_ret_t
object_has_own(duk_context *ctx)
{
	to_object(ctx, 0);
	bi_to_key(ctx, 1);
	duk_push_boolean(ctx, objop_is_own(ctx, 0));
	return 1;
}

/* magic 0: hasOwnProperty, 1: propertyIsEnumerable */
static duk_ret_t
object_proto_has_own(duk_context *ctx)
{
	bi_to_key(ctx, 0);
	bi_push_this_object(ctx);
	duk_swap(ctx, 0, 1);
	duk_push_boolean(ctx, duk_get_current_magic(ctx) == 0
				  ? objop_is_own(ctx, 0)
				  : objop_is_own_enumerable(ctx, 0));
	return 1;
}

static duk_ret_t
object_is_prototype_of(duk_context *ctx)
{
	if (!bi_is_object(ctx, 0)) {
		duk_push_false(ctx);
		return 1;
	}
	bi_push_this_object(ctx);
	duk_dup(ctx, 0);
	for (;;) {
		objop_get_proto(ctx, -1);
		duk_remove(ctx, -2);
		if (duk_is_null(ctx, -1)) {
			duk_push_false(ctx);
			return 1;
		}
		if (duk_strict_equals(ctx, -1, 1)) {
			duk_push_true(ctx);
			return 1;
		}
	}
}

static int
group_value(duk_context *ctx, void *arg)
{
	double *k = arg; /* [ items fn out ... value ] */

	duk_dup(ctx, 1);
	duk_push_undefined(ctx);
	duk_dup(ctx, -3);
	duk_push_number(ctx, (*k)++);
	duk_call_method(ctx, 2);
	bi_to_key(ctx, -1);
	duk_dup_top(ctx);
	if (!duk_get_prop(ctx, 2)) {
		duk_pop(ctx);
		duk_dup_top(ctx);
		duk_push_array(ctx);
		duk_dup_top(ctx);
		duk_insert(ctx, -3);
		bi_define_key(ctx, 2);
	}
	duk_dup(ctx, -3);
	dx_array_append(ctx, -2);
	duk_pop_2(ctx);
	return 0;
}

static duk_ret_t
object_group_by(duk_context *ctx)
{
	double k = 0;

	if (bi_is_nullish(ctx, 0))
		bi_throw_type(ctx, "%s is not iterable",
		    duk_safe_to_string(ctx, 0));
	bi_require_callable(ctx, 1);
	duk_push_bare_object(ctx);
	iter_each(ctx, 0, group_value, &k);
	duk_set_top(ctx, 3);
	return 1;
}

/* "[object Tag]" */
static duk_ret_t
object_to_string(duk_context *ctx)
{
	const char *tag;

	duk_push_this(ctx);
	if (duk_is_undefined(ctx, 0) || duk_is_null(ctx, 0)) {
		duk_push_string(ctx, duk_is_null(ctx, 0)
					 ? "[object Null]"
					 : "[object Undefined]");
		return 1;
	}
	duk_to_object(ctx, 0);
	if (bi_is_array(ctx, 0)) {
		tag = "Array";
	} else if (duk_is_function(ctx, 0)) {
		tag = "Function";
	} else {
		switch (dx_class(ctx, 0)) {
		case DX_ARGUMENTS:
			tag = "Arguments";
			break;
		case DX_BOOLEAN:
			tag = "Boolean";
			break;
		case DX_NUMBER:
			tag = "Number";
			break;
		case DX_STRING:
			tag = "String";
			break;
		case DX_DATE:
			tag = "Date";
			break;
		case DX_REGEXP:
			tag = "RegExp";
			break;
		case DX_ERROR:
			tag = "Error";
			break;
		default:
			tag = slot_has(ctx, 0, SLOT_RE) ? "RegExp" : "Object";
			break;
		}
	}
	bi_get_sym(ctx, 0, SYM_TO_STRING_TAG);
	if (duk_is_string(ctx, -1) && !duk_is_symbol(ctx, -1)) {
		duk_push_literal(ctx, "[object ");
		duk_insert(ctx, -2);
		duk_push_literal(ctx, "]");
		duk_concat(ctx, 3);
		return 1;
	}
	duk_push_sprintf(ctx, "[object %s]", tag);
	return 1;
}

static duk_ret_t
object_to_locale_string(duk_context *ctx)
{
	duk_push_this(ctx);
	if (bi_is_nullish(ctx, 0))
		bi_throw_type(ctx,
		    "Cannot convert undefined or null to object");
	duk_get_prop_literal(ctx, 0, "toString");
	duk_dup(ctx, 0);
	duk_call_method(ctx, 0);
	return 1;
}

/* magic 0: __defineGetter__, 1: __defineSetter__ */
static duk_ret_t
object_define_half(duk_context *ctx)
{
	const char *half = duk_get_current_magic(ctx) == 0 ? "get" : "set";

	bi_push_this_object(ctx);
	if (!duk_is_function(ctx, 1))
		bi_throw_type(ctx,
		    "Object.prototype.__define%cetter__: Expecting function",
		    half[0] == 'g' ? 'G' : 'S');
	bi_to_key(ctx, 0);
	duk_dup(ctx, 0);
	duk_push_object(ctx);
	duk_dup(ctx, 1);
	duk_put_prop_string(ctx, -2, half);
	duk_push_true(ctx);
	duk_put_prop_literal(ctx, -2, "enumerable");
	duk_push_true(ctx);
	duk_put_prop_literal(ctx, -2, "configurable");
	define_or_throw(ctx, 2);
	return 0;
}

static duk_ret_t
object_lookup_half(duk_context *ctx)
{
	const char *half = duk_get_current_magic(ctx) == 0 ? "get" : "set";

	bi_push_this_object(ctx);
	bi_to_key(ctx, 0);
	while (!duk_is_null(ctx, 1)) {
		duk_dup(ctx, 0);
		objop_get_own(ctx, 1);
		if (!duk_is_undefined(ctx, -1)) {
			duk_get_prop_string(ctx, -1, half);
			return 1;
		}
		duk_pop(ctx);
		objop_get_proto(ctx, 1);
		duk_replace(ctx, 1);
	}
	return 0;
}

void
bi_install_object(duk_context *ctx)
{
	static const struct bi_fn statics[] = {
	    {"assign", object_assign, DUK_VARARGS, 2, 0},
	    {"create", object_create, 2, 2, 0},
	    {"defineProperties", object_define_all, 2, 2, 0},
	    {"defineProperty", object_define, 3, 3, 0},
	    {"entries", object_list, 1, 1, LIST_ENTRIES},
	    {"freeze", object_protect, 1, 1, 2},
	    {"fromEntries", object_from_entries, 1, 1, 0},
	    {"getOwnPropertyDescriptor", object_get_own, 2, 2, 0},
	    {"getOwnPropertyDescriptors", object_descriptors, 1, 1, 0},
	    {"getOwnPropertyNames", object_own_names, 1, 1, 0},
	    {"getOwnPropertySymbols", object_own_names, 1, 1, 1},
	    {"getPrototypeOf", object_get_proto, 1, 1, 0},
	    {"groupBy", object_group_by, 2, 2, 0},
	    {"hasOwn", object_has_own, 2, 2, 0},
	    {"isExtensible", object_is_protected, 1, 1, 0},
	    {"isFrozen", object_is_protected, 1, 1, 2},
	    {"isSealed", object_is_protected, 1, 1, 1},
	    {"keys", object_list, 1, 1, LIST_KEYS},
	    {"preventExtensions", object_protect, 1, 1, 0},
	    {"seal", object_protect, 1, 1, 1},
	    {"setPrototypeOf", object_set_proto, 2, 2, 0},
	    {"values", object_list, 1, 1, LIST_VALUES},
	};
	static const struct bi_fn methods[] = {
	    {"__defineGetter__", object_define_half, 2, 2, 0},
	    {"__defineSetter__", object_define_half, 2, 2, 1},
	    {"__lookupGetter__", object_lookup_half, 1, 1, 0},
	    {"__lookupSetter__", object_lookup_half, 1, 1, 1},
	    {"hasOwnProperty", object_proto_has_own, 1, 1, 0},
	    {"isPrototypeOf", object_is_prototype_of, 1, 1, 0},
	    {"propertyIsEnumerable", object_proto_has_own, 1, 1, 1},
	    {"toLocaleString", object_to_locale_string, 0, 0, 0},
	    {"toString", object_to_string, 0, 0, 0},
	    {"get __proto__", proto_getter, 0, 0, 0},
	    {"set __proto__", proto_setter, 1, 1, 0},
	};

	bi_push_global(ctx, "Object");
	BI_DEFINE(ctx, -1, statics);
	duk_get_prop_literal(ctx, -1, "prototype");
	BI_DEFINE(ctx, -1, methods);
	duk_pop_2(ctx);
}
