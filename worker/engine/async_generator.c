/*
 * Async generators: a generator record with a queue of requests.
 *
 * A request is an array [ mode, value, promise ]. The body runs for the first
 * one; whatever it awaits resumes the record (promise.c), and the low bits of
 * the state say where, the high ones what for.
 *
 * Runs in: zygote and workers.
 * Owns:    nothing outside the heap.
 * Never:   answers requests out of order.
 */
#include "config.h"

#include "base/util.h"
#include "worker/engine/coroutine.h"
#include "worker/engine/engine_priv.h"
#include "worker/engine/generator.h"
#include "worker/engine/inner.h"
#include "worker/engine/jobs.h"
#include "worker/engine/promise.h"
#include "worker/engine/promise_priv.h"

enum { MODE_NEXT, MODE_RETURN, MODE_THROW };
enum { REQ_MODE, REQ_VALUE, REQ_PROMISE };

/* What the record waits for, above the state. */
#define WAIT_SHIFT 4
#define STATE_MASK ((1 << WAIT_SHIFT) - 1)
enum {
	WAIT_BODY,   /* $await: the body goes on with the result */
	WAIT_YIELD,  /* $ay: deliver the result, or throw into the body */
	WAIT_RESUME, /* return() at a yield: then throw $RET into the body */
	WAIT_DONE    /* return() of a finished one: then answer */
};

static duk_ret_t agen_call(duk_context *ctx);
static duk_ret_t agen_method(duk_context *ctx);
static void drain(struct engine *e, duk_context *ctx, duk_idx_t gen);
static void resume_body(struct engine *e, duk_context *ctx, duk_idx_t gen,
    bool is_error);
static void answer(duk_context *ctx, duk_idx_t gen, bool is_error, bool done);

void
async_generator_setup(struct engine *e, duk_context *ctx)
{
	static const struct generator_kind kind = {
	    .iterator_symbol = DUK_WELLKNOWN_SYMBOL("Symbol.asyncIterator"),
	    .iterator_name = "[Symbol.asyncIterator]",
	    .iterator_proto = REF_ASYNC_ITERATOR_PROTO,
	    .tag = "AsyncGenerator",
	    .function_tag = "AsyncGeneratorFunction",
	    .proto = REF_ASYNC_GENERATOR_PROTO,
	    .function_proto = REF_ASYNC_GENERATOR_FUNCTION_PROTO,
	    .method = agen_method,
	};

	generator_setup_kind(e, ctx, &kind);
}

duk_ret_t
rt_async_generator_fn(duk_context *ctx)
{
	generator_push_function(ctx, agen_call,
	    REF_ASYNC_GENERATOR_FUNCTION_PROTO, REF_ASYNC_GENERATOR_PROTO);
	return 1;
}

static duk_ret_t
agen_call(duk_context *ctx)
{
	generator_push_record(ctx, REF_ASYNC_GENERATOR_PROTO, 4);
	duk_push_bare_array(ctx);
	inner_slot_pop(ctx, -2, GEN_SLOT_QUEUE);
	return 1;
}

static int
get_state(duk_context *ctx, duk_idx_t gen)
{
	return inner_slot_get_int(ctx, gen, GEN_SLOT_STATE) & STATE_MASK;
}

static void
set_state(duk_context *ctx, duk_idx_t gen, int state, int wait)
{
	inner_slot_set_int(ctx, gen, GEN_SLOT_STATE,
	    state | (wait << WAIT_SHIFT));
}

