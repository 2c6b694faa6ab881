/*
 * Between sockets and protocols: PROXY headers and TLS.
 *
 * Runs in: front.
 * Owns:    the bytes of a PROXY header until it is whole; records of TLS that
 *          wait to be written, at most OUT_HIGH of them before the client has
 *          to read.
 */
#include "config.h"

#include "front/transport.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/err.h"
#include "base/log.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "front/address.h"
#include "front/clients.h"
#include "front/conn.h"
#include "front/front.h"
#include "front/listener.h"
#include "front/tls_conn.h"
#include "http/proxy.h"
#include "ipc/control.h"
#include "ipc/head.h"

#define OUT_HIGH 65536 /* bytes of records, at which no more are made */
#define OUT_MAX 131072 /* at which nothing is read: input makes records */
#define REASON_MAX 128
#define RECORD_MAX 16384 /* bytes in one record */

static_assert(TRANSPORT_SLACK >= TLS_CONN_SLACK, "room for a record");
static_assert(FRONT_READ_SIZE >= PROXY_BYTES_MAX, "room behind a header");

/* ---- the PROXY protocol ---- */

static void
to_mapped(const struct sockaddr_storage *ss, uint8_t out[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	memset(out, 0, 16);
	if (ss->ss_family == AF_INET) {
		memcpy(&in, ss, sizeof in);
		memcpy(out, mapped, sizeof mapped);
		memcpy(out + sizeof mapped, &in.sin_addr, 4);
	} else if (ss->ss_family == AF_INET6) {
		memcpy(&in6, ss, sizeof in6);
		memcpy(out, &in6.sin6_addr, 16);
	}
}

static bool
is_within(const uint8_t ip[16], const struct control_net *net)
{
	size_t whole = net->bits / 8;
	uint8_t mask = (uint8_t)(0xff00u >> net->bits % 8);

	return memcmp(ip, net->address, whole) == 0 &&
	       (whole == 16 || ((ip[whole] ^ net->address[whole]) & mask) == 0);
}

bool
transport_is_proxy(const struct control_net *nets, size_t nnets,
    const struct sockaddr_storage *ss)
{
	bool is_unix = ss->ss_family != AF_INET && ss->ss_family != AF_INET6;
	uint8_t ip[16];

	to_mapped(ss, ip);
	for (size_t i = 0; i < nnets; i++) {
		if (nets[i].bits == CONTROL_NET_UNIX
			? is_unix
			: !is_unix && is_within(ip, &nets[i]))
			return true;
	}
	return false;
}

/* The client that the proxy speaks of counts, and is logged, as if it were
 * here. */
static int
become(struct conn *c, const struct proxy_header *h)
{
	struct sockaddr_storage ss = {.ss_family = AF_INET};
	struct sockaddr_in in = {
	    .sin_family = AF_INET, .sin_port = htons(h->port)};
	struct sockaddr_in6 in6 = {
	    .sin6_family = AF_INET6, .sin6_port = htons(h->port)};

	if (h->family == 0)
		return 0;
	if (h->family == 4) {
		memcpy(&in.sin_addr, h->ip, 4);
		memcpy(&ss, &in, sizeof in);
	} else {
		memcpy(&in6.sin6_addr, h->ip, 16);
		memcpy(&ss, &in6, sizeof in6);
	}
	address_format(&ss, c->client, sizeof c->client);
	return clients_enter(c->front->clients, &ss,
	    c->listener->limits.client_connections, &c->counted);
}

/*
 * Read some of a PROXY header. Returns the number of bytes behind it, at DST;
 * otherwise as transport_recv().
 */
static ssize_t
recv_header(struct conn *c, uint8_t *dst)
{
	struct buf *b = c->header;
	struct proxy_header h;
	ssize_t n = recv(c->fd, dst, PROXY_BYTES_MAX, MSG_DONTWAIT);
	size_t rest;

	if (n <= 0)
		return n;
	buf_put(b, dst, (size_t)n);
	switch (proxy_parse(buf_peek(b), buf_len(b), &h)) {
	case PROXY_MORE:
		errno = EAGAIN;
		return -1;
	case PROXY_DONE:
		break;
	case PROXY_BAD:
	default:
		listener_log_failure(c->listener, c->client, "no PROXY header");
		errno = ECONNABORTED;
		return -1;
	}
	rest = buf_len(b) - h.used;
	memcpy(dst, buf_peek(b) + h.used, rest);
	buf_clear(b);
	free(b);
	c->header = NULL;
	if (become(c, &h) != 0) {
		listener_log_failure(c->listener, c->client,
		    "limits.clientConnections");
		errno = ECONNABORTED;
		return -1;
	}
	if (rest == 0)
		errno = EAGAIN;
	return rest > 0 ? (ssize_t)rest : -1;
}

/* ---- both ---- */

int
transport_open(struct conn *c)
{
	if (c->listener->nproxies > 0) {
		c->header = xmalloc(sizeof *c->header);
		buf_init(c->header);
	}
	if (c->listener->tls == NULL)
		return 0;
	c->tls = tls_conn_new(c->listener->tls);
	if (c->tls == NULL)
		return ERR_NOMEM;
	if (c->front->cipher_buf == NULL)
		c->front->cipher_buf = xmalloc(FRONT_READ_SIZE);
	return 0;
}

/* Nothing is cut off where nothing is under way: say so, if it can be said. */
static void
say_goodbye(struct conn *c)
{
	struct buf *b = tls_conn_queue(c->tls);

	if (c->state != CONN_IDLE || c->is_cut || transport_queued(c) > 0)
		return;
	tls_conn_shutdown(c->tls);
	(void)send(c->fd, buf_peek(b), buf_len(b), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void
transport_close(struct conn *c)
{
	if (c->tls != NULL)
		say_goodbye(c);
	if (c->header != NULL)
		buf_clear(c->header);
	free(c->header);
	c->header = NULL;
	tls_conn_free(&c->tls);
}

/* N bytes of records, in the front's scratch, to bytes at DST. */
static ssize_t
decrypt(struct conn *c, size_t n, uint8_t *dst)
{
	bool was_established = tls_conn_is_established(c->tls);
	char why[REASON_MAX];
	size_t got;

	switch (tls_conn_input(c->tls, c->front->cipher_buf, n, dst, &got)) {
	case TLS_CONN_CLOSED:
		/* Found again by the next read, if there is something now. */
		c->tls_closed = true;
		break;
	case TLS_CONN_FAILED:
		if (!was_established) {
			snprintf(why, sizeof why, "TLS: %s",
			    tls_conn_failure(c->tls));
			listener_log_failure(c->listener, c->client, why);
		}
		log_debug("connection %d of %s: TLS: %s", c->fd, c->client,
		    tls_conn_failure(c->tls));
		errno = EPROTO;
		return -1;
	case TLS_CONN_OPEN:
	default:
		break;
	}
	if (got > 0)
		return (ssize_t)got;
	if (c->tls_closed)
		return 0;
	errno = EAGAIN;
	return -1;
}

ssize_t
transport_recv(struct conn *c, uint8_t *dst, size_t size)
{
	uint8_t *p = c->tls != NULL ? c->front->cipher_buf : dst;
	ssize_t n;

	if (c->tls_closed)
		return 0;
	n = c->header != NULL ? recv_header(c, p)
			      : recv(c->fd, p, size, MSG_DONTWAIT);
	if (c->tls == NULL || n <= 0)
		return n;
	c->progress = true;
	return decrypt(c, (size_t)n, dst);
}

/* Make records of what is queued, as many as may wait. */
static int
encrypt(struct conn *c)
{
	const struct buf *records = tls_conn_queue(c->tls);

	while (buf_len(&c->out) > 0 && buf_len(records) < OUT_HIGH) {
		size_t n = MIN(buf_len(&c->out), RECORD_MAX);

		if (tls_conn_output(c->tls, buf_peek(&c->out), n) != 0)
			return ERR_CLOSED;
		buf_consume(&c->out, n);
	}
	if (c->finishing && !c->is_cut && buf_len(&c->out) == 0)
		tls_conn_shutdown(c->tls);
	return 0;
}

enum transport_flush
transport_flush(struct conn *c)
{
	struct buf *b = c->tls != NULL ? tls_conn_queue(c->tls) : &c->out;

	for (;;) {
		ssize_t n;

		/* After a failure only the alert is written. */
		if (c->tls != NULL && encrypt(c) != 0)
			buf_consume(&c->out, buf_len(&c->out));
		if (buf_len(b) == 0)
			break;
		n = send(c->fd, buf_peek(b), buf_len(b),
		    MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n >= 0) {
			buf_consume(b, (size_t)n);
			c->progress = true;
			c->asked = c->asked || c->eof;
		} else if (errno == EAGAIN) {
			return TRANSPORT_BLOCKED;
		} else if (errno != EINTR) {
			return TRANSPORT_FAILED;
		}
	}
	buf_clear(b);
	buf_clear(&c->out);
	return TRANSPORT_EMPTY;
}

size_t
transport_queued(const struct conn *c)
{
	return buf_len(&c->out) +
	       (c->tls != NULL ? buf_len(tls_conn_queue(c->tls)) : 0);
}

bool
transport_wants_input(const struct conn *c)
{
	return c->tls == NULL || buf_len(tls_conn_queue(c->tls)) < OUT_MAX;
}

bool
transport_is_opening(const struct conn *c)
{
	return c->header != NULL ||
	       (c->tls != NULL && !tls_conn_is_established(c->tls));
}

bool
transport_has_choice(const struct conn *c, bool *is_h2_out)
{
	if (c->tls == NULL)
		return false;
	*is_h2_out = tls_conn_is_h2(c->tls);
	return true;
}

void
transport_describe(struct conn *c, struct head_str *cf_out)
{
	cf_out->p = "";
	cf_out->len = 0;
	if (c->tls != NULL)
		cf_out->p = tls_conn_cf(c->tls, c->client, &cf_out->len);
}
