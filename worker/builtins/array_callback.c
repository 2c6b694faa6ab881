/*
 * Array methods that call a function for each element.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/array.h"

/* Stack of all: [ fn thisArg obj ... ] */
enum each_kind { EACH_EVERY, EACH_SOME, EACH_FOR, EACH_MAP, EACH_FILTER };

static double
begin(duk_context *ctx)
{
	double len = array_this(ctx);

	bi_require_callable(ctx, 0);
	return len;
}

/* [ value ] -> [ value result ] of fn(value, k, obj) */
static void
call_fn(duk_context *ctx, double k)
{
	duk_dup(ctx, 0);
	duk_dup(ctx, 1);
	duk_dup(ctx, -3);
	duk_push_number(ctx, k);
	duk_dup(ctx, 2);
	duk_call_method(ctx, 3);
}

/* [ ] -> [ value ] if there is one at K */
static bool
get_present(duk_context *ctx, double k)
{
	if (k < 4294967295.0 && dx_array_get(ctx, 2, (uint32_t)k))
		return true;
	if (!bi_has_k(ctx, 2, k))
		return false;
	bi_get_k(ctx, 2, k);
	return true;
}

static duk_ret_t
array_each(duk_context *ctx)
{
	enum each_kind kind = (enum each_kind)duk_get_current_magic(ctx);
	double k, n = 0, len = begin(ctx);
	bool truth;

	if (kind == EACH_MAP)
		array_species_create(ctx, 2, len);
	else if (kind == EACH_FILTER)
		array_species_create(ctx, 2, 0);
	for (k = 0; k < len; k++) {
		if (!get_present(ctx, k))
			continue;
		call_fn(ctx, k);
		switch (kind) {
		case EACH_FOR:
			break;
		case EACH_MAP:
			bi_define_k(ctx, 3, k);
			duk_pop(ctx);
			continue;
		case EACH_FILTER:
			if (duk_to_boolean(ctx, -1)) {
				duk_dup(ctx, -2);
				bi_define_k(ctx, 3, n++);
			}
			break;
		case EACH_EVERY:
		case EACH_SOME:
			truth = duk_to_boolean(ctx, -1);
			if (truth == (kind == EACH_SOME)) {
				duk_push_boolean(ctx, truth);
				return 1;
			}
			break;
		}
		duk_pop_2(ctx);
	}
	if (kind == EACH_FOR)
		return 0;
	if (kind == EACH_EVERY || kind == EACH_SOME)
		duk_push_boolean(ctx, kind == EACH_EVERY);
	return 1;
}

/* magic: 1 from the end, 2 the index is wanted */
static duk_ret_t
array_find(duk_context *ctx)
{
	int magic = duk_get_current_magic(ctx);
	double i, k, len = begin(ctx);

	for (i = 0; i < len; i++) {
		k = (magic & 1) != 0 ? len - 1 - i : i;
		bi_get_k(ctx, 2, k);
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
array_reduce(duk_context *ctx)
{
	bool right = duk_get_current_magic(ctx) != 0, have;
	double i, k, len;

	have = duk_get_top(ctx) >= 2;
	duk_set_top(ctx, 2);
	len = begin(ctx); /* [ fn acc obj ] */
	for (i = 0; i < len; i++) {
		k = right ? len - 1 - i : i;
		if (!get_present(ctx, k))
			continue;
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

void
array_install_callbacks(duk_context *ctx, duk_idx_t proto)
{
	static const struct bi_fn fns[] = {
	    {"every", array_each, 2, 1, EACH_EVERY},
	    {"some", array_each, 2, 1, EACH_SOME},
	    {"forEach", array_each, 2, 1, EACH_FOR},
	    {"map", array_each, 2, 1, EACH_MAP},
	    {"filter", array_each, 2, 1, EACH_FILTER},
	    {"find", array_find, 2, 1, 0},
	    {"findIndex", array_find, 2, 1, 2},
	    {"findLast", array_find, 2, 1, 1},
	    {"findLastIndex", array_find, 2, 1, 3},
	    {"reduce", array_reduce, DUK_VARARGS, 1, 0},
	    {"reduceRight", array_reduce, DUK_VARARGS, 1, 1},
	};

	BI_DEFINE(ctx, proto, fns);
}
