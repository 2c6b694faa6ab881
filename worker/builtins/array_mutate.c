/*
 * Array methods that change the array, and their copying twins.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/array.h"

#include <math.h>

#define MAX_SAFE 9007199254740991.0

static duk_ret_t
array_push(duk_context *ctx)
{
	duk_idx_t i, n = duk_get_top(ctx);
	double len;

	duk_push_this(ctx);
	if (dx_class(ctx, -1) == DX_ARRAY) {
		duk_pop(ctx);
		return dx_native_push(ctx);
	}
	duk_pop(ctx);
	len = array_this(ctx);
	if (len + n > MAX_SAFE)
		bi_throw_type(ctx,
		    "Pushing %d elements on an array-like of "
		    "length %.0f is disallowed",
		    (int)n, len);
	for (i = 0; i < n; i++) {
		duk_dup(ctx, i);
		bi_put_k(ctx, n, len++);
	}
	bi_put_length(ctx, n, len);
	duk_push_number(ctx, len);
	return 1;
}

static duk_ret_t
array_pop(duk_context *ctx)
{
	double len;

	duk_push_this(ctx);
	if (dx_class(ctx, 0) == DX_ARRAY) {
		duk_pop(ctx);
		return dx_native_pop(ctx);
	}
	duk_pop(ctx);
	len = array_this(ctx);
	if (len == 0) {
		bi_put_length(ctx, 0, 0);
		return 0;
	}
	bi_get_k(ctx, 0, len - 1);
	bi_del_k(ctx, 0, len - 1);
	bi_put_length(ctx, 0, len - 1);
	return 1;
}

/* Move what is at FROM to TO, or delete TO if nothing is. */
static void
move(duk_context *ctx, duk_idx_t obj, double from, double to)
{
	if (bi_has_k(ctx, obj, from)) {
		bi_get_k(ctx, obj, from);
		bi_put_k(ctx, obj, to);
	} else {
		bi_del_k(ctx, obj, to);
	}
}

static duk_ret_t
array_shift(duk_context *ctx)
{
	double k, len = array_this(ctx);

	if (len == 0) {
		bi_put_length(ctx, 0, 0);
		return 0;
	}
	if (dx_array_shift(ctx, 0))
		return 1;
	bi_get_k(ctx, 0, 0);
	for (k = 1; k < len; k++)
		move(ctx, 0, k, k - 1);
	bi_del_k(ctx, 0, len - 1);
	bi_put_length(ctx, 0, len - 1);
	return 1;
}

static duk_ret_t
array_unshift(duk_context *ctx)
{
	duk_idx_t i, n = duk_get_top(ctx);
	double k, len = array_this(ctx);

	if (n > 0) {
		if (len + n > MAX_SAFE)
			bi_throw_type(ctx, "Invalid array length");
		if (!dx_array_splice(ctx, n, 0, 0, (uint32_t)n))
			for (k = len; k > 0; k--)
				move(ctx, n, k - 1, k + n - 1);
		for (i = 0; i < n; i++) {
			duk_dup(ctx, i);
			bi_put_k(ctx, n, i);
		}
	}
	bi_put_length(ctx, n, len + n);
	duk_push_number(ctx, len + n);
	return 1;
}

/* Where splice and toSpliced cut; NARGS of them were given. */
static void
splice_range(duk_context *ctx, duk_idx_t nargs, double len, double *start,
    double *ndel)
{
	*start = bi_relative(ctx, 0, len, 0);
	if (nargs == 0)
		*ndel = 0;
	else if (nargs == 1)
		*ndel = len - *start;
	else
		*ndel = fmin(fmax(bi_to_integer(ctx, 1), 0), len - *start);
}

static duk_ret_t
array_splice(duk_context *ctx)
{
	duk_idx_t nargs = duk_get_top(ctx), obj, i, nins;
	double len, start, ndel, k;

	duk_require_stack(ctx, 16);
	if (nargs < 2)
		duk_set_top(ctx, 2);
	obj = duk_get_top(ctx);
	nins = obj - 2;
	len = array_this(ctx);
	splice_range(ctx, nargs, len, &start, &ndel);
	if (len + nins - ndel > MAX_SAFE)
		bi_throw_type(ctx, "Invalid array length");
	array_species_create(ctx, obj, ndel);
	for (k = 0; k < ndel; k++) {
		if (bi_has_k(ctx, obj, start + k)) {
			bi_get_k(ctx, obj, start + k);
			bi_define_k(ctx, obj + 1, k);
		}
	}
	bi_put_length(ctx, obj + 1, ndel);
	if (nins != ndel &&
	    !(len < 2147483648.0 && (double)duk_get_length(ctx, obj) == len &&
		dx_array_splice(ctx, obj, (uint32_t)start, (uint32_t)ndel,
		    (uint32_t)nins))) {
		if (nins < ndel) {
			for (k = start; k < len - ndel; k++)
				move(ctx, obj, k + ndel, k + nins);
			for (k = len; k > len - ndel + nins; k--)
				bi_del_k(ctx, obj, k - 1);
		} else {
			for (k = len - ndel; k > start; k--)
				move(ctx, obj, k + ndel - 1, k + nins - 1);
		}
	}
	for (i = 0; i < nins; i++) {
		duk_dup(ctx, 2 + i);
		bi_put_k(ctx, obj, start + i);
	}
	bi_put_length(ctx, obj, len - ndel + nins);
	return 1;
}

