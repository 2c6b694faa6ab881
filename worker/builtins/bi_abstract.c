/*
 * Abstract operations of the standard: conversions, array-likes, species.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/bi.h"
#include "worker/engine/bigint.h"

#include <math.h>
#include <string.h>

#define MAX_SAFE 9007199254740991.0

double
bi_to_integer(duk_context *ctx, duk_idx_t idx)
{
	double d = duk_to_number(ctx, idx);

	if (isnan(d))
		return 0;
	return trunc(d) + 0.0;
}

double
bi_to_length(duk_context *ctx, duk_idx_t idx)
{
	double d = bi_to_integer(ctx, idx);

	if (d <= 0)
		return 0;
	return fmin(d, MAX_SAFE);
}

double
bi_to_index(duk_context *ctx, duk_idx_t idx, const char *what)
{
	double d;

	if (bi_is_absent(ctx, idx))
		return 0;
	d = bi_to_integer(ctx, idx);
	if (d < 0 || d > MAX_SAFE)
		bi_throw_range(ctx, "%s is out of range", what);
	return d;
}

double
bi_relative(duk_context *ctx, duk_idx_t idx, double len, double dflt)
{
	double d;

	if (bi_is_absent(ctx, idx))
		return dflt;
	d = bi_to_integer(ctx, idx);
	if (d < 0)
		return fmax(len + d, 0);
	return fmin(d, len);
}

bool
bi_is_symbol(duk_context *ctx, duk_idx_t idx)
{
	return duk_is_symbol(ctx, idx) && !bigint_is(ctx, idx);
}

const char *
bi_to_string(duk_context *ctx, duk_idx_t idx, size_t *len_out)
{
	duk_size_t len;
	const char *s;

	if (bi_is_symbol(ctx, idx))
		bi_throw_type(ctx, "Cannot convert a Symbol value to a string");
	s = duk_to_lstring(ctx, idx, &len);
	if (bi_is_symbol(ctx, idx)) /* from toString() or valueOf() */
		bi_throw_type(ctx, "Cannot convert a Symbol value to a string");
	if (len_out != NULL)
		*len_out = len;
	return s;
}

void
bi_to_key(duk_context *ctx, duk_idx_t idx)
{
	if (duk_is_string(ctx, idx) && !bigint_is(ctx, idx))
		return; /* symbols are strings here */
	duk_to_primitive(ctx, idx, DUK_HINT_STRING);
	if (!bi_is_symbol(ctx, idx))
		duk_to_string(ctx, idx);
}

void
bi_push_this_object(duk_context *ctx)
{
	duk_push_this(ctx);
	if (bi_is_nullish(ctx, -1))
		bi_throw_type(ctx,
		    "Cannot convert undefined or null to object");
	duk_to_object(ctx, -1);
}

void
bi_require_callable(duk_context *ctx, duk_idx_t idx)
{
	if (duk_is_function(ctx, idx))
		return;
	idx = duk_normalize_index(ctx, idx);
	if (idx == DUK_INVALID_INDEX)
		bi_throw_type(ctx, "undefined is not a function");
	if (duk_is_object(ctx, idx))
		bi_throw_type(ctx, "object is not a function");
	bi_throw_type(ctx, "%s is not a function",
	    duk_safe_to_string(ctx, idx));
}

bool
bi_is_object(duk_context *ctx, duk_idx_t idx)
{
	return duk_check_type_mask(ctx, idx,
	    DUK_TYPE_MASK_OBJECT | DUK_TYPE_MASK_LIGHTFUNC |
		DUK_TYPE_MASK_BUFFER);
}

bool
bi_is_nullish(duk_context *ctx, duk_idx_t idx)
{
	return duk_check_type_mask(ctx, idx,
	    DUK_TYPE_MASK_UNDEFINED | DUK_TYPE_MASK_NULL | DUK_TYPE_MASK_NONE);
}

bool
bi_is_absent(duk_context *ctx, duk_idx_t idx)
{
	return duk_check_type_mask(ctx, idx,
	    DUK_TYPE_MASK_UNDEFINED | DUK_TYPE_MASK_NONE);
}

