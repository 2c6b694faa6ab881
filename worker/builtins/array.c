/*
 * Array: the constructor's functions, copying methods, and installation.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/array.h"

#include "worker/builtins/iterator.h"
#include "worker/builtins/text.h"

#include <math.h>

#define MAX_SAFE 9007199254740991.0

double
array_this(duk_context *ctx)
{
	bi_push_this_object(ctx);
	return bi_length(ctx, -1);
}

void
array_create(duk_context *ctx, double len)
{
	if (len > 4294967295.0)
		bi_throw_range(ctx, "Invalid array length");
	duk_push_array(ctx);
	if (len > 0) {
		duk_push_number(ctx, len);
		duk_put_prop_literal(ctx, -2, "length");
	}
}

void
array_species_create(duk_context *ctx, duk_idx_t obj, double len)
{
	if (!bi_is_array(ctx, obj)) {
		array_create(ctx, len);
		return;
	}
	duk_get_prop_literal(ctx, obj, "constructor");
	if (bi_is_object(ctx, -1)) {
		bi_get_sym(ctx, -1, SYM_SPECIES);
		duk_remove(ctx, -2);
		if (duk_is_null(ctx, -1)) {
			duk_pop(ctx);
			duk_push_undefined(ctx);
		}
	}
	if (duk_is_undefined(ctx, -1) || bi_is(ctx, -1, I_ARRAY)) {
		duk_pop(ctx);
		array_create(ctx, len);
		return;
	}
	if (!duk_is_constructable(ctx, -1))
		bi_throw_type(ctx, "object.constructor[Symbol.species] is not "
				   "a constructor");
	duk_push_number(ctx, len);
	duk_new(ctx, 1);
}

static duk_ret_t
array_is_array(duk_context *ctx)
{
	duk_push_boolean(ctx, bi_is_array(ctx, 0));
	return 1;
}

/* [ ] -> [ new this(...) or a new array ] */
static void
push_from_this(duk_context *ctx, bool with_len, double len)
{
	duk_push_this(ctx);
	if (bi_is(ctx, -1, I_ARRAY) || !duk_is_constructable(ctx, -1)) {
		duk_pop(ctx);
		array_create(ctx, with_len ? len : 0);
		return;
	}
	if (with_len)
		duk_push_number(ctx, len);
	duk_new(ctx, with_len ? 1 : 0);
}

static duk_ret_t
array_of(duk_context *ctx)
{
	duk_idx_t i, n = duk_get_top(ctx);

	push_from_this(ctx, true, n);
	for (i = 0; i < n; i++) {
		duk_dup(ctx, i);
		bi_define_k(ctx, n, i);
	}
	bi_put_length(ctx, n, n);
	return 1;
}

struct from {
	double k;
	bool map;
	bool plain; /* the result is a plain array */
};

/* [ items fn thisArg ... out ... value ] */
static int
from_value(duk_context *ctx, void *arg)
{
	struct from *f = arg;

	if (f->map) {
		duk_dup(ctx, 1);
		duk_dup(ctx, 2);
		duk_dup(ctx, -3);
		duk_push_number(ctx, f->k);
		duk_call_method(ctx, 2);
	}
	if (f->plain)
		dx_array_append(ctx, 3);
	else
		bi_define_k(ctx, 3, f->k);
	f->k++;
	return 0;
}

static duk_ret_t
array_from(duk_context *ctx)
{
	struct from f = {0, false, false};
	double len;

	if (!duk_is_undefined(ctx, 1)) {
		bi_require_callable(ctx, 1);
		f.map = true;
	}
	if (bi_is_nullish(ctx, 0))
		bi_throw_type(ctx, "%s is not iterable",
		    duk_safe_to_string(ctx, 0));
	if (bi_get_method(ctx, 0, SYM_ITERATOR)) {
		push_from_this(ctx, false, 0);
		f.plain =
		    dx_class(ctx, -1) == DX_ARRAY &&
		    duk_get_length(ctx, -1) == 0 &&
		    dx_proto(ctx, -1) == bi_of(ctx)->intrinsic[I_ARRAY_PROTO];
		duk_swap(ctx, 3, 4);
		if (bi_is_intact_array(ctx, 0)) {
			iter_each(ctx, 0, from_value, &f);
		} else {
			iterator_from_method(ctx, 0);
			iterator_each_of(ctx, from_value, &f);
		}
		duk_set_top(ctx, 4);
		bi_put_length(ctx, 3, f.k);
		return 1;
	}
	duk_pop(ctx);
	duk_to_object(ctx, 0);
	len = bi_length(ctx, 0);
	push_from_this(ctx, true, len);
	while (f.k < len) {
		bi_get_k(ctx, 0, f.k);
		if (f.map) {
			duk_dup(ctx, 1);
			duk_dup(ctx, 2);
			duk_pull(ctx, -3);
			duk_push_number(ctx, f.k);
			duk_call_method(ctx, 2);
		}
		bi_define_k(ctx, 3, f.k);
		f.k++;
	}
	bi_put_length(ctx, 3, len);
	return 1;
}

