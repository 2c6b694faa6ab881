#ifndef SUPERVISOR_FRONTS_H
#define SUPERVISOR_FRONTS_H

#include <stddef.h>
#include <stdint.h>

#include "sandbox/plan.h"
#include "supervisor/access_logs.h"
#include "supervisor/listeners.h"
#include "supervisor/proc.h"
#include "supervisor/services.h"
#include "supervisor/workers.h"

/*
 * The front processes: each has all listening sockets and the routes, and asks
 * for channels to services. One that dies is started again.
 */
struct fronts;
struct spawner;

struct fronts_options {
	struct ev_loop *loop;            /* held */
	struct procs *procs;             /* held */
	const struct sandbox_plan *plan; /* held */
	struct spawner *spawner;         /* held */
	struct listeners *listeners;     /* held */
	struct access_logs *logs;        /* held */
	struct services *services;       /* held */
	struct workers *workers;         /* held */
	size_t n;                        /* how many */
	/* All accept connections; called once. */
	void (*on_serving)(void *arg);
	void *arg;
};

struct fronts *fronts_new(const struct fronts_options *options);
void fronts_free(struct fronts **fronts);

/*
 * Go by CONF: its sockets and routes are sent to all, sockets that are gone
 * are taken back. Starts the processes the first time.
 */
void fronts_configure(struct fronts *fs, const struct conf *conf);

/* The access logs were opened anew: all fronts get them. */
void fronts_send_logs(struct fronts *fs);

/* Accept no more, finish what is there within MS, end; start none again. */
void fronts_drain(struct fronts *fs, uint64_t ms);

/* Processes that have not ended. */
size_t fronts_nrunning(const struct fronts *fs);

#endif
