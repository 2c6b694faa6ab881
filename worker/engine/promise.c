/*
 * Promises.
 *
 * A promise is a record (inner.h): an int with state and flags, and a value
 * that is the reactions while pending, the result afterwards. A reaction is
 *
 *	a coroutine or async generator, resumed with the result;
 *	an array [ on_ok, on_err, promise, resolve, reject ]: then();
 *	an array [ on_ok, on_err, promise, data ] with C functions in pointers.
 *
 * Runs in: zygote and workers.
 * Owns:    nothing outside the heap.
 * Never:   calls user code but from then lookups and jobs.
 */
#include "config.h"

#include "worker/engine/promise.h"

#include "base/util.h"
#include "worker/engine/engine_priv.h"
#include "worker/engine/inner.h"
#include "worker/engine/jobs.h"
#include "worker/engine/promise_priv.h"

#define SLOT_STATE 0
#define SLOT_VALUE 1

#define STATE_MASK 3
#define FLAG_HANDLED 4   /* somebody reacts */
#define FLAG_LIST 8      /* the value is an array of reactions */
#define FLAG_LOCKED 16   /* resolved, maybe with a pending thenable */
#define FLAG_REPORTED 32 /* the host was told that nobody handles it */
#define EPOCH_SHIFT 8    /* counts resolutions: old functions are void */
#define EPOCH_MASK 0x3fff

/* Where inner_push_cfunction() puts the data. */
#define FUNCTION_DATA_SLOT 0

/* A reaction's array. */
enum {
	REACT_OK,
	REACT_ERR,
	REACT_PROMISE,
	REACT_RESOLVE,
	REACT_REJECT,
	REACT_DATA = REACT_RESOLVE
};

static void settle(duk_context *ctx, duk_idx_t pidx, enum promise_state s);
static void add_reaction(duk_context *ctx, duk_idx_t pidx);
static void do_resolve(duk_context *ctx, duk_idx_t pidx);
static duk_ret_t resolver(duk_context *ctx);
static duk_ret_t constructor(duk_context *ctx);
static duk_ret_t proto_then(duk_context *ctx);
static duk_ret_t proto_catch(duk_context *ctx);
static duk_ret_t proto_finally(duk_context *ctx);
static duk_ret_t executor(duk_context *ctx);

static void
push_promise(duk_context *ctx, void *proto)
{
	struct engine *e = engine_from(ctx);

	inner_push_record(ctx, proto, &e->keys[KEY_PROMISE_STATE], 2);
	inner_slot_set_int(ctx, -1, SLOT_STATE, PROMISE_PENDING);
}

void
promise_new(duk_context *ctx)
{
	push_promise(ctx, engine_from(ctx)->refs[REF_PROMISE_PROTO]);
}

bool
promise_is(duk_context *ctx, duk_idx_t idx)
{
	return inner_is_record(ctx, idx, SLOT_STATE,
	    engine_from(ctx)->keys[KEY_PROMISE_STATE]);
}

static int
get_state(duk_context *ctx, duk_idx_t idx)
{
	return inner_slot_get_int(ctx, idx, SLOT_STATE);
}

static void
set_state(duk_context *ctx, duk_idx_t idx, int v)
{
	inner_slot_set_int(ctx, idx, SLOT_STATE, v);
}

enum promise_state
promise_state(duk_context *ctx, duk_idx_t idx)
{
	return (enum promise_state)(get_state(ctx, idx) & STATE_MASK);
}

void
promise_push_result(duk_context *ctx, duk_idx_t idx)
{
	if (promise_state(ctx, idx) == PROMISE_PENDING)
		duk_push_undefined(ctx);
	else
		inner_slot_push(ctx, idx, SLOT_VALUE);
}

