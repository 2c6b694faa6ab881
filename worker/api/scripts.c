/*
 * The embedded scripts and what C offers to them.
 *
 * Runs in: zygote (definitions) and workers. The scripts are ours; the native
 * object never reaches a tenant's code.
 */
#include "config.h"

#include "worker/api/scripts.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "worker/api/body.h"
#include "worker/api/clone.h"
#include "worker/api/digest.h"
#include "worker/api/event.h"
#include "worker/api/js_scripts.h" /* made from js/ */
#include "worker/api/lazy.h"
#include "worker/api/node.h"
#include "worker/api/node_bytes.h"
#include "worker/api/subtle.h"
#include "worker/api/zip.h"
#include "worker/builtins/builtins.h"
#include "worker/engine/dx.h"
#include "worker/engine/module.h"
#include "worker/engine/promise.h"
#include "worker/engine/str.h"

/* [ name ] -> [ key ]: a key that scripts of tenants cannot make */
static duk_ret_t
n_hidden(duk_context *ctx)
{
	char key[64];

	snprintf(key, sizeof key, HID("js.%s"), duk_require_string(ctx, 0));
	duk_push_string(ctx, key);
	return 1;
}

/* [ object key value configurable ] -> [ object ]: not enumerable */
static duk_ret_t
n_value(duk_context *ctx)
{
	bool config = duk_to_boolean(ctx, 3) != 0;

	duk_set_top(ctx, 3);
	duk_def_prop(ctx, 0,
	    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_CLEAR_ENUMERABLE |
		DUK_DEFPROP_HAVE_CONFIGURABLE | DUK_DEFPROP_FORCE |
		DUK_DEFPROP_HAVE_WRITABLE |
		(config ? DUK_DEFPROP_CONFIGURABLE
			: DUK_DEFPROP_WRITABLE | DUK_DEFPROP_CONFIGURABLE));
	duk_set_top(ctx, 1);
	return 1;
}

/* [ function name ] -> [ function ] */
static duk_ret_t
n_named(duk_context *ctx)
{
	duk_push_literal(ctx, "name");
	duk_dup(ctx, 1);
	duk_def_prop(ctx, 0,
	    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_CLEAR_ENUMERABLE |
		DUK_DEFPROP_CLEAR_WRITABLE | DUK_DEFPROP_SET_CONFIGURABLE |
		DUK_DEFPROP_FORCE);
	duk_set_top(ctx, 1);
	return 1;
}

/* [ object members enumerable ] -> [ ] */
static duk_ret_t
n_members(duk_context *ctx)
{
	dx_copy_members(ctx, 0, 1,
	    duk_to_boolean(ctx, 2) ? DX_MEMBERS_ENUMERABLE : DX_MEMBERS_HIDDEN);
	return 0;
}

/* [ object more ] -> [ object ], with the properties of MORE */
static duk_ret_t
n_merge(duk_context *ctx)
{
	dx_copy_members(ctx, 0, 1, DX_MEMBERS_AS_IS);
	duk_set_top(ctx, 1);
	return 1;
}

/* [ class members statics parent length ] -> [ class ]; see base.js */
static duk_ret_t
n_define(duk_context *ctx)
{
	duk_get_prop_literal(ctx, 0, "prototype"); /* at 5 */
	if (duk_is_object(ctx, 3)) {
		duk_dup(ctx, 3);
		duk_set_prototype(ctx, 0);
		duk_get_prop_literal(ctx, 3, "prototype");
		duk_set_prototype(ctx, 5);
	}
	duk_push_literal(ctx, "prototype");
	duk_def_prop(ctx, 0, DUK_DEFPROP_CLEAR_WRITABLE | DUK_DEFPROP_FORCE);
	dx_copy_members(ctx, 5, 1, DX_MEMBERS_ENUMERABLE);
	if (duk_is_object(ctx, 2))
		dx_copy_members(ctx, 0, 2, DX_MEMBERS_ENUMERABLE);
	duk_push_literal(ctx, DUK_WELLKNOWN_SYMBOL("Symbol.toStringTag"));
	duk_get_prop_literal(ctx, 0, "name");
	duk_def_prop(ctx, 5,
	    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_CLEAR_WRITABLE |
		DUK_DEFPROP_CLEAR_ENUMERABLE | DUK_DEFPROP_SET_CONFIGURABLE);
	duk_push_literal(ctx, "length");
	duk_dup(ctx, 4);
	duk_def_prop(ctx, 0,
	    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_CLEAR_WRITABLE |
		DUK_DEFPROP_CLEAR_ENUMERABLE | DUK_DEFPROP_SET_CONFIGURABLE |
		DUK_DEFPROP_FORCE);
	duk_set_top(ctx, 1);
	return 1;
}

