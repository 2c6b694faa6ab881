/*
 * Date: constructor, text forms, conversion.
 *
 * Runs in: worker. Getters and setters are Duktape's.
 */
#include "config.h"

#include "worker/builtins/date.h"

#include "worker/builtins/bi.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char day_names[] = "SunMonTueWedThuFriSat";
static const char month_names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

/* The time value of the Date at IDX. */
static double
time_of(duk_context *ctx, duk_idx_t idx)
{
	double t;

	idx = duk_require_normalize_index(ctx, idx);
	duk_push_literal(ctx, DUK_INTERNAL_SYMBOL("Value"));
	duk_get_prop(ctx, idx);
	t = duk_get_number_default(ctx, -1, NAN);
	duk_pop(ctx);
	return t;
}

static double
this_time(duk_context *ctx)
{
	double t;

	duk_push_this(ctx);
	if (dx_class(ctx, -1) != DX_DATE || bi_is(ctx, -1, I_DATE_PROTO))
		bi_throw_type(ctx, "this is not a Date object.");
	t = time_of(ctx, -1);
	duk_pop(ctx);
	return t;
}

/* Minutes that local time is ahead of UTC at T. */
static int
local_offset(duk_context *ctx, double t)
{
	int r;

	bi_push(ctx, I_DUK_DATE);
	duk_push_number(ctx, isnan(t) ? 0 : t);
	duk_new(ctx, 1);
	duk_push_literal(ctx, "getTimezoneOffset");
	duk_call_prop(ctx, -2, 0);
	r = -duk_get_int(ctx, -1);
	duk_pop_2(ctx);
	return r;
}

static duk_ret_t
date_static_parse(duk_context *ctx)
{
	size_t len;
	const char *s = bi_to_string(ctx, 0, &len);
	double t = date_parse(s, len, 0);

	if (!isnan(t)) {
		int offset = local_offset(ctx, t);

		if (offset != 0)
			t = date_parse(s, len, offset);
	}
	duk_push_number(ctx, t);
	return 1;
}

static duk_ret_t
date_utc(duk_context *ctx)
{
	double v[7] = {NAN, 0, 1, 0, 0, 0, 0};
	duk_idx_t i, n = duk_get_top(ctx);

	for (i = 0; i < n && i < 7; i++)
		v[i] = duk_to_number(ctx, i);
	for (i = 0; i < 7; i++)
		v[i] = trunc(v[i]);
	if (v[0] >= 0 && v[0] <= 99)
		v[0] += 1900;
	duk_push_number(ctx,
	    date_join(v[0], v[1], v[2],
		v[3] * 3600000 + v[4] * 60000 + v[5] * 1000 + v[6]));
	return 1;
}

/* magic: 1 date, 2 time, 3 both; 4 UTC */
static int
format(duk_context *ctx, double t, int what, char *out, size_t size)
{
	struct date_parts d;
	int offset = 0, n = 0;
	char sign;

	if (what != 4) {
		offset = local_offset(ctx, t);
		t += offset * 60000.0;
	}
	date_split(t, &d);
	if (what == 4)
		return snprintf(out, size,
		    "%.3s, %02d %.3s %s%04ld %02d:%02d:%02d GMT",
		    day_names + 3 * d.weekday, d.day, month_names + 3 * d.month,
		    d.year < 0 ? "-" : "", labs(d.year), d.hour, d.minute,
		    d.second);
	if ((what & 1) != 0)
		n = snprintf(out, size, "%.3s %.3s %02d %s%04ld",
		    day_names + 3 * d.weekday, month_names + 3 * d.month, d.day,
		    d.year < 0 ? "-" : "", labs(d.year));
	if (what == 3)
		out[n++] = ' ';
	if ((what & 2) != 0) {
		sign = offset < 0 ? '-' : '+';
		offset = abs(offset);
		n += snprintf(out + n, size - (size_t)n,
		    "%02d:%02d:%02d GMT%c%02d%02d%s", d.hour, d.minute,
		    d.second, sign, offset / 60, offset % 60,
		    offset == 0 ? " (Coordinated Universal Time)" : "");
	}
	return n;
}

