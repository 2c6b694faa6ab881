/*
 * The APIs of a worker: installation in the zygote, set-up in a clone, entry
 * of all events.
 *
 * Runs in: zygote (api_install) and workers.
 * Owns:    the list of events, the timers, the anchors of the heap.
 * Never:   calls into the engine except through api_run().
 */
#include "config.h"

#include "worker/api/api.h"
#include "worker/api/subtle.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/xmalloc.h"
#include "ipc/frame.h"
#include "ipc/head.h"
#include "ipc/spec.h"
#include "worker/api/digest.h"
#include "worker/api/event.h"
#include "worker/api/fetch.h"
#include "worker/api/node.h"
#include "worker/api/scripts.h"
#include "worker/api/timers.h"
#include "worker/engine/module.h"
#include "worker/engine/promise.h"
#include "worker/engine/str.h"

#define API_MAGIC 0x41504931u
#define COLLECT_DEFAULT ((size_t)64 << 20)
#define LOG_TEXT_MAX 8192
#define GC_STEP ((size_t)4 << 20) /* do not look before so much more */

void
api_log(struct api *api, enum log_level level, const char *fmt, ...)
{
	char text[LOG_TEXT_MAX];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (api->host.log == NULL || n < 0)
		return;
	api->host.log(api->host.arg, level, text,
	    MIN((size_t)n, sizeof text - 1));
}

static void
log_error_text(struct api *api, const char *prefix,
    const struct engine_error *e)
{
	api_log(api, LOG_ERROR, "%s %s", prefix,
	    e->stack != NULL     ? e->stack
	    : e->message != NULL ? e->message
				 : "(no message)");
}

void
api_log_exception(duk_context *ctx, duk_idx_t idx, const char *prefix)
{
	struct engine_error e;

	memset(&e, 0, sizeof e);
	engine_error_from(ctx, idx, &e);
	log_error_text(api_from(ctx), prefix, &e);
	engine_error_clear(&e);
}

/* A limit was hit: nothing of this worker runs any more. */
void
api_break_down(struct api *api, enum api_outcome outcome)
{
	struct api_event *e;
	bool is_cpu = outcome == API_CPU_LIMIT;

	if (api->is_broken)
		return;
	api->is_broken = true;
	api_log(api, LOG_ERROR,
	    is_cpu ? "Worker exceeded CPU time limit."
		   : "Worker exceeded memory limit.");
	for (e = api->events; e != NULL; e = e->next) {
		event_end(e, is_cpu ? IPC_RESET_CPU : IPC_RESET_MEMORY, NULL);
		e->has_failed = true;
		e->nholds = 0;
	}
	api->host.limit_hit(api->host.arg,
	    is_cpu ? WORKER_LIMIT_cpu_ms : WORKER_LIMIT_memory_bytes);
	api->host.broken(api->host.arg, outcome);
}

/*
 * What EVENT has left of its CPU time is what its next script may take: timers
 * and bodies wake it many times. Returns false where nothing is left.
 */
static bool
arm_cpu_limit(struct api *api, const struct api_event *event)
{
	uint64_t used = event != NULL ? event->cpu_ns : 0;

	if (api->cpu_max_ns == 0)
		return true;
	if (used >= api->cpu_max_ns)
		return false;
	engine_cpu_limit_set(api->engine, api->cpu_max_ns - used);
	engine_cpu_spent_set(api->engine, used);
	return true;
}

int
api_run(struct api *api, struct api_event *event,
    int (*fn)(duk_context *ctx, void *arg), void *arg)
{
	struct api_event *before = api->current;
	bool is_outer = !engine_in_run(api->engine);
	struct engine_error e;
	uint64_t told_ns = 0;
	int r;

	if (api->is_broken)
		return ERR_STATE;
	if (is_outer && !arm_cpu_limit(api, event)) {
		api_break_down(api, API_CPU_LIMIT);
		return ERR_TIMEOUT;
	}
	memset(&e, 0, sizeof e);
	api->current = event;
	r = engine_run(api->engine, fn, arg, &e);
	api->current = before;
	if (r == ERR_TIMEOUT || r == ERR_NOMEM) {
		if (is_outer && e.stack != NULL)
			log_error_text(api, "Stopped:", &e);
		if (is_outer)
			api_break_down(api, r == ERR_TIMEOUT
						? API_CPU_LIMIT
						: API_MEMORY_LIMIT);
	} else if (r != 0) {
		told_ns = clock_cpu_ns();
		log_error_text(api, "Uncaught", &e);
		told_ns = clock_cpu_ns() - told_ns;
		if (event != NULL)
			event->has_failed = true;
	}
	engine_error_clear(&e);
	/* Telling of an error takes longer than throwing it. */
	if (is_outer && event != NULL)
		event->cpu_ns += engine_cpu_used_ns(api->engine) + told_ns;
	return r;
}

