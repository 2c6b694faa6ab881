/*
 * eider serve: the supervisor.
 *
 * Runs in: supervisor. From the config to listening sockets, fronts and
 *          workers; then signals, until all have ended.
 * Never:   accepts a connection, reads a peer's byte, runs a worker's code.
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <ev.h>

#include "base/err.h"
#include "base/log.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "conf/conf.h"
#include "supervisor/access_logs.h"
#include "supervisor/cli.h"
#include "supervisor/ctl.h"
#include "supervisor/events.h"
#include "supervisor/fronts.h"
#include "supervisor/host.h"
#include "supervisor/keyfile.h"
#include "supervisor/listeners.h"
#include "supervisor/notify.h"
#include "supervisor/requests.h"
#include "supervisor/services.h"
#include "supervisor/spawn.h"
#include "supervisor/tail.h"

#define SWEEP_S 1.0 /* between looks for orphans */
/* A terminal and a wrapper often send the same signal twice. */
#define AGAIN_S 0.5

enum serve_state { SERVE_RUNNING, SERVE_FRONTS_DRAIN, SERVE_WORKERS_DRAIN };

struct serve {
	struct cli cli;
	char **listen_fds; /* owned; of the service manager, in cli too */
	size_t nlisten_fds;
	struct host host;
	struct listeners *listeners;
	struct access_logs *logs;
	struct services *services;
	struct fronts *fronts;
	struct tail *tail;
	struct requests requests;
	struct ctl *ctl; /* NULL: none */
	enum serve_state state;
	int exit_code;
	ev_tstamp drain_start;
	ev_tstamp drain_end;
	ev_signal on_term;
	ev_signal on_int;
	ev_signal on_hup;
	ev_signal on_usr1;
	ev_signal on_child;
	ev_timer sweep;
	ev_timer watchdog;
	ev_prepare turn;
};

/* --- stopping --- */

/* What is left of the time that stopping may take. */
static uint64_t
drain_left_ms(const struct serve *s)
{
	ev_tstamp left = s->drain_end - ev_time();

	return left <= 0.001 ? 1 : (uint64_t)(left * 1000);
}

static void
begin_stop(struct serve *s, const char *why)
{
	uint64_t ms = s->host.generation->conf->server.stop_timeout_ms;

	if (s->state != SERVE_RUNNING && ev_time() - s->drain_start < AGAIN_S)
		return;
	if (s->state != SERVE_RUNNING) {
		log_warn("%s again: stopping at once", why);
		procs_kill_all(s->host.procs);
		return;
	}
	log_info("%s: stopping, within %llu ms", why, (unsigned long long)ms);
	notify_send("STOPPING=1");
	s->state = SERVE_FRONTS_DRAIN;
	s->drain_start = ev_time();
	s->drain_end = s->drain_start + (ev_tstamp)ms / 1000;
	listeners_close(s->listeners);
	fronts_drain(s->fronts, ms);
}

static void
count_clones(struct proc *p, void *arg)
{
	size_t *n = arg;

	*n += proc_role(p) == ROLE_WORKER;
}

/* Fronts first, for they have the requests; workers then; the zygote last. */
static void
go_on_stopping(struct serve *s)
{
	size_t nworkers = 0;

	if (s->state == SERVE_FRONTS_DRAIN && fronts_nrunning(s->fronts) == 0) {
		s->state = SERVE_WORKERS_DRAIN;
		workers_drain(s->host.workers, drain_left_ms(s));
	}
	if (s->state != SERVE_WORKERS_DRAIN)
		return;
	procs_each(s->host.procs, count_clones, &nworkers);
	if (nworkers == 0)
		tenants_stop(s->host.tenants);
	if (procs_count(s->host.procs) == 0)
		ev_break(s->host.loop, EVBREAK_ALL);
}

/* --- reloading --- */

static void
log_config_error(void *arg, const char *text)
{
	(void)arg;
	log_error("%s", text);
}

