/*
 * Typed arrays: their views.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/iterator.h"

/* Does the view lie within its buffer? A detached one does not. */
bool
typed_is_out_of_bounds(duk_context *ctx, duk_idx_t idx)
{
	struct dx_view v;

	if (!dx_view(ctx, idx, &v))
		return true;
	return v.detached || v.offset > v.data_len ||
	       v.length > v.data_len - v.offset;
}

double
typed_length(duk_context *ctx, duk_idx_t idx)
{
	struct dx_view v;

	if (!dx_view(ctx, idx, &v) || typed_is_out_of_bounds(ctx, idx))
		return 0;
	return (double)(v.length >> v.shift);
}