void
promise_mark_handled(duk_context *ctx, duk_idx_t idx)
{
	struct engine *e = engine_from(ctx);
	int s = get_state(ctx, idx);

	if (s & FLAG_HANDLED)
		return;
	set_state(ctx, idx, s | FLAG_HANDLED);
	if ((s & FLAG_REPORTED) && e->hooks.on_rejection_handled != NULL) {
		duk_dup(ctx, idx);
		e->hooks.on_rejection_handled(e->hooks.arg, ctx);
		duk_pop(ctx);
	}
}

bool
promise_take_unhandled(duk_context *ctx, duk_idx_t pidx)
{
	int s = get_state(ctx, pidx);

	if (s & (FLAG_HANDLED | FLAG_REPORTED))
		return false;
	set_state(ctx, pidx, s | FLAG_REPORTED);
	return true;
}

/*
 * A reaction made in an async context: [ marker, context, reaction ].
 * [ reaction ] -> [ reaction ]
 */
static const char context_marker;

static void
wrap_in_context(duk_context *ctx)
{
	union {
		const char *c;
		void *p;
	} marker = {&context_marker};

	duk_push_bare_array(ctx);
	duk_push_pointer(ctx, marker.p);
	duk_put_prop_index(ctx, -2, 0);
	engine_push_context(ctx);
	duk_put_prop_index(ctx, -2, 1);
	duk_swap_top(ctx, -2);
	duk_put_prop_index(ctx, -2, 2);
}

/* [ reaction value ] -> the same, its context queued as that of the next job */
static void
unwrap_context(duk_context *ctx)
{
	duk_get_prop_index(ctx, -2, 0);
	if (duk_get_pointer(ctx, -1) != &context_marker) {
		duk_pop(ctx);
		return;
	}
	duk_get_prop_index(ctx, -3, 1);
	jobs_add_context(ctx, -1);
	duk_get_prop_index(ctx, -4, 2);
	duk_replace(ctx, -5);
	duk_pop_2(ctx);
}

/* Queue the job of one reaction: [ reaction value ] -> [ ] */
static void
queue_reaction(duk_context *ctx, bool is_error)
{
	if (duk_is_array(ctx, -2))
		unwrap_context(ctx);
	duk_push_boolean(ctx, is_error);
	jobs_add(ctx, JOB_REACT);
}

/* [ value ] -> [ ]: the promise is pending and gets its result. */
static void
settle(duk_context *ctx, duk_idx_t pidx, enum promise_state s)
{
	int old = get_state(ctx, pidx);
	duk_idx_t value = duk_normalize_index(ctx, -1), list;
	duk_size_t i, n;

	pidx = duk_normalize_index(ctx, pidx);
	ASSERT((old & STATE_MASK) == PROMISE_PENDING);
	set_state(ctx, pidx,
	    (old & ~(STATE_MASK | FLAG_LIST)) | FLAG_LOCKED | (int)s);
	inner_slot_push(ctx, pidx, SLOT_VALUE);
	list = duk_normalize_index(ctx, -1);
	duk_dup(ctx, value);
	inner_slot_pop(ctx, pidx, SLOT_VALUE);
	if (s == PROMISE_REJECTED && !(old & FLAG_HANDLED))
		jobs_track_rejection(ctx, pidx);
	if (old & FLAG_LIST) {
		n = duk_get_length(ctx, list);
		for (i = 0; i < n; i++) {
			duk_get_prop_index(ctx, list, (duk_uarridx_t)i);
			duk_dup(ctx, value);
			queue_reaction(ctx, s == PROMISE_REJECTED);
		}
		duk_pop_2(ctx);
	} else if (duk_is_undefined(ctx, list)) {
		duk_pop_2(ctx);
	} else {
		duk_swap_top(ctx, -2);
		queue_reaction(ctx, s == PROMISE_REJECTED);
	}
}

