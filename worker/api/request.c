/*
 * The Request class. A request that arrived is its encoded head until
 * somebody looks: method, url and headers are made when first touched.
 *
 * Runs in: workers.
 */
#include "config.h"

#include <string.h>

#include "ipc/head.h"
#include "worker/api/body.h"
#include "worker/api/event.h"
#include "worker/api/headers.h"
#include "worker/api/request.h"
#include "worker/api/url_js.h"
#include "worker/engine/str.h"

#define METHOD_MAX 64

struct body_state *
request_get(duk_context *ctx, duk_idx_t idx)
{
	return state_get(ctx, idx, API_REQUEST);
}

static struct request_state *
push_this_request(duk_context *ctx)
{
	return state_push_this(ctx, API_REQUEST);
}

/* The decoded head; [ ] -> [ buffer ] that it borrows from. */
static void
push_head(duk_context *ctx, duk_idx_t obj, struct head_request *h)
{
	duk_size_t n;
	const void *p;

	key_get(ctx, obj, KEY_RAW);
	p = duk_require_buffer(ctx, -1, &n);
	if (head_request_decode(p, n, h) != 0)
		(void)duk_generic_error(ctx, "request head is damaged");
}

void
request_push_head(duk_context *ctx, struct api_event *event,
    const uint8_t *head, size_t len)
{
	struct request_state *r;
	void *p;

	class_push_instance(ctx, API_REQUEST);
	r = state_new(ctx, -1, API_REQUEST, sizeof *r);
	p = duk_push_fixed_buffer(ctx, len);
	memcpy(p, head, len);
	key_put(ctx, -2, KEY_RAW);
	r->has_head = true;
	r->redirect = REDIRECT_MANUAL;
	r->event_id = event->id;
	if (event->request != NULL) {
		r->body.kind = BODY_SOURCE;
		r->body.source_id = event->request->id;
	}
}

/* [ ] -> [ url ] */
void
request_push_url(duk_context *ctx, duk_idx_t obj)
{
	struct api *api = api_from(ctx);
	struct head_request h;
	struct buf *b;

	obj = duk_require_normalize_index(ctx, obj);
	if (key_get(ctx, obj, KEY_URL))
		return;
	duk_pop(ctx);
	push_head(ctx, obj, &h);
	b = api_scratch(api, 0);
	buf_put(b, h.scheme == HEAD_HTTPS ? "https://" : "http://",
	    h.scheme == HEAD_HTTPS ? 8 : 7);
	buf_put(b, h.authority.p, h.authority.len);
	/* RFC 9112 7.1: "*" stands for the server, whose path is empty. */
	if (h.target.len != 1 || h.target.p[0] != '*')
		buf_put(b, h.target.p, h.target.len);
	if (url_parse(&api->url[0], (const char *)buf_peek(b), buf_len(b),
		NULL) == 0) {
		struct buf *b2 = api_scratch(api, 1);

		url_write(&api->url[0], b2, NULL);
		duk_push_lstring(ctx, (const char *)buf_peek(b2), buf_len(b2));
	} else {
		str_push_utf8(ctx, (const char *)buf_peek(b), buf_len(b));
	}
	duk_remove(ctx, -2);
	duk_dup(ctx, -1);
	key_put(ctx, obj, KEY_URL);
}

/* [ ] -> [ method ] */
void
request_push_method(duk_context *ctx, duk_idx_t obj)
{
	struct head_request h;

	obj = duk_require_normalize_index(ctx, obj);
	if (key_get(ctx, obj, KEY_METHOD))
		return;
	duk_pop(ctx);
	push_head(ctx, obj, &h);
	duk_push_lstring(ctx, h.method.p, h.method.len);
	duk_remove(ctx, -2);
}

bool
request_push_raw(duk_context *ctx, duk_idx_t obj, struct head_request *head_out)
{
	struct request_state *r = state_get(ctx, obj, API_REQUEST);

	if (!r->has_head || r->is_changed)
		return false;
	push_head(ctx, obj, head_out);
	return true;
}

