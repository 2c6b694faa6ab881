/*
 * WeakMap, WeakSet, WeakRef, FinalizationRegistry.
 *
 * Runs in: worker.
 *
 * A WeakMap has a hidden key of its own; its value for an object is a slot of
 * that object under the key, so key and value die together. What remains when
 * the WeakMap dies first is freed with the key object. Symbols as keys live in
 * an ordinary table of the WeakMap.
 *
 * WeakRef keeps its target alive: the collector has no weak pointers, and the
 * standard allows never to collect. A FinalizationRegistry's token is a slot
 * of the target whose finalizer queues the callback as a microtask.
 */
#include "config.h"

#include "worker/builtins/bi.h"
#include "worker/builtins/table.h"
#include "worker/engine/promise.h"

#include <stdio.h>

/* Registered symbols are for ever, so they are no weak keys. */
static bool
can_be_weak(duk_context *ctx, duk_idx_t idx)
{
	if (bi_is_symbol(ctx, idx)) {
		const char *s = duk_get_string(ctx, idx);

		return (unsigned char)s[0] != 0x80;
	}
	return duk_is_object(ctx, idx) || duk_is_lightfunc(ctx, idx);
}

/* In KIND: a number, where Map and Set have a boolean. */
static int
weak_kind(bool is_set)
{
	return is_set ? 2 : 1;
}

/* [ ] -> [ key string ] of the collection at IDX; its heap pointer. */
static void *
push_weak_key(duk_context *ctx, duk_idx_t idx, bool is_set, const char *name)
{
	bool ok = slot_get(ctx, idx, SLOT_KIND);

	if (ok) {
		ok = duk_get_int_default(ctx, -1, 0) == weak_kind(is_set);
		duk_pop(ctx);
	}
	if (!ok || !slot_get(ctx, idx, SLOT_WEAK))
		bi_throw_receiver(ctx, name);
	return duk_require_heapptr(ctx, -1);
}

static void
weak_init(duk_context *ctx, duk_idx_t idx, bool is_set)
{
	idx = duk_require_normalize_index(ctx, idx);
	duk_push_sprintf(ctx, DUK_HIDDEN_SYMBOL("weak%lx"),
	    (unsigned long)bi_of(ctx)->next_weak++);
	slot_put(ctx, idx, SLOT_WEAK);
	slot_put_number(ctx, idx, SLOT_KIND, weak_kind(is_set));
}

/* [ key value ] -> [ ] */
static void
weak_put(duk_context *ctx, duk_idx_t coll, void *key)
{
	if (duk_is_symbol(ctx, -2)) {
		if (!slot_has(ctx, coll, SLOT_TABLE))
			table_create(ctx, coll);
		table_set(ctx, coll);
		return;
	}
	dx_slot_put(ctx, -2, key);
	duk_pop(ctx);
}

static int
weak_add(duk_context *ctx, void *arg)
{
	bool is_set = *(bool *)arg; /* [ iterable coll adder ... item ] */

	duk_dup(ctx, 2);
	duk_dup(ctx, 1);
	if (is_set) {
		duk_dup(ctx, -3);
		duk_call_method(ctx, 1);
	} else {
		if (!bi_is_object(ctx, -3))
			bi_throw_type(ctx,
			    "Iterator value %s is not an entry object",
			    duk_safe_to_string(ctx, -3));
		bi_get_k(ctx, -3, 0);
		bi_get_k(ctx, -4, 1);
		duk_call_method(ctx, 2);
	}
	duk_pop(ctx);
	return 0;
}

/* magic 1: WeakSet */
static duk_ret_t
weak_constructor(duk_context *ctx)
{
	bool is_set = duk_get_current_magic(ctx) != 0;

	bi_construct(ctx, is_set ? I_WEAKSET_PROTO : I_WEAKMAP_PROTO,
	    is_set ? "WeakSet" : "WeakMap");
	weak_init(ctx, 1, is_set);
	if (!bi_is_nullish(ctx, 0)) {
		duk_get_prop_string(ctx, 1, is_set ? "add" : "set");
		bi_require_callable(ctx, 2);
		iter_each(ctx, 0, weak_add, &is_set);
		duk_set_top(ctx, 2);
	}
	return 1;
}

