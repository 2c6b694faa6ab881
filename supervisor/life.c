/*
 * The processes of workers: from the order of a clone to its end.
 *
 * Runs in: supervisor.
 * Owns:    a struct life per process, until its proc has ended.
 * Never:   reads code; believes an id that a worker sends: what it may reach
 *          follows from the channel on which it asks.
 */
#include "config.h"

#include "supervisor/life.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "conf/conf.h"
#include "ipc/control.h"
#include "supervisor/bundle.h"
#include "supervisor/slot.h"
#include "supervisor/spawn.h"

#define LIFE_MAGIC 0x11feb0a7u
#define START_MS 30000 /* from the order to serving */
#define DRAIN_MS 30000 /* from saying that it drains to its end */
/* Of a process beside its heap and bodies: channels, stack, its code. */
#define HOST_BYTES ((uint64_t)96 << 20)
#define MESSAGES_MAX ((size_t)1 << 20) /* bytes queued to a process */
/* A process that could not be cloned: so long, so often, then refused. */
#define LOST_MS 100
#define LOST_MAX 5
/* A worker whose code does not load is not tried again for this long. */
#define FAILED_MS 1000

enum worker_exit {
#define EXIT(name_, code_, text_) EXIT_##name_ = code_,
#include "ipc/worker_exits.def"
#undef EXIT
};

static int on_hello(void *, const struct ipc_msg *);
static int on_ready(void *, const struct ipc_msg *);
static int on_failed(void *, const struct ipc_msg *);
static int on_channel_request(void *, const struct ipc_msg *);
static int on_draining(void *, const struct ipc_msg *);
static int on_tests(void *, const struct ipc_msg *);
static int on_test_done(void *, const struct ipc_msg *);
static int on_limits_hit(void *, const struct ipc_msg *);
static void on_end(struct proc *, const struct proc_end *);
static void on_cloned(void *, pid_t, bool, int);
static void on_retry(struct ev_loop *, ev_timer *, int);

static const chan_handler handlers[IPC_TYPE_MAX] = {
    [IPC_HELLO] = on_hello,
    [IPC_WORKER_READY] = on_ready,
    [IPC_WORKER_FAILED] = on_failed,
    [IPC_CHANNEL_REQUEST] = on_channel_request,
    [IPC_DRAINING] = on_draining,
    [IPC_LIMITS_HIT] = on_limits_hit,
    [IPC_TESTS] = on_tests,
    [IPC_TEST_DONE] = on_test_done,
};

static const struct {
	int code;
	const char *text;
} exit_texts[] = {
#define EXIT(name_, code_, text_) {(code_), (text_)},
#include "ipc/worker_exits.def"
#undef EXIT
};

void
life_init(struct instance *in, struct slot *slot, size_t index)
{
	in->slot = slot;
	in->index = index;
	in->waiters.ninstances = (uint16_t)MIN(slot->ninstances, UINT16_MAX);
	ev_timer_init(&in->retry, on_retry, 0.0, 0.0);
	in->retry.data = in;
}

void
life_clear(struct instance *in)
{
	ev_timer_stop(in->slot->set->o.loop, &in->retry);
	waiters_clear(&in->waiters);
	free(in->clients);
}

static void
enter_state(struct instance *in, enum worker_state state)
{
	if (in->state != state)
		log_debug("worker %s: %s -> %s", in->slot->name,
		    worker_state_text(in->state), worker_state_text(state));
	in->state = state;
}

static void
enter_state_for(struct instance *in, enum worker_state state, uint64_t ms)
{
	struct ev_loop *loop = in->slot->set->o.loop;

	enter_state(in, state);
	ev_now_update(loop);
	ev_timer_stop(loop, &in->retry);
	ev_timer_set(&in->retry, (double)ms / 1000.0, 0.0);
	ev_timer_start(loop, &in->retry);
}

/* The process takes no channels any more; the instance may have another. */
static void
leave_instance(struct life *l)
{
	if (l->instance == NULL)
		return;
	ASSERT(l->instance->life == l);
	l->instance->life = NULL;
	l->instance->nclients = l->instance->nchannels = 0;
	l->instance = NULL;
}

