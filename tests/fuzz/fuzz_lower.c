/*
 * Fuzzes lowering: the first byte chooses kind and options, the rest is the
 * source. What the parser takes is lowered, and Duktape's compiler must take
 * the text: whatever it refuses should have been an error with a position.
 */
#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "worker/engine/duk.h"
#include "worker/engine/inner.h"
#include "worker/lang/diag.h"
#include "worker/lang/helpers.h"
#include "worker/lang/lang.h"

#define FUZZ_MEMORY ((size_t)64 << 20)
/* Duktape's own limits are no findings; long inputs run into them. */
#define FUZZ_COMPILE_MAX 20000
#define FUZZ_STACK ((uintptr_t)4 << 20)

static void check_output(const struct lang_output *o);
static void compile(const struct lang_output *o);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum lang_kind kinds[] = {
	    LANG_MODULE, LANG_SCRIPT, LANG_COMMONJS, LANG_EVAL};
	struct lang_options options = {
	    .name = "fuzz.js", .memory_max = FUZZ_MEMORY};
	struct lang_lower_options lower = {0};
	struct lang_unit *unit = NULL;
	struct lang_output *output = NULL;
	struct lang_diag diag;

	if (size == 0)
		return 0;
	options.kind = kinds[data[0] & 3];
	options.strict = (data[0] & 4) != 0;
	options.slow = (data[0] & 8) != 0;
	options.typescript = (data[0] & 32) != 0;
	options.jsx = (data[0] & 64) != 0;
	lower.cyclic = (data[0] & 16) != 0;
	lang_diag_init(&diag);
	if (lang_parse((const char *)data + 1, size - 1, &options, &unit,
		&diag) == 0) {
		if (lang_lower(unit, &lower, &output, &diag) == 0) {
			check_output(output);
			if (output->len < FUZZ_COMPILE_MAX)
				compile(output);
		} else {
			ASSERT(diag.line > 0 && diag.column > 0);
		}
		lang_output_free(&output);
		lang_unit_free(&unit);
	}
	lang_diag_clear(&diag);
	return 0;
}

static void *
on_alloc(void *arg, duk_size_t size)
{
	(void)arg;
	return malloc(size);
}

static void *
on_realloc(void *arg, void *p, duk_size_t size)
{
	(void)arg;
	return realloc(p, size);
}

static void
on_free(void *arg, void *p)
{
	(void)arg;
	free(p);
}

static void
on_fatal(void *arg, const char *message)
{
	(void)arg;
	fprintf(stderr, "duktape: %s\n", message);
	abort();
}

static void
check_output(const struct lang_output *o)
{
	size_t i, j;

	ASSERT(strlen(o->text) <= o->len);
	for (i = 0; i < o->nhelpers; i++)
		ASSERT(o->helpers[i] < LANG_NHELPERS);
	for (i = 0; i < o->nfunctions; i++) {
		const struct lang_fn *f = &o->functions[i];

		ASSERT(f->pos <= f->end);
		for (j = 0; j < f->nkeep; j++)
			ASSERT(f->keep[j].len != 0);
	}
}

static void
compile(const struct lang_output *o)
{
	duk_context *ctx;

	inner_set_stack_low((uintptr_t)__builtin_frame_address(0) - FUZZ_STACK);
	ctx = duk_create_heap(on_alloc, on_realloc, on_free, NULL, on_fatal);
	ASSERT(ctx != NULL);
	duk_push_literal(ctx, "fuzz.js");
	if (duk_pcompile_lstring_filename(ctx, DUK_COMPILE_EVAL, o->text,
		o->len) != 0) {
		const char *message = duk_safe_to_string(ctx, -1);

		if (strncmp(message, "SyntaxError", 11) == 0) {
			fprintf(stderr, "%s\n%s\n", message, o->text);
			abort(); /* lowered text compiles */
		}
	}
	duk_destroy_heap(ctx);
}
