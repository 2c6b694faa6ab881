/*
 * Channels that somebody waits for, and handing them out.
 *
 * Runs in: supervisor. A channel is a socket pair: one end for who asked, one
 *          for the worker, none kept here.
 */
#include "config.h"

#include "supervisor/waiters.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "conf/conf.h"
#include "ipc/control.h"

#define TEXT_MAX ((size_t)240)

struct waiter {
	struct waiter *next;
	struct proc *requester; /* held */
	uint32_t target;
	char *entrypoint; /* owned; "" for the default */
	char *props;      /* owned; "" for none */
};

void
waiters_refuse_one(struct proc *requester, uint32_t target, enum ipc_reset code,
    const char *text)
{
	struct control_refused m = {.target = target,
	    .code = (uint8_t)code,
	    .text = {text, MIN(strlen(text), TEXT_MAX)}};
	struct buf b;

	if (proc_chan(requester) == NULL)
		return;
	buf_init(&b);
	control_refused_put(&b, &m);
	chan_send(proc_chan(requester), IPC_CHANNEL_REFUSED, buf_peek(&b),
	    buf_len(&b), NULL);
	buf_clear(&b);
}

static void
send_end(struct proc *to, const struct control_channel *m, int fd)
{
	struct buf b;

	buf_init(&b);
	control_channel_put(&b, m);
	chan_send(proc_chan(to), IPC_CHANNEL, buf_peek(&b), buf_len(&b), &fd);
	buf_clear(&b);
}

static void
connect_one(const struct waiter *w, struct proc *server, uint16_t instances)
{
	struct control_channel asking = {.side = CONTROL_CLIENT,
	    .target = w->target,
	    .instances = instances,
	    .process = proc_role(w->requester) == ROLE_FRONT
			   ? proc_number(server)
			   : 0};
	struct control_channel serving = {
	    .side = CONTROL_SERVER,
	    .entrypoint = {w->entrypoint, strlen(w->entrypoint)},
	    .props = {w->props, strlen(w->props)},
	};
	int a, b;

	if (proc_chan(w->requester) == NULL)
		return; /* it ends; nobody waits */
	if (proc_chan(server) == NULL) {
		waiters_refuse_one(w->requester, w->target, IPC_RESET_CRASH,
		    "the worker's process ended");
		return;
	}
	if (fd_socketpair(&a, &b) != 0) {
		log_error("%s: cannot make a channel: %s", proc_who(server),
		    strerror(errno));
		waiters_refuse_one(w->requester, w->target, IPC_RESET_BUSY,
		    "the supervisor has no descriptors left");
		return;
	}
	send_end(server, &serving, b);
	send_end(w->requester, &asking, a);
}

static void
free_waiter(struct waiter *w)
{
	free(w->entrypoint);
	free(w->props);
	free(w);
}

static struct waiter *
take(struct waiters *ws)
{
	struct waiter *w = ws->first;

	if (w != NULL) {
		ws->first = w->next;
		ws->n--;
	}
	return w;
}

void
waiters_add(struct waiters *ws, struct proc *requester, uint32_t target,
    const struct conf_designator *d)
{
	struct waiter *w, **at = &ws->first;

	if (ws->n >= WAITERS_MAX) {
		waiters_refuse_one(requester, target, IPC_RESET_BUSY,
		    "too many wait for this worker");
		return;
	}
	w = xcalloc(1, sizeof *w);
	w->requester = requester;
	w->target = target;
	w->entrypoint = xstrdup(d->entrypoint != NULL ? d->entrypoint : "");
	w->props = xstrdup(d->props != NULL ? d->props : "");
	while (*at != NULL)
		at = &(*at)->next;
	*at = w;
	ws->n++;
}

bool
waiters_has(const struct waiters *ws, const struct proc *requester)
{
	for (const struct waiter *w = ws->first; w != NULL; w = w->next)
		if (w->requester == requester)
			return true;
	return false;
}

bool
waiters_is_empty(const struct waiters *ws)
{
	return ws->n == 0;
}

void
waiters_connect(struct waiters *ws, struct proc *server)
{
	struct waiter *w;

	while ((w = take(ws)) != NULL) {
		connect_one(w, server, ws->ninstances);
		free_waiter(w);
	}
}

void
waiters_refuse(struct waiters *ws, enum ipc_reset code, const char *text)
{
	struct waiter *w;

	while ((w = take(ws)) != NULL) {
		waiters_refuse_one(w->requester, w->target, code, text);
		free_waiter(w);
	}
}

void
waiters_move(struct waiters *ws,
    void (*ask)(void *arg, struct proc *requester, uint32_t target,
	const struct conf_designator *d),
    void *arg)
{
	struct waiter *w;

	while ((w = take(ws)) != NULL) {
		struct conf_designator d = {
		    .entrypoint =
			w->entrypoint[0] != '\0' ? w->entrypoint : NULL,
		    .props = w->props[0] != '\0' ? w->props : NULL,
		};

		ask(arg, w->requester, w->target, &d);
		free_waiter(w);
	}
}

void
waiters_forget(struct waiters *ws, const struct proc *requester)
{
	struct waiter **at = &ws->first;

	while (*at != NULL) {
		struct waiter *w = *at;

		if (w->requester != requester) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		ws->n--;
		free_waiter(w);
	}
}

void
waiters_clear(struct waiters *ws)
{
	struct waiter *w;

	while ((w = take(ws)) != NULL)
		free_waiter(w);
}
