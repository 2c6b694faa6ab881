/*
 * Memory of one configuration: freed, and wiped, all at once.
 *
 * Runs in: supervisor.
 * Owns:    the blocks handed out.
 */
#include "config.h"

#include "conf/pool.h"

#include <errno.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "base/util.h"
#include "base/xmalloc.h"

/* Small objects share blocks of this size; larger ones get their own. */
#define POOL_BLOCK_BYTES 16384
#define POOL_ALIGN alignof(max_align_t)

struct block {
	struct block *next;
	size_t size;
	size_t used;
	alignas(POOL_ALIGN) unsigned char data[];
};

struct conf_pool {
	struct block *blocks; /* the first one is the one being filled */
};

struct conf_pool *
pool_new(void)
{
	return xcalloc(1, sizeof(struct conf_pool));
}

void
pool_free(struct conf_pool **pool)
{
	int saved = errno;
	struct block *b, *next;

	if (*pool == NULL)
		return;
	for (b = (*pool)->blocks; b != NULL; b = next) {
		next = b->next;
		sodium_memzero(b->data, b->used);
		free(b);
	}
	free(*pool);
	*pool = NULL;
	errno = saved;
}

void *
pool_alloc(struct conf_pool *pool, size_t size)
{
	struct block *b = pool->blocks;
	size_t room;
	void *p;

	ASSERT(size <= SIZE_MAX / 2);
	size = (size + POOL_ALIGN - 1) & ~(POOL_ALIGN - 1);
	if (b == NULL || b->size - b->used < size) {
		room = MAX(size, POOL_BLOCK_BYTES);
		b = xcalloc(1, sizeof *b + room);
		b->size = room;
		if (pool->blocks != NULL && size > POOL_BLOCK_BYTES / 2) {
			/* keep filling the block in front */
			b->next = pool->blocks->next;
			pool->blocks->next = b;
		} else {
			b->next = pool->blocks;
			pool->blocks = b;
		}
	}
	p = b->data + b->used;
	b->used += size;
	return p;
}

char *
pool_memdup(struct conf_pool *pool, const void *p, size_t len)
{
	char *copy = pool_alloc(pool, len + 1);

	if (len > 0)
		memcpy(copy, p, len);
	return copy;
}

char *
pool_strdup(struct conf_pool *pool, const char *s)
{
	return pool_memdup(pool, s, strlen(s));
}

char *
pool_printf(struct conf_pool *pool, const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	ASSERT(n >= 0);
	s = pool_alloc(pool, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(s, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return s;
}

void *
pool_grow(struct conf_pool *pool, void *array, size_t n, size_t size)
{
	size_t room;
	void *bigger;

	/* The room is the next power of two, so N tells when it is full. */
	if (n != 0 && (n & (n - 1)) != 0)
		return array;
	room = n == 0 ? 1 : n * 2;
	ASSERT(size != 0 && room <= SIZE_MAX / 2 / size);
	bigger = pool_alloc(pool, room * size);
	if (n > 0)
		memcpy(bigger, array, n * size);
	return bigger;
}
