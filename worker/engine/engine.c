/*
 * The engine: one Duktape heap with its limits, hooks and ways in.
 *
 * Runs in: zygote and workers.
 * Owns:    the heap, the CPU timer.
 * Never:   reads a descriptor; knows nothing of workers or requests.
 */
#include "config.h"

#include "worker/engine/engine.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <time.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "worker/engine/engine_priv.h"
#include "worker/engine/inner.h"
#include "worker/engine/str.h"

#define HEAP_MAX_DEFAULT ((size_t)128 << 20)
#define HEADROOM_DEFAULT ((size_t)1 << 20)
#define GC_FIRST ((size_t)4 << 20) /* collect from there on */
#define STACK_DEFAULT ((size_t)8 << 20)
#define STACK_MAX ((size_t)64 << 20)
#define STACK_RESERVE ((size_t)192 << 10) /* for what is not checked */
#define CPU_TICK_NS (5 * 1000 * 1000)
/* An event that has had so much makes way for others by so much. */
#define LONG_NS (50 * UINT64_C(1000000))
#define LONG_NICE 10
#define NICE_MAX 19
#define STASH_REFS DUK_HIDDEN_SYMBOL("engineRefs")

/* The engine that the signal handler looks at; a process has one. */
static struct engine *volatile timed_engine;

static void *on_alloc(void *udata, duk_size_t size);
static void *on_realloc(void *udata, void *p, duk_size_t size);
static void on_free(void *udata, void *p);
static void on_fatal(void *udata, const char *msg);
static duk_ret_t setup(duk_context *ctx, void *arg);
static void set_stack_limit(void);
static void set_cap(struct engine *e);
static void hide_internals(duk_context *ctx);
static void on_cpu_timer(int sig, siginfo_t *info, void *uc);

int
engine_new(const struct engine_options *options, struct engine **out)
{
	struct engine_options o = {0};
	struct engine *e;

	if (options != NULL)
		o = *options;
	e = xcalloc(1, sizeof *e);
	e->magic = ENGINE_MAGIC;
	e->limits = o.limits;
	e->hooks = o.hooks;
	e->allow_eval = o.allow_eval;
	e->slow = o.slow;
	e->fire = inner_kill_flag();
	*e->fire = 0;
	set_stack_limit();
	e->heap = heap_new(HEAP_MAX_DEFAULT);
	engine_set_limits(e, &o.limits);
	e->ctx = duk_create_heap(on_alloc, on_realloc, on_free, e, on_fatal);
	if (e->ctx == NULL)
		goto fail;
	inner_gc_at(GC_FIRST, heap_used_ptr(e->heap));
	e->run_depth = 1; /* no microtasks, no budget */
	if (duk_safe_call(e->ctx, setup, &o, 0, 1) != DUK_EXEC_SUCCESS) {
		log_error("engine: cannot set up: %s",
		    duk_safe_to_stacktrace(e->ctx, -1));
		goto fail;
	}
	duk_pop(e->ctx);
	e->run_depth = 0;
	*out = e;
	return 0;
fail:
	engine_free(&e);
	return ERR_NOMEM;
}

void
engine_free(struct engine **ep)
{
	struct engine *e = *ep;

	if (e == NULL)
		return;
	ASSERT(e->magic == ENGINE_MAGIC && e->run_depth <= 1);
	if (e->cpu_timer_on) {
		timer_delete(e->cpu_timer);
		if (timed_engine == e)
			timed_engine = NULL;
	}
	*e->fire = 0;
	e->run_depth = 1;
	heap_set_cap(e->heap, SIZE_MAX);
	if (e->ctx != NULL)
		duk_destroy_heap(e->ctx);
	inner_gc_at(0, NULL);
	modules_free(e);
	sources_free(e);

	heap_free(&e->heap);
	e->magic = 0;
	free(e);
	*ep = NULL;
}

duk_context *
engine_ctx(struct engine *e)
{
	return e->ctx;
}

duk_context *
engine_running(struct engine *e)
{
	return e->run_depth > 0 ? inner_running(e->ctx) : e->ctx;
}

struct engine *
engine_from(duk_context *ctx)
{
	duk_memory_functions f;

	duk_get_memory_functions(ctx, &f);
	return f.udata;
}

