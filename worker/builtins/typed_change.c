/*
 * %TypedArray%.prototype: methods that write, cut or copy.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/typed.h"

#include "worker/builtins/array.h"
#include "worker/builtins/buffer.h"

#include <math.h>
#include <string.h>

static double
begin(duk_context *ctx, const char *method)
{
	duk_push_this(ctx);
	return typed_validate(ctx, -1, method);
}

static duk_ret_t
typed_fill(duk_context *ctx)
{
	double len = begin(ctx, "%TypedArray%.prototype.fill"), k, end;
	struct dx_view v;

	typed_coerce(ctx, 0, dx_class(ctx, 3));
	k = bi_relative(ctx, 1, len, 0);
	end = bi_relative(ctx, 2, len, len);
	len = typed_validate(ctx, 3, "%TypedArray%.prototype.fill");
	end = fmin(end, len);
	dx_view(ctx, 3, &v);
	for (; k < end; k++) {
		duk_dup(ctx, 0);
		typed_pop(ctx, &v, (size_t)k);
	}
	return 1;
}

/* Exchange the first N elements end for end. */
static void
reverse(const struct dx_view *v, size_t n)
{
	size_t size = (size_t)1 << v->shift, i, j;
	char *base, x[8];

	if (n < 2)
		return; /* there may be no memory at all */
	base = (char *)v->data + v->offset;
	for (i = 0, j = n; i + 1 < j; i++, j--) {
		memcpy(x, base + i * size, size);
		memcpy(base + i * size, base + (j - 1) * size, size);
		memcpy(base + (j - 1) * size, x, size);
	}
}

static duk_ret_t
typed_reverse(duk_context *ctx)
{
	double len = begin(ctx, "%TypedArray%.prototype.reverse");
	struct dx_view v;

	dx_view(ctx, 0, &v);
	reverse(&v, (size_t)len);
	return 1;
}

static duk_ret_t
typed_copy_within(duk_context *ctx)
{
	double len = begin(ctx, "%TypedArray%.prototype.copyWithin");
	double to, from, n, now;
	struct dx_view v;
	char *base;

	to = bi_relative(ctx, 0, len, 0);
	from = bi_relative(ctx, 1, len, 0);
	n = fmin(bi_relative(ctx, 2, len, len) - from, len - to);
	if (n > 0) {
		now =
		    typed_validate(ctx, 3, "%TypedArray%.prototype.copyWithin");
		n = fmin(n, fmin(now - from, now - to));
		dx_view(ctx, 3, &v);
		if (n > 0) {
			base = (char *)v.data + v.offset;
			memmove(base + ((size_t)to << v.shift),
			    base + ((size_t)from << v.shift),
			    (size_t)n << v.shift);
		}
	}
	return 1;
}

/* The typed array at 0 into this, at OFFSET. */
static void
set_typed(duk_context *ctx, duk_idx_t self, double offset)
{
	double len, room = typed_length(ctx, self);
	struct dx_view from, to;

	len = typed_validate(ctx, 0, "%TypedArray%.prototype.set");
	if (offset + len > room)
		bi_throw_range(ctx, "offset is out of bounds");
	dx_view(ctx, 0, &from);
	dx_view(ctx, self, &to);
	typed_copy(ctx, &to, (size_t)offset, &from, (size_t)len);
}

static duk_ret_t
typed_set(duk_context *ctx)
{
	double offset, len, room, k;

	duk_push_this(ctx);
	if (!typed_is(ctx, 2))
		bi_throw_receiver(ctx, "%TypedArray%.prototype.set");
	offset = bi_to_integer(ctx, 1);
	if (offset < 0)
		bi_throw_range(ctx, "offset is out of bounds");
	room = typed_validate(ctx, 2, "%TypedArray%.prototype.set");
	if (typed_is(ctx, 0)) {
		set_typed(ctx, 2, offset);
		return 0;
	}
	if (bi_is_nullish(ctx, 0))
		bi_throw_type(ctx,
		    "Cannot convert undefined or null to object");
	duk_to_object(ctx, 0);
	len = bi_length(ctx, 0);
	if (offset + len > room)
		bi_throw_range(ctx, "offset is out of bounds");
	for (k = 0; k < len; k++) {
		bi_get_k(ctx, 0, k);
		bi_put_k(ctx, 2, offset + k);
	}
	return 0;
}

/* Byte by byte: where the two overlap, what was copied is copied again. */
static void
copy_forward(char *dst, const char *src, size_t n)
{
	size_t i;

	if (dst <= src || dst >= src + n) {
		memmove(dst, src, n);
		return;
	}
	for (i = 0; i < n; i++)
		dst[i] = src[i];
}

static duk_ret_t
typed_slice(duk_context *ctx)
{
	double len = begin(ctx, "%TypedArray%.prototype.slice");
	double from, to, n, k, i;
	struct dx_view src, dst;

	from = bi_relative(ctx, 0, len, 0);
	to = bi_relative(ctx, 1, len, len);
	n = fmax(to - from, 0);
	duk_push_number(ctx, n);
	typed_species_create(ctx, 2, 1, n);
	if (n == 0)
		return 1;
	to = fmin(to, typed_validate(ctx, 2, "%TypedArray%.prototype.slice"));
	dx_view(ctx, 2, &src);
	dx_view(ctx, 3, &dst);
	if (src.class == dst.class) {
		n = fmin(fmax(to - from, 0), typed_length(ctx, 3));
		if (n == 0)
			return 1;
		copy_forward((char *)dst.data + dst.offset,
		    (char *)src.data + src.offset + ((size_t)from << src.shift),
		    (size_t)n << src.shift);
		return 1;
	}
	for (k = from, i = 0; k < to; k++, i++) {
		bi_get_k(ctx, 2, k);
		bi_put_k(ctx, 3, i);
	}
	return 1;
}

