/*
 * Connections of clients.
 *
 * Runs in: front.
 * Owns:    the socket, the bytes that wait in either direction.
 * Never:   reads more than the protocol wants, so that a client who sends
 *          faster than its worker takes is held back by its own TCP window.
 */
#include "config.h"

#include "front/conn.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "front/clients.h"
#include "front/front.h"
#include "front/h1_conn.h"
#include "front/h2_conn.h"
#include "front/listener.h"
#include "front/transport.h"

#define CONN_MAGIC 0xc0117ac7u
#define APPEND_SIZE 16384 /* room for a read behind bytes that wait */
#define LINGER_BYTES_MAX (32 * 1024 * 1024)
#define TURN_BYTES_MAX (1024 * 1024) /* then other connections have a turn */

static const char h2_preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
#define H2_PREFACE_LEN (sizeof h2_preface - 1)

static_assert(ADDRESS_MAX + 16 <= CONN_CF_MAX, "room for an address");
#define UID_UNKNOWN 65534 /* of whom our user namespace does not map */
#define REFUSED_MAX 64    /* connections that wait until the client read it */
static const char refusal[] = "HTTP/1.1 503 Service Unavailable\r\n"
			      "content-type: text/plain;charset=UTF-8\r\n"
			      "content-length: 19\r\n"
			      "connection: close\r\n"
			      "\r\n"
			      "Service Unavailable";

static void conn_timed_out(struct conn *c);
static void conn_timed_out_idle(struct conn *c);
static void conn_timed_out_half(struct conn *c);