void *
engine_user(struct engine *e, enum engine_slot slot)
{
	return e->user[slot];
}

void
engine_set_user(struct engine *e, enum engine_slot slot, void *p)
{
	e->user[slot] = p;
}

void
engine_set_hooks(struct engine *e, const struct engine_hooks *hooks)
{
	e->hooks = *hooks;
}

void
engine_set_limits(struct engine *e, const struct engine_limits *limits)
{
	e->limits = *limits;
	if (e->limits.heap_max == 0)
		e->limits.heap_max = HEAP_MAX_DEFAULT;
	if (e->limits.headroom == 0)
		e->limits.headroom = HEADROOM_DEFAULT;
	set_cap(e);
}

bool
engine_is_slow(duk_context *ctx)
{
	return engine_from(ctx)->slow;
}

void
engine_set_allow_eval(struct engine *e, bool allow)
{
	e->allow_eval = allow;
}

volatile sig_atomic_t *
engine_kill_flag(struct engine *e)
{
	return e->fire;
}

bool
engine_was_full(const struct engine *e)
{
	return heap_was_full(e->heap);
}

void
engine_forget_full(struct engine *e)
{
	heap_forget_full(e->heap);
}

size_t
engine_heap_used(const struct engine *e)
{
	return heap_used(e->heap);
}

size_t
engine_heap_peak(const struct engine *e)
{
	return heap_peak(e->heap);
}

uint64_t
engine_cpu_used_ns(const struct engine *e)
{
	return e->cpu_used_ns;
}

bool
engine_in_run(const struct engine *e)
{
	return e->run_depth > 0;
}

/* Fork support. */

void
engine_freeze(struct engine *e)
{
	ASSERT(e->run_depth == 0);
	duk_gc(e->ctx, DUK_GC_COMPACT);
	heap_freeze(e->heap);
}

void
engine_after_fork(struct engine *e)
{
	uint64_t seed[2] = {0, 0};

	if (getrandom(seed, sizeof seed, 0) != (ssize_t)sizeof seed)
		fatal("cannot read random bytes");
	inner_reseed(e->ctx, seed);
	heap_reset_peak(e->heap);
	inner_gc_at(heap_used(e->heap) * 2 + GC_FIRST, heap_used_ptr(e->heap));
	set_stack_limit();
}

/* CPU limit. */

/* Whether this process may be nicer for a while, and how nice it is. */
static void
look_at_nice(struct engine *e)
{
	struct rlimit l;

	errno = 0;
	e->nice = getpriority(PRIO_PROCESS, 0);
	e->may_yield = errno == 0 && getrlimit(RLIMIT_NICE, &l) == 0 &&
		       (l.rlim_cur == RLIM_INFINITY ||
			   l.rlim_cur >= (rlim_t)(20 - e->nice));
}

int
engine_cpu_timer_start(struct engine *e)
{
	struct sigaction sa = {0};
	struct sigevent ev = {0};
	struct itimerspec ts = {0};

	sa.sa_sigaction = on_cpu_timer;
	sa.sa_flags = SA_SIGINFO | SA_RESTART;
	sigemptyset(&sa.sa_mask);
	if (sigaction(SIGPROF, &sa, NULL) == -1)
		return ERR_SYS;
	ev.sigev_notify = SIGEV_SIGNAL;
	ev.sigev_signo = SIGPROF;
	if (timer_create(CLOCK_PROCESS_CPUTIME_ID, &ev, &e->cpu_timer) == -1)
		return ERR_SYS;
	look_at_nice(e);
	timed_engine = e;
	e->cpu_timer_on = true;
	ts.it_value.tv_nsec = CPU_TICK_NS;
	ts.it_interval.tv_nsec = CPU_TICK_NS;
	if (timer_settime(e->cpu_timer, 0, &ts, NULL) == -1)
		return ERR_SYS;
	return 0;
}

void
engine_cpu_limit_set(struct engine *e, uint64_t ns)
{
	e->cpu_limit_ns = ns;
}

void
engine_cpu_spent_set(struct engine *e, uint64_t ns)
{
	e->cpu_spent_ns = ns;
}

