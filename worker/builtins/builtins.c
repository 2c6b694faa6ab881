/*
 * Install the standard library on an engine.
 *
 * Runs in: worker; the zygote calls it once.
 */
#include "config.h"

#include "worker/builtins/builtins.h"

#include "worker/builtins/bi.h"
#include "worker/builtins/rt.h"

/* What exists before we replace it, and is still needed: [ ] -> [ ] */
static void
keep_natives(duk_context *ctx)
{
	static const struct {
		const char *object;
		const char *property;
		enum bi_intrinsic id;
	} kept[] = {
	    {"Object", "prototype", I_OBJECT_PROTO},
	    {"Function", "prototype", I_FUNCTION_PROTO},
	    {"Array", "prototype", I_ARRAY_PROTO},
	    {"Reflect", "defineProperty", I_DUK_DEFINE},
	    {"JSON", "stringify", I_DUK_STRINGIFY},
	    {"Date", "prototype", I_DATE_PROTO},
	    {"Error", "prototype", I_ERROR_PROTO},
	    {"ArrayBuffer", "prototype", I_ARRAYBUFFER_PROTO},
	    {"DataView", "prototype", I_DATAVIEW_PROTO},
	};
	size_t i;

	for (i = 0; i < NELEMS(kept); i++) {
		bi_push_global(ctx, kept[i].object);
		duk_get_prop_string(ctx, -1, kept[i].property);
		bi_keep(ctx, kept[i].id);
		duk_pop_2(ctx);
	}
	bi_push_global(ctx, "Array");
	bi_keep(ctx, I_ARRAY);
	bi_push_global(ctx, "ArrayBuffer");
	bi_keep(ctx, I_ARRAYBUFFER);
	duk_pop_2(ctx);
}

static int
install_all(duk_context *ctx, void *arg)
{
	static void (*const parts[])(duk_context *) = {
	    bi_install_symbol,
	    bi_install_iterator,
	    bi_install_helper,
	    bi_install_object,
	    bi_install_reflect,
	    bi_install_map,
	    bi_install_set,
	    bi_install_weak,
	    bi_install_array,
	    bi_install_regexp,
	    bi_install_string,
	    bi_install_number,
	    bi_install_bigint,
	    bi_install_math,
	    bi_install_json,
	    bi_install_error,
	    bi_install_date,
	    bi_install_buffer,
	    bi_install_typed,
	    rt_install,
	};
	size_t i;

	(void)arg;
	bi_init(ctx);
	keep_natives(ctx);
	for (i = 0; i < NELEMS(parts); i++) {
		duk_idx_t top = duk_get_top(ctx);

		parts[i](ctx);
		ASSERT(duk_get_top(ctx) == top);
	}
	return 0;
}

int
builtins_install(struct engine *e)
{
	return engine_run(e, install_all, NULL, NULL);
}
