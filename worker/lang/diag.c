/*
 * Diagnostics: a message, a place, and the source line with a caret.
 *
 * Runs in: worker (and the development tools).
 */
#include "config.h"

#include "worker/lang/diag.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "base/xmalloc.h"

/* Bytes of a long line that are shown before and behind the place. */
#define DIAG_BEFORE 60U
#define DIAG_AFTER 60U

static size_t diag_eol(const char *src, size_t len, size_t pos);
static uint32_t diag_chars(const char *s, size_t len);
static void diag_line(struct lang_diag *diag, const char *line, size_t len,
    size_t at, size_t width);

void
lang_diag_init(struct lang_diag *diag)
{
	memset(diag, 0, sizeof *diag);
}

void
lang_diag_clear(struct lang_diag *diag)
{
	free(diag->message);
	free(diag->file);
	free(diag->line_text);
	lang_diag_init(diag);
}

const char *
lang_diag_kind_name(enum lang_diag_kind kind)
{
	switch (kind) {
	case LANG_SYNTAX_ERROR:
		return "SyntaxError";
	case LANG_REFERENCE_ERROR:
		return "ReferenceError";
	case LANG_RANGE_ERROR:
		return "RangeError";
	}
	return "Error";
}

void
lang_diag_set(struct lang_diag *diag, enum lang_diag_kind kind,
    const char *file, const char *src, size_t len, uint32_t pos, uint32_t end,
    const char *message)
{
	size_t at = 0, eol;
	uint32_t line = 1;

	if (pos > len)
		pos = (uint32_t)len;
	if (end > len)
		end = (uint32_t)len;
	while ((eol = diag_eol(src, len, at)) < pos) {
		at = eol + 1;
		if (src[eol] == '\r' && at < len && src[at] == '\n')
			at++;
		else if ((unsigned char)src[eol] == 0xE2)
			at = eol + 3;
		if (at > pos) { /* POS is within a CR LF */
			at = pos;
			break;
		}
		line++;
	}
	lang_diag_clear(diag);
	diag->kind = kind;
	diag->message = xstrdup(message);
	diag->file = xstrdup(file != NULL ? file : "");
	diag->line = line;
	diag->column = diag_chars(src + at, pos - at) + 1;
	diag_line(diag, src + at, diag_eol(src, len, at) - at, pos - at,
	    end > pos ? end - pos : 1);
}

char *
lang_diag_format(const struct lang_diag *diag)
{
	char *spaces, *carets, *s;
	uint32_t i;

	spaces = xcalloc((size_t)diag->caret + 1, 1);
	for (i = 0; i < diag->caret; i++)
		spaces[i] = ' ';
	for (i = 0; diag->line_text[i] != '\0' && i < diag->caret; i++)
		if (diag->line_text[i] == '\t')
			spaces[i] = '\t';
	carets = xcalloc((size_t)diag->width + 1, 1);
	memset(carets, '^', diag->width);
	s = xasprintf("%s:%u:%u: %s: %s\n%s\n%s%s", diag->file, diag->line,
	    diag->column, lang_diag_kind_name(diag->kind), diag->message,
	    diag->line_text, spaces, carets);
	free(spaces);
	free(carets);
	return s;
}

/* The offset of the line terminator at or behind POS; LEN when none. */
static size_t
diag_eol(const char *src, size_t len, size_t pos)
{
	for (; pos < len; pos++) {
		if (src[pos] == '\n' || src[pos] == '\r')
			break;
		if ((unsigned char)src[pos] == 0xE2 && len - pos >= 3 &&
		    (unsigned char)src[pos + 1] == 0x80 &&
		    ((unsigned char)src[pos + 2] | 1) == 0xA9)
			break;
	}
	return pos;
}

/* Characters in LEN bytes of UTF-8. */
static uint32_t
diag_chars(const char *s, size_t len)
{
	uint32_t n = 0;
	size_t i;

	for (i = 0; i < len; i++)
		n += ((unsigned char)s[i] & 0xC0) != 0x80;
	return n;
}

/* Cut the line of LEN bytes to a window round the offset AT. */
static void
diag_line(struct lang_diag *diag, const char *line, size_t len, size_t at,
    size_t width)
{
	size_t first = 0, last = len, i;

	if (len > DIAG_BEFORE + DIAG_AFTER) {
		if (at > DIAG_BEFORE)
			first = at - DIAG_BEFORE;
		last = MIN(len, MAX(at, first) + DIAG_AFTER);
		while (first < at &&
		       ((unsigned char)line[first] & 0xC0) == 0x80)
			first++;
		while (last > at && last < len &&
		       ((unsigned char)line[last] & 0xC0) == 0x80)
			last--;
	}
	diag->line_text = xmemdup(line + first, last - first);
	for (i = 0; i < last - first; i++)
		if ((unsigned char)diag->line_text[i] < ' ' &&
		    diag->line_text[i] != '\t')
			diag->line_text[i] = ' ';
	diag->caret = diag_chars(line + first, at - first);
	diag->width = 1;
	if (at < last)
		diag->width =
		    MAX(1, diag_chars(line + at, MIN(width, last - at)));
}
