/*
 * RegExp objects: constructor, exec, accessors.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/regexp.h"

#include "worker/builtins/rt.h"
#include "worker/builtins/string.h"

#include <math.h>
#include <string.h>

#define CACHE_MAX 500
#define CACHE_SOURCE_MAX 4096

static const struct {
	char letter;
	unsigned int bit;
	const char *name;
} flag_table[] = {
    {'d', RE_INDICES, "hasIndices"},
    {'g', RE_GLOBAL, "global"},
    {'i', RE_IGNORE_CASE, "ignoreCase"},
    {'m', RE_MULTILINE, "multiline"},
    {'s', RE_DOT_ALL, "dotAll"},
    {'u', RE_UNICODE, "unicode"},
    {'v', RE_UNICODE_SETS, "unicodeSets"},
    {'y', RE_STICKY, "sticky"},
};

bool
regexp_is(duk_context *ctx, duk_idx_t idx)
{
	return slot_has(ctx, idx, SLOT_RE);
}

unsigned int
regexp_flags(duk_context *ctx, duk_idx_t idx)
{
	return (unsigned int)slot_number(ctx, idx, SLOT_FLAGS);
}

/* The flags in the string at IDX. */
static unsigned int
parse_flags(duk_context *ctx, duk_idx_t idx)
{
	unsigned int bits = 0, bit;
	size_t len, i, k;
	const char *s = bi_to_string(ctx, idx, &len);

	for (i = 0; i < len; i++) {
		bit = 0;
		for (k = 0; k < NELEMS(flag_table); k++)
			if (flag_table[k].letter == s[i])
				bit = flag_table[k].bit;
		if (bit == 0 || (bits & bit) != 0)
			break;
		bits |= bit;
	}
	if (i < len || (bits & (RE_UNICODE | RE_UNICODE_SETS)) ==
			   (RE_UNICODE | RE_UNICODE_SETS)) {
		duk_push_error_object(ctx, DUK_ERR_SYNTAX_ERROR,
		    "Invalid flags supplied to RegExp constructor '%s'", s);
		(void)duk_throw(ctx);
	}
	return bits;
}

/* [ ] -> [ [ program, names ] ] for the pattern at IDX */
static void
push_compiled(duk_context *ctx, duk_idx_t idx, unsigned int flags)
{
	struct re_tree t;
	struct re_name *n;
	const char *s;
	size_t len;
	duk_idx_t base = duk_get_top(ctx);

	s = duk_require_lstring(ctx, idx, &len);
	re_parse(ctx, s, len, flags, &t);
	re_compile(ctx, &t); /* [ arena program ] */
	duk_push_bare_array(ctx);
	duk_swap_top(ctx, -2);
	dx_array_append(ctx, base + 1);
	if (t.names != NULL) {
		duk_push_bare_array(ctx);
		for (n = t.names; n != NULL; n = n->next) {
			duk_push_lstring(ctx, n->s, n->len);
			dx_array_append(ctx, -2);
			duk_push_uint(ctx, n->group);
			dx_array_append(ctx, -2);
		}
		dx_array_append(ctx, base + 1);
	}
	duk_remove(ctx, base);
}

/* [ ] -> [ compiled ], from the cache if it is there */
static void
push_cached(duk_context *ctx, duk_idx_t idx, unsigned int flags)
{
	idx = duk_require_normalize_index(ctx, idx);
	bi_push(ctx, I_REGEXP_CACHE);
	duk_push_sprintf(ctx, "%u/", flags);
	duk_dup(ctx, idx);
	duk_concat(ctx, 2); /* [ cache key ] */
	duk_dup_top(ctx);
	if (duk_get_prop(ctx, -3)) {
		duk_replace(ctx, -3);
		duk_pop(ctx);
		return;
	}
	duk_pop(ctx);
	push_compiled(ctx, idx, flags);
	if (bi_of(ctx)->ncached++ >= CACHE_MAX) {
		duk_enum(ctx, -3, DUK_ENUM_OWN_PROPERTIES_ONLY);
		while (duk_next(ctx, -1, 0))
			duk_del_prop(ctx, -5);
		duk_pop(ctx);
		bi_of(ctx)->ncached = 1;
	}
	duk_dup_top(ctx);
	duk_insert(ctx, -4); /* [ compiled cache key compiled ] */
	duk_put_prop(ctx, -3);
	duk_pop(ctx);
}

