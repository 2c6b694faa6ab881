#ifndef IPC_LIMITS_H
#define IPC_LIMITS_H

#include <stdint.h>

struct buf;
struct rd;

/* What base/front_limits.def lists, on its way to a front. */
struct limits {
#define LIMIT(field_, key_, type_, number_, def_, min_, max_, text_)           \
	uint64_t field_;
#include "base/front_limits.def"
};

/* The defaults. */
void limits_init(struct limits *l);

void limits_put(struct buf *b, const struct limits *l);
/* Finish with rd_end(). */
void limits_get(struct rd *r, struct limits *l);

#endif
