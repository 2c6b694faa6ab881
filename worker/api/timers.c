/*
 * setTimeout and its family: one binary heap by due time; the host asks for
 * the next deadline.
 *
 * Runs in: workers.
 */
#include "config.h"

#include "worker/api/timers.h"

#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "worker/api/api.h"
#include "worker/api/event.h"

#define DELAY_MAX 2147483647.0

struct api_timer {
	uint64_t due_ms;
	uint64_t order; /* of making, for equal times */
	uint32_t id;
	uint32_t interval_ms;
	bool is_interval;
	bool is_dead;
	size_t pos;     /* in the heap */
	uint32_t value; /* reference: [function, this..., arguments] */
	struct api_event *event;
};

static bool
is_before(const struct api_timer *a, const struct api_timer *b)
{
	return a->due_ms < b->due_ms ||
	       (a->due_ms == b->due_ms && a->order < b->order);
}

static void
place(struct api *api, size_t pos, struct api_timer *t)
{
	api->timers[pos] = t;
	t->pos = pos;
}

static void
sift_up(struct api *api, size_t pos)
{
	struct api_timer *t = api->timers[pos];

	while (pos > 0 && is_before(t, api->timers[(pos - 1) / 2])) {
		place(api, pos, api->timers[(pos - 1) / 2]);
		pos = (pos - 1) / 2;
	}
	place(api, pos, t);
}

static void
sift_down(struct api *api, size_t pos)
{
	struct api_timer *t = api->timers[pos];
	size_t child;

	while ((child = pos * 2 + 1) < api->ntimers) {
		if (child + 1 < api->ntimers &&
		    is_before(api->timers[child + 1], api->timers[child]))
			child++;
		if (!is_before(api->timers[child], t))
			break;
		place(api, pos, api->timers[child]);
		pos = child;
	}
	place(api, pos, t);
}

static void
insert(struct api *api, struct api_timer *t)
{
	if (api->ntimers == api->timers_size) {
		api->timers_size =
		    api->timers_size > 0 ? api->timers_size * 2 : 16;
		api->timers = xreallocarray(api->timers, api->timers_size,
		    sizeof *api->timers);
	}
	t->order = api->timer_order++;
	place(api, api->ntimers++, t);
	sift_up(api, t->pos);
}

/* Take it out of the heap. */
static void
extract(struct api *api, struct api_timer *t)
{
	size_t pos = t->pos;
	struct api_timer *last = api->timers[--api->ntimers];

	if (last == t)
		return;
	place(api, pos, last);
	sift_up(api, pos);
	sift_down(api, last->pos);
}

static void
timer_free(struct api *api, struct api_timer *t)
{
	if (t->event != NULL)
		t->event->nwaits--;
	ref_drop(api_ctx(api), &t->value);
	free(t);
}

void
timers_drop_event(struct api *api, struct api_event *event)
{
	size_t i;

	for (i = 0; i < api->ntimers;) {
		struct api_timer *t = api->timers[i];

		if (t->event != event) {
			i++;
			continue;
		}
		extract(api, t);
		timer_free(api, t);
		i = 0;
	}
	if (api->running_timer != NULL && api->running_timer->event == event) {
		api->running_timer->event->nwaits--;
		api->running_timer->event = NULL;
		api->running_timer->is_dead = true;
	}
}

void
timers_free_all(struct api *api)
{
	while (api->ntimers > 0) {
		struct api_timer *t = api->timers[0];

		extract(api, t);
		timer_free(api, t);
	}
	free(api->timers);
	api->timers = NULL;
	api->timers_size = 0;
}

uint64_t
api_next_timer_ms(const struct api *api)
{
	uint64_t due = api->ntimers > 0 ? api->timers[0]->due_ms : UINT64_MAX;

	return MIN(due, api->wall_check_ms);
}

static int
call_timer(duk_context *ctx, void *arg)
{
	struct api_timer *t = arg;
	duk_idx_t list;
	duk_uarridx_t i, n;

	ref_push(ctx, t->value);
	list = duk_get_top_index(ctx);
	n = (duk_uarridx_t)duk_get_length(ctx, list);
	duk_require_stack(ctx, (duk_idx_t)n + 4);
	if (key_get(ctx, list, KEY_CONTEXT))
		engine_set_context(ctx);
	else
		duk_pop(ctx);
	duk_get_prop_index(ctx, list, 0);
	for (i = 1; i < n; i++)
		duk_get_prop_index(ctx, list, i);
	duk_call(ctx, (duk_idx_t)n - 1);
	return 0;
}

