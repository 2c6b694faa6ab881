/*
 * The PROXY protocol.
 *
 * Runs in: front.
 * Never:   guesses: a connection that has to begin with a header and does not
 *          is refused.
 */
#include "config.h"

#include "http/proxy.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/util.h"
#include "http/chars.h"

#define V2_FIXED 16
#define V2_LOCAL 0x20
#define V2_PROXY 0x21
#define V2_UNSPEC 0x00
#define V2_TCP4 0x11
#define V2_TCP6 0x21
#define V2_UNIX 0x31
#define V2_TCP4_LEN 12
#define V2_TCP6_LEN 36
#define V2_UNIX_LEN 216
#define WORD_MAX 45 /* the longest IPv6 address has 39 characters */

static const char v1_begin[] = "PROXY ";
#define V1_BEGIN_LEN (sizeof v1_begin - 1)
static const uint8_t v2_begin[12] = {
    0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};

/* ---- version 1 ---- */

/* A line's words, each but the last one closed by one space. */
struct line {
	const char *p;
	const char *end;
};

static bool
next_word(struct line *l, bool is_last, char word[WORD_MAX + 1])
{
	const char *stop =
	    is_last ? l->end : memchr(l->p, ' ', (size_t)(l->end - l->p));
	size_t n;

	if (stop == NULL)
		return false;
	n = (size_t)(stop - l->p);
	if (n == 0 || n > WORD_MAX)
		return false;
	memcpy(word, l->p, n);
	word[n] = '\0';
	l->p = is_last ? stop : stop + 1;
	/* inet_pton() would take the rest for a text that ends here */
	return memchr(word, '\0', n) == NULL;
}

static bool
read_port(const char *word, uint16_t *out)
{
	size_t n = strlen(word);
	unsigned int v = 0;

	if (n > 5 || !chars_all(word, n, CHARS_DIGIT) ||
	    (n > 1 && word[0] == '0'))
		return false;
	for (size_t i = 0; i < n; i++)
		v = v * 10 + (unsigned int)(word[i] - '0');
	*out = (uint16_t)v;
	return v <= UINT16_MAX;
}

static bool
read_v1_addresses(struct line *l, int family, struct proxy_header *out)
{
	int af = family == 4 ? AF_INET : AF_INET6;
	char word[WORD_MAX + 1];
	uint8_t other[16];
	uint16_t port;

	return next_word(l, false, word) && inet_pton(af, word, out->ip) == 1 &&
	       next_word(l, false, word) && inet_pton(af, word, other) == 1 &&
	       next_word(l, false, word) && read_port(word, &out->port) &&
	       next_word(l, true, word) && read_port(word, &port);
}

static enum proxy_result
parse_v1(const uint8_t *data, size_t len, struct proxy_header *out)
{
	const char *text = (const char *)data;
	const char *cr = memchr(text, '\r', MIN(len, (size_t)PROXY_V1_MAX - 1));
	struct line l = {.p = text + V1_BEGIN_LEN};
	struct proxy_header h = {.used = 0};
	char word[WORD_MAX + 1];

	if (cr == NULL)
		return len >= PROXY_V1_MAX - 1 ? PROXY_BAD : PROXY_MORE;
	if ((size_t)(cr - text) + 1 == len)
		return PROXY_MORE;
	if (cr[1] != '\n')
		return PROXY_BAD;
	h.used = (size_t)(cr - text) + 2;
	l.end = cr;
	/* The rest of UNKNOWN is nobody's business. */
	if (cr - l.p >= 7 && memcmp(l.p, "UNKNOWN", 7) == 0 &&
	    (l.p[7] == ' ' || l.p + 7 == cr)) {
		*out = h;
		return PROXY_DONE;
	}
	if (!next_word(&l, false, word))
		return PROXY_BAD;
	if (strcmp(word, "TCP4") == 0)
		h.family = 4;
	else if (strcmp(word, "TCP6") == 0)
		h.family = 6;
	if (h.family == 0 || !read_v1_addresses(&l, h.family, &h))
		return PROXY_BAD;
	*out = h;
	return PROXY_DONE;
}

/* ---- version 2 ---- */

static uint16_t
get_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static enum proxy_result
parse_v2(const uint8_t *data, size_t len, struct proxy_header *out)
{
	struct proxy_header h = {.used = 0};
	const uint8_t *p = data + V2_FIXED;
	size_t n;

	if (len > 12 && data[12] != V2_LOCAL && data[12] != V2_PROXY)
		return PROXY_BAD;
	if (len < V2_FIXED)
		return PROXY_MORE;
	n = get_u16(data + 14);
	if (n > PROXY_V2_MAX)
		return PROXY_BAD;
	if (len < V2_FIXED + n)
		return PROXY_MORE;
	h.used = V2_FIXED + n;
	if (data[12] == V2_PROXY) {
		switch (data[13]) {
		case V2_TCP4:
			if (n < V2_TCP4_LEN)
				return PROXY_BAD;
			h.family = 4;
			memcpy(h.ip, p, 4);
			h.port = get_u16(p + 8);
			break;
		case V2_TCP6:
			if (n < V2_TCP6_LEN)
				return PROXY_BAD;
			h.family = 6;
			memcpy(h.ip, p, 16);
			h.port = get_u16(p + 32);
			break;
		case V2_UNIX:
			if (n < V2_UNIX_LEN)
				return PROXY_BAD;
			break;
		case V2_UNSPEC:
			break;
		default: /* datagrams, and what there is not */
			return PROXY_BAD;
		}
	}
	*out = h;
	return PROXY_DONE;
}

enum proxy_result
proxy_parse(const uint8_t *data, size_t len, struct proxy_header *out)
{
	if (memcmp(data, v1_begin, MIN(len, V1_BEGIN_LEN)) == 0)
		return len < V1_BEGIN_LEN ? PROXY_MORE
					  : parse_v1(data, len, out);
	if (memcmp(data, v2_begin, MIN(len, sizeof v2_begin)) == 0)
		return len < sizeof v2_begin ? PROXY_MORE
					     : parse_v2(data, len, out);
	return PROXY_BAD;
}
