/*
 * Subrequests: fetch() of service bindings and the global one.
 *
 * Runs in: workers. A call is a client stream on the channel of its binding;
 * it belongs to the event whose script made it and ends with it.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/xmalloc.h"
#include "ipc/frame.h"
#include "ipc/head.h"
#include "worker/api/dispatch.h"
#include "worker/api/event.h"
#include "worker/api/fetch.h"
#include "worker/api/request.h"
#include "worker/engine/promise.h"
#include "worker/engine/str.h"

#define CALL_MAGIC 0x43414c4cu
#define REDIRECTS_MAX 20
#define RETRIES_MAX 2
#define NO_OUTBOUND                                                            \
	"This worker is not permitted to access the internet via global "      \
	"functions like fetch(). It must use capabilities (such as bindings "  \
	"in 'env') to talk to the outside world."
#define CHANNEL_NONE UINT32_MAX

struct api_call {
	uint32_t magic;
	uint32_t id; /* in api->calls: for scripts */
	struct api *api;
	struct api_event *event;
	struct api_call *prev;
	struct api_call *next;
	uint32_t channel;
	struct buf head; /* encoded, not yet sent */
	struct stream *stream;
	struct api_source *in;
	struct api_sink out;
	uint32_t promise; /* references */
	uint32_t request;
	bool is_waiting; /* for the channel */
	bool has_body;
	bool counts; /* in event->nwaits */
	unsigned int redirects;
	unsigned int retries;
};

struct fetcher_state {
	struct state_head head;
	uint32_t channel;
};

static void call_start(struct api_call *c);
static const struct stream_ops client_ops;

static void
uncount(struct api_call *c)
{
	if (c->counts)
		c->event->nwaits--;
	c->counts = false;
}

static void
call_free(struct api_call *c)
{
	duk_context *ctx = api_ctx(c->api);

	ASSERT(c->magic == CALL_MAGIC);
	uncount(c);
	c->api->ncalls--;
	sink_clear(&c->out);
	ref_drop(ctx, &c->promise);
	ref_drop(ctx, &c->request);
	ids_remove(&c->api->calls, c->id);
	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		c->event->calls = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	buf_clear(&c->head);
	c->magic = 0;
	free(c);
}

static void
forget_stream(struct api_call *c)
{
	if (c->in != NULL && c->in->stream == c->stream)
		c->in->stream = NULL;
	c->out.stream = NULL;
	c->stream = NULL;
}

void
call_cancel(struct api_call *c)
{
	struct stream *s = c->stream;

	if (s != NULL) {
		forget_stream(c);
		stream_reset(s, IPC_RESET_CANCEL, NULL);
	}
	call_free(c);
}

struct failure {
	struct api_call *call;
	const char *text;
};

/*
 * [ ] -> [ error ] for TEXT, which begins with the name of an error's class
 * when a handler of a worker threw one.
 */
static void
push_failure(duk_context *ctx, const char *text)
{
	static const struct {
		const char *prefix;
		duk_errcode_t code;
	} classes[] = {
	    {"Error: ", DUK_ERR_ERROR},
	    {"TypeError: ", DUK_ERR_TYPE_ERROR},
	    {"RangeError: ", DUK_ERR_RANGE_ERROR},
	    {"SyntaxError: ", DUK_ERR_SYNTAX_ERROR},
	    {"ReferenceError: ", DUK_ERR_REFERENCE_ERROR},
	};
	duk_errcode_t code = DUK_ERR_ERROR;
	size_t i, n;

	for (i = 0; i < NELEMS(classes); i++) {
		n = strlen(classes[i].prefix);
		if (strncmp(text, classes[i].prefix, n) != 0)
			continue;
		text += n;
		code = classes[i].code;
		break;
	}
	duk_push_error_object(ctx, code, "%s", text);
}

static int
reject_call(duk_context *ctx, void *arg)
{
	struct failure *f = arg;

	ref_push(ctx, f->call->promise);
	ref_drop(ctx, &f->call->promise);
	push_failure(ctx, f->text);
	promise_reject(ctx, -2, -1);
	return 0;
}