static duk_ret_t
array_reverse(duk_context *ctx)
{
	double len = array_this(ctx), lo, hi, mid = floor(len / 2);

	for (lo = 0; lo < mid; lo++) {
		bool has_lo, has_hi;

		hi = len - 1 - lo;
		has_lo = bi_has_k(ctx, 0, lo);
		if (has_lo)
			bi_get_k(ctx, 0, lo);
		has_hi = bi_has_k(ctx, 0, hi);
		if (has_hi) {
			bi_get_k(ctx, 0, hi);
			bi_put_k(ctx, 0, lo);
		} else if (has_lo) {
			bi_del_k(ctx, 0, lo);
		}
		if (has_lo)
			bi_put_k(ctx, 0, hi);
		else if (has_hi)
			bi_del_k(ctx, 0, hi);
	}
	duk_set_top(ctx, 1);
	return 1;
}

static duk_ret_t
array_fill(duk_context *ctx)
{
	double len = array_this(ctx), k, end;

	k = bi_relative(ctx, 1, len, 0);
	end = bi_relative(ctx, 2, len, len);
	for (; k < end; k++) {
		duk_dup(ctx, 0);
		bi_put_k(ctx, 3, k);
	}
	return 1;
}

static duk_ret_t
array_copy_within(duk_context *ctx)
{
	double len = array_this(ctx), to, from, n;

	to = bi_relative(ctx, 0, len, 0);
	from = bi_relative(ctx, 1, len, 0);
	n = fmin(bi_relative(ctx, 2, len, len) - from, len - to);
	if (from < to && to < from + n) {
		while (n-- > 0)
			move(ctx, 3, from + n, to + n);
	} else {
		for (; n > 0; n--)
			move(ctx, 3, from++, to++);
	}
	return 1;
}

/* [ ... ] -> [ ... array ]: a copy of the object at OBJ, holes undefined */
static void
push_copy(duk_context *ctx, duk_idx_t obj, double from, double to)
{
	for (; from < to; from++) {
		bi_get_k(ctx, obj, from);
		dx_array_append(ctx, -2);
	}
}

static void
check_array_length(duk_context *ctx, double len)
{
	if (len > 4294967295.0)
		bi_throw_range(ctx, "Invalid array length");
}

static duk_ret_t
array_to_reversed(duk_context *ctx)
{
	double k, len = array_this(ctx);

	check_array_length(ctx, len);
	duk_push_array(ctx);
	for (k = len; k > 0; k--) {
		bi_get_k(ctx, 0, k - 1);
		dx_array_append(ctx, 1);
	}
	return 1;
}

static duk_ret_t
array_to_spliced(duk_context *ctx)
{
	duk_idx_t nargs = duk_get_top(ctx), obj, i, nins;
	double len, start, ndel;

	if (nargs < 2)
		duk_set_top(ctx, 2);
	obj = duk_get_top(ctx);
	nins = obj - 2;
	duk_require_stack(ctx, 16);
	len = array_this(ctx);
	splice_range(ctx, nargs, len, &start, &ndel);
	if (len + nins - ndel > MAX_SAFE)
		bi_throw_type(ctx, "Invalid array length");
	check_array_length(ctx, len + nins - ndel);
	duk_push_array(ctx);
	push_copy(ctx, obj, 0, start);
	for (i = 0; i < nins; i++) {
		duk_dup(ctx, 2 + i);
		dx_array_append(ctx, -2);
	}
	push_copy(ctx, obj, start + ndel, len);
	return 1;
}

static duk_ret_t
array_with(duk_context *ctx)
{
	double len = array_this(ctx), k = bi_to_integer(ctx, 0);

	if (k < 0)
		k += len;
	if (k < 0 || k >= len)
		bi_throw_range(ctx, "Invalid index : %.0f", k);
	check_array_length(ctx, len);
	duk_push_array(ctx);
	push_copy(ctx, 2, 0, k);
	duk_dup(ctx, 1);
	dx_array_append(ctx, -2);
	push_copy(ctx, 2, k + 1, len);
	return 1;
}

void
array_install_mutate(duk_context *ctx, duk_idx_t proto)
{
	static const struct bi_fn fns[] = {
	    {"copyWithin", array_copy_within, 3, 2, 0},
	    {"fill", array_fill, 3, 1, 0},
	    {"pop", array_pop, 0, 0, 0},
	    {"push", array_push, DUK_VARARGS, 1, 0},
	    {"reverse", array_reverse, 0, 0, 0},
	    {"shift", array_shift, 0, 0, 0},
	    {"splice", array_splice, DUK_VARARGS, 2, 0},
	    {"toReversed", array_to_reversed, 0, 0, 0},
	    {"toSpliced", array_to_spliced, DUK_VARARGS, 2, 0},
	    {"unshift", array_unshift, DUK_VARARGS, 1, 0},
	    {"with", array_with, 2, 2, 0},
	};

	BI_DEFINE(ctx, proto, fns);
}
