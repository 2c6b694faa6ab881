/*
 * Names: who is defined, and which name was probably meant.
 *
 * Runs in: supervisor.
 */
#include "config.h"

#include "conf/names.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "base/util.h"
#include "conf/conf.h"

/* Longer names get no suggestion: the distance takes the product's time. */
#define NAMES_SUGGEST_MAX 64

struct names_slot {
	const char *name; /* NULL: free */
	size_t index;
};

static struct names_slot *
find_slot(const struct names *names, const char *name)
{
	uint64_t hash = 0xcbf29ce484222325U;
	const char *s;
	size_t i;

	for (s = name; *s != '\0'; s++)
		hash = (hash ^ (unsigned char)*s) * 0x100000001b3U;
	i = (size_t)(hash ^ (hash >> 32)) & (names->nslots - 1);
	while (names->slots[i].name != NULL &&
	       strcmp(names->slots[i].name, name) != 0)
		i = (i + 1) & (names->nslots - 1);
	return &names->slots[i];
}

static void
grow(struct names *names, struct conf_pool *pool)
{
	struct names bigger = {
	    .nslots = names->nslots ? names->nslots * 4 : 16, .n = names->n};
	size_t i;

	bigger.slots = pool_alloc(pool, bigger.nslots * sizeof *bigger.slots);
	for (i = 0; i < names->nslots; i++)
		if (names->slots[i].name != NULL)
			*find_slot(&bigger, names->slots[i].name) =
			    names->slots[i];
	*names = bigger;
}

size_t
names_put(struct names *names, struct conf_pool *pool, const char *name,
    size_t index)
{
	struct names_slot *slot;

	if (names->n >= names->nslots / 2)
		grow(names, pool);
	slot = find_slot(names, name);
	if (slot->name != NULL)
		return slot->index;
	slot->name = name;
	slot->index = index;
	names->n++;
	return CONF_NONE;
}

size_t
names_find(const struct names *names, const char *name)
{
	const struct names_slot *slot;

	if (names->nslots == 0)
		return CONF_NONE;
	slot = find_slot(names, name);
	return slot->name != NULL ? slot->index : CONF_NONE;
}

/*
 * The distance of Damerau (optimal string alignment), row by row; letters that
 * differ in case alone count as equal here, so that a caller who found no
 * exact match suggests the right spelling.
 */
size_t
names_distance(const char *a, const char *b, size_t limit)
{
	size_t rows[3][NAMES_SUGGEST_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *now = rows[2], *spare;
	size_t na = strlen(a), nb = strlen(b), i, j, best;
	int ca, cb;

	if (na > NAMES_SUGGEST_MAX || nb > NAMES_SUGGEST_MAX)
		return limit + 1;
	for (j = 0; j <= nb; j++)
		last[j] = j;
	for (i = 1; i <= na; i++) {
		now[0] = i;
		for (j = 1; j <= nb; j++) {
			ca = tolower((unsigned char)a[i - 1]);
			cb = tolower((unsigned char)b[j - 1]);
			best = last[j - 1] + (ca != cb);
			best = MIN(best, last[j] + 1);
			best = MIN(best, now[j - 1] + 1);
			if (i > 1 && j > 1 &&
			    ca == tolower((unsigned char)b[j - 2]) &&
			    cb == tolower((unsigned char)a[i - 2]))
				best = MIN(best, before[j - 2] + 1);
			now[j] = best;
		}
		spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return MIN(last[nb], limit + 1);
}

void
names_offer(struct names_nearest *nearest, const char *wanted,
    const char *candidate)
{
	size_t limit = strlen(wanted) < 5 ? 1 : strlen(wanted) / 3;
	size_t d = names_distance(wanted, candidate, limit);

	if (d > limit || (nearest->name != NULL && d >= nearest->distance))
		return;
	nearest->name = candidate;
	nearest->distance = d;
}