/* An event that has had much gets less, where others want something. */
static void
make_way(struct engine *e)
{
	if ((uint64_t)e->cpu_ticks * CPU_TICK_NS + e->cpu_spent_ns < LONG_NS)
		return;
	e->yields = setpriority(PRIO_PROCESS, 0,
			MIN(e->nice + LONG_NICE, NICE_MAX)) == 0;
}

/*
 * Every few milliseconds of CPU time: is the event's budget used up? Asking the
 * clock around each script would take two system calls per request.
 */
static void
on_cpu_timer(int sig, siginfo_t *info, void *uc)
{
	struct engine *e = timed_engine;
	int saved = errno;

	(void)sig;
	(void)uc;
	if (e != NULL) {
		e->cpu_ticks += 1 + (uint32_t)MAX(info->si_overrun, 0);
		if (e->cpu_armed && e->cpu_ticks >= e->cpu_ticks_max)
			*e->fire = 1;
		if (e->cpu_armed && e->may_yield && !e->yields)
			make_way(e);
	}
	errno = saved;
}

/* Ways in. */

static void
cpu_start(struct engine *e)
{
	uint64_t ticks = e->cpu_limit_ns / CPU_TICK_NS + 2;

	e->cpu_armed = 0;
	__asm__ volatile("" ::: "memory");
	e->cpu_ticks = 0;
	if (e->cpu_limit_ns == 0)
		return;
	/* The first tick may come at once: one more than the limit has. */
	e->cpu_ticks_max = (uint32_t)MIN(ticks, UINT32_MAX);
	__asm__ volatile("" ::: "memory");
	e->cpu_armed = 1;
}

static void
cpu_end(struct engine *e)
{
	e->cpu_armed = 0;
	e->cpu_used_ns = (uint64_t)e->cpu_ticks * CPU_TICK_NS;
	if (e->yields) {
		e->yields = 0;
		(void)setpriority(PRIO_PROCESS, 0, e->nice);
	}
}

struct call {
	int (*fn)(duk_context *ctx, void *arg);
	void *arg;
};

/* The C function that every way in goes through: a frame of its own. */
static duk_ret_t
run_protected(duk_context *ctx)
{
	struct call *c = duk_require_pointer(ctx, 0);
	int r;

	duk_set_top(ctx, 0);
	r = c->fn(ctx, c->arg);
	return r < 0 ? r : 0;
}

/*
 * What the failed call on top of the stack means; clears the reason, so that
 * the error can be described.
 */
static int
classify(struct engine *e, duk_context *ctx, bool failed,
    struct engine_error *err)
{
	int r = failed ? ERR_SCRIPT : 0;

	if (*e->fire) {
		*e->fire = 0;
		e->cpu_armed = 0;
		r = ERR_TIMEOUT;
	} else if (e->is_full || (failed && heap_take_failed(e->heap))) {
		r = ERR_NOMEM;
	}
	e->is_full = false;
	heap_take_failed(e->heap);
	if (err == NULL || r == 0)
		return r;
	heap_set_cap(e->heap, e->limits.heap_max + e->limits.headroom);
	if (failed)
		engine_error_from(ctx, -1, err);
	else
		memset(err, 0, sizeof *err);
	set_cap(e);
	if (r == ERR_TIMEOUT) {
		err->kind = ENGINE_ERROR_CPU;
		free(err->message);
		err->message = xstrdup("CPU time limit exceeded");
	} else if (r == ERR_NOMEM) {
		err->kind = ENGINE_ERROR_MEMORY;
		free(err->message);
		err->message = xstrdup("memory limit exceeded");
	}
	return r;
}

int
engine_run(struct engine *e, int (*fn)(duk_context *ctx, void *arg), void *arg,
    struct engine_error *err_out)
{
	struct call c = {.fn = fn, .arg = arg};
	bool outer = e->run_depth == 0, failed;
	/* a nested call may come from within a coroutine */
	duk_context *ctx = outer ? e->ctx : inner_running(e->ctx);
	duk_idx_t top = duk_get_top(ctx);
	int r;

