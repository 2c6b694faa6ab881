#ifndef WORKER_ENGINE_EMBED_H
#define WORKER_ENGINE_EMBED_H

#include <stddef.h>
#include <stdint.h>

#include "worker/engine/engine.h"

/*
 * The other side of engine_push_embedded(), for the build-time tool: compile
 * SRC, one expression in modern JavaScript, usually a function.
 *
 * code_out  malloc'd, taken
 *
 * Errors as for engine_run().
 */
int embed_compile(struct engine *e, const char *name, const char *src,
    size_t len, uint8_t **code_out, size_t *code_len_out,
    struct engine_error *err_out);

#endif
