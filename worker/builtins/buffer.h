#ifndef WORKER_BUILTINS_BUFFER_H
#define WORKER_BUILTINS_BUFFER_H

#include "worker/builtins/bi.h"

/* An ArrayBuffer at IDX. */
bool buffer_is_detached(duk_context *ctx, duk_idx_t idx);
bool buffer_is_resizable(duk_context *ctx, duk_idx_t idx);
double buffer_byte_length(duk_context *ctx, duk_idx_t idx);

/* [ ] -> [ ArrayBuffer ] of the view at IDX */
void buffer_push_of(duk_context *ctx, duk_idx_t view);
bool buffer_of_is_detached(duk_context *ctx, duk_idx_t view);
/* The view follows the length of the resizable ArrayBuffer at IDX. */
void buffer_track(duk_context *ctx, duk_idx_t idx, duk_idx_t view);

#endif
