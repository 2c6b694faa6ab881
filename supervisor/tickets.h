#ifndef SUPERVISOR_TICKETS_H
#define SUPERVISOR_TICKETS_H

#include <stdint.h>

#include "ipc/control.h"

struct ev_loop;

/*
 * The keys of TLS session tickets, the same in all fronts, so that a client
 * can go on with a session wherever its next connection ends up. A new one is
 * made at each rotation; the two before it are still read.
 */
struct tickets;

/*
 * on_rotated  called when there is a new key; never from within a call here
 */
struct tickets *tickets_new(struct ev_loop *loop, void (*on_rotated)(void *arg),
    void *arg);
void tickets_free(struct tickets **tickets);

/* Make the first key, if there is none; rotate every MS from now on. */
void tickets_start(struct tickets *t, uint64_t ms);

/* NULL before tickets_start(). Held until the next rotation. */
const struct control_tickets *tickets_keys(const struct tickets *t);

#endif
