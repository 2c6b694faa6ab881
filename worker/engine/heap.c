/*
 * The memory of one JavaScript heap.
 *
 * Runs in: zygote and workers.
 * Owns:    the mappings; a block is [ size class or size | bytes ], eight
 *          bytes of header.
 * Never:   zeroes, collects or throws.
 *
 * Under EIDER_SANITIZE each block is malloc's, so that the sanitizers see it.
 */
#include "config.h"

#include "worker/engine/heap.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/util.h"
#include "base/xmalloc.h"
#include "worker/engine/inner.h"

#define HEADER 8
#define PAGE 4096
#define CHUNK (512U * 1024)    /* one mapping of small blocks */
#define SMALL_MAX (32U * 1024) /* above, a mapping of its own */
#define NCHUNKS_MAX 16384
#define NCLASSES 64
#define LARGE_MARK UINT64_C(0x8000000000000000)
#define CACHE_SLOTS 8
#define CACHE_BYTES (2U * 1024 * 1024) /* kept of freed large blocks */
/* A script is being stopped: refuse what takes long to fill. */
#define STOPPED_MAX (64U * 1024)

struct block {
	uint64_t head;      /* size class, or LARGE_MARK | mapped bytes */
	struct block *next; /* while free */
};

struct large {
	void *map;
	size_t bytes;
};

struct heap {
	size_t used, peak, cap;
	bool failed;
	bool was_full; /* the same, for longer */
#ifndef EIDER_SANITIZE
	uint8_t *bump, *bump_end;
	struct block *free[NCLASSES];
	void **chunks; /* all mappings of small blocks */
	size_t nchunks;
	size_t arena_bytes;
	struct large cache[CACHE_SLOTS];
	size_t cache_bytes;
	/* large blocks in use: an intrusive list is not needed, a table is */
	struct large *larges;
	size_t nlarges, larges_size;
#else
	struct sblock *all;
#endif
};

static bool over_cap(struct heap *h, size_t add, size_t sub);
static void account(struct heap *h, size_t add, size_t sub);

void
heap_set_cap(struct heap *h, size_t cap)
{
	h->cap = cap;
}

bool
heap_take_failed(struct heap *h)
{
	bool f = h->failed;

	h->failed = false;
	return f;
}

size_t
heap_used(const struct heap *h)
{
	return h->used;
}

size_t
heap_peak(const struct heap *h)
{
	return h->peak;
}

void
heap_reset_peak(struct heap *h)
{
	h->peak = h->used;
}

const size_t *
heap_used_ptr(const struct heap *h)
{
	return &h->used;
}

bool
heap_was_full(const struct heap *h)
{
	return h->was_full;
}

void
heap_forget_full(struct heap *h)
{
	h->was_full = false;
}

/* Would ADD more and SUB fewer bytes pass the cap? Remembers it if so. */
static bool
over_cap(struct heap *h, size_t add, size_t sub)
{
	if (add > STOPPED_MAX && *inner_kill_flag())
		return true;
	if (add <= sub || add - sub <= h->cap - MIN(h->used, h->cap))
		return false;
	h->failed = h->was_full = true;
	return true;
}

static void
account(struct heap *h, size_t add, size_t sub)
{
	h->used = h->used + add - sub;
	if (h->used > h->peak)
		h->peak = h->used;
}

#ifndef EIDER_SANITIZE

static struct heap *heap_init(size_t cap);
static bool more(struct heap *h, size_t bytes);
static void *large_alloc(struct heap *h, size_t size);
static void large_release(struct heap *h, struct block *b);
static void *large_realloc(struct heap *h, struct block *b, size_t size);

/*
 * Size classes: 16-byte steps to 512, then four per doubling. The header is
 * counted in.
 */
static unsigned int
class_of(size_t total)
{
	unsigned int shift;

	if (total <= 512)
		return (unsigned int)((total + 15) / 16);
	/* 513..640, ..768, ..896, ..1024, then twice as wide each */
	shift = 63U - (unsigned int)__builtin_clzll(total - 1); /* >= 9 */
	return 33 + (shift - 9) * 4 +
	       (unsigned int)(((total - 1) >> (shift - 2)) & 3);
}

static size_t
class_bytes(unsigned int c)
{
	unsigned int shift, q;

	if (c <= 32)
		return (size_t)c * 16;
	shift = (c - 33) / 4 + 9;
	q = (c - 33) % 4;
	return ((size_t)1 << shift) + ((size_t)(q + 1) << (shift - 2));
}

struct heap *
heap_new(size_t cap)
{
	struct heap *h = heap_init(cap);

	ASSERT(class_of(SMALL_MAX + HEADER) < NCLASSES);
	return h;
}

static struct heap *
heap_init(size_t cap)
{
	struct heap *h = xcalloc(1, sizeof *h);

	h->cap = cap;
	h->chunks = xcalloc(NCHUNKS_MAX, sizeof *h->chunks);
	return h;
}

