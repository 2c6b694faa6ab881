#ifndef IPC_CONTROL_H
#define IPC_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "ipc/chan.h"
#include "ipc/limits.h"

/*
 * Bodies of the control messages, between the supervisor and its children.
 * Each struct has an encoder, which appends to a buffer, and a decoder, which
 * borrows from the message and returns 0 or ERR_PROTO.
 */

/* A string in a message: borrowed, not terminated. */
struct control_str {
	const char *p;
	size_t len;
};

/* HELLO */
struct control_hello {
	uint32_t version; /* IPC_VERSION */
	uint8_t level;    /* sandbox level reached: 'A', 'B', 'C' or '-' */
	struct control_str report;
};

/* A service number that stands for none: such requests get 404. */
#define CONTROL_SERVICE_NONE 0xffffffffu

/* LISTENER, with the listening socket */
struct control_listener {
	uint32_t id;
	uint32_t service;        /* where requests without a route go */
	bool is_proxy_style;     /* HttpOptions.style = proxy */
	struct control_str name; /* of the socket in the config */
	struct control_str forwarded_proto_header; /* empty: none */
	struct control_str cf_blob_header;         /* empty: none */
	struct limits limits;
	/* Headers to set or remove: control_inject_put(), one by one. */
	struct control_str inject_request;
	struct control_str inject_response;
	bool is_tls;    /* accepts nothing before LISTENER_TLS */
	uint8_t timing; /* send Server-Timing */
	uint32_t log;   /* of ACCESS_LOG; 0: none */
	/* Who speaks the PROXY protocol: control_net_put(), one by one.
	 * Empty: nobody; else connections of all others are refused. */
	struct control_str proxies;
};

/* A network of PROXY protocol senders: IPv4 as mapped IPv6. */
#define CONTROL_NET_SIZE 17
#define CONTROL_NETS_MAX 256
struct control_net {
	uint8_t address[16];
	uint8_t bits; /* CONTROL_NET_UNIX: peers on Unix sockets */
};
#define CONTROL_NET_UNIX 255

/* LISTENER_TLS, with a sealed memory file that holds a struct tls_spec */
struct control_tls {
	uint32_t listener;
	uint32_t len;
};

/* TICKET_KEYS */
#define CONTROL_TICKET_KEYS_MAX 3
struct control_ticket_key {
	uint8_t name[16];
	uint8_t aes[32];
	uint8_t hmac[32];
};
struct control_tickets {
	uint32_t lifetime_s; /* of sessions */
	uint8_t n;           /* [0] makes tickets, all read them */
	struct control_ticket_key keys[CONTROL_TICKET_KEYS_MAX];
};

/* ACCESS_LOG, with the descriptor to write to */
enum control_log_sink {
	CONTROL_LOG_FILE,    /* a regular file */
	CONTROL_LOG_PIPE,    /* a pipe or terminal: lines whole, as it takes */
	CONTROL_LOG_SOCKET,  /* a stream socket: send */
	CONTROL_LOG_JOURNAL, /* the journal's datagram socket */
	CONTROL_LOG_SINKS
};
enum control_log_format {
	CONTROL_LOG_COMBINED,
	CONTROL_LOG_JSON,
	CONTROL_LOG_FORMATS
};
struct control_log {
	uint32_t log; /* not 0 */
	uint8_t sink;
	uint8_t format;
};

/* Bounds of each of the two lists. */
#define CONTROL_INJECT_MAX 64
#define CONTROL_INJECT_BYTES_MAX 16384

/* ROUTES: a number and rows; a row that is first and matches wins */
struct control_route {
	uint32_t listener;
	struct control_str host; /* exact, "*.example.com", or empty: any */
	struct control_str path; /* prefix with a closing "*", or exact */
	uint32_t service;
};

