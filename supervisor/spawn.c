/*
 * fork and exec of the other programs.
 *
 * Runs in: supervisor; between fork and exec in the child, where only calls
 *          that are safe in a signal handler are made.
 */
#include "config.h"

#include "supervisor/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/util.h"
#include "base/xmalloc.h"

#define EXEC_FAILED 127
#define CHILD_FDS 6 /* 0, 1, 2, control, log, sandbox */
#define EARLY_MAX (1 + SPAWN_FRONTS_MAX)

/* What a child's environment may hold: never the operator's secrets. */
static const char *const passed_on[] = {
    "TZ",
#ifdef EIDER_SANITIZE
    "ASAN_OPTIONS",
    "UBSAN_OPTIONS",
    "LSAN_OPTIONS",
#endif
};

/* A child that waits for its sandbox. */
struct early {
	enum role role;
	struct spawned child;
	int desc_fd; /* where its description goes; -1: taken */
};

struct spawner {
	int worker_nice;
	char *dir; /* owned */
	struct early early[EARLY_MAX];
	size_t nearly;
};

/* The programs, by role; a role without one is not executed. */
static const char *const programs[ROLE_COUNT] = {
    [ROLE_FRONT] = "eider-front",
    [ROLE_ZYGOTE] = "eider-worker",
};

static char *
find_dir(void)
{
	char path[PATH_MAX];
	char *probe, *slash;
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);

	if (n > 0) {
		path[n] = '\0';
		slash = strrchr(path, '/');
		if (slash != NULL && slash > path) {
			*slash = '\0';
			probe = xasprintf("%s/%s", path, programs[ROLE_ZYGOTE]);
			n = access(probe, X_OK);
			free(probe);
			if (n == 0)
				return xstrdup(path);
		}
	}
	return xstrdup(EIDER_LIBEXECDIR);
}

struct spawner *
spawner_new(bool with_front, int worker_nice)
{
	struct spawner *sp = xcalloc(1, sizeof *sp);

	sp->worker_nice = worker_nice;
	sp->dir = find_dir();
	for (size_t i = 0; sp != NULL && i < ROLE_COUNT; i++) {
		char *path;

		if (programs[i] == NULL || (i == ROLE_FRONT && !with_front))
			continue;
		/* Rather now than with the first request. */
		path = xasprintf("%s/%s", sp->dir, programs[i]);
		if (access(path, X_OK) == -1) {
			log_error("cannot execute %s: %m", path);
			spawner_free(&sp);
		}
		free(path);
	}
	return sp;
}

void
spawner_drop_early(struct spawner *sp)
{
	for (size_t i = 0; i < sp->nearly; i++) {
		struct early *e = &sp->early[i];

		if (e->desc_fd == -1)
			continue;
		fd_close(&e->desc_fd);
		fd_close(&e->child.ctl_fd);
		fd_close(&e->child.log_fd);
		(void)kill(e->child.pid, SIGKILL);
		(void)waitpid(e->child.pid, NULL, 0);
	}
	sp->nearly = 0;
}

void
spawner_free(struct spawner **spawner)
{
	struct spawner *sp = *spawner;

	if (sp == NULL)
		return;
	spawner_drop_early(sp);
	free(sp->dir);
	free(sp);
	*spawner = NULL;
}

int
spawn_make_ends(int ours[2], int theirs[2])
{
	int log[2];

	if (fd_socketpair(&ours[0], &theirs[0]) != 0)
		return ERR_SYS;
	if (pipe2(log, O_CLOEXEC) == -1 || fd_set_nonblock(log[0]) != 0) {
		fd_close(&ours[0]);
		fd_close(&theirs[0]);
		return ERR_SYS;
	}
	ours[1] = log[0];
	theirs[1] = log[1];
	return 0;
}

/*
 * Put FDS at their places 0..CHILD_FDS-1. First out of the way: a source may
 * sit on another's place.
 */
static int
place_fds(const int fds[CHILD_FDS])
{
	int high[CHILD_FDS];

	for (int i = 0; i < CHILD_FDS; i++) {
		high[i] = fcntl(fds[i], F_DUPFD, CHILD_FDS);
		if (high[i] == -1)
			return ERR_SYS;
	}
	for (int i = 0; i < CHILD_FDS; i++)
		if (dup2(high[i], i) == -1)
			return ERR_SYS;
	fd_close_from(CHILD_FDS);
	return 0;
}

/*
 * What a terminal or an init system sends to all processes of a group is the
 * supervisor's to act on: its children end when it tells them.
 */
