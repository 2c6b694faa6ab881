/*
 * Duktape and what the engine needs of its inside, in one unit.
 *
 * Runs in: zygote and workers.
 * Owns:    nothing; the globals here are the one place Duktape's hooks can
 *          look at without a context, written by the engine alone.
 * Never:   knows promises, modules or the language; those are layers above.
 */
#include "config.h"

#include "worker/engine/duk_over.h"
#include "worker/engine/numconv.h"
#include <stdio.h>
#include <string.h>
/* the packaged source with the edits of duk_edits.py, made by the build */
#include "worker/engine/duktape_edited.h"

#include "worker/engine/inner.h"

#include <string.h>

struct inner_guard inner_guard_state;

/* When to collect: bytes in use, as the allocator counts them. */
static const size_t *gc_used;
static size_t gc_at_bytes;

#define GC_RECHECK 1024    /* allocations between two looks */
#define GC_MORE (2U << 20) /* bytes between two collections at least */

static duk_hobject *obj_at(duk_hthread *thr, duk_idx_t idx);
static void patch_template(duk_hthread *thr, duk_hcompfunc *f,
    const struct inner_template *t);
static void prune_varmap(duk_hthread *thr, duk_hcompfunc *f,
    const struct inner_template *t);
static bool construct_resolve(duk_hthread *thr, duk_idx_t fidx);

void
inner_push_thrower(duk_context *ctx)
{
	duk_push_hobject_bidx(ctx, DUK_BIDX_TYPE_ERROR_THROWER);
}

volatile sig_atomic_t *
inner_kill_flag(void)
{
	return &inner_guard_state.fire;
}

void
inner_set_namespaces(const void *key, const void *tdz)
{
	inner_namespaces.key = key;
	inner_namespaces.tdz = tdz;
}

void
inner_set_stack_low(uintptr_t low)
{
	inner_guard_state.stack_low = low;
}

void
inner_reseed(duk_context *ctx, const uint64_t seed[2])
{
	ctx->heap->rnd_state[0] = seed[0];
	ctx->heap->rnd_state[1] = seed[1] | 1;
}

void
inner_gc_at(size_t bytes, const size_t *used)
{
	gc_used = used;
	gc_at_bytes = bytes;
}

/* Called when Duktape's own count of allocations ran out. */
static duk_bool_t
inner_gc_is_due(duk_heap *heap)
{
	if (gc_used == NULL)
		return 1;
	heap->ms_trigger_counter = GC_RECHECK;
	return *gc_used >= gc_at_bytes && heap->ms_running == 0;
}

/* After a collection: the next one when half as much again is in use. */
static void
inner_gc_done(duk_heap *heap)
{
	heap->ms_trigger_counter = GC_RECHECK;
	if (gc_used != NULL)
		gc_at_bytes = *gc_used + *gc_used / 2 + GC_MORE;
}

/* Records. */

static void
push_object(duk_context *ctx, void *proto, void *const *keys, unsigned int n,
    duk_uint8_t flags)
{
	duk_hobject *h;
	unsigned int i;

	h = duk_push_object_helper(ctx,
	    DUK_HOBJECT_FLAG_EXTENSIBLE | DUK_HOBJECT_FLAG_FASTREFS |
		DUK_HOBJECT_CLASS_AS_FLAGS(DUK_HOBJECT_CLASS_OBJECT),
	    -1);
	if (proto != NULL) {
		DUK_HOBJECT_SET_PROTOTYPE(ctx->heap, h, (duk_hobject *)proto);
		DUK_HOBJECT_INCREF(ctx, (duk_hobject *)proto);
	}
	duk_hobject_realloc_props(ctx, h, n, 0, 0, 0);
	for (i = 0; i < n; i++) {
		duk_hstring *k = (duk_hstring *)keys[i];

		DUK_HOBJECT_E_SET_KEY(ctx->heap, h, i, k);
		DUK_HSTRING_INCREF(ctx, k);
		DUK_HOBJECT_E_SET_FLAGS(ctx->heap, h, i, flags);
		DUK_TVAL_SET_UNDEFINED(
		    DUK_HOBJECT_E_GET_VALUE_TVAL_PTR(ctx->heap, h, i));
	}
	DUK_HOBJECT_SET_ENEXT(h, n);
}

void
inner_push_record(duk_context *ctx, void *proto, void *const *keys,
    unsigned int n)
{
	push_object(ctx, proto, keys, n, DUK_PROPDESC_FLAG_WRITABLE);
}

void
inner_push_plain(duk_context *ctx, void *proto, void *const *keys,
    unsigned int n)
{
	push_object(ctx, proto, keys, n, DUK_PROPDESC_FLAGS_WEC);
}