static duk_ret_t
typed_subarray(duk_context *ctx)
{
	double len, from, to;
	struct dx_view v;
	bool tracking;

	duk_push_this(ctx);
	if (!typed_is(ctx, 2))
		bi_throw_receiver(ctx, "%TypedArray%.prototype.subarray");
	len = typed_length(ctx, 2);
	dx_view(ctx, 2, &v);
	from = bi_relative(ctx, 0, len, 0);
	tracking = duk_is_undefined(ctx, 1) && slot_has(ctx, 2, SLOT_TRACKING);
	to = bi_relative(ctx, 1, len, len);
	buffer_push_of(ctx, 2);
	duk_push_number(ctx, (double)v.offset + from * (double)(1U << v.shift));
	if (!tracking)
		duk_push_number(ctx, fmax(to - from, 0));
	typed_species_create(ctx, 2, tracking ? 2 : 3, -1);
	return 1;
}

/* [ ] -> [ array ] of the elements of the typed array at IDX */
static void
push_values(duk_context *ctx, duk_idx_t idx, double len)
{
	struct dx_view v;
	double k;

	dx_push_array(ctx, (uint32_t)len);
	dx_view(ctx, idx, &v);
	for (k = 0; k < len; k++) {
		typed_push(ctx, &v, (size_t)k);
		dx_array_append(ctx, -2);
	}
}

/* magic 1: toSorted */
static duk_ret_t
typed_sort(duk_context *ctx)
{
	bool copy = duk_get_current_magic(ctx) != 0;
	double len, k;
	struct dx_view v;
	duk_idx_t out = 1;

	if (!duk_is_undefined(ctx, 0) && !duk_is_function(ctx, 0))
		bi_throw_type(ctx, "The comparison function must be either a "
				   "function or undefined");
	len = begin(ctx, "%TypedArray%.prototype.sort");
	if (copy) {
		typed_create(ctx, dx_class(ctx, 1), len);
		out = 2;
	}
	push_values(ctx, 1, len);
	array_sort_values(ctx, 0, true);
	len = fmin(len, typed_length(ctx, out));
	dx_view(ctx, out, &v);
	for (k = 0; k < len; k++) {
		dx_array_get(ctx, -1, (uint32_t)k);
		typed_pop(ctx, &v, (size_t)k);
	}
	duk_dup(ctx, out);
	return 1;
}

static duk_ret_t
typed_to_reversed(duk_context *ctx)
{
	double len = begin(ctx, "%TypedArray%.prototype.toReversed");
	struct dx_view from, to;

	typed_create(ctx, dx_class(ctx, 0), len);
	dx_view(ctx, 0, &from);
	dx_view(ctx, 1, &to);
	typed_copy(ctx, &to, 0, &from, (size_t)len);
	reverse(&to, (size_t)len);
	return 1;
}

static duk_ret_t
typed_with(duk_context *ctx)
{
	double len = begin(ctx, "%TypedArray%.prototype.with"), k, i;
	struct dx_view from, to;

	k = bi_to_integer(ctx, 0);
	if (k < 0)
		k += len;
	typed_coerce(ctx, 1, dx_class(ctx, 2));
	if (k < 0 || k >= typed_length(ctx, 2))
		bi_throw_range(ctx, "Invalid typed array index");
	typed_create(ctx, dx_class(ctx, 2), len);
	dx_view(ctx, 2, &from);
	dx_view(ctx, 3, &to);
	typed_copy(ctx, &to, 0, &from, (size_t)fmin(len, typed_length(ctx, 2)));
	for (i = typed_length(ctx, 2); i < len; i++) {
		duk_push_undefined(ctx); /* of numbers only: it is NaN */
		typed_coerce(ctx, -1, to.class);
		typed_pop(ctx, &to, (size_t)i);
	}
	if (k < len) { /* it may have grown meanwhile */
		duk_dup(ctx, 1);
		typed_pop(ctx, &to, (size_t)k);
	}
	return 1;
}

void
typed_install_change(duk_context *ctx, duk_idx_t proto)
{
	static const struct bi_fn fns[] = {
	    {"copyWithin", typed_copy_within, 3, 2, 0},
	    {"fill", typed_fill, 3, 1, 0},
	    {"reverse", typed_reverse, 0, 0, 0},
	    {"set", typed_set, 2, 1, 0},
	    {"slice", typed_slice, 2, 2, 0},
	    {"sort", typed_sort, 1, 1, 0},
	    {"subarray", typed_subarray, 2, 2, 0},
	    {"toReversed", typed_to_reversed, 0, 0, 0},
	    {"toSorted", typed_sort, 1, 1, 1},
	    {"with", typed_with, 2, 2, 0},
	};

	BI_DEFINE(ctx, proto, fns);
}
