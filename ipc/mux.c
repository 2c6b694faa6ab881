/*
 * Request streams on a data channel.
 *
 * Runs in: front and callers (client side), workers (server side).
 * Owns:    the channel and its streams.
 * Never:   buffers a body: data goes to the owner as it comes, within the
 *          credit that the owner gave; what the peer sends beyond it, or for
 *          a stream in the wrong state, ends the channel.
 */
#include "config.h"

#include "ipc/mux.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/util.h"
#include "base/xmalloc.h"

#define MUX_MAGIC 0x3a0c57e4u
#define STREAM_MAGIC 0x57e4a3b1u
#define TABLE_MIN 16
#define RESET_TEXT_MAX 256
#define RESETS_PER_SECOND 10000 /* more is a flood */
#define LATE_PER_SECOND 100000  /* likewise */

/* What a peer has done in this second. */
struct mux_count {
	uint64_t since_ms;
	uint32_t n;
};

struct stream {
	uint32_t magic;
	uint32_t id;
	struct mux *mux;     /* held */
	struct stream *next; /* in its bucket */
	const struct stream_ops *ops;
	void *arg;
	uint32_t send_credit; /* bytes the peer will take */
	uint32_t recv_credit; /* bytes the peer may send */
	uint32_t unreturned;  /* consumed, credit not yet given */
	uint32_t unconsumed;  /* given to the owner, not yet consumed */
	bool responded;       /* a response head was sent or received */
	bool expects;         /* CONTINUE may be sent or received */
	bool accepted;        /* client: known; server: said, or not needed */
	bool forwards;        /* FORWARD was sent or received */
	bool in_ended;
	bool out_ended;
	bool discards;
	bool wants_room; /* stream_send() took less than it was given */
	bool closing;    /* on_close is being called */
};

struct mux {
	uint32_t magic;
	struct chan *chan;       /* owned */
	struct chan_hub *hub;    /* held */
	struct chan_task closer; /* closes the streams in `due` */
	struct buf due;          /* u32 ids: both directions have ended */
	struct mux_options o;
	struct stream **table; /* size is a power of 2 */
	size_t table_size;
	size_t drain_at; /* bucket to begin with when there is room again */
	size_t nstreams;
	uint32_t last_id; /* client: last opened; server: last accepted */
	uint32_t seen_id; /* server: last one after our GOAWAY, ignored */
	struct mux_count resets;
	struct mux_count late; /* frames of streams that are closed */
	bool goaway;           /* server: sent; client: received */
	bool goaway_acked;
	bool ended;
	bool is_dead;      /* freed, as soon as no call is under way */
	unsigned int busy; /* calls to owners under way */
};

static void destroy(struct mux *);

/* ---- the table of streams ---- */

static struct stream **
slot(const struct mux *m, uint32_t id)
{
	struct stream **p = &m->table[id & (m->table_size - 1)];

	while (*p != NULL && (*p)->id != id)
		p = &(*p)->next;
	return p;
}

static void
grow(struct mux *m)
{
	struct stream **old = m->table;
	size_t old_size = m->table_size;

	m->table_size = old_size == 0 ? TABLE_MIN : old_size * 2;
	m->table = xcalloc(m->table_size, sizeof(struct stream *));
	for (size_t i = 0; i < old_size; i++) {
		while (old[i] != NULL) {
			struct stream *s = old[i];
			struct stream **p;

			old[i] = s->next;
			s->next = NULL;
			p = slot(m, s->id);
			*p = s;
		}
	}
	free(old);
}

static struct stream *
add_stream(struct mux *m, uint32_t id)
{
	struct stream *s = xcalloc(1, sizeof *s);

	if (m->nstreams >= m->table_size)
		grow(m);
	s->magic = STREAM_MAGIC;
	s->id = id;
	s->mux = m;
	s->send_credit = s->recv_credit = MUX_WINDOW;
	*slot(m, id) = s;
	m->nstreams++;
	return s;
}

static void
remove_stream(struct stream *s)
{
	struct stream **p = slot(s->mux, s->id);

	ASSERT(*p == s);
	*p = s->next;
	s->mux->nstreams--;
	s->magic = 0;
	free(s);
}