bool
inner_is_record(duk_context *ctx, duk_idx_t idx, unsigned int slot, void *key)
{
	duk_hobject *h = obj_at(ctx, idx);

	return h != NULL && DUK_HOBJECT_GET_ENEXT(h) > slot &&
	       DUK_HOBJECT_E_GET_KEY(ctx->heap, h, slot) == (duk_hstring *)key;
}

void
inner_slot_push(duk_context *ctx, duk_idx_t idx, unsigned int slot)
{
	duk_hobject *h = obj_at(ctx, idx);

	duk_push_tval(ctx,
	    DUK_HOBJECT_E_GET_VALUE_TVAL_PTR(ctx->heap, h, slot));
}

void
inner_slot_pop(duk_context *ctx, duk_idx_t idx, unsigned int slot)
{
	duk_hobject *h = obj_at(ctx, idx);
	duk_tval *tv = DUK_HOBJECT_E_GET_VALUE_TVAL_PTR(ctx->heap, h, slot);

	DUK_TVAL_SET_TVAL_UPDREF(ctx, tv, DUK_GET_TVAL_NEGIDX(ctx, -1));
	duk_pop(ctx);
}

int
inner_slot_get_int(duk_context *ctx, duk_idx_t idx, unsigned int slot)
{
	duk_hobject *h = obj_at(ctx, idx);
	duk_tval *tv = DUK_HOBJECT_E_GET_VALUE_TVAL_PTR(ctx->heap, h, slot);

	if (DUK_TVAL_IS_FASTINT(tv))
		return (int)DUK_TVAL_GET_FASTINT_I32(tv);
	return DUK_TVAL_IS_NUMBER(tv) ? (int)DUK_TVAL_GET_NUMBER(tv) : 0;
}

void
inner_slot_set_int(duk_context *ctx, duk_idx_t idx, unsigned int slot, int v)
{
	duk_push_int(ctx, v);
	inner_slot_pop(ctx, idx < 0 ? idx - 1 : idx, slot);
}

/* Coroutines. */

enum inner_thread_state
inner_thread_state(duk_context *ctx, duk_idx_t idx)
{
	duk_hobject *h = obj_at(ctx, idx);

	if (h == NULL || !DUK_HOBJECT_IS_THREAD(h))
		return INNER_THREAD_NONE;
	switch (((duk_hthread *)h)->state) {
	case DUK_HTHREAD_STATE_INACTIVE:
		return INNER_THREAD_NEW;
	case DUK_HTHREAD_STATE_RUNNING:
		return INNER_THREAD_RUNNING;
	case DUK_HTHREAD_STATE_RESUMED:
		return INNER_THREAD_RESUMED;
	case DUK_HTHREAD_STATE_YIELDED:
		return INNER_THREAD_SUSPENDED;
	default:
		return INNER_THREAD_ENDED;
	}
}

void
inner_thread_push(duk_context *ctx, duk_idx_t nargs)
{
	duk_idx_t base = duk_get_top(ctx) - nargs - 3;
	duk_hthread *t;

	duk_push_thread(ctx);
	t = (duk_hthread *)duk_known_hobject(ctx, -1);
	t->state = DUK_HTHREAD_STATE_INACTIVE;
	duk_insert(ctx, base);
	duk_require_stack(t, nargs + 3);
	duk_xmove_top(t, ctx, nargs + 3);
}

void
inner_thread_owner(duk_context *ctx, duk_idx_t idx)
{
	duk_hthread *t = (duk_hthread *)duk_require_hobject_with_class(ctx, idx,
	    DUK_HOBJECT_CLASS_THREAD);

	if (t->valstack_top == t->valstack)
		duk_push_undefined(ctx);
	else
		duk_push_tval(ctx, t->valstack);
}

