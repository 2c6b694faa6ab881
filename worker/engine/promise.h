#ifndef WORKER_ENGINE_PROMISE_H
#define WORKER_ENGINE_PROMISE_H

#include <stdbool.h>

#include "worker/engine/duk.h"

/*
 * Promises and microtasks from C. All may throw (out of memory).
 */
enum promise_state { PROMISE_PENDING, PROMISE_FULFILLED, PROMISE_REJECTED };

/* [ ] -> [ promise ] */
void promise_new(duk_context *ctx);

/*
 * Resolve or reject the promise at PIDX with the value at VIDX; no effect if
 * that was done before. Resolving with a thenable follows it. The stack stays
 * as it is.
 */
void promise_resolve(duk_context *ctx, duk_idx_t pidx, duk_idx_t vidx);
void promise_reject(duk_context *ctx, duk_idx_t pidx, duk_idx_t vidx);

/* PromiseResolve(%Promise%, v): [ v ] -> [ promise ] */
void promise_resolved(duk_context *ctx);
/* [ reason ] -> [ rejected promise ] */
void promise_rejected(duk_context *ctx);

/*
 * When the promise at PIDX settles, call ON_OK or ON_ERR from a microtask with
 * the stack [ value data ]; each returns 1 with a result on top, or 0, or
 * throws, as any C function. A NULL handler passes value or reason on.
 * [ ... data ] -> [ ... derived promise ]
 */
void promise_then_c(duk_context *ctx, duk_idx_t pidx, duk_c_function on_ok,
    duk_c_function on_err);
/*
 * The same without a derived promise, cheaper; what a handler throws is
 * reported as an uncaught error. [ ... data ] -> [ ... ]
 */
void promise_react_c(duk_context *ctx, duk_idx_t pidx, duk_c_function on_ok,
    duk_c_function on_err);

/* Is the value at IDX a promise of ours (subclasses included)? */
bool promise_is(duk_context *ctx, duk_idx_t idx);
enum promise_state promise_state(duk_context *ctx, duk_idx_t idx);
/* [ ] -> [ value or reason; undefined while pending ] */
void promise_push_result(duk_context *ctx, duk_idx_t idx);
/* Never report it as unhandled. */
void promise_mark_handled(duk_context *ctx, duk_idx_t idx);

/* Queue a call of the function on top: [ fn ] -> [ ] */
void microtask_enqueue(duk_context *ctx);
/* Queue a call of FN with the stack [ data ]: [ data ] -> [ ] */
void microtask_enqueue_c(duk_context *ctx, duk_c_function fn);

#endif
