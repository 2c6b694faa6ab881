/*
 * The APIs from JavaScript: one snippet a row. A snippet is the body of a
 * function; what it returns, or what the promise it returns settles to, is
 * compared as a string; what it throws as "Name: message".
 *
 * Snippets are lowered like any script of a worker.
 */
#include "config.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "ipc/spec.h"
#include "worker/api/api.h"
#include "worker/api/event.h"
#include "worker/builtins/builtins.h"
#include "worker/engine/engine.h"
#include "worker/engine/promise.h"
#include "worker/engine/str.h"

struct row {
	const char *name;
	const char *script;
	const char *want;
};

/* clang-format off */
static const struct row rows[] = {
#define ROW(name_, script_, want_) { name_, script_, want_ },
#include "tests/unit/api_rows.def"
#undef ROW
};
/* clang-format on */

static struct buf logged;

static int
host_channel(void *arg, uint32_t channel, struct mux **mux_out)
{
	(void)arg;
	(void)channel;
	(void)mux_out;
	return ERR_REFUSED;
}

static void
host_log(void *arg, enum log_level level, const char *text, size_t len)
{
	(void)arg;
	buf_put(&logged, &"DIWEF"[level], 1);
	buf_put(&logged, " ", 1);
	buf_put(&logged, text, len);
	buf_put(&logged, "\n", 1);
}

static void
host_timer_changed(void *arg)
{
	(void)arg;
}

static void
host_broken(void *arg, enum api_outcome outcome)
{
	(void)arg;
	(void)outcome;
}

/* A script reads what was logged. [ ] -> [ string ] */
static duk_ret_t
get_log(duk_context *ctx)
{
	str_push_utf8(ctx, (const char *)buf_peek(&logged), buf_len(&logged));
	buf_consume(&logged, buf_len(&logged));
	return 1;
}

/* [ ] -> stash.result: a promise of the row's value */
static int
start(duk_context *ctx, void *arg)
{
	(void)arg;
	duk_push_c_function(ctx, get_log, 0);
	duk_put_global_literal(ctx, "getLog");
	duk_push_heap_stash(ctx);
	duk_get_global_literal(ctx, "$test");
	if (duk_pcall(ctx, 0) != 0)
		promise_rejected(ctx);
	else
		promise_resolved(ctx);
	promise_mark_handled(ctx, -1);
	duk_put_prop_literal(ctx, -2, "result");
	return 0;
}

struct result {
	struct buf text;
	bool is_settled;
};

static int
finish(duk_context *ctx, void *arg)
{
	struct result *r = arg;

	duk_push_heap_stash(ctx);
	duk_get_prop_literal(ctx, -1, "result");
	r->is_settled = promise_state(ctx, -1) != PROMISE_PENDING;
	promise_push_result(ctx, -1);
	duk_safe_to_string(ctx, -1);
	buf_consume(&r->text, buf_len(&r->text));
	str_get_utf8(ctx, -1, &r->text);
	buf_put_u8(&r->text, 0);
	return 0;
}

static bool
check(struct api *api, struct engine *engine, const struct row *row)
{
	struct api_event *event = event_new(api, NULL);
	uint64_t deadline = clock_now_ms() + 5000;
	struct engine_error e;
	struct result r;
	char *text = NULL;
	bool ok = false;

	memset(&r, 0, sizeof r);
	memset(&e, 0, sizeof e);
	buf_consume(&logged, buf_len(&logged));
	text = xasprintf("var $test=function(){%s\n}", row->script);
	if (engine_eval_script(engine, "test.js", text, strlen(text), &e) !=
	    0) {
		print_error("%s: %s\n", row->name, e.message);
		goto out;
	}
	if (api_run(api, event, start, NULL) != 0) {
		print_error("%s: does not run: %.*s\n", row->name,
		    (int)buf_len(&logged), (const char *)buf_peek(&logged));
		goto out;
	}
	do {
		uint64_t at = api_next_timer_ms(api), now = clock_now_ms();

		(void)engine_run(engine, finish, &r, &e);
		if (r.is_settled || at == UINT64_MAX || now > deadline)
			break;
		if (at > now)
			(void)poll(NULL, 0, (int)(at - now));
		api_run_timers(api, clock_now_ms());
	} while (true);
	ok = r.is_settled &&
	     strcmp((const char *)buf_peek(&r.text), row->want) == 0;
	if (!ok)
		print_error("%s:\n  want %s\n  got  %s%s\n", row->name,
		    row->want, (const char *)buf_peek(&r.text),
		    r.is_settled ? "" : " (pending)");
out:
	free(text);
	engine_error_clear(&e);
	buf_clear(&r.text);
	event->is_out_done = true;
	event->nholds = 0;
	event_sweep(api);
	return ok;
}

static void
host_limit_hit(void *arg, enum worker_limit limit)
{
	(void)arg;
	(void)limit;
}

static void
test_rows(void **state)
{
	static const struct worker_spec spec = {.name = {"test", 4},
	    .has_outbound = true,
	    .limits = {.memory_bytes = 64 << 20}};
	struct api_host host = {.channel = host_channel,
	    .log = host_log,
	    .timer_changed = host_timer_changed,
	    .limit_hit = host_limit_hit,
	    .broken = host_broken};
	const char *only = getenv("ROW");
	struct engine *engine = NULL;
	struct api *api = NULL;
	size_t i, bad = 0;

	(void)state;
	buf_init(&logged);
	assert_int_equal(engine_new(NULL, &engine), 0);
	assert_int_equal(builtins_install(engine), 0);
	assert_int_equal(api_install(engine), 0);
	assert_int_equal(api_new(engine, &host, &spec, &api), 0);
	for (i = 0; i < NELEMS(rows); i++) {
		if (only != NULL && strstr(rows[i].name, only) == NULL)
			continue;
		if (!check(api, engine, &rows[i]))
			bad++;
	}
	api_free(&api);
	engine_free(&engine);
	buf_clear(&logged);
	assert_int_equal(bad, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
