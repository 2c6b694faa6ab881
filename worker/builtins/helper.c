/*
 * Iterator: the constructor, Iterator.from, and the iterator helpers.
 *
 * Runs in: worker.
 *
 * A helper object: ITER and NEXT the underlying iterator, FN the callback,
 * KIND what it does, POS the counter, STATE where it is, INNER the inner
 * iterator of flatMap.
 */
#include "config.h"

#include "worker/builtins/iterator.h"

#include <math.h>

enum helper_kind { H_MAP, H_FILTER, H_TAKE, H_DROP, H_FLAT_MAP };

enum helper_state { H_FRESH, H_SUSPENDED, H_RUNNING, H_DONE };

/* [ ] -> [ this ], an object */
static void
push_this_iterator(duk_context *ctx, const char *method)
{
	duk_push_this(ctx);
	if (!bi_is_object(ctx, -1))
		bi_throw_receiver(ctx, method);
}

/* Close the iterator at IDX, then throw the error on top. */
static void
close_and_throw(duk_context *ctx, duk_idx_t iter)
{
	iterator_close_quietly(ctx, iter);
	(void)duk_throw(ctx);
}

struct call {
	duk_idx_t nargs;
};

static duk_ret_t
call_protected(duk_context *ctx, void *arg)
{
	const struct call *c = arg;

	duk_call(ctx, c->nargs);
	return 1;
}

/* [ fn args... ] -> [ result ]; if it throws, the iterator is closed. */
static void
call_closing(duk_context *ctx, duk_idx_t nargs, duk_idx_t iter)
{
	struct call c = {nargs};

	if (duk_safe_call(ctx, call_protected, &c, nargs + 1, 1) !=
	    DUK_EXEC_SUCCESS)
		close_and_throw(ctx, iter);
}

/* An argument that must be a function; if not, this (an iterator) is closed. */
static void
require_fn(duk_context *ctx, duk_idx_t idx, duk_idx_t iter)
{
	if (duk_is_function(ctx, idx))
		return;
	iterator_close_quietly(ctx, iter);
	bi_require_callable(ctx, idx);
}

/* ---- lazy: map, filter, take, drop, flatMap ---------------------------- */

static duk_ret_t
number_protected(duk_context *ctx, void *arg)
{
	(void)arg;
	duk_to_number(ctx, -1);
	return 1;
}

/* The limit of take and drop, at 0. */
static double
get_limit(duk_context *ctx)
{
	double d;

	duk_dup(ctx, 0);
	if (duk_safe_call(ctx, number_protected, NULL, 1, 1) !=
	    DUK_EXEC_SUCCESS)
		close_and_throw(ctx, 1);
	d = duk_get_number(ctx, -1);
	duk_pop(ctx);
	if (isnan(d) || trunc(d) < 0 ||
	    (isfinite(d) && d > 9007199254740991.0)) {
		iterator_close_quietly(ctx, 1);
		bi_throw_range(ctx, "%s must be positive",
		    duk_safe_to_string(ctx, 0));
	}
	return trunc(d);
}

/* magic: the kind */
static duk_ret_t
helper_create(duk_context *ctx)
{
	enum helper_kind kind = (enum helper_kind)duk_get_current_magic(ctx);
	double limit = 0;

	push_this_iterator(ctx, "Iterator.prototype.map");
	if (kind == H_TAKE || kind == H_DROP)
		limit = get_limit(ctx);
	else
		require_fn(ctx, 0, 1);
	duk_get_prop_literal(ctx, 1, "next"); /* [ fn this next ] */
	duk_push_object(ctx);
	bi_push(ctx, I_HELPER_PROTO);
	duk_set_prototype(ctx, -2);
	duk_dup(ctx, 1);
	slot_put(ctx, 3, SLOT_ITER);
	duk_dup(ctx, 2);
	slot_put(ctx, 3, SLOT_NEXT);
	duk_dup(ctx, 0);
	slot_put(ctx, 3, SLOT_FN);
	slot_put_number(ctx, 3, SLOT_KIND, kind);
	slot_put_number(ctx, 3, SLOT_STATE, H_FRESH);
	slot_put_number(ctx, 3, SLOT_POS, limit);
	return 1;
}