/* [ class first name... ] -> [ ]: numbered constants of Web IDL, on both */
static duk_ret_t
n_constants(duk_context *ctx)
{
	duk_idx_t n = duk_get_top(ctx);
	int first = duk_get_int(ctx, 1);

	duk_get_prop_literal(ctx, 0, "prototype");
	for (duk_idx_t i = 2; i < n; i++) {
		for (duk_idx_t to = 0; to <= n; to += n) {
			duk_dup(ctx, i);
			duk_push_int(ctx, first + i - 2);
			duk_def_prop(ctx, to,
			    DUK_DEFPROP_HAVE_VALUE |
				DUK_DEFPROP_CLEAR_WRITABLE |
				DUK_DEFPROP_SET_ENUMERABLE |
				DUK_DEFPROP_CLEAR_CONFIGURABLE);
		}
	}
	return 0;
}

static duk_ret_t
n_now(duk_context *ctx)
{
	struct api *api = api_from(ctx);

	duk_push_number(ctx, (double)(clock_now_ms() - api->time_origin_ms));
	return 1;
}

static int
list_item(duk_context *ctx, void *arg)
{
	duk_idx_t list = *(duk_idx_t *)arg;

	duk_dup(ctx, -1);
	duk_put_prop_index(ctx, list, (duk_uarridx_t)duk_get_length(ctx, list));
	return 0;
}

/* [ iterable ] -> [ array ] */
static duk_ret_t
n_list(duk_context *ctx)
{
	duk_idx_t list = 1;

	duk_push_array(ctx);
	iter_each(ctx, 0, list_item, &list);
	duk_set_top(ctx, 2);
	return 1;
}

/* [ error ] -> [ ] */
static duk_ret_t
n_report(duk_context *ctx)
{
	api_log_exception(ctx, 0, "Uncaught");
	return 0;
}

/* [ level text ] -> [ ]; levels as in base/log.h */
static duk_ret_t
n_log(duk_context *ctx)
{
	struct api *api = api_from(ctx);
	const char *s;
	size_t n;

	s = str_to_utf8(ctx, 1, &n);
	if (api->host.log != NULL)
		api->host.log(api->host.arg,
		    (enum log_level)duk_get_int(ctx, 0), s, n);
	return 0;
}

/* [ value ] -> [ "map", "set", "proxy", "error" ... or undefined ] */
static duk_ret_t
n_kind(duk_context *ctx)
{
	if (duk_is_array(ctx, 0))
		duk_push_literal(ctx, "array");
	else if (duk_is_function(ctx, 0))
		duk_push_literal(ctx, "function");
	else if (duk_is_error(ctx, 0))
		duk_push_literal(ctx, "error");
	else if (duk_is_buffer_data(ctx, 0))
		duk_push_literal(ctx, "bytes");
	else if (map_is(ctx, 0))
		duk_push_literal(ctx, "map");
	else if (set_is(ctx, 0))
		duk_push_literal(ctx, "set");
	else if (promise_is(ctx, 0))
		duk_push_literal(ctx, "promise");
	else
		duk_push_undefined(ctx);
	return 1;
}

/* --- promises --- */

static duk_ret_t
n_promise(duk_context *ctx)
{
	promise_new(ctx);
	return 1;
}

static duk_ret_t
n_resolve(duk_context *ctx)
{
	promise_resolve(ctx, 0, 1);
	return 0;
}

static duk_ret_t
n_reject(duk_context *ctx)
{
	promise_reject(ctx, 0, 1);
	return 0;
}

static duk_ret_t
n_resolved(duk_context *ctx)
{
	promise_resolved(ctx);
	return 1;
}