static void
log_config_warning(const char *text)
{
	log_warn("%s", text);
}

/* What a reload does not touch; whoever changes it wants to know. */
static void
warn_of_fixed(const struct conf *old, const struct conf *new)
{
	if (old->server.fronts != new->server.fronts)
		log_warn("\"fronts\" has changed; restart to have it");
	if (old->server.sandbox != new->server.sandbox)
		log_warn("\"sandbox\" has changed; restart to have it");
	if (strcmp(old->server.state_dir, new->server.state_dir) != 0)
		log_warn("\"stateDir\" has changed; restart to have it");
}

/*
 * Load the config again. Either all of it is in force, or nothing has changed.
 * Returns 0 or an ERR_* code; what was wrong is in the log.
 */
static int
reload(struct serve *s)
{
	struct generation *old = s->host.generation, *new;
	uint64_t drain_ms = old->conf->server.stop_timeout_ms;
	struct conf *conf;
	char why[256];

	if (s->state != SERVE_RUNNING)
		return ERR_STATE;
	conf = cli_load(&s->cli, log_config_error);
	if (conf == NULL) {
		log_error("the config has errors; the old one stays in force");
		return ERR_SYNTAX;
	}
	if (access_logs_configure(s->logs, conf, why, sizeof why) != 0 ||
	    listeners_configure(s->listeners, conf, why, sizeof why) != 0) {
		log_error("%s; the old config stays in force", why);
		conf_free(&conf);
		return ERR_SYS;
	}
	warn_of_fixed(old->conf, conf);
	keyfile_check_dates(conf, log_config_warning);
	conf_wipe_keys(conf);
	access_logs_reopen(s->logs);
	new = generation_new(conf, old->number + 1);
	/* Workers first: fronts then ask for what there is. */
	workers_configure(s->host.workers, new, drain_ms);
	fronts_configure(s->fronts, conf);
	s->host.generation = new;
	host_init_log(conf);
	generation_unref(&old);
	log_info("generation %u is in force", new->number);
	return 0;
}

static int
reload_and_tell(struct serve *s)
{
	int r;

	if (s->state != SERVE_RUNNING)
		return ERR_STATE;
	notify_reloading();
	r = reload(s);
	notify_ready(s->host.generation->number);
	return r;
}

/* --- the control socket --- */

static bool
is_stopping(void *arg)
{
	const struct serve *s = arg;

	return s->state != SERVE_RUNNING;
}

static int
on_reload_request(void *arg)
{
	return reload_and_tell(arg);
}

static void
on_stop_request(void *arg)
{
	begin_stop(arg, "ctl stop");
}

/* A supervisor without one still serves. */
static void
open_ctl(struct serve *s)
{
	char *path = s->cli.ctl_socket != NULL ? xstrdup(s->cli.ctl_socket)
					       : ctl_default_path();
	struct ctl_options o = {.loop = s->host.loop,
	    .path = path,
	    .on_request = requests_run,
	    .on_end = requests_end,
	    .arg = &s->requests};

	s->requests = (struct requests){.host = &s->host,
	    .listeners = s->listeners,
	    .tail = s->tail,
	    .is_stopping = is_stopping,
	    .reload = on_reload_request,
	    .stop = on_stop_request,
	    .arg = s};
	s->ctl = path != NULL ? ctl_new(&o) : NULL;
	if (s->ctl == NULL && s->cli.ctl_socket != NULL)
		log_warn("no control socket at %s: %s", path, strerror(errno));
	else if (s->ctl == NULL)
		log_debug("no control socket at %s: %s",
		    path != NULL ? path : "(no runtime directory)",
		    strerror(errno));
	free(path);
}

/* --- starting --- */