/* --- hooks of the engine --- */

struct rejection {
	const char *event;
	bool is_prevented;
};

/* [ promise reason ] -> [ ] */
static duk_ret_t
dispatch_rejection(duk_context *ctx, void *udata)
{
	struct rejection *r = udata;

	script_push(ctx, "dispatchRejection");
	duk_push_string(ctx, r->event);
	duk_dup(ctx, -4);
	duk_dup(ctx, -4);
	duk_call(ctx, 3);
	r->is_prevented = duk_to_boolean(ctx, -1) != 0;
	return 0;
}

static void
on_unhandled_rejection(void *arg, duk_context *ctx)
{
	struct api *api = arg;
	struct rejection r = {.event = "unhandledrejection"};

	duk_dup(ctx, -2);
	duk_dup(ctx, -2);
	(void)duk_safe_call(ctx, dispatch_rejection, &r, 2, 1);
	duk_pop(ctx);
	if (!r.is_prevented)
		api_log_exception(ctx, -1, "Uncaught (in promise)");
	(void)api;
}

static void
on_rejection_handled(void *arg, duk_context *ctx)
{
	struct rejection r = {.event = "rejectionhandled"};

	(void)arg;
	duk_dup(ctx, -1);
	duk_push_undefined(ctx);
	(void)duk_safe_call(ctx, dispatch_rejection, &r, 2, 1);
	duk_pop(ctx);
}

/* [ value ] -> [ ] */
static duk_ret_t
report_error(duk_context *ctx, void *udata)
{
	(void)udata;
	script_push(ctx, "reportError");
	duk_dup(ctx, -2);
	duk_call(ctx, 1);
	return 0;
}

static void
on_uncaught(void *arg, const struct engine_error *err)
{
	struct api *api = arg;
	duk_context *ctx = engine_ctx(api->engine);

	duk_dup(ctx, -1);
	if (duk_safe_call(ctx, report_error, NULL, 1, 1) != DUK_EXEC_SUCCESS)
		log_error_text(api, "Uncaught", err);
	duk_pop(ctx);
}

/* --- installation --- */

static int
install(duk_context *ctx, void *arg)
{
	struct api *api = arg;

	duk_push_heap_stash(ctx);
	duk_push_array(ctx);
	api->stash = duk_get_heapptr(ctx, -1);
	keys_install(ctx);
	duk_push_array(ctx);
	duk_push_uint(ctx, 0); /* no reference is number 0 */
	duk_put_prop_index(ctx, -2, 0);
	duk_push_uint(ctx, 0);
	duk_put_prop_literal(ctx, -2, "free");
	duk_put_prop_literal(ctx, -2, "refs");
	duk_push_object(ctx);
	api->scripts = duk_get_heapptr(ctx, -1);
	duk_put_prop_literal(ctx, -2, "scripts");
	duk_push_object(ctx);
	duk_put_prop_literal(ctx, -2, "env");
	duk_put_prop_literal(ctx, -2, "eider.api");
	duk_pop(ctx);

	duk_push_global_object(ctx);
	duk_push_literal(ctx, "self");
	duk_dup(ctx, -2);
	duk_def_prop(ctx, -3, DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_WEC);
	duk_pop(ctx);

	headers_install(ctx);
	url_install(ctx);
	encoding_install(ctx);
	request_install(ctx);
	response_install(ctx);
	timers_install(ctx);
	misc_install(ctx);
	fetch_install(ctx);
	event_install(ctx);
	scripts_install(ctx);
	return 0;
}

