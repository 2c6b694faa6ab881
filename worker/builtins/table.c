/*
 * The ordered hash table under Map and Set; see table.h.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/table.h"

#include <math.h>
#include <string.h>

#define HASH_DELETED UINT32_MAX
#define NONE UINT32_MAX
#define CAP_MIN 4U
#define CAP_MAX (1U << 26)
#define KEY_AT(i) ((duk_uarridx_t)(2 + 2 * (i)))

struct table_head {
	uint32_t cap;      /* entries there is room for */
	uint32_t used;     /* entries written, deleted ones included */
	uint32_t live;     /* entries not deleted */
	uint32_t nbuckets; /* a power of two */
	uint32_t cleared;  /* replaced by clear(): positions start over */
	uint32_t pad;
};

struct table_entry {
	uint32_t hash;
	uint32_t next;
};

static struct table_entry *
entries_of(struct table_head *h)
{
	return (struct table_entry *)(void *)(h + 1);
}

static uint32_t *
buckets_of(struct table_head *h)
{
	return (uint32_t *)(void *)(entries_of(h) + h->cap);
}

static struct table_head *
head_of(duk_context *ctx, duk_idx_t table)
{
	struct table_head *h;

	dx_array_get(ctx, table, 0);
	h = duk_require_buffer(ctx, -1, NULL);
	duk_pop(ctx);
	return h;
}

static uint32_t
mix(uint64_t v)
{
	v ^= v >> 33;
	v *= 0xff51afd7ed558ccdULL;
	v ^= v >> 33;
	v *= 0xc4ceb9fe1a85ec53ULL;
	v ^= v >> 33;
	return (uint32_t)v == HASH_DELETED ? 0 : (uint32_t)v;
}

/* Strings and symbols are interned, so their address is their identity. */
static uint32_t
hash_of(duk_context *ctx, duk_idx_t idx)
{
	uint64_t bits = 0;
	double d;

	switch (duk_get_type(ctx, idx)) {
	case DUK_TYPE_NUMBER:
		d = duk_get_number(ctx, idx) + 0.0;
		if (isnan(d))
			return mix(0x7ff8000000000000ULL);
		memcpy(&bits, &d, sizeof bits);
		return mix(d == 0 ? 0 : bits);
	case DUK_TYPE_STRING:
	case DUK_TYPE_OBJECT:
	case DUK_TYPE_BUFFER:
		return mix((uintptr_t)duk_get_heapptr(ctx, idx));
	case DUK_TYPE_BOOLEAN:
		return mix(duk_get_boolean(ctx, idx) ? 2 : 1);
	default:
		return mix(3 + (uint64_t)duk_get_type(ctx, idx));
	}
}

/* [ ] -> [ table ] */
static void
push_table(duk_context *ctx, uint32_t cap)
{
	struct table_head *h;
	uint32_t nbuckets = 4;
	size_t size;

	if (cap > CAP_MAX)
		bi_throw_range(ctx, "Map maximum size exceeded");
	while (nbuckets < cap)
		nbuckets *= 2;
	duk_push_bare_array(ctx);
	size = sizeof *h + cap * sizeof(struct table_entry) +
	       nbuckets * sizeof(uint32_t);
	h = duk_push_fixed_buffer(ctx, size);
	h->cap = cap;
	h->nbuckets = nbuckets;
	memset(buckets_of(h), 0xff, nbuckets * sizeof(uint32_t));
	dx_array_append(ctx, -2);
	duk_push_undefined(ctx);
	dx_array_append(ctx, -2);
}

void
table_create(duk_context *ctx, duk_idx_t idx)
{
	idx = duk_require_normalize_index(ctx, idx);
	push_table(ctx, CAP_MIN);
	slot_put(ctx, idx, SLOT_TABLE);
}

void
table_mark(duk_context *ctx, duk_idx_t idx, bool is_set)
{
	idx = duk_require_normalize_index(ctx, idx);
	duk_push_boolean(ctx, is_set);
	slot_put(ctx, idx, SLOT_KIND);
}

bool
table_push(duk_context *ctx, duk_idx_t idx, bool is_set)
{
	bool r;

	if (!slot_get(ctx, idx, SLOT_KIND))
		return false;
	r = duk_is_boolean(ctx, -1) && duk_get_boolean(ctx, -1) == is_set;
	duk_pop(ctx);
	return r && slot_get(ctx, idx, SLOT_TABLE);
}

uint32_t
table_size(duk_context *ctx, duk_idx_t table)
{
	return head_of(ctx, table)->live;
}

static int64_t
find(duk_context *ctx, duk_idx_t table, duk_idx_t key, uint32_t hash)
{
	struct table_head *h = head_of(ctx, table);
	struct table_entry *e = entries_of(h);
	uint32_t i;
	bool same;

	for (i = buckets_of(h)[hash & (h->nbuckets - 1)]; i != NONE;
	     i = e[i].next) {
		if (e[i].hash != hash || !dx_array_get(ctx, table, KEY_AT(i)))
			continue;
		same = bi_same_value_zero(ctx, -1, key);
		duk_pop(ctx);
		if (same)
			return i;
	}
	return -1;
}

int64_t
table_find(duk_context *ctx, duk_idx_t table)
{
	duk_idx_t key = duk_get_top(ctx) - 1;
	int64_t r;

	r = find(ctx, duk_require_normalize_index(ctx, table), key,
	    hash_of(ctx, key));
	duk_pop(ctx);
	return r;
}

void
table_value(duk_context *ctx, duk_idx_t table, int64_t entry)
{
	if (!dx_array_get(ctx, table, KEY_AT((uint32_t)entry) + 1))
		duk_push_undefined(ctx);
}

