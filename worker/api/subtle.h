#ifndef WORKER_API_SUBTLE_H
#define WORKER_API_SUBTLE_H

#include "worker/api/core.h"

/*
 * The primitives of SubtleCrypto, by libcrypto, for js/subtle.js, which has
 * the algorithms' rules. Bad input answers undefined; only the script knows
 * which DOMException that is.
 */
const struct member *subtle_natives(size_t *n_out);
const struct member *pkey_natives(size_t *n_out);

/* Before the sandbox: libcrypto reads no file later. */
void subtle_warm(void);
/*
 * Before a primitive that draws random numbers. The zygote draws none, so a
 * clone's generator starts here, from the kernel; workers that use none do
 * not pay for its memory.
 */
void subtle_seed(duk_context *ctx);

/* The digest called NAME ("SHA-256"), or NULL. */
struct evp_md_st;
const struct evp_md_st *subtle_hash(const char *name);
/* The bytes of argument IDX; a TypeError if it is none. */
const uint8_t *subtle_arg(duk_context *ctx, duk_idx_t idx, size_t *len_out);
/* [ ] -> [ ArrayBuffer ]: a copy */
void subtle_push_bytes(duk_context *ctx, const void *p, size_t len);

#endif
