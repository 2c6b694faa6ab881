#ifndef FRONT_H2_STREAM_H
#define FRONT_H2_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include <nghttp2/nghttp2.h>

#include "base/buf.h"
#include "front/access_entry.h"
#include "front/exchange.h"
#include "front/h2_scan.h"
#include "http/h1_parse.h"

/*
 * Streams of an HTTP/2 connection, between nghttp2's session and exchanges.
 * Used by h2_conn.c only.
 */
struct conn;

/* The header block that is being received; one at a time on a connection. */
struct h2_block {
	struct buf bytes; /* names and values, one after the other */
	struct {
		uint32_t name_len;
		uint32_t value_len;
	} field[H1_FIELDS_MAX];
	size_t nfields;
	size_t total; /* bytes as HTTP/2 counts them, also of what is dropped */
	bool too_large;
};

struct h2_stream {
	uint32_t magic;
	int32_t id;
	struct h2_conn *h2; /* held */
	TAILQ_ENTRY(h2_stream) link;
	struct exchange x;
	struct access_entry access;
	struct buf in;       /* request body that the exchange does not take */
	struct buf out;      /* response body that is not framed yet */
	struct buf trailers; /* of the response, encoded */
	struct buf request_trailers;
	uint64_t body_bytes; /* received */
	uint64_t dropped_bytes;
	uint64_t moved_ms; /* when the client last did its part */
	uint64_t left;     /* of a declared length */
	bool head_done;    /* the request head is complete */
	bool input_ended;
	bool input_dropped; /* the rest of the body is not wanted */
	bool responded;
	bool response_ended; /* `out` holds the rest of it */
	bool has_trailers;
	bool no_body;  /* HEAD, 204, 304 */
	bool deferred; /* nghttp2 waits for nghttp2_session_resume_data() */
	bool is_head_request;
	bool expects;    /* the client's body waits for 100 */
	bool is_tunnel;  /* extended CONNECT: a 2xx would open it */
	bool has_length; /* declared by the handler */
	bool sent;       /* the last frame of the response is out */
};

TAILQ_HEAD(h2_stream_list, h2_stream);

#define H2_SKIPPED_MAX 4 /* clients use one id after the other */

struct h2_conn {
	uint32_t magic;
	struct conn *c;           /* held */
	nghttp2_session *session; /* owned */
	struct h2_stream_list streams;
	size_t nstreams;
	struct h2_block *block; /* owned; NULL between blocks */
	struct h2_scan scan;
	uint32_t newest_id; /* of all HEADERS, seen by the scan */
	struct {
		uint32_t first;
		uint32_t last;
	} skipped[H2_SKIPPED_MAX]; /* ids that were never used */
	size_t nskipped;
	int32_t last_id;     /* of the newest request */
	uint64_t budget_ms;  /* when the budget was last filled up */
	uint64_t checked_ms; /* when streams were last looked at */
	int64_t budget;      /* frames that are no requests */
	uint64_t sent_bytes; /* since the budget was last filled up */
	bool draining;
	bool is_flood;
	bool is_over; /* end the connection, now */
};

struct h2_stream *h2_stream_new(struct h2_conn *h2, int32_t id);
/* Cancels what is under way. */
void h2_stream_free(struct h2_stream **s);

/* A head, or trailers, are complete in the connection's block. */
void h2_stream_on_head(struct h2_stream *s, bool end);
void h2_stream_on_trailers(struct h2_stream *s);
void h2_stream_on_data(struct h2_stream *s, const uint8_t *data, size_t len);
void h2_stream_on_end(struct h2_stream *s);

/* The last frame of the response was sent. */
void h2_stream_on_sent(struct h2_stream *s);

/* End it if the client or the worker stalls for too long. */
void h2_stream_check(struct h2_stream *s, uint64_t now_ms);

/* An answer of our own. */
void h2_stream_answer(struct h2_stream *s, unsigned int status);

#endif
