#ifndef FRONT_ACCESS_LOG_H
#define FRONT_ACCESS_LOG_H

#include <stdint.h>

/*
 * Access logs: a line for each request, queued when it is over, written at
 * the end of the turn. The descriptors come from the supervisor.
 *
 * Nothing here waits: where a log takes nothing, its lines queue up to a
 * limit, and are dropped and counted beyond it.
 */
struct access_entry;
struct access_logs;
struct conn;
struct control_log;
struct front;

struct access_logs *access_logs_new(struct front *f);
void access_logs_free(struct access_logs **logs);

/* Write to FD, which is taken, from now on. */
void access_logs_set(struct access_logs *logs, const struct control_log *m,
    int fd);

/* For front.c: the end of a turn. */
void access_logs_flush(struct access_logs *logs);

/* Queue a line for request ID, which is over. */
void access_logs_add(struct access_logs *logs, const struct access_entry *e,
    const struct conn *c, uint64_t id);

#endif