static void
tell_outcome(struct slot *s, enum worker_outcome outcome, const char *text)
{
	struct workers *ws = s->set;

	if (s->was_reported || s->is_retired || ws->o.on_outcome == NULL)
		return;
	s->was_reported = true;
	ws->o.on_outcome(ws->o.arg, s->name, outcome, text);
}

static void
tell_test_end(struct slot *s)
{
	struct workers *ws = s->set;

	if (ws->test != NULL && !ws->is_draining)
		ws->test->on_end(ws->test_arg, s->name);
}

/* No process for IN now. */
static void
refuse_start(struct instance *in, enum ipc_reset code, const char *text)
{
	waiters_refuse(&in->waiters, code, text);
	enter_state(in, WORKER_OFF);
}

/*
 * Private memory of a process beyond its zygote's: the heap, as much again for
 * bodies that are collected, its code while it arrives (a buffer that doubles,
 * and the copy that stays), channels. Measured with 900 bodies at a time of
 * 50 kB: 75 MB of address space, 65 MB of it touched, where this allows 237.
 */
static uint64_t
process_bytes(const struct slot *s, const struct buf *spec)
{
	return 2 * s->conf->limits.memory_bytes + 3 * buf_len(spec) +
	       HOST_BYTES;
}

/* A life for IN with its descriptors and its group. NULL: refused. */
static struct life *
new_life(struct instance *in, int theirs[2])
{
	struct slot *s = in->slot;
	struct life *l = xcalloc(1, sizeof *l);
	int ours[2];
	struct proc_options po = {
	    .role = ROLE_WORKER,
	    .party = IPC_PARTY_W,
	    .name = s->name,
	    .handlers = handlers,
	    .on_end = on_end,
	    .owner = l,
	};

	buf_init(&l->spec);
	bundle_put(&l->spec, s->conf, s->set->o.is_check);
	l->process_bytes = process_bytes(s, &l->spec);
	if (tenant_new_group(s->tenant, l->process_bytes, &l->group) != 0 ||
	    spawn_make_ends(ours, theirs) != 0) {
		log_error("cannot start worker %s: %s", s->name,
		    strerror(errno));
		cgroup_free(&l->group);
		buf_clear(&l->spec);
		free(l);
		refuse_start(in, IPC_RESET_BUSY, "no process can be started");
		return NULL;
	}
	l->magic = LIFE_MAGIC;
	l->slot = s;
	l->instance = in;
	po.ctl_fd = ours[0];
	po.log_fd = ours[1];
	po.log_lines = s->conf->limits.log_lines;
	/* Its own code, and messages to one that does not read them. */
	po.out_max = 2 * buf_len(&l->spec) + MESSAGES_MAX;
	l->proc = proc_new(s->set->o.procs, &po);
	return l;
}

static void
send_spec(struct life *l)
{
	if (proc_chan(l->proc) != NULL)
		chan_send(proc_chan(l->proc), IPC_WORKER_SPEC,
		    buf_peek(&l->spec), buf_len(&l->spec), NULL);
	buf_clear(&l->spec);
}

void
life_start(struct instance *in)
{
	struct slot *s = in->slot;
	struct tenant *t = s->tenant;
	struct cloner_order order = {
	    .name = s->name, .uid = t->uid, .cgroup_fd = -1};
	struct life *l;
	int theirs[2];

	ASSERT(in->life == NULL);
	if (t->totals.workers != 0 && t->nprocesses >= t->totals.workers) {
		t->nrefused++;
		refuse_start(in, IPC_RESET_BUSY,
		    "its tenant has too many processes");
		return;
	}
	if (cloner_is_full(t->cloner)) {
		refuse_start(in, IPC_RESET_BUSY, "too many processes start");
		return;
	}
	l = new_life(in, theirs);
	if (l == NULL)
		return;
	ev_timer_stop(s->set->o.loop, &in->retry);
	in->life = l;
	if (s->set->test != NULL)
		s->was_reported = false;
	in->nstarts++;
	s->nlives++;
	t->nprocesses++;
	enter_state(in, WORKER_STARTING);
	proc_deadline(l->proc, START_MS, "it took too long to start");
	/* Tenant code waits until its limits are in force. */
	if (l->group == NULL)
		send_spec(l);
	else
		order.cgroup_fd = cgroup_fd(l->group);
	order.memory_max = l->process_bytes;
	order.ctl_fd = theirs[0];
	order.log_fd = theirs[1];
	cloner_order(t->cloner, &order, on_cloned, l);
}