void
heap_free(struct heap **hp)
{
	struct heap *h = *hp;
	size_t i;

	if (h == NULL)
		return;
	for (i = 0; i < h->nchunks; i++)
		munmap(h->chunks[i], CHUNK);
	for (i = 0; i < h->nlarges; i++)
		munmap(h->larges[i].map, h->larges[i].bytes);
	for (i = 0; i < CACHE_SLOTS; i++)
		if (h->cache[i].map != NULL)
			munmap(h->cache[i].map, h->cache[i].bytes);
	free(h->chunks);
	free(h->larges);
	free(h);
	*hp = NULL;
}

/* One more mapping to cut small blocks from. */
static bool
more(struct heap *h, size_t bytes)
{
	void *p;

	/* fragmentation may take as much again as the cap, not more */
	if (h->nchunks == NCHUNKS_MAX ||
	    h->arena_bytes > h->cap + h->cap / 2 + 4 * CHUNK) {
		h->failed = h->was_full = true;
		return false;
	}
	/* what is left of the old one becomes free blocks */
	while ((size_t)(h->bump_end - h->bump) >= 32) {
		size_t left = (size_t)(h->bump_end - h->bump);
		unsigned int c = class_of(MIN(left, (size_t)SMALL_MAX));
		struct block *b = (struct block *)(void *)h->bump;

		while (class_bytes(c) > left)
			c--;
		b->head = c;
		b->next = h->free[c];
		h->free[c] = b;
		h->bump += class_bytes(c);
	}
	p = mmap(NULL, CHUNK, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED) {
		h->failed = h->was_full = true;
		return false;
	}
	h->chunks[h->nchunks++] = p;
	h->arena_bytes += CHUNK;
	h->bump = p;
	h->bump_end = h->bump + CHUNK;
	return bytes <= CHUNK;
}

void *
heap_alloc(struct heap *h, size_t size)
{
	struct block *b;
	unsigned int c;
	size_t bytes;

	if (size == 0)
		return NULL;
	if (size > SMALL_MAX)
		return large_alloc(h, size);
	c = class_of(size + HEADER);
	bytes = class_bytes(c);
	if (over_cap(h, bytes, 0))
		return NULL;
	b = h->free[c];
	if (b != NULL) {
		h->free[c] = b->next;
	} else {
		if ((size_t)(h->bump_end - h->bump) < bytes && !more(h, bytes))
			return NULL;
		b = (struct block *)(void *)h->bump;
		h->bump += bytes;
		b->head = c;
	}
	account(h, bytes, 0);
	return (uint8_t *)b + HEADER;
}

void
heap_release(struct heap *h, void *p)
{
	struct block *b;
	unsigned int c;

	if (p == NULL)
		return;
	b = (struct block *)(void *)((uint8_t *)p - HEADER);
	if (b->head & LARGE_MARK) {
		large_release(h, b);
		return;
	}
	c = (unsigned int)b->head;
	ASSERT(c < NCLASSES);
	b->next = h->free[c];
	h->free[c] = b;
	account(h, 0, class_bytes(c));
}

void *
heap_realloc(struct heap *h, void *p, size_t size)
{
	struct block *b;
	size_t old;
	void *q;

	if (p == NULL)
		return heap_alloc(h, size);
	if (size == 0) {
		heap_release(h, p);
		return NULL;
	}
	b = (struct block *)(void *)((uint8_t *)p - HEADER);
	if (b->head & LARGE_MARK) {
		old = (size_t)(b->head & ~LARGE_MARK) - HEADER;
		if (size > SMALL_MAX)
			return large_realloc(h, b, size);
	} else {
		if (size <= SMALL_MAX &&
		    class_of(size + HEADER) == (unsigned int)b->head)
			return p;
		old = class_bytes((unsigned int)b->head) - HEADER;
	}
	q = heap_alloc(h, size);
	if (q == NULL)
		return NULL;
	memcpy(q, p, MIN(old, size));
	heap_release(h, p);
	return q;
}

/*
 * Large blocks. The table of those in use is only for heap_free(); a block
 * knows its slot in it by `next`, which is unused while it is in use... so the
 * header stays eight bytes and the slot is searched from the end.
 */
static void
large_remember(struct heap *h, void *map, size_t bytes)
{
	if (h->nlarges == h->larges_size) {
		h->larges_size = h->larges_size * 2 + 16;
		h->larges =
		    xreallocarray(h->larges, h->larges_size, sizeof *h->larges);
	}
	h->larges[h->nlarges].map = map;
	h->larges[h->nlarges++].bytes = bytes;
}

static void
large_forget(struct heap *h, const void *map)
{
	size_t i = h->nlarges;

	while (i-- > 0) {
		if (h->larges[i].map != map)
			continue;
		h->larges[i] = h->larges[--h->nlarges];
		return;
	}
	ASSERT(map == NULL); /* no block of this heap */
}