/* Fill new headers from what the object has. */
static void
fill_headers(duk_context *ctx, duk_idx_t obj, struct headers_state *h)
{
	struct body_state *b = body_get(ctx, obj);
	struct request_state *r = state_get(ctx, obj, API_REQUEST);
	struct head_request head;
	const char *type;

	if (r != NULL && r->has_head) {
		duk_idx_t top = duk_get_top(ctx);

		push_head(ctx, obj, &head);
		headers_add_fields(ctx, h, head.fields);
		headers_set_immutable(h, !r->is_copy);
		r->is_changed |= r->is_copy; /* scripts may change them */
		duk_set_top(ctx, top);
		return;
	}
	type = body_type_text(ctx, obj, b);
	if (type != NULL)
		headers_add(ctx, h, "content-type", 12, type, strlen(type));
	if (b->type == BODY_TYPE_OTHER)
		duk_pop(ctx);
}

struct headers_state *
message_push_headers(duk_context *ctx, duk_idx_t obj)
{
	struct headers_state *h;

	obj = duk_require_normalize_index(ctx, obj);
	if (key_get(ctx, obj, KEY_HEADERS))
		return headers_get(ctx, -1);
	duk_pop(ctx);
	h = headers_push(ctx, false);
	fill_headers(ctx, obj, h);
	duk_dup(ctx, -1);
	key_put(ctx, obj, KEY_HEADERS);
	return h;
}

void
message_set_headers(duk_context *ctx, duk_idx_t obj, duk_idx_t init)
{
	struct headers_state *h;
	struct body_state *b = body_get(ctx, obj);
	const char *type;
	const uint8_t *v;
	size_t n;

	obj = duk_require_normalize_index(ctx, obj);
	init = duk_require_normalize_index(ctx, init);
	if (duk_is_undefined(ctx, init))
		return;
	h = headers_push(ctx, false);
	headers_fill(ctx, h, init);
	if (b->type != BODY_TYPE_NONE &&
	    !headers_find(h, "content-type", &v, &n)) {
		type = body_type_text(ctx, obj, b);
		headers_add(ctx, h, "content-type", 12, type, strlen(type));
		if (b->type == BODY_TYPE_OTHER)
			duk_pop(ctx);
	}
	key_put(ctx, obj, KEY_HEADERS);
}

/* --- constructor --- */

static void
take_method(duk_context *ctx, duk_idx_t obj, duk_idx_t value)
{
	static const char *const upper[] = {
	    "DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH"};
	static const char *const banned[] = {"CONNECT", "TRACE", "TRACK"};
	duk_size_t n;
	const char *s;
	size_t i;

	duk_dup(ctx, value);
	s = duk_to_lstring(ctx, -1, &n);
	if (n > METHOD_MAX || !head_is_name(s, n))
		(void)duk_type_error(ctx, "Invalid HTTP method string: %s", s);
	for (i = 0; i < NELEMS(banned); i++)
		if (strcasecmp(s, banned[i]) == 0)
			(void)duk_type_error(ctx,
			    "Invalid HTTP method string: %s", s);
	for (i = 0; i < NELEMS(upper); i++) {
		if (strcasecmp(s, upper[i]) == 0 && i < NELEMS(upper)) {
			duk_push_string(ctx, upper[i]);
			duk_replace(ctx, -2);
			break;
		}
	}
	key_put(ctx, obj, KEY_METHOD);
}

static void
take_url(duk_context *ctx, duk_idx_t obj, duk_idx_t value)
{
	struct api *api = api_from(ctx);
	struct buf *b;
	const char *s;
	size_t n;

	if (url_js_get_href(ctx, value) != NULL)
		duk_replace(ctx, value);
	duk_dup(ctx, value);
	s = str_to_utf8(ctx, -1, &n);
	if (url_parse(&api->url[0], s, n, NULL) != 0)
		(void)duk_type_error(ctx, "Invalid URL: %s", s);
	b = api_scratch(api, 0);
	url_write(&api->url[0], b, NULL);
	duk_push_lstring(ctx, (const char *)buf_peek(b), buf_len(b));
	key_put(ctx, obj, KEY_URL);
	duk_pop(ctx);
}

