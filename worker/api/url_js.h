#ifndef WORKER_API_URL_JS_H
#define WORKER_API_URL_JS_H

#include "worker/api/core.h"

/* The URL of the URL object at IDX, pushed: [ ] -> [ href ]. NULL, and
 * nothing pushed, when it is none. */
const char *url_js_get_href(duk_context *ctx, duk_idx_t idx);
/* Replace the query by N bytes that are already encoded; none: no query. */
void url_js_set_query(duk_context *ctx, duk_idx_t idx, const void *query,
    size_t n);

/* [ ] -> [ URLSearchParams ] of the URL object at URL_IDX. */
void params_push(duk_context *ctx, duk_idx_t url_idx);
/* Replace the list of the URLSearchParams at IDX. */
void params_parse(duk_context *ctx, duk_idx_t idx, const char *s, size_t n);
bool params_is(duk_context *ctx, duk_idx_t idx);
/* Append the serialized list to OUT. */
void params_write(duk_context *ctx, duk_idx_t idx, struct buf *out);
void params_install(duk_context *ctx);

#endif
