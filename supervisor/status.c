/*
 * What runs, for people and programs.
 *
 * Runs in: supervisor.
 */
#include "config.h"

#include "supervisor/status.h"

#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "conf/conf.h"
#include "supervisor/json.h"

struct listing {
	struct buf *out;
	bool as_json;
	bool is_first;
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
put_worker(void *arg, const struct worker_status *w)
{
	struct listing *l = arg;

	begin_item(l);
	if (l->as_json) {
		json_text(l->out, "{\"worker\":");
		json_string(l->out, w->name);
		json_format(l->out,
		    ",\"instance\":%zu,\"state\":", w->instance);
		json_string(l->out, worker_state_text(w->state));
		json_format(l->out,
		    ",\"pid\":%d,\"ageMs\":%llu,\"starts\":%llu,\"crashes\":"
		    "%llu}",
		    (int)w->pid, (unsigned long long)w->age_ms,
		    (unsigned long long)w->nstarts,
		    (unsigned long long)w->ncrashes);
		return;
	}
	json_format(l->out, "worker %.128s", w->name);
	if (w->instance > 0)
		json_format(l->out, " #%zu", w->instance);
	if (w->pid != 0)
		json_format(l->out, " [%d]", (int)w->pid);
	json_format(l->out, " %s, started %llu times, crashed %llu times\n",
	    worker_state_text(w->state), (unsigned long long)w->nstarts,
	    (unsigned long long)w->ncrashes);
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

void
status_put(struct buf *out, const struct host *h,
    const struct listeners *listeners, bool is_stopping, bool as_json)
{
	struct listing l = {.out = out, .as_json = as_json, .is_first = true};

	put_head(out, h, is_stopping, as_json);
	if (as_json)
		json_text(out, ",\"sockets\":[");
	for (size_t i = 0; i < listeners_count(listeners); i++)
		put_listener(&l, listeners_at(listeners, i));
	if (as_json)
		json_text(out, "],\"processes\":[");
	l.is_first = true;
	procs_each(h->procs, put_process, &l);
	if (as_json)
		json_text(out, "],\"workers\":[");
	l.is_first = true;
	workers_each(h->workers, put_worker, &l);
	if (as_json)
		json_text(out, "]}\n");
}
