/*
 * worker/api's dispatcher: requests on one end of a mux pair, a worker on the
 * other, both in one loop. One request a row.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <ev.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/util.h"
#include "ipc/head.h"
#include "ipc/mux.h"
#include "ipc/spec.h"
#include "worker/api/api.h"
#include "worker/builtins/builtins.h"
#include "worker/engine/engine.h"
#include "worker/engine/module.h"

#define TURNS_MAX 4000

/* The worker of all rows: the path says what it does. */
static const char worker_source[] =
    "import { WorkerEntrypoint } from 'cloudflare:workers';\n"
    "export class Named extends WorkerEntrypoint {\n"
    "  fetch(r) { return new Response('named ' + this.env.K + ' ' +\n"
    "    JSON.stringify(this.ctx.props)) }\n"
    "}\n"
    "export const empty = {};\n"
    "const paths = {\n"
    "  '/text': () => new Response('hello'),\n"
    "  '/echo': (r) => new Response(r.body, { headers: r.headers }),\n"
    "  '/json': async (r) => Response.json(await r.json(),\n"
    "    { status: 201 }),\n"
    "  '/request': (r) => Response.json([r.method, r.url,\n"
    "    r.headers.get('x-a')]),\n"
    "  '/env': (r, env) => new Response(env.K),\n"
    "  '/throw': () => { throw new RangeError('thrown') },\n"
    "  '/reject': async () => { throw new TypeError('rejected') },\n"
    "  '/nothing': () => undefined,\n"
    "  '/number': async () => 5,\n"
    "  '/hang': () => new Promise(() => {}),\n"
    "  '/later': async () => { await scheduler.wait(2);\n"
    "    return new Response('later') },\n"
    "  '/stream': () => new Response(new ReadableStream({\n"
    "    n: 0, async pull(c) { await scheduler.wait(1);\n"
    "      c.enqueue(new TextEncoder().encode('part' + this.n));\n"
    "      if (++this.n === 3) c.close() } })),\n"
    "  '/broken': () => new Response(new ReadableStream({\n"
    "    n: 0, pull(c) { if (this.n++ === 0)\n"
    "      c.enqueue(new Uint8Array(3)); else throw new Error('cut') }\n"
    "  })),\n"
    "  '/null': () => new Response(null, { status: 204 }),\n"
    "  '/used': async (r) => { const x = new Response('a');\n"
    "    await x.text(); return x },\n"
    "  '/error': () => Response.error(),\n"
    "  '/wait': (r, env, ctx) => { ctx.waitUntil(scheduler.wait(250).then(\n"
    "    () => console.log('waited'))); return new Response('now') },\n"
    "  '/signal': (r) => { const t = setTimeout(() => {}, 1e6);\n"
    "    return new Promise((done) => r.signal.addEventListener('abort',\n"
    "      () => { console.log('aborted'); clearTimeout(t); done() })) },\n"
    "};\n"
    "export default { fetch(r, env, ctx) {\n"
    "  return paths[new URL(r.url).pathname](r, env, ctx);\n"
    "} };\n";

struct row {
	const char *name;
	const char *method;
	const char *target;
	const char *entrypoint; /* "": the default one */
	const char *body;       /* NULL: none */
	unsigned int status;    /* 0: reset with an INTERNAL code */
	const char *want;       /* the body, or the text of the reset */
};

/* clang-format off */
static const struct row rows[] = {
    {"text", "GET", "/text", "", NULL, 200, "hello"},
    {"HEAD: no body", "HEAD", "/text", "", NULL, 200, ""},
    {"method, url and headers", "PUT", "/request?q", "", "x", 200,
	"[\"PUT\",\"http://example.com/request?q\",\"1, 2\"]"},
    {"a body goes through", "POST", "/echo", "", "the body", 200, "the body"},
    {"a body is read", "POST", "/json", "", "{\"a\": [1]}", 201,
	"{\"a\":[1]}"},
    {"a body that is no JSON", "POST", "/json", "", "{", 0, "SyntaxError"},
    {"a body nobody reads", "POST", "/text", "", "ignored", 200, "hello"},
    {"bindings", "GET", "/env", "", NULL, 200, "value"},
    {"handler throws", "GET", "/throw", "", NULL, 0, "RangeError: thrown"},
    {"handler rejects", "GET", "/reject", "", NULL, 0, "TypeError: rejected"},
    {"no response", "GET", "/nothing", "", NULL, 0, "TypeError: Incorrect"},
    {"a number for a response", "GET", "/number", "", NULL, 0,
	"TypeError: Incorrect"},
    {"never answers", "GET", "/hang", "", NULL, 0, "The Workers runtime"},
    {"answers later", "GET", "/later", "", NULL, 200, "later"},
    {"a stream", "GET", "/stream", "", NULL, 200, "part0part1part2"},
    {"a stream that breaks", "GET", "/broken", "", NULL, 0, ""},
    {"a null body", "GET", "/null", "", NULL, 204, ""},
    {"a used body", "GET", "/used", "", NULL, 0, "TypeError"},
    {"an error response", "GET", "/error", "", NULL, 0, "TypeError: Return"},
    {"no such path", "GET", "/none", "", NULL, 0, "TypeError"},
    {"a class as entrypoint", "GET", "/x", "Named", NULL, 200,
	"named value {\"p\":1}"},
    {"entrypoint without fetch", "GET", "/x", "empty", NULL, 0,
	"TypeError: Handler does not export a fetch() function."},
    {"no such entrypoint", "GET", "/x", "missing", NULL, 0, "TypeError"},
};
/* clang-format on */

