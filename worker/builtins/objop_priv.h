#ifndef WORKER_BUILTINS_OBJOP_PRIV_H
#define WORKER_BUILTINS_OBJOP_PRIV_H

#include "worker/builtins/desc.h"
#include "worker/builtins/objop.h"

/* Shared by objop.c and objop_access.c. */

/*
 * [ ] -> [ trap handler target ] and true, or [ target ] and false if the
 * Proxy has no such trap.
 */
bool objop_push_trap(duk_context *ctx, duk_idx_t obj, const char *name);
/* [ ] -> [ target ] */
void objop_push_target(duk_context *ctx, duk_idx_t obj);
void objop_throw_invariant(duk_context *ctx, const char *name);

#endif
