#ifndef SUPERVISOR_STATUS_H
#define SUPERVISOR_STATUS_H

#include <stdbool.h>

#include "base/buf.h"
#include "supervisor/host.h"
#include "supervisor/listeners.h"

/* What runs, for `eider ctl status`: as text, or as JSON. Appended to OUT. */
void status_put(struct buf *out, const struct host *host,
    const struct listeners *listeners, bool is_stopping, bool as_json);

#endif