/* [ ] -> [ object ] inheriting from the object at PROTO */
static void
push_object(duk_context *ctx)
{
	duk_push_object(ctx);
	bi_push(ctx, I_REGEXP_PROTO);
	duk_set_prototype(ctx, -2);
}

/* [ ... obj ... pattern flags ] -> [ ... obj ... ]: RegExpInitialize */
static void
initialize(duk_context *ctx, duk_idx_t obj)
{
	unsigned int flags = 0;
	size_t len;
	int i;

	obj = duk_require_normalize_index(ctx, obj);
	for (i = -2; i < 0; i++) {
		if (duk_is_undefined(ctx, i)) {
			duk_push_literal(ctx, "");
			duk_replace(ctx, i - 1);
		} else {
			bi_to_string(ctx, i, NULL);
		}
	}
	flags = parse_flags(ctx, -1);
	duk_get_lstring(ctx, -2, &len);
	if (len <= CACHE_SOURCE_MAX)
		push_cached(ctx, -2, flags);
	else
		push_compiled(ctx, -2, flags);
	slot_put(ctx, obj, SLOT_RE);
	duk_pop(ctx);
	slot_put(ctx, obj, SLOT_SOURCE);
	slot_put_number(ctx, obj, SLOT_FLAGS, flags);
	if (!duk_has_prop_literal(ctx, obj, "lastIndex")) {
		duk_push_int(ctx, 0);
		bi_define(ctx, obj, "lastIndex", DEF_W);
	} else {
		duk_push_int(ctx, 0);
		duk_put_prop_literal(ctx, obj, "lastIndex");
	}
}

void
regexp_create(duk_context *ctx)
{
	push_object(ctx);
	duk_insert(ctx, -3);
	initialize(ctx, -3);
}

duk_ret_t
rt_regexp(duk_context *ctx)
{
	regexp_create(ctx);
	return 1;
}

/* ---- matching ---------------------------------------------------------- */

bool
regexp_search(duk_context *ctx, duk_idx_t rx, duk_idx_t str, double from,
    bool sticky, struct regexp_match *out)
{
	const struct re_program *p;
	const uint32_t *caps;
	uint32_t c;
	size_t start, len;
	bool ascii;

	out->s = duk_require_lstring(ctx, str, &len);
	out->len = len;
	if (len > INT32_MAX)
		bi_throw_range(ctx, "Invalid string length");
	ascii = duk_get_length(ctx, str) == len;
	start = ascii ? (size_t)from : dx_unit_to_byte(ctx, str, (size_t)from);
	slot_get(ctx, rx, SLOT_RE);
	dx_array_get(ctx, -1, 0);
	p = duk_require_buffer(ctx, -1, NULL);
	if ((p->flags & (RE_UNICODE | RE_UNICODE_SETS)) != 0 && !ascii &&
	    start >= 3 && start < len) {
		/* never within a pair */
		if (cesu8_char(out->s + start - 3, len - start + 3, &c) == 6) {
			start -= 3;
			from--;
		}
	}
	caps = re_run(ctx, p, out->s, len, start, sticky);
	if (caps == NULL) {
		duk_pop_2(ctx);
		return false;
	}
	out->caps = caps;
	out->ngroups = p->ngroups;
	if (ascii) {
		out->index = caps[0];
		out->end = caps[1];
	} else {
		out->index =
		    from + (double)cesu8_count(out->s + start, caps[0] - start);
		out->end = out->index + (double)cesu8_count(out->s + caps[0],
					    caps[1] - caps[0]);
	}
	duk_remove(ctx, -2);
	duk_remove(ctx, -2);
	return true;
}

void
regexp_push_capture(duk_context *ctx, const struct regexp_match *m, uint32_t k)
{
	uint32_t a = m->caps[2 * k], b = m->caps[2 * k + 1];

	if (a == RE_NONE || b == RE_NONE)
		duk_push_undefined(ctx);
	else
		duk_push_lstring(ctx, m->s + a, b - a);
}

