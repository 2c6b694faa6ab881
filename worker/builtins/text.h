#ifndef WORKER_BUILTINS_TEXT_H
#define WORKER_BUILTINS_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "worker/engine/duk.h"

/*
 * A string being built, in one value stack slot (a dynamic buffer whose first
 * bytes say how much of it is used). Bytes are CESU-8.
 */
/* [ ] -> [ text ] */
void text_begin(duk_context *ctx);
void text_bytes(duk_context *ctx, duk_idx_t text, const char *s, size_t len);
/* The string at IDX, which must be one. */
void text_add(duk_context *ctx, duk_idx_t text, duk_idx_t idx);
/* One UTF-16 unit, or a code point above as its two. */
void text_char(duk_context *ctx, duk_idx_t text, uint32_t c);
size_t text_length(duk_context *ctx, duk_idx_t text);
/* [ ] -> [ string ]; the text stays, emptied */
void text_end(duk_context *ctx, duk_idx_t text);

/* One UTF-16 unit at S: sets *C_OUT, returns its bytes (1 to 3). */
size_t cesu8_unit(const char *s, size_t left, uint32_t *c_out);
/* A code point: pairs are joined. Returns its bytes (1 to 6). */
size_t cesu8_char(const char *s, size_t left, uint32_t *c_out);
/* Writes 1 to 6 bytes of the code point C to OUT. */
size_t cesu8_put(char *out, uint32_t c);

#endif