duk_ret_t
inner_thread_resume(duk_context *ctx)
{
	duk_hthread *t;
	bool is_error;

	duk_set_top(ctx, 3);
	is_error = duk_to_boolean(ctx, 2) != 0;
	t = (duk_hthread *)duk_get_hobject_with_class(ctx, 0,
	    DUK_HOBJECT_CLASS_THREAD);
	duk_pop(ctx);
	if (t == NULL || !inner_called_from_js(ctx))
		return duk_type_error(ctx, "not a coroutine");
	if (t->state == DUK_HTHREAD_STATE_INACTIVE) {
		duk_hobject *f;

		if (t->callstack_top != 0 ||
		    t->valstack_top - t->valstack < 3 ||
		    !DUK_TVAL_IS_OBJECT(t->valstack + 1))
			return duk_type_error(ctx, "not a coroutine");
		f = DUK_TVAL_GET_OBJECT(t->valstack + 1);
		if (!DUK_HOBJECT_IS_COMPFUNC(f))
			return duk_type_error(ctx, "not a coroutine's body");
	} else if (t->state != DUK_HTHREAD_STATE_YIELDED) {
		return duk_type_error(ctx, "coroutine is running");
	}
	ctx->heap->lj.type = DUK_LJ_TYPE_RESUME;
	DUK_TVAL_SET_TVAL_UPDREF(ctx, &ctx->heap->lj.value2,
	    &ctx->valstack_bottom[0]);
	DUK_TVAL_SET_TVAL_UPDREF(ctx, &ctx->heap->lj.value1,
	    &ctx->valstack_bottom[1]);
	DUK_TVAL_CHKFAST_INPLACE_SLOW(&ctx->heap->lj.value1);
	ctx->heap->lj.iserror = is_error;
	duk_err_longjmp(ctx);
	return 0;
}

bool
inner_called_from_js(duk_context *ctx)
{
	duk_activation *act = ctx->callstack_curr;

	if (act == NULL || (act = act->parent) == NULL)
		return false;
	return DUK_ACT_GET_FUNC(act) != NULL &&
	       DUK_HOBJECT_IS_COMPFUNC(DUK_ACT_GET_FUNC(act));
}

bool
inner_can_yield(duk_context *ctx)
{
	return ctx->resumer != NULL && ctx->callstack_preventcount == 1 &&
	       inner_called_from_js(ctx);
}

duk_ret_t
inner_thread_yield(duk_context *ctx)
{
	if (!inner_can_yield(ctx))
		return duk_type_error(ctx, "cannot suspend here");
	ctx->heap->lj.type = DUK_LJ_TYPE_YIELD;
	DUK_TVAL_SET_TVAL_UPDREF(ctx, &ctx->heap->lj.value1,
	    DUK_GET_TVAL_NEGIDX(ctx, -1));
	DUK_TVAL_CHKFAST_INPLACE_SLOW(&ctx->heap->lj.value1);
	ctx->heap->lj.iserror = 0;
	duk_err_longjmp(ctx);
	return 0;
}

void
inner_push_caller_file(duk_context *ctx)
{
	duk_activation *act;

	for (act = ctx->callstack_curr; act != NULL; act = act->parent) {
		duk_hobject *f = DUK_ACT_GET_FUNC(act);

		if (f == NULL || !DUK_HOBJECT_IS_COMPFUNC(f))
			continue;
		duk_push_hobject(ctx, f);
		if (duk_xget_owndataprop_stridx_short(ctx, -1,
			DUK_STRIDX_INT_SOURCE)) {
			duk_remove(ctx, -2);
			return;
		}
		duk_pop_2(ctx);
	}
	duk_push_undefined(ctx);
}

/* Functions. */

void
inner_set_constructable(duk_context *ctx, duk_idx_t idx, bool on)
{
	duk_hobject *h = obj_at(ctx, idx);

	if (on)
		DUK_HOBJECT_SET_CONSTRUCTABLE(h);
	else
		DUK_HOBJECT_CLEAR_CONSTRUCTABLE(h);
}

/* Entry I of H: KEY with the value on top. [ value ] -> [ ] */
static void
set_entry(duk_hthread *thr, duk_hobject *h, unsigned int i, duk_hstring *key,
    duk_uint8_t flags)
{
	duk_tval *tv = DUK_HOBJECT_E_GET_VALUE_TVAL_PTR(thr->heap, h, i);

	DUK_HOBJECT_E_SET_KEY(thr->heap, h, i, key);
	DUK_HSTRING_INCREF(thr, key);
	DUK_HOBJECT_E_SET_FLAGS(thr->heap, h, i, flags);
	DUK_TVAL_SET_TVAL(tv, DUK_GET_TVAL_NEGIDX(thr, -1));
	DUK_TVAL_INCREF(thr, tv);
	DUK_HOBJECT_SET_ENEXT(h, i + 1);
	duk_pop(thr);
}