int
api_install(struct engine *engine)
{
	struct api *api = xcalloc(1, sizeof *api);
	struct engine_error e;
	int r;

	memset(&e, 0, sizeof e);
	subtle_warm();
	api->magic = API_MAGIC;
	api->engine = engine;
	url_init(&api->url[0]);
	url_init(&api->url[1]);
	buf_init(&api->text);
	buf_init(&api->text2);
	engine_set_user(engine, ENGINE_SLOT_API, api);
	r = engine_run(engine, install, api, &e);
	if (r != 0)
		log_error("api: %s", e.stack != NULL ? e.stack : e.message);
	else
		modules_install(engine);
	engine_error_clear(&e);
	return r == 0 ? 0 : ERR_SCRIPT;
}

/* [ ] -> [ value ] of a binding */
static void
push_binding(duk_context *ctx, const struct spec_binding *b, uint32_t index)
{
	void *p;

	switch (b->kind) {
	case SPEC_BIND_TEXT:
		str_push_utf8(ctx, b->value.p, b->value.len);
		break;
	case SPEC_BIND_DATA:
		p = duk_push_fixed_buffer(ctx, b->value.len);
		memcpy(p, b->value.p, b->value.len);
		bytes_to_arraybuffer(ctx);
		break;
	case SPEC_BIND_JSON:
		str_push_json(ctx, b->value.p, b->value.len);
		break;
	case SPEC_BIND_NULL:
		duk_push_null(ctx);
		break;
	case SPEC_BIND_SERVICE:
		fetcher_push(ctx, index);
		break;
	case SPEC_BINDING_KIND_MAX:
	default:
		duk_push_undefined(ctx);
		break;
	}
}

struct setup {
	struct api *api;
	const struct worker_spec *spec;
};

/* Cloudflare.compatibilityFlags: what the config asks for is true. */
static void
define_cloudflare(duk_context *ctx, const struct worker_spec *spec)
{
	uint32_t i;

	duk_push_global_object(ctx);
	duk_push_literal(ctx, "Cloudflare");
	duk_push_object(ctx);
	duk_push_bare_object(ctx);
	for (i = 0; i < spec->nflags; i++) {
		str_push_utf8(ctx, spec->flags[i].p, spec->flags[i].len);
		duk_push_true(ctx);
		duk_put_prop(ctx, -3);
	}
	duk_freeze(ctx, -1);
	duk_put_prop_literal(ctx, -2, "compatibilityFlags");
	duk_def_prop(ctx, -3,
	    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_WRITABLE |
		DUK_DEFPROP_CLEAR_ENUMERABLE | DUK_DEFPROP_SET_CONFIGURABLE);
	duk_pop(ctx);
}

static int
set_up(duk_context *ctx, void *arg)
{
	struct setup *s = arg;
	const struct worker_spec *spec = s->spec;
	bool is_script = spec->nmodules > 0 &&
			 spec->modules[0].kind == SPEC_SERVICE_WORKER_SCRIPT;
	uint32_t i;

	duk_push_heapptr(ctx, s->api->stash);
	duk_get_prop_literal(ctx, -1, "env");
	duk_push_global_object(ctx);
	for (i = 0; i < spec->nbindings; i++) {
		str_push_utf8(ctx, spec->bindings[i].name.p,
		    spec->bindings[i].name.len);
		push_binding(ctx, &spec->bindings[i], i);
		if (is_script) { /* bindings are globals, too */
			duk_dup(ctx, -2);
			duk_dup(ctx, -2);
			duk_put_prop(ctx, -5);
		}
		duk_put_prop(ctx, -4);
	}
	define_cloudflare(ctx, spec);
	if (s->api->node & NODE_GLOBALS)
		node_define_globals(ctx);
	return 0;
}

static double
wall_ms(void)
{
	struct timeval tv;

	gettimeofday(&tv, NULL);
	return (double)tv.tv_sec * 1000 + (double)tv.tv_usec / 1000;
}

