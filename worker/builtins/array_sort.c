/*
 * Sorting: a stable merge sort of indexes.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/array.h"

#include "worker/engine/bigint.h"

#include <math.h>
#include <string.h>

#define SORT_MAX ((double)(1U << 28))

struct sort {
	duk_idx_t values; /* array of values */
	duk_idx_t texts;  /* array of their strings, or the same as values */
	duk_idx_t cmp;    /* comparator, or -1 */
	bool numeric;
};

static int
compare_texts(duk_context *ctx, const struct sort *s, uint32_t a, uint32_t b)
{
	const char *x, *y;
	duk_size_t nx, ny;
	int r;

	dx_array_get(ctx, s->texts, a);
	dx_array_get(ctx, s->texts, b);
	x = duk_get_lstring(ctx, -2, &nx);
	y = duk_get_lstring(ctx, -1, &ny);
	/* CESU-8 bytes sort as UTF-16 units do. */
	r = memcmp(x, y, MIN(nx, ny));
	if (r == 0)
		r = (nx > ny) - (nx < ny);
	duk_pop_2(ctx);
	return r;
}

static int
compare_numbers(duk_context *ctx, const struct sort *s, uint32_t a, uint32_t b)
{
	double x, y;

	dx_array_get(ctx, s->values, a);
	dx_array_get(ctx, s->values, b);
	if (bigint_is(ctx, -1)) {
		int c = bigint_compare(ctx, -2, -1);

		duk_pop_2(ctx);
		return c;
	}
	x = duk_get_number(ctx, -2);
	y = duk_get_number(ctx, -1);
	duk_pop_2(ctx);
	if (isnan(x) || isnan(y))
		return (int)isnan(x) - (int)isnan(y);
	if (x == 0 && y == 0)
		return (int)(signbit(y) != 0) - (int)(signbit(x) != 0);
	return (x > y) - (x < y);
}

static int
compare(duk_context *ctx, const struct sort *s, uint32_t a, uint32_t b)
{
	double r;

	if (s->cmp < 0) {
		bi_poll(ctx);
		return s->numeric ? compare_numbers(ctx, s, a, b)
				  : compare_texts(ctx, s, a, b);
	}
	duk_dup(ctx, s->cmp);
	dx_array_get(ctx, s->values, a);
	dx_array_get(ctx, s->values, b);
	duk_call(ctx, 2);
	r = duk_to_number(ctx, -1);
	duk_pop(ctx);
	return (r > 0) - (r < 0);
}

/* Merge FROM[lo, mid) and FROM[mid, hi) into TO. */
static void
merge(duk_context *ctx, const struct sort *s, const uint32_t *from,
    uint32_t *to, uint32_t lo, uint32_t mid, uint32_t hi)
{
	uint32_t i = lo, j = mid, k;

	if (mid >= hi || compare(ctx, s, from[mid - 1], from[mid]) <= 0) {
		memcpy(to + lo, from + lo, (hi - lo) * sizeof *to);
		return;
	}
	for (k = lo; k < hi; k++) {
		if (i < mid &&
		    (j >= hi || compare(ctx, s, from[i], from[j]) <= 0))
			to[k] = from[i++];
		else
			to[k] = from[j++];
	}
}

/* Runs of RUN are sorted by insertion, then merged. */
#define RUN 8U

static void
insertion(duk_context *ctx, const struct sort *s, uint32_t *v, uint32_t lo,
    uint32_t hi)
{
	uint32_t i, j, x;

	for (i = lo + 1; i < hi; i++) {
		x = v[i];
		for (j = i; j > lo && compare(ctx, s, v[j - 1], x) > 0; j--)
			v[j] = v[j - 1];
		v[j] = x;
	}
}

/* Strings of the values, unless they are strings already: [ ] -> [ texts ] */
static void
push_texts(duk_context *ctx, duk_idx_t values, uint32_t n)
{
	uint32_t i;

	dx_push_array(ctx, n);
	for (i = 0; i < n; i++) {
		dx_array_get(ctx, values, i);
		bi_to_string(ctx, -1, NULL);
		dx_array_append(ctx, -2);
	}
}

