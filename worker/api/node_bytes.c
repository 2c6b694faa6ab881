/*
 * Bytes and text in Node's encodings, for node:buffer.
 *
 * Runs in: workers. Text in the engine is CESU-8: a code unit is one to three
 * bytes, surrogates are units of their own.
 */
#include "config.h"

#include "worker/api/node_bytes.h"

#include <idn2.h>
#include <string.h>

#include "base/util.h"
#include "worker/engine/inner.h"
#include "worker/engine/str.h"

/* The numbers that js/node/buffer.js uses. */
enum encoding { UTF8, LATIN1, ASCII, UCS2, HEX, BASE64, BASE64URL };

static const char hex_digits[] = "0123456789abcdef";
static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64url_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* --- bytes to text --- */

static void
push_hex(duk_context *ctx, const uint8_t *p, size_t n)
{
	char *d = duk_push_fixed_buffer(ctx, n * 2);
	size_t i;

	for (i = 0; i < n; i++) {
		d[2 * i] = hex_digits[p[i] >> 4];
		d[2 * i + 1] = hex_digits[p[i] & 15];
	}
	duk_buffer_to_string(ctx, -1);
}

static void
push_base64(duk_context *ctx, const uint8_t *p, size_t n, bool is_url)
{
	const char *digits = is_url ? base64url_digits : base64_digits;
	char *d = duk_push_dynamic_buffer(ctx, (n + 2) / 3 * 4);
	size_t i, len = 0;

	for (i = 0; i < n; i += 3) {
		size_t left = n - i;
		uint32_t v = (uint32_t)p[i] << 16;

		if (left > 1)
			v |= (uint32_t)p[i + 1] << 8;
		if (left > 2)
			v |= p[i + 2];
		d[len++] = digits[v >> 18];
		d[len++] = digits[(v >> 12) & 63];
		if (left > 1)
			d[len++] = digits[(v >> 6) & 63];
		else if (!is_url)
			d[len++] = '=';
		if (left > 2)
			d[len++] = digits[v & 63];
		else if (!is_url)
			d[len++] = '=';
	}
	duk_push_lstring(ctx, d, len);
	duk_remove(ctx, -2);
}

static void
push_ascii(duk_context *ctx, const uint8_t *p, size_t n)
{
	char *d = duk_push_fixed_buffer(ctx, n);
	size_t i;

	for (i = 0; i < n; i++)
		d[i] = (char)(p[i] & 0x7f);
	duk_buffer_to_string(ctx, -1);
}

static size_t
put_unit(char *d, unsigned int u)
{
	if (u < 0x80) {
		d[0] = (char)u;
		return 1;
	}
	if (u < 0x800) {
		d[0] = (char)(0xc0 | (u >> 6));
		d[1] = (char)(0x80 | (u & 63));
		return 2;
	}
	d[0] = (char)(0xe0 | (u >> 12));
	d[1] = (char)(0x80 | ((u >> 6) & 63));
	d[2] = (char)(0x80 | (u & 63));
	return 3;
}

static void
push_ucs2(duk_context *ctx, const uint8_t *p, size_t n)
{
	char *d = duk_push_dynamic_buffer(ctx, n / 2 * 3);
	size_t i, len = 0;

	for (i = 0; i + 1 < n; i += 2)
		len += put_unit(d + len, p[i] | (unsigned int)p[i + 1] << 8);
	duk_push_lstring(ctx, d, len);
	duk_remove(ctx, -2);
}

