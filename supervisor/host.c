/*
 * The common ground of the commands that run workers.
 *
 * Runs in: supervisor.
 */
#include "config.h"

#include "supervisor/host.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <ev.h>

#include "base/err.h"
#include "base/log.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "supervisor/priority.h"
#include "supervisor/spawn.h"

#define NOFILE_WANTED 65536u

void
host_init_log(const struct conf *conf)
{
	bool json = !isatty(STDERR_FILENO);

	if (conf->logging.structured == CONF_STRUCTURED_YES)
		json = true;
	else if (conf->logging.structured == CONF_STRUCTURED_NO)
		json = false;
	log_init(json ? LOG_SINK_JSON : LOG_SINK_TEXT, STDERR_FILENO,
	    conf->logging.level);
}

size_t
host_nfronts(const struct conf *conf)
{
	long n = (long)conf->server.fronts;

	if (n == 0)
		n = sysconf(_SC_NPROCESSORS_ONLN);
	return n < 1 ? 1 : (size_t)MIN(n, SPAWN_FRONTS_MAX);
}

/* Three descriptors per worker add up. */
static void
raise_nofile(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) == -1)
		return;
	l.rlim_cur = l.rlim_max;
	if (l.rlim_max < NOFILE_WANTED && geteuid() == 0)
		l.rlim_cur = l.rlim_max = NOFILE_WANTED;
	if (setrlimit(RLIMIT_NOFILE, &l) == -1)
		log_debug("cannot raise the number of open descriptors: %m");
}

static enum sandbox_mode
mode_of(enum conf_sandbox s)
{
	static const enum sandbox_mode modes[] = {
	    [CONF_SANDBOX_AUTO] = SANDBOX_AUTO,
	    [CONF_SANDBOX_NONE] = SANDBOX_NONE,
	    [CONF_SANDBOX_REQUIRE_A] = SANDBOX_REQUIRE_A,
	    [CONF_SANDBOX_REQUIRE_B] = SANDBOX_REQUIRE_B,
	    [CONF_SANDBOX_REQUIRE_C] = SANDBOX_REQUIRE_C,
	};

	ASSERT((size_t)s < NELEMS(modes));
	return modes[s];
}

/* What the level is, and what is in the way of a higher one. */
static void
log_level_reached(const struct sandbox_plan *plan)
{
	const struct sandbox_report *report = sandbox_plan_report(plan);
	const char *why = sandbox_plan_why(plan);
	char text[256];

	if (report->level == SANDBOX_LEVEL_NONE) {
		log_warn("workers run without a sandbox: for development only");
		return;
	}
	log_info("sandbox level %s: %s%s%s%s",
	    sandbox_level_name(report->level),
	    sandbox_layers_text(report->layers, text, sizeof text),
	    why[0] != '\0' ? " (no higher level: " : "", why,
	    why[0] != '\0' ? ")" : "");
}

/*
 * A check takes no groups: it is run from shells, beside the service, and its
 * question is whether the config is right.
 */
static int
make_plan(struct host *h, const struct conf *conf, bool is_check)
{
	struct sandbox_plan_options o = {.mode = mode_of(conf->server.sandbox),
	    .uid_first = conf->server.first_uid};
	struct cgroups_options co = {.mountinfo = NULL};
	char why[256], no_cgroups[200] = "";

	if (is_check && o.mode == SANDBOX_REQUIRE_A)
		o.mode = SANDBOX_REQUIRE_B;
	if (!is_check && o.mode != SANDBOX_NONE)
		o.cgroups = cgroups_open(&co, &h->cgroups, no_cgroups,
				sizeof no_cgroups) == 0;
	o.no_cgroups_why = no_cgroups;
	/* They need longer to warm up than the plan to be made. */
	spawner_start_early(h->spawner, ROLE_ZYGOTE);
	for (size_t i = 0; !is_check && i < host_nfronts(conf); i++)
		spawner_start_early(h->spawner, ROLE_FRONT);
	if (sandbox_plan_new(&o, &h->plan, why, sizeof why) != 0) {
		log_error("%s", why);
		return ERR_REFUSED;
	}
	if (conf->ntenants > 1 && conf->server.sandbox == CONF_SANDBOX_AUTO &&
	    sandbox_plan_report(h->plan)->level < SANDBOX_LEVEL_B) {
		log_error("several tenants, but only sandbox level %s can be "
			  "reached (%s); if that will do, set \"sandbox = "
			  "require-C\" in [server]",
		    sandbox_level_name(sandbox_plan_report(h->plan)->level),
		    sandbox_plan_why(h->plan));
		return ERR_REFUSED;
	}
	log_level_reached(h->plan);
	return 0;
}

int
host_open(struct host *h, struct conf *conf, bool is_check,
    void (*on_outcome)(void *arg, const char *name, enum worker_outcome outcome,
	const char *text),
    void *arg)
{
	struct tenants_options to;
	struct workers_options wo;

	memset(h, 0, sizeof *h);
	h->generation = generation_new(conf, 1);
	(void)signal(SIGPIPE, SIG_IGN);
	raise_nofile();
	h->spawner = spawner_new(!is_check, priority_arrange());
	if (h->spawner == NULL || make_plan(h, conf, is_check) != 0) {
		host_close(h);
		return ERR_REFUSED;
	}
	h->loop = ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV);
	if (h->loop == NULL)
		fatal("cannot make an event loop: %m");
	h->hub = chan_hub_new(h->loop);
	h->procs = procs_new(h->loop, h->hub);
	to = (struct tenants_options){.loop = h->loop,
	    .procs = h->procs,
	    .plan = h->plan,
	    .cgroups = h->cgroups,
	    .spawner = h->spawner};
	h->tenants = tenants_new(&to);
	wo = (struct workers_options){.loop = h->loop,
	    .procs = h->procs,
	    .tenants = h->tenants,
	    .is_check = is_check,
	    .on_outcome = on_outcome,
	    .arg = arg};
	h->workers = workers_new(&wo);
	workers_configure(h->workers, h->generation, 0);
	return 0;
}

void
host_stop(struct host *h)
{
	if (h->tenants != NULL)
		tenants_stop(h->tenants);
	if (h->workers != NULL)
		workers_drain(h->workers, 0);
	procs_free(&h->procs);
}

void
host_close(struct host *h)
{
	host_stop(h);
	workers_free(&h->workers);
	tenants_free(&h->tenants);
	cgroups_free(&h->cgroups);
	chan_hub_free(&h->hub);
	if (h->loop != NULL)
		ev_loop_destroy(h->loop);
	h->loop = NULL;
	sandbox_plan_free(&h->plan);
	generation_unref(&h->generation);
	spawner_free(&h->spawner);
}
