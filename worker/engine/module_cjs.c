/*
 * Modules that are no ES modules: CommonJS, JSON, text, data, built-in ones.
 *
 * Runs in: workers.
 * Owns:    nothing.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "base/xmalloc.h"
#include "worker/engine/inner.h"
#include "worker/engine/load.h"
#include "worker/engine/module_priv.h"
#include "worker/engine/promise.h"
#include "worker/engine/str.h"

static void add_export(struct module *m, const char *name);
static void run_cjs(duk_context *ctx, struct module *m);
static duk_ret_t require(duk_context *ctx);

static void
add_export(struct module *m, const char *name)
{
	struct module_export *x;

	m->exports =
	    xreallocarray(m->exports, m->nexports + 1, sizeof *m->exports);
	x = &m->exports[m->nexports++];
	memset(x, 0, sizeof *x);
	x->kind = LANG_EXPORT_LOCAL;
	x->exported = xstrdup(name);
}

/* A built-in module: its keys are its exports, its values the cells. */
static void
make_builtin(duk_context *ctx, struct module *m)
{
	duk_push_c_function(ctx, m->make, 0);
	duk_call(ctx, 0);
	duk_require_object(ctx, -1);
	duk_push_bare_object(ctx);
	duk_enum(ctx, -2, DUK_ENUM_OWN_PROPERTIES_ONLY);
	while (duk_next(ctx, -1, 1)) {
		add_export(m, duk_get_string(ctx, -2));
		duk_put_prop(ctx, -4);
	}
	duk_pop(ctx);
	module_slot_pop(ctx, m, SLOT_CELLS);
	module_slot_pop(ctx, m, SLOT_OBJECT);
}

void
module_make_cells(duk_context *ctx, struct module *m)
{
	size_t i;

	module_forget_tables(m);
	if (m->make != NULL) {
		make_builtin(ctx, m);
	} else {
		duk_push_bare_object(ctx);
		add_export(m, "default");
		for (i = 0; i < m->nnamed; i++)
			if (strcmp(m->named[i], "default") != 0)
				add_export(m, m->named[i]);
		for (i = 0; i < m->nexports; i++) {
			str_push_utf8(ctx, m->exports[i].exported,
			    strlen(m->exports[i].exported));
			engine_push_tdz(ctx);
			duk_put_prop(ctx, -3);
		}
		module_slot_pop(ctx, m, SLOT_CELLS);
	}
	module_slot_push(ctx, m, SLOT_CELLS);
	duk_push_literal(ctx, DUK_HIDDEN_SYMBOL("module"));
	duk_push_uint(ctx, m->index);
	inner_def_hidden(ctx, -3);
	duk_pop(ctx);
}

static duk_ret_t
json_body(duk_context *ctx, void *arg)
{
	(void)arg;
	str_parse_json(ctx);
	return 1;
}

/* [ ] -> [ value ] of JSON, text and data */
static void
push_value(duk_context *ctx, struct module *m)
{
	void *p;

	switch (m->kind) {
	case MODULE_JSON:
		str_push_utf8(ctx, m->bytes, m->len);
		if (duk_safe_call(ctx, json_body, NULL, 1, 1) ==
		    DUK_EXEC_SUCCESS)
			return;
		if (*engine_from(ctx)->fire)
			(void)duk_throw(ctx);
		(void)duk_error(ctx, DUK_ERR_SYNTAX_ERROR, "%s: %s", m->name,
		    duk_safe_to_string(ctx, -1));
		return;
	case MODULE_TEXT:
		str_push_utf8(ctx, m->bytes, m->len);
		return;
	case MODULE_DATA:
	case MODULE_ESM:
	case MODULE_COMMONJS:
		p = duk_push_fixed_buffer(ctx, m->len);
		if (m->len > 0)
			memcpy(p, m->bytes, m->len);
		duk_push_buffer_object(ctx, -1, 0, m->len,
		    DUK_BUFOBJ_ARRAYBUFFER);
		duk_remove(ctx, -2);
		return;
	}
}

/* [ error ] thrown on behalf of M */
static void
fail(duk_context *ctx, struct module *m)
{
	if (*engine_from(ctx)->fire)
		(void)duk_throw(ctx);
	m->failed = true;
	m->status = MODULE_EVALUATED;
	duk_dup_top(ctx);
	module_slot_pop(ctx, m, SLOT_ERROR);
	(void)duk_throw(ctx);
}

static duk_ret_t
other_body(duk_context *ctx, void *arg)
{
	struct module *m = arg;

	if (m->kind == MODULE_COMMONJS) {
		run_cjs(ctx, m);
		return 0;
	}
	module_slot_push(ctx, m, SLOT_CELLS);
	push_value(ctx, m);
	duk_put_prop_literal(ctx, -2, "default");
	return 0;
}

