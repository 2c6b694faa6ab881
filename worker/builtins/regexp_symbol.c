/*
 * RegExp.prototype: match, matchAll, replace, search, split by symbol.
 *
 * Runs in: worker.
 *
 * Each has the standard's way, by properties, and a short one for a RegExp
 * about which nothing was changed.
 */
#include "config.h"

#include "worker/builtins/regexp.h"

#include "worker/builtins/iterator.h"
#include "worker/builtins/string.h"

#include <math.h>
#include <string.h>

/* [ string ... ] -> [ string ... this ] at RX; the argument at 0 a string */
static duk_idx_t
begin(duk_context *ctx, const char *method)
{
	duk_push_this(ctx);
	if (!bi_is_object(ctx, -1))
		bi_throw_receiver(ctx, method);
	bi_to_string(ctx, 0, NULL);
	return duk_get_top(ctx) - 1;
}

/* [ ] -> [ flags string ]; is LETTER in it? */
static bool
push_flags(duk_context *ctx, duk_idx_t rx, char letter)
{
	duk_get_prop_literal(ctx, rx, "flags");
	return strchr(bi_to_string(ctx, -1, NULL), letter) != NULL;
}

static bool
flags_have(duk_context *ctx, duk_idx_t flags, char letter)
{
	return strchr(duk_get_string(ctx, flags), letter) != NULL;
}

static void
set_last_index(duk_context *ctx, duk_idx_t rx, double v)
{
	duk_push_number(ctx, v);
	duk_put_prop_literal(ctx, rx, "lastIndex");
}

/* AdvanceStringIndex */
static double
advance(duk_context *ctx, duk_idx_t str, double at, bool unicode)
{
	double len = (double)duk_get_length(ctx, str);
	duk_codepoint_t c;

	if (!unicode || at + 1 >= len)
		return at + 1;
	c = duk_char_code_at(ctx, str, (duk_size_t)at);
	if (c < 0xd800 || c >= 0xdc00)
		return at + 1;
	c = duk_char_code_at(ctx, str, (duk_size_t)at + 1);
	return at + (c >= 0xdc00 && c < 0xe000 ? 2 : 1);
}

/* After an empty match: lastIndex one on. */
static void
step_last_index(duk_context *ctx, duk_idx_t rx, duk_idx_t str, bool unicode)
{
	double at;

	duk_get_prop_literal(ctx, rx, "lastIndex");
	at = bi_to_length(ctx, -1);
	duk_pop(ctx);
	set_last_index(ctx, rx, advance(ctx, str, at, unicode));
}

/* All matches of a pristine global RegExp: [ ] -> [ array or null ] */
static void
match_all_fast(duk_context *ctx, duk_idx_t rx, duk_idx_t str, bool unicode)
{
	double from = 0, len = (double)duk_get_length(ctx, str);
	bool sticky = (regexp_flags(ctx, rx) & RE_STICKY) != 0;
	struct regexp_match m;
	duk_idx_t out;

	duk_push_array(ctx);
	out = duk_get_top(ctx) - 1;
	while (from <= len && regexp_search(ctx, rx, str, from, sticky, &m)) {
		regexp_push_capture(ctx, &m, 0);
		dx_array_append(ctx, out);
		duk_pop(ctx);
		from =
		    m.end > m.index ? m.end : advance(ctx, str, m.end, unicode);
		bi_poll(ctx);
	}
	set_last_index(ctx, rx, 0);
	if (duk_get_length(ctx, out) == 0) {
		duk_pop(ctx);
		duk_push_null(ctx);
	}
}

static duk_ret_t
symbol_match(duk_context *ctx)
{
	duk_idx_t rx = begin(ctx, "RegExp.prototype[Symbol.match]"), out;
	bool unicode;

	if (!push_flags(ctx, rx, 'g')) {
		regexp_exec(ctx, rx, 0);
		return 1;
	}
	unicode = flags_have(ctx, rx + 1, 'u') || flags_have(ctx, rx + 1, 'v');
	set_last_index(ctx, rx, 0);
	if (regexp_is_pristine(ctx, rx)) {
		match_all_fast(ctx, rx, 0, unicode);
		return 1;
	}
	duk_push_array(ctx);
	out = rx + 2;
	for (;;) {
		regexp_exec(ctx, rx, 0);
		if (duk_is_null(ctx, -1))
			break;
		bi_get_k(ctx, -1, 0);
		bi_to_string(ctx, -1, NULL);
		if (duk_get_length(ctx, -1) == 0)
			step_last_index(ctx, rx, 0, unicode);
		dx_array_append(ctx, out);
		duk_pop(ctx);
	}
	if (duk_get_length(ctx, out) > 0)
		duk_pop(ctx);
	return 1;
}

