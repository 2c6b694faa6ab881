/*
 * The Response class.
 *
 * Runs in: workers.
 */
#include "config.h"

#include <string.h>

#include "ipc/head.h"
#include "worker/api/headers.h"
#include "worker/api/request.h"
#include "worker/engine/str.h"

struct body_state *
response_get(duk_context *ctx, duk_idx_t idx)
{
	return state_get(ctx, idx, API_RESPONSE);
}

bool
response_is_null_status(unsigned int code)
{
	return code == 101 || code == 204 || code == 205 || code == 304;
}

struct response_state *
response_push(duk_context *ctx, unsigned int status)
{
	struct response_state *r;

	class_push_instance(ctx, API_RESPONSE);
	r = state_new(ctx, -1, API_RESPONSE, sizeof *r);
	r->status = status;
	return r;
}

static unsigned int
take_status(duk_context *ctx, duk_idx_t init)
{
	double v;

	duk_get_prop_literal(ctx, init, "status");
	if (duk_is_undefined(ctx, -1)) {
		duk_pop(ctx);
		return 200;
	}
	v = duk_to_number(ctx, -1);
	duk_pop(ctx);
	if (v == 101 && duk_get_prop_literal(ctx, init, "webSocket") &&
	    !duk_is_null_or_undefined(ctx, -1))
		(void)duk_type_error(ctx,
		    "Response: webSocket is not implemented");
	if (!(v >= 200 && v <= 599))
		(void)duk_range_error(ctx,
		    "Responses may only be constructed with status codes in "
		    "the range 200 to 599, inclusive.");
	return (unsigned int)v;
}

static void
take_status_text(duk_context *ctx, duk_idx_t obj, duk_idx_t init)
{
	struct buf *b;

	duk_get_prop_literal(ctx, init, "statusText");
	if (duk_is_undefined(ctx, -1)) {
		duk_pop(ctx);
		return;
	}
	duk_to_string(ctx, -1);
	b = api_scratch(api_from(ctx), 0);
	if (!latin1_get(ctx, -1, b) ||
	    !head_is_value((const char *)buf_peek(b), buf_len(b)))
		(void)duk_type_error(ctx, "Invalid statusText");
	key_put(ctx, obj, KEY_STATUS_TEXT);
}

/* Members of the ResponseInit at INIT; the body is set already. */
static void
take_init(duk_context *ctx, duk_idx_t obj, struct response_state *r,
    duk_idx_t init)
{
	if (duk_is_null_or_undefined(ctx, init))
		return;
	if (!duk_is_object(ctx, init))
		(void)duk_type_error(ctx,
		    "Response constructor: init must be an object");
	if (headers_get(ctx, init) != NULL) { /* workerd takes it for headers */
		message_set_headers(ctx, obj, init);
		return;
	}
	r->status = take_status(ctx, init);
	take_status_text(ctx, obj, init);
	if (duk_get_prop_literal(ctx, init, "cf") && duk_is_object(ctx, -1))
		key_put(ctx, obj, KEY_CF);
	else
		duk_pop(ctx);
	if (duk_get_prop_literal(ctx, init, "webSocket") &&
	    !duk_is_null_or_undefined(ctx, -1))
		(void)duk_type_error(ctx,
		    "Response: webSocket is not implemented");
	duk_pop(ctx);
	duk_get_prop_literal(ctx, init, "headers");
	message_set_headers(ctx, obj, -1);
	duk_pop(ctx);
}

/* [ body init ] -> [ Response ] */
static duk_ret_t
response_ctor(duk_context *ctx)
{
	struct response_state *r;

	class_construct(ctx, API_RESPONSE); /* 2 */
	r = state_new(ctx, 2, API_RESPONSE, sizeof *r);
	r->status = 200;
	if (!duk_is_null_or_undefined(ctx, 0))
		body_set(ctx, 2, &r->body, 0);
	take_init(ctx, 2, r, 1);
	if (r->body.kind != BODY_NULL && response_is_null_status(r->status)) {
		/* workerd lets an empty string pass */
		if (body_length(ctx, 2, &r->body) != 0)
			return duk_type_error(ctx,
			    "Response with null body status (101, 204, 205, "
			    "or 304) cannot have a body.");
		r->body.kind = BODY_NULL;
	}
	duk_set_top(ctx, 3);
	return 1;
}

/* [ data init ] -> [ Response ] */
static duk_ret_t
response_json(duk_context *ctx)
{
	struct response_state *r;

	duk_dup(ctx, 0); /* 2 */
	duk_json_encode(ctx, 2);
	if (!duk_is_string(ctx, 2))
		return duk_type_error(ctx,
		    "Response.json: the value cannot be serialized as JSON");
	r = response_push(ctx, 200); /* 3 */
	body_set(ctx, 3, &r->body, 2);
	r->body.type = BODY_TYPE_JSON;
	take_init(ctx, 3, r, 1);
	if (response_is_null_status(r->status))
		return duk_type_error(ctx,
		    "Response with null body status (101, 204, 205, or 304) "
		    "cannot have a body.");
	duk_set_top(ctx, 4);
	return 1;
}