/* Stack of a step: [ this iter next fn ... ] */
enum { S_THIS, S_ITER, S_NEXT, S_FN };

static double
count(duk_context *ctx)
{
	double pos = slot_number(ctx, S_THIS, SLOT_POS);

	slot_put_number(ctx, S_THIS, SLOT_POS, pos + 1);
	return pos;
}

/* [ value ] -> [ value fn(value, n) ] */
static void
apply(duk_context *ctx)
{
	double n = count(ctx);

	duk_dup(ctx, S_FN);
	duk_dup(ctx, -2);
	duk_push_number(ctx, n);
	call_closing(ctx, 2, S_ITER);
}

struct inner {
	bool more;
};

/* [ iter next ] -> [ iter next value ] if there is one */
static duk_ret_t
inner_protected(duk_context *ctx, void *arg)
{
	struct inner *in = arg;

	in->more = iterator_step(ctx, -2, -1);
	if (!in->more)
		duk_push_undefined(ctx);
	return 1;
}

/* One value of flatMap's inner iterator: [ ] -> [ value ] */
static bool
step_inner(duk_context *ctx)
{
	struct inner in = {false};

	if (!slot_get(ctx, S_THIS, SLOT_INNER))
		return false;
	if (duk_is_undefined(ctx, -1)) {
		duk_pop(ctx);
		return false;
	}
	duk_get_prop_index(ctx, -1, 0);
	duk_get_prop_index(ctx, -2, 1);
	if (duk_safe_call(ctx, inner_protected, &in, 2, 1) != DUK_EXEC_SUCCESS)
		close_and_throw(ctx, S_ITER);
	duk_remove(ctx, -2);
	if (in.more)
		return true;
	duk_pop(ctx);
	duk_push_undefined(ctx);
	slot_put(ctx, S_THIS, SLOT_INNER);
	return false;
}

/* GetIteratorFlattenable: [ value ] -> [ [ iterator, next ] ] */
static duk_ret_t
flattenable_protected(duk_context *ctx, void *arg)
{
	bool strings = *(bool *)arg;
	duk_idx_t v = duk_get_top(ctx) - 1;

	if (!bi_is_object(ctx, v) &&
	    !(strings && duk_is_string(ctx, v) && !duk_is_symbol(ctx, v)))
		bi_throw_type(ctx, "%s is not an object",
		    duk_safe_to_string(ctx, v));
	duk_push_bare_array(ctx);
	if (bi_get_method(ctx, v, SYM_ITERATOR)) {
		duk_dup(ctx, v);
		duk_call_method(ctx, 0);
		if (!bi_is_object(ctx, -1))
			bi_throw_type(ctx, "%s is not an object",
			    duk_safe_to_string(ctx, -1));
	} else {
		duk_pop(ctx);
		duk_dup(ctx, v);
	}
	duk_get_prop_literal(ctx, -1, "next");
	duk_put_prop_index(ctx, -3, 1);
	duk_put_prop_index(ctx, -2, 0);
	return 1;
}

