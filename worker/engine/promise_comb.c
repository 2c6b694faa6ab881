/*
 * Promise's static methods: resolve, reject, all, allSettled, any, race,
 * withResolvers, try.
 *
 * Runs in: zygote and workers.
 * Owns:    nothing outside the heap.
 */
#include "config.h"

#include "base/util.h"
#include "worker/engine/engine_priv.h"
#include "worker/engine/inner.h"
#include "worker/engine/promise.h"
#include "worker/engine/promise_priv.h"

enum comb { COMB_ALL, COMB_ALL_SETTLED, COMB_ANY, COMB_RACE };

/*
 * What the element functions of one call share: an array
 * [ values, remaining, resolve or reject ].
 */
enum { SHARED_VALUES, SHARED_LEFT, SHARED_DONE };

static duk_ret_t comb_body(duk_context *ctx);

static duk_ret_t
get_species(duk_context *ctx)
{
	duk_push_this(ctx);
	return 1;
}

static void
require_this(duk_context *ctx, const char *what)
{
	duk_push_this(ctx);
	if (!duk_is_object(ctx, -1))
		(void)duk_type_error(ctx, "%s called on non-object", what);
}

static duk_ret_t
static_resolve(duk_context *ctx)
{
	require_this(ctx, "PromiseResolve");
	duk_insert(ctx, 0);
	promise_resolve_with(ctx);
	return 1;
}

static duk_ret_t
static_reject(duk_context *ctx)
{
	require_this(ctx, "Promise.reject");
	promise_new_capability(ctx);
	/* [ reason promise resolve reject ] */
	duk_dup(ctx, 0);
	duk_call(ctx, 1);
	duk_dup(ctx, 1);
	return 1;
}

static duk_ret_t
static_with_resolvers(duk_context *ctx)
{
	require_this(ctx, "Promise.withResolvers");
	promise_new_capability(ctx);
	duk_push_object(ctx);
	duk_dup(ctx, 0);
	duk_put_prop_literal(ctx, 3, "promise");
	duk_dup(ctx, 1);
	duk_put_prop_literal(ctx, 3, "resolve");
	duk_dup(ctx, 2);
	duk_put_prop_literal(ctx, 3, "reject");
	return 1;
}

/* Promise.try(fn, ...args) */
static duk_ret_t
static_try(duk_context *ctx)
{
	duk_idx_t nargs;
	bool failed;

	if (duk_get_top(ctx) == 0)
		duk_push_undefined(ctx);
	nargs = duk_get_top(ctx) - 1;
	require_this(ctx, "Promise.try");
	promise_new_capability(ctx);
	duk_insert(ctx, 0);
	duk_insert(ctx, 0);
	duk_insert(ctx, 0);
	/* [ promise resolve reject fn args... ]: reject went in first */
	failed = duk_pcall(ctx, nargs) != DUK_EXEC_SUCCESS;
	if (failed)
		promise_rethrow_if_stopped(ctx);
	duk_dup(ctx, failed ? 2 : 1);
	duk_swap_top(ctx, -2);
	duk_call(ctx, 1);
	duk_set_top(ctx, 1);
	return 1;
}

/*
 * Iteration of any iterable, by hand, for engine comes before builtins: the
 * iterator at IT, its next method at IT + 1.
 */
static void
iter_start(duk_context *ctx, duk_idx_t idx)
{
	duk_get_prop_literal(ctx, idx, DUK_WELLKNOWN_SYMBOL("Symbol.iterator"));
	if (!duk_is_callable(ctx, -1)) {
		const char *s = duk_safe_to_string(ctx, idx);

		(void)duk_type_error(ctx, "%s is not iterable", s);
	}
	duk_dup(ctx, idx);
	duk_call_method(ctx, 0);
	if (!duk_is_object(ctx, -1))
		(void)duk_type_error(ctx,
		    "Result of the Symbol.iterator method is not an object");
	duk_get_prop_literal(ctx, -1, "next");
}

/* Pushes the next value and returns true, or nothing and false. */
static bool
iter_step(duk_context *ctx, duk_idx_t it)
{
	duk_dup(ctx, it + 1);
	duk_dup(ctx, it);
	duk_call_method(ctx, 0);
	if (!duk_is_object(ctx, -1)) {
		const char *s = duk_safe_to_string(ctx, -1);

		(void)duk_type_error(ctx, "Iterator result %s is not an object",
		    s);
	}
	duk_get_prop_literal(ctx, -1, "done");
	if (duk_to_boolean(ctx, -1)) {
		duk_pop_2(ctx);
		return false;
	}
	duk_pop(ctx);
	duk_get_prop_literal(ctx, -1, "value");
	duk_remove(ctx, -2);
	return true;
}

static duk_ret_t
iter_return(duk_context *ctx, void *arg)
{
	(void)arg;
	duk_get_prop_literal(ctx, -1, "return");
	if (duk_is_null_or_undefined(ctx, -1))
		return 0;
	duk_swap_top(ctx, -2);
	duk_call_method(ctx, 0);
	return 0;
}

