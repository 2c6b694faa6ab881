/*
 * Privileges: ids, capabilities, limits, process flags.
 *
 * Runs in: every process, on its way into its sandbox.
 */
#include "config.h"

#include "sandbox/privs.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"
#include "base/util.h"

#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#endif
#define MDWE_REFUSE_EXEC_GAIN 1UL

#define STACK_BYTES (8u << 20)

int
privs_set_ids(uid_t uid, gid_t gid, bool keep_caps)
{
	if (keep_caps && prctl(PR_SET_KEEPCAPS, 1UL) == -1)
		return ERR_SYS;
	if (setgroups(0, NULL) == -1 || setresgid(gid, gid, gid) == -1 ||
	    setresuid(uid, uid, uid) == -1)
		return ERR_SYS;
	return 0;
}

/* Whether this process has any capability, also one to pass on. */
static bool
has_any_cap(void)
{
	struct __user_cap_header_struct head = {
	    .version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
	struct __user_cap_data_struct d[2];

	memset(d, 0, sizeof d);
	if (syscall(SYS_capget, &head, d) != 0)
		return true;
	return (d[0].permitted | d[1].permitted | d[0].effective |
		   d[1].effective | d[0].inheritable | d[1].inheritable) != 0;
}

static int
set_caps(uint64_t caps)
{
	struct __user_cap_header_struct head = {
	    .version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
	struct __user_cap_data_struct data[2];

	memset(data, 0, sizeof data);
	for (int i = 0; i < 2; i++)
		data[i].effective = data[i].permitted =
		    (uint32_t)(caps >> (32 * i));
	/* A service manager may have refused a call that has nothing to do. */
	if (caps == 0 && !has_any_cap())
		return 0;
	return syscall(SYS_capset, &head, data) == 0 ? 0 : ERR_SYS;
}

static uint64_t
permitted_caps(void)
{
	struct __user_cap_header_struct head = {
	    .version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
	struct __user_cap_data_struct data[2];

	memset(data, 0, sizeof data);
	if (syscall(SYS_capget, &head, data) != 0)
		return 0;
	return data[0].permitted | (uint64_t)data[1].permitted << 32;
}

bool
privs_have_cap(int cap)
{
	return (permitted_caps() & (1ull << cap)) != 0;
}

int
privs_drop_caps(uint64_t keep)
{
	uint64_t have = permitted_caps();

	/* The bounding set first: it takes CAP_SETPCAP. */
	if ((have & (1ull << CAP_SETPCAP)) != 0) {
		for (unsigned long c = 0; c < 64; c++) {
			if ((keep & (1ull << c)) != 0)
				continue;
			if (prctl(PR_CAPBSET_DROP, c, 0, 0, 0) == -1) {
				if (errno == EINVAL)
					break; /* the kernel's last one */
				return ERR_SYS;
			}
		}
	}
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == -1 &&
	    errno != EINVAL)
		return ERR_SYS;
	return set_caps(have & keep);
}

static int
limit(int resource, size_t value)
{
	struct rlimit l;

	if (getrlimit((__rlimit_resource_t)resource, &l) == -1)
		return ERR_SYS;
	if (l.rlim_max != RLIM_INFINITY && value > l.rlim_max)
		value = (size_t)l.rlim_max; /* only ever less */
	l.rlim_cur = l.rlim_max = value;
	return setrlimit((__rlimit_resource_t)resource, &l) == 0 ? 0 : ERR_SYS;
}

int
privs_set_limits(const struct privs_limits *limits)
{
	if (limit(RLIMIT_CORE, 0) != 0 || limit(RLIMIT_MEMLOCK, 0) != 0 ||
	    limit(RLIMIT_MSGQUEUE, 0) != 0 ||
	    limit(RLIMIT_STACK, STACK_BYTES) != 0)
		return ERR_SYS;
	if (!limits->writes_files && limit(RLIMIT_FSIZE, 0) != 0)
		return ERR_SYS;
	if (limits->nofile > 0 && limit(RLIMIT_NOFILE, limits->nofile) != 0)
		return ERR_SYS;
	if (limits->memory_bytes > 0 &&
	    limit(RLIMIT_DATA, limits->memory_bytes) != 0)
		return ERR_SYS;
	if (limits->no_processes && limit(RLIMIT_NPROC, 0) != 0)
		return ERR_SYS;
	return 0;
}

int
privs_no_new(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) == 0 ? 0
								   : ERR_SYS;
}

int
privs_undumpable(void)
{
	return prctl(PR_SET_DUMPABLE, 0UL) == 0 ? 0 : ERR_SYS;
}

int
privs_dumpable(void)
{
	return prctl(PR_SET_DUMPABLE, 1UL) == 0 ? 0 : ERR_SYS;
}

int
privs_die_with_parent(void)
{
	return prctl(PR_SET_PDEATHSIG, (unsigned long)SIGKILL) == 0 ? 0
								    : ERR_SYS;
}

int
privs_no_exec_gain(void)
{
	if (prctl(PR_SET_MDWE, MDWE_REFUSE_EXEC_GAIN, 0UL, 0UL, 0UL) == 0)
		return 0;
	/* EPERM: already set, by the process that cloned this one */
	if (errno == EPERM)
		return 0;
	return errno == EINVAL ? ERR_NOENT : ERR_SYS;
}