	ASSERT(e->magic == ENGINE_MAGIC);
	if (err_out != NULL)
		memset(err_out, 0, sizeof *err_out);
	if (outer) {
		heap_take_failed(e->heap);
		*e->fire = 0;
		e->refs[REF_CONTEXT] = NULL;
		cpu_start(e);
	}
	e->run_depth++;
	engine_push_ref(e, ctx, REF_RUN);
	duk_push_pointer(ctx, &c);
	failed = duk_pcall(ctx, 1) != DUK_EXEC_SUCCESS;
	if (outer && !*e->fire)
		jobs_drain(e);
	if (outer && !*e->fire)
		jobs_report_rejections(e);
	r = outer || failed ? classify(e, ctx, failed, err_out) : 0;
	if (outer) {
		cpu_end(e);
		if (r == ERR_TIMEOUT || r == ERR_NOMEM)
			jobs_drop(e);
	} else if (r == ERR_TIMEOUT) {
		*e->fire = 1; /* the outer call stops as well */
	}
	duk_set_top(ctx, top);
	e->run_depth--;
	return r;
}

/* Errors. */

bool
engine_is_alloc_failure(duk_context *ctx, duk_idx_t idx)
{
	/* The second is what Duktape has ready for when no memory is left to
	 * make the first. */
	static const char *const texts[] = {
	    "alloc failed", "error in error handling"};
	const char *text;
	bool r;

	if (!duk_is_error(ctx, idx))
		return false;
	duk_get_prop_literal(ctx, idx, "message");
	text = duk_get_string_default(ctx, -1, "");
	r = strcmp(text, texts[0]) == 0 || strcmp(text, texts[1]) == 0;
	duk_pop(ctx);
	return r;
}

/* [ ... value ... ]: the value's text, malloc'd UTF-8. */
static char *
text_of(duk_context *ctx, duk_idx_t idx)
{
	const char *s;
	char *out;
	duk_size_t len;

	duk_dup(ctx, idx);
	s = duk_safe_to_lstring(ctx, -1, &len);
	out = xmalloc(len + 1);
	len = str_cesu8_to_utf8(s, len, out);
	out[len] = '\0';
	duk_pop(ctx);
	return out;
}

static duk_ret_t
get_stack(duk_context *ctx, void *arg)
{
	(void)arg;
	if (!duk_is_object(ctx, -1) || !duk_is_error(ctx, -1))
		return 0;
	duk_get_prop_string(ctx, -1, "stack");
	return 1;
}

void
engine_error_from(duk_context *ctx, duk_idx_t idx, struct engine_error *out)
{
	memset(out, 0, sizeof *out);
	idx = duk_normalize_index(ctx, idx);
	out->kind = ENGINE_ERROR_EXCEPTION;
	out->message = text_of(ctx, idx);
	duk_dup(ctx, idx);
	if (duk_safe_call(ctx, get_stack, NULL, 1, 1) == DUK_EXEC_SUCCESS &&
	    duk_is_string(ctx, -1))
		out->stack = text_of(ctx, -1);
	duk_pop(ctx);
}

void
engine_error_clear(struct engine_error *err)
{
	free(err->message);
	free(err->stack);
	memset(err, 0, sizeof *err);
}

/* Setting up. */

void
engine_push_ref(struct engine *e, duk_context *ctx, enum engine_ref ref)
{
	ASSERT(e->refs[ref] != NULL);
	duk_push_heapptr(ctx, e->refs[ref]);
}

void
engine_set_ref(struct engine *e, duk_context *ctx, enum engine_ref ref)
{
	void *p = duk_get_heapptr(ctx, -1);

	ASSERT(p != NULL);
	duk_push_heap_stash(ctx);
	duk_get_prop_string(ctx, -1, STASH_REFS);
	duk_dup(ctx, -3);
	duk_put_prop_index(ctx, -2, (duk_uarridx_t)ref);
	duk_pop_3(ctx);
	e->refs[ref] = p;
}

