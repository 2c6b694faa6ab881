#ifndef WORKER_BUILTINS_BUILTINS_H
#define WORKER_BUILTINS_BUILTINS_H

#include <stdbool.h>
#include <stdint.h>

#include "worker/engine/engine.h"

/*
 * The standard library of ES2015 to ES2024 that Duktape lacks, in C.
 */

/*
 * Install everything on the engine's global object; once, in the zygote,
 * before api_install(). Also gives the engine
 * the helpers of lowered code that are made here. Returns 0 or an error of
 * engine_run().
 */
int builtins_install(struct engine *e);

/*
 * As a C function: [ text granularity ] -> [ array ] of the offsets, in UTF-16
 * units, where graphemes ("grapheme") or words ("word") end.
 */
duk_ret_t builtins_breaks(duk_context *ctx);

/*
 * Iterate any iterable from C. The record takes one value stack slot, so the
 * stack is as in:
 *
 *	iter_open(ctx, idx);		[ ... ] -> [ ... record ]
 *	while (iter_next(ctx, rec))	[ ... ] -> [ ... value ]
 *		...
 *
 * iter_open() takes value[Symbol.iterator]() and throws as the standard says.
 * iter_next() pushes nothing at the end. A caller that stops early calls
 * iter_close(), which calls the iterator's return(); one that stops because
 * something threw closes with iter_close_quietly() from a protected call, or
 * uses iter_each(), which does all of that.
 */
void iter_open(duk_context *ctx, duk_idx_t idx);
bool iter_next(duk_context *ctx, duk_idx_t rec);
void iter_close(duk_context *ctx, duk_idx_t rec);
void iter_close_quietly(duk_context *ctx, duk_idx_t rec);

/*
 * Call FN for each value of the iterable at IDX, the value on the stack's top;
 * FN leaves the stack as it finds it (the value may be popped). A value below
 * 0 stops and closes the iterator; if FN throws, the iterator is closed and
 * the error passed on.
 */
typedef int iter_each_fn(duk_context *ctx, void *arg);
void iter_each(duk_context *ctx, duk_idx_t idx, iter_each_fn *fn, void *arg);

/* Map and Set from C: structured clone, FormData and the like. */
bool map_is(duk_context *ctx, duk_idx_t idx);
bool set_is(duk_context *ctx, duk_idx_t idx);
/* [ ] -> [ new Map ], [ ] -> [ new Set ] */
void map_push(duk_context *ctx);
void set_push(duk_context *ctx);
/* [ ... key value ] -> [ ... ] */
void map_put(duk_context *ctx, duk_idx_t map);
/* [ ... value ] -> [ ... ] */
void set_add(duk_context *ctx, duk_idx_t set);
uint32_t map_size(duk_context *ctx, duk_idx_t map_or_set);
/*
 * Walk in insertion order; *POS starts at 0. Pushes key and value of a Map,
 * the value of a Set; false, and nothing pushed, at the end. The collection
 * must not change meanwhile.
 */
bool map_each(duk_context *ctx, duk_idx_t map_or_set, uint32_t *pos);

/* Detach the ArrayBuffer at IDX, as a transfer does. */
void buffer_detach(duk_context *ctx, duk_idx_t idx);

#endif
