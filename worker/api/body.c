/*
 * Bodies of Request and Response: taking them from scripts, reading them as
 * text, JSON and so on, sending them.
 *
 * Runs in: workers. A body that is only passed on is never looked at.
 */
#include "config.h"

#include "worker/api/body.h"

#include <string.h>

#include "worker/api/headers.h"
#include "worker/api/url_js.h"
#include "worker/engine/promise.h"
#include "worker/engine/str.h"

#define USED_TEXT                                                              \
	"Body has already been used. It can only be used once. Use tee() "     \
	"first if you need to read it twice."

struct body_state *
body_get(duk_context *ctx, duk_idx_t idx)
{
	struct body_state *b = state_get(ctx, idx, API_RESPONSE);

	return b != NULL ? b : state_get(ctx, idx, API_REQUEST);
}

static struct body_state *
push_this_body(duk_context *ctx)
{
	struct body_state *b;

	duk_push_this(ctx);
	b = body_get(ctx, -1);
	if (b == NULL) {
		(void)duk_type_error(ctx, "Illegal invocation");
		__builtin_unreachable();
	}
	return b;
}

duk_ret_t
promise_guard(duk_context *ctx,
    duk_ret_t (*inner)(duk_context *ctx, void *udata))
{
	duk_idx_t n = duk_get_top(ctx);

	if (duk_safe_call(ctx, inner, NULL, n, 1) != DUK_EXEC_SUCCESS) {
		promise_rejected(ctx);
		return 1;
	}
	promise_resolved(ctx);
	return 1;
}

/* Ask a script function of one argument: [ ] -> [ result ] */
static void
script_call(duk_context *ctx, const char *name, duk_idx_t arg)
{
	arg = duk_require_normalize_index(ctx, arg);
	script_push(ctx, name);
	duk_dup(ctx, arg);
	duk_call(ctx, 1);
}

static bool
script_test(duk_context *ctx, const char *name, duk_idx_t arg)
{
	bool r;

	script_call(ctx, name, arg);
	r = duk_to_boolean(ctx, -1) != 0;
	duk_pop(ctx);
	return r;
}

/* [ ... array: bytes, type ] -> [ ... ]: what the scripts make of Blobs. */
static void
set_from_pair(duk_context *ctx, duk_idx_t obj, struct body_state *b)
{
	b->kind = BODY_BYTES;
	duk_get_prop_index(ctx, -1, 0);
	key_put(ctx, obj, KEY_BODY);
	duk_get_prop_index(ctx, -1, 1);
	if (duk_get_length(ctx, -1) > 0) {
		b->type = BODY_TYPE_OTHER;
		key_put(ctx, obj, KEY_TYPE);
	} else {
		duk_pop(ctx);
	}
	duk_pop(ctx);
}

static void
set_bytes(duk_context *ctx, duk_idx_t obj, struct body_state *b,
    duk_idx_t value)
{
	const uint8_t *p;
	size_t n;
	void *copy;

	p = bytes_get(ctx, value, &n);
	copy = duk_push_fixed_buffer(ctx, n);
	if (p != NULL)
		memcpy(copy, p, n);
	key_put(ctx, obj, KEY_BODY);
	b->kind = BODY_BYTES;
}

void
body_set(duk_context *ctx, duk_idx_t obj, struct body_state *b, duk_idx_t value)
{
	struct buf *text;

	obj = duk_require_normalize_index(ctx, obj);
	value = duk_require_normalize_index(ctx, value);
	if (duk_is_null_or_undefined(ctx, value)) {
		b->kind = BODY_NULL;
		return;
	}
	if (duk_is_object(ctx, value)) {
		if (bytes_is(ctx, value)) {
			set_bytes(ctx, obj, b, value);
			return;
		}
		if (params_is(ctx, value)) {
			text = api_scratch(api_from(ctx), 0);
			params_write(ctx, value, text);
			duk_push_lstring(ctx,
			    buf_len(text) > 0 ? (const char *)buf_peek(text)
					      : "",
			    buf_len(text));
			key_put(ctx, obj, KEY_BODY);
			b->kind = BODY_TEXT;
			b->type = BODY_TYPE_FORM;
			return;
		}
		if (script_test(ctx, "isReadableStream", value)) {
			if (script_test(ctx, "isLockedOrDisturbed", value))
				(void)duk_type_error(ctx,
				    "This ReadableStream is disturbed (has "
				    "already been read from), and cannot be "
				    "used as a body.");
			duk_dup(ctx, value);
			key_put(ctx, obj, KEY_BODY);
			b->kind = BODY_STREAM;
			return;
		}
		script_call(ctx, "bodyOf", value); /* Blob, FormData */
		if (duk_is_object(ctx, -1)) {
			set_from_pair(ctx, obj, b);
			return;
		}
		duk_pop(ctx);
		script_call(ctx, "iterableBody", value);
		if (duk_is_object(ctx, -1)) {
			key_put(ctx, obj, KEY_BODY);
			b->kind = BODY_STREAM;
			return;
		}
		duk_pop(ctx);
	}
	duk_dup(ctx, value);
	(void)duk_to_string(ctx, -1);
	key_put(ctx, obj, KEY_BODY);
	b->kind = BODY_TEXT;
	b->type = BODY_TYPE_TEXT;
}