static enum redirect
take_redirect(duk_context *ctx, duk_idx_t value)
{
	const char *s = duk_to_string(ctx, value);

	if (strcmp(s, "follow") == 0)
		return REDIRECT_FOLLOW;
	if (strcmp(s, "manual") == 0)
		return REDIRECT_MANUAL;
	(void)duk_type_error(ctx,
	    "Invalid redirect value, must be one of \"follow\" or \"manual\" "
	    "(\"error\" won't be implemented since it does not make sense at "
	    "the edge; use \"manual\" and check the response status code).");
	return REDIRECT_FOLLOW;
}

/*
 * cf as it is kept: JSON text until somebody looks at it, then a value.
 * [ ] -> [ string, object or undefined ]
 */
static void
push_kept_cf(duk_context *ctx, duk_idx_t obj)
{
	struct request_state *r = state_get(ctx, obj, API_REQUEST);
	struct head_request h;

	obj = duk_require_normalize_index(ctx, obj);
	if (key_get(ctx, obj, KEY_CF) || !r->has_head)
		return;
	duk_pop(ctx);
	push_head(ctx, obj, &h);
	if (h.cf.len == 0)
		duk_push_undefined(ctx);
	else if (h.cf.p[0] == '{')
		duk_push_lstring(ctx, h.cf.p, h.cf.len);
	else
		str_push_json(ctx, h.cf.p, h.cf.len);
	duk_remove(ctx, -2);
}

/* Headers of its own for the Request at OBJ. */
static void
copy_headers(duk_context *ctx, duk_idx_t obj, duk_idx_t src)
{
	struct headers_state *h = headers_push(ctx, false);

	headers_copy(ctx, h, message_push_headers(ctx, src));
	duk_pop(ctx);
	key_put(ctx, obj, KEY_HEADERS);
}

/*
 * Everything but the body from the request at SRC. What has arrived and was
 * not looked at is shared as it is.
 */
static void
copy_request(duk_context *ctx, duk_idx_t obj, struct request_state *r,
    duk_idx_t src)
{
	struct request_state *from = state_get(ctx, src, API_REQUEST);
	bool has_own_headers;

	r->redirect = from->redirect;
	r->event_id = from->event_id;
	r->has_head = r->is_copy = from->has_head;
	r->is_changed = from->is_changed;
	key_copy(ctx, obj, src, KEY_RAW);
	key_copy(ctx, obj, src, KEY_URL);
	key_copy(ctx, obj, src, KEY_METHOD);
	key_copy(ctx, obj, src, KEY_SIGNAL);
	key_copy(ctx, obj, src, KEY_CF);
	has_own_headers = key_get(ctx, src, KEY_HEADERS);
	duk_pop(ctx);
	if (!from->has_head || (from->is_copy && has_own_headers))
		copy_headers(ctx, obj, src);
}

/* Members of the dictionary at INIT but body and headers. */
static void
take_init(duk_context *ctx, duk_idx_t obj, struct request_state *r,
    duk_idx_t init)
{
	duk_get_prop_literal(ctx, init, "method");
	if (!duk_is_undefined(ctx, -1))
		take_method(ctx, obj, duk_get_top_index(ctx));
	duk_pop(ctx);
	duk_get_prop_literal(ctx, init, "redirect");
	if (!duk_is_undefined(ctx, -1))
		r->redirect = take_redirect(ctx, duk_get_top_index(ctx));
	duk_pop(ctx);
	if (duk_get_prop_literal(ctx, init, "signal") &&
	    !duk_is_undefined(ctx, -1)) {
		if (!duk_is_null(ctx, -1)) {
			script_push(ctx, "requireSignal");
			duk_dup(ctx, -2);
			duk_call(ctx, 1);
			duk_pop(ctx);
		}
		key_put(ctx, obj, KEY_SIGNAL);
	} else {
		duk_pop(ctx);
	}
	if (duk_get_prop_literal(ctx, init, "cf") && duk_is_object(ctx, -1))
		key_put(ctx, obj, KEY_CF);
	else
		duk_pop(ctx);
}

