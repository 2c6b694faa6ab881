#ifndef WORKER_ENGINE_JOBS_H
#define WORKER_ENGINE_JOBS_H

#include <stdbool.h>

#include "worker/engine/duk.h"

/* Private to worker/engine: jobs and the tracking of rejections. */
enum job_kind {
	JOB_CALL,     /* function, argument */
	JOB_REACT,    /* reaction, value, is_error */
	JOB_THENABLE, /* promise, thenable, then */
	JOB_CONTEXT,  /* context: the next job runs in it */
};

/* [ a b c ] -> [ ]; JOB_CALL and JOB_THENABLE run in the current context. */
void jobs_add(duk_context *ctx, enum job_kind kind);
/*
 * The async context: a value that is current while a job runs and was when the
 * job, or the reaction that led to it, was made. AsyncLocalStorage is made of
 * it. Nothing is kept while there is none.
 */
/* [ ] -> [ ]: JOB_CONTEXT with the value at IDX */
void jobs_add_context(duk_context *ctx, duk_idx_t idx);
/* The promise at PIDX was rejected without a handler. */
void jobs_track_rejection(duk_context *ctx, duk_idx_t pidx);

/* promise.c: [ a b c ] -> anything; may throw */
void promise_job_react(duk_context *ctx);
void promise_job_thenable(duk_context *ctx);
/*
 * Add a reaction: the coroutine or async generator on top is resumed when the
 * promise at PIDX settles. [ ... target ] -> [ ... ]
 */
void promise_await(duk_context *ctx, duk_idx_t pidx);
/* Still unhandled? Then it counts as reported from now on. */
bool promise_take_unhandled(duk_context *ctx, duk_idx_t pidx);

/* async.c: a target of promise_await() goes on. [ target value ] -> any */
void async_continue(duk_context *ctx, bool is_error);

#endif
