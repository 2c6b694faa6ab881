/*
 * Back-off and quarantine.
 *
 * Runs in: supervisor.
 */
#include "config.h"

#include "supervisor/backoff.h"

#include "base/util.h"

#define QUARANTINE_MIN_MS 10000u
#define QUARANTINE_MAX_MS 300000u

/* What a strike costs, until they are too many: the first are free, so that
 * one bad request does not delay the next. */
static const uint64_t waits_ms[BACKOFF_STRIKES - 1] = {0, 0, 100, 400};

uint64_t
backoff_crashed(struct backoff *b, uint64_t lived_ms)
{
	uint64_t ms;

	if (lived_ms >= BACKOFF_HEALTHY_MS)
		backoff_reset(b);
	b->nstrikes++;
	if (b->nstrikes < BACKOFF_STRIKES)
		return waits_ms[b->nstrikes - 1];
	ms = QUARANTINE_MIN_MS;
	for (unsigned int i = 0; i < b->nquarantines && ms < QUARANTINE_MAX_MS;
	     i++)
		ms *= 2;
	b->nquarantines++;
	return MIN(ms, QUARANTINE_MAX_MS);
}

bool
backoff_is_quarantine(const struct backoff *b)
{
	return b->nstrikes >= BACKOFF_STRIKES;
}

void
backoff_reset(struct backoff *b)
{
	b->nstrikes = 0;
	b->nquarantines = 0;
}
