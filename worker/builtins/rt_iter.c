/*
 * Helpers of lowered code: iteration, spread, destructuring of arrays.
 *
 * Runs in: worker.
 *
 * The record of $it has own properties a, i and d; its methods come from one
 * of two prototypes, for arrays that may be indexed and for iterators.
 */
#include "config.h"

#include "worker/builtins/iterator.h"
#include "worker/builtins/rt.h"

#include <math.h>

/* [ ] -> [ record ] with the prototype PROTO */
static void
push_record(duk_context *ctx, enum bi_intrinsic proto)
{
	duk_push_object(ctx);
	bi_push(ctx, proto);
	duk_set_prototype(ctx, -2);
}

/* Own "d" of the record at 0. */
static void
set_done(duk_context *ctx, duk_idx_t rec, bool done)
{
	duk_push_boolean(ctx, done);
	duk_put_prop_literal(ctx, rec < 0 ? rec - 1 : rec, "d");
}

static bool
is_done(duk_context *ctx, duk_idx_t rec)
{
	bool r;

	duk_get_prop_literal(ctx, rec, "d");
	r = duk_to_boolean(ctx, -1);
	duk_pop(ctx);
	return r;
}

static duk_ret_t
rt_iter(duk_context *ctx)
{
	if (bi_is_intact_array(ctx, 0)) {
		push_record(ctx, I_RT_ARRAY_PROTO);
		duk_dup(ctx, 0);
		duk_put_prop_literal(ctx, 1, "a");
		duk_push_int(ctx, 0);
		duk_put_prop_literal(ctx, 1, "i");
		set_done(ctx, 1, false);
		return 1;
	}
	iterator_get(ctx, 0);
	push_record(ctx, I_RT_ITER_PROTO); /* [ v iterator next rec ] */
	duk_push_bare_object(ctx);
	duk_push_int(ctx, 0);
	duk_put_prop_literal(ctx, -2, "length");
	duk_put_prop_literal(ctx, 3, "a");
	duk_push_nan(ctx);
	duk_put_prop_literal(ctx, 3, "i");
	set_done(ctx, 3, false);
	duk_dup(ctx, 1);
	slot_put(ctx, 3, SLOT_ITER);
	duk_dup(ctx, 2);
	slot_put(ctx, 3, SLOT_NEXT);
	return 1;
}

static duk_ret_t
array_more(duk_context *ctx)
{
	duk_push_this(ctx);
	set_done(ctx, 0, true);
	duk_push_false(ctx);
	return 1;
}

static duk_ret_t
array_next(duk_context *ctx)
{
	double i;

	duk_push_this(ctx);
	if (is_done(ctx, 0))
		return 0;
	duk_get_prop_literal(ctx, 0, "a");
	duk_get_prop_literal(ctx, 0, "i");
	i = duk_get_number(ctx, -1);
	if (!(i < (double)duk_get_length(ctx, 1))) {
		set_done(ctx, 0, true);
		return 0;
	}
	duk_push_number(ctx, i + 1);
	duk_put_prop_literal(ctx, 0, "i");
	bi_get_k(ctx, 1, i);
	return 1;
}

static duk_ret_t
array_all(duk_context *ctx)
{
	double i;

	duk_push_this(ctx);
	duk_push_array(ctx);
	if (is_done(ctx, 0))
		return 1;
	set_done(ctx, 0, true);
	duk_get_prop_literal(ctx, 0, "a");
	duk_get_prop_literal(ctx, 0, "i");
	for (i = duk_get_number(ctx, -1); i < (double)duk_get_length(ctx, 2);
	     i++) {
		bi_get_k(ctx, 2, i);
		dx_array_append(ctx, 1);
	}
	duk_set_top(ctx, 2);
	return 1;
}

static duk_ret_t
array_close(duk_context *ctx)
{
	(void)ctx;
	return 0;
}

