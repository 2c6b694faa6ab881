/*
 * String.prototype: case, normalisation, comparison; by libunistring.
 *
 * Runs in: worker.
 *
 * libunistring allocates with malloc, outside the heap's cap; inputs are
 * bounded by the heap, and results are copied and freed before anything can
 * throw: the copy is made in a protected call.
 */
#include "config.h"

#include "worker/builtins/string.h"

#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

/* Case mappings and normal forms, by magic. */
enum { TO_LOWER, TO_UPPER, NFC, NFD, NFKC, NFKD };

static uint32_t *
convert(int how, const uint32_t *s, size_t n, size_t *n_out)
{
	switch (how) {
	case TO_LOWER:
		return u32_tolower(s, n, "", NULL, NULL, n_out);
	case TO_UPPER:
		return u32_toupper(s, n, "", NULL, NULL, n_out);
	case NFC:
		return u32_normalize(UNINORM_NFC, s, n, NULL, n_out);
	case NFD:
		return u32_normalize(UNINORM_NFD, s, n, NULL, n_out);
	case NFKC:
		return u32_normalize(UNINORM_NFKC, s, n, NULL, n_out);
	default:
		return u32_normalize(UNINORM_NFKD, s, n, NULL, n_out);
	}
}

struct chunk {
	const uint32_t *p;
	size_t n;
	duk_idx_t text;
};

static duk_ret_t
append_chunk(duk_context *ctx, void *arg)
{
	const struct chunk *c = arg;
	size_t i;

	for (i = 0; i < c->n; i++)
		text_char(ctx, c->text, c->p[i]);
	return 0;
}

/* Convert the N code points at S, none a surrogate, onto the text at TEXT. */
static void
convert_run(duk_context *ctx, duk_idx_t text, int how, const uint32_t *s,
    size_t n)
{
	struct chunk c = {NULL, 0, text};
	uint32_t *out;
	int r;

	if (n == 0)
		return;
	out = convert(how, s, n, &c.n);
	if (out == NULL)
		bi_throw_range(ctx, "out of memory");
	c.p = out;
	r = duk_safe_call(ctx, append_chunk, &c, 0, 1);
	free(out);
	if (r != DUK_EXEC_SUCCESS)
		(void)duk_throw(ctx);
	duk_pop(ctx);
}

/* [ ] -> [ string ]: the string at IDX converted */
static void
convert_string(duk_context *ctx, duk_idx_t idx, int how)
{
	size_t len, i, n, k = 0, m = 0;
	const char *s;
	uint32_t *cps, c;
	duk_idx_t text;
	bool ascii = true;

	s = duk_require_lstring(ctx, idx, &len);
	for (i = 0; i < len && ascii; i++)
		ascii = (unsigned char)s[i] < 0x80;
	if (ascii && how >= NFC) {
		duk_dup(ctx, idx);
		return;
	}
	if (ascii) {
		char *p = duk_push_fixed_buffer(ctx, len);

		for (i = 0; i < len; i++) {
			p[i] = s[i];
			if (how == TO_LOWER && s[i] >= 'A' && s[i] <= 'Z')
				p[i] = (char)(s[i] + 32);
			if (how == TO_UPPER && s[i] >= 'a' && s[i] <= 'z')
				p[i] = (char)(s[i] - 32);
		}
		duk_push_lstring(ctx, p, len);
		duk_remove(ctx, -2);
		return;
	}
	cps = duk_push_fixed_buffer(ctx, len * sizeof *cps);
	text_begin(ctx);
	text = duk_get_top(ctx) - 1;
	for (i = 0; i < len; i += n) {
		n = cesu8_char(s + i, len - i, &c);
		if (c < 0xd800 || c >= 0xe000) {
			cps[k++] = c;
			continue;
		}
		/* a lone surrogate stands for itself */
		convert_run(ctx, text, how, cps + m, k - m);
		text_char(ctx, text, c);
		m = k;
	}
	convert_run(ctx, text, how, cps + m, k - m);
	text_end(ctx, text);
	duk_remove(ctx, -2);
	duk_remove(ctx, -2);
}

static duk_ret_t
string_case(duk_context *ctx)
{
	int how = duk_get_current_magic(ctx);

	duk_set_top(ctx, 0);
	string_this(ctx, how == TO_LOWER ? "toLowerCase" : "toUpperCase", NULL);
	convert_string(ctx, 0, how);
	return 1;
}

