/*
 * A program that enters each role's sandbox and tries to break it.
 *
 * usage: probe [SETTING]...   settings: plain user no-userns container
 *
 * For every role: each system call that its column does not allow must end the
 * process, with its number reported; arguments that checks.def does not allow
 * likewise; files, sockets, other processes, executable memory and the x32 ABI
 * are tried by hand. `container` is what Docker's default filter makes of a
 * process, `no-userns` a machine that allows no user namespaces.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <seccomp.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/util.h"
#include "sandbox/clone.h"
#include "sandbox/compile.h"
#include "sandbox/filter.h"
#include "sandbox/plan.h"
#include "sandbox/privs.h"
#include "sandbox/sandbox.h"

#define TRY_TIMEOUT_MS 10000
/* The kernel's own, for trampolines of traced programs; newer kernels let them
 * pass every filter, and they do nothing outside a trampoline. */
#define NR_URETPROBE 335
#define NR_UPROBE 336
#define X32_BIT 0x40000000L

/* How a child that tried something is expected to end. */
enum expect {
	EXPECT_REPORTED, /* SIGSYS, with the number on the log pipe */
	EXPECT_KILLED,   /* SIGSYS at once */
	EXPECT_EXIT,     /* exit(0): the try found what it should */
};

struct attempt {
	int (*run)(long arg); /* its result is the exit code */
	long arg;
	enum expect expect;
};

struct outcome {
	int status;
	long reported; /* -1: nothing */
};

static struct sandbox_plan *plan;
static unsigned nchecks, nfailures;

/* --- running one attempt inside a role --- */

static void
enter(enum role role, int log_fd)
{
	struct sandbox *sb = NULL;
	struct sandbox_options options = {.log_fd = log_fd};
	struct sandbox_report report;
	int fds[2];

	if (pipe(fds) == -1 ||
	    sandbox_plan_write(plan, role == ROLE_WORKER ? ROLE_ZYGOTE : role,
		0, fds[1]) != 0)
		_exit(101);
	close(fds[1]);
	if (sandbox_load(fds[0], &sb) != 0)
		_exit(101);
	if (role == ROLE_WORKER) {
		pid_t pid;
		bool placed;

		if (sandbox_enter(sb, ROLE_ZYGOTE, &options, &report) != 0)
			_exit(102);
		pid =
		    clone_sibling(sandbox_has_pid_namespaces(sb), -1, &placed);
		if (pid == -1)
			_exit(103);
		if (pid > 0) {
			char line[32];
			int n = snprintf(line, sizeof line, "p%d\n", pid);

			if (write(log_fd, line, (size_t)n) != n)
				_exit(104);
			_exit(0);
		}
	}
	if (sandbox_enter(sb, role, &options, &report) != 0)
		_exit(105);
}

/* Read the log pipe to its end; returns the numbers found. */
static void
read_log(int fd, long *reported, pid_t *clone)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char text[512];
	size_t n = 0;
	ssize_t r = 1;

	while (r > 0 && n < sizeof text - 1) {
		if (poll(&p, 1, TRY_TIMEOUT_MS) != 1)
			break;
		r = read(fd, text + n, sizeof text - 1 - n);
		if (r > 0)
			n += (size_t)r;
	}
	text[n] = '\0';
	for (char *s = text; s != NULL && *s != '\0';) {
		if (*s == FILTER_MARK)
			*reported = strtol(s + 1, NULL, 10);
		else if (*s == 'p')
			*clone = (pid_t)strtol(s + 1, NULL, 10);
		s = strchr(s, '\n');
		if (s != NULL)
			s++;
	}
}

static int
try_in_role(enum role role, const struct attempt *a, struct outcome *out)
{
	pid_t pid, clone = 0;
	int fds[2];

	out->reported = -1;
	out->status = -1;
	if (pipe2(fds, O_CLOEXEC) == -1)
		return ERR_SYS;
	pid = fork();
	if (pid == 0) {
		close(fds[0]);
		enter(role, fds[1]);
		_exit(a->run(a->arg));
	}
	close(fds[1]);
	read_log(fds[0], &out->reported, &clone);
	close(fds[0]);
	if (waitpid(pid, &out->status, 0) != pid)
		return ERR_SYS;
	if (clone > 0 && waitpid(clone, &out->status, __WALL) != clone)
		return ERR_SYS;
	return 0;
}