/* Tell the owner and forget the stream. */
static void
close_stream(struct stream *s, enum stream_outcome outcome, uint32_t code,
    const char *text)
{
	const struct stream_ops *ops = s->ops;

	s->closing = true;
	if (ops != NULL)
		ops->on_close(s, outcome, code, text);
	remove_stream(s);
}

/* Close all streams with an id over AFTER. */
static void
close_streams(struct mux *m, uint32_t after, enum stream_outcome outcome,
    uint32_t code)
{
	for (size_t i = 0; i < m->table_size; i++) {
		struct stream *s = m->table[i];

		/* A callback may change the bucket: start it over. */
		while (s != NULL) {
			if (s->id <= after || s->closing) {
				s = s->next;
				continue;
			}
			close_stream(s, outcome, code, ipc_reset_text(code));
			s = m->table[i];
		}
	}
}

/* One or both directions of S have ended: on_close may be due. */
static void
end_direction(struct stream *s)
{
	struct mux *m = s->mux;

	if (!s->in_ended || !s->out_ended)
		return;
	buf_put(&m->due, &s->id, sizeof s->id);
	chan_hub_defer(m->hub, &m->closer);
}

/* ---- sending ---- */

static void
send_frame(struct stream *s, enum ipc_type type, uint16_t flags,
    uint32_t credit, const void *body, size_t len)
{
	struct ipc_header h = {.len = (uint32_t)len,
	    .type = (uint16_t)type,
	    .flags = flags,
	    .stream = s->id,
	    .credit = credit};

	chan_send_frame(s->mux->chan, &h, body);
}

void
stream_continue(struct stream *s)
{
	ASSERT(s->magic == STREAM_MAGIC);
	/* Readers of bodies do not know which side of a stream they are on. */
	if (!s->mux->o.is_server || !s->expects || s->in_ended || s->mux->ended)
		return;
	s->expects = false;
	send_frame(s, IPC_CONTINUE, 0, 0, NULL, 0);
}

void
stream_forward(struct stream *s)
{
	ASSERT(s->magic == STREAM_MAGIC && s->responded && !s->out_ended);
	if (!s->mux->o.is_server || s->forwards || s->in_ended || s->mux->ended)
		return;
	s->forwards = true;
	send_frame(s, IPC_FORWARD, 0, 0, NULL, 0);
}

void
stream_respond(struct stream *s, const void *head, size_t len, bool end)
{
	ASSERT(s->magic == STREAM_MAGIC && s->mux->o.is_server);
	ASSERT(!s->responded && !s->out_ended && len <= IPC_FRAME_MAX);
	s->responded = true;
	s->out_ended = end;
	send_frame(s, IPC_RESPONSE, end ? IPC_FLAG_END : 0, 0, head, len);
	end_direction(s);
}

size_t
stream_room(const struct stream *s)
{
	ASSERT(s->magic == STREAM_MAGIC);
	if (s->out_ended || chan_is_full(s->mux->chan))
		return 0;
	return s->send_credit;
}

size_t
stream_send(struct stream *s, const void *data, size_t len, bool end)
{
	const uint8_t *p = data;
	size_t done = 0;

	ASSERT(s->magic == STREAM_MAGIC && !s->out_ended);
	while (done < len) {
		size_t n = MIN(MIN(len - done, stream_room(s)), MUX_DATA_MAX);
		bool last = end && done + n == len;

		if (n == 0) {
			s->wants_room = true;
			return done;
		}
		s->send_credit -= (uint32_t)n;
		s->out_ended = last;
		send_frame(s, IPC_DATA, last ? IPC_FLAG_END : 0, 0, p + done,
		    n);
		done += n;
	}
	if (end && !s->out_ended) {
		s->out_ended = true;
		send_frame(s, IPC_DATA, IPC_FLAG_END, 0, NULL, 0);
	}
	end_direction(s);
	return done;
}

void
stream_send_trailers(struct stream *s, const void *fields, size_t len)
{
	ASSERT(s->magic == STREAM_MAGIC && !s->out_ended);
	s->out_ended = true;
	send_frame(s, IPC_TRAILERS, IPC_FLAG_END, 0, fields, len);
	end_direction(s);
}