static duk_ret_t
string_normalize(duk_context *ctx)
{
	static const char *const forms[] = {"NFC", "NFD", "NFKC", "NFKD"};
	const char *f = "NFC";
	int i;

	string_this(ctx, "normalize", NULL);
	if (!duk_is_undefined(ctx, 0))
		f = bi_to_string(ctx, 0, NULL);
	for (i = 0; i < 4; i++)
		if (strcmp(f, forms[i]) == 0)
			break;
	if (i == 4)
		bi_throw_range(ctx,
		    "The normalization form should be one of NFC, NFD, NFKC, "
		    "NFKD.");
	convert_string(ctx, 1, NFC + i);
	return 1;
}

/*
 * Primary weights: [ ] -> [ string ] of the decomposed string at IDX, without
 * marks, in lower case, spaces and punctuation before digits before letters.
 */
static void
push_base(duk_context *ctx, duk_idx_t idx)
{
	size_t len, i, n;
	const char *s;
	uint32_t c;
	duk_idx_t text;

	convert_string(ctx, idx, TO_LOWER);
	s = duk_get_lstring(ctx, -1, &len);
	text_begin(ctx);
	text = duk_get_top(ctx) - 1;
	for (i = 0; i < len; i += n) {
		n = cesu8_char(s + i, len - i, &c);
		if (uc_combining_class(c) != 0)
			continue;
		if (c < 0x80) {
			bool digit = c >= '0' && c <= '9';
			bool letter = c >= 'a' && c <= 'z';

			text_char(ctx, text, letter ? 3 : digit ? 2 : 1);
		} else {
			text_char(ctx, text, 3);
		}
		text_char(ctx, text, c);
	}
	text_end(ctx, text);
	duk_remove(ctx, -2);
	duk_remove(ctx, -2);
}

static int
compare_keys(duk_context *ctx, duk_idx_t a, duk_idx_t b)
{
	size_t na, nb;
	const char *x = duk_get_lstring(ctx, a, &na);
	const char *y = duk_get_lstring(ctx, b, &nb);
	int r = memcmp(x, y, MIN(na, nb));

	if (r != 0)
		return r < 0 ? -1 : 1;
	return (na > nb) - (na < nb);
}

/*
 * [ a b ] at IDX and IDX + 1 (strings): their order by base letters, then
 * accents, then lower before upper case.
 */
int
string_collate(duk_context *ctx, duk_idx_t idx)
{
	duk_idx_t top = duk_get_top(ctx);
	int r;

	if (duk_strict_equals(ctx, idx, idx + 1))
		return 0;
	convert_string(ctx, idx, NFD);
	convert_string(ctx, idx + 1, NFD);
	push_base(ctx, top);
	push_base(ctx, top + 1);
	r = compare_keys(ctx, top + 2, top + 3);
	if (r == 0) {
		convert_string(ctx, top, TO_LOWER);
		convert_string(ctx, top + 1, TO_LOWER);
		r = compare_keys(ctx, top + 4, top + 5);
		if (r == 0)
			r = -compare_keys(ctx, top, top + 1);
	}
	duk_set_top(ctx, top);
	return r;
}

static duk_ret_t
string_locale_compare(duk_context *ctx)
{
	duk_set_top(ctx, 3);
	string_this(ctx, "localeCompare",
	    NULL); /* [ that locales opts this ] */
	bi_to_string(ctx, 0, NULL);
	if (!(duk_is_undefined(ctx, 1) && duk_is_undefined(ctx, 2)) &&
	    bi_push_intl(ctx, "Collator")) {
		duk_dup(ctx, 1);
		duk_dup(ctx, 2);
		duk_new(ctx, 2);
		duk_get_prop_literal(ctx, -1, "compare");
		duk_dup(ctx, 3);
		duk_dup(ctx, 0);
		duk_call(ctx, 2);
		return 1;
	}
	duk_replace(ctx, 1);
	duk_pop(ctx);
	duk_swap(ctx, 0, 1);
	duk_push_int(ctx, string_collate(ctx, 0));
	return 1;
}

void
string_install_case(duk_context *ctx, duk_idx_t proto)
{
	static const struct bi_fn fns[] = {
	    {"localeCompare", string_locale_compare, DUK_VARARGS, 1, 0},
	    {"normalize", string_normalize, 1, 0, 0},
	    {"toLocaleLowerCase", string_case, 0, 0, TO_LOWER},
	    {"toLocaleUpperCase", string_case, 0, 0, TO_UPPER},
	    {"toLowerCase", string_case, 0, 0, TO_LOWER},
	    {"toUpperCase", string_case, 0, 0, TO_UPPER},
	};

	BI_DEFINE(ctx, proto, fns);
}
