#ifndef SANDBOX_CLONE_H
#define SANDBOX_CLONE_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Fork a sibling: the child's parent is this process's parent (the
 * supervisor), which is told the pid and reaps it; it outlives this process.
 * The calling process has one thread.
 *
 * pid_namespace  the child is process 1 of a pid namespace of its own; takes
 *                CAP_SYS_ADMIN
 * cgroup_fd      directory of the control group that the child starts in,
 *                where the kernel lets it; -1: in this process's
 * placed_out     whether it did; written in the parent
 *
 * Returns the pid in the parent, 0 in the child, or -1 (errno set).
 */
pid_t clone_sibling(bool pid_namespace, int cgroup_fd, bool *placed_out);

#endif
