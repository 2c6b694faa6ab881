/*
 * Cloning workers.
 *
 * Runs in: the zygote, and the supervisor's probe of what the kernel allows.
 * clone3 refuses an exit signal together with CLONE_PARENT, so that such a
 * child ends without SIGCHLD: the supervisor watches a pidfd and waits with
 * __WALL. Where clone3 is refused (ENOSYS under Docker's default filter) the
 * old call does the same; its child has the zygote's exit signal.
 */
#include "config.h"

#include "sandbox/clone.h"

#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static long
clone_with(uint64_t flags, int cgroup_fd)
{
	struct clone_args args;

	memset(&args, 0, sizeof args);
	args.flags = flags;
	if (cgroup_fd != -1) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (unsigned int)cgroup_fd;
	}
	return syscall(SYS_clone3, &args, sizeof args);
}

pid_t
clone_sibling(bool pid_namespace, int cgroup_fd, bool *placed_out)
{
	uint64_t flags = CLONE_PARENT | (pid_namespace ? CLONE_NEWPID : 0);
	long pid = -1;

	/* The zygote has stayed in the supervisor's cgroup namespace: it could
	 * not name a group outside of its own. */
	if (cgroup_fd != -1 && pid_namespace)
		flags |= CLONE_NEWCGROUP;
	*placed_out = false;
	if (cgroup_fd != -1 && (pid = clone_with(flags, cgroup_fd)) > 0)
		*placed_out = true;
	if (pid == -1)
		pid = clone_with(flags, -1);
	if (pid == -1 && (errno == ENOSYS || errno == EPERM))
		pid = syscall(SYS_clone, flags | SIGCHLD, 0L, 0L, 0L, 0L);
	return (pid_t)pid;
}
