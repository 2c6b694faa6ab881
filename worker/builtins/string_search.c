/*
 * String.prototype: searching, replacing, splitting; the Symbol protocols of
 * RegExp.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/regexp.h"
#include "worker/builtins/string.h"

#include <math.h>
#include <string.h>

/* First NEEDLE in HAY[from, len): byte offset, or -1. */
static ptrdiff_t
find(const char *hay, size_t len, size_t from, const char *needle, size_t n)
{
	const char *p;

	if (from > len || n > len - from)
		return -1;
	if (n == 0)
		return (ptrdiff_t)from;
	p = memmem(hay + from, len - from, needle, n);
	return p != NULL ? p - hay : -1;
}

static bool
is_regexp(duk_context *ctx, duk_idx_t idx)
{
	bool r;

	if (!bi_is_object(ctx, idx))
		return false;
	bi_get_sym(ctx, idx, SYM_MATCH);
	r = duk_is_undefined(ctx, -1) ? regexp_is(ctx, idx)
				      : duk_to_boolean(ctx, -1);
	duk_pop(ctx);
	return r;
}

/* Byte offset of the unit POS (at most the length) of the string at IDX. */
static size_t
byte_at(duk_context *ctx, duk_idx_t idx, double pos)
{
	size_t len;
	const char *s = duk_get_lstring(ctx, idx, &len);

	if (duk_get_length(ctx, idx) == len)
		return (size_t)pos;
	return cesu8_offset(s, len, (size_t)pos);
}

/* includes (magic 0), startsWith (1), endsWith (2) */
static duk_ret_t
string_contains(duk_context *ctx)
{
	static const char *const names[] = {
	    "includes", "startsWith", "endsWith"};
	int magic = duk_get_current_magic(ctx);
	size_t len, n, at;
	const char *s, *t;
	double pos, max;
	bool r;

	string_this(ctx, names[magic], NULL);
	if (is_regexp(ctx, 0))
		bi_throw_type(ctx,
		    "First argument to String.prototype.%s must not be a "
		    "regular expression",
		    names[magic]);
	bi_to_string(ctx, 0, NULL);
	max = (double)duk_get_length(ctx, 2);
	pos = magic == 2 ? max : 0;
	if (!duk_is_undefined(ctx, 1))
		pos = fmin(fmax(bi_to_integer(ctx, 1), 0), max);
	at = byte_at(ctx, 2, pos);
	s = duk_get_lstring(ctx, 2, &len);
	t = duk_get_lstring(ctx, 0, &n);
	if (magic == 0)
		r = find(s, len, at, t, n) >= 0;
	else if (magic == 1)
		r = n <= len - at && memcmp(s + at, t, n) == 0;
	else
		r = n <= at && memcmp(s + at - n, t, n) == 0;
	duk_push_boolean(ctx, r);
	return 1;
}

static duk_ret_t
string_index_of(duk_context *ctx)
{
	size_t len, n, at;
	const char *s, *t;
	double pos;
	ptrdiff_t r;

	string_this(ctx, "indexOf", NULL);
	bi_to_string(ctx, 0, NULL);
	pos = fmin(fmax(bi_to_integer(ctx, 1), 0),
	    (double)duk_get_length(ctx, 2));
	at = byte_at(ctx, 2, pos);
	s = duk_get_lstring(ctx, 2, &len);
	t = duk_get_lstring(ctx, 0, &n);
	r = find(s, len, at, t, n);
	if (r < 0)
		duk_push_int(ctx, -1);
	else if (duk_get_length(ctx, 2) == len)
		duk_push_number(ctx, (double)r);
	else
		duk_push_number(ctx, (double)cesu8_count(s, (size_t)r));
	return 1;
}