static duk_ret_t
throw_argument(duk_context *ctx)
{
	(void)duk_throw(ctx);
	return 0;
}

/*
 * One step of the iterator of the record at 0, "d" true while it runs:
 * [ ] -> [ value ]
 */
static bool
step(duk_context *ctx)
{
	slot_get(ctx, 0, SLOT_ITER);
	slot_get(ctx, 0, SLOT_NEXT);
	set_done(ctx, 0, true);
	if (!iterator_step(ctx, -2, -1)) {
		duk_pop_2(ctx);
		return false;
	}
	set_done(ctx, 0, false);
	duk_remove(ctx, -2);
	duk_remove(ctx, -2);
	return true;
}

static duk_ret_t
iter_more(duk_context *ctx)
{
	duk_push_this(ctx);
	if (!step(ctx)) {
		duk_push_false(ctx);
		return 1;
	}
	duk_get_prop_literal(ctx, 0, "a");
	duk_swap_top(ctx, -2);
	duk_put_prop_literal(ctx, -2, "NaN");
	duk_push_true(ctx);
	return 1;
}

static duk_ret_t
iter_next_value(duk_context *ctx)
{
	duk_push_this(ctx);
	return !is_done(ctx, 0) && step(ctx) ? 1 : 0;
}

static duk_ret_t
iter_all(duk_context *ctx)
{
	duk_push_this(ctx);
	duk_push_array(ctx);
	if (!is_done(ctx, 0))
		while (step(ctx))
			dx_array_append(ctx, 1);
	return 1;
}

static duk_ret_t
iter_close_method(duk_context *ctx)
{
	duk_push_this(ctx);
	if (is_done(ctx, 0))
		return 0;
	set_done(ctx, 0, true);
	slot_get(ctx, 0, SLOT_ITER);
	iterator_close(ctx, -1);
	return 0;
}

static duk_ret_t
iter_close_error(duk_context *ctx)
{
	duk_push_this(ctx);
	if (!is_done(ctx, 1)) {
		set_done(ctx, 1, true);
		slot_get(ctx, 1, SLOT_ITER);
		iterator_close_quietly(ctx, -1);
	}
	duk_dup(ctx, 0);
	(void)duk_throw(ctx);
	return 0;
}

#define HIDDEN_ERROR DUK_HIDDEN_SYMBOL("error")

static duk_ret_t
throw_kept(duk_context *ctx)
{
	duk_push_current_function(ctx);
	duk_get_prop_literal(ctx, -1, HIDDEN_ERROR);
	return duk_throw(ctx);
}

/* [ ... array error ] -> [ ... array ]: reading array[INDEX] throws it. */
static void
keep_error(duk_context *ctx, duk_uarridx_t index)
{
	engine_push_function(ctx, throw_kept, 0, 0, "");
	duk_swap_top(ctx, -2);
	duk_put_prop_literal(ctx, -2, HIDDEN_ERROR);
	duk_push_uint(ctx, index);
	duk_swap_top(ctx, -2);
	duk_def_prop(ctx, -3, DUK_DEFPROP_HAVE_GETTER);
}

/* [ iterator next ] -> [ value ]; *ARG: there was one. */
static duk_ret_t
take_step(duk_context *ctx, void *arg)
{
	bool *more = arg;
	duk_idx_t next = duk_get_top_index(ctx);

	*more = iterator_step(ctx, next - 1, next);
	return *more ? 1 : 0;
}

static duk_ret_t
take_close(duk_context *ctx, void *arg)
{
	(void)arg;
	iterator_close(ctx, duk_get_top_index(ctx));
	return 0;
}