/* The call cannot be answered any more; frees it. */
static void
call_fail(struct api_call *c, const char *text)
{
	struct failure f = {c, text};

	uncount(c);
	if (c->promise != 0)
		api_run(c->api, c->event, reject_call, &f);
	call_cancel(c);
}

/* --- the stream --- */

static void
on_sink_done(struct api_sink *k)
{
	(void)k;
}

static void
on_sink_fail(struct api_sink *k, const char *error)
{
	struct api_call *c = CONTAINER_OF(k, struct api_call, out);
	struct stream *s = c->stream;

	(void)error;
	if (s != NULL) {
		forget_stream(c);
		stream_reset(s, IPC_RESET_CANCEL, "the request body failed");
	}
}

/* The stream that is the request's body threw: so does fetch(). */
static void
on_sink_throw(struct api_sink *k, duk_context *ctx, duk_idx_t idx)
{
	struct api_call *c = CONTAINER_OF(k, struct api_call, out);

	idx = duk_require_normalize_index(ctx, idx);
	uncount(c);
	if (c->promise != 0) {
		ref_push(ctx, c->promise);
		ref_drop(ctx, &c->promise);
		promise_reject(ctx, -1, idx);
		duk_pop(ctx);
	}
	if (c->in == NULL)
		call_cancel(c);
	else /* answered already: the answer goes on */
		on_sink_fail(k, "the request body failed");
}

static const struct sink_ops request_ops = {
    .on_done = on_sink_done,
    .on_fail = on_sink_fail,
    .on_throw = on_sink_throw,
};

struct reply {
	struct api_call *call;
	struct head_response head;
	bool end;
	bool is_moved; /* followed a redirect: no response yet */
	bool has_failed;
};

static bool is_redirect(unsigned int status);
static bool follow(duk_context *ctx, struct api_call *c, duk_idx_t request,
    const struct head_response *head);

/* The stream answers: make the Response, resolve the promise. */
static duk_ret_t
make_reply(duk_context *ctx, void *arg)
{
	struct reply *a = arg;
	struct api_call *c = a->call;
	struct request_state *req;
	struct response_state *r;
	struct headers_state *h;
	duk_idx_t request, response;

	ref_push(ctx, c->request);
	request = duk_get_top_index(ctx);
	req = (struct request_state *)(void *)request_get(ctx, request);
	if (req->redirect == REDIRECT_FOLLOW && is_redirect(a->head.status) &&
	    follow(ctx, c, request, &a->head)) {
		a->is_moved = true;
		return 0;
	}
	r = response_push(ctx, a->head.status);
	response = duk_get_top_index(ctx);
	h = message_push_headers(ctx, response);
	headers_add_fields(ctx, h, a->head.fields);
	headers_set_immutable(h, true);
	duk_pop(ctx);
	latin1_push(ctx, a->head.reason.p, a->head.reason.len);
	key_put(ctx, response, KEY_STATUS_TEXT);
	duk_dup(ctx, request); /* its URL, when somebody asks for it */
	key_put(ctx, response, KEY_URL);
	r->is_redirected = c->redirects > 0;
	if (!a->end) {
		c->in = source_new(c->event, c->stream);
		if (c->in == NULL)
			return duk_generic_error(ctx, "too many bodies");
		r->body.kind = BODY_SOURCE;
		r->body.source_id = c->in->id;
	}
	ref_push(ctx, c->promise);
	ref_drop(ctx, &c->promise);
	promise_resolve(ctx, -1, response);
	return 0;
}

/* What goes wrong (a bad redirect, say) is the promise's reason. */
static int
on_reply(duk_context *ctx, void *arg)
{
	struct reply *a = arg;

	if (duk_safe_call(ctx, make_reply, a, 0, 1) == DUK_EXEC_SUCCESS)
		return 0;
	if (*engine_kill_flag(a->call->api->engine) != 0 ||
	    engine_is_alloc_failure(ctx, -1))
		(void)duk_throw(ctx);
	a->has_failed = true;
	if (a->call->promise != 0) {
		ref_push(ctx, a->call->promise);
		ref_drop(ctx, &a->call->promise);
		promise_reject(ctx, -1, -2);
	}
	return 0;
}

