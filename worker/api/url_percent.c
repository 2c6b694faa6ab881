/*
 * Percent-encoding and application/x-www-form-urlencoded, as the URL standard
 * has them.
 *
 * Runs in: workers. Pure: bytes in, bytes out.
 */
#include "config.h"

#include "worker/api/url.h"

#include <string.h>

/* One bit for each ASCII byte that is encoded; all above are. */
static const uint32_t sets[][4] = {
    /* clang-format off */
	[URL_SET_C0] = { 0xffffffffu, 0x00000000u, 0x00000000u, 0x80000000u },
	[URL_SET_FRAGMENT] = { 0xffffffffu, 0x50000005u, 0x00000000u, 0x80000001u },
	[URL_SET_QUERY] = { 0xffffffffu, 0x5000000du, 0x00000000u, 0x80000000u },
	[URL_SET_SPECIAL_QUERY] = { 0xffffffffu, 0x5000008du, 0x00000000u, 0x80000000u },
	[URL_SET_PATH] = { 0xffffffffu, 0xd000000du, 0x40000000u, 0xa8000001u },
	[URL_SET_USERINFO] = { 0xffffffffu, 0xfc00800du, 0x78000001u, 0xb8000001u },
	[URL_SET_COMPONENT] = { 0xffffffffu, 0xfc00987du, 0x78000001u, 0xb8000001u },
	[URL_SET_FORM] = { 0xffffffffu, 0xfc009bffu, 0x78000001u, 0xf8000001u },
    /* clang-format on */
};

static int hex_value(uint8_t c);

bool
url_set_has(enum url_set set, uint8_t c)
{
	return c >= 0x80 || (sets[set][c >> 5] >> (c & 31) & 1) != 0;
}

void
url_encode(struct buf *out, enum url_set set, const void *p, size_t n)
{
	static const char hex[] = "0123456789ABCDEF";
	const uint8_t *s = p;
	uint8_t *d;
	size_t i, len = 0;

	if (n == 0)
		return;
	d = buf_reserve(out, n * 3);
	for (i = 0; i < n; i++) {
		if (!url_set_has(set, s[i])) {
			d[len++] = s[i];
			continue;
		}
		if (set == URL_SET_FORM && s[i] == ' ') {
			d[len++] = '+';
			continue;
		}
		d[len++] = '%';
		d[len++] = (uint8_t)hex[s[i] >> 4];
		d[len++] = (uint8_t)hex[s[i] & 15];
	}
	buf_added(out, len);
}

static int
hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Decode, and with PLUS make '+' a space. */
static void
decode(struct buf *out, const uint8_t *s, size_t n, bool plus)
{
	uint8_t *d;
	size_t i, len = 0;

	if (n == 0)
		return;
	d = buf_reserve(out, n);
	for (i = 0; i < n; i++) {
		int hi, lo;

		if (s[i] == '%' && n - i > 2 &&
		    (hi = hex_value(s[i + 1])) >= 0 &&
		    (lo = hex_value(s[i + 2])) >= 0) {
			d[len++] = (uint8_t)(hi << 4 | lo);
			i += 2;
		} else {
			d[len++] = plus && s[i] == '+' ? ' ' : s[i];
		}
	}
	buf_added(out, len);
}

void
url_decode(struct buf *out, const void *p, size_t n)
{
	decode(out, p, n, false);
}

void
url_form_write(struct buf *out, const void *name, size_t name_len,
    const void *value, size_t value_len)
{
	if (buf_len(out) > 0)
		buf_put_u8(out, '&');
	url_encode(out, URL_SET_FORM, name, name_len);
	buf_put_u8(out, '=');
	url_encode(out, URL_SET_FORM, value, value_len);
}

bool
url_form_next(const char **p, size_t *left, struct buf *name, struct buf *value)
{
	const char *s, *end, *eq;

	while (*left > 0) {
		s = *p;
		end = memchr(s, '&', *left);
		if (end == NULL)
			end = s + *left;
		*left -= (size_t)(end - s);
		*p = end;
		if (*left > 0) { /* the '&' */
			(*p)++;
			(*left)--;
		}
		if (end == s)
			continue;
		eq = memchr(s, '=', (size_t)(end - s));
		if (eq == NULL)
			eq = end;
		decode(name, (const uint8_t *)s, (size_t)(eq - s), true);
		if (eq < end)
			decode(value, (const uint8_t *)eq + 1,
			    (size_t)(end - eq) - 1, true);
		return true;
	}
	return false;
}
