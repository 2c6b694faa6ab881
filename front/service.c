/*
 * Services: a channel each, asked for on first use, and the requests that wait
 * for it.
 *
 * Runs in: front.
 * Owns:    the channels; one that got GOAWAY lives on until its last stream
 *          has ended, while new requests wait for a new channel.
 */
#include "config.h"

#include "front/service.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "front/exchange.h"
#include "front/front.h"
#include "front/lost.h"
#include "ipc/control.h"
#include "ipc/mux.h"

#define SERVICES_MAX 65536
#define SERVICE_NAME_MAX 1024
#define BUCKETS 256

/* One channel of a service, to one of the processes that run it. */
struct link {
	LIST_ENTRY(link) entry;  /* of all links */
	LIST_ENTRY(link) sister; /* of the service's that take new streams */
	bool is_open;            /* it does */
	struct service *service; /* held */
	struct mux *mux;         /* owned */
	uint32_t process;        /* of CHANNEL */
	/* Of PROCESS_ENDED; IPC_RESET_NONE: the process runs. */
	uint32_t end_code;
};

TAILQ_HEAD(exchange_queue, exchange);

struct service {
	SLIST_ENTRY(service) bucket;
	struct services *all; /* held */
	uint32_t id;
	bool asked; /* a CHANNEL_REQUEST is under way */
	LIST_HEAD(, link) open;
	unsigned int nopen;
	unsigned int ninstances; /* that may have a channel */
	struct exchange_queue waiting;
	size_t nwaiting;
};

struct services {
	struct front *front; /* held */
	size_t n;
	char **names; /* owned, by number */
	size_t nnames;
	SLIST_HEAD(, service) buckets[BUCKETS];
	LIST_HEAD(, link) links;
	struct lost *lost; /* owned */
};

static const struct mux_ops mux_ops;

struct services *
services_new(struct front *f)
{
	struct services *s = xcalloc(1, sizeof *s);

	s->front = f;
	for (size_t i = 0; i < BUCKETS; i++)
		SLIST_INIT(&s->buckets[i]);
	LIST_INIT(&s->links);
	s->lost = lost_new(f->loop);
	return s;
}

static void
fail_waiting(struct service *s, uint32_t code, const char *text)
{
	struct exchange *x;

	/* As many as wait now: those that come meanwhile have their turn. */
	for (size_t n = s->nwaiting; n > 0; n--) {
		x = TAILQ_FIRST(&s->waiting);
		if (x == NULL)
			return;
		TAILQ_REMOVE(&s->waiting, x, link);
		s->nwaiting--;
		x->state = EXCHANGE_IDLE;
		exchange_fail(x, code, text);
	}
}

/* It takes no new streams any more. */
static void
shut(struct link *l)
{
	if (!l->is_open)
		return;
	l->is_open = false;
	LIST_REMOVE(l, sister);
	l->service->nopen--;
}

void
services_free(struct services **services)
{
	struct services *s = *services;
	struct service *e;
	struct link *l;

	if (s == NULL)
		return;
	lost_free(&s->lost);
	while ((l = LIST_FIRST(&s->links)) != NULL) {
		LIST_REMOVE(l, entry);
		shut(l);
		mux_free(&l->mux);
		free(l);
	}
	for (size_t i = 0; i < BUCKETS; i++) {
		while ((e = SLIST_FIRST(&s->buckets[i])) != NULL) {
			SLIST_REMOVE_HEAD(&s->buckets[i], bucket);
			fail_waiting(e, IPC_RESET_DRAIN, "");
			free(e);
		}
	}
	for (size_t i = 0; i < s->nnames; i++)
		free(s->names[i]);
	free(s->names);
	free(s);
	*services = NULL;
}

int
services_name(struct services *s, const struct ipc_msg *msg)
{
	uint32_t first, n;
	struct rd r;

	rd_init(&r, msg->body, msg->len);
	first = rd_u32(&r);
	n = rd_u32(&r);
	if (r.bad || first > s->nnames || n > SERVICES_MAX - first)
		return ERR_PROTO;
	for (uint32_t i = 0; i < n; i++) {
		char *name = rd_strdup(&r, SERVICE_NAME_MAX);

		if (name == NULL)
			return ERR_PROTO;
		if (first + i < s->nnames) {
			free(s->names[first + i]);
		} else {
			s->names = xreallocarray(s->names, s->nnames + 1,
			    sizeof *s->names);
			s->nnames++;
		}
		s->names[first + i] = name;
	}
	return rd_end(&r);
}

const char *
service_name(const struct services *s, uint32_t id)
{
	return id < s->nnames ? s->names[id] : "";
}

static struct service *
find(struct services *s, uint32_t id)
{
	struct service *e;

	SLIST_FOREACH(e, &s->buckets[id % BUCKETS], bucket)
	{
		if (e->id == id)
			return e;
	}
	return NULL;
}

struct service *
service_get(struct services *s, uint32_t id)
{
	struct service *e = find(s, id);

	if (e != NULL || s->n >= SERVICES_MAX)
		return e;
	e = xcalloc(1, sizeof *e);
	e->all = s;
	e->id = id;
	TAILQ_INIT(&e->waiting);
	LIST_INIT(&e->open);
	SLIST_INSERT_HEAD(&s->buckets[id % BUCKETS], e, bucket);
	s->n++;
	return e;
}

