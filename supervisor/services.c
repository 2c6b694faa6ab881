/*
 * Numbers of services.
 *
 * Runs in: supervisor.
 */
#include "config.h"

#include "supervisor/services.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "base/xmalloc.h"
#include "conf/conf.h"
#include "ipc/control.h"

struct services {
	struct conf_designator **rows; /* owned, with their strings */
	size_t n;
};

struct services *
services_new(void)
{
	return xcalloc(1, sizeof(struct services));
}

static char *
copy(const char *s)
{
	return s == NULL ? NULL : xstrdup(s);
}

/* The rows' strings are ours, whatever their type says to others. */
static void
free_text(const char *s)
{
	union {
		const char *borrowed;
		char *owned;
	} u = {.borrowed = s};

	free(u.owned);
}

void
services_free(struct services **services)
{
	struct services *s = *services;

	if (s == NULL)
		return;
	for (size_t i = 0; i < s->n; i++) {
		free_text(s->rows[i]->service);
		free_text(s->rows[i]->entrypoint);
		free_text(s->rows[i]->props);
		free(s->rows[i]);
	}
	free(s->rows);
	free(s);
	*services = NULL;
}

static bool
is_same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

uint32_t
services_number(struct services *s, const struct conf_designator *d)
{
	struct conf_designator *row;

	if (d->service == NULL)
		return CONTROL_SERVICE_NONE;
	for (size_t i = 0; i < s->n; i++)
		if (is_same_text(s->rows[i]->service, d->service) &&
		    is_same_text(s->rows[i]->entrypoint, d->entrypoint) &&
		    is_same_text(s->rows[i]->props, d->props))
			return (uint32_t)i;
	row = xcalloc(1, sizeof *row);
	row->service = copy(d->service);
	row->entrypoint = copy(d->entrypoint);
	row->props = copy(d->props);
	row->worker = CONF_NONE; /* an index of one generation only */
	s->rows = xreallocarray(s->rows, s->n + 1, sizeof *s->rows);
	s->rows[s->n] = row;
	return (uint32_t)s->n++;
}

const struct conf_designator *
services_find(const struct services *s, uint32_t number)
{
	return number < s->n ? s->rows[number] : NULL;
}