static void
take_body(duk_context *ctx, duk_idx_t obj, struct request_state *r,
    duk_idx_t input, duk_idx_t init)
{
	struct body_state *from = body_get(ctx, input);
	const char *method;
	bool is_bare;

	if (duk_is_object(ctx, init))
		duk_get_prop_literal(ctx, init, "body");
	else
		duk_push_undefined(ctx);
	request_push_method(ctx, obj);
	method = duk_require_string(ctx, -1);
	is_bare = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
	duk_pop(ctx);
	if (!duk_is_null_or_undefined(ctx, -1)) {
		if (is_bare)
			(void)duk_type_error(ctx,
			    "Request with a GET or HEAD method cannot have a "
			    "body.");
		body_set(ctx, obj, &r->body, -1);
	} else if (duk_is_undefined(ctx, -1) && from != NULL &&
		   from->kind != BODY_NULL) {
		body_require_unused(ctx, input, from);
		if (is_bare)
			(void)duk_type_error(ctx,
			    "Request with a GET or HEAD method cannot have a "
			    "body.");
		body_move(ctx, obj, &r->body, input, from);
		r->body.type = BODY_TYPE_NONE; /* the headers have it */
	}
	duk_pop(ctx);
}

/* [ input init ] -> [ Request ] */
static duk_ret_t
request_ctor(duk_context *ctx)
{
	struct request_state *r;
	bool is_copy;

	class_construct(ctx, API_REQUEST); /* 2 */
	if (!duk_is_null_or_undefined(ctx, 1) && !duk_is_object(ctx, 1))
		return duk_type_error(ctx,
		    "Request constructor: init must be an object");
	r = state_new(ctx, 2, API_REQUEST, sizeof *r);
	is_copy = request_get(ctx, 0) != NULL;
	if (is_copy) {
		copy_request(ctx, 2, r, 0);
	} else {
		take_url(ctx, 2, 0);
		duk_push_literal(ctx, "GET");
		key_put(ctx, 2, KEY_METHOD);
	}
	if (duk_is_object(ctx, 1)) {
		r->is_changed = true;
		take_init(ctx, 2, r, 1);
	}
	take_body(ctx, 2, r, 0, 1);
	if (duk_is_object(ctx, 1)) {
		duk_get_prop_literal(ctx, 1, "headers");
		message_set_headers(ctx, 2, -1);
		duk_pop(ctx);
	}
	if (is_copy && r->body.type != BODY_TYPE_NONE) {
		/* a new body in a copied request names its type */
		struct headers_state *h = message_push_headers(ctx, 2);
		const char *type;
		const uint8_t *v;
		size_t n;

		if (!headers_find(h, "content-type", &v, &n)) {
			type = body_type_text(ctx, 2, &r->body);
			headers_add(ctx, h, "content-type", 12, type,
			    strlen(type));
		}
	}
	duk_set_top(ctx, 3);
	return 1;
}

/* --- members --- */

static duk_ret_t
request_url(duk_context *ctx)
{
	push_this_request(ctx);
	request_push_url(ctx, 0);
	return 1;
}

static duk_ret_t
request_method(duk_context *ctx)
{
	push_this_request(ctx);
	request_push_method(ctx, 0);
	return 1;
}

static duk_ret_t
request_headers(duk_context *ctx)
{
	push_this_request(ctx);
	message_push_headers(ctx, 0);
	return 1;
}

static duk_ret_t
request_redirect(duk_context *ctx)
{
	const struct request_state *r = push_this_request(ctx);

	duk_push_string(ctx,
	    r->redirect == REDIRECT_FOLLOW ? "follow" : "manual");
	return 1;
}

void
request_push_signal(duk_context *ctx, duk_idx_t obj, bool make)
{
	struct request_state *r = state_get(ctx, obj, API_REQUEST);
	struct api_event *event;

	obj = duk_require_normalize_index(ctx, obj);
	if (key_get(ctx, obj, KEY_SIGNAL) && !duk_is_null_or_undefined(ctx, -1))
		return;
	duk_pop(ctx);
	if (!make) {
		duk_push_undefined(ctx);
		return;
	}
	script_push(ctx, "AbortController");
	duk_new(ctx, 0);
	event = r->has_head && !r->is_copy
		    ? event_find(api_from(ctx), r->event_id)
		    : NULL;
	if (event != NULL && event->controller == 0) {
		duk_dup(ctx, -1);
		event->controller = ref_new(ctx);
	}
	duk_get_prop_literal(ctx, -1, "signal");
	duk_remove(ctx, -2);
	duk_dup(ctx, -1);
	key_put(ctx, obj, KEY_SIGNAL);
}

