/*
 * Helpers of lowered code: hand them to the engine.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/rt.h"

static void
put_helpers(duk_context *ctx, const struct rt_helper *h, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		duk_push_c_function(ctx, h[i].fn, h[i].nargs);
		engine_set_helper(ctx, h[i].id);
	}
}

void
rt_install(duk_context *ctx)
{
	const struct rt_helper *h;
	size_t n;

	rt_iter_init(ctx);
	rt_async_init(ctx);
	h = rt_iter_helpers(&n);
	put_helpers(ctx, h, n);
	h = rt_object_helpers(&n);
	put_helpers(ctx, h, n);
}
