/*
 * Generators: records with a coroutine, a state and the value that return()
 * passed.
 *
 * Runs in: zygote and workers.
 * Owns:    nothing outside the heap.
 * Never:   runs a body twice at a time.
 */
#include "config.h"

#include "base/util.h"
#include "worker/engine/coroutine.h"
#include "worker/engine/engine_priv.h"
#include "worker/engine/generator.h"
#include "worker/engine/inner.h"

enum gen_mode { MODE_NEXT, MODE_RETURN, MODE_THROW };

static duk_ret_t gen_call(duk_context *ctx);
static duk_ret_t gen_method(duk_context *ctx);
static duk_ret_t return_this(duk_context *ctx);

void
generator_push_result(duk_context *ctx, bool done)
{
	struct engine *e = engine_from(ctx);

	inner_push_plain(ctx, e->refs[REF_OBJECT_PROTO], &e->keys[KEY_VALUE],
	    2);
	duk_swap_top(ctx, -2);
	inner_slot_pop(ctx, -2, 0);
	duk_push_boolean(ctx, done);
	inner_slot_pop(ctx, -2, 1);
}

/* A prototype object with a tag: [ parent ] -> [ object ] */
static void
push_tagged(duk_context *ctx, const char *tag)
{
	duk_push_object(ctx);
	duk_swap_top(ctx, -2);
	duk_set_prototype(ctx, -2);
	duk_push_literal(ctx, DUK_WELLKNOWN_SYMBOL("Symbol.toStringTag"));
	duk_push_string(ctx, tag);
	duk_def_prop(ctx, -3,
	    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_CONFIGURABLE |
		DUK_DEFPROP_CLEAR_WRITABLE | DUK_DEFPROP_CLEAR_ENUMERABLE);
}

static void
def_readonly(duk_context *ctx, duk_idx_t idx, const char *name)
{
	idx = duk_normalize_index(ctx, idx);
	duk_push_string(ctx, name);
	duk_swap_top(ctx, -2);
	duk_def_prop(ctx, idx,
	    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_CONFIGURABLE |
		DUK_DEFPROP_CLEAR_WRITABLE | DUK_DEFPROP_CLEAR_ENUMERABLE);
}

/* [ ] -> [ %IteratorPrototype%-like object with one method ] */
static void
push_iterator_proto(duk_context *ctx, const char *symbol, const char *name)
{
	duk_push_object(ctx);
	duk_push_string(ctx, symbol);
	engine_push_function(ctx, return_this, 0, 0, name);
	duk_def_prop(ctx, -3,
	    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_WRITABLE |
		DUK_DEFPROP_SET_CONFIGURABLE | DUK_DEFPROP_CLEAR_ENUMERABLE);
}

static duk_ret_t
return_this(duk_context *ctx)
{
	duk_push_this(ctx);
	return 1;
}

void
generator_setup_kind(struct engine *e, duk_context *ctx,
    const struct generator_kind *k)
{
	static const char *const names[] = {"next", "return", "throw"};
	int i;

	push_iterator_proto(ctx, k->iterator_symbol, k->iterator_name);
	engine_set_ref(e, ctx, k->iterator_proto);
	engine_push_ref(e, ctx, k->iterator_proto);
	push_tagged(ctx, k->tag);
	for (i = 0; i < 3; i++) {
		duk_push_string(ctx, names[i]);
		engine_push_function(ctx, k->method, 1, 1, names[i]);
		duk_set_magic(ctx, -1, i);
		duk_def_prop(ctx, -3,
		    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_WRITABLE |
			DUK_DEFPROP_SET_CONFIGURABLE |
			DUK_DEFPROP_CLEAR_ENUMERABLE);
	}
	engine_push_ref(e, ctx, REF_FUNCTION_PROTO);
	push_tagged(ctx, k->function_tag);
	/* [ proto fproto ] */
	duk_dup(ctx, -2);
	def_readonly(ctx, -2, "prototype");
	duk_dup(ctx, -1);
	def_readonly(ctx, -3, "constructor");
	engine_set_ref(e, ctx, k->function_proto);
	engine_set_ref(e, ctx, k->proto);
}

