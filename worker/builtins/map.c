/*
 * Map, and the iterators of Map and Set.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/iterator.h"
#include "worker/builtins/table.h"

/* [ ] -> [ this table ] at indexes of the caller's choice */
static void
push_this_map(duk_context *ctx, const char *method)
{
	duk_push_this(ctx);
	if (!table_push(ctx, -1, false))
		bi_throw_receiver(ctx, method);
}

static int
add_entry(duk_context *ctx, void *arg)
{
	(void)arg; /* stack: [ iterable map adder ... entry ] */
	if (!bi_is_object(ctx, -1))
		bi_throw_type(ctx, "Iterator value %s is not an entry object",
		    duk_safe_to_string(ctx, -1));
	bi_get_k(ctx, -1, 0);
	bi_get_k(ctx, -2, 1);
	if (bi_is(ctx, 2, I_MAP_SET)) {
		table_set(ctx, 1);
		return 0;
	}
	duk_dup(ctx, 2);
	duk_dup(ctx, 1);
	duk_pull(ctx, -4);
	duk_pull(ctx, -4);
	duk_call_method(ctx, 2);
	duk_pop(ctx);
	return 0;
}

static duk_ret_t
map_constructor(duk_context *ctx)
{
	bi_construct(ctx, I_MAP_PROTO, "Map");
	table_create(ctx, 1);
	table_mark(ctx, 1, false);
	if (!bi_is_nullish(ctx, 0)) {
		duk_get_prop_literal(ctx, 1, "set");
		bi_require_callable(ctx, 2);
		iter_each(ctx, 0, add_entry, NULL);
		duk_set_top(ctx, 2);
	}
	return 1;
}

static duk_ret_t
map_get(duk_context *ctx)
{
	int64_t i;

	push_this_map(ctx, "Map.prototype.get");
	duk_dup(ctx, 0);
	i = table_find(ctx, 2);
	if (i < 0)
		return 0;
	table_value(ctx, 2, i);
	return 1;
}

static duk_ret_t
map_set(duk_context *ctx)
{
	push_this_map(ctx, "Map.prototype.set");
	duk_pop(ctx);
	duk_dup(ctx, 0);
	duk_dup(ctx, 1);
	table_set(ctx, 2);
	return 1;
}

static duk_ret_t
map_has(duk_context *ctx)
{
	push_this_map(ctx, "Map.prototype.has");
	duk_dup(ctx, 0);
	duk_push_boolean(ctx, table_find(ctx, 2) >= 0);
	return 1;
}

static duk_ret_t
map_delete(duk_context *ctx)
{
	push_this_map(ctx, "Map.prototype.delete");
	duk_dup(ctx, 0);
	duk_push_boolean(ctx, table_delete(ctx, 1));
	return 1;
}

static duk_ret_t
map_clear(duk_context *ctx)
{
	push_this_map(ctx, "Map.prototype.clear");
	table_clear(ctx, 0);
	return 0;
}

static duk_ret_t
map_get_size(duk_context *ctx)
{
	push_this_map(ctx, "get Map.prototype.size");
	duk_push_uint(ctx, table_size(ctx, -1));
	return 1;
}

/* magic 1: Set */
duk_ret_t
collection_for_each(duk_context *ctx)
{
	bool is_set = duk_get_current_magic(ctx) != 0;
	uint32_t pos = 0;

	duk_push_this(ctx);
	if (!table_push(ctx, 2, is_set))
		bi_throw_receiver(ctx,
		    is_set ? "Set.prototype.forEach" : "Map.prototype.forEach");
	bi_require_callable(ctx, 0);
	while (table_next(ctx, 3, &pos)) {
		/* [ fn arg this table key value ] */
		if (is_set) {
			duk_pop(ctx);
			duk_dup_top(ctx);
		}
		duk_dup(ctx, 0);
		duk_dup(ctx, 1);
		duk_pull(ctx, 5);
		duk_pull(ctx, 4);
		duk_dup(ctx, 2);
		duk_call_method(ctx, 3);
		duk_pop(ctx);
	}
	return 0;
}

/* magic: kind, + 4 for Set */
duk_ret_t
collection_iterator(duk_context *ctx)
{
	int magic = duk_get_current_magic(ctx);
	bool is_set = (magic & 4) != 0;

	duk_push_this(ctx);
	if (!table_push(ctx, 0, is_set))
		bi_throw_receiver(ctx,
		    is_set ? "Set.prototype.values" : "Map.prototype.entries");
	duk_push_object(ctx);
	bi_push(ctx, is_set ? I_SET_ITERATOR_PROTO : I_MAP_ITERATOR_PROTO);
	duk_set_prototype(ctx, -2);
	duk_dup(ctx, 1);
	slot_put(ctx, -2, SLOT_TABLE);
	slot_put_number(ctx, -1, SLOT_POS, 0);
	slot_put_number(ctx, -1, SLOT_KIND, magic);
	return 1;
}