/* [ bytes encoding start end ] -> [ string ] */
static duk_ret_t
n_text_of(duk_context *ctx)
{
	size_t n, start = duk_to_uint32(ctx, 2), end = duk_to_uint32(ctx, 3);
	const uint8_t *p = bytes_get(ctx, 0, &n);

	if (p == NULL)
		n = 0;
	end = MIN(end, n);
	if (start >= end) {
		duk_push_literal(ctx, "");
		return 1;
	}
	p += start;
	n = end - start;
	switch ((enum encoding)duk_to_int(ctx, 1)) {
	case LATIN1:
		latin1_push(ctx, p, n);
		break;
	case ASCII:
		push_ascii(ctx, p, n);
		break;
	case UCS2:
		push_ucs2(ctx, p, n);
		break;
	case HEX:
		push_hex(ctx, p, n);
		break;
	case BASE64:
		push_base64(ctx, p, n, false);
		break;
	case BASE64URL:
		push_base64(ctx, p, n, true);
		break;
	case UTF8:
	default:
		str_push_utf8(ctx, (const char *)p, n);
		break;
	}
	return 1;
}

/* --- text to bytes --- */

/* The next code unit of CESU-8 at *P, which is moved. */
static unsigned int
next_unit(const uint8_t **p)
{
	const uint8_t *s = *p;

	if (s[0] < 0x80) {
		*p += 1;
		return s[0];
	}
	if (s[0] < 0xe0) {
		*p += 2;
		return (unsigned int)(s[0] & 31) << 6 | (s[1] & 63);
	}
	*p += 3;
	return (unsigned int)(s[0] & 15) << 12 |
	       (unsigned int)(s[1] & 63) << 6 | (s[2] & 63);
}

static size_t
put_units(uint8_t *d, const uint8_t *p, const uint8_t *end, bool is_wide)
{
	size_t n = 0;

	while (p < end) {
		unsigned int u = next_unit(&p);

		d[n++] = (uint8_t)u;
		if (is_wide)
			d[n++] = (uint8_t)(u >> 8);
	}
	return n;
}

static int
hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static size_t
put_hex(uint8_t *d, const uint8_t *p, size_t n)
{
	size_t i, len = 0;

	for (i = 0; i + 1 < n; i += 2) {
		int a = hex_value(p[i]), b = hex_value(p[i + 1]);

		if (a < 0 || b < 0)
			break;
		d[len++] = (uint8_t)(a << 4 | b);
	}
	return len;
}

static int
base64_value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

/* Both alphabets; what is in neither is skipped, "=" ends it. */
static size_t
put_base64(uint8_t *d, const uint8_t *p, size_t n)
{
	uint32_t v = 0;
	unsigned int bits = 0;
	size_t i, len = 0;

	for (i = 0; i < n && p[i] != '='; i++) {
		int digit = base64_value(p[i]);

		if (digit < 0)
			continue;
		v = v << 6 | (uint32_t)digit;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			d[len++] = (uint8_t)(v >> bits);
		}
	}
	return len;
}

/* [ string encoding ] -> [ Uint8Array ] */
static duk_ret_t
n_bytes_of(duk_context *ctx)
{
	enum encoding encoding = (enum encoding)duk_to_int(ctx, 1);
	const uint8_t *p;
	size_t n, len;
	uint8_t *d;

	if (encoding == UTF8) {
		p = (const uint8_t *)str_to_utf8(ctx, 0, &n);
		d = duk_push_fixed_buffer(ctx, n);
		if (n > 0)
			memcpy(d, p, n);
		bytes_to_uint8array(ctx);
		return 1;
	}
	p = (const uint8_t *)duk_require_lstring(ctx, 0, &n);
	/* of code units there are at most as many as bytes */
	d = duk_push_dynamic_buffer(ctx, encoding == UCS2 ? 2 * n : n);
	switch (encoding) {
	case HEX:
		len = put_hex(d, p, n);
		break;
	case BASE64:
	case BASE64URL:
		len = put_base64(d, p, n);
		break;
	case UTF8:
	case LATIN1:
	case ASCII:
	case UCS2:
	default:
		len = put_units(d, p, p + n, encoding == UCS2);
		break;
	}
	p = d;
	d = duk_push_fixed_buffer(ctx, len);
	if (len > 0)
		memcpy(d, p, len);
	bytes_to_uint8array(ctx);
	return 1;
}

/* --- searching --- */

