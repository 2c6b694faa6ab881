/*
 * Set, with the set methods of ES2025.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/iterator.h"
#include "worker/builtins/table.h"

#include <math.h>

/* A set record, GetSetRecord(): stack slots of its parts. */
struct set_record {
	duk_idx_t obj, has, keys;
	double size;
};

static void
push_this_set(duk_context *ctx, const char *method)
{
	duk_push_this(ctx);
	if (!table_push(ctx, -1, true))
		bi_throw_receiver(ctx, method);
}

static int
add_value(duk_context *ctx, void *arg)
{
	(void)arg; /* stack: [ iterable set adder ... value ] */
	if (bi_is(ctx, 2, I_SET_ADD)) {
		duk_dup_top(ctx);
		duk_push_true(ctx);
		table_set(ctx, 1);
		return 0;
	}
	duk_dup(ctx, 2);
	duk_dup(ctx, 1);
	duk_dup(ctx, -3);
	duk_call_method(ctx, 1);
	duk_pop(ctx);
	return 0;
}

static duk_ret_t
set_constructor(duk_context *ctx)
{
	bi_construct(ctx, I_SET_PROTO, "Set");
	table_create(ctx, 1);
	table_mark(ctx, 1, true);
	if (!bi_is_nullish(ctx, 0)) {
		duk_get_prop_literal(ctx, 1, "add");
		bi_require_callable(ctx, 2);
		iter_each(ctx, 0, add_value, NULL);
		duk_set_top(ctx, 2);
	}
	return 1;
}

static duk_ret_t
set_method_add(duk_context *ctx)
{
	push_this_set(ctx, "Set.prototype.add");
	duk_pop(ctx);
	duk_dup(ctx, 0);
	duk_push_true(ctx);
	table_set(ctx, 1);
	return 1;
}

static duk_ret_t
set_has(duk_context *ctx)
{
	push_this_set(ctx, "Set.prototype.has");
	duk_dup(ctx, 0);
	duk_push_boolean(ctx, table_find(ctx, 2) >= 0);
	return 1;
}

static duk_ret_t
set_delete(duk_context *ctx)
{
	push_this_set(ctx, "Set.prototype.delete");
	duk_dup(ctx, 0);
	duk_push_boolean(ctx, table_delete(ctx, 1));
	return 1;
}

static duk_ret_t
set_clear(duk_context *ctx)
{
	push_this_set(ctx, "Set.prototype.clear");
	table_clear(ctx, 0);
	return 0;
}

static duk_ret_t
set_get_size(duk_context *ctx)
{
	push_this_set(ctx, "get Set.prototype.size");
	duk_push_uint(ctx, table_size(ctx, -1));
	return 1;
}

/* Of the argument at 0: [ ] -> [ has keys ] */
static void
get_record(duk_context *ctx, struct set_record *r)
{
	if (!bi_is_object(ctx, 0))
		bi_throw_type(ctx, "%s is not an object",
		    duk_safe_to_string(ctx, 0));
	duk_get_prop_literal(ctx, 0, "size");
	duk_to_number(ctx, -1);
	if (isnan(duk_get_number(ctx, -1)))
		bi_throw_type(ctx, "The 'size' property must be a number");
	r->size = bi_to_integer(ctx, -1);
	if (r->size < 0)
		bi_throw_range(ctx, "The 'size' property must not be negative");
	duk_pop(ctx);
	duk_get_prop_literal(ctx, 0, "has");
	bi_require_callable(ctx, -1);
	duk_get_prop_literal(ctx, 0, "keys");
	bi_require_callable(ctx, -1);
	r->obj = 0;
	r->has = duk_get_top(ctx) - 2;
	r->keys = r->has + 1;
}

/* other.has(value on top): [ value ] -> [ value ] */
static bool
other_has(duk_context *ctx, const struct set_record *r)
{
	bool has;

	duk_dup(ctx, r->has);
	duk_dup(ctx, r->obj);
	duk_dup(ctx, -3);
	duk_call_method(ctx, 1);
	has = duk_to_boolean(ctx, -1);
	duk_pop(ctx);
	return has;
}

/* [ ] -> [ iterator next ] of other.keys() */
static void
other_keys(duk_context *ctx, const struct set_record *r)
{
	duk_dup(ctx, r->keys);
	duk_dup(ctx, r->obj);
	duk_call_method(ctx, 0);
	if (!bi_is_object(ctx, -1))
		bi_throw_type(ctx, "keys() did not return an object");
	duk_get_prop_literal(ctx, -1, "next");
}

/* [ value ] -> [ ] into the Set at IDX */
static void
put(duk_context *ctx, duk_idx_t idx)
{
	idx = duk_require_normalize_index(ctx, idx);
	duk_push_true(ctx);
	table_set(ctx, idx);
}