struct fixture {
	struct ev_loop *loop;
	struct chan_hub *hub;
	struct engine *engine;
	struct api *api;
	struct mux *client;
	struct mux *server;
	struct control_str entrypoint;
	/* what came of the request */
	unsigned int status;
	struct buf body;
	bool is_closed;
	enum stream_outcome outcome;
	uint32_t code;
	char text[300];
	struct buf logged;
	int tests_passed;
	int tests_failed;
};

/* --- the host of the worker --- */

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
	struct fixture *f = arg;

	(void)level;
	buf_put(&f->logged, text, len);
	buf_put(&f->logged, "\n", 1);
}

static void
host_timer_changed(void *arg)
{
	(void)arg;
}

static void
host_limit_hit(void *arg, enum worker_limit limit)
{
	(void)arg;
	(void)limit;
}

static void
host_test_done(void *arg, bool passed)
{
	struct fixture *f = arg;

	if (passed)
		f->tests_passed++;
	else
		f->tests_failed++;
}

static void
host_broken(void *arg, enum api_outcome outcome)
{
	(void)arg;
	(void)outcome;
}

static int
on_request(void *arg, struct stream *s, const uint8_t *head, size_t len,
    bool end)
{
	struct fixture *f = arg;
	struct api_request r = {.stream = s,
	    .head = head,
	    .head_len = len,
	    .end = end,
	    .entrypoint = f->entrypoint,
	    .props = {"{\"p\":1}", 7}};

	return api_serve(f->api, &r);
}

/* --- the client --- */

static int
on_response(struct stream *s, const uint8_t *head, size_t len, bool end)
{
	struct fixture *f = stream_arg(s);
	struct head_response r;

	(void)end;
	if (head_response_decode(head, len, &r) != 0)
		return ERR_PROTO;
	f->status = r.status;
	return 0;
}

static int
on_data(struct stream *s, const uint8_t *data, size_t len, bool end)
{
	struct fixture *f = stream_arg(s);

	(void)end;
	buf_put(&f->body, data, len);
	stream_consumed(s, len);
	return 0;
}

static void
on_writable(struct stream *s)
{
	(void)s;
}

static void
on_close(struct stream *s, enum stream_outcome outcome, uint32_t code,
    const char *text)
{
	struct fixture *f = stream_arg(s);

	f->is_closed = true;
	f->outcome = outcome;
	f->code = code;
	snprintf(f->text, sizeof f->text, "%s", text != NULL ? text : "");
}

static const struct stream_ops client_ops = {
    .on_response = on_response,
    .on_data = on_data,
    .on_writable = on_writable,
    .on_close = on_close,
};

static void
on_goaway(void *arg, uint32_t code)
{
	(void)arg;
	(void)code;
}

static void
on_mux_close(void *arg, enum chan_close reason)
{
	(void)arg;
	(void)reason;
}

static const struct mux_ops mux_ops = {
    .on_request = on_request,
    .on_goaway = on_goaway,
    .on_close = on_mux_close,
};

/* --- the fixture --- */

static int
set_main(duk_context *ctx, void *arg)
{
	struct fixture *f = arg;

	module_push_main(ctx);
	api_set_main(f->api, ctx, -1);
	return 0;
}

static void
load(struct fixture *f, const char *source)
{
	struct module_source m = {.name = "worker.js",
	    .kind = MODULE_ESM,
	    .bytes = source,
	    .len = strlen(source)};
	struct engine_error e;

	memset(&e, 0, sizeof e);
	assert_int_equal(module_add(f->engine, &m), 0);
	if (module_start(f->engine, "worker.js", &e) != 0)
		fail_msg("%s", e.message);
	assert_int_equal(module_state(f->engine, &e), MODULE_READY);
	assert_int_equal(engine_run(f->engine, set_main, f, &e), 0);
}

