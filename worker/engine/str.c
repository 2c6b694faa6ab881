/*
 * Text between the outside (UTF-8) and Duktape (CESU-8).
 *
 * Runs in: zygote and workers.
 * Owns:    nothing.
 * Never:   trusts that text from outside is well-formed.
 */
#include "config.h"

#include "worker/engine/str.h"

#include <stdint.h>
#include <string.h>

#include "base/util.h"
#include "worker/engine/inner.h"

#define REPLACEMENT 0xfffdU

static size_t put3(char *out, uint32_t c);
static uint32_t utf8_next(const uint8_t **p, const uint8_t *end);
static bool next_surrogate(const uint8_t *p, const uint8_t *end, uint32_t *out);

size_t
str_ascii_prefix(const char *p, size_t len)
{
	size_t i = 0;

	while (i + 8 <= len) {
		uint64_t w;

		memcpy(&w, p + i, 8);
		if (w & UINT64_C(0x8080808080808080))
			break;
		i += 8;
	}
	while (i < len && !((uint8_t)p[i] & 0x80))
		i++;
	return i;
}

static size_t
put3(char *out, uint32_t c)
{
	if (out != NULL) {
		out[0] = (char)(0xe0 | (c >> 12));
		out[1] = (char)(0x80 | ((c >> 6) & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
	}
	return 3;
}

/*
 * One code point, or U+FFFD for a maximal subpart that is malformed; advances
 * *P by what it stands for.
 */
static uint32_t
utf8_next(const uint8_t **pp, const uint8_t *end)
{
	const uint8_t *p = *pp;
	uint8_t lo = 0x80, hi = 0xbf;
	uint32_t c = *p++;
	int need;

	if (c < 0x80) {
		need = 0;
	} else if (c >= 0xc2 && c <= 0xdf) {
		need = 1;
		c &= 0x1f;
	} else if (c >= 0xe0 && c <= 0xef) {
		if (c == 0xe0)
			lo = 0xa0;
		if (c == 0xed)
			hi = 0x9f;
		need = 2;
		c &= 0x0f;
	} else if (c >= 0xf0 && c <= 0xf4) {
		if (c == 0xf0)
			lo = 0x90;
		if (c == 0xf4)
			hi = 0x8f;
		need = 3;
		c &= 0x07;
	} else {
		*pp = p;
		return REPLACEMENT;
	}
	while (need-- > 0) {
		if (p == end || *p < lo || *p > hi) {
			*pp = p;
			return REPLACEMENT;
		}
		c = (c << 6) | (*p++ & 0x3f);
		lo = 0x80;
		hi = 0xbf;
	}
	*pp = p;
	return c;
}

size_t
str_utf8_to_cesu8(const char *s, size_t len, char *out)
{
	const uint8_t *p = (const uint8_t *)s, *end = p + len;
	size_t n = 0;

	while (p < end) {
		size_t a = str_ascii_prefix((const char *)p, (size_t)(end - p));
		uint32_t c;
		char *o;

		if (a > 0) {
			if (out != NULL)
				memcpy(out + n, p, a);
			n += a;
			p += a;
			continue;
		}
		c = utf8_next(&p, end);
		o = out != NULL ? out + n : NULL;
		if (c < 0x800) {
			if (o != NULL) {
				o[0] = (char)(0xc0 | (c >> 6));
				o[1] = (char)(0x80 | (c & 0x3f));
			}
			n += 2;
		} else if (c < 0x10000) {
			n += put3(o, c);
		} else {
			c -= 0x10000;
			put3(o, 0xd800 + (c >> 10));
			put3(o != NULL ? o + 3 : NULL, 0xdc00 + (c & 0x3ff));
			n += 6;
		}
	}
	return n;
}

/* The surrogate at P, if one is encoded there. */
static bool
next_surrogate(const uint8_t *p, const uint8_t *end, uint32_t *out)
{
	if (end - p < 3 || p[0] != 0xed || p[1] < 0xa0 || p[1] > 0xbf ||
	    (p[2] & 0xc0) != 0x80)
		return false;
	*out = 0xd000U | ((uint32_t)(p[1] & 0x3f) << 6) | (p[2] & 0x3fU);
	return true;
}

size_t
str_cesu8_to_utf8(const char *s, size_t len, char *out)
{
	const uint8_t *p = (const uint8_t *)s, *end = p + len;
	size_t n = 0;

	while (p < end) {
		size_t a = str_ascii_prefix((const char *)p, (size_t)(end - p));
		uint32_t hi, lo, c;

		if (a > 0) {
			if (out != NULL)
				memcpy(out + n, p, a);
			n += a;
			p += a;
			continue;
		}
		if (!next_surrogate(p, end, &hi)) {
			/* copied byte by byte: Duktape's strings are valid */
			if (out != NULL)
				out[n] = (char)*p;
			n++;
			p++;
			continue;
		}
		p += 3;
		if (hi >= 0xdc00 || !next_surrogate(p, end, &lo) ||
		    lo < 0xdc00) {
			n += put3(out != NULL ? out + n : NULL, REPLACEMENT);
			continue;
		}
		p += 3;
		c = 0x10000 + ((hi - 0xd800) << 10) + (lo - 0xdc00);
		if (out != NULL) {
			out[n] = (char)(0xf0 | (c >> 18));
			out[n + 1] = (char)(0x80 | ((c >> 12) & 0x3f));
			out[n + 2] = (char)(0x80 | ((c >> 6) & 0x3f));
			out[n + 3] = (char)(0x80 | (c & 0x3f));
		}
		n += 4;
	}
	return n;
}

const char *
str_push_utf8(duk_context *ctx, const char *s, size_t len)
{
	size_t n;
	char *buf;

	if (str_ascii_prefix(s, len) == len)
		return duk_push_lstring(ctx, s, len);
	n = str_utf8_to_cesu8(s, len, NULL);
	buf = duk_push_fixed_buffer(ctx, n);
	str_utf8_to_cesu8(s, len, buf);
	/* a symbol's marker cannot occur: its bytes are never well-formed */
	duk_push_lstring(ctx, buf, n);
	duk_remove(ctx, -2);
	return duk_get_string(ctx, -1);
}

void
str_get_utf8(duk_context *ctx, duk_idx_t idx, struct buf *out)
{
	duk_size_t len;
	const char *s = duk_require_lstring(ctx, idx, &len);

	if (len == 0)
		return;
	buf_added(out,
	    str_cesu8_to_utf8(s, len, (char *)buf_reserve(out, len)));
}

size_t
str_utf8_len(duk_context *ctx, duk_idx_t idx)
{
	duk_size_t len;
	const char *s = duk_require_lstring(ctx, idx, &len);

	if (str_ascii_prefix(s, len) == len)
		return len;
	return str_cesu8_to_utf8(s, len, NULL);
}

const char *
str_to_utf8(duk_context *ctx, duk_idx_t idx, size_t *len_out)
{
	duk_size_t len;
	const char *s = duk_to_lstring(ctx, idx, &len);
	size_t n;
	char *buf;

	if (str_ascii_prefix(s, len) == len) {
		*len_out = len;
		return s;
	}
	idx = duk_normalize_index(ctx, idx);
	n = str_cesu8_to_utf8(s, len, NULL);
	buf = duk_push_fixed_buffer(ctx, n + 1);
	str_cesu8_to_utf8(s, len, buf);
	duk_replace(ctx, idx);
	*len_out = n;
	return buf;
}

bool
str_is_well_formed(duk_context *ctx, duk_idx_t idx)
{
	duk_size_t len;
	const char *s = duk_require_lstring(ctx, idx, &len);
	const uint8_t *p = (const uint8_t *)s, *end = p + len;

	while (p < end) {
		uint32_t hi, lo;

		p = memchr(p, 0xed, (size_t)(end - p));
		if (p == NULL)
			return true;
		if (!next_surrogate(p, end, &hi)) {
			p++;
			continue;
		}
		if (hi >= 0xdc00 || !next_surrogate(p + 3, end, &lo) ||
		    lo < 0xdc00)
			return false;
		p += 6;
	}
	return true;
}

void
str_to_well_formed(duk_context *ctx, duk_idx_t idx)
{
	duk_size_t len;
	const char *s;
	const uint8_t *p, *end;
	char *out;
	size_t n = 0;

	duk_to_string(ctx, idx);
	if (str_is_well_formed(ctx, idx))
		return;
	idx = duk_normalize_index(ctx, idx);
	s = duk_require_lstring(ctx, idx, &len);
	out = duk_push_fixed_buffer(ctx, len);
	for (p = (const uint8_t *)s, end = p + len; p < end;) {
		uint32_t hi, lo;

		if (!next_surrogate(p, end, &hi)) {
			out[n++] = (char)*p++;
			continue;
		}
		if (hi < 0xdc00 && next_surrogate(p + 3, end, &lo) &&
		    lo >= 0xdc00) {
			memcpy(out + n, p, 6);
			n += 6;
			p += 6;
			continue;
		}
		n += put3(out + n, REPLACEMENT);
		p += 3;
	}
	duk_push_lstring(ctx, out, n);
	duk_replace(ctx, idx);
	duk_pop(ctx);
}

void
str_push_json(duk_context *ctx, const char *p, size_t len)
{
	if (str_ascii_prefix(p, len) == len) {
		inner_json_parse(ctx, p, len);
		return;
	}
	(void)str_push_utf8(ctx, p, len);
	str_parse_json(ctx);
}

void
str_parse_json(duk_context *ctx)
{
	size_t len;
	const char *text = duk_require_lstring(ctx, -1, &len);

	inner_json_parse(ctx, text, len);
	duk_remove(ctx, -2);
}
