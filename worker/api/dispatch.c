/*
 * The dispatcher: a request stream becomes a call of the worker's handler,
 * what it returns becomes the response.
 *
 * Runs in: workers.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "ipc/frame.h"
#include "ipc/head.h"
#include "worker/api/dispatch.h"
#include "worker/api/event.h"
#include "worker/api/headers.h"
#include "worker/api/request.h"
#include "worker/engine/promise.h"
#include "worker/engine/str.h"

#define NO_FETCH "Handler does not export a fetch() function."

struct serve {
	struct api_event *event;
	const struct api_request *request;
};

/* --- the stream's side --- */

static struct api_event *
event_of(struct stream *s)
{
	return stream_arg(s);
}

static int
on_data(struct stream *s, const uint8_t *data, size_t len, bool end)
{
	struct api_event *e = event_of(s);
	struct api *api = e->api;

	if (api->request_max != 0 && len > api->request_max - e->received) {
		api->host.limit_hit(api->host.arg, WORKER_LIMIT_request_bytes);
		event_end(e, IPC_RESET_REQUEST_SIZE,
		    "the request's body is over limits.requestBody");
		e->nholds = 0;
		return 0;
	}
	e->received += len;
	if (e->request != NULL && e->request->stream != NULL)
		source_on_data(e->request, data, len, end);
	else if (len > 0)
		stream_consumed(s, len);
	return 0;
}

static void
on_writable(struct stream *s)
{
	struct api_event *e = event_of(s);

	if (e->out.api != NULL)
		sink_on_writable(&e->out);
}

static int
abort_request(duk_context *ctx, void *arg)
{
	struct api_event *e = arg;

	ref_push(ctx, e->controller);
	ref_drop(ctx, &e->controller);
	duk_push_literal(ctx, "abort");
	push_dom(ctx, "AbortError", "The client has disconnected");
	duk_call_prop(ctx, -3, 1);
	return 0;
}

/* The scripts' stream of a response nobody takes any more. */
static int
cancel_reader(duk_context *ctx, void *arg)
{
	struct api_sink *k = arg;

	script_push(ctx, "cancelPump");
	ref_push(ctx, k->reader);
	ref_drop(ctx, &k->reader);
	duk_call(ctx, 1);
	return 0;
}

static void
on_close(struct stream *s, enum stream_outcome outcome, uint32_t code,
    const char *text)
{
	struct api_event *e = event_of(s);

	(void)code;
	(void)text;
	e->stream = NULL;
	e->out.stream = NULL;
	if (e->request != NULL) {
		e->request->stream = NULL;
		if (outcome != STREAM_DONE)
			source_on_fail(e->request,
			    "The client has disconnected");
	}
	if (outcome != STREAM_DONE || !e->is_out_done) {
		if (e->controller != 0)
			api_run(e->api, e, abort_request, e);
		if (e->out.reader != 0)
			api_run(e->api, e, cancel_reader, &e->out);
	}
	e->is_out_done = true;
	e->has_answered = true;
}

static const struct stream_ops server_ops = {
    .on_data = on_data,
    .on_writable = on_writable,
    .on_close = on_close,
};

static void
on_sink_done(struct api_sink *k)
{
	k->event->is_out_done = true;
}

static void
on_sink_fail(struct api_sink *k, const char *error)
{
	event_end(k->event, IPC_RESET_INTERNAL, error);
}

static const struct sink_ops response_ops = {
    .on_done = on_sink_done,
    .on_fail = on_sink_fail,
};

/* --- the answer --- */

/* May the field go on to another host? */
static bool
is_passed_on(const struct head_str *name, bool with_length)
{
	static const struct head_str names[] = {{"host", 4}, {"connection", 10},
	    {"keep-alive", 10}, {"proxy-connection", 16}, {"te", 2},
	    {"trailer", 7}, {"transfer-encoding", 17}, {"upgrade", 7},
	    {"content-length", 14}};

	for (size_t i = 0; i < NELEMS(names) - with_length; i++)
		if (names[i].len == name->len &&
		    memcmp(names[i].p, name->p, name->len) == 0)
			return false;
	return true;
}

void
dispatch_put_fields(struct buf *b, const struct headers_state *h,
    bool with_length)
{
	struct head_str name, value;
	size_t pos = 0;

	while (headers_each(h, &pos, &name, &value))
		if (is_passed_on(&name, with_length))
			head_field(b, name.p, name.len, value.p, value.len);
}

void
dispatch_put_raw_fields(struct buf *b, struct head_fields fields,
    bool with_length)
{
	struct head_str name, value;

	while (head_next(&fields, &name, &value))
		if (is_passed_on(&name, with_length))
			head_field(b, name.p, name.len, value.p, value.len);
}

