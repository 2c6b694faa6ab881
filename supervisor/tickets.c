/*
 * Keys of TLS session tickets.
 *
 * Runs in: supervisor, which makes them and hands them to fronts.
 * Never:   writes them anywhere: after a restart sessions begin anew.
 */
#include "config.h"

#include "supervisor/tickets.h"

#include <stdlib.h>
#include <string.h>

#include <ev.h>
#include <sodium.h>

#include "base/util.h"
#include "base/xmalloc.h"

#define LIFETIME_MAX_S (7 * 24 * 60 * 60) /* RFC 8446 4.6.1 */

struct tickets {
	struct ev_loop *loop; /* held */
	void (*on_rotated)(void *arg);
	void *arg;
	ev_timer timer;
	uint64_t rotation_ms;
	struct control_tickets keys; /* n 0: none */
};

static void on_timer(struct ev_loop *, ev_timer *, int);

struct tickets *
tickets_new(struct ev_loop *loop, void (*on_rotated)(void *arg), void *arg)
{
	struct tickets *t = xcalloc(1, sizeof *t);

	t->loop = loop;
	t->on_rotated = on_rotated;
	t->arg = arg;
	ev_timer_init(&t->timer, on_timer, 0.0, 0.0);
	t->timer.data = t;
	return t;
}

void
tickets_free(struct tickets **tickets)
{
	struct tickets *t = *tickets;

	if (t == NULL)
		return;
	ev_timer_stop(t->loop, &t->timer);
	sodium_memzero(&t->keys, sizeof t->keys);
	free(t);
	*tickets = NULL;
}

static void
rotate(struct tickets *t)
{
	struct control_tickets *k = &t->keys;

	memmove(&k->keys[1], &k->keys[0], sizeof k->keys - sizeof k->keys[0]);
	randombytes_buf(&k->keys[0], sizeof k->keys[0]);
	if (k->n < CONTROL_TICKET_KEYS_MAX)
		k->n++;
}

void
tickets_start(struct tickets *t, uint64_t ms)
{
	uint64_t lifetime_s = MAX(ms * (CONTROL_TICKET_KEYS_MAX - 1) / 1000, 1);
	double s = (double)ms / 1000.0;

	if (t->keys.n == 0)
		rotate(t);
	if (t->rotation_ms == ms)
		return;
	t->rotation_ms = ms;
	t->keys.lifetime_s = (uint32_t)MIN(lifetime_s, LIFETIME_MAX_S);
	ev_timer_stop(t->loop, &t->timer);
	ev_timer_set(&t->timer, s, s);
	ev_timer_start(t->loop, &t->timer);
}

const struct control_tickets *
tickets_keys(const struct tickets *t)
{
	return t->keys.n == 0 ? NULL : &t->keys;
}

static void
on_timer(struct ev_loop *loop, ev_timer *w, int events)
{
	struct tickets *t = w->data;

	(void)loop;
	(void)events;
	rotate(t);
	t->on_rotated(t->arg);
}
