#ifndef WORKER_BUILTINS_TYPED_H
#define WORKER_BUILTINS_TYPED_H

#include "worker/builtins/bi.h"

/* Is it a typed array (of any kind)? */
/* log2 of the element size of a class */
unsigned int typed_shift(int class);
bool typed_is(duk_context *ctx, duk_idx_t idx);
/* Elements now in reach; 0 if detached or out of bounds. */
double typed_length(duk_context *ctx, duk_idx_t idx);
bool typed_is_out_of_bounds(duk_context *ctx, duk_idx_t idx);
/* TypeError unless IDX is a typed array within bounds; its length. */
double typed_validate(duk_context *ctx, duk_idx_t idx, const char *method);

/* Element I of the view, or a number into it as by its type; I is in reach. */
double typed_read(const struct dx_view *v, size_t i);
void typed_write(const struct dx_view *v, size_t i, double d);

/* [ ] -> [ new typed array of LEN elements ], of a class (DX_INT8ARRAY ..) */
void typed_create(duk_context *ctx, int class, double len);
/* TypedArraySpeciesCreate: of the array at IDX, NARGS arguments on the stack:
 * [ args... ] -> [ typed array ]; MIN_LEN is checked if not negative. */
void typed_species_create(duk_context *ctx, duk_idx_t idx, duk_idx_t nargs,
    double min_len);

void typed_install_methods(duk_context *ctx, duk_idx_t proto);
void typed_install_change(duk_context *ctx, duk_idx_t proto);

#endif
