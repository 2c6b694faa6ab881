/*
 * Helpers of lowered code: `using` and `await using`.
 *
 * A scope is an object with an array of entries [ value, method, is_async ]
 * and, once something was thrown, the error. An entry without a method is what
 * `await using x = null` leaves: nothing but an await.
 *
 * Runs in: zygote and workers.
 * Owns:    nothing outside the heap.
 */
#include "config.h"

#include "worker/engine/engine_priv.h"
#include "worker/engine/promise_priv.h"
#include "worker/engine/rt.h"

enum { ENTRY_VALUE, ENTRY_METHOD, ENTRY_SYNC };

#define HIDDEN_LIST DUK_HIDDEN_SYMBOL("list")
#define HIDDEN_ERROR DUK_HIDDEN_SYMBOL("error")

static void add_error(duk_context *ctx);
static bool pop_entry(duk_context *ctx);
static bool call_entry(duk_context *ctx);

/* $ds() */
duk_ret_t
rt_dispose_scope(duk_context *ctx)
{
	duk_push_bare_object(ctx);
	duk_push_bare_array(ctx);
	duk_put_prop_literal(ctx, -2, HIDDEN_LIST);
	return 1;
}

/* [ list v is_await ] -> [ ... method sync ] */
static void
push_method(duk_context *ctx, bool async)
{
	if (!duk_is_object(ctx, 1))
		(void)duk_type_error(ctx,
		    "The value of a using declaration is not an object");
	if (async) {
		duk_get_prop_literal(ctx, 1,
		    DUK_WELLKNOWN_SYMBOL("Symbol.asyncDispose"));
		if (!duk_is_null_or_undefined(ctx, -1)) {
			duk_push_false(ctx);
			goto check;
		}
		duk_pop(ctx);
	}
	duk_get_prop_literal(ctx, 1, DUK_WELLKNOWN_SYMBOL("Symbol.dispose"));
	duk_push_true(ctx);
check:
	if (!duk_is_callable(ctx, -2))
		(void)duk_type_error(ctx,
		    "The value of a using declaration is not disposable");
}

/* $du(list, v, isAwait) */
duk_ret_t
rt_dispose_use(duk_context *ctx)
{
	bool async = duk_to_boolean(ctx, 2) != 0;

	if (duk_is_null_or_undefined(ctx, 1)) {
		if (!async)
			goto out;
		duk_push_undefined(ctx);
		duk_push_false(ctx);
	} else {
		push_method(ctx, async);
	}
	duk_push_bare_array(ctx);
	/* [ list v is_await method sync entry ] */
	duk_dup(ctx, 1);
	duk_put_prop_index(ctx, 5, ENTRY_VALUE);
	duk_dup(ctx, 3);
	duk_put_prop_index(ctx, 5, ENTRY_METHOD);
	duk_dup(ctx, 4);
	duk_put_prop_index(ctx, 5, ENTRY_SYNC);
	duk_get_prop_literal(ctx, 0, HIDDEN_LIST);
	duk_dup(ctx, 5);
	duk_put_prop_index(ctx, -2, (duk_uarridx_t)duk_get_length(ctx, -2));
out:
	duk_dup(ctx, 1);
	return 1;
}

/* [ list ... error ] -> [ list ... ]: chain it with the one there is */
static void
add_error(duk_context *ctx)
{
	if (duk_get_prop_literal(ctx, 0, HIDDEN_ERROR)) {
		/* [ error old ] */
		duk_get_global_literal(ctx, "SuppressedError");
		if (duk_is_callable(ctx, -1)) {
			duk_insert(ctx, -3);
			duk_new(ctx, 2);
		} else {
			duk_pop(ctx);
			duk_push_error_object(ctx, DUK_ERR_ERROR,
			    "An error was suppressed during disposal");
			duk_insert(ctx, -3);
			duk_put_prop_literal(ctx, -3, "suppressed");
			duk_put_prop_literal(ctx, -2, "error");
		}
	} else {
		duk_pop(ctx);
	}
	duk_put_prop_literal(ctx, 0, HIDDEN_ERROR);
}

/* $de(list, error) */
duk_ret_t
rt_dispose_fail(duk_context *ctx)
{
	add_error(ctx);
	return 0;
}

/* [ list ] -> [ list entry ] and true, or the same and false */
static bool
pop_entry(duk_context *ctx)
{
	duk_size_t n;

	duk_get_prop_literal(ctx, 0, HIDDEN_LIST);
	n = duk_get_length(ctx, -1);
	if (n == 0) {
		duk_pop(ctx);
		return false;
	}
	duk_get_prop_index(ctx, -1, (duk_uarridx_t)(n - 1));
	duk_set_length(ctx, -2, n - 1);
	duk_remove(ctx, -2);
	return true;
}

/* [ list entry ] -> [ list result ] and true; an error is chained. */
static bool
call_entry(duk_context *ctx)
{
	bool sync;

	duk_get_prop_index(ctx, -1, ENTRY_SYNC);
	sync = duk_to_boolean(ctx, -1) != 0;
	duk_pop(ctx);
	duk_get_prop_index(ctx, -1, ENTRY_METHOD);
	if (duk_is_undefined(ctx, -1)) {
		duk_remove(ctx, -2);
		return true;
	}
	duk_get_prop_index(ctx, -2, ENTRY_VALUE);
	duk_remove(ctx, -3);
	if (duk_pcall_method(ctx, 0) != DUK_EXEC_SUCCESS) {
		promise_rethrow_if_stopped(ctx);
		add_error(ctx);
		duk_push_undefined(ctx);
		return false;
	}
	if (sync) {
		duk_pop(ctx);
		duk_push_undefined(ctx);
	}
	return true;
}

/* $dd(list) */
duk_ret_t
rt_dispose_end(duk_context *ctx)
{
	while (pop_entry(ctx)) {
		call_entry(ctx);
		duk_pop(ctx);
	}
	if (duk_get_prop_literal(ctx, 0, HIDDEN_ERROR))
		return duk_throw(ctx);
	return 0;
}

/* $dx(list) */
duk_ret_t
rt_dispose_next(duk_context *ctx)
{
	bool more = pop_entry(ctx);

	if (more)
		call_entry(ctx);
	else
		duk_push_undefined(ctx);
	duk_push_object(ctx);
	duk_push_boolean(ctx, !more);
	duk_put_prop_literal(ctx, -2, "done");
	duk_swap_top(ctx, -2);
	duk_put_prop_literal(ctx, -2, "value");
	return 1;
}
