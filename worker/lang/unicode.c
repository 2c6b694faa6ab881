/*
 * Characters: identifier tables, white space, UTF-8.
 *
 * Runs in: worker (and the development tools).
 * The tables are generated from Debian's unicode-data while building.
 */
#include "config.h"

#include "worker/lang/unicode.h"

#include <string.h>

#include "base/util.h"

struct unicode_range {
	uint32_t first, last;
};

#include "worker/lang/unicode_tables.h"

static bool unicode_find(const struct unicode_range *t, size_t n, uint32_t c);
static size_t unicode_sequence(const unsigned char *p, size_t left);

bool
unicode_is_id_start(uint32_t c)
{
	return unicode_find(unicode_id_start, NELEMS(unicode_id_start), c);
}

bool
unicode_is_id_continue(uint32_t c)
{
	return c == 0x200C || c == 0x200D ||
	       unicode_find(unicode_id_continue, NELEMS(unicode_id_continue),
		   c);
}

bool
unicode_is_space(uint32_t c)
{
	return c == 0xA0 || c == 0xFEFF || c == 0x1680 ||
	       (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F ||
	       c == 0x3000;
}

uint32_t
unicode_decode(const char *p, unsigned int *n_out)
{
	const unsigned char *s = (const unsigned char *)p;

	if (s[0] < 0x80) {
		*n_out = 1;
		return s[0];
	}
	if (s[0] < 0xE0) {
		*n_out = 2;
		return (s[0] & 0x1FU) << 6 | (s[1] & 0x3FU);
	}
	if (s[0] < 0xF0) {
		*n_out = 3;
		return (s[0] & 0x0FU) << 12 | (s[1] & 0x3FU) << 6 |
		       (s[2] & 0x3FU);
	}
	*n_out = 4;
	return (s[0] & 0x07U) << 18 | (s[1] & 0x3FU) << 12 |
	       (s[2] & 0x3FU) << 6 | (s[3] & 0x3FU);
}

size_t
unicode_encode(char *p, uint32_t c)
{
	unsigned char *s = (unsigned char *)p;

	if (c < 0x80) {
		s[0] = (unsigned char)c;
		return 1;
	}
	if (c < 0x800) {
		s[0] = (unsigned char)(0xC0 | c >> 6);
		s[1] = (unsigned char)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		s[0] = (unsigned char)(0xE0 | c >> 12);
		s[1] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
		s[2] = (unsigned char)(0x80 | (c & 0x3F));
		return 3;
	}
	s[0] = (unsigned char)(0xF0 | c >> 18);
	s[1] = (unsigned char)(0x80 | (c >> 12 & 0x3F));
	s[2] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
	s[3] = (unsigned char)(0x80 | (c & 0x3F));
	return 4;
}

size_t
unicode_check(const char *p, size_t len)
{
	const unsigned char *s = (const unsigned char *)p;
	uint64_t word;
	size_t i = 0, n;

	while (i < len) {
		if (len - i >= sizeof word) {
			memcpy(&word, s + i, sizeof word);
			if ((word & 0x8080808080808080U) == 0) {
				i += sizeof word;
				continue;
			}
		}
		if (s[i] < 0x80) {
			i++;
			continue;
		}
		n = unicode_sequence(s + i, len - i);
		if (n == 0)
			return i;
		i += n;
	}
	return len;
}

/* The length of the sequence at P, or 0 when it is malformed. */
static size_t
unicode_sequence(const unsigned char *p, size_t left)
{
	size_t n, i;

	if (p[0] < 0xC2 || p[0] > 0xF4)
		return 0;
	n = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
	if (left < n)
		return 0;
	for (i = 1; i < n; i++)
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xF0 && p[1] < 0x90) ||
	    (p[0] == 0xF4 && p[1] > 0x8F))
		return 0;
	return n;
}

static bool
unicode_find(const struct unicode_range *t, size_t n, uint32_t c)
{
	size_t low = 0, high = n, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (c < t[mid].first)
			high = mid;
		else if (c > t[mid].last)
			low = mid + 1;
		else
			return true;
	}
	return false;
}