/* [ reaction ] -> [ ] */
static void
add_reaction(duk_context *ctx, duk_idx_t pidx)
{
	int s = get_state(ctx, pidx);

	pidx = duk_normalize_index(ctx, pidx);
	if (engine_has_context(ctx))
		wrap_in_context(ctx);
	if ((s & STATE_MASK) != PROMISE_PENDING) {
		promise_mark_handled(ctx, pidx);
		inner_slot_push(ctx, pidx, SLOT_VALUE);
		queue_reaction(ctx, (s & STATE_MASK) == PROMISE_REJECTED);
		return;
	}
	inner_slot_push(ctx, pidx, SLOT_VALUE);
	if (s & FLAG_LIST) {
		duk_swap_top(ctx, -2);
		duk_put_prop_index(ctx, -2,
		    (duk_uarridx_t)duk_get_length(ctx, -2));
		duk_pop(ctx);
		return;
	}
	if (duk_is_undefined(ctx, -1)) {
		duk_pop(ctx);
		inner_slot_pop(ctx, pidx, SLOT_VALUE);
		set_state(ctx, pidx, s | FLAG_HANDLED);
		return;
	}
	/* [ new old ]: the second reaction makes a list */
	duk_push_bare_array(ctx);
	duk_swap_top(ctx, -2);
	duk_put_prop_index(ctx, -2, 0);
	duk_swap_top(ctx, -2);
	duk_put_prop_index(ctx, -2, 1);
	inner_slot_pop(ctx, pidx, SLOT_VALUE);
	set_state(ctx, pidx, s | FLAG_LIST | FLAG_HANDLED);
}

void
promise_await(duk_context *ctx, duk_idx_t pidx)
{
	add_reaction(ctx, pidx);
}

/* Resolving. */

/* The promise at PIDX is decided: older resolving functions are void. */
static void
lock(duk_context *ctx, duk_idx_t pidx)
{
	int s = get_state(ctx, pidx);
	int epoch = ((s >> EPOCH_SHIFT) + 1) & EPOCH_MASK;

	set_state(ctx, pidx,
	    (s & ((1 << EPOCH_SHIFT) - 1)) | FLAG_LOCKED |
		(epoch << EPOCH_SHIFT));
}

static duk_ret_t
get_then(duk_context *ctx, void *arg)
{
	(void)arg;
	duk_get_prop_literal(ctx, -1, "then");
	return 1;
}

/* [ resolution ] -> [ ]: the promise resolve function, after its check. */
static void
do_resolve(duk_context *ctx, duk_idx_t pidx)
{
	pidx = duk_normalize_index(ctx, pidx);
	if (!duk_is_object(ctx, -1)) {
		settle(ctx, pidx, PROMISE_FULFILLED);
		return;
	}
	if (duk_strict_equals(ctx, pidx, -1)) {
		duk_push_error_object(ctx, DUK_ERR_TYPE_ERROR,
		    "Chaining cycle detected for promise #<Promise>");
		duk_remove(ctx, -2);
		settle(ctx, pidx, PROMISE_REJECTED);
		return;
	}
	duk_dup_top(ctx);
	if (duk_safe_call(ctx, get_then, NULL, 1, 1) != DUK_EXEC_SUCCESS) {
		promise_rethrow_if_stopped(ctx);
		duk_remove(ctx, -2);
		settle(ctx, pidx, PROMISE_REJECTED);
		return;
	}
	if (!duk_is_callable(ctx, -1)) {
		duk_pop(ctx);
		settle(ctx, pidx, PROMISE_FULFILLED);
		return;
	}
	duk_dup(ctx, pidx);
	duk_insert(ctx, -3);
	jobs_add(ctx, JOB_THENABLE);
}

void
promise_rethrow_if_stopped(duk_context *ctx)
{
	if (*engine_from(ctx)->fire)
		(void)duk_throw(ctx);
}

void
promise_resolve(duk_context *ctx, duk_idx_t pidx, duk_idx_t vidx)
{
	if (get_state(ctx, pidx) & FLAG_LOCKED)
		return;
	pidx = duk_normalize_index(ctx, pidx);
	vidx = duk_normalize_index(ctx, vidx);
	lock(ctx, pidx);
	duk_dup(ctx, vidx);
	do_resolve(ctx, pidx);
}