void
api_run_timers(struct api *api, uint64_t now_ms)
{
	uint64_t last = api->timer_order; /* those made now wait a turn */

	while (api->ntimers > 0 && api->timers[0]->due_ms <= now_ms &&
	       api->timers[0]->order < last && !api->is_broken) {
		struct api_timer *t = api->timers[0];

		extract(api, t);
		api->running_timer = t;
		api_run(api, t->event, call_timer, t);
		api->running_timer = NULL;
		if (t->is_interval && !t->is_dead) {
			t->due_ms = now_ms + t->interval_ms;
			insert(api, t);
		} else {
			timer_free(api, t);
		}
	}
	event_check_wall(api, now_ms);
}

/* [ function delay args... ] -> [ id ] */
static duk_ret_t
timer_set(duk_context *ctx)
{
	struct api *api = api_from(ctx);
	duk_idx_t i, n = duk_get_top(ctx);
	struct api_event *event;
	struct api_timer *t;
	double delay = 0;
	uint32_t ref;

	if (!duk_is_function(ctx, 0))
		return duk_type_error(ctx,
		    "Failed to execute 'setTimeout': parameter 1 is not of "
		    "type 'Function'.");
	if (n > 1)
		delay = duk_to_number(ctx, 1);
	event = event_require(ctx);
	if (api->timers_max != 0 && api->ntimers >= api->timers_max) {
		api->host.limit_hit(api->host.arg, WORKER_LIMIT_timers);
		return duk_generic_error(ctx,
		    "You have exceeded the number of active timeouts you may "
		    "set. max active timeouts: %d, current active timeouts: "
		    "%lu, finished timeouts: %lu",
		    (int)api->timers_max, (unsigned long)api->ntimers,
		    (unsigned long)(api->next_timer_id - api->ntimers));
	}
	if (!(delay >= 0) || delay > DELAY_MAX)
		delay = delay > DELAY_MAX ? DELAY_MAX : 0;
	duk_push_array(ctx);
	duk_dup(ctx, 0);
	duk_put_prop_index(ctx, -2, 0);
	for (i = 2; i < n; i++) {
		duk_dup(ctx, i);
		duk_put_prop_index(ctx, -2, (duk_uarridx_t)i - 1);
	}
	if (engine_has_context(ctx)) {
		engine_push_context(ctx);
		key_put(ctx, -2, KEY_CONTEXT);
	}
	ref = ref_new(ctx);
	t = xcalloc(1, sizeof *t);
	t->value = ref;
	t->id = ++api->next_timer_id;
	t->event = event;
	t->is_interval = duk_get_current_magic(ctx) != 0;
	t->interval_ms = (uint32_t)delay;
	if (t->is_interval && t->interval_ms == 0)
		t->interval_ms = 1;
	t->due_ms = clock_now_ms() + (uint32_t)delay;
	event->nwaits++;
	insert(api, t);
	if (t->pos == 0)
		api->host.timer_changed(api->host.arg);
	duk_push_uint(ctx, t->id);
	return 1;
}

/* [ id ] -> [ ] */
static duk_ret_t
timer_clear(duk_context *ctx)
{
	struct api *api = api_from(ctx);
	uint32_t id;
	size_t i;

	if (!duk_is_number(ctx, 0))
		return 0;
	id = duk_to_uint32(ctx, 0);
	if (api->running_timer != NULL && api->running_timer->id == id)
		api->running_timer->is_dead = true;
	for (i = 0; i < api->ntimers; i++) {
		struct api_timer *t = api->timers[i];

		if (t->id != id)
			continue;
		extract(api, t);
		timer_free(api, t);
		if (i == 0)
			api->host.timer_changed(api->host.arg);
		break;
	}
	return 0;
}

static const struct member timer_members[] = {
    {"setTimeout", M_METHOD, timer_set, NULL, DUK_VARARGS, 1, 0},
    {"setInterval", M_METHOD, timer_set, NULL, DUK_VARARGS, 1, 1},
    {"clearTimeout", M_METHOD, timer_clear, NULL, 1, 0, 0},
    {"clearInterval", M_METHOD, timer_clear, NULL, 1, 0, 0},
};

void
timers_install(duk_context *ctx)
{
	duk_push_global_object(ctx);
	members_define(ctx, -1, timer_members, NELEMS(timer_members), false);
	duk_pop(ctx);
}