/* [ ] IsConcatSpreadable */
static bool
is_spreadable(duk_context *ctx, duk_idx_t idx)
{
	bool r;

	if (!bi_is_object(ctx, idx))
		return false;
	bi_get_sym(ctx, idx, SYM_CONCAT);
	r = duk_is_undefined(ctx, -1) ? bi_is_array(ctx, idx)
				      : duk_to_boolean(ctx, -1);
	duk_pop(ctx);
	return r;
}

static duk_ret_t
array_concat(duk_context *ctx)
{
	duk_idx_t i, n = duk_get_top(ctx), out = n + 1;
	double at = 0, k, len;
	uint32_t dense;

	duk_require_stack(ctx, 16);
	bi_push_this_object(ctx);
	array_species_create(ctx, n, 0);
	duk_pull(ctx, n);
	duk_insert(ctx, 0); /* [ this args... out ] */
	for (i = 0; i <= n; i++) {
		if (!is_spreadable(ctx, i)) {
			if (at >= MAX_SAFE)
				bi_throw_type(ctx, "Invalid array length");
			duk_dup(ctx, i);
			bi_define_k(ctx, out, at++);
			continue;
		}
		len = bi_length(ctx, i);
		if (at + len > MAX_SAFE)
			bi_throw_type(ctx, "Invalid array length");
		if (dx_array_is_dense(ctx, i, &dense) && dense == len &&
		    dx_array_copy(ctx, out, i, 0, dense)) {
			at += len;
			continue;
		}
		for (k = 0; k < len; k++, at++) {
			if (bi_has_k(ctx, i, k)) {
				bi_get_k(ctx, i, k);
				bi_define_k(ctx, out, at);
			}
		}
	}
	bi_put_length(ctx, out, at);
	return 1;
}

static duk_ret_t
array_slice(duk_context *ctx)
{
	double len = array_this(ctx), k, end, n = 0;
	uint32_t dense;

	k = bi_relative(ctx, 0, len, 0);
	end = bi_relative(ctx, 1, len, len);
	array_species_create(ctx, 2, fmax(end - k, 0));
	if (end > k && dx_array_is_dense(ctx, 2, &dense) && dense >= end &&
	    dx_class(ctx, 3) == DX_ARRAY && duk_get_length(ctx, 3) > 0) {
		/* a fresh array of ours: fill from empty */
		duk_set_length(ctx, 3, 0);
		if (dx_array_copy(ctx, 3, 2, (uint32_t)k, (uint32_t)(end - k)))
			return 1;
	}
	for (; k < end; k++, n++) {
		if (bi_has_k(ctx, 2, k)) {
			bi_get_k(ctx, 2, k);
			bi_define_k(ctx, 3, n);
		}
	}
	bi_put_length(ctx, 3, n);
	return 1;
}

/* Flatten OBJ into OUT (absolute); -> new length of OUT */
static double
flatten(duk_context *ctx, duk_idx_t out, duk_idx_t obj, double at, double depth,
    duk_idx_t fn)
{
	double k, len = bi_length(ctx, obj);

	duk_require_stack(ctx, 8);
	for (k = 0; k < len; k++) {
		if (!bi_has_k(ctx, obj, k))
			continue;
		bi_get_k(ctx, obj, k);
		if (fn >= 0) {
			duk_dup(ctx, fn);
			duk_dup(ctx, fn + 1);
			duk_pull(ctx, -3);
			duk_push_number(ctx, k);
			duk_dup(ctx, obj);
			duk_call_method(ctx, 3);
		}
		if (depth > 0 && bi_is_array(ctx, -1)) {
			duk_idx_t inner = duk_get_top(ctx) - 1;

			/* as deep as the C stack goes: checked by the call */
			bi_check_stack(ctx);
			at = flatten(ctx, out, inner, at, depth - 1, -1);
			duk_pop(ctx);
		} else {
			if (at >= MAX_SAFE)
				bi_throw_type(ctx, "Invalid array length");
			bi_define_k(ctx, out, at++);
		}
	}
	return at;
}

static duk_ret_t
array_flat(duk_context *ctx)
{
	double depth = 1;

	array_this(ctx);
	if (!duk_is_undefined(ctx, 0))
		depth = bi_to_integer(ctx, 0);
	array_species_create(ctx, 1, 0);
	flatten(ctx, 2, 1, 0, depth, -1);
	return 1;
}

static duk_ret_t
array_flat_map(duk_context *ctx)
{
	array_this(ctx);
	bi_require_callable(ctx, 0);
	array_species_create(ctx, 2, 0);
	flatten(ctx, 3, 2, 0, 1, 0);
	return 1;
}

static duk_ret_t
array_at(duk_context *ctx)
{
	double len = array_this(ctx), k = bi_to_integer(ctx, 0);

	if (k < 0)
		k += len;
	if (k < 0 || k >= len)
		return 0;
	bi_get_k(ctx, 1, k);
	return 1;
}

