/*
 * Evaluating modules: the order of the standard, with top-level await.
 *
 * Runs in: workers.
 * Owns:    nothing but the lists in struct module.
 */
#include "config.h"

#include <stdlib.h>

#include "base/util.h"
#include "base/xmalloc.h"
#include "worker/engine/coroutine.h"
#include "worker/engine/inner.h"
#include "worker/engine/module_priv.h"
#include "worker/engine/promise.h"
#include "worker/engine/promise_priv.h"

#define DEPTH_MAX 4000

struct eval {
	struct module *root;
	struct module_walk w;
};

static void inner(duk_context *ctx, struct module *m, struct module_walk *w);
static void execute_async(duk_context *ctx, struct module *m);
static duk_ret_t on_async_done(duk_context *ctx);
static duk_ret_t on_async_failed(duk_context *ctx);

static void
push_walk(struct module_walk *w, struct module *m)
{
	if (w->n == w->size) {
		w->size = w->size * 2 + 16;
		w->stack = xreallocarray(w->stack, w->size, sizeof *w->stack);
	}
	w->stack[w->n++] = m;
}

/* Throw what its evaluation threw. */
static void
throw_error(duk_context *ctx, struct module *m)
{
	module_slot_push(ctx, m, SLOT_ERROR);
	(void)duk_throw(ctx);
}

/* [ error ] -> [ error ]: it is its module's for ever. */
static void
set_failed(duk_context *ctx, struct module *m)
{
	m->failed = true;
	m->status = MODULE_EVALUATED;
	duk_dup_top(ctx);
	module_slot_pop(ctx, m, SLOT_ERROR);
}

/* A module that is no ES module. */
static void
run_other(duk_context *ctx, struct module *m)
{
	if (m->failed)
		throw_error(ctx, m);
	if (m->status != MODULE_LINKED)
		return;
	module_run_other(ctx, m);
}

/* Run the body of M, a plain function. */
static void
execute_plain(duk_context *ctx, struct module *m)
{
	uint32_t i;

	module_slot_push(ctx, m, SLOT_BODY);
	duk_push_undefined(ctx);
	module_slot_push(ctx, m, SLOT_CELLS);
	duk_push_uint(ctx, m->index);
	duk_require_stack(ctx, (duk_idx_t)m->ndeps + 8);
	for (i = 0; i < m->ndeps; i++) {
		if (m->deps[i] != NULL)
			module_slot_push(ctx, m->deps[i], SLOT_CELLS);
		else
			duk_push_undefined(ctx);
	}
	duk_call_method(ctx, (duk_idx_t)m->ndeps + 2);
	duk_pop(ctx);
}

/* The same for a coroutine that does not await. */
static void
execute_coroutine(duk_context *ctx, struct module *m)
{
	module_slot_push(ctx, m, SLOT_BODY);
	inner_thread_owner(ctx, -1);
	duk_swap_top(ctx, -2);
	coroutine_start_async(ctx, -1);
	duk_pop(ctx);
	/* [ promise ] */
	promise_mark_handled(ctx, -1);
	if (promise_state(ctx, -1) == PROMISE_REJECTED) {
		promise_push_result(ctx, -1);
		(void)duk_throw(ctx);
	}
	duk_pop(ctx);
}

static void
execute_sync(duk_context *ctx, struct module *m)
{
	if (m->coroutine)
		execute_coroutine(ctx, m);
	else
		execute_plain(ctx, m);
	duk_push_undefined(ctx);
	module_slot_pop(ctx, m, SLOT_BODY);
}

static void
execute_async(duk_context *ctx, struct module *m)
{
	module_slot_push(ctx, m, SLOT_BODY);
	inner_thread_owner(ctx, -1);
	duk_swap_top(ctx, -2);
	/* [ promise thread ] */
	coroutine_start_async(ctx, -1);
	duk_pop(ctx);
	duk_push_uint(ctx, m->index);
	promise_react_c(ctx, -2, on_async_done, on_async_failed);
	duk_pop(ctx);
}

