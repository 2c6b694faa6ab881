/*
 * Exchanges: one request and its response.
 *
 * Runs in: front.
 * Owns:    the encoded head, and the little of a body that waits: at most
 *          REPLAY_MAX bytes until a worker has accepted the request, one
 *          read behind it.
 * Never:   replays what a worker has accepted.
 */
#include "config.h"

#include "front/exchange.h"

#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/util.h"
#include "front/front.h"
#include "front/inject.h"
#include "front/service.h"
#include "ipc/frame.h"

#define EXCHANGE_MAGIC 0xe8c4a19du
#define REPLAY_MAX 65536
#define ATTEMPTS_MAX 16
/*
 * Offered even where the stream takes nothing: only a piece that it did not
 * take makes it call back.
 */
#define ROOM_MIN 1024

#define LOOP_MAX 262144 /* bytes that wait for the client to read */

static const struct stream_ops stream_ops;
static void run_loop(struct chan_task *task);

void
exchange_init(struct exchange *x, struct front *f,
    const struct exchange_ops *ops, void *arg)
{
	memset(x, 0, sizeof *x);
	x->magic = EXCHANGE_MAGIC;
	x->front = f;
	x->ops = ops;
	x->arg = arg;
	x->loop.run = run_loop;
}

/* Idle again; buffers keep their memory for the next request. */
static void
reset(struct exchange *x)
{
	x->state = EXCHANGE_IDLE;
	x->stream = NULL;
	x->unconsumed = 0;
	x->forwards = false;
	chan_hub_cancel(x->front->hub, &x->loop);
	buf_consume(&x->head, buf_len(&x->head));
	buf_clear(&x->replay);
	buf_clear(&x->pending);
	buf_clear(&x->trailers);
}

void
exchange_cancel(struct exchange *x)
{
	ASSERT(x->magic == EXCHANGE_MAGIC);
	if (x->state == EXCHANGE_WAITING)
		service_cancel(x->service, x);
	else if (x->state == EXCHANGE_LOST)
		service_unlose(x->service, x);
	else if (x->state == EXCHANGE_ACTIVE)
		stream_reset(x->stream, IPC_RESET_CANCEL, NULL);
	if (x->state == EXCHANGE_ACTIVE)
		service_stream_ended(x->service);
	reset(x);
}

void
exchange_clear(struct exchange *x)
{
	exchange_cancel(x);
	buf_clear(&x->head);
	x->magic = 0;
}

/* The response is complete: what is left of the request is not needed. */
static void
finish(struct exchange *x)
{
	stream_reset(x->stream, IPC_RESET_NONE, NULL);
	service_stream_ended(x->service);
	reset(x);
}

unsigned int
exchange_start(struct exchange *x, uint32_t service, bool end)
{
	ASSERT(x->magic == EXCHANGE_MAGIC && x->state == EXCHANGE_IDLE);
	x->service = service_get(x->front->services, service);
	if (x->service == NULL)
		return 503;
	x->attempts = 0;
	x->can_replay = true;
	x->input_ended = end;
	x->has_trailers = false;
	x->responded = false;
	x->state = EXCHANGE_WAITING;
	if (service_submit(x->service, x) != 0) {
		reset(x);
		return 429;
	}
	return 0;
}

/* Send as much of what is pending as the stream takes. */
static void
push(struct exchange *x)
{
	bool end = x->input_ended && !x->has_trailers;
	size_t n;

	if (x->forwards || stream_is_output_ended(x->stream))
		return;
	if (buf_len(&x->pending) > 0 || end) {
		n = stream_send(x->stream, buf_peek(&x->pending),
		    buf_len(&x->pending), end);
		buf_consume(&x->pending, n);
	}
	if (buf_len(&x->pending) > 0)
		return;
	if (x->has_trailers)
		stream_send_trailers(x->stream, buf_peek(&x->trailers),
		    buf_len(&x->trailers));
}

int
exchange_open(struct exchange *x, struct mux *m)
{
	bool no_body =
	    x->input_ended && !x->has_trailers && buf_len(&x->replay) == 0;
	int r;

	ASSERT(x->magic == EXCHANGE_MAGIC && x->state == EXCHANGE_WAITING);
	/* A body that comes unasked needs no asking. */
	if (x->expects && !x->input_ended && buf_len(&x->replay) == 0)
		r = mux_request_expect(m, buf_peek(&x->head), buf_len(&x->head),
		    &stream_ops, x, &x->stream);
	else
		r = mux_request(m, buf_peek(&x->head), buf_len(&x->head),
		    no_body, &stream_ops, x, &x->stream);
	if (r != 0)
		return r;
	x->state = EXCHANGE_ACTIVE;
	x->attempts++;
	if (no_body)
		return 0;
	ASSERT(buf_len(&x->pending) == 0);
	buf_put(&x->pending, buf_peek(&x->replay), buf_len(&x->replay));
	push(x);
	/* Whoever waited for the channel with more can go on. */
	if (buf_len(&x->replay) > 0 && buf_len(&x->pending) == 0 &&
	    !x->input_ended)
		x->ops->on_writable(x);
	return 0;
}

