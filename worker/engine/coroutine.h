#ifndef WORKER_ENGINE_COROUTINE_H
#define WORKER_ENGINE_COROUTINE_H

#include <stdbool.h>

#include "worker/engine/duk.h"
#include "worker/engine/engine_priv.h"

/*
 * Private to worker/engine: coroutines, generators, async generators. The
 * rt_* functions are the helpers of helpers.def.
 */
void coroutine_push_callable(duk_context *ctx, duk_c_function fn,
    enum engine_ref proto);
void coroutine_push_thread(duk_context *ctx);
/* The coroutine at TIDX, whose owner is a promise, goes on from its start or
 * from $start(); the stack stays as it is. */
void coroutine_start_async(duk_context *ctx, duk_idx_t tidx);

duk_ret_t rt_async_fn(duk_context *ctx);
duk_ret_t rt_await(duk_context *ctx);
duk_ret_t rt_start(duk_context *ctx);
duk_ret_t rt_generator_fn(duk_context *ctx);
duk_ret_t rt_yield(duk_context *ctx);
duk_ret_t rt_async_generator_fn(duk_context *ctx);
duk_ret_t rt_async_yield(duk_context *ctx);

/* { value, done }: [ value ] -> [ object ] */
void generator_push_result(duk_context *ctx, bool done);

/* The async generator on top awaits in its body: [ gen ] -> [ gen ] */
void async_generator_awaits(duk_context *ctx);
/* [ gen value ] -> anything: what it awaited has settled */
void async_generator_continue(duk_context *ctx, bool is_error);

/* JS helpers $ys and $ays: compiled from text. [ ] -> [ function ] */
void generator_push_delegate(duk_context *ctx, bool async);

#endif
