/*
 * Control groups: finding the delegated subtree, groups in it.
 *
 * Runs in: supervisor.
 * Owns:    what is below its base directory, and nothing beside it.
 * Never:   divides a group in which others run, or one that the service
 *          manager has not given away.
 */
#include "config.h"

#include "supervisor/cgroups.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/util.h"
#include "base/xmalloc.h"

#define TEXT_MAX ((size_t)64 << 10) /* of a file that is read whole */
#define NAME_SHOWN 48
#define UNREMOVED_MAX 4096
#define LEFTOVERS_MAX 65536
#define CPU_PERIOD_US 100000u
/*
 * Of a directory that holds all of one start, in an undivided hierarchy. Behind
 * it a random number: process ids mean nothing where several pid namespaces
 * share the hierarchy.
 */
#define OWN_PREFIX "eider-"
#define OWN_DIGITS 16
#define OWN_ATTEMPTS 8
#define SUPERVISOR_NAME "supervisor"

struct cgroups {
	char *path; /* owned */
	int fd;     /* of the base */
	pid_t pid;
	bool has_cpu;
	bool is_taken; /* it is ours, and there is something to undo */
	bool is_made;  /* the base is our own making, in UP_FD */
	int up_fd;     /* of the hierarchy's root, or -1 */
	uid_t uid;     /* who clones, or (uid_t)-1 */
	uint64_t next;
	char **unremoved; /* paths below the base; owned */
	size_t nunremoved;
};

struct cgroup {
	struct cgroups *set; /* held: the owner's owner */
	char *path;          /* below the base; owned */
	int fd;
};

/* --- files --- */

/*
 * Creating is for test trees: the kernel's files are there, or are refused.
 */
static int __attribute__((format(printf, 3, 4)))
write_at(int dirfd, const char *name, const char *fmt, ...)
{
	char text[64];
	va_list ap;
	int fd, n, r;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	fd =
	    openat(dirfd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd == -1)
		return ERR_SYS;
	r = write(fd, text, (size_t)n) == n ? 0 : ERR_SYS;
	fd_close(&fd);
	return r;
}

/* The file's text, owned; NULL (errno set) if it cannot be read. */
static char *
read_at(int dirfd, const char *name)
{
	char *text = NULL;
	size_t len = 0;
	ssize_t n = 1;
	int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC);

	if (fd == -1)
		return NULL;
	text = xmalloc(TEXT_MAX + 1);
	while (n > 0 && len < TEXT_MAX) {
		n = read(fd, text + len, TEXT_MAX - len);
		if (n > 0)
			len += (size_t)n;
	}
	fd_close(&fd);
	text[len] = '\0';
	return text;
}

/* The number behind KEY in a file of lines "KEY NUMBER"; 0 if there is none. */
static uint64_t
read_number(int dirfd, const char *name, const char *key)
{
	char *text = read_at(dirfd, name);
	size_t len = strlen(key);
	uint64_t value = 0;

	for (char *s = text; s != NULL && *s != '\0';) {
		if (len == 0 || (strncmp(s, key, len) == 0 && s[len] == ' ')) {
			value = strtoull(s + len, NULL, 10);
			break;
		}
		s = strchr(s, '\n');
		if (s != NULL)
			s++;
	}
	free(text);
	return value;
}

static bool
has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (const char *s = text; (s = strstr(s, word)) != NULL; s += len)
		if ((s == text || isspace((unsigned char)s[-1])) &&
		    (s[len] == '\0' || isspace((unsigned char)s[len])))
			return true;
	return false;
}

/* --- finding --- */

/* mountinfo writes spaces, tabs, newlines and backslashes as \ooo. */
static void
unescape(char *s)
{
	char *to = s;

	while (*s != '\0') {
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' &&
		    s[2] <= '7' && s[3] >= '0' && s[3] <= '7') {
			*to++ = (char)((s[1] - '0') * 64 + (s[2] - '0') * 8 +
				       (s[3] - '0'));
			s += 4;
		} else {
			*to++ = *s++;
		}
	}
	*to = '\0';
}

