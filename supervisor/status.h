#ifndef SUPERVISOR_STATUS_H
#define SUPERVISOR_STATUS_H

#include <stdbool.h>

#include "base/buf.h"
#include "supervisor/ctl.h"
#include "supervisor/host.h"
#include "supervisor/listeners.h"

/*
 * What runs, for `eider ctl status`: as text, or as JSON; of the worker that is
 * R's argument, or of all. Appended to OUT.
 */
void status_put(struct buf *out, const struct host *host,
    const struct listeners *listeners, bool is_stopping,
    const struct ctl_request *r);

/* The limits in force and how processes have ended: `eider ctl limits`. */
void status_put_limits(struct buf *out, const struct host *host,
    const struct ctl_request *r);

#endif
