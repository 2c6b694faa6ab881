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
#include "conf/conf.h"
#include "supervisor/cli.h"
#include "supervisor/events.h"
#include "supervisor/fronts.h"
#include "supervisor/host.h"
#include "supervisor/listeners.h"
#include "supervisor/services.h"

#define FRONTS_MAX 64
#define SWEEP_S 1.0 /* between looks for orphans */
/* A terminal and a wrapper often send the same signal twice. */
#define AGAIN_S 0.5

enum serve_state { SERVE_RUNNING, SERVE_FRONTS_DRAIN, SERVE_WORKERS_DRAIN };

struct serve {
	const struct cli *cli; /* held */
	struct host host;
	struct listeners *listeners;
	struct services *services;
	struct fronts *fronts;
	enum serve_state state;
	int exit_code;
	ev_tstamp drain_start;
	ev_tstamp drain_end;
	ev_signal on_term;
	ev_signal on_int;
	ev_signal on_hup;
	ev_signal on_child;
	ev_timer sweep;
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
		cloner_stop(s->host.cloner);
	if (procs_count(s->host.procs) == 0)
		ev_break(s->host.loop, EVBREAK_ALL);
}

/* --- starting --- */

static void
on_serving(void *arg)
{
	struct serve *s = arg;

	for (size_t i = 0; i < listeners_count(s->listeners); i++) {
		const struct listener *l = listeners_at(s->listeners, i);

		events_listen(s->cli->control_fd, l);
		printf("%s\n", l->address);
		log_info("serving %s at %s", l->name, l->address);
	}
	fflush(stdout);
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

static size_t
count_fronts(const struct conf *conf)
{
	long n = (long)conf->server.fronts;

	if (n == 0)
		n = sysconf(_SC_NPROCESSORS_ONLN);
	return n < 1 ? 1 : (size_t)MIN(n, FRONTS_MAX);
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
	case SIGCHLD:
	default:
		procs_reap_strangers(s->host.procs,
		    cloner_is_expecting(s->host.cloner));
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
	    cloner_is_expecting(s->host.cloner));
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
	start_signal(s, &s->on_child, SIGCHLD);
	ev_timer_init(&s->sweep, on_sweep, SWEEP_S, SWEEP_S);
	s->sweep.data = s;
	ev_timer_start(s->host.loop, &s->sweep);
	/* Behind the hub's, which ends procs. */
	ev_prepare_init(&s->turn, on_turn);
	ev_set_priority(&s->turn, EV_MINPRI);
	s->turn.data = s;
	ev_prepare_start(s->host.loop, &s->turn);
}

static int
start(struct serve *s, struct conf *conf)
{
	struct fronts_options fo;
	char why[256];

	if (host_open(&s->host, conf, false, on_outcome, s) != 0)
		return ERR_REFUSED;
	s->listeners = listeners_new();
	s->services = services_new();
	if (listeners_configure(s->listeners, conf, why, sizeof why) != 0) {
		log_error("%s", why);
		return ERR_SYS;
	}
	fo = (struct fronts_options){.loop = s->host.loop,
	    .procs = s->host.procs,
	    .plan = s->host.plan,
	    .programs = s->host.programs,
	    .listeners = s->listeners,
	    .services = s->services,
	    .workers = s->host.workers,
	    .n = count_fronts(conf),
	    .on_serving = on_serving,
	    .arg = s};
	s->fronts = fronts_new(&fo);
	start_watchers(s);
	cloner_warm_up(s->host.cloner);
	fronts_configure(s->fronts, conf);
	if (conf->is_from_script)
		(void)workers_start(s->host.workers, conf->workers[0].name);
	return 0;
}

int
cmd_serve(const struct cli *cli)
{
	struct serve s;
	struct conf *conf = cli_load(cli);

	if (conf == NULL)
		return CLI_EXIT_FAILED;
	host_init_log(conf);
	memset(&s, 0, sizeof s);
	s.cli = cli;
	s.exit_code = CLI_EXIT_OK;
	if (start(&s, conf) == 0) {
		/* Config and code stay out of core files and debuggers. */
		(void)prctl(PR_SET_DUMPABLE, 0UL);
		ev_run(s.host.loop, 0);
	} else {
		s.exit_code = CLI_EXIT_FAILED;
	}
	if (s.exit_code == CLI_EXIT_OK)
		log_info("stopped");
	if (s.fronts != NULL)
		fronts_drain(s.fronts, 0);
	host_stop(&s.host);
	fronts_free(&s.fronts);
	host_close(&s.host);
	listeners_free(&s.listeners);
	services_free(&s.services);
	return s.exit_code;
}