static bool
has(duk_context *ctx, duk_idx_t set)
{
	bool r;

	slot_get(ctx, set, SLOT_TABLE);
	duk_dup(ctx, -2);
	r = table_find(ctx, -2) >= 0;
	duk_pop(ctx);
	return r;
}

/* [ ] -> [ new Set with the values of the Set at IDX ] */
static void
push_copy(duk_context *ctx, duk_idx_t idx)
{
	uint32_t pos = 0;
	duk_idx_t out;

	set_push(ctx);
	out = duk_get_top(ctx) - 1;
	while (map_each(ctx, idx, &pos))
		put(ctx, out);
}

enum set_op { UNION, INTERSECT, DIFFERENCE, SYMMETRIC };

/* For each of other's keys: FN on [ value ], by the operation. */
static void
combine_keys(duk_context *ctx, const struct set_record *r, duk_idx_t self,
    duk_idx_t out, enum set_op op)
{
	duk_idx_t iter;

	other_keys(ctx, r);
	iter = duk_get_top(ctx) - 2;
	while (iterator_step(ctx, iter, iter + 1)) {
		switch (op) {
		case UNION:
			put(ctx, out);
			break;
		case INTERSECT:
			if (has(ctx, self))
				put(ctx, out);
			else
				duk_pop(ctx);
			break;
		case DIFFERENCE:
			table_delete(ctx, out);
			break;
		case SYMMETRIC:
			if (!has(ctx, self))
				put(ctx, out);
			else
				table_delete(ctx, out);
			break;
		}
	}
	duk_pop_2(ctx);
}

/* Walk this (it may change under other.has()). */
static void
combine_own(duk_context *ctx, const struct set_record *r, duk_idx_t self,
    duk_idx_t out, enum set_op op)
{
	duk_idx_t table;
	uint32_t pos = 0;

	slot_get(ctx, self, SLOT_TABLE);
	table = duk_get_top(ctx) - 1;
	while (table_next(ctx, table, &pos)) {
		duk_pop(ctx);
		if (op == INTERSECT) {
			if (other_has(ctx, r)) {
				put(ctx, out);
				continue;
			}
			duk_pop(ctx);
		} else if (other_has(ctx, r)) {
			table_delete(ctx, out);
		} else {
			duk_pop(ctx);
		}
	}
	duk_pop(ctx);
}

static duk_ret_t
set_combine(duk_context *ctx)
{
	static const char *const names[] = {"Set.prototype.union",
	    "Set.prototype.intersection", "Set.prototype.difference",
	    "Set.prototype.symmetricDifference"};
	enum set_op op = (enum set_op)duk_get_current_magic(ctx);
	struct set_record r;
	duk_idx_t self = 1, out;
	bool small;

	push_this_set(ctx, names[op]); /* [ other this table ] */
	duk_pop(ctx);
	get_record(ctx, &r);
	small = (double)map_size(ctx, self) <= r.size;
	switch (op) {
	case UNION:
	case SYMMETRIC:
		other_keys(ctx, &r);
		push_copy(ctx, self);
		out = duk_get_top(ctx) - 1;
		while (iterator_step(ctx, out - 2, out - 1)) {
			if (op == UNION || !has(ctx, self))
				put(ctx, out);
			else
				table_delete(ctx, out);
		}
		break;
	case INTERSECT:
		set_push(ctx);
		out = duk_get_top(ctx) - 1;
		if (small)
			combine_own(ctx, &r, self, out, op);
		else
			combine_keys(ctx, &r, self, out, op);
		break;
	case DIFFERENCE:
		push_copy(ctx, self);
		out = duk_get_top(ctx) - 1;
		if (small)
			combine_own(ctx, &r, self, out, op);
		else
			combine_keys(ctx, &r, self, out, op);
		break;
	}
	return 1;
}

static duk_ret_t
set_is_subset(duk_context *ctx)
{
	struct set_record r;
	duk_idx_t table;
	uint32_t pos = 0;

	push_this_set(ctx, "Set.prototype.isSubsetOf");
	duk_pop(ctx);
	get_record(ctx, &r);
	if ((double)map_size(ctx, 1) > r.size) {
		duk_push_false(ctx);
		return 1;
	}
	slot_get(ctx, 1, SLOT_TABLE);
	table = duk_get_top(ctx) - 1;
	while (table_next(ctx, table, &pos)) {
		duk_pop(ctx);
		if (!other_has(ctx, &r)) {
			duk_push_false(ctx);
			return 1;
		}
		duk_pop(ctx);
	}
	duk_push_true(ctx);
	return 1;
}

