/*
 * Code from strings: eval, new Function and its kin, Function.prototype.
 * toString.
 *
 * Runs in: workers.
 * Owns:    nothing.
 * Never:   hands a string to Duktape's compiler past lang.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "worker/engine/engine_priv.h"
#include "worker/engine/inner.h"
#include "worker/engine/load.h"
#include "worker/engine/rt.h"
#include "worker/engine/source.h"
#include "worker/engine/str.h"

/* Kinds of functions that a constructor makes: its magic. */
enum { FN_PLAIN, FN_GENERATOR, FN_ASYNC, FN_ASYNC_GENERATOR };

static const char *const prefixes[] = {
    [FN_PLAIN] = "function ",
    [FN_GENERATOR] = "function* ",
    [FN_ASYNC] = "async function ",
    [FN_ASYNC_GENERATOR] = "async function* ",
};

static void
check_allowed(duk_context *ctx)
{
	if (!engine_from(ctx)->allow_eval)
		(void)duk_error(ctx, DUK_ERR_EVAL_ERROR,
		    "Code generation from strings disallowed for this context");
}

/* Indirect eval; direct eval is lowered to $ev and Duktape's own. */
static duk_ret_t
global_eval(duk_context *ctx)
{
	struct lang_options o = {.kind = LANG_EVAL, .name = "eval"};
	const char *s;
	size_t len;

	if (!duk_is_string(ctx, 0) || duk_is_symbol(ctx, 0)) {
		duk_dup(ctx, 0);
		return 1;
	}
	check_allowed(ctx);
	duk_dup(ctx, 0);
	s = str_to_utf8(ctx, -1, &len);
	load_text(ctx, s, len, &o);
	duk_push_global_object(ctx);
	duk_call_method(ctx, 0);
	return 1;
}

/* $ev(eval, source, scope) */
duk_ret_t
rt_eval_text(duk_context *ctx)
{
	struct lang_options o = {.kind = LANG_EVAL, .name = "eval"};
	struct engine *e = engine_from(ctx);
	const char *s;
	size_t len, n;
	char *text;

	if (duk_get_heapptr(ctx, 0) != e->refs[REF_EVAL] ||
	    !duk_is_string(ctx, 1) || duk_is_symbol(ctx, 1)) {
		duk_dup(ctx, 1);
		return 1;
	}
	check_allowed(ctx);
	o.eval_scope = str_to_utf8(ctx, 2, &len);
	duk_dup(ctx, 1);
	s = str_to_utf8(ctx, -1, &len);
	text = load_lowered(ctx, s, len, &o, &n);
	duk_push_lstring(ctx, text, n);
	free(text);
	return 1;
}

/* Function, GeneratorFunction and so on: magic is the kind */
static duk_ret_t
function_constructor(duk_context *ctx)
{
	struct lang_options o = {.kind = LANG_FUNCTION, .name = "anonymous"};
	duk_idx_t n = duk_get_top(ctx), i;
	int kind = duk_get_current_magic(ctx);
	const char *s;
	size_t len;

	check_allowed(ctx);
	for (i = 0; i < n; i++)
		duk_to_string(ctx, i);
	duk_push_string(ctx, prefixes[kind]);
	duk_push_literal(ctx, "anonymous(");
	for (i = 0; i < n - 1; i++) {
		if (i > 0)
			duk_push_literal(ctx, ",");
		duk_dup(ctx, i);
	}
	duk_push_literal(ctx, "\n");
	duk_concat(ctx, duk_get_top(ctx) - n);
	duk_dup_top(ctx);
	str_to_utf8(ctx, -1, &len);
	o.function_params_end = len;
	duk_pop(ctx);
	duk_push_literal(ctx, ") {\n");
	if (n > 0)
		duk_dup(ctx, n - 1);
	else
		duk_push_literal(ctx, "");
	duk_push_literal(ctx, "\n}");
	duk_concat(ctx, duk_get_top(ctx) - n);
	s = str_to_utf8(ctx, -1, &len);
	load_text(ctx, s, len, &o);
	return 1;
}

