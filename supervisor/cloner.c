/*
 * The zygote and orders of clones.
 *
 * Runs in: supervisor.
 * Owns:    the zygote's proc, orders without an answer.
 */
#include "config.h"

#include "supervisor/cloner.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <ev.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "ipc/control.h"
#include "supervisor/spawn.h"

#define CLONES_MAX 1000 /* then a zygote with another memory layout */
#define ORDERS_MAX 4096
#define ANSWER_MS 10000 /* a zygote that needs longer is killed */
#define FAILURES_MAX 3  /* starts that come to nothing: then orders fail */
#define RETRY_MIN_MS 50
#define RETRY_MAX_MS 800
#define HEALTHY_MS 5000 /* a life this long forgets earlier failures */

struct order {
	struct order *next;
	uint32_t cookie;
	bool is_sent;
	char *name; /* owned */
	uint64_t memory_max;
	uint32_t uid;
	int cgroup_fd;    /* owned until sent; -1: none */
	int ctl_fd;       /* owned until sent */
	int log_fd;       /* owned until sent */
	cloner_done done; /* NULL: forgotten */
	void *arg;
};

struct cloner {
	struct cloner_options o;
	struct proc *zygote; /* NULL: none */
	bool is_ready;       /* it said HELLO */
	bool is_stopped;
	bool is_resting;  /* the zygote is to end, and nobody minds */
	uint32_t nclones; /* of this zygote */
	uint32_t next_cookie;
	struct order *orders; /* oldest first */
	size_t norders;
	ev_timer retry;
	uint64_t retry_ms;
	unsigned int nfailures; /* zygotes in a row that were never ready */
};

static int on_hello(void *, const struct ipc_msg *);
static int on_spawned(void *, const struct ipc_msg *);
static void on_end(struct proc *, const struct proc_end *);
static void on_retry(struct ev_loop *, ev_timer *, int);

static const chan_handler handlers[IPC_TYPE_MAX] = {
    [IPC_HELLO] = on_hello,
    [IPC_SPAWNED] = on_spawned,
};

struct cloner *
cloner_new(const struct cloner_options *options)
{
	struct cloner *c = xcalloc(1, sizeof *c);

	c->o = *options;
	if (c->o.clones_max == 0)
		c->o.clones_max = CLONES_MAX;
	ev_timer_init(&c->retry, on_retry, 0.0, 0.0);
	c->retry.data = c;
	return c;
}

static void
free_order(struct order *o)
{
	fd_close(&o->cgroup_fd);
	fd_close(&o->ctl_fd);
	fd_close(&o->log_fd);
	free(o->name);
	free(o);
}

void
cloner_free(struct cloner **cloner)
{
	struct cloner *c = *cloner;

	if (c == NULL)
		return;
	ev_timer_stop(c->o.loop, &c->retry);
	while (c->orders != NULL) {
		struct order *o = c->orders;

		c->orders = o->next;
		free_order(o);
	}
	free(c);
	*cloner = NULL;
}

bool
cloner_is_expecting(const struct cloner *c)
{
	for (const struct order *o = c->orders; o != NULL; o = o->next)
		if (o->is_sent)
			return true;
	return false;
}

static void
answer(struct cloner *c, struct order *o, pid_t pid, bool is_placed, int error)
{
	struct order **at = &c->orders;

	while (*at != o)
		at = &(*at)->next;
	*at = o->next;
	c->norders--;
	if (o->done != NULL)
		o->done(o->arg, pid, is_placed, error);
	free_order(o);
}

/* --- the zygote's life --- */

/* Try again later; who has ordered learns it if that goes on. */
static void
retry_later(struct cloner *c)
{
	if (++c->nfailures >= FAILURES_MAX)
		while (c->orders != NULL)
			answer(c, c->orders, 0, false, ECHILD);
	c->retry_ms = c->retry_ms == 0 ? RETRY_MIN_MS
				       : MIN(c->retry_ms * 2, RETRY_MAX_MS);
	ev_timer_stop(c->o.loop, &c->retry);
	ev_timer_set(&c->retry, (double)c->retry_ms / 1000.0, 0.0);
	ev_timer_start(c->o.loop, &c->retry);
}

static void
start(struct cloner *c)
{
	struct proc_options po = {
	    .role = ROLE_ZYGOTE,
	    .party = IPC_PARTY_Z,
	    .name = c->o.name,
	    .handlers = handlers,
	    .on_end = on_end,
	    .owner = c,
	};
	struct spawned s;

	if (c->zygote != NULL || c->is_stopped || ev_is_active(&c->retry))
		return;
	if (spawner_exec(c->o.spawner, ROLE_ZYGOTE, c->o.plan, c->o.uid, &s) !=
	    0) {
		log_error("cannot start a zygote: %s", strerror(errno));
		retry_later(c);
		return;
	}
	po.ctl_fd = s.ctl_fd;
	po.log_fd = s.log_fd;
	c->is_ready = false;
	c->nclones = 0;
	c->zygote = proc_new(c->o.procs, &po);
	proc_deadline(c->zygote, ANSWER_MS, "it took too long to start");
	(void)proc_born(c->zygote, s.pid);
}

