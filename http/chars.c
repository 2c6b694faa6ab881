/*
 * Character classes of HTTP, as one table computed by the compiler.
 *
 * A target may hold what RFC 3986 excludes but clients send: browsers leave
 * "|", "{" and others in queries, curl sends UTF-8 as it stands. None of these
 * can end a line or a word, so they are passed on; the URL parser of the
 * worker percent-encodes them. A "#" can only be a mistake.
 */
#include "config.h"

#include "http/chars.h"

#define LOWER(c) ((c) >= 'a' && (c) <= 'z')
#define UPPER(c) ((c) >= 'A' && (c) <= 'Z')
#define DIGIT(c) ((c) >= '0' && (c) <= '9')
#define ALNUM(c) (LOWER(c) || UPPER(c) || DIGIT(c))
#define HEX(c)                                                                 \
	(DIGIT(c) || ((c) >= 'a' && (c) <= 'f') || ((c) >= 'A' && (c) <= 'F'))
#define SUBDELIM(c)                                                            \
	((c) == '!' || (c) == '$' || (c) == '&' || (c) == '\'' ||              \
	    (c) == '(' || (c) == ')' || (c) == '*' || (c) == '+' ||            \
	    (c) == ',' || (c) == ';' || (c) == '=')
#define UNRESERVED(c)                                                          \
	(ALNUM(c) || (c) == '-' || (c) == '.' || (c) == '_' || (c) == '~')
#define TOKEN(c)                                                               \
	(ALNUM(c) || (c) == '!' || (c) == '#' || (c) == '$' || (c) == '%' ||   \
	    (c) == '&' || (c) == '\'' || (c) == '*' || (c) == '+' ||           \
	    (c) == '-' || (c) == '.' || (c) == '^' || (c) == '_' ||            \
	    (c) == '`' || (c) == '|' || (c) == '~')
#define VALUE(c) ((c) == '\t' || ((c) >= ' ' && (c) != 0x7f))
#define TARGET(c) ((c) > ' ' && (c) != 0x7f && (c) != '#')
#define HOST(c) (UNRESERVED(c) || SUBDELIM(c) || (c) == '%')
#define LITERAL(c) (UNRESERVED(c) || SUBDELIM(c) || (c) == ':')

#define C1(c)                                                                  \
	(uint8_t)((TOKEN(c) ? CHARS_TOKEN : 0) |                               \
		  (VALUE(c) ? CHARS_VALUE : 0) |                               \
		  (TARGET(c) ? CHARS_TARGET : 0) |                             \
		  (HOST(c) ? CHARS_HOST : 0) | (HEX(c) ? CHARS_HEX : 0) |      \
		  (DIGIT(c) ? CHARS_DIGIT : 0) |                               \
		  (LITERAL(c) ? CHARS_LITERAL : 0))
#define C4(c) C1(c), C1((c) + 1), C1((c) + 2), C1((c) + 3)
#define C16(c) C4(c), C4((c) + 4), C4((c) + 8), C4((c) + 12)
#define C64(c) C16(c), C16((c) + 16), C16((c) + 32), C16((c) + 48)

const uint8_t chars_class[256] = {C64(0), C64(64), C64(128), C64(192)};

bool
chars_all(const char *s, size_t len, unsigned int class)
{
	for (size_t i = 0; i < len; i++) {
		if (!chars_is((uint8_t)s[i], class))
			return false;
	}
	return true;
}

bool
chars_equal_nocase(const char *s, const char *lower, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (chars_lower((uint8_t)s[i]) != (uint8_t)lower[i])
			return false;
	}
	return true;
}

int
chars_hex_value(uint8_t c)
{
	if (DIGIT(c))
		return c - '0';
	if (HEX(c))
		return (c | 0x20) - 'a' + 10;
	return -1;
}