void
inner_push_cfunction(duk_context *ctx, duk_c_function fn, duk_idx_t nargs,
    int length, const char *name, void *data_key)
{
	unsigned int i = 0;
	duk_hobject *h;

	duk_push_c_function(ctx, fn, nargs);
	h = duk_known_hobject(ctx, -1);
	DUK_HOBJECT_CLEAR_CONSTRUCTABLE(h);
	/* Duktape's native functions have a prototype of their own between */
	DUK_HOBJECT_SET_PROTOTYPE_UPDREF(ctx, h,
	    ctx->builtins[DUK_BIDX_FUNCTION_PROTOTYPE]);
	/* all properties at once, instead of growing the table each time */
	duk_hobject_realloc_props(ctx, h, data_key != NULL ? 3 : 2, 0, 0, 0);
	if (data_key != NULL) {
		/* first: scripts can delete the others, and then it moved */
		duk_swap_top(ctx, -2);
		set_entry(ctx, h, i++, (duk_hstring *)data_key,
		    DUK_PROPDESC_FLAGS_W);
	}
	duk_push_int(ctx, length);
	set_entry(ctx, h, i++, DUK_HTHREAD_STRING_LENGTH(ctx),
	    DUK_PROPDESC_FLAGS_C);
	duk_push_string(ctx, name);
	set_entry(ctx, h, i, DUK_HTHREAD_STRING_NAME(ctx),
	    DUK_PROPDESC_FLAGS_C);
}

bool
inner_is_constructor(duk_context *ctx, duk_idx_t idx)
{
	duk_hobject *h = obj_at(ctx, idx);

	/* Duktape makes every bound function a constructor */
	while (h != NULL && DUK_HOBJECT_HAS_BOUNDFUNC(h)) {
		duk_tval *tv = &((duk_hboundfunc *)(void *)h)->target;

		h = DUK_TVAL_IS_OBJECT(tv) ? DUK_TVAL_GET_OBJECT(tv) : NULL;
	}
	return h != NULL && DUK_HOBJECT_HAS_CONSTRUCTABLE(h);
}

bool
inner_is_lowered(duk_context *ctx, duk_idx_t idx)
{
	duk_hobject *h = obj_at(ctx, idx);

	return h != NULL && DUK_HOBJECT_IS_COMPFUNC(h);
}

const void *
inner_code_key(duk_context *ctx, duk_idx_t idx)
{
	duk_hobject *h = obj_at(ctx, idx);

	if (h == NULL || !DUK_HOBJECT_IS_COMPFUNC(h))
		return NULL;
	return DUK_HCOMPFUNC_GET_DATA(ctx->heap, (duk_hcompfunc *)h);
}

/*
 * [ ... func args ] with func at FIDX: replace a bound function, or a Proxy
 * without a trap, by its target. newTarget is on top. Returns true if a Proxy's
 * trap gave the result: [ ... result ].
 */
static bool
construct_resolve(duk_hthread *thr, duk_idx_t fidx)
{
	for (;;) {
		duk_hobject *f = duk_require_hobject(thr, fidx);

		if (DUK_HOBJECT_HAS_BOUNDFUNC(f)) {
			duk_hboundfunc *b = (duk_hboundfunc *)(void *)f;
			duk_idx_t i, n = b->nargs;

			if (duk_strict_equals(thr, fidx, -1)) {
				duk_pop(thr);
				duk_push_tval(thr, &b->target);
			}
			duk_require_stack(thr, n + 2);
			for (i = 0; i < n; i++) {
				duk_push_tval(thr, &b->args[i]);
				duk_insert(thr, fidx + 1 + i);
			}
			duk_push_tval(thr, &b->target);
			duk_replace(thr, fidx);
		} else if (DUK_HOBJECT_IS_PROXY(f)) {
			duk_hproxy *p = (duk_hproxy *)f;
			duk_idx_t nargs;

			duk_push_hobject(thr, p->handler);
			duk_get_prop_string(thr, -1, "construct");
			if (duk_is_null_or_undefined(thr, -1)) {
				duk_pop_2(thr);
				duk_push_hobject(thr, p->target);
				duk_replace(thr, fidx);
				continue;
			}
			/* [ f args nt handler trap ] */
			nargs = duk_get_top(thr) - fidx - 4;
			duk_swap_top(thr, -2);
			duk_push_hobject(thr, p->target);
			duk_dup(thr, -4);
			/* [ f args nt trap handler target nt ] */
			duk_remove(thr, -5);
			duk_insert(thr, fidx + 1);
			duk_insert(thr, fidx + 1);
			duk_insert(thr, fidx + 1);
			duk_insert(thr, fidx + 1);
			/* [ f trap handler target nt args ] */
			duk_pack(thr, nargs);
			duk_swap_top(thr, -2);
			duk_call_method(thr, 3);
			duk_remove(thr, fidx);
			if (!duk_is_object(thr, -1))
				(void)duk_type_error(thr,
				    "proxy [[Construct]] must return an "
				    "object");
			return true;
		} else {
			return false;
		}
	}
}

