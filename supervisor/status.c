/*
 * What runs, for people and programs.
 *
 * Runs in: supervisor.
 */
#include "config.h"

#include "supervisor/status.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/util.h"
#include "conf/conf.h"
#include "ipc/spec.h"
#include "supervisor/json.h"

struct listing {
	struct buf *out;
	const char *worker; /* this one only; NULL: all */
	bool as_json;
	bool is_first;
};

static const struct {
	const char *key, *text;
} causes[] = {
#define CAUSE(name_, key_, text_) {(key_), (text_)},
#include "supervisor/causes.def"
#undef CAUSE
};

static void
begin_item(struct listing *l)
{
	if (l->as_json && !l->is_first)
		json_text(l->out, ",");
	l->is_first = false;
}

static void
put_process(struct proc *p, void *arg)
{
	struct listing *l = arg;

	if (proc_role(p) == ROLE_WORKER)
		return; /* among the workers */
	begin_item(l);
	if (l->as_json) {
		json_text(l->out, "{\"role\":");
		json_string(l->out, role_name(proc_role(p)));
		json_format(l->out, ",\"pid\":%d,\"ageMs\":%llu}",
		    (int)proc_pid(p), (unsigned long long)proc_age_ms(p));
	} else {
		json_format(l->out, "%s up %llu s\n", proc_who(p),
		    (unsigned long long)proc_age_ms(p) / 1000);
	}
}

static void
put_ends_json(struct buf *out, const struct worker_status *w)
{
	for (size_t i = 0; i < NELEMS(causes); i++)
		json_format(out, "%s\"%s\":%llu", i == 0 ? "{" : ",",
		    causes[i].key, (unsigned long long)w->ends[i]);
	json_text(out, "}");
}