/* CHANNEL, with one end of a data channel */
enum control_side { CONTROL_CLIENT, CONTROL_SERVER };
struct control_channel {
	uint8_t side;
	/* Client: the target that was asked for. Server: 0. */
	uint32_t target;
	/* Client: how many processes run that worker; each has a channel of
	 * its own. 0 is 1. */
	uint16_t instances;
	/* Client that is a front: the process at the other end, as
	 * PROCESS_ENDED names it. 0: nothing will be said of it. */
	uint32_t process;
	/* Server: which entrypoint requests of this channel are for, and its
	 * ctx.props; given by the supervisor, never by the caller. */
	struct control_str entrypoint; /* empty: default */
	struct control_str props;      /* JSON, empty: {} */
};
/*
 * Targets of CHANNEL_REQUEST: for a front a service number of LISTENER or
 * ROUTES; for a worker the index of a binding in its spec, or one of these.
 */
#define CONTROL_TARGET_OUTBOUND 0xfffffffeu /* globalOutbound */

/* CHANNEL_REFUSED */
struct control_refused {
	uint32_t target;
	uint8_t code; /* IPC_RESET_* */
	struct control_str text;
};

/* PROCESS_ENDED */
struct control_ended {
	uint32_t process; /* not 0 */
	uint8_t code;     /* IPC_RESET_*, not NONE */
};

/*
 * SPAWN, with the worker's end of its control channel and its log pipe;
 * SPAWN_INTO, with the directory of its control group behind them
 */
struct control_spawn {
	uint32_t cookie;
	uint32_t uid;        /* 0: the zygote's */
	uint64_t memory_max; /* private memory beyond the zygote's, bytes */
	struct control_str name;
};

/* SPAWNED: pid 0 and an errno when it failed */
struct control_spawned {
	uint32_t cookie;
	uint32_t pid;
	uint32_t error;
	bool is_placed; /* in its control group, if it was to be */
};

void control_hello_put(struct buf *b, const struct control_hello *m);
int control_hello_get(const struct ipc_msg *msg, struct control_hello *out);
/* VALUE NULL: remove the header. */
void control_inject_put(struct buf *b, const char *name, const char *value);
void control_listener_put(struct buf *b, const struct control_listener *m);
int control_listener_get(const struct ipc_msg *msg,
    struct control_listener *out);
void control_channel_put(struct buf *b, const struct control_channel *m);
int control_channel_get(const struct ipc_msg *msg, struct control_channel *out);
void control_refused_put(struct buf *b, const struct control_refused *m);
int control_refused_get(const struct ipc_msg *msg, struct control_refused *out);
void control_ended_send(struct chan *c, const struct control_ended *m);
int control_ended_get(const struct ipc_msg *msg, struct control_ended *out);
void control_spawn_put(struct buf *b, const struct control_spawn *m);
int control_spawn_get(const struct ipc_msg *msg, struct control_spawn *out);
void control_spawned_put(struct buf *b, const struct control_spawned *m);
int control_spawned_get(const struct ipc_msg *msg, struct control_spawned *out);

/* ROUTES: begin with the number, a row each, then send. */
void control_routes_begin(struct buf *b, uint32_t number, uint32_t nroutes);
void control_routes_add(struct buf *b, const struct control_route *r);
/* Starts the walk: reads number and count. */
void control_routes_get(const struct ipc_msg *msg, struct rd *r,
    uint32_t *number_out, uint32_t *nroutes_out);
/* One row; finish with rd_end(). */
void control_route_get(struct rd *r, struct control_route *out);

/* FRONT_LIMITS */
void control_limits_send(struct chan *c, const struct limits *l);
void control_net_put(struct buf *b, const struct control_net *net);
int control_net_get(struct rd *r, struct control_net *out);
/* FD is taken. */
void control_tls_send(struct chan *c, const struct control_tls *m, int fd);
int control_tls_get(const struct ipc_msg *msg, struct control_tls *out);
void control_tickets_send(struct chan *c, const struct control_tickets *m);
int control_tickets_get(const struct ipc_msg *msg, struct control_tickets *out);
/* FD is taken. */
void control_log_send(struct chan *c, const struct control_log *m, int fd);
int control_log_get(const struct ipc_msg *msg, struct control_log *out);
int control_limits_get(const struct ipc_msg *msg, struct limits *out);

/* A body that is one u32. */
int control_u32_get(const struct ipc_msg *msg, uint32_t *out);
void control_u32_send(struct chan *c, enum ipc_type type, uint32_t value);

#endif
