#ifndef BASE_XMALLOC_H
#define BASE_XMALLOC_H

#include <stddef.h>

/*
 * Allocators that end the process when memory is exhausted, so a size that a
 * peer can influence is bounded by a named limit first. The results are owned
 * by the caller and released with free(3).
 */
void *xmalloc(size_t size) __attribute__((malloc, returns_nonnull));
void *xcalloc(size_t n, size_t size) __attribute__((malloc, returns_nonnull));
void *xreallocarray(void *p, size_t n, size_t size)
    __attribute__((returns_nonnull));
char *xstrdup(const char *s) __attribute__((malloc, returns_nonnull));
/* LEN bytes of P, with a NUL appended. */
void *xmemdup(const void *p, size_t len)
    __attribute__((malloc, returns_nonnull));
char *xasprintf(const char *fmt, ...)
    __attribute__((format(printf, 1, 2), malloc, returns_nonnull));

#endif
