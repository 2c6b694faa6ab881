/*
 * Coroutines: async functions, and what generators share with them.
 *
 * A body runs in a thread of Duktape's, which a one-line JS function resumes,
 * because Duktape resumes and suspends between JS functions only. The thread's
 * owner (inner.h) is the promise of an async function.
 *
 * Runs in: zygote and workers.
 * Owns:    nothing outside the heap.
 * Never:   resumes outside engine_run().
 */
#include "config.h"

#include "worker/engine/coroutine.h"

#include "base/util.h"
#include "worker/engine/engine_priv.h"
#include "worker/engine/inner.h"
#include "worker/engine/jobs.h"
#include "worker/engine/promise.h"
#include "worker/engine/promise_priv.h"

static duk_ret_t async_call(duk_context *ctx);
static void run(struct engine *e, duk_context *ctx, duk_idx_t pidx,
    duk_idx_t tidx, bool is_error);

static const char trampoline[] =
    "(function(r){return function(t,v,e){var x=r(t,v,e);return x}})";

void
coroutine_setup(struct engine *e, duk_context *ctx)
{
	duk_push_literal(ctx, "");
	duk_push_string(ctx, trampoline);
	duk_swap_top(ctx, -2);
	inner_compile(ctx, DUK_COMPILE_EVAL, NULL, NULL);
	duk_call(ctx, 0);
	duk_push_c_function(ctx, inner_thread_resume, 3);
	duk_call(ctx, 1);
	engine_set_ref(e, ctx, REF_TRAMPOLINE);

	duk_push_object(ctx);
	engine_push_ref(e, ctx, REF_FUNCTION_PROTO);
	duk_set_prototype(ctx, -2);
	duk_push_literal(ctx, DUK_WELLKNOWN_SYMBOL("Symbol.toStringTag"));
	duk_push_literal(ctx, "AsyncFunction");
	duk_def_prop(ctx, -3,
	    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_CONFIGURABLE |
		DUK_DEFPROP_CLEAR_WRITABLE | DUK_DEFPROP_CLEAR_ENUMERABLE);
	engine_set_ref(e, ctx, REF_ASYNC_FUNCTION_PROTO);
}

int
coroutine_resume(struct engine *e, duk_context *ctx, duk_idx_t tidx,
    bool is_error, void *gen)
{
	void *outer = e->current_gen;
	int r;

	tidx = duk_normalize_index(ctx, tidx);
	engine_push_ref(e, ctx, REF_TRAMPOLINE);
	duk_swap_top(ctx, -2);
	duk_dup(ctx, tidx);
	duk_swap_top(ctx, -2);
	duk_push_boolean(ctx, is_error);
	e->current_gen = gen;
	e->suspend_kind = SUSPEND_NONE;
	r = duk_pcall(ctx, 3);
	e->current_gen = outer;
	if (r != DUK_EXEC_SUCCESS) {
		promise_rethrow_if_stopped(ctx);
		e->suspend_kind = SUSPEND_NONE;
		return 1;
	}
	if (inner_thread_state(ctx, tidx) == INNER_THREAD_ENDED)
		e->suspend_kind = SUSPEND_NONE;
	return 0;
}

/*
 * A callable in C for BODY: [ body ] -> [ function ], with body's name and
 * length, inheriting from PROTO.
 */
void
coroutine_push_callable(duk_context *ctx, duk_c_function fn,
    enum engine_ref proto)
{
	struct engine *e = engine_from(ctx);

	duk_push_c_function(ctx, fn, DUK_VARARGS);
	inner_set_constructable(ctx, -1, false);
	duk_dup(ctx, -2);
	duk_put_prop_literal(ctx, -2, DUK_HIDDEN_SYMBOL("data"));
	duk_push_literal(ctx, "length");
	duk_get_prop_literal(ctx, -3, "length");
	duk_def_prop(ctx, -3,
	    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_CONFIGURABLE |
		DUK_DEFPROP_CLEAR_WRITABLE | DUK_DEFPROP_CLEAR_ENUMERABLE);
	duk_push_literal(ctx, "name");
	duk_get_prop_literal(ctx, -3, "name");
	duk_def_prop(ctx, -3,
	    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_CONFIGURABLE |
		DUK_DEFPROP_CLEAR_WRITABLE | DUK_DEFPROP_CLEAR_ENUMERABLE);
	engine_push_ref(e, ctx, proto);
	duk_set_prototype(ctx, -2);
	duk_remove(ctx, -2);
}

/* [ owner args... ] -> [ thread ] on the body of the running function. */
void
coroutine_push_thread(duk_context *ctx)
{
	duk_idx_t nargs = duk_get_top(ctx) - 1;

	duk_push_current_function(ctx);
	duk_get_prop_literal(ctx, -1, DUK_HIDDEN_SYMBOL("data"));
	duk_insert(ctx, 1);
	duk_pop(ctx);
	duk_push_this(ctx);
	duk_insert(ctx, 2);
	inner_thread_push(ctx, nargs);
}

duk_ret_t
rt_async_fn(duk_context *ctx)
{
	coroutine_push_callable(ctx, async_call, REF_ASYNC_FUNCTION_PROTO);
	return 1;
}

static duk_ret_t
async_call(duk_context *ctx)
{
	promise_new(ctx);
	duk_insert(ctx, 0);
	coroutine_push_thread(ctx);
	inner_thread_owner(ctx, -1);
	duk_push_undefined(ctx);
	run(engine_from(ctx), ctx, 1, 0, false);
	duk_set_top(ctx, 2);
	return 1;
}

/* [ ... value ]: resume, and settle the promise if the body ended. */
static void
run(struct engine *e, duk_context *ctx, duk_idx_t pidx, duk_idx_t tidx,
    bool is_error)
{
	if (coroutine_resume(e, ctx, tidx, is_error, NULL) != 0)
		promise_reject(ctx, pidx, -1);
	else if (e->suspend_kind == SUSPEND_NONE)
		promise_resolve(ctx, pidx, -1);
}

/* [ target value ] */
void
async_continue(duk_context *ctx, bool is_error)
{
	struct engine *e = engine_from(ctx);

	if (inner_thread_state(ctx, -2) == INNER_THREAD_NONE) {
		async_generator_continue(ctx, is_error);
		return;
	}
	inner_thread_owner(ctx, -2);
	duk_insert(ctx, -3);
	/* [ promise thread value ] */
	run(e, ctx, -3, -2, is_error);
}

/* $await(v) */
duk_ret_t
rt_await(duk_context *ctx)
{
	struct engine *e = engine_from(ctx);

	if (!inner_can_yield(ctx))
		return duk_type_error(ctx, "await is not possible here");
	promise_resolved(ctx);
	if (e->current_gen != NULL) {
		duk_push_heapptr(ctx, e->current_gen);
		async_generator_awaits(ctx);
	} else {
		duk_push_current_thread(ctx);
	}
	promise_await(ctx, 0);
	e->suspend_kind = SUSPEND_AWAIT;
	duk_push_undefined(ctx);
	return inner_thread_yield(ctx);
}

/* $start() */
duk_ret_t
rt_start(duk_context *ctx)
{
	engine_from(ctx)->suspend_kind = SUSPEND_START;
	duk_push_undefined(ctx);
	return inner_thread_yield(ctx);
}

void
coroutine_start_async(duk_context *ctx, duk_idx_t tidx)
{
	tidx = duk_normalize_index(ctx, tidx);
	inner_thread_owner(ctx, tidx);
	duk_push_undefined(ctx);
	run(engine_from(ctx), ctx, -2, tidx, false);
	duk_set_top(ctx, tidx + 1);
}