/* The next value of the helper: [ ] -> [ value ] */
static bool
helper_step(duk_context *ctx, enum helper_kind kind)
{
	bool strings = false;
	double left;

	for (;;) {
		duk_set_top(ctx, S_FN + 1);
		if (kind == H_FLAT_MAP && step_inner(ctx))
			return true;
		if (kind == H_TAKE) {
			left = slot_number(ctx, S_THIS, SLOT_POS);
			if (left <= 0) {
				iterator_close(ctx, S_ITER);
				return false;
			}
			slot_put_number(ctx, S_THIS, SLOT_POS, left - 1);
		}
		for (; kind == H_DROP &&
		       (left = slot_number(ctx, S_THIS, SLOT_POS)) > 0;
		     slot_put_number(ctx, S_THIS, SLOT_POS, left - 1)) {
			if (!iterator_step(ctx, S_ITER, S_NEXT))
				return false;
			duk_pop(ctx);
		}
		if (!iterator_step(ctx, S_ITER, S_NEXT))
			return false;
		switch (kind) {
		case H_TAKE:
		case H_DROP:
			return true;
		case H_MAP:
			apply(ctx);
			return true;
		case H_FILTER:
			apply(ctx);
			if (duk_to_boolean(ctx, -1)) {
				duk_pop(ctx);
				return true;
			}
			break;
		case H_FLAT_MAP:
			apply(ctx);
			if (duk_safe_call(ctx, flattenable_protected, &strings,
				1, 1) != DUK_EXEC_SUCCESS)
				close_and_throw(ctx, S_ITER);
			slot_put(ctx, S_THIS, SLOT_INNER);
			break;
		}
	}
}

static duk_ret_t
step_protected(duk_context *ctx, void *arg)
{
	bool *more = arg;

	*more = helper_step(ctx,
	    (enum helper_kind)slot_number(ctx, S_THIS, SLOT_KIND));
	if (!*more)
		duk_push_undefined(ctx);
	return 1;
}

/* [ ] -> [ this ]: its state */
static enum helper_state
push_this_helper(duk_context *ctx, const char *method)
{
	enum helper_state state;

	duk_push_this(ctx);
	if (!slot_has(ctx, -1, SLOT_STATE) || !slot_has(ctx, -1, SLOT_FN))
		bi_throw_receiver(ctx, method);
	state = (enum helper_state)slot_number(ctx, -1, SLOT_STATE);
	if (state == H_RUNNING)
		bi_throw_type(ctx, "Generator is already running");
	return state;
}

static duk_ret_t
helper_next(duk_context *ctx)
{
	enum helper_state state;
	bool more = false;

	duk_set_top(ctx, 0);
	state = push_this_helper(ctx, "Iterator Helper.prototype.next");
	if (state == H_DONE) {
		duk_push_undefined(ctx);
		bi_push_result(ctx, true);
		return 1;
	}
	slot_put_number(ctx, 0, SLOT_STATE, H_RUNNING);
	slot_get(ctx, 0, SLOT_ITER);
	slot_get(ctx, 0, SLOT_NEXT);
	slot_get(ctx, 0, SLOT_FN);
	if (duk_safe_call(ctx, step_protected, &more, 0, 1) !=
	    DUK_EXEC_SUCCESS) {
		slot_put_number(ctx, 0, SLOT_STATE, H_DONE);
		(void)duk_throw(ctx);
	}
	slot_put_number(ctx, 0, SLOT_STATE, more ? H_SUSPENDED : H_DONE);
	bi_push_result(ctx, !more);
	return 1;
}

static duk_ret_t
helper_return(duk_context *ctx)
{
	duk_set_top(ctx, 0);
	if (push_this_helper(ctx, "Iterator Helper.prototype.return") !=
	    H_DONE) {
		slot_put_number(ctx, 0, SLOT_STATE, H_DONE);
		slot_get(ctx, 0, SLOT_ITER);
		if (slot_get(ctx, 0, SLOT_INNER)) {
			if (bi_is_object(ctx, -1)) {
				duk_get_prop_index(ctx, -1, 0);
				duk_replace(ctx, -2);
				iterator_close_both(ctx, -1, 1);
			} else {
				iterator_close(ctx, 1);
			}
		} else {
			iterator_close(ctx, 1);
		}
	}
	duk_push_undefined(ctx);
	bi_push_result(ctx, true);
	return 1;
}

/* ---- eager: forEach, some, every, find, reduce, toArray ---------------- */

enum { E_FOR, E_SOME, E_EVERY, E_FIND };

