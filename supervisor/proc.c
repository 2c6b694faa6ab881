/*
 * Child processes: watch, log, talk to, stop.
 *
 * Runs in: supervisor.
 * Owns:    one struct proc per child, its pidfd, log pipe, control channel.
 * Never:   signals by number what it has not checked to be its child.
 */
#include "config.h"

#include "supervisor/proc.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ev.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "sandbox/compile.h"
#include "sandbox/filter.h"
#include "supervisor/logpipe.h"

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

#define PROC_MAGIC 0x9a0c5e11u
#define NAME_SHOWN 64
#define TOKENS_PER_SECOND 200
#define TOKENS_BURST 1000
/* From a process's end to giving up on the rest of its channel. */
#define LINGER_MS 1000
/* Messages that rates.def does not list. */
#define RATE_DEFAULT 20
#define BURST_DEFAULT 1000
#define TOKEN 1000u /* of one message */

/* How many messages of a type may still come, times TOKEN. */
struct bucket {
	uint64_t tokens;
	uint64_t at_ms;
};

static const struct {
	uint32_t per_second;
	uint32_t burst;
} rates[IPC_TYPE_MAX] = {
#define RATE(message_, per_second_, burst_)                                    \
	[IPC_##message_] = {(per_second_), (burst_)},
#include "supervisor/rates.def"
#undef RATE
};

struct procs {
	struct ev_loop *loop; /* held */
	struct chan_hub *hub; /* held */
	struct proc *first;
	size_t n;
	uint32_t last_number; /* of a proc */
};

struct proc {
	uint32_t magic;
	struct procs *set; /* held: the owner */
	struct proc *next, **link;
	enum role role;
	uint32_t number;
	char name[NAME_SHOWN];
	char who[NAME_SHOWN + 32];
	pid_t pid;
	int pidfd;
	ev_io exit_watcher;
	ev_timer deadline;
	struct logpipe log;
	struct chan *chan;
	struct chan_task end_task;
	void (*on_end)(struct proc *p, const struct proc_end *end);
	void *owner;
	uint64_t born_ms;
	uint64_t tokens_at_ms;
	uint64_t tokens; /* requests allowed now, times 1000 */
	struct bucket buckets[IPC_TYPE_MAX];
	const char *deadline_why;
	const char *killed_why; /* not NULL: we did it */
	bool is_gone;           /* reaped, or lost */
	struct proc_end end;
};

static void on_exit_readable(struct ev_loop *, ev_io *, int);
static void on_deadline(struct ev_loop *, ev_timer *, int);
static void on_chan_close(void *, enum chan_close);
static bool admit(void *, uint16_t);
static void on_end_task(struct chan_task *);

/* --- sets --- */

struct procs *
procs_new(struct ev_loop *loop, struct chan_hub *hub)
{
	struct procs *s = xcalloc(1, sizeof *s);

	s->loop = loop;
	s->hub = hub;
	return s;
}

size_t
procs_count(const struct procs *s)
{
	return s->n;
}

void
procs_each(struct procs *s, void (*fn)(struct proc *p, void *arg), void *arg)
{
	struct proc *next;

	for (struct proc *p = s->first; p != NULL; p = next) {
		next = p->next;
		fn(p, arg);
	}
}

static void
kill_one(struct proc *p, void *arg)
{
	proc_kill(p, arg);
}

void
procs_kill_all(struct procs *s)
{
	static char why[] = "the supervisor ends";

	procs_each(s, kill_one, why);
}

static struct proc *
find_pid(struct procs *s, pid_t pid)
{
	for (struct proc *p = s->first; p != NULL; p = p->next)
		if (p->pid == pid && !p->is_gone)
			return p;
	return NULL;
}

/* --- ends --- */

static void
free_proc(struct proc *p)
{
	struct procs *s = p->set;

	ev_io_stop(s->loop, &p->exit_watcher);
	ev_timer_stop(s->loop, &p->deadline);
	chan_hub_cancel(s->hub, &p->end_task);
	logpipe_stop(&p->log);
	chan_free(&p->chan);
	fd_close(&p->pidfd);
	*p->link = p->next;
	if (p->next != NULL)
		p->next->link = p->link;
	s->n--;
	p->magic = 0;
	free(p);
}

static void
describe_signal(struct proc *p, int sig)
{
	struct proc_end *e = &p->end;
	const char *abbrev = sigabbrev_np(sig);
	char call[64];

	if (p->killed_why != NULL)
		snprintf(e->text, sizeof e->text, "killed: %s", p->killed_why);
	else if (sig == SIGSYS && e->refused_call >= 0)
		snprintf(e->text, sizeof e->text, "killed by SIGSYS (%s)",
		    sandbox_syscall_name(e->refused_call, call, sizeof call));
	else
		snprintf(e->text, sizeof e->text, "killed by SIG%s",
		    abbrev != NULL ? abbrev : "?");
}

static void
describe_end(struct proc *p, const siginfo_t *info)
{
	struct proc_end *e = &p->end;

	e->code = -1;
	e->refused_call = p->log.refused_call;
	e->lived_ms = clock_now_ms() - p->born_ms;
	e->is_killed_by_us = p->killed_why != NULL;
	if (e->is_lost)
		return;
	if (info->si_code == CLD_EXITED &&
	    info->si_status == FILTER_EXIT_ABORT) {
		e->signal = SIGABRT;
		describe_signal(p, e->signal);
		return;
	}
	if (info->si_code == CLD_EXITED) {
		e->code = info->si_status;
		e->is_clean = e->code == 0;
		snprintf(e->text, sizeof e->text, "exited with code %d",
		    e->code);
		return;
	}
	e->signal = info->si_status;
	describe_signal(p, e->signal);
}

void
procs_free(struct procs **procs)
{
	struct procs *s = *procs;

	if (s == NULL)
		return;
	procs_kill_all(s);
	while (s->first != NULL) {
		struct proc *p = s->first;
		siginfo_t info;

		memset(&info, 0, sizeof info);
		if (p->pidfd != -1 && !p->is_gone) {
			(void)waitid((idtype_t)P_PIDFD, (id_t)p->pidfd, &info,
			    WEXITED | __WALL);
			logpipe_stop(&p->log);
		}
		if (!p->is_gone)
			describe_end(p, &info);
		p->on_end(p, &p->end);
		free_proc(p);
	}
	free(s);
	*procs = NULL;
}

/* End when both the process and its channel have. */
static void
end_if_done(struct proc *p)
{
	if (p->is_gone && p->chan == NULL)
		chan_hub_defer(p->set->hub, &p->end_task);
}

static void
on_end_task(struct chan_task *task)
{
	struct proc *p = CONTAINER_OF(task, struct proc, end_task);

	ASSERT(p->magic == PROC_MAGIC);
	p->on_end(p, &p->end);
	free_proc(p);
}

/* Reap if it has ended. */
static void
reap(struct proc *p)
{
	siginfo_t info;
	int r;

	if (p->is_gone || p->pidfd == -1)
		return;
	memset(&info, 0, sizeof info);
	r = waitid((idtype_t)P_PIDFD, (id_t)p->pidfd, &info,
	    WEXITED | WNOHANG | __WALL);
	if ((r == -1 && errno != ECHILD) || (r == 0 && info.si_pid == 0))
		return;
	ev_io_stop(p->set->loop, &p->exit_watcher);
	logpipe_stop(&p->log);
	p->is_gone = true;
	describe_end(p, &info);
	/* Nobody else holds the other end: its EOF is on the way. */
	ev_timer_stop(p->set->loop, &p->deadline);
	ev_timer_set(&p->deadline, LINGER_MS / 1000.0, 0.0);
	ev_timer_start(p->set->loop, &p->deadline);
	end_if_done(p);
}

void
procs_reap_strangers(struct procs *s, bool may_be_ours)
{
	for (;;) {
		siginfo_t info;
		struct proc *p;

		memset(&info, 0, sizeof info);
		if (waitid(P_ALL, 0, &info,
			WEXITED | WNOHANG | WNOWAIT | __WALL) == -1 ||
		    info.si_pid == 0)
			return;
		p = find_pid(s, info.si_pid);
		if (p != NULL) {
			reap(p);
			if (!p->is_gone)
				return;
			continue;
		}
		if (may_be_ours)
			return; /* asked again when it is known */
		if (waitpid(info.si_pid, NULL, WNOHANG | __WALL) <= 0)
			return;
	}
}

static void
lose(struct proc *p, const char *why)
{
	siginfo_t info;

	memset(&info, 0, sizeof info);
	p->is_gone = true;
	p->end.is_lost = true;
	snprintf(p->end.text, sizeof p->end.text, "%s", why);
	describe_end(p, &info);
	chan_free(&p->chan);
	end_if_done(p);
}

/* --- one process --- */

static void
set_who(struct proc *p)
{
	snprintf(p->who, sizeof p->who, "%s%s%s[%d]", role_name(p->role),
	    p->name[0] != '\0' ? " " : "", p->name, (int)p->pid);
}

struct proc *
proc_new(struct procs *s, const struct proc_options *o)
{
	struct proc *p = xcalloc(1, sizeof *p);
	struct chan_options co = {
	    .self = IPC_PARTY_S,
	    .peer = o->party,
	    .handlers = o->handlers,
	    .arg = p,
	    .on_close = on_chan_close,
	    .admit = admit,
	    .out_max = o->out_max,
	};

	p->magic = PROC_MAGIC;
	p->set = s;
	p->role = o->role;
	if (++s->last_number == 0)
		s->last_number = 1;
	p->number = s->last_number;
	p->pidfd = -1;
	p->on_end = o->on_end;
	p->owner = o->owner;
	p->end_task.run = on_end_task;
	p->born_ms = p->tokens_at_ms = clock_now_ms();
	p->tokens = (uint64_t)TOKENS_BURST * 1000;
	log_escape(p->name, sizeof p->name, o->name, strlen(o->name));
	set_who(p);
	ev_io_init(&p->exit_watcher, on_exit_readable, -1, EV_READ);
	ev_timer_init(&p->deadline, on_deadline, 0.0, 0.0);
	p->exit_watcher.data = p->deadline.data = p;
	logpipe_start(&p->log, s->loop, o->log_fd, p->who, o->log_lines);
	p->chan = chan_new(s->hub, o->ctl_fd, &co);

	p->next = s->first;
	p->link = &s->first;
	if (p->next != NULL)
		p->next->link = &p->next;
	s->first = p;
	s->n++;
	return p;
}

/* PIDFD names a child of ours that nobody has reaped. */
static bool
is_our_child(int pidfd)
{
	siginfo_t info;

	return waitid((idtype_t)P_PIDFD, (id_t)pidfd, &info,
		   WEXITED | WNOHANG | WNOWAIT | __WALL) == 0;
}

int
proc_born(struct proc *p, pid_t pid)
{
	int fd;

	ASSERT(p->magic == PROC_MAGIC && p->pid == 0);
	fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd != -1 && !is_our_child(fd))
		fd_close(&fd);
	if (fd == -1) {
		lose(p, "its process is not a child of the supervisor");
		return ERR_SYS;
	}
	p->pid = pid;
	p->pidfd = fd;
	set_who(p);
	ev_io_set(&p->exit_watcher, fd, EV_READ);
	ev_io_start(p->set->loop, &p->exit_watcher);
	if (p->killed_why != NULL)
		(void)syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
	return 0;
}

