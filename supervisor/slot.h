#ifndef SUPERVISOR_SLOT_H
#define SUPERVISOR_SLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ev.h>

#include "base/buf.h"
#include "ipc/spec.h"
#include "supervisor/backoff.h"
#include "supervisor/waiters.h"
#include "supervisor/workers.h"

struct conf_worker;

/*
 * What supervisor/workers.c, which has the set, and supervisor/life.c, which
 * has the processes, share.
 */
/* Who has been given how many channels to a process. */
struct client {
	const struct proc *proc;
	size_t nchannels;
};

struct instance {
	struct slot *slot; /* held: the owner */
	size_t index;
	enum worker_state state;
	struct life *life; /* the process that takes channels, or NULL */
	struct waiters waiters;
	struct client *clients; /* have channels to life; owned */
	size_t nclients;
	size_t nchannels; /* of all clients */
	ev_timer retry;   /* the end of WAITING, QUARANTINE, FAILED */
	struct backoff backoff;
	uint64_t nstarts;
	uint64_t ncrashes;
	unsigned int nlost; /* orders of clones in a row that came to nothing */
	char failure[512];  /* why the code does not load */
};

struct slot {
	struct workers *set;            /* held: the owner */
	struct slot *next;              /* among the retired */
	char *name;                     /* owned */
	struct generation *generation;  /* a reference */
	const struct conf_worker *conf; /* of the generation */
	struct tenant *tenant;          /* held */
	struct instance *instances;     /* owned */
	size_t ninstances;
	size_t next_instance;
	size_t nlives;
	uint64_t hits[WORKER_LIMITS];      /* of limits, since then */
	uint64_t ends[WORKER_CAUSE_COUNT]; /* since the supervisor began */
	bool is_retired;
	bool is_kept;      /* by the configuration under way */
	bool was_reported; /* to on_outcome */
};

/* One process. */
struct life {
	uint32_t magic;
	struct slot *slot;         /* held: it waits for us */
	struct instance *instance; /* NULL: takes no channels any more */
	struct proc *proc;         /* held until its on_end */
	struct cgroup *group;      /* owned; NULL: none */
	struct buf spec;           /* until the process is in its group */
	uint64_t process_bytes;    /* private memory that it may have */
	bool is_ending;            /* it said, or was told, that it drains */
	bool said_drains;
	bool was_oom;      /* the kernel killed it for want of memory */
	bool was_late;     /* it was told to end before it was ready */
	bool is_killed;    /* by an operator */
	bool is_told;      /* that there are no more channels */
	uint64_t start_ms; /* from the order to serving; 0: not yet */
};

struct workers {
	struct workers_options o;
	struct slot **slots; /* owned, sorted by name */
	size_t nslots;
	struct slot *retired;
	bool is_draining;
	const struct workers_test_ops *test; /* held; NULL: no `test` */
	void *test_arg;
};

/* A retired slot is freed with its last process. */
void workers_sweep(struct workers *ws);

#endif
