/*
 * %TypedArray%.prototype: methods that read.
 *
 * Runs in: worker.
 *
 * Stack of the methods with a callback: [ fn thisArg this ... ].
 */
#include "config.h"

#include "worker/builtins/typed.h"

#include "worker/builtins/iterator.h"
#include "worker/builtins/text.h"

#include <math.h>

enum each_kind { EACH_EVERY, EACH_SOME, EACH_FOR, EACH_MAP, EACH_FILTER };

/* [ ] -> [ this ], valid; its length */
static double
begin(duk_context *ctx, const char *method)
{
	duk_push_this(ctx);
	return typed_validate(ctx, -1, method);
}

/* [ ] -> [ value result ] of fn(this[k], k, this) */
static void
call_fn(duk_context *ctx, double k)
{
	bi_get_k(ctx, 2, k);
	duk_dup(ctx, 0);
	duk_dup(ctx, 1);
	duk_dup(ctx, -3);
	duk_push_number(ctx, k);
	duk_dup(ctx, 2);
	duk_call_method(ctx, 3);
}

static duk_ret_t
typed_each(duk_context *ctx)
{
	enum each_kind kind = (enum each_kind)duk_get_current_magic(ctx);
	double k, n = 0, len = begin(ctx, "%TypedArray%.prototype.forEach");
	bool truth;

	bi_require_callable(ctx, 0);
	if (kind == EACH_MAP) {
		duk_push_number(ctx, len);
		typed_species_create(ctx, 2, 1, len);
	} else if (kind == EACH_FILTER) {
		duk_push_array(ctx);
	}
	for (k = 0; k < len; k++) {
		call_fn(ctx, k);
		if (kind == EACH_MAP) {
			bi_put_k(ctx, 3, k);
			duk_pop(ctx);
			continue;
		}
		truth = duk_to_boolean(ctx, -1);
		if (kind == EACH_FILTER && truth) {
			duk_pop(ctx);
			dx_array_append(ctx, 3);
			n++;
			continue;
		}
		if ((kind == EACH_SOME && truth) ||
		    (kind == EACH_EVERY && !truth)) {
			duk_push_boolean(ctx, truth);
			return 1;
		}
		duk_pop_2(ctx);
	}
	switch (kind) {
	case EACH_FOR:
		return 0;
	case EACH_EVERY:
	case EACH_SOME:
		duk_push_boolean(ctx, kind == EACH_EVERY);
		return 1;
	case EACH_FILTER:
		duk_push_number(ctx, n);
		typed_species_create(ctx, 2, 1, n);
		for (k = 0; k < n; k++) {
			bi_get_k(ctx, 3, k);
			bi_put_k(ctx, 4, k);
		}
		return 1;
	case EACH_MAP:
		break;
	}
	return 1;
}

/* magic: 1 from the end, 2 the index is wanted */
static duk_ret_t
typed_find(duk_context *ctx)
{
	int magic = duk_get_current_magic(ctx);
	double i, k, len = begin(ctx, "%TypedArray%.prototype.find");

	bi_require_callable(ctx, 0);
	for (i = 0; i < len; i++) {
		k = (magic & 1) != 0 ? len - 1 - i : i;
		call_fn(ctx, k);
		if (duk_to_boolean(ctx, -1)) {
			duk_pop(ctx);
			if ((magic & 2) != 0)
				duk_push_number(ctx, k);
			return 1;
		}
		duk_pop_2(ctx);
	}
	if ((magic & 2) == 0)
		return 0;
	duk_push_int(ctx, -1);
	return 1;
}

/* magic 1: from the right */
static duk_ret_t
typed_reduce(duk_context *ctx)
{
	bool right = duk_get_current_magic(ctx) != 0, have;
	double i, k, len;

	have = duk_get_top(ctx) >= 2;
	duk_set_top(ctx, 2);
	len = begin(ctx, "%TypedArray%.prototype.reduce");
	bi_require_callable(ctx, 0);
	for (i = 0; i < len; i++) {
		k = right ? len - 1 - i : i;
		bi_get_k(ctx, 2, k);
		if (!have) {
			duk_replace(ctx, 1);
			have = true;
			continue;
		}
		duk_dup(ctx, 0);
		duk_dup(ctx, 1);
		duk_pull(ctx, 3);
		duk_push_number(ctx, k);
		duk_dup(ctx, 2);
		duk_call(ctx, 4);
		duk_replace(ctx, 1);
	}
	if (!have)
		bi_throw_type(ctx,
		    "Reduce of empty array with no initial value");
	duk_dup(ctx, 1);
	return 1;
}

