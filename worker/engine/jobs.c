/*
 * Microtasks: two queues, one being filled while the other is run.
 *
 * Runs in: zygote and workers.
 * Owns:    the queues: value stacks of two threads, so that what waits is
 *          reachable for the garbage collector.
 * Never:   runs a job outside engine_run().
 */
#include "config.h"

#include "worker/engine/jobs.h"

#include <string.h>

#include "base/util.h"
#include "worker/engine/engine_priv.h"
#include "worker/engine/inner.h"
#include "worker/engine/promise.h"

#define JOB_SLOTS 4 /* kind, a, b, c */
/* What is rejected by listeners to rejections is reported so often at once. */
#define REJECTION_ROUNDS 100

struct batch {
	struct engine *e;
	duk_context *q;
	duk_idx_t at, end;
	void *next_context; /* of JOB_CONTEXT; the stash keeps it */
};

static duk_context *queue(struct engine *e, bool b);
static duk_ret_t run_batch(duk_context *ctx);
static void run_job(struct engine *e, duk_context *ctx, enum job_kind kind);
static void report_uncaught(struct engine *e);

void
jobs_setup(struct engine *e, duk_context *ctx)
{
	duk_push_c_function(ctx, run_batch, 1);
	engine_set_ref(e, ctx, REF_RUN_BATCH);
	duk_push_thread(ctx);
	engine_set_ref(e, ctx, REF_JOBS_A);
	duk_push_thread(ctx);
	engine_set_ref(e, ctx, REF_JOBS_B);
	duk_push_bare_array(ctx);
	engine_set_ref(e, ctx, REF_REJECTED);
}

static duk_context *
queue(struct engine *e, bool b)
{
	duk_context *q;

	engine_push_ref(e, e->ctx, b ? REF_JOBS_B : REF_JOBS_A);
	q = duk_get_context(e->ctx, -1);
	duk_pop(e->ctx);
	return q;
}

bool
engine_has_context(duk_context *ctx)
{
	return engine_from(ctx)->refs[REF_CONTEXT] != NULL;
}

void
engine_push_context(duk_context *ctx)
{
	struct engine *e = engine_from(ctx);

	if (e->refs[REF_CONTEXT] != NULL)
		engine_push_ref(e, ctx, REF_CONTEXT);
	else
		duk_push_undefined(ctx);
}

void
engine_set_context(duk_context *ctx)
{
	struct engine *e = engine_from(ctx);

	if (duk_is_object(ctx, -1)) {
		engine_set_ref(e, ctx, REF_CONTEXT); /* pops it */
		return;
	}
	duk_pop(ctx);
	e->refs[REF_CONTEXT] = NULL; /* the stash may keep it for a while */
}

static void
add(duk_context *ctx, enum job_kind kind)
{
	struct engine *e = engine_from(ctx);
	duk_context *q;

	engine_push_ref(e, ctx, e->jobs_in_b ? REF_JOBS_B : REF_JOBS_A);
	q = duk_get_context(ctx, -1);
	duk_pop(ctx);
	duk_require_stack(q, JOB_SLOTS + 1);
	duk_push_int(q, (duk_int_t)kind);
	duk_xmove_top(q, ctx, JOB_SLOTS - 1);
	e->njobs++;
}

void
jobs_add_context(duk_context *ctx, duk_idx_t idx)
{
	duk_dup(ctx, idx);
	duk_push_undefined(ctx);
	duk_push_undefined(ctx);
	add(ctx, JOB_CONTEXT);
}

void
jobs_add(duk_context *ctx, enum job_kind kind)
{
	if (kind != JOB_REACT && engine_has_context(ctx)) {
		engine_push_context(ctx);
		jobs_add_context(ctx, -1);
		duk_pop(ctx);
	}
	add(ctx, kind);
}

void
microtask_enqueue(duk_context *ctx)
{
	duk_push_undefined(ctx);
	duk_push_undefined(ctx);
	jobs_add(ctx, JOB_CALL);
}

void
microtask_enqueue_c(duk_context *ctx, duk_c_function fn)
{
	duk_push_c_function(ctx, fn, 1);
	duk_swap_top(ctx, -2);
	duk_push_undefined(ctx);
	jobs_add(ctx, JOB_CALL);
}