static duk_ret_t
iterator_each(duk_context *ctx)
{
	int kind = duk_get_current_magic(ctx);
	double n;
	bool truth;

	push_this_iterator(ctx, "Iterator.prototype.forEach");
	require_fn(ctx, 0, 1);
	duk_get_prop_literal(ctx, 1, "next");
	for (n = 0; iterator_step(ctx, 1, 2); n++) {
		duk_dup(ctx, 0);
		duk_dup(ctx, 3);
		duk_push_number(ctx, n);
		call_closing(ctx, 2, 1);
		truth = duk_to_boolean(ctx, -1);
		duk_pop(ctx);
		if ((kind == E_SOME || kind == E_FIND)
			? truth
			: kind == E_EVERY && !truth) {
			iterator_close(ctx, 1);
			if (kind != E_FIND)
				duk_push_boolean(ctx, truth);
			return 1;
		}
		duk_set_top(ctx, 3);
	}
	if (kind == E_FOR || kind == E_FIND)
		return 0;
	duk_push_boolean(ctx, kind == E_EVERY);
	return 1;
}

static duk_ret_t
iterator_reduce(duk_context *ctx)
{
	bool have = duk_get_top(ctx) >= 2;
	double n = 0;

	duk_set_top(ctx, 2);
	push_this_iterator(ctx, "Iterator.prototype.reduce");
	require_fn(ctx, 0, 2);
	duk_get_prop_literal(ctx, 2, "next"); /* [ fn acc this next ] */
	if (!have) {
		if (!iterator_step(ctx, 2, 3))
			bi_throw_type(ctx,
			    "Reduce of a done iterator with no initial value");
		duk_replace(ctx, 1);
		n = 1;
	}
	for (; iterator_step(ctx, 2, 3); n++) {
		duk_dup(ctx, 0);
		duk_dup(ctx, 1);
		duk_dup(ctx, 4);
		duk_push_number(ctx, n);
		call_closing(ctx, 3, 2);
		duk_replace(ctx, 1);
		duk_set_top(ctx, 4);
	}
	duk_dup(ctx, 1);
	return 1;
}

static duk_ret_t
iterator_to_array(duk_context *ctx)
{
	push_this_iterator(ctx, "Iterator.prototype.toArray");
	duk_get_prop_literal(ctx, 0, "next");
	duk_push_array(ctx);
	while (iterator_step(ctx, 0, 1))
		dx_array_append(ctx, 2);
	return 1;
}

/* ---- Iterator ---------------------------------------------------------- */

static duk_ret_t
iterator_constructor(duk_context *ctx)
{
	if (!duk_is_constructor_call(ctx))
		bi_throw_type(ctx, "Constructor Iterator requires 'new'");
	duk_push_new_target(ctx);
	duk_push_current_function(ctx);
	if (duk_strict_equals(ctx, -1, -2))
		bi_throw_type(ctx,
		    "Abstract class Iterator not directly constructable");
	duk_pop_2(ctx);
	bi_construct(ctx, I_ITERATOR_PROTO, "Iterator");
	return 1;
}

static duk_ret_t
iterator_from(duk_context *ctx)
{
	bool strings = true;

	duk_dup(ctx, 0);
	flattenable_protected(ctx, &strings); /* [ v v record ] */
	duk_get_prop_index(ctx, -1, 0);
	bi_push(ctx, I_ITERATOR);
	if (duk_instanceof(ctx, -2, -1)) {
		duk_pop(ctx);
		return 1;
	}
	duk_pop(ctx);
	duk_push_object(ctx);
	bi_push(ctx, I_WRAP_PROTO);
	duk_set_prototype(ctx, -2);
	duk_dup(ctx, -2);
	slot_put(ctx, -2, SLOT_ITER);
	duk_get_prop_index(ctx, -3, 1);
	slot_put(ctx, -2, SLOT_NEXT);
	return 1;
}

