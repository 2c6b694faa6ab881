/*
 * The modules node:*.
 *
 * Runs in: zygote (names only) and workers.
 */
#include "config.h"

#include "worker/api/node.h"

#include <string.h>

#include "ipc/spec.h"
#include "worker/api/core.h"
#include "worker/api/node_scripts.h" /* made from js/node/ */
#include "worker/engine/module.h"

/* nodejs_compat is the default from here on; then what it gives besides. */
#define DATE_COMPAT "2026-08-04"
#define DATE_GLOBALS "2024-09-23"
#define DATE_ENV "2025-04-01"

static bool
has_flag(const struct worker_spec *spec, const char *name)
{
	size_t len = strlen(name);
	uint32_t i;

	for (i = 0; i < spec->nflags; i++)
		if (spec->flags[i].len == len &&
		    memcmp(spec->flags[i].p, name, len) == 0)
			return true;
	return false;
}

static bool
is_since(const struct worker_spec *spec, const char *date)
{
	const struct control_str *d = &spec->compatibility_date;

	return d->len == strlen(date) && memcmp(d->p, date, d->len) >= 0;
}

unsigned int
node_access(const struct worker_spec *spec)
{
	unsigned int access = 0;

	if (has_flag(spec, "nodejs_als"))
		access |= NODE_ALS;
	if (!has_flag(spec, "nodejs_compat") &&
	    !has_flag(spec, "nodejs_compat_v2") && !is_since(spec, DATE_COMPAT))
		return access;
	access |= NODE_ALS | NODE_COMPAT;
	if (has_flag(spec, "nodejs_compat_v2") || is_since(spec, DATE_GLOBALS))
		access |= NODE_GLOBALS;
	if (has_flag(spec, "nodejs_compat_populate_process_env") ||
	    is_since(spec, DATE_ENV))
		access |= NODE_ENV;
	return access;
}

/* [ ... name ] -> [ ... exports ]: what the script of that name returned */
static void load(duk_context *ctx);

/* [ name ] -> [ exports ] */
static duk_ret_t
node_require(duk_context *ctx)
{
	duk_require_string(ctx, 0);
	load(ctx);
	return 1;
}

static const struct engine_embedded *
require_script(duk_context *ctx, const char *name)
{
	size_t i = 0;

	while (i < NELEMS(embedded_scripts) &&
	       strcmp(embedded_scripts[i].name, name) != 0)
		i++;
	if (i == NELEMS(embedded_scripts))
		(void)duk_generic_error(ctx, "No such module \"node:%s\".",
		    name);
	return &embedded_scripts[i];
}

/* [ ] -> [ object: exports by name ] */
static void
push_cache(duk_context *ctx, const struct api *api)
{
	duk_push_heapptr(ctx, api->stash);
	if (!duk_get_prop_literal(ctx, -1, "node")) {
		duk_pop(ctx);
		duk_push_bare_object(ctx);
		duk_dup(ctx, -1);
		duk_put_prop_literal(ctx, -3, "node");
	}
	duk_remove(ctx, -2);
}

static void
load(duk_context *ctx)
{
	struct api *api = api_from(ctx);
	const char *name = duk_require_string(ctx, -1);
	const struct engine_embedded *script;

	push_cache(ctx, api);
	duk_dup(ctx, -2);
	if (duk_get_prop(ctx, -2)) {
		duk_replace(ctx, -3);
		duk_pop(ctx);
		return;
	}
	duk_pop(ctx);
	script = require_script(ctx, name);
	/* [ name cache ] */
	engine_push_embedded(ctx, script->code, script->len);
	duk_push_heapptr(ctx, api->native);
	duk_push_heapptr(ctx, api->scripts);
	engine_push_function(ctx, node_require, 1, 1, "require");
	duk_call(ctx, 3);
	/* [ name cache exports ] */
	duk_dup(ctx, -3);
	duk_dup(ctx, -2);
	duk_put_prop(ctx, -4);
	duk_replace(ctx, -3);
	duk_pop(ctx);
}