static void
check(enum role role, const char *what, const struct attempt *a)
{
	struct outcome o;
	bool good = false, killed;

	nchecks++;
	if (try_in_role(role, a, &o) != 0) {
		printf("%s: %s: cannot run: %s\n", role_name(role), what,
		    strerror(errno));
		nfailures++;
		return;
	}
	killed = WIFSIGNALED(o.status) && WTERMSIG(o.status) == SIGSYS;
	switch (a->expect) {
	case EXPECT_REPORTED:
		good = killed && o.reported == a->arg;
		break;
	case EXPECT_KILLED:
		good = killed && o.reported == -1;
		break;
	case EXPECT_EXIT:
	default:
		good = WIFEXITED(o.status) && WEXITSTATUS(o.status) == 0;
		break;
	}
	if (good)
		return;
	nfailures++;
	printf("%s: %s: status 0x%x, reported %ld\n", role_name(role), what,
	    (unsigned)o.status, o.reported);
}

/* --- attempts --- */

static int
call_number(long number)
{
	/* Arguments that do nothing, should the call be made after all. */
	syscall(number, -1L, 0L, 0L, 0L, 0L, 0L);
	return 1;
}

static int
call_x32(long number)
{
	syscall(X32_BIT | number, -1L, 0L, 0L);
	return 1;
}

struct args {
	const char *name; /* for the reader */
	long number;
	long a[6];
};

static const struct args refused_args[] = {
    {"mmap executable", SYS_mmap,
	{0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0}},
    {"mmap shared", SYS_mmap,
	{0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0}},
    {"mmap of a file", SYS_mmap, {0, 4096, PROT_READ, MAP_PRIVATE, 0, 0}},
    {"mmap growing down", SYS_mmap,
	{0, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN, -1, 0}},
    {"mprotect executable", SYS_mprotect, {0, 4096, PROT_READ | PROT_EXEC}},
    {"madvise hugepage", SYS_madvise, {0, 4096, MADV_HUGEPAGE}},
    {"madvise hwpoison", SYS_madvise, {0, 4096, MADV_HWPOISON}},
    {"futex lock_pi", SYS_futex, {0, FUTEX_LOCK_PI}},
    {"futex requeue_pi", SYS_futex, {0, FUTEX_CMP_REQUEUE_PI}},
    {"fcntl setown", SYS_fcntl, {0, F_SETOWN, 1}},
    {"fcntl async", SYS_fcntl, {0, F_SETFL, O_ASYNC}},
    {"fcntl notify", SYS_fcntl, {0, F_NOTIFY, 1}},
    {"tgkill SIGKILL", SYS_tgkill, {1, 1, SIGKILL}},
    {"rt_sigaction SIGSYS", SYS_rt_sigaction, {SIGSYS, 0, 0, 8}},
    {"sendto an address", SYS_sendto, {-1, 0, 0, 0, 4096, 16}},
};

static int
call_args(long index)
{
	const struct args *c = &refused_args[index];

	syscall(c->number, c->a[0], c->a[1], c->a[2], c->a[3], c->a[4],
	    c->a[5]);
	return 1;
}

static int
use_memory(long arg)
{
	char *p, *q;

	(void)arg;
	p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return 1;
	memset(p, 1, 1 << 20);
	if (madvise(p, 1 << 20, MADV_DONTNEED) != 0 || p[0] != 0)
		return 2;
	if (mprotect(p, 4096, PROT_READ) != 0 || munmap(p, 1 << 20) != 0)
		return 3;
	q = malloc(3 << 20);
	if (q == NULL)
		return 4;
	memset(q, 1, 3 << 20);
	free(q);
	return 0;
}

static int
use_descriptor(long arg)
{
	int fl = fcntl(0, F_GETFL);

	(void)arg;
	if (fl != -1 && fcntl(0, F_SETFL, fl | O_NONBLOCK) == -1)
		return 1;
	if (send(-1, "x", 1, MSG_NOSIGNAL) != -1 || errno != EBADF)
		return 2;
	return 0;
}

static int
abort_plainly(long arg)
{
	(void)arg;
	abort();
}

/* A worker whose event is long; its zygote's filter is on as well. */
static int
be_nicer(long arg)
{
	(void)arg;
	return setpriority(PRIO_PROCESS, 0, 19) == 0 ? 0 : 1;
}

static int
no_limits_left(long arg)
{
	/* The stack of a forked child has room; descriptors do not. */
	(void)arg;
	return fcntl(200000, F_GETFD) == -1 && errno == EBADF ? 0 : 1;
}

/* --- tables --- */

struct column {
	const char *name;
	char verdict[ROLE_COUNT];
};

