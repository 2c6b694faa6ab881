#ifndef SUPERVISOR_BUNDLE_H
#define SUPERVISOR_BUNDLE_H

#include <stdbool.h>

#include "base/buf.h"

struct conf_worker;

/*
 * The WORKER_SPEC of a worker, appended to OUT. The index of a binding in it
 * is the index in the config: what the worker asks channels by. IS_CHECK: it
 * is to evaluate its code, report, and end.
 */
void bundle_put(struct buf *out, const struct conf_worker *w, bool is_check);

#endif
