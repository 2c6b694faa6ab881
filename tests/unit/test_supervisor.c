/*
 * supervisor: the pieces that need no process: back-off, numbers of services,
 * the spec of a worker, log pipes, what a service manager hands over.
 */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <ev.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/util.h"
#include "conf/conf.h"
#include "ipc/control.h"
#include "ipc/spec.h"
#include "supervisor/backoff.h"
#include "supervisor/bundle.h"
#include "supervisor/json.h"
#include "supervisor/logpipe.h"
#include "supervisor/notify.h"
#include "supervisor/services.h"

/* --- back-off --- */

static void
test_backoff(void **state)
{
	static const struct {
		const char *name;
		uint64_t lived_ms[9];
		uint64_t waits_ms[9];
		size_t n;
	} cases[] = {
	    {"first crashes are free", {5, 5}, {0, 0}, 2},
	    {"then it waits, then quarantine", {5, 5, 5, 5, 5},
		{0, 0, 100, 400, 10000}, 5},
	    {"quarantine doubles", {5, 5, 5, 5, 5, 5, 5},
		{0, 0, 100, 400, 10000, 20000, 40000}, 7},
	    {"a long life forgives", {5, 5, 5, 5, 10000, 5},
		{0, 0, 100, 400, 0, 0}, 6},
	    {"a nearly long life does not", {9999, 9999, 9999}, {0, 0, 100}, 3},
	};

	(void)state;
	for (size_t i = 0; i < NELEMS(cases); i++) {
		struct backoff b = {0};

		for (size_t j = 0; j < cases[i].n; j++) {
			uint64_t ms = backoff_crashed(&b, cases[i].lived_ms[j]);

			if (ms != cases[i].waits_ms[j])
				fail_msg("%s: crash %zu: %llu ms",
				    cases[i].name, j, (unsigned long long)ms);
			assert_int_equal(backoff_is_quarantine(&b),
			    ms >= 10000);
		}
	}
}

static void
test_backoff_has_a_limit(void **state)
{
	struct backoff b = {0};
	uint64_t ms = 0;

	(void)state;
	for (int i = 0; i < 1000; i++)
		ms = backoff_crashed(&b, 0);
	assert_int_equal(ms, 300000);
	backoff_reset(&b);
	assert_int_equal(backoff_crashed(&b, 0), 0);
}

/* --- services --- */

static void
test_services(void **state)
{
	static const struct conf_designator rows[] = {
	    {.service = "a"},
	    {.service = "b"},
	    {.service = "a", .entrypoint = "Admin"},
	    {.service = "a", .entrypoint = "Admin", .props = "{\"x\":1}"},
	    {.service = "a", .props = "{\"x\":1}"},
	};
	static const struct conf_designator none;
	struct services *s = services_new();

	(void)state;
	for (uint32_t i = 0; i < NELEMS(rows); i++)
		assert_int_equal(services_number(s, &rows[i]), i);
	/* the same again, from other memory */
	for (uint32_t i = 0; i < NELEMS(rows); i++) {
		char name[2] = {rows[i].service[0], '\0'};
		struct conf_designator d = rows[i];

		d.service = name;
		assert_int_equal(services_number(s, &d), i);
	}
	assert_int_equal(services_number(s, &none), CONTROL_SERVICE_NONE);
	assert_null(services_find(s, NELEMS(rows)));
	assert_null(services_find(s, CONTROL_SERVICE_NONE));
	assert_string_equal(services_find(s, 3)->entrypoint, "Admin");
	assert_string_equal(services_find(s, 3)->props, "{\"x\":1}");
	assert_null(services_find(s, 0)->entrypoint);
	services_free(&s);
}

/* --- bundles --- */

static struct conf_bytes
bytes(const char *text)
{
	union {
		const char *in;
		uint8_t *out;
	} u = {.in = text};

	return (struct conf_bytes){
	    .data = u.out, .len = text == NULL ? 0 : strlen(text)};
}

static void
assert_str(struct control_str s, const char *expected)
{
	assert_int_equal(s.len, strlen(expected));
	assert_memory_equal(s.p, expected, s.len);
}

