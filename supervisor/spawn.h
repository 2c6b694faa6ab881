#ifndef SUPERVISOR_SPAWN_H
#define SUPERVISOR_SPAWN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "sandbox/plan.h"
#include "sandbox/sandbox.h"

/*
 * Starting the programs of the other roles: a fresh address space, nothing
 * inherited but descriptors 0 to 5, no environment but TZ.
 */

struct spawned {
	pid_t pid;
	int ctl_fd; /* our end of the control channel */
	int log_fd; /* our end of the log pipe */
};

struct spawner;

#define SPAWN_FRONTS_MAX 64

/*
 * A spawner of the sibling programs: those where this program is, if they are
 * there (a build tree), else those of the folder configured. WITH_FRONT: not
 * the workers' program alone. WORKER_NICE: the nice value of zygotes and so of
 * workers. Returns NULL and logs which it cannot execute.
 * Release it with spawner_free(), which ends early children nobody took.
 */
struct spawner *spawner_new(bool with_front, int worker_nice);
void spawner_free(struct spawner **spawner);

/*
 * The ends of a control channel and of a log pipe: OURS[0] and OURS[1] for the
 * supervisor, THEIRS for the child; all owned by the caller. Returns 0 or
 * ERR_SYS.
 */
int spawn_make_ends(int ours[2], int theirs[2]);

/*
 * Execute ROLE's program, with its part of PLAN on SANDBOX_FD; under UID, or
 * under the role's own id if 0. Its one argument is the name of the log level
 * that is on. The result's descriptors are owned by the caller. Returns 0 or
 * ERR_SYS.
 */
int spawner_exec(struct spawner *sp, enum role role,
    const struct sandbox_plan *plan, uint32_t uid, struct spawned *out);

/*
 * Execute ROLE's program already, while the plan is being made: it links, warms
 * up and then waits for its sandbox, which the next spawner_exec() for ROLE
 * gives it. No more than that if it fails.
 */
void spawner_start_early(struct spawner *sp, enum role role);
/* End early children nobody took. */
void spawner_drop_early(struct spawner *sp);

#endif
