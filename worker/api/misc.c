/*
 * Small globals: crypto's random numbers, performance, navigator,
 * queueMicrotask.
 *
 * Runs in: workers. Random numbers come from the kernel, never from before
 * the clone.
 */
#include "config.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "worker/api/event.h"
#include "worker/engine/promise.h"

#define RANDOM_MAX 65536

/* [ function ] -> [ ] */
static duk_ret_t
queue_microtask(duk_context *ctx)
{
	if (!duk_is_function(ctx, 0))
		return duk_type_error(ctx,
		    "Failed to execute 'queueMicrotask' on "
		    "'ServiceWorkerGlobalScope': parameter 1 is not of type "
		    "'function'.");
	duk_dup(ctx, 0);
	microtask_enqueue(ctx);
	return 0;
}

static bool
has_tag(const char *tag, const char *const *names, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(names[i], tag) == 0)
			return true;
	return false;
}

/* [ view ] -> [ view ] */
static duk_ret_t
crypto_random_values(duk_context *ctx)
{
	static const char *const names[] = {"Int8Array", "Uint8Array",
	    "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array",
	    "Uint32Array", "BigInt64Array", "BigUint64Array"};
	const char *tag = "";
	duk_size_t n;
	void *p;

	state_push_method(ctx, API_CRYPTO, 1, 1, "getRandomValues");
	event_require(ctx);
	if (duk_is_buffer_data(ctx, 0)) {
		script_push(ctx, "classOf");
		duk_dup(ctx, 0);
		duk_call(ctx, 1);
		tag = duk_get_string_default(ctx, -1, "");
	}
	if (!has_tag(tag, names, NELEMS(names)))
		return throw_dom(ctx, "TypeMismatchError",
		    "crypto.getRandomValues: the argument must be a typed "
		    "array of integers");
	p = duk_get_buffer_data(ctx, 0, &n);
	if (n > RANDOM_MAX)
		return throw_dom(ctx, "QuotaExceededError",
		    "getRandomValues() only accepts buffers of size <= 64K "
		    "but provided %zu bytes.",
		    (size_t)n);
	if (n > 0)
		randombytes_buf(p, n);
	duk_set_top(ctx, 1);
	return 1;
}

static duk_ret_t
crypto_random_uuid(duk_context *ctx)
{
	uint8_t b[16];
	char text[37];
	size_t i, n = 0;

	state_push_this(ctx, API_CRYPTO);
	event_require(ctx);
	randombytes_buf(b, sizeof b);
	b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
	for (i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			text[n++] = '-';
		n += (size_t)snprintf(text + n, sizeof text - n, "%02x", b[i]);
	}
	duk_push_lstring(ctx, text, n);
	return 1;
}

static duk_ret_t
crypto_script(duk_context *ctx)
{
	state_push_this(ctx, API_CRYPTO);
	script_push(ctx,
	    duk_get_current_magic(ctx) == 0 ? "subtle" : "DigestStream");
	return 1;
}

static duk_ret_t
performance_now(duk_context *ctx)
{
	struct api *api = api_from(ctx);

	state_push_this(ctx, API_PERFORMANCE);
	duk_push_number(ctx, (double)(clock_now_ms() - api->time_origin_ms));
	return 1;
}

static duk_ret_t
performance_origin(duk_context *ctx)
{
	state_push_this(ctx, API_PERFORMANCE);
	duk_push_number(ctx, api_from(ctx)->time_origin_wall);
	return 1;
}

static duk_ret_t
performance_json(duk_context *ctx)
{
	state_push_this(ctx, API_PERFORMANCE);
	duk_push_object(ctx);
	duk_push_number(ctx, api_from(ctx)->time_origin_wall);
	duk_put_prop_literal(ctx, -2, "timeOrigin");
	return 1;
}

enum { NAV_AGENT, NAV_PLATFORM, NAV_LANGUAGE, NAV_LANGUAGES, NAV_CORES };

static duk_ret_t
navigator_get(duk_context *ctx)
{
	state_push_this(ctx, API_NAVIGATOR);
	switch (duk_get_current_magic(ctx)) {
	case NAV_AGENT:
		duk_push_literal(ctx, "Cloudflare-Workers");
		break;
	case NAV_PLATFORM:
		duk_push_literal(ctx, "");
		break;
	case NAV_LANGUAGE:
		duk_push_literal(ctx, "en");
		break;
	case NAV_LANGUAGES:
		duk_push_array(ctx);
		duk_push_literal(ctx, "en");
		duk_put_prop_index(ctx, -2, 0);
		break;
	default:
		duk_push_int(ctx, 1);
		break;
	}
	return 1;
}

static const struct member crypto_members[] = {
    /* clang-format off */
	{ "getRandomValues", M_METHOD, crypto_random_values, NULL, DUK_VARARGS, 1, 0 },
	{ "randomUUID", M_METHOD, crypto_random_uuid, NULL, 0, 0, 0 },
	{ "subtle", M_GETTER, crypto_script, NULL, 0, 0, 0 },
	{ "DigestStream", M_GETTER, crypto_script, NULL, 0, 0, 1 },
    /* clang-format on */
};

static const struct member performance_members[] = {
    {"now", M_METHOD, performance_now, NULL, 0, 0, 0},
    {"timeOrigin", M_GETTER, performance_origin, NULL, 0, 0, 0},
    {"toJSON", M_METHOD, performance_json, NULL, 0, 0, 0},
};

static const struct member navigator_members[] = {
    {"userAgent", M_GETTER, navigator_get, NULL, 0, 0, NAV_AGENT},
    {"platform", M_GETTER, navigator_get, NULL, 0, 0, NAV_PLATFORM},
    {"language", M_GETTER, navigator_get, NULL, 0, 0, NAV_LANGUAGE},
    {"languages", M_GETTER, navigator_get, NULL, 0, 0, NAV_LANGUAGES},
    {"hardwareConcurrency", M_GETTER, navigator_get, NULL, 0, 0, NAV_CORES},
};

/* A class of which there is one object, a global. */
static void
define_singleton(duk_context *ctx, const struct class_spec *spec,
    const char *name)
{
	class_define(ctx, spec);
	duk_push_global_object(ctx);
	duk_push_string(ctx, name);
	class_push_instance(ctx, spec->id);
	state_new(ctx, -1, spec->id, sizeof(struct state_head));
	duk_def_prop(ctx, -3, DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_WEC);
	duk_pop(ctx);
}

void
misc_install(duk_context *ctx)
{
	static const struct class_spec crypto = {.id = API_CRYPTO,
	    .members = crypto_members,
	    .nmembers = NELEMS(crypto_members)};
	static const struct class_spec performance = {.id = API_PERFORMANCE,
	    .members = performance_members,
	    .nmembers = NELEMS(performance_members)};
	static const struct class_spec navigator = {.id = API_NAVIGATOR,
	    .members = navigator_members,
	    .nmembers = NELEMS(navigator_members)};

	define_singleton(ctx, &crypto, "crypto");
	define_singleton(ctx, &performance, "performance");
	define_singleton(ctx, &navigator, "navigator");
	duk_push_global_object(ctx);
	function_define(ctx, -1, "queueMicrotask", queue_microtask, 1, 1, 0);
	duk_push_literal(ctx, "null");
	duk_put_prop_literal(ctx, -2, "origin");
	duk_pop(ctx);
}
