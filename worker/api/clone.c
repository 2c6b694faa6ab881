/*
 * Structured clone: which objects are the platform's, and buffers that move.
 *
 * Runs in: workers. The algorithm is js/clone.js.
 */
#include "config.h"

#include "worker/api/clone.h"

#include <string.h>

#include "worker/builtins/builtins.h"
#include "worker/engine/dx.h"

/*
 * [ object ] -> [ boolean ]: made by the api, in C or by a script of ours:
 * both keep their state under hidden keys of their own
 */
static duk_ret_t
clone_is_platform(duk_context *ctx)
{
	static const char script_key[] = HID("js.");
	bool found = state_is_any(ctx, 0);
	const char *key;

	duk_enum(ctx, 0,
	    DUK_ENUM_OWN_PROPERTIES_ONLY | DUK_ENUM_INCLUDE_NONENUMERABLE |
		DUK_ENUM_INCLUDE_HIDDEN | DUK_ENUM_INCLUDE_SYMBOLS |
		DUK_ENUM_EXCLUDE_STRINGS | DUK_ENUM_NO_PROXY_BEHAVIOR);
	while (!found && duk_next(ctx, -1, 0)) {
		key = duk_get_string(ctx, -1);
		found = key != NULL &&
			strncmp(key, script_key, sizeof script_key - 1) == 0;
		duk_pop(ctx);
	}
	duk_push_boolean(ctx, found);
	return 1;
}

static duk_ret_t
clone_is_headers(duk_context *ctx)
{
	duk_push_boolean(ctx, state_get(ctx, 0, API_HEADERS) != NULL);
	return 1;
}

/* [ view ] -> [ boolean ] */
static duk_ret_t
clone_is_out(duk_context *ctx)
{
	struct dx_view v;

	duk_push_boolean(ctx,
	    dx_view(ctx, 0, &v) && (v.detached || v.offset > v.data_len ||
				       v.length > v.data_len - v.offset));
	return 1;
}

/* [ ArrayBuffer ] -> [ ArrayBuffer ]: over the same bytes, if they are fixed */
static duk_ret_t
clone_share(duk_context *ctx)
{
	size_t n;
	const uint8_t *p = bytes_get(ctx, 0, &n);
	void *copy;

	if (p == NULL)
		return duk_type_error(ctx, "not an ArrayBuffer");
	dx_view_push_plain(ctx, 0);
	if (!duk_is_fixed_buffer(ctx, -1)) {
		copy = duk_push_fixed_buffer(ctx, n);
		memcpy(copy, p, n);
	}
	bytes_to_arraybuffer(ctx);
	return 1;
}

/* [ ArrayBuffer ] -> [ ] */
static duk_ret_t
clone_detach(duk_context *ctx)
{
	buffer_detach(ctx, 0);
	return 0;
}

static const struct member natives[] = {
    {"isPlatform", M_METHOD, clone_is_platform, NULL, 1, 1, 0},
    {"isHeaders", M_METHOD, clone_is_headers, NULL, 1, 1, 0},
    {"isOutOfBounds", M_METHOD, clone_is_out, NULL, 1, 1, 0},
    {"shareBuffer", M_METHOD, clone_share, NULL, 1, 1, 0},
    {"detach", M_METHOD, clone_detach, NULL, 1, 1, 0},
};

const struct member *
clone_natives(size_t *n_out)
{
	*n_out = NELEMS(natives);
	return natives;
}