static duk_ret_t
weak_get(duk_context *ctx)
{
	void *key;
	int64_t i;

	duk_push_this(ctx);
	key = push_weak_key(ctx, 1, false, "WeakMap.prototype.get");
	if (duk_is_symbol(ctx, 0) && slot_get(ctx, 1, SLOT_TABLE)) {
		duk_dup(ctx, 0);
		i = table_find(ctx, -2);
		if (i < 0)
			return 0;
		table_value(ctx, -1, i);
		return 1;
	}
	return dx_slot_get(ctx, 0, key) ? 1 : 0;
}

static duk_ret_t
weak_set(duk_context *ctx)
{
	void *key;

	duk_push_this(ctx);
	key = push_weak_key(ctx, 2, false, "WeakMap.prototype.set");
	if (!can_be_weak(ctx, 0))
		bi_throw_type(ctx, "Invalid value used as weak map key");
	duk_dup(ctx, 0);
	duk_dup(ctx, 1);
	weak_put(ctx, 2, key);
	duk_dup(ctx, 2);
	return 1;
}

static duk_ret_t
weak_add_value(duk_context *ctx)
{
	void *key;

	duk_push_this(ctx);
	key = push_weak_key(ctx, 1, true, "WeakSet.prototype.add");
	if (!can_be_weak(ctx, 0))
		bi_throw_type(ctx, "Invalid value used in weak set");
	duk_dup(ctx, 0);
	duk_push_true(ctx);
	weak_put(ctx, 1, key);
	duk_dup(ctx, 1);
	return 1;
}

static duk_ret_t
weak_has(duk_context *ctx)
{
	bool is_set = duk_get_current_magic(ctx) != 0, r;
	void *key;

	duk_push_this(ctx);
	key = push_weak_key(ctx, 1, is_set,
	    is_set ? "WeakSet.prototype.has" : "WeakMap.prototype.has");
	if (duk_is_symbol(ctx, 0)) {
		r = slot_get(ctx, 1, SLOT_TABLE);
		if (r) {
			duk_dup(ctx, 0);
			r = table_find(ctx, -2) >= 0;
		}
	} else {
		r = dx_slot_has(ctx, 0, key);
	}
	duk_push_boolean(ctx, r);
	return 1;
}

static duk_ret_t
weak_delete(duk_context *ctx)
{
	bool is_set = duk_get_current_magic(ctx) != 0, r;
	void *key;

	duk_push_this(ctx);
	key = push_weak_key(ctx, 1, is_set,
	    is_set ? "WeakSet.prototype.delete" : "WeakMap.prototype.delete");
	if (duk_is_symbol(ctx, 0)) {
		r = slot_has(ctx, 1, SLOT_TABLE);
		if (r) {
			duk_dup(ctx, 0);
			r = table_delete(ctx, 1);
		}
	} else {
		r = dx_slot_del(ctx, 0, key);
	}
	duk_push_boolean(ctx, r);
	return 1;
}

static duk_ret_t
weakref_constructor(duk_context *ctx)
{
	if (!duk_is_constructor_call(ctx))
		bi_throw_type(ctx, "Constructor WeakRef requires 'new'");
	if (!can_be_weak(ctx, 0))
		bi_throw_type(ctx, "WeakRef: target must be an object");
	bi_construct(ctx, I_WEAKREF_PROTO, "WeakRef");
	duk_dup(ctx, 0);
	slot_put(ctx, 1, SLOT_TARGET);
	return 1;
}

static duk_ret_t
weakref_deref(duk_context *ctx)
{
	duk_push_this(ctx);
	if (!slot_get(ctx, 0, SLOT_TARGET))
		bi_throw_receiver(ctx, "WeakRef.prototype.deref");
	return 1;
}

