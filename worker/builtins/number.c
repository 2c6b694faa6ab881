/*
 * Number: exact toFixed, toExponential, toPrecision.
 *
 * Runs in: worker.
 *
 * printf gives the exact decimal expansion of a double; what differs from the
 * standard is a tie, which goes away from zero there, so rounding is done
 * here, on the digits.
 */
#include "config.h"

#include "worker/builtins/bi.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MAX 1100 /* a double's digits: at most 1074 + 309 ... in use */

/* Decimal digits d[0] d[1] ... with the point behind d[0], times 10^exp. */
struct digits {
	char d[DIGITS_MAX + 2];
	int n;
	int exp;
};

static double
this_number(duk_context *ctx, const char *method)
{
	duk_push_this(ctx);
	if (dx_class(ctx, -1) == DX_NUMBER) {
		double d;

		duk_push_literal(ctx, DUK_INTERNAL_SYMBOL("Value"));
		duk_get_prop(ctx, -2);
		d = duk_get_number(ctx, -1);
		duk_pop_2(ctx);
		return d;
	}
	if (!duk_is_number(ctx, -1))
		bi_throw_receiver(ctx, method);
	return duk_get_number(ctx, -1);
}

/* All digits of X > 0; enough of them: 770 are significant at most. */
static void
digits_of(double x, struct digits *out)
{
	char buf[DIGITS_MAX];
	int n;

	n = snprintf(buf, sizeof buf, "%.*e", 780, x);
	out->d[0] = buf[0];
	memcpy(out->d + 1, buf + 2, 780);
	out->n = 781;
	out->exp = atoi(buf + 2 + 780 + 1);
	ASSERT(n > 0 && (size_t)n < sizeof buf);
}

/* Keep N digits (0 or more), rounding half up; may grow by one digit. */
static void
round_digits(struct digits *d, int n)
{
	int i;
	bool up;

	if (n < 0) {
		d->n = 0;
		return;
	}
	if (n >= d->n) {
		memset(d->d + d->n, '0', (size_t)(n - d->n));
		d->n = n;
		return;
	}
	up = d->d[n] >= '5';
	d->n = n;
	if (!up)
		return;
	for (i = n - 1; i >= 0 && d->d[i] == '9'; i--)
		d->d[i] = '0';
	if (i >= 0) {
		d->d[i]++;
		return;
	}
	memmove(d->d + 1, d->d, (size_t)n);
	d->d[0] = '1';
	d->n++;
	d->exp++;
}

/* [ ] -> [ string ]: non-finite values */
static bool
push_special(duk_context *ctx, double x)
{
	if (isfinite(x))
		return false;
	duk_push_string(ctx, isnan(x) ? "NaN"
			     : x < 0  ? "-Infinity"
				      : "Infinity");
	return true;
}

static duk_ret_t
number_to_fixed(duk_context *ctx)
{
	double x = this_number(ctx, "Number.prototype.toFixed"), f;
	struct digits d;
	char out[DIGITS_MAX];
	int n, i, len = 0;

	f = bi_to_integer(ctx, 0);
	if (f < 0 || f > 100)
		bi_throw_range(ctx,
		    "toFixed() digits argument must be between 0 and 100");
	n = (int)f;
	if (push_special(ctx, x))
		return 1;
	if (fabs(x) >= 1e21) {
		duk_push_number(ctx, x);
		duk_to_string(ctx, -1);
		return 1;
	}
	if (x < 0) {
		out[len++] = '-';
		x = -x;
	}
	if (x == 0) {
		d.n = 0;
		d.exp = -1;
	} else {
		digits_of(x, &d);
		round_digits(&d, d.exp + 1 + n);
	}
	if (d.exp < 0 || d.n == 0)
		out[len++] = '0';
	for (i = 0; i <= d.exp; i++)
		out[len++] = i < d.n ? d.d[i] : '0';
	if (n > 0)
		out[len++] = '.';
	for (i = 1; i <= n; i++) {
		int at = d.exp + i;

		out[len++] = at >= 0 && at < d.n ? d.d[at] : '0';
	}
	duk_push_lstring(ctx, out, (size_t)len);
	return 1;
}

