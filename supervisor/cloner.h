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

struct cloner_options {
	struct ev_loop *loop;            /* held */
	struct procs *procs;             /* held */
	const struct sandbox_plan *plan; /* held */
	const char *programs;            /* held: folder of the programs */
	uint32_t clones_max;             /* of one zygote; 0: the default */
};

/*
 * The answer to an order: PID, or 0 with an errno. The callee finds what it
 * ordered for by ARG.
 */
typedef void (*cloner_done)(void *arg, pid_t pid, int error);

struct cloner *cloner_new(const struct cloner_options *options);
/* Orders that have no answer yet get none. */
void cloner_free(struct cloner **cloner);

/* Have a zygote ready. */
void cloner_warm_up(struct cloner *c);

/*
 * Order a clone.
 *
 * name         for logs
 * memory_max   bytes of its JavaScript heap
 * ctl, log     taken: the child's ends
 *
 * DONE is called once, later, unless cloner_forget(ARG) is.
 */
void cloner_order(struct cloner *c, const char *name, uint64_t memory_max,
    int ctl_fd, int log_fd, cloner_done done, void *arg);
void cloner_forget(struct cloner *c, void *arg);

/* A clone may exist that was not announced. */
bool cloner_is_expecting(const struct cloner *c);

/* Start no zygote any more, end the one there is. */
void cloner_stop(struct cloner *c);

#endif
