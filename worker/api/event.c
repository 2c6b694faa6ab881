/*
 * The life of events, and the ExecutionContext class.
 *
 * Runs in: workers. An event that is over is freed at the end of the loop's
 * turn, never from within a callback.
 */
#include "config.h"

#include "worker/api/event.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/xmalloc.h"
#include "ipc/frame.h"
#include "worker/api/body.h"
#include "worker/api/timers.h"
#include "worker/engine/promise.h"
#include "worker/engine/str.h"

#define EVENT_MAGIC 0x45564e54u

struct context_state {
	struct state_head head;
	uint32_t event_id;
};

/*
 * All events have the same time, so the oldest ends first. The timer is set
 * when nobody is watched, not for each event: few live that long.
 */
static void
watch_wall(struct api_event *e)
{
	struct api *api = e->api;

	if (api->wall_max_ms == 0)
		return;
	e->deadline_ms = clock_now_ms() + api->wall_max_ms;
	if (api->wall_check_ms != UINT64_MAX)
		return;
	api->wall_check_ms = e->deadline_ms;
	api->host.timer_changed(api->host.arg);
}

struct api_event *
event_new(struct api *api, struct stream *stream)
{
	struct api_event *e = xcalloc(1, sizeof *e);

	e->id = ids_add(&api->event_table, e);
	if (e->id == 0) {
		free(e);
		return NULL;
	}
	e->magic = EVENT_MAGIC;
	e->api = api;
	e->stream = stream;
	e->next = api->events;
	if (e->next != NULL)
		e->next->prev = e;
	else
		api->oldest = e;
	api->events = e;
	api->nevents++;
	watch_wall(e);
	return e;
}

struct api_event *
event_find(const struct api *api, uint32_t id)
{
	return ids_get(&api->event_table, id);
}

static void
event_free(struct api_event *e)
{
	struct api *api = e->api;

	ASSERT(e->magic == EVENT_MAGIC);
	if (api->current == e)
		api->current = NULL;
	timers_drop_event(api, e);
	while (e->calls != NULL)
		call_cancel(e->calls);
	sink_clear(&e->out);
	while (e->sources != NULL) {
		struct api_source *s = e->sources;

		e->sources = s->next;
		source_free(s);
	}
	ref_drop(api_ctx(api), &e->controller);
	ids_remove(&api->event_table, e->id);
	if (e->prev != NULL)
		e->prev->next = e->next;
	else
		api->events = e->next;
	if (e->next != NULL)
		e->next->prev = e->prev;
	else
		api->oldest = e->prev;
	api->nevents--;
	if (e->is_test && !api->is_tearing_down)
		api->host.test_done(api->host.arg, !e->has_failed);
	e->magic = 0;
	free(e);
}

/*
 * Nothing more will come of it. The stream names the event until it is
 * closed; what is left of the request's body is dropped meanwhile.
 */
static bool
is_over(struct api_event *e)
{
	if (!e->is_out_done || e->nholds > 0)
		return false;
	if (e->stream != NULL && !e->is_discarding) {
		e->is_discarding = true;
		if (e->request != NULL)
			source_cancel(e->request);
		else
			stream_discard(e->stream);
	}
	return e->stream == NULL;
}

void
event_end(struct api_event *e, uint32_t code, const char *text)
{
	struct api_source *s;

	ASSERT(e->magic == EVENT_MAGIC);
	if (e->stream != NULL) {
		struct stream *stream = e->stream;

		e->stream = NULL;
		e->out.stream = NULL;
		for (s = e->sources; s != NULL; s = s->next)
			if (s->stream == stream)
				s->stream = NULL;
		stream_reset(stream, code, text);
	}
	if (!e->is_out_done)
		e->has_failed = true;
	e->has_answered = true;
	e->is_out_done = true;
}

void
event_sweep(struct api *api)
{
	struct api_event *e, *next;

	for (e = api->events; e != NULL; e = next) {
		next = e->next;
		if (!is_over(e))
			continue;
		/* Both directions ended: its on_close() is still to come. */
		if (e->stream != NULL && stream_is_input_ended(e->stream))
			continue;
		/* What is left of the request's body is not wanted. */
		event_end(e, IPC_RESET_NONE, NULL);
		event_free(e);
	}
}

void
event_check_wall(struct api *api, uint64_t now_ms)
{
	struct api_event *e;

	if (now_ms < api->wall_check_ms)
		return;
	for (e = api->oldest; e != NULL && e->deadline_ms <= now_ms;
	     e = e->prev) {
		if (e->is_late)
			continue;
		e->is_late = true;
		api_log(api, LOG_WARN,
		    "an event took longer than its %llu ms and was ended",
		    (unsigned long long)api->wall_max_ms);
		/* freed at the end of the turn, with all that it waits for */
		api->host.limit_hit(api->host.arg, WORKER_LIMIT_wall_ms);
		event_end(e, IPC_RESET_WALL, "time limit");
		e->has_failed = true;
		e->nholds = 0;
	}
	api->wall_check_ms = e != NULL ? e->deadline_ms : UINT64_MAX;
}

void
event_free_all(struct api *api)
{
	api->is_tearing_down = true;
	while (api->events != NULL) {
		event_end(api->events, IPC_RESET_CANCEL, NULL);
		event_free(api->events);
	}
}

