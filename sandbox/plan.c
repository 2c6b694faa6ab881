/*
 * Deciding on sandboxes: filters, namespaces, ids.
 *
 * Runs in: supervisor, at start. The trial of a way is the real thing: a child
 *          enters the zygote's sandbox and clones from inside it.
 */
#include "config.h"

#include "sandbox/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "sandbox/clone.h"
#include "sandbox/compile.h"
#include "sandbox/desc.h"

/* Beyond what distributions, containers and systemd hand out. */
#define UID_FIRST 1900000000u
#define TRIAL_TIMEOUT_MS 5000

struct sandbox_plan {
	struct sandbox desc;
	uint32_t uid_first; /* 0: ids are not changed */
	struct sandbox_report report;
};

/* What the trial's child writes to its pipe, once. */
struct trial_result {
	int r;
	int error;
	pid_t clone;
	char step[32];
	struct sandbox_report report; /* the clone's */
};

static void
set_role_ids(struct sandbox *desc, uint32_t uid_first, enum role role)
{
	desc->uid = desc->gid =
	    uid_first == 0 ? SANDBOX_SAME_ID : uid_first + (uint32_t)role;
}

static void
report_step(struct trial_result *t, const char *step, int error)
{
	t->r = ERR_SYS;
	t->error = error;
	snprintf(t->step, sizeof t->step, "%s", step != NULL ? step : "?");
}

static void
trial_in_clone(const struct sandbox *desc, struct trial_result *t)
{
	struct sandbox_options options = {.log_fd = -1};
	struct sandbox_report report;

	if (sandbox_enter(desc, ROLE_WORKER, &options, &report) != 0)
		report_step(t, report.failed, report.failed_errno);
	t->report = report;
	t->report.failed = NULL; /* a pointer of another process */
}

/* In the trial's child: never returns. */
static void
trial_child(const struct sandbox *desc, int fd)
{
	struct sandbox_options options = {.log_fd = -1};
	struct sandbox_report report;
	struct trial_result t;
	pid_t pid;

	memset(&t, 0, sizeof t);
	if (sandbox_enter(desc, ROLE_ZYGOTE, &options, &report) != 0) {
		report_step(&t, report.failed, report.failed_errno);
	} else {
		pid = clone_sibling(sandbox_has_pid_namespaces(desc));
		if (pid == -1)
			report_step(&t, "clone", errno);
		else if (pid == 0)
			trial_in_clone(desc, &t);
		else
			t.clone = pid; /* the clone writes the rest */
	}
	if (write(fd, &t, sizeof t) != (ssize_t)sizeof t)
		_exit(2);
	_exit(0);
}

static int
read_result(int fd, struct trial_result *t)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	int n;

	do
		n = poll(&p, 1, TRIAL_TIMEOUT_MS);
	while (n == -1 && errno == EINTR);
	if (n != 1 || read(fd, t, sizeof *t) != (ssize_t)sizeof *t)
		return ERR_TIMEOUT;
	return 0;
}

/*
 * Try DESC. Both the child and its clone write one result: the clone's tells
 * what a worker has, the child's which pid to reap.
 */
static int
trial(const struct sandbox *desc, struct trial_result *out)
{
	struct trial_result t;
	pid_t pid, clone = 0;
	int fds[2], r = ERR_SYS;

	if (pipe2(fds, O_CLOEXEC) == -1)
		return ERR_SYS;
	pid = fork();
	if (pid == 0) {
		close(fds[0]);
		trial_child(desc, fds[1]);
	}
	fd_close(&fds[1]);
	memset(out, 0, sizeof *out);
	report_step(out, "no answer", ETIMEDOUT);
	while (pid > 0 && read_result(fds[0], &t) == 0) {
		if (t.clone != 0)
			clone = t.clone;
		else
			*out = t;
		if (t.clone == 0 && t.r != 0)
			break;
	}
	r = out->r;
	if (clone > 0)
		waitpid(clone, NULL, __WALL);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	fd_close(&fds[0]);
	return r;
}

/* Try the ways from the strongest on; the first that works is the plan's. */
static int
find_way(struct sandbox_plan *plan, char *first_failure, size_t size)
{
	static const enum ns_way ways[] = {
	    NS_WAY_USER, NS_WAY_DIRECT, NS_WAY_NONE};
	uint32_t ids[2] = {plan->uid_first, 0};
	struct trial_result t;

	first_failure[0] = '\0';
	for (size_t w = 0; w < NELEMS(ways); w++) {
		for (size_t i = plan->uid_first == 0 ? 1 : 0; i < 2; i++) {
			if (ways[w] == NS_WAY_DIRECT && geteuid() != 0)
				continue;
			plan->desc.way = ways[w];
			plan->desc.empty_root = ways[w] != NS_WAY_NONE;
			plan->desc.level = ways[w] != NS_WAY_NONE
					       ? SANDBOX_LEVEL_B
					       : SANDBOX_LEVEL_C;
			set_role_ids(&plan->desc, ids[i], ROLE_ZYGOTE);
			if (trial(&plan->desc, &t) == 0) {
				plan->uid_first = ids[i];
				plan->report = t.report;
				return 0;
			}
			if (first_failure[0] == '\0')
				snprintf(first_failure, size, "%s: %s", t.step,
				    strerror(t.error));
		}
	}
	return ERR_REFUSED;
}