bool
body_is_used(duk_context *ctx, duk_idx_t obj, const struct body_state *b)
{
	bool r;

	if (b->is_used || b->kind != BODY_STREAM)
		return b->is_used;
	key_get(ctx, obj, KEY_BODY);
	r = script_test(ctx, "isDisturbed", -1);
	duk_pop(ctx);
	return r;
}

void
body_require_unused(duk_context *ctx, duk_idx_t obj, const struct body_state *b)
{
	bool locked = b->is_used;

	if (!locked && b->kind == BODY_STREAM) {
		key_get(ctx, obj, KEY_BODY);
		locked = script_test(ctx, "isLockedOrDisturbed", -1);
		duk_pop(ctx);
	}
	if (locked)
		(void)duk_type_error(ctx, USED_TEXT);
}

void
body_move(duk_context *ctx, duk_idx_t dst, struct body_state *to, duk_idx_t src,
    struct body_state *from)
{
	dst = duk_require_normalize_index(ctx, dst);
	src = duk_require_normalize_index(ctx, src);
	to->kind = from->kind;
	to->type = from->type;
	to->source_id = from->source_id;
	key_copy(ctx, dst, src, KEY_BODY);
	key_copy(ctx, dst, src, KEY_TYPE);
	if (from->kind == BODY_STREAM) {
		/* the old object keeps a stream that is locked */
		script_push(ctx, "proxyStream");
		key_get(ctx, src, KEY_BODY);
		duk_call(ctx, 1);
		key_put(ctx, dst, KEY_BODY);
	} else if (from->kind != BODY_NULL) {
		from->is_used = true;
	}
}

/* A stream over the body at OBJ, kept in it: [ ] -> [ ReadableStream ] */
static void
push_stream(duk_context *ctx, duk_idx_t obj, struct body_state *b)
{
	obj = duk_require_normalize_index(ctx, obj);
	if (b->kind == BODY_SOURCE) {
		script_push(ctx, "sourceStream");
		duk_push_uint(ctx, b->source_id);
		duk_push_boolean(ctx, b->is_used);
		duk_call(ctx, 2);
	} else if (b->kind == BODY_STREAM) {
		key_get(ctx, obj, KEY_BODY);
		return;
	} else {
		script_push(ctx, "bytesStream");
		key_get(ctx, obj, KEY_BODY);
		if (b->kind == BODY_TEXT) {
			const char *s;
			size_t n;
			void *p;

			s = str_to_utf8(ctx, -1, &n);
			p = duk_push_fixed_buffer(ctx, n);
			memcpy(p, s, n);
			duk_remove(ctx, -2);
		}
		bytes_to_uint8array(ctx);
		duk_push_boolean(ctx, b->is_used);
		duk_call(ctx, 2);
	}
	duk_dup(ctx, -1);
	key_put(ctx, obj, KEY_BODY);
	b->kind = BODY_STREAM;
}

void
body_tee(duk_context *ctx, duk_idx_t dst, struct body_state *to, duk_idx_t src,
    struct body_state *from)
{
	dst = duk_require_normalize_index(ctx, dst);
	src = duk_require_normalize_index(ctx, src);
	to->type = from->type;
	key_copy(ctx, dst, src, KEY_TYPE);
	if (from->kind == BODY_SOURCE)
		push_stream(ctx, src, from);
	else
		duk_push_undefined(ctx);
	to->kind = from->kind;
	if (from->kind != BODY_STREAM) {
		key_copy(ctx, dst, src, KEY_BODY);
		duk_pop(ctx);
		return;
	}
	duk_pop(ctx);
	key_get(ctx, src, KEY_BODY);
	script_call(ctx, "teeStream", -1); /* stream pair */
	duk_get_prop_index(ctx, -1, 0);
	key_put(ctx, src, KEY_BODY);
	duk_get_prop_index(ctx, -1, 1);
	key_put(ctx, dst, KEY_BODY);
	duk_pop_2(ctx);
}

const char *
body_type_text(duk_context *ctx, duk_idx_t obj, const struct body_state *b)
{
	switch (b->type) {
	case BODY_TYPE_NONE:
		return NULL;
	case BODY_TYPE_TEXT:
		return "text/plain;charset=UTF-8";
	case BODY_TYPE_FORM:
		return "application/x-www-form-urlencoded;charset=UTF-8";
	case BODY_TYPE_JSON:
		return "application/json";
	case BODY_TYPE_OTHER:
		key_get(ctx, obj, KEY_TYPE);
		return duk_require_string(ctx, -1);
	}
	return NULL;
}