static duk_ret_t
n_rejected(duk_context *ctx)
{
	promise_rejected(ctx);
	return 1;
}

static duk_ret_t
n_mark_handled(duk_context *ctx)
{
	promise_mark_handled(ctx, 0);
	return 0;
}

/* [ value [ok, err] ] -> [ result ]; the magic is the index */
static duk_ret_t
call_ok(duk_context *ctx)
{
	duk_get_prop_index(ctx, 1, 0);
	duk_dup(ctx, 0);
	duk_call(ctx, 1);
	return 1;
}

static duk_ret_t
call_err(duk_context *ctx)
{
	duk_get_prop_index(ctx, 1, 1);
	duk_dup(ctx, 0);
	duk_call(ctx, 1);
	return 1;
}

/* [ promise ok err ] -> [ promise or undefined ]; magic 1: no result */
static duk_ret_t
n_then(duk_context *ctx)
{
	bool has_ok = duk_is_function(ctx, 1),
	     has_err = duk_is_function(ctx, 2);

	duk_push_array(ctx);
	duk_dup(ctx, 1);
	duk_put_prop_index(ctx, -2, 0);
	duk_dup(ctx, 2);
	duk_put_prop_index(ctx, -2, 1);
	if (duk_get_current_magic(ctx) == 1) {
		promise_react_c(ctx, 0, has_ok ? call_ok : NULL,
		    has_err ? call_err : NULL);
		return 0;
	}
	promise_then_c(ctx, 0, has_ok ? call_ok : NULL,
	    has_err ? call_err : NULL);
	return 1;
}

static duk_ret_t
n_promise_state(duk_context *ctx)
{
	if (!promise_is(ctx, 0))
		return 0;
	duk_push_array(ctx);
	duk_push_int(ctx, (int)promise_state(ctx, 0));
	duk_put_prop_index(ctx, -2, 0);
	promise_push_result(ctx, 0);
	duk_put_prop_index(ctx, -2, 1);
	return 1;
}

/* --- bytes --- */

static duk_ret_t
n_encode(duk_context *ctx)
{
	const char *s;
	size_t n;
	void *p;

	s = str_to_utf8(ctx, 0, &n);
	p = duk_push_fixed_buffer(ctx, n);
	memcpy(p, s, n);
	bytes_to_uint8array(ctx);
	return 1;
}

static duk_ret_t
n_decode(duk_context *ctx)
{
	const uint8_t *p;
	size_t n;

	p = bytes_get(ctx, 0, &n);
	if (p == NULL)
		return duk_type_error(ctx, "not bytes");
	str_push_utf8(ctx, (const char *)p, n);
	return 1;
}

/* [ any ] -> [ Uint8Array of a copy, or undefined ] */
static duk_ret_t
n_copy_bytes(duk_context *ctx)
{
	const uint8_t *p;
	size_t n;
	void *copy;

	p = bytes_get(ctx, 0, &n);
	if (p == NULL)
		return 0;
	copy = duk_push_fixed_buffer(ctx, n);
	memcpy(copy, p, n);
	bytes_to_uint8array(ctx);
	return 1;
}

/* [ Uint8Array ] -> [ plain buffer ]: what bodies are made of */
static duk_ret_t
n_plain(duk_context *ctx)
{
	const uint8_t *p;
	size_t n;
	void *copy;

	p = bytes_get(ctx, 0, &n);
	if (p == NULL)
		return duk_type_error(ctx, "not bytes");
	copy = duk_push_fixed_buffer(ctx, n);
	memcpy(copy, p, n);
	return 1;
}

/* [ parts-array ] -> [ Uint8Array ]: all the bytes of the list */
static duk_ret_t
n_concat(duk_context *ctx)
{
	duk_uarridx_t i, n = (duk_uarridx_t)duk_get_length(ctx, 0);
	const uint8_t *p;
	size_t total = 0, len;
	uint8_t *d;

	for (i = 0; i < n; i++) {
		duk_get_prop_index(ctx, 0, i);
		p = bytes_get(ctx, -1, &len);
		if (p == NULL)
			return duk_type_error(ctx, "not bytes");
		total += len;
		duk_pop(ctx);
	}
	d = duk_push_fixed_buffer(ctx, total);
	for (i = 0; i < n; i++) {
		duk_get_prop_index(ctx, 0, i);
		p = bytes_get(ctx, -1, &len);
		memcpy(d, p, len);
		d += len;
		duk_pop(ctx);
	}
	bytes_to_uint8array(ctx);
	return 1;
}