/* Encode the head of the Response at IDX into B. */
static int
put_response_head(duk_context *ctx, duk_idx_t idx, struct response_state *r,
    struct buf *b, int64_t length)
{
	struct headers_state *h = NULL;
	const char *reason, *type;
	char text[24];
	size_t mark;
	struct buf *b2 = api_scratch(api_from(ctx), 1);

	reason = status_text(r->status);
	if (key_get(ctx, idx, KEY_STATUS_TEXT) && latin1_get(ctx, -1, b2)) {
		buf_put_u8(b2, '\0');
		reason = (const char *)buf_peek(b2);
	}
	mark = head_response_begin(b, r->status, reason, strlen(reason));
	duk_pop(ctx);
	if (key_get(ctx, idx, KEY_HEADERS))
		h = headers_get(ctx, -1);
	if (h != NULL) {
		dispatch_put_fields(b, h, length < 0);
	} else {
		type = body_type_text(ctx, idx, &r->body);
		if (type != NULL)
			head_field(b, "content-type", 12, type, strlen(type));
		if (r->body.type == BODY_TYPE_OTHER)
			duk_pop(ctx);
	}
	duk_pop(ctx);
	if (length >= 0 && !response_is_null_status(r->status))
		head_field(b, "content-length", 14, text,
		    (size_t)snprintf(text, sizeof text, "%lld",
			(long long)length));
	return head_finish(b, mark);
}

/* Answer the event with the value at IDX: throws if it is no Response. */
static void
respond(duk_context *ctx, struct api_event *e, duk_idx_t idx)
{
	struct response_state *r;
	struct buf *b;
	int64_t length;
	bool end;

	idx = duk_require_normalize_index(ctx, idx);
	r = (struct response_state *)(void *)response_get(ctx, idx);
	if (r == NULL)
		(void)duk_type_error(ctx,
		    "Incorrect type for Promise: the Promise did not resolve "
		    "to 'Response'.");
	if (r->is_error)
		(void)duk_type_error(ctx,
		    "Return value from serve handler must not be an error "
		    "response (like Response.error())");
	if (e->has_answered || e->stream == NULL)
		return;
	body_require_unused(ctx, idx, &r->body);
	length = body_length(ctx, idx, &r->body);
	/* Where the length is known, before the head says it. */
	if (e->api->response_max != 0 && length > 0 && !e->is_head_request &&
	    (uint64_t)length > e->api->response_max) {
		sink_overflow(e);
		return;
	}
	b = api_scratch(e->api, 0);
	if (put_response_head(ctx, idx, r, b, length) != 0)
		(void)duk_range_error(ctx,
		    "The response's headers are too large");
	end = r->body.kind == BODY_NULL || length == 0 || e->is_head_request;
	e->has_answered = true;
	/* A response that flows may be made of the request's body, which can
	 * only be asked for before the head. */
	if (!end &&
	    (r->body.kind == BODY_STREAM || r->body.kind == BODY_SOURCE))
		stream_continue(e->stream);
	stream_respond(e->stream, buf_peek(b), buf_len(b), end);
	if (end) {
		e->is_out_done = true;
		if (r->body.kind == BODY_STREAM && e->is_head_request) {
			script_push(ctx, "cancelStream");
			key_get(ctx, idx, KEY_BODY);
			duk_call(ctx, 1);
			duk_pop(ctx);
		}
		r->body.is_used = r->body.kind != BODY_NULL;
		return;
	}
	sink_init(&e->out, e, e->stream, &response_ops);
	e->out.room = e->api->response_max;
	e->out.is_bounded = e->api->response_max != 0;
	body_send(ctx, idx, &r->body, &e->out);
}

/* The handler failed with the value at IDX. */
static void
fail(duk_context *ctx, struct api_event *e, duk_idx_t idx)
{
	struct engine_error err;

	if (*engine_kill_flag(e->api->engine) != 0 ||
	    engine_is_alloc_failure(ctx, idx)) {
		duk_dup(ctx, idx); /* a limit: engine_run() tells it apart */
		(void)duk_throw(ctx);
	}
	api_log_exception(ctx, idx, "Uncaught");
	memset(&err, 0, sizeof err);
	engine_error_from(ctx, idx, &err);
	if (!e->is_out_done)
		event_end(e, IPC_RESET_INTERNAL,
		    err.message != NULL ? err.message : "");
	engine_error_clear(&err);
}

/* [ response data ] -> [ ]; data: the event's number */
static duk_ret_t
respond_inner(duk_context *ctx, void *udata)
{
	respond(ctx, udata, 0);
	return 0;
}