/*
 * A registry's record R: [0] callback, [1] list of { token, unregister
 * token }. A token object: TARGET slot the held value, REGISTRY slot R. The
 * tokens of a target hang on it in an array in its TOKENS slot.
 */
static duk_ret_t
registry_constructor(duk_context *ctx)
{
	if (!duk_is_constructor_call(ctx))
		bi_throw_type(ctx,
		    "Constructor FinalizationRegistry requires 'new'");
	if (!duk_is_function(ctx, 0))
		bi_throw_type(ctx,
		    "FinalizationRegistry: cleanup must be callable");
	bi_construct(ctx, I_REGISTRY_PROTO, "FinalizationRegistry");
	duk_dup(ctx, 0);
	slot_put(ctx, 1, SLOT_REGISTRY);
	duk_push_bare_object(ctx); /* what unregister() can reach */
	slot_put(ctx, 1, SLOT_TOKENS);
	return 1;
}

/* Microtask: [ [ callback, held ] ] */
static duk_ret_t
registry_cleanup(duk_context *ctx)
{
	duk_get_prop_index(ctx, 0, 0);
	duk_get_prop_index(ctx, 0, 1);
	duk_call(ctx, 1);
	return 0;
}

/* Finalizer of a token: [ token heap_destruct ] */
static duk_ret_t
token_finalize(duk_context *ctx)
{
	if (duk_get_boolean(ctx, 1) || !slot_get(ctx, 0, SLOT_REGISTRY) ||
	    !duk_is_function(ctx, -1))
		return 0;
	duk_push_bare_array(ctx);
	duk_insert(ctx, -2);
	duk_put_prop_index(ctx, -2, 0);
	slot_get(ctx, 0, SLOT_TARGET);
	duk_put_prop_index(ctx, -2, 1);
	duk_push_undefined(ctx);
	slot_put(ctx, 0, SLOT_REGISTRY); /* once */
	microtask_enqueue_c(ctx, registry_cleanup);
	return 0;
}

static duk_ret_t
registry_register(duk_context *ctx)
{
	duk_push_this(ctx);
	if (!slot_get(ctx, 3, SLOT_REGISTRY) || !slot_has(ctx, 3, SLOT_TOKENS))
		bi_throw_receiver(ctx,
		    "FinalizationRegistry.prototype.register");
	if (!can_be_weak(ctx, 0))
		bi_throw_type(ctx,
		    "FinalizationRegistry.prototype.register: invalid target");
	if (duk_samevalue(ctx, 0, 1))
		bi_throw_type(ctx, "FinalizationRegistry.prototype.register: "
				   "target and holdings must not be same");
	if (!can_be_weak(ctx, 2) && !duk_is_undefined(ctx, 2))
		bi_throw_type(ctx, "Invalid unregister token");
	if (duk_is_symbol(ctx, 0))
		return 0; /* never collected */
	/* [ target held utoken this callback ] */
	duk_push_bare_object(ctx);
	duk_dup(ctx, 4);
	slot_put(ctx, 5, SLOT_REGISTRY);
	duk_dup(ctx, 1);
	slot_put(ctx, 5, SLOT_TARGET);
	if (!slot_get(ctx, 0, SLOT_TOKENS) || !duk_is_array(ctx, -1)) {
		duk_set_top(ctx, 6);
		duk_push_bare_array(ctx);
		duk_dup(ctx, 6);
		slot_put(ctx, 0, SLOT_TOKENS);
	}
	duk_dup(ctx, 5);
	duk_put_prop_index(ctx, 6, (duk_uarridx_t)duk_get_length(ctx, 6));
	if (duk_is_object(ctx, 2)) {
		/* the unregister token keeps a list of [ registry, token ] */
		if (!slot_get(ctx, 2, SLOT_BOUND)) {
			duk_push_bare_array(ctx);
			duk_dup_top(ctx);
			slot_put(ctx, 2, SLOT_BOUND);
		}
		duk_dup(ctx, 3);
		duk_put_prop_index(ctx, 7,
		    (duk_uarridx_t)duk_get_length(ctx, 7));
		duk_dup(ctx, 5);
		duk_put_prop_index(ctx, 7,
		    (duk_uarridx_t)duk_get_length(ctx, 7));
	}
	duk_dup(ctx, 5);
	duk_push_c_function(ctx, token_finalize, 2);
	duk_set_finalizer(ctx, -2);
	return 0;
}

