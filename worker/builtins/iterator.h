#ifndef WORKER_BUILTINS_ITERATOR_H
#define WORKER_BUILTINS_ITERATOR_H

#include "worker/builtins/bi.h"

enum iter_kind { ITER_KEYS, ITER_VALUES, ITER_ENTRIES };

/* Array.prototype.keys, values, entries: the magic is the kind. */
duk_ret_t iterator_of_array(duk_context *ctx);

/* GetIterator: [ ] -> [ iterator next ] */
void iterator_get(duk_context *ctx, duk_idx_t idx);
/* [ method ] -> [ iterator next ], METHOD called on the value at IDX */
void iterator_from_method(duk_context *ctx, duk_idx_t idx);
/* IteratorStepValue: [ ] -> [ value ], or false and nothing */
bool iterator_step(duk_context *ctx, duk_idx_t iter, duk_idx_t next);
/* IteratorClose, of a normal and of a throw completion */
void iterator_close(duk_context *ctx, duk_idx_t iter);
void iterator_close_quietly(duk_context *ctx, duk_idx_t iter);
/* Close INNER, then OUTER in any case; the first error is thrown. */
void iterator_close_both(duk_context *ctx, duk_idx_t inner, duk_idx_t outer);
/* As iter_each(), on [ iterator next ] -> [ ] */
void iterator_each_of(duk_context *ctx, iter_each_fn *fn, void *arg);
/* [ ] -> [ prototype ] that inherits from %IteratorPrototype% */
void iterator_push_proto(duk_context *ctx, enum bi_intrinsic id,
    const char *tag);

/* Bytes of the code point at S: 6 for a surrogate pair. LEFT > 0. */
size_t cesu8_char_len(const char *s, size_t left);

/* map.c; shared with set.c */
duk_ret_t collection_for_each(duk_context *ctx);
duk_ret_t collection_iterator(duk_context *ctx);
duk_ret_t collection_iterator_next(duk_context *ctx);

#endif
