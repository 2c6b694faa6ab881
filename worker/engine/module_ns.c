/*
 * Namespace objects: a Proxy in C over an object that has the exported names
 * as writable properties, so that the invariants of proxies hold; values come
 * from the cells.
 *
 * Runs in: workers.
 * Owns:    nothing.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "worker/engine/inner.h"
#include "worker/engine/module_priv.h"

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/*
 * [ target key ... ], this: the handler. Pushes the value of the export named
 * by the key and returns true; false and nothing if it is none.
 */
static bool
push_export(duk_context *ctx)
{
	if (!duk_is_string(ctx, 1) || duk_is_symbol(ctx, 1))
		return false;
	duk_push_this(ctx);
	duk_get_prop_literal(ctx, -1, DUK_HIDDEN_SYMBOL("cells"));
	duk_remove(ctx, -2);
	duk_dup(ctx, 1);
	if (!duk_has_prop(ctx, -2)) {
		duk_pop(ctx);
		return false;
	}
	duk_dup(ctx, 1);
	duk_get_prop(ctx, -2);
	duk_remove(ctx, -2);
	if (duk_get_heapptr(ctx, -1) == engine_from(ctx)->refs[REF_TDZ])
		(void)duk_reference_error(ctx,
		    "Cannot access '%s' before initialization",
		    duk_get_string(ctx, 1));
	return true;
}

/* get(target, key, receiver) */
static duk_ret_t
trap_get(duk_context *ctx)
{
	if (push_export(ctx))
		return 1;
	duk_dup(ctx, 1);
	duk_get_prop(ctx, 0);
	return 1;
}

/* set(target, key, value, receiver) */
static duk_ret_t
trap_set(duk_context *ctx)
{
	duk_push_false(ctx);
	return 1;
}

/* getOwnPropertyDescriptor(target, key) */
static duk_ret_t
trap_get_own(duk_context *ctx)
{
	if (!push_export(ctx)) {
		duk_dup(ctx, 1);
		duk_get_prop_desc(ctx, 0, 0);
		return 1;
	}
	duk_push_object(ctx);
	duk_swap_top(ctx, -2);
	duk_put_prop_literal(ctx, -2, "value");
	duk_push_true(ctx);
	duk_put_prop_literal(ctx, -2, "writable");
	duk_push_true(ctx);
	duk_put_prop_literal(ctx, -2, "enumerable");
	duk_push_false(ctx);
	duk_put_prop_literal(ctx, -2, "configurable");
	return 1;
}

/* Has the descriptor at 2 the field, and is it not WANT? */
static bool
field_differs(duk_context *ctx, const char *name, bool want)
{
	bool differs = false;

	if (duk_get_prop_string(ctx, 2, name))
		differs = (duk_to_boolean(ctx, -1) != 0) != want;
	duk_pop(ctx);
	return differs;
}

/* defineProperty(target, key, descriptor) */
static duk_ret_t
trap_define(duk_context *ctx)
{
	bool exported = push_export(ctx), ok;

	if (!exported) {
		/* Symbol.toStringTag; everything else is not extensible */
		if (!duk_is_symbol(ctx, 1)) {
			duk_push_false(ctx);
			return 1;
		}
		duk_dup(ctx, 1);
		duk_get_prop(ctx, 0);
		if (duk_is_undefined(ctx, -1)) {
			duk_push_false(ctx);
			return 1;
		}
	}
	ok = !field_differs(ctx, "configurable", false) &&
	     !field_differs(ctx, "enumerable", exported) &&
	     !field_differs(ctx, "writable", exported) &&
	     !duk_has_prop_literal(ctx, 2, "get") &&
	     !duk_has_prop_literal(ctx, 2, "set");
	if (ok && duk_has_prop_literal(ctx, 2, "value")) {
		duk_get_prop_literal(ctx, 2, "value");
		ok = duk_samevalue(ctx, -1, -2) != 0;
	}
	duk_push_boolean(ctx, ok);
	return 1;
}

/* [ cells ] -> [ cells target ] */
static void
push_target(duk_context *ctx)
{
	const char **names;
	duk_size_t n = 0, i;

	duk_enum(ctx, -1, DUK_ENUM_OWN_PROPERTIES_ONLY);
	while (duk_next(ctx, -1, 0)) {
		n++;
		duk_pop(ctx);
	}
	duk_pop(ctx);
	names = duk_push_fixed_buffer(ctx, (n + 1) * sizeof *names);
	duk_enum(ctx, -2, DUK_ENUM_OWN_PROPERTIES_ONLY);
	for (i = 0; i < n && duk_next(ctx, -1, 0); i++) {
		names[i] = duk_get_string(ctx, -1);
		duk_pop(ctx); /* the cells keep it */
	}
	duk_pop(ctx);
	qsort(names, n, sizeof *names, compare_names);
	duk_push_bare_object(ctx);
	for (i = 0; i < n; i++) {
		duk_push_string(ctx, names[i]);
		duk_push_undefined(ctx);
		duk_def_prop(ctx, -3,
		    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_WRITABLE |
			DUK_DEFPROP_SET_ENUMERABLE |
			DUK_DEFPROP_CLEAR_CONFIGURABLE);
	}
	duk_push_literal(ctx, DUK_WELLKNOWN_SYMBOL("Symbol.toStringTag"));
	duk_push_literal(ctx, "Module");
	duk_def_prop(ctx, -3, DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_CLEAR_WEC);
	inner_prevent_extensions(ctx, -1);
	duk_remove(ctx, -2);
}

/* [ cells ] -> [ namespace ] */
static void
push_proxy(duk_context *ctx)
{
	/* clang-format off */
	static const duk_function_list_entry traps[] = {
		{"get", trap_get, 3},
		{"set", trap_set, 4},
		{"getOwnPropertyDescriptor", trap_get_own, 2},
		{"defineProperty", trap_define, 3},
		{NULL, NULL, 0},
	};
	/* clang-format on */

	push_target(ctx);
	duk_push_bare_object(ctx);
	duk_put_function_list(ctx, -1, traps);
	duk_dup(ctx, -3);
	duk_put_prop_literal(ctx, -2, DUK_HIDDEN_SYMBOL("cells"));
	duk_push_proxy(ctx, 0);
	duk_remove(ctx, -2);
}

void
module_push_namespace(duk_context *ctx, struct module *m)
{
	module_slot_push(ctx, m, SLOT_NAMESPACE);
	if (duk_is_object(ctx, -1))
		return;
	duk_pop(ctx);
	module_slot_push(ctx, m, SLOT_CELLS);
	if (!duk_is_object(ctx, -1))
		(void)duk_error(ctx, DUK_ERR_ERROR,
		    "module \"%s\" is not linked", m->name);
	push_proxy(ctx);
	duk_dup_top(ctx);
	module_slot_pop(ctx, m, SLOT_NAMESPACE);
}