void
proc_stillborn(struct proc *p, const char *why)
{
	ASSERT(p->magic == PROC_MAGIC && p->pid == 0);
	lose(p, why);
}

void
proc_kill(struct proc *p, const char *why)
{
	ASSERT(p->magic == PROC_MAGIC);
	if (p->is_gone)
		return;
	if (p->killed_why == NULL)
		p->killed_why = why;
	if (p->pidfd != -1)
		(void)syscall(SYS_pidfd_send_signal, p->pidfd, SIGKILL, NULL,
		    0);
}

void
proc_deadline(struct proc *p, uint64_t ms, const char *why)
{
	ASSERT(p->magic == PROC_MAGIC);
	if (p->is_gone)
		return;
	if (ms > 0 && ev_is_active(&p->deadline) &&
	    ev_timer_remaining(p->set->loop, &p->deadline) * 1000.0 <
		(double)ms)
		return;
	ev_timer_stop(p->set->loop, &p->deadline);
	if (ms == 0)
		return;
	p->deadline_why = why;
	ev_timer_set(&p->deadline, (double)ms / 1000.0, 0.0);
	ev_timer_start(p->set->loop, &p->deadline);
}

bool
proc_take_token(struct proc *p)
{
	uint64_t now = clock_now_ms();

	p->tokens = MIN(p->tokens + (now - p->tokens_at_ms) * TOKENS_PER_SECOND,
	    (uint64_t)TOKENS_BURST * 1000);
	p->tokens_at_ms = now;
	if (p->tokens < 1000)
		return false;
	p->tokens -= 1000;
	return true;
}

