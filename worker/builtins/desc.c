/*
 * Property descriptors as objects.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/desc.h"

#include "worker/builtins/objop.h"

bool
desc_flag(duk_context *ctx, duk_idx_t idx, const char *name)
{
	bool r;

	duk_get_prop_string(ctx, idx, name);
	r = duk_to_boolean(ctx, -1);
	duk_pop(ctx);
	return r;
}

bool
desc_has(duk_context *ctx, duk_idx_t idx, const char *name)
{
	return duk_has_prop_string(ctx, idx, name);
}

bool
desc_is_accessor(duk_context *ctx, duk_idx_t idx)
{
	return desc_has(ctx, idx, "get") || desc_has(ctx, idx, "set");
}

bool
desc_is_data(duk_context *ctx, duk_idx_t idx)
{
	return desc_has(ctx, idx, "value") || desc_has(ctx, idx, "writable");
}

void
desc_normalize(duk_context *ctx)
{
	static const char *const fields[] = {
	    "enumerable", "configurable", "value", "writable", "get", "set"};
	size_t i;

	if (!bi_is_object(ctx, -1))
		bi_throw_type(ctx, "Property description must be an object: %s",
		    duk_safe_to_string(ctx, -1));
	duk_push_bare_object(ctx);
	for (i = 0; i < NELEMS(fields); i++) {
		duk_push_string(ctx, fields[i]);
		if (!objop_has(ctx, -3))
			continue;
		duk_get_prop_string(ctx, -2, fields[i]);
		if (i == 0 || i == 1 || i == 3) {
			duk_to_boolean(ctx, -1);
		} else if (i >= 4 && !duk_is_undefined(ctx, -1) &&
			   !duk_is_function(ctx, -1)) {
			bi_throw_type(ctx, i == 4
					       ? "Getter must be a function"
					       : "Setter must be a function");
		}
		duk_put_prop_string(ctx, -2, fields[i]);
	}
	if (desc_is_accessor(ctx, -1) && desc_is_data(ctx, -1))
		bi_throw_type(ctx,
		    "Invalid property descriptor. Cannot both specify "
		    "accessors and a value or writable attribute");
	duk_remove(ctx, -2);
}

void
desc_complete(duk_context *ctx)
{
	static const char *const data[] = {"value", "writable"};
	static const char *const accessor[] = {"get", "set"};
	bool acc = desc_is_accessor(ctx, -1);
	int i;

	for (i = 0; i < 2; i++) {
		const char *f = acc ? accessor[i] : data[i];

		if (desc_has(ctx, -1, f))
			continue;
		if (!acc && i == 1)
			duk_push_false(ctx);
		else
			duk_push_undefined(ctx);
		duk_put_prop_string(ctx, -2, f);
	}
	for (i = 0; i < 2; i++) {
		const char *f = i == 0 ? "enumerable" : "configurable";

		if (desc_has(ctx, -1, f))
			continue;
		duk_push_false(ctx);
		duk_put_prop_string(ctx, -2, f);
	}
}

static bool
same_field(duk_context *ctx, duk_idx_t a, duk_idx_t b, const char *name)
{
	bool r;

	duk_get_prop_string(ctx, a, name);
	duk_get_prop_string(ctx, b < 0 ? b - 1 : b, name);
	r = duk_samevalue(ctx, -1, -2);
	duk_pop_2(ctx);
	return r;
}

bool
desc_is_compatible(duk_context *ctx, bool extensible, duk_idx_t a, duk_idx_t b)
{
	if (duk_is_undefined(ctx, b))
		return extensible;
	if (desc_flag(ctx, b, "configurable"))
		return true;
	if (desc_flag(ctx, a, "configurable"))
		return false;
	if (desc_has(ctx, a, "enumerable") &&
	    !same_field(ctx, a, b, "enumerable"))
		return false;
	if (!desc_is_data(ctx, a) && !desc_is_accessor(ctx, a))
		return true;
	if (desc_is_accessor(ctx, a) != desc_is_accessor(ctx, b))
		return false;
	if (desc_is_accessor(ctx, b))
		return (!desc_has(ctx, a, "get") ||
			   same_field(ctx, a, b, "get")) &&
		       (!desc_has(ctx, a, "set") ||
			   same_field(ctx, a, b, "set"));
	if (desc_flag(ctx, b, "writable"))
		return true;
	return !desc_flag(ctx, a, "writable") &&
	       (!desc_has(ctx, a, "value") || same_field(ctx, a, b, "value"));
}