struct api_event *
event_require(duk_context *ctx)
{
	struct api *api = api_from(ctx);

	if (api->current == NULL)
		(void)duk_generic_error(ctx,
		    "Disallowed operation called within global scope. "
		    "Asynchronous I/O (ex: fetch() or connect()), setting a "
		    "timeout, and generating random values are not allowed "
		    "within global scope. To fix this error, perform this "
		    "operation within a handler.");
	return api->current;
}

/*
 * Can anything still wake a script? Timers, reads of bodies and subrequests
 * can; all of this worker's events count, for they may share promises.
 */
static bool
is_awaited(const struct api *api)
{
	const struct api_event *e;

	for (e = api->events; e != NULL; e = e->next)
		if (e->nwaits > 0)
			return true;
	return false;
}

/* Is the response on its way without a script's help? */
static bool
is_sending(const struct api_event *e)
{
	return e->has_answered && (e->out.source != NULL || e->out.left > 0 ||
				      buf_len(&e->out.queue) > 0);
}

void
event_check_hung(struct api *api)
{
	static const char text[] =
	    "The Workers runtime canceled this request because it detected "
	    "that your Worker's code had hung and would never generate a "
	    "response.";
	struct api_event *e;

	if (api->events == NULL || is_awaited(api))
		return;
	for (e = api->events; e != NULL; e = e->next) {
		if (!e->is_out_done && !is_sending(e)) {
			if (engine_was_full(api->engine)) {
				/* what it waits for was lost with an allocation
				 */
				api_break_down(api, API_MEMORY_LIMIT);
				return;
			}
			api_log(api, LOG_ERROR, "%s", text);
			event_end(e, IPC_RESET_INTERNAL, text);
		}
		if (e->is_out_done && e->nholds > 0) {
			api_log(api, LOG_WARN,
			    "waitUntil() was given a promise that can never "
			    "settle");
			e->has_failed = true;
			e->nholds = 0;
		}
	}
}

/* --- ExecutionContext --- */

/* [ value data ] -> [ ]; data: the event's number */
static duk_ret_t
hold_done(duk_context *ctx)
{
	struct api *api = api_from(ctx);
	struct api_event *e = event_find(api, duk_get_uint(ctx, 1));

	if (e != NULL && e->nholds > 0)
		e->nholds--;
	return 0;
}

static duk_ret_t
hold_failed(duk_context *ctx)
{
	struct api_event *e = event_find(api_from(ctx), duk_get_uint(ctx, 1));

	api_log_exception(ctx, 0, "Uncaught (in waitUntil)");
	if (e != NULL)
		e->has_failed = true;
	return hold_done(ctx);
}

void
event_hold(duk_context *ctx, struct api_event *event, duk_idx_t idx)
{
	event->nholds++;
	duk_dup(ctx, idx);
	promise_resolved(ctx);
	duk_push_uint(ctx, event->id);
	promise_react_c(ctx, -2, hold_done, hold_failed);
	duk_pop(ctx);
}

/* [ promise ] -> [ ] */
static duk_ret_t
context_wait_until(duk_context *ctx)
{
	struct context_state *s = state_push_this(ctx, API_EXECUTION_CONTEXT);
	struct api_event *e = event_find(api_from(ctx), s->event_id);

	if (e == NULL)
		return duk_type_error(ctx,
		    "waitUntil() was called after the event had ended.");
	event_hold(ctx, e, 0);
	return 0;
}

static duk_ret_t
context_pass_through(duk_context *ctx)
{
	state_push_this(ctx, API_EXECUTION_CONTEXT);
	return 0; /* there is no origin to pass to: see the log on failure */
}

static duk_ret_t
context_props(duk_context *ctx)
{
	state_push_this(ctx, API_EXECUTION_CONTEXT);
	if (!key_get(ctx, -1, KEY_PROPS)) {
		duk_pop(ctx);
		duk_push_object(ctx);
		duk_dup(ctx, -1);
		key_put(ctx, -3, KEY_PROPS);
	}
	return 1;
}

/* [ reason ] -> [ ] */
static duk_ret_t
context_abort(duk_context *ctx)
{
	struct context_state *s = state_push_this(ctx, API_EXECUTION_CONTEXT);
	struct api_event *e = event_find(api_from(ctx), s->event_id);

	if (e != NULL)
		event_end(e, IPC_RESET_INTERNAL, "aborted by the worker");
	return 0;
}

void
event_push_context(duk_context *ctx, struct api_event *event,
    struct control_str props)
{
	struct context_state *s;

	class_push_instance(ctx, API_EXECUTION_CONTEXT);
	s = state_new(ctx, -1, API_EXECUTION_CONTEXT, sizeof *s);
	s->event_id = event->id;
	if (props.len > 0) {
		str_push_json(ctx, props.p, props.len);
		key_put(ctx, -2, KEY_PROPS);
	}
}

static const struct member context_members[] = {
    /* clang-format off */
	{ "waitUntil", M_METHOD, context_wait_until, NULL, 1, 1, 0 },
	{ "passThroughOnException", M_METHOD, context_pass_through, NULL, 0, 0, 0 },
	{ "props", M_GETTER, context_props, NULL, 0, 0, 0 },
	{ "abort", M_METHOD, context_abort, NULL, 1, 0, 0 },
    /* clang-format on */
};

void
event_install(duk_context *ctx)
{
	static const struct class_spec spec = {.id = API_EXECUTION_CONTEXT,
	    .members = context_members,
	    .nmembers = NELEMS(context_members)};

	class_define(ctx, &spec);
}