void
inner_construct(duk_context *ctx, duk_idx_t nargs)
{
	duk_idx_t fidx = duk_get_top(ctx) - nargs - 2;
	duk_hobject *f, *proto;
	bool foreign, native;

	if (!inner_is_constructor(ctx, fidx) || !inner_is_constructor(ctx, -1))
		(void)duk_type_error(ctx, "not a constructor");
	if (construct_resolve(ctx, fidx))
		return;
	duk_get_prop_string(ctx, -1, "prototype");
	foreign = !duk_strict_equals(ctx, fidx, -2);
	if (!duk_is_object(ctx, -1)) {
		duk_pop(ctx);
		duk_get_prop_string(ctx, fidx, "prototype");
	}
	/* [ func args nt proto ]: kept below the call, as nt is borrowed */
	duk_insert(ctx, fidx);
	duk_insert(ctx, fidx);
	fidx += 2;
	/* [ nt proto func args ] -- order: nt was inserted last */
	proto = duk_get_hobject(ctx, fidx - 1);
	f = duk_require_hobject(ctx, fidx);
	native = DUK_HOBJECT_IS_NATFUNC(f);
	duk_push_object(ctx);
	if (proto != NULL)
		DUK_HOBJECT_SET_PROTOTYPE_UPDREF(ctx,
		    duk_known_hobject(ctx, -1), proto);
	duk_insert(ctx, fidx + 1);
	inner_new_target = duk_known_hobject(ctx, fidx - 2);
	duk_handle_call_unprotected(ctx, fidx,
	    DUK_CALL_FLAG_CONSTRUCT | DUK_CALL_FLAG_DEFAULT_INSTANCE_UPDATED |
		INNER_CALL_FLAG_NEW_TARGET);
	/* [ nt proto result ] */
	if (foreign && native && proto != NULL && duk_is_object(ctx, -1)) {
		duk_hobject *r = duk_get_hobject(ctx, -1);

		if (r != NULL &&
		    DUK_HOBJECT_GET_PROTOTYPE(ctx->heap, r) != proto &&
		    !DUK_HOBJECT_IS_PROXY(r))
			DUK_HOBJECT_SET_PROTOTYPE_UPDREF(ctx, r, proto);
	}
	duk_replace(ctx, -3);
	duk_pop(ctx);
}

/* Templates. */

struct walk {
	inner_patch_fn *patch;
	void *arg;
	unsigned int index;
};

static void
walk_templates(duk_hthread *thr, duk_hcompfunc *f, struct walk *w)
{
	duk_hobject **p = DUK_HCOMPFUNC_GET_FUNCS_BASE(thr->heap, f);
	duk_hobject **end = DUK_HCOMPFUNC_GET_FUNCS_END(thr->heap, f);

	duk_native_stack_check(thr);
	for (; p < end; p++) {
		duk_hcompfunc *in = (duk_hcompfunc *)*p;
		struct inner_template t = {.length = -1, .keep_all = true};
		duk_idx_t top = duk_get_top(thr);

		if (w->patch(thr, w->arg, w->index++,
			DUK_HCOMPFUNC_GET_DATA(thr->heap, in), &t))
			patch_template(thr, in, &t);
		duk_set_top(thr, top);
		walk_templates(thr, in, w);
	}
}

static void
patch_template(duk_hthread *thr, duk_hcompfunc *f,
    const struct inner_template *t)
{
	duk_push_hobject(thr, (duk_hobject *)f);
	if (t->name != NULL) {
		duk_push_lstring(thr, t->name, t->name_len);
		duk_xdef_prop_stridx_short(thr, -2, DUK_STRIDX_NAME,
		    DUK_PROPDESC_FLAGS_NONE);
	}
	if (t->drop_self_name)
		DUK_HOBJECT_CLEAR_NAMEBINDING((duk_hobject *)f);
	if (t->constructable)
		DUK_HOBJECT_SET_CONSTRUCTABLE((duk_hobject *)f);
	else
		DUK_HOBJECT_CLEAR_CONSTRUCTABLE((duk_hobject *)f);
	if (t->length >= 0) {
		duk_harray *formals =
		    duk_hobject_get_formals(thr, (duk_hobject *)f);
		int now = formals != NULL ? (int)formals->length : f->nargs;

		if (now != t->length) {
			duk_uarridx_t i;

			duk_push_bare_array(thr);
			for (i = 0; i < (duk_uarridx_t)t->length; i++) {
				duk_push_literal(thr, "");
				duk_put_prop_index(thr, -2, i);
			}
			duk_xdef_prop_stridx_short(thr, -2,
			    DUK_STRIDX_INT_FORMALS, DUK_PROPDESC_FLAGS_NONE);
		}
	}
	if (!t->keep_all)
		prune_varmap(thr, f, t);
	duk_compact(thr, -1);
	duk_pop(thr);
}

