#ifndef WORKER_ENGINE_TSCONFIG_H
#define WORKER_ENGINE_TSCONFIG_H

#include <stddef.h>

#include "worker/engine/module_priv.h"

/*
 * tsconfig.json, where the bundle has one: the nearest in the folders above a
 * module. What it extends is read too, if the bundle has it.
 */
struct tsconfig;

/*
 * The one that applies to the module NAME, or NULL; held by the engine. Throws
 * a SyntaxError if it cannot be read.
 */
const struct tsconfig *tsconfig_for(duk_context *ctx, const char *name);
/* For lang_options; NULL for NULL. */
const struct lang_tsconfig *tsconfig_lang(const struct tsconfig *c);
/*
 * The I-th name that `paths` and `baseUrl` give to SPECIFIER, NULL at the end.
 * Owned by the caller.
 */
char *tsconfig_candidate(const struct tsconfig *c, const char *specifier,
    size_t i);
void tsconfig_free_all(struct modules *ms);

#endif