static int
on_response(struct stream *s, const uint8_t *head, size_t len, bool end)
{
	struct api_call *c = stream_arg(s);
	struct reply a = {.call = c, .end = end};

	if (head_response_decode(head, len, &a.head) != 0)
		return ERR_PROTO;
	uncount(c);
	if (api_run(c->api, c->event, on_reply, &a) != 0)
		return 0;
	if (a.has_failed) {
		call_cancel(c);
		return 0;
	}
	if (a.is_moved) {
		if (c->stream == s) {
			forget_stream(c);
			stream_reset(s, IPC_RESET_NONE, NULL);
		}
		call_start(c);
	}
	return 0;
}

static int
on_data(struct stream *s, const uint8_t *data, size_t len, bool end)
{
	struct api_call *c = stream_arg(s);

	if (c->in != NULL)
		source_on_data(c->in, data, len, end);
	else if (len > 0)
		stream_consumed(s, len);
	return 0;
}

static void
on_writable(struct stream *s)
{
	struct api_call *c = stream_arg(s);

	if (c->out.api != NULL)
		sink_on_writable(&c->out);
}

static void
on_close(struct stream *s, enum stream_outcome outcome, uint32_t code,
    const char *text)
{
	struct api_call *c = stream_arg(s);
	struct api_source *in = c->in;
	char message[300];

	(void)code;
	forget_stream(c);
	if (c->promise != 0) {
		if (outcome == STREAM_UNACCEPTED && !c->has_body &&
		    c->retries++ < RETRIES_MAX) {
			call_start(c);
			return;
		}
		snprintf(message, sizeof message, "%s",
		    outcome == STREAM_RESET && text != NULL && text[0] != '\0'
			? text
			: "Network connection lost.");
		call_fail(c, message);
	} else {
		call_free(c);
	}
	if (in != NULL && outcome != STREAM_DONE)
		source_on_fail(in, "Network connection lost.");
}

static const struct stream_ops client_ops = {
    .on_response = on_response,
    .on_data = on_data,
    .on_writable = on_writable,
    .on_close = on_close,
};

static int
send_body(duk_context *ctx, void *arg)
{
	struct api_call *c = arg;

	ref_push(ctx, c->request);
	sink_init(&c->out, c->event, c->stream, &request_ops);
	body_send(ctx, -1, request_get(ctx, -1), &c->out);
	return 0;
}

/* Open the stream, now or when the channel comes. May free the call. */
static void
call_start(struct api_call *c)
{
	struct mux *mux = NULL;
	int r;

	if (!c->counts) {
		c->counts = true;
		c->event->nwaits++;
	}
	c->is_waiting = false;
	r = c->api->host.channel(c->api->host.arg, c->channel, &mux);
	if (r == ERR_STATE) {
		c->is_waiting = true;
		return;
	}
	if (r == 0)
		r = mux_request(mux, buf_peek(&c->head), buf_len(&c->head),
		    !c->has_body, &client_ops, c, &c->stream);
	if (r != 0) {
		call_fail(c, r == ERR_LIMIT
				 ? "Too many subrequests are open at a time."
				 : "The binding cannot be reached.");
		return;
	}
	if (c->has_body)
		api_run(c->api, c->event, send_body, c);
}

/* The next call that waits for the channel. */
static struct api_call *
find_waiting(struct api *api, uint32_t channel)
{
	struct api_event *e;
	struct api_call *c;

	for (e = api->events; e != NULL; e = e->next)
		for (c = e->calls; c != NULL; c = c->next)
			if (c->is_waiting && c->channel == channel)
				return c;
	return NULL;
}