/* [ ] -> [ object whose keys are the exports of the module SCRIPT ] */
static duk_ret_t
make(duk_context *ctx, const char *specifier, const char *script,
    unsigned int access)
{
	struct api *api = api_from(ctx);

	if ((api->node & access) == 0)
		return duk_generic_error(ctx, "No such module \"%s\".",
		    specifier);
	duk_push_literal(ctx, "modules");
	load(ctx);
	duk_push_string(ctx, script);
	load(ctx);
	duk_push_string(ctx, specifier);
	duk_call(ctx, 2);
	return 1;
}

/* clang-format off */
#define NODE(id_, specifier_, script_, access_)                                \
	static duk_ret_t                                                       \
	make_##id_(duk_context *ctx)                                           \
	{                                                                      \
		return make(ctx, (specifier_), (script_), (access_));          \
	}
#include "worker/api/node.def"
#undef NODE
/* clang-format on */

static const struct {
	const char *specifier;
	duk_c_function make;
} modules[] = {
#define NODE(id_, specifier_, script_, access_) {(specifier_), make_##id_},
#include "worker/api/node.def"
#undef NODE
};

void
node_install(struct engine *engine)
{
	size_t i;

	for (i = 0; i < NELEMS(modules); i++)
		module_add_builtin(engine, modules[i].specifier,
		    modules[i].make);
}

/* [ ] -> [ object ]: the bindings that process.env is made of */
duk_ret_t
node_env(duk_context *ctx)
{
	const struct api *api = api_from(ctx);

	if ((api->node & NODE_ENV) == 0) {
		duk_push_bare_object(ctx);
		return 1;
	}
	duk_push_heapptr(ctx, api->stash);
	duk_get_prop_literal(ctx, -1, "env");
	return 1;
}

/* --- globals --- */

/* { name of the global, script, property of what it returns or NULL: all } */
static const struct {
	const char *name;
	const char *script;
	const char *property;
} globals[] = {
    {"Buffer", "buffer", "Buffer"},
    {"process", "process", NULL},
    {"setImmediate", "timers", "setImmediate"},
    {"clearImmediate", "timers", "clearImmediate"},
};

/* [ value ] in a setter -> the global becomes a plain property */
static void
define_plain(duk_context *ctx, const char *name)
{
	duk_push_global_object(ctx);
	duk_push_string(ctx, name);
	duk_dup(ctx, -3);
	duk_def_prop(ctx, -3,
	    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_WRITABLE |
		DUK_DEFPROP_CLEAR_ENUMERABLE | DUK_DEFPROP_SET_CONFIGURABLE |
		DUK_DEFPROP_FORCE);
	duk_pop(ctx);
}

static duk_ret_t
get_global(duk_context *ctx)
{
	int i = duk_get_current_magic(ctx);

	duk_push_string(ctx, globals[i].script);
	load(ctx);
	if (globals[i].property != NULL)
		duk_get_prop_string(ctx, -1, globals[i].property);
	define_plain(ctx, globals[i].name);
	return 1;
}

static duk_ret_t
set_global(duk_context *ctx)
{
	define_plain(ctx, globals[duk_get_current_magic(ctx)].name);
	return 0;
}

void
node_define_globals(duk_context *ctx)
{
	size_t i;

	duk_push_global_object(ctx);
	duk_push_literal(ctx, "global");
	duk_dup(ctx, -2);
	duk_def_prop(ctx, -3,
	    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_WRITABLE |
		DUK_DEFPROP_CLEAR_ENUMERABLE | DUK_DEFPROP_SET_CONFIGURABLE);
	for (i = 0; i < NELEMS(globals); i++) {
		duk_push_string(ctx, globals[i].name);
		duk_push_c_function(ctx, get_global, 0);
		duk_set_magic(ctx, -1, (duk_int_t)i);
		duk_push_c_function(ctx, set_global, 1);
		duk_set_magic(ctx, -1, (duk_int_t)i);
		duk_def_prop(ctx, -4,
		    DUK_DEFPROP_HAVE_GETTER | DUK_DEFPROP_HAVE_SETTER |
			DUK_DEFPROP_CLEAR_ENUMERABLE |
			DUK_DEFPROP_SET_CONFIGURABLE);
	}
	duk_pop(ctx);
}