/* [ url status ] -> [ Response ] */
static duk_ret_t
response_redirect(duk_context *ctx)
{
	struct api *api = api_from(ctx);
	struct headers_state *h;
	struct buf *b;
	const char *s;
	size_t n;
	double status = 302;

	s = str_to_utf8(ctx, 0, &n);
	if (url_parse(&api->url[0], s, n, NULL) != 0)
		return duk_type_error(ctx, "Unable to parse URL: %s", s);
	b = api_scratch(api, 0);
	url_write(&api->url[0], b, NULL);
	if (!duk_is_undefined(ctx, 1))
		status = duk_to_number(ctx, 1);
	if (status != 301 && status != 302 && status != 303 && status != 307 &&
	    status != 308)
		return duk_range_error(ctx, "%g is not a redirect status code.",
		    status);
	duk_push_lstring(ctx, (const char *)buf_peek(b), buf_len(b));
	response_push(ctx, (unsigned int)status);
	h = message_push_headers(ctx, -1);
	s = duk_require_lstring(ctx, -3, &n);
	headers_add(ctx, h, "location", 8, s, n);
	headers_set_immutable(h, true);
	duk_pop(ctx);
	return 1;
}

static duk_ret_t
response_error(duk_context *ctx)
{
	struct response_state *r = response_push(ctx, 0);

	r->is_error = true;
	headers_set_immutable(message_push_headers(ctx, -1), true);
	duk_pop(ctx);
	return 1;
}

enum {
	GET_STATUS,
	GET_OK,
	GET_TEXT,
	GET_REDIRECTED,
	GET_URL,
	GET_TYPE,
	GET_CF,
	GET_SOCKET
};

/* [ Request ] -> [ its URL without fragment ] */
static void
push_url_of(duk_context *ctx)
{
	const char *s, *hash;

	request_push_url(ctx, -1);
	s = duk_get_string(ctx, -1);
	hash = strchr(s, '#');
	if (hash != NULL)
		duk_push_lstring(ctx, s, (size_t)(hash - s));
}

static duk_ret_t
response_getter(duk_context *ctx)
{
	const struct response_state *r = state_push_this(ctx, API_RESPONSE);

	switch (duk_get_current_magic(ctx)) {
	case GET_STATUS:
		duk_push_uint(ctx, r->status);
		break;
	case GET_OK:
		duk_push_boolean(ctx, r->status >= 200 && r->status <= 299);
		break;
	case GET_TEXT:
		if (!key_get(ctx, 0, KEY_STATUS_TEXT))
			duk_push_string(ctx,
			    r->is_error ? "" : status_text(r->status));
		break;
	case GET_REDIRECTED:
		duk_push_boolean(ctx, r->is_redirected);
		break;
	case GET_URL:
		/* of the Request that was answered, or none */
		if (key_get(ctx, 0, KEY_URL))
			push_url_of(ctx);
		else
			duk_push_literal(ctx, "");
		break;
	case GET_TYPE:
		duk_push_string(ctx, r->is_error ? "error" : "default");
		break;
	case GET_CF:
		key_get(ctx, 0, KEY_CF);
		break;
	default: /* GET_SOCKET */
		duk_push_null(ctx);
		break;
	}
	return 1;
}

static duk_ret_t
response_headers(duk_context *ctx)
{
	state_push_this(ctx, API_RESPONSE);
	message_push_headers(ctx, 0);
	return 1;
}

static duk_ret_t
response_clone(duk_context *ctx)
{
	static const enum api_key keys[] = {KEY_STATUS_TEXT, KEY_URL, KEY_CF};
	struct response_state *r = state_push_this(ctx, API_RESPONSE), *to;
	struct headers_state *h, *from;
	size_t i;

	body_require_unused(ctx, 0, &r->body);
	to = response_push(ctx, r->status); /* 1 */
	to->is_error = r->is_error;
	to->is_redirected = r->is_redirected;
	from = message_push_headers(ctx, 0); /* 2 */
	h = message_push_headers(ctx, 1);    /* 3 */
	headers_copy(ctx, h, from);
	body_tee(ctx, 1, &to->body, 0, &r->body);
	for (i = 0; i < NELEMS(keys); i++)
		key_copy(ctx, 1, 0, keys[i]);
	duk_set_top(ctx, 2);
	return 1;
}

static const struct member response_members[] = {
    /* clang-format off */
	{ "status", M_GETTER, response_getter, NULL, 0, 0, GET_STATUS },
	{ "statusText", M_GETTER, response_getter, NULL, 0, 0, GET_TEXT },
	{ "headers", M_GETTER, response_headers, NULL, 0, 0, 0 },
	{ "ok", M_GETTER, response_getter, NULL, 0, 0, GET_OK },
	{ "redirected", M_GETTER, response_getter, NULL, 0, 0, GET_REDIRECTED },
	{ "url", M_GETTER, response_getter, NULL, 0, 0, GET_URL },
	{ "type", M_GETTER, response_getter, NULL, 0, 0, GET_TYPE },
	{ "webSocket", M_GETTER, response_getter, NULL, 0, 0, GET_SOCKET },
	{ "cf", M_GETTER, response_getter, NULL, 0, 0, GET_CF },
	{ "clone", M_METHOD, response_clone, NULL, 0, 0, 0 },
	{ "error", M_STATIC, response_error, NULL, 0, 0, 0 },
	{ "json", M_STATIC, response_json, NULL, 2, 1, 0 },
	{ "redirect", M_STATIC, response_redirect, NULL, 2, 1, 0 },
    /* clang-format on */
};

void
response_install(duk_context *ctx)
{
	static const struct class_spec spec = {.id = API_RESPONSE,
	    .ctor = response_ctor,
	    .nargs = 2,
	    .length = 0,
	    .members = response_members,
	    .nmembers = NELEMS(response_members)};

	class_define(ctx, &spec);
	class_push_proto(ctx, API_RESPONSE);
	members_define(ctx, -1, body_members, body_nmembers, false);
	duk_pop(ctx);
}