void
api_channel_ready(struct api *api, uint32_t channel, struct mux *mux)
{
	struct api_call *c;

	(void)mux; /* the host hands it out again */
	while ((c = find_waiting(api, channel)) != NULL)
		call_start(c);
}

void
api_channel_failed(struct api *api, uint32_t channel, uint32_t reset_code,
    const char *text)
{
	struct api_call *c;

	(void)reset_code;
	while ((c = find_waiting(api, channel)) != NULL) {
		c->is_waiting = false;
		call_fail(c, text);
	}
}

/* --- the head --- */

static bool
is_redirect(unsigned int status)
{
	return status == 301 || status == 302 || status == 303 ||
	       status == 307 || status == 308;
}

static struct head_str
str_of(const struct buf *b)
{
	struct head_str s = {(const char *)buf_peek(b), buf_len(b)};

	return s;
}

/*
 * Is it certain that the URL parser would leave the head's URL as it is? Any
 * path and query of these characters but without dots that it would resolve,
 * at the authority that it has seen last.
 */
static bool
is_plain(const struct api *api, const struct head_request *h)
{
	static const char others[] = "/-_~!$&()*+,;=:@?";

	if (h->authority.len == 0 || h->target.len == 0 ||
	    h->target.p[0] != '/' ||
	    h->authority.len != api->plain_authority_len ||
	    memcmp(h->authority.p, api->plain_authority, h->authority.len) != 0)
		return false;
	for (size_t i = 1; i < h->target.len; i++) {
		char c = h->target.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9'))
			continue;
		if (c == '.' ? h->target.p[i - 1] == '/'
			     : memchr(others, c, sizeof others - 1) == NULL)
			return false;
	}
	return true;
}

static void
remember_plain(struct api *api, struct head_str authority)
{
	if (authority.len > sizeof api->plain_authority)
		return;
	memcpy(api->plain_authority, authority.p, authority.len);
	api->plain_authority_len = authority.len;
}

/* Scheme, authority and target of the Request at IDX, into scratch buffers. */
static void
put_url(duk_context *ctx, struct api *api, duk_idx_t idx,
    struct head_request *h)
{
	struct url *u = &api->url[0];
	struct buf *authority, *target;
	char text[8];
	const char *s;
	size_t n;

	request_push_url(ctx, idx);
	s = str_to_utf8(ctx, -1, &n);
	if (url_parse(u, s, n, NULL) != 0 || buf_len(&u->scheme) < 4 ||
	    buf_len(&u->scheme) > 5 ||
	    memcmp(buf_peek(&u->scheme), "http", 4) != 0)
		(void)duk_type_error(ctx, "Fetch API cannot load: %s", s);
	duk_pop(ctx);
	authority = api_scratch(api, 0);
	target = api_scratch(api, 1);
	buf_put(authority, buf_peek(&u->host), buf_len(&u->host));
	if (u->port >= 0)
		buf_put(authority, text,
		    (size_t)snprintf(text, sizeof text, ":%d", u->port));
	buf_put(target, buf_peek(&u->path), buf_len(&u->path));
	if (u->has_query) {
		buf_put_u8(target, '?');
		buf_put(target, buf_peek(&u->query), buf_len(&u->query));
	}
	h->scheme = buf_len(&u->scheme) == 5 ? HEAD_HTTPS : HEAD_HTTP;
	h->authority = str_of(authority);
	h->target = str_of(target);
}

