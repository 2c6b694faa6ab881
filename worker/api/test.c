/*
 * The test() handlers of a worker: what `eider test` lists and runs. A test is
 * an event without a stream; it fails when its handler, a promise given to
 * waitUntil() or a callback of it throws.
 *
 * Runs in: workers.
 */
#include "config.h"

#include <string.h>

#include "worker/api/event.h"
#include "worker/engine/promise.h"
#include "worker/engine/str.h"

#define LIST_MAX 61440u /* of a message */

static void
push_main(duk_context *ctx, const struct api *api)
{
	duk_push_heapptr(ctx, api->stash);
	duk_get_prop_literal(ctx, -1, "main");
	duk_remove(ctx, -2);
}

static int
list_tests(duk_context *ctx, void *arg)
{
	struct buf *out = arg;
	duk_uarridx_t i, n;

	script_push(ctx, "testNames");
	push_main(ctx, api_from(ctx));
	duk_call(ctx, 1);
	n = (duk_uarridx_t)duk_get_length(ctx, -1);
	for (i = 0; i < n; i++) {
		const char *s;
		size_t len;

		duk_get_prop_index(ctx, -1, i);
		s = str_to_utf8(ctx, -1, &len);
		if (buf_len(out) + len + sizeof(uint32_t) > LIST_MAX)
			return 0;
		buf_put_str(out, s, len);
		duk_pop(ctx);
	}
	return 0;
}

void
api_tests(struct api *api, struct buf *out)
{
	(void)api_run(api, NULL, list_tests, out);
}

/* [ value data ] -> [ ]; data: the event's number */
static duk_ret_t
test_done(duk_context *ctx)
{
	struct api_event *e = event_find(api_from(ctx), duk_get_uint(ctx, 1));

	if (e != NULL)
		e->is_out_done = true;
	return 0;
}

static duk_ret_t
test_failed(duk_context *ctx)
{
	struct api_event *e = event_find(api_from(ctx), duk_get_uint(ctx, 1));

	api_log_exception(ctx, 0, "Uncaught");
	if (e != NULL)
		e->has_failed = true;
	return test_done(ctx);
}

struct test {
	struct api_event *event;
	struct control_str name;
};

static int
run_test(duk_context *ctx, void *arg)
{
	struct test *t = arg;
	struct control_str no_props = {NULL, 0};

	script_push(ctx, "runTest");
	push_main(ctx, t->event->api);
	str_push_utf8(ctx, t->name.p, t->name.len);
	duk_push_heapptr(ctx, t->event->api->stash);
	duk_get_prop_literal(ctx, -1, "env");
	duk_remove(ctx, -2);
	event_push_context(ctx, t->event, no_props);
	if (duk_pcall(ctx, 4) != DUK_EXEC_SUCCESS) {
		if (*engine_kill_flag(t->event->api->engine) != 0)
			(void)duk_throw(ctx);
		promise_rejected(ctx);
	} else {
		promise_resolved(ctx);
	}
	duk_push_uint(ctx, t->event->id);
	promise_react_c(ctx, -2, test_done, test_failed);
	return 0;
}

void
api_test(struct api *api, struct control_str name)
{
	struct test t = {.name = name};

	t.event = api->is_broken ? NULL : event_new(api, NULL);
	if (t.event == NULL) {
		api->host.test_done(api->host.arg, false);
		return;
	}
	t.event->is_test = true;
	api_run(api, t.event, run_test, &t);
}
