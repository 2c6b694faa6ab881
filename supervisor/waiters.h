#ifndef SUPERVISOR_WAITERS_H
#define SUPERVISOR_WAITERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/frame.h"
#include "supervisor/proc.h"

struct conf_designator;
struct waiter;

/*
 * Who wants a channel to a worker's process, while there is none that is
 * ready; in the order in which they asked. Zero-initialised.
 */
struct waiters {
	struct waiter *first;
	size_t n;
	uint16_t ninstances; /* of the worker; told to those that ask */
};

#define WAITERS_MAX 256 /* about as many fronts and callers there are */

/*
 * REQUESTER (held; see waiters_forget()) wants a channel to D and calls it
 * TARGET. It is refused when too many wait.
 */
void waiters_add(struct waiters *ws, struct proc *requester, uint32_t target,
    const struct conf_designator *d);
bool waiters_has(const struct waiters *ws, const struct proc *requester);
bool waiters_is_empty(const struct waiters *ws);

/* Each gets a channel to SERVER. */
void waiters_connect(struct waiters *ws, struct proc *server);
/* Each is told why not. */
void waiters_refuse(struct waiters *ws, enum ipc_reset code, const char *text);
/* Each is taken out and passed to ASK; d's service is NULL. */
void waiters_move(struct waiters *ws,
    void (*ask)(void *arg, struct proc *requester, uint32_t target,
	const struct conf_designator *d),
    void *arg);
/* REQUESTER has ended. */
void waiters_forget(struct waiters *ws, const struct proc *requester);
void waiters_clear(struct waiters *ws);

/* Tell REQUESTER that there is no channel to TARGET, and why. */
void waiters_refuse_one(struct proc *requester, uint32_t target,
    enum ipc_reset code, const char *text);

#endif