/* M waits for DEP. */
static void
add_parent(struct module *dep, struct module *m)
{
	if (dep->nparents % 8 == 0)
		dep->parents = xreallocarray(dep->parents, dep->nparents + 8,
		    sizeof *dep->parents);
	dep->parents[dep->nparents++] = m;
}

/* InnerModuleEvaluation */
static void
inner(duk_context *ctx, struct module *m, struct module_walk *w)
{
	struct engine *e = engine_from(ctx);
	uint32_t i;

	if (m->kind != MODULE_ESM || m->make != NULL) {
		run_other(ctx, m);
		return;
	}
	if (m->status >= MODULE_WAITING) {
		if (m->failed)
			throw_error(ctx, m);
		return;
	}
	if (m->status == MODULE_EVALUATING)
		return;
	if (++w->depth > DEPTH_MAX)
		(void)duk_range_error(ctx, "modules are nested too deep");
	m->status = MODULE_EVALUATING;
	m->dfs = m->low = ++w->counter;
	m->pending = 0;
	push_walk(w, m);
	m->on_stack = true;
	for (i = 0; i < m->ndeps; i++) {
		struct module *d = m->deps[i];

		if (d == NULL)
			continue;
		inner(ctx, d, w);
		if (d->kind != MODULE_ESM || d->make != NULL)
			continue;
		if (d->status == MODULE_EVALUATING) {
			m->low = MIN(m->low, d->low);
		} else {
			d = d->cycle_root != NULL ? d->cycle_root : d;
			if (d->failed)
				throw_error(ctx, d);
		}
		if (d->async_order > 0 && d->status != MODULE_EVALUATED) {
			m->pending++;
			add_parent(d, m);
		}
	}
	if (m->pending > 0 || m->has_tla) {
		m->async_order = ++e->modules->async_counter;
		if (m->pending == 0)
			execute_async(ctx, m);
	} else {
		execute_sync(ctx, m);
	}
	w->depth--;
	if (m->low != m->dfs)
		return;
	for (;;) {
		struct module *x = w->stack[--w->n];

		x->on_stack = false;
		x->status =
		    x->async_order > 0 ? MODULE_WAITING : MODULE_EVALUATED;
		x->cycle_root = m;
		if (x == m)
			break;
	}
}

static duk_ret_t
eval_body(duk_context *ctx, void *arg)
{
	struct eval *v = arg;

	inner(ctx, v->root, &v->w);
	return 0;
}

void
module_evaluate(duk_context *ctx, struct module *m)
{
	struct eval v;
	duk_int_t r;

	if (m->status >= MODULE_WAITING && m->cycle_root != NULL)
		m = m->cycle_root;
	module_slot_push(ctx, m, SLOT_PROMISE);
	if (promise_is(ctx, -1))
		return;
	duk_pop(ctx);
	promise_new(ctx);
	duk_dup_top(ctx);
	module_slot_pop(ctx, m, SLOT_PROMISE);
	v = (struct eval){.root = m};
	r = duk_safe_call(ctx, eval_body, &v, 0, 1);
	if (r != DUK_EXEC_SUCCESS) {
		while (v.w.n > 0) {
			struct module *x = v.w.stack[--v.w.n];

			x->on_stack = false;
			set_failed(ctx, x);
			x->cycle_root = x;
		}
		free(v.w.stack);
		promise_rethrow_if_stopped(ctx);
		promise_reject(ctx, -2, -1);
	} else {
		free(v.w.stack);
		if (m->async_order == 0 || m->status == MODULE_EVALUATED)
			promise_resolve(ctx, -2, -1);
	}
	duk_pop(ctx);
}

/* Settle the promise of M, if somebody asked for it. [ value ] -> [ value ] */
static void
settle(duk_context *ctx, struct module *m, bool failed)
{
	module_slot_push(ctx, m, SLOT_PROMISE);
	if (promise_is(ctx, -1)) {
		if (failed)
			promise_reject(ctx, -1, -2);
		else
			promise_resolve(ctx, -1, -2);
	}
	duk_pop(ctx);
}