/* Give credit back in large steps, not per chunk. */
static void
return_credit(struct stream *s)
{
	if (s->in_ended || s->unreturned < MUX_WINDOW / 4)
		return;
	s->recv_credit += s->unreturned;
	send_frame(s, IPC_CREDIT, 0, s->unreturned, NULL, 0);
	s->unreturned = 0;
}

void
stream_consumed(struct stream *s, size_t n)
{
	ASSERT(s->magic == STREAM_MAGIC);
	ASSERT(n <= s->unconsumed);
	s->unconsumed -= (uint32_t)n;
	s->unreturned += (uint32_t)n;
	return_credit(s);
}

void
stream_discard(struct stream *s)
{
	ASSERT(s->magic == STREAM_MAGIC);
	if (s->discards)
		return;
	s->discards = true;
	stream_consumed(s, s->unconsumed);
}

void
stream_reset(struct stream *s, uint32_t code, const char *text)
{
	size_t len = text == NULL ? 0 : strnlen(text, RESET_TEXT_MAX);

	ASSERT(s->magic == STREAM_MAGIC);
	if (!s->in_ended || !s->out_ended)
		send_frame(s, IPC_RESET, 0, code, text, len);
	remove_stream(s);
}

/* ---- receiving ---- */

/*
 * Calls of owners: they may free the mux, which then goes when the outermost
 * call returns.
 */
static void
enter(struct mux *m)
{
	m->busy++;
}

static void
leave(struct mux *m)
{
	if (--m->busy == 0 && m->is_dead)
		destroy(m);
}

static struct stream *
find(struct mux *m, uint32_t id)
{
	return m->table_size == 0 ? NULL : *slot(m, id);
}

/* One more in this second: too many? */
static bool
is_flood(struct mux_count *c, uint32_t max)
{
	uint64_t now = clock_now_ms();

	if (now - c->since_ms >= 1000) {
		c->since_ms = now;
		c->n = 0;
	}
	return ++c->n > max;
}

/*
 * A frame for a stream that is gone: allowed for streams that existed, since
 * our RESET and the peer's frame may have crossed.
 */
static int
gone(struct mux *m, uint32_t id)
{
	if (id == 0 || id > MAX(m->last_id, m->seen_id))
		return ERR_STATE;
	return is_flood(&m->late, LATE_PER_SECOND) ? ERR_LIMIT : 0;
}

static void
run_closer(struct chan_task *task)
{
	struct mux *m = CONTAINER_OF(task, struct mux, closer);
	struct buf due = m->due;

	buf_init(&m->due);
	enter(m);
	while (!m->is_dead && buf_len(&due) > 0) {
		struct stream *s;
		uint32_t id;

		memcpy(&id, buf_peek(&due), sizeof id);
		buf_consume(&due, sizeof id);
		s = find(m, id);
		if (s != NULL && !s->closing)
			close_stream(s, STREAM_DONE, IPC_RESET_NONE, "");
	}
	leave(m);
	buf_clear(&due);
}

static int
on_request(void *arg, const struct ipc_msg *msg)
{
	struct mux *m = arg;
	bool end = (msg->flags & IPC_FLAG_END) != 0;
	uint32_t id = msg->stream;
	struct stream *s;
	int r;

	if (!m->o.is_server || id <= m->last_id)
		return ERR_STATE;
	if (m->goaway) {
		/* It crossed our GOAWAY: the client will ask another. */
		if (m->goaway_acked || id <= m->seen_id)
			return ERR_STATE;
		m->seen_id = id;
		return 0;
	}
	m->last_id = id;
	s = add_stream(m, id);
	s->in_ended = end;
	s->expects = (msg->flags & IPC_FLAG_EXPECT) != 0;
	if (m->nstreams > m->o.streams_max) {
		stream_reset(s, IPC_RESET_BUSY, NULL);
		return 0;
	}
	enter(m);
	r = m->o.ops->on_request(m->o.arg, s, msg->body, msg->len, end);
	leave(m);
	return r;
}

/* Client: the server has answered something. */
static void
accepted(struct stream *s)
{
	if (s->mux->o.is_server || s->accepted)
		return;
	s->accepted = true;
	if (s->ops->on_accepted != NULL)
		s->ops->on_accepted(s);
}