/* magic 4: Set */
duk_ret_t
collection_iterator_next(duk_context *ctx)
{
	int kind, want = duk_get_current_magic(ctx);
	uint32_t pos;

	duk_push_this(ctx);
	kind = (int)slot_number(ctx, 0, SLOT_KIND);
	if (!slot_has(ctx, 0, SLOT_POS) || (kind & 4) != want ||
	    !slot_get(ctx, 0, SLOT_TABLE))
		bi_throw_receiver(ctx, want ? "Set Iterator.prototype.next"
					    : "Map Iterator.prototype.next");
	pos = (uint32_t)slot_number(ctx, 0, SLOT_POS);
	if (duk_is_undefined(ctx, 1) || !table_next(ctx, 1, &pos)) {
		duk_push_undefined(ctx);
		slot_put(ctx, 0, SLOT_TABLE);
		duk_push_undefined(ctx);
		bi_push_result(ctx, true);
		return 1;
	}
	slot_put_number(ctx, 0, SLOT_POS, pos);
	duk_dup(ctx, 1);
	slot_put(ctx, 0, SLOT_TABLE);
	/* [ this table key value ] */
	if (want != 0) {
		duk_pop(ctx);
		duk_dup_top(ctx);
	}
	switch (kind & 3) {
	case ITER_KEYS:
		duk_pop(ctx);
		break;
	case ITER_VALUES:
		duk_remove(ctx, -2);
		break;
	default:
		dx_push_array(ctx, 2);
		duk_insert(ctx, 2);
		duk_put_prop_index(ctx, 2, 1);
		duk_put_prop_index(ctx, 2, 0);
		break;
	}
	bi_push_result(ctx, false);
	return 1;
}

static int
group_value(duk_context *ctx, void *arg)
{
	double *k = arg; /* stack: [ items fn map ... value ] */
	int64_t i;

	duk_dup(ctx, 1);
	duk_push_undefined(ctx);
	duk_dup(ctx, -3);
	duk_push_number(ctx, (*k)++);
	duk_call_method(ctx, 2);
	/* [ ... value key ] */
	slot_get(ctx, 2, SLOT_TABLE);
	duk_dup(ctx, -2);
	i = table_find(ctx, -2);
	if (i >= 0) {
		table_value(ctx, -1, i);
		duk_dup(ctx, -4);
		dx_array_append(ctx, -2);
		return 0;
	}
	duk_dup(ctx, -2);
	duk_push_array(ctx);
	duk_dup(ctx, -5);
	dx_array_append(ctx, -2);
	table_set(ctx, 2);
	return 0;
}

static int
group_value_clean(duk_context *ctx, void *arg)
{
	duk_idx_t top = duk_get_top(ctx);

	group_value(ctx, arg);
	duk_set_top(ctx, top);
	return 0;
}

static duk_ret_t
map_group_by(duk_context *ctx)
{
	double k = 0;

	if (bi_is_nullish(ctx, 0))
		bi_throw_type(ctx, "%s is not iterable",
		    duk_safe_to_string(ctx, 0));
	bi_require_callable(ctx, 1);
	map_push(ctx);
	iter_each(ctx, 0, group_value_clean, &k);
	duk_set_top(ctx, 3);
	return 1;
}

bool
map_is(duk_context *ctx, duk_idx_t idx)
{
	if (!table_push(ctx, idx, false))
		return false;
	duk_pop(ctx);
	return true;
}

void
map_push(duk_context *ctx)
{
	duk_push_object(ctx);
	bi_push(ctx, I_MAP_PROTO);
	duk_set_prototype(ctx, -2);
	table_create(ctx, -1);
	table_mark(ctx, -1, false);
}

void
map_put(duk_context *ctx, duk_idx_t map)
{
	table_set(ctx, map);
}

uint32_t
map_size(duk_context *ctx, duk_idx_t idx)
{
	uint32_t r;

	if (!slot_get(ctx, idx, SLOT_TABLE))
		return 0;
	r = table_size(ctx, -1);
	duk_pop(ctx);
	return r;
}

bool
map_each(duk_context *ctx, duk_idx_t idx, uint32_t *pos)
{
	bool is_set = set_is(ctx, idx);
	duk_idx_t table;

	if (!slot_get(ctx, idx, SLOT_TABLE))
		return false;
	table = duk_get_top(ctx) - 1;
	if (!table_next(ctx, table, pos)) {
		duk_pop(ctx);
		return false;
	}
	duk_remove(ctx, table);
	if (is_set)
		duk_pop(ctx);
	return true;
}

void
bi_install_map(duk_context *ctx)
{
	static const struct bi_fn statics[] = {
	    {"groupBy", map_group_by, 2, 2, 0},
	};
	static const struct bi_fn methods[] = {
	    {"get", map_get, 1, 1, 0},
	    {"set", map_set, 2, 2, 0},
	    {"has", map_has, 1, 1, 0},
	    {"delete", map_delete, 1, 1, 0},
	    {"clear", map_clear, 0, 0, 0},
	    {"entries", collection_iterator, 0, 0, ITER_ENTRIES},
	    {"forEach", collection_for_each, 2, 1, 0},
	    {"keys", collection_iterator, 0, 0, ITER_KEYS},
	    {"get size", map_get_size, 0, 0, 0},
	    {"values", collection_iterator, 0, 0, ITER_VALUES},
	};
	static const struct bi_fn next[] = {
	    {"next", collection_iterator_next, 0, 0, 0},
	};

	bi_class(ctx, "Map", map_constructor, 1, 0, I_MAP_PROTO);
	BI_DEFINE(ctx, -1, methods);
	bi_define_tag(ctx, -1, "Map");
	duk_get_prop_literal(ctx, -1, "set");
	bi_keep(ctx, I_MAP_SET);
	duk_pop(ctx);
	duk_get_prop_literal(ctx, -1, "entries");
	bi_keep(ctx, I_MAP_ENTRIES);
	bi_define(ctx, -2, "@@iterator", DEF_W | DEF_C);
	duk_pop(ctx);
	bi_keep(ctx, I_MAP);
	bi_define_species(ctx, -1);
	BI_DEFINE(ctx, -1, statics);
	duk_pop(ctx);
	iterator_push_proto(ctx, I_MAP_ITERATOR_PROTO, "Map Iterator");
	BI_DEFINE(ctx, -1, next);
	duk_get_prop_literal(ctx, -1, "next");
	bi_keep(ctx, I_MAP_ITERATOR_NEXT);
	duk_pop_2(ctx);
}