/* [ bytes needle from ] -> [ index or -1 ] */
static duk_ret_t
n_find(duk_context *ctx)
{
	const uint8_t *p, *q, *hit;
	size_t n, m, from = duk_to_uint32(ctx, 2);

	p = bytes_get(ctx, 0, &n);
	q = bytes_get(ctx, 1, &m);
	if (p == NULL || q == NULL || from > n) {
		duk_push_int(ctx, -1);
		return 1;
	}
	hit = memmem(p + from, n - from, q, m);
	duk_push_number(ctx, hit != NULL ? (double)(hit - p) : -1);
	return 1;
}

/* [ string ] -> [ boolean ]: USVString conversion is done elsewhere */
static duk_ret_t
n_well_formed(duk_context *ctx)
{
	str_to_well_formed(ctx, 0);
	return 1;
}

/* --- sources and sinks --- */

static struct api_source *
require_source(duk_context *ctx)
{
	struct api_source *s =
	    flow_source_find(api_from(ctx), duk_to_uint32(ctx, 0));

	if (s == NULL)
		(void)duk_generic_error(ctx,
		    "Cannot perform I/O on behalf of a different request. "
		    "I/O objects (such as streams, request/response bodies, "
		    "and others) created in the context of one request "
		    "handler cannot be accessed from a different request's "
		    "handler.");
	return s;
}

/* [ id ] -> [ Uint8Array, null, or a promise of one ] */
static duk_ret_t
n_source_read(duk_context *ctx)
{
	source_read(ctx, require_source(ctx));
	return 1;
}

static duk_ret_t
n_source_collect(duk_context *ctx)
{
	source_collect(ctx, require_source(ctx));
	return 1;
}

static duk_ret_t
n_source_cancel(duk_context *ctx)
{
	struct api_source *s =
	    flow_source_find(api_from(ctx), duk_to_uint32(ctx, 0));

	if (s != NULL)
		source_cancel(s);
	return 0;
}

static struct api_sink *
find_sink(duk_context *ctx)
{
	return ids_get(&api_from(ctx)->sinks, duk_to_uint32(ctx, 0));
}

/* [ id chunk ] -> [ 1 go on, 0 wait, -1 nobody takes it ] */
static duk_ret_t
n_sink_write(duk_context *ctx)
{
	struct api_sink *k = find_sink(ctx);
	const uint8_t *p;
	size_t n;

	if (k == NULL || k->stream == NULL) {
		duk_push_int(ctx, -1);
		return 1;
	}
	p = bytes_get(ctx, 1, &n);
	if (p == NULL)
		return duk_type_error(ctx,
		    "This ReadableStream did not return bytes. A body is made "
		    "of Uint8Array chunks.");
	duk_push_int(ctx, sink_write(k, p, n) ? 1 : 0);
	return 1;
}

/* [ id function ] -> [ ] */
static duk_ret_t
n_sink_ready(duk_context *ctx)
{
	struct api_sink *k = find_sink(ctx);

	if (k == NULL)
		return 0;
	ref_drop(ctx, &k->ready);
	duk_dup(ctx, 1);
	k->ready = ref_new(ctx);
	return 0;
}

static duk_ret_t
n_sink_finish(duk_context *ctx)
{
	struct api_sink *k = find_sink(ctx);

	if (k != NULL)
		sink_finish(k);
	return 0;
}

/* [ id error ] -> [ ] */
static duk_ret_t
n_sink_fail(duk_context *ctx)
{
	struct api_sink *k = find_sink(ctx);

	if (k == NULL)
		return 0;
	ref_drop(ctx, &k->reader);
	if (k->ops->on_throw != NULL) {
		k->ops->on_throw(k, ctx, 1);
		return 0;
	}
	api_log_exception(ctx, 1, "Uncaught (in a response body)");
	k->ops->on_fail(k, "the script's stream failed");
	return 0;
}