void
life_read_usage(const struct life *l, struct worker_status *status)
{
	struct cgroup_usage usage;

	status->log_dropped = proc_log_dropped(l->proc);
	if (l->group == NULL)
		return;
	cgroup_read(l->group, &usage);
	status->cpu_us = usage.cpu_us;
	status->memory_bytes = usage.memory_bytes;
}

/* Once both are known: that it serves, and the pid; in either order. */
static void
log_start(const struct life *l)
{
	if (l->start_ms > 0 && proc_pid(l->proc) != 0)
		log_info("%s: started in %llu ms", proc_who(l->proc),
		    (unsigned long long)l->start_ms);
}

/* The process is in its group, and its code may come. */
static void
settle(struct life *l, pid_t pid, bool is_placed)
{
	if (l->group == NULL)
		return;
	if (!is_placed && cgroup_adopt(l->group, pid) != 0) {
		log_error("%s: cannot be moved to its cgroup: %s",
		    proc_who(l->proc), strerror(errno));
		proc_kill(l->proc, "it has no cgroup");
		return;
	}
	send_spec(l);
}

static void
on_cloned(void *arg, pid_t pid, bool is_placed, int error)
{
	struct life *l = arg;
	char why[96];

	ASSERT(l->magic == LIFE_MAGIC);
	if (pid > 0) {
		if (l->instance != NULL)
			l->instance->nlost = 0;
		if (proc_born(l->proc, pid) == 0) {
			settle(l, pid, is_placed);
			log_start(l);
		}
		return;
	}
	snprintf(why, sizeof why, "cannot be cloned: %s", strerror(error));
	proc_stillborn(l->proc, why);
}

static int
on_hello(void *arg, const struct ipc_msg *msg)
{
	struct control_hello m;

	(void)arg;
	if (control_hello_get(msg, &m) != 0 || m.version != IPC_VERSION)
		return ERR_PROTO;
	return 0;
}

/* Told to end before it could say what came of its code: once. */
static bool
is_late(struct life *l)
{
	if (!l->is_ending || l->was_late)
		return false;
	l->was_late = true;
	return true;
}

static int
on_ready(void *arg, const struct ipc_msg *msg)
{
	struct proc *p = arg;
	struct life *l = proc_owner(p);
	struct instance *in = l->instance;

	(void)msg;
	if (is_late(l))
		return 0;
	if (in == NULL || in->state != WORKER_STARTING)
		return ERR_STATE;
	proc_deadline(p, 0, NULL);
	l->start_ms = MAX(proc_age_ms(p), (uint64_t)1);
	log_start(l);
	enter_state(in, WORKER_READY);
	waiters_connect(&in->waiters, in->life->proc);
	tell_outcome(l->slot, WORKER_STARTED, "");
	return 0;
}

static int
on_failed(void *arg, const struct ipc_msg *msg)
{
	struct proc *p = arg;
	struct life *l = proc_owner(p);
	struct instance *in = l->instance;

	if (is_late(l))
		return 0;
	if (in == NULL || in->state != WORKER_STARTING)
		return ERR_STATE;
	log_from(LOG_ERROR, proc_who(p), (const char *)msg->body, msg->len);
	snprintf(in->failure, sizeof in->failure, "%.*s",
	    (int)MIN(msg->len, sizeof in->failure - 1),
	    (const char *)msg->body);
	l->is_ending = true;
	leave_instance(l);
	proc_deadline(p, DRAIN_MS, "it does not end");
	waiters_refuse(&in->waiters, IPC_RESET_LOAD,
	    "the worker's code does not load");
	enter_state_for(in, WORKER_FAILED, FAILED_MS);
	tell_outcome(l->slot, WORKER_NOT_LOADED, in->failure);
	return 0;
}