void
generator_setup(struct engine *e, duk_context *ctx)
{
	static const struct generator_kind kind = {
	    .iterator_symbol = DUK_WELLKNOWN_SYMBOL("Symbol.iterator"),
	    .iterator_name = "[Symbol.iterator]",
	    .iterator_proto = REF_ITERATOR_PROTO,
	    .tag = "Generator",
	    .function_tag = "GeneratorFunction",
	    .proto = REF_GENERATOR_PROTO,
	    .function_proto = REF_GENERATOR_FUNCTION_PROTO,
	    .method = gen_method,
	};

	generator_setup_kind(e, ctx, &kind);
}

void
engine_push_iterator_proto(duk_context *ctx)
{
	engine_push_ref(engine_from(ctx), ctx, REF_ITERATOR_PROTO);
}

void
engine_push_async_iterator_proto(duk_context *ctx)
{
	engine_push_ref(engine_from(ctx), ctx, REF_ASYNC_ITERATOR_PROTO);
}

/* [ body eager ] -> [ function ] */
void
generator_push_function(duk_context *ctx, duk_c_function call,
    enum engine_ref fproto, enum engine_ref proto)
{
	bool eager = duk_to_boolean(ctx, 1) != 0;

	duk_pop(ctx);
	coroutine_push_callable(ctx, call, fproto);
	duk_set_magic(ctx, -1, eager ? 1 : 0);
	duk_push_literal(ctx, "prototype");
	duk_push_object(ctx);
	engine_push_ref(engine_from(ctx), ctx, proto);
	duk_set_prototype(ctx, -2);
	duk_def_prop(ctx, -3,
	    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_WRITABLE |
		DUK_DEFPROP_CLEAR_CONFIGURABLE | DUK_DEFPROP_CLEAR_ENUMERABLE);
}

duk_ret_t
rt_generator_fn(duk_context *ctx)
{
	generator_push_function(ctx, gen_call, REF_GENERATOR_FUNCTION_PROTO,
	    REF_GENERATOR_PROTO);
	return 1;
}

/*
 * [ args... ] -> [ record ]: the generator of a call of the running function,
 * run to its $start() if the function says so.
 */
void
generator_push_record(duk_context *ctx, enum engine_ref proto,
    unsigned int nslots)
{
	struct engine *e = engine_from(ctx);
	bool eager = duk_get_current_magic(ctx) != 0;

	duk_push_undefined(ctx);
	duk_insert(ctx, 0);
	coroutine_push_thread(ctx);
	inner_push_record(ctx, e->refs[proto], &e->keys[KEY_GEN_THREAD],
	    nslots);
	/* [ thread record ] */
	inner_slot_set_int(ctx, -1, GEN_SLOT_STATE, GEN_START);
	if (eager) {
		duk_push_undefined(ctx);
		if (coroutine_resume(e, ctx, 0, false,
			duk_get_heapptr(ctx, 1)) != 0)
			(void)duk_throw(ctx);
		duk_pop(ctx);
	}
	/* read when the parameters are bound */
	duk_push_current_function(ctx);
	duk_get_prop_literal(ctx, -1, "prototype");
	if (duk_is_object(ctx, -1))
		inner_set_proto(ctx, 1);
	duk_set_top(ctx, 2);
	duk_dup(ctx, 0);
	inner_slot_pop(ctx, 1, GEN_SLOT_THREAD);
}

static duk_ret_t
gen_call(duk_context *ctx)
{
	generator_push_record(ctx, REF_GENERATOR_PROTO, 3);
	return 1;
}

