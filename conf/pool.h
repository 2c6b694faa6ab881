#ifndef CONF_POOL_H
#define CONF_POOL_H

#include <stddef.h>

/*
 * Memory that is released all at once, and wiped then, for a configuration
 * holds secrets. Sizes are bounded by the callers' limits on their input.
 */
struct conf_pool;

/* Owned by the caller; release with pool_free(). */
struct conf_pool *pool_new(void);

/* Accepts a pointer to NULL; keeps errno. */
void pool_free(struct conf_pool **pool);

/* Zeroed, aligned for any object; arena of the pool. */
void *pool_alloc(struct conf_pool *pool, size_t size)
    __attribute__((malloc, returns_nonnull));

/* LEN bytes with a NUL appended. */
char *pool_memdup(struct conf_pool *pool, const void *p, size_t len)
    __attribute__((malloc, returns_nonnull));
char *pool_strdup(struct conf_pool *pool, const char *s)
    __attribute__((malloc, returns_nonnull));
char *pool_printf(struct conf_pool *pool, const char *fmt, ...)
    __attribute__((format(printf, 2, 3), returns_nonnull));

/*
 * ARRAY of N elements with room for one more, zeroed: to be called before each
 * append, and for nothing else. ARRAY is NULL when N is 0.
 */
void *pool_grow(struct conf_pool *pool, void *array, size_t n, size_t size)
    __attribute__((returns_nonnull));

#endif
