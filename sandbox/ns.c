/*
 * Namespaces and the empty root.
 *
 * Runs in: front and zygote, on their way into their sandboxes; workers
 *          inherit the zygote's.
 */
#include "config.h"

#include "sandbox/ns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/util.h"
#include "sandbox/privs.h"

#define NS_FLAGS (CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS)

/* Directories of which one exists everywhere; it is only covered. */
static const char *const mount_points[] = {
    "/proc", "/tmp", "/dev", "/usr", "/etc", "/var"};

static int
write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int r = ERR_SYS;

	if (fd == -1)
		return ERR_SYS;
	if (write(fd, text, strlen(text)) == (ssize_t)strlen(text))
		r = 0;
	fd_close(&fd);
	return r;
}

/* The one id that an unprivileged process may map: its own, to itself. */
static int
map_ids(uid_t uid, gid_t gid)
{
	char line[64];

	if (write_file("/proc/self/setgroups", "deny") != 0)
		return ERR_SYS;
	snprintf(line, sizeof line, "%u %u 1", uid, uid);
	if (write_file("/proc/self/uid_map", line) != 0)
		return ERR_SYS;
	snprintf(line, sizeof line, "%u %u 1", gid, gid);
	return write_file("/proc/self/gid_map", line);
}

/*
 * In the child of enter_user(), which is still outside: give the namespace of
 * PARENT the ids it is to have. Never returns.
 */
static void
map_from_outside(pid_t parent, const struct ns_options *o, int ready_fd)
{
	static const char *const files[] = {"uid_map", "gid_map"};
	char path[64], line[64], byte;

	if (read(ready_fd, &byte, 1) != 1)
		_exit(1);
	snprintf(line, sizeof line, "%u %u %u", o->first_id, o->first_id,
	    o->nids);
	for (size_t i = 0; i < NELEMS(files); i++) {
		snprintf(path, sizeof path, "/proc/%d/%s", (int)parent,
		    files[i]);
		if (write_file(path, line) != 0)
			_exit(1);
	}
	_exit(0);
}

/* A user namespace with a range of ids, which only one outside can give. */
static int
enter_user_with_ids(const struct ns_options *o, const char **failed_out)
{
	pid_t self = getpid(), helper;
	int fds[2], status = -1, r = ERR_SYS;

	*failed_out = "uid map";
	if (pipe2(fds, O_CLOEXEC) == -1)
		return ERR_SYS;
	helper = fork();
	if (helper == 0) {
		close(fds[1]);
		map_from_outside(self, o, fds[0]);
	}
	fd_close(&fds[0]);
	if (helper == -1)
		goto out;
	*failed_out = "unshare";
	if (unshare(CLONE_NEWUSER) == -1)
		goto out;
	*failed_out = "uid map";
	if (write(fds[1], "x", 1) == 1)
		r = 0;
out:
	fd_close(&fds[1]); /* ends a helper that has got no byte */
	if (helper > 0 &&
	    (waitpid(helper, &status, 0) != helper || status != 0))
		r = ERR_SYS;
	return r;
}

int
ns_enter(const struct ns_options *o, const char **failed_out)
{
	int flags = NS_FLAGS | (o->keeps_cgroups ? 0 : CLONE_NEWCGROUP);
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (o->way == NS_WAY_NONE)
		return 0;
	*failed_out = "unshare";
	if (o->way == NS_WAY_DIRECT)
		return unshare(flags) == 0 ? 0 : ERR_SYS;
	if (o->nids > 0) {
		if (enter_user_with_ids(o, failed_out) != 0)
			return ERR_SYS;
	} else {
		if (unshare(CLONE_NEWUSER) == -1)
			return ERR_SYS;
		/* After a change of ids /proc/self belongs to root until
		 * told. */
		*failed_out = "uid map";
		if (privs_dumpable() != 0 || map_ids(uid, gid) != 0)
			return ERR_SYS;
	}
	*failed_out = "unshare in user namespace";
	return unshare(flags) == 0 ? 0 : ERR_SYS;
}

/* pivot_root does not work on an initial ramfs: move over it instead. */
static int
replace_root(void)
{
	if (syscall(SYS_pivot_root, ".", ".") == 0)
		return umount2(".", MNT_DETACH) == 0 ? 0 : ERR_SYS;
	if (errno != EINVAL)
		return ERR_SYS;
	if (mount(".", "/", NULL, MS_MOVE, NULL) == -1 || chroot(".") == -1)
		return ERR_SYS;
	return 0;
}

int
ns_empty_root(void)
{
	const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
	size_t i;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
		return ERR_SYS;
	for (i = 0; i < NELEMS(mount_points); i++)
		if (mount("none", mount_points[i], "tmpfs", flags,
			"size=4k,nr_inodes=2,mode=0555") == 0)
			break;
	if (i == NELEMS(mount_points))
		return ERR_SYS;
	if (chdir(mount_points[i]) == -1 || replace_root() != 0 ||
	    chdir("/") == -1)
		return ERR_SYS;
	if (mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | flags,
		NULL) == -1)
		return ERR_SYS;
	return 0;
}
