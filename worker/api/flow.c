/*
 * Sources and sinks: bodies between mux streams and scripts, with
 * backpressure in both directions.
 *
 * Runs in: workers. Scripts see numbers, never pointers.
 */
#include "config.h"

#include "worker/api/flow.h"

#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "ipc/spec.h"
#include "worker/api/event.h"
#include "worker/engine/promise.h"
#include "worker/engine/str.h"

#define SOURCE_MAGIC 0x53524331u
#define READ_MAX 65536u     /* bytes given to a reader at a time */
#define FORWARD_MIN 131072u /* bytes before the caller is asked to splice */

static void source_forward(struct api_source *s);

/* --- references --- */

uint32_t
ref_new(duk_context *ctx)
{
	struct api *api = api_from(ctx);
	uint32_t ref;

	duk_push_heapptr(ctx, api->stash);
	duk_get_prop_literal(ctx, -1, "refs");
	duk_get_prop_literal(ctx, -1, "free");
	ref = duk_get_uint(ctx, -1);
	duk_pop(ctx);
	if (ref != 0) { /* the chain of free slots */
		duk_get_prop_index(ctx, -1, ref);
		duk_put_prop_literal(ctx, -2, "free");
	} else {
		ref = (uint32_t)duk_get_length(ctx, -1);
		if (ref == 0)
			ref = 1;
	}
	duk_pull(ctx, -3); /* stash refs value */
	duk_put_prop_index(ctx, -2, ref);
	duk_pop_2(ctx);
	return ref;
}

static void
push_refs(duk_context *ctx)
{
	duk_push_heapptr(ctx, api_from(ctx)->stash);
	duk_get_prop_literal(ctx, -1, "refs");
	duk_remove(ctx, -2);
}

void
ref_push(duk_context *ctx, uint32_t ref)
{
	push_refs(ctx);
	duk_get_prop_index(ctx, -1, ref);
	duk_remove(ctx, -2);
}

void
ref_drop(duk_context *ctx, uint32_t *ref)
{
	uint32_t r = *ref;

	if (r == 0)
		return;
	*ref = 0;
	push_refs(ctx);
	duk_get_prop_literal(ctx, -1, "free");
	duk_put_prop_index(ctx, -2, r);
	duk_push_uint(ctx, r);
	duk_put_prop_literal(ctx, -2, "free");
	duk_pop(ctx);
}

void
sink_overflow(struct api_event *e)
{
	e->api->host.limit_hit(e->api->host.arg, WORKER_LIMIT_response_bytes);
	e->nholds = 0;
	event_end(e, IPC_RESET_RESPONSE_SIZE,
	    "the response's body is over limits.responseBody");
}

/*
 * Send, as stream_send(); a sink over its limit ends the event, whose stream
 * is closed then.
 */
static size_t
sink_put(struct api_sink *k, const void *p, size_t n, bool end)
{
	size_t sent;

	if (k->is_bounded && n > k->room) {
		sink_overflow(k->event);
		return 0;
	}
	sent = stream_send(k->stream, p, n, end);
	k->room -= sent;
	return sent;
}

/* --- sources --- */

struct api_source *
source_new(struct api_event *event, struct stream *stream)
{
	struct api_source *s = xcalloc(1, sizeof *s);

	s->id = ids_add(&event->api->sources, s);
	if (s->id == 0) {
		free(s);
		return NULL;
	}
	s->magic = SOURCE_MAGIC;
	s->api = event->api;
	s->event = event;
	s->stream = stream;
	buf_init(&s->in);
	s->next = event->sources;
	event->sources = s;
	return s;
}

static void
uncount(struct api_source *s)
{
	s->api->collected -= s->counted;
	s->counted = 0;
}

void
source_free(struct api_source *s)
{
	ASSERT(s->magic == SOURCE_MAGIC);
	if (s->sink != NULL)
		s->sink->source = NULL;
	if (s->stream != NULL && !s->is_ended)
		stream_discard(s->stream);
	ids_remove(&s->api->sources, s->id);
	uncount(s);
	ref_drop(api_ctx(s->api), &s->promise);
	ref_drop(api_ctx(s->api), &s->reason);
	buf_clear(&s->in);
	s->magic = 0;
	free(s);
}

