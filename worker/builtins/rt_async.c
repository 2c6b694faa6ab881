/*
 * Helpers of lowered code: for await, and %AsyncFromSyncIteratorPrototype%.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/iterator.h"
#include "worker/builtins/rt.h"
#include "worker/engine/promise.h"

/* magic of the methods of a wrapped sync iterator */
enum { WRAP_NEXT, WRAP_RETURN, WRAP_THROW };

/*
 * [ iterator next ] -> [ wrapper ]
 */
static void
push_wrapper(duk_context *ctx)
{
	duk_push_object(ctx);
	bi_push(ctx, I_ASYNC_FROM_SYNC_PROTO);
	duk_set_prototype(ctx, -2);
	duk_insert(ctx, -3);
	slot_put(ctx, -3, SLOT_NEXT);
	slot_put(ctx, -2, SLOT_ITER);
}

static duk_ret_t
unwrap_open(duk_context *ctx) /* [ value data ] */
{
	duk_set_top(ctx, 1);
	bi_push_result(ctx, false);
	return 1;
}

static duk_ret_t
unwrap_done(duk_context *ctx)
{
	duk_set_top(ctx, 1);
	bi_push_result(ctx, true);
	return 1;
}

/* A rejected value closes the sync iterator (the data). */
static duk_ret_t
unwrap_reject(duk_context *ctx)
{
	if (bi_is_object(ctx, 1))
		iterator_close_quietly(ctx, 1);
	duk_set_top(ctx, 1);
	(void)duk_throw(ctx);
	return 0;
}

static duk_ret_t
resolved_protected(duk_context *ctx, void *arg)
{
	(void)arg;
	promise_resolved(ctx);
	return 1;
}

/*
 * AsyncFromSyncIteratorContinuation: [ ... result ] -> [ ... promise ]; ITER
 * is closed if the value's promise rejects and CLOSE is set.
 */
static void
continue_result(duk_context *ctx, duk_idx_t iter, bool close)
{
	bool done;

	duk_get_prop_literal(ctx, -1, "done");
	done = duk_to_boolean(ctx, -1);
	duk_pop(ctx);
	duk_get_prop_literal(ctx, -1, "value");
	if (duk_safe_call(ctx, resolved_protected, NULL, 1, 1) !=
	    DUK_EXEC_SUCCESS) {
		if (!done && close)
			iterator_close_quietly(ctx, iter);
		(void)duk_throw(ctx);
	}
	if (!done && close)
		duk_dup(ctx, iter);
	else
		duk_push_undefined(ctx);
	promise_then_c(ctx, -2, done ? unwrap_done : unwrap_open,
	    unwrap_reject);
	duk_remove(ctx, -2);
	duk_remove(ctx, -2);
}

/* [ value wrapper iterator ] -> [ ... promise ]; may throw */
static duk_ret_t
wrap_protected(duk_context *ctx, void *arg)
{
	int kind = *(int *)arg;
	bool present = duk_get_top(ctx) > 0 && !bi_is_absent(ctx, 0);

	switch (kind) {
	case WRAP_NEXT:
		slot_get(ctx, 1, SLOT_NEXT);
		break;
	case WRAP_RETURN:
		if (bi_get_method_named(ctx, 2, "return"))
			break;
		duk_dup(ctx, 0);
		bi_push_result(ctx, true);
		promise_resolved(ctx);
		return 1;
	default:
		if (bi_get_method_named(ctx, 2, "throw"))
			break;
		iterator_close(ctx, 2);
		bi_throw_type(ctx,
		    "The iterator does not provide a 'throw' method");
	}
	duk_dup(ctx, 2);
	if (present)
		duk_dup(ctx, 0);
	duk_call_method(ctx, present ? 1 : 0);
	if (!bi_is_object(ctx, -1))
		bi_throw_type(ctx, "Iterator result %s is not an object",
		    duk_safe_to_string(ctx, -1));
	continue_result(ctx, 2, kind != WRAP_RETURN);
	return 1;
}

static duk_ret_t
wrap_method(duk_context *ctx)
{
	int kind = duk_get_current_magic(ctx);

	duk_push_this(ctx);
	slot_get(ctx, 1, SLOT_ITER);
	if (duk_safe_call(ctx, wrap_protected, &kind, 0, 1) != DUK_EXEC_SUCCESS)
		promise_rejected(ctx);
	return 1;
}