/* [ ] -> [ names array ] or nothing and false */
static bool
push_names(duk_context *ctx, duk_idx_t rx)
{
	bool r;

	slot_get(ctx, rx, SLOT_RE);
	r = dx_array_get(ctx, -1, 1);
	duk_remove(ctx, r ? -2 : -1);
	return r;
}

/* Units before the byte offset AT of the match's string. */
static double
units_at(const struct regexp_match *m, uint32_t at)
{
	return (double)cesu8_count(m->s, at);
}

/* [ ] -> [ [ start, end ] or undefined ] */
static void
push_indices(duk_context *ctx, const struct regexp_match *m, uint32_t k)
{
	if (m->caps[2 * k] == RE_NONE || m->caps[2 * k + 1] == RE_NONE) {
		duk_push_undefined(ctx);
		return;
	}
	dx_push_array(ctx, 2);
	duk_push_number(ctx, units_at(m, m->caps[2 * k]));
	dx_array_append(ctx, -2);
	duk_push_number(ctx, units_at(m, m->caps[2 * k + 1]));
	dx_array_append(ctx, -2);
}

static void
push_groups(duk_context *ctx, duk_idx_t rx, const struct regexp_match *m,
    void (*push)(duk_context *, const struct regexp_match *, uint32_t))
{
	duk_uarridx_t i, n;
	duk_idx_t names, out;
	uint32_t group;

	if (!push_names(ctx, rx)) {
		duk_push_undefined(ctx);
		return;
	}
	names = duk_get_top(ctx) - 1;
	duk_push_bare_object(ctx);
	out = names + 1;
	n = (duk_uarridx_t)duk_get_length(ctx, names);
	for (i = 0; i + 1 < n; i += 2) {
		duk_get_prop_index(ctx, names, i + 1);
		group = duk_get_uint(ctx, -1);
		duk_pop(ctx);
		duk_get_prop_index(ctx, names, i);
		push(ctx, m, group);
		/* of duplicates, the one that took part */
		if (duk_is_undefined(ctx, -1) &&
		    (duk_dup(ctx, -2), duk_has_prop(ctx, out)))
			duk_pop_2(ctx);
		else
			duk_put_prop(ctx, out);
	}
	duk_remove(ctx, names);
}

void
regexp_push_groups(duk_context *ctx, duk_idx_t rx, const struct regexp_match *m)
{
	push_groups(ctx, rx, m, regexp_push_capture);
}

void
regexp_push_result(duk_context *ctx, duk_idx_t rx, duk_idx_t str,
    const struct regexp_match *m)
{
	duk_idx_t out = duk_get_top(ctx);
	uint32_t k;

	dx_push_array(ctx, m->ngroups);
	for (k = 0; k < m->ngroups; k++) {
		regexp_push_capture(ctx, m, k);
		dx_array_append(ctx, out);
	}
	duk_push_number(ctx, m->index);
	duk_put_prop_literal(ctx, out, "index");
	duk_dup(ctx, str);
	duk_put_prop_literal(ctx, out, "input");
	regexp_push_groups(ctx, rx, m);
	duk_put_prop_literal(ctx, out, "groups");
	if ((regexp_flags(ctx, rx) & RE_INDICES) == 0)
		return;
	dx_push_array(ctx, m->ngroups);
	for (k = 0; k < m->ngroups; k++) {
		push_indices(ctx, m, k);
		dx_array_append(ctx, -2);
	}
	push_groups(ctx, rx, m, push_indices);
	duk_put_prop_literal(ctx, -2, "groups");
	duk_put_prop_literal(ctx, out, "indices");
}

bool
regexp_builtin_exec(duk_context *ctx, duk_idx_t rx, duk_idx_t str,
    struct regexp_match *out)
{
	unsigned int flags;
	double last;
	bool use;