struct api_source *
flow_source_find(const struct api *api, uint32_t id)
{
	return ids_get(&api->sources, id);
}

bool
source_is_whole(const struct api_source *s)
{
	return s->is_ended && !s->is_failed;
}

static void
release(struct api_source *s, size_t n)
{
	if (s->stream != NULL && n > 0)
		stream_consumed(s->stream, n);
}

/* A waiting promise gets what it waits for. */
struct settle {
	struct api_source *source;
	bool is_read;
};

/* [ ] -> [ plain buffer of all that is in ] */
static void
push_all(duk_context *ctx, struct api_source *s)
{
	size_t n = buf_len(&s->in);
	void *p = duk_push_fixed_buffer(ctx, n);

	if (n > 0)
		memcpy(p, buf_peek(&s->in), n);
	buf_clear(&s->in);
	uncount(s);
}

/* [ ] -> [ Uint8Array or null ]; there is something to give. */
static void
push_chunk(duk_context *ctx, struct api_source *s)
{
	size_t n = MIN(buf_len(&s->in), READ_MAX);
	void *p;

	if (n == 0) {
		duk_push_null(ctx);
		return;
	}
	p = duk_push_fixed_buffer(ctx, n);
	memcpy(p, buf_peek(&s->in), n);
	buf_consume(&s->in, n);
	release(s, n);
	bytes_to_uint8array(ctx);
}

static void
push_failure(duk_context *ctx, const struct api_source *s)
{
	if (s->reason != 0) {
		ref_push(ctx, s->reason);
		return;
	}
	duk_push_error_object(ctx, DUK_ERR_ERROR, "%s",
	    s->error != NULL ? s->error : "Network connection lost.");
}

static int
settle(duk_context *ctx, void *arg)
{
	struct settle *a = arg;
	struct api_source *s = a->source;
	duk_idx_t promise = duk_get_top(ctx);

	ref_push(ctx, s->promise);
	ref_drop(ctx, &s->promise);
	if (s->is_failed && (!a->is_read || buf_len(&s->in) == 0)) {
		push_failure(ctx, s);
		promise_reject(ctx, promise, -1);
	} else {
		if (a->is_read)
			push_chunk(ctx, s);
		else
			push_all(ctx, s);
		promise_resolve(ctx, promise, -1);
	}
	return 0;
}

static void
run_settle(struct api_source *s, bool is_read)
{
	struct settle a = {s, is_read};

	s->mode = SOURCE_IDLE;
	s->event->nwaits--;
	api_run(s->api, s->event, settle, &a);
}

/* Something arrived, or the end: what does the mode make of it? */
static void
source_turn(struct api_source *s)
{
	switch (s->mode) {
	case SOURCE_IDLE:
		break;
	case SOURCE_COLLECT:
		if (s->is_ended || s->is_failed)
			run_settle(s, false);
		break;
	case SOURCE_READ:
		if (buf_len(&s->in) > 0 || s->is_ended || s->is_failed)
			run_settle(s, true);
		break;
	case SOURCE_FORWARD:
		source_forward(s);
		break;
	}
}

/*
 * A long body that goes back to where it comes from need not come here. A
 * request.signal would not hear of a client that leaves then.
 */
static void
offer_splice(struct api_source *s)
{
	if (s->forwarded >= FORWARD_MIN && !s->is_ended && s->stream != NULL &&
	    s->sink->stream == s->stream && s->event->controller == 0)
		stream_forward(s->stream);
}