static int
on_accepted(void *arg, const struct ipc_msg *msg)
{
	struct mux *m = arg;
	struct stream *s = find(m, msg->stream);

	if (s == NULL)
		return gone(m, msg->stream);
	if (m->o.is_server)
		return ERR_STATE;
	enter(m);
	accepted(s);
	leave(m);
	return 0;
}

/* Server: tell a client that keeps the body until then. */
static void
say_accepted(struct stream *s)
{
	if (!s->mux->o.is_server || s->accepted || s->in_ended ||
	    MUX_WINDOW - s->recv_credit < MUX_ACCEPT_BYTES)
		return;
	s->accepted = true;
	send_frame(s, IPC_ACCEPTED, 0, 0, NULL, 0);
}

static int
on_response(void *arg, const struct ipc_msg *msg)
{
	struct mux *m = arg;
	struct stream *s = find(m, msg->stream);
	bool end = (msg->flags & IPC_FLAG_END) != 0;
	int r;

	if (s == NULL)
		return gone(m, msg->stream);
	if (m->o.is_server || s->responded || s->in_ended)
		return ERR_STATE;
	s->responded = s->accepted = true;
	s->in_ended = end;
	end_direction(s);
	enter(m);
	r = s->ops->on_response(s, msg->body, msg->len, end);
	leave(m);
	return r;
}

static int
on_forward(void *arg, const struct ipc_msg *msg)
{
	struct mux *m = arg;
	struct stream *s = find(m, msg->stream);

	if (s == NULL)
		return gone(m, msg->stream);
	if (m->o.is_server || !s->responded || s->in_ended || s->forwards)
		return ERR_STATE;
	s->forwards = true;
	if (s->out_ended || s->ops->on_forward == NULL)
		return 0;
	enter(m);
	s->ops->on_forward(s);
	leave(m);
	return 0;
}

static int
on_continue(void *arg, const struct ipc_msg *msg)
{
	struct mux *m = arg;
	struct stream *s = find(m, msg->stream);

	if (s == NULL)
		return gone(m, msg->stream);
	if (m->o.is_server || !s->expects)
		return ERR_STATE;
	s->expects = false;
	enter(m);
	if (s->ops->on_continue != NULL)
		s->ops->on_continue(s);
	leave(m);
	return 0;
}

static int
on_data(void *arg, const struct ipc_msg *msg)
{
	struct mux *m = arg;
	struct stream *s = find(m, msg->stream);
	bool end = (msg->flags & IPC_FLAG_END) != 0;
	int r = 0;

	if (s == NULL)
		return gone(m, msg->stream);
	if (s->in_ended || (!m->o.is_server && !s->responded))
		return ERR_STATE;
	if (msg->len > s->recv_credit)
		return ERR_LIMIT;
	if (msg->len == 0 && !end)
		return ERR_STATE;
	s->recv_credit -= (uint32_t)msg->len;
	s->unconsumed += (uint32_t)msg->len;
	s->in_ended = end;
	end_direction(s);
	say_accepted(s);
	if (s->discards) {
		stream_consumed(s, msg->len);
		if (!end)
			return 0;
	}
	if (s->ops == NULL)
		return ERR_STATE;
	enter(m);
	if (s->discards)
		r = s->ops->on_data(s, NULL, 0, true);
	else
		r = s->ops->on_data(s, msg->body, msg->len, end);
	leave(m);
	return r;
}

static int
on_trailers(void *arg, const struct ipc_msg *msg)
{
	struct mux *m = arg;
	struct stream *s = find(m, msg->stream);
	int r;

	if (s == NULL)
		return gone(m, msg->stream);
	if (s->in_ended || (!m->o.is_server && !s->responded) || s->ops == NULL)
		return ERR_STATE;
	s->in_ended = true;
	end_direction(s);
	enter(m);
	if (s->ops->on_trailers != NULL && !s->discards)
		r = s->ops->on_trailers(s, msg->body, msg->len);
	else
		r = s->ops->on_data(s, NULL, 0, true);
	leave(m);
	return r;
}