int64_t
body_length(duk_context *ctx, duk_idx_t obj, struct body_state *b)
{
	duk_size_t n;
	int64_t r = -1;

	switch (b->kind) {
	case BODY_NULL:
		return 0;
	case BODY_TEXT:
		key_get(ctx, obj, KEY_BODY);
		r = (int64_t)str_utf8_len(ctx, -1);
		duk_pop(ctx);
		break;
	case BODY_BYTES:
		key_get(ctx, obj, KEY_BODY);
		duk_require_buffer(ctx, -1, &n);
		r = (int64_t)n;
		duk_pop(ctx);
		break;
	case BODY_STREAM: /* FixedLengthStream */
		key_get(ctx, obj, KEY_BODY);
		script_call(ctx, "streamLength", -1);
		if (duk_is_number(ctx, -1))
			r = (int64_t)duk_get_number(ctx, -1);
		duk_pop_2(ctx);
		break;
	case BODY_SOURCE:
		break;
	}
	return r;
}

void
body_send(duk_context *ctx, duk_idx_t obj, struct body_state *b,
    struct api_sink *k)
{
	struct api_source *s;
	uint32_t id = 0;

	obj = duk_require_normalize_index(ctx, obj);
	b->is_used = true;
	if (b->kind == BODY_SOURCE) {
		id = b->source_id;
	} else {
		key_get(ctx, obj, KEY_BODY);
		if (b->kind != BODY_STREAM) {
			sink_send_value(ctx, k, -1);
			duk_pop(ctx);
			return;
		}
		/* a source behind the stream that nobody has read from */
		script_call(ctx, "takeSource", -1);
		id = duk_get_uint(ctx, -1);
		duk_pop(ctx);
		if (id == 0)
			sink_send_stream(ctx, k, -1);
		duk_pop(ctx);
		if (id == 0)
			return;
	}
	s = flow_source_find(api_from(ctx), id);
	if (s == NULL || s->mode != SOURCE_IDLE)
		(void)duk_type_error(ctx,
		    "The body belongs to an event that has ended.");
	else
		sink_send_source(k, s);
}

/* Drop a byte order mark and decode: [ buffer ] -> [ string ] */
static void
buffer_to_text(duk_context *ctx)
{
	duk_size_t n;
	const char *p = duk_require_buffer_data(ctx, -1, &n);

	if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
		p += 3;
		n -= 3;
	}
	str_push_utf8(ctx, p != NULL ? p : "", n);
	duk_remove(ctx, -2);
}

/* [ bytes or text ] -> [ value ] */
static void
package_json(duk_context *ctx)
{
	static const char bom[] = "\xef\xbb\xbf";
	const char *p;
	size_t len;

	if (duk_is_string(ctx, -1)) {
		str_parse_json(ctx);
		return;
	}
	p = duk_get_buffer_data(ctx, -1, &len);
	if (len >= 3 && memcmp(p, bom, 3) == 0) {
		p += 3;
		len -= 3;
	}
	str_push_json(ctx, p, len);
	duk_remove(ctx, -2);
}

/* [ plain buffer or string ] -> [ what was asked for ] */
static void
package(duk_context *ctx, int use, const char *type)
{
	switch (use) {
	case BODY_USE_TEXT:
		if (!duk_is_string(ctx, -1))
			buffer_to_text(ctx);
		else
			str_to_well_formed(ctx, -1);
		return;
	case BODY_USE_JSON:
		package_json(ctx);
		return;
	case BODY_USE_ARRAY_BUFFER:
	case BODY_USE_BYTES:
	case BODY_USE_BLOB:
	case BODY_USE_FORM_DATA:
	default:
		break;
	}
	if (duk_is_string(ctx, -1)) {
		const char *s;
		size_t n;
		void *p;

		s = str_to_utf8(ctx, -1, &n);
		p = duk_push_fixed_buffer(ctx, n);
		memcpy(p, s, n);
		duk_remove(ctx, -2);
	}
	if (use == BODY_USE_ARRAY_BUFFER) {
		bytes_to_arraybuffer(ctx);
		return;
	}
	bytes_to_uint8array(ctx);
	if (use == BODY_USE_BYTES)
		return;
	script_push(ctx, use == BODY_USE_BLOB ? "makeBlob" : "parseFormData");
	duk_insert(ctx, -2);
	duk_push_string(ctx, type);
	duk_call(ctx, 2);
}

