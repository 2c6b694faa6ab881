#ifndef WORKER_BUILTINS_DESC_H
#define WORKER_BUILTINS_DESC_H

#include "worker/builtins/bi.h"

/*
 * Property descriptors: objects without a prototype, made by desc_normalize()
 * or duk_get_prop_desc().
 */

/* The field NAME of the one at IDX, as a boolean; false if it has none. */
bool desc_flag(duk_context *ctx, duk_idx_t idx, const char *name);
bool desc_has(duk_context *ctx, duk_idx_t idx, const char *name);
bool desc_is_accessor(duk_context *ctx, duk_idx_t idx);
bool desc_is_data(duk_context *ctx, duk_idx_t idx);

/* ToPropertyDescriptor: [ any ] -> [ fresh desc ] with nothing but the fields
 * the original has. */
void desc_normalize(duk_context *ctx);
/* Fill in what a complete descriptor has: [ desc ] -> [ desc ] */
void desc_complete(duk_context *ctx);
/* IsCompatiblePropertyDescriptor(extensible, desc A, current B or undefined) */
bool desc_is_compatible(duk_context *ctx, bool extensible, duk_idx_t a,
    duk_idx_t b);

#endif