	duk_get_prop_literal(ctx, rx, "lastIndex");
	last = bi_to_length(ctx, -1);
	duk_pop(ctx);
	flags = regexp_flags(ctx, rx);
	use = (flags & (RE_GLOBAL | RE_STICKY)) != 0;
	if (!use)
		last = 0;
	if (last > (double)duk_get_length(ctx, str) ||
	    !regexp_search(ctx, rx, str, last, (flags & RE_STICKY) != 0, out)) {
		if (use) {
			duk_push_int(ctx, 0);
			duk_put_prop_literal(ctx, rx, "lastIndex");
		}
		return false;
	}
	if (use) {
		duk_push_number(ctx, out->end);
		duk_put_prop_literal(ctx, rx, "lastIndex");
	}
	return true;
}

/* [ ] -> [ result or null ] */
static void
exec_builtin(duk_context *ctx, duk_idx_t rx, duk_idx_t str)
{
	struct regexp_match m;

	if (!regexp_builtin_exec(ctx, rx, str, &m)) {
		duk_push_null(ctx);
		return;
	}
	regexp_push_result(ctx, rx, str, &m);
	duk_remove(ctx, -2);
}

void
regexp_exec(duk_context *ctx, duk_idx_t rx, duk_idx_t str)
{
	duk_get_prop_literal(ctx, rx, "exec");
	if (bi_is(ctx, -1, I_REGEXP_EXEC) && regexp_is(ctx, rx)) {
		duk_pop(ctx);
		exec_builtin(ctx, rx, str);
		return;
	}
	if (duk_is_function(ctx, -1)) {
		duk_dup(ctx, rx);
		duk_dup(ctx, str);
		duk_call_method(ctx, 1);
		if (!bi_is_object(ctx, -1) && !duk_is_null(ctx, -1))
			bi_throw_type(ctx,
			    "exec returned neither an object nor null");
		return;
	}
	duk_pop(ctx);
	if (!regexp_is(ctx, rx))
		bi_throw_receiver(ctx, "RegExp.prototype.exec");
	exec_builtin(ctx, rx, str);
}

bool
regexp_is_pristine(duk_context *ctx, duk_idx_t idx)
{
	struct bi *b = bi_of(ctx);
	void *exec, *flags;
	bool r;

	if (!regexp_is(ctx, idx) ||
	    dx_proto(ctx, idx) != b->intrinsic[I_REGEXP_PROTO])
		return false;
	duk_push_literal(ctx, "exec");
	exec = duk_get_heapptr(ctx, -1);
	duk_push_literal(ctx, "flags");
	flags = duk_get_heapptr(ctx, -1);
	duk_push_heapptr(ctx, b->intrinsic[I_REGEXP_PROTO]);
	r = dx_slot_ptr(ctx, -1, exec) == b->intrinsic[I_REGEXP_EXEC] &&
	    dx_getter_ptr(ctx, -1, flags) == b->intrinsic[I_REGEXP_FLAGS];
	duk_pop_3(ctx);
	if (!r)
		return false;
	duk_push_literal(ctx, "exec");
	r = dx_own_attrs(ctx, idx) < 0;
	duk_push_literal(ctx, "flags");
	return dx_own_attrs(ctx, idx) < 0 && r;
}

/* ---- the constructor and prototype ------------------------------------- */

static bool
is_regexp_like(duk_context *ctx, duk_idx_t idx)
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

static duk_ret_t
regexp_constructor(duk_context *ctx)
{
	bool like = is_regexp_like(ctx, 0), same;

	if (!duk_is_constructor_call(ctx) && like && duk_is_undefined(ctx, 1)) {
		duk_get_prop_literal(ctx, 0, "constructor");
		duk_push_current_function(ctx);
		same = duk_strict_equals(ctx, -1, -2);
		duk_pop_2(ctx);
		if (same) {
			duk_set_top(ctx, 1);
			return 1;
		}
	}
	if (duk_is_constructor_call(ctx))
		bi_construct(ctx, I_REGEXP_PROTO, "RegExp");
	else
		push_object(ctx);
	if (regexp_is(ctx, 0)) {
		slot_get(ctx, 0, SLOT_SOURCE);
		if (duk_is_undefined(ctx, 1))
			regexp_push_flags(ctx, regexp_flags(ctx, 0));
		else
			duk_dup(ctx, 1);
	} else if (like) {
		duk_get_prop_literal(ctx, 0, "source");
		if (duk_is_undefined(ctx, 1))
			duk_get_prop_literal(ctx, 0, "flags");
		else
			duk_dup(ctx, 1);
	} else {
		duk_dup(ctx, 0);
		duk_dup(ctx, 1);
	}
	initialize(ctx, 2);
	return 1;
}

