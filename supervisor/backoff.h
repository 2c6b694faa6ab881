#ifndef SUPERVISOR_BACKOFF_H
#define SUPERVISOR_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

/*
 * How long to wait before something that crashes is started again. Pure: no
 * clock, no timer. Zero-initialised.
 */
struct backoff {
	unsigned int nstrikes; /* crashes in a row after short lives */
	unsigned int nquarantines;
};

/* A life this long wipes out earlier crashes. */
#define BACKOFF_HEALTHY_MS 10000
/* This many strikes put a worker in quarantine. */
#define BACKOFF_STRIKES 5

/* It crashed after LIVED_MS. Returns the time to wait, 0 for none. */
uint64_t backoff_crashed(struct backoff *b, uint64_t lived_ms);

/* The last crash began a quarantine. */
bool backoff_is_quarantine(const struct backoff *b);

void backoff_reset(struct backoff *b);

#endif
