/*
 * Listening sockets: accept in batches, wait where no descriptor is left.
 *
 * Runs in: front.
 * Never:   binds or listens; the sockets come ready from the supervisor.
 */
#include "config.h"

#include "front/listener.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <ev.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "front/address.h"
#include "front/clients.h"
#include "front/conn.h"
#include "front/front.h"
#include "front/inject.h"
#include "front/tls.h"
#include "front/transport.h"
#include "http/chars.h"
#include "ipc/control.h"

#define ACCEPT_BATCH 32
#define REFUSALS_LOG_MS 1000
#define RETRY_SECONDS 0.2 /* after accept failed for want of descriptors */

struct listener_watch {
	ev_io io;
	ev_timer retry;
	int fd; /* owned */
};

static void on_acceptable(struct ev_loop *, ev_io *, int);
static void on_retry(struct ev_loop *, ev_timer *, int);

static char *
copy_lower(const struct control_str *s)
{
	char *copy;

	if (s->len == 0)
		return NULL;
	copy = xmemdup(s->p, s->len);
	for (size_t i = 0; i < s->len; i++)
		copy[i] = (char)chars_lower((uint8_t)copy[i]);
	return copy;
}

static void
set_limits(struct listener *l, const struct limits *limits)
{
	l->limits = *limits;
	l->limits.fields = MIN(limits->fields, H1_FIELDS_MAX);
	l->h1_limits = (struct h1_limits){
	    .target_bytes = (size_t)l->limits.target_bytes,
	    .head_bytes = (size_t)l->limits.head_bytes,
	    .fields = (size_t)l->limits.fields,
	    .trailer_bytes = (size_t)l->limits.trailer_bytes,
	    .body_bytes = l->limits.body_bytes,
	};
}

static void
set_proxies(struct listener *l, const struct control_str *encoded)
{
	struct control_net net;
	struct rd r;

	rd_init(&r, encoded->p, encoded->len);
	while (r.left > 0 && control_net_get(&r, &net) == 0) {
		l->proxies = xreallocarray(l->proxies, l->nproxies + 1,
		    sizeof *l->proxies);
		l->proxies[l->nproxies++] = net;
	}
}

/* Accept, unless something is against it. */
static void
accept_on(struct listener *l)
{
	struct front *f = l->front;

	if (l->watch != NULL && !f->draining &&
	    f->nconns < f->limits.connections &&
	    !ev_is_active(&l->watch->retry) && (!l->is_tls || l->tls != NULL))
		ev_io_start(f->loop, &l->watch->io);
}

void
listener_add(struct front *f, const struct control_listener *m, int fd)
{
	struct listener *l = xcalloc(1, sizeof *l);
	struct listener_watch *w = xcalloc(1, sizeof *w);

	l->front = f;
	l->id = m->id;
	l->service = m->service;
	l->name = xmemdup(m->name.p, m->name.len);
	l->is_proxy_style = m->is_proxy_style;
	l->forwarded_proto_header = copy_lower(&m->forwarded_proto_header);
	l->cf_blob_header = copy_lower(&m->cf_blob_header);
	if (inject_new(m->inject_request, &l->inject_request) != 0 ||
	    inject_new(m->inject_response, &l->inject_response) != 0)
		log_error("%s: headers to inject do not decode", l->name);
	set_limits(l, &m->limits);
	set_proxies(l, &m->proxies);
	l->is_tls = m->is_tls;
	l->timing = m->timing;
	l->log = m->log;
	l->watch = w;
	w->fd = fd;
	ev_io_init(&w->io, on_acceptable, fd, EV_READ);
	ev_timer_init(&w->retry, on_retry, RETRY_SECONDS, 0.);
	w->io.data = w->retry.data = l;
	l->next = f->listeners;
	f->listeners = l;
	if (f->draining)
		listener_close(l);
	else
		accept_on(l);
}

void
listener_set_tls(struct listener *l, struct tls *t)
{
	tls_unref(&l->tls);
	l->tls = t;
	accept_on(l);
}

