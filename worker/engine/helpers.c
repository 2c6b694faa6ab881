/*
 * The table of runtime helpers (lang/helpers.def): values by number.
 *
 * Runs in: zygote and workers.
 * Owns:    the array of helper values, and the scope object in which scripts
 *          find them.
 */
#include "config.h"

#include "worker/lang/helpers.h"

#include "base/util.h"
#include "worker/engine/coroutine.h"
#include "worker/engine/engine_priv.h"
#include "worker/engine/helpers_priv.h"
#include "worker/engine/inner.h"
#include "worker/engine/rt.h"

struct row {
	unsigned int id;
	duk_c_function fn;
};

#define ROW(id_, fn_)                                                          \
	{                                                                      \
		LANG_HELPER_##id_, fn_                                         \
	}

static const struct row rows[] = {
    ROW(TDZ_THROW, rt_tdz_throw),
    ROW(TDZ_WRITE, rt_tdz_write),
    ROW(CONST_WRITE, rt_const_write),
    ROW(BIGINT, rt_bigint),
    ROW(ITER_GUARD, rt_iter_guard),
    ROW(DELETE_SUPER, rt_delete_super),
    ROW(SET_NAME, rt_set_name),
    ROW(CALL, rt_call),
    ROW(REFLECT_APPLY, rt_reflect_apply),
    ROW(NEW_SPREAD, rt_new_spread),
    ROW(NOT_CALLABLE, rt_not_callable),
    ROW(ASYNC_FN, rt_async_fn),
    ROW(GEN_FN, rt_generator_fn),
    ROW(ASYNC_GEN_FN, rt_async_generator_fn),
    ROW(START, rt_start),
    ROW(AWAIT, rt_await),
    ROW(YIELD, rt_yield),
    ROW(ASYNC_YIELD, rt_async_yield),
    ROW(CLASS, rt_class),
    ROW(NEW_TARGET, rt_new_target),
    ROW(SUPER_CALL, rt_super_call),
    ROW(SUPER_APPLY, rt_super_apply),
    ROW(SUPER_TWICE, rt_super_twice),
    ROW(THIS_UNSET, rt_this_unset),
    ROW(DERIVED_RETURN, rt_derived_return),
    ROW(SUPER_GET, rt_super_get),
    ROW(SUPER_SET, rt_super_set),
    ROW(FIELD, rt_field),
    ROW(PRIV_NAME, rt_private_name),
    ROW(PRIV_ADD, rt_private_add),
    ROW(PRIV_GET, rt_private_get),
    ROW(PRIV_SET, rt_private_set),
    ROW(PRIV_HAS, rt_private_has),
    ROW(PRIV_BRAND, rt_private_brand),
    ROW(PRIV_THROW, rt_private_throw),
    ROW(IMPORT, rt_import),
    ROW(IMPORT_META, rt_import_meta),
    ROW(NAMESPACE, rt_namespace),
    ROW(EVAL_TEXT, rt_eval_text),
    ROW(DISPOSE_SCOPE, rt_dispose_scope),
    ROW(DISPOSE_USE, rt_dispose_use),
    ROW(DISPOSE_FAIL, rt_dispose_fail),
    ROW(DISPOSE_END, rt_dispose_end),
    ROW(DISPOSE_NEXT, rt_dispose_next),
};

static const int nargs[LANG_NHELPERS] = {
#define HELPER(id_, name_, nargs_, owner_, text_) [LANG_HELPER_##id_] = nargs_,
#include "worker/lang/helpers.def"
#undef HELPER
};

static const char *const names[LANG_NHELPERS] = {
#define HELPER(id_, name_, nargs_, owner_, text_) [LANG_HELPER_##id_] = name_,
#include "worker/lang/helpers.def"
#undef HELPER
};

static duk_ret_t missing(duk_context *ctx);

void
engine_set_helper(duk_context *ctx, unsigned int id)
{
	struct engine *e = engine_from(ctx);

	ASSERT(id < LANG_NHELPERS);
	engine_push_ref(e, ctx, REF_SCOPE);
	duk_push_sprintf(ctx, "%s%s", LANG_SCRIPT_PREFIX, names[id]);
	duk_dup(ctx, -3);
	duk_put_prop(ctx, -3);
	duk_pop(ctx);
	engine_push_ref(e, ctx, REF_HELPERS);
	duk_swap_top(ctx, -2);
	duk_put_prop_index(ctx, -2, (duk_uarridx_t)id);
	duk_pop(ctx);
}

/* Helpers of JavaScript text are compiled when a script first needs them. */
static bool
is_lazy(unsigned int id)
{
	return id == LANG_HELPER_YIELD_STAR ||
	       id == LANG_HELPER_ASYNC_YIELD_STAR;
}

