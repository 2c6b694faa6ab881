#ifndef WORKER_ENGINE_ENGINE_PRIV_H
#define WORKER_ENGINE_ENGINE_PRIV_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "worker/engine/engine.h"
#include "worker/engine/heap.h"
#include "worker/lang/helpers.h"

/*
 * The engine's own state, shared by the files of worker/engine only.
 *
 * Values that must stay reachable live in the heap stash, in an array of
 * engine_ref slots; their heap pointers are kept here for quick access.
 */
enum engine_ref {
	REF_RUN, /* C functions that engine.c and jobs.c call */
	REF_RUN_BATCH,
	REF_TRAMPOLINE, /* function(t, v, is_error): resumes a coroutine */
	REF_JOBS_A,     /* microtask queues: value stacks of threads */
	REF_JOBS_B,
	REF_REJECTED,      /* array: rejected promises nobody handled yet */
	REF_PROMISE_PROTO, /* intrinsics */
	REF_PROMISE,
	REF_ASYNC_FUNCTION_PROTO,
	REF_GENERATOR_FUNCTION_PROTO,
	REF_GENERATOR_PROTO,
	REF_ASYNC_GENERATOR_FUNCTION_PROTO,
	REF_ASYNC_GENERATOR_PROTO,
	REF_ITERATOR_PROTO,
	REF_ASYNC_ITERATOR_PROTO,
	REF_TDZ,     /* $T */
	REF_RET,     /* $RET */
	REF_HELPERS, /* array of helper values by lang_helper */
	REF_SCOPE,   /* object with the helpers of scripts */
	REF_MODULES, /* module.c */
	REF_SOURCES, /* code key -> source text of a function */
	REF_EVAL,    /* the eval function */
	REF_FUNCTION_PROTO,
	REF_OBJECT_PROTO,
	REF_ERROR_PROTO,
	REF_KEYS,    /* array of hidden key strings, see engine_key */
	REF_PRIVATE, /* $pn counter and names */
	REF_CONTEXT, /* the async context, jobs.h; refs[] is NULL: none */
	REF_COUNT
};

/* Hidden keys of records. */
enum engine_key {
	KEY_PROMISE_STATE,
	KEY_PROMISE_VALUE,
	KEY_GEN_THREAD,
	KEY_GEN_STATE,
	KEY_GEN_VALUE,
	KEY_GEN_QUEUE,
	KEY_VALUE, /* "value" and "done" */
	KEY_DONE,
	KEY_DATA, /* what a C closure carries */
	KEY_DATA2,
	KEY_CELLS, /* of a namespace's handler */
	KEY_COUNT
};

struct engine {
	uint32_t magic;
	struct heap *heap;
	duk_context *ctx;
	struct engine_limits limits;
	struct engine_hooks hooks;
	bool allow_eval;
	bool slow;
	void *user[ENGINE_NSLOTS];

	/* CPU limit; read by the signal handler */
	volatile sig_atomic_t *fire;
	volatile sig_atomic_t cpu_armed; /* the budget is in force */
	volatile uint32_t cpu_ticks;     /* of the timer, since the start */
	volatile uint32_t cpu_ticks_max;
	uint64_t cpu_limit_ns, cpu_used_ns;
	uint64_t cpu_spent_ns; /* by the event, before this run */
	int nice;              /* of this process, as it was started */
	bool may_yield;        /* it can go back to that */
	volatile sig_atomic_t yields;
	bool cpu_timer_on, cpu_fired;
	timer_t cpu_timer;

	unsigned int run_depth;
	void *refs[REF_COUNT]; /* heap pointers */
	void *keys[KEY_COUNT];
	bool is_full;       /* a job ended for want of memory */
	uint32_t njobs;     /* entries in the filling queue */
	bool jobs_in_b;     /* which queue is filling */
	uint32_t nrejected; /* entries ever put into REF_REJECTED */
	void *current_gen;  /* record of the generator that runs; borrowed */
	int suspend_kind;   /* how the coroutine suspended last */
	uint32_t private_count;
	struct modules *modules;
	struct sources *sources;
};

#define ENGINE_MAGIC 0x45444e47U

/* [ ] -> [ value of the slot ] */
void engine_push_ref(struct engine *e, duk_context *ctx, enum engine_ref ref);
/* [ object ] -> [ ]; keeps it and its heap pointer. */
void engine_set_ref(struct engine *e, duk_context *ctx, enum engine_ref ref);

/* Parts, in the order in which engine_new() sets them up; may throw. */
void jobs_setup(struct engine *e, duk_context *ctx);
void promise_setup(struct engine *e, duk_context *ctx);
void coroutine_setup(struct engine *e, duk_context *ctx);
void generator_setup(struct engine *e, duk_context *ctx);
void async_generator_setup(struct engine *e, duk_context *ctx);
void helpers_setup(struct engine *e, duk_context *ctx);
void function_setup(struct engine *e, duk_context *ctx);
void eval_setup(struct engine *e, duk_context *ctx);
void modules_setup(struct engine *e, duk_context *ctx);
void modules_free(struct engine *e);
void sources_free(struct engine *e);

/* Microtasks: jobs.c */
/* Run until the queue is empty or scripts are being stopped. */
void jobs_drain(struct engine *e);
void jobs_drop(struct engine *e);
/* Report rejections that stayed unhandled. */
void jobs_report_rejections(struct engine *e);

/* What a coroutine suspended for. */
enum suspend_kind {
	SUSPEND_NONE, /* it ended */
	SUSPEND_AWAIT,
	SUSPEND_YIELD,
	SUSPEND_YIELD_RAW, /* the value is a result object already */
	SUSPEND_START
};

/*
 * Resume the coroutine at TIDX. [ value ] -> [ what it yields or returns ] and
 * 0, or [ error ] and 1 if it ended by throwing. Tells in e->suspend_kind why
 * it came back. GEN: the generator record it belongs to, or NULL.
 */
int coroutine_resume(struct engine *e, duk_context *ctx, duk_idx_t tidx,
    bool is_error, void *gen);

#endif