/* [ ] -> [ string ]: for boundaries of multipart bodies */
static duk_ret_t
n_random(duk_context *ctx)
{
	uint32_t a = randombytes_random(), b = randombytes_random();

	duk_push_sprintf(ctx, "%08lx%08lx", (unsigned long)a, (unsigned long)b);
	return 1;
}

/* [ string ] -> [ string ]: percent-encoded, the C0 control set */
static duk_ret_t
n_encode_c0(duk_context *ctx)
{
	struct buf *b = api_scratch(api_from(ctx), 0);
	const char *s;
	size_t n;

	s = str_to_utf8(ctx, 0, &n);
	url_encode(b, URL_SET_C0, s, n);
	latin1_push(ctx, buf_peek(b), buf_len(b));
	return 1;
}

/* [ object ] -> [ boolean ]: an instance of a class made in C */
static duk_ret_t
n_has_state(duk_context *ctx)
{
	duk_push_boolean(ctx, state_is_any(ctx, 0));
	return 1;
}

/* [ object key value ] -> [ ]: define, not set */
static duk_ret_t
n_field(duk_context *ctx)
{
	duk_def_prop(ctx, 0, DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_WEC);
	return 0;
}

/* [ function this arguments-array ] -> [ result ] */
static duk_ret_t
n_apply(duk_context *ctx)
{
	duk_uarridx_t i, n = (duk_uarridx_t)duk_get_length(ctx, 2);

	duk_dup(ctx, 0);
	duk_dup(ctx, 1);
	duk_require_stack(ctx, (duk_idx_t)n + 1);
	for (i = 0; i < n; i++)
		duk_get_prop_index(ctx, 2, i);
	duk_call_method(ctx, (duk_idx_t)n);
	return 1;
}

/* [ ] -> [ the async context ] */
static duk_ret_t
n_get_context(duk_context *ctx)
{
	engine_push_context(ctx);
	return 1;
}

/* [ context ] -> [ ] */
static duk_ret_t
n_set_context(duk_context *ctx)
{
	engine_set_context(ctx);
	return 0;
}

static const struct member natives[] = {
    /* clang-format off */
	{ "hidden", M_METHOD, n_hidden, NULL, 1, 1, 0 },
	{ "value", M_METHOD, n_value, NULL, 4, 4, 0 },
	{ "named", M_METHOD, n_named, NULL, 2, 2, 0 },
	{ "constants", M_METHOD, n_constants, NULL, DUK_VARARGS, 2, 0 },
	{ "define", M_METHOD, n_define, NULL, 5, 5, 0 },
	{ "members", M_METHOD, n_members, NULL, 3, 3, 0 },
	{ "merge", M_METHOD, n_merge, NULL, 2, 2, 0 },
	{ "now", M_METHOD, n_now, NULL, 0, 0, 0 },
	{ "list", M_METHOD, n_list, NULL, 1, 1, 0 },
	{ "report", M_METHOD, n_report, NULL, 1, 1, 0 },
	{ "log", M_METHOD, n_log, NULL, 2, 2, 0 },
	{ "breaks", M_METHOD, builtins_breaks, NULL, 2, 2, 0 },
	{ "kind", M_METHOD, n_kind, NULL, 1, 1, 0 },
	{ "promise", M_METHOD, n_promise, NULL, 0, 0, 0 },
	{ "resolve", M_METHOD, n_resolve, NULL, 2, 2, 0 },
	{ "reject", M_METHOD, n_reject, NULL, 2, 2, 0 },
	{ "resolved", M_METHOD, n_resolved, NULL, 1, 1, 0 },
	{ "rejected", M_METHOD, n_rejected, NULL, 1, 1, 0 },
	{ "markHandled", M_METHOD, n_mark_handled, NULL, 1, 1, 0 },
	{ "then", M_METHOD, n_then, NULL, 3, 3, 0 },
	{ "react", M_METHOD, n_then, NULL, 3, 3, 1 },
	{ "promiseState", M_METHOD, n_promise_state, NULL, 1, 1, 0 },
	{ "encode", M_METHOD, n_encode, NULL, 1, 1, 0 },
	{ "decode", M_METHOD, n_decode, NULL, 1, 1, 0 },
	{ "copyBytes", M_METHOD, n_copy_bytes, NULL, 1, 1, 0 },
	{ "plain", M_METHOD, n_plain, NULL, 1, 1, 0 },
	{ "concat", M_METHOD, n_concat, NULL, 1, 1, 0 },
	{ "find", M_METHOD, n_find, NULL, 3, 3, 0 },
	{ "wellFormed", M_METHOD, n_well_formed, NULL, 1, 1, 0 },
	{ "random", M_METHOD, n_random, NULL, 0, 0, 0 },
	{ "encodeC0", M_METHOD, n_encode_c0, NULL, 1, 1, 0 },
	{ "hasState", M_METHOD, n_has_state, NULL, 1, 1, 0 },
	{ "field", M_METHOD, n_field, NULL, 3, 3, 0 },
	{ "apply", M_METHOD, n_apply, NULL, 3, 3, 0 },
	{ "nodeEnv", M_METHOD, node_env, NULL, 0, 0, 0 },
	{ "getContext", M_METHOD, n_get_context, NULL, 0, 0, 0 },
	{ "setContext", M_METHOD, n_set_context, NULL, 1, 1, 0 },
	{ "sourceRead", M_METHOD, n_source_read, NULL, 1, 1, 0 },
	{ "sourceCollect", M_METHOD, n_source_collect, NULL, 1, 1, 0 },
	{ "sourceCancel", M_METHOD, n_source_cancel, NULL, 1, 1, 0 },
	{ "sinkWrite", M_METHOD, n_sink_write, NULL, 2, 2, 0 },
	{ "sinkReady", M_METHOD, n_sink_ready, NULL, 2, 2, 0 },
	{ "sinkFinish", M_METHOD, n_sink_finish, NULL, 1, 1, 0 },
	{ "sinkFail", M_METHOD, n_sink_fail, NULL, 2, 2, 0 },
    /* clang-format on */
};