static duk_ret_t
string_last_index_of(duk_context *ctx)
{
	size_t len, n, at;
	const char *s, *t;
	double pos, max;

	string_this(ctx, "lastIndexOf", NULL);
	bi_to_string(ctx, 0, NULL);
	max = (double)duk_get_length(ctx, 2);
	pos = duk_to_number(ctx, 1);
	pos = isnan(pos) ? max : fmin(fmax(trunc(pos), 0), max);
	at = byte_at(ctx, 2, pos);
	s = duk_get_lstring(ctx, 2, &len);
	t = duk_get_lstring(ctx, 0, &n);
	if (n > len) {
		duk_push_int(ctx, -1);
		return 1;
	}
	for (at = MIN(at, len - n);; at--) {
		bi_poll(ctx);
		if (memcmp(s + at, t, n) == 0 &&
		    ((unsigned char)s[at] & 0xc0) != 0x80) {
			duk_push_number(ctx, (double)cesu8_count(s, at));
			return 1;
		}
		if (at == 0)
			break;
	}
	duk_push_int(ctx, -1);
	return 1;
}

/*
 * The protocol: if the argument at 0 has a method SYM, call it with this and
 * the N arguments from 1 on: [ ] -> [ result ].
 */
static bool
delegate(duk_context *ctx, const char *name, enum bi_sym sym, duk_idx_t n)
{
	duk_push_this(ctx);
	if (bi_is_nullish(ctx, -1))
		bi_throw_type(ctx,
		    "String.prototype.%s called on null or undefined", name);
	if (bi_is_object(ctx, 0) && bi_get_method(ctx, 0, sym)) {
		duk_dup(ctx, 0);
		duk_dup(ctx, -3);
		if (n == 1)
			duk_dup(ctx, 1);
		duk_call_method(ctx, 1 + n);
		return true;
	}
	duk_pop(ctx);
	if (bi_is_object(ctx, 0))
		duk_pop(ctx);
	return false;
}

static duk_ret_t
string_split(duk_context *ctx)
{
	uint32_t limit = UINT32_MAX, n = 0;
	size_t len, sep, from = 0, step;
	const char *s, *t;
	ptrdiff_t at;
	uint32_t c;

	if (delegate(ctx, "split", SYM_SPLIT, 1))
		return 1;
	string_this(ctx, "split", NULL); /* [ sep limit str ] */
	if (!duk_is_undefined(ctx, 1))
		limit = duk_to_uint32(ctx, 1);
	duk_dup(ctx, 0);
	bi_to_string(ctx, 3, NULL);
	duk_push_array(ctx);
	if (limit == 0)
		return 1;
	if (duk_is_undefined(ctx, 0)) {
		duk_dup(ctx, 2);
		dx_array_append(ctx, 4);
		return 1;
	}
	s = duk_get_lstring(ctx, 2, &len);
	t = duk_get_lstring(ctx, 3, &sep);
	if (sep == 0) {
		for (; from < len && n < limit; from += step, n++) {
			step = cesu8_unit(s + from, len - from, &c);
			duk_push_lstring(ctx, s + from, step);
			dx_array_append(ctx, 4);
		}
		return 1;
	}
	while (n < limit) {
		at = find(s, len, from, t, sep);
		duk_push_lstring(ctx, s + from,
		    (at < 0 ? len : (size_t)at) - from);
		dx_array_append(ctx, 4);
		n++;
		if (at < 0)
			break;
		from = (size_t)at + sep;
		bi_poll(ctx);
	}
	return 1;
}

static void
put_capture(duk_context *ctx, duk_idx_t text, const struct subst *s,
    unsigned int k)
{
	duk_idx_t idx = s->captures + (duk_idx_t)k - 1;

	if (duk_is_string(ctx, idx))
		text_add(ctx, text, idx);
}

