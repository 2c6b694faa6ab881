/*
 * Writing JSON.
 *
 * Runs in: supervisor.
 */
#include "config.h"

#include "supervisor/json.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/util.h"

#define FORMAT_MAX 256

void
json_text(struct buf *b, const char *text)
{
	buf_put(b, text, strlen(text));
}

void
json_format(struct buf *b, const char *fmt, ...)
{
	char text[FORMAT_MAX];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (n > 0)
		buf_put(b, text, MIN((size_t)n, sizeof text - 1));
}

void
json_string(struct buf *b, const char *s)
{
	buf_put_u8(b, '"');
	json_put_escaped(b, s, strlen(s));
	buf_put_u8(b, '"');
}