static const uint8_t *
find_last(const uint8_t *p, size_t from, const uint8_t *needle, size_t m,
    size_t step)
{
	size_t at = from - from % step;

	for (;; at -= step) {
		if (memcmp(p + at, needle, m) == 0)
			return p + at;
		if (at < step)
			return NULL;
	}
}

/*
 * [ bytes needle from is_last step ] -> [ index or -1 ]; FROM is within the
 * bytes, STEP the size of a code unit.
 */
static duk_ret_t
n_search(duk_context *ctx)
{
	size_t n, m, from = duk_to_uint32(ctx, 2);
	size_t step = duk_to_uint32(ctx, 4) == 2 ? 2 : 1;
	const uint8_t *p = bytes_get(ctx, 0, &n), *hit = NULL;
	const uint8_t *needle = bytes_get(ctx, 1, &m);
	bool is_last = duk_to_boolean(ctx, 3) != 0;

	duk_push_int(ctx, -1);
	if (p == NULL || needle == NULL || m == 0 || m > n)
		return 1;
	if (is_last) {
		hit = find_last(p, MIN(from, n - m), needle, m, step);
	} else {
		while (from + m <= n) {
			hit = memmem(p + from, n - from, needle, m);
			if (hit == NULL || (size_t)(hit - p) % step == 0)
				break;
			from = (size_t)(hit - p) + 1;
			hit = NULL;
		}
	}
	if (hit != NULL)
		duk_push_number(ctx, (double)(hit - p));
	return 1;
}

/* [ bytes bytes ] -> [ -1, 0, 1 ] */
static duk_ret_t
n_order(duk_context *ctx)
{
	size_t n, m;
	const uint8_t *a = bytes_get(ctx, 0, &n), *b = bytes_get(ctx, 1, &m);
	int c = 0;

	if (a != NULL && b != NULL && n > 0 && m > 0)
		c = memcmp(a, b, MIN(n, m));
	if (c == 0)
		c = n < m ? -1 : n > m;
	duk_push_int(ctx, c < 0 ? -1 : c > 0);
	return 1;
}

/* [ value ] -> [ boolean ] */
static duk_ret_t
n_is_proxy(duk_context *ctx)
{
	duk_push_boolean(ctx, duk_is_object(ctx, 0) && inner_is_proxy(ctx, 0));
	return 1;
}

/* [ proxy ] -> [ array: target, handler; undefined: it is revoked ] */
static duk_ret_t
n_proxy_parts(duk_context *ctx)
{
	duk_push_array(ctx);
	if (!inner_push_proxy_parts(ctx, 0))
		return 0;
	duk_put_prop_index(ctx, 1, 1);
	duk_put_prop_index(ctx, 1, 0);
	return 1;
}

/* [ domain ] -> [ domain ]: xn-- labels as what they stand for */
static duk_ret_t
n_to_unicode(duk_context *ctx)
{
	size_t n;
	const char *s = str_to_utf8(ctx, 0, &n);
	char *out = NULL;

	if (strlen(s) != n ||
	    idn2_to_unicode_8z8z(s, &out, IDN2_NONTRANSITIONAL) != IDN2_OK)
		return 1;
	str_push_utf8(ctx, out, strlen(out));
	idn2_free(out);
	return 1;
}

static const struct member natives[] = {
    /* clang-format off */
	{ "textOf", M_METHOD, n_text_of, NULL, 4, 4, 0 },
	{ "bytesOf", M_METHOD, n_bytes_of, NULL, 2, 2, 0 },
	{ "search", M_METHOD, n_search, NULL, 5, 5, 0 },
	{ "order", M_METHOD, n_order, NULL, 2, 2, 0 },
	{ "proxyParts", M_METHOD, n_proxy_parts, NULL, 1, 1, 0 },
	{ "toUnicode", M_METHOD, n_to_unicode, NULL, 1, 1, 0 },
	{ "isProxy", M_METHOD, n_is_proxy, NULL, 1, 1, 0 },
    /* clang-format on */
};

const struct member *
node_bytes_natives(size_t *n_out)
{
	*n_out = NELEMS(natives);
	return natives;
}
