#ifndef SUPERVISOR_TAIL_H
#define SUPERVISOR_TAIL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * The last records of the log, and who follows it: `eider ctl logs`. Bounded
 * in bytes; a follower that does not read loses records, and is told how many.
 */
struct tail;
struct ctl_client;

/* Records are taken from base/log.h until tail_free(). */
struct tail *tail_new(void);
void tail_free(struct tail **tail);

struct tail_options {
	const char *worker; /* its records only; NULL: all. Borrowed */
	bool as_json;
};

/* Append what is kept to OUT. */
void tail_put(const struct tail *tail, const struct tail_options *options,
    struct buf *out);

/*
 * Write further records to CLIENT (held until tail_unfollow()). Returns 0, or
 * ERR_LIMIT where there are too many that follow.
 */
int tail_follow(struct tail *tail, struct ctl_client *client,
    const struct tail_options *options);
void tail_unfollow(struct tail *tail, const struct ctl_client *client);

#endif
