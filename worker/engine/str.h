#ifndef WORKER_ENGINE_STR_H
#define WORKER_ENGINE_STR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "worker/engine/duk.h"

/*
 * Text between the outside (UTF-8) and Duktape (CESU-8: an astral character is
 * two surrogates of three bytes each; lone surrogates can occur).
 */

/*
 * Push UTF-8 as a string. Malformed sequences become U+FFFD as the Encoding
 * standard says (one per maximal subpart). ASCII is copied straight.
 * [ ] -> [ string ]
 */
const char *str_push_utf8(duk_context *ctx, const char *s, size_t len);

/*
 * Append the string at IDX (ToString is not applied: it must be one) as UTF-8;
 * lone surrogates become U+FFFD. OUT's memory is outside the heap's cap.
 */
void str_get_utf8(duk_context *ctx, duk_idx_t idx, struct buf *out);

/* Bytes that str_get_utf8() would append. */
size_t str_utf8_len(duk_context *ctx, duk_idx_t idx);

/*
 * ToString, then UTF-8 in place: the value at IDX becomes a string, and the
 * result points to its UTF-8, borrowed from a value that replaces it on the
 * stack (a string for ASCII, else a buffer). NUL-terminated.
 */
const char *str_to_utf8(duk_context *ctx, duk_idx_t idx, size_t *len_out);

/*
 * JSON.parse of UTF-8, borrowed for the call: [ ] -> [ value ], or of a string:
 * [ text ] -> [ value ]. Throws SyntaxErrors worded as V8's.
 */
void str_push_json(duk_context *ctx, const char *p, size_t len);
void str_parse_json(duk_context *ctx);

/* ToString, then lone surrogates become U+FFFD (USVString), in place. */
void str_to_well_formed(duk_context *ctx, duk_idx_t idx);
bool str_is_well_formed(duk_context *ctx, duk_idx_t idx);

/* Without a context: bytes of P that are ASCII at the start. */
size_t str_ascii_prefix(const char *p, size_t len);
/* CESU-8 to UTF-8: returns the length; OUT needs LEN bytes (never longer). */
size_t str_cesu8_to_utf8(const char *p, size_t len, char *out);
/* UTF-8 to CESU-8: returns the length; OUT may be NULL to count. OUT needs
 * 3 * LEN bytes at most. */
size_t str_utf8_to_cesu8(const char *p, size_t len, char *out);

#endif