void
promise_reject(duk_context *ctx, duk_idx_t pidx, duk_idx_t vidx)
{
	if (get_state(ctx, pidx) & FLAG_LOCKED)
		return;
	pidx = duk_normalize_index(ctx, pidx);
	vidx = duk_normalize_index(ctx, vidx);
	lock(ctx, pidx);
	duk_dup(ctx, vidx);
	settle(ctx, pidx, PROMISE_REJECTED);
}

/* The functions that an executor gets; magic: epoch * 2 + is_reject. */
static duk_ret_t
resolver(duk_context *ctx)
{
	int magic = duk_get_current_magic(ctx) & 0x7fff, s;

	duk_push_current_function(ctx);
	inner_slot_push(ctx, -1, FUNCTION_DATA_SLOT);
	/* [ value fn promise ] */
	s = get_state(ctx, -1);
	if (((s >> EPOCH_SHIFT) & EPOCH_MASK) != magic >> 1)
		return 0;
	lock(ctx, -1);
	duk_dup(ctx, 0);
	if (magic & 1)
		settle(ctx, -2, PROMISE_REJECTED);
	else
		do_resolve(ctx, -2);
	return 0;
}

static void
push_resolver(duk_context *ctx, duk_idx_t pidx, bool is_reject)
{
	int epoch = (get_state(ctx, pidx) >> EPOCH_SHIFT) & EPOCH_MASK;

	pidx = duk_normalize_index(ctx, pidx);
	duk_dup(ctx, pidx);
	inner_push_cfunction(ctx, resolver, 1, 1, "",
	    engine_from(ctx)->keys[KEY_DATA]);
	duk_set_magic(ctx, -1, epoch * 2 + (is_reject ? 1 : 0));
}

void
promise_push_resolvers(duk_context *ctx, duk_idx_t pidx)
{
	pidx = duk_normalize_index(ctx, pidx);
	push_resolver(ctx, pidx, false);
	push_resolver(ctx, pidx, true);
}

/* [ promise thenable then ] */
void
promise_job_thenable(duk_context *ctx)
{
	promise_push_resolvers(ctx, 0);
	/* [ promise thenable then resolve reject ] */
	duk_dup(ctx, 2);
	duk_dup(ctx, 1);
	duk_dup(ctx, 3);
	duk_dup(ctx, 4);
	if (duk_pcall_method(ctx, 2) == DUK_EXEC_SUCCESS)
		return;
	promise_rethrow_if_stopped(ctx);
	duk_call(ctx, 1);
}

/* Reactions. */

/* [ reaction value is_error ]: a then() made in C. */
static void
react_c(duk_context *ctx)
{
	bool is_error = duk_to_boolean(ctx, 2) != 0;
	duk_c_function fn;
	bool has_promise;

	duk_get_prop_index(ctx, 0, is_error ? REACT_ERR : REACT_OK);
	fn = (duk_c_function)(uintptr_t)duk_get_pointer(ctx, -1);
	duk_pop(ctx);
	duk_get_prop_index(ctx, 0, REACT_PROMISE);
	has_promise = promise_is(ctx, -1);
	/* [ reaction value is_error promise ] */
	if (fn == NULL) {
		if (has_promise && is_error)
			promise_reject(ctx, -1, 1);
		else if (has_promise)
			promise_resolve(ctx, -1, 1);
		else if (is_error) {
			duk_dup(ctx, 1);
			(void)duk_throw(ctx);
		}
		return;
	}
	duk_push_c_function(ctx, fn, 2);
	duk_dup(ctx, 1);
	duk_get_prop_index(ctx, 0, REACT_DATA);
	if (!has_promise) {
		duk_call(ctx, 2);
		return;
	}
	if (duk_pcall(ctx, 2) == DUK_EXEC_SUCCESS) {
		promise_resolve(ctx, -2, -1);
		return;
	}
	promise_rethrow_if_stopped(ctx);
	promise_reject(ctx, -2, -1);
}