void
module_run_other(duk_context *ctx, struct module *m)
{
	m->status = MODULE_EVALUATING;
	if (m->make == NULL &&
	    duk_safe_call(ctx, other_body, m, 0, 1) != DUK_EXEC_SUCCESS)
		fail(ctx, m);
	if (m->make == NULL)
		duk_pop(ctx);
	m->status = MODULE_EVALUATED;
}

/* CommonJS. */

/* [ ] -> [ module.exports as it is now ] */
static void
push_exports(duk_context *ctx, struct module *m)
{
	module_slot_push(ctx, m, SLOT_OBJECT);
	duk_get_prop_literal(ctx, -1, "exports");
	duk_remove(ctx, -2);
}

/* After the run: what importers see. */
static void
fill_cells(duk_context *ctx, struct module *m)
{
	module_slot_push(ctx, m, SLOT_CELLS);
	push_exports(ctx, m);
	/* [ cells exports ] */
	if (duk_is_object(ctx, -1)) {
		duk_enum(ctx, -1, DUK_ENUM_OWN_PROPERTIES_ONLY);
		while (duk_next(ctx, -1, 0)) {
			duk_dup_top(ctx);
			duk_get_prop(ctx, -4);
			/* [ cells exports enum key value ] */
			duk_put_prop(ctx, -5);
		}
		duk_pop(ctx);
	}
	duk_dup_top(ctx);
	duk_put_prop_literal(ctx, -3, "default");
	duk_pop_2(ctx);
}

static void
push_dirname(duk_context *ctx, const char *name)
{
	const char *slash = strrchr(name, '/');

	if (slash == NULL)
		duk_push_literal(ctx, ".");
	else
		str_push_utf8(ctx, name, (size_t)(slash - name));
}

static void
run_cjs(duk_context *ctx, struct module *m)
{
	struct lang_options o = {.kind = LANG_COMMONJS, .name = m->name};

	module_syntax(ctx, m, &o);
	duk_push_object(ctx);
	duk_push_object(ctx);
	duk_put_prop_literal(ctx, -2, "exports");
	str_push_utf8(ctx, m->name, strlen(m->name));
	duk_put_prop_literal(ctx, -2, "id");
	module_slot_pop(ctx, m, SLOT_OBJECT);
	load_text(ctx, m->bytes, m->len, &o);
	push_exports(ctx, m);
	duk_dup_top(ctx);
	/* [ factory this exports ] */
	engine_push_function(ctx, require, 1, 1, "require");
	duk_push_uint(ctx, m->index);
	duk_put_prop_literal(ctx, -2, DUK_HIDDEN_SYMBOL("data"));
	module_slot_push(ctx, m, SLOT_OBJECT);
	str_push_utf8(ctx, m->name, strlen(m->name));
	push_dirname(ctx, m->name);
	duk_swap_top(ctx, -2);
	duk_swap_top(ctx, -2);
	/* exports, require, module, __filename, __dirname, $m */
	duk_push_uint(ctx, m->index);
	duk_call_method(ctx, 6);
	duk_pop(ctx);
	fill_cells(ctx, m);
}

/* require(specifier) */
static duk_ret_t
require(duk_context *ctx)
{
	struct modules *ms = engine_from(ctx)->modules;
	struct module *from, *m;

	duk_push_current_function(ctx);
	duk_get_prop_literal(ctx, -1, DUK_HIDDEN_SYMBOL("data"));
	from = ms->list[duk_get_uint(ctx, -1)];
	duk_pop_2(ctx);
	if (!duk_is_string(ctx, 0))
		return duk_type_error(ctx,
		    "The \"id\" argument of require() must be a string");
	m = module_resolve(ctx, from, NULL, from->name, true);
	module_link(ctx, m);
	if (m->kind == MODULE_COMMONJS && m->make == NULL &&
	    m->status == MODULE_EVALUATING) {
		push_exports(ctx, m); /* a cycle: what there is so far */
		return 1;
	}
	module_evaluate_sync(ctx, m);
	if (m->kind == MODULE_COMMONJS && m->make == NULL) {
		push_exports(ctx, m);
		return 1;
	}
	if (m->kind == MODULE_ESM && m->make == NULL) {
		module_push_namespace(ctx, m);
		return 1;
	}
	module_slot_push(ctx, m, SLOT_CELLS);
	if (duk_get_prop_literal(ctx, -1, "default"))
		return 1;
	module_push_namespace(ctx, m);
	return 1;
}