void
bi_freeze(duk_context *ctx, duk_idx_t idx)
{
	idx = duk_require_normalize_index(ctx, idx);
	if (duk_is_array(ctx, idx)) {
		duk_push_literal(ctx, "length");
		duk_def_prop(ctx, idx,
		    DUK_DEFPROP_CLEAR_WRITABLE | DUK_DEFPROP_FORCE);
	}
	duk_freeze(ctx, idx);
}

bool
bi_is_array(duk_context *ctx, duk_idx_t idx)
{
	int depth;
	bool r;

	if (dx_class(ctx, idx) == DX_ARRAY)
		return true;
	if (!dx_is_proxy(ctx, idx))
		return false;
	duk_dup(ctx, idx);
	for (depth = 0; dx_is_proxy(ctx, -1); depth++) {
		if (slot_has(ctx, -1, SLOT_REVOKED))
			bi_throw_type(ctx, "Cannot use a revoked Proxy");
		if (!dx_proxy_parts(ctx, -1))
			break;
		duk_pop(ctx);
		duk_remove(ctx, -2);
	}
	r = dx_class(ctx, -1) == DX_ARRAY;
	duk_pop(ctx);
	return r;
}

bool
bi_same_value_zero(duk_context *ctx, duk_idx_t a, duk_idx_t b)
{
	if (duk_is_number(ctx, a) && duk_is_number(ctx, b)) {
		double x = duk_get_number(ctx, a), y = duk_get_number(ctx, b);

		return x == y || (isnan(x) && isnan(y));
	}
	return duk_samevalue(ctx, a, b);
}

double
bi_length(duk_context *ctx, duk_idx_t obj)
{
	double len;

	if (dx_class(ctx, obj) == DX_ARRAY)
		return (double)duk_get_length(ctx, obj);
	duk_get_prop_literal(ctx, obj, "length");
	len = bi_to_length(ctx, -1);
	duk_pop(ctx);
	return len;
}

/* [ ] -> [ k as a property key ] for an index that is no array index */
static void
push_big_key(duk_context *ctx, double k)
{
	duk_push_sprintf(ctx, "%.0f", k);
}

static bool
is_small(double k)
{
	return k < 4294967295.0;
}

bool
bi_get_k(duk_context *ctx, duk_idx_t obj, double k)
{
	bool r;

	if (is_small(k)) {
		if (dx_array_get(ctx, obj, (uint32_t)k))
			return true;
		bi_poll(ctx);
		return duk_get_prop_index(ctx, obj, (duk_uarridx_t)k);
	}
	obj = duk_require_normalize_index(ctx, obj);
	push_big_key(ctx, k);
	r = duk_get_prop(ctx, obj);
	return r;
}

bool
bi_has_k(duk_context *ctx, duk_idx_t obj, double k)
{
	bi_poll(ctx);
	if (is_small(k))
		return duk_has_prop_index(ctx, obj, (duk_uarridx_t)k);
	obj = duk_require_normalize_index(ctx, obj);
	push_big_key(ctx, k);
	return duk_has_prop(ctx, obj);
}

void
bi_put_k(duk_context *ctx, duk_idx_t obj, double k)
{
	bi_poll(ctx);
	obj = duk_require_normalize_index(ctx, obj);
	if (is_small(k)) {
		duk_put_prop_index(ctx, obj, (duk_uarridx_t)k);
		return;
	}
	push_big_key(ctx, k);
	duk_insert(ctx, -2);
	duk_put_prop(ctx, obj);
}

void
bi_del_k(duk_context *ctx, duk_idx_t obj, double k)
{
	bi_poll(ctx);
	obj = duk_require_normalize_index(ctx, obj);
	if (is_small(k)) {
		duk_del_prop_index(ctx, obj, (duk_uarridx_t)k);
		return;
	}
	push_big_key(ctx, k);
	duk_del_prop(ctx, obj);
}

void
bi_define_key(duk_context *ctx, duk_idx_t obj)
{
	obj = duk_require_normalize_index(ctx, obj);
	if (dx_is_proxy(ctx, obj)) {
		objop_create(ctx, obj, true);
		return;
	}
	duk_def_prop(ctx, obj, DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_WEC);
}