static void
push_this_regexp(duk_context *ctx, const char *method)
{
	duk_push_this(ctx);
	if (!regexp_is(ctx, -1))
		bi_throw_receiver(ctx, method);
}

static duk_ret_t
regexp_method_exec(duk_context *ctx)
{
	push_this_regexp(ctx, "RegExp.prototype.exec");
	bi_to_string(ctx, 0, NULL);
	exec_builtin(ctx, 1, 0);
	return 1;
}

static duk_ret_t
regexp_test(duk_context *ctx)
{
	struct regexp_match m;

	duk_push_this(ctx);
	if (!bi_is_object(ctx, 1))
		bi_throw_receiver(ctx, "RegExp.prototype.test");
	bi_to_string(ctx, 0, NULL);
	if (regexp_is_pristine(ctx, 1)) {
		duk_push_boolean(ctx, regexp_builtin_exec(ctx, 1, 0, &m));
		return 1;
	}
	regexp_exec(ctx, 1, 0);
	duk_push_boolean(ctx, !duk_is_null(ctx, -1));
	return 1;
}

static duk_ret_t
regexp_compile(duk_context *ctx)
{
	push_this_regexp(ctx, "RegExp.prototype.compile");
	if (regexp_is(ctx, 0)) {
		if (!duk_is_undefined(ctx, 1))
			bi_throw_type(ctx, "Invalid flags");
		slot_get(ctx, 0, SLOT_SOURCE);
		regexp_push_flags(ctx, regexp_flags(ctx, 0));
	} else {
		duk_dup(ctx, 0);
		duk_dup(ctx, 1);
	}
	initialize(ctx, 2);
	return 1;
}

static duk_ret_t
regexp_to_string(duk_context *ctx)
{
	duk_push_this(ctx);
	if (!bi_is_object(ctx, 0))
		bi_throw_receiver(ctx, "RegExp.prototype.toString");
	duk_push_literal(ctx, "/");
	duk_get_prop_literal(ctx, 0, "source");
	bi_to_string(ctx, -1, NULL);
	duk_push_literal(ctx, "/");
	duk_get_prop_literal(ctx, 0, "flags");
	bi_to_string(ctx, -1, NULL);
	duk_concat(ctx, 4);
	return 1;
}

void
regexp_push_flags(duk_context *ctx, unsigned int flags)
{
	char buf[NELEMS(flag_table)];
	size_t i, n = 0;

	for (i = 0; i < NELEMS(flag_table); i++)
		if ((flags & flag_table[i].bit) != 0)
			buf[n++] = flag_table[i].letter;
	duk_push_lstring(ctx, buf, n);
}

static duk_ret_t
regexp_get_flags(duk_context *ctx)
{
	char buf[NELEMS(flag_table)];
	size_t i, n = 0;

	duk_push_this(ctx);
	if (!bi_is_object(ctx, 0))
		bi_throw_receiver(ctx, "get RegExp.prototype.flags");
	for (i = 0; i < NELEMS(flag_table); i++) {
		duk_get_prop_string(ctx, 0, flag_table[i].name);
		if (duk_to_boolean(ctx, -1))
			buf[n++] = flag_table[i].letter;
		duk_pop(ctx);
	}
	duk_push_lstring(ctx, buf, n);
	return 1;
}

/* magic: the flag's bit */
static duk_ret_t
regexp_get_flag(duk_context *ctx)
{
	duk_push_this(ctx);
	if (!regexp_is(ctx, 0)) {
		if (bi_is(ctx, 0, I_REGEXP_PROTO))
			return 0;
		bi_throw_receiver(ctx, "get RegExp.prototype.global");
	}
	duk_push_boolean(ctx,
	    (regexp_flags(ctx, 0) & (unsigned int)duk_get_current_magic(ctx)) !=
		0);
	return 1;
}

static bool
is_newline(uint32_t c)
{
	return c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029;
}

