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
/* Of the range: roles, then tenants. */
#define UID_TENANTS 16u
#define UID_COUNT 65536u
#define TRIAL_TIMEOUT_MS 5000

struct sandbox_plan {
	struct sandbox desc;
	uint32_t uid_first; /* 0: ids are not changed */
	struct sandbox_report report;
	char why[160]; /* there is no higher level */
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
	struct sandbox_options options = {.log_fd = -1,
	    .uid = desc->nids > 0 ? desc->first_id + UID_TENANTS : 0};
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
	bool placed;
	pid_t pid;

	memset(&t, 0, sizeof t);
	if (sandbox_enter(desc, ROLE_ZYGOTE, &options, &report) != 0) {
		report_step(&t, report.failed, report.failed_errno);
	} else {
		pid = clone_sibling(sandbox_has_pid_namespaces(desc), -1,
		    &placed);
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

/*
 * Try the ways from the strongest on; the first that works is the plan's. As
 * root with a range of ids, of which each clone gets its tenant's; with an id
 * of its own per role and zygote; with the one there is.
 */
static int
find_way(struct sandbox_plan *plan, char *first_failure, size_t size)
{
	static const struct {
		enum ns_way way;
		bool has_ids;
		bool has_range;
	} ways[] = {
	    {NS_WAY_USER, true, true},
	    {NS_WAY_USER, true, false},
	    {NS_WAY_USER, false, false},
	    {NS_WAY_DIRECT, true, false},
	    {NS_WAY_DIRECT, false, false},
	    {NS_WAY_NONE, true, false},
	    {NS_WAY_NONE, false, false},
	};
	uint32_t uid_first = plan->uid_first;
	struct trial_result t;

	first_failure[0] = '\0';
	for (size_t w = 0; w < NELEMS(ways); w++) {
		enum ns_way way = ways[w].way;

		if ((ways[w].has_ids && uid_first == 0) ||
		    (way == NS_WAY_DIRECT && geteuid() != 0))
			continue;
		plan->desc.way = way;
		plan->desc.empty_root = way != NS_WAY_NONE;
		plan->desc.level =
		    way != NS_WAY_NONE ? SANDBOX_LEVEL_B : SANDBOX_LEVEL_C;
		plan->desc.first_id = uid_first;
		plan->desc.nids = ways[w].has_range ? UID_COUNT : 0;
		plan->uid_first = ways[w].has_ids ? uid_first : 0;
		set_role_ids(&plan->desc, plan->uid_first, ROLE_ZYGOTE);
		if (trial(&plan->desc, &t) == 0) {
			plan->report = t.report;
			return 0;
		}
		if (first_failure[0] == '\0')
			snprintf(first_failure, size, "%s: %s", t.step,
			    strerror(t.error));
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
	plan->desc.cgroups = o->cgroups;
	if (o->cgroups)
		plan->report.layers |= SANDBOX_LAYER_CGROUP;
	if (plan->desc.level == SANDBOX_LEVEL_C)
		snprintf(plan->why, sizeof plan->why, "%s", failure);
	else if (o->cgroups)
		plan->desc.level = SANDBOX_LEVEL_A;
	else
		snprintf(plan->why, sizeof plan->why, "%s",
		    o->no_cgroups_why != NULL ? o->no_cgroups_why
					      : "no delegated cgroups");
	plan->report.level = plan->desc.level;
	if (plan->desc.level >= need)
		return 0;
	snprintf(why, why_size,
	    "sandbox level %s is required, but only %s can be reached (%s)",
	    sandbox_level_name(need), sandbox_level_name(plan->desc.level),
	    plan->why);
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

bool
sandbox_plan_has_ids(const struct sandbox_plan *plan)
{
	return plan->uid_first != 0;
}

bool
sandbox_plan_has_range(const struct sandbox_plan *plan)
{
	return plan->desc.nids > 0;
}

uint32_t
sandbox_plan_role_uid(const struct sandbox_plan *plan, enum role role)
{
	return plan->uid_first == 0 ? 0 : plan->uid_first + (uint32_t)role;
}

uint32_t
sandbox_plan_tenant_uid(const struct sandbox_plan *plan, uint32_t number)
{
	if (plan->uid_first == 0 || number >= UID_COUNT - UID_TENANTS)
		return 0;
	return plan->uid_first + UID_TENANTS + number;
}

const char *
sandbox_plan_why(const struct sandbox_plan *plan)
{
	return plan->why;
}

int
sandbox_plan_write(const struct sandbox_plan *plan, enum role role,
    uint32_t uid, int fd)
{
	struct sandbox desc = plan->desc;
	struct buf b;
	int r;

	set_role_ids(&desc, plan->uid_first, role);
	if (uid != 0) {
		desc.uid = desc.gid = uid;
		desc.nids = 0; /* its clones are of the same tenant */
	}
	/* A role gets its own filter; the zygote also its clones'. */
	for (int i = 0; i < ROLE_COUNT; i++)
		if (i != (int)role &&
		    !(role == ROLE_ZYGOTE && i == ROLE_WORKER))
			desc.filters[i].len = 0;
	buf_init(&b);
	sandbox_desc_write(&desc, &b);
	/* A pipe has room for it: see SANDBOX_DESC_MAX. */
	r = buf_len(&b) <= SANDBOX_DESC_MAX &&
		    write(fd, buf_peek(&b), buf_len(&b)) == (ssize_t)buf_len(&b)
		? 0
		: ERR_SYS;
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
