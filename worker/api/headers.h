#ifndef WORKER_API_HEADERS_H
#define WORKER_API_HEADERS_H

#include "ipc/head.h"
#include "worker/api/core.h"

/*
 * Headers objects from C. Entries are kept as bytes in a buffer of the heap,
 * in the order they were added; names are lower-case.
 */
struct headers_state;

/* [ ] -> [ Headers ] */
struct headers_state *headers_push(duk_context *ctx, bool is_immutable);
/* The state of the Headers at IDX, or NULL. */
struct headers_state *headers_get(duk_context *ctx, duk_idx_t idx);
void headers_set_immutable(struct headers_state *h, bool is_immutable);
/* Fill from a HeadersInit at IDX: Headers, iterable of pairs, record. */
void headers_fill(duk_context *ctx, struct headers_state *h, duk_idx_t idx);
/* Append without checks: NAME is lower-case, VALUE normalized. */
void headers_add(duk_context *ctx, struct headers_state *h, const void *name,
    size_t name_len, const void *value, size_t value_len);
void headers_add_fields(duk_context *ctx, struct headers_state *h,
    struct head_fields fields);
void headers_copy(duk_context *ctx, struct headers_state *dst,
    const struct headers_state *src);

/* First value of NAME; borrowed until the headers change. */
bool headers_find(const struct headers_state *h, const char *name,
    const uint8_t **value_out, size_t *len_out);
/* Walk: *POS starts at 0. */
bool headers_each(const struct headers_state *h, size_t *pos,
    struct head_str *name_out, struct head_str *value_out);

#endif