/* "$<name>" at P: its length, 0 if it is no reference */
static size_t
put_named(duk_context *ctx, duk_idx_t text, const struct subst *s,
    const char *p, size_t left)
{
	const char *e;

	if (s->groups < 0 || (e = memchr(p, '>', left)) == NULL)
		return 0;
	duk_push_lstring(ctx, p + 2, (size_t)(e - p - 2));
	duk_get_prop(ctx, s->groups);
	if (!duk_is_undefined(ctx, -1)) {
		bi_to_string(ctx, -1, NULL);
		text_add(ctx, text, -1);
	}
	duk_pop(ctx);
	return (size_t)(e - p + 1);
}

/* What stands behind a "$" at P: bytes consumed, 0 for a plain "$" */
static size_t
put_reference(duk_context *ctx, duk_idx_t text, const struct subst *s,
    const char *p, size_t left)
{
	unsigned int d, dd;

	if (left < 2)
		return 0;
	switch (p[1]) {
	case '$':
		text_bytes(ctx, text, "$", 1);
		return 2;
	case '&':
		text_bytes(ctx, text, s->matched, s->matched_len);
		return 2;
	case '`':
		text_bytes(ctx, text, s->str, s->start);
		return 2;
	case '\'':
		if (s->end < s->str_len)
			text_bytes(ctx, text, s->str + s->end,
			    s->str_len - s->end);
		return 2;
	case '<':
		return put_named(ctx, text, s, p, left);
	default:
		break;
	}
	if (p[1] < '0' || p[1] > '9')
		return 0;
	d = (unsigned int)(p[1] - '0');
	if (left > 2 && p[2] >= '0' && p[2] <= '9') {
		dd = d * 10 + (unsigned int)(p[2] - '0');
		if (dd >= 1 && (duk_idx_t)dd <= s->ncaptures) {
			put_capture(ctx, text, s, dd);
			return 3;
		}
	}
	if (d < 1 || (duk_idx_t)d > s->ncaptures)
		return 0;
	put_capture(ctx, text, s, d);
	return 2;
}

void
subst_expand(duk_context *ctx, duk_idx_t text, const char *tmpl,
    size_t tmpl_len, const struct subst *s)
{
	const char *p = tmpl, *end = tmpl + tmpl_len, *q;
	size_t n;

	while (p < end) {
		q = memchr(p, '$', (size_t)(end - p));
		if (q == NULL)
			q = end;
		text_bytes(ctx, text, p, (size_t)(q - p));
		if (q == end)
			break;
		n = put_reference(ctx, text, s, q, (size_t)(end - q));
		if (n == 0) {
			text_bytes(ctx, text, "$", 1);
			n = 1;
		}
		p = q + n;
	}
}

/* [ search replacement str text ]: append what replaces str[at, at + n) */
static void
put_replacement(duk_context *ctx, size_t at, size_t n)
{
	struct subst s = {NULL, 0, at, at + n, NULL, n, -1, 0, -1};
	const char *tmpl;
	size_t len;

	s.str = duk_get_lstring(ctx, 2, &s.str_len);
	s.matched = s.str + at;
	if (duk_is_function(ctx, 1)) {
		duk_dup(ctx, 1);
		duk_push_undefined(ctx);
		duk_dup(ctx, 0);
		duk_push_number(ctx, (double)cesu8_count(s.str, at));
		duk_dup(ctx, 2);
		duk_call_method(ctx, 3);
		bi_to_string(ctx, -1, NULL);
		text_add(ctx, 3, -1);
		duk_pop(ctx);
		return;
	}
	tmpl = duk_get_lstring(ctx, 1, &len);
	subst_expand(ctx, 3, tmpl, len, &s);
}