static int
check_level(struct sandbox_plan *plan, const struct sandbox_plan_options *o,
    const char *failure, char *why, size_t why_size)
{
	enum sandbox_level need = SANDBOX_LEVEL_C;

	if (o->mode == SANDBOX_REQUIRE_A)
		need = SANDBOX_LEVEL_A;
	else if (o->mode == SANDBOX_REQUIRE_B)
		need = SANDBOX_LEVEL_B;
	if (plan->desc.level == SANDBOX_LEVEL_B && o->cgroups) {
		plan->desc.level = SANDBOX_LEVEL_A;
		plan->report.layers |= SANDBOX_LAYER_CGROUP;
	}
	plan->report.level = plan->desc.level;
	if (plan->desc.level >= need)
		return 0;
	snprintf(why, why_size,
	    "sandbox level %s is required, but only %s can be reached (%s)",
	    sandbox_level_name(need), sandbox_level_name(plan->desc.level),
	    plan->desc.level == SANDBOX_LEVEL_C ? failure
						: "no delegated cgroups");
	return ERR_REFUSED;
}

static int
compile_all(struct sandbox *desc)
{
	for (int role = 0; role < ROLE_COUNT; role++) {
		struct buf b;

		buf_init(&b);
		if (sandbox_compile((enum role)role, &b) != 0) {
			buf_clear(&b);
			return ERR_SYS;
		}
		desc->filters[role].len = buf_len(&b);
		desc->filters[role].bytes = b.data; /* taken */
	}
	return 0;
}

int
sandbox_plan_new(const struct sandbox_plan_options *options,
    struct sandbox_plan **plan_out, char *why, size_t why_size)
{
	struct sandbox_plan *plan = xcalloc(1, sizeof *plan);
	char failure[128];
	int r;

	plan->desc.mode = options->mode;
	plan->desc.uid = plan->desc.gid = SANDBOX_SAME_ID;
#ifdef EIDER_SANITIZE
	/* Sanitizers map and call what no filter would let them. */
	if (options->mode > SANDBOX_AUTO) {
		snprintf(why, why_size,
		    "this build has sanitizers and no sandbox");
		r = ERR_REFUSED;
		goto out;
	}
	plan->desc.mode = SANDBOX_NONE;
#endif
	r = 0;
	if (plan->desc.mode == SANDBOX_NONE)
		goto done;
	if ((r = compile_all(&plan->desc)) != 0) {
		snprintf(why, why_size,
		    "cannot compile system call filters: %s", err_text(r));
		goto out;
	}
	if (geteuid() == 0)
		plan->uid_first =
		    options->uid_first != 0 ? options->uid_first : UID_FIRST;
	if ((r = find_way(plan, failure, sizeof failure)) != 0) {
		snprintf(why, why_size,
		    "no sandbox can be entered here (%s); for development, "
		    "set \"sandbox = none\" in [server]",
		    failure);
		goto out;
	}
	if ((r = check_level(plan, options, failure, why, why_size)) != 0)
		goto out;
done:
	*plan_out = plan;
	plan = NULL;
out:
	sandbox_plan_free(&plan);
	return r;
}

void
sandbox_plan_free(struct sandbox_plan **plan)
{
	int saved_errno = errno;

	if (*plan != NULL) {
		for (size_t i = 0; i < ROLE_COUNT; i++)
			free((*plan)->desc.filters[i].bytes);
		free(*plan);
	}
	*plan = NULL;
	errno = saved_errno;
}

int
sandbox_plan_fd(const struct sandbox_plan *plan, enum role role)
{
	struct sandbox desc = plan->desc;
	struct buf b;
	int fd, r = ERR_SYS;

	set_role_ids(&desc, plan->uid_first, role);
	/* A role gets its own filter; the zygote also its clones'. */
	for (int i = 0; i < ROLE_COUNT; i++)
		if (i != (int)role &&
		    !(role == ROLE_ZYGOTE && i == ROLE_WORKER))
			desc.filters[i].len = 0;
	buf_init(&b);
	sandbox_desc_write(&desc, &b);
	fd = memfd_create("sandbox", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd == -1)
		goto out;
	if (write(fd, buf_peek(&b), buf_len(&b)) != (ssize_t)buf_len(&b))
		goto out;
	if (fcntl(fd, F_ADD_SEALS,
		F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == -1)
		goto out;
	r = fd;
	fd = -1;
out:
	fd_close(&fd);
	buf_clear(&b);
	return r;
}

int
sandbox_plan_enter(const struct sandbox_plan *plan,
    struct sandbox_report *report_out)
{
	struct sandbox_options options = {.log_fd = STDERR_FILENO};
	struct sandbox desc = plan->desc;

	desc.uid = desc.gid = SANDBOX_SAME_ID;
	return sandbox_enter(&desc, ROLE_SUPERVISOR, &options, report_out);
}

const struct sandbox_report *
sandbox_plan_report(const struct sandbox_plan *plan)
{
	return &plan->report;
}
