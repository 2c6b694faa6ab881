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

pid_t
clone_sibling(bool pid_namespace)
{
	struct clone_args args;
	uint64_t flags = CLONE_PARENT | (pid_namespace ? CLONE_NEWPID : 0);
	long pid;

	memset(&args, 0, sizeof args);
	args.flags = flags;
	pid = syscall(SYS_clone3, &args, sizeof args);
	if (pid == -1 && (errno == ENOSYS || errno == EPERM))
		pid = syscall(SYS_clone, flags | SIGCHLD, 0L, 0L, 0L, 0L);
	return (pid_t)pid;
}
