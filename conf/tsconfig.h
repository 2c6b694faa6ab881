#ifndef CONF_TSCONFIG_H
#define CONF_TSCONFIG_H

#include <stddef.h>

#include "conf/pool.h"

/*
 * What tsconfig.json says about names of modules: enough to find the files
 * that a script reaches. The worker reads the file for itself.
 *
 * Calls PATH with each pattern of `paths` and each of its targets, with "*" and
 * `baseUrl`, and with NULL and the module that `jsxImportSource` stands for.
 * Texts are the pool's.
 */
typedef void tsconfig_path_fn(void *arg, const char *pattern,
    const char *target);
void tsconfig_each_path(const char *text, size_t len, struct conf_pool *pool,
    tsconfig_path_fn *path, void *arg);

/* TARGET for SPECIFIER (LEN bytes) if PATTERN matches it, else NULL. */
const char *tsconfig_apply(struct conf_pool *pool, const char *pattern,
    const char *target, const char *specifier, size_t len);

#endif