static duk_ret_t
date_to_text(duk_context *ctx)
{
	char buf[128];
	double t = this_time(ctx);
	int n;

	if (isnan(t)) {
		duk_push_literal(ctx, "Invalid Date");
		return 1;
	}
	n = format(ctx, t, duk_get_current_magic(ctx), buf, sizeof buf);
	duk_push_lstring(ctx, buf, (size_t)n);
	return 1;
}

/* As en-US writes it; magic: 1 date, 2 time, 3 both */
static duk_ret_t
date_to_locale(duk_context *ctx)
{
	int what = duk_get_current_magic(ctx), n = 0, hour;
	double t = this_time(ctx);
	struct date_parts d;
	char buf[128];

	if (!isnan(t) &&
	    !(duk_is_undefined(ctx, 0) && duk_is_undefined(ctx, 1)) &&
	    bi_push_intl(ctx, DUK_HIDDEN_SYMBOL("js.intlDate"))) {
		duk_push_number(ctx, t);
		duk_dup(ctx, 0);
		duk_dup(ctx, 1);
		duk_push_int(ctx, what);
		duk_call(ctx, 4);
		return 1;
	}
	if (bi_is_object(ctx, 1)) {
		duk_enum(ctx, 1, DUK_ENUM_OWN_PROPERTIES_ONLY);
		while (duk_next(ctx, -1, 1)) {
			if (strcmp(duk_get_string(ctx, -2), "timeZone") != 0 ||
			    strcmp(duk_safe_to_string(ctx, -1), "UTC") != 0)
				bi_throw_type(ctx,
				    "toLocaleString: option %s is not "
				    "supported",
				    duk_get_string(ctx, -2));
			duk_pop_2(ctx);
		}
	} else if (!isnan(t)) {
		t += local_offset(ctx, t) * 60000.0;
	}
	if (isnan(t)) {
		duk_push_literal(ctx, "Invalid Date");
		return 1;
	}
	date_split(t, &d);
	hour = d.hour % 12 == 0 ? 12 : d.hour % 12;
	if ((what & 1) != 0)
		n = snprintf(buf, sizeof buf, "%d/%d/%ld", d.month + 1, d.day,
		    d.year);
	if ((what & 2) != 0)
		n += snprintf(buf + n, sizeof buf - (size_t)n,
		    "%s%d:%02d:%02d %s", what == 3 ? ", " : "", hour, d.minute,
		    d.second, d.hour < 12 ? "AM" : "PM");
	duk_push_lstring(ctx, buf, (size_t)n);
	return 1;
}

/* [ ] -> [ Date of T ] */
static void
push_date(duk_context *ctx, double t)
{
	bi_push(ctx, I_DUK_DATE);
	duk_push_number(ctx, t);
	duk_new(ctx, 1);
}

static duk_ret_t
date_constructor(duk_context *ctx)
{
	duk_idx_t i, n = duk_get_top(ctx);
	char buf[128];
	double t;
	int len;

	if (!duk_is_constructor_call(ctx)) {
		len = format(ctx, floor(duk_get_now(ctx)), 3, buf, sizeof buf);
		duk_push_lstring(ctx, buf, (size_t)len);
		return 1;
	}
	if (n == 0) {
		push_date(ctx, floor(duk_get_now(ctx)));
	} else if (n == 1) {
		if (dx_class(ctx, 0) == DX_DATE) {
			t = time_of(ctx, 0);
		} else {
			duk_to_primitive(ctx, 0, DUK_HINT_NONE);
			if (duk_is_string(ctx, 0) && !duk_is_symbol(ctx, 0)) {
				duk_push_c_function(ctx, date_static_parse, 1);
				duk_dup(ctx, 0);
				duk_call(ctx, 1);
				t = duk_get_number(ctx, -1);
			} else {
				t = trunc(duk_to_number(ctx, 0)) + 0.0;
			}
		}
		push_date(ctx, t + 0.0);
	} else {
		bi_push(ctx, I_DUK_DATE);
		for (i = 0; i < n && i < 7; i++) {
			duk_to_number(ctx, i);
			duk_dup(ctx, i);
		}
		duk_new(ctx, i);
	}
	bi_take_prototype(ctx);
	return 1;
}

