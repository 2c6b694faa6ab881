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
	e->html = unit->options.kind != LANG_MODULE &&
		  (memmem(unit->src, unit->len, "-->", 3) != NULL ||
		      memmem(unit->src, unit->len, "<!--", 4) != NULL);
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
	if (len > run) /* an empty text may be no pointer at all */
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

/* "-->" at POS begins a comment: nothing but comments before it on its line. */
static bool
emit_is_html_close(const struct emit *e, uint32_t pos)
{
	const char *s = e->src;
	bool newline;

	for (;;) {
		while (pos > 0 && (s[pos - 1] == ' ' || s[pos - 1] == '\t'))
			pos--;
		if (pos == 0 || s[pos - 1] == '\n' || s[pos - 1] == '\r')
			return true;
		if (pos < 4 || s[pos - 1] != '/' || s[pos - 2] != '*')
			return false;
		newline = false;
		for (pos -= 2; pos > 1; pos--) {
			newline |= s[pos - 1] == '\n' || s[pos - 1] == '\r';
			if (s[pos - 1] == '*' && s[pos - 2] == '/')
				break;
		}
		if (newline)
			return true;
		pos = pos > 1 ? pos - 2 : 0;
	}
}

/* Behind the comment that begins at I, or I. */
static uint32_t
emit_skip_comment(const struct emit *e, uint32_t i, uint32_t to)
{
	const char *s = e->src;
	uint32_t left = to - i;
	bool html = e->html && ((left >= 4 && memcmp(s + i, "<!--", 4) == 0) ||
				   (left >= 3 && memcmp(s + i, "-->", 3) == 0 &&
				       emit_is_html_close(e, i)));

	if (html || (left >= 2 && s[i] == '/' && s[i + 1] == '/')) {
		while (i < to && s[i] != '\n' && s[i] != '\r' &&
		       !emit_is_line_sep(s + i, to - i))
			i++;
	} else if (left >= 2 && s[i] == '/' && s[i + 1] == '*') {
		for (i += 2; i < to; i++)
			if (s[i] == '*' && i + 1 < to && s[i + 1] == '/')
				break;
		i = MIN(i + 2, to);
	}
	return i;
}

/*
 * Copy FROM..TO while the output is ahead (or, with HTML-like comments about,
 * all of it): comments go, and newlines until both are on one line. Strings
 * keep their line continuations, which is rare enough to let the lines
 * differ. Returns where it stopped: the rest can be copied plainly.
 */
static uint32_t
emit_squeeze(struct emit *e, uint32_t from, uint32_t to)
{
	const char *s = e->src;
	uint32_t i = from, line = e->cur_line, next;

	while (i < to && (e->html || line < e->line)) {
		char c = s[i];

		next = emit_skip_comment(e, i, to);
		if (next != i) {
			emit_put(e, " ", 1);
		} else if (c == '"' || c == '\'') {
			for (next = i + 1; next < to && s[next] != c;)
				next +=
				    s[next] == '\\' && next + 1 < to ? 2 : 1;
			next = MIN(next + 1, to);
			emit_put(e, s + i, next - i);
		} else if (c == '\n' || c == '\r' ||
			   emit_is_line_sep(s + i, to - i)) {
			next = i + (c == '\n' || c == '\r' ? 1 : 3);
			emit_put(e, " ", 1);
		} else {
			next = i + 1;
			emit_put(e, &c, 1);
		}
		i = next;
		while (line < e->unit->nlines && e->unit->lines[line] <= i)
			line++;
		if (line > e->line)
			emit_newlines(e, line - e->line);
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
	if (e->html || e->cur_line < e->line)
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
