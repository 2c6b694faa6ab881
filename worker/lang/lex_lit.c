/*
 * The lexer's literals: numbers, strings, template chunks, regular
 * expressions, and the values of those that someone asks for.
 *
 * Runs in: worker, on a tenant's source text.
 * Never:   reads outside of the source; recurses.
 */
#include "config.h"

#include "worker/lang/lex_lit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "worker/lang/lex.h"
#include "worker/lang/lex_table.h"
#include "worker/lang/unicode.h"
#include "worker/lang/unit.h"

#define BAD_TOKEN "Invalid or unexpected token"
#define BAD_UNICODE "Invalid Unicode escape sequence"
#define BAD_HEX "Invalid hexadecimal escape sequence"
#define LEADING_SEPARATOR "Numeric separator can not be used after leading 0."

static uint32_t lex_digits(struct lexer *lx, uint32_t pos, unsigned int radix,
    bool optional);
static uint32_t lex_radix_number(struct lexer *lx, uint32_t pos);
static uint32_t lex_legacy_number(struct lexer *lx, uint32_t pos);
static uint32_t lex_decimal_tail(struct lexer *lx, uint32_t pos);
static uint32_t lex_string_escape(struct lexer *lx, uint32_t pos);
static bool lex_chunk_escape(struct lexer *lx, uint32_t pos, uint32_t *end_out);
static double radix_value(const char *s, size_t len, unsigned int shift);
static double decimal_value(const char *s, size_t len);
static long decimal_exponent(const char *s, size_t len);
static size_t cook_escape(const struct lang_unit *u, uint32_t pos, uint32_t end,
    char *to, size_t *len, uint32_t *high);

static inline unsigned char
lex_at(const struct lexer *lx, uint32_t pos)
{
	return pos < lx->len ? (unsigned char)lx->src[pos] : '\0';
}