static const struct column columns[] = {
#define SYSCALL(name_, supervisor_, front_, zygote_, worker_, reason_)         \
	{#name_, {#supervisor_[0], #front_[0], #zygote_[0], #worker_[0]}},
#include "sandbox/syscalls.def"
#undef SYSCALL
};

/* Whatever the table says, these never get into a column by mistake. */
static const char *const never[] = {"socket", "socketpair", "connect", "bind",
    "listen", "open", "openat", "openat2", "creat", "unlink", "unlinkat",
    "rename", "mkdir", "mknod", "symlink", "link", "chmod", "chown", "truncate",
    "stat", "lstat", "newfstatat", "statx", "readlink", "getdents64", "chdir",
    "chroot", "fork", "vfork", "kill", "tkill", "rt_sigqueueinfo",
    "rt_tgsigqueueinfo", "pidfd_open", "pidfd_send_signal", "sendmsg",
    "sendmmsg", "mount", "umount2", "pivot_root", "unshare", "setns", "fsopen",
    "fsmount", "open_tree", "move_mount", "mount_setattr", "setuid", "setgid",
    "setreuid", "memfd_create", "memfd_secret", "inotify_init1",
    "fanotify_init", "shmget", "shmat", "semget", "msgget", "mq_open",
    "process_madvise", "move_pages", "migrate_pages", "mbind", "set_mempolicy",
    "sched_setaffinity", "sched_setscheduler", "nice", "ioctl", "quotactl",
    "name_to_handle_at", "sethostname", "settimeofday", "clock_settime",
    "adjtimex", "personality", "uselib", "splice", "tee", "copy_file_range",
    "sendfile", "io_setup", "io_submit"};

/* Not the zygote's: a clone needs them until its own filter is on. */
static const char *const never_in_worker[] = {"clone", "clone3", "prctl",
    "prlimit64", "setrlimit", "seccomp", "capset", "dup2", "dup3", "eventfd2",
    "timerfd_create", "timer_create", "timer_settime", "close_range",
    "landlock_create_ruleset", "accept4", "setresuid", "setresgid", "setgroups",
    "setsockopt", "getppid"};

static char
verdict_of(const char *name, enum role role)
{
	for (size_t i = 0; i < NELEMS(columns); i++)
		if (strcmp(columns[i].name, name) == 0)
			return columns[i].verdict[role];
	return 'N';
}

/* Every number of this machine's table that the role's column refuses. */
static void
check_numbers(enum role role)
{
	for (long number = 0; number < 512; number++) {
		struct attempt a = {call_number, number, EXPECT_REPORTED};
		char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE,
		    (int)number);
		char verdict;

		if (number == NR_URETPROBE || number == NR_UPROBE) {
			free(name);
			continue;
		}
		verdict = name != NULL ? verdict_of(name, role) : 'N';
		if (verdict == 'K')
			a.expect = EXPECT_KILLED;
		if (verdict == 'K' || verdict == 'N')
			check(role, name != NULL ? name : "unnamed call", &a);
		free(name);
	}
}

static void
check_never(enum role role, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		nchecks++;
		if (strchr("NK", verdict_of(names[i], role)) != NULL)
			continue;
		nfailures++;
		printf("%s: %s must not be allowed\n", role_name(role),
		    names[i]);
	}
}

static void
check_role(enum role role)
{
	static const struct {
		const char *name;
		struct attempt a;
	} plain[] = {
	    {"memory", {use_memory, 0, EXPECT_EXIT}},
	    {"descriptors", {use_descriptor, 0, EXPECT_EXIT}},
	    {"descriptor limit", {no_limits_left, 0, EXPECT_EXIT}},
	};

	check_numbers(role);
	check_never(role, never, NELEMS(never));
	if (role == ROLE_WORKER)
		check_never(role, never_in_worker, NELEMS(never_in_worker));
	for (size_t i = 0; i < NELEMS(refused_args); i++) {
		struct attempt a = {call_args, (long)i, EXPECT_REPORTED};
		struct outcome o;

		if (refused_args[i].number == SYS_rt_sigaction &&
		    verdict_of("rt_sigaction", role) == 'Y')
			continue; /* the zygote's: a clone needs it */
		nchecks++;
		if (try_in_role(role, &a, &o) == 0 && WIFSIGNALED(o.status) &&
		    WTERMSIG(o.status) == SIGSYS &&
		    o.reported == refused_args[i].number)
			continue;
		nfailures++;
		printf("%s: %s: status 0x%x, reported %ld\n", role_name(role),
		    refused_args[i].name, (unsigned)o.status, o.reported);
	}
	for (size_t i = 0; i < NELEMS(plain); i++)
		check(role, plain[i].name, &plain[i].a);
	if (role != ROLE_FRONT) {
		struct attempt a = {be_nicer, 0, EXPECT_EXIT};

		check(role, "being nicer", &a);
	}
#ifdef __x86_64__
	{
		struct attempt a = {call_x32, SYS_getpid, EXPECT_KILLED};

		check(role, "x32 getpid", &a);
	}
#endif
}

