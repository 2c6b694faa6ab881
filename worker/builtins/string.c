/*
 * String and String.prototype, but for searching and case.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/string.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define STRING_MAX 536870888.0

size_t
cesu8_count(const char *s, size_t len)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++)
		n += ((unsigned char)s[i] & 0xc0) != 0x80;
	return n;
}

size_t
cesu8_offset(const char *s, size_t len, size_t n)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (((unsigned char)s[i] & 0xc0) != 0x80 && n-- == 0)
			break;
	return i;
}

const char *
string_this(duk_context *ctx, const char *method, size_t *len_out)
{
	duk_push_this(ctx);
	if (bi_is_nullish(ctx, -1))
		bi_throw_type(ctx,
		    "String.prototype.%s called on null or undefined", method);
	return bi_to_string(ctx, -1, len_out);
}

static duk_ret_t
string_at(duk_context *ctx)
{
	double k, len;

	string_this(ctx, "at", NULL);
	len = (double)duk_get_length(ctx, 1);
	k = bi_to_integer(ctx, 0);
	if (k < 0)
		k += len;
	if (k < 0 || k >= len)
		return 0;
	duk_substring(ctx, 1, (duk_size_t)k, (duk_size_t)k + 1);
	return 1;
}

static duk_ret_t
string_code_point_at(duk_context *ctx)
{
	double k, len;
	duk_codepoint_t hi, lo;

	string_this(ctx, "codePointAt", NULL);
	len = (double)duk_get_length(ctx, 1);
	k = bi_to_integer(ctx, 0);
	if (k < 0 || k >= len)
		return 0;
	hi = duk_char_code_at(ctx, 1, (duk_size_t)k);
	if (hi >= 0xd800 && hi < 0xdc00 && k + 1 < len) {
		lo = duk_char_code_at(ctx, 1, (duk_size_t)k + 1);
		if (lo >= 0xdc00 && lo < 0xe000)
			hi = 0x10000 + ((hi - 0xd800) << 10) + (lo - 0xdc00);
	}
	duk_push_int(ctx, hi);
	return 1;
}

/* magic 1: code points */
static duk_ret_t
string_from_codes(duk_context *ctx)
{
	bool points = duk_get_current_magic(ctx) != 0;
	duk_idx_t i, n = duk_get_top(ctx);
	double d;

	text_begin(ctx);
	for (i = 0; i < n; i++) {
		if (!points) {
			text_char(ctx, n, duk_to_uint16(ctx, i));
			continue;
		}
		d = duk_to_number(ctx, i);
		if (!(d >= 0 && d <= 0x10ffff) || d != trunc(d))
			bi_throw_range(ctx, "Invalid code point %s",
			    duk_safe_to_string(ctx, i));
		text_char(ctx, n, (uint32_t)d);
	}
	text_end(ctx, n);
	return 1;
}

static duk_ret_t
string_raw(duk_context *ctx)
{
	duk_idx_t nargs = duk_get_top(ctx), text;
	double k, len;

	if (nargs == 0)
		duk_push_undefined(ctx);
	if (bi_is_nullish(ctx, 0))
		bi_throw_type(ctx,
		    "Cannot convert undefined or null to object");
	duk_to_object(ctx, 0);
	duk_get_prop_literal(ctx, 0, "raw");
	if (bi_is_nullish(ctx, -1))
		bi_throw_type(ctx,
		    "Cannot convert undefined or null to object");
	duk_to_object(ctx, -1);
	len = bi_length(ctx, -1);
	text_begin(ctx);
	text = duk_get_top(ctx) - 1;
	for (k = 0; k < len; k++) {
		bi_get_k(ctx, text - 1, k);
		bi_to_string(ctx, -1, NULL);
		text_add(ctx, text, -1);
		duk_pop(ctx);
		if (k + 1 < len && k + 1 < nargs) {
			bi_to_string(ctx, (duk_idx_t)k + 1, NULL);
			text_add(ctx, text, (duk_idx_t)k + 1);
		}
	}
	text_end(ctx, text);
	return 1;
}

static duk_ret_t
string_repeat(duk_context *ctx)
{
	size_t len, i;
	double n;
	const char *s = string_this(ctx, "repeat", &len);
	char *p;

	n = bi_to_integer(ctx, 0);
	if (n < 0 || isinf(n))
		bi_throw_range(ctx, "Invalid count value: %s",
		    duk_safe_to_string(ctx, 0));
	if (n == 0 || len == 0) {
		duk_push_literal(ctx, "");
		return 1;
	}
	if (n * (double)len > STRING_MAX)
		bi_throw_range(ctx, "Invalid string length");
	p = duk_push_fixed_buffer(ctx, (size_t)n * len);
	for (i = 0; i < (size_t)n; i++)
		memcpy(p + i * len, s, len);
	duk_push_lstring(ctx, p, (size_t)n * len);
	return 1;
}

