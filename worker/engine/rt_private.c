/*
 * Helpers of lowered code: private names.
 *
 * A private name is a hidden-symbol string, unique per evaluation of its
 * class; a private field is a property of that key, looked up on the very
 * object, past prototypes and proxy traps. A brand is a name whose value
 * nobody reads.
 *
 * Runs in: zygote and workers.
 * Owns:    nothing outside the heap.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "worker/engine/engine_priv.h"
#include "worker/engine/inner.h"
#include "worker/engine/rt.h"

/* $pn('#x') */
duk_ret_t
rt_private_name(duk_context *ctx)
{
	struct engine *e = engine_from(ctx);
	duk_size_t len;
	const char *s = duk_require_lstring(ctx, 0, &len);
	char head[24], *p;
	int n;

	n = snprintf(head, sizeof head, "\xff#%u ", ++e->private_count);
	p = duk_push_fixed_buffer(ctx, (duk_size_t)n + len);
	memcpy(p, head, (size_t)n);
	memcpy(p + n, s, len);
	duk_push_lstring(ctx, p, (duk_size_t)n + len);
	return 1;
}

/* "#x" of the name at IDX */
static const char *
text(duk_context *ctx, duk_idx_t idx)
{
	const char *s = duk_get_string(ctx, idx), *p;

	if (s == NULL)
		return "#?";
	p = strchr(s, ' ');
	return p != NULL ? p + 1 : s;
}

/* Push the own cell of object 0 and name 1: false and nothing if none. */
static bool
push_cell(duk_context *ctx)
{
	if (!duk_is_object(ctx, 0) || !duk_is_string(ctx, 1))
		return false;
	duk_dup(ctx, 1);
	return inner_get_own_hidden(ctx, 0);
}

/* $pd(object, name, value) */
duk_ret_t
rt_private_add(duk_context *ctx)
{
	if (push_cell(ctx))
		return duk_type_error(ctx,
		    "Cannot initialize %s twice on the same object",
		    text(ctx, 1));
	duk_dup(ctx, 1);
	duk_dup(ctx, 2);
	inner_def_hidden(ctx, 0);
	duk_dup(ctx, 2);
	return 1;
}

/* $pg(object, name) */
duk_ret_t
rt_private_get(duk_context *ctx)
{
	if (!push_cell(ctx))
		return duk_type_error(ctx,
		    "Cannot read private member %s from an object whose class "
		    "did not declare it",
		    text(ctx, 1));
	return 1;
}

/* $ps(object, name, value) */
duk_ret_t
rt_private_set(duk_context *ctx)
{
	if (!push_cell(ctx))
		return duk_type_error(ctx,
		    "Cannot write private member %s to an object whose class "
		    "did not declare it",
		    text(ctx, 1));
	duk_dup(ctx, 1);
	duk_dup(ctx, 2);
	inner_def_hidden(ctx, 0);
	duk_dup(ctx, 2);
	return 1;
}

/* $ph(object, name) */
duk_ret_t
rt_private_has(duk_context *ctx)
{
	if (!duk_is_object(ctx, 0))
		return duk_type_error(ctx,
		    "Cannot use 'in' operator to search for '%s' in %s",
		    text(ctx, 1), duk_safe_to_string(ctx, 0));
	duk_push_boolean(ctx, push_cell(ctx));
	return 1;
}

/* $pb(object, brand, fn, name) */
duk_ret_t
rt_private_brand(duk_context *ctx)
{
	if (!push_cell(ctx)) {
		if (duk_is_undefined(ctx, 3))
			return duk_type_error(ctx,
			    "Receiver must be an instance of class %s",
			    text(ctx, 1));
		return duk_type_error(ctx,
		    "Receiver must be an instance of class (%s)",
		    duk_safe_to_string(ctx, 3));
	}
	duk_dup(ctx, 2);
	return 1;
}

/* $pt(kind, '#x') */
duk_ret_t
rt_private_throw(duk_context *ctx)
{
	const char *s = duk_safe_to_string(ctx, 1);

	switch (duk_get_int(ctx, 0)) {
	case 0:
		return duk_type_error(ctx,
		    "Private method '%s' is not writable", s);
	case 1:
		return duk_type_error(ctx, "'%s' was defined without a getter",
		    s);
	default:
		return duk_type_error(ctx, "'%s' was defined without a setter",
		    s);
	}
}
