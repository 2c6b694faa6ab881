/*
 * HTTP/2 on a connection: nghttp2's session between the socket and streams.
 *
 * Runs in: front.
 * Never:   closes the connection from within nghttp2, lets a client make it
 *          work or remember without end: frames that carry no request have a
 *          budget, which requests and sent bytes fill up.
 */
#include "config.h"

#include "front/h2_conn.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "front/conn.h"
#include "front/front.h"
#include "front/h2_stream.h"
#include "front/listener.h"

#define H2_CONN_MAGIC 0x42c0de22u
#define STREAM_WINDOW 262144
#define CONNECTION_WINDOW (1024 * 1024)
#define OUT_HIGH 131072 /* bytes queued at which no more frames are made */
#define CHECK_MS 2000   /* between two looks at stalled streams */
#define BUDGET_MAX 2000
#define BUDGET_PER_SECOND 200
#define BUDGET_BYTES 4096 /* sent, that earn one frame */
#define RESETS_BURST 1000
#define RESETS_PER_SECOND 33
#define OUTBOUND_ACKS_MAX 200
#define SETTINGS_MAX 32
#define FIELD_OVERHEAD 32 /* RFC 9113 6.5.2 */

struct h2_glue {
	nghttp2_session_callbacks *callbacks;
	nghttp2_option *option;
};

static const struct conn_ops conn_ops;

/* ---- the budget ---- */

static void
fill_up(struct h2_conn *h2)
{
	uint64_t now = front_now_ms(h2->c->front);
	uint64_t ms = now - h2->budget_ms;

	h2->budget += (int64_t)(ms * BUDGET_PER_SECOND / 1000 +
				h2->sent_bytes / BUDGET_BYTES);
	h2->budget = MIN(h2->budget, BUDGET_MAX);
	h2->budget_ms = now;
	h2->sent_bytes = 0;
}

/* Charge a frame. Returns false when the client overdid it. */
static bool
spend(struct h2_conn *h2)
{
	if (--h2->budget > 0)
		return true;
	fill_up(h2);
	if (h2->budget > 0)
		return true;
	h2->is_flood = true;
	return false;
}

/* Frames that carry nothing of a request that is under way. */
static bool
is_charged(const struct h2_conn *h2, const struct h2_frame *f)
{
	int32_t id = (int32_t)f->stream;

	if (f->type == NGHTTP2_HEADERS)
		return false;
	if (f->type != NGHTTP2_DATA || f->len == 0)
		return true;
	/* Bodies of requests that are over; those of new ones come behind. */
	return id <= h2->last_id &&
	       nghttp2_session_get_stream_user_data(h2->session, id) == NULL;
}

/*
 * RFC 9113 5.1.1: a new stream's id is larger than all before it. nghttp2
 * takes a smaller one for trailers that crossed a reset; those that were
 * skipped cannot be that.
 */
static bool
is_id_in_order(struct h2_conn *h2, const struct h2_frame *f)
{
	uint32_t expected = h2->newest_id == 0 ? 1 : h2->newest_id + 2;

	if (f->type != NGHTTP2_HEADERS || f->stream % 2 == 0)
		return true; /* or nghttp2 refuses it */
	if (f->stream >= expected) {
		if (f->stream > expected && h2->nskipped < H2_SKIPPED_MAX) {
			h2->skipped[h2->nskipped].first = expected;
			h2->skipped[h2->nskipped++].last = f->stream - 2;
		}
		h2->newest_id = f->stream;
		return true;
	}
	for (size_t i = 0; i < h2->nskipped; i++)
		if (f->stream >= h2->skipped[i].first &&
		    f->stream <= h2->skipped[i].last)
			return false;
	return true;
}

/*
 * Look at the frames that begin in DATA: nghttp2 says nothing of those that it
 * skips, of unknown types and for streams that are gone. Returns NO_ERROR or
 * the error that ends the connection.
 */
static uint32_t
inspect(struct h2_conn *h2, const uint8_t *data, size_t len)
{
	struct h2_frame f;

	while (h2_scan_next(&h2->scan, &data, &len, &f)) {
		if (!is_id_in_order(h2, &f))
			return NGHTTP2_PROTOCOL_ERROR;
		if (is_charged(h2, &f) && !spend(h2))
			return NGHTTP2_ENHANCE_YOUR_CALM;
	}
	return NGHTTP2_NO_ERROR;
}

