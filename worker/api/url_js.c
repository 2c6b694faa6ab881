/*
 * The URL class, over the parser of url.c. A URL object is its serialized
 * text and the places of its parts; getters cut strings out of the text.
 *
 * Runs in: workers.
 */
#include "config.h"

#include "worker/api/url_js.h"

#include <string.h>

#include "worker/engine/str.h"

struct url_state {
	struct state_head head;
	struct url_index x;
};

enum {
	GET_HREF,
	GET_ORIGIN,
	GET_PROTOCOL,
	GET_USERNAME,
	GET_PASSWORD,
	GET_HOST,
	GET_HOSTNAME,
	GET_PORT,
	GET_PATHNAME,
	GET_SEARCH,
	GET_HASH,
};

/* The URL text at OBJ, pushed: [ ] -> [ href ] */
static const char *
push_href(duk_context *ctx, duk_idx_t obj)
{
	key_get(ctx, obj, KEY_HREF);
	return duk_require_string(ctx, -1);
}

/* Store the record in the object. */
static void
store(duk_context *ctx, duk_idx_t obj, struct url_state *s, const struct url *u)
{
	struct buf *b = api_scratch(api_from(ctx), 0);

	obj = duk_require_normalize_index(ctx, obj);
	url_write(u, b, &s->x);
	duk_push_lstring(ctx, (const char *)buf_peek(b), buf_len(b));
	key_put(ctx, obj, KEY_HREF);
}

/* Tell the searchParams object, if there is one, of a new query. */
static void
update_params(duk_context *ctx, duk_idx_t obj, const struct url_state *s)
{
	const char *href;

	if (key_get(ctx, obj, KEY_PARAMS)) {
		href = push_href(ctx, obj < 0 ? obj - 1 : obj);
		params_parse(ctx, duk_get_top_index(ctx) - 1,
		    href + s->x.path_end + (s->x.has_query ? 1 : 0),
		    s->x.query_end - s->x.path_end - (s->x.has_query ? 1 : 0));
		duk_pop(ctx);
	}
	duk_pop(ctx);
}

/*
 * Parse the string at URL_IDX against the one at BASE_IDX (unless undefined)
 * into the scratch record, which is returned; NULL: no URL.
 */
static const struct url *
parse_args(duk_context *ctx, duk_idx_t url_idx, duk_idx_t base_idx)
{
	struct api *api = api_from(ctx);
	struct url *base = NULL;
	const char *s, *b;
	size_t n, base_len;

	/* both are converted before anything is parsed, and only once */
	s = str_to_utf8(ctx, url_idx, &n);
	if (!duk_is_undefined(ctx, base_idx)) {
		b = str_to_utf8(ctx, base_idx, &base_len);
		base = &api->url[1];
		if (url_parse(base, b, base_len, NULL) != 0)
			return NULL;
	}
	if (url_parse(&api->url[0], s, n, base) != 0)
		return NULL;
	return &api->url[0];
}

/* [ url base ] -> [ URL ] */
static duk_ret_t
url_ctor(duk_context *ctx)
{
	const struct url *u;
	struct url_state *s;

	class_construct(ctx, API_URL); /* 2 */
	u = parse_args(ctx, 0, 1);
	if (u == NULL) {
		duk_push_error_object(ctx, DUK_ERR_TYPE_ERROR,
		    "Invalid URL string.");
		duk_push_literal(ctx, "ERR_INVALID_URL");
		duk_put_prop_literal(ctx, -2, "code");
		return duk_throw(ctx);
	}
	s = state_new(ctx, 2, API_URL, sizeof *s);
	store(ctx, 2, s, u);
	return 1;
}

static duk_ret_t
url_can_parse(duk_context *ctx)
{
	args_need(ctx, 1, 2, "URL.canParse");
	duk_push_boolean(ctx, parse_args(ctx, 0, 1) != NULL);
	return 1;
}

static duk_ret_t
url_static_parse(duk_context *ctx)
{
	const struct url *u;
	struct url_state *s;

	args_need(ctx, 1, 2, "URL.parse");
	u = parse_args(ctx, 0, 1);
	if (u == NULL) {
		duk_push_null(ctx);
		return 1;
	}
	class_push_instance(ctx, API_URL);
	s = state_new(ctx, -1, API_URL, sizeof *s);
	store(ctx, -1, s, u);
	return 1;
}

static void
push_part(duk_context *ctx, const char *href, uint32_t start, uint32_t end)
{
	duk_push_lstring(ctx, href + start, end - start);
}

static void
push_origin(duk_context *ctx, const char *href, const struct url_index *x)
{
	struct api *api = api_from(ctx);
	struct buf *b = api_scratch(api, 0);

	url_from_index(&api->url[0], href, x);
	url_write_origin(&api->url[0], b);
	duk_push_lstring(ctx, (const char *)buf_peek(b), buf_len(b));
}

static duk_ret_t
url_get(duk_context *ctx)
{
	const struct url_state *s = state_push_this(ctx, API_URL);
	const struct url_index *x = &s->x;
	const char *href = push_href(ctx, -1);

	switch (duk_get_current_magic(ctx)) {
	case GET_HREF:
		break;
	case GET_ORIGIN:
		push_origin(ctx, href, x);
		break;
	case GET_PROTOCOL:
		push_part(ctx, href, 0, x->scheme_end);
		break;
	case GET_USERNAME:
		push_part(ctx, href, x->user_start, x->user_end);
		break;
	case GET_PASSWORD:
		push_part(ctx, href, x->pass_start, x->pass_end);
		break;
	case GET_HOST:
		push_part(ctx, href, x->host_start, x->port_end);
		break;
	case GET_HOSTNAME:
		push_part(ctx, href, x->host_start, x->host_end);
		break;
	case GET_PORT:
		push_part(ctx, href,
		    x->port_end > x->host_end ? x->host_end + 1 : x->host_end,
		    x->port_end);
		break;
	case GET_PATHNAME:
		push_part(ctx, href, x->path_start, x->path_end);
		break;
	case GET_SEARCH:
		push_part(ctx, href,
		    x->query_end > x->path_end + 1 ? x->path_end : x->query_end,
		    x->query_end);
		break;
	default: /* GET_HASH */
		push_part(ctx, href,
		    x->frag_end > x->query_end + 1 ? x->query_end : x->frag_end,
		    x->frag_end);
		break;
	}
	return 1;
}