void
exchange_fail(struct exchange *x, uint32_t code, const char *text)
{
	int status = ipc_reset_status(code);

	ASSERT(x->magic == EXCHANGE_MAGIC);
	log_info("request %016llx: %s%s%s", (unsigned long long)x->id,
	    ipc_reset_text(code), *text == '\0' ? "" : ": ", text);
	reset(x);
	x->ops->on_fail(x, status == 0 ? 502 : (unsigned int)status);
}

size_t
exchange_room(const struct exchange *x)
{
	size_t room;

	if (x->state == EXCHANGE_WAITING)
		return REPLAY_MAX - MIN(buf_len(&x->replay), REPLAY_MAX);
	if (x->forwards)
		return LOOP_MAX -
		       MIN(buf_len(&x->pending) + x->unconsumed, LOOP_MAX);
	if (x->state == EXCHANGE_IDLE || x->state == EXCHANGE_LOST ||
	    buf_len(&x->pending) > 0)
		return 0;
	room = MAX(stream_room(x->stream), ROOM_MIN);
	/* What may have to be sent to another worker is kept. */
	if (x->can_replay && !stream_is_accepted(x->stream))
		room = MIN(room, REPLAY_MAX - buf_len(&x->replay));
	return room;
}

void
exchange_send(struct exchange *x, const void *data, size_t len)
{
	size_t n;

	ASSERT(x->magic == EXCHANGE_MAGIC && !x->input_ended);
	if (x->can_replay && x->state == EXCHANGE_ACTIVE &&
	    stream_is_accepted(x->stream)) {
		x->can_replay = false;
		buf_clear(&x->replay);
	}
	if (x->can_replay) {
		ASSERT(len <= REPLAY_MAX - buf_len(&x->replay));
		buf_put(&x->replay, data, len);
	}
	if (x->state == EXCHANGE_LOOP)
		chan_hub_defer(x->front->hub, &x->loop);
	if (x->state != EXCHANGE_ACTIVE && x->state != EXCHANGE_LOOP)
		return;
	n = 0;
	if (buf_len(&x->pending) == 0 && !x->forwards)
		n = stream_send(x->stream, data, len, false);
	buf_put(&x->pending, (const uint8_t *)data + n, len - n);
}

void
exchange_end(struct exchange *x, const struct buf *fields)
{
	ASSERT(x->magic == EXCHANGE_MAGIC && !x->input_ended);
	x->input_ended = true;
	if (fields != NULL) {
		x->has_trailers = true;
		buf_put(&x->trailers, buf_peek(fields), buf_len(fields));
	}
	if (x->state == EXCHANGE_LOOP)
		chan_hub_defer(x->front->hub, &x->loop);
	else if (x->state == EXCHANGE_ACTIVE)
		push(x);
}

size_t
exchange_held(const struct exchange *x)
{
	return buf_len(&x->head) + buf_len(&x->replay) + buf_len(&x->pending) +
	       buf_len(&x->trailers);
}

void
exchange_consumed(struct exchange *x, size_t n)
{
	if (x->state != EXCHANGE_ACTIVE && x->state != EXCHANGE_LOOP)
		return;
	n = MIN(n, x->unconsumed);
	x->unconsumed -= n;
	if (x->state == EXCHANGE_ACTIVE)
		stream_consumed(x->stream, n);
	else if (n > 0)
		chan_hub_defer(x->front->hub, &x->loop);
}

/* ---- bodies that go back as they came ---- */

/* Pass on what waits; then there is room for more, or it is the end. */
static void
run_loop(struct chan_task *task)
{
	struct exchange *x = CONTAINER_OF(task, struct exchange, loop);
	struct buf b = x->pending;
	bool end = x->input_ended;

	ASSERT(x->magic == EXCHANGE_MAGIC && x->state == EXCHANGE_LOOP);
	buf_init(&x->pending);
	if (end)
		reset(x);
	else
		x->unconsumed += buf_len(&b);
	if (end || buf_len(&b) > 0)
		x->ops->on_data(x, buf_peek(&b), buf_len(&b), end);
	buf_clear(&b);
	if (x->state == EXCHANGE_LOOP && !x->input_ended &&
	    exchange_room(x) > 0)
		x->ops->on_writable(x);
}

/*
 * The worker wants no more of the body than it was sent: end that, and keep
 * what comes until it has sent all of it back.
 */
static void
on_forward(struct stream *s)
{
	struct exchange *x = stream_arg(s);

	ASSERT(x->magic == EXCHANGE_MAGIC && x->stream == s && x->responded);
	x->forwards = true;
	(void)stream_send(s, NULL, 0, true);
}