static duk_ret_t
symbol_match_all(duk_context *ctx)
{
	duk_idx_t rx = begin(ctx, "RegExp.prototype[Symbol.matchAll]");
	const char *flags;
	bool global, unicode;

	bi_species(ctx, rx, I_REGEXP); /* [ str rx C ] */
	duk_get_prop_literal(ctx, rx, "flags");
	flags = bi_to_string(ctx, -1, NULL);
	global = strchr(flags, 'g') != NULL;
	unicode = strchr(flags, 'u') != NULL || strchr(flags, 'v') != NULL;
	duk_dup(ctx, rx);
	duk_swap_top(ctx, -2);
	duk_new(ctx, 2); /* [ str rx matcher ] */
	duk_get_prop_literal(ctx, rx, "lastIndex");
	set_last_index(ctx, rx + 1, bi_to_length(ctx, -1));
	duk_pop(ctx);
	duk_push_object(ctx);
	bi_push(ctx, I_REGEXP_ITERATOR_PROTO);
	duk_set_prototype(ctx, -2);
	duk_dup(ctx, rx + 1);
	slot_put(ctx, -2, SLOT_ITER);
	duk_dup(ctx, 0);
	slot_put(ctx, -2, SLOT_SOURCE);
	slot_put_number(ctx, -1, SLOT_STATE,
	    (global ? 1 : 0) | (unicode ? 2 : 0));
	return 1;
}

static duk_ret_t
match_iterator_next(duk_context *ctx)
{
	int state;

	duk_push_this(ctx);
	if (!slot_has(ctx, 0, SLOT_STATE) || !slot_has(ctx, 0, SLOT_SOURCE) ||
	    !slot_get(ctx, 0, SLOT_ITER))
		bi_throw_receiver(ctx, "RegExp String Iterator.prototype.next");
	state = (int)slot_number(ctx, 0, SLOT_STATE);
	slot_get(ctx, 0, SLOT_SOURCE); /* [ this rx str ] */
	if ((state & 4) != 0) {
		duk_push_undefined(ctx);
		bi_push_result(ctx, true);
		return 1;
	}
	regexp_exec(ctx, 1, 2);
	if (duk_is_null(ctx, -1)) {
		slot_put_number(ctx, 0, SLOT_STATE, 4);
		duk_push_undefined(ctx);
		bi_push_result(ctx, true);
		return 1;
	}
	if ((state & 1) == 0) {
		slot_put_number(ctx, 0, SLOT_STATE, 4);
	} else {
		bi_get_k(ctx, -1, 0);
		bi_to_string(ctx, -1, NULL);
		if (duk_get_length(ctx, -1) == 0)
			step_last_index(ctx, 1, 2, (state & 2) != 0);
		duk_pop(ctx);
	}
	bi_push_result(ctx, false);
	return 1;
}

static duk_ret_t
symbol_search(duk_context *ctx)
{
	duk_idx_t rx = begin(ctx, "RegExp.prototype[Symbol.search]");
	struct regexp_match m;

	if (regexp_is_pristine(ctx, rx)) {
		if (regexp_search(ctx, rx, 0, 0,
			(regexp_flags(ctx, rx) & RE_STICKY) != 0, &m))
			duk_push_number(ctx, m.index);
		else
			duk_push_int(ctx, -1);
		return 1;
	}
	duk_get_prop_literal(ctx, rx, "lastIndex"); /* [ str rx before ] */
	duk_push_int(ctx, 0);
	if (!duk_samevalue(ctx, -1, -2))
		set_last_index(ctx, rx, 0);
	duk_pop(ctx);
	regexp_exec(ctx, rx, 0);
	duk_get_prop_literal(ctx, rx, "lastIndex");
	if (!duk_samevalue(ctx, -1, rx + 1)) {
		duk_dup(ctx, rx + 1);
		duk_put_prop_literal(ctx, rx, "lastIndex");
	}
	duk_pop(ctx);
	if (duk_is_null(ctx, -1))
		duk_push_int(ctx, -1);
	else
		duk_get_prop_literal(ctx, -1, "index");
	return 1;
}

/* ---- replace: [ str replacement rx flags text ... ] -------------------- */

enum { R_STR, R_WITH, R_RX, R_FLAGS, R_TEXT };

/*
 * Append the replacement of one match. Captures are at S->captures, N of them
 * (the whole match before them, at S->captures - 1); POS is its unit.
 */