/* [ value ] -> [ ] */
static duk_ret_t
url_set_href(duk_context *ctx)
{
	struct url_state *s = state_push_this(ctx, API_URL);
	const struct url *u;

	duk_push_undefined(ctx);
	u = parse_args(ctx, 0, 2);
	if (u == NULL)
		return duk_type_error(ctx, "Invalid URL string.");
	store(ctx, 1, s, u);
	update_params(ctx, 1, s);
	return 0;
}

/* [ value ] -> [ ]; the magic is the getter's number */
static duk_ret_t
url_set_part(duk_context *ctx)
{
	static const enum url_part parts[] = {
	    [GET_PROTOCOL] = URL_PROTOCOL,
	    [GET_USERNAME] = URL_USERNAME,
	    [GET_PASSWORD] = URL_PASSWORD,
	    [GET_HOST] = URL_HOST,
	    [GET_HOSTNAME] = URL_HOSTNAME,
	    [GET_PORT] = URL_PORT,
	    [GET_PATHNAME] = URL_PATHNAME,
	    [GET_SEARCH] = URL_SEARCH,
	    [GET_HASH] = URL_HASH,
	};
	struct url_state *s = state_push_this(ctx, API_URL); /* 1 */
	struct url *u = &api_from(ctx)->url[0];
	int what = duk_get_current_magic(ctx);
	const char *value;
	size_t n;

	value = str_to_utf8(ctx, 0, &n);
	url_from_index(u, push_href(ctx, 1), &s->x);
	url_set(u, parts[what], value, n);
	store(ctx, 1, s, u);
	if (what == GET_SEARCH)
		update_params(ctx, 1, s);
	return 0;
}

static duk_ret_t
url_to_string(duk_context *ctx)
{
	state_push_this(ctx, API_URL);
	push_href(ctx, -1);
	return 1;
}

static duk_ret_t
url_search_params(duk_context *ctx)
{
	struct url_state *s = state_push_this(ctx, API_URL);

	if (key_get(ctx, 0, KEY_PARAMS))
		return 1;
	duk_pop(ctx);
	params_push(ctx, 0);
	duk_dup(ctx, -1);
	key_put(ctx, 0, KEY_PARAMS);
	update_params(ctx, 0, s);
	return 1;
}

void
url_js_set_query(duk_context *ctx, duk_idx_t idx, const void *query, size_t n)
{
	struct url_state *s = state_get(ctx, idx, API_URL);
	struct url *u = &api_from(ctx)->url[0];

	if (s == NULL)
		return;
	idx = duk_require_normalize_index(ctx, idx);
	url_from_index(u, push_href(ctx, idx), &s->x);
	buf_consume(&u->query, buf_len(&u->query));
	buf_put(&u->query, query, n);
	u->has_query = n > 0;
	store(ctx, idx, s, u);
	duk_pop(ctx);
}

const char *
url_js_get_href(duk_context *ctx, duk_idx_t idx)
{
	if (state_get(ctx, idx, API_URL) == NULL)
		return NULL;
	return push_href(ctx, idx);
}

static const struct member url_members[] = {
    /* clang-format off */
	{ "href", M_GETTER, url_get, url_set_href, 0, 0, GET_HREF },
	{ "origin", M_GETTER, url_get, NULL, 0, 0, GET_ORIGIN },
	{ "protocol", M_GETTER, url_get, url_set_part, 0, 0, GET_PROTOCOL },
	{ "username", M_GETTER, url_get, url_set_part, 0, 0, GET_USERNAME },
	{ "password", M_GETTER, url_get, url_set_part, 0, 0, GET_PASSWORD },
	{ "host", M_GETTER, url_get, url_set_part, 0, 0, GET_HOST },
	{ "hostname", M_GETTER, url_get, url_set_part, 0, 0, GET_HOSTNAME },
	{ "port", M_GETTER, url_get, url_set_part, 0, 0, GET_PORT },
	{ "pathname", M_GETTER, url_get, url_set_part, 0, 0, GET_PATHNAME },
	{ "search", M_GETTER, url_get, url_set_part, 0, 0, GET_SEARCH },
	{ "searchParams", M_GETTER, url_search_params, NULL, 0, 0, 0 },
	{ "hash", M_GETTER, url_get, url_set_part, 0, 0, GET_HASH },
	{ "toString", M_METHOD, url_to_string, NULL, 0, 0, 0 },
	{ "toJSON", M_METHOD, url_to_string, NULL, 0, 0, 0 },
	{ "canParse", M_STATIC, url_can_parse, NULL, DUK_VARARGS, 1, 0 },
	{ "parse", M_STATIC, url_static_parse, NULL, DUK_VARARGS, 1, 0 },
    /* clang-format on */
};

void
url_install(duk_context *ctx)
{
	static const struct class_spec spec = {.id = API_URL,
	    .ctor = url_ctor,
	    .nargs = 2,
	    .length = 1,
	    .members = url_members,
	    .nmembers = NELEMS(url_members)};

	class_define(ctx, &spec);
	params_install(ctx);
}
