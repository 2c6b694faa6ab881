/*
 * The front: what its parts share, and the end of each turn of the loop.
 *
 * Runs in: front.
 */
#include "config.h"

#include "front/front.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <ev.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "front/access_log.h"
#include "front/clients.h"
#include "front/conn.h"
#include "front/h2_conn.h"
#include "front/listener.h"
#include "front/router.h"
#include "front/service.h"
#include "front/super.h"
#include "front/transport.h"
#include "ipc/control.h"

struct drain_timer {
	ev_timer timer;
	struct front *front; /* held */
};

static void on_turn(struct chan_task *task);
static void on_drain_deadline(struct ev_loop *, ev_timer *, int);

struct front *
front_new(struct ev_loop *loop, int fd)
{
	struct front *f = xcalloc(1, sizeof *f);

	f->loop = loop;
	f->hub = chan_hub_new(loop);
	f->turn.run = on_turn;
	TAILQ_INIT(&f->conns);
	TAILQ_INIT(&f->dead);
	f->connections_max = UINT64_MAX;
	limits_init(&f->limits);
	f->clients = clients_new();
	f->read_buf = xmalloc(FRONT_READ_SIZE + TRANSPORT_SLACK);
	f->router = router_new();
	f->services = services_new(f);
	f->logs = access_logs_new(f);
	f->h2 = h2_glue_new();
	/* Requests of different fronts and starts have different numbers. */
	if (getrandom(&f->next_request_id, sizeof f->next_request_id, 0) !=
	    sizeof f->next_request_id)
		fatal("cannot draw a random number");
	f->next_request_id |= 1;
	f->super = super_open(f, fd);
	return f;
}

void
front_set_limits(struct front *f, const struct limits *l)
{
	f->limits = *l;
	f->limits.connections = MIN(l->connections, f->connections_max);
	listener_pause_all(f, f->nconns >= f->limits.connections);
}

void
front_free(struct front **front)
{
	struct front *f = *front;
	struct conn *c;

	if (f == NULL)
		return;
	f->on_drained = NULL;
	while ((c = TAILQ_FIRST(&f->conns)) != NULL)
		conn_close(c, CONN_CLOSE_DRAIN);
	services_free(&f->services);
	conn_run_dirty(f);
	conn_free_dead(f);
	clients_free(&f->clients);
	access_logs_free(&f->logs);
	listener_free_all(f);
	router_free(&f->router);
	chan_free(&f->super);
	chan_hub_cancel(f->hub, &f->turn);
	if (f->drain != NULL)
		ev_timer_stop(f->loop, &f->drain->timer);
	free(f->drain);
	chan_hub_free(&f->hub);
	h2_glue_free(&f->h2);
	free(f->read_buf);
	free(f->cipher_buf);
	explicit_bzero(&f->tickets, sizeof f->tickets);
	free(f);
	*front = NULL;
}

void
front_send_hello(struct front *f, char level, const char *report)
{
	const struct control_hello hello = {
	    .version = IPC_VERSION,
	    .level = (uint8_t)level,
	    .report = {report, strlen(report)},
	};
	struct buf b;

	buf_init(&b);
	control_hello_put(&b, &hello);
	chan_send(f->super, IPC_HELLO, buf_peek(&b), buf_len(&b), NULL);
	buf_clear(&b);
}

uint64_t
front_now_ms(const struct front *f)
{
	(void)f;
	return clock_now_ms();
}

const char *
front_date(struct front *f, size_t *len_out)
{
	return h1_write_date(&f->date, (time_t)ev_now(f->loop), len_out);
}

void
front_drain(struct front *f, uint32_t ms)
{
	struct conn *c, *next;

	if (f->draining)
		return;
	f->draining = true;
	f->drain = xcalloc(1, sizeof *f->drain);
	f->drain->front = f;
	ev_timer_init(&f->drain->timer, on_drain_deadline, ms / 1000., 0.);
	ev_timer_start(f->loop, &f->drain->timer);
	for (struct listener *l = f->listeners; l != NULL; l = l->next)
		listener_close(l);
	for (c = TAILQ_FIRST(&f->conns); c != NULL; c = next) {
		next = TAILQ_NEXT(c, link);
		conn_drain(c);
	}
	chan_hub_defer(f->hub, &f->turn);
}

static void
on_drain_deadline(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct front *f = CONTAINER_OF(w, struct drain_timer, timer)->front;
	struct conn *c;

	(void)loop;
	(void)revents;
	if (f->nconns > 0)
		log_info("%llu connections were not finished",
		    (unsigned long long)f->nconns);
	while ((c = TAILQ_FIRST(&f->conns)) != NULL)
		conn_close(c, CONN_CLOSE_DRAIN);
}

static void
on_turn(struct chan_task *task)
{
	struct front *f = CONTAINER_OF(task, struct front, turn);
	bool was_full = f->nconns >= f->limits.connections;

	conn_run_dirty(f);
	was_full = was_full || !TAILQ_EMPTY(&f->dead);
	conn_free_dead(f);
	access_logs_flush(f->logs);
	if (was_full && f->nconns < f->limits.connections && !f->draining)
		listener_pause_all(f, false);
	if (f->draining && f->nconns == 0 && f->on_drained != NULL)
		f->on_drained(f);
}
