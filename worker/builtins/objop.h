#ifndef WORKER_BUILTINS_OBJOP_H
#define WORKER_BUILTINS_OBJOP_H

#include "worker/builtins/bi.h"

/*
 * The essential internal methods of objects, with all traps and invariants of
 * Proxies (Duktape knows some traps only). Keys are strings or symbols on the
 * stack. OBJ is an object.
 */

/* [ ] -> [ object or null ] */
void objop_get_proto(duk_context *ctx, duk_idx_t obj);
/* [ object or null ] -> [ ] */
bool objop_set_proto(duk_context *ctx, duk_idx_t obj);
bool objop_is_extensible(duk_context *ctx, duk_idx_t obj);
bool objop_prevent(duk_context *ctx, duk_idx_t obj);
/* [ key ] -> [ descriptor object, or undefined ] */
void objop_get_own(duk_context *ctx, duk_idx_t obj);
/* [ key descriptor ] -> [ ]; the descriptor is any object */
bool objop_define(duk_context *ctx, duk_idx_t obj);
/* [ key ] -> [ ] */
bool objop_has(duk_context *ctx, duk_idx_t obj);
bool objop_delete(duk_context *ctx, duk_idx_t obj);
/* [ key receiver ] -> [ value ] */
void objop_get(duk_context *ctx, duk_idx_t obj);
/* [ key value receiver ] -> [ ] */
bool objop_set(duk_context *ctx, duk_idx_t obj);
/* [ ] -> [ array of own keys ]: strings, then symbols */
void objop_keys(duk_context *ctx, duk_idx_t obj);

/*
 * Is the key on top an own enumerable property? [ key ] -> [ key ]. Cheap for
 * plain objects.
 */
bool objop_is_own_enumerable(duk_context *ctx, duk_idx_t obj);
bool objop_is_own(duk_context *ctx, duk_idx_t obj); /* [ key ] -> [ key ] */

#endif
