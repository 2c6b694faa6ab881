#ifndef WORKER_ENGINE_HEAP_H
#define WORKER_ENGINE_HEAP_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The memory of one JavaScript heap: an arena of its own with a cap.
 *
 * Small blocks come from size classes cut off a bump pointer, large ones are
 * mappings of their own. Nothing is given back to the system but large blocks,
 * so a heap's pages stay together and can be shared by clones.
 */
struct heap;

struct heap *heap_new(size_t cap);
/* Unmaps everything at once; blocks need not be freed before. */
void heap_free(struct heap **h);

/* NULL when the cap is reached. Aligned to 8. */
void *heap_alloc(struct heap *h, size_t size);
void *heap_realloc(struct heap *h, void *p, size_t size);
void heap_release(struct heap *h, void *p);

/* Bytes that blocks in use may take together. */
void heap_set_cap(struct heap *h, size_t cap);
/* Did an allocation fail at the cap since the last call? */
bool heap_take_failed(struct heap *h);
/* Did that happen since heap_forget_full()? */
bool heap_was_full(const struct heap *h);
void heap_forget_full(struct heap *h);

/* From now on new blocks come from pages never written to. */
void heap_freeze(struct heap *h);

size_t heap_used(const struct heap *h);
size_t heap_peak(const struct heap *h);
void heap_reset_peak(struct heap *h);
/* For a watcher without calls; held as long as H. */
const size_t *heap_used_ptr(const struct heap *h);

#endif