static void
put_replacement(duk_context *ctx, const struct subst *s, double pos)
{
	const char *tmpl;
	size_t len;
	duk_idx_t i;

	if (!duk_is_function(ctx, R_WITH)) {
		tmpl = duk_get_lstring(ctx, R_WITH, &len);
		subst_expand(ctx, R_TEXT, tmpl, len, s);
		return;
	}
	duk_require_stack(ctx, s->ncaptures + 8);
	duk_dup(ctx, R_WITH);
	for (i = -1; i < s->ncaptures; i++)
		duk_dup(ctx, s->captures + i);
	duk_push_number(ctx, pos);
	duk_dup(ctx, R_STR);
	if (s->groups >= 0)
		duk_dup(ctx, s->groups);
	duk_call(ctx, s->ncaptures + 3 + (s->groups >= 0 ? 1 : 0));
	bi_to_string(ctx, -1, NULL);
	text_add(ctx, R_TEXT, -1);
	duk_pop(ctx);
}

/* One match of a pristine RegExp; M's caps are on the stack's top. */
static void
replace_match(duk_context *ctx, const struct regexp_match *m)
{
	struct subst s = {NULL, 0, 0, 0, NULL, 0, -1, 0, -1};
	duk_idx_t top = duk_get_top(ctx);
	uint32_t k;

	s.str = m->s;
	s.str_len = m->len;
	s.start = m->caps[0];
	s.end = m->caps[1];
	s.matched = m->s + s.start;
	s.matched_len = s.end - s.start;
	duk_require_stack(ctx, (duk_idx_t)m->ngroups + 4);
	for (k = 0; k < m->ngroups; k++)
		regexp_push_capture(ctx, m, k);
	s.captures = top + 1;
	s.ncaptures = (duk_idx_t)m->ngroups - 1;
	regexp_push_groups(ctx, R_RX, m);
	if (!duk_is_undefined(ctx, -1))
		s.groups = duk_get_top(ctx) - 1;
	put_replacement(ctx, &s, m->index);
	duk_set_top(ctx, top);
}

static void
replace_fast(duk_context *ctx, bool global, bool unicode)
{
	double from = 0, len = (double)duk_get_length(ctx, R_STR);
	unsigned int flags = regexp_flags(ctx, R_RX);
	struct regexp_match m;
	size_t done = 0, n;
	const char *s = duk_get_lstring(ctx, R_STR, &n);
	bool found = true;

	if (!global) {
		found = regexp_builtin_exec(ctx, R_RX, R_STR, &m);
		if (found) {
			text_bytes(ctx, R_TEXT, s, m.caps[0]);
			replace_match(ctx, &m);
			done = m.caps[1];
		}
	} else {
		while (from <= len && regexp_search(ctx, R_RX, R_STR, from,
					  (flags & RE_STICKY) != 0, &m)) {
			if (m.caps[0] > done)
				text_bytes(ctx, R_TEXT, s + done,
				    m.caps[0] - done);
			replace_match(ctx, &m);
			done = m.caps[1];
			from = m.end > m.index
				   ? m.end
				   : advance(ctx, R_STR, m.end, unicode);
			duk_set_top(ctx, R_TEXT + 1);
			bi_poll(ctx);
		}
		set_last_index(ctx, R_RX, 0);
	}
	if (done < n)
		text_bytes(ctx, R_TEXT, s + done, n - done);
}

/* Results of exec in an array: [ str with rx flags text results ] */
static void
collect_results(duk_context *ctx, bool global, bool unicode)
{
	duk_push_array(ctx);
	for (;;) {
		regexp_exec(ctx, R_RX, R_STR);
		if (duk_is_null(ctx, -1))
			break;
		duk_dup_top(ctx);
		dx_array_append(ctx, R_TEXT + 1);
		if (!global)
			break;
		bi_get_k(ctx, -1, 0);
		bi_to_string(ctx, -1, NULL);
		if (duk_get_length(ctx, -1) == 0)
			step_last_index(ctx, R_RX, R_STR, unicode);
		duk_pop_2(ctx);
	}
	duk_set_top(ctx, R_TEXT + 2);
}