/* Drop the names that no inner function refers to. */
static void
prune_varmap(duk_hthread *thr, duk_hcompfunc *f, const struct inner_template *t)
{
	duk_hobject *m = duk_hobject_get_varmap(thr, (duk_hobject *)f);
	duk_uint_fast32_t i;
	unsigned int j, left = 0;

	if (m == NULL)
		return;
	for (i = 0; i < DUK_HOBJECT_GET_ENEXT(m); i++) {
		duk_hstring *key = DUK_HOBJECT_E_GET_KEY(thr->heap, m, i);

		if (key == NULL)
			continue;
		for (j = 0; j < t->nkept; j++)
			if (t->kept[j] == (void *)key)
				break;
		if (j < t->nkept) {
			left++;
			continue;
		}
		/* values are numbers: nothing to release */
		DUK_HOBJECT_E_SET_KEY(thr->heap, m, i, NULL);
		DUK_HSTRING_DECREF_NORZ(thr, key);
	}
	duk_push_hobject(thr, m);
	duk_compact(thr, -1);
	duk_pop(thr);
	if (left == 0)
		duk_hobject_delprop_raw(thr, (duk_hobject *)f,
		    DUK_HTHREAD_STRING_INT_VARMAP(thr), DUK_DELPROP_FLAG_FORCE);
}

void
inner_compile(duk_context *ctx, unsigned int flags, inner_patch_fn *patch,
    void *arg)
{
	struct walk w = {.patch = patch, .arg = arg};
	const char *src;
	duk_size_t len;

	/* [ text filename ] -> [ text template ]; the text stays reachable */
	src = duk_require_lstring(ctx, -2, &len);
	duk_js_compile(ctx, (const duk_uint8_t *)src, len,
	    (duk_small_uint_t)flags);
	if (patch != NULL)
		walk_templates(ctx, (duk_hcompfunc *)duk_known_hobject(ctx, -1),
		    &w);
	duk_js_push_closure(ctx, (duk_hcompfunc *)duk_known_hobject(ctx, -1),
	    ctx->builtins[DUK_BIDX_GLOBAL_ENV],
	    ctx->builtins[DUK_BIDX_GLOBAL_ENV], 1);
	/* [ text template closure ] */
	duk_replace(ctx, -3);
	duk_pop(ctx);
}

void
inner_set_eval(duk_c_function fn)
{
	inner_eval = fn;
}

/* Objects. */

void *
inner_get_proto(duk_context *ctx, duk_idx_t idx)
{
	duk_hobject *h = obj_at(ctx, idx);

	return h != NULL ? DUK_HOBJECT_GET_PROTOTYPE(ctx->heap, h) : NULL;
}

void
inner_set_proto(duk_context *ctx, duk_idx_t idx)
{
	duk_hobject *h = duk_require_hobject(ctx, idx);
	duk_hobject *p = duk_require_hobject(ctx, -1);

	DUK_HOBJECT_SET_PROTOTYPE_UPDREF(ctx, h, p);
}

bool
inner_is_proxy(duk_context *ctx, duk_idx_t idx)
{
	duk_hobject *h = obj_at(ctx, idx);

	return h != NULL && DUK_HOBJECT_IS_PROXY(h);
}

bool
inner_push_proxy_parts(duk_context *ctx, duk_idx_t idx)
{
	duk_hobject *h = obj_at(ctx, idx);
	duk_hproxy *p = (duk_hproxy *)(void *)h;

	if (h == NULL || !DUK_HOBJECT_IS_PROXY(h) || p->target == NULL ||
	    p->handler == NULL)
		return false;
	duk_push_heapptr(ctx, p->target);
	duk_push_heapptr(ctx, p->handler);
	return true;
}

void
inner_def_hidden(duk_context *ctx, duk_idx_t idx)
{
	duk_hobject *h = duk_require_hobject(ctx, idx);

	duk_hobject_define_property_internal(ctx, h,
	    duk_require_hstring(ctx, -2), DUK_PROPDESC_FLAGS_W);
	duk_pop(ctx);
}

bool
inner_get_own_hidden(duk_context *ctx, duk_idx_t idx)
{
	duk_hobject *h = obj_at(ctx, idx);
	duk_tval *tv = NULL;

	if (h != NULL)
		tv = duk_hobject_find_entry_tval_ptr(ctx->heap, h,
		    duk_require_hstring(ctx, -1));
	if (tv == NULL) {
		duk_pop(ctx);
		return false;
	}
	duk_push_tval(ctx, tv);
	duk_replace(ctx, -2);
	return true;
}