static int
on_credit(void *arg, const struct ipc_msg *msg)
{
	struct mux *m = arg;
	struct stream *s = find(m, msg->stream);

	if (s == NULL)
		return gone(m, msg->stream);
	if (msg->credit == 0 || msg->credit > MUX_WINDOW - s->send_credit)
		return ERR_LIMIT;
	s->send_credit += msg->credit;
	enter(m);
	accepted(s);
	s = find(m, msg->stream); /* its owner was called */
	if (s != NULL && s->wants_room && !s->out_ended &&
	    !chan_is_full(m->chan)) {
		s->wants_room = false;
		if (s->ops != NULL && s->ops->on_writable != NULL)
			s->ops->on_writable(s);
	}
	leave(m);
	return 0;
}

static int
on_reset(void *arg, const struct ipc_msg *msg)
{
	struct mux *m = arg;
	struct stream *s = find(m, msg->stream);
	char text[RESET_TEXT_MAX + 8];

	if (s == NULL)
		return gone(m, msg->stream);
	if (is_flood(&m->resets, RESETS_PER_SECOND))
		return ERR_LIMIT;
	log_escape(text, sizeof text, (const char *)msg->body, msg->len);
	enter(m);
	close_stream(s, STREAM_RESET, msg->credit, text);
	leave(m);
	return 0;
}

static int
on_goaway(void *arg, const struct ipc_msg *msg)
{
	struct mux *m = arg;
	struct ipc_header ack = {.type = IPC_GOAWAY_ACK};

	if (m->o.is_server || m->goaway)
		return ERR_STATE;
	m->goaway = true;
	chan_send_frame(m->chan, &ack, NULL);
	enter(m);
	close_streams(m, msg->stream, STREAM_UNACCEPTED, msg->credit);
	if (!m->is_dead && m->o.ops->on_goaway != NULL)
		m->o.ops->on_goaway(m->o.arg, msg->credit);
	leave(m);
	return 0;
}

static int
on_goaway_ack(void *arg, const struct ipc_msg *msg)
{
	struct mux *m = arg;

	(void)msg;
	if (!m->o.is_server || !m->goaway || m->goaway_acked)
		return ERR_STATE;
	m->goaway_acked = true;
	enter(m);
	if (m->o.ops->on_goaway_ack != NULL)
		m->o.ops->on_goaway_ack(m->o.arg);
	leave(m);
	return 0;
}

static const chan_handler handlers[IPC_TYPE_MAX] = {
    [IPC_REQUEST] = on_request,
    [IPC_RESPONSE] = on_response,
    [IPC_DATA] = on_data,
    [IPC_TRAILERS] = on_trailers,
    [IPC_CREDIT] = on_credit,
    [IPC_RESET] = on_reset,
    [IPC_CONTINUE] = on_continue,
    [IPC_ACCEPTED] = on_accepted,
    [IPC_FORWARD] = on_forward,
    [IPC_GOAWAY] = on_goaway,
    [IPC_GOAWAY_ACK] = on_goaway_ack,
};

static void
on_chan_close(void *arg, enum chan_close reason)
{
	struct mux *m = arg;

	m->ended = true;
	enter(m);
	close_streams(m, 0, STREAM_LOST,
	    reason == CHAN_CLOSE_EOF || reason == CHAN_CLOSE_IO
		? IPC_RESET_CRASH
		: IPC_RESET_PROTOCOL);
	if (!m->is_dead)
		m->o.ops->on_close(m->o.arg, reason);
	leave(m);
}

/* The channel's queue has room again: whoever waited may send. */
static void
on_drained(void *arg)
{
	struct mux *m = arg;
	size_t mask = m->table_size - 1, n = m->table_size, i;

	enter(m);
	/* Begin where the room ended last time: each stream has its turn. */
	for (i = m->drain_at; n > 0 && !m->is_dead; i++, n--) {
		for (struct stream *s = m->table[i & mask]; s != NULL;) {
			if (!s->wants_room || s->send_credit == 0 ||
			    s->out_ended) {
				s = s->next;
				continue;
			}
			s->wants_room = false;
			s->ops->on_writable(s);
			if (m->is_dead)
				goto out;
			if (m->table_size != mask + 1) {
				mask = m->table_size - 1;
				n = m->table_size; /* once more, all */
			}
			if (chan_is_full(m->chan)) {
				m->drain_at = (i + 1) & mask;
				goto out;
			}
			s = m->table[i &
				     mask]; /* the bucket may have changed */
		}
	}
out:
	leave(m);
}

/* ---- the mux ---- */