/* The result on top, an object: appends; *NEXT is the byte behind. */
static void
replace_result(duk_context *ctx, size_t *next)
{
	struct subst s = {NULL, 0, 0, 0, NULL, 0, -1, 0, -1};
	duk_idx_t res = duk_get_top(ctx) - 1;
	double n, k, pos, len;

	s.str = duk_get_lstring(ctx, R_STR, &s.str_len);
	len = (double)duk_get_length(ctx, R_STR);
	n = fmax(bi_length(ctx, res) - 1, 0);
	if (n > 65535)
		bi_throw_range(ctx, "Too many captures");
	duk_require_stack(ctx, (duk_idx_t)n + 8);
	bi_get_k(ctx, res, 0);
	s.matched = bi_to_string(ctx, -1, &s.matched_len);
	duk_get_prop_literal(ctx, res, "index");
	pos = fmin(fmax(bi_to_integer(ctx, -1), 0), len);
	duk_pop(ctx);
	for (k = 1; k <= n; k++) {
		bi_get_k(ctx, res, k);
		if (!duk_is_undefined(ctx, -1))
			bi_to_string(ctx, -1, NULL);
	}
	s.captures = res + 2;
	s.ncaptures = (duk_idx_t)n;
	s.start = cesu8_offset(s.str, s.str_len, (size_t)pos);
	s.end = s.start + s.matched_len;
	duk_get_prop_literal(ctx, res, "groups");
	if (!duk_is_undefined(ctx, -1)) {
		if (!duk_is_function(ctx, R_WITH)) {
			if (bi_is_nullish(ctx, -1))
				bi_throw_type(ctx, "groups is not an object");
			duk_to_object(ctx, -1);
		}
		s.groups = duk_get_top(ctx) - 1;
	}
	text_begin(ctx); /* the replacement, kept apart */
	duk_dup_top(ctx);
	duk_swap(ctx, -1, R_TEXT);
	put_replacement(ctx, &s, pos);
	duk_swap(ctx, -1, R_TEXT);
	text_end(ctx, -1);
	if (s.start >= *next) {
		text_bytes(ctx, R_TEXT, s.str + *next, s.start - *next);
		text_add(ctx, R_TEXT, -1);
		*next = s.end;
	}
	duk_set_top(ctx, res);
}

static duk_ret_t
symbol_replace(duk_context *ctx)
{
	bool global, unicode;
	duk_uarridx_t i, n;
	size_t next = 0, len;
	const char *s;

	begin(ctx, "RegExp.prototype[Symbol.replace]");
	if (!duk_is_function(ctx, R_WITH))
		bi_to_string(ctx, R_WITH, NULL);
	global = push_flags(ctx, R_RX, 'g');
	unicode =
	    flags_have(ctx, R_FLAGS, 'u') || flags_have(ctx, R_FLAGS, 'v');
	if (global)
		set_last_index(ctx, R_RX, 0);
	text_begin(ctx);
	if (regexp_is_pristine(ctx, R_RX)) {
		replace_fast(ctx, global, unicode);
		text_end(ctx, R_TEXT);
		return 1;
	}
	collect_results(ctx, global, unicode);
	n = (duk_uarridx_t)duk_get_length(ctx, R_TEXT + 1);
	for (i = 0; i < n; i++) {
		duk_get_prop_index(ctx, R_TEXT + 1, i);
		replace_result(ctx, &next);
	}
	s = duk_get_lstring(ctx, R_STR, &len);
	if (next < len)
		text_bytes(ctx, R_TEXT, s + next, len - next);
	text_end(ctx, R_TEXT);
	return 1;
}

/* ---- split ------------------------------------------------------------- */

/* [ str limit rx ... out ]: a pristine RegExp */
static void
split_fast(duk_context *ctx, duk_idx_t rx, duk_idx_t out, uint32_t limit)
{
	bool unicode =
	    (regexp_flags(ctx, rx) & (RE_UNICODE | RE_UNICODE_SETS)) != 0;
	double q = 0, p = 0, size = (double)duk_get_length(ctx, 0);
	struct regexp_match m;
	size_t from = 0, len;
	const char *s = duk_get_lstring(ctx, 0, &len);
	duk_uarridx_t n = 0;
	uint32_t k;

	if (size == 0) {
		if (!regexp_search(ctx, rx, 0, 0, true, &m)) {
			duk_dup(ctx, 0);
			dx_array_append(ctx, out);
		}
		return;
	}
	while (q < size && regexp_search(ctx, rx, 0, q, false, &m)) {
		if (m.index >= size)
			break;
		if (m.end == p) {
			q = advance(ctx, 0, fmax(q, m.index), unicode);
			duk_set_top(ctx, out + 1);
			continue;
		}
		duk_push_lstring(ctx, s + from, m.caps[0] - from);
		dx_array_append(ctx, out);
		if (++n == limit)
			return;
		for (k = 1; k < m.ngroups; k++) {
			regexp_push_capture(ctx, &m, k);
			dx_array_append(ctx, out);
			if (++n == limit)
				return;
		}
		from = m.caps[1];
		p = m.end;
		q = m.end > m.index ? m.end : advance(ctx, 0, m.end, unicode);
		duk_set_top(ctx, out + 1);
		bi_poll(ctx);
	}
	duk_push_lstring(ctx, s + from, len - from);
	dx_array_append(ctx, out);
}

