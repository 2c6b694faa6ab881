#ifndef WORKER_BUILTINS_ARRAY_H
#define WORKER_BUILTINS_ARRAY_H

#include "worker/builtins/bi.h"

/* ArraySpeciesCreate(obj, len): [ ] -> [ array ] */
void array_species_create(duk_context *ctx, duk_idx_t obj, double len);
/* ArrayCreate(len); RangeError above 2^32 - 1: [ ] -> [ array ] */
void array_create(duk_context *ctx, double len);
/* [ ] -> [ this object ] at index NARGS; its length */
double array_this(duk_context *ctx);

/*
 * Sort the N values in the array on top (dense, ours): stable, by the
 * comparator at CMP, or by string order if that is undefined. [ array ] ->
 * [ array ], sorted. Numeric order for typed arrays if NUMERIC.
 */
void array_sort_values(duk_context *ctx, duk_idx_t cmp, bool numeric);

/* Methods by file. */
void array_install_callbacks(duk_context *ctx, duk_idx_t proto);
void array_install_search(duk_context *ctx, duk_idx_t proto);
void array_install_sort(duk_context *ctx, duk_idx_t proto);
void array_install_mutate(duk_context *ctx, duk_idx_t proto);
void array_install_statics(duk_context *ctx, duk_idx_t ctor);

#endif