static int
hex_value(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

void
lex_lit_number(struct lexer *lx, uint32_t pos)
{
	struct token *t = &lx->tok;
	unsigned char c = lex_at(lx, pos), d = lex_at(lx, pos + 1);
	uint32_t start = pos, n;
	bool may_be_bigint = true;

	t->type = TOK_NUMBER;
	if (c == '0' && strchr("xXoObB", d) != NULL && d != '\0') {
		pos = lex_radix_number(lx, pos);
	} else if (c == '0' && lex_is(d, LC_DIGIT)) {
		pos = lex_legacy_number(lx, pos);
		may_be_bigint = false;
	} else {
		if (c == '0' && d == '_')
			unit_fail(lx->unit, pos + 1, pos + 2,
			    LEADING_SEPARATOR);
		if (c != '.')
			pos = lex_digits(lx, pos, 10, false);
		n = lex_decimal_tail(lx, pos);
		may_be_bigint = n == pos;
		pos = n;
	}
	if (lex_at(lx, pos) == 'n' && may_be_bigint) {
		t->type = TOK_BIGINT;
		lx->unit->has_bigint = true;
		pos++;
	}
	if (lex_is_id_part(lx, pos, &n) || lex_at(lx, pos) == '\\')
		unit_fail(lx->unit, start, pos + 1, BAD_TOKEN);
	t->end = pos;
}

void
lex_lit_string(struct lexer *lx, uint32_t pos)
{
	const unsigned char *s = (const unsigned char *)lx->src;
	unsigned char quote = s[pos], c;
	uint32_t start = pos++;

	lx->tok.type = TOK_STRING;
	for (;;) {
		if (pos >= lx->len)
			unit_fail(lx->unit, start, pos, BAD_TOKEN);
		c = s[pos];
		if (c == quote)
			break;
		if (c == '\\') {
			lx->tok.flags |= TF_ESCAPE;
			pos = lex_string_escape(lx, pos);
		} else if (c >= 0x80) {
			lx->tok.flags |= TF_NON_ASCII;
			if (c == 0xE2 && lx->len - pos >= 3 &&
			    s[pos + 1] == 0x80 && (s[pos + 2] | 1) == 0xA9)
				lx->tok.flags |= TF_LINE_SEP;
			pos++;
		} else if (lex_is(c, LC_EOL)) {
			unit_fail(lx->unit, start, pos, BAD_TOKEN);
		} else {
			pos++;
		}
	}
	lx->tok.end = pos + 1;
}

void
lex_chunk(struct lexer *lx, uint32_t *after_out, uint32_t *bad_out)
{
	const unsigned char *s = (const unsigned char *)lx->src;
	uint32_t start = lx->tok.pos, pos = start + 1, end;
	struct token *t = &lx->tok;

	t->type = TOK_TEMPLATE;
	t->flags = 0;
	t->pos = pos;
	*bad_out = 0;
	for (;;) {
		if (pos >= lx->len)
			unit_fail(lx->unit, start, pos,
			    "Unterminated template literal");
		if (s[pos] == '`') {
			t->flags |= TF_TAIL;
			*after_out = pos + 1;
			break;
		}
		if (s[pos] == '$' && lex_at(lx, pos + 1) == '{') {
			*after_out = pos + 2;
			break;
		}
		if (s[pos] == '\\') {
			t->flags |= TF_ESCAPE;
			if (!lex_chunk_escape(lx, pos, &end)) {
				if ((t->flags & TF_BAD_ESCAPE) == 0)
					*bad_out = pos;
				t->flags |= TF_BAD_ESCAPE;
			}
			pos = end;
			continue;
		}
		if (s[pos] >= 0x80)
			t->flags |= TF_NON_ASCII;
		if (s[pos] == 0xE2 && lx->len - pos >= 3 &&
		    s[pos + 1] == 0x80 && (s[pos + 2] | 1) == 0xA9)
			t->flags |= TF_LINE_SEP;
		pos++;
	}
	t->end = pos;
}

void
lex_regexp(struct lexer *lx, uint32_t *close_out)
{
	uint32_t start = lx->tok.pos, pos = start + 1, n;
	const unsigned char *s = (const unsigned char *)lx->src;
	bool in_class = false;

	lx->tok.flags = (uint16_t)(lx->tok.flags & TF_NEWLINE);
	for (;; pos++) {
		if (pos >= lx->len || lex_is(s[pos], LC_EOL))
			break;
		if (s[pos] == 0xE2 && lx->len - pos >= 3 &&
		    s[pos + 1] == 0x80 && (s[pos + 2] | 1) == 0xA9)
			break;
		if (s[pos] >= 0x80)
			lx->tok.flags |= TF_NON_ASCII;
		if (s[pos] == '/' && !in_class) {
			*close_out = pos++;
			while (lex_is_id_part(lx, pos, &n))
				pos += n;
			if (lex_at(lx, pos) == '\\')
				unit_fail(lx->unit, start, pos,
				    "Invalid regular expression flags");
			lx->tok.end = pos;
			return;
		}
		if (s[pos] == '[') {
			in_class = true;
		} else if (s[pos] == ']') {
			in_class = false;
		} else if (s[pos] == '\\') {
			pos++;
			if (pos < lx->len && lex_is(s[pos], LC_EOL))
				break;
			/* A separator U+2028 is met by the next round. */
			if (pos < lx->len && s[pos] >= 0x80)
				pos--;
		}
	}
	unit_fail(lx->unit, start, pos < lx->len ? pos : lx->len,
	    "Invalid regular expression: missing /");
}

bool
lex_lit_unicode_escape(const struct lexer *lx, uint32_t pos, uint32_t *c_out,
    uint32_t *end_out)
{
	uint32_t c = 0, start = pos;
	int v, i;

	if (lex_at(lx, pos) == '{') {
		for (pos++; (v = hex_value(lex_at(lx, pos))) >= 0; pos++) {
			c = c << 4 | (uint32_t)v;
			if (c > 0x10FFFF)
				break;
		}
		*end_out = pos;
		if (lex_at(lx, pos) != '}' || pos == start + 1 || v >= 0)
			return false;
		*end_out = pos + 1;
		*c_out = c;
		return true;
	}
	for (i = 0; i < 4; i++, pos++) {
		if ((v = hex_value(lex_at(lx, pos))) < 0)
			break;
		c = c << 4 | (uint32_t)v;
	}
	*end_out = pos;
	*c_out = c;
	return i == 4;
}

size_t
lex_lit_name_room(const struct lexer *lx, uint32_t pos)
{
	uint32_t start = pos;

	/* The cooked form is never longer than its spelling. */
	for (; pos < lx->len; pos++) {
		unsigned char c = (unsigned char)lx->src[pos];

		if (!lex_is(c, LC_ID_PART) && c < 0x80 && c != '\\' &&
		    c != '{' && c != '}')
			break;
	}
	return pos - start + 4;
}

/*
 * Digits with separators from POS on; returns the end. There is at least one
 * digit, or the number is malformed.
 */
static uint32_t
lex_digits(struct lexer *lx, uint32_t pos, unsigned int radix, bool optional)
{
	uint32_t start = pos;
	unsigned char c;
	int v;

	for (;; pos++) {
		c = lex_at(lx, pos);
		if (c == '_') {
			lx->tok.flags |= TF_SEPARATOR;
			if (pos == start)
				unit_fail(lx->unit, pos, pos + 1, BAD_TOKEN);
			if (lex_at(lx, pos + 1) == '_')
				unit_fail(lx->unit, pos + 1, pos + 2,
				    "Only one underscore is allowed as numeric "
				    "separator");
			v = hex_value(lex_at(lx, pos + 1));
			if (v < 0 || v >= (int)radix)
				unit_fail(lx->unit, pos + 1, pos + 2,
				    "Numeric separators are not allowed at the "
				    "end of numeric literals");
			continue;
		}
		v = hex_value(c);
		if (v < 0 || v >= (int)radix)
			break;
	}
	if (pos == start && !optional)
		unit_fail(lx->unit, lx->tok.pos, pos + 1, BAD_TOKEN);
	return pos;
}

/* 0x, 0o, 0b and their digits. */
static uint32_t
lex_radix_number(struct lexer *lx, uint32_t pos)
{
	unsigned char c = lex_at(lx, pos + 1) | 0x20;

	return lex_digits(lx, pos + 2, c == 'x' ? 16 : c == 'o' ? 8 : 2, false);
}

/* 017 is octal, 08 and 08.5 are decimal; strict code forbids them all. */
static uint32_t
lex_legacy_number(struct lexer *lx, uint32_t pos)
{
	lx->tok.flags |= TF_OCTAL;
	for (; lex_is(lex_at(lx, pos), LC_DIGIT); pos++)
		if (lex_at(lx, pos) >= '8')
			lx->tok.flags |= TF_LEADING_ZERO;
	if (lex_at(lx, pos) == '_')
		unit_fail(lx->unit, pos, pos + 1, LEADING_SEPARATOR);
	if ((lx->tok.flags & TF_LEADING_ZERO) != 0)
		pos = lex_decimal_tail(lx, pos);
	return pos;
}

/* Fraction and exponent, if any. */
static uint32_t
lex_decimal_tail(struct lexer *lx, uint32_t pos)
{
	unsigned char c;

	if (lex_at(lx, pos) == '.')
		pos = lex_digits(lx, pos + 1, 10, true);
	if ((lex_at(lx, pos) | 0x20) == 'e') {
		c = lex_at(lx, pos + 1);
		pos += c == '+' || c == '-' ? 2 : 1;
		pos = lex_digits(lx, pos, 10, false);
	}
	return pos;
}

/* Check the escape at POS (the backslash); returns the offset behind it. */
static uint32_t
lex_string_escape(struct lexer *lx, uint32_t pos)
{
	unsigned char c = lex_at(lx, pos + 1);
	uint32_t end, ch;

	switch (c) {
	case 'u':
		if (!lex_lit_unicode_escape(lx, pos + 2, &ch, &end))
			unit_fail(lx->unit, pos, end, BAD_UNICODE);
		return end;
	case 'x':
		if (hex_value(lex_at(lx, pos + 2)) < 0 ||
		    hex_value(lex_at(lx, pos + 3)) < 0)
			unit_fail(lx->unit, pos, pos + 2, BAD_HEX);
		return pos + 4;
	case '0':
		if (lex_is(lex_at(lx, pos + 2), LC_DIGIT))
			lx->tok.flags |= TF_OCTAL;
		return pos + 2;
	case '\r':
		return pos + (lex_at(lx, pos + 2) == '\n' ? 3 : 2);
	default:
		if (c >= '1' && c <= '7')
			lx->tok.flags |= TF_OCTAL;
		else if (c == '8' || c == '9')
			lx->tok.flags |= TF_LEADING_ZERO;
		/* A multi-byte character is read by the caller. */
		return pos + (c >= 0x80 ? 1 : 2);
	}
}

/* Whether the escape at POS has a cooked value. */
static bool
lex_chunk_escape(struct lexer *lx, uint32_t pos, uint32_t *end_out)
{
	unsigned char c = lex_at(lx, pos + 1);
	uint32_t ch;

	*end_out = pos + (c >= 0x80 || pos + 1 >= lx->len ? 1 : 2);
	switch (c) {
	case 'u':
		return lex_lit_unicode_escape(lx, pos + 2, &ch, end_out);
	case 'x':
		return hex_value(lex_at(lx, pos + 2)) >= 0 &&
		       hex_value(lex_at(lx, pos + 3)) >= 0;
	case '0':
		return !lex_is(lex_at(lx, pos + 2), LC_DIGIT);
	default:
		return c < '1' || c > '9';
	}
}

struct lang_str
unit_string_value(struct lang_unit *u, uint32_t node)
{
	const struct ast_node *n = ast_node(&u->ast, node);
	bool chunk = n->kind == AST_CHUNK;
	uint32_t pos = n->pos + !chunk, end = n->end - !chunk, high = 0;
	const char *s = u->src;
	size_t len = 0, step;
	char *to;

	if ((n->flags & AF_ESCAPE) == 0 &&
	    (!chunk || memchr(s + pos, '\r', end - pos) == NULL))
		return (struct lang_str){s + pos, end - pos};
	to = arena_alloc(&u->arena, (size_t)(end - pos) + 4);
	while (pos < end) {
		if (s[pos] == '\\') {
			pos +=
			    (uint32_t)cook_escape(u, pos, end, to, &len, &high);
			continue;
		}
		high = 0;
		step = 1;
		to[len++] = s[pos];
		if (chunk && s[pos] == '\r') {
			to[len - 1] = '\n';
			if (pos + 1 < end && s[pos + 1] == '\n')
				step = 2;
		}
		pos += (uint32_t)step;
	}
	return (struct lang_str){to, len};
}

/*
 * Append the value of the escape at POS to TO, joining a low surrogate with
 * the high one just before it (HIGH: that one, or 0). Returns the length of
 * its spelling.
 */
static size_t
cook_escape(const struct lang_unit *u, uint32_t pos, uint32_t end, char *to,
    size_t *len, uint32_t *high)
{
	static const char from[] = "bfnrtv", value[] = "\b\f\n\r\t\v";
	struct lexer lx = {.src = u->src, .len = end};
	unsigned char c = lex_at(&lx, pos + 1);
	const char *simple;
	uint32_t ch = c, stop = pos + 2;
	unsigned int n;

	if (c == 'u') {
		if (!lex_lit_unicode_escape(&lx, pos + 2, &ch, &stop))
			ch = 0xFFFD;
	} else if (c == 'x') {
		ch = (uint32_t)(hex_value(lex_at(&lx, pos + 2)) << 4 |
				hex_value(lex_at(&lx, pos + 3)));
		stop = pos + 4;
	} else if (c >= '0' && c <= '7') {
		ch = c - '0';
		while (stop < pos + (c <= '3' ? 4 : 3) &&
		       lex_at(&lx, stop) >= '0' && lex_at(&lx, stop) <= '7')
			ch = ch << 3 | (uint32_t)(lex_at(&lx, stop++) - '0');
	} else if (c == '\r' || c == '\n') {
		*high = 0;
		return c == '\r' && lex_at(&lx, pos + 2) == '\n' ? 3 : 2;
	} else if (c >= 0x80) {
		ch = unicode_decode(u->src + pos + 1, &n);
		stop = pos + 1 + n;
		if (ch == 0x2028 || ch == 0x2029) {
			*high = 0;
			return stop - pos;
		}
	} else if (c != '\0' && (simple = strchr(from, c)) != NULL) {
		ch = (uint32_t)value[simple - from];
	}
	if (ch >= 0xDC00 && ch <= 0xDFFF && *high != 0) {
		*len -= 3;
		ch = 0x10000 + ((*high - 0xD800) << 10) + (ch - 0xDC00);
	}
	*high = ch >= 0xD800 && ch <= 0xDBFF ? ch : 0;
	*len += unicode_encode(to + *len, ch);
	return stop - pos;
}

double
unit_number_value(const struct lang_unit *u, uint32_t node)
{
	const struct ast_node *n = ast_node(&u->ast, node);
	uint32_t pos = n->pos, i;
	unsigned int shift = 0;
	char c = '\0';

	if (u->src[pos] == '0' && n->end - pos > 2)
		c = (char)(u->src[pos + 1] | 0x20);
	if (c == 'x' || c == 'o' || c == 'b') {
		shift = c == 'x' ? 4 : c == 'o' ? 3 : 1;
		pos += 2;
	} else if ((n->flags & AF_LEGACY_OCTAL) != 0) {
		shift = 3;
		for (i = pos; i < n->end; i++)
			if (u->src[i] >= '8' || u->src[i] == '.')
				shift = 0;
	}
	return shift == 0 ? decimal_value(u->src + pos, n->end - pos)
			  : radix_value(u->src + pos, n->end - pos, shift);
}

/* Digits of SHIFT bits each, rounded to the nearest double. */
static double
radix_value(const char *s, size_t len, unsigned int shift)
{
	uint64_t mantissa = 0, sticky = 0;
	int exponent = 0, v;
	size_t i;

	for (i = 0; i < len; i++) {
		if ((v = hex_value((unsigned char)s[i])) < 0)
			continue; /* a separator */
		if (mantissa >> 60 == 0) {
			mantissa = mantissa << shift | (uint64_t)v;
		} else {
			exponent = MIN(exponent + (int)shift, 4096);
			sticky |= v != 0;
		}
	}
	return ldexp((double)(mantissa | sticky), exponent);
}

/* strtod() without separators; what follows 800 digits cannot matter. */
static double
decimal_value(const char *s, size_t len)
{
	char text[1200];
	size_t i, n = 0;
	long exponent = 0;
	bool fraction = false;

	for (i = 0; i < len && (s[i] | 0x20) != 'e'; i++) {
		if (s[i] == '_')
			continue;
		if (s[i] == '.') {
			fraction = true;
		} else if (n < 1100) {
			text[n++] = s[i];
			exponent -= fraction;
		} else {
			exponent += !fraction;
		}
	}
	if (i < len)
		exponent += decimal_exponent(s + i + 1, len - i - 1);
	snprintf(text + n, sizeof text - n, "e%ld", exponent);
	return strtod(text, NULL);
}

static long
decimal_exponent(const char *s, size_t len)
{
	bool negative = len > 0 && *s == '-';
	long value = 0;
	size_t i;

	for (i = 0; i < len; i++)
		if (s[i] >= '0' && s[i] <= '9' && value < 1000000000L)
			value = value * 10 + (s[i] - '0');
	return negative ? -value : value;
}
