#ifndef CONF_TENANT_H
#define CONF_TENANT_H

#include <stdbool.h>

#include "conf/load.h"

/*
 * Tenants: their sections, and their own files, which are the tenant's to
 * write and therefore may say less than the operator's.
 */

/* A new draft; NULL: refused and reported. NAME is taken by reference. */
struct tenant_draft *tenant_add(struct load *l, const char *name);

/* Setter of `include` and `services`. */
void tenant_set_list(struct load *l, const struct schema_row *row,
    struct target *target, struct words *words);

/*
 * The service that NAME means as the name of a worker of the file being read:
 * "TENANT/NAME" in a tenant's own.
 */
const char *tenant_own_name(struct load *l, const char *name);

/*
 * Open the file PATH (absolute) of tenant D, beneath its root and through no
 * symbolic link. Returns a descriptor, or -1 (errno set).
 */
int tenant_open(const struct tenant_draft *d, const char *path);
/* What an error of tenant_open() means. */
const char *tenant_open_text(int error);

/* Read what the tenants' `include` name, when all else has been read. */
void tenant_read_files(struct load *l);

/* What can be said of all tenants when everything has been read. */
void tenant_check_all(struct load *l);

/*
 * Find the tenant of worker D, bound the worker's limits by the tenant's, and
 * its references by what the tenant is granted.
 */
void tenant_check_worker(struct load *l, struct worker_draft *d);

#endif
