/*
 * Array: indexOf, lastIndexOf, includes.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/array.h"

#include <math.h>

static duk_ret_t
array_includes(duk_context *ctx)
{
	double k, len = array_this(ctx);
	bool same;

	if (len == 0) {
		duk_push_false(ctx);
		return 1;
	}
	for (k = bi_relative(ctx, 1, len, 0); k < len; k++) {
		bi_get_k(ctx, 2, k);
		same = bi_same_value_zero(ctx, 0, -1);
		duk_pop(ctx);
		if (same) {
			duk_push_true(ctx);
			return 1;
		}
	}
	duk_push_false(ctx);
	return 1;
}

static bool
matches(duk_context *ctx, double k)
{
	bool same;

	if (!(k < 4294967295.0 && dx_array_get(ctx, 2, (uint32_t)k))) {
		if (!bi_has_k(ctx, 2, k))
			return false;
		bi_get_k(ctx, 2, k);
	}
	same = duk_strict_equals(ctx, 0, -1);
	duk_pop(ctx);
	return same;
}

static duk_ret_t
array_index_of(duk_context *ctx)
{
	double k, len = array_this(ctx);

	if (len > 0) {
		for (k = bi_relative(ctx, 1, len, 0); k < len; k++) {
			if (matches(ctx, k)) {
				duk_push_number(ctx, k);
				return 1;
			}
		}
	}
	duk_push_int(ctx, -1);
	return 1;
}

static duk_ret_t
array_last_index_of(duk_context *ctx)
{
	bool have = duk_get_top(ctx) >= 2;
	double k, len;

	duk_set_top(ctx, 2);
	len = array_this(ctx);
	if (len > 0) {
		k = len - 1;
		if (have) {
			k = bi_to_integer(ctx, 1);
			k = k >= 0 ? fmin(k, len - 1) : len + k;
		}
		for (; k >= 0; k--) {
			if (matches(ctx, k)) {
				duk_push_number(ctx, k);
				return 1;
			}
		}
	}
	duk_push_int(ctx, -1);
	return 1;
}

void
array_install_search(duk_context *ctx, duk_idx_t proto)
{
	static const struct bi_fn fns[] = {
	    {"includes", array_includes, 2, 1, 0},
	    {"indexOf", array_index_of, 2, 1, 0},
	    {"lastIndexOf", array_last_index_of, DUK_VARARGS, 1, 0},
	};

	BI_DEFINE(ctx, proto, fns);
}