/* next, return and throw: magic is the mode */
static duk_ret_t
agen_method(duk_context *ctx)
{
	struct engine *e = engine_from(ctx);
	int mode = duk_get_current_magic(ctx), state;

	duk_push_this(ctx);
	promise_new(ctx);
	/* [ value gen promise ] */
	if (!inner_is_record(ctx, 1, GEN_SLOT_QUEUE, e->keys[KEY_GEN_QUEUE])) {
		duk_push_error_object(ctx, DUK_ERR_TYPE_ERROR,
		    "method called on an object that is no async generator");
		promise_reject(ctx, 2, -1);
		duk_pop(ctx);
		return 1;
	}
	inner_slot_push(ctx, 1, GEN_SLOT_QUEUE);
	duk_push_bare_array(ctx);
	duk_push_int(ctx, mode);
	duk_put_prop_index(ctx, -2, REQ_MODE);
	duk_dup(ctx, 0);
	duk_put_prop_index(ctx, -2, REQ_VALUE);
	duk_dup(ctx, 2);
	duk_put_prop_index(ctx, -2, REQ_PROMISE);
	duk_put_prop_index(ctx, -2, (duk_uarridx_t)duk_get_length(ctx, -2));
	duk_pop(ctx);
	state = get_state(ctx, 1);
	if (state != GEN_RUNNING && state != GEN_RETURNING)
		drain(e, ctx, 1);
	duk_set_top(ctx, 3);
	return 1;
}

/* Take the first request out and settle its promise: [ value ] -> [ ] */
static void
answer(duk_context *ctx, duk_idx_t gen, bool is_error, bool done)
{
	duk_size_t i, n;

	inner_slot_push(ctx, gen, GEN_SLOT_QUEUE);
	duk_get_prop_index(ctx, -1, 0);
	duk_get_prop_index(ctx, -1, REQ_PROMISE);
	duk_replace(ctx, -2);
	/* [ value queue promise ] */
	n = duk_get_length(ctx, -2);
	for (i = 1; i < n; i++) {
		duk_get_prop_index(ctx, -2, (duk_uarridx_t)i);
		duk_put_prop_index(ctx, -3, (duk_uarridx_t)(i - 1));
	}
	duk_set_length(ctx, -2, n - 1);
	duk_remove(ctx, -2);
	duk_swap_top(ctx, -2);
	if (is_error) {
		promise_reject(ctx, -2, -1);
	} else {
		generator_push_result(ctx, done);
		promise_resolve(ctx, -2, -1);
	}
	duk_pop_2(ctx);
}

static duk_ret_t
to_promise(duk_context *ctx, void *arg)
{
	(void)arg;
	promise_resolved(ctx);
	return 1;
}

/*
 * Wait for a value on behalf of the record: [ value ] -> [ ] and true, or
 * [ error ] and false when it cannot even be made a promise.
 */
static bool
wait_for(duk_context *ctx, duk_idx_t gen, int state, int wait)
{
	gen = duk_normalize_index(ctx, gen);
	if (duk_safe_call(ctx, to_promise, NULL, 1, 1) != DUK_EXEC_SUCCESS) {
		promise_rethrow_if_stopped(ctx);
		return false;
	}
	set_state(ctx, gen, state, wait);
	duk_dup(ctx, gen);
	promise_await(ctx, -2);
	duk_pop(ctx);
	return true;
}

/* Work on the queue until the body runs, or it is empty. */
static void
drain(struct engine *e, duk_context *ctx, duk_idx_t gen)
{
	gen = duk_normalize_index(ctx, gen);
	for (;;) {
		duk_idx_t top = duk_get_top(ctx);
		int mode, state = get_state(ctx, gen);

		if (state == GEN_RUNNING || state == GEN_RETURNING)
			return;
		inner_slot_push(ctx, gen, GEN_SLOT_QUEUE);
		if (duk_get_length(ctx, -1) == 0) {
			duk_set_top(ctx, top);
			return;
		}
		duk_get_prop_index(ctx, -1, 0);
		duk_get_prop_index(ctx, -1, REQ_MODE);
		mode = duk_get_int(ctx, -1);
		duk_get_prop_index(ctx, -2, REQ_VALUE);
		/* [ queue request mode value ] */
		if (state == GEN_START && mode != MODE_NEXT) {
			state = GEN_DONE;
			set_state(ctx, gen, GEN_DONE, 0);
			duk_push_undefined(ctx);
			inner_slot_pop(ctx, gen, GEN_SLOT_THREAD);
		}
		if (state != GEN_DONE) {
			if (mode != MODE_RETURN)
				resume_body(e, ctx, gen, mode == MODE_THROW);
			else if (!wait_for(ctx, gen, GEN_RUNNING, WAIT_RESUME))
				resume_body(e, ctx, gen, true);
		} else if (mode == MODE_NEXT) {
			duk_push_undefined(ctx);
			answer(ctx, gen, false, true);
		} else if (mode == MODE_THROW) {
			answer(ctx, gen, true, true);
		} else if (!wait_for(ctx, gen, GEN_RETURNING, WAIT_DONE)) {
			answer(ctx, gen, true, true);
		}
		duk_set_top(ctx, top);
	}
}