/*
 * Where version 2 is mounted, and which of its groups is seen there. Lines are
 * "36 35 98:0 ROOT POINT OPTIONS [FIELD]... - TYPE SOURCE OPTIONS".
 */
static bool
find_mount(char *mountinfo, char root[PATH_MAX], char point[PATH_MAX])
{
	char *save, *line;
	bool found = false;

	for (line = strtok_r(mountinfo, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		const char *type = strstr(line, " - ");
		char r[PATH_MAX], p[PATH_MAX];

		if (type == NULL || strncmp(type + 3, "cgroup2 ", 8) != 0 ||
		    sscanf(line, "%*s %*s %*s %4095s %4095s", r, p) != 2)
			continue;
		unescape(r);
		unescape(p);
		memcpy(root, r, sizeof r);
		memcpy(point, p, sizeof p);
		found = true;
	}
	return found;
}

/* The line of version 2 is "0::PATH"; owned. */
static char *
find_own(const char *text)
{
	const char *s = text;

	while (s != NULL && strncmp(s, "0::/", 4) != 0) {
		s = strchr(s, '\n');
		if (s != NULL)
			s++;
	}
	return s == NULL ? NULL : xmemdup(s + 3, strcspn(s + 3, "\n"));
}

/* The directory of this process's own group; owned. NULL: see WHY. */
static char *
find_base(const struct cgroups_options *o, char *why, size_t why_size)
{
	char root[PATH_MAX], point[PATH_MAX];
	char *mounts, *groups, *own = NULL, *path = NULL;
	const char *below;
	size_t len;

	mounts = read_at(AT_FDCWD,
	    o->mountinfo != NULL ? o->mountinfo : "/proc/self/mountinfo");
	groups = read_at(AT_FDCWD,
	    o->own_groups != NULL ? o->own_groups : "/proc/self/cgroup");
	if (groups != NULL)
		own = find_own(groups);
	if (mounts == NULL || own == NULL || !find_mount(mounts, root, point)) {
		snprintf(why, why_size, "no cgroups of version 2 here");
		goto out;
	}
	len = strcmp(root, "/") == 0 ? 0 : strlen(root);
	if (strncmp(own, root, len) != 0 ||
	    (own[len] != '/' && own[len] != '\0') ||
	    strstr(own, "/..") != NULL) {
		snprintf(why, why_size,
		    "the cgroup of this process is not below %.100s", point);
		goto out;
	}
	below = own + len;
	if (strcmp(below, "/") == 0)
		below = "";
	path = xasprintf("%s%s", point, below);
out:
	free(own);
	free(groups);
	free(mounts);
	return path;
}

/* What systemd made belongs to systemd, unless it says otherwise. */
static bool
is_kept_by_systemd(const char *path, int fd)
{
	static const char *const names[] = {
	    "trusted.delegate", "user.delegate"};
	const char *dot = strrchr(path, '.');
	char value[8];

	if (dot == NULL ||
	    (strcmp(dot, ".service") != 0 && strcmp(dot, ".scope") != 0 &&
		strcmp(dot, ".slice") != 0))
		return false;
	for (size_t i = 0; i < NELEMS(names); i++)
		if (fgetxattr(fd, names[i], value, sizeof value) == 1 &&
		    value[0] == '1')
			return false;
	return true;
}

/* The parent of process PID, or 0. */
static pid_t
parent_of(pid_t pid)
{
	char path[32];
	const char *end;
	char *text;
	int parent = 0;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	text = read_at(AT_FDCWD, path);
	/* Behind the name, in which anything may be. */
	end = text != NULL ? strrchr(text, ')') : NULL;
	if (end == NULL || sscanf(end, ") %*c %d", &parent) != 1)
		parent = 0;
	free(text);
	return (pid_t)parent;
}

/*
 * Call FN for each process in the group FD that is PID or a child of it; false
 * if there are others, or if FN says so.
 */
static bool
each_own(int fd, pid_t pid, bool (*fn)(void *arg, pid_t pid), void *arg)
{
	char *text = read_at(fd, "cgroup.procs");
	bool good = text != NULL;

	for (char *s = text; s != NULL && *s != '\0';) {
		pid_t other = (pid_t)strtol(s, NULL, 10);

		if (other == pid || parent_of(other) == pid) {
			if (fn != NULL && !fn(arg, other))
				good = false;
		} else {
			good = false;
		}
		s = strchr(s, '\n');
		if (s != NULL)
			s++;
	}
	free(text);
	return good;
}

/* --- taking over --- */

static int
open_dir(int dirfd, const char *name)
{
	return openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* In the group FD and all below it: end who is there, remove. */
static void
remove_tree(int dirfd, const char *name, int depth)
{
	int fd = open_dir(dirfd, name);
	DIR *d = fd != -1 ? fdopendir(fd) : NULL;
	const struct dirent *e;

	if (d == NULL) {
		fd_close(&fd);
		return;
	}
	(void)write_at(fd, "cgroup.kill", "1");
	for (int n = 0; n < LEFTOVERS_MAX && (e = readdir(d)) != NULL; n++)
		if (e->d_type == DT_DIR && e->d_name[0] != '.' && depth > 0)
			remove_tree(fd, e->d_name, depth - 1);
	closedir(d);
	(void)unlinkat(dirfd, name, AT_REMOVEDIR);
}

/* A name that an earlier start gave: "t0-...", "supervisor". */
static bool
is_leftover(const char *name)
{
	return (name[0] == 't' && isdigit((unsigned char)name[1])) ||
	       strcmp(name, SUPERVISOR_NAME) == 0;
}

static void
remove_leftovers(int base_fd)
{
	int fd = open_dir(base_fd, ".");
	DIR *d = fd != -1 ? fdopendir(fd) : NULL;
	const struct dirent *e;

	if (d == NULL) {
		fd_close(&fd);
		return;
	}
	for (int n = 0; n < LEFTOVERS_MAX && (e = readdir(d)) != NULL; n++)
		if (e->d_type == DT_DIR && is_leftover(e->d_name))
			remove_tree(base_fd, e->d_name, 2);
	closedir(d);
}

/*
 * A supervisor that runs has its base locked. The kernel ends the lock with it,
 * in whichever pid namespace either is.
 */
static bool
lock(int fd)
{
	return flock(fd, LOCK_EX | LOCK_NB) == 0;
}

static bool
is_own_name(const char *name)
{
	const size_t len = sizeof OWN_PREFIX - 1;

	return strncmp(name, OWN_PREFIX, len) == 0 &&
	       strspn(name + len, "0123456789abcdef") == OWN_DIGITS &&
	       name[len + OWN_DIGITS] == '\0';
}

/* Of starts whose supervisor does not run any more. */
static void
remove_own_leftovers(int root_fd)
{
	int fd = open_dir(root_fd, ".");
	DIR *d = fd != -1 ? fdopendir(fd) : NULL;
	const struct dirent *e;

	if (d == NULL) {
		fd_close(&fd);
		return;
	}
	for (int n = 0; n < LEFTOVERS_MAX && (e = readdir(d)) != NULL; n++) {
		int base_fd;

		if (!is_own_name(e->d_name))
			continue;
		base_fd = open_dir(root_fd, e->d_name);
		if (base_fd != -1 && lock(base_fd))
			remove_tree(root_fd, e->d_name, 3);
		fd_close(&base_fd);
	}
	closedir(d);
}

static int
enable_controllers(const struct cgroups *cg, int fd)
{
	if (write_at(fd, "cgroup.subtree_control", "+memory +pids%s",
		cg->has_cpu ? " +cpu" : "") != 0)
		return ERR_SYS;
	return 0;
}

/*
 * A new directory in UP_FD, open and locked; NAME gets its name. ERR_STATE: one
 * that started at the same time took it for a leftover.
 */
static int
make_locked(int up_fd, char *name, size_t name_size, int *fd_out)
{
	struct stat here, there;
	uint64_t number;
	int fd;

	if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
		return ERR_SYS;
	snprintf(name, name_size, OWN_PREFIX "%0*llx", OWN_DIGITS,
	    (unsigned long long)number);
	if (mkdirat(up_fd, name, 0755) == -1)
		return errno == EEXIST ? ERR_STATE : ERR_SYS;
	fd = open_dir(up_fd, name);
	if (fd == -1)
		return errno == ENOENT ? ERR_STATE : ERR_SYS;
	if (lock(fd) && fstat(fd, &here) == 0 &&
	    fstatat(up_fd, name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
	    here.st_ino == there.st_ino) {
		*fd_out = fd;
		return 0;
	}
	fd_close(&fd);
	errno = EBUSY;
	return ERR_STATE;
}

/* In an undivided hierarchy: a group of our own, which becomes the base. */
static int
make_base(struct cgroups *cg)
{
	char name[sizeof OWN_PREFIX + OWN_DIGITS];
	char *path;
	int fd, r = ERR_STATE;

	remove_own_leftovers(cg->fd);
	if (enable_controllers(cg, cg->fd) != 0)
		return ERR_SYS;
	for (int n = 0; n < OWN_ATTEMPTS && r == ERR_STATE; n++)
		r = make_locked(cg->fd, name, sizeof name, &fd);
	if (r != 0)
		return r;
	path = xasprintf("%s/%s", cg->path, name);
	free(cg->path);
	cg->path = path;
	cg->up_fd = cg->fd;
	cg->fd = fd;
	cg->is_made = true;
	return 0;
}

static bool
move_one(void *arg, pid_t pid)
{
	const int *fd = arg;

	/* One that has ended meanwhile needs no place. */
	return write_at(*fd, "cgroup.procs", "%d", (int)pid) == 0 ||
	       errno == ESRCH;
}

/*
 * This process and the children that it has already, out of the base, which
 * may have no processes when its groups have limits.
 */
static int
move_own(struct cgroups *cg)
{
	bool good;
	int fd;

	if (mkdirat(cg->fd, SUPERVISOR_NAME, 0755) == -1 && errno != EEXIST)
		return ERR_SYS;
	fd = open_dir(cg->fd, SUPERVISOR_NAME);
	if (fd == -1)
		return ERR_SYS;
	good = move_one(&fd, cg->pid);
	/* In the hierarchy's root others run, which stay there. */
	(void)each_own(cg->is_made ? cg->up_fd : cg->fd, cg->pid, move_one,
	    &fd);
	fd_close(&fd);
	return good ? 0 : ERR_SYS;
}

/* Returns 0, or ERR_NOENT with the reason in WHY. */
static int
take_over(struct cgroups *cg, char *why, size_t why_size)
{
	char *controllers = read_at(cg->fd, "cgroup.controllers");
	bool is_root = faccessat(cg->fd, "cgroup.type", F_OK, 0) == -1;
	int r = ERR_NOENT;

	if (controllers == NULL || !has_word(controllers, "memory") ||
	    !has_word(controllers, "pids")) {
		snprintf(why, why_size,
		    "cgroup %.100s has no memory and pids controllers",
		    cg->path);
		goto out;
	}
	cg->has_cpu = has_word(controllers, "cpu");
	if (!is_root && is_kept_by_systemd(cg->path, cg->fd)) {
		snprintf(why, why_size,
		    "cgroup %.100s is not delegated; set Delegate=yes",
		    cg->path);
		goto out;
	}
	if (!is_root && !each_own(cg->fd, cg->pid, NULL, NULL)) {
		snprintf(why, why_size, "others run in cgroup %.100s",
		    cg->path);
		goto out;
	}
	/* Whoever was put into the group of a server that has left it for
	 * "supervisor" is alone there, but must not take its groups. */
	if (!is_root && !lock(cg->fd)) {
		snprintf(why, why_size, "another Eider has cgroup %.100s",
		    cg->path);
		goto out;
	}
	if (!is_root)
		remove_leftovers(cg->fd);
	cg->is_taken = true;
	if ((is_root && make_base(cg) != 0) || move_own(cg) != 0 ||
	    enable_controllers(cg, cg->fd) != 0) {
		snprintf(why, why_size, "cgroup %.100s cannot be used: %s",
		    cg->path, strerror(errno));
		goto out;
	}
	r = 0;
out:
	free(controllers);
	return r;
}

int
cgroups_open(const struct cgroups_options *options, struct cgroups **out,
    char *why, size_t why_size)
{
	struct cgroups *cg;
	char *path = find_base(options, why, why_size);
	int r = ERR_NOENT;

	if (path == NULL)
		return ERR_NOENT;
	cg = xcalloc(1, sizeof *cg);
	cg->path = path;
	cg->pid = options->pid != 0 ? options->pid : getpid();
	cg->up_fd = -1;
	cg->uid = (uid_t)-1;
	cg->fd = open_dir(AT_FDCWD, path);
	if (cg->fd == -1)
		snprintf(why, why_size, "cannot open cgroup %.100s: %s", path,
		    strerror(errno));
	else
		r = take_over(cg, why, why_size);
	if (r != 0)
		cgroups_free(&cg);
	else
		*out = cg;
	return r;
}

void
cgroups_free(struct cgroups **groups)
{
	struct cgroups *cg = *groups;
	const char *name;

	if (cg == NULL)
		return;
	cgroups_sweep(cg);
	if (cg->is_taken) {
		/* A group without controllers below may have processes. */
		(void)write_at(cg->fd, "cgroup.subtree_control",
		    "-memory -pids%s", cg->has_cpu ? " -cpu" : "");
		(void)write_at(cg->is_made ? cg->up_fd : cg->fd, "cgroup.procs",
		    "%d", (int)cg->pid);
		(void)unlinkat(cg->fd, SUPERVISOR_NAME, AT_REMOVEDIR);
	}
	if (cg->is_made) {
		name = strrchr(cg->path, '/');
		(void)unlinkat(cg->up_fd, name + 1, AT_REMOVEDIR);
	}
	for (size_t i = 0; i < cg->nunremoved; i++)
		free(cg->unremoved[i]);
	free(cg->unremoved);
	fd_close(&cg->fd);
	fd_close(&cg->up_fd);
	free(cg->path);
	free(cg);
	*groups = NULL;
}

const char *
cgroups_path(const struct cgroups *cg)
{
	return cg->path;
}

/* Who may move processes into the group FD; without it they are moved. */
static void
give_procs(const struct cgroups *cg, int fd)
{
	if (fchownat(fd, "cgroup.procs", cg->uid, (gid_t)-1, 0) == -1)
		log_debug("cgroup %s: chown: %s", cg->path, strerror(errno));
}

void
cgroups_allow(struct cgroups *cg, uid_t uid)
{
	cg->uid = uid;
	/* Cloning from "supervisor" into "t0-x/w-1" asks the group above both
	 * and the target. */
	give_procs(cg, cg->fd);
}

/* --- groups --- */

void
cgroups_sweep(struct cgroups *cg)
{
	size_t n = 0;

	for (size_t i = 0; i < cg->nunremoved; i++) {
		if (unlinkat(cg->fd, cg->unremoved[i], AT_REMOVEDIR) == -1 &&
		    errno != ENOENT)
			cg->unremoved[n++] = cg->unremoved[i];
		else
			free(cg->unremoved[i]);
	}
	cg->nunremoved = n;
}

static char *
make_path(struct cgroups *cg, const struct cgroup *parent, const char *name)
{
	char clean[NAME_SHOWN + 1];
	size_t n = 0;

	for (; name[n] != '\0' && n < NAME_SHOWN; n++) {
		char c = name[n];

		clean[n] =
		    isalnum((unsigned char)c) || c == '-' || c == '_' ? c : '_';
	}
	clean[n] = '\0';
	if (parent == NULL)
		return xasprintf("t%llu-%s", (unsigned long long)cg->next++,
		    clean);
	return xasprintf("%s/%s-%llu", parent->path, clean,
	    (unsigned long long)cg->next++);
}

static int
write_limit(int fd, const char *name, uint64_t value)
{
	if (value == 0)
		return write_at(fd, name, "max");
	return write_at(fd, name, "%llu", (unsigned long long)value);
}

int
cgroup_set(struct cgroup *g, const struct cgroup_limits *l)
{
	int r = 0;

	if (write_limit(g->fd, "memory.max", l->memory_bytes) != 0 ||
	    write_limit(g->fd, "pids.max", l->pids) != 0)
		r = ERR_SYS;
	/* A kernel without swap accounting has no such file. */
	if (l->memory_bytes != 0)
		(void)write_at(g->fd, "memory.swap.max", "0");
	if (!g->set->has_cpu)
		return l->cpu_percent != 0 || l->cpu_weight != 0 ? ERR_SYS : r;
	if (l->cpu_percent != 0 &&
	    write_at(g->fd, "cpu.max", "%llu %u",
		(unsigned long long)l->cpu_percent * CPU_PERIOD_US / 100,
		CPU_PERIOD_US) != 0)
		r = ERR_SYS;
	if (l->cpu_weight != 0 &&
	    write_at(g->fd, "cpu.weight", "%u", l->cpu_weight) != 0)
		r = ERR_SYS;
	return r;
}

int
cgroup_new(struct cgroups *cg, struct cgroup *parent, const char *name,
    bool has_children, const struct cgroup_limits *limits, struct cgroup **out)
{
	struct cgroup *g = xcalloc(1, sizeof *g);
	int r = ERR_SYS;

	g->set = cg;
	g->fd = -1;
	g->path = make_path(cg, parent, name);
	if (mkdirat(cg->fd, g->path, 0755) == -1)
		goto out;
	g->fd = open_dir(cg->fd, g->path);
	if (g->fd == -1 || cgroup_set(g, limits) != 0)
		goto out;
	if (has_children) {
		if (enable_controllers(cg, g->fd) != 0)
			goto out;
	} else {
		/* One that runs out of memory is killed as a whole. */
		(void)write_at(g->fd, "memory.oom.group", "1");
		if (cg->uid != (uid_t)-1)
			give_procs(cg, g->fd);
	}
	*out = g;
	g = NULL;
	r = 0;
out:
	cgroup_free(&g);
	return r;
}

void
cgroup_free(struct cgroup **group)
{
	struct cgroup *g = *group;
	struct cgroups *cg;
	int saved_errno = errno;

	if (g == NULL)
		return;
	cg = g->set;
	if (g->fd != -1)
		(void)write_at(g->fd, "cgroup.kill", "1");
	fd_close(&g->fd);
	if (unlinkat(cg->fd, g->path, AT_REMOVEDIR) == -1 && errno != ENOENT &&
	    cg->nunremoved < UNREMOVED_MAX) {
		cg->unremoved = xreallocarray(cg->unremoved, cg->nunremoved + 1,
		    sizeof *cg->unremoved);
		cg->unremoved[cg->nunremoved++] = g->path;
		g->path = NULL;
	}
	free(g->path);
	free(g);
	*group = NULL;
	errno = saved_errno;
}

int
cgroup_fd(const struct cgroup *g)
{
	return g->fd;
}

int
cgroup_adopt(struct cgroup *g, pid_t pid)
{
	return write_at(g->fd, "cgroup.procs", "%d", (int)pid);
}

void
cgroup_read(const struct cgroup *g, struct cgroup_usage *usage)
{
	usage->memory_bytes = read_number(g->fd, "memory.current", "");
	usage->cpu_us = read_number(g->fd, "cpu.stat", "usage_usec");
	usage->noom_kills = read_number(g->fd, "memory.events", "oom_kill");
}