/* $ap(v, n, late) */
static duk_ret_t
rt_array_take(duk_context *ctx)
{
	duk_uarridx_t k, n;
	bool more = true, failed = false, late;

	if (bi_is_intact_array(ctx, 0)) {
		duk_set_top(ctx, 1);
		return 1;
	}
	n = (duk_uarridx_t)duk_require_number(ctx, 1);
	late = duk_to_boolean(ctx, 2);
	duk_set_top(ctx, 1);
	iterator_get(ctx, 0); /* [ v iterator next ] */
	duk_push_array(ctx);
	for (k = 0; k < n && !failed; k++) {
		if (!more) {
			duk_push_undefined(ctx);
		} else {
			duk_dup(ctx, 1);
			duk_dup(ctx, 2);
			failed = duk_safe_call(ctx, take_step, &more, 2, 1) !=
				 DUK_EXEC_SUCCESS;
		}
		if (!failed) {
			dx_array_append(ctx, 3);
			continue;
		}
		if (!late)
			return duk_throw(ctx);
		keep_error(ctx, k);
	}
	if (!more || failed)
		return 1;
	duk_dup(ctx, 1);
	if (duk_safe_call(ctx, take_close, NULL, 1, 1) == DUK_EXEC_SUCCESS) {
		duk_pop(ctx);
		return 1;
	}
	if (!late)
		return duk_throw(ctx);
	keep_error(ctx, n);
	return 1;
}

static int
append_value(duk_context *ctx, void *arg)
{
	(void)arg; /* [ base ... value ] */
	dx_array_append(ctx, 0);
	return 0;
}

/* An arguments object whose iteration nobody touched. */
static bool
is_intact_arguments(duk_context *ctx, duk_idx_t idx)
{
	struct bi *b = bi_of(ctx);

	if (dx_class(ctx, idx) != DX_ARGUMENTS ||
	    dx_slot_ptr(ctx, idx, b->sym[SYM_ITERATOR]) !=
		b->intrinsic[I_ARRAY_VALUES])
		return false;
	duk_push_array(ctx);
	if (!bi_is_intact_array(ctx, -1)) {
		duk_pop(ctx);
		return false;
	}
	duk_pop(ctx);
	return true;
}

/* Append the elements of the array-like at IDX to the base at 0. */
static void
append_elements(duk_context *ctx, duk_idx_t idx)
{
	double k, len;
	uint32_t dense;

	if (dx_array_is_dense(ctx, idx, &dense) &&
	    dx_array_copy(ctx, 0, idx, 0, dense))
		return;
	len = bi_length(ctx, idx);
	for (k = 0; k < len; k++) {
		bi_get_k(ctx, idx, k);
		dx_array_append(ctx, 0);
	}
}

static duk_ret_t
rt_spread(duk_context *ctx)
{
	duk_idx_t i, n = duk_get_top(ctx);

	duk_require_stack(ctx, 16);
	for (i = 1; i < n; i++) {
		if (i % 2 == 0 || bi_is_intact_array(ctx, i) ||
		    is_intact_arguments(ctx, i))
			append_elements(ctx, i);
		else
			iter_each(ctx, i, append_value, NULL);
	}
	duk_set_top(ctx, 1);
	return 1;
}

/* $sl(v) */
static duk_ret_t
rt_spread_list(duk_context *ctx)
{
	uint32_t len;

	if (bi_is_intact_array(ctx, 0) && dx_array_is_dense(ctx, 0, &len))
		return 1;
	duk_push_array(ctx);
	duk_insert(ctx, 0);
	if (bi_is_intact_array(ctx, 1) || is_intact_arguments(ctx, 1))
		append_elements(ctx, 1);
	else
		iter_each(ctx, 1, append_value, NULL);
	duk_set_top(ctx, 1);
	return 1;
}

/* $sc(base, seg) */
static duk_ret_t
rt_spread_seg(duk_context *ctx)
{
	append_elements(ctx, 1);
	duk_set_top(ctx, 1);
	return 1;
}

/* $rest(arguments, k) */
static duk_ret_t
rt_rest(duk_context *ctx)
{
	duk_uarridx_t k, n;

	n = (duk_uarridx_t)duk_get_length(ctx, 0);
	k = duk_get_uint(ctx, 1);
	dx_push_array(ctx, k < n ? n - k : 0);
	for (; k < n; k++) {
		duk_get_prop_index(ctx, 0, k);
		dx_array_append(ctx, 2);
	}
	return 1;
}

