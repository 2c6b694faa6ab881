/*
 * Helpers of lowered code: bindings, names, calls.
 *
 * Runs in: zygote and workers.
 * Owns:    nothing outside the heap.
 */
#include "config.h"

#include <string.h>

#include "worker/engine/engine_priv.h"
#include "worker/engine/inner.h"
#include "worker/engine/rt.h"

#include "worker/engine/bigint.h"

#define ARGS_MAX 250000 /* of a call with a spread */

/* $t(name) */
duk_ret_t
rt_tdz_throw(duk_context *ctx)
{
	return duk_reference_error(ctx,
	    "Cannot access '%s' before initialization",
	    duk_safe_to_string(ctx, 0));
}

/* $tw(value, current, name) */
duk_ret_t
rt_tdz_write(duk_context *ctx)
{
	if (duk_get_heapptr(ctx, 1) == engine_from(ctx)->refs[REF_TDZ])
		return duk_reference_error(ctx,
		    "Cannot access '%s' before initialization",
		    duk_safe_to_string(ctx, 2));
	duk_dup(ctx, 0);
	return 1;
}

/* $big(text) */
duk_ret_t
rt_bigint(duk_context *ctx)
{
	duk_size_t len;
	const char *s = duk_require_lstring(ctx, 0, &len);

	if (!bigint_push_text(ctx, s, len, false))
		return duk_error(ctx, DUK_ERR_SYNTAX_ERROR, "Invalid BigInt");
	return 1;
}

/* $ig(r, fn) */
duk_ret_t
rt_iter_guard(duk_context *ctx)
{
	bool failed;

	duk_dup(ctx, 1);
	failed = duk_pcall(ctx, 0) != DUK_EXEC_SUCCESS;
	if (failed && *engine_from(ctx)->fire)
		return duk_throw(ctx);
	duk_get_prop_string(ctx, 0, failed ? "ce" : "c");
	duk_dup(ctx, 0);
	duk_dup(ctx, 2);
	duk_call_method(ctx, 1);
	return 0;
}

/* $cw(name) */
duk_ret_t
rt_const_write(duk_context *ctx)
{
	return duk_type_error(ctx, "Assignment to constant variable.");
}

/* The text of a symbol's description: [ ... symbol ... ] -> [ ... text ] */
static bool
push_description(duk_context *ctx, duk_idx_t idx)
{
	duk_size_t len;
	const char *s = duk_get_lstring(ctx, idx, &len), *end;

	/* 0x80 text, or 0x81 text 0xff unique; one more 0xff: no description */
	if (len < 1)
		return false;
	s++;
	len--;
	end = memchr(s, 0xff, len);
	if (end != NULL) {
		if (end == s && len > 1 && (unsigned char)s[len - 1] == 0xff)
			return false;
		len = (duk_size_t)(end - s);
	}
	duk_push_lstring(ctx, s, len);
	return true;
}

void
rt_name_function(duk_context *ctx, duk_idx_t idx, duk_idx_t kidx,
    const char *prefix)
{
	idx = duk_normalize_index(ctx, idx);
	kidx = duk_normalize_index(ctx, kidx);
	duk_push_literal(ctx, "name");
	if (duk_is_symbol(ctx, kidx)) {
		if (push_description(ctx, kidx)) {
			duk_push_literal(ctx, "[");
			duk_swap_top(ctx, -2);
			duk_push_literal(ctx, "]");
			duk_concat(ctx, 3);
		} else {
			duk_push_literal(ctx, "");
		}
	} else {
		duk_dup(ctx, kidx);
		duk_to_string(ctx, -1);
	}
	if (prefix != NULL) {
		duk_push_string(ctx, prefix);
		duk_push_literal(ctx, " ");
		duk_concat(ctx, 2);
		duk_swap_top(ctx, -2);
		duk_concat(ctx, 2);
	}
	duk_def_prop(ctx, idx,
	    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_CONFIGURABLE |
		DUK_DEFPROP_CLEAR_WRITABLE | DUK_DEFPROP_CLEAR_ENUMERABLE |
		DUK_DEFPROP_FORCE);
}

/* $nm(fn, key, prefix) */
duk_ret_t
rt_set_name(duk_context *ctx)
{
	if (!duk_is_function(ctx, 0)) {
		duk_dup(ctx, 0);
		return 1;
	}
	/* a class with a static member called name keeps that */
	duk_push_literal(ctx, DUK_HIDDEN_SYMBOL("ownName"));
	if (inner_get_own_hidden(ctx, 0)) {
		duk_dup(ctx, 0);
		return 1;
	}
	rt_name_function(ctx, 0, 1,
	    duk_is_string(ctx, 2) ? duk_get_string(ctx, 2) : NULL);
	duk_dup(ctx, 0);
	return 1;
}

static void
require_callable(duk_context *ctx, duk_idx_t idx)
{
	if (!duk_is_callable(ctx, idx))
		(void)duk_type_error(ctx, "%s is not a function",
		    duk_safe_to_string(ctx, idx));
}

/* $call(fn, this, ...args) */
duk_ret_t
rt_call(duk_context *ctx)
{
	require_callable(ctx, 0);
	duk_call_method(ctx, duk_get_top(ctx) - 2);
	return 1;
}

/* Push the elements of the array-like at IDX; returns their number. */
static duk_idx_t
push_list(duk_context *ctx, duk_idx_t idx)
{
	duk_size_t n = duk_get_length(ctx, idx), i;

	if (n > ARGS_MAX)
		(void)duk_range_error(ctx, "too many arguments");
	idx = duk_normalize_index(ctx, idx);
	duk_require_stack(ctx, (duk_idx_t)n + 8);
	for (i = 0; i < n; i++)
		duk_get_prop_index(ctx, idx, (duk_uarridx_t)i);
	return (duk_idx_t)n;
}

/* $ra(fn, this, array) */
duk_ret_t
rt_reflect_apply(duk_context *ctx)
{
	require_callable(ctx, 0);
	duk_dup(ctx, 0);
	duk_dup(ctx, 1);
	duk_call_method(ctx, push_list(ctx, 2));
	return 1;
}

/* $new(C, array) */
duk_ret_t
rt_new_spread(duk_context *ctx)
{
	if (!inner_is_constructor(ctx, 0))
		return duk_type_error(ctx, "%s is not a constructor",
		    duk_safe_to_string(ctx, 0));
	duk_dup(ctx, 0);
	duk_new(ctx, push_list(ctx, 1));
	return 1;
}

/* $nc(text) */
duk_ret_t
rt_not_callable(duk_context *ctx)
{
	return duk_type_error(ctx, "%s is not a function",
	    duk_safe_to_string(ctx, 0));
}
