#ifndef FRONT_EXCHANGE_H
#define FRONT_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/buf.h"
#include "ipc/head.h"
#include "ipc/mux.h"

/*
 * One request and its response, between a client's connection and a stream of
 * a worker's channel. It waits for the channel, tries again where the worker
 * did not look at the request, and keeps what the stream would not yet take.
 *
 * The caller owns the storage. Callbacks come from the loop, never from within
 * a call of the same exchange; after on_fail, or the `end` of the response,
 * the exchange is idle and can be started again.
 */
struct exchange;
struct front;
struct inject;
struct link;
struct service;

struct exchange_ops {
	/* END: there is no body. The head borrows. */
	void (*on_response)(struct exchange *x, const struct head_response *r,
	    bool end);
	/* Borrowed; give credit back with exchange_consumed() unless END. */
	void (*on_data)(struct exchange *x, const uint8_t *data, size_t len,
	    bool end);
	/* Ends the response. */
	void (*on_trailers)(struct exchange *x, struct head_fields fields);
	/* The worker wants the body of a request that `expects`; once. */
	void (*on_continue)(struct exchange *x);
	/* exchange_room() has grown. */
	void (*on_writable)(struct exchange *x);
	/* No (more) response: STATUS is what to answer if the head was not
	 * sent. */
	void (*on_fail)(struct exchange *x, unsigned int status);
};

enum exchange_state {
	EXCHANGE_IDLE,
	EXCHANGE_WAITING, /* for a channel */
	EXCHANGE_ACTIVE,  /* on a stream */
	EXCHANGE_LOST,    /* its worker has ended, the reason is to come */
	EXCHANGE_LOOP,    /* the rest of the request goes back, without it */
};

struct exchange {
	uint32_t magic;
	enum exchange_state state;
	struct front *front;            /* held */
	const struct exchange_ops *ops; /* held */
	void *arg;
	struct service *service; /* held, while not idle */
	struct stream *stream;   /* while active */
	/* In the service's queue while waiting, in struct lost while lost. */
	TAILQ_ENTRY(exchange) link;
	/* The service's; held, while active: it outlives its streams. */
	const struct link *channel;
	uint32_t process;       /* that has ended, while lost */
	uint64_t lost_until_ms; /* while lost */
	uint64_t id;            /* of the request, for logs */
	/* Held by the listener; set with the head. NULL: none. */
	const struct inject *inject_response;
	struct buf head;       /* encoded; kept until the response */
	struct buf replay;     /* body sent so far, while it may be resent */
	struct buf pending;    /* body that the stream did not take */
	struct buf trailers;   /* of the request, to be sent */
	size_t unconsumed;     /* of on_data */
	struct chan_task loop; /* in EXCHANGE_LOOP: something may go on */
	unsigned int attempts;
	bool can_replay;
	bool expects;     /* set before the start: the client's body waits
			   * for on_continue */
	bool input_ended; /* the client's body is complete */
	bool has_trailers;
	bool responded;
	bool forwards; /* LOOP follows when the worker has ended */
};

void exchange_init(struct exchange *x, struct front *f,
    const struct exchange_ops *ops, void *arg);
/* Ends what is under way, without a callback; frees what it holds. */
void exchange_clear(struct exchange *x);

static inline bool
exchange_is_idle(const struct exchange *x)
{
	return x->state == EXCHANGE_IDLE;
}

/*
 * Start with the head that the caller has encoded into x->head. END: no body.
 * Returns 0 or the status to answer; then the exchange is idle.
 */
unsigned int exchange_start(struct exchange *x, uint32_t service, bool end);

/* Body bytes that are welcome now. */
size_t exchange_room(const struct exchange *x);
/* All of LEN, at most exchange_room(), is taken. */
void exchange_send(struct exchange *x, const void *data, size_t len);
/* The body is complete; FIELDS are encoded trailers, or NULL. */
void exchange_end(struct exchange *x, const struct buf *fields);

/* Bytes of the request that are kept. */
size_t exchange_held(const struct exchange *x);

/* N bytes of on_data() have left. No effect when idle. */
void exchange_consumed(struct exchange *x, size_t n);

/* The client went away, or wants no more. The exchange is idle then. */
void exchange_cancel(struct exchange *x);

/* For service.c: the channel is there, or will not be. */
int exchange_open(struct exchange *x, struct mux *m);
void exchange_fail(struct exchange *x, uint32_t code, const char *text);

#endif
