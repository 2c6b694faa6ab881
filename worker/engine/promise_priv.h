#ifndef WORKER_ENGINE_PROMISE_PRIV_H
#define WORKER_ENGINE_PROMISE_PRIV_H

#include "worker/engine/duk.h"

/* Shared by promise.c and promise_comb.c. */

/* [ C ] -> [ promise resolve reject ]: NewPromiseCapability */
void promise_new_capability(duk_context *ctx);
/* [ C value ] -> [ promise ]: PromiseResolve */
void promise_resolve_with(duk_context *ctx);
/* [ ] -> [ resolve reject ] of the promise at PIDX */
void promise_push_resolvers(duk_context *ctx, duk_idx_t pidx);
/* [ ] -> [ SpeciesConstructor(value at IDX, %Promise%) ] */
void promise_push_species(duk_context *ctx, duk_idx_t idx);
/* A protected call failed because scripts are being stopped: throw the error
 * on top again instead of giving it to a script. */
void promise_rethrow_if_stopped(duk_context *ctx);
/* [ Promise ] -> the same, with all, race and so on */
void promise_setup_statics(duk_context *ctx);

#endif
