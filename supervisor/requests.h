#ifndef SUPERVISOR_REQUESTS_H
#define SUPERVISOR_REQUESTS_H

#include <stdbool.h>

#include "supervisor/ctl.h"
#include "supervisor/host.h"
#include "supervisor/listeners.h"
#include "supervisor/tail.h"

/* What the control socket can ask for: supervisor/requests.def. */
struct requests {
	struct host *host;                 /* held */
	const struct listeners *listeners; /* held */
	struct tail *tail;                 /* held */
	bool (*is_stopping)(void *arg);
	/* Returns 0, ERR_STATE (it is stopping), or what was wrong. */
	int (*reload)(void *arg);
	void (*stop)(void *arg);
	void *arg;
};

/* For struct ctl_options, with the struct requests as ARG. */
bool requests_run(void *arg, struct ctl_client *client,
    const struct ctl_request *request, struct buf *out);
void requests_end(void *arg, struct ctl_client *client);

#endif
