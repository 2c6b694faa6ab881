#ifndef SANDBOX_NS_H
#define SANDBOX_NS_H

#include <stdbool.h>
#include <stdint.h>

/* The namespaces of a role (roles.def). */
enum ns_role {
	NS_NONE,   /* stays where it is */
	NS_SHARED, /* enters mount, network, IPC, UTS, cgroup namespaces */
	NS_OWN,    /* was cloned into a pid namespace inside the zygote's */
};

/* How this machine lets a process into namespaces. */
enum ns_way {
	NS_WAY_NONE,   /* not at all */
	NS_WAY_USER,   /* inside a new user namespace */
	NS_WAY_DIRECT, /* with CAP_SYS_ADMIN, where user namespaces are off */
};

/*
 * Enter new namespaces: with NS_WAY_USER the process then has all capabilities
 * inside them and none outside.
 *
 * first, n        with NS_WAY_USER and N > 0: these ids exist inside, under
 *                 the same numbers; takes CAP_SETUID and CAP_SETGID. N 0: only
 *                 the process's own
 * keeps_cgroups   stay in the cgroup namespace, to clone into groups
 *
 * On failure FAILED_OUT names the step. Returns 0 or ERR_SYS.
 */
struct ns_options {
	enum ns_way way;
	uint32_t first_id;
	uint32_t nids;
	bool keeps_cgroups;
};
int ns_enter(const struct ns_options *options, const char **failed_out);

/*
 * Make an empty, read-only file system the root. Needs a mount namespace of
 * its own. Returns 0 or ERR_SYS.
 */
int ns_empty_root(void);

#endif