/* [ key value ] -> [ ]; there is room. */
static void
append(duk_context *ctx, duk_idx_t table, uint32_t hash)
{
	struct table_head *h;
	struct table_entry *e;
	uint32_t *bucket, i;

	i = head_of(ctx, table)->used;
	duk_swap_top(ctx, -2);
	duk_put_prop_index(ctx, table, KEY_AT(i));
	duk_put_prop_index(ctx, table, KEY_AT(i) + 1);
	h = head_of(ctx, table);
	e = &entries_of(h)[i];
	bucket = &buckets_of(h)[hash & (h->nbuckets - 1)];
	e->hash = hash;
	e->next = *bucket;
	*bucket = i;
	h->used++;
	h->live++;
}

/* Replace the table at TABLE (absolute) by a compact copy for CAP entries. */
static void
rebuild(duk_context *ctx, duk_idx_t owner, duk_idx_t table, uint32_t cap)
{
	struct table_head *h = head_of(ctx, table);
	uint32_t i, hash;
	duk_idx_t fresh;

	push_table(ctx, MAX(cap, CAP_MIN));
	fresh = duk_get_top(ctx) - 1;
	for (i = 0; i < h->used; i++) {
		hash = entries_of(h)[i].hash;
		if (hash == HASH_DELETED)
			continue;
		dx_array_get(ctx, table, KEY_AT(i));
		dx_array_get(ctx, table, KEY_AT(i) + 1);
		append(ctx, fresh, hash);
	}
	duk_dup(ctx, fresh);
	duk_put_prop_index(ctx, table, 1);
	duk_dup(ctx, fresh);
	slot_put(ctx, owner, SLOT_TABLE);
	duk_set_length(ctx, table, 2); /* iterators need the marks only */
	duk_replace(ctx, table);
}

void
table_set(duk_context *ctx, duk_idx_t owner)
{
	struct table_head *h;
	duk_idx_t table, key;
	uint32_t hash;
	int64_t i;

	owner = duk_require_normalize_index(ctx, owner);
	slot_get(ctx, owner, SLOT_TABLE);
	table = duk_get_top(ctx) - 1;
	key = table - 2;
	hash = hash_of(ctx, key);
	i = find(ctx, table, key, hash);
	if (i >= 0) {
		duk_dup(ctx, key + 1);
		duk_put_prop_index(ctx, table, KEY_AT((uint32_t)i) + 1);
		duk_pop_3(ctx);
		return;
	}
	h = head_of(ctx, table);
	if (h->used == h->cap)
		rebuild(ctx, owner, table,
		    h->live >= h->cap / 2 ? h->cap * 2 : h->cap);
	if (duk_is_number(ctx, key) && duk_get_number(ctx, key) == 0) {
		duk_push_int(ctx, 0); /* -0 becomes +0 */
		duk_replace(ctx, key);
	}
	duk_dup(ctx, key);
	duk_dup(ctx, key + 1);
	append(ctx, table, hash);
	duk_pop_3(ctx);
}

bool
table_delete(duk_context *ctx, duk_idx_t owner)
{
	struct table_head *h;
	duk_idx_t table, key;
	int64_t i;

	owner = duk_require_normalize_index(ctx, owner);
	slot_get(ctx, owner, SLOT_TABLE);
	table = duk_get_top(ctx) - 1;
	key = table - 1;
	i = find(ctx, table, key, hash_of(ctx, key));
	if (i < 0) {
		duk_pop_2(ctx);
		return false;
	}
	h = head_of(ctx, table);
	entries_of(h)[i].hash = HASH_DELETED; /* the chain stays */
	h->live--;
	duk_push_undefined(ctx);
	duk_put_prop_index(ctx, table, KEY_AT((uint32_t)i));
	duk_push_undefined(ctx);
	duk_put_prop_index(ctx, table, KEY_AT((uint32_t)i) + 1);
	if (h->cap > 64 && h->live < h->cap / 8)
		rebuild(ctx, owner, table, h->cap / 4);
	duk_pop_2(ctx);
	return true;
}

void
table_clear(duk_context *ctx, duk_idx_t owner)
{
	duk_idx_t table;

	owner = duk_require_normalize_index(ctx, owner);
	slot_get(ctx, owner, SLOT_TABLE);
	table = duk_get_top(ctx) - 1;
	push_table(ctx, CAP_MIN);
	duk_dup_top(ctx);
	duk_put_prop_index(ctx, table, 1);
	head_of(ctx, table)->cleared = 1;
	slot_put(ctx, owner, SLOT_TABLE);
	duk_set_length(ctx, table, 2);
	duk_pop(ctx);
}

/* Follow replaced tables from the one at TABLE. */
static void
catch_up(duk_context *ctx, duk_idx_t table, uint32_t *pos)
{
	struct table_head *h;
	uint32_t i, n;

	for (;;) {
		dx_array_get(ctx, table, 1);
		if (duk_is_undefined(ctx, -1)) {
			duk_pop(ctx);
			return;
		}
		h = head_of(ctx, table);
		n = 0;
		for (i = 0; !h->cleared && i < *pos && i < h->used; i++)
			n += entries_of(h)[i].hash != HASH_DELETED;
		*pos = n;
		duk_replace(ctx, table);
	}
}

bool
table_next(duk_context *ctx, duk_idx_t table, uint32_t *pos)
{
	struct table_head *h;

	catch_up(ctx, table, pos);
	h = head_of(ctx, table);
	while (*pos < h->used && entries_of(h)[*pos].hash == HASH_DELETED)
		(*pos)++;
	if (*pos >= h->used)
		return false;
	dx_array_get(ctx, table, KEY_AT(*pos));
	dx_array_get(ctx, table, KEY_AT(*pos) + 1);
	(*pos)++;
	return true;
}