void
bi_define_k(duk_context *ctx, duk_idx_t obj, double k)
{
	obj = duk_require_normalize_index(ctx, obj);
	if (is_small(k))
		duk_push_number(ctx, k);
	else
		push_big_key(ctx, k);
	duk_insert(ctx, -2);
	bi_define_key(ctx, obj);
}

void
bi_put_length(duk_context *ctx, duk_idx_t obj, double len)
{
	obj = duk_require_normalize_index(ctx, obj);
	duk_push_number(ctx, len);
	duk_put_prop_literal(ctx, obj, "length");
}

static bool
check_method(duk_context *ctx)
{
	if (bi_is_nullish(ctx, -1)) {
		duk_pop(ctx);
		duk_push_undefined(ctx);
		return false;
	}
	bi_require_callable(ctx, -1);
	return true;
}

bool
bi_get_method(duk_context *ctx, duk_idx_t obj, enum bi_sym sym)
{
	bi_get_sym(ctx, obj, sym);
	return check_method(ctx);
}

bool
bi_get_method_named(duk_context *ctx, duk_idx_t obj, const char *name)
{
	duk_get_prop_string(ctx, obj, name);
	return check_method(ctx);
}

void
bi_species(duk_context *ctx, duk_idx_t obj, enum bi_intrinsic dflt)
{
	duk_get_prop_literal(ctx, obj, "constructor");
	if (duk_is_undefined(ctx, -1)) {
		duk_pop(ctx);
		bi_push(ctx, dflt);
		return;
	}
	if (!bi_is_object(ctx, -1))
		bi_throw_type(ctx, "object.constructor is not an object");
	bi_get_sym(ctx, -1, SYM_SPECIES);
	duk_remove(ctx, -2);
	if (bi_is_nullish(ctx, -1)) {
		duk_pop(ctx);
		bi_push(ctx, dflt);
		return;
	}
	if (!duk_is_constructable(ctx, -1))
		bi_throw_type(ctx,
		    "object.constructor[Symbol.species] is not a constructor");
}

void
bi_push_result(duk_context *ctx, bool done)
{
	duk_push_object(ctx);
	duk_insert(ctx, -2);
	duk_put_prop_literal(ctx, -2, "value");
	duk_push_boolean(ctx, done);
	duk_put_prop_literal(ctx, -2, "done");
}

bool
bi_is_intact_array(duk_context *ctx, duk_idx_t idx)
{
	struct bi *b = bi_of(ctx);
	bool r;

	if (engine_is_slow(ctx) || dx_class(ctx, idx) != DX_ARRAY ||
	    dx_proto(ctx, idx) != b->intrinsic[I_ARRAY_PROTO] ||
	    dx_slot_has(ctx, idx, b->sym[SYM_ITERATOR]))
		return false;
	duk_push_heapptr(ctx, b->intrinsic[I_ARRAY_PROTO]);
	r = dx_slot_ptr(ctx, -1, b->sym[SYM_ITERATOR]) ==
	    b->intrinsic[I_ARRAY_VALUES];
	duk_pop(ctx);
	if (!r)
		return false;
	duk_push_heapptr(ctx, b->intrinsic[I_ARRAY_ITERATOR_PROTO]);
	duk_push_literal(ctx, "next");
	r = dx_slot_ptr(ctx, -2, duk_get_heapptr(ctx, -1)) ==
	    b->intrinsic[I_ARRAY_ITERATOR_NEXT];
	duk_pop_2(ctx);
	return r;
}

void
bi_construct(duk_context *ctx, enum bi_intrinsic proto, const char *name)
{
	if (!duk_is_constructor_call(ctx))
		bi_throw_type(ctx, "Constructor %s requires 'new'", name);
	bi_push(ctx, proto);
	engine_push_instance(ctx, -1);
	duk_remove(ctx, -2);
}

void
bi_take_prototype(duk_context *ctx)
{
	duk_push_this(ctx);
	duk_get_prototype(ctx, -1);
	duk_remove(ctx, -2);
	if (bi_is(ctx, -1, I_OBJECT_PROTO) || !duk_is_object(ctx, -1))
		duk_pop(ctx);
	else
		duk_set_prototype(ctx, -2);
}
