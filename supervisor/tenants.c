/*
 * Tenants: ids, zygotes, control groups, totals.
 *
 * Runs in: supervisor.
 * Owns:    the tenants, zygotes that are one tenant's, groups of tenants.
 */
#include "config.h"

#include "supervisor/tenants.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"
#include "base/util.h"
#include "base/xmalloc.h"

/* What the kernel keeps for a process beside its private memory: page tables,
 * sockets, and what it writes of the pages it shares with its zygote. */
#define KERNEL_BYTES ((uint64_t)32 << 20)
#define CPU_WEIGHT_DEFAULT 100
#define PIDS_MAX 2 /* a worker has one; its filter allows no other */

struct tenants {
	struct tenants_options o;
	struct tenant *first;  /* the default one */
	struct cloner *cloner; /* of all without a zygote of their own */
	uint32_t next_number;
};

/* --- a tenant --- */

static struct cloner *
new_cloner(struct tenants *ts, const char *name, uint32_t uid)
{
	struct cloner_options o = {.loop = ts->o.loop,
	    .procs = ts->o.procs,
	    .plan = ts->o.plan,
	    .spawner = ts->o.spawner,
	    .name = name,
	    .uid = uid};

	return cloner_new(&o);
}

static bool
wants_own_zygote(const struct tenants *ts, const struct conf_tenant *ct,
    uint32_t uid)
{
	if (ct->zygote == CONF_ZYGOTE_TENANT)
		return true;
	/* One zygote can give its clones different ids only where its user
	 * namespace has them. */
	return uid != 0 &&
	       (ct->uid != 0 || !sandbox_plan_has_range(ts->o.plan));
}

static struct tenant *
new_tenant(struct tenants *ts, const char *name, const struct conf_tenant *ct)
{
	struct tenant *t = xcalloc(1, sizeof *t), **at = &ts->first;
	uint32_t number = ts->next_number++;

	t->set = ts;
	t->name = xstrdup(name);
	t->cloner = ts->cloner;
	if (ct != NULL && sandbox_plan_has_ids(ts->o.plan)) {
		t->uid = ct->uid != 0
			     ? ct->uid
			     : sandbox_plan_tenant_uid(ts->o.plan, number);
		/* Beyond the range they share what workers of none have. */
		if (t->uid == 0)
			log_warn("tenant %s: no user id is left for it", name);
	}
	if (ct != NULL && wants_own_zygote(ts, ct, t->uid)) {
		t->cloner = new_cloner(ts, t->name, t->uid);
		t->has_own_zygote = true;
		t->uid = 0; /* its zygote has it */
	}
	while (*at != NULL)
		at = &(*at)->next;
	*at = t;
	return t;
}

const char *
tenant_shown(const struct tenant *t)
{
	return t->name[0] != '\0' ? t->name : "default";
}

static void
group_limits(const struct tenant *t, struct cgroup_limits *out)
{
	memset(out, 0, sizeof *out);
	out->memory_bytes = t->totals.memory_bytes;
	/* More than all cores is no limit, and needs no controller. */
	if (t->totals.cpu_percent < 100 * sysconf(_SC_NPROCESSORS_ONLN))
		out->cpu_percent = t->totals.cpu_percent;
	if (t->totals.cpu_weight != CPU_WEIGHT_DEFAULT)
		out->cpu_weight = t->totals.cpu_weight;
}

static void
set_totals(struct tenant *t, const struct conf_totals *totals)
{
	struct cgroup_limits limits;

	t->totals = *totals;
	group_limits(t, &limits);
	if (t->group != NULL && cgroup_set(t->group, &limits) != 0)
		log_warn("tenant %s: its limits cannot be set: %s",
		    tenant_shown(t), strerror(errno));
}

int
tenant_new_group(struct tenant *t, uint64_t memory_bytes,
    struct cgroup **group_out)
{
	struct cgroups *cg = t->set->o.cgroups;
	struct cgroup_limits limits = {
	    .memory_bytes = memory_bytes + KERNEL_BYTES, .pids = PIDS_MAX};
	struct cgroup_limits all;

	*group_out = NULL;
	if (cg == NULL)
		return 0;
	group_limits(t, &all);
	if (t->group == NULL &&
	    cgroup_new(cg, NULL, tenant_shown(t), true, &all, &t->group) != 0)
		return ERR_SYS;
	return cgroup_new(cg, t->group, "w", false, &limits, group_out);
}

/* --- the set --- */

struct tenants *
tenants_new(const struct tenants_options *options)
{
	struct tenants *ts = xcalloc(1, sizeof *ts);

	ts->o = *options;
	ts->cloner = new_cloner(ts, "", 0);
	(void)new_tenant(ts, "", NULL);
	if (ts->o.cgroups != NULL && sandbox_plan_has_ids(ts->o.plan))
		cgroups_allow(ts->o.cgroups,
		    sandbox_plan_role_uid(ts->o.plan, ROLE_ZYGOTE));
	return ts;
}

void
tenants_free(struct tenants **tenants)
{
	struct tenants *ts = *tenants;
	struct tenant *t;

	if (ts == NULL)
		return;
	while ((t = ts->first) != NULL) {
		ASSERT(t->nprocesses == 0);
		ts->first = t->next;
		if (t->has_own_zygote)
			cloner_free(&t->cloner);
		cgroup_free(&t->group);
		free(t->name);
		free(t);
	}
	cloner_free(&ts->cloner);
	free(ts);
	*tenants = NULL;
}

struct tenant *
tenants_find(struct tenants *ts, const char *name)
{
	for (struct tenant *t = ts->first; t != NULL; t = t->next)
		if (strcmp(t->name, name != NULL ? name : "") == 0)
			return t;
	return NULL;
}

/* A tenant's zygote is what its first start has made it. */
static void
warn_of_fixed(const struct tenant *t, const struct conf_tenant *ct)
{
	if ((ct->zygote == CONF_ZYGOTE_TENANT) && !t->has_own_zygote)
		log_warn("tenant %s: \"zygote\" has changed; restart to have "
			 "it",
		    t->name);
}

void
tenants_configure(struct tenants *ts, const struct conf *conf)
{
	set_totals(ts->first, &conf->server.totals);
	for (size_t i = 0; i < conf->ntenants; i++) {
		const struct conf_tenant *ct = &conf->tenants[i];
		struct tenant *t = tenants_find(ts, ct->name);

		if (t == NULL)
			t = new_tenant(ts, ct->name, ct);
		else
			warn_of_fixed(t, ct);
		t->is_kept = true;
		set_totals(t, &ct->totals);
	}
	for (struct tenant *t = ts->first; t != NULL; t = t->next) {
		if (!t->is_kept && t->has_own_zygote)
			cloner_rest(t->cloner);
		t->is_kept = false;
	}
}

void
tenants_each(struct tenants *ts,
    void (*fn)(void *arg, const struct tenant *tenant), void *arg)
{
	for (const struct tenant *t = ts->first; t != NULL; t = t->next)
		fn(arg, t);
}

void
tenants_warm_up(struct tenants *ts)
{
	cloner_warm_up(ts->cloner);
}

void
tenants_stop(struct tenants *ts)
{
	cloner_stop(ts->cloner);
	for (struct tenant *t = ts->first; t != NULL; t = t->next)
		if (t->has_own_zygote)
			cloner_stop(t->cloner);
}

bool
tenants_is_expecting(const struct tenants *ts)
{
	if (cloner_is_expecting(ts->cloner))
		return true;
	for (const struct tenant *t = ts->first; t != NULL; t = t->next)
		if (t->has_own_zygote && cloner_is_expecting(t->cloner))
			return true;
	return false;
}