static void
test_bundle(void **state)
{
	static const char *const flags[] = {"nodejs_compat", "x"};
	static const char *const exports[] = {"one", "two"};
	struct conf_module modules[] = {
	    {.name = "m.js", .kind = CONF_MODULE_ES, .bytes = bytes("code")},
	    {.name = "c.cjs",
		.kind = CONF_MODULE_COMMONJS,
		.bytes = bytes("more"),
		.named_exports = exports,
		.nnamed_exports = 2},
	    {.name = "d", .kind = CONF_MODULE_JSON, .bytes = bytes("{}")},
	};
	struct conf_binding bindings[] = {
	    {.name = "T", .kind = CONF_BINDING_TEXT, .value = bytes("")},
	    {.name = "N", .kind = CONF_BINDING_FROM_ENVIRONMENT},
	    {.name = "S",
		.kind = CONF_BINDING_SERVICE,
		.service = {.service = "secret-name"}},
	    {.name = "D", .kind = CONF_BINDING_DATA, .value = bytes("\1\2")},
	};
	struct conf_worker w = {
	    .name = "chat",
	    .compatibility_date = "2026-01-01",
	    .compatibility_flags = flags,
	    .ncompatibility_flags = 2,
	    .modules = modules,
	    .nmodules = NELEMS(modules),
	    .bindings = bindings,
	    .nbindings = NELEMS(bindings),
	    .limits = {.cpu_ms = 50,
		.wall_ms = (uint64_t)1 << 40,
		.memory_bytes = (uint64_t)5 << 30,
		.requests = 7,
		.subrequests = 8},
	    .idle_timeout_ms = 10000,
	    .global_outbound = {.service = "internet"},
	};
	struct worker_spec s;
	struct buf b;

	(void)state;
	buf_init(&b);
	bundle_put(&b, &w, true);
	assert_int_equal(worker_spec_get(buf_peek(&b), buf_len(&b), &s), 0);
	assert_str(s.name, "chat");
	assert_true(s.is_check && s.has_outbound);
	assert_int_equal(s.nflags, 2);
	assert_str(s.flags[0], "nodejs_compat");
	assert_int_equal(s.limits.cpu_ms, 50);
	assert_true(s.limits.wall_ms == (uint64_t)1 << 40);
	assert_true(s.limits.memory_bytes == (uint64_t)5 << 30);
	assert_int_equal(s.limits.idle_ms, 10000);
	assert_int_equal(s.nmodules, 3);
	assert_str(s.modules[0].bytes, "code");
	assert_int_equal(s.modules[1].kind, SPEC_COMMONJS_MODULE);
	assert_str(s.modules[1].named_exports[1], "two");
	assert_int_equal(s.nbindings, 4);
	/* the index is what channels are asked by */
	assert_int_equal(s.bindings[0].kind, SPEC_BIND_TEXT);
	assert_int_equal(s.bindings[1].kind, SPEC_BIND_NULL);
	assert_int_equal(s.bindings[2].kind, SPEC_BIND_SERVICE);
	assert_int_equal(s.bindings[3].kind, SPEC_BIND_DATA);
	/* a worker is not told what its services are called */
	assert_null(memmem(buf_peek(&b), buf_len(&b), "secret-name",
	    strlen("secret-name")));
	worker_spec_clear(&s);
	buf_clear(&b);
}

/* --- log pipes --- */

/* What comes out of the log for the bytes IN of a child. */
static char *
log_of(const char *in, size_t len, int *refused_out)
{
	static char out[65536];
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
	struct logpipe *p = calloc(1, sizeof *p);
	int child[2], sink[2];
	ssize_t n;

	assert_int_equal(pipe2(child, O_NONBLOCK), 0);
	assert_int_equal(pipe2(sink, O_NONBLOCK), 0);
	log_init(LOG_SINK_TEXT, sink[1], LOG_INFO);
	logpipe_start(p, loop, child[0], "worker x[7]", 0);
	assert_true(write(child[1], in, len) == (ssize_t)len);
	close(child[1]);
	logpipe_stop(p);
	*refused_out = p->refused_call;
	log_init(LOG_SINK_TEXT, 2, LOG_INFO);
	n = read(sink[0], out, sizeof out - 1);
	out[n > 0 ? n : 0] = '\0';
	close(sink[0]);
	close(sink[1]);
	free(p);
	ev_loop_destroy(loop);
	return out;
}

static void
test_logpipe(void **state)
{
	static const struct {
		const char *name, *in, *out;
		int refused;
	} cases[] = {
	    {"a record", "1hello\n", "info: worker x[7]: hello\n", -1},
	    {"a level below the threshold", "0hello\n", "", -1},
	    {"text of a library", "oops\n", "warn: worker x[7]: oops\n", -1},
	    {"an unfinished line at the end", "3bad",
		"error: worker x[7]: bad\n", -1},
	    {"control bytes", "1a\tb\033[1m\177\n",
		"info: worker x[7]: a b\\x1b[1m\\x7f\n", -1},
	    {"empty lines", "\n\n1x\n\n", "info: worker x[7]: x\n", -1},
	    {"a refused call", "1a\n!41\n", "info: worker x[7]: a\n", 41},
	    {"no digit but a level's", "9x\n", "warn: worker x[7]: 9x\n", -1},
	    {"two records", "1a\n2b\n",
		"info: worker x[7]: a\nwarn: worker x[7]: b\n", -1},
	};

	(void)state;
	for (size_t i = 0; i < NELEMS(cases); i++) {
		int refused;
		const char *out =
		    log_of(cases[i].in, strlen(cases[i].in), &refused);

		if (strcmp(out, cases[i].out) != 0 ||
		    refused != cases[i].refused)
			fail_msg("%s: %d \"%s\"", cases[i].name, refused, out);
	}
}

