/*
 * The standard library, through the engine: one case a row of
 * builtins_rows.def, each in a global scope of its own making.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/util.h"
#include "worker/builtins/builtins.h"
#include "worker/engine/engine.h"
#include "worker/engine/str.h"

struct row {
	const char *name, *script, *want;
};

static struct row rows[] = {
#define ROW(name_, script_, want_) {name_, script_, want_},
#include "tests/unit/builtins_rows.def"
#undef ROW
};

static struct engine *engine;

static int
setup(void **state)
{
	static const struct engine_options options = {.allow_eval = true};

	(void)state;
	return engine_new(&options, &engine) != 0 ||
	       builtins_install(engine) != 0;
}

static int
teardown(void **state)
{
	(void)state;
	engine_free(&engine);
	return 0;
}

/* Copies the global `out` to ARG, a struct buf. */
static int
take_out(duk_context *ctx, void *arg)
{
	duk_get_global_literal(ctx, "out");
	duk_safe_to_string(ctx, -1);
	str_get_utf8(ctx, -1, arg);
	return 0;
}

/* The row's text as the global `program`. */
static int
put_program(duk_context *ctx, void *arg)
{
	const struct row *r = arg;

	str_push_utf8(ctx, r->script, strlen(r->script));
	duk_put_global_literal(ctx, "program");
	return 0;
}

static void
eval_ok(const char *script)
{
	struct engine_error err;

	if (engine_eval_script(engine, "row.js", script, strlen(script),
		&err) != 0)
		fail_msg("%s", err.message);
}

static void
test_row(void **state)
{
	struct row *r = *state;
	struct buf got;

	/* the row's value is what an eval of its statements gives */
	eval_ok("var out = '', program;");
	assert_int_equal(engine_run(engine, put_program, r, NULL), 0);
	eval_ok("out = (function () { return String(eval(program)) })()");
	buf_init(&got);
	assert_int_equal(engine_run(engine, take_out, &got, NULL), 0);
	buf_put_u8(&got, 0);
	assert_string_equal((const char *)buf_peek(&got), r->want);
	buf_clear(&got);
}

/* Each step of the C interface to iteration and collections. */
static int
sum_each(duk_context *ctx, void *arg)
{
	*(double *)arg += duk_to_number(ctx, -1);
	return *(double *)arg > 100 ? -1 : 0;
}

static int
use_from_c(duk_context *ctx, void *arg)
{
	double sum = 0;
	uint32_t pos = 0, n = 0;

	(void)arg;
	map_push(ctx);
	duk_push_string(ctx, "k");
	duk_push_int(ctx, 1);
	map_put(ctx, 0);
	assert_true(map_is(ctx, 0));
	assert_false(set_is(ctx, 0));
	assert_int_equal(map_size(ctx, 0), 1);
	while (map_each(ctx, 0, &pos)) {
		assert_string_equal(duk_get_string(ctx, -2), "k");
		assert_int_equal(duk_get_int(ctx, -1), 1);
		duk_pop_2(ctx);
		n++;
	}
	assert_int_equal(n, 1);
	set_push(ctx);
	duk_push_int(ctx, 40);
	set_add(ctx, 1);
	duk_push_int(ctx, 70);
	set_add(ctx, 1);
	duk_push_int(ctx, 5);
	set_add(ctx, 1);
	iter_each(ctx, 1, sum_each, &sum);
	assert_int_equal((int)sum, 110); /* stopped behind the second */
	iter_open(ctx, 1);
	for (n = 0; iter_next(ctx, 2); n++)
		duk_pop(ctx);
	assert_int_equal(n, 3);
	iter_close(ctx, 2);
	assert_int_equal(duk_get_top(ctx), 3);
	return 0;
}

static void
test_c(void **state)
{
	(void)state;
	assert_int_equal(engine_run(engine, use_from_c, NULL, NULL), 0);
}

int
main(void)
{
	static struct CMUnitTest tests[NELEMS(rows) + 1];
	size_t i;

	for (i = 0; i < NELEMS(rows); i++) {
		tests[i].name = rows[i].name;
		tests[i].test_func = test_row;
		tests[i].initial_state = &rows[i];
	}
	tests[i].name = "iteration and collections from C";
	tests[i].test_func = test_c;
	return cmocka_run_group_tests_name("builtins", tests, setup, teardown);
}