/* ---- callbacks of nghttp2 ---- */

static struct h2_stream *
find(struct h2_conn *h2, int32_t id)
{
	return nghttp2_session_get_stream_user_data(h2->session, id);
}

static void
end_block(struct h2_conn *h2)
{
	if (h2->block == NULL)
		return;
	buf_clear(&h2->block->bytes);
	free(h2->block);
	h2->block = NULL;
}

static int
on_begin_headers(nghttp2_session *session, const nghttp2_frame *frame,
    void *arg)
{
	struct h2_conn *h2 = arg;
	struct h2_stream *s;

	end_block(h2);
	h2->block = xcalloc(1, sizeof *h2->block);
	if (frame->hd.type != NGHTTP2_HEADERS ||
	    frame->headers.cat != NGHTTP2_HCAT_REQUEST)
		return 0;
	h2->last_id = frame->hd.stream_id;
	s = h2_stream_new(h2, frame->hd.stream_id);
	return nghttp2_session_set_stream_user_data(session,
	    frame->hd.stream_id, s);
}

static int
on_header(nghttp2_session *session, const nghttp2_frame *frame,
    const uint8_t *name, size_t name_len, const uint8_t *value,
    size_t value_len, uint8_t flags, void *arg)
{
	struct h2_conn *h2 = arg;
	struct h2_block *b = h2->block;
	const struct limits *l = &h2->c->listener->limits;

	(void)session;
	(void)frame;
	(void)flags;
	ASSERT(b != NULL);
	b->total += name_len + value_len + FIELD_OVERHEAD;
	/* The block must be decoded to its end, but not for ever. */
	if (b->total > l->head_bytes * 4) {
		h2->is_flood = true;
		return NGHTTP2_ERR_CALLBACK_FAILURE;
	}
	if (b->total > l->head_bytes || b->nfields >= l->fields)
		b->too_large = true;
	if (b->too_large)
		return 0;
	b->field[b->nfields].name_len = (uint32_t)name_len;
	b->field[b->nfields].value_len = (uint32_t)value_len;
	b->nfields++;
	buf_put(&b->bytes, name, name_len);
	buf_put(&b->bytes, value, value_len);
	return 0;
}

static int
on_frame_recv(nghttp2_session *session, const nghttp2_frame *frame, void *arg)
{
	struct h2_conn *h2 = arg;
	bool end = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
	struct h2_stream *s;

	(void)session;
	if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA)
		return 0;
	s = find(h2, frame->hd.stream_id);
	if (frame->hd.type == NGHTTP2_HEADERS) {
		if (s != NULL && frame->headers.cat == NGHTTP2_HCAT_REQUEST)
			h2_stream_on_head(s, end);
		else if (s != NULL && end)
			h2_stream_on_trailers(s);
		end_block(h2);
	} else if (s != NULL && end) {
		h2_stream_on_end(s);
	}
	return 0;
}

static int
on_data_chunk(nghttp2_session *session, uint8_t flags, int32_t id,
    const uint8_t *data, size_t len, void *arg)
{
	struct h2_conn *h2 = arg;
	struct h2_stream *s = find(h2, id);

	(void)flags;
	if (s != NULL)
		h2_stream_on_data(s, data, len);
	else
		(void)nghttp2_session_consume(session, id, len);
	return 0;
}

