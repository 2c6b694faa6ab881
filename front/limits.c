/*
 * The limits of a front: one table.
 */
#include "config.h"

#include "front/limits.h"

void
limits_init(struct limits *l)
{
#define LIMIT(name_, default_, text_) l->name_ = default_;
#include "front/limits.def"
#undef LIMIT
}