static int
on_draining(void *arg, const struct ipc_msg *msg)
{
	struct proc *p = arg;
	struct life *l = proc_owner(p);
	struct instance *in = l->instance;

	(void)msg;
	if (l->said_drains)
		return ERR_STATE;
	l->said_drains = l->is_ending = true;
	proc_deadline(p, DRAIN_MS, "it does not end");
	/* It gets no more channels; those on their way are ahead of this. */
	if (!l->is_told)
		control_u32_send(proc_chan(p), IPC_DRAIN, DRAIN_MS);
	l->is_told = true;
	if (in == NULL)
		return 0;
	leave_instance(l);
	enter_state(in, WORKER_OFF);
	if (!waiters_is_empty(&in->waiters))
		life_start(in);
	tell_test_end(l->slot);
	return 0;
}

static int
on_tests(void *arg, const struct ipc_msg *msg)
{
	struct life *l = proc_owner(arg);
	struct workers *ws = l->slot->set;

	if (ws->test == NULL)
		return ERR_STATE;
	if (l->instance == NULL)
		return 0; /* it ends: the test has failed by that */
	return ws->test->on_tests(ws->test_arg, l->slot->name, msg);
}

static int
on_test_done(void *arg, const struct ipc_msg *msg)
{
	struct life *l = proc_owner(arg);
	struct workers *ws = l->slot->set;

	if (ws->test == NULL)
		return ERR_STATE;
	if (l->instance == NULL)
		return 0;
	return ws->test->on_done(ws->test_arg, l->slot->name, msg);
}

/* What a worker may reach is what its config binds. */
static const struct conf_designator *
find_grant(const struct slot *s, uint32_t target)
{
	const struct conf_binding *b;

	if (target == CONTROL_TARGET_OUTBOUND)
		return s->conf->global_outbound.service != NULL
			   ? &s->conf->global_outbound
			   : NULL;
	if (target >= s->conf->nbindings)
		return NULL;
	b = &s->conf->bindings[target];
	return b->kind == CONF_BINDING_SERVICE ? &b->service : NULL;
}

static int
on_channel_request(void *arg, const struct ipc_msg *msg)
{
	struct proc *p = arg;
	struct life *l = proc_owner(p);
	const struct conf_designator *d;
	uint32_t target;

	if (control_u32_get(msg, &target) != 0)
		return ERR_PROTO;
	if (!proc_take_token(p)) {
		waiters_refuse_one(p, target, IPC_RESET_BUSY,
		    "too many channels asked for");
		return 0;
	}
	d = find_grant(l->slot, target);
	if (d == NULL) {
		log_warn("%s: asked for channel %u, which it is not granted",
		    proc_who(p), target);
		waiters_refuse_one(p, target, IPC_RESET_NOT_GRANTED,
		    "no such binding");
		return 0;
	}
	workers_connect(l->slot->set, p, target, d);
	return 0;
}

/* What a worker says of itself is for its operator's eyes, no more. */
static int
on_limits_hit(void *arg, const struct ipc_msg *msg)
{
	struct proc *p = arg;
	struct slot *s = ((struct life *)proc_owner(p))->slot;
	uint32_t hits[WORKER_LIMITS];
	struct rd r;

	rd_init(&r, msg->body, msg->len);
	for (size_t i = 0; i < WORKER_LIMITS; i++)
		hits[i] = rd_u32(&r);
	if (rd_end(&r) != 0)
		return ERR_PROTO;
	if (!proc_take_token(p))
		return 0;
	for (size_t i = 0; i < WORKER_LIMITS; i++)
		s->hits[i] += hits[i];
	return 0;
}

static const char *
exit_text(const struct proc_end *end)
{
	for (size_t i = 0; i < NELEMS(exit_texts); i++)
		if (end->code == exit_texts[i].code)
			return exit_texts[i].text;
	return end->text;
}