static duk_ret_t
request_signal(duk_context *ctx)
{
	push_this_request(ctx);
	request_push_signal(ctx, 0, true);
	return 1;
}

void
request_push_cf(duk_context *ctx, duk_idx_t obj)
{
	const char *s;
	duk_size_t n;

	obj = duk_require_normalize_index(ctx, obj);
	push_kept_cf(ctx, obj);
	if (duk_is_string(ctx, -1)) {
		s = duk_require_lstring(ctx, -1, &n);
		str_push_json(ctx, s, n);
		duk_remove(ctx, -2);
	}
	duk_dup(ctx, -1);
	key_put(ctx, obj, KEY_CF);
	/* Scripts may change it. */
	((struct request_state *)state_get(ctx, obj, API_REQUEST))->is_changed =
	    true;
}

const char *
request_push_cf_json(duk_context *ctx, duk_idx_t obj, size_t *len_out)
{
	push_kept_cf(ctx, obj);
	if (duk_is_string(ctx, -1))
		return duk_require_lstring(ctx, -1, len_out);
	*len_out = 0;
	if (!duk_is_object(ctx, -1))
		return "";
	duk_json_encode(ctx, -1);
	return str_to_utf8(ctx, -1, len_out);
}

static duk_ret_t
request_cf(duk_context *ctx)
{
	push_this_request(ctx);
	request_push_cf(ctx, 0);
	return 1;
}

static duk_ret_t
request_constant(duk_context *ctx)
{
	push_this_request(ctx);
	switch (duk_get_current_magic(ctx)) {
	case 0: /* integrity */
		duk_push_literal(ctx, "");
		break;
	case 1: /* keepalive */
		duk_push_false(ctx);
		break;
	case 2: /* fetcher */
		duk_push_null(ctx);
		break;
	default: /* cache */
		duk_push_undefined(ctx);
		break;
	}
	return 1;
}

static duk_ret_t
request_clone(duk_context *ctx)
{
	struct request_state *r = push_this_request(ctx), *to; /* 0 */

	body_require_unused(ctx, 0, &r->body);
	class_push_instance(ctx, API_REQUEST); /* 1 */
	to = state_new(ctx, 1, API_REQUEST, sizeof *to);
	copy_request(ctx, 1, to, 0);
	body_tee(ctx, 1, &to->body, 0, &r->body);
	duk_set_top(ctx, 2);
	return 1;
}

static const struct member request_members[] = {
    /* clang-format off */
	{ "method", M_GETTER, request_method, NULL, 0, 0, 0 },
	{ "url", M_GETTER, request_url, NULL, 0, 0, 0 },
	{ "headers", M_GETTER, request_headers, NULL, 0, 0, 0 },
	{ "redirect", M_GETTER, request_redirect, NULL, 0, 0, 0 },
	{ "signal", M_GETTER, request_signal, NULL, 0, 0, 0 },
	{ "cf", M_GETTER, request_cf, NULL, 0, 0, 0 },
	{ "integrity", M_GETTER, request_constant, NULL, 0, 0, 0 },
	{ "keepalive", M_GETTER, request_constant, NULL, 0, 0, 1 },
	{ "fetcher", M_GETTER, request_constant, NULL, 0, 0, 2 },
	{ "cache", M_GETTER, request_constant, NULL, 0, 0, 3 },
	{ "clone", M_METHOD, request_clone, NULL, 0, 0, 0 },
    /* clang-format on */
};

void
request_install(duk_context *ctx)
{
	static const struct class_spec spec = {.id = API_REQUEST,
	    .ctor = request_ctor,
	    .nargs = 2,
	    .length = 1,
	    .members = request_members,
	    .nmembers = NELEMS(request_members)};

	class_define(ctx, &spec);
	class_push_proto(ctx, API_REQUEST);
	members_define(ctx, -1, body_members, body_nmembers, false);
	duk_pop(ctx);
}
