#ifndef WORKER_ENGINE_ENGINE_H
#define WORKER_ENGINE_ENGINE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "worker/engine/duk.h"

/*
 * One JavaScript engine: a Duktape heap in an arena of its own, with a memory
 * cap, a CPU limit, promises, microtasks and modules. A process has one.
 */
struct engine;

/* Who keeps what in engine_user(). */
enum engine_slot {
	ENGINE_SLOT_MAIN,
	ENGINE_SLOT_API,
	ENGINE_SLOT_BUILTINS,
	ENGINE_SLOT_TEST,
	ENGINE_NSLOTS
};

enum engine_error_kind {
	ENGINE_ERROR_NONE,
	ENGINE_ERROR_EXCEPTION, /* uncaught exception or syntax error */
	ENGINE_ERROR_CPU,       /* CPU budget of the event used up */
	ENGINE_ERROR_MEMORY     /* memory cap reached */
};

/* UTF-8, NUL-terminated; owned by whoever owns the struct. */
struct engine_error {
	enum engine_error_kind kind;
	char *message; /* "Name: message", or the thrown value as text */
	char *stack;   /* message and frames, one per line; NULL if none */
};

struct engine_limits {
	size_t heap_max; /* bytes that scripts may use; 0: 128 MB */
	size_t headroom; /* bytes beyond, for the host; 0: 1 MB */
};

/*
 * Called by the engine; ARG is engine_hooks.arg. They run inside engine_run(),
 * must keep the value stack as it is, and may not throw.
 */
struct engine_hooks {
	void *arg;
	/*
	 * A promise was rejected and nobody handled it when the microtasks of
	 * the event had run. Stack: [ ... promise reason ].
	 */
	void (*on_unhandled_rejection)(void *arg, duk_context *ctx);
	/* Later somebody did handle it. Stack: [ ... promise ]. */
	void (*on_rejection_handled)(void *arg, duk_context *ctx);
	/* A microtask (queueMicrotask) threw; the value is on top of the stack
	 * of engine_ctx(). */
	void (*on_uncaught)(void *arg, const struct engine_error *err);
};

struct engine_options {
	struct engine_limits limits;
	struct engine_hooks hooks;
	bool slow;           /* no fast paths, in lowering either: for tests */
	bool allow_eval;     /* eval and new Function; else EvalError */
	bool keep_internals; /* leave Duktape, CBOR and so on visible: tests */
};

/*
 * Make an engine with the language runtime (promises, helpers of lowered
 * code) but neither builtins nor api installed. OPTIONS may be NULL.
 *
 * Returns 0 or ERR_NOMEM.
 */
int engine_new(const struct engine_options *options, struct engine **out);
void engine_free(struct engine **e);

duk_context *engine_ctx(struct engine *e);
/* The context that runs now: a coroutine's inside one, else engine_ctx(). */
duk_context *engine_running(struct engine *e);
/* The engine of any context, coroutines included. */
struct engine *engine_from(duk_context *ctx);
/* A word per part; NULL at first. The engine never looks at it. */
void *engine_user(struct engine *e, enum engine_slot slot);
void engine_set_user(struct engine *e, enum engine_slot slot, void *p);
void engine_set_hooks(struct engine *e, const struct engine_hooks *hooks);
void engine_set_limits(struct engine *e, const struct engine_limits *limits);
void engine_set_allow_eval(struct engine *e, bool allow);
/* Whether it was made with `slow`. */
bool engine_is_slow(duk_context *ctx);

/*
 * Fork support. engine_freeze() is the zygote's last step: it collects
 * garbage, and from then on new memory comes from fresh pages, so that clones
 * share what exists. engine_after_fork() is a clone's first step: reseeds
 * Math.random and resets the accounts.
 */
void engine_freeze(struct engine *e);
void engine_after_fork(struct engine *e);

/*
 * CPU limit. engine_cpu_timer_start() arms one periodic timer on the
 * process's CPU clock; it must run after fork and before the seccomp filter
 * (timer_create, rt_sigaction). Afterwards no system call is needed.
 * engine_cpu_limit_set() gives the budget that each following outermost
 * engine_run() starts with; 0 means none. Time is counted in ticks of 5 ms: a
 * script is stopped 5 to 10 ms after its budget is used up.
 *
 * engine_cpu_timer_start() returns 0 or ERR_SYS.
 */
int engine_cpu_timer_start(struct engine *e);
void engine_cpu_limit_set(struct engine *e, uint64_t ns);
/*
 * The event has had this much before. One that has had much gets less of a
 * busy processor than those that begin: until its run ends the process is
 * nicer, where it may then go back (RLIMIT_NICE).
 */