/* magic 1: replaceAll */
static duk_ret_t
string_replace(duk_context *ctx)
{
	bool all = duk_get_current_magic(ctx) != 0;
	const char *s, *t;
	size_t len, n, from = 0, done = 0;
	ptrdiff_t at;
	uint32_t c;

	if (all && bi_is_object(ctx, 0)) {
		duk_push_this(ctx);
		if (bi_is_nullish(ctx, -1))
			bi_throw_type(ctx, "String.prototype.replaceAll "
					   "called on null or undefined");
		duk_pop(ctx);
		if (is_regexp(ctx, 0)) {
			duk_get_prop_literal(ctx, 0, "flags");
			if (bi_is_nullish(ctx, -1))
				bi_throw_type(ctx, "flags is not coercible");
			if (strchr(bi_to_string(ctx, -1, NULL), 'g') == NULL)
				bi_throw_type(ctx,
				    "replaceAll must be called with a global "
				    "RegExp");
			duk_pop(ctx);
		}
	}
	if (delegate(ctx, all ? "replaceAll" : "replace", SYM_REPLACE, 1))
		return 1;
	string_this(ctx, "replace", NULL); /* [ search replacement str ] */
	bi_to_string(ctx, 0, NULL);
	if (!duk_is_function(ctx, 1))
		bi_to_string(ctx, 1, NULL);
	s = duk_get_lstring(ctx, 2, &len);
	t = duk_get_lstring(ctx, 0, &n);
	text_begin(ctx);
	while ((at = find(s, len, from, t, n)) >= 0) {
		text_bytes(ctx, 3, s + done, (size_t)at - done);
		put_replacement(ctx, (size_t)at, n);
		done = (size_t)at + n;
		from = done;
		if (!all)
			break;
		if (n == 0) {
			if (from >= len)
				break;
			from += cesu8_unit(s + from, len - from, &c);
		}
		bi_poll(ctx);
	}
	text_bytes(ctx, 3, s + done, len - done);
	text_end(ctx, 3);
	return 1;
}

/* match (SYM_MATCH), matchAll, search: by magic */
static duk_ret_t
string_match(duk_context *ctx)
{
	enum bi_sym sym = (enum bi_sym)duk_get_current_magic(ctx);
	const char *name = sym == SYM_MATCH    ? "match"
			   : sym == SYM_SEARCH ? "search"
					       : "matchAll";

	if (sym == SYM_MATCH_ALL && bi_is_object(ctx, 0) && is_regexp(ctx, 0)) {
		duk_get_prop_literal(ctx, 0, "flags");
		if (bi_is_nullish(ctx, -1))
			bi_throw_type(ctx, "flags is not coercible");
		if (strchr(bi_to_string(ctx, -1, NULL), 'g') == NULL)
			bi_throw_type(ctx, "String.prototype.matchAll called "
					   "with a non-global RegExp argument");
		duk_pop(ctx);
	}
	if (delegate(ctx, name, sym, 0))
		return 1;
	string_this(ctx, name, NULL); /* [ regexp str ] */
	duk_dup(ctx, 0);
	if (sym == SYM_MATCH_ALL)
		duk_push_literal(ctx, "g");
	else
		duk_push_undefined(ctx);
	regexp_create(ctx);
	bi_get_sym(ctx, -1, sym);
	bi_require_callable(ctx, -1);
	duk_swap_top(ctx, -2);
	duk_dup(ctx, 1);
	duk_call_method(ctx, 1);
	return 1;
}

void
string_install_search(duk_context *ctx, duk_idx_t proto)
{
	static const struct bi_fn fns[] = {
	    {"endsWith", string_contains, 2, 1, 2},
	    {"includes", string_contains, 2, 1, 0},
	    {"indexOf", string_index_of, 2, 1, 0},
	    {"lastIndexOf", string_last_index_of, 2, 1, 0},
	    {"match", string_match, 1, 1, SYM_MATCH},
	    {"matchAll", string_match, 1, 1, SYM_MATCH_ALL},
	    {"replace", string_replace, 2, 2, 0},
	    {"replaceAll", string_replace, 2, 2, 1},
	    {"search", string_match, 1, 1, SYM_SEARCH},
	    {"split", string_split, 2, 2, 0},
	    {"startsWith", string_contains, 2, 1, 1},
	};

	BI_DEFINE(ctx, proto, fns);
}