void
source_on_data(struct api_source *s, const uint8_t *data, size_t len, bool end)
{
	ASSERT(s->magic == SOURCE_MAGIC);
	if (end)
		s->is_ended = true;
	if (s->mode == SOURCE_FORWARD && buf_len(&s->in) == 0 &&
	    s->sink != NULL && s->sink->stream != NULL) {
		size_t n = sink_put(s->sink, data, len, false);

		release(s, n);
		data += n;
		len -= n;
		s->forwarded += n;
		offer_splice(s);
	}
	if (s->mode == SOURCE_COLLECT) {
		if (len > s->api->collected_max - s->api->collected) {
			source_on_fail(s, "Body is too large for the worker's "
					  "memory limit.");
			return;
		}
		s->counted += len;
		s->api->collected += len;
		release(s, len);
	}
	buf_put(&s->in, data, len);
	source_turn(s);
}

void
source_on_end(struct api_source *s)
{
	source_on_data(s, (const uint8_t *)"", 0, true);
}

void
source_on_fail(struct api_source *s, const char *error)
{
	if (s->is_ended || s->is_failed)
		return;
	s->is_failed = true;
	s->error = error;
	if (s->stream != NULL)
		stream_discard(s->stream);
	s->stream = NULL;
	source_turn(s);
}

void
source_abort(duk_context *ctx, struct api_source *s, duk_idx_t idx)
{
	if (s->is_ended || s->is_failed)
		return;
	duk_dup(ctx, idx);
	s->reason = ref_new(ctx);
	buf_clear(&s->in);
	source_on_fail(s, "The operation was aborted");
}

static void
begin_wait(duk_context *ctx, struct api_source *s, enum source_mode mode)
{
	s->mode = mode;
	if (s->stream != NULL && !s->is_ended)
		stream_continue(s->stream);
	s->event->nwaits++;
	promise_new(ctx);
	duk_dup(ctx, -1);
	s->promise = ref_new(ctx);
}

void
source_collect(duk_context *ctx, struct api_source *s)
{
	if (s->is_failed) {
		push_failure(ctx, s);
		promise_rejected(ctx);
	} else if (s->is_ended) {
		push_all(ctx, s);
		promise_resolved(ctx);
	} else {
		begin_wait(ctx, s, SOURCE_COLLECT);
		s->counted = buf_len(&s->in);
		s->api->collected += s->counted;
		release(s, s->counted);
	}
}

void
source_read(duk_context *ctx, struct api_source *s)
{
	if (buf_len(&s->in) > 0) {
		push_chunk(ctx, s);
	} else if (s->is_failed) {
		push_failure(ctx, s);
		(void)duk_throw(ctx);
	} else if (s->is_ended) {
		duk_push_null(ctx);
	} else {
		begin_wait(ctx, s, SOURCE_READ);
	}
}

void
source_cancel(struct api_source *s)
{
	if (s->stream != NULL && !s->is_ended) {
		if (s->mode != SOURCE_COLLECT)
			release(s, buf_len(&s->in));
		stream_discard(s->stream);
	}
	s->stream = NULL;
	s->is_ended = true;
	uncount(s);
	buf_clear(&s->in);
	if (s->mode == SOURCE_READ || s->mode == SOURCE_COLLECT) {
		s->mode = SOURCE_IDLE;
		s->event->nwaits--;
		ref_drop(api_ctx(s->api), &s->promise);
	}
}

/* Move what the sink takes. */
static void
source_forward(struct api_source *s)
{
	struct api_sink *k = s->sink;
	size_t n;

	if (k == NULL)
		return;
	if (k->stream != NULL && buf_len(&s->in) > 0) {
		n = sink_put(k, buf_peek(&s->in), buf_len(&s->in), false);
		buf_consume(&s->in, n);
		release(s, n);
		s->forwarded += n;
	}
	if (buf_len(&s->in) > 0)
		return;
	if (s->is_failed) {
		s->sink = NULL;
		k->source = NULL;
		k->ops->on_fail(k,
		    s->error != NULL ? s->error : "body was cut off");
	} else if (s->is_ended) {
		s->sink = NULL;
		k->source = NULL;
		k->end = true;
		sink_on_writable(k);
	}
}

/* --- sinks --- */

void
sink_init(struct api_sink *k, struct api_event *event, struct stream *stream,
    const struct sink_ops *ops)
{
	struct api *api = event->api;

	memset(k, 0, sizeof *k);
	k->api = api;
	k->event = event;
	k->stream = stream;
	k->ops = ops;
	buf_init(&k->queue);
	k->id = ids_add(&api->sinks, k);
}

