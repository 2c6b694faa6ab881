#ifndef SUPERVISOR_CGROUPS_H
#define SUPERVISOR_CGROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Control groups (version 2), where a subtree of them is ours to use: one per
 * tenant, in it one per process of a worker, beside them "supervisor" with all
 * other processes:
 *
 *	BASE/supervisor  BASE/t0-NAME/w-1  BASE/t0-NAME/w-2 ...
 *
 * BASE is the supervisor's own group when it is alone in it, as a service with
 * Delegate=yes or a container's first process is; in the root of the
 * hierarchy, where no service manager has divided it, a new group.
 */
struct cgroups;
struct cgroup;

struct cgroups_options {
	const char *mountinfo;  /* NULL: /proc/self/mountinfo */
	const char *own_groups; /* NULL: /proc/self/cgroup */
	pid_t pid;              /* 0: this process */
};

/*
 * Take over what is delegated and remove what an earlier supervisor left in
 * it. The result is owned; release it with cgroups_free(). Returns 0, or
 * ERR_NOENT with the reason in WHY.
 */
int cgroups_open(const struct cgroups_options *options,
    struct cgroups **groups_out, char *why, size_t why_size);
/* After all groups have been freed; removes what it has made. */
void cgroups_free(struct cgroups **groups);

/* The directory of BASE, for messages. */
const char *cgroups_path(const struct cgroups *groups);

/* Groups that could not be removed yet are tried again. */
void cgroups_sweep(struct cgroups *groups);

/*
 * UID will clone into groups made from now on: it gets what the kernel asks
 * for, which is no more than that. Best effort.
 */
void cgroups_allow(struct cgroups *groups, uid_t uid);

/* 0: no limit. */
struct cgroup_limits {
	uint64_t memory_bytes;
	uint64_t pids;
	unsigned int cpu_percent; /* of one core: 250 is two and a half */
	unsigned int cpu_weight;  /* 1 to 10000, 100 by default */
};

/*
 * A new group.
 *
 * parent  a group made with HAS_CHILDREN (held), or NULL: BASE
 * name    of its directory, behind which a number makes it unique; other
 *         characters than letters, digits, "-" and "_" are replaced
 *
 * The result is owned; release it with cgroup_free(). Returns 0 or ERR_SYS.
 */
int cgroup_new(struct cgroups *groups, struct cgroup *parent, const char *name,
    bool has_children, const struct cgroup_limits *limits,
    struct cgroup **group_out);
/* Kills who is in it; keeps errno. */
void cgroup_free(struct cgroup **group);

/* Returns 0, or ERR_SYS when one of LIMITS could not be set. */
int cgroup_set(struct cgroup *g, const struct cgroup_limits *limits);

/* Its directory, for CLONE_INTO_CGROUP; borrowed. */
int cgroup_fd(const struct cgroup *g);

/* Move process PID into it. Returns 0 or ERR_SYS. */
int cgroup_adopt(struct cgroup *g, pid_t pid);

struct cgroup_usage {
	uint64_t memory_bytes; /* now */
	uint64_t cpu_us;       /* since it was made */
	uint64_t noom_kills;   /* processes killed for want of memory */
};
/* What cannot be read is 0. */
void cgroup_read(const struct cgroup *g, struct cgroup_usage *usage_out);

#endif