/* magic 1: at the end */
static duk_ret_t
string_pad(duk_context *ctx)
{
	bool end = duk_get_current_magic(ctx) != 0;
	double want, have, fill;
	size_t fill_len;
	const char *f;

	string_this(ctx, end ? "padEnd" : "padStart", NULL);
	want = bi_to_length(ctx, 0);
	have = (double)duk_get_length(ctx, 2);
	if (want <= have)
		return 1;
	if (duk_is_undefined(ctx, 1)) {
		duk_push_literal(ctx, " ");
		duk_replace(ctx, 1);
	}
	bi_to_string(ctx, 1, NULL);
	fill = (double)duk_get_length(ctx, 1);
	if (fill == 0)
		return 1;
	if (want > STRING_MAX)
		bi_throw_range(ctx, "Invalid string length");
	text_begin(ctx);
	if (end)
		text_add(ctx, 3, 2);
	for (want -= have; want >= fill; want -= fill)
		text_add(ctx, 3, 1);
	f = duk_get_lstring(ctx, 1, &fill_len);
	text_bytes(ctx, 3, f, cesu8_offset(f, fill_len, (size_t)want));
	if (!end)
		text_add(ctx, 3, 2);
	text_end(ctx, 3);
	return 1;
}

/* WhiteSpace and LineTerminator */
static bool
is_space(uint32_t c)
{
	return (c >= 9 && c <= 13) || c == 0x20 || c == 0xa0 || c == 0x1680 ||
	       (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 ||
	       c == 0x202f || c == 0x205f || c == 0x3000 || c == 0xfeff;
}

/* magic: 1 start, 2 end */
static duk_ret_t
string_trim(duk_context *ctx)
{
	int magic = duk_get_current_magic(ctx);
	size_t len, n, e;
	uint32_t c;
	const char *s;

	s = string_this(ctx, magic == 3 ? "trim" : "trimStart", &len);
	while ((magic & 1) != 0 && len > 0) {
		n = cesu8_unit(s, len, &c);
		if (!is_space(c))
			break;
		s += n;
		len -= n;
	}
	while ((magic & 2) != 0 && len > 0) {
		for (e = len - 1; e > 0 && ((unsigned char)s[e] & 0xc0) == 0x80;
		     e--)
			continue;
		cesu8_unit(s + e, len - e, &c);
		if (!is_space(c))
			break;
		len = e;
	}
	duk_push_lstring(ctx, s, len);
	return 1;
}

/* magic 1: make it so */
static duk_ret_t
string_well_formed(duk_context *ctx)
{
	bool fix = duk_get_current_magic(ctx) != 0, bad = false;
	size_t len, i, n;
	uint32_t c;
	const char *s;

	s = string_this(ctx, fix ? "toWellFormed" : "isWellFormed", &len);
	if (fix)
		text_begin(ctx);
	for (i = 0; i < len; i += n) {
		n = cesu8_char(s + i, len - i, &c);
		if (c >= 0xd800 && c < 0xe000) {
			bad = true;
			if (!fix)
				break;
			text_char(ctx, 1, 0xfffd);
		} else if (fix) {
			text_bytes(ctx, 1, s + i, n);
		}
	}
	if (!fix)
		duk_push_boolean(ctx, !bad);
	else if (bad)
		text_end(ctx, 1);
	else
		duk_dup(ctx, 0);
	return 1;
}

/* substring (magic 0), slice (1), substr (2) */
static duk_ret_t
string_part(duk_context *ctx)
{
	static const char *const names[] = {"substring", "slice", "substr"};
	int magic = duk_get_current_magic(ctx);
	double from, to, len, t;

	string_this(ctx, names[magic], NULL);
	len = (double)duk_get_length(ctx, 2);
	if (magic == 0) {
		from = fmin(fmax(bi_to_integer(ctx, 0), 0), len);
		to = duk_is_undefined(ctx, 1)
			 ? len
			 : fmin(fmax(bi_to_integer(ctx, 1), 0), len);
		if (from > to) {
			t = from;
			from = to;
			to = t;
		}
	} else if (magic == 1) {
		from = bi_relative(ctx, 0, len, 0);
		to = bi_relative(ctx, 1, len, len);
	} else {
		from = bi_relative(ctx, 0, len, 0);
		to = duk_is_undefined(ctx, 1) ? len : bi_to_integer(ctx, 1);
		to = fmin(from + fmin(fmax(to, 0), len), len);
	}
	if (from >= to) {
		duk_push_literal(ctx, "");
		return 1;
	}
	duk_substring(ctx, 2, (duk_size_t)from, (duk_size_t)to);
	return 1;
}

static duk_ret_t
string_concat(duk_context *ctx)
{
	duk_idx_t i, n = duk_get_top(ctx);

	string_this(ctx, "concat", NULL);
	duk_insert(ctx, 0);
	for (i = 1; i <= n; i++)
		bi_to_string(ctx, i, NULL);
	duk_concat(ctx, n + 1);
	return 1;
}

/* The HTML methods of Annex B: tag and attribute by magic. */
static const struct {
	const char *name, *tag, *attr;
} html[] = {
    {"anchor", "a", "name"},
    {"big", "big", NULL},
    {"blink", "blink", NULL},
    {"bold", "b", NULL},
    {"fixed", "tt", NULL},
    {"fontcolor", "font", "color"},
    {"fontsize", "font", "size"},
    {"italics", "i", NULL},
    {"link", "a", "href"},
    {"small", "small", NULL},
    {"strike", "strike", NULL},
    {"sub", "sub", NULL},
    {"sup", "sup", NULL},
};

static duk_ret_t
string_html(duk_context *ctx)
{
	int m = duk_get_current_magic(ctx);
	const char *v;
	size_t i, len;
	char buf[64];
	int n;

	string_this(ctx, html[m].name, NULL);
	text_begin(ctx);
	n = snprintf(buf, sizeof buf, "<%s", html[m].tag);
	text_bytes(ctx, 2, buf, (size_t)n);
	if (html[m].attr != NULL) {
		v = bi_to_string(ctx, 0, &len);
		n = snprintf(buf, sizeof buf, " %s=\"", html[m].attr);
		text_bytes(ctx, 2, buf, (size_t)n);
		for (i = 0; i < len; i++) {
			if (v[i] == '"')
				text_bytes(ctx, 2, "&quot;", 6);
			else
				text_bytes(ctx, 2, v + i, 1);
		}
		text_bytes(ctx, 2, "\"", 1);
	}
	text_bytes(ctx, 2, ">", 1);
	text_add(ctx, 2, 1);
	n = snprintf(buf, sizeof buf, "</%s>", html[m].tag);
	text_bytes(ctx, 2, buf, (size_t)n);
	text_end(ctx, 2);
	return 1;
}

static void
install_html(duk_context *ctx, duk_idx_t proto)
{
	struct bi_fn f = {NULL, string_html, 1, 0, 0};
	size_t i;

	for (i = 0; i < NELEMS(html); i++) {
		f.name = html[i].name;
		f.length = html[i].attr != NULL;
		f.magic = (int16_t)i;
		bi_define_fns(ctx, proto, &f, 1);
	}
}

void
bi_install_string(duk_context *ctx)
{
	static const struct bi_fn statics[] = {
	    {"fromCharCode", string_from_codes, DUK_VARARGS, 1, 0},
	    {"fromCodePoint", string_from_codes, DUK_VARARGS, 1, 1},
	    {"raw", string_raw, DUK_VARARGS, 1, 0},
	};
	static const struct bi_fn methods[] = {
	    {"at", string_at, 1, 1, 0},
	    {"codePointAt", string_code_point_at, 1, 1, 0},
	    {"concat", string_concat, DUK_VARARGS, 1, 0},
	    {"isWellFormed", string_well_formed, 0, 0, 0},
	    {"padEnd", string_pad, 2, 1, 1},
	    {"padStart", string_pad, 2, 1, 0},
	    {"repeat", string_repeat, 1, 1, 0},
	    {"slice", string_part, 2, 2, 1},
	    {"substr", string_part, 2, 2, 2},
	    {"substring", string_part, 2, 2, 0},
	    {"toWellFormed", string_well_formed, 0, 0, 1},
	    {"trim", string_trim, 0, 0, 3},
	    {"trimEnd", string_trim, 0, 0, 2},
	    {"trimStart", string_trim, 0, 0, 1},
	};

	bi_push_global(ctx, "String");
	BI_DEFINE(ctx, -1, statics);
	bi_push(ctx, I_STRING_PROTO);
	BI_DEFINE(ctx, -1, methods);
	duk_get_prop_literal(ctx, -1, "trimStart");
	bi_define(ctx, -2, "trimLeft", DEF_W | DEF_C);
	duk_get_prop_literal(ctx, -1, "trimEnd");
	bi_define(ctx, -2, "trimRight", DEF_W | DEF_C);
	string_install_case(ctx, -1);
	string_install_search(ctx, -1);
	install_html(ctx, -1);
	duk_pop_2(ctx);
}