/* Positions on the stack of comb_body(). */
enum {
	C_THIS,
	C_PROMISE,
	C_RESOLVE,
	C_REJECT,
	C_ITERABLE,
	C_PRESOLVE,
	C_VALUES,
	C_SHARED,
	C_ITERATOR,
	C_NEXT
};

static duk_ret_t
comb(duk_context *ctx)
{
	enum comb kind = (enum comb)duk_get_current_magic(ctx);
	duk_idx_t i;

	require_this(ctx, "Promise method");
	duk_dup_top(ctx);
	promise_new_capability(ctx);
	duk_dup(ctx, 0);
	duk_remove(ctx, 0);
	duk_push_c_function(ctx, comb_body, C_ITERABLE + 1);
	duk_set_magic(ctx, -1, (duk_int_t)kind);
	for (i = 0; i <= C_ITERABLE; i++)
		duk_dup(ctx, i);
	if (duk_pcall(ctx, C_ITERABLE + 1) != DUK_EXEC_SUCCESS) {
		promise_rethrow_if_stopped(ctx);
		duk_dup(ctx, C_REJECT);
		duk_swap_top(ctx, -2);
		duk_call(ctx, 1);
	}
	duk_dup(ctx, C_PROMISE);
	return 1;
}

/* One more result is there: [ ] -> [ ], the shared array at IDX. */
static void
count_down(duk_context *ctx, duk_idx_t shared, enum comb kind)
{
	int left;

	duk_get_prop_index(ctx, shared, SHARED_LEFT);
	left = duk_get_int(ctx, -1) - 1;
	duk_pop(ctx);
	duk_push_int(ctx, left);
	duk_put_prop_index(ctx, shared, SHARED_LEFT);
	if (left > 0)
		return;
	duk_get_prop_index(ctx, shared, SHARED_DONE);
	duk_get_prop_index(ctx, shared, SHARED_VALUES);
	if (kind == COMB_ANY) {
		duk_get_global_literal(ctx, "AggregateError");
		if (duk_is_callable(ctx, -1)) {
			duk_swap_top(ctx, -2);
			duk_push_literal(ctx, "All promises were rejected");
			duk_new(ctx, 2);
		} else {
			duk_pop(ctx);
			duk_push_error_object(ctx, DUK_ERR_ERROR,
			    "All promises were rejected");
			duk_swap_top(ctx, -2);
			duk_put_prop_literal(ctx, -2, "errors");
		}
	}
	duk_call(ctx, 1);
	duk_pop(ctx);
}

/* [ array value ] -> [ array ]: defined, past setters on prototypes */
static void
put_value(duk_context *ctx, duk_uarridx_t i)
{
	duk_push_uint(ctx, i);
	duk_swap_top(ctx, -2);
	duk_def_prop(ctx, -3, DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_WEC);
}

/* A function for then(); magic: kind * 2 + is_error. Carries [ shared, i ]. */
static duk_ret_t
element(duk_context *ctx)
{
	int magic = duk_get_current_magic(ctx);
	enum comb kind = (enum comb)(magic / 2);
	duk_uarridx_t i;

	duk_push_current_function(ctx);
	duk_get_prop_literal(ctx, -1, DUK_HIDDEN_SYMBOL("data"));
	/* [ value fn cell ] */
	duk_get_prop_index(ctx, 2, 0);
	if (duk_is_undefined(ctx, -1))
		return 0;
	duk_push_undefined(ctx);
	duk_put_prop_index(ctx, 2, 0);
	duk_get_prop_index(ctx, 2, 1);
	i = (duk_uarridx_t)duk_get_uint(ctx, -1);
	/* [ value fn cell shared index ] */
	duk_get_prop_index(ctx, 3, SHARED_VALUES);
	if (kind == COMB_ALL_SETTLED) {
		duk_push_object(ctx);
		duk_push_string(ctx, magic & 1 ? "rejected" : "fulfilled");
		duk_put_prop_literal(ctx, -2, "status");
		duk_dup(ctx, 0);
		duk_put_prop_string(ctx, -2, magic & 1 ? "reason" : "value");
	} else {
		duk_dup(ctx, 0);
	}
	put_value(ctx, i);
	count_down(ctx, 3, kind);
	return 0;
}

/* [ cell ] -> [ cell function ] */
static void
push_element(duk_context *ctx, enum comb kind, bool is_error)
{
	engine_push_function(ctx, element, 1, 1, "");
	duk_set_magic(ctx, -1, (int)kind * 2 + (is_error ? 1 : 0));
	duk_dup(ctx, -2);
	duk_put_prop_literal(ctx, -2, DUK_HIDDEN_SYMBOL("data"));
}