/* [ reaction value is_error ]: handlers and capability of a then(). */
static void
react_js(duk_context *ctx)
{
	bool is_error = duk_to_boolean(ctx, 2) != 0, failed;

	duk_get_prop_index(ctx, 0, is_error ? REACT_ERR : REACT_OK);
	if (duk_is_undefined(ctx, -1)) {
		failed = is_error;
		duk_dup(ctx, 1);
	} else {
		duk_dup(ctx, -1);
		duk_dup(ctx, 1);
		failed = duk_pcall(ctx, 1) != DUK_EXEC_SUCCESS;
		if (failed)
			promise_rethrow_if_stopped(ctx);
	}
	/* [ reaction value is_error handler result ] */
	duk_get_prop_index(ctx, 0, REACT_RESOLVE);
	if (duk_is_undefined(ctx, -1)) {
		duk_pop(ctx);
		duk_get_prop_index(ctx, 0, REACT_PROMISE);
		if (!promise_is(ctx, -1)) {
			/* of an await: nobody looks, but memory is everyone's
			 */
			if (failed && engine_is_alloc_failure(ctx, -2)) {
				duk_pop(ctx);
				(void)duk_throw(ctx);
			}
			return;
		}
		if (failed)
			promise_reject(ctx, -1, -2);
		else
			promise_resolve(ctx, -1, -2);
		return;
	}
	if (failed) {
		duk_pop(ctx);
		duk_get_prop_index(ctx, 0, REACT_REJECT);
	}
	duk_dup(ctx, -2);
	duk_call(ctx, 1);
}

/* [ reaction value is_error ] */
void
promise_job_react(duk_context *ctx)
{
	if (!duk_is_array(ctx, 0)) {
		bool is_error = duk_to_boolean(ctx, 2) != 0;

		duk_pop(ctx);
		async_continue(ctx, is_error);
		return;
	}
	duk_get_prop_index(ctx, 0, REACT_OK);
	if (duk_is_pointer(ctx, -1)) {
		duk_pop(ctx);
		react_c(ctx);
	} else {
		duk_pop(ctx);
		react_js(ctx);
	}
}

/* [ ... data ] with or without a promise below: the reaction of C. */
static void
push_c_reaction(duk_context *ctx, duk_c_function on_ok, duk_c_function on_err,
    bool with_promise)
{
	duk_push_bare_array(ctx);
	duk_push_pointer(ctx, (void *)(uintptr_t)on_ok);
	duk_put_prop_index(ctx, -2, REACT_OK);
	duk_push_pointer(ctx, (void *)(uintptr_t)on_err);
	duk_put_prop_index(ctx, -2, REACT_ERR);
	if (with_promise)
		promise_new(ctx);
	else
		duk_push_undefined(ctx);
	duk_put_prop_index(ctx, -2, REACT_PROMISE);
	duk_swap_top(ctx, -2);
	duk_put_prop_index(ctx, -2, REACT_DATA);
}

void
promise_then_c(duk_context *ctx, duk_idx_t pidx, duk_c_function on_ok,
    duk_c_function on_err)
{
	pidx = duk_normalize_index(ctx, pidx);
	push_c_reaction(ctx, on_ok, on_err, true);
	duk_get_prop_index(ctx, -1, REACT_PROMISE);
	duk_swap_top(ctx, -2);
	add_reaction(ctx, pidx);
}

void
promise_react_c(duk_context *ctx, duk_idx_t pidx, duk_c_function on_ok,
    duk_c_function on_err)
{
	pidx = duk_normalize_index(ctx, pidx);
	push_c_reaction(ctx, on_ok, on_err, false);
	add_reaction(ctx, pidx);
}

