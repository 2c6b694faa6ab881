/*
 * The bump allocator of the front-end.
 *
 * Runs in: worker (and the development tools).
 * Owns:    a list of malloc'd blocks, doubling from 16 KiB to 1 MiB.
 * Never:   exceeds its cap; the caller's on_limit() leaves instead.
 */
#include "config.h"

#include "worker/lang/arena.h"

#include <stdlib.h>
#include <string.h>

#include "base/util.h"

#define ARENA_BLOCK_MIN ((size_t)16 << 10)
#define ARENA_BLOCK_MAX ((size_t)1 << 20)
#define ARENA_ALIGN sizeof(void *)

struct arena_block {
	struct arena_block *next;
	size_t size;
};

static void arena_add_block(struct arena *a, size_t size);

void
arena_init(struct arena *a, size_t max_bytes,
    void (*on_limit)(void *arg) __attribute__((noreturn)), void *limit_arg)
{
	memset(a, 0, sizeof *a);
	a->max_bytes = max_bytes;
	a->on_limit = on_limit;
	a->limit_arg = limit_arg;
}

void
arena_clear(struct arena *a)
{
	struct arena_block *b, *next;

	for (b = a->blocks; b != NULL; b = next) {
		next = b->next;
		free(b);
	}
	a->blocks = NULL;
	a->at = a->end = NULL;
	a->used_bytes = 0;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	void *p;

	if (size > a->max_bytes)
		a->on_limit(a->limit_arg);
	size = (size + ARENA_ALIGN - 1) & ~(ARENA_ALIGN - 1);
	if (size > (size_t)(a->end - a->at))
		arena_add_block(a, size);
	p = a->at;
	a->at += size;
	return p;
}

void *
arena_zalloc(struct arena *a, size_t n, size_t size)
{
	size_t bytes;
	void *p;

	if (__builtin_mul_overflow(n, size, &bytes))
		a->on_limit(a->limit_arg);
	p = arena_alloc(a, bytes);
	memset(p, 0, bytes);
	return p;
}

char *
arena_strdup(struct arena *a, const char *p, size_t len)
{
	char *s;

	s = arena_alloc(a, len + 1);
	if (len > 0)
		memcpy(s, p, len);
	s[len] = '\0';
	return s;
}

void *
arena_grow(struct arena *a, void *old, uint32_t n, uint32_t *cap, size_t size)
{
	uint32_t want;
	size_t bytes;
	void *p;

	if (n < *cap)
		return old;
	if (*cap > UINT32_MAX / 2)
		a->on_limit(a->limit_arg);
	want = *cap == 0 ? 16 : *cap * 2;
	if (__builtin_mul_overflow((size_t)want, size, &bytes))
		a->on_limit(a->limit_arg);
	p = arena_alloc(a, bytes);
	if (n > 0)
		memcpy(p, old, n * size);
	*cap = want;
	return p;
}

/*
 * Start a block with room for SIZE bytes. What is left of the current one is
 * lost, unless SIZE is so large that it gets a block of its own.
 */
static void
arena_add_block(struct arena *a, size_t size)
{
	struct arena_block *b;
	size_t room;

	room = MAX(MIN(MAX(a->used_bytes, ARENA_BLOCK_MIN), ARENA_BLOCK_MAX),
	    size);
	if (room > a->max_bytes - a->used_bytes)
		room = size;
	if (room > a->max_bytes - a->used_bytes ||
	    (b = malloc(sizeof *b + room)) == NULL)
		a->on_limit(a->limit_arg);
	b->size = room;
	b->next = a->blocks;
	a->blocks = b;
	a->used_bytes += room;
	a->at = (char *)(b + 1);
	a->end = a->at + room;
}