/* It has. Returns false where the end of the stream is that of the body. */
static bool
begin_loop(struct exchange *x)
{
	if (!x->forwards)
		return false;
	stream_reset(x->stream, IPC_RESET_NONE, NULL);
	service_stream_ended(x->service);
	x->stream = NULL;
	x->state = EXCHANGE_LOOP;
	chan_hub_defer(x->front->hub, &x->loop);
	return true;
}

static int
on_response(struct stream *s, const uint8_t *head, size_t len, bool end)
{
	struct exchange *x = stream_arg(s);
	bool held_back = x->can_replay;
	struct head_response r;
	struct buf fields;

	ASSERT(x->magic == EXCHANGE_MAGIC && x->stream == s);
	buf_init(&fields);
	if (head_response_decode(head, len, &r) != 0)
		return ERR_PROTO;
	if (x->inject_response != NULL &&
	    inject_apply(x->inject_response, &r.fields, &fields) != 0)
		log_warn("request %016llx: no room for headers to inject",
		    (unsigned long long)x->id);
	x->responded = true;
	x->can_replay = false;
	buf_clear(&x->replay);
	if (end)
		finish(x);
	x->ops->on_response(x, &r, end);
	buf_clear(&fields);
	if (held_back && x->state == EXCHANGE_ACTIVE && !x->input_ended &&
	    buf_len(&x->pending) == 0)
		x->ops->on_writable(x);
	return 0;
}

static int
on_data(struct stream *s, const uint8_t *data, size_t len, bool end)
{
	struct exchange *x = stream_arg(s);

	ASSERT(x->magic == EXCHANGE_MAGIC && x->stream == s);
	if (end && begin_loop(x)) {
		x->unconsumed += len;
		if (len > 0)
			x->ops->on_data(x, data, len, false);
		return 0;
	}
	if (end)
		finish(x);
	else
		x->unconsumed += len;
	x->ops->on_data(x, data, len, end);
	return 0;
}

static int
on_trailers(struct stream *s, const uint8_t *fields, size_t len)
{
	struct exchange *x = stream_arg(s);
	struct head_fields f;

	ASSERT(x->magic == EXCHANGE_MAGIC && x->stream == s);
	if (head_fields_decode(fields, len, &f) != 0)
		return ERR_PROTO;
	finish(x);
	x->ops->on_trailers(x, f);
	return 0;
}

static void
on_continue(struct stream *s)
{
	struct exchange *x = stream_arg(s);

	ASSERT(x->magic == EXCHANGE_MAGIC && x->stream == s);
	x->ops->on_continue(x);
}

/* Whoever held back because of the replay can go on. */
static void
on_accepted(struct stream *s)
{
	struct exchange *x = stream_arg(s);

	ASSERT(x->magic == EXCHANGE_MAGIC && x->stream == s);
	x->can_replay = false;
	buf_clear(&x->replay);
	if (buf_len(&x->pending) == 0 && !x->input_ended)
		x->ops->on_writable(x);
}

static void
on_writable(struct stream *s)
{
	struct exchange *x = stream_arg(s);

	ASSERT(x->magic == EXCHANGE_MAGIC && x->stream == s);
	push(x);
	if (buf_len(&x->pending) == 0 && !x->input_ended)
		x->ops->on_writable(x);
}

/* The worker did not look at it: another one will. */
static void
retry(struct exchange *x)
{
	x->state = EXCHANGE_WAITING;
	x->unconsumed = 0;
	buf_clear(&x->pending);
	if (service_submit(x->service, x) != 0)
		exchange_fail(x, IPC_RESET_BUSY, "queue full");
}

/* Its process has ended with the request: why, perhaps later. */
static void
lose(struct exchange *x)
{
	uint32_t code = service_lose(x->service, x);

	if (code != IPC_RESET_NONE) {
		exchange_fail(x, code, "");
		return;
	}
	x->state = EXCHANGE_LOST;
	x->can_replay = false;
	buf_clear(&x->replay);
	buf_clear(&x->pending);
}

static void
on_close(struct stream *s, enum stream_outcome outcome, uint32_t code,
    const char *text)
{
	struct exchange *x = stream_arg(s);

	ASSERT(x->magic == EXCHANGE_MAGIC && x->stream == s);
	x->stream = NULL;
	x->state = EXCHANGE_IDLE;
	service_stream_ended(x->service);
	if (outcome == STREAM_UNACCEPTED && x->can_replay &&
	    x->attempts < ATTEMPTS_MAX)
		retry(x);
	else if (outcome == STREAM_LOST && code == IPC_RESET_CRASH &&
		 !x->responded)
		lose(x);
	else
		exchange_fail(x, code, text);
}

static const struct stream_ops stream_ops = {
    .on_response = on_response,
    .on_data = on_data,
    .on_trailers = on_trailers,
    .on_continue = on_continue,
    .on_accepted = on_accepted,
    .on_forward = on_forward,
    .on_writable = on_writable,
    .on_close = on_close,
};