static duk_ret_t
set_is_superset(duk_context *ctx)
{
	struct set_record r;
	duk_idx_t iter;

	push_this_set(ctx, "Set.prototype.isSupersetOf");
	duk_pop(ctx);
	get_record(ctx, &r);
	if ((double)map_size(ctx, 1) < r.size) {
		duk_push_false(ctx);
		return 1;
	}
	other_keys(ctx, &r);
	iter = duk_get_top(ctx) - 2;
	while (iterator_step(ctx, iter, iter + 1)) {
		if (!has(ctx, 1)) {
			iterator_close(ctx, iter);
			duk_push_false(ctx);
			return 1;
		}
		duk_pop(ctx);
	}
	duk_push_true(ctx);
	return 1;
}

static duk_ret_t
set_is_disjoint(duk_context *ctx)
{
	struct set_record r;
	duk_idx_t at;
	uint32_t pos = 0;

	push_this_set(ctx, "Set.prototype.isDisjointFrom");
	duk_pop(ctx);
	get_record(ctx, &r);
	if ((double)map_size(ctx, 1) <= r.size) {
		slot_get(ctx, 1, SLOT_TABLE);
		at = duk_get_top(ctx) - 1;
		while (table_next(ctx, at, &pos)) {
			duk_pop(ctx);
			if (other_has(ctx, &r)) {
				duk_push_false(ctx);
				return 1;
			}
			duk_pop(ctx);
		}
	} else {
		other_keys(ctx, &r);
		at = duk_get_top(ctx) - 2;
		while (iterator_step(ctx, at, at + 1)) {
			if (has(ctx, 1)) {
				iterator_close(ctx, at);
				duk_push_false(ctx);
				return 1;
			}
			duk_pop(ctx);
		}
	}
	duk_push_true(ctx);
	return 1;
}

bool
set_is(duk_context *ctx, duk_idx_t idx)
{
	if (!table_push(ctx, idx, true))
		return false;
	duk_pop(ctx);
	return true;
}

void
set_push(duk_context *ctx)
{
	duk_push_object(ctx);
	bi_push(ctx, I_SET_PROTO);
	duk_set_prototype(ctx, -2);
	table_create(ctx, -1);
	table_mark(ctx, -1, true);
}

void
set_add(duk_context *ctx, duk_idx_t set)
{
	put(ctx, set);
}

void
bi_install_set(duk_context *ctx)
{
	static const struct bi_fn methods[] = {
	    {"has", set_has, 1, 1, 0},
	    {"add", set_method_add, 1, 1, 0},
	    {"delete", set_delete, 1, 1, 0},
	    {"clear", set_clear, 0, 0, 0},
	    {"entries", collection_iterator, 0, 0, 4 | ITER_ENTRIES},
	    {"forEach", collection_for_each, 2, 1, 1},
	    {"get size", set_get_size, 0, 0, 0},
	    {"values", collection_iterator, 0, 0, 4 | ITER_VALUES},
	    {"union", set_combine, 1, 1, UNION},
	    {"intersection", set_combine, 1, 1, INTERSECT},
	    {"difference", set_combine, 1, 1, DIFFERENCE},
	    {"symmetricDifference", set_combine, 1, 1, SYMMETRIC},
	    {"isSubsetOf", set_is_subset, 1, 1, 0},
	    {"isSupersetOf", set_is_superset, 1, 1, 0},
	    {"isDisjointFrom", set_is_disjoint, 1, 1, 0},
	};
	static const struct bi_fn next[] = {
	    {"next", collection_iterator_next, 0, 0, 4},
	};

	bi_class(ctx, "Set", set_constructor, 1, 0, I_SET_PROTO);
	BI_DEFINE(ctx, -1, methods);
	bi_define_tag(ctx, -1, "Set");
	duk_get_prop_literal(ctx, -1, "add");
	bi_keep(ctx, I_SET_ADD);
	duk_pop(ctx);
	duk_get_prop_literal(ctx, -1, "values");
	bi_keep(ctx, I_SET_VALUES);
	duk_dup_top(ctx);
	bi_define(ctx, -3, "keys", DEF_W | DEF_C);
	bi_define(ctx, -2, "@@iterator", DEF_W | DEF_C);
	duk_pop(ctx);
	bi_keep(ctx, I_SET);
	bi_define_species(ctx, -1);
	duk_pop(ctx);
	iterator_push_proto(ctx, I_SET_ITERATOR_PROTO, "Set Iterator");
	BI_DEFINE(ctx, -1, next);
	duk_get_prop_literal(ctx, -1, "next");
	bi_keep(ctx, I_SET_ITERATOR_NEXT);
	duk_pop_2(ctx);
}
