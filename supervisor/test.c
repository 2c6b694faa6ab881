/*
 * eider test: run the test() handlers that workers export.
 *
 * Runs in: supervisor. Each worker runs where it always does, in a clone of
 *          the zygote, in its sandbox; one test at a time, in order.
 * Never:   believes a name that a worker sends but to print it, escaped.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ev.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "conf/conf.h"
#include "supervisor/cli.h"
#include "supervisor/host.h"

#define TIMEOUT_MS 60000u
#define NAME_BYTES_MAX 4000
#define TESTS_MAX 10000
#define SHOWN_MAX 600
/* A worker that ends so often before it has told its tests has failed. */
#define LOST_MAX 3

struct test {
	struct host host;
	char *service_glob;     /* owned */
	const char *entry_glob; /* inside of service_glob, or "*" */
	uint64_t timeout_ms;
	size_t next_worker; /* of the config */
	const char *worker; /* under test; NULL: none */
	bool is_listed;     /* names are those of the worker */
	unsigned int nlost; /* of its processes, before that */
	char **names;       /* owned, and its strings; "" for the default */
	size_t nnames;
	size_t at; /* in names: the next, or the one that runs */
	bool is_running;
	bool is_late;
	uint64_t start_ns;
	ev_timer timer;
	ev_timer step; /* go_on(), from the loop */
	size_t npassed;
	size_t nfailed;
};

/* "*" any text, "?" any character, as workerd's filters have it. */
static bool
matches(const char *glob, const char *text)
{
	const char *star = NULL, *from = NULL;

	while (*text != '\0') {
		if (*glob == '*') {
			star = ++glob;
			from = text;
		} else if (*glob == '?' || *glob == *text) {
			glob++;
			text++;
		} else if (star != NULL) {
			glob = star;
			text = ++from;
		} else {
			return false;
		}
	}
	while (*glob == '*')
		glob++;
	return *glob == '\0';
}

static void
forget_names(struct test *t)
{
	for (size_t i = 0; i < t->nnames; i++)
		free(t->names[i]);
	free(t->names);
	t->names = NULL;
	t->nnames = t->at = 0;
	t->nlost = 0;
	t->is_listed = false;
}

static void
go_on_soon(struct test *t)
{
	ev_now_update(t->host.loop);
	ev_timer_start(t->host.loop, &t->step);
}

/* --- what people read --- */

static const char *
test_name(const struct test *t, char *dst, size_t size)
{
	const char *name = t->names[t->at];
	char *full =
	    xasprintf("%s%s%s", t->worker, name[0] != '\0' ? ":" : "", name);

	log_escape(dst, size, full, strlen(full));
	free(full);
	return dst;
}

static const char *
duration_text(uint64_t ns, char *dst, size_t size)
{
	if (ns < 1000000)
		snprintf(dst, size, "%.3fµs", (double)ns / 1e3);
	else if (ns < 1000000000)
		snprintf(dst, size, "%.3fms", (double)ns / 1e6);
	else
		snprintf(dst, size, "%.3fs", (double)ns / 1e9);
	return dst;
}

/* The test that runs has come to its end. */
static void
end_test(struct test *t, bool passed, const char *why)
{
	char name[SHOWN_MAX], took[32];

	ASSERT(t->is_running);
	t->is_running = false;
	ev_timer_stop(t->host.loop, &t->timer);
	workers_read_log(t->host.workers, t->worker);
	fflush(stdout);
	if (passed)
		t->npassed++;
	else
		t->nfailed++;
	fprintf(stderr, "[ %s ] %s (%s%s%s)\n", passed ? "PASS" : "FAIL",
	    test_name(t, name, sizeof name),
	    duration_text(clock_now_ns() - t->start_ns, took, sizeof took),
	    why[0] != '\0' ? ": " : "", why);
	t->at++;
	go_on_soon(t);
}

/* --- one step after the other --- */

static void
start_test(struct test *t)
{
	char name[SHOWN_MAX];

	fprintf(stderr, "[ TEST ] %s\n", test_name(t, name, sizeof name));
	t->start_ns = clock_now_ns();
	t->is_running = true;
	t->is_late = false;
	ev_now_update(t->host.loop);
	ev_timer_set(&t->timer, (double)t->timeout_ms / 1000.0, 0.0);
	ev_timer_start(t->host.loop, &t->timer);
}

static void
next_worker(struct test *t)
{
	const struct conf *conf = t->host.generation->conf;

	forget_names(t);
	t->worker = NULL;
	while (t->next_worker < conf->nworkers) {
		const char *name = conf->workers[t->next_worker++].name;

		if (!matches(t->service_glob, name))
			continue;
		t->worker = name;
		return;
	}
	ev_break(t->host.loop, EVBREAK_ALL);
}

/* Ask the worker for the next thing, starting it when it does not run. */
static void
go_on(struct test *t)
{
	struct workers *ws = t->host.workers;
	const char *name;
	int r;

	while (t->worker == NULL || (t->is_listed && t->at == t->nnames)) {
		next_worker(t);
		if (t->worker == NULL)
			return;
	}
	if (!t->is_listed) {
		r = workers_send(ws, t->worker, IPC_TEST_LIST, NULL, 0);
	} else {
		name = t->names[t->at];
		r = workers_send(ws, t->worker, IPC_TEST, name, strlen(name));
		if (r == 0)
			start_test(t);
	}
	if (r != 0)
		(void)workers_start(ws, t->worker);
}