/* AsyncModuleExecutionRejected: [ error ] -> [ error ] */
static void
async_failed(duk_context *ctx, struct module *m)
{
	uint32_t i;

	if (m->status == MODULE_EVALUATED)
		return;
	duk_require_stack(ctx, 8);
	set_failed(ctx, m);
	m->async_order = 0;
	settle(ctx, m, true);
	for (i = 0; i < m->nparents; i++)
		async_failed(ctx, m->parents[i]);
}

/* GatherAvailableAncestors */
static void
gather(struct module *m, struct module_walk *w)
{
	uint32_t i, j;

	for (i = 0; i < m->nparents; i++) {
		struct module *p = m->parents[i];

		for (j = 0; j < w->n && w->stack[j] != p; j++)
			continue;
		if (j < w->n || p->status == MODULE_EVALUATED ||
		    (p->cycle_root != NULL && p->cycle_root->failed))
			continue;
		if (p->pending > 0 && --p->pending == 0) {
			push_walk(w, p);
			if (!p->has_tla)
				gather(p, w);
		}
	}
}

static int
compare_order(const void *a, const void *b)
{
	const struct module *x = *(struct module *const *)a;
	const struct module *y = *(struct module *const *)b;

	return x->async_order < y->async_order ? -1 : 1;
}

static duk_ret_t
sync_body(duk_context *ctx, void *arg)
{
	execute_sync(ctx, arg);
	return 0;
}

/* AsyncModuleExecutionFulfilled */
static void
async_done(duk_context *ctx, struct module *m)
{
	struct module_walk w = {0};
	uint32_t i;

	if (m->status == MODULE_EVALUATED)
		return;
	m->status = MODULE_EVALUATED;
	duk_push_undefined(ctx);
	settle(ctx, m, false);
	duk_pop(ctx);
	gather(m, &w);
	if (w.n > 1)
		qsort(w.stack, w.n, sizeof *w.stack, compare_order);
	for (i = 0; i < w.n; i++) {
		struct module *x = w.stack[i];

		if (x->status == MODULE_EVALUATED)
			continue;
		if (x->has_tla) {
			execute_async(ctx, x);
			continue;
		}
		if (duk_safe_call(ctx, sync_body, x, 0, 1) !=
		    DUK_EXEC_SUCCESS) {
			if (*engine_from(ctx)->fire) {
				free(w.stack);
				(void)duk_throw(ctx);
			}
			async_failed(ctx, x);
		} else {
			x->status = MODULE_EVALUATED;
			settle(ctx, x, false);
		}
		duk_pop(ctx);
	}
	free(w.stack);
}

static struct module *
module_of(duk_context *ctx)
{
	struct modules *ms = engine_from(ctx)->modules;
	uint32_t i = duk_get_uint(ctx, 1);

	ASSERT(i < ms->n);
	return ms->list[i];
}

/* [ value module-index ] */
static duk_ret_t
on_async_done(duk_context *ctx)
{
	async_done(ctx, module_of(ctx));
	return 0;
}

static duk_ret_t
on_async_failed(duk_context *ctx)
{
	struct module *m = module_of(ctx);

	duk_pop(ctx);
	async_failed(ctx, m);
	return 0;
}

void
module_evaluate_sync(duk_context *ctx, struct module *m)
{
	if (m->kind != MODULE_ESM || m->make != NULL) {
		run_other(ctx, m);
		return;
	}
	module_evaluate(ctx, m);
	promise_mark_handled(ctx, -1);
	switch (promise_state(ctx, -1)) {
	case PROMISE_REJECTED:
		promise_push_result(ctx, -1);
		(void)duk_throw(ctx);
		break;
	case PROMISE_PENDING:
		if (m->status != MODULE_EVALUATING)
			(void)duk_error(ctx, DUK_ERR_ERROR,
			    "require() cannot be used on an ES module with "
			    "top-level await: \"%s\"",
			    m->name);
		break;
	case PROMISE_FULFILLED:
		break;
	}
	duk_pop(ctx);
}