static void
reset_signals(void)
{
	static const int ignored[] = {
	    SIGPIPE, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
	struct sigaction sa;
	sigset_t none;

	memset(&sa, 0, sizeof sa);
	sa.sa_handler = SIG_DFL;
	for (int s = 1; s < NSIG; s++)
		(void)sigaction(s, &sa, NULL);
	sa.sa_handler = SIG_IGN;
	for (size_t i = 0; i < NELEMS(ignored); i++)
		(void)sigaction(ignored[i], &sa, NULL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* In the child: never returns. */
static void
exec_child(char *path, char *level, const int fds[CHILD_FDS],
    char *const envp[])
{
	static const char message[] = "4cannot execute its program\n";
	char *argv[] = {path, level, NULL};

	if (place_fds(fds) == 0) {
		reset_signals();
		(void)prctl(PR_SET_PDEATHSIG, (unsigned long)SIGKILL);
		execve(path, argv, envp);
	}
	if (write(CHILD_LOG_FD, message, sizeof message - 1) < 0)
		_exit(EXEC_FAILED);
	_exit(EXEC_FAILED);
}

static char **
make_env(void)
{
	char **env = xcalloc(NELEMS(passed_on) + 1, sizeof *env);
	size_t n = 0;

	for (size_t i = 0; i < NELEMS(passed_on); i++) {
		const char *value = getenv(passed_on[i]);

		if (value != NULL)
			env[n++] = xasprintf("%s=%s", passed_on[i], value);
	}
	return env;
}

static enum log_level
lowest_level(void)
{
	enum log_level level = LOG_DEBUG;

	while (level < LOG_FATAL && !log_is_on(level))
		level = (enum log_level)(level + 1);
	return level;
}

/* The child waits until its description comes on *DESC_FD_OUT. */
static int
start(const struct spawner *sp, enum role role, struct spawned *out,
    int *desc_fd_out)
{
	char *path = xasprintf("%s/%s", sp->dir, programs[role]);
	char *level = xstrdup(log_level_name(lowest_level()));
	char **env = make_env();
	int ours[2] = {-1, -1}, theirs[2] = {-1, -1}, desc[2] = {-1, -1};
	int null_fd = -1, r = ERR_SYS;
	pid_t pid;

	if (access(path, X_OK) == -1)
		goto out;
	null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null_fd == -1 || pipe2(desc, O_CLOEXEC) == -1 ||
	    spawn_make_ends(ours, theirs) != 0)
		goto out;
	pid = fork();
	if (pid == -1)
		goto out;
	if (pid == 0) {
		/* stdout and stderr too: what libraries write there. */
		const int fds[CHILD_FDS] = {null_fd, theirs[1], theirs[1],
		    theirs[0], theirs[1], desc[0]};

		if (role == ROLE_ZYGOTE)
			(void)setpriority(PRIO_PROCESS, 0, sp->worker_nice);
		exec_child(path, level, fds, env);
	}
	out->pid = pid;
	out->ctl_fd = ours[0];
	out->log_fd = ours[1];
	*desc_fd_out = desc[1];
	ours[0] = ours[1] = desc[1] = -1;
	r = 0;
out:
	for (int i = 0; i < 2; i++) {
		fd_close(&ours[i]);
		fd_close(&theirs[i]);
		fd_close(&desc[i]);
	}
	fd_close(&null_fd);
	for (size_t i = 0; env[i] != NULL; i++)
		free(env[i]);
	free(env);
	free(level);
	free(path);
	return r;
}

void
spawner_start_early(struct spawner *sp, enum role role)
{
	struct early *e = &sp->early[sp->nearly];

	if (sp->nearly == EARLY_MAX ||
	    start(sp, role, &e->child, &e->desc_fd) != 0)
		return;
	e->role = role;
	sp->nearly++;
}

static bool
take_early(struct spawner *sp, enum role role, struct spawned *out,
    int *desc_fd_out)
{
	for (size_t i = 0; i < sp->nearly; i++) {
		struct early *e = &sp->early[i];

		if (e->role != role || e->desc_fd == -1)
			continue;
		*out = e->child;
		*desc_fd_out = e->desc_fd;
		e->desc_fd = -1;
		return true;
	}
	return false;
}

int
spawner_exec(struct spawner *sp, enum role role,
    const struct sandbox_plan *plan, uint32_t uid, struct spawned *out)
{
	int desc_fd = -1, r = 0;

	if (!take_early(sp, role, out, &desc_fd))
		r = start(sp, role, out, &desc_fd);
	/* A child that does not get it ends, which its owner sees. */
	if (r == 0 && sandbox_plan_write(plan, role, uid, desc_fd) != 0)
		log_error("cannot tell %s its sandbox: %m", programs[role]);
	fd_close(&desc_fd);
	return r;
}
