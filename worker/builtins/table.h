#ifndef WORKER_BUILTINS_TABLE_H
#define WORKER_BUILTINS_TABLE_H

#include "worker/builtins/bi.h"

/*
 * The ordered hash table under Map and Set: lookup in O(1) by SameValueZero,
 * insertion order, deletion while iterating.
 *
 * A collection's TABLE slot holds a table T: an array without prototype,
 *
 *	T[0]		buffer: struct table_head, entries, buckets
 *	T[1]		the table that replaced this one, once it is obsolete
 *	T[2 + 2 * i]	key of entry i
 *	T[3 + 2 * i]	value of entry i (true in a Set)
 *
 * A deleted entry keeps its place, marked in the buffer, until the table is
 * replaced by a compact copy. Iterators hold T and a position; one that finds
 * its table replaced counts the marks before its position and moves on to the
 * new table.
 */

/* A new table as the TABLE slot of the object at IDX. */
void table_create(duk_context *ctx, duk_idx_t idx);

/* [ ] -> [ table ]: of a Map (or Set) of our own; else false, nothing. */
bool table_push(duk_context *ctx, duk_idx_t idx, bool is_set);
void table_mark(duk_context *ctx, duk_idx_t idx, bool is_set);

uint32_t table_size(duk_context *ctx, duk_idx_t table);
/* [ key ] -> [ ]: index of the entry, or -1 */
int64_t table_find(duk_context *ctx, duk_idx_t table);
/* [ key value ] -> [ ]: the collection at OWNER may get a new table. */
void table_set(duk_context *ctx, duk_idx_t owner);
/* [ key ] -> [ ]: was it there? */
bool table_delete(duk_context *ctx, duk_idx_t owner);
void table_clear(duk_context *ctx, duk_idx_t owner);
/* [ ] -> [ value ] */
void table_value(duk_context *ctx, duk_idx_t table, int64_t entry);

/*
 * The next entry at or behind *POS: replaces the table at TABLE (absolute
 * index) by its successors first. True: [ ] -> [ key value ], *POS behind it.
 */
bool table_next(duk_context *ctx, duk_idx_t table, uint32_t *pos);

#endif