void
inner_prevent_extensions(duk_context *ctx, duk_idx_t idx)
{
	duk_hobject *h = duk_require_hobject(ctx, idx);

	DUK_HOBJECT_CLEAR_EXTENSIBLE(h);
}

/*
 * Find KEY on the chain from H: the holder (or a Proxy, which decides), and
 * its own property in *D with the value pushed; NULL and nothing if none.
 */
static duk_hobject *
find_on_chain(duk_hthread *thr, duk_hobject *h, duk_hstring *key,
    duk_propdesc *d)
{
	unsigned int depth = DUK_HOBJECT_PROTOTYPE_CHAIN_SANITY;

	for (; h != NULL; h = DUK_HOBJECT_GET_PROTOTYPE(thr->heap, h)) {
		if (depth-- == 0)
			(void)duk_range_error(thr, "prototype chain limit");
		if (DUK_HOBJECT_IS_PROXY(h))
			return h;
		if (duk_hobject_get_own_propdesc(thr, h, key, d,
			DUK_GETDESC_FLAG_PUSH_VALUE))
			return h;
	}
	return NULL;
}

/* Push a Proxy's trap, or return false. [ ] -> [ trap handler target ] */
static bool
push_trap(duk_hthread *thr, duk_hobject *h, const char *name)
{
	duk_hproxy *p = (duk_hproxy *)h;

	duk_push_hobject(thr, p->handler);
	duk_get_prop_string(thr, -1, name);
	if (duk_is_null_or_undefined(thr, -1)) {
		duk_pop_2(thr);
		return false;
	}
	duk_swap_top(thr, -2);
	duk_push_hobject(thr, p->target);
	return true;
}

void
inner_create_field(duk_context *ctx, duk_idx_t idx)
{
	duk_hobject *h = duk_require_hobject(ctx, idx);

	while (DUK_HOBJECT_IS_PROXY(h)) {
		if (push_trap(ctx, h, "defineProperty")) {
			/* [ key value trap handler target ] */
			duk_dup(ctx, -5);
			duk_push_object(ctx);
			duk_dup(ctx, -6);
			duk_put_prop_literal(ctx, -2, "value");
			duk_push_true(ctx);
			duk_put_prop_literal(ctx, -2, "writable");
			duk_push_true(ctx);
			duk_put_prop_literal(ctx, -2, "enumerable");
			duk_push_true(ctx);
			duk_put_prop_literal(ctx, -2, "configurable");
			duk_call_method(ctx, 3);
			if (!duk_to_boolean(ctx, -1))
				(void)duk_type_error(ctx,
				    "'defineProperty' on proxy: trap returned "
				    "falsish");
			duk_pop_3(ctx);
			return;
		}
		h = ((duk_hproxy *)h)->target;
	}
	duk_push_hobject(ctx, h);
	duk_insert(ctx, -3);
	duk_def_prop(ctx, -3, DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_WEC);
	duk_pop(ctx);
}

void
inner_get_with_receiver(duk_context *ctx, duk_idx_t idx, duk_idx_t key_idx,
    duk_idx_t this_idx)
{
	duk_idx_t base = duk_get_top(ctx);
	duk_hobject *h = duk_require_hobject(ctx, idx);
	duk_hstring *key;
	duk_propdesc d;

	this_idx = duk_normalize_index(ctx, this_idx);
	duk_dup(ctx, key_idx);
	key = duk_to_property_key_hstring(ctx, base);
	duk_push_hobject(ctx, h); /* reachable while getters run */
	while ((h = find_on_chain(ctx, h, key, &d)) != NULL) {
		if (!DUK_HOBJECT_IS_PROXY(h)) {
			if (!(d.flags & DUK_PROPDESC_FLAG_ACCESSOR))
				goto found;
			duk_pop(ctx);
			if (d.get == NULL)
				break;
			duk_push_hobject(ctx, d.get);
			duk_dup(ctx, this_idx);
			duk_call_method(ctx, 0);
			goto found;
		}
		duk_push_hobject(ctx, h);
		if (push_trap(ctx, h, "get")) {
			duk_dup(ctx, base);
			duk_dup(ctx, this_idx);
			duk_call_method(ctx, 3);
			goto found;
		}
		h = ((duk_hproxy *)h)->target;
	}
	duk_push_undefined(ctx);
found:
	duk_replace(ctx, base);
	duk_set_top(ctx, base + 1);
}

