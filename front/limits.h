#ifndef FRONT_LIMITS_H
#define FRONT_LIMITS_H

#include <stdint.h>

/* What limits.def lists. */
struct limits {
#define LIMIT(name_, default_, text_) uint64_t name_;
#include "front/limits.def"
#undef LIMIT
};

/* The defaults. */
void limits_init(struct limits *l);

#endif