/* An end that says nothing against the worker's code. */
static bool
is_blameless(const struct life *l, const struct proc_end *end)
{
	if (l->is_ending || l->is_killed || end->is_clean)
		return true;
	/* Limits are the event's fault; each has been answered. */
	if (end->code == EXIT_CPU || end->code == EXIT_MEMORY)
		return true;
	/* Nothing a worker does sends it SIGKILL: somebody else did. */
	return end->signal == SIGKILL && !end->is_killed_by_us;
}

/* Did the kernel kill it for want of memory in its group? */
static void
count_oom(struct life *l)
{
	struct cgroup_usage usage;

	if (l->group == NULL)
		return;
	cgroup_read(l->group, &usage);
	if (usage.noom_kills == 0)
		return;
	l->was_oom = true;
	l->slot->tenant->noom_kills++;
}

static void
log_end(const struct life *l, const struct proc_end *end)
{
	const char *text =
	    l->was_oom ? "killed: out of memory in its cgroup" : exit_text(end);

	if (end->is_clean || (l->is_ending && end->code == EXIT_LOAD))
		log_info("%s: ended (%s)", proc_who(l->proc), text);
	else if (l->is_ending || l->is_killed)
		log_warn("%s: ended (%s)", proc_who(l->proc), text);
	else
		log_error("%s: %s after %llu ms", proc_who(l->proc), text,
		    (unsigned long long)end->lived_ms);
}

static enum worker_cause
cause_of(const struct life *l, const struct proc_end *end)
{
	if (end->is_lost)
		return WORKER_CAUSE_LOST;
	if (l->is_killed && end->signal == SIGKILL)
		return WORKER_CAUSE_CTL;
	if (end->is_killed_by_us)
		return WORKER_CAUSE_DEADLINE;
	if (end->signal != 0)
		return end->signal == SIGSYS    ? WORKER_CAUSE_SYSCALL
		       : end->signal == SIGKILL ? WORKER_CAUSE_KILLED
						: WORKER_CAUSE_CRASH;
	switch (end->code) {
	case EXIT_DONE:
		return WORKER_CAUSE_DONE;
	case EXIT_LOAD:
		return WORKER_CAUSE_LOAD;
	case EXIT_CPU:
		return WORKER_CAUSE_CPU;
	case EXIT_MEMORY:
		return WORKER_CAUSE_MEMORY;
	default:
		return WORKER_CAUSE_CRASH;
	}
}

/* There never was a process: no fault of the worker's. */
static void
after_loss(struct instance *in, const struct proc_end *end)
{
	if (++in->nlost < LOST_MAX) {
		enter_state_for(in, WORKER_WAITING, LOST_MS);
		return;
	}
	in->nlost = 0;
	tell_outcome(in->slot, WORKER_CRASHED, end->text);
	waiters_refuse(&in->waiters, IPC_RESET_CRASH,
	    "the worker cannot be started");
}

/* The process of an instance has ended without a word. */
static void
after_crash(struct instance *in, const struct life *l,
    const struct proc_end *end)
{
	bool was_starting = in->state == WORKER_STARTING;
	uint64_t wait_ms = 0;

	enter_state(in, WORKER_OFF);
	if (in->slot->is_retired || in->slot->set->is_draining) {
		waiters_refuse(&in->waiters, IPC_RESET_DRAIN, "shutting down");
		return;
	}
	if (end->is_lost) {
		after_loss(in, end);
		return;
	}
	if (!is_blameless(l, end) && in->slot->set->test == NULL) {
		in->ncrashes++;
		wait_ms = backoff_crashed(&in->backoff, end->lived_ms);
	}
	if (was_starting)
		tell_outcome(in->slot, WORKER_CRASHED, end->text);
	if (backoff_is_quarantine(&in->backoff) && wait_ms > 0) {
		log_error("worker %s: crashed %u times in a row, in "
			  "quarantine for %llu s",
		    in->slot->name, in->backoff.nstrikes,
		    (unsigned long long)wait_ms / 1000);
		waiters_refuse(&in->waiters, IPC_RESET_QUARANTINE,
		    "the worker crashed too often");
		enter_state_for(in, WORKER_QUARANTINE, wait_ms);
	} else if (wait_ms > 0) {
		enter_state_for(in, WORKER_WAITING, wait_ms);
	} else if (!waiters_is_empty(&in->waiters)) {
		life_start(in);
	}
}