static int
on_frame_send(nghttp2_session *session, const nghttp2_frame *frame, void *arg)
{
	struct h2_conn *h2 = arg;
	struct h2_stream *s;

	(void)session;
	if ((frame->hd.type != NGHTTP2_HEADERS &&
		frame->hd.type != NGHTTP2_DATA) ||
	    (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0)
		return 0;
	s = find(h2, frame->hd.stream_id);
	if (s != NULL)
		h2_stream_on_sent(s);
	return 0;
}

static int
on_stream_close(nghttp2_session *session, int32_t id, uint32_t code, void *arg)
{
	struct h2_conn *h2 = arg;
	struct h2_stream *s = find(h2, id);

	(void)code;
	if (s == NULL)
		return 0;
	/* What was received and never used still counts on the connection. */
	if (buf_len(&s->in) > 0)
		(void)nghttp2_session_consume_connection(session,
		    buf_len(&s->in));
	(void)nghttp2_session_set_stream_user_data(session, id, NULL);
	h2_stream_free(&s);
	return 0;
}

struct h2_glue *
h2_glue_new(void)
{
	struct h2_glue *g = xcalloc(1, sizeof *g);
	nghttp2_session_callbacks *cb;

	if (nghttp2_session_callbacks_new(&g->callbacks) != 0 ||
	    nghttp2_option_new(&g->option) != 0)
		fatal("out of memory");
	cb = g->callbacks;
	nghttp2_session_callbacks_set_on_begin_headers_callback(cb,
	    on_begin_headers);
	nghttp2_session_callbacks_set_on_header_callback(cb, on_header);
	nghttp2_session_callbacks_set_on_frame_recv_callback(cb, on_frame_recv);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(cb,
	    on_data_chunk);
	nghttp2_session_callbacks_set_on_frame_send_callback(cb, on_frame_send);
	nghttp2_session_callbacks_set_on_stream_close_callback(cb,
	    on_stream_close);
	nghttp2_option_set_no_auto_window_update(g->option, 1);
	nghttp2_option_set_no_closed_streams(g->option, 1);
	nghttp2_option_set_max_outbound_ack(g->option, OUTBOUND_ACKS_MAX);
	nghttp2_option_set_max_settings(g->option, SETTINGS_MAX);
	nghttp2_option_set_max_reserved_remote_streams(g->option, 0);
#ifdef HAVE_NGHTTP2_RESET_RATE
	nghttp2_option_set_stream_reset_rate_limit(g->option, RESETS_BURST,
	    RESETS_PER_SECOND);
#endif
	return g;
}

void
h2_glue_free(struct h2_glue **g)
{
	if (*g == NULL)
		return;
	nghttp2_session_callbacks_del((*g)->callbacks);
	nghttp2_option_del((*g)->option);
	free(*g);
	*g = NULL;
}

/* ---- the connection ---- */

void
h2_conn_open(struct conn *c)
{
	struct front *f = c->front;
	struct h2_conn *h2 = xcalloc(1, sizeof *h2);
	const struct limits *l = &c->listener->limits;
	const nghttp2_settings_entry settings[] = {
	    {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, (uint32_t)l->streams},
	    {NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1},
	    {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, STREAM_WINDOW},
	    {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, (uint32_t)l->head_bytes},
	};

	h2->magic = H2_CONN_MAGIC;
	h2->c = c;
	h2->budget = BUDGET_MAX;
	h2->budget_ms = h2->checked_ms = front_now_ms(f);
	h2->draining = f->draining;
	h2_scan_init(&h2->scan);
	TAILQ_INIT(&h2->streams);
	c->proto = h2;
	c->ops = &conn_ops;
	if (nghttp2_session_server_new2(&h2->session, f->h2->callbacks, h2,
		f->h2->option) != 0)
		fatal("out of memory");
	if (nghttp2_submit_settings(h2->session, NGHTTP2_FLAG_NONE, settings,
		NELEMS(settings)) != 0 ||
	    nghttp2_session_set_local_window_size(h2->session,
		NGHTTP2_FLAG_NONE, 0, CONNECTION_WINDOW) != 0)
		conn_close(c, CONN_CLOSE_PROTOCOL);
}

static struct h2_conn *
get(struct conn *c)
{
	struct h2_conn *h2 = c->proto;

	ASSERT(h2->magic == H2_CONN_MAGIC);
	return h2;
}

static void
clear(struct conn *c)
{
	struct h2_conn *h2 = get(c);
	struct h2_stream *s;

	while ((s = TAILQ_FIRST(&h2->streams)) != NULL)
		h2_stream_free(&s);
	end_block(h2);
	nghttp2_session_del(h2->session);
	h2->magic = 0;
	free(h2);
	c->proto = NULL;
}

static size_t
input(struct conn *c, const uint8_t *data, size_t len)
{
	struct h2_conn *h2 = get(c);
	uint32_t code = inspect(h2, data, len);
	ssize_t n = 0;

	if (code == NGHTTP2_NO_ERROR) {
		n = nghttp2_session_mem_recv(h2->session, data, len);
		if (n >= 0)
			return (size_t)n;
	}
	if (h2->is_flood)
		code = NGHTTP2_ENHANCE_YOUR_CALM;
	log_debug("connection %d of %s: %s", c->fd, c->client,
	    code != NGHTTP2_NO_ERROR ? nghttp2_http2_strerror(code)
				     : nghttp2_strerror((int)n));
	if (code != NGHTTP2_NO_ERROR) {
		(void)nghttp2_session_terminate_session(h2->session, code);
		return len;
	}
	conn_close(c,
	    n == NGHTTP2_ERR_FLOODED ? CONN_CLOSE_FLOOD : CONN_CLOSE_PROTOCOL);
	return len;
}

static void
input_ended(struct conn *c)
{
	conn_close(c, CONN_CLOSE_EOF);
}

static void
check_streams(struct h2_conn *h2)
{
	uint64_t now = front_now_ms(h2->c->front);
	struct h2_stream *s, *next;

	h2->checked_ms = now;
	for (s = TAILQ_FIRST(&h2->streams); s != NULL; s = next) {
		next = TAILQ_NEXT(s, link);
		h2_stream_check(s, now);
	}
}

static bool
turn(struct conn *c)
{
	struct h2_conn *h2 = get(c);
	const uint8_t *p;
	ssize_t n = 1; /* a full queue: there may be more */

	if (front_now_ms(c->front) - h2->checked_ms >= CHECK_MS)
		check_streams(h2);
	while (buf_len(&c->out) < OUT_HIGH) {
		n = nghttp2_session_mem_send(h2->session, &p);
		if (n <= 0)
			break;
		buf_put(&c->out, p, (size_t)n);
		h2->sent_bytes += (uint64_t)n;
	}
	if (n < 0 || h2->is_over ||
	    (!nghttp2_session_want_read(h2->session) &&
		!nghttp2_session_want_write(h2->session)) ||
	    (h2->draining && h2->nstreams == 0)) {
		conn_finish(c);
		return false;
	}
	return n > 0;
}

static void
written(struct conn *c, size_t nqueued)
{
	/* Credit was given when the bytes became frames: see read_body(). */
	(void)c;
	(void)nqueued;
}

static bool
wants_input(struct conn *c)
{
	/* Input makes output: acknowledgements, error answers. */
	return buf_len(&c->out) < OUT_HIGH;
}

static bool
holds_back(struct conn *c)
{
	(void)c;
	return false; /* streams keep what their workers do not take */
}

static size_t
held(struct conn *c)
{
	struct h2_stream *s;
	size_t sum = 0;

	TAILQ_FOREACH(s, &get(c)->streams, link)
	sum += buf_len(&s->in) + buf_len(&s->out) + exchange_held(&s->x);
	return sum;
}

static enum conn_state
state(struct conn *c)
{
	return get(c)->nstreams > 0 ? CONN_H2_STREAMS : CONN_IDLE;
}

static void
timed_out(struct conn *c)
{
	struct h2_conn *h2 = get(c);

	if (c->state == CONN_IDLE) {
		(void)nghttp2_session_terminate_session(h2->session,
		    NGHTTP2_NO_ERROR);
		h2->is_over = true;
	} else {
		check_streams(h2);
	}
	conn_wake(c);
}

static void
drain(struct conn *c)
{
	struct h2_conn *h2 = get(c);

	h2->draining = true;
	(void)nghttp2_submit_goaway(h2->session, NGHTTP2_FLAG_NONE,
	    nghttp2_session_get_last_proc_stream_id(h2->session),
	    NGHTTP2_NO_ERROR, NULL, 0);
	conn_wake(c);
}

static const struct conn_ops conn_ops = {
    .input = input,
    .input_ended = input_ended,
    .turn = turn,
    .written = written,
    .wants_input = wants_input,
    .holds_back = holds_back,
    .held = held,
    .state = state,
    .timed_out = timed_out,
    .drain = drain,
    .clear = clear,
};
