/*
 * The output buffer of lowering and its line bookkeeping.
 *
 * Runs in: worker and build tools; pure memory.
 * Never:   looks at the tree.
 */
#include "config.h"

#include "worker/lang/emit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "base/xmalloc.h"
#include "worker/lang/unit.h"

/* Lowered text is a small multiple of the source; beyond it something loops. */
#define EMIT_MAX ((size_t)1 << 30)

void
emit_init(struct emit *e, struct lang_unit *unit)
{
	*e = (struct emit){.unit = unit, .src = unit->src, .line = 1};
}

void
emit_clear(struct emit *e)
{
	free(e->out);
	*e = (struct emit){.line = 1};
}

static char *
emit_room(struct emit *e, size_t n)
{
	if (e->cap - e->len < n) {
		size_t cap = e->cap != 0 ? e->cap : 256;

		if (n > EMIT_MAX || e->len + n > EMIT_MAX)
			unit_fail_limit(e->unit, e->cur, "lowered text");
		while (cap - e->len < n)
			cap *= 2;
		e->out = xreallocarray(e->out, cap, 1);
		e->cap = cap;
	}
	return e->out + e->len;
}

void
emit_put(struct emit *e, const char *s, size_t len)
{
	memcpy(emit_room(e, len), s, len);
	e->len += len;
}

void
emit_puts(struct emit *e, const char *s)
{
	emit_put(e, s, strlen(s));
}

void
emit_putu(struct emit *e, uint32_t n)
{
	char text[16];
	int len = snprintf(text, sizeof text, "%u", n);

	emit_put(e, text, (size_t)len);
}

char
emit_last(const struct emit *e)
{
	return e->len != 0 ? e->out[e->len - 1] : '\0';
}

/* U+2028 or U+2029 at P. */
static bool
emit_is_line_sep(const char *p, size_t left)
{
	return left >= 3 && (unsigned char)p[0] == 0xe2 &&
	       (unsigned char)p[1] == 0x80 &&
	       ((unsigned char)p[2] & 0xfe) == 0xa8;
}

void
emit_quote(struct emit *e, const char *s, size_t len)
{
	size_t i, run = 0;
	char esc[8];
	int n;

	emit_put(e, "\"", 1);
	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];
		bool sep = c == 0xe2 && emit_is_line_sep(s + i, len - i);

		if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f && !sep)
			continue;
		emit_put(e, s + run, i - run);
		if (sep) {
			n = snprintf(esc, sizeof esc, "\\u20%02x",
			    (unsigned)((unsigned char)s[i + 2] - 0xa8 + 0x28));
			i += 2;
		} else if (c == '"' || c == '\\') {
			n = snprintf(esc, sizeof esc, "\\%c", c);
		} else {
			n = snprintf(esc, sizeof esc, "\\x%02x", c);
		}
		emit_put(e, esc, (size_t)n);
		run = i + 1;
	}
	emit_put(e, s + run, len - run);
	emit_put(e, "\"", 1);
}

static void
emit_newlines(struct emit *e, uint32_t n)
{
	memset(emit_room(e, n), '\n', n);
	e->len += n;
	e->line += n;
}

void
emit_seek(struct emit *e, uint32_t pos)
{
	if (pos == e->cur)
		return;
	e->cur = pos;
	e->cur_line = 0;
}

void
emit_sync(struct emit *e, uint32_t pos)
{
	uint32_t line = unit_line(e->unit, pos);

	if (line > e->line)
		emit_newlines(e, line - e->line);
}

/*
 * Copy FROM..TO while the output is ahead: comments go, and newlines until
 * both are on one line. Strings keep their line continuations, which is rare
 * enough to let the lines differ. Returns where it stopped: the rest can be
 * copied plainly.
 */
static uint32_t
emit_squeeze(struct emit *e, uint32_t from, uint32_t to)
{
	const char *s = e->src;
	uint32_t i = from, line = e->cur_line;

	while (i < to && line < e->line) {
		char c = s[i];

		if (c == '"' || c == '\'') {
			uint32_t j = i + 1;

			while (j < to && s[j] != c)
				j += s[j] == '\\' && j + 1 < to ? 2 : 1;
			j = MIN(j + 1, to);
			emit_put(e, s + i, j - i);
			i = j;
		} else if (c == '/' && i + 1 < to && s[i + 1] == '/') {
			while (i < to && s[i] != '\n' && s[i] != '\r' &&
			       !emit_is_line_sep(s + i, to - i))
				i++;
		} else if (c == '/' && i + 1 < to && s[i + 1] == '*') {
			i += 2;
			while (i < to &&
			       !(s[i] == '*' && i + 1 < to && s[i + 1] == '/'))
				i++;
			i = MIN(i + 2, to);
			emit_put(e, " ", 1);
		} else {
			uint32_t n = emit_is_line_sep(s + i, to - i) ? 3 : 1;

			if (n == 3 || c == '\n' || c == '\r')
				emit_put(e, " ", 1);
			else
				emit_put(e, &c, 1);
			i += n;
		}
		while (line < e->unit->nlines && e->unit->lines[line] <= i)
			line++;
	}
	e->cur_line = line;
	return i;
}

void
emit_to(struct emit *e, uint32_t pos)
{
	const struct lang_unit *u = e->unit;
	uint32_t line;

	if (e->cur >= pos)
		return;
	if (e->cur_line == 0)
		e->cur_line = unit_line(u, e->cur);
	if (e->cur_line > e->line)
		emit_newlines(e, e->cur_line - e->line);
	else if (e->cur_line < e->line)
		e->cur = emit_squeeze(e, e->cur, pos);
	if (e->cur < pos) {
		emit_put(e, e->src + e->cur, pos - e->cur);
		line = e->cur_line;
		while (line < u->nlines && u->lines[line] <= pos)
			line++;
		/* behind a squeeze that ended early both lines agree */
		e->line += line - e->cur_line;
		e->cur_line = line;
		e->cur = pos;
	}
}