/* [ C promiseResolve value shared index resolve reject ] */
static duk_ret_t
comb_one(duk_context *ctx)
{
	enum comb kind = (enum comb)duk_get_current_magic(ctx);

	duk_dup(ctx, 1);
	duk_dup(ctx, 0);
	duk_dup(ctx, 2);
	duk_call_method(ctx, 1);
	duk_push_literal(ctx, "then");
	if (kind == COMB_RACE) {
		duk_dup(ctx, 5);
		duk_dup(ctx, 6);
		duk_call_prop(ctx, 7, 2);
		return 0;
	}
	duk_push_bare_array(ctx);
	duk_dup(ctx, 3);
	duk_put_prop_index(ctx, -2, 0);
	duk_dup(ctx, 4);
	duk_put_prop_index(ctx, -2, 1);
	/* [ ... promise "then" cell ] */
	if (kind == COMB_ANY) {
		push_element(ctx, kind, true);
		duk_dup(ctx, 5);
		duk_replace(ctx, -3);
	} else {
		push_element(ctx, kind, false);
		if (kind == COMB_ALL) {
			duk_replace(ctx, -2);
			duk_dup(ctx, 6);
		} else {
			duk_dup(ctx, -2);
			push_element(ctx, kind, true);
			/* [ cell ok cell err ] */
			duk_replace(ctx, -2);
			duk_remove(ctx, -3);
		}
	}
	duk_get_prop_index(ctx, 3, SHARED_LEFT);
	duk_push_int(ctx, duk_get_int(ctx, -1) + 1);
	duk_put_prop_index(ctx, 3, SHARED_LEFT);
	duk_pop(ctx);
	duk_call_prop(ctx, 7, 2);
	return 0;
}

static duk_ret_t
comb_body(duk_context *ctx)
{
	enum comb kind = (enum comb)duk_get_current_magic(ctx);
	duk_uarridx_t i = 0;

	duk_get_prop_literal(ctx, C_THIS, "resolve");
	if (!duk_is_callable(ctx, -1))
		return duk_type_error(ctx,
		    "Promise resolve or reject function is not callable");
	duk_push_array(ctx);
	duk_push_bare_array(ctx);
	duk_dup(ctx, C_VALUES);
	duk_put_prop_index(ctx, -2, SHARED_VALUES);
	duk_push_int(ctx, 1);
	duk_put_prop_index(ctx, -2, SHARED_LEFT);
	duk_dup(ctx, kind == COMB_ANY ? C_REJECT : C_RESOLVE);
	duk_put_prop_index(ctx, -2, SHARED_DONE);
	iter_start(ctx, C_ITERABLE);
	while (iter_step(ctx, C_ITERATOR)) {
		if (kind != COMB_RACE) {
			duk_dup(ctx, C_VALUES);
			duk_push_undefined(ctx);
			put_value(ctx, i);
			duk_pop(ctx);
		}
		duk_push_c_function(ctx, comb_one, 7);
		duk_set_magic(ctx, -1, (duk_int_t)kind);
		duk_insert(ctx, -2);
		duk_dup(ctx, C_THIS);
		duk_insert(ctx, -2);
		duk_dup(ctx, C_PRESOLVE);
		duk_insert(ctx, -2);
		duk_dup(ctx, C_SHARED);
		duk_push_uint(ctx, i++);
		duk_dup(ctx, C_RESOLVE);
		duk_dup(ctx, C_REJECT);
		if (duk_pcall(ctx, 7) != DUK_EXEC_SUCCESS) {
			promise_rethrow_if_stopped(ctx);
			duk_dup(ctx, C_ITERATOR);
			duk_safe_call(ctx, iter_return, NULL, 1, 1);
			duk_pop(ctx);
			return duk_throw(ctx);
		}
		duk_pop(ctx);
	}
	if (kind != COMB_RACE)
		count_down(ctx, C_SHARED, kind);
	return 0;
}

void
promise_setup_statics(duk_context *ctx)
{
	/* clang-format off */
	static const struct {
		const char *name; duk_c_function fn; int nargs, length, magic;
	} rows[] = {
		{"resolve", static_resolve, 1, 1, 0},
		{"reject", static_reject, 1, 1, 0},
		{"withResolvers", static_with_resolvers, 0, 0, 0},
		{"try", static_try, DUK_VARARGS, 1, 0},
		{"all", comb, 1, 1, COMB_ALL},
		{"allSettled", comb, 1, 1, COMB_ALL_SETTLED},
		{"any", comb, 1, 1, COMB_ANY},
		{"race", comb, 1, 1, COMB_RACE},
	};
	/* clang-format on */
	size_t i;

	for (i = 0; i < NELEMS(rows); i++) {
		duk_push_string(ctx, rows[i].name);
		engine_push_function(ctx, rows[i].fn, rows[i].nargs,
		    rows[i].length, rows[i].name);
		duk_set_magic(ctx, -1, rows[i].magic);
		duk_def_prop(ctx, -3,
		    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_WRITABLE |
			DUK_DEFPROP_SET_CONFIGURABLE |
			DUK_DEFPROP_CLEAR_ENUMERABLE);
	}
	duk_push_literal(ctx, DUK_WELLKNOWN_SYMBOL("Symbol.species"));
	engine_push_function(ctx, get_species, 0, 0, "get [Symbol.species]");
	duk_def_prop(ctx, -3,
	    DUK_DEFPROP_HAVE_GETTER | DUK_DEFPROP_SET_CONFIGURABLE |
		DUK_DEFPROP_CLEAR_ENUMERABLE);
}
