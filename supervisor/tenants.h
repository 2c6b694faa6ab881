#ifndef SUPERVISOR_TENANTS_H
#define SUPERVISOR_TENANTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"
#include "sandbox/plan.h"
#include "supervisor/cgroups.h"
#include "supervisor/cloner.h"
#include "supervisor/proc.h"

/*
 * Tenants: who owns workers, under which user id they run, of which zygote
 * they are clones, in which control group they are, how much they may use
 * together. Workers without a tenant are of the default one, "".
 */
struct spawner;
struct tenants;

struct tenant {
	struct tenant *next; /* of the set */
	struct tenants *set; /* held: the owner */
	char *name;          /* owned */
	uint32_t uid;        /* of its clones; 0: that of their zygote */
	struct cloner *cloner;
	bool has_own_zygote;  /* then the cloner is owned, else held */
	struct cgroup *group; /* NULL: none, or not needed yet */
	struct conf_totals totals;
	size_t nprocesses;   /* of workers */
	uint64_t nrefused;   /* starts over totals.workers */
	uint64_t noom_kills; /* processes that ran out of memory */
	bool is_kept;        /* by the config under way */
};

struct tenants_options {
	struct ev_loop *loop;            /* held */
	struct procs *procs;             /* held */
	const struct sandbox_plan *plan; /* held */
	struct cgroups *cgroups;         /* held; NULL: none */
	struct spawner *spawner;         /* held */
};

struct tenants *tenants_new(const struct tenants_options *options);
/* After all processes have ended. */
void tenants_free(struct tenants **tenants);

/*
 * Go by CONF: new tenants are made, limits take effect at once. A tenant keeps
 * its user id for as long as this process lives. Zygotes of tenants that are
 * gone end.
 */
void tenants_configure(struct tenants *ts, const struct conf *conf);

/* The tenant NAME, or NULL: the default one. Stays valid. */
struct tenant *tenants_find(struct tenants *ts, const char *name);

void tenants_each(struct tenants *ts,
    void (*fn)(void *arg, const struct tenant *tenant), void *arg);

/* The zygote of those that have none of their own, ready ahead of time. */
void tenants_warm_up(struct tenants *ts);
/* Start no zygote any more, end those there are. */
void tenants_stop(struct tenants *ts);
/* A clone may exist that was not announced. */
bool tenants_is_expecting(const struct tenants *ts);

/*
 * A control group for a new process of T that may use MEMORY_BYTES, owned by
 * the caller; NULL where there are no groups. Returns 0 or ERR_SYS.
 */
int tenant_new_group(struct tenant *t, uint64_t memory_bytes,
    struct cgroup **group_out);

/* For messages: "the default tenant" has no name. */
const char *tenant_shown(const struct tenant *t);

#endif