static duk_ret_t
registry_unregister(duk_context *ctx)
{
	duk_uarridx_t i, n;
	bool found = false;

	duk_push_this(ctx);
	if (!slot_has(ctx, 1, SLOT_REGISTRY) || !slot_has(ctx, 1, SLOT_TOKENS))
		bi_throw_receiver(ctx,
		    "FinalizationRegistry.prototype.unregister");
	if (!can_be_weak(ctx, 0))
		bi_throw_type(ctx, "Invalid unregister token");
	if (!slot_get(ctx, 0, SLOT_BOUND)) {
		duk_push_false(ctx);
		return 1;
	}
	n = (duk_uarridx_t)duk_get_length(ctx, 2);
	for (i = 0; i + 1 < n; i += 2) {
		duk_get_prop_index(ctx, 2, i);
		if (!duk_strict_equals(ctx, -1, 1)) {
			duk_pop(ctx);
			continue;
		}
		duk_get_prop_index(ctx, 2, i + 1);
		slot_get(ctx, -1, SLOT_REGISTRY);
		found = found || duk_is_function(ctx, -1);
		duk_push_undefined(ctx);
		slot_put(ctx, -3, SLOT_REGISTRY);
		duk_push_undefined(ctx);
		duk_put_prop_index(ctx, 2, i);
		duk_push_undefined(ctx);
		duk_put_prop_index(ctx, 2, i + 1);
		duk_set_top(ctx, 3);
	}
	duk_push_boolean(ctx, found);
	return 1;
}

/* [ ] -> [ ] */
static void
install(duk_context *ctx, const char *name, duk_c_function fn, uint8_t length,
    enum bi_intrinsic proto, int magic, const struct bi_fn *fns, size_t n)
{
	bi_class(ctx, name, fn, 1, length, proto);
	bi_define_fns(ctx, -1, fns, n);
	bi_define_tag(ctx, -1, name);
	duk_set_magic(ctx, -2, magic);
	duk_pop_2(ctx);
}

void
bi_install_weak(duk_context *ctx)
{
	static const struct bi_fn map_fns[] = {
	    {"delete", weak_delete, 1, 1, 0},
	    {"get", weak_get, 1, 1, 0},
	    {"set", weak_set, 2, 2, 0},
	    {"has", weak_has, 1, 1, 0},
	};
	static const struct bi_fn set_fns[] = {
	    {"delete", weak_delete, 1, 1, 1},
	    {"has", weak_has, 1, 1, 1},
	    {"add", weak_add_value, 1, 1, 0},
	};
	static const struct bi_fn ref_fns[] = {
	    {"deref", weakref_deref, 0, 0, 0},
	};
	static const struct bi_fn registry_fns[] = {
	    {"register", registry_register, 3, 2, 0},
	    {"unregister", registry_unregister, 1, 1, 0},
	};

	install(ctx, "WeakMap", weak_constructor, 0, I_WEAKMAP_PROTO, 0,
	    map_fns, NELEMS(map_fns));
	install(ctx, "WeakSet", weak_constructor, 0, I_WEAKSET_PROTO, 1,
	    set_fns, NELEMS(set_fns));
	install(ctx, "WeakRef", weakref_constructor, 1, I_WEAKREF_PROTO, 0,
	    ref_fns, NELEMS(ref_fns));
	install(ctx, "FinalizationRegistry", registry_constructor, 1,
	    I_REGISTRY_PROTO, 0, registry_fns, NELEMS(registry_fns));
}