/* [ ] -> [ scope name ] */
static void
push_scope_name(duk_context *ctx, unsigned int id)
{
	engine_push_ref(engine_from(ctx), ctx, REF_SCOPE);
	duk_push_sprintf(ctx, "%s%s", LANG_SCRIPT_PREFIX, names[id]);
}

/* Make the helper, for good: [ ] -> [ function ] */
static void
push_lazy(duk_context *ctx, unsigned int id)
{
	struct engine *e = engine_from(ctx);

	generator_push_delegate(ctx, id == LANG_HELPER_ASYNC_YIELD_STAR);
	push_scope_name(ctx, id);
	duk_dup(ctx, -3);
	duk_def_prop(ctx, -3, DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_FORCE);
	duk_pop(ctx);
	engine_push_ref(e, ctx, REF_HELPERS);
	duk_dup(ctx, -2);
	duk_put_prop_index(ctx, -2, (duk_uarridx_t)id);
	duk_pop(ctx);
}

/* Getter of the scope's variable. */
static duk_ret_t
get_lazy(duk_context *ctx)
{
	push_lazy(ctx, (unsigned int)duk_get_current_magic(ctx));
	return 1;
}

static void
define_lazy(duk_context *ctx, unsigned int id)
{
	push_scope_name(ctx, id);
	engine_push_function(ctx, get_lazy, 0, 0, names[id]);
	duk_set_magic(ctx, -1, (duk_int_t)id);
	duk_def_prop(ctx, -3,
	    DUK_DEFPROP_HAVE_GETTER | DUK_DEFPROP_SET_CONFIGURABLE |
		DUK_DEFPROP_FORCE);
	duk_pop(ctx);
}

void
helpers_push(duk_context *ctx, unsigned int id)
{
	ASSERT(id < LANG_NHELPERS);
	engine_push_ref(engine_from(ctx), ctx, REF_HELPERS);
	duk_get_prop_index(ctx, -1, (duk_uarridx_t)id);
	duk_remove(ctx, -2);
	if (is_lazy(id) && duk_is_c_function(ctx, -1)) {
		duk_pop(ctx);
		push_lazy(ctx, id);
	}
}

static duk_ret_t
missing(duk_context *ctx)
{
	int id = duk_get_current_magic(ctx);

	return duk_type_error(ctx, "runtime helper '%s' is not implemented",
	    names[id]);
}

/* [ ] -> [ frozen object ] */
static void
push_sentinel(duk_context *ctx, const char *name)
{
	duk_push_bare_object(ctx);
	duk_push_string(ctx, name);
	duk_put_prop_literal(ctx, -2, "name");
	duk_freeze(ctx, -1);
}

void
engine_push_tdz(duk_context *ctx)
{
	engine_push_ref(engine_from(ctx), ctx, REF_TDZ);
}

void
helpers_setup(struct engine *e, duk_context *ctx)
{
	unsigned int i;

	duk_push_bare_array(ctx);
	engine_set_ref(e, ctx, REF_HELPERS);
	duk_push_bare_object(ctx);
	engine_set_ref(e, ctx, REF_SCOPE);
	push_sentinel(ctx, "uninitialized");
	engine_set_ref(e, ctx, REF_TDZ);
	inner_set_namespaces(e->keys[KEY_CELLS], e->refs[REF_TDZ]);
	push_sentinel(ctx, "return");
	engine_set_ref(e, ctx, REF_RET);

	for (i = 0; i < LANG_NHELPERS; i++) {
		engine_push_function(ctx, missing, 0, 0, names[i]);
		duk_set_magic(ctx, -1, (duk_int_t)i);
		engine_set_helper(ctx, i);
	}
	engine_push_ref(e, ctx, REF_TDZ);
	engine_set_helper(ctx, LANG_HELPER_TDZ);
	engine_push_ref(e, ctx, REF_RET);
	engine_set_helper(ctx, LANG_HELPER_RET);
	for (i = 0; i < NELEMS(rows); i++) {
		int n = nargs[rows[i].id];

		engine_push_function(ctx, rows[i].fn, n < 0 ? DUK_VARARGS : n,
		    n < 0 ? 0 : n, names[rows[i].id]);
		engine_set_helper(ctx, rows[i].id);
	}
	define_lazy(ctx, LANG_HELPER_YIELD_STAR);
	define_lazy(ctx, LANG_HELPER_ASYNC_YIELD_STAR);
	engine_push_ref(e, ctx, REF_SCOPE);
	inner_set_scope_behind_global(ctx);
}
