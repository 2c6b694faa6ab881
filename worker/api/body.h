#ifndef WORKER_API_BODY_H
#define WORKER_API_BODY_H

#include "worker/api/flow.h"

/*
 * The body of a Request or Response. The bytes stay where they are until
 * somebody looks: a string, a buffer, a source, or a stream of the script.
 */
enum body_kind {
	BODY_NULL,
	BODY_TEXT,   /* hidden "body": a string */
	BODY_BYTES,  /* hidden "body": a plain buffer */
	BODY_SOURCE, /* source_id */
	BODY_STREAM, /* hidden "body": a ReadableStream */
};

/* What Content-Type the body brings; the text is added when asked for. */
enum body_type {
	BODY_TYPE_NONE,
	BODY_TYPE_TEXT,
	BODY_TYPE_FORM,
	BODY_TYPE_JSON,
	BODY_TYPE_OTHER, /* hidden "type": a string */
};

struct body_state {
	struct state_head head;
	enum body_kind kind;
	enum body_type type;
	uint32_t source_id;
	bool is_used;
};

/* Where the two classes keep it. */
enum body_use {
	BODY_USE_TEXT,
	BODY_USE_JSON,
	BODY_USE_ARRAY_BUFFER,
	BODY_USE_BYTES,
	BODY_USE_BLOB,
	BODY_USE_FORM_DATA,
};

/* The state of the Request or Response at IDX, or NULL. */
struct body_state *body_get(duk_context *ctx, duk_idx_t idx);
/*
 * Take the BodyInit at VALUE as the body of the object at OBJ. Sets kind and
 * type.
 */
void body_set(duk_context *ctx, duk_idx_t obj, struct body_state *b,
    duk_idx_t value);
bool body_is_used(duk_context *ctx, duk_idx_t obj, const struct body_state *b);
/* Throws workerd's error when it was used. */
void body_require_unused(duk_context *ctx, duk_idx_t obj,
    const struct body_state *b);
/* DST gets the body of SRC; SRC counts as used. */
void body_move(duk_context *ctx, duk_idx_t dst, struct body_state *to,
    duk_idx_t src, struct body_state *from);
/* DST gets the same body, both unused: tees streams. */
void body_tee(duk_context *ctx, duk_idx_t dst, struct body_state *to,
    duk_idx_t src, struct body_state *from);
/* The text for Content-Type, NULL for none; pushed when it is of the heap. */
const char *body_type_text(duk_context *ctx, duk_idx_t obj,
    const struct body_state *b);
/*
 * Send the body of the object at OBJ through the sink; it counts as used.
 */
void body_send(duk_context *ctx, duk_idx_t obj, struct body_state *b,
    struct api_sink *k);
/* Its length in bytes, or -1 when it is not known. */
int64_t body_length(duk_context *ctx, duk_idx_t obj, struct body_state *b);

/* Members that both classes have: body, bodyUsed, text() ... */
extern const struct member body_members[];
extern const size_t body_nmembers;

/*
 * Run INNER in protected mode and make its result a promise: what it throws
 * is the reason. Call with `this` pushed if INNER needs it.
 */
duk_ret_t promise_guard(duk_context *ctx,
    duk_ret_t (*inner)(duk_context *ctx, void *udata));

/* request.c, response.c */
/* [ ] -> [ Request ] from an encoded head. */
void request_push_head(duk_context *ctx, struct api_event *event,
    const uint8_t *head, size_t len);
struct body_state *request_get(duk_context *ctx, duk_idx_t idx);
struct body_state *response_get(duk_context *ctx, duk_idx_t idx);
/* Both: [ ] -> [ Headers ], made when first touched. */
struct headers_state *message_push_headers(duk_context *ctx, duk_idx_t obj);

#endif