/* A failed assertion must still be seen as a death. */
static void
check_abort(enum role role)
{
	struct attempt a = {abort_plainly, 0, EXPECT_EXIT};
	struct outcome o;

	nchecks++;
	if (try_in_role(role, &a, &o) == 0 &&
	    ((WIFSIGNALED(o.status) && WTERMSIG(o.status) == SIGABRT) ||
		(WIFEXITED(o.status) &&
		    WEXITSTATUS(o.status) == FILTER_EXIT_ABORT)))
		return;
	nfailures++;
	printf("%s: abort: status 0x%x, reported %ld\n", role_name(role),
	    (unsigned)o.status, o.reported);
}

/* --- settings --- */

static int
setting_plain(void)
{
	return 0;
}

static int
setting_user(void)
{
	if (geteuid() != 0)
		return 0;
	if (privs_set_ids(4711, 4711, false) != 0)
		return ERR_SYS;
	return privs_dumpable();
}

static int
write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n = fd == -1 ? -1 : write(fd, text, strlen(text));

	fd_close(&fd);
	return n > 0 ? 0 : ERR_SYS;
}

static int
setting_no_userns(void)
{
	char line[64];
	unsigned uid = geteuid(), gid = getegid();

	/* The limit counts inside a namespace, so that it hurts nobody else. */
	if (unshare(CLONE_NEWUSER) == -1)
		return ERR_SYS;
	snprintf(line, sizeof line, "4711 %u 1", uid);
	if (write_text("/proc/self/setgroups", "deny") != 0 ||
	    write_text("/proc/self/uid_map", line) != 0)
		return ERR_SYS;
	snprintf(line, sizeof line, "4711 %u 1", gid);
	if (write_text("/proc/self/gid_map", line) != 0 ||
	    write_text("/proc/sys/user/max_user_namespaces", "0") != 0)
		return ERR_SYS;
	return privs_drop_caps(0);
}

static int
setting_container(void)
{
	static const char *const refused[] = {
	    "unshare", "mount", "umount2", "pivot_root", "setns", "clone3"};
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int r = ERR_SYS;

	if (setting_user() != 0 || privs_no_new() != 0)
		return ERR_SYS;
	for (size_t i = 0; i < NELEMS(refused); i++)
		if (seccomp_rule_add(ctx,
			strcmp(refused[i], "clone3") == 0
			    ? SCMP_ACT_ERRNO(ENOSYS)
			    : SCMP_ACT_ERRNO(EPERM),
			seccomp_syscall_resolve_name(refused[i]), 0) != 0)
			goto out;
	if (seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
		SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_NEWPID, CLONE_NEWPID)) != 0)
		goto out;
	r = seccomp_load(ctx) == 0 ? 0 : ERR_SYS;
out:
	seccomp_release(ctx);
	return r;
}

static const struct {
	const char *name;
	int (*set)(void);
	enum sandbox_level least;
} settings[] = {
    {"plain", setting_plain, SANDBOX_LEVEL_C},
    {"user", setting_user, SANDBOX_LEVEL_C},
    {"no-userns", setting_no_userns, SANDBOX_LEVEL_C},
    {"container", setting_container, SANDBOX_LEVEL_C},
};

static int
run_setting(size_t s)
{
	struct sandbox_plan_options o = {.mode = SANDBOX_AUTO};
	const struct sandbox_report *report;
	char why[256], text[256];

	if (settings[s].set() != 0) {
		printf("%s: skipped: %s\n", settings[s].name, strerror(errno));
		return 0;
	}
	if (sandbox_plan_new(&o, &plan, why, sizeof why) != 0) {
		printf("%s: %s\n", settings[s].name, why);
		return 1;
	}
	report = sandbox_plan_report(plan);
	if (report->level < settings[s].least)
		nfailures++;
	check_role(ROLE_FRONT);
	check_role(ROLE_ZYGOTE);
	check_role(ROLE_WORKER);
	check_abort(ROLE_FRONT);
	check_abort(ROLE_ZYGOTE);
	check_abort(ROLE_WORKER);
	printf("%s: level %s (%s): %u checks, %u failures\n", settings[s].name,
	    sandbox_level_name(report->level),
	    sandbox_layers_text(report->layers, text, sizeof text), nchecks,
	    nfailures);
	sandbox_plan_free(&plan);
	return nfailures > 0;
}

static int
fork_setting(size_t s)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		int r = run_setting(s);

		fflush(stdout);
		_exit(r);
	}
	return waitpid(pid, &status, 0) == pid && status == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	int r = 0;

#ifdef EIDER_SANITIZE
	printf("skipped: this build has sanitizers and no sandbox\n");
	return 77;
#endif
	for (size_t s = 0; s < NELEMS(settings); s++) {
		bool wanted = argc < 2;

		for (int i = 1; i < argc; i++)
			wanted |= strcmp(argv[i], settings[s].name) == 0;
		if (wanted)
			r |= fork_setting(s);
	}
	return r;
}