void
proc_read_log(struct proc *p)
{
	logpipe_read(&p->log);
}

void *
proc_owner(const struct proc *p)
{
	return p->owner;
}

struct chan *
proc_chan(const struct proc *p)
{
	return p->chan;
}

pid_t
proc_pid(const struct proc *p)
{
	return p->pid;
}

uint32_t
proc_number(const struct proc *p)
{
	return p->number;
}

enum role
proc_role(const struct proc *p)
{
	return p->role;
}

const char *
proc_who(const struct proc *p)
{
	return p->who;
}

uint64_t
proc_log_dropped(const struct proc *p)
{
	return p->log.ndropped_all;
}

uint64_t
proc_age_ms(const struct proc *p)
{
	return clock_now_ms() - p->born_ms;
}

/* --- callbacks --- */

static void
on_exit_readable(struct ev_loop *loop, ev_io *w, int events)
{
	struct proc *p = w->data;

	(void)loop;
	(void)events;
	ASSERT(p->magic == PROC_MAGIC);
	reap(p);
}

static void
on_deadline(struct ev_loop *loop, ev_timer *w, int events)
{
	struct proc *p = w->data;

	(void)loop;
	(void)events;
	ASSERT(p->magic == PROC_MAGIC);
	if (!p->is_gone) {
		proc_kill(p, p->deadline_why);
		return;
	}
	chan_free(&p->chan);
	end_if_done(p);
}

/* Is this message of the child's within its rate? */
static bool
admit(void *arg, uint16_t type)
{
	struct proc *p = arg;
	struct bucket *b = &p->buckets[type];
	uint64_t rate = rates[type].per_second, burst = rates[type].burst;
	uint64_t now = clock_now_ms();

	if (rate == 0) {
		rate = RATE_DEFAULT;
		burst = BURST_DEFAULT;
	}
	/* Thousandths of a message per millisecond. */
	b->tokens = b->at_ms == 0 ? burst * TOKEN
				  : MIN(b->tokens + (now - b->at_ms) * rate,
					burst * TOKEN);
	b->at_ms = now;
	if (b->tokens < TOKEN)
		return false;
	b->tokens -= TOKEN;
	return true;
}

static void
on_chan_close(void *arg, enum chan_close reason)
{
	struct proc *p = arg;

	ASSERT(p->magic == PROC_MAGIC);
	chan_free(&p->chan);
	/* A child without its channel is of no use to anyone. */
	if (!p->is_gone) {
		if (reason == CHAN_CLOSE_EOF)
			proc_deadline(p, LINGER_MS,
			    "its control channel ended");
		else
			proc_kill(p, chan_close_text(reason));
	}
	end_if_done(p);
}
