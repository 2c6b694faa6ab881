#ifndef FRONT_LISTENER_H
#define FRONT_LISTENER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/h1_parse.h"
#include "ipc/limits.h"

/*
 * Listening sockets. They belong to the supervisor, which hands them over;
 * several fronts may accept from one.
 */
struct control_listener;
struct control_net;
struct tls;
struct inject;
struct front;

struct listener {
	struct listener *next;
	struct front *front; /* held */
	uint32_t id;
	uint32_t service;               /* for requests without a route */
	char *name;                     /* owned; of the socket in the config */
	bool is_proxy_style;            /* targets are whole URLs */
	char *forwarded_proto_header;   /* owned, lower case; NULL: none */
	char *cf_blob_header;           /* owned, lower case; NULL: none */
	struct inject *inject_request;  /* owned; NULL: none */
	struct inject *inject_response; /* owned; NULL: none */
	struct limits limits;
	struct h1_limits h1_limits; /* what of them concerns HTTP/1 */
	uint64_t nconns;            /* open, without those refused */
	uint64_t nrefused;          /* since it was last logged */
	uint64_t logged_ms;
	bool is_tls;
	uint8_t timing;  /* send Server-Timing */
	uint32_t log;    /* of the access log; 0: none */
	struct tls *tls; /* owned; NULL until it came, or not is_tls */
	struct control_net *proxies; /* owned: who speaks the PROXY protocol */
	size_t nproxies;
	struct listener_watch *watch; /* owned; NULL once closed */
};

/* Start to accept from FD, which is taken. */
void listener_add(struct front *f, const struct control_listener *m, int fd);

/* Accept no more. The listener stays: connections refer to it. */
void listener_close(struct listener *l);
/* New certificates and options of TLS; without any nothing is accepted. T is
 * taken. */
void listener_set_tls(struct listener *l, struct tls *t);

/* Say now and then that connections do not come about. */
void listener_log_failure(struct listener *l, const char *client,
    const char *why);

struct listener *listener_find(struct front *f, uint32_t id);

/* Stop and go on with accepting, when the limit of connections is reached. */
void listener_pause_all(struct front *f, int paused);

void listener_free_all(struct front *f);

#endif
