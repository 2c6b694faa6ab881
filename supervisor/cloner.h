#ifndef SUPERVISOR_CLONER_H
#define SUPERVISOR_CLONER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "sandbox/plan.h"
#include "supervisor/proc.h"

/*
 * The zygote, and orders of clones to it. It is started with the first order
 * (or ahead of it), again when it dies, and afresh after so many clones.
 */
struct cloner;
struct spawner;

struct cloner_options {
	struct ev_loop *loop;            /* held */
	struct procs *procs;             /* held */
	const struct sandbox_plan *plan; /* held */
	struct spawner *spawner;         /* held */
	const char *name;                /* held: of its tenant; "" for all */
	uint32_t uid;                    /* of the zygote; 0: its role's */
	uint32_t clones_max;             /* of one zygote; 0: the default */
};

/*
 * The answer to an order: PID, or 0 with an errno. IS_PLACED: it is in the
 * control group of the order. The callee finds what it ordered for by ARG.
 */
typedef void (*cloner_done)(void *arg, pid_t pid, bool is_placed, int error);

struct cloner_order {
	const char *name;    /* borrowed; for logs */
	uint64_t memory_max; /* private memory beyond the zygote's, bytes */
	uint32_t uid;        /* 0: the zygote's */
	int cgroup_fd;       /* borrowed; the clone starts there; or -1 */
	int ctl_fd;          /* taken: the child's ends */
	int log_fd;
};

struct cloner *cloner_new(const struct cloner_options *options);
/* Orders that have no answer yet get none. */
void cloner_free(struct cloner **cloner);

/* Have a zygote ready. */
void cloner_warm_up(struct cloner *c);

/*
 * Order a clone. DONE is called once, later, unless cloner_forget(ARG) is.
 */
void cloner_order(struct cloner *c, const struct cloner_order *order,
    cloner_done done, void *arg);
void cloner_forget(struct cloner *c, void *arg);

/* A clone may exist that was not announced. */
bool cloner_is_expecting(const struct cloner *c);

/* Orders are taken up to a limit. */
bool cloner_is_full(const struct cloner *c);

/* End the zygote; the next order starts another. */
void cloner_rest(struct cloner *c);
/* Start no zygote any more, end the one there is. */
void cloner_stop(struct cloner *c);

#endif