static const char *const limit_keys[WORKER_LIMITS] = {
#define LIMIT(field_, key_, type_, def_, min_, max_, text_)                    \
	[WORKER_LIMIT_##field_] = (key_),
#include "base/worker_limits.def"
};

static uint64_t
count_hits(const struct worker_status *w, size_t limit)
{
	return w->hits[limit] +
	       (limit == WORKER_LIMIT_log_lines ? w->log_dropped : 0);
}

/* How often which limit was reached. */
static void
put_hits_json(struct buf *out, const struct worker_status *w)
{
	bool is_first = true;

	json_text(out, ",\"reached\":{");
	for (size_t i = 0; i < WORKER_LIMITS; i++) {
		if (count_hits(w, i) == 0)
			continue;
		json_format(out, "%s\"%s\":%llu", is_first ? "" : ",",
		    limit_keys[i], (unsigned long long)count_hits(w, i));
		is_first = false;
	}
	json_text(out, "}");
}

static void
put_worker_json(struct buf *out, const struct worker_status *w)
{
	json_text(out, "{\"worker\":");
	json_string(out, w->name);
	json_format(out, ",\"instance\":%zu,\"state\":", w->instance);
	json_string(out, worker_state_text(w->state));
	json_format(out,
	    ",\"pid\":%d,\"ageMs\":%llu,\"generation\":%u,\"waitMs\":%llu,"
	    "\"starts\":%llu,\"crashes\":%llu,\"crashesInARow\":%u,",
	    (int)w->pid, (unsigned long long)w->age_ms, w->generation,
	    (unsigned long long)w->wait_ms, (unsigned long long)w->nstarts,
	    (unsigned long long)w->ncrashes, w->nstrikes);
	json_format(out, "\"draining\":%zu,\"ends\":", w->ndraining);
	put_ends_json(out, w);
	json_format(out, ",\"cpuUs\":%llu,\"memoryBytes\":%llu,\"tenant\":",
	    (unsigned long long)w->cpu_us, (unsigned long long)w->memory_bytes);
	json_string(out, w->tenant->name);
	put_hits_json(out, w);
	if (w->failure[0] != '\0') {
		json_text(out, ",\"failure\":");
		json_string(out, w->failure);
	}
	json_text(out, "}");
}

static void
put_worker_text(struct buf *out, const struct worker_status *w)
{
	char failure[200];

	json_format(out, "worker %.128s", w->name);
	if (w->instance > 0)
		json_format(out, " #%zu", w->instance);
	if (w->pid != 0)
		json_format(out, " [%d]", (int)w->pid);
	json_format(out, " %s", worker_state_text(w->state));
	if (w->wait_ms > 0)
		json_format(out, ", %.1f s left", (double)w->wait_ms / 1000);
	json_format(out, ", generation %u, started %llu times, crashed %llu",
	    w->generation, (unsigned long long)w->nstarts,
	    (unsigned long long)w->ncrashes);
	if (w->instance == 0 && w->ndraining > 0)
		json_format(out, ", %zu draining", w->ndraining);
	if (w->failure[0] != '\0')
		json_format(out, ": %s",
		    log_escape(failure, sizeof failure, w->failure,
			strlen(w->failure)));
	json_text(out, "\n");
}

static bool
is_wanted(const struct listing *l, const struct worker_status *w)
{
	return l->worker == NULL || strcmp(l->worker, w->name) == 0;
}

static void
put_worker(void *arg, const struct worker_status *w)
{
	struct listing *l = arg;

	if (!is_wanted(l, w))
		return;
	begin_item(l);
	if (l->as_json)
		put_worker_json(l->out, w);
	else
		put_worker_text(l->out, w);
}

static void
put_tenant(void *arg, const struct tenant *t)
{
	struct listing *l = arg;
	struct cgroup_usage usage = {0, 0, 0};

	if (t->group != NULL)
		cgroup_read(t->group, &usage);
	begin_item(l);
	if (l->as_json) {
		json_text(l->out, "{\"tenant\":");
		json_string(l->out, t->name);
		json_format(l->out,
		    ",\"processes\":%zu,\"refusedStarts\":%llu,"
		    "\"oomKills\":%llu,\"cpuUs\":%llu,\"memoryBytes\":"
		    "%llu}",
		    t->nprocesses, (unsigned long long)t->nrefused,
		    (unsigned long long)t->noom_kills,
		    (unsigned long long)usage.cpu_us,
		    (unsigned long long)usage.memory_bytes);
		return;
	}
	json_format(l->out,
	    "tenant %.64s: %zu processes, %llu starts refused, %llu out of "
	    "memory\n",
	    tenant_shown(t), t->nprocesses, (unsigned long long)t->nrefused,
	    (unsigned long long)t->noom_kills);
}

static void
put_listener(struct listing *l, const struct listener *li)
{
	begin_item(l);
	if (l->as_json) {
		json_text(l->out, "{\"socket\":");
		json_string(l->out, li->name);
		json_text(l->out, ",\"address\":");
		json_string(l->out, li->address);
		json_text(l->out, "}");
	} else {
		json_format(l->out, "socket %.64s %.160s\n", li->name,
		    li->address);
	}
}

static void
put_head(struct buf *out, const struct host *h, bool is_stopping, bool as_json)
{
	const struct sandbox_report *r = sandbox_plan_report(h->plan);
	const char *why = sandbox_plan_why(h->plan);
	char layers[256];

	sandbox_layers_text(r->layers, layers, sizeof layers);
	if (!as_json) {
		json_format(out, "eider %s, %s, generation %u\n",
		    PACKAGE_VERSION, is_stopping ? "stopping" : "serving",
		    h->generation->number);
		json_format(out, "sandbox level %s",
		    sandbox_level_name(r->level));
		json_format(out, "%s%.220s", layers[0] != '\0' ? ": " : "",
		    layers);
		json_format(out,
		    why[0] != '\0' ? " (no higher level: %.180s)\n" : "%s\n",
		    why);
		return;
	}
	json_format(out,
	    "{\"version\":\"%s\",\"state\":\"%s\",\"generation\":%u,",
	    PACKAGE_VERSION, is_stopping ? "stopping" : "serving",
	    h->generation->number);
	json_format(out, "\"sandbox\":{\"level\":\"%s\",\"layers\":",
	    sandbox_level_name(r->level));
	json_string(out, layers);
	json_text(out, ",\"noHigherLevel\":");
	json_string(out, why);
	json_text(out, "}");
}

static void
put_all(struct listing *l, const struct host *h,
    const struct listeners *listeners)
{
	if (l->as_json)
		json_text(l->out, ",\"sockets\":[");
	for (size_t i = 0; i < listeners_count(listeners); i++)
		put_listener(l, listeners_at(listeners, i));
	if (l->as_json)
		json_text(l->out, "],\"processes\":[");
	l->is_first = true;
	procs_each(h->procs, put_process, l);
	if (l->as_json)
		json_text(l->out, "]");
}

void
status_put(struct buf *out, const struct host *h,
    const struct listeners *listeners, bool is_stopping,
    const struct ctl_request *r)
{
	struct listing l = {.out = out,
	    .worker = r->argument,
	    .as_json = r->as_json,
	    .is_first = true};

	if (l.worker == NULL || l.as_json)
		put_head(out, h, is_stopping, l.as_json);
	if (l.worker == NULL)
		put_all(&l, h, listeners);
	if (l.as_json)
		json_text(out, ",\"workers\":[");
	l.is_first = true;
	workers_each(h->workers, put_worker, &l);
	if (l.as_json)
		json_text(out, "],\"tenants\":[");
	l.is_first = true;
	if (l.worker == NULL)
		tenants_each(h->tenants, put_tenant, &l);
	if (l.as_json)
		json_text(out, "]}\n");
}

/* --- limits --- */

static void
put_limit(void *arg, const char *key, uint64_t value, const char *text)
{
	struct listing *l = arg;

	if (!l->as_json) {
		json_format(l->out, "  limits.%s %s\n", key, text);
		return;
	}
	json_format(l->out, "%s\"%s\":%llu", l->is_first ? "" : ",", key,
	    (unsigned long long)value);
	l->is_first = false;
}

static void
put_limits_of(struct listing *l, const struct worker_status *w)
{
	struct listing limits = {
	    .out = l->out, .as_json = l->as_json, .is_first = true};

	if (l->as_json) {
		json_text(l->out, "{\"worker\":");
		json_string(l->out, w->name);
		json_text(l->out, ",\"limits\":{");
		conf_worker_limits(w->conf, put_limit, &limits);
		json_text(l->out, "},\"ends\":");
		put_ends_json(l->out, w);
		json_text(l->out, "}");
		return;
	}
	json_format(l->out, "worker %.128s\n", w->name);
	conf_worker_limits(w->conf, put_limit, &limits);
	for (size_t i = 0; i < WORKER_LIMITS; i++)
		if (count_hits(w, i) > 0)
			json_format(l->out, "  %s was reached %llu times\n",
			    limit_keys[i],
			    (unsigned long long)count_hits(w, i));
	for (size_t i = 0; i < NELEMS(causes); i++)
		if (w->ends[i] > 0)
			json_format(l->out, "  ended %llu times: %s\n",
			    (unsigned long long)w->ends[i], causes[i].text);
}

static void
put_worker_limits(void *arg, const struct worker_status *w)
{
	struct listing *l = arg;

	if (!is_wanted(l, w) || w->instance > 0)
		return;
	begin_item(l);
	put_limits_of(l, w);
}

void
status_put_limits(struct buf *out, const struct host *h,
    const struct ctl_request *r)
{
	struct listing l = {.out = out,
	    .worker = r->argument,
	    .as_json = r->as_json,
	    .is_first = true};

	if (l.as_json)
		json_text(out, "{\"workers\":[");
	workers_each(h->workers, put_worker_limits, &l);
	if (l.as_json)
		json_text(out, "]}\n");
	else if (l.is_first)
		json_text(out, "there are no workers\n");
}
