#ifndef SUPERVISOR_HOST_H
#define SUPERVISOR_HOST_H

#include <stdbool.h>

#include "conf/conf.h"
#include "sandbox/plan.h"
#include "supervisor/cgroups.h"
#include "supervisor/generation.h"
#include "supervisor/proc.h"
#include "supervisor/tenants.h"
#include "supervisor/workers.h"

/*
 * What `serve` and `check` have in common: the loop, the decision on
 * sandboxes, the processes, the zygote and the workers.
 */
struct spawner;

struct host {
	struct ev_loop *loop;
	struct chan_hub *hub;
	struct sandbox_plan *plan;
	struct spawner *spawner;
	struct procs *procs;
	struct cgroups *cgroups; /* NULL: none */
	struct tenants *tenants;
	struct workers *workers;
	struct generation *generation;
};

/* How many fronts the config wants; 0 in it: one per core. */
size_t host_nfronts(const struct conf *conf);

/* Set the process's log up as the config says. */
void host_init_log(const struct conf *conf);

/*
 * Decide on the sandbox, make all of HOST. CONF is taken. ON_OUTCOME and ARG:
 * of struct workers_options. Errors are logged. Returns 0, or ERR_REFUSED.
 */
int host_open(struct host *h, struct conf *conf, bool is_check,
    void (*on_outcome)(void *arg, const char *name, enum worker_outcome outcome,
	const char *text),
    void *arg);

/* Kill what still runs, start nothing again. */
void host_stop(struct host *h);
/* After host_stop(), and after whoever uses the loop is gone. */
void host_close(struct host *h);

#endif
