/*
 * Globals that cost nothing until they are used: accessors that run an
 * embedded script, which defines the globals themselves.
 *
 * Runs in: zygote (definitions) and workers.
 */
#include "config.h"

#include "worker/api/lazy.h"

#include <string.h>

#include "worker/api/lazy_scripts.h" /* made from js/lazy/ */

static const struct {
	const char *global;
	const char *script;
} lazy[] = {
#define LAZY(global_, script_) {global_, script_},
#include "worker/api/lazy.def"
#undef LAZY
};

static const struct engine_embedded *
find_script(const char *name)
{
	size_t i = 0;

	while (strcmp(embedded_scripts[i].name, name) != 0) {
		i++;
		ASSERT(i < NELEMS(embedded_scripts));
	}
	return &embedded_scripts[i];
}

/* The script replaces the accessor; the magic is the row. */
static duk_ret_t
lazy_get(duk_context *ctx)
{
	struct api *api = api_from(ctx);
	int row = duk_get_current_magic(ctx);
	const struct engine_embedded *script = find_script(lazy[row].script);

	engine_push_embedded(ctx, script->code, script->len);
	duk_push_heapptr(ctx, api->native);
	duk_push_heapptr(ctx, api->scripts);
	duk_call(ctx, 2);
	duk_push_global_object(ctx);
	duk_get_prop_string(ctx, -1, lazy[row].global);
	return 1;
}

/* [ value ] -> [ ] */
static duk_ret_t
lazy_set(duk_context *ctx)
{
	duk_push_global_object(ctx);
	duk_push_string(ctx, lazy[duk_get_current_magic(ctx)].global);
	duk_dup(ctx, 0);
	duk_def_prop(ctx, -3,
	    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_WRITABLE |
		DUK_DEFPROP_CLEAR_ENUMERABLE | DUK_DEFPROP_SET_CONFIGURABLE);
	return 0;
}

void
lazy_install(duk_context *ctx)
{
	size_t i;

	duk_push_global_object(ctx);
	for (i = 0; i < NELEMS(lazy); i++) {
		find_script(lazy[i].script);
		duk_push_string(ctx, lazy[i].global);
		engine_push_function(ctx, lazy_get, 0, 0, lazy[i].global);
		duk_set_magic(ctx, -1, (duk_int_t)i);
		engine_push_function(ctx, lazy_set, 1, 1, lazy[i].global);
		duk_set_magic(ctx, -1, (duk_int_t)i);
		duk_def_prop(ctx, -4,
		    DUK_DEFPROP_HAVE_GETTER | DUK_DEFPROP_HAVE_SETTER |
			DUK_DEFPROP_CLEAR_ENUMERABLE |
			DUK_DEFPROP_SET_CONFIGURABLE);
	}
	duk_pop(ctx);
}