/* indexOf (0), includes (1), lastIndexOf (2) */
static duk_ret_t
typed_search(duk_context *ctx)
{
	int magic = duk_get_current_magic(ctx);
	bool have = duk_get_top(ctx) >= 2;
	double i, k, len;
	struct dx_view v;
	size_t now;
	bool same;

	duk_set_top(ctx, 2);
	len = begin(ctx, "%TypedArray%.prototype.indexOf");
	if (len == 0) {
		if (magic == 1)
			duk_push_false(ctx);
		else
			duk_push_int(ctx, -1);
		return 1;
	}
	if (magic != 2) {
		k = bi_relative(ctx, 1, len, 0);
	} else {
		k = have ? bi_to_integer(ctx, 1) : len - 1;
		k = k >= 0 ? fmin(k, len - 1) : len + k;
	}
	/* the index's conversion may have changed the array */
	now = (size_t)typed_length(ctx, 2);
	if (magic == 1 && duk_is_undefined(ctx, 0)) {
		duk_push_boolean(ctx, k < len && (double)now < len);
		return 1;
	}
	dx_view(ctx, 2, &v);
	for (i = k; i >= 0 && i < len; i += magic == 2 ? -1 : 1) {
		if (i >= (double)now)
			continue;
		typed_push(ctx, &v, (size_t)i);
		same = magic == 1 ? bi_same_value_zero(ctx, -1, 0)
				  : duk_strict_equals(ctx, -1, 0);
		duk_pop(ctx);
		if (same) {
			if (magic == 1)
				duk_push_true(ctx);
			else
				duk_push_number(ctx, i);
			return 1;
		}
	}
	if (magic == 1)
		duk_push_false(ctx);
	else
		duk_push_int(ctx, -1);
	return 1;
}

static duk_ret_t
typed_at(duk_context *ctx)
{
	double len = begin(ctx, "%TypedArray%.prototype.at"), k;

	k = bi_to_integer(ctx, 0);
	if (k < 0)
		k += len;
	if (k < 0 || k >= len)
		return 0;
	bi_get_k(ctx, 1, k);
	return 1;
}

/* magic 1: toLocaleString */
static duk_ret_t
typed_join(duk_context *ctx)
{
	bool locale = duk_get_current_magic(ctx) != 0;
	double k, len;

	duk_set_top(ctx, 1);
	len = begin(ctx, "%TypedArray%.prototype.join");
	if (locale || duk_is_undefined(ctx, 0))
		duk_push_literal(ctx, ",");
	else
		duk_dup(ctx, 0);
	bi_to_string(ctx, 2, NULL);
	text_begin(ctx);
	for (k = 0; k < len; k++) {
		if (k > 0)
			text_add(ctx, 3, 2);
		bi_get_k(ctx, 1, k);
		if (!duk_is_undefined(ctx, -1)) {
			if (locale) {
				duk_get_prop_literal(ctx, -1, "toLocaleString");
				duk_swap_top(ctx, -2);
				duk_call_method(ctx, 0);
			}
			bi_to_string(ctx, -1, NULL);
			text_add(ctx, 3, -1);
		}
		duk_pop(ctx);
	}
	text_end(ctx, 3);
	return 1;
}

static duk_ret_t
typed_iterator(duk_context *ctx)
{
	begin(ctx, "%TypedArray%.prototype.values");
	return iterator_of_array(ctx);
}

void
typed_install_methods(duk_context *ctx, duk_idx_t proto)
{
	static const struct bi_fn fns[] = {
	    {"at", typed_at, 1, 1, 0},
	    {"entries", typed_iterator, 0, 0, ITER_ENTRIES},
	    {"every", typed_each, 2, 1, EACH_EVERY},
	    {"filter", typed_each, 2, 1, EACH_FILTER},
	    {"find", typed_find, 2, 1, 0},
	    {"findIndex", typed_find, 2, 1, 2},
	    {"findLast", typed_find, 2, 1, 1},
	    {"findLastIndex", typed_find, 2, 1, 3},
	    {"forEach", typed_each, 2, 1, EACH_FOR},
	    {"includes", typed_search, DUK_VARARGS, 1, 1},
	    {"indexOf", typed_search, DUK_VARARGS, 1, 0},
	    {"join", typed_join, 1, 1, 0},
	    {"keys", typed_iterator, 0, 0, ITER_KEYS},
	    {"lastIndexOf", typed_search, DUK_VARARGS, 1, 2},
	    {"map", typed_each, 2, 1, EACH_MAP},
	    {"reduce", typed_reduce, DUK_VARARGS, 1, 0},
	    {"reduceRight", typed_reduce, DUK_VARARGS, 1, 1},
	    {"some", typed_each, 2, 1, EACH_SOME},
	    {"toLocaleString", typed_join, 0, 0, 1},
	    {"values", typed_iterator, 0, 0, ITER_VALUES},
	};

	proto = duk_require_normalize_index(ctx, proto);
	BI_DEFINE(ctx, proto, fns);
	duk_get_prop_literal(ctx, proto, "values");
	bi_define(ctx, proto, "@@iterator", DEF_W | DEF_C);
	bi_push(ctx, I_ARRAY_TOSTRING);
	bi_define(ctx, proto, "toString", DEF_W | DEF_C);
}