static int
setup(void **state)
{
	static struct spec_binding bindings[] = {
	    {.name = {"K", 1}, .kind = SPEC_BIND_TEXT, .value = {"value", 5}}};
	static const struct worker_spec spec = {.name = {"test", 4},
	    .limits = {.memory_bytes = 64 << 20},
	    .bindings = bindings,
	    .nbindings = NELEMS(bindings)};
	struct fixture *f = calloc(1, sizeof *f);
	struct api_host host = {.arg = f,
	    .channel = host_channel,
	    .log = host_log,
	    .timer_changed = host_timer_changed,
	    .limit_hit = host_limit_hit,
	    .test_done = host_test_done,
	    .broken = host_broken};
	struct mux_options o = {.ops = &mux_ops, .arg = f};
	int a, b;

	assert_non_null(f);
	f->loop = ev_loop_new(0);
	f->hub = chan_hub_new(f->loop);
	assert_int_equal(fd_socketpair(&a, &b), 0);
	f->client = mux_new(f->hub, a, &o);
	o.is_server = true;
	f->server = mux_new(f->hub, b, &o);
	assert_int_equal(engine_new(NULL, &f->engine), 0);
	assert_int_equal(builtins_install(f->engine), 0);
	assert_int_equal(api_install(f->engine), 0);
	assert_int_equal(api_new(f->engine, &host, &spec, &f->api), 0);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	api_free(&f->api);
	mux_free(&f->client);
	mux_free(&f->server);
	engine_free(&f->engine);
	buf_clear(&f->body);
	buf_clear(&f->logged);
	chan_hub_free(&f->hub);
	ev_loop_destroy(f->loop);
	free(f);
	return 0;
}

/* Turns of the loop, with the worker's timers, until DONE says so. */
static bool
run_until(struct fixture *f, bool (*done)(const struct fixture *f))
{
	for (int i = 0; i < TURNS_MAX && !done(f); i++) {
		api_run_timers(f->api, clock_now_ms());
		api_turn_ended(f->api);
		chan_hub_flush(f->hub);
		ev_sleep(0.0005);
		ev_run(f->loop, EVRUN_NOWAIT);
	}
	return done(f);
}

static bool
is_answered(const struct fixture *f)
{
	return f->is_closed && api_pending(f->api) == 0;
}

static struct stream *
send_request(struct fixture *f, const struct row *row)
{
	struct head_request h = {.id = 1,
	    .method = {row->method, strlen(row->method)},
	    .version = HEAD_HTTP_1_1,
	    .authority = {"example.com", 11},
	    .target = {row->target, strlen(row->target)}};
	struct stream *s = NULL;
	struct buf b;
	size_t mark;

	f->entrypoint =
	    (struct control_str){row->entrypoint, strlen(row->entrypoint)};
	f->status = 0;
	f->is_closed = false;
	f->text[0] = '\0';
	buf_consume(&f->body, buf_len(&f->body));
	buf_consume(&f->logged, buf_len(&f->logged));
	buf_init(&b);
	mark = head_request_begin(&b, &h);
	head_field(&b, "x-a", 3, "1", 1);
	head_field(&b, "x-a", 3, "2", 1);
	assert_int_equal(head_finish(&b, mark), 0);
	assert_int_equal(mux_request(f->client, buf_peek(&b), buf_len(&b),
			     row->body == NULL, &client_ops, f, &s),
	    0);
	if (row->body != NULL)
		assert_int_equal(stream_send(s, row->body, strlen(row->body),
				     true),
		    strlen(row->body));
	buf_clear(&b);
	return s;
}

static bool
logged_has(struct fixture *f, const char *text)
{
	return memmem(buf_peek(&f->logged), buf_len(&f->logged), text,
		   strlen(text)) != NULL;
}

static bool
is_as_wanted(const struct fixture *f, const struct row *row)
{
	size_t n = strlen(row->want);

	if (row->status == 0)
		return f->outcome == STREAM_RESET &&
		       f->code == IPC_RESET_INTERNAL &&
		       strncmp(f->text, row->want, n) == 0;
	return f->outcome == STREAM_DONE && f->status == row->status &&
	       buf_len(&f->body) == n &&
	       memcmp(buf_peek(&f->body), row->want, n) == 0;
}

