/*
 * Where a text may be divided: what Intl.Segmenter is made of.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/builtins.h"

#include "worker/builtins/bi.h"
#include "worker/builtins/string.h"

#include <string.h>
#include <unigbrk.h>
#include <uniwbrk.h>

duk_ret_t
builtins_breaks(duk_context *ctx)
{
	size_t len, i = 0, n = 0, k;
	const char *s = bi_to_string(ctx, 0, &len);
	bool words = strcmp(duk_require_string(ctx, 1), "word") == 0;
	uint32_t *points, at = 0;
	char *before;

	points = duk_push_fixed_buffer(ctx, (len + 1) * sizeof *points);
	before = duk_push_fixed_buffer(ctx, len + 1);
	while (i < len)
		i += cesu8_char(s + i, len - i, &points[n++]);
	for (k = 0; k < n; k++)
		if (points[k] >= 0xd800 && points[k] < 0xe000)
			points[k] = 0xfffd; /* alone: the library wants text */
	if (words)
		u32_wordbreaks(points, n, before);
	else
		u32_grapheme_breaks(points, n, before);
	duk_push_array(ctx);
	for (k = 0; k < n; k++) {
		bi_poll(ctx);
		at += points[k] >= 0x10000 ? 2 : 1;
		if (k + 1 == n || before[k + 1] != 0) {
			duk_push_uint(ctx, at);
			dx_array_append(ctx, -2);
		}
	}
	return 1;
}

bool
bi_push_intl(duk_context *ctx, const char *name)
{
	duk_require_stack(ctx, 8);
	if (!duk_get_global_literal(ctx, "Intl") || !bi_is_object(ctx, -1)) {
		duk_pop(ctx);
		return false;
	}
	duk_get_prop_string(ctx, -1, name);
	duk_remove(ctx, -2);
	if (duk_is_function(ctx, -1))
		return true;
	duk_pop(ctx);
	return false;
}