/* [ value ] -> anything: run the body on; the queue is not empty. */
static void
resume_body(struct engine *e, duk_context *ctx, duk_idx_t gen, bool is_error)
{
	bool failed;

	inner_slot_push(ctx, gen, GEN_SLOT_THREAD);
	duk_swap_top(ctx, -2);
	set_state(ctx, gen, GEN_RUNNING, WAIT_BODY);
	failed = coroutine_resume(e, ctx, -2, is_error,
		     duk_get_heapptr(ctx, gen)) != 0;
	if (!failed && e->suspend_kind == SUSPEND_AWAIT)
		return; /* $await or $ay: the record waits */
	if (!failed && e->suspend_kind != SUSPEND_NONE) {
		set_state(ctx, gen, GEN_YIELDED, 0);
		answer(ctx, gen, false, false);
		return;
	}
	set_state(ctx, gen, GEN_DONE, 0);
	duk_push_undefined(ctx);
	inner_slot_pop(ctx, gen, GEN_SLOT_THREAD);
	if (failed && duk_get_heapptr(ctx, -1) == e->refs[REF_RET]) {
		inner_slot_push(ctx, gen, GEN_SLOT_VALUE);
		failed = false;
	}
	answer(ctx, gen, failed, true);
}

void
async_generator_awaits(duk_context *ctx)
{
	set_state(ctx, -1, GEN_RUNNING, WAIT_BODY);
}

/* [ gen value ] */
void
async_generator_continue(duk_context *ctx, bool is_error)
{
	struct engine *e = engine_from(ctx);
	duk_idx_t gen = duk_normalize_index(ctx, -2);
	int wait = inner_slot_get_int(ctx, gen, GEN_SLOT_STATE) >> WAIT_SHIFT;

	switch (wait) {
	case WAIT_YIELD:
		if (is_error) {
			resume_body(e, ctx, gen, true);
			break;
		}
		set_state(ctx, gen, GEN_YIELDED, 0);
		answer(ctx, gen, false, false);
		break;
	case WAIT_RESUME:
		if (!is_error) {
			inner_slot_pop(ctx, gen, GEN_SLOT_VALUE);
			engine_push_ref(e, ctx, REF_RET);
		}
		resume_body(e, ctx, gen, true);
		break;
	case WAIT_DONE:
		set_state(ctx, gen, GEN_DONE, 0);
		answer(ctx, gen, is_error, true);
		break;
	default:
		resume_body(e, ctx, gen, is_error);
		break;
	}
	duk_set_top(ctx, gen + 1);
	drain(e, ctx, gen);
}

/* $ay(v) */
duk_ret_t
rt_async_yield(duk_context *ctx)
{
	struct engine *e = engine_from(ctx);

	if (!inner_can_yield(ctx) || e->current_gen == NULL)
		return duk_type_error(ctx, "yield is not possible here");
	promise_resolved(ctx);
	duk_push_heapptr(ctx, e->current_gen);
	set_state(ctx, -1, GEN_RUNNING, WAIT_YIELD);
	promise_await(ctx, 0);
	e->suspend_kind = SUSPEND_AWAIT;
	duk_push_undefined(ctx);
	return inner_thread_yield(ctx);
}