/* The fewest digits that read back as X. */
static void
shortest(double x, struct digits *d)
{
	char buf[40];
	int p;

	for (p = 0; p < 17; p++) {
		snprintf(buf, sizeof buf, "%.*e", p, x);
		if (strtod(buf, NULL) == x)
			break;
	}
	d->d[0] = buf[0];
	memcpy(d->d + 1, buf + 2, (size_t)p);
	d->n = p + 1;
	d->exp = atoi(strchr(buf, 'e') + 1);
}

static int
put_exponential(char *out, const struct digits *d)
{
	int len = 0;

	out[len++] = d->d[0];
	if (d->n > 1) {
		out[len++] = '.';
		memcpy(out + len, d->d + 1, (size_t)(d->n - 1));
		len += d->n - 1;
	}
	return len + snprintf(out + len, 16, "e%c%d", d->exp < 0 ? '-' : '+',
			 abs(d->exp));
}

static duk_ret_t
number_to_exponential(duk_context *ctx)
{
	double x = this_number(ctx, "Number.prototype.toExponential"), f;
	struct digits d;
	char out[DIGITS_MAX];
	int len = 0;
	bool all = duk_is_undefined(ctx, 0);

	f = bi_to_integer(ctx, 0);
	if (push_special(ctx, x))
		return 1;
	if (f < 0 || f > 100)
		bi_throw_range(ctx,
		    "toExponential() argument must be between 0 and 100");
	if (x < 0) {
		out[len++] = '-';
		x = -x;
	}
	if (x == 0) {
		memset(d.d, '0', (size_t)f + 1);
		d.n = (int)f + 1;
		d.exp = 0;
	} else if (all) {
		shortest(x, &d);
	} else {
		digits_of(x, &d);
		round_digits(&d, (int)f + 1);
		d.n = (int)f + 1;
	}
	len += put_exponential(out + len, &d);
	duk_push_lstring(ctx, out, (size_t)len);
	return 1;
}

static duk_ret_t
number_to_precision(duk_context *ctx)
{
	double x = this_number(ctx, "Number.prototype.toPrecision"), f;
	struct digits d;
	char out[DIGITS_MAX];
	int p, i, len = 0;

	if (duk_is_undefined(ctx, 0)) {
		duk_push_number(ctx, x);
		duk_to_string(ctx, -1);
		return 1;
	}
	f = bi_to_integer(ctx, 0);
	if (push_special(ctx, x))
		return 1;
	if (f < 1 || f > 100)
		bi_throw_range(ctx,
		    "toPrecision() argument must be between 1 and 100");
	p = (int)f;
	if (x < 0) {
		out[len++] = '-';
		x = -x;
	}
	if (x == 0) {
		memset(d.d, '0', (size_t)p);
		d.n = p;
		d.exp = 0;
	} else {
		digits_of(x, &d);
		round_digits(&d, p);
		d.n = p;
	}
	if (d.exp < -6 || d.exp >= p) {
		len += put_exponential(out + len, &d);
	} else if (d.exp >= 0) {
		for (i = 0; i < p; i++) {
			if (i == d.exp + 1)
				out[len++] = '.';
			out[len++] = d.d[i];
		}
	} else {
		out[len++] = '0';
		out[len++] = '.';
		for (i = -1; i > d.exp; i--)
			out[len++] = '0';
		memcpy(out + len, d.d, (size_t)p);
		len += p;
	}
	duk_push_lstring(ctx, out, (size_t)len);
	return 1;
}

