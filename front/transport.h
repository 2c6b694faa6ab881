#ifndef FRONT_TRANSPORT_H
#define FRONT_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * What is between a connection's socket and its protocol: the header of a
 * PROXY protocol, then TLS, where the listener has them.
 */
struct conn;
struct head_str;
struct sockaddr_storage;

/* What a read can give beyond what was asked for. */
#define TRANSPORT_SLACK 17408

/* Returns 0, or ERR_NOMEM. */
int transport_open(struct conn *c);
/* While the socket is still open. */
void transport_close(struct conn *c);

/*
 * Read once, as recv(2) does: bytes, 0 at the client's end, or -1 with errno;
 * EAGAIN also where what came is not for the protocol, EPROTO where the
 * connection is to end once what is queued was written.
 *
 * dst  room for SIZE + TRANSPORT_SLACK bytes
 */
ssize_t transport_recv(struct conn *c, uint8_t *dst, size_t size);

enum transport_flush {
	TRANSPORT_EMPTY,   /* all is written */
	TRANSPORT_BLOCKED, /* the client has to read first */
	TRANSPORT_FAILED,
};

/* Write what is queued in `out`. */
enum transport_flush transport_flush(struct conn *c);

/* Bytes to be written, in `out` and behind it. */
size_t transport_queued(const struct conn *c);
/* Whether more should be read: output is made by input, too. */
bool transport_wants_input(const struct conn *c);

/* The protocol's bytes have not begun yet. */
bool transport_is_opening(const struct conn *c);
/* The client chose HTTP/2, or HTTP/1, while TLS began. */
bool transport_has_choice(const struct conn *c, bool *is_h2_out);

/* For request.cf: JSON, or empty; held. */
void transport_describe(struct conn *c, struct head_str *cf_out);

/* Whether SS may speak the PROXY protocol to the listener of networks NETS. */
struct control_net;
bool transport_is_proxy(const struct control_net *nets, size_t nnets,
    const struct sockaddr_storage *ss);

#endif