/* The address, and what to type to see an answer. */
static void
print_address(const char *address)
{
	static const char unix_path[] = "unix:", abstract[] = "unix-abstract:";

	printf("%s\n", address);
	if (strncmp(address, unix_path, sizeof unix_path - 1) == 0)
		printf("  curl --unix-socket %s http://localhost/\n",
		    address + sizeof unix_path - 1);
	else if (strncmp(address, abstract, sizeof abstract - 1) == 0)
		printf("  curl --abstract-unix-socket %s http://localhost/\n",
		    address + sizeof abstract - 1);
	else
		printf("  curl %s\n", address);
}

static void
on_serving(void *arg)
{
	struct serve *s = arg;

	for (size_t i = 0; i < listeners_count(s->listeners); i++) {
		const struct listener *l = listeners_at(s->listeners, i);

		events_listen(s->cli.control_fd, l);
		print_address(l->address);
		log_info("serving %s at %s", l->name, l->address);
	}
	fflush(stdout);
	notify_ready(s->host.generation->number);
}

/* `serve SCRIPT`: an error in it ends everything. */
static void
on_outcome(void *arg, const char *name, enum worker_outcome outcome,
    const char *text)
{
	struct serve *s = arg;

	(void)text; /* logged */
	if (!s->host.generation->conf->is_from_script ||
	    outcome == WORKER_STARTED || s->state != SERVE_RUNNING)
		return;
	log_error("worker %s does not start", name);
	s->exit_code = CLI_EXIT_FAILED;
	begin_stop(s, "nothing to serve");
}

static void
on_signal(struct ev_loop *loop, ev_signal *w, int events)
{
	struct serve *s = w->data;

	(void)loop;
	(void)events;
	switch (w->signum) {
	case SIGTERM:
		begin_stop(s, "SIGTERM");
		break;
	case SIGINT:
		begin_stop(s, "SIGINT");
		break;
	case SIGHUP:
		(void)reload_and_tell(s);
		break;
	case SIGUSR1:
		access_logs_reopen(s->logs);
		fronts_send_logs(s->fronts);
		break;
	case SIGCHLD:
	default:
		procs_reap_strangers(s->host.procs,
		    tenants_is_expecting(s->host.tenants));
		break;
	}
}

static void
on_sweep(struct ev_loop *loop, ev_timer *w, int events)
{
	struct serve *s = w->data;

	(void)loop;
	(void)events;
	procs_reap_strangers(s->host.procs,
	    tenants_is_expecting(s->host.tenants));
	if (s->host.cgroups != NULL)
		cgroups_sweep(s->host.cgroups);
}

static void
on_watchdog(struct ev_loop *loop, ev_timer *w, int events)
{
	(void)loop;
	(void)w;
	(void)events;
	notify_send("WATCHDOG=1");
}

static void
on_turn(struct ev_loop *loop, ev_prepare *w, int events)
{
	struct serve *s = w->data;

	(void)loop;
	(void)events;
	if (s->state != SERVE_RUNNING)
		go_on_stopping(s);
}

static void
start_signal(struct serve *s, ev_signal *w, int signo)
{
	ev_signal_init(w, on_signal, signo);
	w->data = s;
	ev_signal_start(s->host.loop, w);
}

static void
start_watchers(struct serve *s)
{
	start_signal(s, &s->on_term, SIGTERM);
	start_signal(s, &s->on_int, SIGINT);
	start_signal(s, &s->on_hup, SIGHUP);
	start_signal(s, &s->on_usr1, SIGUSR1);
	start_signal(s, &s->on_child, SIGCHLD);
	ev_timer_init(&s->sweep, on_sweep, SWEEP_S, SWEEP_S);
	s->sweep.data = s;
	ev_timer_start(s->host.loop, &s->sweep);
	if (notify_watchdog_ms() > 0) {
		double period = (double)notify_watchdog_ms() / 1000.0;

		ev_timer_init(&s->watchdog, on_watchdog, period, period);
		ev_timer_start(s->host.loop, &s->watchdog);
	}
	/* Behind the hub's, which ends procs. */
	ev_prepare_init(&s->turn, on_turn);
	ev_set_priority(&s->turn, EV_MINPRI);
	s->turn.data = s;
	ev_prepare_start(s->host.loop, &s->turn);
}