/* Is the promise on top ours, and its constructor the intrinsic? */
static bool
is_plain(duk_context *ctx)
{
	bool plain;

	if (!promise_is(ctx, -1))
		return false;
	duk_get_prop_literal(ctx, -1, "constructor");
	plain = duk_get_heapptr(ctx, -1) == engine_from(ctx)->refs[REF_PROMISE];
	duk_pop(ctx);
	return plain;
}

void
promise_resolved(duk_context *ctx)
{
	if (is_plain(ctx))
		return;
	promise_new(ctx);
	promise_resolve(ctx, -1, -2);
	duk_remove(ctx, -2);
}

void
promise_rejected(duk_context *ctx)
{
	promise_new(ctx);
	promise_reject(ctx, -1, -2);
	duk_remove(ctx, -2);
}

/* What scripts see. */

static duk_ret_t
constructor(duk_context *ctx)
{
	if (!duk_is_constructor_call(ctx))
		return duk_type_error(ctx,
		    "Promise constructor cannot be invoked without 'new'");
	if (!duk_is_callable(ctx, 0)) {
		const char *s = duk_safe_to_string(ctx, 0);

		return duk_type_error(ctx,
		    "Promise resolver %s is not a function", s);
	}
	duk_push_this(ctx);
	push_promise(ctx, inner_get_proto(ctx, -1));
	/* [ executor this promise ] */
	duk_dup(ctx, 0);
	promise_push_resolvers(ctx, -2);
	if (duk_pcall(ctx, 2) != DUK_EXEC_SUCCESS) {
		promise_rethrow_if_stopped(ctx);
		promise_reject(ctx, -2, -1);
	}
	duk_pop(ctx);
	return 1;
}

/* GetCapabilitiesExecutor: keeps what it gets on the array it carries. */
static duk_ret_t
executor(duk_context *ctx)
{
	duk_push_current_function(ctx);
	duk_get_prop_literal(ctx, -1, DUK_HIDDEN_SYMBOL("data"));
	duk_get_prop_index(ctx, -1, 0);
	duk_get_prop_index(ctx, -2, 1);
	if (!duk_is_undefined(ctx, -1) || !duk_is_undefined(ctx, -2))
		return duk_type_error(ctx,
		    "Promise executor has already been invoked with "
		    "non-undefined arguments");
	duk_pop_2(ctx);
	duk_dup(ctx, 0);
	duk_put_prop_index(ctx, -2, 0);
	duk_dup(ctx, 1);
	duk_put_prop_index(ctx, -2, 1);
	return 0;
}

void
promise_new_capability(duk_context *ctx)
{
	/* [ C ] -> [ promise resolve reject ] */
	if (duk_get_heapptr(ctx, -1) == engine_from(ctx)->refs[REF_PROMISE]) {
		duk_pop(ctx);
		promise_new(ctx);
		promise_push_resolvers(ctx, -1);
		return;
	}
	if (!inner_is_constructor(ctx, -1))
		(void)duk_type_error(ctx, "not a constructor");
	engine_push_function(ctx, executor, 2, 2, "");
	duk_push_bare_array(ctx);
	duk_dup_top(ctx);
	duk_put_prop_literal(ctx, -3, DUK_HIDDEN_SYMBOL("data"));
	duk_insert(ctx, -3);
	/* [ holder C executor ] */
	duk_new(ctx, 1);
	duk_get_prop_index(ctx, -2, 0);
	duk_get_prop_index(ctx, -3, 1);
	if (!duk_is_callable(ctx, -2) || !duk_is_callable(ctx, -1))
		(void)duk_type_error(ctx,
		    "Promise resolve or reject function is not callable");
	duk_remove(ctx, -4);
}

