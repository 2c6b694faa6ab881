/*
 * Strings of JSON, for logs and messages; reading it is others' work.
 */
#include "config.h"

#include "base/json.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Bytes of the UTF-8 sequence at P, of which LEN are there; 0: none. */
static size_t
utf8_len(const uint8_t *p, size_t len)
{
	uint32_t min, c;
	size_t n;

	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (n > len)
		return 0;
	c = p[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3fu);
	}
	min = n == 2 ? 0x80 : n == 3 ? 0x800 : 0x10000;
	return c < min || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) ? 0 : n;
}

/*
 * Controls beyond ASCII, and what else some take for the end of a line: the
 * number of the character, its bytes in *N_OUT; 0: none of these.
 */
static unsigned int
control_at(const uint8_t *p, size_t len, size_t *n_out)
{
	*n_out = 2;
	if (len >= 2 && p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0)
		return p[1];
	*n_out = 3;
	if (len >= 3 && p[0] == 0xe2 && p[1] == 0x80 &&
	    (p[2] == 0xa8 || p[2] == 0xa9))
		return 0x2000u | (p[2] & 0x3fu);
	return 0;
}

/* Bytes at P that stand for themselves. */
static size_t
plain_len(const uint8_t *p, size_t len)
{
	size_t i = 0, n, skip;

	while (i < len) {
		if (p[i] < 0x20 || p[i] == 0x7f || p[i] == '"' || p[i] == '\\')
			break;
		n = p[i] < 0x80 ? 1 : utf8_len(p + i, len - i);
		if (n == 0 || control_at(p + i, len - i, &skip) != 0)
			break;
		i += n;
	}
	return i;
}

/* Escape what is at P, which does not stand for itself. Returns its bytes. */
static size_t
put_one(struct buf *b, const uint8_t *p, size_t len)
{
	size_t n = 1;
	unsigned int c = control_at(p, len, &n);
	char text[8];

	if (c == 0) {
		c = *p;
		n = 1;
	}
	if (c == '"' || c == '\\')
		snprintf(text, sizeof text, "\\%c", (int)c);
	else
		snprintf(text, sizeof text, "\\u%04x", c & 0xffffu);
	buf_put(b, text, strlen(text));
	return n;
}

void
json_put_escaped(struct buf *b, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;

	while (len > 0) {
		size_t n = plain_len(p, len);

		buf_put(b, p, n);
		if (n < len)
			n += put_one(b, p + n, len - n);
		p += n;
		len -= n;
	}
}