static const struct {
	const char *name;
	size_t limit; /* offset in struct limits */
	void (*on_timeout)(struct conn *c);
} states[CONN_STATE_MAX] = {
#define STATE(name_, limit_, on_timeout_, text_)                               \
	{#name_, offsetof(struct limits, limit_), on_timeout_},
#include "front/conn_states.def"
#undef STATE
};

static const char *const close_texts[] = {
#define CLOSE(name_, text_) text_,
#include "front/conn_closes.def"
#undef CLOSE
};

static void on_readable(struct ev_loop *, ev_io *, int);
static void on_writable(struct ev_loop *, ev_io *, int);
static void on_timer(struct ev_loop *, ev_timer *, int);
static void enter(struct conn *, enum conn_state, bool);

static struct conn *
make(struct front *f, struct listener *l, int fd, const char *client)
{
	struct conn *c = xcalloc(1, sizeof *c);

	c->magic = CONN_MAGIC;
	c->front = f;
	c->listener = l;
	c->fd = fd;
	memcpy(c->client, client, MIN(strlen(client), sizeof c->client - 1));
	ev_io_init(&c->reader, on_readable, fd, EV_READ);
	ev_io_init(&c->writer, on_writable, fd, EV_WRITE);
	ev_init(&c->timer, on_timer);
	c->reader.data = c->writer.data = c->timer.data = c;
	TAILQ_INSERT_TAIL(&f->conns, c, link);
	f->nconns++;
	c->state = CONN_STATE_MAX;
	enter(c, CONN_IDLE, false);
	return c;
}

void
conn_open(struct front *f, struct listener *l, int fd, const char *client,
    struct client *counted)
{
	struct conn *c = make(f, l, fd, client);

	c->counted = counted;
	l->nconns++;
	if (transport_open(c) != 0) {
		conn_close(c, CONN_CLOSE_BUDGET);
		return;
	}
	if (transport_is_opening(c))
		enter(c, CONN_HANDSHAKE, false);
	ev_io_start(f->loop, &c->reader);
}

void
conn_refuse(struct front *f, struct listener *l, int fd, const char *client)
{
	struct conn *c;

	/* Whether it can be read or not: a flood gets no more than this. */
	if (!l->is_tls)
		(void)send(fd, refusal, sizeof refusal - 1,
		    MSG_NOSIGNAL | MSG_DONTWAIT);
	if (f->nrefused >= REFUSED_MAX || l->is_tls) {
		fd_close(&fd);
		return;
	}
	f->nrefused++;
	c = make(f, l, fd, client);
	c->is_refused = true;
	conn_finish(c);
}

void
conn_wake(struct conn *c)
{
	ASSERT(c->magic == CONN_MAGIC);
	if (c->is_dirty || c->is_dead)
		return;
	c->is_dirty = true;
	c->dirty_next = c->front->dirty;
	c->front->dirty = c;
	chan_hub_defer(c->front->hub, &c->front->turn);
}

const char *
conn_local_name(const struct conn *c, char dst[ADDRESS_MAX])
{
	struct sockaddr_storage ss = {0};
	socklen_t len = sizeof ss;

	dst[0] = '\0';
	if (getsockname(c->fd, (struct sockaddr *)&ss, &len) == 0)
		address_format(&ss, dst, ADDRESS_MAX);
	if (dst[0] == '\0')
		memcpy(dst, "localhost", sizeof "localhost");
	return dst;
}

size_t
conn_cf(const struct conn *c, char dst[CONN_CF_MAX])
{
	static const char key[] = "{\"clientIp\":\"";
	size_t n = strlen(c->client), at = sizeof key - 1;
	struct ucred peer;
	socklen_t len = sizeof peer;

	if (n > 0) { /* an address has nothing that JSON would escape */
		memcpy(dst, key, at);
		memcpy(dst + at, c->client, n);
		memcpy(dst + at + n, "\"}", 3);
		return at + n + 2;
	}
	if (getsockopt(c->fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0 ||
	    peer.pid == 0) /* in a namespace that we do not see */
		return (size_t)snprintf(dst, CONN_CF_MAX, "{}");
	if (peer.uid == UID_UNKNOWN)
		return (size_t)snprintf(dst, CONN_CF_MAX, "{\"clientPid\":%ld}",
		    (long)peer.pid);
	return (size_t)snprintf(dst, CONN_CF_MAX,
	    "{\"clientPid\":%ld,\"clientUid\":%lu}", (long)peer.pid,
	    (unsigned long)peer.uid);
}

/* Keep the front's sum of what all connections hold. */
static void
account(struct conn *c)
{
	struct front *f = c->front;
	size_t n = transport_queued(c) + buf_len(&c->in);

	if (c->ops != NULL)
		n += c->ops->held(c);
	f->held_bytes = f->held_bytes - c->accounted + n;
	c->accounted = n;
}

/* Together they hold too much: those that hold most go. */
static void
keep_budget(struct front *f)
{
	struct conn *c, *most;

	while (f->held_bytes > f->limits.held_bytes) {
		most = NULL;
		TAILQ_FOREACH(c, &f->conns, link)
		{
			if (most == NULL || c->accounted > most->accounted)
				most = c;
		}
		if (most == NULL)
			return;
		conn_close(most, CONN_CLOSE_BUDGET);
	}
}

void
conn_close(struct conn *c, enum conn_close reason)
{
	struct front *f = c->front;

	ASSERT(c->magic == CONN_MAGIC);
	if (c->is_dead)
		return;
	log_debug("connection %d of %s: %s", c->fd, c->client,
	    close_texts[reason]);
	c->is_dead = true;
	if (c->ops != NULL)
		c->ops->clear(c);
	c->ops = NULL;
	ev_io_stop(f->loop, &c->reader);
	ev_io_stop(f->loop, &c->writer);
	ev_timer_stop(f->loop, &c->timer);
	transport_close(c);
	fd_close(&c->fd);
	buf_clear(&c->in);
	buf_clear(&c->out);
	account(c);
	clients_leave(f->clients, &c->counted);
	if (c->is_refused)
		f->nrefused--;
	else
		c->listener->nconns--;
	TAILQ_REMOVE(&f->conns, c, link);
	TAILQ_INSERT_TAIL(&f->dead, c, link);
	f->nconns--;
	chan_hub_defer(f->hub, &f->turn);
}

void
conn_free_dead(struct front *f)
{
	struct conn *c;

	while ((c = TAILQ_FIRST(&f->dead)) != NULL) {
		ASSERT(!c->is_dirty);
		TAILQ_REMOVE(&f->dead, c, link);
		c->magic = 0;
		free(c);
	}
}

void
conn_finish(struct conn *c)
{
	c->finishing = true;
	conn_wake(c);
}

void
conn_drain(struct conn *c)
{
	if (c->ops == NULL)
		conn_close(c, CONN_CLOSE_DRAIN);
	else
		c->ops->drain(c);
}

/* ---- time ---- */

/*
 * Wait in STATE. Its time begins anew when the state changes, or with AGAIN.
 * The timer is moved only when the deadline comes nearer: a request costs no
 * change of it.
 */
static void
enter(struct conn *c, enum conn_state state, bool again)
{
	struct front *f = c->front;
	uint64_t limit_ms, now;

	if (state == c->state && !again)
		return;
	c->state = state;
	memcpy(&limit_ms,
	    (const char *)&c->listener->limits + states[state].limit,
	    sizeof limit_ms);
	now = front_now_ms(f);
	c->deadline_ms = now + limit_ms;
	if (c->timer_ms != 0 && c->timer_ms <= c->deadline_ms)
		return;
	c->timer_ms = c->deadline_ms;
	ev_timer_stop(f->loop, &c->timer);
	ev_timer_set(&c->timer, (double)limit_ms / 1000., 0.);
	ev_timer_start(f->loop, &c->timer);
}

static void
on_timer(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct conn *c = w->data;
	uint64_t now = front_now_ms(c->front);

	(void)revents;
	ASSERT(c->magic == CONN_MAGIC);
	if (now < c->deadline_ms) {
		c->timer_ms = c->deadline_ms;
		ev_timer_set(w, (double)(c->deadline_ms - now) / 1000., 0.);
		ev_timer_start(loop, w);
		return;
	}
	c->timer_ms = 0;
	states[c->state].on_timeout(c);
	if (!c->is_dead) {
		/* Whatever comes now has its own time. */
		enter(c, c->state, true);
		conn_wake(c);
	}
}

static void
conn_timed_out(struct conn *c)
{
	if (c->ops == NULL)
		conn_close(c, CONN_CLOSE_TIMEOUT);
	else
		c->ops->timed_out(c);
}

static void
conn_timed_out_idle(struct conn *c)
{
	conn_close(c, CONN_CLOSE_TIMEOUT);
}

/*
 * Both a client that has gone and one that only sends no more have sent FIN.
 * The first answers with a reset what it is sent after that; a send of
 * nothing shows whether one came.
 */
static void
conn_timed_out_half(struct conn *c)
{
	if (c->asked && send(c->fd, "", 0, MSG_NOSIGNAL | MSG_DONTWAIT) != -1)
		c->half_open = true;
	else
		conn_close(c, CONN_CLOSE_EOF);
}

/* ---- input ---- */

/* The first bytes tell the protocol. Returns false while they are too few. */
static bool
detect(struct conn *c, const uint8_t *data, size_t len)
{
	size_t n = MIN(len, H2_PREFACE_LEN);
	bool is_h2;

	if (transport_has_choice(c, &is_h2)) {
		if (is_h2)
			h2_conn_open(c);
		else
			h1_conn_open(c);
		return true;
	}
	if (memcmp(data, h2_preface, n) != 0) {
		h1_conn_open(c);
		return true;
	}
	if (n < H2_PREFACE_LEN)
		return false;
	h2_conn_open(c);
	return true;
}

/* Show bytes to the protocol. Returns how many are done with. */
static size_t
show(struct conn *c, const uint8_t *data, size_t len)
{
	if (c->finishing)
		return len;
	if (c->ops == NULL && (len == 0 || !detect(c, data, len)))
		return 0;
	return c->is_dead ? len : c->ops->input(c, data, len);
}

/* Show what waits in `in` again. */
static void
show_again(struct conn *c)
{
	size_t n = show(c, buf_peek(&c->in), buf_len(&c->in));

	if (c->is_dead)
		return;
	buf_consume(&c->in, n);
	if (buf_len(&c->in) == 0)
		buf_clear(&c->in);
}

static void
linger(struct conn *c)
{
	ssize_t n =
	    recv(c->fd, c->front->read_buf, FRONT_READ_SIZE, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		c->lingered += (size_t)n;
	if (n <= 0 || c->lingered > LINGER_BYTES_MAX)
		conn_close(c, CONN_CLOSE_DONE);
}

/* Read once. Returns what recv(2) did. */
static ssize_t
receive(struct conn *c)
{
	uint8_t *p = c->front->read_buf;
	ssize_t n;
	size_t used;

	if (buf_len(&c->in) > 0) {
		p = buf_reserve(&c->in, APPEND_SIZE + TRANSPORT_SLACK);
		n = transport_recv(c, p, APPEND_SIZE);
		if (n <= 0)
			return n;
		buf_added(&c->in, (size_t)n);
		c->progress = true;
		show_again(c);
		return n;
	}
	n = transport_recv(c, p, FRONT_READ_SIZE);
	if (n <= 0)
		return n;
	c->progress = true;
	used = show(c, p, (size_t)n);
	if (!c->is_dead)
		buf_put(&c->in, p + used, (size_t)n - used);
	return n;
}

static void
on_readable(struct ev_loop *loop, ev_io *w, int revents)
{
	struct conn *c = w->data;
	ssize_t n;

	(void)loop;
	(void)revents;
	ASSERT(c->magic == CONN_MAGIC);
	if (c->state == CONN_LINGER) {
		linger(c);
		return;
	}
	n = receive(c);
	if (c->is_dead)
		return;
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		if (c->tls != NULL)
			conn_wake(c); /* its answer, or what comes next */
		return;
	}
	if (n < 0 && errno == EPROTO) {
		c->is_cut = true;
		conn_finish(c);
		return;
	}
	if (n < 0) {
		conn_close(c, CONN_CLOSE_IO);
		return;
	}
	if (n == 0 || c->tls_closed)
		c->eof = true;
	conn_wake(c);
}

/* ---- output ---- */

/* Write what is queued. Returns false if the connection ended. */
static bool
flush(struct conn *c)
{
	struct front *f = c->front;

	switch (transport_flush(c)) {
	case TRANSPORT_FAILED:
		conn_close(c, CONN_CLOSE_IO);
		return false;
	case TRANSPORT_BLOCKED:
		ev_io_start(f->loop, &c->writer);
		break;
	case TRANSPORT_EMPTY:
	default:
		ev_io_stop(f->loop, &c->writer);
		break;
	}
	if (c->ops != NULL)
		c->ops->written(c, transport_queued(c));
	return !c->is_dead;
}

static void
on_writable(struct ev_loop *loop, ev_io *w, int revents)
{
	struct conn *c = w->data;

	(void)loop;
	(void)revents;
	ASSERT(c->magic == CONN_MAGIC);
	conn_wake(c);
}

/* Everything is written: end, but let the client read the last of it. */
static void
end(struct conn *c)
{
	if (c->eof || c->abrupt || shutdown(c->fd, SHUT_WR) == -1) {
		conn_close(c, CONN_CLOSE_DONE);
		return;
	}
	if (c->ops != NULL)
		c->ops->clear(c);
	c->ops = NULL;
	buf_clear(&c->in);
	ev_io_start(c->front->loop, &c->reader);
	enter(c, CONN_LINGER, false);
}

/* ---- the end of a turn ---- */

static void
produce(struct conn *c)
{
	size_t sum = 0;
	bool more;

	do {
		more = c->ops != NULL && !c->finishing && c->ops->turn(c);
		sum += transport_queued(c);
		if (!flush(c))
			return;
	} while (more && transport_queued(c) == 0 && sum < TURN_BYTES_MAX);
	if (more && transport_queued(c) == 0)
		ev_io_start(c->front->loop, &c->writer);
}

static enum conn_state
next_state(struct conn *c)
{
	if (transport_is_opening(c) && !c->finishing)
		return CONN_HANDSHAKE;
	if (transport_queued(c) > 0 || c->finishing)
		return CONN_WRITE;
	if (c->ops != NULL)
		return c->ops->state(c);
	/* TLS is there, and no request yet. */
	return c->tls != NULL && buf_len(&c->in) == 0 ? CONN_IDLE
						      : CONN_READ_HEAD;
}

static void
run(struct conn *c)
{
	struct front *f = c->front;
	enum conn_state state;

	if (c->state == CONN_LINGER)
		return;
	if (buf_len(&c->in) > 0)
		show_again(c);
	if (!c->is_dead && c->eof && !c->told_eof && !c->finishing &&
	    (c->ops == NULL || !c->ops->holds_back(c))) {
		c->told_eof = true;
		if (c->ops == NULL)
			conn_close(c, CONN_CLOSE_EOF);
		else
			c->ops->input_ended(c);
	}
	if (c->is_dead)
		return;
	produce(c);
	if (c->is_dead)
		return;
	account(c);
	keep_budget(f);
	if (c->is_dead)
		return;
	if (c->finishing && transport_queued(c) == 0) {
		end(c);
		return;
	}
	state = next_state(c);
	/* A head, or a handshake, has its time, however it comes. */
	enter(c, state,
	    c->progress && state != CONN_READ_HEAD && state != CONN_HANDSHAKE);
	c->progress = false;
	if (!c->eof && !c->finishing && transport_wants_input(c) &&
	    (c->ops == NULL || c->ops->wants_input(c)))
		ev_io_start(f->loop, &c->reader);
	else
		ev_io_stop(f->loop, &c->reader);
}

void
conn_run_dirty(struct front *f)
{
	struct conn *c;

	while ((c = f->dirty) != NULL) {
		f->dirty = c->dirty_next;
		c->is_dirty = false;
		if (!c->is_dead)
			run(c);
	}
}
