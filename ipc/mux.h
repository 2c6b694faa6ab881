#ifndef IPC_MUX_H
#define IPC_MUX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/chan.h"

/*
 * Request streams on a data channel. The client side opens streams (front, or
 * a worker calling a service), the server side answers them (a worker). Both
 * directions of a stream carry a head, a body paid with credit, and optional
 * trailers.
 *
 * Life of a stream: it is valid until its on_close was called, or until
 * stream_reset() returns. on_close is called once: both directions have
 * ended, the peer reset it, or the channel was lost.
 */
struct mux;
struct stream;

/* Body bytes in flight per stream and direction. */
#define MUX_WINDOW 262144u
#define MUX_STREAMS_MAX 1024 /* open at a time on one channel, default */
#define MUX_DATA_MAX 32768u  /* bytes of one DATA frame that we send */
#define MUX_ACCEPT_BYTES 16384u

enum stream_outcome {
	STREAM_DONE,       /* both directions ended */
	STREAM_RESET,      /* by the peer, code and text as given */
	STREAM_LOST,       /* the channel ended, code IPC_RESET_CRASH */
	STREAM_UNACCEPTED, /* GOAWAY before it was looked at: may be retried */
};

struct stream_ops {
	/* Client: the response head (head.h), borrowed. END: no body. */
	int (*on_response)(struct stream *s, const uint8_t *head, size_t len,
	    bool end);
	/*
	 * Body bytes, borrowed; possibly none when END. The owner says with
	 * stream_consumed() when it is ready for as many more.
	 */
	int (*on_data)(struct stream *s, const uint8_t *data, size_t len,
	    bool end);
	/* Trailer fields (head.h), borrowed; ends the direction. NULL: they
	 * are dropped and on_data() gets an empty end. */
	int (*on_trailers)(struct stream *s, const uint8_t *fields, size_t len);
	/* Client, optional: the server wants the body of a request that was
	 * opened with mux_request_expect(); once. */
	void (*on_continue)(struct stream *s);
	/* Client, optional: stream_is_accepted() has become true. */
	void (*on_accepted)(struct stream *s);
	/*
	 * Client, optional, once: what the server was not sent of the body is
	 * to follow what it sends as the response's. The owner ends its output
	 * and, when the server has ended, goes on by itself. Without effect
	 * where it is not set or the output has ended.
	 */
	void (*on_forward)(struct stream *s);
	/* stream_send() may take more than it did. */
	void (*on_writable)(struct stream *s);
	/* TEXT is the peer's, NUL-terminated and escaped, for logs only. */
	void (*on_close)(struct stream *s, enum stream_outcome outcome,
	    uint32_t code, const char *text);
};
/* Callbacks that return int: 0, or an ERR_* code that ends the channel. */

struct mux_ops {
	/*
	 * Server: a new stream with its request head (head.h), borrowed. Set
	 * ops and arg with stream_set(). END: the request has no body. A
	 * stream that cannot be served is ended with stream_reset(). Returns
	 * 0 or ERR_PROTO.
	 */
	int (*on_request)(void *arg, struct stream *s, const uint8_t *head,
	    size_t len, bool end);
	/* Client: the server takes no new streams; those not accepted have
	 * been closed as STREAM_UNACCEPTED. */
	void (*on_goaway)(void *arg, uint32_t code);
	/* Server: the client has acknowledged our GOAWAY. Optional. */
	void (*on_goaway_ack)(void *arg);
	/* The channel ended; all streams have been closed. Call mux_free(). */
	void (*on_close)(void *arg, enum chan_close reason);
};

struct mux_options {
	bool is_server;
	uint32_t streams_max;      /* server; 0: MUX_STREAMS_MAX */
	const struct mux_ops *ops; /* held */
	void *arg;
};

/* A data channel over FD (taken; see chan_new()). */
struct mux *mux_new(struct chan_hub *hub, int fd,
    const struct mux_options *options);
/* Ends the channel: the owner of each open stream sees STREAM_LOST. */
void mux_free(struct mux **mux);

/* Streams open now. */
size_t mux_nstreams(const struct mux *m);
/* Client: can a stream be opened (no GOAWAY, ids left)? */
bool mux_is_open(const struct mux *m);

/*
 * Client: open a stream.
 *
 * head  an encoded request head, at most IPC_FRAME_MAX bytes
 * end   the request has no body
 *
 * Returns 0, ERR_STATE (GOAWAY was received) or ERR_LIMIT (too many streams).
 */
int mux_request(struct mux *m, const void *head, size_t len, bool end,
    const struct stream_ops *ops, void *arg, struct stream **stream_out);
/* The same for a request whose body only comes when it is asked for. */
int mux_request_expect(struct mux *m, const void *head, size_t len,
    const struct stream_ops *ops, void *arg, struct stream **stream_out);

/*
 * Server: accept no stream after those seen so far. The client's answer calls
 * on_goaway_ack. May be called again with no effect.
 */
void mux_goaway(struct mux *m, uint32_t code);
bool mux_is_goaway_acked(const struct mux *m);

/* Stop reading from this channel and go on. */
void mux_pause(struct mux *m, bool paused);

void stream_set(struct stream *s, const struct stream_ops *ops, void *arg);
void *stream_arg(const struct stream *s);
uint32_t stream_id(const struct stream *s);
struct mux *stream_mux(const struct stream *s);

/*
 * Server: the body is wanted. Says so to a client that waits for it, the first
 * time; otherwise without effect.
 */
void stream_continue(struct stream *s);

/*
 * Server, after the head: the rest of the request's body is to become that of
 * the response. The client may spare both the way through here: the input ends
 * early then. Said once; whoever says it sends on what still comes, and ends
 * when that ends.
 */
void stream_forward(struct stream *s);

/* Server: the response head, once. END: no body follows. */
void stream_respond(struct stream *s, const void *head, size_t len, bool end);

/*
 * Send body bytes. Takes as many as credit and the channel's queue allow and
 * returns how many; END counts only when all were taken. After less than LEN,
 * on_writable is called when more fit. When this ends both directions,
 * on_close is called later, not from here.
 */
size_t stream_send(struct stream *s, const void *data, size_t len, bool end);
/* Bytes that stream_send() would take now. */
size_t stream_room(const struct stream *s);
/* End this direction with trailer fields (head.h). */
void stream_send_trailers(struct stream *s, const void *fields, size_t len);

/* The owner is done with N bytes of on_data(): credit for as many more. */
void stream_consumed(struct stream *s, size_t n);
/* Body bytes still to come are not wanted: dropped here from now on. */
void stream_discard(struct stream *s);

/*
 * Client: the server has the request, so that it will not be closed as
 * STREAM_UNACCEPTED. Known once it answered anything, at the latest when it
 * was sent MUX_ACCEPT_BYTES of the body.
 */
bool stream_is_accepted(const struct stream *s);

/* Both directions of the stream, as seen here. */
bool stream_is_input_ended(const struct stream *s);
bool stream_is_output_ended(const struct stream *s);

/*
 * End the stream now, both directions; the owner gets no callback any more
 * and S is invalid. TEXT (or NULL) reaches the peer's log, at most 256 bytes.
 */
void stream_reset(struct stream *s, uint32_t code, const char *text);

#endif