static duk_ret_t
array_to_string(duk_context *ctx)
{
	bi_push_this_object(ctx);
	duk_get_prop_literal(ctx, 0, "join");
	if (!duk_is_function(ctx, -1)) {
		duk_pop(ctx);
		bi_push(ctx, I_OBJECT_PROTO);
		duk_get_prop_literal(ctx, -1, "toString");
		duk_remove(ctx, -2);
	}
	duk_dup(ctx, 0);
	duk_call_method(ctx, 0);
	return 1;
}

struct join {
	double len;
	bool locale;
};

/* [ sep this sep text ] -> the same, text filled */
static duk_ret_t
join_protected(duk_context *ctx, void *arg)
{
	const struct join *j = arg;
	double k;

	for (k = 0; k < j->len; k++) {
		if (k > 0)
			text_add(ctx, 3, 2);
		bi_get_k(ctx, 1, k);
		if (!bi_is_nullish(ctx, -1)) {
			if (j->locale) {
				duk_get_prop_literal(ctx, -1, "toLocaleString");
				duk_swap_top(ctx, -2);
				duk_call_method(ctx, 0);
			}
			bi_to_string(ctx, -1, NULL);
			text_add(ctx, 3, -1);
		}
		duk_pop(ctx);
	}
	return 0;
}

/* join and toLocaleString (magic 1). A cycle gives "", as engines agree. */
static duk_ret_t
array_join(duk_context *ctx)
{
	struct join j;
	int r;

	duk_set_top(ctx, 1);
	j.locale = duk_get_current_magic(ctx) != 0;
	j.len = array_this(ctx); /* [ sep this ] */
	if (j.locale || duk_is_undefined(ctx, 0))
		duk_push_literal(ctx, ",");
	else
		duk_dup(ctx, 0);
	bi_to_string(ctx, 2, NULL);
	if (j.len == 0 || !bi_enter_cycle(ctx, 1)) {
		duk_push_literal(ctx, "");
		return 1;
	}
	text_begin(ctx);
	r = duk_safe_call(ctx, join_protected, &j, 0, 1);
	bi_leave_cycle(ctx);
	if (r != DUK_EXEC_SUCCESS)
		(void)duk_throw(ctx);
	text_end(ctx, 3);
	return 1;
}

void
array_install_statics(duk_context *ctx, duk_idx_t ctor)
{
	static const struct bi_fn fns[] = {
	    {"from", array_from, 3, 1, 0},
	    {"isArray", array_is_array, 1, 1, 0},
	    {"of", array_of, DUK_VARARGS, 0, 0},
	};

	BI_DEFINE(ctx, ctor, fns);
	bi_define_species(ctx, ctor);
}

/* Array.prototype[Symbol.unscopables] */
static void
define_unscopables(duk_context *ctx, duk_idx_t proto)
{
	static const char *const names[] = {"at", "copyWithin", "entries",
	    "fill", "find", "findIndex", "findLast", "findLastIndex", "flat",
	    "flatMap", "includes", "keys", "toReversed", "toSorted",
	    "toSpliced", "values"};
	size_t i;

	proto = duk_require_normalize_index(ctx, proto);
	duk_push_bare_object(ctx);
	for (i = 0; i < NELEMS(names); i++) {
		duk_push_true(ctx);
		duk_put_prop_string(ctx, -2, names[i]);
	}
	bi_define(ctx, proto, "@@unscopables", DEF_C);
}

void
bi_install_array(duk_context *ctx)
{
	static const struct bi_fn fns[] = {
	    {"at", array_at, 1, 1, 0},
	    {"concat", array_concat, DUK_VARARGS, 1, 0},
	    {"entries", iterator_of_array, 0, 0, ITER_ENTRIES},
	    {"flat", array_flat, 1, 0, 0},
	    {"flatMap", array_flat_map, 2, 1, 0},
	    {"join", array_join, 1, 1, 0},
	    {"keys", iterator_of_array, 0, 0, ITER_KEYS},
	    {"slice", array_slice, 2, 2, 0},
	    {"toLocaleString", array_join, 0, 0, 1},
	    {"toString", array_to_string, 0, 0, 0},
	    {"values", iterator_of_array, 0, 0, ITER_VALUES},
	};

	bi_push(ctx, I_ARRAY);
	array_install_statics(ctx, -1);
	bi_push(ctx, I_ARRAY_PROTO);
	BI_DEFINE(ctx, -1, fns);
	array_install_callbacks(ctx, -1);
	array_install_search(ctx, -1);
	array_install_sort(ctx, -1);
	array_install_mutate(ctx, -1);
	define_unscopables(ctx, -1);
	duk_get_prop_literal(ctx, -1, "values");
	bi_keep(ctx, I_ARRAY_VALUES);
	bi_define(ctx, -2, "@@iterator", DEF_W | DEF_C);
	duk_get_prop_literal(ctx, -1, "toString");
	bi_keep(ctx, I_ARRAY_TOSTRING);
	duk_pop_3(ctx);
}