void
promise_push_species(duk_context *ctx, duk_idx_t idx)
{
	struct engine *e = engine_from(ctx);

	duk_get_prop_literal(ctx, idx, "constructor");
	if (duk_is_undefined(ctx, -1))
		goto intrinsic;
	if (!duk_is_object(ctx, -1))
		(void)duk_type_error(ctx,
		    "object.constructor is not an object");
	duk_get_prop_literal(ctx, -1, DUK_WELLKNOWN_SYMBOL("Symbol.species"));
	if (!duk_is_null_or_undefined(ctx, -1)) {
		if (!inner_is_constructor(ctx, -1))
			(void)duk_type_error(ctx,
			    "object.constructor[Symbol.species] is not a "
			    "constructor");
		duk_remove(ctx, -2);
		return;
	}
	duk_pop(ctx);
	if (duk_get_heapptr(ctx, -1) == e->refs[REF_PROMISE])
		return; /* before builtins installed Symbol.species */
intrinsic:
	duk_pop(ctx);
	engine_push_ref(e, ctx, REF_PROMISE);
}

static duk_ret_t
proto_then(duk_context *ctx)
{
	struct engine *e = engine_from(ctx);
	duk_idx_t i;

	duk_push_this(ctx);
	if (!promise_is(ctx, -1)) {
		const char *s = duk_safe_to_string(ctx, -1);

		return duk_type_error(ctx,
		    "Method Promise.prototype.then called on incompatible "
		    "receiver %s",
		    s);
	}
	promise_push_species(ctx, 2);
	/* [ ok err this C ] */
	duk_push_bare_array(ctx);
	for (i = 0; i < 2; i++) {
		if (duk_is_callable(ctx, i))
			duk_dup(ctx, i);
		else
			duk_push_undefined(ctx);
		duk_put_prop_index(ctx, -2, (duk_uarridx_t)i);
	}
	duk_insert(ctx, 3);
	/* [ ok err this reaction C ] */
	if (duk_get_heapptr(ctx, -1) == e->refs[REF_PROMISE]) {
		duk_pop(ctx);
		promise_new(ctx);
	} else {
		promise_new_capability(ctx);
		duk_put_prop_index(ctx, 3, REACT_REJECT);
		duk_put_prop_index(ctx, 3, REACT_RESOLVE);
	}
	duk_dup(ctx, -1);
	duk_put_prop_index(ctx, 3, REACT_PROMISE);
	duk_dup(ctx, 3);
	add_reaction(ctx, 2);
	return 1;
}

static duk_ret_t
proto_catch(duk_context *ctx)
{
	duk_push_this(ctx);
	duk_push_literal(ctx, "then");
	duk_push_undefined(ctx);
	duk_dup(ctx, 0);
	duk_call_prop(ctx, -4, 2);
	return 1;
}

/* magic 0: () => value, 1: () => throw value */
static duk_ret_t
give_data(duk_context *ctx)
{
	duk_push_current_function(ctx);
	duk_get_prop_literal(ctx, -1, DUK_HIDDEN_SYMBOL("data"));
	return duk_get_current_magic(ctx) ? duk_throw(ctx) : 1;
}

/* The functions that finally() hands to then(); magic as above. */
static duk_ret_t
finally_step(duk_context *ctx)
{
	duk_push_current_function(ctx);
	duk_get_prop_literal(ctx, 1, DUK_HIDDEN_SYMBOL("data"));
	duk_call(ctx, 0);
	duk_get_prop_literal(ctx, 1, DUK_HIDDEN_SYMBOL("data2"));
	duk_swap_top(ctx, -2);
	/* [ value fn C result ] */
	promise_resolve_with(ctx);
	duk_push_literal(ctx, "then");
	engine_push_function(ctx, give_data, 0, 0, "");
	duk_set_magic(ctx, -1, duk_get_current_magic(ctx));
	duk_dup(ctx, 0);
	duk_put_prop_literal(ctx, -2, DUK_HIDDEN_SYMBOL("data"));
	duk_call_prop(ctx, -3, 1);
	return 1;
}