/* An integer option of toLocaleString's second argument; DFLT if absent. */
static int
fraction_option(duk_context *ctx, const char *name, int dflt)
{
	double d;

	duk_get_prop_string(ctx, 1, name);
	d = duk_is_undefined(ctx, -1) ? dflt : bi_to_integer(ctx, -1);
	duk_pop(ctx);
	if (d < 0 || d > 100)
		bi_throw_range(ctx, "%s value is out of range", name);
	return (int)d;
}

/* Digits as en-US has them: groups of three, at most three fraction digits. */
static duk_ret_t
number_to_locale(duk_context *ctx)
{
	static const char *const unsupported[] = {
	    "style", "currency", "unit", "notation"};
	double x = this_number(ctx, "Number.prototype.toLocaleString");
	struct digits d;
	char out[DIGITS_MAX + 512];
	int min = 0, max = 3, i, n, len = 0;
	size_t k;

	if (!(duk_is_undefined(ctx, 0) && duk_is_undefined(ctx, 1)) &&
	    bi_push_intl(ctx, "NumberFormat")) {
		duk_dup(ctx, 0);
		duk_dup(ctx, 1);
		duk_new(ctx, 2);
		duk_get_prop_literal(ctx, -1, "format");
		duk_push_number(ctx, x);
		duk_call(ctx, 1);
		return 1;
	}
	if (bi_is_object(ctx, 1)) {
		for (k = 0; k < NELEMS(unsupported); k++)
			if (duk_has_prop_string(ctx, 1, unsupported[k]))
				bi_throw_type(ctx,
				    "toLocaleString: option %s is not "
				    "supported",
				    unsupported[k]);
		min = fraction_option(ctx, "minimumFractionDigits", 0);
		max =
		    fraction_option(ctx, "maximumFractionDigits", MAX(min, 3));
		if (min > max)
			bi_throw_range(ctx,
			    "maximumFractionDigits value is out of range");
	}
	if (!isfinite(x)) {
		duk_push_string(ctx, isnan(x) ? "NaN"
				     : x < 0  ? "-\xe2\x88\x9e"
					      : "\xe2\x88\x9e");
		return 1;
	}
	if (signbit(x))
		out[len++] = '-';
	x = fabs(x);
	d.n = 0;
	d.exp = -1;
	if (x > 0) {
		shortest(x, &d);
		round_digits(&d, d.exp + 1 + max);
	}
	if (d.exp < 0 || d.n == 0)
		out[len++] = '0';
	for (i = 0; i <= d.exp; i++) {
		out[len++] = i < d.n ? d.d[i] : '0';
		if (i < d.exp && (d.exp - i) % 3 == 0)
			out[len++] = ',';
	}
	/* the last fraction digit that is not 0 */
	for (n = max; n > min; n--)
		if (d.exp + n >= 0 && d.exp + n < d.n && d.d[d.exp + n] != '0')
			break;
	if (n > 0)
		out[len++] = '.';
	for (i = 1; i <= n; i++)
		out[len++] =
		    d.exp + i >= 0 && d.exp + i < d.n ? d.d[d.exp + i] : '0';
	duk_push_lstring(ctx, out, (size_t)len);
	return 1;
}

void
bi_install_number(duk_context *ctx)
{
	static const struct bi_fn fns[] = {
	    {"toExponential", number_to_exponential, 1, 1, 0},
	    {"toFixed", number_to_fixed, 1, 1, 0},
	    {"toLocaleString", number_to_locale, 2, 0, 0},
	    {"toPrecision", number_to_precision, 1, 1, 0},
	};

	bi_push_global(ctx, "parseInt");
	duk_push_literal(ctx, "parseInt");
	bi_define(ctx, -2, "name", DEF_C);
	bi_push_global(ctx, "parseFloat");
	duk_push_literal(ctx, "parseFloat");
	bi_define(ctx, -2, "name", DEF_C);
	duk_pop_2(ctx);
	bi_push_global(ctx, "Number");
	duk_get_prop_literal(ctx, -1, "prototype");
	BI_DEFINE(ctx, -1, fns);
	duk_pop_2(ctx);
}