void
listener_close(struct listener *l)
{
	struct listener_watch *w = l->watch;

	if (w == NULL)
		return;
	ev_io_stop(l->front->loop, &w->io);
	ev_timer_stop(l->front->loop, &w->retry);
	fd_close(&w->fd);
	free(w);
	l->watch = NULL;
	tls_unref(&l->tls);
}

struct listener *
listener_find(struct front *f, uint32_t id)
{
	struct listener *l = f->listeners;

	while (l != NULL && l->id != id)
		l = l->next;
	return l;
}

void
listener_pause_all(struct front *f, int paused)
{
	for (struct listener *l = f->listeners; l != NULL; l = l->next) {
		if (l->watch == NULL)
			continue;
		if (paused)
			ev_io_stop(f->loop, &l->watch->io);
		else
			accept_on(l);
	}
}

void
listener_free_all(struct front *f)
{
	struct listener *l;

	while ((l = f->listeners) != NULL) {
		f->listeners = l->next;
		listener_close(l);
		free(l->name);
		free(l->forwarded_proto_header);
		free(l->cf_blob_header);
		inject_free(&l->inject_request);
		inject_free(&l->inject_response);
		tls_unref(&l->tls);
		free(l->proxies);
		free(l);
	}
}

void
listener_log_failure(struct listener *l, const char *client, const char *why)
{
	uint64_t now = front_now_ms(l->front);

	l->nrefused++;
	if (l->logged_ms != 0 && now - l->logged_ms < REFUSALS_LOG_MS)
		return;
	log_warn("socket %s: %llu connections refused, now of %s: %s", l->name,
	    (unsigned long long)l->nrefused, client, why);
	l->logged_ms = now;
	l->nrefused = 0;
}

/* Serve FD, or turn it away. */
static void
admit(struct listener *l, int fd, const struct sockaddr_storage *ss)
{
	struct front *f = l->front;
	struct client *counted = NULL;
	char client[ADDRESS_MAX];

	address_format(ss, client, sizeof client);
	if (l->nproxies > 0 &&
	    !transport_is_proxy(l->proxies, l->nproxies, ss)) {
		listener_log_failure(l, client, "not in proxyProtocol");
		fd_close(&fd);
	} else if (l->nconns >= l->limits.connections) {
		listener_log_failure(l, client, "limits.connections");
		conn_refuse(f, l, fd, client);
	} else if (l->nproxies > 0) {
		/* Counted when the proxy says who it is. */
		conn_open(f, l, fd, client, NULL);
	} else if (clients_enter(f->clients, ss, l->limits.client_connections,
		       &counted) != 0) {
		listener_log_failure(l, client, "limits.clientConnections");
		conn_refuse(f, l, fd, client);
	} else {
		conn_open(f, l, fd, client, counted);
	}
}

/* Returns false when there is nothing more to accept now. */
static bool
accept_one(struct listener *l)
{
	struct front *f = l->front;
	struct sockaddr_storage ss = {0};
	socklen_t len = sizeof ss;
	int on = 1, fd;

	fd = accept4(l->watch->fd, (struct sockaddr *)&ss, &len,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd == -1) {
		if (errno == ECONNABORTED || errno == EINTR || errno == EPERM)
			return true;
		if (errno == EAGAIN)
			return false;
		log_warn("socket %s: cannot accept: %s", l->name,
		    strerror(errno));
		ev_io_stop(f->loop, &l->watch->io);
		ev_timer_set(&l->watch->retry, RETRY_SECONDS, 0.);
		ev_timer_start(f->loop, &l->watch->retry);
		return false;
	}
	/* Fails on Unix sockets, which have no such delay. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	admit(l, fd, &ss);
	return true;
}

static void
on_acceptable(struct ev_loop *loop, ev_io *w, int revents)
{
	struct listener *l = w->data;

	(void)loop;
	(void)revents;
	for (int i = 0; i < ACCEPT_BATCH; i++) {
		if (!accept_one(l))
			return;
		if (l->front->nconns >= l->front->limits.connections) {
			log_warn("%llu connections: accepting no more for now",
			    (unsigned long long)l->front->nconns);
			listener_pause_all(l->front, true);
			return;
		}
	}
}

static void
on_retry(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct listener *l = w->data;

	(void)revents;
	(void)loop;
	accept_on(l);
}
