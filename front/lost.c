/*
 * Exchanges that wait to be told why their worker ended.
 *
 * Runs in: front.
 * Owns:    a queue, the first to give up first; one timer.
 */
#include "config.h"

#include "front/lost.h"

#include <stdlib.h>
#include <sys/queue.h>

#include <ev.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "front/exchange.h"
#include "ipc/frame.h"

/* The supervisor reads an exit status: much, where the machine is busy. */
#define WAIT_MS 1000

TAILQ_HEAD(exchange_queue, exchange);

struct lost {
	struct ev_loop *loop; /* held */
	ev_timer timer;
	struct exchange_queue queue;
	size_t n;
};

static void on_timer(struct ev_loop *, ev_timer *, int);

struct lost *
lost_new(struct ev_loop *loop)
{
	struct lost *l = xcalloc(1, sizeof *l);

	l->loop = loop;
	TAILQ_INIT(&l->queue);
	ev_timer_init(&l->timer, on_timer, 0., 0.);
	l->timer.data = l;
	return l;
}

/* Wake up when the first in the queue has waited enough. */
static void
set_timer(struct lost *l)
{
	const struct exchange *x = TAILQ_FIRST(&l->queue);
	uint64_t now = clock_now_ms();

	ev_timer_stop(l->loop, &l->timer);
	if (x == NULL)
		return;
	ev_now_update(l->loop);
	ev_timer_set(&l->timer,
	    x->lost_until_ms > now ? (double)(x->lost_until_ms - now) / 1000.
				   : 0.,
	    0.);
	ev_timer_start(l->loop, &l->timer);
}

void
lost_remove(struct lost *l, struct exchange *x)
{
	TAILQ_REMOVE(&l->queue, x, link);
	l->n--;
	if (l->n == 0)
		ev_timer_stop(l->loop, &l->timer);
}

static void
fail(struct lost *l, struct exchange *x, uint32_t code)
{
	lost_remove(l, x);
	x->state = EXCHANGE_IDLE;
	exchange_fail(x, code, "");
}

void
lost_free(struct lost **lost)
{
	struct lost *l = *lost;
	struct exchange *x;

	if (l == NULL)
		return;
	while ((x = TAILQ_FIRST(&l->queue)) != NULL)
		fail(l, x, IPC_RESET_CRASH);
	ev_timer_stop(l->loop, &l->timer);
	free(l);
	*lost = NULL;
}

void
lost_add(struct lost *l, struct exchange *x)
{
	x->lost_until_ms = clock_now_ms() + WAIT_MS;
	TAILQ_INSERT_TAIL(&l->queue, x, link);
	l->n++;
	if (l->n == 1)
		set_timer(l);
}

static struct exchange *
find(const struct lost *l, uint32_t process)
{
	struct exchange *x;

	TAILQ_FOREACH(x, &l->queue, link)
	{
		if (x->process == process)
			return x;
	}
	return NULL;
}

void
lost_tell(struct lost *l, uint32_t process, uint32_t code)
{
	struct exchange *x;

	/* The end of one may be that of others: always from the start. */
	while ((x = find(l, process)) != NULL)
		fail(l, x, code);
}

static void
on_timer(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct lost *l = w->data;
	struct exchange *x;
	uint64_t now = clock_now_ms();

	(void)loop;
	(void)revents;
	while ((x = TAILQ_FIRST(&l->queue)) != NULL && x->lost_until_ms <= now)
		fail(l, x, IPC_RESET_CRASH);
	set_timer(l);
}
