#ifndef HTTP_CHARS_H
#define HTTP_CHARS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The character classes of RFC 9110 and RFC 3986 that we check against. */
enum {
	CHARS_TOKEN = 1,  /* tchar: methods, field names */
	CHARS_VALUE = 2,  /* HTAB, SP, VCHAR, obs-text: field values */
	CHARS_TARGET = 4, /* what a request target may hold; see chars.c */
	CHARS_HOST = 8,   /* reg-name and IPv4, "%" included */
	CHARS_HEX = 16,   /* HEXDIG, both cases */
	CHARS_DIGIT = 32,
	CHARS_LITERAL = 64, /* inside the brackets of an IP-literal */
};

extern const uint8_t chars_class[256];

static inline bool
chars_is(uint8_t c, unsigned int class)
{
	return (chars_class[c] & class) != 0;
}

/* Whether all LEN bytes of S (maybe none) are of CLASS. */
bool chars_all(const char *s, size_t len, unsigned int class);

/* Compare without regard to ASCII case; LOWER is in lower case. */
bool chars_equal_nocase(const char *s, const char *lower, size_t len);

/* 0..15, or -1. */
int chars_hex_value(uint8_t c);

static inline uint8_t
chars_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

#endif