/* magic 1: return */
static duk_ret_t
wrap_method(duk_context *ctx)
{
	duk_push_this(ctx);
	if (slot_has(ctx, 0, SLOT_KIND) || !slot_get(ctx, 0, SLOT_ITER) ||
	    !slot_get(ctx, 0, SLOT_NEXT))
		bi_throw_receiver(ctx, "Wrap.prototype.next");
	if (duk_get_current_magic(ctx) == 0) {
		duk_dup(ctx, 1);
		duk_call_method(ctx, 0);
		return 1;
	}
	if (!bi_get_method_named(ctx, 1, "return")) {
		duk_push_undefined(ctx);
		bi_push_result(ctx, true);
		return 1;
	}
	duk_dup(ctx, 1);
	duk_call_method(ctx, 0);
	return 1;
}

/* Accessors that behave as data properties would, for old code's sake. */
static duk_ret_t
get_tag(duk_context *ctx)
{
	duk_push_literal(ctx, "Iterator");
	return 1;
}

static duk_ret_t
get_constructor(duk_context *ctx)
{
	bi_push(ctx, I_ITERATOR);
	return 1;
}

/* magic 0: @@toStringTag, 1: constructor */
static duk_ret_t
set_weird(duk_context *ctx)
{
	duk_push_this(ctx);
	if (!bi_is_object(ctx, 1))
		bi_throw_receiver(ctx, "set Iterator.prototype property");
	if (bi_is(ctx, 1, I_ITERATOR_PROTO))
		bi_throw_type(ctx, "Cannot assign to this property");
	if (duk_get_current_magic(ctx) == 0)
		bi_push_sym(ctx, SYM_TO_STRING_TAG);
	else
		duk_push_literal(ctx, "constructor");
	duk_dup_top(ctx);
	if (dx_own_attrs(ctx, 1) >= 0) {
		duk_dup(ctx, 0);
		duk_put_prop(ctx, 1);
	} else {
		duk_dup(ctx, 0);
		bi_define_key(ctx, 1);
	}
	return 0;
}

void
bi_install_helper(duk_context *ctx)
{
	static const struct bi_fn statics[] = {
	    {"from", iterator_from, 1, 1, 0},
	};
	static const struct bi_fn methods[] = {
	    {"drop", helper_create, 1, 1, H_DROP},
	    {"every", iterator_each, 1, 1, E_EVERY},
	    {"filter", helper_create, 1, 1, H_FILTER},
	    {"find", iterator_each, 1, 1, E_FIND},
	    {"flatMap", helper_create, 1, 1, H_FLAT_MAP},
	    {"forEach", iterator_each, 1, 1, E_FOR},
	    {"map", helper_create, 1, 1, H_MAP},
	    {"reduce", iterator_reduce, DUK_VARARGS, 1, 0},
	    {"some", iterator_each, 1, 1, E_SOME},
	    {"take", helper_create, 1, 1, H_TAKE},
	    {"toArray", iterator_to_array, 0, 0, 0},
	    {"get @@toStringTag", get_tag, 0, 0, 0},
	    {"set @@toStringTag", set_weird, 1, 1, 0},
	    {"get constructor", get_constructor, 0, 0, 0},
	    {"set constructor", set_weird, 1, 1, 1},
	};
	static const struct bi_fn helper[] = {
	    {"next", helper_next, 0, 0, 0},
	    {"return", helper_return, 0, 0, 0},
	};
	static const struct bi_fn wrap[] = {
	    {"next", wrap_method, 0, 0, 0},
	    {"return", wrap_method, 0, 0, 1},
	};

	duk_push_global_object(ctx);
	engine_push_constructor(ctx, iterator_constructor, 0, 0, "Iterator");
	bi_keep(ctx, I_ITERATOR);
	BI_DEFINE(ctx, -1, statics);
	bi_push(ctx, I_ITERATOR_PROTO);
	BI_DEFINE(ctx, -1, methods);
	bi_define(ctx, -2, "prototype", 0);
	bi_define(ctx, -2, "Iterator", DEF_W | DEF_C);
	duk_pop(ctx);
	iterator_push_proto(ctx, I_HELPER_PROTO, "Iterator Helper");
	BI_DEFINE(ctx, -1, helper);
	iterator_push_proto(ctx, I_WRAP_PROTO, NULL);
	BI_DEFINE(ctx, -1, wrap);
	duk_pop_2(ctx);
}