int
api_new(struct engine *engine, const struct api_host *host,
    const struct worker_spec *spec, struct api **api_out)
{
	struct api *api = engine_user(engine, ENGINE_SLOT_API);
	struct engine_hooks hooks = {
	    .arg = api,
	    .on_unhandled_rejection = on_unhandled_rejection,
	    .on_rejection_handled = on_rejection_handled,
	    .on_uncaught = on_uncaught,
	};
	struct setup s = {api, spec};
	struct engine_error e;
	int r;

	ASSERT(api != NULL && api->magic == API_MAGIC);
	memset(&e, 0, sizeof e);
	api->host = *host;
	api->worker_name = xmemdup(spec->name.p, spec->name.len);
	api->has_outbound = spec->has_outbound;
	api->subrequests_max = spec->limits.subrequests;
	api->calls_max = spec->limits.calls;
	api->depth_max =
	    spec->limits.depth != 0 ? spec->limits.depth : HEAD_DEPTH_MAX;
	api->timers_max = spec->limits.timers;
	api->request_max = spec->limits.request_bytes;
	api->response_max = spec->limits.response_bytes;
	api->wall_max_ms = spec->limits.wall_ms;
	api->cpu_max_ns = (uint64_t)spec->limits.cpu_ms * 1000000u;
	api->wall_check_ms = UINT64_MAX;
	api->collected_max = spec->limits.memory_bytes != 0
				 ? (size_t)spec->limits.memory_bytes
				 : COLLECT_DEFAULT;
	api->time_origin_ms = clock_now_ms();
	api->time_origin_wall = wall_ms();
	api->node = node_access(spec);
	engine_set_hooks(engine, &hooks);
	r = engine_run(engine, set_up, &s, &e);
	if (r != 0)
		log_error_text(api, "bindings:", &e);
	engine_error_clear(&e);
	if (r != 0)
		return r == ERR_NOMEM ? ERR_NOMEM : ERR_SCRIPT;
	*api_out = api;
	return 0;
}

void
api_free(struct api **pp)
{
	struct api *api = *pp;

	*pp = NULL;
	if (api == NULL)
		return;
	ASSERT(api->magic == API_MAGIC);
	event_free_all(api);
	timers_free_all(api);
	digests_free_all(api);
	ids_clear(&api->event_table);
	ids_clear(&api->sources);
	ids_clear(&api->sinks);
	ids_clear(&api->calls);
	url_clear(&api->url[0]);
	url_clear(&api->url[1]);
	buf_clear(&api->text);
	buf_clear(&api->text2);
	free(api->worker_name);
	engine_set_user(api->engine, ENGINE_SLOT_API, NULL);
	api->magic = 0;
	free(api);
}

void
api_set_main(struct api *api, duk_context *ctx, duk_idx_t idx)
{
	duk_dup(ctx, idx);
	duk_push_heapptr(ctx, api->stash);
	duk_swap_top(ctx, -2);
	duk_put_prop_literal(ctx, -2, "main");
	duk_pop(ctx);
	api->is_started = true;
}

static int
check_fetch(duk_context *ctx, void *arg)
{
	struct api *api = api_from(ctx);
	bool *has = arg;

	duk_push_heapptr(ctx, api->stash);
	duk_get_prop_literal(ctx, -1, "main");
	if (!duk_is_object(ctx, -1)) {
		script_push(ctx, "hasFetchListener");
		duk_call(ctx, 0);
		*has = duk_to_boolean(ctx, -1) != 0;
		return 0;
	}
	duk_get_prop_literal(ctx, -1, "default");
	if (duk_is_function(ctx, -1))
		duk_get_prop_literal(ctx, -1, "prototype");
	if (duk_is_object(ctx, -1)) {
		duk_get_prop_literal(ctx, -1, "fetch");
		*has = duk_is_function(ctx, -1) != 0;
	}
	return 0;
}

bool
api_has_fetch(struct api *api, const char **why_out)
{
	bool has = false;

	(void)engine_run(api->engine, check_fetch, &has, NULL);
	if (!has)
		*why_out = "Handler does not export a fetch() function.";
	return has;
}

unsigned int
api_pending(const struct api *api)
{
	return api->nevents;
}

static int
collect(duk_context *ctx, void *arg)
{
	(void)arg;
	duk_gc(ctx, 0);
	return 0;
}

/*
 * Cycles are found by a full collection only, which the engine runs when the
 * cap is reached. Earlier, between events: whenever the heap has doubled.
 */
static void
collect_garbage(struct api *api)
{
	size_t used = engine_heap_used(api->engine);

	if (api->gc_at == 0) /* the first turn sets the measure */
		api->gc_at = used + MAX(used, GC_STEP);
	if (used < api->gc_at || api->is_broken)
		return;
	(void)engine_run(api->engine, collect, NULL, NULL);
	used = engine_heap_used(api->engine);
	api->gc_at = used + MAX(used, GC_STEP);
}

void
api_turn_ended(struct api *api)
{
	collect_garbage(api);
	event_check_hung(api);
	event_sweep(api);
	if (api->nevents == 0)
		engine_forget_full(api->engine);
}
