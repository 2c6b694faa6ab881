/*
 * The engine's costs: language constructs in microseconds of CPU time, and a
 * clone of a warm engine: fork to the end of its first handler, private dirty
 * memory.
 *
 * Runs in: a developer's shell. One line per figure: name, value, unit.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "worker/builtins/builtins.h"
#include "worker/engine/engine.h"

#define CLONES 200

struct row {
	const char *name;
	int n; /* times the script does it */
	const char *script;
};

/* clang-format off */
static const struct row rows[] = {
	{"empty loop step", 2000000, "for (let i = 0; i < 2000000; i++);"},
	{"await of a value", 300000, "(async () => { for (let i = 0; i < 300000; i++) await i })()"},
	{"async call and await", 200000, "async function f(x) { return x } (async () => { for (let i = 0; i < 200000; i++) await f(i) })()"},
	{"async call with an await inside", 200000, "async function f(x) { return await x } (async () => { for (let i = 0; i < 200000; i++) await f(i) })()"},
	{"new Promise and two then", 100000, "(async () => { for (let i = 0; i < 1000; i++) { for (let j = 0; j < 100; j++) new Promise(r => r(j)).then(v => v).then(v => v); await 0 } })()"},
	{"generator: one yield", 300000, "(() => { const g = (function* () { for (;;) yield 1 })(); for (let i = 0; i < 300000; i++) g.next() })()"},
	{"generator: create, one yield, end", 100000, "(() => { function* g() { yield 1 } for (let i = 0; i < 100000; i++) { const x = g(); x.next(); x.next() } })()"},
	{"closure", 500000, "(() => { let f; for (let i = 0; i < 500000; i++) f = () => 1 })()"},
	{"new of a base class", 500000, "(() => { class A { constructor(x) { this.x = x } } for (let i = 0; i < 500000; i++) new A(i) })()"},
	{"new of a derived class", 300000, "(() => { class A { constructor(x) { this.x = x } } class B extends A { constructor(x) { super(x) } } for (let i = 0; i < 300000; i++) new B(i) })()"},
	{"private field read and write", 500000, "(() => { class A { #x = 0; inc() { this.#x++ } } const a = new A; for (let i = 0; i < 500000; i++) a.inc() })()"},
	{"for-of over an array, per element", 1000000, "(() => { const a = Array(1000).fill(1); let s = 0; for (let i = 0; i < 1000; i++) for (const x of a) s += x })()"},
	{"template literal", 500000, "(() => { let s; for (let i = 0; i < 500000; i++) s = `a${i}b` })()"},
	{"spread call", 300000, "(() => { const f = (a, b) => a, v = [1, 2]; for (let i = 0; i < 300000; i++) f(...v) })()"},
	{"object destructuring", 500000, "(() => { const o = {a: 1, b: 2}; let s = 0; for (let i = 0; i < 500000; i++) { const {a, b} = o; s += a + b } })()"},
	{"string +=, 10 characters", 40000, "(() => { let s = ''; for (let i = 0; i < 40000; i++) s += '0123456789' })()"},
	{"Map set and get", 300000, "(() => { const m = new Map; for (let i = 0; i < 300000; i++) { m.set(i & 1023, i); m.get(i & 1023) } })()"},
	{"array shift", 30000, "(() => { const a = Array(30000).fill(0); while (a.length) a.shift() })()"},
};
/* clang-format on */

static struct engine *
make(void)
{
	struct engine *e;

	if (engine_new(NULL, &e) != 0 || builtins_install(e) != 0)
		fatal("cannot set up the engine");
	return e;
}

static void
run(struct engine *e, const char *script)
{
	struct engine_error err;

	if (engine_eval_script(e, "bench.js", script, strlen(script), &err) !=
	    0)
		fatal("%s", err.message);
}

static void
bench_rows(void)
{
	size_t i;

	for (i = 0; i < NELEMS(rows); i++) {
		struct engine *e = make();
		uint64_t t = clock_cpu_ns();

		run(e, rows[i].script);
		t = clock_cpu_ns() - t;
		printf("%-36s %8.3f us\n", rows[i].name,
		    (double)t / 1000 / rows[i].n);
		engine_free(&e);
	}
}

/* Private_Dirty of this process, in kB. */
static long
private_dirty(void)
{
	FILE *f = fopen("/proc/self/smaps_rollup", "r");
	char line[256];
	long kb = -1;

	if (f == NULL)
		return -1;
	while (fgets(line, sizeof line, f) != NULL)
		if (sscanf(line, "Private_Dirty: %ld kB", &kb) == 1)
			break;
	fclose(f);
	return kb;
}

struct result {
	uint64_t done_ns;
	long first_kb, later_kb;
};

static int
call_handler(duk_context *ctx, void *arg)
{
	(void)arg;
	duk_get_global_literal(ctx, "handler");
	duk_push_object(ctx);
	duk_push_literal(ctx, "http://x/");
	duk_put_prop_literal(ctx, -2, "url");
	duk_call(ctx, 1);
	return 0;
}

static void
handle(struct engine *e)
{
	if (engine_run(e, call_handler, NULL, NULL) != 0)
		fatal("handler failed");
}

static void
child(struct engine *e, int fd)
{
	struct result r;
	int i;

	engine_after_fork(e);
	handle(e);
	r.done_ns = clock_now_ns();
	r.first_kb = private_dirty();
	for (i = 0; i < 1000; i++)
		handle(e);
	r.later_kb = private_dirty();
	if (write(fd, &r, sizeof r) != (ssize_t)sizeof r)
		_exit(1);
	_exit(0);
}

static int
compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void
bench_clones(void)
{
	uint64_t t = clock_now_ns(), times[CLONES];
	struct engine *e = make();
	struct result r = {0};
	int i, fds[2];

	printf("%-36s %8.3f ms\n", "engine and builtins, from nothing",
	    (double)(clock_now_ns() - t) / 1e6);
	run(e, "async function handler(req) { const u = `${req.url}?`;"
	       "await 0; return {status: 200, u} }");
	t = clock_now_ns();
	engine_freeze(e);
	printf("%-36s %8.3f ms\n", "freeze",
	    (double)(clock_now_ns() - t) / 1e6);
	printf("%-36s %8zu kB\n", "heap in use", engine_heap_used(e) / 1024);
	if (pipe(fds) != 0)
		fatal("pipe");
	for (i = 0; i < CLONES; i++) {
		pid_t pid;

		t = clock_now_ns();
		pid = fork();
		if (pid == 0)
			child(e, fds[1]);
		if (read(fds[0], &r, sizeof r) != (ssize_t)sizeof r)
			fatal("clone failed");
		waitpid(pid, NULL, 0);
		times[i] = r.done_ns - t;
	}
	qsort(times, CLONES, sizeof times[0], compare);
	printf("%-36s %8.1f us\n", "fork to first handler done, p50",
	    (double)times[CLONES / 2] / 1000);
	printf("%-36s %8ld kB\n", "private dirty after one handler",
	    r.first_kb);
	printf("%-36s %8ld kB\n", "private dirty after 1000 handlers",
	    r.later_kb);
	engine_free(&e);
}

int
main(void)
{
	log_init(LOG_SINK_TEXT, 2, LOG_INFO);
	bench_clones();
	bench_rows();
	return 0;
}