static void
setup_keys(struct engine *e, duk_context *ctx)
{
	static const char *const names[KEY_COUNT] = {
	    [KEY_PROMISE_STATE] = DUK_HIDDEN_SYMBOL("promise"),
	    [KEY_PROMISE_VALUE] = DUK_HIDDEN_SYMBOL("promiseValue"),
	    [KEY_GEN_THREAD] = DUK_HIDDEN_SYMBOL("generator"),
	    [KEY_GEN_STATE] = DUK_HIDDEN_SYMBOL("generatorState"),
	    [KEY_GEN_VALUE] = DUK_HIDDEN_SYMBOL("generatorValue"),
	    [KEY_GEN_QUEUE] = DUK_HIDDEN_SYMBOL("generatorQueue"),
	    [KEY_VALUE] = "value",
	    [KEY_DONE] = "done",
	    [KEY_DATA] = DUK_HIDDEN_SYMBOL("data"),
	    [KEY_DATA2] = DUK_HIDDEN_SYMBOL("data2"),
	    [KEY_CELLS] = DUK_HIDDEN_SYMBOL("cells"),
	};
	duk_uarridx_t i;

	duk_push_bare_array(ctx);
	for (i = 0; i < KEY_COUNT; i++) {
		duk_push_string(ctx, names[i]);
		e->keys[i] = duk_get_heapptr(ctx, -1);
		duk_put_prop_index(ctx, -2, i);
	}
	engine_set_ref(e, ctx, REF_KEYS);
}

static duk_ret_t
setup(duk_context *ctx, void *arg)
{
	struct engine *e = engine_from(ctx);
	const struct engine_options *o = arg;

	e->ctx = ctx;
	duk_push_heap_stash(ctx);
	duk_push_bare_array(ctx);
	duk_put_prop_string(ctx, -2, STASH_REFS);
	duk_pop(ctx);
	setup_keys(e, ctx);
	duk_push_c_function(ctx, run_protected, 1);
	engine_set_ref(e, ctx, REF_RUN);
	duk_eval_string(ctx, "Function.prototype");
	engine_set_ref(e, ctx, REF_FUNCTION_PROTO);
	duk_eval_string(ctx, "Object.prototype");
	engine_set_ref(e, ctx, REF_OBJECT_PROTO);
	duk_eval_string(ctx, "Error.prototype");
	engine_set_ref(e, ctx, REF_ERROR_PROTO);
	jobs_setup(e, ctx);
	coroutine_setup(e, ctx);
	promise_setup(e, ctx);
	generator_setup(e, ctx);
	async_generator_setup(e, ctx);

	function_setup(e, ctx);
	eval_setup(e, ctx);
	helpers_setup(e, ctx);
	modules_setup(e, ctx);

	if (!o->keep_internals)
		hide_internals(ctx);
	return 0;
}

/* What Duktape offers beside the standard is not for tenants. */
static void
hide_internals(duk_context *ctx)
{
	static const char *const names[] = {"Duktape", "CBOR", "Buffer",
	    "TextEncoder", "TextDecoder", "performance"};
	size_t i;

	duk_push_global_object(ctx);
	for (i = 0; i < NELEMS(names); i++)
		duk_del_prop_string(ctx, -1, names[i]);
	if (duk_get_prop_string(ctx, -1, "Uint8Array"))
		duk_del_prop_string(ctx, -1, "allocPlain");
	if (duk_is_object(ctx, -1))
		duk_del_prop_string(ctx, -1, "plainOf");
	duk_pop_2(ctx);
}

static void
set_stack_limit(void)
{
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);
	size_t size = STACK_DEFAULT;
	struct rlimit rl;

	if (getrlimit(RLIMIT_STACK, &rl) == 0 && rl.rlim_cur != RLIM_INFINITY)
		size = (size_t)rl.rlim_cur;
	size = MIN(size, STACK_MAX);
	/* what is above this frame already is not ours: leave a quarter */
	if (size > 4 * STACK_RESERVE)
		size = size / 4 * 3;
	inner_set_stack_low(here - size + STACK_RESERVE);
}

static void
set_cap(struct engine *e)
{
	heap_set_cap(e->heap, e->limits.heap_max);
}

static void *
on_alloc(void *udata, duk_size_t size)
{
	struct engine *e = udata;

	return heap_alloc(e->heap, size);
}

static void *
on_realloc(void *udata, void *p, duk_size_t size)
{
	struct engine *e = udata;

	return heap_realloc(e->heap, p, size);
}

static void
on_free(void *udata, void *p)
{
	struct engine *e = udata;

	heap_release(e->heap, p);
}

static void
on_fatal(void *udata, const char *msg)
{
	(void)udata;
	fatal("engine: %s", msg != NULL ? msg : "fatal error");
}
