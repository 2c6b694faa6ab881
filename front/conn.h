#ifndef FRONT_CONN_H
#define FRONT_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include <ev.h>

#include "base/buf.h"
#include "front/address.h"

struct client;
struct front;
struct listener;
struct tls_conn;

enum conn_state {
#define STATE(name_, limit_, on_timeout_, text_) CONN_##name_,
#include "front/conn_states.def"
#undef STATE
	CONN_STATE_MAX
};

enum conn_close {
#define CLOSE(name_, text_) CONN_CLOSE_##name_,
#include "front/conn_closes.def"
#undef CLOSE
};

/*
 * A client's connection: the socket, its buffers, its time-outs. What the
 * bytes mean is the protocol's: HTTP/1 (h1_conn.c) or HTTP/2 (h2_conn.c).
 */
struct conn;

struct conn_ops {
	/* Bytes arrived, or may be looked at again. Returns how many are done
	 * with; the others are kept and shown again, in front of new ones. */
	size_t (*input)(struct conn *c, const uint8_t *data, size_t len);
	/* The client sends no more; what came before has been shown. */
	void (*input_ended)(struct conn *c);
	/* The end of a turn: queue output. Returns true if there is more of
	 * it, to be fetched when the queue is empty. */
	bool (*turn)(struct conn *c);
	/* Output was written; NQUEUED bytes are left. */
	void (*written)(struct conn *c, size_t nqueued);
	bool (*wants_input)(struct conn *c);
	/* Are bytes kept that are to be shown again before the end? */
	bool (*holds_back)(struct conn *c);
	/* Bytes that the protocol keeps, beside those of the connection. */
	size_t (*held)(struct conn *c);
	enum conn_state (*state)(struct conn *c);
	/* The state's time is over. */
	void (*timed_out)(struct conn *c);
	/* The front will exit: finish soon. */
	void (*drain)(struct conn *c);
	/* Release the protocol's state; cancel what is under way. */
	void (*clear)(struct conn *c);
};

struct conn {
	uint32_t magic;
	struct front *front;        /* held */
	struct listener *listener;  /* held */
	const struct conn_ops *ops; /* NULL until the protocol is known */
	void *proto;                /* owned by the protocol */
	TAILQ_ENTRY(conn) link;
	struct conn *dirty_next;
	int fd; /* owned */
	ev_io reader;
	ev_io writer;
	ev_timer timer;
	enum conn_state state;
	uint64_t deadline_ms;
	uint64_t timer_ms; /* when the timer fires; 0: not started */
	struct buf in;     /* not yet done with */
	struct buf out;    /* to be written */
	size_t accounted;  /* bytes held, in the front's sum */
	size_t lingered;   /* bytes dropped since the end */
	bool is_dirty;
	bool is_dead;
	bool eof;        /* the client sends no more */
	bool told_eof;   /* and the protocol knows */
	bool asked;      /* bytes were written since then */
	bool half_open;  /* and the client did not refuse them */
	bool finishing;  /* close once everything is written */
	bool abrupt;     /* do not wait for the client to read the end */
	bool progress;   /* bytes came or went since the last look */
	bool is_refused; /* over a limit: it gets an answer and no more */
	bool is_cut;     /* the response broke off: TLS must not say it ended */
	bool tls_closed; /* the client said its end inside TLS */
	struct tls_conn *tls;   /* owned; NULL: clear text */
	struct buf *header;     /* owned: of the PROXY protocol, until whole */
	struct client *counted; /* owned; NULL: none */
	char client[ADDRESS_MAX]; /* "ip:port", or "" */
};

/* Begin to serve FD, which is taken. COUNTED (NULL: none) is taken. */
void conn_open(struct front *f, struct listener *l, int fd, const char *client,
    struct client *counted);
/* Answer 503 whatever comes on FD, which is taken. */
void conn_refuse(struct front *f, struct listener *l, int fd,
    const char *client);

/* Look at the connection at the end of this turn. */
void conn_wake(struct conn *c);

/*
 * Our own end of the connection, for requests that name no host: the address
 * and port, or "localhost" on a Unix socket. Returns DST.
 */
const char *conn_local_name(const struct conn *c, char dst[ADDRESS_MAX]);

/*
 * What request.cf is where no header brings it: JSON with the client's
 * address, or its process and user on a Unix socket. Returns its length.
 */
#define CONN_CF_MAX 128
size_t conn_cf(const struct conn *c, char dst[CONN_CF_MAX]);

/* Write what is queued, then close, giving the client time to read it. */
void conn_finish(struct conn *c);

/* The only way out. The object is freed at the end of the turn. */
void conn_close(struct conn *c, enum conn_close reason);

/* For front.c: the end of a turn. */
void conn_run_dirty(struct front *f);
void conn_free_dead(struct front *f);

/* For a front that exits. */
void conn_drain(struct conn *c);

#endif
