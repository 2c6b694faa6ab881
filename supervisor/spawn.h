#ifndef SUPERVISOR_SPAWN_H
#define SUPERVISOR_SPAWN_H

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

/*
 * The folder with the sibling programs: where this program is, if they are
 * there (a build tree), else the one configured. Owned by the caller.
 */
char *spawn_find_programs(void);

/*
 * The ends of a control channel and of a log pipe: OURS[0] and OURS[1] for the
 * supervisor, THEIRS for the child; all owned by the caller. Returns 0 or
 * ERR_SYS.
 */
int spawn_make_ends(int ours[2], int theirs[2]);

/*
 * Execute PROGRAM of folder DIR as ROLE, with its part of PLAN on SANDBOX_FD;
 * under UID, or under the role's own id if 0.
 * Its one argument is the name of the log level that is on.
 * The result's descriptors are owned by the caller. Returns 0 or ERR_SYS.
 */
int spawn_exec(const char *dir, const char *program, enum role role,
    const struct sandbox_plan *plan, uint32_t uid, struct spawned *out);

#endif