/* Before the first child: they inherit it. */
static int
give_up_privileges(struct serve *s)
{
	struct sandbox_report report;

	if (sandbox_plan_enter(s->host.plan, &report) == 0)
		return 0;
	log_error("cannot give up privileges: %s: %s", report.failed,
	    strerror(report.failed_errno));
	return ERR_REFUSED;
}

static int
start(struct serve *s, struct conf *conf)
{
	struct fronts_options fo;
	char why[256];

	if (host_open(&s->host, conf, false, on_outcome, s) != 0)
		return ERR_REFUSED;
	s->listeners = listeners_new();
	s->logs = access_logs_new();
	s->services = services_new();
	if (access_logs_configure(s->logs, conf, why, sizeof why) != 0 ||
	    listeners_configure(s->listeners, conf, why, sizeof why) != 0) {
		log_error("%s", why);
		return ERR_SYS;
	}
	keyfile_check_dates(conf, log_config_warning);
	conf_wipe_keys(conf);
	fo = (struct fronts_options){.loop = s->host.loop,
	    .procs = s->host.procs,
	    .plan = s->host.plan,
	    .spawner = s->host.spawner,
	    .listeners = s->listeners,
	    .logs = s->logs,
	    .services = s->services,
	    .workers = s->host.workers,
	    .n = host_nfronts(conf),
	    .on_serving = on_serving,
	    .arg = s};
	s->fronts = fronts_new(&fo);
	start_watchers(s);
	open_ctl(s);
	if (give_up_privileges(s) != 0)
		return ERR_REFUSED;
	tenants_warm_up(s->host.tenants);
	fronts_configure(s->fronts, conf);
	spawner_drop_early(s->host.spawner);
	if (conf->is_from_script)
		(void)workers_start(s->host.workers, conf->workers[0].name);
	return 0;
}

/* Sockets of the service manager, as if given with --socket-fd. */
static void
take_listen_fds(struct serve *s)
{
	s->listen_fds = notify_listen_fds(&s->nlisten_fds);
	for (size_t i = 0; i < s->nlisten_fds; i++)
		if (s->cli.nsocket_fds < CLI_LIST_MAX)
			s->cli.socket_fds[s->cli.nsocket_fds++] =
			    s->listen_fds[i];
}

static void
clear(struct serve *s)
{
	if (s->fronts != NULL)
		fronts_drain(s->fronts, 0);
	host_stop(&s->host);
	fronts_free(&s->fronts);
	ctl_free(&s->ctl);
	tail_free(&s->tail);
	host_close(&s->host);
	if (s->listeners != NULL)
		listeners_free(&s->listeners);
	access_logs_free(&s->logs);
	services_free(&s->services);
	for (size_t i = 0; i < s->nlisten_fds; i++)
		free(s->listen_fds[i]);
	free(s->listen_fds);
}

int
cmd_serve(const struct cli *cli)
{
	struct serve s;
	struct conf *conf;
	int exit_code = CLI_EXIT_FAILED;

	memset(&s, 0, sizeof s);
	s.cli = *cli;
	s.exit_code = CLI_EXIT_OK;
	take_listen_fds(&s);
	conf = cli_load(&s.cli, cli_print_error);
	if (conf == NULL)
		goto out;
	host_init_log(conf);
	s.tail = tail_new();
	if (start(&s, conf) != 0)
		goto out;
	/* Config and code stay out of core files and debuggers, also where
	 * there is no sandbox. */
	(void)prctl(PR_SET_DUMPABLE, 0UL);
	ev_run(s.host.loop, 0);
	exit_code = s.exit_code;
	if (exit_code == CLI_EXIT_OK)
		log_info("stopped");
out:
	clear(&s);
	return exit_code;
}
