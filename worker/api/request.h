#ifndef WORKER_API_REQUEST_H
#define WORKER_API_REQUEST_H

#include "ipc/head.h"
#include "worker/api/body.h"

enum redirect { REDIRECT_FOLLOW, REDIRECT_MANUAL };

struct request_state {
	struct body_state body; /* first */
	enum redirect redirect;
	bool has_head;   /* hidden "raw" is the encoded head it arrived with */
	bool is_copy;    /* of one that arrived: its headers may change */
	bool is_changed; /* may be other than the head says */
	uint32_t event_id;
};

struct response_state {
	struct body_state body; /* first */
	unsigned int status;
	bool is_error;
	bool is_redirected;
};

/* [ ] -> [ value ] */
void request_push_url(duk_context *ctx, duk_idx_t obj);
/*
 * The head of a request that is still as it arrived, borrowed from a value:
 * [ ] -> [ value ] and true, or [ ] and false.
 */
bool request_push_raw(duk_context *ctx, duk_idx_t obj,
    struct head_request *head_out);
void request_push_method(duk_context *ctx, duk_idx_t obj);
void request_push_cf(duk_context *ctx, duk_idx_t obj);
/* [ ] -> [ value ]: its JSON, borrowed from that; "" for none. */
const char *request_push_cf_json(duk_context *ctx, duk_idx_t obj,
    size_t *len_out);
/* undefined when there is none and it is not to be MADE. */
void request_push_signal(duk_context *ctx, duk_idx_t obj, bool make);

/* Headers of the object at OBJ from the HeadersInit at INIT. */
void message_set_headers(duk_context *ctx, duk_idx_t obj, duk_idx_t init);

/* [ ] -> [ Response ] without a body. */
struct response_state *response_push(duk_context *ctx, unsigned int status);

/* Is CODE one of 101, 204, 205, 304? */
bool response_is_null_status(unsigned int code);

#endif