void
jobs_drain(struct engine *e)
{
	while (e->njobs > 0 && !*e->fire) {
		struct batch b = {.e = e, .q = queue(e, e->jobs_in_b)};

		b.end = duk_get_top(b.q);
		e->jobs_in_b = !e->jobs_in_b;
		e->njobs = 0;
		while (b.at < b.end && !*e->fire) {
			engine_push_ref(e, e->ctx, REF_RUN_BATCH);
			duk_push_pointer(e->ctx, &b);
			if (duk_pcall(e->ctx, 1) != DUK_EXEC_SUCCESS &&
			    !*e->fire) {
				/* what waits for the job would wait for ever */
				e->is_full =
				    engine_is_alloc_failure(e->ctx, -1);
				if (!e->is_full)
					report_uncaught(e);
			}
			duk_pop(e->ctx);
			if (e->is_full)
				break;
		}
		e->refs[REF_CONTEXT] = NULL;
		duk_set_top(b.q, 0);
		if (e->is_full)
			break;
	}
}

void
jobs_drop(struct engine *e)
{
	duk_set_top(queue(e, false), 0);
	duk_set_top(queue(e, true), 0);
	e->njobs = 0;
}

static duk_ret_t
run_batch(duk_context *ctx)
{
	struct batch *b = duk_require_pointer(ctx, 0);

	duk_set_top(ctx, 0);
	while (b->at < b->end) {
		enum job_kind kind;
		duk_idx_t at = b->at, i;

		if (*b->e->fire)
			return duk_range_error(ctx, "execution stopped");
		kind = (enum job_kind)duk_get_int(b->q, at);
		for (i = 1; i < JOB_SLOTS; i++) {
			duk_dup(b->q, at + i);
			duk_push_undefined(b->q);
			duk_replace(b->q, at + i);
		}
		duk_xmove_top(ctx, b->q, JOB_SLOTS - 1);
		b->at += JOB_SLOTS; /* also if it throws */
		b->e->refs[REF_CONTEXT] = b->next_context;
		b->next_context = NULL;
		if (kind == JOB_CONTEXT) {
			duk_set_top(ctx, 1);
			engine_set_context(ctx);
			b->next_context = b->e->refs[REF_CONTEXT];
		} else {
			run_job(b->e, ctx, kind);
		}
		duk_set_top(ctx, 0);
	}
	return 0;
}

/* [ a b c ] */
static void
run_job(struct engine *e, duk_context *ctx, enum job_kind kind)
{
	(void)e;
	switch (kind) {
	case JOB_CALL:
		duk_pop(ctx);
		if (duk_is_undefined(ctx, -1))
			duk_pop(ctx);
		duk_call(ctx, duk_get_top(ctx) - 1);
		break;
	case JOB_REACT:
		promise_job_react(ctx);
		break;
	case JOB_THENABLE:
		promise_job_thenable(ctx);
		break;
	case JOB_CONTEXT:
		break;
	}
}

static void
report_uncaught(struct engine *e)
{
	struct engine_error err;

	if (e->hooks.on_uncaught == NULL)
		return;
	engine_error_from(e->ctx, -1, &err);
	e->hooks.on_uncaught(e->hooks.arg, &err);
	engine_error_clear(&err);
}

/* Rejections. */

void
jobs_track_rejection(duk_context *ctx, duk_idx_t pidx)
{
	struct engine *e = engine_from(ctx);

	pidx = duk_normalize_index(ctx, pidx);
	engine_push_ref(e, ctx, REF_REJECTED);
	duk_dup(ctx, pidx);
	duk_put_prop_index(ctx, -2, (duk_uarridx_t)duk_get_length(ctx, -2));
	duk_pop(ctx);
}

static duk_ret_t
take_rejected(duk_context *ctx, void *arg)
{
	struct engine *e = arg;
	duk_size_t i, n;

	engine_push_ref(e, ctx, REF_REJECTED);
	n = duk_get_length(ctx, -1);
	for (i = 0; i < n; i++) {
		duk_get_prop_index(ctx, -1, (duk_uarridx_t)i);
		if (promise_take_unhandled(ctx, -1) &&
		    e->hooks.on_unhandled_rejection != NULL) {
			promise_push_result(ctx, -1);
			e->hooks.on_unhandled_rejection(e->hooks.arg, ctx);
			duk_pop(ctx);
		}
		duk_pop(ctx);
	}
	duk_set_length(ctx, -1, 0);
	return 0;
}

void
jobs_report_rejections(struct engine *e)
{
	int rounds;

	engine_push_ref(e, e->ctx, REF_REJECTED);
	for (rounds = 0; rounds < REJECTION_ROUNDS && !*e->fire &&
			 duk_get_length(e->ctx, -1) > 0;
	     rounds++) {
		duk_safe_call(e->ctx, take_rejected, e, 0, 1);
		duk_pop(e->ctx);
		/* hooks may have queued something, or rejected more */
		jobs_drain(e);
	}
	duk_pop(e->ctx);
}
