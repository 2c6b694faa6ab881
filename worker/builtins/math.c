/*
 * Math: what Duktape lacks.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/bi.h"

#include <math.h>

static double
to_float(double x)
{
	return (double)(float)x;
}

static double
round_half_up(double x)
{
	double f;

	if (!isfinite(x) || fabs(x) >= 4503599627370496.0)
		return x;
	f = floor(x);
	if (x - f >= 0.5)
		f += 1;
	return f == 0 ? copysign(0, x) : f;
}

/* The C library's may be off by one unit: one step of Newton's more. */
static double
cube_root(double x)
{
	double r = cbrt(x);

	if (!isfinite(r) || r == 0)
		return r;
	return r - (r * r * r - x) / (3 * r * r);
}

static double (*const functions[])(double) = {acosh, asinh, atanh, cosh, expm1,
    to_float, log1p, sinh, tanh, round_half_up, cube_root, log2, log10};

static duk_ret_t
math_call(duk_context *ctx)
{
	double x = duk_to_number(ctx, 0);

	duk_push_number(ctx, functions[duk_get_current_magic(ctx)](x));
	return 1;
}

void
bi_install_math(duk_context *ctx)
{
	static const struct bi_fn fns[] = {
	    {"acosh", math_call, 1, 1, 0},
	    {"asinh", math_call, 1, 1, 1},
	    {"atanh", math_call, 1, 1, 2},
	    {"cosh", math_call, 1, 1, 3},
	    {"expm1", math_call, 1, 1, 4},
	    {"fround", math_call, 1, 1, 5},
	    {"log1p", math_call, 1, 1, 6},
	    {"sinh", math_call, 1, 1, 7},
	    {"tanh", math_call, 1, 1, 8},
	    {"round", math_call, 1, 1, 9},
	    {"cbrt", math_call, 1, 1, 10},
	    {"log2", math_call, 1, 1, 11},
	    {"log10", math_call, 1, 1, 12},
	};

	bi_push_global(ctx, "Math");
	BI_DEFINE(ctx, -1, fns);
	duk_pop(ctx);
}