void
sink_clear(struct api_sink *k)
{
	duk_context *ctx;

	if (k->api == NULL)
		return;
	ctx = api_ctx(k->api);
	if (k->source != NULL)
		k->source->sink = NULL;
	k->source = NULL;
	ids_remove(&k->api->sinks, k->id);
	ref_drop(ctx, &k->ref);
	ref_drop(ctx, &k->ready);
	ref_drop(ctx, &k->reader);
	buf_clear(&k->queue);
	k->stream = NULL;
	k->api = NULL;
}

static void
sink_check_done(struct api_sink *k)
{
	if (!k->end || k->is_done || k->left > 0 || buf_len(&k->queue) > 0)
		return;
	k->is_done = true;
	k->ops->on_done(k);
}

/* Send what is queued; the end goes with the last byte. */
static void
sink_push(struct api_sink *k)
{
	size_t n;
	bool end;

	if (k->stream == NULL || k->is_done)
		return;
	if (k->left > 0) {
		n = sink_put(k, k->bytes, k->left, k->end);
		k->bytes += n;
		k->left -= n;
		end = k->left == 0 && k->end;
	} else if (buf_len(&k->queue) > 0) {
		n = sink_put(k, buf_peek(&k->queue), buf_len(&k->queue),
		    k->end);
		buf_consume(&k->queue, n);
		end = buf_len(&k->queue) == 0 && k->end;
	} else if (k->end) {
		stream_send(k->stream, "", 0, true);
		end = true;
	} else {
		return;
	}
	if (end)
		sink_check_done(k);
}

void
sink_send_value(duk_context *ctx, struct api_sink *k, duk_idx_t idx)
{
	duk_size_t len;

	if (duk_is_string(ctx, idx)) {
		duk_dup(ctx, idx);
		k->bytes = (const uint8_t *)str_to_utf8(ctx, -1, &k->left);
	} else {
		k->bytes = duk_require_buffer(ctx, idx, &len);
		k->left = len;
		duk_dup(ctx, idx);
	}
	k->end = true;
	k->ref = ref_new(ctx);
	sink_push(k);
}

void
sink_send_source(struct api_sink *k, struct api_source *s)
{
	s->mode = SOURCE_FORWARD;
	if (s->stream != NULL && !s->is_ended)
		stream_continue(s->stream);
	s->sink = k;
	k->source = s;
	source_forward(s);
}

void
sink_send_stream(duk_context *ctx, struct api_sink *k, duk_idx_t idx)
{
	idx = duk_require_normalize_index(ctx, idx);
	duk_dup(ctx, idx);
	k->reader = ref_new(ctx);
	script_push(ctx, "pumpToSink");
	duk_dup(ctx, idx);
	duk_push_uint(ctx, k->id);
	duk_call(ctx, 2);
	duk_pop(ctx);
}

static int
call_ready(duk_context *ctx, void *arg)
{
	struct api_sink *k = arg;

	ref_push(ctx, k->ready);
	ref_drop(ctx, &k->ready);
	duk_call(ctx, 0);
	return 0;
}

void
sink_on_writable(struct api_sink *k)
{
	if (k->source != NULL) {
		source_forward(k->source);
		return;
	}
	sink_push(k);
	if (!k->is_done && k->ready != 0 && k->left == 0 &&
	    buf_len(&k->queue) == 0)
		api_run(k->api, k->event, call_ready, k);
}

bool
sink_write(struct api_sink *k, const uint8_t *p, size_t n)
{
	size_t sent = 0;

	if (k->stream == NULL || k->end)
		return true;
	if (buf_len(&k->queue) == 0)
		sent = sink_put(k, p, n, false);
	if (sent < n)
		buf_put(&k->queue, p + sent, n - sent);
	return buf_len(&k->queue) == 0;
}

void
sink_finish(struct api_sink *k)
{
	k->end = true;
	ref_drop(api_ctx(k->api), &k->reader);
	sink_push(k);
}