/* $ait(v) */
duk_ret_t
rt_async_iter(duk_context *ctx)
{
	if (!bi_is_nullish(ctx, 0) &&
	    bi_get_method(ctx, 0, SYM_ASYNC_ITERATOR)) {
		duk_dup(ctx, 0);
		duk_call_method(ctx, 0);
		if (!bi_is_object(ctx, -1))
			bi_throw_type(ctx, "Result of the Symbol.asyncIterator "
					   "method is not an object");
	} else {
		duk_set_top(ctx, 1);
		if (bi_is_nullish(ctx, 0) ||
		    !bi_get_method(ctx, 0, SYM_ITERATOR))
			bi_throw_type(ctx, "%s is not async iterable",
			    bi_is_object(ctx, 0) ? "object"
						 : duk_safe_to_string(ctx, 0));
		iterator_from_method(ctx, 0);
		push_wrapper(ctx);
	}
	duk_get_prop_literal(ctx, 1, "next"); /* [ v iterator next ] */
	duk_push_object(ctx);
	bi_push(ctx, I_RT_ASYNC_PROTO);
	duk_set_prototype(ctx, 3);
	duk_insert(ctx, 1);
	slot_put(ctx, 1, SLOT_NEXT);
	slot_put(ctx, 1, SLOT_ITER);
	duk_push_false(ctx);
	duk_put_prop_literal(ctx, 1, "d");
	return 1;
}

static duk_ret_t
async_next(duk_context *ctx)
{
	duk_push_this(ctx);
	duk_push_true(ctx);
	duk_put_prop_literal(ctx, 0, "d");
	slot_get(ctx, 0, SLOT_NEXT);
	slot_get(ctx, 0, SLOT_ITER);
	duk_call_method(ctx, 0);
	return 1;
}

static duk_ret_t
async_done(duk_context *ctx)
{
	bool done;

	if (!bi_is_object(ctx, 0))
		bi_throw_type(ctx, "Iterator result %s is not an object",
		    duk_safe_to_string(ctx, 0));
	duk_push_this(ctx);
	duk_get_prop_literal(ctx, 0, "done");
	done = duk_to_boolean(ctx, -1);
	if (!done) {
		duk_get_prop_literal(ctx, 0, "value");
		duk_put_prop_literal(ctx, 1, "v");
		duk_push_false(ctx);
		duk_put_prop_literal(ctx, 1, "d");
	}
	duk_push_boolean(ctx, done);
	return 1;
}

static duk_ret_t
async_close(duk_context *ctx)
{
	duk_push_this(ctx);
	duk_push_true(ctx);
	duk_put_prop_literal(ctx, 0, "d");
	slot_get(ctx, 0, SLOT_ITER);
	if (!bi_get_method_named(ctx, 1, "return")) {
		duk_push_false(ctx);
		return 1;
	}
	duk_dup(ctx, 1);
	duk_call_method(ctx, 0);
	duk_put_prop_literal(ctx, 0, "p");
	duk_push_true(ctx);
	return 1;
}

static duk_ret_t
async_check_object(duk_context *ctx)
{
	if (!bi_is_object(ctx, 0))
		bi_throw_type(ctx, "%s is not an object",
		    duk_safe_to_string(ctx, 0));
	return 0;
}

void
rt_async_init(duk_context *ctx)
{
	static const struct bi_fn record[] = {
	    {"n", async_next, 0, 0, 0},
	    {"done", async_done, 1, 1, 0},
	    {"c", async_close, 0, 0, 0},
	    {"o", async_check_object, 1, 1, 0},
	};
	static const struct bi_fn wrapper[] = {
	    {"next", wrap_method, 1, 1, WRAP_NEXT},
	    {"return", wrap_method, 1, 1, WRAP_RETURN},
	    {"throw", wrap_method, 1, 1, WRAP_THROW},
	};

	duk_push_bare_object(ctx);
	bi_keep(ctx, I_RT_ASYNC_PROTO);
	BI_DEFINE(ctx, -1, record);
	duk_push_object(ctx);
	bi_push(ctx, I_ASYNC_ITERATOR_PROTO);
	duk_set_prototype(ctx, -2);
	bi_keep(ctx, I_ASYNC_FROM_SYNC_PROTO);
	BI_DEFINE(ctx, -1, wrapper);
	duk_pop_2(ctx);
}
