#ifndef IPC_HEAD_H
#define IPC_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * Heads of requests and responses as they travel in REQUEST, RESPONSE and
 * TRAILERS. Field names are lower-case tokens; values have no NUL, CR, LF and
 * no white space around them: the decoder refuses anything else, so that a
 * receiver can use them as they are. Well-known names travel as one byte.
 *
 * Request:  u64 request id, u8 method (0: str follows), u8 scheme, u8 version,
 *           u8 depth, str authority, str target, str client, str cf, fields
 * Response: u16 status, str reason, fields
 * Fields:   u16 count, then count times: u8 name id (0: u8 length and bytes),
 *           u32 length of the value, value
 */
#define HEAD_FIELDS_MAX 512 /* fields of one head */
#define HEAD_NAME_MAX 255   /* bytes of a field name */
#define HEAD_DEPTH_MAX 16   /* service calls within one another */

enum head_scheme { HEAD_HTTP, HEAD_HTTPS };
enum head_version { HEAD_HTTP_1_0 = 10, HEAD_HTTP_1_1 = 11, HEAD_HTTP_2 = 20 };

struct head_str {
	const char *p; /* borrowed, not terminated */
	size_t len;
};

/* Encoded fields, walked with head_next(). */
struct head_fields {
	const uint8_t *p; /* borrowed */
	size_t len;
	unsigned int count;
};

struct head_request {
	uint64_t id; /* of the request, for logs */
	struct head_str method;
	enum head_scheme scheme;
	enum head_version version; /* the client's; 1.1 for a service call */
	unsigned int depth;        /* service calls above this one */
	struct head_str authority; /* Host or :authority */
	struct head_str target;    /* origin-form "/path?query", or "*" */
	struct head_str client;    /* "ip:port" of the client, or empty */
	struct head_str cf;        /* JSON for request.cf, or empty */
	struct head_fields fields;
};

struct head_response {
	unsigned int status; /* 200 to 599 */
	struct head_str reason;
	struct head_fields fields;
};

/* Decode and check a whole head. Returns 0 or ERR_PROTO. Results borrow. */
int head_request_decode(const void *p, size_t len, struct head_request *out);
int head_response_decode(const void *p, size_t len, struct head_response *out);
int head_fields_decode(const void *p, size_t len, struct head_fields *out);

/*
 * The next field of *F, which is advanced. NAME is NUL-terminated only when
 * it is a well-known one: use the length. Returns false at the end.
 */
bool head_next(struct head_fields *f, struct head_str *name_out,
    struct head_str *value_out);
/* The value of the first field called NAME (lower-case). */
bool head_find(struct head_fields f, const char *name,
    struct head_str *value_out);

/*
 * Encoding: begin, then fields, then finish.
 *
 *	head_request_begin(&b, &req);
 *	head_field(&b, name, name_len, value, value_len);
 *	head_finish(&b, mark);
 *
 * begin returns the mark that finish needs. `fields` of the struct is not
 * read. The encoder does not check: what it is given obeys the rules above.
 */
size_t head_request_begin(struct buf *b, const struct head_request *h);
size_t head_response_begin(struct buf *b, unsigned int status,
    const char *reason, size_t reason_len);
size_t head_trailers_begin(struct buf *b);
void head_field(struct buf *b, const char *name, size_t name_len,
    const char *value, size_t value_len);
/* Append all fields of F (already checked) as they are. */
void head_fields_copy(struct buf *b, const struct head_fields *f);
/* Returns 0, or ERR_LIMIT: over HEAD_FIELDS_MAX fields or IPC_FRAME_MAX. */
int head_finish(struct buf *b, size_t mark);

/* May NAME (any case) and VALUE travel in a head? */
bool head_is_name(const char *name, size_t len);
bool head_is_value(const char *value, size_t len);

#endif