static void
test_logpipe_long_line(void **state)
{
	char in[20000];
	int refused;
	const char *out;

	(void)state;
	memset(in, 'x', sizeof in);
	in[0] = '1';
	in[sizeof in - 3] = '\n';
	in[sizeof in - 2] = '1';
	in[sizeof in - 1] = 'y';
	out = log_of(in, sizeof in, &refused);
	assert_true(strlen(out) < LOGPIPE_LINE_MAX + 100);
	assert_non_null(strstr(out, "worker x[7]: y\n"));
}

/* A child that logs for ever gets its burst, and a count of the rest. */
static void
test_logpipe_flood(void **state)
{
	char in[60000];
	const char *out, *p;
	size_t nlines = 0;
	int refused;

	(void)state;
	for (size_t i = 0; i < sizeof in; i += 3)
		memcpy(in + i, "1z\n", 3);
	out = log_of(in, sizeof in, &refused);
	for (p = out; (p = strchr(p, '\n')) != NULL; p++)
		nlines++;
	assert_true(nlines >= 1000 && nlines < 3000);
}

/* --- the service manager --- */

static void
test_listen_fds(void **state)
{
	static const struct {
		const char *n, *names;
		bool is_ours;
		const char *expected[3];
		size_t nexpected;
	} cases[] = {
	    {"2", "http:api", true, {"http=3", "api=4"}, 2},
	    {"2", "http", true, {"http=3", "=4"}, 2},
	    {"1", NULL, true, {"=3"}, 1},
	    {"2", "http:api", false, {NULL}, 0},
	    {"x", "http", true, {NULL}, 0},
	    {"-1", "http", true, {NULL}, 0},
	    {"99999999", "http", true, {NULL}, 0},
	    {"3", "a::c", true, {"a=3", "=4", "c=5"}, 3},
	};

	(void)state;
	for (size_t i = 0; i < NELEMS(cases); i++) {
		char pid[32];
		char **list;
		size_t n;

		snprintf(pid, sizeof pid, "%d",
		    (int)getpid() + (cases[i].is_ours ? 0 : 1));
		setenv("LISTEN_PID", pid, 1);
		setenv("LISTEN_FDS", cases[i].n, 1);
		unsetenv("LISTEN_FDNAMES");
		if (cases[i].names != NULL)
			setenv("LISTEN_FDNAMES", cases[i].names, 1);
		list = notify_listen_fds(&n);
		assert_int_equal(n, cases[i].nexpected);
		for (size_t j = 0; j < n; j++) {
			assert_string_equal(list[j], cases[i].expected[j]);
			free(list[j]);
		}
		free(list);
		assert_null(getenv("LISTEN_FDS"));
	}
}

static void
test_watchdog(void **state)
{
	(void)state;
	unsetenv("WATCHDOG_PID");
	unsetenv("WATCHDOG_USEC");
	assert_int_equal(notify_watchdog_ms(), 0);
	setenv("WATCHDOG_USEC", "30000000", 1);
	assert_int_equal(notify_watchdog_ms(), 15000);
	setenv("WATCHDOG_PID", "1", 1);
	assert_int_equal(notify_watchdog_ms(), 0);
	unsetenv("WATCHDOG_PID");
	setenv("WATCHDOG_USEC", "1", 1);
	assert_int_equal(notify_watchdog_ms(), 1);
	unsetenv("WATCHDOG_USEC");
}

static void
test_json(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b);
	json_string(&b, "a\"b\\c\nd\x7f\xc3\xa9");
	json_format(&b, "%d", 7);
	buf_put_u8(&b, 0);
	assert_string_equal((const char *)buf_peek(&b),
	    "\"a\\\"b\\\\c\\u000ad\\u007f\xc3\xa9\"7");
	buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_backoff),
	    cmocka_unit_test(test_backoff_has_a_limit),
	    cmocka_unit_test(test_services),
	    cmocka_unit_test(test_bundle),
	    cmocka_unit_test(test_logpipe),
	    cmocka_unit_test(test_logpipe_long_line),
	    cmocka_unit_test(test_logpipe_flood),
	    cmocka_unit_test(test_listen_fds),
	    cmocka_unit_test(test_watchdog),
	    cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
