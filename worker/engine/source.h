#ifndef WORKER_ENGINE_SOURCE_H
#define WORKER_ENGINE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct engine;

/*
 * Private to worker/engine: where the source text of each function is, for
 * Function.prototype.toString.
 */
struct sources;

/*
 * Keep a text; returns a number for source_add(), or 0 when too much is kept
 * already. HELD: SRC outlives the engine's scripts, else it is copied.
 */
uint32_t source_keep(struct engine *e, const char *src, size_t len, bool held);
/* The function whose code is KEY stands at POS..END of text ID. */
void source_add(struct engine *e, const void *key, uint32_t id, uint32_t pos,
    uint32_t end);
/* Borrowed until the next source_keep(); NULL if not known. */
const char *source_find(struct engine *e, const void *key, size_t *len_out);
void sources_free(struct engine *e);

#endif