static void
send_order(struct cloner *c, struct order *o)
{
	struct control_spawn m = {
	    .cookie = o->cookie,
	    .uid = o->uid,
	    .memory_max = o->memory_max,
	    .name = {o->name, strlen(o->name)},
	};
	int fds[3] = {o->ctl_fd, o->log_fd, o->cgroup_fd};
	enum ipc_type type = o->cgroup_fd != -1 ? IPC_SPAWN_INTO : IPC_SPAWN;
	struct buf b;

	buf_init(&b);
	control_spawn_put(&b, &m);
	o->is_sent = true;
	o->ctl_fd = o->log_fd = o->cgroup_fd = -1;
	c->nclones++;
	chan_send(proc_chan(c->zygote), type, buf_peek(&b), buf_len(&b), fds);
	buf_clear(&b);
}

/* Send what waits, or have a zygote to send it to. */
static void
go_on(struct cloner *c)
{
	if (c->zygote == NULL) {
		if (c->orders != NULL)
			start(c);
		return;
	}
	if (!c->is_ready || c->is_resting || proc_chan(c->zygote) == NULL)
		return;
	for (struct order *o = c->orders; o != NULL; o = o->next) {
		if (o->is_sent)
			continue;
		if (c->nclones >= c->o.clones_max)
			break;
		send_order(c, o);
	}
	if (cloner_is_expecting(c)) {
		proc_deadline(c->zygote, ANSWER_MS, "it does not answer");
		return;
	}
	proc_deadline(c->zygote, 0, NULL);
	/* Another layout for the next ones; the clones there are live on. */
	if (c->nclones >= c->o.clones_max)
		proc_kill(c->zygote, "it has made its share of clones");
}

static int
on_hello(void *arg, const struct ipc_msg *msg)
{
	struct cloner *c = proc_owner(arg);
	struct control_hello m;

	if (control_hello_get(msg, &m) != 0 || m.version != IPC_VERSION)
		return ERR_PROTO;
	c->is_ready = true;
	c->nfailures = 0;
	proc_deadline(c->zygote, 0, NULL);
	log_debug("%s: ready in %llu ms", proc_who(c->zygote),
	    (unsigned long long)proc_age_ms(c->zygote));
	go_on(c);
	return 0;
}

static int
on_spawned(void *arg, const struct ipc_msg *msg)
{
	struct cloner *c = proc_owner(arg);
	struct control_spawned m;
	struct order *o;

	if (control_spawned_get(msg, &m) != 0)
		return ERR_PROTO;
	for (o = c->orders; o != NULL; o = o->next)
		if (o->is_sent && o->cookie == m.cookie)
			break;
	if (o == NULL)
		return ERR_STATE;
	proc_deadline(c->zygote, 0, NULL); /* a new one for the next */
	answer(c, o, (pid_t)m.pid, m.is_placed, (int)m.error);
	go_on(c);
	return 0;
}

static void
on_end(struct proc *p, const struct proc_end *end)
{
	struct cloner *c = proc_owner(p);
	bool is_ours = end->is_killed_by_us && c->nclones >= c->o.clones_max;

	if (c->is_stopped || c->is_resting || is_ours)
		log_debug("%s: %s", proc_who(p), end->text);
	else
		log_error("%s: %s", proc_who(p), end->text);
	c->zygote = NULL;
	c->is_ready = false;
	/* Whether what was sent exists is not known; who ordered it asks
	 * again, over another channel. */
	for (struct order *o = c->orders, *next; o != NULL; o = next) {
		next = o->next;
		if (o->is_sent)
			answer(c, o, 0, false, ECHILD);
	}
	if (c->is_stopped)
		return;
	if (c->is_resting) {
		c->is_resting = false;
		go_on(c);
		return;
	}
	if (end->lived_ms >= HEALTHY_MS || is_ours || end->signal == SIGKILL)
		c->retry_ms = 0; /* no fault of its own */
	if (end->lived_ms >= HEALTHY_MS || is_ours) {
		start(c);
	} else {
		retry_later(c);
	}
}

static void
on_retry(struct ev_loop *loop, ev_timer *w, int events)
{
	struct cloner *c = w->data;

	(void)loop;
	(void)events;
	start(c);
}

/* --- orders --- */

void
cloner_warm_up(struct cloner *c)
{
	start(c);
}

void
cloner_order(struct cloner *c, const struct cloner_order *order,
    cloner_done done, void *arg)
{
	struct order *o = xcalloc(1, sizeof *o), **at = &c->orders;

	ASSERT(c->norders < ORDERS_MAX);
	o->cookie = ++c->next_cookie;
	o->name = xstrdup(order->name);
	o->memory_max = order->memory_max;
	o->uid = order->uid;
	o->cgroup_fd = -1;
	/* Without one the supervisor moves it there. */
	if (order->cgroup_fd != -1)
		o->cgroup_fd = fcntl(order->cgroup_fd, F_DUPFD_CLOEXEC, 0);
	o->ctl_fd = order->ctl_fd;
	o->log_fd = order->log_fd;
	o->done = done;
	o->arg = arg;
	while (*at != NULL)
		at = &(*at)->next;
	*at = o;
	c->norders++;
	go_on(c);
}

void
cloner_forget(struct cloner *c, void *arg)
{
	for (struct order *o = c->orders; o != NULL; o = o->next)
		if (o->arg == arg)
			o->done = NULL;
}

bool
cloner_is_full(const struct cloner *c)
{
	return c->norders >= ORDERS_MAX;
}

void
cloner_rest(struct cloner *c)
{
	if (c->zygote == NULL || cloner_is_expecting(c))
		return;
	c->is_resting = true;
	proc_kill(c->zygote, "its tenant is gone");
}

void
cloner_stop(struct cloner *c)
{
	c->is_stopped = true;
	ev_timer_stop(c->o.loop, &c->retry);
	if (c->zygote != NULL)
		proc_kill(c->zygote, "the supervisor ends");
}