static duk_ret_t
date_to_primitive(duk_context *ctx)
{
	const char *hint;
	int first, i;

	duk_push_this(ctx);
	if (!bi_is_object(ctx, 1))
		bi_throw_receiver(ctx, "Date.prototype[Symbol.toPrimitive]");
	hint = duk_is_string(ctx, 0) ? duk_get_string(ctx, 0) : "";
	if (strcmp(hint, "string") == 0 || strcmp(hint, "default") == 0)
		first = 0;
	else if (strcmp(hint, "number") == 0)
		first = 1;
	else
		bi_throw_type(ctx, "Invalid hint: %s",
		    duk_safe_to_string(ctx, 0));
	for (i = 0; i < 2; i++) {
		duk_get_prop_string(ctx, 1,
		    (i ^ first) == 0 ? "toString" : "valueOf");
		if (duk_is_function(ctx, -1)) {
			duk_dup(ctx, 1);
			duk_call_method(ctx, 0);
			if (!bi_is_object(ctx, -1))
				return 1;
		}
		duk_pop(ctx);
	}
	bi_throw_type(ctx, "Cannot convert object to primitive value");
	return 0;
}

static duk_ret_t
date_to_json(duk_context *ctx)
{
	bi_push_this_object(ctx);
	duk_dup_top(ctx);
	duk_to_primitive(ctx, -1, DUK_HINT_NUMBER);
	if (duk_is_number(ctx, -1) && !isfinite(duk_get_number(ctx, -1))) {
		duk_push_null(ctx);
		return 1;
	}
	duk_pop(ctx);
	duk_get_prop_literal(ctx, -1, "toISOString");
	bi_require_callable(ctx, -1);
	duk_swap_top(ctx, -2);
	duk_call_method(ctx, 0);
	return 1;
}

void
bi_install_date(duk_context *ctx)
{
	static const struct bi_fn statics[] = {
	    {"UTC", date_utc, DUK_VARARGS, 7, 0},
	    {"parse", date_static_parse, 1, 1, 0},
	};
	static const struct bi_fn methods[] = {
	    {"toDateString", date_to_text, 0, 0, 1},
	    {"toJSON", date_to_json, 1, 1, 0},
	    {"toLocaleDateString", date_to_locale, 2, 0, 1},
	    {"toLocaleString", date_to_locale, 2, 0, 3},
	    {"toLocaleTimeString", date_to_locale, 2, 0, 2},
	    {"toString", date_to_text, 0, 0, 3},
	    {"toTimeString", date_to_text, 0, 0, 2},
	    {"toUTCString", date_to_text, 0, 0, 4},
	};
	static const struct bi_fn primitive[] = {
	    {"@@toPrimitive", date_to_primitive, 1, 1, 0},
	};

	bi_push_global(ctx, "Date");
	bi_keep(ctx, I_DUK_DATE);
	duk_push_global_object(ctx);
	engine_push_constructor(ctx, date_constructor, DUK_VARARGS, 7, "Date");
	BI_DEFINE(ctx, -1, statics);
	duk_get_prop_literal(ctx, -3, "now");
	bi_define(ctx, -2, "now", DEF_W | DEF_C);
	bi_push(ctx, I_DATE_PROTO); /* [ old global ctor proto ] */
	BI_DEFINE(ctx, -1, methods);
	duk_get_prop_literal(ctx, -1, "toUTCString");
	bi_define(ctx, -2, "toGMTString", DEF_W | DEF_C);
	BI_DEFINE(ctx, -1, primitive);
	bi_get_sym(ctx, -1, SYM_TO_PRIMITIVE);
	bi_define(ctx, -2, "@@toPrimitive", DEF_C);
	duk_dup(ctx, -2);
	bi_define(ctx, -2, "constructor", DEF_W | DEF_C);
	bi_define(ctx, -2, "prototype", 0);
	bi_define(ctx, -2, "Date", DEF_W | DEF_C);
	duk_pop_2(ctx);
}