void
scripts_install(duk_context *ctx)
{
	struct api *api = api_from(ctx);
	const struct member *more;
	size_t i, n;

	duk_push_bare_object(ctx); /* native */
	members_define(ctx, -1, natives, NELEMS(natives), false);
	zip_install_natives(ctx, -1);
	more = subtle_natives(&n);
	members_define(ctx, -1, more, n, false);
	more = node_bytes_natives(&n);
	members_define(ctx, -1, more, n, false);
	more = digest_natives(&n);
	members_define(ctx, -1, more, n, false);
	more = clone_natives(&n);
	members_define(ctx, -1, more, n, false);
	more = pkey_natives(&n);
	members_define(ctx, -1, more, n, false);
	duk_push_global_object(ctx);
	duk_put_prop_literal(ctx, -2, "global");
	engine_push_async_iterator_proto(ctx);
	duk_put_prop_literal(ctx, -2, "asyncIteratorPrototype");
	duk_push_heapptr(ctx, api->stash);
	duk_dup(ctx, -2);
	duk_put_prop_literal(ctx, -2, "native");
	duk_pop(ctx);
	api->native = duk_get_heapptr(ctx, -1);
	for (i = 0; i < NELEMS(embedded_scripts); i++) {
		engine_push_embedded(ctx, embedded_scripts[i].code,
		    embedded_scripts[i].len);
		duk_dup(ctx, -2);
		duk_push_heapptr(ctx, api->scripts);
		duk_call(ctx, 2);
		duk_pop(ctx);
	}
	duk_pop(ctx);
	lazy_install(ctx);
}

/* --- cloudflare:workers --- */

/* [ promise ] -> [ ] */
static duk_ret_t
module_wait_until(duk_context *ctx)
{
	event_hold(ctx, event_require(ctx), 0);
	return 0;
}

static duk_ret_t
make_workers(duk_context *ctx)
{
	script_push(ctx, "workersModule");
	duk_push_heapptr(ctx, api_from(ctx)->stash);
	duk_get_prop_literal(ctx, -1, "env");
	duk_remove(ctx, -2);
	engine_push_function(ctx, module_wait_until, 1, 1, "waitUntil");
	duk_call(ctx, 2);
	return 1;
}

void
modules_install(struct engine *engine)
{
	module_add_builtin(engine, "cloudflare:workers", make_workers);
	node_install(engine);
}