/* $ar(arguments) */
static duk_ret_t
rt_args_iter(duk_context *ctx)
{
	bi_push(ctx, I_ARRAY_VALUES);
	bi_define(ctx, 0, "@@iterator", DEF_W | DEF_C);
	return 1;
}

static duk_ret_t
callee_throw(duk_context *ctx)
{
	bi_throw_type(ctx,
	    "'caller', 'callee', and 'arguments' properties may not be "
	    "accessed on strict mode functions or the arguments objects for "
	    "calls to them");
	return 0;
}

/* $ua(arguments) */
static duk_ret_t
rt_args_unmapped(duk_context *ctx)
{
	duk_uarridx_t k, n;

	n = (duk_uarridx_t)duk_get_length(ctx, 0);
	duk_push_object(ctx);
	dx_set_class(ctx, 1, DX_ARGUMENTS);
	for (k = 0; k < n; k++) {
		duk_get_prop_index(ctx, 0, k);
		duk_put_prop_index(ctx, 1, k);
	}
	duk_push_uint(ctx, n);
	bi_define(ctx, 1, "length", DEF_W | DEF_C);
	bi_push(ctx, I_ARRAY_VALUES);
	bi_define(ctx, 1, "@@iterator", DEF_W | DEF_C);
	duk_push_literal(ctx, "callee");
	engine_push_function(ctx, callee_throw, 0, 0, "");
	duk_dup_top(ctx);
	duk_def_prop(ctx, 1,
	    DUK_DEFPROP_HAVE_GETTER | DUK_DEFPROP_HAVE_SETTER |
		DUK_DEFPROP_CLEAR_EC);
	return 1;
}

void
rt_iter_init(duk_context *ctx)
{
	static const struct bi_fn array_fns[] = {
	    {"m", array_more, 0, 0, 0},
	    {"n", array_next, 0, 0, 0},
	    {"all", array_all, 0, 0, 0},
	    {"c", array_close, 0, 0, 0},
	    {"ce", throw_argument, 1, 1, 0},
	};
	static const struct bi_fn iter_fns[] = {
	    {"m", iter_more, 0, 0, 0},
	    {"n", iter_next_value, 0, 0, 0},
	    {"all", iter_all, 0, 0, 0},
	    {"c", iter_close_method, 0, 0, 0},
	    {"ce", iter_close_error, 1, 1, 0},
	};

	duk_push_bare_object(ctx);
	bi_keep(ctx, I_RT_ARRAY_PROTO);
	BI_DEFINE(ctx, -1, array_fns);
	duk_push_bare_object(ctx);
	bi_keep(ctx, I_RT_ITER_PROTO);
	BI_DEFINE(ctx, -1, iter_fns);
	duk_pop_2(ctx);
}

const struct rt_helper *
rt_iter_helpers(size_t *n_out)
{
	static const struct rt_helper helpers[] = {
	    {LANG_HELPER_REST, rt_rest, 2},
	    {LANG_HELPER_ARGS_ITER, rt_args_iter, 1},
	    {LANG_HELPER_ARGS_UNMAPPED, rt_args_unmapped, 1},
	    {LANG_HELPER_ITER, rt_iter, 1},
	    {LANG_HELPER_ASYNC_ITER, rt_async_iter, 1},
	    {LANG_HELPER_ARRAY_TAKE, rt_array_take, 3},
	    {LANG_HELPER_SPREAD, rt_spread, DUK_VARARGS},
	    {LANG_HELPER_SPREAD_LIST, rt_spread_list, 1},
	    {LANG_HELPER_SPREAD_SEG, rt_spread_seg, 2},
	};

	*n_out = NELEMS(helpers);
	return helpers;
}
