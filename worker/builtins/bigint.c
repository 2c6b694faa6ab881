/*
 * BigInt: the constructor and its prototype.
 *
 * Runs in: worker.
 *
 * The values and their operators are worker/engine/bigint.c.
 */
#include "config.h"

#include "worker/builtins/bi.h"
#include "worker/engine/bigint.h"

#include <math.h>

static duk_ret_t
bigint_constructor(duk_context *ctx)
{
	double d;

	if (duk_is_constructor_call(ctx))
		bi_throw_type(ctx, "BigInt is not a constructor");
	duk_to_primitive(ctx, 0, DUK_HINT_NUMBER);
	if (!duk_is_number(ctx, 0)) {
		bigint_coerce(ctx, 0);
		return 1;
	}
	d = duk_get_number(ctx, 0);
	if (!isfinite(d) || trunc(d) != d)
		bi_throw_range(ctx,
		    "The number %s cannot be converted to a BigInt because it "
		    "is not an integer",
		    duk_to_string(ctx, 0));
	bigint_push_double(ctx, d);
	return 1;
}

/* BigInt.asIntN, and asUintN: magic 0 */
static duk_ret_t
bigint_as_n(duk_context *ctx)
{
	double bits = bi_to_index(ctx, 0, "bits");

	bigint_coerce(ctx, 1);
	bigint_wrap(ctx, bits, duk_get_current_magic(ctx) != 0);
	return 1;
}

/* [ ] -> [ thisBigIntValue ] */
static void
push_this_bigint(duk_context *ctx, const char *method)
{
	void *key;

	duk_push_this(ctx);
	if (bigint_is(ctx, -1))
		return;
	if (dx_class(ctx, -1) == DX_OBJECT) {
		duk_push_literal(ctx, DUK_INTERNAL_SYMBOL("Value"));
		key = duk_get_heapptr(ctx, -1);
		if (dx_slot_get(ctx, -2, key) && bigint_is(ctx, -1)) {
			duk_replace(ctx, -3);
			duk_pop(ctx);
			return;
		}
	}
	bi_throw_receiver(ctx, method);
}

static duk_ret_t
bigint_to_string(duk_context *ctx)
{
	double radix = 10;

	push_this_bigint(ctx, "BigInt.prototype.toString");
	if (!duk_is_undefined(ctx, 0))
		radix = bi_to_integer(ctx, 0);
	if (radix < 2 || radix > 36)
		bi_throw_range(ctx,
		    "toString() radix must be between 2 and 36");
	bigint_push_string(ctx, 1, (unsigned int)radix);
	return 1;
}

static duk_ret_t
bigint_to_locale(duk_context *ctx)
{
	push_this_bigint(ctx, "BigInt.prototype.toLocaleString");
	if (!bi_push_intl(ctx, "NumberFormat")) {
		bigint_push_string(ctx, 2, 10);
		return 1;
	}
	duk_dup(ctx, 0);
	duk_dup(ctx, 1);
	duk_new(ctx, 2);
	duk_get_prop_literal(ctx, -1, "format");
	duk_dup(ctx, 2);
	duk_call(ctx, 1);
	return 1;
}

static duk_ret_t
bigint_value_of(duk_context *ctx)
{
	push_this_bigint(ctx, "BigInt.prototype.valueOf");
	return 1;
}

void
bi_install_bigint(duk_context *ctx)
{
	static const struct bi_fn statics[] = {
	    {"asIntN", bigint_as_n, 2, 2, 1},
	    {"asUintN", bigint_as_n, 2, 2, 0},
	};
	static const struct bi_fn methods[] = {
	    {"toLocaleString", bigint_to_locale, 2, 0, 0},
	    {"toString", bigint_to_string, 1, 0, 0},
	    {"valueOf", bigint_value_of, 0, 0, 0},
	};

	bi_class(ctx, "BigInt", bigint_constructor, 1, 1, I_BIGINT_PROTO);
	BI_DEFINE(ctx, -2, statics);
	BI_DEFINE(ctx, -1, methods);
	bi_define_tag(ctx, -1, "BigInt");
	dx_set_bigint_proto(ctx);
	duk_pop_2(ctx);
}
