/*
 * The limits of a front, as they travel.
 *
 * Runs in: supervisor and front.
 */
#include "config.h"

#include "ipc/limits.h"

#include "base/buf.h"

void
limits_init(struct limits *l)
{
#define LIMIT(field_, key_, type_, number_, def_, min_, max_, text_)           \
	l->field_ = number_;
#include "base/front_limits.def"
}

void
limits_put(struct buf *b, const struct limits *l)
{
#define LIMIT(field_, key_, type_, number_, def_, min_, max_, text_)           \
	buf_put_u64(b, l->field_);
#include "base/front_limits.def"
}

void
limits_get(struct rd *r, struct limits *l)
{
#define LIMIT(field_, key_, type_, number_, def_, min_, max_, text_)           \
	l->field_ = rd_u64(r);
#include "base/front_limits.def"
}
