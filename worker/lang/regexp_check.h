#ifndef WORKER_LANG_REGEXP_CHECK_H
#define WORKER_LANG_REGEXP_CHECK_H

#include <stdint.h>

struct lang_unit;

/* The early errors of the REGEXP node; leaves by unit_fail(). */
void regexp_check(struct lang_unit *unit, uint32_t node);

#endif
