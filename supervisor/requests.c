/*
 * What the control socket can ask for.
 *
 * Runs in: supervisor.
 */
#include "config.h"

#include "supervisor/requests.h"

#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/util.h"
#include "supervisor/json.h"
#include "supervisor/status.h"

/* Whether a request says something of one worker. */
enum request_worker { REQUEST_NONE, REQUEST_OPTIONAL, REQUEST_REQUIRED };

/* Returns whether the client stays. */
typedef bool request_fn(struct requests *rs, struct ctl_client *client,
    const struct ctl_request *r, struct buf *out);

static request_fn request_status, request_limits, request_logs, request_kill,
    request_reload, request_stop;

static const struct {
	const char *name;
	request_fn *run;
	enum request_worker worker;
} table[] = {
#define REQUEST(name_, function_, worker_, text_)                              \
	{#name_, function_, REQUEST_##worker_},
#include "supervisor/requests.def"
#undef REQUEST
};

static bool
request_status(struct requests *rs, struct ctl_client *client,
    const struct ctl_request *r, struct buf *out)
{
	(void)client;
	status_put(out, rs->host, rs->listeners, rs->is_stopping(rs->arg), r);
	return false;
}

static bool
request_limits(struct requests *rs, struct ctl_client *client,
    const struct ctl_request *r, struct buf *out)
{
	(void)client;
	status_put_limits(out, rs->host, r);
	return false;
}

static bool
request_logs(struct requests *rs, struct ctl_client *client,
    const struct ctl_request *r, struct buf *out)
{
	struct tail_options o = {.worker = r->argument, .as_json = r->as_json};

	if (r->follow && tail_follow(rs->tail, client, &o) != 0) {
		json_text(out, "error: too many follow the log already\n");
		return false;
	}
	tail_put(rs->tail, &o, out);
	return r->follow;
}

static bool
request_kill(struct requests *rs, struct ctl_client *client,
    const struct ctl_request *r, struct buf *out)
{
	size_t n = workers_kill(rs->host->workers, r->argument, "ctl kill");

	(void)client;
	log_info("ctl kill %s: %zu processes", r->argument, n);
	json_format(out, "killed %zu processes\n", n);
	return false;
}

static bool
request_reload(struct requests *rs, struct ctl_client *client,
    const struct ctl_request *r, struct buf *out)
{
	int error = rs->reload(rs->arg);

	(void)client;
	(void)r;
	json_text(out, error == 0 ? "reloaded\n"
		       : error == ERR_STATE
			   ? "error: it is stopping\n"
			   : "error: nothing has changed; see the log\n");
	return false;
}

static bool
request_stop(struct requests *rs, struct ctl_client *client,
    const struct ctl_request *r, struct buf *out)
{
	(void)client;
	(void)r;
	rs->stop(rs->arg);
	json_text(out, "stopping\n");
	return false;
}

/* What is wrong with R's argument, or NULL. */
static const char *
find_fault(const struct requests *rs, enum request_worker worker,
    const struct ctl_request *r)
{
	if (r->argument == NULL)
		return worker == REQUEST_REQUIRED ? "a worker's name is missing"
						  : NULL;
	if (worker == REQUEST_NONE)
		return "it takes no argument";
	return workers_has(rs->host->workers, r->argument)
		   ? NULL
		   : "there is no worker of that name";
}

bool
requests_run(void *arg, struct ctl_client *client, const struct ctl_request *r,
    struct buf *out)
{
	struct requests *rs = arg;
	const char *fault = "unknown request";

	for (size_t i = 0; i < NELEMS(table); i++) {
		if (strcmp(table[i].name, r->name) != 0)
			continue;
		fault = find_fault(rs, table[i].worker, r);
		if (fault == NULL)
			return table[i].run(rs, client, r, out);
		break;
	}
	json_format(out, "error: %s\n", fault);
	return false;
}

void
requests_end(void *arg, struct ctl_client *client)
{
	struct requests *rs = arg;

	tail_unfollow(rs->tail, client);
}