/* Encode the head of the Request at IDX into c->head. */
static void
put_head(duk_context *ctx, struct api_call *c, duk_idx_t idx)
{
	struct body_state *body = request_get(ctx, idx);
	struct headers_state *fields = NULL;
	struct head_request h, raw;
	duk_idx_t top = duk_get_top(ctx);
	bool is_raw = request_push_raw(ctx, idx, &raw), with_length;
	int64_t length;
	char text[24];
	size_t mark;
	int r;

	length = body->kind == BODY_NULL ? -1 : body_length(ctx, idx, body);
	with_length = length < 0 && body->kind != BODY_NULL;
	if (is_raw && is_plain(c->api, &raw)) {
		h = raw;
	} else {
		memset(&h, 0, sizeof h);
		fields = message_push_headers(ctx, idx);
		request_push_method(ctx, idx);
		h.method.p = duk_require_lstring(ctx, -1, &h.method.len);
		h.cf.p = request_push_cf_json(ctx, idx, &h.cf.len);
		put_url(ctx, c->api, idx, &h);
		if (is_raw && h.authority.len == raw.authority.len &&
		    memcmp(h.authority.p, raw.authority.p, h.authority.len) ==
			0)
			remember_plain(c->api, h.authority);
	}
	h.id = c->event->request_id;
	h.version = HEAD_HTTP_1_1;
	h.depth = c->event->depth + 1;
	h.client = (struct head_str){"", 0};
	buf_clear(&c->head);
	mark = head_request_begin(&c->head, &h);
	if (fields != NULL)
		dispatch_put_fields(&c->head, fields, with_length);
	else
		dispatch_put_raw_fields(&c->head, raw.fields, with_length);
	if (length >= 0)
		head_field(&c->head, "content-length", 14, text,
		    (size_t)snprintf(text, sizeof text, "%lld",
			(long long)length));
	r = head_finish(&c->head, mark);
	duk_set_top(ctx, top);
	if (r != 0)
		(void)duk_range_error(ctx, "The request is too large");
	c->has_body = body->kind != BODY_NULL && length != 0;
}

/* Remove a header of the Request, when the origin or the method changes. */
static void
drop_header(duk_context *ctx, duk_idx_t request, const char *name)
{
	message_push_headers(ctx, request);
	duk_push_literal(ctx, "delete");
	duk_push_string(ctx, name);
	duk_call_prop(ctx, -3, 1);
	duk_pop_2(ctx);
}

/* A copy of the request is sent to Location. False: give the response. */
static bool
follow(duk_context *ctx, struct api_call *c, duk_idx_t request,
    const struct head_response *head)
{
	static const char *const of_body[] = {"content-type", "content-length",
	    "content-encoding", "content-language", "content-location"};
	struct url *u = c->api->url;
	struct body_state *body = request_get(ctx, request);
	struct head_str location;
	size_t i;
	struct buf *b;
	const char *s;
	size_t n;
	bool is_same, to_get;

	if (!head_find(head->fields, "location", &location))
		return false;
	if (++c->redirects > REDIRECTS_MAX)
		(void)duk_type_error(ctx, "Too many redirects.");
	request_push_url(ctx, request);
	s = str_to_utf8(ctx, -1, &n);
	if (url_parse(&u[1], s, n, NULL) != 0 ||
	    url_parse(&u[0], location.p, location.len, &u[1]) != 0)
		(void)duk_type_error(ctx, "Invalid redirect location");
	((struct request_state *)(void *)body)->is_changed = true;
	is_same = u[0].port == u[1].port &&
		  buf_len(&u[0].host) == buf_len(&u[1].host) &&
		  memcmp(buf_peek(&u[0].host), buf_peek(&u[1].host),
		      buf_len(&u[0].host)) == 0 &&
		  buf_len(&u[0].scheme) == buf_len(&u[1].scheme);
	b = api_scratch(c->api, 0);
	url_write(&u[0], b, NULL);
	duk_push_lstring(ctx, (const char *)buf_peek(b), buf_len(b));
	key_put(ctx, request, KEY_URL);
	request_push_method(ctx, request);
	s = duk_require_string(ctx, -1);
	to_get = (head->status == 303 && strcmp(s, "HEAD") != 0 &&
		     strcmp(s, "GET") != 0) ||
		 (head->status <= 302 && strcmp(s, "POST") == 0);
	if (to_get) {
		duk_push_literal(ctx, "GET");
		key_put(ctx, request, KEY_METHOD);
		body->kind = BODY_NULL;
		for (i = 0; i < NELEMS(of_body); i++)
			drop_header(ctx, request, of_body[i]);
	} else if (body->kind == BODY_STREAM || body->kind == BODY_SOURCE) {
		(void)duk_type_error(ctx,
		    "A request with a one-time-use body (it was initialized "
		    "from a stream, not a buffer) encountered a redirect "
		    "requiring the body to be retransmitted.");
	}
	if (!is_same)
		drop_header(ctx, request, "authorization");
	duk_pop_2(ctx);
	put_head(ctx, c, request);
	sink_clear(&c->out);
	return true;
}