void engine_cpu_spent_set(struct engine *e, uint64_t ns);
/* CPU time the last outermost engine_run() took: the ticks that fell into it,
 * which over many short ones add up to what they took. */
uint64_t engine_cpu_used_ns(const struct engine *e);
/* While it is not 0, scripts stop at once. Any signal handler may set it. */
volatile sig_atomic_t *engine_kill_flag(struct engine *e);

/* Bytes now allocated by the heap, and the most there ever were. */
size_t engine_heap_used(const struct engine *e);
/* Was the cap reached since engine_forget_full()? */
bool engine_was_full(const struct engine *e);
void engine_forget_full(struct engine *e);
size_t engine_heap_peak(const struct engine *e);

/*
 * The only way in from an event callback: call FN with ARG, protected.
 * The value stack's top is restored; FN's own values need no popping, its
 * return value is ignored unless negative (a DUK_RET_* error). The outermost
 * call starts the CPU budget and, when FN is done, runs all microtasks and
 * reports unhandled rejections. Calls may nest (a nested call runs no
 * microtasks).
 *
 * err_out  NULL, or filled on error; engine_error_clear() it
 *
 * Returns 0, ERR_SCRIPT (exception), ERR_TIMEOUT (CPU) or ERR_NOMEM (memory
 * cap). After the last two the engine is consistent, but pending microtasks
 * were dropped: the host should end the worker.
 */
int engine_run(struct engine *e, int (*fn)(duk_context *ctx, void *arg),
    void *arg, struct engine_error *err_out);

/* Also inside engine_run(), e.g. between two callbacks of one event. */
bool engine_in_run(const struct engine *e);

/*
 * Evaluate a classic script (modern JavaScript, UTF-8) in the global scope.
 * As engine_run() for errors; syntax errors carry NAME:line:column.
 */
int engine_eval_script(struct engine *e, const char *name, const char *src,
    size_t len, struct engine_error *err_out);

/*
 * Code that eider-embed compiled at build time: trusted, never from a tenant.
 * Each file is one expression, e.g. (function (native) {...}), in modern
 * JavaScript. [ ] -> [ its value ]
 */
struct engine_embedded {
	const char *name;
	const unsigned char *code;
	size_t len;
};
void engine_push_embedded(duk_context *ctx, const void *code, size_t len);

/*
 * A runtime helper of lowered code (lang/helpers.def): what builtins implements
 * is handed over here, before any lowered code is loaded. [ value ] -> [ ]
 */
void engine_set_helper(duk_context *ctx, unsigned int lang_helper);

/*
 * The async context (AsyncLocalStorage): an object or undefined. It follows
 * promises, await and microtasks; whoever calls back later keeps it and sets it
 * again. Each outermost engine_run() begins without one.
 */
bool engine_has_context(duk_context *ctx);
/* [ ] -> [ context ] */
void engine_push_context(duk_context *ctx);
/* [ context ] -> [ ] */
void engine_set_context(duk_context *ctx);

/* Intrinsics without a global name: [ ] -> [ object ] */
void engine_push_iterator_proto(duk_context *ctx);
void engine_push_async_iterator_proto(duk_context *ctx);
/* The hidden T of a binding that is not initialised: [ ] -> [ object ] */
void engine_push_tdz(duk_context *ctx);

/* Is the value at IDX what a failed allocation throws? */
bool engine_is_alloc_failure(duk_context *ctx, duk_idx_t idx);
/* [ ... value ... ] -> the same: describe the thrown value at IDX. */
void engine_error_from(duk_context *ctx, duk_idx_t idx,
    struct engine_error *out);
void engine_error_clear(struct engine_error *err);

/*
 * C functions for scripts, as the standard wants built-ins: not constructable,
 * no prototype, `name` and `length` non-enumerable.
 * [ ] -> [ function ]
 */
void engine_push_function(duk_context *ctx, duk_c_function fn, duk_idx_t nargs,
    int length, const char *name);
/* The same, constructable: new.target is seen by duk_is_constructor_call(). */
void engine_push_constructor(duk_context *ctx, duk_c_function fn,
    duk_idx_t nargs, int length, const char *name);
/*
 * In a constructor: make `this` an instance of new.target: pushes an object
 * whose prototype is new.target.prototype if that is an object, else the
 * object at PROTO_IDX. [ ... ] -> [ ... object ]
 */
void engine_push_instance(duk_context *ctx, duk_idx_t proto_idx);
/* [ ] -> [ new.target or undefined ] of the running C function. */
void engine_push_new_target(duk_context *ctx);

#endif
