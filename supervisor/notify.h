#ifndef SUPERVISOR_NOTIFY_H
#define SUPERVISOR_NOTIFY_H

#include <stddef.h>
#include <stdint.h>

/*
 * What a service manager wants to know, and what it gives: the datagrams of
 * sd_notify(3), and descriptors handed over as sd_listen_fds(3) describes.
 */

/*
 * Send STATE ("READY=1", lines) to $NOTIFY_SOCKET; nothing where that is not
 * set. Failures do not matter to the sender and are not reported.
 */
void notify_send(const char *state);

/* READY=1: what GENERATION says is served. */
void notify_ready(unsigned int generation);

/* RELOADING=1 with the time that goes with it. */
void notify_reloading(void);

/* Half of $WATCHDOG_USEC, in milliseconds; 0: no watchdog. */
uint64_t notify_watchdog_ms(void);

/*
 * The handed over descriptors as "NAME=FD", NAME from $LISTEN_FDNAMES. The
 * variables are removed from the environment. Owned by the caller, as is each
 * string; *N_OUT says how many.
 */
char **notify_listen_fds(size_t *n_out);

#endif
