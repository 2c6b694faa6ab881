/*
 * eider check: is the config good, does the code of its workers load?
 *
 * Runs in: supervisor. The code is evaluated where it always is: in a clone of
 *          the zygote, in its sandbox, one worker after the other.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ev.h>

#include "base/err.h"
#include "base/log.h"
#include "base/util.h"
#include "conf/conf.h"
#include "supervisor/cli.h"
#include "supervisor/host.h"
#include "supervisor/keyfile.h"

struct check {
	struct host host;
	size_t next; /* worker to be looked at */
	size_t nbad;
};

static void on_outcome(void *arg, const char *name, enum worker_outcome outcome,
    const char *text);

/* Start the next worker, or end. */
static void
go_on(struct check *c)
{
	const struct conf *conf = c->host.generation->conf;

	if (c->next >= conf->nworkers) {
		ev_break(c->host.loop, EVBREAK_ALL);
		return;
	}
	(void)workers_start(c->host.workers, conf->workers[c->next++].name);
}

static void
on_outcome(void *arg, const char *name, enum worker_outcome outcome,
    const char *text)
{
	struct check *c = arg;

	if (outcome != WORKER_STARTED) {
		c->nbad++;
		fprintf(stderr, "worker \"%s\": %s%s\n", name,
		    outcome == WORKER_CRASHED ? "its process ended: " : "",
		    text);
	}
	go_on(c);
}

static void
print_warning(const char *text)
{
	fprintf(stderr, "warning: %s\n", text);
}

int
cmd_check(const struct cli *cli)
{
	struct check c;
	struct conf *conf = cli_load(cli, cli_print_error);
	const char *path;
	size_t nworkers;

	if (conf == NULL)
		return CLI_EXIT_FAILED;
	if (cli->dump) {
		char *text = conf_dump(conf);

		fputs(text, stdout);
		free(text);
	}
	keyfile_check_dates(conf, print_warning);
	log_init(LOG_SINK_TEXT, STDERR_FILENO,
	    cli->verbose ? LOG_DEBUG : LOG_ERROR);
	memset(&c, 0, sizeof c);
	path = conf->path;
	nworkers = conf->nworkers;
	if (host_open(&c.host, conf, true, on_outcome, &c) != 0)
		return CLI_EXIT_FAILED; /* logged */
	/* What workers do wrong is printed here, once. */
	if (!cli->verbose)
		log_init(LOG_SINK_TEXT, STDERR_FILENO, LOG_FATAL);
	go_on(&c);
	if (nworkers > 0)
		ev_run(c.host.loop, 0);
	if (c.nbad == 0 && !cli->dump)
		printf("%s: good: %zu worker%s\n", path, nworkers,
		    nworkers == 1 ? "" : "s");
	host_close(&c.host);
	return c.nbad == 0 ? CLI_EXIT_OK : CLI_EXIT_FAILED;
}