/* [ ... ] with value and receiver at these places: the last step of [[Set]] */
static bool
set_on_receiver(duk_hthread *thr, duk_hstring *key, duk_idx_t value_idx,
    duk_idx_t this_idx)
{
	duk_hobject *r = duk_get_hobject(thr, this_idx);
	duk_uint_t flags = DUK_DEFPROP_HAVE_VALUE;
	duk_propdesc d;

	if (r == NULL)
		return false;
	if (!DUK_HOBJECT_IS_PROXY(r)) {
		if (!duk_hobject_get_own_propdesc(thr, r, key, &d, 0)) {
			if (!DUK_HOBJECT_HAS_EXTENSIBLE(r))
				return false;
			flags |= DUK_DEFPROP_SET_WEC;
		} else if ((d.flags & DUK_PROPDESC_FLAG_ACCESSOR) ||
			   !(d.flags & DUK_PROPDESC_FLAG_WRITABLE)) {
			return false;
		}
	} else {
		flags |= DUK_DEFPROP_SET_WEC;
	}
	duk_push_hstring(thr, key);
	duk_dup(thr, value_idx);
	duk_def_prop(thr, this_idx, flags);
	return true;
}

bool
inner_try_set_with_receiver(duk_context *ctx, duk_idx_t idx, duk_idx_t key_idx,
    duk_idx_t value_idx, duk_idx_t this_idx)
{
	duk_idx_t base = duk_get_top(ctx);
	duk_hobject *h = duk_require_hobject(ctx, idx);
	duk_hstring *key;
	duk_propdesc d;
	bool ok;

	this_idx = duk_normalize_index(ctx, this_idx);
	value_idx = duk_normalize_index(ctx, value_idx);
	duk_dup(ctx, key_idx);
	key = duk_to_property_key_hstring(ctx, base);
	duk_push_hobject(ctx, h);
	while ((h = find_on_chain(ctx, h, key, &d)) != NULL) {
		if (!DUK_HOBJECT_IS_PROXY(h)) {
			duk_pop(ctx);
			if (!(d.flags & DUK_PROPDESC_FLAG_ACCESSOR)) {
				ok =
				    (d.flags & DUK_PROPDESC_FLAG_WRITABLE) != 0;
				if (!ok)
					goto out;
				break;
			}
			ok = d.set != NULL;
			if (ok) {
				duk_push_hobject(ctx, d.set);
				duk_dup(ctx, this_idx);
				duk_dup(ctx, value_idx);
				duk_call_method(ctx, 1);
			}
			goto out;
		}
		duk_push_hobject(ctx, h);
		if (push_trap(ctx, h, "set")) {
			duk_dup(ctx, base);
			duk_dup(ctx, value_idx);
			duk_dup(ctx, this_idx);
			duk_call_method(ctx, 4);
			ok = duk_to_boolean(ctx, -1) != 0;
			goto out;
		}
		h = ((duk_hproxy *)h)->target;
	}
	ok = set_on_receiver(ctx, key, value_idx, this_idx);
out:
	duk_set_top(ctx, base);
	return ok;
}

void
inner_set_with_receiver(duk_context *ctx, duk_idx_t idx, duk_idx_t key_idx,
    duk_idx_t value_idx, duk_idx_t this_idx)
{
	if (!inner_try_set_with_receiver(ctx, idx, key_idx, value_idx,
		this_idx))
		(void)duk_type_error(ctx,
		    "Cannot assign to read only property '%s' of object",
		    duk_safe_to_string(ctx, key_idx));
}

duk_context *
inner_running(duk_context *ctx)
{
	return ctx->heap->curr_thread != NULL ? ctx->heap->curr_thread : ctx;
}

void
inner_set_scope_behind_global(duk_context *ctx)
{
	duk_hobject *genv = ctx->builtins[DUK_BIDX_GLOBAL_ENV];
	duk_hobjenv *env;

	env = duk_hobjenv_alloc(ctx,
	    DUK_HOBJECT_FLAG_EXTENSIBLE |
		DUK_HOBJECT_CLASS_AS_FLAGS(DUK_HOBJECT_CLASS_OBJENV));
	env->target = duk_require_hobject(ctx, -1);
	DUK_HOBJECT_INCREF(ctx, env->target);
	env->has_this = 0;
	duk_push_hobject(ctx, (duk_hobject *)env);
	DUK_HOBJECT_SET_PROTOTYPE_UPDREF(ctx, genv, (duk_hobject *)env);
	duk_pop_2(ctx);
}

/* The object at IDX, or NULL; buffers and light functions are none. */
static duk_hobject *
obj_at(duk_hthread *thr, duk_idx_t idx)
{
	return duk_get_hobject(thr, idx);
}

/* what worker/builtins needs of the inside */
#include "worker/engine/dx.inc"

#include "worker/engine/inner_json.inc"
#include "worker/engine/inner_strbuf.inc"
