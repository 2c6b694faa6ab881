#ifndef SANDBOX_NS_H
#define SANDBOX_NS_H

#include <stdbool.h>

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
 * inside them and none outside. On failure FAILED_OUT names the step. Returns
 * 0 or ERR_SYS.
 */
int ns_enter(enum ns_way way, const char **failed_out);

/*
 * Make an empty, read-only file system the root. Needs a mount namespace of
 * its own. Returns 0 or ERR_SYS.
 */
int ns_empty_root(void);

#endif