/* [ ... v ] with the record at 1: run the body on. */
static duk_ret_t
gen_resume(duk_context *ctx, bool is_error)
{
	struct engine *e = engine_from(ctx);
	bool failed, is_ret;

	inner_slot_push(ctx, 1, GEN_SLOT_THREAD);
	duk_swap_top(ctx, -2);
	inner_slot_set_int(ctx, 1, GEN_SLOT_STATE, GEN_RUNNING);
	failed = coroutine_resume(e, ctx, -2, is_error,
		     duk_get_heapptr(ctx, 1)) != 0;
	if (!failed && e->suspend_kind != SUSPEND_NONE) {
		inner_slot_set_int(ctx, 1, GEN_SLOT_STATE, GEN_YIELDED);
		if (e->suspend_kind != SUSPEND_YIELD_RAW)
			generator_push_result(ctx, false);
		return 1;
	}
	inner_slot_set_int(ctx, 1, GEN_SLOT_STATE, GEN_DONE);
	duk_push_undefined(ctx);
	inner_slot_pop(ctx, 1, GEN_SLOT_THREAD);
	is_ret = failed && duk_get_heapptr(ctx, -1) == e->refs[REF_RET];
	if (failed && !is_ret)
		return duk_throw(ctx);
	if (is_ret)
		inner_slot_push(ctx, 1, GEN_SLOT_VALUE);
	generator_push_result(ctx, true);
	return 1;
}

/* next, return and throw: magic is the mode */
static duk_ret_t
gen_method(duk_context *ctx)
{
	struct engine *e = engine_from(ctx);
	enum gen_mode mode = (enum gen_mode)duk_get_current_magic(ctx);
	int state;

	duk_push_this(ctx);
	if (!inner_is_record(ctx, 1, 0, e->keys[KEY_GEN_THREAD]) ||
	    inner_is_record(ctx, 1, GEN_SLOT_QUEUE, e->keys[KEY_GEN_QUEUE])) {
		const char *s = duk_safe_to_string(ctx, 1);

		return duk_type_error(ctx,
		    "%s method called on incompatible receiver %s",
		    mode == MODE_NEXT     ? "next"
		    : mode == MODE_RETURN ? "return"
					  : "throw",
		    s);
	}
	state = inner_slot_get_int(ctx, 1, GEN_SLOT_STATE);
	if (state == GEN_RUNNING)
		return duk_type_error(ctx, "Generator is already running");
	if (state == GEN_START && mode != MODE_NEXT) {
		inner_slot_set_int(ctx, 1, GEN_SLOT_STATE, GEN_DONE);
		duk_push_undefined(ctx);
		inner_slot_pop(ctx, 1, GEN_SLOT_THREAD);
		state = GEN_DONE;
	}
	if (state == GEN_DONE) {
		if (mode == MODE_NEXT)
			duk_push_undefined(ctx);
		else
			duk_dup(ctx, 0);
		if (mode == MODE_THROW)
			return duk_throw(ctx);
		generator_push_result(ctx, true);
		return 1;
	}
	duk_dup(ctx, 0);
	if (mode == MODE_RETURN) {
		inner_slot_pop(ctx, 1, GEN_SLOT_VALUE);
		engine_push_ref(e, ctx, REF_RET);
	}
	return gen_resume(ctx, mode != MODE_NEXT);
}

/* $yield(v) */
duk_ret_t
rt_yield(duk_context *ctx)
{
	engine_from(ctx)->suspend_kind = SUSPEND_YIELD;
	return inner_thread_yield(ctx);
}

/* For the delegating helpers: yield without wrapping. */
duk_ret_t
generator_yield_raw(duk_context *ctx)
{
	engine_from(ctx)->suspend_kind = SUSPEND_YIELD_RAW;
	return inner_thread_yield(ctx);
}

/* () the value that return() passed; (v) sets it */
duk_ret_t
generator_return_value(duk_context *ctx)
{
	struct engine *e = engine_from(ctx);

	if (e->current_gen == NULL)
		return duk_type_error(ctx, "not in a generator");
	duk_push_heapptr(ctx, e->current_gen);
	if (duk_get_top(ctx) == 1) {
		inner_slot_push(ctx, 0, GEN_SLOT_VALUE);
		return 1;
	}
	duk_dup(ctx, 0);
	inner_slot_pop(ctx, -2, GEN_SLOT_VALUE);
	return 0;
}
