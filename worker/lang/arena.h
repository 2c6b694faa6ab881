#ifndef WORKER_LANG_ARENA_H
#define WORKER_LANG_ARENA_H

#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A bump allocator with a cap. Everything of a unit lives in one arena and
 * dies with it. When the cap is reached, on_limit() is called, which must not
 * return: the front-end leaves its parse with longjmp(3). That is safe here,
 * for nothing but arena memory is held while parsing.
 */
struct arena_block;

struct arena {
	char *at; /* next free byte of the current block */
	char *end;
	struct arena_block *blocks; /* owned; newest first */
	size_t used_bytes;          /* in blocks */
	size_t max_bytes;
	void (*on_limit)(void *arg) __attribute__((noreturn));
	void *limit_arg; /* held: outlives the arena */
};

void arena_init(struct arena *a, size_t max_bytes,
    void (*on_limit)(void *arg) __attribute__((noreturn)), void *limit_arg);
void arena_clear(struct arena *a);

/* Aligned for any type; not zeroed. Never NULL. */
void *arena_alloc(struct arena *a, size_t size)
    __attribute__((returns_nonnull));
/* Zeroed; checks the product. */
void *arena_zalloc(struct arena *a, size_t n, size_t size)
    __attribute__((returns_nonnull));
/* LEN bytes of P and a NUL. */
char *arena_strdup(struct arena *a, const char *p, size_t len)
    __attribute__((returns_nonnull));
/*
 * Room for at least one more of SIZE bytes in an array of N: returns OLD or a
 * larger copy, doubling *CAP. The old array stays in the arena.
 */
void *arena_grow(struct arena *a, void *old, uint32_t n, uint32_t *cap,
    size_t size) __attribute__((returns_nonnull));

#endif