static void *
large_alloc(struct heap *h, size_t size)
{
	struct block *b = NULL;
	size_t bytes, i;

	if (size > SIZE_MAX / 4)
		return NULL;
	bytes = (size + HEADER + PAGE - 1) & ~(size_t)(PAGE - 1);
	if (over_cap(h, bytes, 0))
		return NULL;
	for (i = 0; i < CACHE_SLOTS && b == NULL; i++) {
		if (h->cache[i].map == NULL || h->cache[i].bytes < bytes ||
		    h->cache[i].bytes / 4 * 3 > bytes)
			continue;
		b = h->cache[i].map;
		bytes = h->cache[i].bytes;
		h->cache[i].map = NULL;
		h->cache_bytes -= bytes;
	}
	if (b == NULL) {
		void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		if (p == MAP_FAILED) {
			h->failed = h->was_full = true;
			return NULL;
		}
		b = p;
	}
	b->head = LARGE_MARK | bytes;
	large_remember(h, b, bytes);
	account(h, bytes, 0);
	return (uint8_t *)b + HEADER;
}

static void
large_release(struct heap *h, struct block *b)
{
	size_t bytes = (size_t)(b->head & ~LARGE_MARK), i;

	large_forget(h, b);
	account(h, 0, bytes);
	if (h->cache_bytes + bytes <= CACHE_BYTES) {
		for (i = 0; i < CACHE_SLOTS; i++) {
			if (h->cache[i].map != NULL)
				continue;
			h->cache[i].map = b;
			h->cache[i].bytes = bytes;
			h->cache_bytes += bytes;
			return;
		}
	}
	munmap(b, bytes);
}

static void *
large_realloc(struct heap *h, struct block *b, size_t size)
{
	size_t old = (size_t)(b->head & ~LARGE_MARK), bytes;
	void *p;

	if (size > SIZE_MAX / 4)
		return NULL;
	bytes = (size + HEADER + PAGE - 1) & ~(size_t)(PAGE - 1);
	if (bytes == old)
		return (uint8_t *)b + HEADER;
	if (over_cap(h, bytes, old))
		return NULL;
	p = mremap(b, old, bytes, MREMAP_MAYMOVE);
	if (p == MAP_FAILED) {
		h->failed = h->was_full = true;
		return NULL;
	}
	large_forget(h, b);
	b = p;
	b->head = LARGE_MARK | bytes;
	large_remember(h, b, bytes);
	account(h, bytes, old);
	return (uint8_t *)b + HEADER;
}

void
heap_freeze(struct heap *h)
{
	size_t i;
	uintptr_t at = (uintptr_t)h->bump;

	/* free blocks in old pages are given up: using them would copy a page
	 */
	memset(h->free, 0, sizeof h->free);
	for (i = 0; i < CACHE_SLOTS; i++) {
		if (h->cache[i].map != NULL)
			munmap(h->cache[i].map, h->cache[i].bytes);
		h->cache[i].map = NULL;
	}
	h->cache_bytes = 0;
	at = (at + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
	h->bump = at >= (uintptr_t)h->bump_end
		      ? h->bump_end
		      : h->bump + (at - (uintptr_t)h->bump);
}

#else /* EIDER_SANITIZE */

struct sblock {
	struct sblock *prev, *next;
	size_t size, pad;
};

struct heap *
heap_new(size_t cap)
{
	struct heap *h = xcalloc(1, sizeof *h);

	h->cap = cap;
	return h;
}

void
heap_free(struct heap **hp)
{
	struct heap *h = *hp;

	if (h == NULL)
		return;
	while (h->all != NULL)
		heap_release(h, h->all + 1);
	free(h);
	*hp = NULL;
}

void *
heap_alloc(struct heap *h, size_t size)
{
	struct sblock *b;

	if (size == 0 || size > SIZE_MAX / 4 || over_cap(h, size, 0))
		return NULL;
	b = malloc(sizeof *b + size);
	if (b == NULL)
		return NULL;
	b->size = size;
	b->prev = NULL;
	b->next = h->all;
	if (h->all != NULL)
		h->all->prev = b;
	h->all = b;
	account(h, size, 0);
	return b + 1;
}

void
heap_release(struct heap *h, void *p)
{
	struct sblock *b;

	if (p == NULL)
		return;
	b = (struct sblock *)p - 1;
	if (b->prev != NULL)
		b->prev->next = b->next;
	else
		h->all = b->next;
	if (b->next != NULL)
		b->next->prev = b->prev;
	account(h, 0, b->size);
	free(b);
}

void *
heap_realloc(struct heap *h, void *p, size_t size)
{
	void *q;

	if (p == NULL)
		return heap_alloc(h, size);
	if (size == 0) {
		heap_release(h, p);
		return NULL;
	}
	q = heap_alloc(h, size);
	if (q == NULL)
		return NULL;
	memcpy(q, p, MIN(((struct sblock *)p)[-1].size, size));
	heap_release(h, p);
	return q;
}

void
heap_freeze(struct heap *h)
{
	(void)h;
}

#endif
