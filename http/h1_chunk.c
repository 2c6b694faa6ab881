/*
 * Chunk size lines. Strict, for this is where servers have disagreed most: no
 * sign, no white space that the grammar does not give, no bare CR or LF.
 */
#include "config.h"

#include "http/h1_chunk.h"

#include <stdbool.h>
#include <string.h>

#include "http/chars.h"

enum {
	SIZE_FIRST,
	SIZE,
	BEFORE_SEMICOLON,
	AFTER_SEMICOLON,
	NAME,
	AFTER_NAME,
	AFTER_EQUALS,
	TOKEN,
	QUOTED,
	QUOTED_PAIR,
	AFTER_QUOTED,
	LF,
	BAD,
};

void
h1_chunk_init(struct h1_chunk *c)
{
	memset(c, 0, sizeof *c);
}

void
h1_chunk_next(struct h1_chunk *c)
{
	c->size = 0;
	c->line_bytes = 0;
	c->state = SIZE_FIRST;
}

static bool
is_space(uint8_t b)
{
	return b == ' ' || b == '\t';
}

/* What may follow a complete name, token or quoted string. */
static uint8_t
after_word(uint8_t b, uint8_t on_space)
{
	if (b == '\r')
		return LF;
	if (b == ';')
		return AFTER_SEMICOLON;
	return is_space(b) ? on_space : BAD;
}

static uint8_t
step_size(struct h1_chunk *c, uint8_t b)
{
	int digit = chars_hex_value(b);

	if (digit < 0)
		return c->state == SIZE ? after_word(b, BEFORE_SEMICOLON) : BAD;
	if (c->size > UINT64_MAX >> 4)
		return BAD;
	c->size = c->size << 4 | (uint64_t)digit;
	return SIZE;
}

static uint8_t
step_quoted(uint8_t state, uint8_t b)
{
	if (!chars_is(b, CHARS_VALUE))
		return BAD;
	if (state == QUOTED_PAIR)
		return QUOTED;
	if (b == '"')
		return AFTER_QUOTED;
	return b == '\\' ? QUOTED_PAIR : QUOTED;
}

static uint8_t
step(struct h1_chunk *c, uint8_t b)
{
	switch (c->state) {
	case SIZE_FIRST:
	case SIZE:
		return step_size(c, b);
	case BEFORE_SEMICOLON:
		if (b == ';')
			return AFTER_SEMICOLON;
		return is_space(b) ? BEFORE_SEMICOLON : BAD;
	case AFTER_SEMICOLON:
		if (is_space(b))
			return AFTER_SEMICOLON;
		return chars_is(b, CHARS_TOKEN) ? NAME : BAD;
	case NAME:
		if (chars_is(b, CHARS_TOKEN))
			return NAME;
		return b == '=' ? AFTER_EQUALS : after_word(b, AFTER_NAME);
	case AFTER_NAME:
		if (b == '=')
			return AFTER_EQUALS;
		if (b == ';')
			return AFTER_SEMICOLON;
		return is_space(b) ? AFTER_NAME : BAD;
	case AFTER_EQUALS:
		if (is_space(b))
			return AFTER_EQUALS;
		if (b == '"')
			return QUOTED;
		return chars_is(b, CHARS_TOKEN) ? TOKEN : BAD;
	case TOKEN:
		if (chars_is(b, CHARS_TOKEN))
			return TOKEN;
		return after_word(b, BEFORE_SEMICOLON);
	case QUOTED:
	case QUOTED_PAIR:
		return step_quoted(c->state, b);
	case AFTER_QUOTED:
		return after_word(b, BEFORE_SEMICOLON);
	default:
		return BAD;
	}
}

enum h1_chunk_result
h1_chunk_parse(struct h1_chunk *c, const uint8_t *data, size_t len,
    size_t *used_out)
{
	for (size_t i = 0; i < len; i++) {
		if (c->state == LF) {
			*used_out = i + 1;
			if (data[i] == '\n')
				return H1_CHUNK_SIZE;
			c->state = BAD;
			return H1_CHUNK_BAD;
		}
		c->state = step(c, data[i]);
		if (c->state > SIZE && c->state < LF)
			c->extension_bytes++;
		if (c->state == BAD || ++c->line_bytes > H1_CHUNK_LINE_MAX ||
		    c->extension_bytes > H1_CHUNK_EXTENSIONS_MAX) {
			c->state = BAD;
			*used_out = i;
			return H1_CHUNK_BAD;
		}
	}
	*used_out = len;
	return H1_CHUNK_MORE;
}