/* The same by exec() of the splitter at RX. */
static void
split_slow(duk_context *ctx, duk_idx_t rx, duk_idx_t out, uint32_t limit,
    bool unicode)
{
	double p = 0, q = 0, e, size = (double)duk_get_length(ctx, 0), k, n;

	if (size == 0) {
		regexp_exec(ctx, rx, 0);
		if (duk_is_null(ctx, -1)) {
			duk_dup(ctx, 0);
			dx_array_append(ctx, out);
		}
		return;
	}
	while (q < size) {
		duk_set_top(ctx, out + 1);
		set_last_index(ctx, rx, q);
		regexp_exec(ctx, rx, 0);
		if (duk_is_null(ctx, -1)) {
			q = advance(ctx, 0, q, unicode);
			continue;
		}
		duk_get_prop_literal(ctx, rx, "lastIndex");
		e = fmin(bi_to_length(ctx, -1), size);
		duk_pop(ctx);
		if (e == p) {
			q = advance(ctx, 0, q, unicode);
			continue;
		}
		duk_dup(ctx, 0);
		duk_substring(ctx, -1, (duk_size_t)p, (duk_size_t)q);
		dx_array_append(ctx, out);
		if (duk_get_length(ctx, out) == limit)
			return;
		p = e;
		n = fmax(bi_length(ctx, -1) - 1, 0);
		for (k = 1; k <= n; k++) {
			bi_get_k(ctx, -1, k);
			dx_array_append(ctx, out);
			if (duk_get_length(ctx, out) == limit)
				return;
		}
		q = p;
	}
	duk_set_top(ctx, out + 1);
	duk_dup(ctx, 0);
	duk_substring(ctx, -1, (duk_size_t)p, (duk_size_t)size);
	dx_array_append(ctx, out);
}

static duk_ret_t
symbol_split(duk_context *ctx)
{
	duk_idx_t rx = begin(ctx, "RegExp.prototype[Symbol.split]");
	uint32_t limit = UINT32_MAX;
	bool unicode, plain;

	bi_species(ctx, rx, I_REGEXP); /* [ str limit rx C ] */
	plain = bi_is(ctx, -1, I_REGEXP) && regexp_is_pristine(ctx, rx);
	duk_get_prop_literal(ctx, rx, "flags");
	bi_to_string(ctx, -1, NULL);
	unicode = flags_have(ctx, -1, 'u') || flags_have(ctx, -1, 'v');
	if (!plain) {
		duk_dup(ctx, rx);
		duk_dup(ctx, -2);
		if (!flags_have(ctx, -1, 'y')) {
			duk_push_literal(ctx, "y");
			duk_concat(ctx, 2);
		}
		duk_remove(ctx, -3);
		duk_new(ctx, 2); /* [ str limit rx splitter ] */
	}
	duk_push_array(ctx);
	if (!duk_is_undefined(ctx, 1))
		limit = duk_to_uint32(ctx, 1);
	if (limit == 0)
		return 1;
	if (plain)
		split_fast(ctx, rx, rx + 3, limit);
	else
		split_slow(ctx, rx + 1, rx + 2, limit, unicode);
	duk_dup(ctx, plain ? rx + 3 : rx + 2);
	return 1;
}

void
regexp_install_symbols(duk_context *ctx, duk_idx_t proto)
{
	static const struct bi_fn fns[] = {
	    {"@@match", symbol_match, 1, 1, 0},
	    {"@@matchAll", symbol_match_all, 1, 1, 0},
	    {"@@replace", symbol_replace, 2, 2, 0},
	    {"@@search", symbol_search, 1, 1, 0},
	    {"@@split", symbol_split, 2, 2, 0},
	};
	static const struct bi_fn next[] = {
	    {"next", match_iterator_next, 0, 0, 0},
	};

	BI_DEFINE(ctx, proto, fns);
	iterator_push_proto(ctx, I_REGEXP_ITERATOR_PROTO,
	    "RegExp String Iterator");
	BI_DEFINE(ctx, -1, next);
	duk_pop(ctx);
}