/* From a promise: [ buffer data ] -> [ result ]; data: [use, type] */
static duk_ret_t
package_later(duk_context *ctx)
{
	const char *type;
	int use;

	duk_get_prop_index(ctx, 1, 0);
	use = duk_get_int(ctx, -1);
	duk_get_prop_index(ctx, 1, 1);
	type = duk_get_string_default(ctx, -1, "");
	duk_dup(ctx, 0);
	if (duk_is_object(ctx, -1)) { /* a Uint8Array from the scripts */
		size_t n;
		const uint8_t *p = bytes_get(ctx, -1, &n);
		void *copy;

		if (p == NULL)
			return duk_type_error(ctx, "not bytes");
		copy = duk_push_fixed_buffer(ctx, n);
		memcpy(copy, p, n);
		duk_remove(ctx, -2);
	}
	package(ctx, use, type);
	return 1;
}

/* The Content-Type of the object: [ ] -> [ string ] */
static const char *
push_content_type(duk_context *ctx, duk_idx_t obj)
{
	struct headers_state *h = message_push_headers(ctx, obj);
	const uint8_t *v;
	size_t n;

	duk_pop(ctx);
	if (headers_find(h, "content-type", &v, &n))
		latin1_push(ctx, v, n);
	else
		duk_push_literal(ctx, "");
	return duk_require_string(ctx, -1);
}

/* [ this ] -> [ result or promise ] */
static duk_ret_t
use_inner(duk_context *ctx, void *udata)
{
	struct body_state *b = body_get(ctx, 0);
	struct api_source *s;
	int use = duk_get_current_magic(ctx);
	const char *type = "";

	(void)udata;
	if (b == NULL)
		return duk_type_error(ctx, "Illegal invocation");
	body_require_unused(ctx, 0, b);
	if (use == BODY_USE_BLOB || use == BODY_USE_FORM_DATA)
		type = push_content_type(ctx, 0);
	if (b->kind == BODY_NULL) {
		duk_push_fixed_buffer(ctx, 0);
		package(ctx, use, type);
		return 1;
	}
	if (b->kind == BODY_TEXT || b->kind == BODY_BYTES) {
		b->is_used = true;
		key_get(ctx, 0, KEY_BODY);
		if (b->kind == BODY_BYTES) { /* the caller gets a copy */
			duk_size_t n;
			const void *p = duk_require_buffer(ctx, -1, &n);
			void *copy = duk_push_fixed_buffer(ctx, n);

			memcpy(copy, p, n);
		}
		package(ctx, use, type);
		return 1;
	}
	if (b->kind == BODY_SOURCE) {
		b->is_used = true;
		s = flow_source_find(api_from(ctx), b->source_id);
		if (s == NULL || s->mode != SOURCE_IDLE)
			return duk_type_error(ctx,
			    "The body belongs to an event that has ended.");
		source_collect(ctx, s);
	} else {
		key_get(ctx, 0, KEY_BODY);
		script_call(ctx, "readAll", -1);
	}
	duk_push_array(ctx);
	duk_push_int(ctx, use);
	duk_put_prop_index(ctx, -2, 0);
	duk_push_string(ctx, type);
	duk_put_prop_index(ctx, -2, 1);
	promise_then_c(ctx, -2, package_later, NULL);
	return 1;
}

static duk_ret_t
body_use(duk_context *ctx)
{
	duk_push_this(ctx);
	return promise_guard(ctx, use_inner);
}

static duk_ret_t
body_body(duk_context *ctx)
{
	struct body_state *b = push_this_body(ctx);

	if (b->kind == BODY_NULL)
		duk_push_null(ctx);
	else
		push_stream(ctx, -1, b);
	return 1;
}

static duk_ret_t
body_used(duk_context *ctx)
{
	struct body_state *b = push_this_body(ctx);

	duk_push_boolean(ctx, body_is_used(ctx, -1, b));
	return 1;
}

const struct member body_members[] = {
    /* clang-format off */
	{ "body", M_GETTER, body_body, NULL, 0, 0, 0 },
	{ "bodyUsed", M_GETTER, body_used, NULL, 0, 0, 0 },
	{ "arrayBuffer", M_METHOD, body_use, NULL, 0, 0, BODY_USE_ARRAY_BUFFER },
	{ "blob", M_METHOD, body_use, NULL, 0, 0, BODY_USE_BLOB },
	{ "bytes", M_METHOD, body_use, NULL, 0, 0, BODY_USE_BYTES },
	{ "formData", M_METHOD, body_use, NULL, 0, 0, BODY_USE_FORM_DATA },
	{ "json", M_METHOD, body_use, NULL, 0, 0, BODY_USE_JSON },
	{ "text", M_METHOD, body_use, NULL, 0, 0, BODY_USE_TEXT },
    /* clang-format on */
};
const size_t body_nmembers = NELEMS(body_members);
