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

/* Of a class: are its elements BigInts? */
bool typed_holds_bigints(int class);
/* Can its length not change but by becoming out of bounds? */
bool typed_is_fixed(duk_context *ctx, duk_idx_t idx);

/* ToNumber or ToBigInt of the value at IDX, in place, as CLASS has it. */
void typed_coerce(duk_context *ctx, duk_idx_t idx, int class);
/* Element I of the view, which is in reach: [ ] -> [ value ] */
void typed_push(duk_context *ctx, const struct dx_view *v, size_t i);
/* [ coerced value ] -> [ ] */
void typed_pop(duk_context *ctx, const struct dx_view *v, size_t i);
/* Can elements of class B be copied to A as bytes? */
bool typed_same_bytes(int a, int b);
/* The first N elements of FROM to index AT of TO, converted; a mixture of
 * BigInts and numbers throws. */
void typed_copy(duk_context *ctx, const struct dx_view *to, size_t at,
    const struct dx_view *from, size_t n);

/* [ ] -> [ new typed array of LEN elements ], of a class (DX_INT8ARRAY ..) */
void typed_create(duk_context *ctx, int class, double len);
/* TypedArraySpeciesCreate: of the array at IDX, NARGS arguments on the stack:
 * [ args... ] -> [ typed array ]; MIN_LEN is checked if not negative. */
void typed_species_create(duk_context *ctx, duk_idx_t idx, duk_idx_t nargs,
    double min_len);

void typed_install_methods(duk_context *ctx, duk_idx_t proto);
void typed_install_change(duk_context *ctx, duk_idx_t proto);

#endif
