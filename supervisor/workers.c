/*
 * Workers: the set, and who gets a channel to which of its processes.
 *
 * Runs in: supervisor.
 * Owns:    a slot per worker of the config, in it the instances, each with at
 *          most one process that takes channels; processes that drain belong
 *          to their life only (supervisor/life.c).
 */
#include "config.h"

#include "supervisor/workers.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "conf/conf.h"
#include "supervisor/life.h"
#include "supervisor/slot.h"

#define CLIENT_CHANNELS_MAX 64 /* of one process to another */
/* To one process, of all: fewer than the descriptors it may have. */
#define CHANNELS_MAX 900

static const char *const state_texts[] = {
#define STATE(name_, text_) [WORKER_##name_] = (text_),
#include "supervisor/lives.def"
#undef STATE
};

const char *
worker_state_text(enum worker_state state)
{
	return state_texts[state];
}

/* --- slots --- */

static int
compare_slots(const void *a, const void *b)
{
	const struct slot *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static struct slot *
find_slot(const struct workers *ws, const char *name)
{
	size_t low = 0, high = ws->nslots;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = strcmp(name, ws->slots[mid]->name);

		if (c == 0)
			return ws->slots[mid];
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

static struct slot *
new_slot(struct workers *ws, struct generation *g, const struct conf_worker *cw)
{
	struct slot *s = xcalloc(1, sizeof *s);

	s->set = ws;
	s->name = xstrdup(cw->name);
	s->generation = generation_ref(g);
	s->conf = cw;
	s->tenant = tenants_find(ws->o.tenants, cw->tenant);
	ASSERT(s->tenant != NULL);
	s->ninstances =
	    ws->o.is_check || cw->instances == 0 ? 1 : cw->instances;
	s->instances = xcalloc(s->ninstances, sizeof *s->instances);
	for (size_t i = 0; i < s->ninstances; i++)
		life_init(&s->instances[i], s, i);
	return s;
}

static void
free_slot(struct slot *s)
{
	ASSERT(s->nlives == 0);
	for (size_t i = 0; i < s->ninstances; i++)
		life_clear(&s->instances[i]);
	free(s->instances);
	free(s->name);
	generation_unref(&s->generation);
	free(s);
}

/* Free the retired slots whose last process is gone. */
void
workers_sweep(struct workers *ws)
{
	struct slot **at = &ws->retired;

	while (*at != NULL) {
		struct slot *s = *at;

		if (s->nlives > 0) {
			at = &s->next;
			continue;
		}
		*at = s->next;
		free_slot(s);
	}
}

/* --- the set --- */

struct workers *
workers_new(const struct workers_options *options)
{
	struct workers *ws = xcalloc(1, sizeof *ws);

	ws->o = *options;
	return ws;
}

void
workers_free(struct workers **workers)
{
	struct workers *ws = *workers;

	if (ws == NULL)
		return;
	for (size_t i = 0; i < ws->nslots; i++)
		free_slot(ws->slots[i]);
	while (ws->retired != NULL) {
		struct slot *s = ws->retired;

		ws->retired = s->next;
		free_slot(s);
	}
	free(ws->slots);
	free(ws);
	*workers = NULL;
}

static void
retire(struct slot *s, uint64_t drain_ms)
{
	struct workers *ws = s->set;

	s->is_retired = true;
	for (size_t i = 0; i < s->ninstances; i++)
		life_drain(&s->instances[i], drain_ms);
	s->next = ws->retired;
	ws->retired = s;
}

/* Who waits for a retired slot gets its successor. */
static void
ask_again(void *arg, struct proc *requester, uint32_t target,
    const struct conf_designator *d)
{
	struct slot *s = arg;
	struct conf_designator successor = *d;

	successor.service = s->name;
	workers_connect(s->set, requester, target, &successor);
}

static void
move_waiters(struct slot *s)
{
	for (size_t i = 0; i < s->ninstances; i++)
		waiters_move(&s->instances[i].waiters, ask_again, s);
}

/* The slot of CW: the old one where nothing has changed. */
static struct slot *
renew_slot(struct workers *ws, struct generation *g,
    const struct conf_worker *cw)
{
	struct slot *s = find_slot(ws, cw->name), *fresh;

	if (s == NULL)
		return new_slot(ws, g, cw);
	if (memcmp(s->conf->hash, cw->hash, sizeof cw->hash) != 0 ||
	    s->conf->instances != cw->instances) {
		fresh = new_slot(ws, g, cw);
		memcpy(fresh->ends, s->ends, sizeof fresh->ends);
		return fresh;
	}
	generation_unref(&s->generation);
	s->generation = generation_ref(g);
	s->conf = cw;
	s->is_kept = true;
	return s;
}

void
workers_configure(struct workers *ws, struct generation *g, uint64_t drain_ms)
{
	size_t n = g->conf->nworkers;
	struct slot **slots = xcalloc(n, sizeof *slots);
	struct slot *retired_before = ws->retired;

	tenants_configure(ws->o.tenants, g->conf);
	for (size_t i = 0; i < n; i++)
		slots[i] = renew_slot(ws, g, &g->conf->workers[i]);
	for (size_t i = 0; i < ws->nslots; i++) {
		if (!ws->slots[i]->is_kept)
			retire(ws->slots[i], drain_ms);
		ws->slots[i]->is_kept = false;
	}
	if (n > 1)
		qsort(slots, n, sizeof *slots, compare_slots);
	free(ws->slots);
	ws->slots = slots;
	ws->nslots = n;
	for (struct slot *s = ws->retired; s != retired_before; s = s->next)
		move_waiters(s);
	workers_sweep(ws);
}

int
workers_start(struct workers *ws, const char *name)
{
	struct slot *s = find_slot(ws, name);

	if (s == NULL)
		return ERR_NOENT;
	if (s->instances[0].state == WORKER_OFF)
		life_start(&s->instances[0]);
	return 0;
}

void
workers_set_tests(struct workers *ws, const struct workers_test_ops *ops,
    void *arg)
{
	ws->test = ops;
	ws->test_arg = arg;
}

/* The process that serves as worker NAME, or NULL. */
static struct proc *
find_proc(const struct workers *ws, const char *name)
{
	const struct slot *s = find_slot(ws, name);

	if (s == NULL || s->instances[0].state != WORKER_READY)
		return NULL;
	return s->instances[0].life->proc;
}

int
workers_send(struct workers *ws, const char *name, enum ipc_type type,
    const void *body, size_t len)
{
	struct proc *p = find_proc(ws, name);

	if (p == NULL || proc_chan(p) == NULL)
		return ERR_STATE;
	chan_send(proc_chan(p), type, body, len, NULL);
	return 0;
}

void
workers_read_log(struct workers *ws, const char *name)
{
	struct proc *p = find_proc(ws, name);

	if (p != NULL)
		proc_read_log(p);
}

static struct client *
find_client(const struct instance *in, const struct proc *requester)
{
	for (size_t i = 0; i < in->nclients; i++)
		if (in->clients[i].proc == requester)
			return &in->clients[i];
	return NULL;
}

/*
 * One more channel for REQUESTER. Nobody needs many, and a process that asks
 * for ever would take the descriptors of the one at the other end.
 */
static bool
add_client(struct instance *in, const struct proc *requester)
{
	struct client *c = find_client(in, requester);

	if (in->nchannels >= CHANNELS_MAX ||
	    (c != NULL && c->nchannels >= CLIENT_CHANNELS_MAX))
		return false;
	if (c == NULL) {
		in->clients = xreallocarray(in->clients, in->nclients + 1,
		    sizeof *in->clients);
		c = &in->clients[in->nclients++];
		*c = (struct client){.proc = requester};
	}
	c->nchannels++;
	in->nchannels++;
	return true;
}

static void
forget_client(struct instance *in, const struct proc *requester)
{
	struct client *c = find_client(in, requester);

	waiters_forget(&in->waiters, requester);
	if (c == NULL)
		return;
	in->nchannels -= c->nchannels;
	*c = in->clients[--in->nclients];
}

/*
 * The instance for another channel of REQUESTER's: in turn, one that it has no
 * channel to if there is one. Those that may not start are a last resort.
 */
static struct instance *
pick_instance(struct slot *s, const struct proc *requester)
{
	size_t first = s->next_instance++;
	struct instance *best = &s->instances[first % s->ninstances];
	int best_rank = -1;

	for (size_t i = 0; i < s->ninstances; i++) {
		struct instance *in =
		    &s->instances[(first + i) % s->ninstances];
		bool is_barred = in->state == WORKER_QUARANTINE ||
				 in->state == WORKER_FAILED;
		int rank = is_barred ? 0
			   : (find_client(in, requester) != NULL ||
				 waiters_has(&in->waiters, requester))
			       ? 1
			       : 2;

		if (rank > best_rank) {
			best = in;
			best_rank = rank;
		}
	}
	return best;
}

void
workers_connect(struct workers *ws, struct proc *requester, uint32_t target,
    const struct conf_designator *d)
{
	struct slot *s = find_slot(ws, d->service);
	struct instance *in;

	if (s == NULL) {
		waiters_refuse_one(requester, target, IPC_RESET_NOT_GRANTED,
		    "there is no such worker any more");
		return;
	}
	if (ws->is_draining) {
		waiters_refuse_one(requester, target, IPC_RESET_DRAIN,
		    "shutting down");
		return;
	}
	in = pick_instance(s, requester);
	switch (in->state) {
	case WORKER_QUARANTINE:
		waiters_refuse_one(requester, target, IPC_RESET_QUARANTINE,
		    "the worker crashed too often");
		return;
	case WORKER_FAILED:
		waiters_refuse_one(requester, target, IPC_RESET_LOAD,
		    "the worker's code does not load");
		return;
	case WORKER_OFF:
	case WORKER_STARTING:
	case WORKER_WAITING:
	case WORKER_READY:
	case WORKER_STATE_COUNT:
	default:
		break;
	}
	if (!add_client(in, requester)) {
		waiters_refuse_one(requester, target, IPC_RESET_BUSY,
		    "too many channels to this worker");
		return;
	}
	waiters_add(&in->waiters, requester, target, d);
	if (in->state == WORKER_READY)
		waiters_connect(&in->waiters, in->life->proc);
	else if (in->state == WORKER_OFF)
		life_start(in);
}

void
workers_forget(struct workers *ws, const struct proc *requester)
{
	for (size_t i = 0; i < ws->nslots; i++)
		for (size_t j = 0; j < ws->slots[i]->ninstances; j++)
			forget_client(&ws->slots[i]->instances[j], requester);
	for (struct slot *s = ws->retired; s != NULL; s = s->next)
		for (size_t j = 0; j < s->ninstances; j++)
			forget_client(&s->instances[j], requester);
}

void
workers_drain(struct workers *ws, uint64_t ms)
{
	ws->is_draining = true;
	for (size_t i = 0; i < ws->nslots; i++)
		for (size_t j = 0; j < ws->slots[i]->ninstances; j++) {
			struct instance *in = &ws->slots[i]->instances[j];

			waiters_refuse(&in->waiters, IPC_RESET_DRAIN,
			    "shutting down");
			life_drain(in, ms);
		}
}

static size_t
count_serving(const struct slot *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->ninstances; i++)
		n += s->instances[i].life != NULL;
	return n;
}

static void
describe(struct instance *in, struct worker_status *out)
{
	const struct slot *s = in->slot;

	*out = (struct worker_status){
	    .name = s->name,
	    .tenant = s->tenant,
	    .hits = s->hits,
	    .conf = s->conf,
	    .instance = in->index,
	    .state = in->state,
	    .generation = s->generation->number,
	    .nstarts = in->nstarts,
	    .ncrashes = in->ncrashes,
	    .nstrikes = in->backoff.nstrikes,
	    .ndraining = s->nlives - count_serving(s),
	    .ends = s->ends,
	    .failure = in->state == WORKER_FAILED ? in->failure : "",
	};
	if (ev_is_active(&in->retry))
		out->wait_ms = life_wait_ms(in);
	if (in->life != NULL) {
		out->pid = proc_pid(in->life->proc);
		out->age_ms = proc_age_ms(in->life->proc);
		life_read_usage(in->life, out);
	}
}

void
workers_each(struct workers *ws,
    void (*fn)(void *arg, const struct worker_status *status), void *arg)
{
	struct worker_status st;

	for (size_t i = 0; i < ws->nslots; i++)
		for (size_t j = 0; j < ws->slots[i]->ninstances; j++) {
			describe(&ws->slots[i]->instances[j], &st);
			fn(arg, &st);
		}
}

bool
workers_has(const struct workers *ws, const char *name)
{
	return find_slot(ws, name) != NULL;
}

struct killing {
	const char *name;
	const char *why;
	size_t n;
};

static void
kill_if_named(struct proc *p, void *arg)
{
	struct killing *k = arg;
	struct life *l = proc_owner(p);

	if (proc_role(p) != ROLE_WORKER || strcmp(l->slot->name, k->name) != 0)
		return;
	life_kill(l, k->why);
	k->n++;
}

size_t
workers_kill(struct workers *ws, const char *name, const char *why)
{
	struct killing k = {.name = name, .why = why};
	struct slot *s = find_slot(ws, name);

	procs_each(ws->o.procs, kill_if_named, &k);
	for (size_t i = 0; s != NULL && i < s->ninstances; i++)
		life_pardon(&s->instances[i]);
	return k.n;
}