static duk_ret_t
proto_finally(duk_context *ctx)
{
	int i;

	duk_push_this(ctx);
	if (!duk_is_object(ctx, 1))
		return duk_type_error(ctx,
		    "Promise.prototype.finally called on a non-object");
	promise_push_species(ctx, 1);
	/* [ f this C ] */
	duk_push_literal(ctx, "then");
	for (i = 0; i < 2; i++) {
		if (!duk_is_callable(ctx, 0)) {
			duk_dup(ctx, 0);
			continue;
		}
		engine_push_function(ctx, finally_step, 1, 1, "");
		duk_set_magic(ctx, -1, i);
		duk_dup(ctx, 0);
		duk_put_prop_literal(ctx, -2, DUK_HIDDEN_SYMBOL("data"));
		duk_dup(ctx, 2);
		duk_put_prop_literal(ctx, -2, DUK_HIDDEN_SYMBOL("data2"));
	}
	duk_call_prop(ctx, 1, 2);
	return 1;
}

/* [ C value ] -> [ promise ] */
void
promise_resolve_with(duk_context *ctx)
{
	if (promise_is(ctx, -1)) {
		bool same;

		duk_get_prop_literal(ctx, -1, "constructor");
		same = duk_samevalue(ctx, -1, -3) != 0;
		duk_pop(ctx);
		if (same) {
			duk_remove(ctx, -2);
			return;
		}
	}
	duk_swap_top(ctx, -2);
	promise_new_capability(ctx);
	/* [ value promise resolve reject ] */
	duk_pop(ctx);
	duk_dup(ctx, -3);
	duk_call(ctx, 1);
	duk_pop(ctx);
	duk_remove(ctx, -2);
}

void
promise_setup(struct engine *e, duk_context *ctx)
{
	/* clang-format off */
	static const struct { const char *name; duk_c_function fn; int n; }
	methods[] = {
		{"then", proto_then, 2},
		{"catch", proto_catch, 1},
		{"finally", proto_finally, 1},
	};
	/* clang-format on */
	size_t i;

	engine_push_constructor(ctx, constructor, 1, 1, "Promise");
	duk_dup_top(ctx);
	engine_set_ref(e, ctx, REF_PROMISE);
	duk_push_object(ctx);
	duk_dup_top(ctx);
	engine_set_ref(e, ctx, REF_PROMISE_PROTO);
	for (i = 0; i < NELEMS(methods); i++) {
		duk_push_string(ctx, methods[i].name);
		engine_push_function(ctx, methods[i].fn, methods[i].n,
		    methods[i].n, methods[i].name);
		duk_def_prop(ctx, -3,
		    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_WRITABLE |
			DUK_DEFPROP_SET_CONFIGURABLE |
			DUK_DEFPROP_CLEAR_ENUMERABLE);
	}
	duk_push_literal(ctx, "constructor");
	duk_dup(ctx, -3);
	duk_def_prop(ctx, -3,
	    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_WRITABLE |
		DUK_DEFPROP_SET_CONFIGURABLE | DUK_DEFPROP_CLEAR_ENUMERABLE);
	duk_push_literal(ctx, DUK_WELLKNOWN_SYMBOL("Symbol.toStringTag"));
	duk_push_literal(ctx, "Promise");
	duk_def_prop(ctx, -3,
	    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_CLEAR_WRITABLE |
		DUK_DEFPROP_SET_CONFIGURABLE | DUK_DEFPROP_CLEAR_ENUMERABLE);
	/* [ Promise proto ] */
	duk_push_literal(ctx, "prototype");
	duk_swap_top(ctx, -2);
	duk_def_prop(ctx, -3, DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_CLEAR_WEC);
	promise_setup_statics(ctx);
	duk_push_global_object(ctx);
	duk_push_literal(ctx, "Promise");
	duk_dup(ctx, -3);
	duk_def_prop(ctx, -3,
	    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_WRITABLE |
		DUK_DEFPROP_SET_CONFIGURABLE | DUK_DEFPROP_CLEAR_ENUMERABLE);
	duk_pop_2(ctx);
}
