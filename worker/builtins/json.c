/*
 * JSON: well-formed stringify, and a reviver that defines properties.
 *
 * Runs in: worker.
 *
 * Printing is Duktape's; what differs from the standard is done around it.
 */
#include "config.h"

#include "worker/builtins/objop.h"
#include "worker/builtins/text.h"
#include "worker/engine/inner.h"

#include <stdio.h>
#include <string.h>

/* [ ] -> [ array of own enumerable string keys ] */
static void
push_enumerable(duk_context *ctx, duk_idx_t obj)
{
	duk_uarridx_t i, n;

	objop_keys(ctx, obj);
	duk_push_array(ctx);
	n = (duk_uarridx_t)duk_get_length(ctx, -2);
	for (i = 0; i < n; i++) {
		duk_get_prop_index(ctx, -2, i);
		if (!duk_is_symbol(ctx, -1) &&
		    objop_is_own_enumerable(ctx, obj))
			dx_array_append(ctx, -2);
		else
			duk_pop(ctx);
	}
	duk_remove(ctx, -2);
}

/* Internalise holder[key]: [ holder key ] -> [ value ]; reviver at 1 */
static void
revive(duk_context *ctx)
{
	duk_idx_t holder = duk_get_top(ctx) - 2, key = holder + 1,
		  val = key + 1;
	double k, n;
	bool array;

	bi_check_stack(ctx);
	duk_require_stack(ctx, 12);
	duk_dup(ctx, key);
	duk_get_prop(ctx, holder);
	if (bi_is_object(ctx, val)) {
		array = bi_is_array(ctx, val);
		if (array) {
			n = bi_length(ctx, val);
		} else {
			push_enumerable(ctx, val);
			n = (double)duk_get_length(ctx, -1);
		}
		for (k = 0; k < n; k++) {
			duk_dup(ctx, val);
			if (array) {
				duk_push_sprintf(ctx, "%.0f", k);
			} else {
				duk_get_prop_index(ctx, val + 1,
				    (duk_uarridx_t)k);
			}
			duk_dup_top(ctx);
			duk_insert(ctx, -3); /* [ key holder key ] */
			revive(ctx);
			if (duk_is_undefined(ctx, -1)) {
				duk_pop(ctx);
				objop_delete(ctx, val);
			} else {
				objop_create(ctx, val, false);
			}
		}
		duk_set_top(ctx, val + 1);
	}
	duk_dup(ctx, 1);
	duk_dup(ctx, holder);
	duk_dup(ctx, key);
	if (duk_is_number(ctx, key))
		duk_to_string(ctx, -1);
	duk_dup(ctx, val);
	duk_call_method(ctx, 2);
	duk_replace(ctx, holder);
	duk_set_top(ctx, holder + 1);
}

static duk_ret_t
json_parse(duk_context *ctx)
{
	size_t len;
	const char *text = bi_to_string(ctx, 0, &len);

	inner_json_parse(ctx, text, len);
	if (!duk_is_function(ctx, 1))
		return 1;
	duk_push_object(ctx);
	duk_swap_top(ctx, -2);
	duk_push_literal(ctx, "");
	duk_swap_top(ctx, -2);
	bi_define_key(ctx, -3);
	duk_push_literal(ctx, "");
	revive(ctx);
	return 1;
}

/* Escape lone surrogates: [ string ] -> [ string ] */
static void
escape_lone(duk_context *ctx)
{
	size_t len, i, n, from = 0;
	const char *s = duk_get_lstring(ctx, -1, &len);
	duk_idx_t text = -1;
	uint32_t c;
	char buf[8];

	for (i = 0; i < len; i += n) {
		if ((unsigned char)s[i] != 0xed) {
			n = 1;
			continue;
		}
		n = cesu8_char(s + i, len - i, &c);
		if (c < 0xd800 || c >= 0xe000)
			continue;
		if (text < 0) {
			text_begin(ctx);
			text = duk_get_top(ctx) - 1;
		}
		text_bytes(ctx, text, s + from, i - from);
		snprintf(buf, sizeof buf, "\\u%04x", (unsigned int)c);
		text_bytes(ctx, text, buf, 6);
		from = i + n;
	}
	if (text < 0)
		return;
	text_bytes(ctx, text, s + from, len - from);
	text_end(ctx, text);
	duk_replace(ctx, -3);
	duk_pop(ctx);
}

/*
 * The property list of a replacer array, each once, as a plain array of
 * strings in place of the argument at 1.
 */
static void
normalize_replacer(duk_context *ctx)
{
	double k, n;
	duk_idx_t out, seen;
	int class;

	duk_push_array(ctx);
	out = duk_get_top(ctx) - 1;
	duk_push_bare_object(ctx);
	seen = out + 1;
	n = bi_length(ctx, 1);
	for (k = 0; k < n; k++) {
		bi_get_k(ctx, 1, k);
		class = dx_class(ctx, -1);
		if (!(duk_is_string(ctx, -1) && !duk_is_symbol(ctx, -1)) &&
		    !duk_is_number(ctx, -1) && class != DX_STRING &&
		    class != DX_NUMBER) {
			duk_pop(ctx);
			continue;
		}
		duk_to_string(ctx, -1);
		duk_dup_top(ctx);
		if (duk_has_prop(ctx, seen)) {
			duk_pop(ctx);
			continue;
		}
		duk_dup_top(ctx);
		duk_push_true(ctx);
		duk_put_prop(ctx, seen);
		dx_array_append(ctx, out);
	}
	duk_pop(ctx);
	duk_replace(ctx, 1);
}

static duk_ret_t
json_stringify(duk_context *ctx)
{
	if (!duk_is_function(ctx, 1) && bi_is_array(ctx, 1))
		normalize_replacer(ctx);
	bi_push(ctx, I_DUK_STRINGIFY);
	duk_insert(ctx, 0);
	duk_call(ctx, 3);
	if (duk_is_string(ctx, -1))
		escape_lone(ctx);
	return 1;
}

void
bi_install_json(duk_context *ctx)
{
	static const struct bi_fn fns[] = {
	    {"parse", json_parse, 2, 2, 0},
	    {"stringify", json_stringify, 3, 3, 0},
	};

	bi_push_global(ctx, "JSON");
	BI_DEFINE(ctx, -1, fns);
	bi_define_tag(ctx, -1, "JSON");
	duk_pop(ctx);
}