void
array_sort_values(duk_context *ctx, duk_idx_t cmp, bool numeric)
{
	struct sort s;
	uint32_t n, i, lo, width, *v, *w, *t;

	s.values = duk_get_top(ctx) - 1;
	s.texts = s.values;
	s.cmp = duk_is_undefined(ctx, cmp) ? -1 : duk_normalize_index(ctx, cmp);
	s.numeric = numeric;
	n = (uint32_t)duk_get_length(ctx, -1);
	if (n < 2)
		return;
	if (s.cmp < 0 && !numeric) {
		push_texts(ctx, s.values, n);
		s.texts = s.values + 1;
	}
	v = duk_push_fixed_buffer(ctx, 2 * (size_t)n * sizeof *v);
	w = v + n;
	for (i = 0; i < n; i++)
		v[i] = i;
	for (lo = 0; lo < n; lo += RUN)
		insertion(ctx, &s, v, lo, MIN(lo + RUN, n));
	for (width = RUN; width < n; width *= 2) {
		for (lo = 0; lo < n; lo += 2 * width)
			merge(ctx, &s, v, w, lo, MIN(lo + width, n),
			    MIN(lo + 2 * width, n));
		t = v;
		v = w;
		w = t;
	}
	dx_push_array(ctx, n);
	for (i = 0; i < n; i++) {
		dx_array_get(ctx, s.values, v[i]);
		dx_array_append(ctx, -2);
	}
	duk_replace(ctx, s.values);
	duk_set_top(ctx, s.values + 1);
}

static void
check_comparator(duk_context *ctx)
{
	if (!duk_is_undefined(ctx, 0) && !duk_is_function(ctx, 0))
		bi_throw_type(ctx, "The comparison function must be either a "
				   "function or undefined");
}

/*
 * The values of the object at 1 that are not undefined: [ ] -> [ array ];
 * holes are skipped if SKIP, else read. -> number of undefined values
 */
static double
collect(duk_context *ctx, double len, bool skip)
{
	double k, nundef = 0;

	if (len > SORT_MAX && !skip)
		bi_throw_range(ctx, "Invalid array length");
	duk_push_array(ctx);
	for (k = 0; k < len; k++) {
		if (skip && !bi_has_k(ctx, 1, k))
			continue;
		bi_get_k(ctx, 1, k);
		if (duk_is_undefined(ctx, -1)) {
			nundef++;
			duk_pop(ctx);
		} else {
			dx_array_append(ctx, -2);
		}
	}
	return nundef;
}

static duk_ret_t
array_sort(duk_context *ctx)
{
	double k, n, len, nundef;

	check_comparator(ctx);
	len = array_this(ctx);
	nundef = collect(ctx, len, true);
	array_sort_values(ctx, 0, false);
	n = (double)duk_get_length(ctx, 2);
	for (k = 0; k < n; k++) {
		dx_array_get(ctx, 2, (uint32_t)k);
		bi_put_k(ctx, 1, k);
	}
	for (; k < n + nundef; k++) {
		duk_push_undefined(ctx);
		bi_put_k(ctx, 1, k);
	}
	for (; k < len; k++)
		if (bi_has_k(ctx, 1, k))
			bi_del_k(ctx, 1, k);
	duk_dup(ctx, 1);
	return 1;
}

static duk_ret_t
array_to_sorted(duk_context *ctx)
{
	double len, nundef;

	check_comparator(ctx);
	len = array_this(ctx);
	if (len > 4294967295.0)
		bi_throw_range(ctx, "Invalid array length");
	nundef = collect(ctx, len, false);
	array_sort_values(ctx, 0, false);
	for (; nundef > 0; nundef--) {
		duk_push_undefined(ctx);
		dx_array_append(ctx, -2);
	}
	return 1;
}

void
array_install_sort(duk_context *ctx, duk_idx_t proto)
{
	static const struct bi_fn fns[] = {
	    {"sort", array_sort, 1, 1, 0},
	    {"toSorted", array_to_sorted, 1, 1, 0},
	};

	BI_DEFINE(ctx, proto, fns);
}