/* EscapeRegExpPattern of the string on top, onto the text at TEXT */
static void
escape_source(duk_context *ctx, duk_idx_t text)
{
	size_t len, i, n;
	const char *s = duk_get_lstring(ctx, -1, &len), *rep;
	bool class = false;
	uint32_t c;

	for (i = 0; i < len; i += n) {
		n = cesu8_unit(s + i, len - i, &c);
		rep = NULL;
		if (c == '\\' && i + 1 < len) {
			uint32_t d;
			size_t m = cesu8_unit(s + i + 1, len - i - 1, &d);

			if (!is_newline(d)) {
				text_bytes(ctx, text, s + i, n + m);
				n += m;
				continue;
			}
			continue; /* the newline's own escape follows */
		}
		if (c == '[')
			class = true;
		else if (c == ']')
			class = false;
		if (c == '/' && !class)
			rep = "\\/";
		else if (c == '\n')
			rep = "\\n";
		else if (c == '\r')
			rep = "\\r";
		else if (c == 0x2028)
			rep = "\\u2028";
		else if (c == 0x2029)
			rep = "\\u2029";
		if (rep != NULL)
			text_bytes(ctx, text, rep, strlen(rep));
		else
			text_bytes(ctx, text, s + i, n);
	}
}

static duk_ret_t
regexp_get_source(duk_context *ctx)
{
	duk_push_this(ctx);
	if (!slot_get(ctx, 0, SLOT_SOURCE)) {
		if (!bi_is(ctx, 0, I_REGEXP_PROTO))
			bi_throw_receiver(ctx, "get RegExp.prototype.source");
		duk_push_literal(ctx, "(?:)");
		return 1;
	}
	if (duk_get_length(ctx, 1) == 0) {
		duk_push_literal(ctx, "(?:)");
		return 1;
	}
	text_begin(ctx);
	duk_insert(ctx, 1);
	escape_source(ctx, 1);
	text_end(ctx, 1);
	return 1;
}

void
bi_install_regexp(duk_context *ctx)
{
	static const struct bi_fn fns[] = {
	    {"compile", regexp_compile, 2, 2, 0},
	    {"exec", regexp_method_exec, 1, 1, 0},
	    {"test", regexp_test, 1, 1, 0},
	    {"toString", regexp_to_string, 0, 0, 0},
	    {"get flags", regexp_get_flags, 0, 0, 0},
	    {"get source", regexp_get_source, 0, 0, 0},
	    {"get hasIndices", regexp_get_flag, 0, 0, RE_INDICES},
	    {"get global", regexp_get_flag, 0, 0, RE_GLOBAL},
	    {"get ignoreCase", regexp_get_flag, 0, 0, RE_IGNORE_CASE},
	    {"get multiline", regexp_get_flag, 0, 0, RE_MULTILINE},
	    {"get dotAll", regexp_get_flag, 0, 0, RE_DOT_ALL},
	    {"get unicode", regexp_get_flag, 0, 0, RE_UNICODE},
	    {"get unicodeSets", regexp_get_flag, 0, 0, RE_UNICODE_SETS},
	    {"get sticky", regexp_get_flag, 0, 0, RE_STICKY},
	};
	void *flags;

	duk_push_bare_object(ctx);
	bi_keep(ctx, I_REGEXP_CACHE);
	duk_pop(ctx);
	bi_class(ctx, "RegExp", regexp_constructor, 2, 2, I_REGEXP_PROTO);
	bi_define_species(ctx, -2);
	BI_DEFINE(ctx, -1, fns);
	duk_get_prop_literal(ctx, -1, "exec");
	bi_keep(ctx, I_REGEXP_EXEC);
	duk_pop(ctx);
	duk_push_literal(ctx, "flags");
	flags = dx_getter_ptr(ctx, -2, duk_get_heapptr(ctx, -1));
	duk_pop(ctx);
	duk_push_heapptr(ctx, flags);
	bi_keep(ctx, I_REGEXP_FLAGS);
	duk_pop(ctx);
	regexp_install_symbols(ctx, -1);
	duk_swap_top(ctx, -2);
	bi_keep(ctx, I_REGEXP);
	duk_pop_2(ctx);
}