static duk_ret_t
handler_done(duk_context *ctx)
{
	struct api_event *e = event_find(api_from(ctx), duk_get_uint(ctx, 1));

	if (e == NULL)
		return 0;
	duk_dup(ctx, 0);
	duk_dup(ctx, 1);
	if (duk_safe_call(ctx, respond_inner, e, 2, 1) != DUK_EXEC_SUCCESS)
		fail(ctx, e, -1);
	return 0;
}

static duk_ret_t
handler_failed(duk_context *ctx)
{
	struct api_event *e = event_find(api_from(ctx), duk_get_uint(ctx, 1));

	if (e != NULL)
		fail(ctx, e, 0);
	return 0;
}

/* --- the call --- */

static void
push_env(duk_context *ctx, const struct api *api)
{
	duk_push_heapptr(ctx, api->stash);
	duk_get_prop_literal(ctx, -1, "env");
	duk_remove(ctx, -2);
}

/*
 * [ ] -> [ function this request env ctx ]: what to call for the entrypoint,
 * and how many arguments.
 */
static duk_idx_t
push_handler(duk_context *ctx, const struct serve *s)
{
	struct api *api = s->event->api;
	struct control_str name = s->request->entrypoint;
	bool is_class;

	duk_push_heapptr(ctx, api->stash);
	duk_get_prop_literal(ctx, -1, "main");
	duk_remove(ctx, -2);
	if (!duk_is_object(ctx, -1)) { /* a service-worker script */
		duk_pop(ctx);
		script_push(ctx, "dispatchFetch");
		duk_push_undefined(ctx);
		request_push_head(ctx, s->event, s->request->head,
		    s->request->head_len);
		event_push_context(ctx, s->event, s->request->props);
		return 2;
	}
	if (name.len == 0)
		duk_push_literal(ctx, "default");
	else
		str_push_utf8(ctx, name.p, name.len);
	duk_get_prop(ctx, -2);
	duk_remove(ctx, -2); /* export */
	if (!duk_is_object(ctx, -1))
		(void)duk_type_error(ctx, "%s", NO_FETCH);
	is_class = duk_is_function(ctx, -1) != 0;
	event_push_context(ctx, s->event, s->request->props);
	if (is_class) {
		duk_swap_top(ctx, -2); /* context class */
		duk_dup(ctx, -2);
		push_env(ctx, api);
		duk_new(ctx, 2); /* context instance */
		duk_swap_top(ctx, -2);
	}
	duk_get_prop_literal(ctx, -2, "fetch");
	if (!duk_is_function(ctx, -1))
		(void)duk_type_error(ctx, "%s", NO_FETCH);
	duk_pull(ctx, -3); /* context fetch this */
	request_push_head(ctx, s->event, s->request->head,
	    s->request->head_len);
	if (is_class) {
		duk_remove(ctx, -4);
		return 1;
	}
	push_env(ctx, api);
	duk_pull(ctx, -5); /* fetch this request env context */
	return 3;
}

static duk_ret_t
call_handler(duk_context *ctx, void *udata)
{
	struct serve *s = udata;

	duk_call_method(ctx, push_handler(ctx, s));
	if (response_get(ctx, -1) != NULL) {
		respond(ctx, s->event, -1);
		return 0;
	}
	promise_resolved(ctx); /* thenables, and what is no Response */
	duk_push_uint(ctx, s->event->id);
	promise_react_c(ctx, -2, handler_done, handler_failed);
	return 0;
}

static int
serve(duk_context *ctx, void *arg)
{
	struct serve *s = arg;

	if (duk_safe_call(ctx, call_handler, s, 0, 1) != DUK_EXEC_SUCCESS)
		fail(ctx, s->event, -1);
	return 0;
}

int
api_serve(struct api *api, const struct api_request *request)
{
	struct api_event *e;
	struct head_request head;
	struct serve s;

	if (head_request_decode(request->head, request->head_len, &head) != 0)
		return ERR_PROTO;
	e = api->is_broken ? NULL : event_new(api, request->stream);
	if (e == NULL) {
		stream_reset(request->stream, IPC_RESET_BUSY,
		    "too many events in flight");
		return 0;
	}
	stream_set(request->stream, &server_ops, e);
	e->depth = head.depth;
	e->request_id = head.id;
	e->is_head_request =
	    head.method.len == 4 && memcmp(head.method.p, "HEAD", 4) == 0;
	if (!request->end)
		e->request = source_new(e, request->stream);
	s.event = e;
	s.request = request;
	api_run(api, e, serve, &s);
	return 0;
}
