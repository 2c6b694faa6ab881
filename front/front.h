#ifndef FRONT_FRONT_H
#define FRONT_FRONT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <time.h>

#include "http/h1_parse.h"
#include "http/h1_write.h"
#include "ipc/chan.h"
#include "ipc/control.h"
#include "ipc/limits.h"

#define FRONT_READ_SIZE 65536

struct clients;
struct access_logs;
struct conn;
struct drain_timer;
struct ev_loop;
struct h2_glue;
struct listener;
struct router;
struct services;

TAILQ_HEAD(conn_list, conn);

/*
 * The process's one front: what all its parts share. Made in main, and by
 * tests, and passed down.
 */
struct front {
	struct ev_loop *loop;           /* held */
	struct chan_hub *hub;           /* owned */
	struct chan *super;             /* owned; NULL once lost */
	struct limits limits;           /* of all sockets together */
	uint64_t connections_max;       /* what descriptors allow */
	struct clients *clients;        /* owned */
	struct listener *listeners;     /* owned list */
	struct router *router;          /* owned */
	struct services *services;      /* owned */
	struct h2_glue *h2;             /* owned */
	struct access_logs *logs;       /* owned */
	struct control_tickets tickets; /* n 0: none yet */

	struct conn_list conns;
	struct conn_list dead; /* freed at the end of the turn */
	struct conn *dirty;    /* have something to do at its end */
	struct chan_task turn;
	uint64_t nconns;
	uint64_t nrefused;   /* of them, those that are only told so */
	uint64_t held_bytes; /* in buffers, of all connections */

	uint64_t next_request_id;
	struct h1_date date;
	struct drain_timer *drain; /* owned; NULL before the drain */
	bool draining;
	void (*on_drained)(struct front *f); /* the last connection closed */

	/* Scratch, never kept over a call. */
	uint8_t *read_buf;   /* FRONT_READ_SIZE and TRANSPORT_SLACK */
	uint8_t *cipher_buf; /* FRONT_READ_SIZE; NULL before the first TLS */
	struct h1_head head;
};

/*
 * loop  held
 * fd    the control channel, taken
 */
struct front *front_new(struct ev_loop *loop, int fd);
void front_free(struct front **f);

/* Obey L, as far as descriptors allow. */
void front_set_limits(struct front *f, const struct limits *l);

/* Say what was reached of the sandbox; then the supervisor sends work. */
void front_send_hello(struct front *f, char level, const char *report);

/*
 * Accept no more; on_drained is called when the last connection is gone. What
 * is not finished after MS is closed.
 */
void front_drain(struct front *f, uint32_t ms);

uint64_t front_now_ms(const struct front *f);
/* "Date: ...\r\n" of now. */
const char *front_date(struct front *f, size_t *len_out);

#endif