struct mux *
mux_new(struct chan_hub *hub, int fd, const struct mux_options *options)
{
	struct mux *m = xcalloc(1, sizeof *m);
	struct chan_options co = {
	    .self = options->is_server ? IPC_PARTY_A : IPC_PARTY_C,
	    .peer = options->is_server ? IPC_PARTY_C : IPC_PARTY_A,
	    .handlers = handlers,
	    .arg = m,
	    .on_close = on_chan_close,
	    .on_drained = on_drained,
	};

	m->magic = MUX_MAGIC;
	m->o = *options;
	if (m->o.streams_max == 0)
		m->o.streams_max = MUX_STREAMS_MAX;
	m->hub = hub;
	m->closer.run = run_closer;
	m->chan = chan_new(hub, fd, &co);
	return m;
}

static void
destroy(struct mux *m)
{
	chan_hub_cancel(m->hub, &m->closer);
	chan_free(&m->chan);
	buf_clear(&m->due);
	free(m->table);
	m->magic = 0;
	free(m);
}

void
mux_free(struct mux **mux)
{
	struct mux *m = *mux;

	if (m == NULL)
		return;
	ASSERT(m->magic == MUX_MAGIC && !m->is_dead);
	*mux = NULL;
	enter(m);
	if (!m->ended) {
		m->ended = true;
		close_streams(m, 0, STREAM_LOST, IPC_RESET_CRASH);
	}
	m->is_dead = true;
	leave(m);
}

size_t
mux_nstreams(const struct mux *m)
{
	return m->nstreams;
}

bool
mux_is_open(const struct mux *m)
{
	return !m->ended && !m->goaway && m->last_id < UINT32_MAX / 2;
}

static int
request(struct mux *m, const void *head, size_t len, uint16_t flags,
    const struct stream_ops *ops, void *arg, struct stream **stream_out)
{
	struct stream *s;

	ASSERT(m->magic == MUX_MAGIC && !m->o.is_server);
	ASSERT(len <= IPC_FRAME_MAX);
	if (!mux_is_open(m))
		return ERR_STATE;
	if (m->nstreams >= m->o.streams_max)
		return ERR_LIMIT;
	s = add_stream(m, ++m->last_id);
	s->ops = ops;
	s->arg = arg;
	s->out_ended = (flags & IPC_FLAG_END) != 0;
	s->expects = (flags & IPC_FLAG_EXPECT) != 0;
	send_frame(s, IPC_REQUEST, flags, 0, head, len);
	*stream_out = s;
	return 0;
}

int
mux_request(struct mux *m, const void *head, size_t len, bool end,
    const struct stream_ops *ops, void *arg, struct stream **stream_out)
{
	return request(m, head, len, end ? IPC_FLAG_END : 0, ops, arg,
	    stream_out);
}

int
mux_request_expect(struct mux *m, const void *head, size_t len,
    const struct stream_ops *ops, void *arg, struct stream **stream_out)
{
	return request(m, head, len, IPC_FLAG_EXPECT, ops, arg, stream_out);
}

void
mux_goaway(struct mux *m, uint32_t code)
{
	struct ipc_header h = {
	    .type = IPC_GOAWAY, .stream = m->last_id, .credit = code};

	ASSERT(m->o.is_server);
	if (m->goaway || m->ended)
		return;
	m->goaway = true;
	chan_send_frame(m->chan, &h, NULL);
}

bool
mux_is_goaway_acked(const struct mux *m)
{
	return m->goaway_acked;
}

void
mux_pause(struct mux *m, bool paused)
{
	chan_pause(m->chan, paused);
}

void
stream_set(struct stream *s, const struct stream_ops *ops, void *arg)
{
	ASSERT(s->magic == STREAM_MAGIC);
	s->ops = ops;
	s->arg = arg;
}

void *
stream_arg(const struct stream *s)
{
	return s->arg;
}

uint32_t
stream_id(const struct stream *s)
{
	return s->id;
}

struct mux *
stream_mux(const struct stream *s)
{
	return s->mux;
}

bool
stream_is_accepted(const struct stream *s)
{
	return s->accepted;
}

bool
stream_is_input_ended(const struct stream *s)
{
	return s->in_ended;
}

bool
stream_is_output_ended(const struct stream *s)
{
	return s->out_ended;
}