/* --- fetch() --- */

/* A script aborts: [ reason ] -> [ ]; `this` is unused. */
static duk_ret_t
abort_call(duk_context *ctx)
{
	struct api *api = api_from(ctx);
	struct api_call *c;

	duk_push_current_function(ctx);
	key_get(ctx, -1, KEY_CALL);
	c = ids_get(&api->calls, duk_get_uint(ctx, -1));
	if (c == NULL)
		return 0;
	if (c->promise != 0) {
		ref_push(ctx, c->promise);
		promise_reject(ctx, -1, 0);
	}
	if (c->in != NULL)
		source_abort(ctx, c->in, 0);
	call_cancel(c);
	return 0;
}

/* The signal of the Request at IDX ends the call. */
static void
watch_signal(duk_context *ctx, struct api_call *c, duk_idx_t idx)
{
	request_push_signal(ctx, idx, false);
	if (duk_is_object(ctx, -1)) {
		script_push(ctx, "onAbort");
		duk_dup(ctx, -2);
		duk_push_c_function(ctx, abort_call, 1);
		duk_push_uint(ctx, c->id);
		key_put(ctx, -2, KEY_CALL);
		duk_call(ctx, 2);
		duk_pop(ctx);
	}
	duk_pop(ctx);
}

static struct api_call *
call_new(struct api_event *event, uint32_t channel)
{
	struct api_call *c = xcalloc(1, sizeof *c);

	c->id = ids_add(&event->api->calls, c);
	if (c->id == 0) {
		free(c);
		return NULL;
	}
	c->magic = CALL_MAGIC;
	c->api = event->api;
	c->event = event;
	c->channel = channel;
	buf_init(&c->head);
	c->api->ncalls++;
	c->next = event->calls;
	if (c->next != NULL)
		c->next->prev = c;
	event->calls = c;
	return c;
}

struct begin {
	struct api_call *call;
};

/* [ request ] -> [ ]: what may throw before the call starts */
static duk_ret_t
begin_call(duk_context *ctx, void *udata)
{
	struct begin *b = udata;
	struct api_call *c = b->call;
	duk_idx_t request = duk_get_top_index(ctx); /* the caller's frame */

	put_head(ctx, c, request);
	duk_dup(ctx, request);
	c->request = ref_new(ctx);
	watch_signal(ctx, c, request);
	return 0;
}

/* [ input init ] -> [ promise ] */
/* [ ] -> [ Response ] when the Request at IDX is for a data: URL */
static bool
push_data_response(duk_context *ctx, duk_idx_t idx)
{
	const struct request_state *r = state_get(ctx, idx, API_REQUEST);
	bool is_data;

	if (r->has_head) /* it came over HTTP */
		return false;
	request_push_url(ctx, idx);
	is_data = strncmp(duk_require_string(ctx, -1), "data:", 5) == 0;
	if (is_data) {
		script_push(ctx, "dataResponse");
		duk_dup(ctx, -2);
		request_push_method(ctx, idx);
		duk_call(ctx, 2);
		duk_remove(ctx, -2);
	} else {
		duk_pop(ctx);
	}
	return is_data;
}