/* Function.prototype.toString */
static duk_ret_t
to_string(duk_context *ctx)
{
	struct engine *e = engine_from(ctx);
	const char *s = NULL, *name = "";
	size_t len = 0;

	duk_push_this(ctx);
	if (!duk_is_function(ctx, 0) && !duk_is_callable(ctx, 0))
		return duk_type_error(ctx,
		    "Function.prototype.toString requires that 'this' be a "
		    "Function");
	s = source_find(e, inner_code_key(ctx, 0), &len);
	if (s == NULL) {
		/* async functions and generators: their body's text */
		duk_push_literal(ctx, DUK_HIDDEN_SYMBOL("data"));
		if (inner_get_own_hidden(ctx, 0))
			s = source_find(e, inner_code_key(ctx, -1), &len);
	}
	if (s != NULL) {
		str_push_utf8(ctx, s, len);
		return 1;
	}
	duk_push_literal(ctx, "name");
	if (!inner_is_proxy(ctx, 0) && inner_get_own_hidden(ctx, 0) &&
	    duk_is_string(ctx, -1) && !duk_is_symbol(ctx, -1))
		name = duk_get_string(ctx, -1);
	duk_push_sprintf(ctx, "function %s() { [native code] }", name);
	return 1;
}

/* [ proto ] -> [ proto ] */
static void
restrict_properties(duk_context *ctx)
{
	static const char *const names[] = {"caller", "arguments"};
	size_t i;

	inner_push_thrower(ctx);
	for (i = 0; i < NELEMS(names); i++) {
		duk_push_string(ctx, names[i]);
		duk_dup(ctx, -2);
		duk_dup(ctx, -3);
		duk_def_prop(ctx, -5,
		    DUK_DEFPROP_HAVE_GETTER | DUK_DEFPROP_HAVE_SETTER |
			DUK_DEFPROP_SET_CONFIGURABLE |
			DUK_DEFPROP_CLEAR_ENUMERABLE);
	}
	duk_pop(ctx);
}

static void
def(duk_context *ctx, duk_idx_t idx, const char *name)
{
	idx = duk_normalize_index(ctx, idx);
	duk_push_string(ctx, name);
	duk_swap_top(ctx, -2);
	duk_def_prop(ctx, idx,
	    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_WRITABLE |
		DUK_DEFPROP_SET_CONFIGURABLE | DUK_DEFPROP_CLEAR_ENUMERABLE |
		DUK_DEFPROP_FORCE);
}

/* One constructor: [ ] -> [ function ]; its prototype object is PROTO. */
static void
push_constructor(struct engine *e, duk_context *ctx, int kind, const char *name,
    enum engine_ref proto)
{
	engine_push_constructor(ctx, function_constructor, DUK_VARARGS, 1,
	    name);
	duk_set_magic(ctx, -1, kind);
	duk_push_literal(ctx, "prototype");
	engine_push_ref(e, ctx, proto);
	duk_def_prop(ctx, -3,
	    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_CLEAR_WEC | DUK_DEFPROP_FORCE);
	engine_push_ref(e, ctx, proto);
	duk_push_literal(ctx, "constructor");
	duk_dup(ctx, -3);
	duk_def_prop(ctx, -3,
	    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_CONFIGURABLE |
		DUK_DEFPROP_CLEAR_ENUMERABLE |
		(kind == FN_PLAIN ? DUK_DEFPROP_SET_WRITABLE
				  : DUK_DEFPROP_CLEAR_WRITABLE) |
		DUK_DEFPROP_FORCE);
	duk_pop(ctx);
}

void
eval_setup(struct engine *e, duk_context *ctx)
{
	/* clang-format off */
	static const struct { int kind; const char *name; enum engine_ref proto; }
	kinds[] = {
		{FN_GENERATOR, "GeneratorFunction", REF_GENERATOR_FUNCTION_PROTO},
		{FN_ASYNC, "AsyncFunction", REF_ASYNC_FUNCTION_PROTO},
		{FN_ASYNC_GENERATOR, "AsyncGeneratorFunction", REF_ASYNC_GENERATOR_FUNCTION_PROTO},
	};
	/* clang-format on */
	size_t i;

	duk_push_global_object(ctx);
	duk_get_prop_literal(ctx, -1, "eval");
	engine_set_ref(e, ctx, REF_EVAL);
	push_constructor(e, ctx, FN_PLAIN, "Function", REF_FUNCTION_PROTO);
	for (i = 0; i < NELEMS(kinds); i++) {
		push_constructor(e, ctx, kinds[i].kind, kinds[i].name,
		    kinds[i].proto);
		duk_dup(ctx, -2);
		duk_set_prototype(ctx, -2);
		duk_pop(ctx);
	}
	def(ctx, -2, "Function");
	inner_set_eval(global_eval);
	engine_push_ref(e, ctx, REF_FUNCTION_PROTO);
	engine_push_function(ctx, to_string, 0, 0, "toString");
	def(ctx, -2, "toString");
	restrict_properties(ctx);
	duk_pop_2(ctx);
}