/* Of the channels that take new streams the least busy one, if any. */
static struct link *
usable(struct service *s)
{
	struct link *best = NULL, *l, *next;

	for (l = LIST_FIRST(&s->open); l != NULL; l = next) {
		next = LIST_NEXT(l, sister);
		if (!mux_is_open(l->mux))
			shut(l);
		else if (best == NULL ||
			 mux_nstreams(l->mux) < mux_nstreams(best->mux))
			best = l;
	}
	return best;
}

static void
ask(struct service *s)
{
	struct front *f = s->all->front;

	if (s->asked || f->super == NULL)
		return;
	s->asked = true;
	control_u32_send(f->super, IPC_CHANNEL_REQUEST, s->id);
}

/* All processes that there are have work: have another, if it may be. */
static void
ask_if_busy(struct service *s, const struct link *least_busy)
{
	if (s->nopen < s->ninstances && mux_nstreams(least_busy->mux) > 1)
		ask(s);
}

/* A stream for X on the channel. Returns as exchange_open(). */
static int
open_on(struct link *l, struct exchange *x)
{
	x->channel = l;
	return exchange_open(x, l->mux);
}

uint32_t
service_lose(struct service *s, struct exchange *x)
{
	const struct link *l = x->channel;

	/* Nobody will say, or it all ends. */
	if (l->process == 0 || s->all->lost == NULL ||
	    s->all->front->super == NULL)
		return IPC_RESET_CRASH;
	if (l->end_code != IPC_RESET_NONE)
		return l->end_code;
	x->process = l->process;
	lost_add(s->all->lost, x);
	return IPC_RESET_NONE;
}

void
service_unlose(struct service *s, struct exchange *x)
{
	lost_remove(s->all->lost, x);
}

void
services_on_ended(struct services *s, uint32_t process, uint32_t code)
{
	struct link *l;

	LIST_FOREACH(l, &s->links, entry)
	{
		if (l->process == process)
			l->end_code = code;
	}
	lost_tell(s->lost, process, code);
}

int
service_submit(struct service *s, struct exchange *x)
{
	struct link *l = usable(s);

	/* First come, first served. */
	if (l != NULL && s->nwaiting == 0 && open_on(l, x) == 0) {
		ask_if_busy(s, l);
		return 0;
	}
	if (s->nwaiting >= s->all->front->limits.waiting)
		return ERR_LIMIT;
	TAILQ_INSERT_TAIL(&s->waiting, x, link);
	s->nwaiting++;
	if (l == NULL)
		ask(s);
	return 0;
}

void
service_cancel(struct service *s, struct exchange *x)
{
	TAILQ_REMOVE(&s->waiting, x, link);
	s->nwaiting--;
}

/* Open streams for those that wait, as many as the channel takes. */
static void
open_waiting(struct service *s)
{
	struct exchange *x;
	struct link *l;

	while ((x = TAILQ_FIRST(&s->waiting)) != NULL) {
		if ((l = usable(s)) == NULL) {
			ask(s);
			return;
		}
		TAILQ_REMOVE(&s->waiting, x, link);
		s->nwaiting--;
		if (open_on(l, x) != 0) {
			TAILQ_INSERT_HEAD(&s->waiting, x, link);
			s->nwaiting++;
			return;
		}
		ask_if_busy(s, l);
	}
}

void
service_stream_ended(struct service *s)
{
	if (s->nwaiting > 0 && usable(s) != NULL)
		open_waiting(s);
}

void
service_on_channel(struct services *services, uint32_t id,
    unsigned int instances, uint32_t process, int fd)
{
	struct mux_options options = {.ops = &mux_ops};
	struct service *s = find(services, id);
	struct link *l;

	if (s == NULL || !s->asked) {
		log_warn("channel to service %u, which was not asked for", id);
		fd_close(&fd);
		return;
	}
	s->asked = false;
	l = xcalloc(1, sizeof *l);
	l->service = s;
	l->process = process;
	options.arg = l;
	l->mux = mux_new(services->front->hub, fd, &options);
	LIST_INSERT_HEAD(&services->links, l, entry);
	l->is_open = true;
	LIST_INSERT_HEAD(&s->open, l, sister);
	s->nopen++;
	s->ninstances = instances;
	open_waiting(s);
}

void
service_on_refused(struct services *services, uint32_t id, uint32_t code,
    const char *text)
{
	struct service *s = find(services, id);

	if (s == NULL || !s->asked)
		return;
	s->asked = false;
	/* One more was wanted; those that there are go on. */
	if (usable(s) != NULL) {
		s->ninstances = s->nopen;
		return;
	}
	fail_waiting(s, code, text);
}

static void
on_goaway(void *arg, uint32_t code)
{
	struct link *l = arg;
	struct service *s = l->service;

	log_debug("service %u: %s", s->id, ipc_reset_text(code));
	shut(l);
	open_waiting(s);
}

static void
on_close(void *arg, enum chan_close reason)
{
	struct link *l = arg;
	struct service *s = l->service;

	log_debug("service %u: channel %s", s->id, chan_close_text(reason));
	LIST_REMOVE(l, entry);
	shut(l);
	mux_free(&l->mux);
	free(l);
	open_waiting(s);
}

static const struct mux_ops mux_ops = {
    .on_goaway = on_goaway,
    .on_close = on_close,
};