static duk_ret_t
fetch_inner(duk_context *ctx, void *udata)
{
	struct api *api = api_from(ctx);
	uint32_t channel = duk_get_uint(ctx, 2);
	struct api_event *event;
	struct body_state *body;
	struct begin b;

	(void)udata;
	event = event_require(ctx);
	duk_push_heapptr(ctx, api->ctor[API_REQUEST]);
	duk_dup(ctx, 0);
	duk_dup(ctx, 1);
	duk_new(ctx, 2); /* 3: a copy, which takes the body */
	request_push_signal(ctx, 3, false);
	if (duk_is_object(ctx, -1)) {
		script_push(ctx, "throwIfAborted");
		duk_swap_top(ctx, -2);
		duk_call(ctx, 1);
	}
	duk_pop(ctx);
	body = request_get(ctx, 3);
	body_require_unused(ctx, 3, body);
	if (push_data_response(ctx, 3)) {
		promise_resolved(ctx);
		return 1;
	}
	if (channel == CHANNEL_NONE)
		return duk_generic_error(ctx, "%s", NO_OUTBOUND);
	if (event->depth + 1 > api->depth_max) {
		api->host.limit_hit(api->host.arg, WORKER_LIMIT_depth);
		return duk_generic_error(ctx,
		    "Subrequest depth limit exceeded. This request recursed "
		    "through Workers too many times. This can happen e.g. if "
		    "you have a Worker or Durable Object that calls other "
		    "Workers or objects recursively.");
	}
	if (api->subrequests_max != 0 &&
	    event->subrequests >= api->subrequests_max) {
		api->host.limit_hit(api->host.arg, WORKER_LIMIT_subrequests);
		return duk_generic_error(ctx, "Too many subrequests.");
	}
	if (api->calls_max != 0 && api->ncalls >= api->calls_max) {
		api->host.limit_hit(api->host.arg, WORKER_LIMIT_calls);
		return duk_generic_error(ctx,
		    "Too many subrequests are open at a time.");
	}
	b.call = call_new(event, channel);
	if (b.call == NULL)
		return duk_generic_error(ctx,
		    "Too many subrequests are open at a time.");
	event->subrequests++;
	duk_dup(ctx, 3);
	if (duk_safe_call(ctx, begin_call, &b, 1, 1) != DUK_EXEC_SUCCESS) {
		call_cancel(b.call);
		return duk_throw(ctx);
	}
	promise_new(ctx);
	duk_dup(ctx, -1);
	b.call->promise = ref_new(ctx);
	call_start(b.call); /* on failure it has rejected the promise */
	return 1;
}

/* [ input init ] -> [ promise ] */
static duk_ret_t
fetch_global(duk_context *ctx)
{
	duk_push_uint(ctx, api_from(ctx)->has_outbound ? CONTROL_TARGET_OUTBOUND
						       : CHANNEL_NONE);
	return promise_guard(ctx, fetch_inner);
}

static duk_ret_t
fetcher_fetch(duk_context *ctx)
{
	struct fetcher_state *f = state_push_this(ctx, API_FETCHER);

	duk_pop(ctx);
	duk_push_uint(ctx, f->channel);
	return promise_guard(ctx, fetch_inner);
}

static duk_ret_t
fetcher_missing(duk_context *ctx)
{
	return duk_generic_error(ctx,
	    "Fetcher.connect is not implemented: only fetch() is");
}

void
fetcher_push(duk_context *ctx, uint32_t channel)
{
	struct fetcher_state *f;

	class_push_instance(ctx, API_FETCHER);
	f = state_new(ctx, -1, API_FETCHER, sizeof *f);
	f->channel = channel;
}

static const struct member fetcher_members[] = {
    {"fetch", M_METHOD, fetcher_fetch, NULL, 2, 1, 0},
    {"connect", M_METHOD, fetcher_missing, NULL, 1, 1, 0},
};

void
fetch_install(duk_context *ctx)
{
	static const struct class_spec spec = {.id = API_FETCHER,
	    .members = fetcher_members,
	    .nmembers = NELEMS(fetcher_members)};

	class_define(ctx, &spec);
	duk_push_global_object(ctx);
	function_define(ctx, -1, "fetch", fetch_global, 2, 1, 0);
	duk_pop(ctx);
}
