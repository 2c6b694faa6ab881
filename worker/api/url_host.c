/*
 * The host parser of the URL standard: domains (UTS 46 by libidn2), IPv4 in
 * all its spellings, IPv6, opaque hosts.
 *
 * Runs in: workers. Pure.
 */
#include "config.h"

#include "worker/api/url.h"

#include <ctype.h>
#include <idn2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

#include "base/err.h"

/* Longest domain given to libidn2, which works in quadratic time. */
#define DOMAIN_MAX 4096

static const uint32_t forbidden_host[4] = {
    0x00002601u, 0xd4008009u, 0x78000001u, 0x10000000u};
static const uint32_t forbidden_domain[4] = {
    0xffffffffu, 0xd4008029u, 0x78000001u, 0x90000000u};

static bool
is_in(const uint32_t *set, uint8_t c)
{
	return c < 0x80 && (set[c >> 5] >> (c & 31) & 1) != 0;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* "::": write the 8 pieces with the longest run of zeros left out. */
static void
ipv6_write(struct buf *out, const uint16_t *a)
{
	int best = -1, best_len = 1, i, run;
	char text[8];

	for (i = 0; i<8; i += run> 0 ? run : 1) {
		for (run = 0; i + run < 8 && a[i + run] == 0;)
			run++;
		if (run > best_len) {
			best = i;
			best_len = run;
		}
	}
	buf_put_u8(out, '[');
	for (i = 0; i < 8; i++) {
		if (i == best) {
			buf_put(out, i == 0 ? "::" : ":", i == 0 ? 2 : 1);
			i += best_len - 1;
			continue;
		}
		buf_put(out, text,
		    (size_t)snprintf(text, sizeof text, "%x", a[i]));
		if (i < 7)
			buf_put_u8(out, ':');
	}
	buf_put_u8(out, ']');
}

/* The dotted tail of an IPv6 address; fills two pieces. */
static const char *
ipv6_tail(const char *p, const char *end, uint16_t *piece)
{
	unsigned int part, n;

	for (n = 0; n < 4; n++) {
		if (n > 0) {
			if (p == end || *p != '.')
				return NULL;
			p++;
		}
		if (p == end || !isdigit((unsigned char)*p))
			return NULL;
		part = (unsigned int)(*p++ - '0');
		while (p < end && isdigit((unsigned char)*p)) {
			if (part == 0)
				return NULL;
			part = part * 10u + (unsigned int)(*p++ - '0');
			if (part > 255)
				return NULL;
		}
		piece[n / 2] =
		    (uint16_t)((unsigned int)piece[n / 2] << 8 | part);
	}
	return p;
}

static int
ipv6_parse(struct buf *out, const char *p, const char *end)
{
	uint16_t a[9] = {0};
	int n = 0, compress = -1, i, swaps;

	if (p < end && *p == ':') {
		if (end - p < 2 || p[1] != ':')
			return ERR_SYNTAX;
		p += 2;
		compress = ++n;
	}
	while (p < end) {
		const char *start = p;
		unsigned int v = 0;

		if (n == 8)
			return ERR_SYNTAX;
		if (*p == ':') {
			if (compress >= 0)
				return ERR_SYNTAX;
			p++;
			compress = ++n;
			continue;
		}
		while (p < end && p - start < 4 && hex_value(*p) >= 0)
			v = v << 4 | (unsigned int)hex_value(*p++);
		if (p < end && *p == '.') {
			if (p == start || n > 6 ||
			    (p = ipv6_tail(start, end, &a[n])) == NULL ||
			    p != end)
				return ERR_SYNTAX;
			n += 2;
			break;
		}
		if (p < end) {
			if (*p != ':' || p + 1 == end)
				return ERR_SYNTAX;
			p++;
		}
		a[n++] = (uint16_t)v;
	}
	if (compress >= 0) {
		swaps = n - compress;
		for (i = 7; i > 0 && swaps > 0; i--, swaps--) {
			uint16_t t = a[compress + swaps - 1];

			a[compress + swaps - 1] = a[i];
			a[i] = t;
		}
	} else if (n != 8) {
		return ERR_SYNTAX;
	}
	ipv6_write(out, a);
	return 0;
}

/* One number of an IPv4 address: decimal, 0x hexadecimal, 0 octal. */
static int
ipv4_number(const char *p, const char *end, uint64_t *v_out)
{
	unsigned int base = 10;
	uint64_t v = 0;

	if (p == end)
		return ERR_SYNTAX;
	if (end - p >= 2 && p[0] == '0' && (p[1] == 'x' || p[1] == 'X')) {
		p += 2;
		base = 16;
	} else if (end - p >= 2 && p[0] == '0') {
		p++;
		base = 8;
	}
	for (; p < end; p++) {
		int d = hex_value(*p);

		if (d < 0 || (unsigned int)d >= base)
			return ERR_SYNTAX;
		if (v <= UINT32_MAX)
			v = v * base + (unsigned int)d;
	}
	*v_out = v;
	return 0;
}

static bool
ends_in_number(const char *s, size_t n)
{
	const char *p, *end = s + n;
	uint64_t v;
	bool digits = true;

	if (n > 0 && end[-1] == '.') {
		if (n == 1)
			return false;
		end--;
	}
	for (p = end; p > s && p[-1] != '.'; p--)
		digits = digits && isdigit((unsigned char)p[-1]);
	if (p == end)
		return false;
	return digits || ipv4_number(p, end, &v) == 0;
}

static int
ipv4_parse(struct buf *out, const char *s, size_t n)
{
	const char *p = s, *end = s + n, *dot;
	uint64_t part[4], ip;
	char text[16];
	int nparts = 0, i;

	if (n > 0 && end[-1] == '.' && n > 1)
		end--;
	for (;;) {
		dot = memchr(p, '.', (size_t)(end - p));
		if (nparts == 4)
			return ERR_SYNTAX;
		if (ipv4_number(p, dot != NULL ? dot : end, &part[nparts]) != 0)
			return ERR_SYNTAX;
		nparts++;
		if (dot == NULL)
			break;
		p = dot + 1;
	}
	for (i = 0; i < nparts - 1; i++)
		if (part[i] > 255)
			return ERR_SYNTAX;
	if (part[nparts - 1] >= UINT64_C(1) << (8 * (5 - nparts)))
		return ERR_SYNTAX;
	ip = part[nparts - 1];
	for (i = 0; i < nparts - 1; i++)
		ip += part[i] << (8 * (3 - i));
	buf_put(out, text,
	    (size_t)snprintf(text, sizeof text, "%u.%u.%u.%u",
		(unsigned)(ip >> 24 & 255), (unsigned)(ip >> 16 & 255),
		(unsigned)(ip >> 8 & 255), (unsigned)(ip & 255)));
	return 0;
}

/*
 * Soft hyphens and their like are mapped to nothing, which libidn2 does; but
 * a name made only of them is empty and refused.
 */
static int
domain_to_ascii(struct buf *out, const char *s, size_t n)
{
	char *copy, *ascii = NULL;
	size_t i;
	int r = ERR_SYNTAX, idn;
	bool plain = true;

	for (i = 0; i < n && plain; i++)
		plain = (uint8_t)s[i] < 0x80;
	if (plain) { /* labels that begin with xn-- included */
		uint8_t *d = buf_reserve(out, n + 1);

		for (i = 0; i < n; i++)
			d[i] = (uint8_t)(s[i] >= 'A' && s[i] <= 'Z' ? s[i] | 32
								    : s[i]);
		buf_added(out, n);
		return n > 0 ? 0 : ERR_SYNTAX;
	}
	if (n > DOMAIN_MAX || memchr(s, 0, n) != NULL ||
	    u8_check((const uint8_t *)s, n) != NULL)
		return ERR_SYNTAX;
	copy = malloc(n + 1);
	if (copy == NULL)
		return ERR_NOMEM;
	memcpy(copy, s, n);
	copy[n] = '\0';
	idn = idn2_to_ascii_8z(copy, &ascii,
	    IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
	if (idn == IDN2_OK && ascii[0] != '\0') {
		buf_put(out, ascii, strlen(ascii));
		r = 0;
	} else if (idn == IDN2_DISALLOWED) {
		r = url_symbols_to_ascii(out, s, n);
	}
	idn2_free(ascii);
	free(copy);
	return r;
}

static int
opaque_host(struct buf *out, const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (is_in(forbidden_host, (uint8_t)s[i]))
			return ERR_SYNTAX;
	url_encode(out, URL_SET_C0, s, n);
	return 0;
}

int
url_host_parse(struct buf *out, const char *s, size_t n, bool opaque)
{
	struct buf raw, ascii;
	const char *d;
	size_t i, len;
	int r;

	if (n > 0 && s[0] == '[') {
		if (s[n - 1] != ']' || n < 2)
			return ERR_SYNTAX;
		return ipv6_parse(out, s + 1, s + n - 1);
	}
	if (opaque)
		return opaque_host(out, s, n);
	buf_init(&raw);
	buf_init(&ascii);
	url_decode(&raw, s, n);
	r = domain_to_ascii(&ascii, (const char *)buf_peek(&raw),
	    buf_len(&raw));
	if (r != 0)
		goto out;
	d = (const char *)buf_peek(&ascii);
	len = buf_len(&ascii);
	r = ERR_SYNTAX;
	for (i = 0; i < len; i++)
		if (is_in(forbidden_domain, (uint8_t)d[i]))
			goto out;
	if (ends_in_number(d, len)) {
		r = ipv4_parse(out, d, len);
	} else {
		buf_put(out, d, len);
		r = 0;
	}
out:
	buf_clear(&raw);
	buf_clear(&ascii);
	return r;
}
