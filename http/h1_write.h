#ifndef HTTP_H1_WRITE_H
#define HTTP_H1_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/buf.h"
#include "http/method.h"

/*
 * Writes HTTP/1.1 responses into a buffer and keeps their framing right,
 * whatever the handler says: what it sends is clipped to the length it
 * declared, and where too little came the connection is not used again.
 *
 * Order of calls for one response: start, begin, field..., end_head, then
 * data... and finish.
 */
struct h1_writer {
	uint64_t left;   /* of a declared length */
	uint64_t length; /* as declared by a field */
	bool is_head_request;
	bool is_http10;
	bool keep_alive; /* false: close after this response */
	bool has_length;
	bool has_date;
	bool in_trailers;
	uint8_t framing;
	uint16_t status;
};

/* A Date field that is formatted once a second. Zero it before first use. */
struct h1_date {
	time_t second;
	char text[40]; /* "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n" */
};

/* Bring DATE up to NOW. Returns its text; LEN_OUT gets the length. */
const char *h1_write_date(struct h1_date *date, time_t now, size_t *len_out);

/* Begin the response to a request: its method, version, and keep-alive. */
void h1_write_start(struct h1_writer *w, enum method method, unsigned int minor,
    bool keep_alive);

/*
 * The status line of a final status. REASON, if it is not empty, replaces the
 * registered phrase. Returns 0, or ERR_RANGE if the status is not within
 * 200..599: then nothing was written.
 */
int h1_write_begin(struct h1_writer *w, struct buf *out, unsigned int status,
    const char *reason, size_t reason_len);

/*
 * One field. Names and values are checked; fields that belong to the
 * connection are left out. Returns 0 or ERR_PROTO: the bytes could break out
 * of the field, or Content-Length is no number or was given twice. The caller
 * then drops the head.
 */
int h1_write_field(struct h1_writer *w, struct buf *out, const char *name,
    size_t name_len, const char *value, size_t value_len);

/*
 * End the head: Date, framing and Connection fields.
 *
 * known_bytes  the length of the whole body where it is known, else -1; a
 *              Content-Length field of the handler goes first
 */
void h1_write_end_head(struct h1_writer *w, struct buf *out, const char *date,
    size_t date_len, int64_t known_bytes);

/* Whether the response may carry a body at all. */
bool h1_write_has_body(const struct h1_writer *w);

/*
 * A piece of the body: clipped to the declared length, chunked where that is
 * the framing. The bytes are copied.
 */
void h1_write_data(struct h1_writer *w, struct buf *out, const void *data,
    size_t len);

/*
 * A field of the trailers, after all data and before h1_write_finish(); left
 * out where the framing has no place for it, or the field is none for
 * trailers.
 */
void h1_write_trailer(struct h1_writer *w, struct buf *out, const char *name,
    size_t name_len, const char *value, size_t value_len);

/*
 * The body is complete. Afterwards w->keep_alive says whether the connection
 * can be used again.
 */
void h1_write_finish(struct h1_writer *w, struct buf *out);

/* "HTTP/1.1 100 Continue", before the final head. */
void h1_write_continue(struct buf *out);

#endif