static void
test_requests(void **state)
{
	struct fixture *f = *state;
	size_t bad = 0;

	load(f, worker_source);
	for (size_t i = 0; i < NELEMS(rows); i++) {
		(void)send_request(f, &rows[i]);
		if (run_until(f, is_answered) && is_as_wanted(f, &rows[i]))
			continue;
		print_error("%s: status %u, body \"%.*s\", code %u \"%s\"\n",
		    rows[i].name, f->status, (int)buf_len(&f->body),
		    (const char *)buf_peek(&f->body), f->code, f->text);
		bad++;
	}
	assert_int_equal(bad, 0);
	assert_int_equal(mux_nstreams(f->server), 0);
}

static bool
is_idle(const struct fixture *f)
{
	return api_pending(f->api) == 0;
}

static bool
is_closed(const struct fixture *f)
{
	return f->is_closed;
}

static void
test_waituntil_outlives_the_response(void **state)
{
	static const struct row row = {
	    .method = "GET", .target = "/wait", .entrypoint = ""};
	struct fixture *f = *state;

	load(f, worker_source);
	(void)send_request(f, &row);
	assert_true(run_until(f, is_closed));
	assert_int_equal(f->status, 200);
	assert_int_equal(api_pending(f->api), 1);
	assert_true(run_until(f, is_idle));
	assert_true(logged_has(f, "waited"));
}

static bool
is_begun(const struct fixture *f)
{
	return api_pending(f->api) == 1;
}

static void
test_client_that_goes_aborts_the_signal(void **state)
{
	static const struct row row = {
	    .method = "GET", .target = "/signal", .entrypoint = ""};
	struct fixture *f = *state;
	struct stream *s;

	load(f, worker_source);
	s = send_request(f, &row);
	assert_true(run_until(f, is_begun));
	stream_reset(s, IPC_RESET_CANCEL, NULL);
	assert_true(run_until(f, is_idle));
	assert_true(logged_has(f, "aborted"));
}

static void
test_head_that_does_not_decode(void **state)
{
	struct fixture *f = *state;
	struct stream *s = NULL;

	load(f, worker_source);
	assert_int_equal(mux_request(f->client, "junk", 4, true, &client_ops, f,
			     &s),
	    0);
	assert_true(run_until(f, is_closed));
	assert_int_equal(f->outcome, STREAM_LOST);
	assert_int_equal(api_pending(f->api), 0);
}

static void
test_test_handlers(void **state)
{
	static const char source[] =
	    "import { WorkerEntrypoint } from 'cloudflare:workers';\n"
	    "export default { test() {} };\n"
	    "export const good = { async test(c, env, ctx) {\n"
	    "  await scheduler.wait(1);\n"
	    "  if (env.K !== 'value') throw new Error('env') } };\n"
	    "export const bad = { test() { throw new Error('bad') } };\n"
	    "export const late = { test(c, e, ctx) {\n"
	    "  ctx.waitUntil(scheduler.wait(1).then(() => null.x)) } };\n"
	    "export const hung = { test() { return new Promise(() => {}) } };\n"
	    "export const other = { fetch() {} };\n"
	    "export class Class extends WorkerEntrypoint { test() {} }\n";
	static const struct {
		const char *name;
		bool passes;
	} tests[] = {{"", true}, {"bad", false}, {"good", true},
	    {"hung", false}, {"late", false}, {"Class", true}, {"other", false},
	    {"missing", false}};
	static const char list[] = "\0\0\0\0\3\0\0\0bad\4\0\0\0good"
				   "\4\0\0\0hung\4\0\0\0late\5\0\0\0Class";
	struct fixture *f = *state;
	struct buf names;

	load(f, source);
	buf_init(&names);
	api_tests(f->api, &names);
	assert_int_equal(buf_len(&names), sizeof list - 1);
	assert_memory_equal(buf_peek(&names), list, sizeof list - 1);
	buf_clear(&names);
	for (size_t i = 0; i < NELEMS(tests); i++) {
		struct control_str name = {
		    tests[i].name, strlen(tests[i].name)};

		f->tests_passed = f->tests_failed = 0;
		api_test(f->api, name);
		assert_true(run_until(f, is_idle));
		if (f->tests_passed != tests[i].passes ||
		    f->tests_failed != !tests[i].passes)
			fail_msg("%s: %d passed, %d failed", tests[i].name,
			    f->tests_passed, f->tests_failed);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_requests, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		test_waituntil_outlives_the_response, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		test_client_that_goes_aborts_the_signal, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_head_that_does_not_decode,
		setup, teardown),
	    cmocka_unit_test_setup_teardown(test_test_handlers, setup,
		teardown),
	};

	return cmocka_run_group_tests_name("dispatch", tests, NULL, NULL);
}
