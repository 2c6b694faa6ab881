#ifndef CONF_NAMES_H
#define CONF_NAMES_H

#include <stddef.h>

#include "conf/pool.h"

/* A set of names, each with an index: to find duplicates and references. */
struct names {
	struct names_slot *slots; /* arena of the pool */
	size_t nslots;            /* a power of two, or 0 */
	size_t n;
};

/*
 * Enter NAME (held: it lives as long as the set) with INDEX. Returns the index
 * under which it was known before, or CONF_NONE when it is new.
 */
size_t names_put(struct names *names, struct conf_pool *pool, const char *name,
    size_t index);

/* The index of NAME, or CONF_NONE. */
size_t names_find(const struct names *names, const char *name);

/*
 * How many single edits (insert, delete, change, swap of neighbours, case)
 * make A into B; more than LIMIT is reported as LIMIT + 1.
 */
size_t names_distance(const char *a, const char *b, size_t limit);

/*
 * Remembers the nearest name seen: start from { NULL, 0 }, offer every
 * candidate, then look at `name` (NULL: nothing is near enough).
 */
struct names_nearest {
	const char *name;
	size_t distance;
};
void names_offer(struct names_nearest *nearest, const char *wanted,
    const char *candidate);

#endif