static void
on_step(struct ev_loop *loop, ev_timer *w, int events)
{
	(void)loop;
	(void)events;
	go_on(w->data);
}

/* No test of the worker can be run. */
static void
fail_worker(struct test *t, const char *why)
{
	fprintf(stderr, "worker \"%s\" does not start: %s\n", t->worker, why);
	t->nfailed++;
	next_worker(t);
	if (t->worker != NULL)
		go_on_soon(t);
}

static void
on_outcome(void *arg, const char *name, enum worker_outcome outcome,
    const char *text)
{
	struct test *t = arg;

	if (t->worker == NULL || strcmp(t->worker, name) != 0)
		return;
	if (outcome == WORKER_STARTED) {
		go_on_soon(t);
		return;
	}
	fail_worker(t, text);
}

static int
on_tests(void *arg, const char *name, const struct ipc_msg *msg)
{
	struct test *t = arg;
	struct rd r;

	if (t->worker == NULL || strcmp(t->worker, name) != 0 || t->is_listed)
		return ERR_STATE;
	rd_init(&r, msg->body, msg->len);
	while (r.left > 0 && !r.bad && t->nnames < TESTS_MAX) {
		char *test = rd_strdup(&r, NAME_BYTES_MAX);

		if (test == NULL || !matches(t->entry_glob,
					test[0] != '\0' ? test : "default")) {
			free(test);
			continue;
		}
		t->names =
		    xreallocarray(t->names, t->nnames + 1, sizeof *t->names);
		t->names[t->nnames++] = test;
	}
	if (rd_end(&r) != 0) {
		forget_names(t);
		return ERR_PROTO;
	}
	t->is_listed = true;
	go_on_soon(t);
	return 0;
}

static int
on_done(void *arg, const char *name, const struct ipc_msg *msg)
{
	struct test *t = arg;

	if (t->worker == NULL || strcmp(t->worker, name) != 0 || !t->is_running)
		return ERR_STATE;
	if (msg->len != 1)
		return ERR_PROTO;
	end_test(t, msg->body[0] != 0, "");
	return 0;
}

/* Its process goes; so it is with a test that takes too long. */
static void
on_end(void *arg, const char *name)
{
	struct test *t = arg;

	if (t->worker == NULL || strcmp(t->worker, name) != 0)
		return;
	if (t->is_running)
		end_test(t, false,
		    t->is_late ? "timed out" : "its process ended");
	if (!t->is_listed && ++t->nlost >= LOST_MAX) {
		fail_worker(t, "its process ends");
		return;
	}
	go_on_soon(t);
}

static void
on_timeout(struct ev_loop *loop, ev_timer *w, int events)
{
	struct test *t = w->data;

	(void)loop;
	(void)events;
	t->is_late = true;
	(void)workers_kill(t->host.workers, t->worker, "a test took too long");
}

static const struct workers_test_ops test_ops = {
    .on_tests = on_tests,
    .on_done = on_done,
    .on_end = on_end,
};

/* "service:entrypoint"; what is left out is any. */
static void
set_filter(struct test *t, const char *filter)
{
	char *colon;

	t->service_glob = xstrdup(filter != NULL ? filter : "*");
	t->entry_glob = "*";
	colon = strchr(t->service_glob, ':');
	if (colon == NULL)
		return;
	*colon = '\0';
	t->entry_glob = colon + 1;
}

int
cmd_test(const struct cli *cli)
{
	struct test t;
	struct conf *conf = cli_load(cli, cli_print_error);

	if (conf == NULL)
		return CLI_EXIT_FAILED;
	memset(&t, 0, sizeof t);
	set_filter(&t, cli->detail);
	t.timeout_ms = cli->timeout_ms != 0 ? cli->timeout_ms : TIMEOUT_MS;
	setvbuf(stderr, NULL, _IOLBF, 0);
	log_init(cli->verbose ? LOG_SINK_TEXT : LOG_SINK_CONSOLE, STDERR_FILENO,
	    LOG_DEBUG);
	if (host_open(&t.host, conf, false, on_outcome, &t) != 0) {
		free(t.service_glob);
		return CLI_EXIT_FAILED; /* logged */
	}
	workers_set_tests(t.host.workers, &test_ops, &t);
	ev_timer_init(&t.timer, on_timeout, 0.0, 0.0);
	ev_timer_init(&t.step, on_step, 0.0, 0.0);
	t.timer.data = t.step.data = &t;
	go_on_soon(&t);
	ev_run(t.host.loop, 0);
	if (t.npassed + t.nfailed == 0)
		fputs("No tests found!\n", stderr);
	if (t.npassed == 0 || t.nfailed > 0)
		fputs("Tests failed!\n", stderr);
	if (!cli->verbose) /* how workers end here is nobody's concern */
		log_init(LOG_SINK_CONSOLE, STDERR_FILENO, LOG_FATAL);
	workers_set_tests(t.host.workers, NULL, NULL);
	ev_timer_stop(t.host.loop, &t.timer);
	ev_timer_stop(t.host.loop, &t.step);
	host_close(&t.host);
	forget_names(&t);
	free(t.service_glob);
	return t.npassed > 0 && t.nfailed == 0 ? CLI_EXIT_OK : CLI_EXIT_FAILED;
}
