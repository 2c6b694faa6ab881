/*
 * Early errors of regular expressions: character classes and escapes.
 *
 * Runs in: worker, on a tenant's source text.
 */
#include "config.h"

#include <string.h>

#include "worker/lang/lex_table.h"
#include "worker/lang/regexp_names.h"
#include "worker/lang/regexp_priv.h"
#include "worker/lang/unicode.h"
#include "worker/lang/unit.h"

#define NOT_ONE UINT32_MAX /* a class escape: more than one character */

static void legacy_class(struct regexp *re);
static bool class_contents(struct regexp *re);
static uint32_t class_operand(struct regexp *re, bool *strings_out);

static int
hex_digit(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

uint32_t
regexp_next(struct regexp *re)
{
	unsigned int n;
	uint32_t c;

	c = unicode_decode(re->s + re->pos, &n);
	re->pos += n;
	return c;
}

static bool
hex_escape(struct regexp *re, uint32_t pos, unsigned int digits,
    uint32_t *c_out)
{
	uint32_t c = 0;
	unsigned int i;
	int v;

	for (i = 0; i < digits; i++) {
		if (pos + i >= re->end ||
		    (v = hex_digit((unsigned char)re->s[pos + i])) < 0)
			return false;
		c = c << 4 | (uint32_t)v;
	}
	*c_out = c;
	return true;
}

bool
regexp_unicode_escape(struct regexp *re, bool pairs, uint32_t *c_out)
{
	uint32_t pos = re->pos + 1, c = 0, low;
	int v;

	if (pairs && pos < re->end && re->s[pos] == '{') {
		pos++;
		while (pos < re->end &&
		       (v = hex_digit((unsigned char)re->s[pos])) >= 0) {
			c = c << 4 | (uint32_t)v;
			if (c > 0x10FFFF)
				return false;
			pos++;
		}
		if (pos >= re->end || re->s[pos] != '}' ||
		    re->s[pos - 1] == '{')
			return false;
		re->pos = pos + 1;
		*c_out = c;
		return true;
	}
	if (!hex_escape(re, pos, 4, &c))
		return false;
	re->pos = pos + 4;
	if (pairs && c >= 0xD800 && c <= 0xDBFF && re->s[re->pos] == '\\' &&
	    re->s[re->pos + 1] == 'u' && hex_escape(re, re->pos + 2, 4, &low) &&
	    low >= 0xDC00 && low <= 0xDFFF) {
		c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
		re->pos += 6;
	}
	*c_out = c;
	return true;
}

bool
regexp_property(struct regexp *re)
{
	bool negated = re->s[re->pos + 1] == 'P', strings = false;
	const char *name, *value = NULL, *close, *equals;
	size_t len, value_len = 0;

	re->pos += 2;
	name = re->s + re->pos + 1;
	close = memchr(re->s + re->pos, '}', re->end - re->pos);
	if (re->s[re->pos] != '{' || close == NULL)
		regexp_fail(re, "Invalid property name");
	len = (size_t)(close - name);
	equals = memchr(name, '=', len);
	if (equals != NULL) {
		value = equals + 1;
		value_len = (size_t)(close - value);
		len = (size_t)(equals - name);
	}
	if (!regexp_property_is_known(name, len, value, value_len)) {
		strings = value == NULL && re->v &&
			  regexp_property_is_strings(name, len);
		if (!strings || negated)
			regexp_fail(re, "Invalid property name");
	}
	re->pos = (uint32_t)(close - re->s) + 1;
	return strings;
}

/* \0, \12 and the like, which only Annex B has. */
static uint32_t
octal_escape(struct regexp *re)
{
	uint32_t c = 0, i;

	for (i = 0; i < 3 && re->pos < re->end; i++) {
		if (re->s[re->pos] < '0' || re->s[re->pos] > '7' || c > 31)
			break;
		c = c << 3 | (uint32_t)(re->s[re->pos++] - '0');
	}
	return c;
}

static uint32_t
control_escape(struct regexp *re, bool in_class)
{
	unsigned char c =
	    re->pos + 1 < re->end ? (unsigned char)re->s[re->pos + 1] : 0;
	bool letter = lex_is(c, LC_ID_START) && c != '$' && c != '_';

	if (letter ||
	    (in_class && !re->unicode && lex_is(c, LC_ID_PART) && c != '$')) {
		re->pos += 2;
		return c & 31U;
	}
	if (re->unicode)
		regexp_fail(re, "Invalid Unicode escape");
	return '\\'; /* the backslash itself; the c is read next */
}

uint32_t
regexp_character_escape(struct regexp *re, bool in_class)
{
	static const char from[] = "tnvfr", to[] = "\t\n\v\f\r";
	const char *at;
	unsigned char c;
	uint32_t value;

	re->pos++;
	if (re->pos >= re->end)
		regexp_fail(re, "\\ at end of pattern");
	c = (unsigned char)re->s[re->pos];
	if (c != '\0' && (at = strchr(from, c)) != NULL) {
		re->pos++;
		return (unsigned char)to[at - from];
	}
	switch (c) {
	case 'c':
		return control_escape(re, in_class);
	case '0':
		if (!re->unicode)
			return octal_escape(re);
		re->pos++;
		if (re->pos < re->end &&
		    lex_is((unsigned char)re->s[re->pos], LC_DIGIT))
			regexp_fail(re, "Invalid decimal escape");
		return 0;
	case 'x':
		if (hex_escape(re, re->pos + 1, 2, &value)) {
			re->pos += 3;
			return value;
		}
		break;
	case 'u':
		if (regexp_unicode_escape(re, re->unicode, &value))
			return value;
		if (re->unicode)
			regexp_fail(re, "Invalid Unicode escape");
		break;
	default:
		break;
	}
	if (!re->unicode) {
		if (in_class && c >= '1' && c <= '7')
			return octal_escape(re);
		if (c == 'k' && re->has_names)
			regexp_fail(re, "Invalid escape");
		return regexp_next(re);
	}
	if (c >= 0x80 || (memchr("^$\\.*+?()[]{}|/", c, 15) == NULL &&
			     !(in_class && c == '-')))
		regexp_fail(re, "Invalid escape");
	re->pos++;
	return c;
}

/* A member of a class, or NOT_ONE for \d and its like. */
static uint32_t
class_atom(struct regexp *re)
{
	unsigned char c;

	if (re->s[re->pos] != '\\')
		return regexp_next(re);
	c = re->pos + 1 < re->end ? (unsigned char)re->s[re->pos + 1] : 0;
	if (c != 0 && strchr("dDsSwW", c) != NULL) {
		re->pos += 2;
		return NOT_ONE;
	}
	if ((c == 'p' || c == 'P') && re->unicode) {
		regexp_property(re);
		return NOT_ONE;
	}
	if (c == 'b') {
		re->pos += 2;
		return '\b';
	}
	return regexp_character_escape(re, true);
}

void
regexp_class(struct regexp *re)
{
	bool negated;

	if (!re->v) {
		legacy_class(re);
		return;
	}
	if (++re->depth > REGEXP_DEPTH_MAX)
		regexp_fail(re, "Regular expression too large");
	re->pos++;
	negated = re->pos < re->end && re->s[re->pos] == '^';
	re->pos += negated;
	if (class_contents(re) && negated)
		regexp_fail(re, "Negated character class may contain strings");
	re->pos++;
	re->depth--;
}

/*
 * Without the u flag a character beyond U+FFFF is two members. ATOM was read
 * from POS to re->pos; a raw one counts as its surrogates.
 */
static uint32_t
first_unit(const struct regexp *re, uint32_t atom)
{
	return !re->unicode && atom >= 0x10000 && atom != NOT_ONE
		   ? 0xD800 + ((atom - 0x10000) >> 10)
		   : atom;
}

static uint32_t
last_unit(const struct regexp *re, uint32_t atom)
{
	return !re->unicode && atom >= 0x10000 && atom != NOT_ONE
		   ? 0xDC00 + ((atom - 0x10000) & 0x3FF)
		   : atom;
}

static void
legacy_class(struct regexp *re)
{
	uint32_t low, high;

	re->pos++;
	if (re->pos < re->end && re->s[re->pos] == '^')
		re->pos++;
	while (re->pos < re->end && re->s[re->pos] != ']') {
		low = class_atom(re);
		if (re->pos >= re->end || re->s[re->pos] != '-' ||
		    re->pos + 1 >= re->end || re->s[re->pos + 1] == ']')
			continue;
		re->pos++;
		high = class_atom(re);
		if (low == NOT_ONE || high == NOT_ONE) {
			if (re->unicode)
				regexp_fail(re, "Invalid character class");
			continue;
		}
		if (last_unit(re, low) > first_unit(re, high))
			regexp_fail(re,
			    "Range out of order in character class");
	}
	if (re->pos >= re->end)
		regexp_fail(re, "Unterminated character class");
	re->pos++;
}

/* Two equal punctuators, which are kept for later editions. */
static bool
is_reserved_pair(const struct regexp *re)
{
	const char *s = re->s + re->pos;

	return re->pos + 1 < re->end && s[0] == s[1] && *s != '\0' &&
	       strchr("&!#$%*+,.:;<=>?@^`~", *s) != NULL;
}

/* \q{abc|d}: the current character is the backslash. */
static bool
class_strings(struct regexp *re)
{
	bool strings = false;
	unsigned int n = 0;

	re->pos += 2;
	if (re->pos >= re->end || re->s[re->pos] != '{')
		regexp_fail(re, "Invalid escape");
	re->pos++;
	for (;;) {
		if (re->pos >= re->end)
			regexp_fail(re, "Invalid character class");
		if (re->s[re->pos] == '}' || re->s[re->pos] == '|') {
			strings |= n != 1;
			n = 0;
			if (re->s[re->pos++] == '}')
				return strings;
			continue;
		}
		(void)class_operand(re, &(bool){false});
		n++;
	}
}

/*
 * One operand of a class with the v flag: its character, or NOT_ONE.
 * *STRINGS_OUT: it may match more or fewer than one character.
 */
static uint32_t
class_operand(struct regexp *re, bool *strings_out)
{
	unsigned char c = (unsigned char)re->s[re->pos];
	unsigned char d;

	*strings_out = false;
	if (c == '\\') {
		d = re->pos + 1 < re->end ? (unsigned char)re->s[re->pos + 1]
					  : 0;
		if (d == 'q') {
			*strings_out = class_strings(re);
			return NOT_ONE;
		}
		if (d == 'p' || d == 'P') {
			*strings_out = regexp_property(re);
			return NOT_ONE;
		}
		if (d != 0 && strchr("&-!#%,:;<=>@`~", d) != NULL) {
			re->pos += 2;
			return d;
		}
		return class_atom(re);
	}
	if (is_reserved_pair(re))
		regexp_fail(re, "Invalid set operation in character class");
	if (c != 0 && strchr("()[]{}/-|", c) != NULL)
		regexp_fail(re, "Invalid character in character class");
	return regexp_next(re);
}

/* An operand, or a class within a class. */
static uint32_t
set_operand(struct regexp *re, bool *strings_out)
{
	uint32_t start = re->pos, i;

	if (re->s[re->pos] != '[')
		return class_operand(re, strings_out);
	regexp_class(re);
	/* A nested class may hold strings if it is not negated. */
	*strings_out = false;
	if (re->s[start + 1] == '^')
		return NOT_ONE;
	for (i = start; i < re->pos; i++) {
		if (re->s[i] == '\\' && re->s[i + 1] == 'q')
			*strings_out = true;
		if (re->s[i] == '\\')
			i++;
	}
	return NOT_ONE;
}

static bool
at_pair(const struct regexp *re, char c)
{
	return re->pos + 1 < re->end && re->s[re->pos] == c &&
	       re->s[re->pos + 1] == c;
}

/* a&&b&&c or a--b--c, behind the first operand. */
static bool
set_operation(struct regexp *re, char op, bool strings)
{
	bool more;

	while (re->pos < re->end && re->s[re->pos] != ']') {
		if (!at_pair(re, op))
			regexp_fail(re,
			    "Invalid set operation in character class");
		re->pos += 2;
		if (re->pos >= re->end || re->s[re->pos] == ']' ||
		    (op == '&' && re->s[re->pos] == '&'))
			regexp_fail(re, "Invalid character in character class");
		set_operand(re, &more);
		if (op == '&')
			strings &= more;
	}
	return strings;
}

/* Up to the "]", which stays; whether strings may match. */
static bool
class_contents(struct regexp *re)
{
	bool strings = false, more, first = true;
	uint32_t low, high;

	while (re->pos < re->end && re->s[re->pos] != ']') {
		low = set_operand(re, &more);
		if (first && (at_pair(re, '&') || at_pair(re, '-'))) {
			strings = set_operation(re, re->s[re->pos], more);
			break;
		}
		first = false;
		strings |= more;
		if (re->pos >= re->end || re->s[re->pos] != '-')
			continue;
		if (at_pair(re, '-'))
			regexp_fail(re,
			    "Invalid set operation in character class");
		re->pos++;
		if (re->pos >= re->end || re->s[re->pos] == ']')
			regexp_fail(re, "Invalid character in character class");
		high = class_operand(re, &more);
		if (low == NOT_ONE || high == NOT_ONE)
			regexp_fail(re, "Invalid character class");
		if (low > high)
			regexp_fail(re,
			    "Range out of order in character class");
	}
	if (re->pos >= re->end)
		regexp_fail(re, "Unterminated character class");
	return strings;
}