/* What the requests that it had accepted have come to. */
static enum ipc_reset
reset_of(const struct life *l, const struct proc_end *end)
{
	enum worker_cause cause = cause_of(l, end);

	if (l->was_oom || cause == WORKER_CAUSE_MEMORY)
		return IPC_RESET_MEMORY;
	return cause == WORKER_CAUSE_CPU ? IPC_RESET_CPU : IPC_RESET_CRASH;
}

static void
tell_front(struct proc *p, void *arg)
{
	if (proc_role(p) == ROLE_FRONT && proc_chan(p) != NULL)
		control_ended_send(proc_chan(p), arg);
}

static void
on_end(struct proc *p, const struct proc_end *end)
{
	struct life *l = proc_owner(p);
	struct slot *s = l->slot;
	struct instance *in = l->instance;
	struct control_ended ended = {.process = proc_number(p)};

	ASSERT(l->magic == LIFE_MAGIC);
	workers_forget(s->set, p);
	cloner_forget(s->tenant->cloner, l);
	count_oom(l);
	ended.code = (uint8_t)reset_of(l, end);
	procs_each(s->set->o.procs, tell_front, &ended);
	s->hits[WORKER_LIMIT_log_lines] += proc_log_dropped(p);
	log_end(l, end);
	s->ends[cause_of(l, end)]++;
	if (end->lived_ms >= BACKOFF_HEALTHY_MS && in != NULL)
		backoff_reset(&in->backoff);
	leave_instance(l);
	s->nlives--;
	s->tenant->nprocesses--;
	cgroup_free(&l->group);
	buf_clear(&l->spec);
	if (in != NULL)
		after_crash(in, l, end);
	l->magic = 0;
	free(l);
	if (in != NULL)
		tell_test_end(s);
	workers_sweep(s->set);
}

static void
on_retry(struct ev_loop *loop, ev_timer *w, int events)
{
	struct instance *in = w->data;
	bool was_lost = in->state == WORKER_WAITING;

	(void)loop;
	(void)events;
	if (in->life != NULL)
		return;
	enter_state(in, WORKER_OFF);
	/* A check waits for an outcome, and so does a test. */
	if (!waiters_is_empty(&in->waiters) || in->slot->set->o.is_check ||
	    (was_lost && in->slot->set->test != NULL))
		life_start(in);
}

void
life_drain(struct instance *in, uint64_t ms)
{
	struct life *l = in->life;

	ev_timer_stop(in->slot->set->o.loop, &in->retry);
	if (l == NULL)
		return;
	leave_instance(l);
	l->is_ending = l->is_told = true;
	enter_state(in, WORKER_OFF);
	if (proc_chan(l->proc) != NULL)
		control_u32_send(proc_chan(l->proc), IPC_DRAIN,
		    (uint32_t)MIN(ms, UINT32_MAX));
	proc_deadline(l->proc, ms + 500, "it did not end in time");
}

void
life_kill(struct life *l, const char *why)
{
	ASSERT(l->magic == LIFE_MAGIC);
	l->is_killed = true;
	proc_kill(l->proc, why);
}

void
life_pardon(struct instance *in)
{
	backoff_reset(&in->backoff);
	if (in->life != NULL || !ev_is_active(&in->retry))
		return;
	ev_timer_stop(in->slot->set->o.loop, &in->retry);
	enter_state(in, WORKER_OFF);
	if (!waiters_is_empty(&in->waiters))
		life_start(in);
}

uint64_t
life_wait_ms(const struct instance *in)
{
	struct ev_timer timer = in->retry; /* libev wants to write to it */
	double s = ev_timer_remaining(in->slot->set->o.loop, &timer);

	return s > 0 ? (uint64_t)(s * 1000) : 0;
}
