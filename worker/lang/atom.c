/*
 * Interned names of one unit: an open hash of chains, seeded with the words
 * of keywords.def.
 *
 * Runs in: worker (and the development tools).
 * Never:   copies a name: the source or the arena holds its bytes.
 */
#include "config.h"

#include "worker/lang/atom.h"

#include <string.h>

#include "worker/lang/arena.h"

#define ATOM_BUCKETS_MIN 1024U

/* clang-format off */
static const char *const atom_fixed[] = {
	"",
#define KEYWORD(id_, text_, class_) text_,
#include "worker/lang/keywords.def"
#undef KEYWORD
};
/* clang-format on */

static uint32_t atom_hash(const char *s, size_t len);
static void atoms_rehash(struct atoms *t);

void
atoms_init(struct atoms *t, struct arena *arena)
{
	size_t i;

	memset(t, 0, sizeof *t);
	t->arena = arena;
	t->mask = ATOM_BUCKETS_MIN - 1;
	t->buckets = arena_zalloc(arena, ATOM_BUCKETS_MIN, sizeof *t->buckets);
	t->cap = ATOM_BUCKETS_MIN;
	t->table = arena_alloc(arena, t->cap * sizeof *t->table);
	memset(&t->table[0], 0, sizeof t->table[0]);
	t->table[0].s = "";
	t->count = 1;
	for (i = 1; i < ATOM_NFIXED; i++)
		atom_intern(t, atom_fixed[i], strlen(atom_fixed[i]));
}

uint32_t
atom_intern(struct atoms *t, const char *s, size_t len)
{
	return atom_intern_hashed(t, s, len, atom_hash(s, len));
}

uint32_t
atom_intern_hashed(struct atoms *t, const char *s, size_t len, uint32_t hash)
{
	uint32_t *bucket, i;
	struct atom *a;

	bucket = &t->buckets[(hash ^ hash >> 15) & t->mask];
	for (i = *bucket; i != 0; i = a->chain) {
		a = &t->table[i];
		if (a->hash == hash && a->len == len &&
		    memcmp(a->s, s, len) == 0)
			return i;
	}
	t->table =
	    arena_grow(t->arena, t->table, t->count, &t->cap, sizeof *t->table);
	i = t->count++;
	a = &t->table[i];
	*a = (struct atom){
	    .s = s, .len = (uint32_t)len, .hash = hash, .chain = *bucket};
	*bucket = i;
	if (t->count > t->mask)
		atoms_rehash(t);
	return i;
}

uint32_t
atom_find(const struct atoms *t, const char *s, size_t len)
{
	uint32_t hash = atom_hash(s, len), i;
	const struct atom *a;

	for (i = t->buckets[(hash ^ hash >> 15) & t->mask]; i != 0;
	     i = a->chain) {
		a = &t->table[i];
		if (a->hash == hash && a->len == len &&
		    memcmp(a->s, s, len) == 0)
			return i;
	}
	return 0;
}

static uint32_t
atom_hash(const char *s, size_t len)
{
	uint32_t h = ATOM_HASH_INIT;
	size_t i;

	for (i = 0; i < len; i++)
		h = atom_hash_byte(h, (unsigned char)s[i]);
	return h;
}

static void
atoms_rehash(struct atoms *t)
{
	uint32_t i, size = (t->mask + 1) * 2, *bucket;

	t->buckets = arena_zalloc(t->arena, size, sizeof *t->buckets);
	t->mask = size - 1;
	for (i = 1; i < t->count; i++) {
		bucket =
		    &t->buckets[(t->table[i].hash ^ t->table[i].hash >> 15) &
				t->mask];
		t->table[i].chain = *bucket;
		*bucket = i;
	}
}
