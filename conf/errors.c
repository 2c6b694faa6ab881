/*
 * The findings of one load: kept until all of them can be shown.
 *
 * Runs in: supervisor.
 * Owns:    the texts.
 */
#include "config.h"

#include "conf/errors.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "conf/ini.h"

/* A message quotes user text; one that is longer is cut. */
#define ERRORS_TEXT_MAX 1024

void
conf_errors_init(struct conf_errors *errors)
{
	*errors = (struct conf_errors){.n = 0};
}

void
conf_errors_clear(struct conf_errors *errors)
{
	int saved = errno;
	size_t i;

	for (i = 0; i < CONF_ERRORS_MAX; i++)
		free(errors->lines[i]);
	conf_errors_init(errors);
	errno = saved;
}

void
conf_errors_each(const struct conf_errors *errors,
    void (*line)(void *arg, const char *text), void *arg)
{
	char more[64];
	size_t i;

	for (i = 0; i < errors->n && i < CONF_ERRORS_MAX; i++)
		line(arg, errors->lines[i]);
	if (errors->n > CONF_ERRORS_MAX) {
		snprintf(more, sizeof more, "and %zu more",
		    errors->n - CONF_ERRORS_MAX);
		line(arg, more);
	}
}

void
conf_errors_vadd(struct conf_errors *errors, const struct conf_at *at,
    const char *fmt, va_list ap)
{
	char text[ERRORS_TEXT_MAX], *s, *end;
	size_t n;

	if (errors->n++ >= CONF_ERRORS_MAX)
		return;
	vsnprintf(text, sizeof text, fmt, ap);
	end = text + strlen(text);
	for (s = text; s < end; s += n) {
		n = ini_utf8_len(s, (size_t)(end - s));
		if (n == 0 || (unsigned char)*s < 0x20 || *s == 0x7f) {
			*s = '?';
			n = 1;
		}
	}
	if (at == NULL)
		s = xstrdup(text);
	else if (at->line == 0)
		s = xasprintf("%s: %s", at->file, text);
	else
		s = xasprintf("%s:%u: %s", at->file, at->line, text);
	errors->lines[errors->n - 1] = s;
}

void
conf_errors_add(struct conf_errors *errors, const struct conf_at *at,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	conf_errors_vadd(errors, at, fmt, ap);
	va_end(ap);
}
