/*
 * The engine's C interface: strings, promises, limits, modules, embedding,
 * hooks, clones.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/util.h"
#include "worker/engine/embed.h"
#include "worker/engine/engine.h"
#include "worker/engine/module.h"
#include "worker/engine/promise.h"
#include "worker/engine/str.h"

static char got[4096];

/* [ ... value ] -> the same; its text to `got` */
static void
keep_text(duk_context *ctx)
{
	struct buf b;

	buf_init(&b);
	duk_dup_top(ctx);
	duk_to_string(ctx, -1);
	str_get_utf8(ctx, -1, &b);
	snprintf(got, sizeof got, "%.*s", (int)buf_len(&b),
	    (const char *)buf_peek(&b));
	buf_clear(&b);
	duk_pop(ctx);
}

static int
get_out(duk_context *ctx, void *arg)
{
	(void)arg;
	duk_get_global_literal(ctx, "out");
	keep_text(ctx);
	return 0;
}

/* Run SRC as a script; returns engine_run()'s code, `out` in got. */
static int
eval(struct engine *e, const char *src, struct engine_error *err)
{
	int r = engine_eval_script(e, "t.js", src, strlen(src), err);

	got[0] = '\0';
	if (r == 0)
		assert_int_equal(engine_run(e, get_out, NULL, NULL), 0);
	return r;
}

/* Strings. */

struct utf8_row {
	const char *utf8;
	size_t len; /* in UTF-16 units */
	const char *back;
};

static const struct utf8_row utf8_rows[] = {
    {"", 0, ""},
    {"abc", 3, "abc"},
    {"\xc3\xa9", 1, "\xc3\xa9"},
    {"\xe2\x82\xac", 1, "\xe2\x82\xac"},
    {"\xf0\x9f\x98\x80", 2, "\xf0\x9f\x98\x80"},
    {"a\xf0\x9f\x98\x80"
     "b",
	4,
	"a\xf0\x9f\x98\x80"
	"b"},
    {"\xff", 1, "\xef\xbf\xbd"},
    {"\x80"
     "a",
	2,
	"\xef\xbf\xbd"
	"a"},
    {"\xc0\xaf", 2, "\xef\xbf\xbd\xef\xbf\xbd"},
    {"\xe2\x82", 1, "\xef\xbf\xbd"},
    {"\xf0\x9f\x98", 1, "\xef\xbf\xbd"},
    {"\xed\xa0\x80", 3, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    {"\xf4\x90\x80\x80", 4, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    {"\x81hidden\xff", 8, "\xef\xbf\xbdhidden\xef\xbf\xbd"},
};

static int
run_utf8(duk_context *ctx, void *arg)
{
	const struct utf8_row *r = arg;

	str_push_utf8(ctx, r->utf8, strlen(r->utf8));
	assert_false(duk_is_symbol(ctx, -1));
	assert_int_equal(duk_get_length(ctx, -1), r->len);
	keep_text(ctx);
	assert_string_equal(got, r->back);
	assert_int_equal(str_utf8_len(ctx, -1), strlen(r->back));
	return 0;
}

static void
test_utf8(void **state)
{
	struct engine *e;
	size_t i;

	(void)state;
	assert_int_equal(engine_new(NULL, &e), 0);
	for (i = 0; i < NELEMS(utf8_rows); i++) {
		struct utf8_row r = utf8_rows[i];

		assert_int_equal(engine_run(e, run_utf8, &r, NULL), 0);
	}
	engine_free(&e);
}

static int
run_surrogates(duk_context *ctx, void *arg)
{
	(void)arg;
	duk_push_string(ctx, "a\xed\xa0\xbd"
			     "b\xed\xb8\x80");
	assert_false(str_is_well_formed(ctx, -1));
	keep_text(ctx);
	assert_string_equal(got, "a\xef\xbf\xbd"
				 "b\xef\xbf\xbd");
	str_to_well_formed(ctx, -1);
	assert_true(str_is_well_formed(ctx, -1));
	assert_int_equal(duk_get_length(ctx, -1), 4);
	duk_push_string(ctx, "\xed\xa0\xbd\xed\xb8\x80");
	assert_true(str_is_well_formed(ctx, -1));
	keep_text(ctx);
	assert_string_equal(got, "\xf0\x9f\x98\x80");
	return 0;
}

static void
test_surrogates(void **state)
{
	struct engine *e;

	(void)state;
	assert_int_equal(engine_new(NULL, &e), 0);
	assert_int_equal(engine_run(e, run_surrogates, NULL, NULL), 0);
	engine_free(&e);
}

/* Promises from C. */

static duk_ret_t
on_ok(duk_context *ctx)
{
	/* [ value data ] */
	duk_concat(ctx, 2);
	keep_text(ctx);
	return 1;
}

static duk_ret_t
on_err(duk_context *ctx)
{
	duk_push_literal(ctx, "!");
	duk_concat(ctx, 3);
	keep_text(ctx);
	return 0;
}

static int
run_promise(duk_context *ctx, void *arg)
{
	(void)arg;
	promise_new(ctx);
	assert_true(promise_is(ctx, -1));
	assert_int_equal(promise_state(ctx, -1), PROMISE_PENDING);
	duk_push_literal(ctx, "D");
	promise_then_c(ctx, -2, on_ok, NULL);
	assert_true(promise_is(ctx, -1));
	duk_push_literal(ctx, "E");
	promise_react_c(ctx, -2, on_ok, NULL);
	duk_push_literal(ctx, "v");
	promise_resolve(ctx, -3, -1);
	promise_resolve(ctx, -3, -2); /* no effect */
	assert_int_equal(promise_state(ctx, -3), PROMISE_FULFILLED);
	return 0;
}

static int
run_reject(duk_context *ctx, void *arg)
{
	(void)arg;
	duk_push_literal(ctx, "r");
	promise_rejected(ctx);
	assert_int_equal(promise_state(ctx, -1), PROMISE_REJECTED);
	duk_push_literal(ctx, "D");
	promise_react_c(ctx, -2, on_ok, on_err);
	return 0;
}

static void
test_promise(void **state)
{
	struct engine *e;

	(void)state;
	assert_int_equal(engine_new(NULL, &e), 0);
	assert_int_equal(engine_run(e, run_promise, NULL, NULL), 0);
	assert_string_equal(got, "vDE");
	assert_int_equal(engine_run(e, run_reject, NULL, NULL), 0);
	assert_string_equal(got, "rD!");
	engine_free(&e);
}

/* Hooks. */

struct seen {
	int unhandled, handled, uncaught;
};

static void
on_unhandled(void *arg, duk_context *ctx)
{
	struct seen *s = arg;

	s->unhandled++;
	keep_text(ctx);
}

static void
on_handled(void *arg, duk_context *ctx)
{
	struct seen *s = arg;

	(void)ctx;
	s->handled++;
}

static void
on_uncaught(void *arg, const struct engine_error *err)
{
	struct seen *s = arg;

	s->uncaught++;
	snprintf(got, sizeof got, "%s", err->message);
}

static int
queue_throw(duk_context *ctx, void *arg)
{
	(void)arg;
	duk_get_global_literal(ctx, "thrower");
	microtask_enqueue(ctx);
	return 0;
}

static void
test_hooks(void **state)
{
	struct seen s = {0};
	struct engine_options o = {.hooks = {.arg = &s,
				       .on_unhandled_rejection = on_unhandled,
				       .on_rejection_handled = on_handled,
				       .on_uncaught = on_uncaught}};
	struct engine *e;
	const char *src;

	(void)state;
	assert_int_equal(engine_new(&o, &e), 0);
	src = "var out, p = Promise.reject('u');";
	assert_int_equal(engine_eval_script(e, "t.js", src, strlen(src), NULL),
	    0);
	assert_int_equal(s.unhandled, 1);
	assert_string_equal(got, "u");
	src = "p.catch(() => 0)";
	assert_int_equal(engine_eval_script(e, "t.js", src, strlen(src), NULL),
	    0);
	assert_int_equal(s.handled, 1);
	src = "Promise.reject(1).catch(() => 0);"
	      "let q = Promise.reject(2); Promise.resolve().then(() => {"
	      "q.catch(() => 0)})";
	assert_int_equal(engine_eval_script(e, "t.js", src, strlen(src), NULL),
	    0);
	assert_int_equal(s.unhandled, 1);
	src = "var thrower = () => { throw new TypeError('boo') }";
	assert_int_equal(engine_eval_script(e, "t.js", src, strlen(src), NULL),
	    0);
	assert_int_equal(engine_run(e, queue_throw, NULL, NULL), 0);
	assert_int_equal(s.uncaught, 1);
	assert_string_equal(got, "TypeError: boo");
	engine_free(&e);
}

/* Errors. */

static void
test_errors(void **state)
{
	struct engine_error err;
	struct engine *e;

	(void)state;
	assert_int_equal(engine_new(NULL, &e), 0);
	assert_int_equal(eval(e, "let a = 1;\nlet b = );", &err), ERR_SCRIPT);
	assert_int_equal(err.kind, ENGINE_ERROR_EXCEPTION);
	assert_string_equal(err.message, "SyntaxError: Unexpected token ')'");
	assert_non_null(strstr(err.stack, "t.js:2:9"));
	engine_error_clear(&err);
	assert_int_equal(
	    eval(e, "function f() {\n throw new RangeError('x') }\nf()", &err),
	    ERR_SCRIPT);
	assert_string_equal(err.message, "RangeError: x");
	assert_non_null(strstr(err.stack, "at f (t.js:2)"));
	engine_error_clear(&err);
	assert_int_equal(eval(e, "throw {toString() { throw 1 }}", &err),
	    ERR_SCRIPT);
	engine_error_clear(&err);
	assert_int_equal(eval(e, "throw null", &err), ERR_SCRIPT);
	assert_string_equal(err.message, "null");
	engine_error_clear(&err);
	/* eval is off */
	assert_int_equal(eval(e, "new Function('return 1')", &err), ERR_SCRIPT);
	assert_string_equal(err.message,
	    "EvalError: Code generation from strings disallowed for this "
	    "context");
	engine_error_clear(&err);
	assert_int_equal(eval(e, "(0, eval)('1')", &err), ERR_SCRIPT);
	engine_error_clear(&err);
	assert_int_equal(eval(e, "eval('1')", &err), ERR_SCRIPT);
	engine_error_clear(&err);
	engine_free(&e);
}

/* Modules. */

static void
add(struct engine *e, enum module_kind kind, const char *name, const char *text)
{
	struct module_source s = {
	    .name = name, .kind = kind, .bytes = text, .len = strlen(text)};

	assert_int_equal(module_add(e, &s), 0);
}

static duk_ret_t
make_builtin(duk_context *ctx)
{
	duk_push_object(ctx);
	duk_push_int(ctx, 42);
	duk_put_prop_literal(ctx, -2, "answer");
	return 1;
}

static int
push_main_default(duk_context *ctx, void *arg)
{
	(void)arg;
	module_push_main(ctx);
	duk_get_prop_literal(ctx, -1, "default");
	keep_text(ctx);
	return 0;
}

/* Evaluate main.js; its default export's text is in got, or the message. */
static int
run_main(struct engine *e)
{
	struct engine_error err;
	int r = module_start(e, "main.js", &err);

	got[0] = '\0';
	if (r == 0 && module_state(e, &err) != MODULE_READY)
		r = ERR_STATE;
	if (r != 0)
		snprintf(got, sizeof got, "%s",
		    err.message != NULL ? err.message : "");
	else
		assert_int_equal(engine_run(e, push_main_default, NULL, NULL),
		    0);
	engine_error_clear(&err);
	return r;
}

struct mod_row {
	const char *name;
	struct {
		enum module_kind kind;
		const char *name, *text;
	} files[6];
	int want;
	const char *text;
};

/* clang-format off */
static const struct mod_row mod_rows[] = {
	{"live bindings", {{MODULE_ESM, "main.js", "import {a,inc} from './a.js';const b=a;inc();export default b+','+a"},
	    {MODULE_ESM, "a.js", "export let a=1;export function inc(){a++}"}}, 0, "1,2"},
	{"cycle: hoisted function, TDZ", {{MODULE_ESM, "main.js", "import {f} from './b.js';export let x='x';export default f();export function g(){return 'g'}"},
	    {MODULE_ESM, "b.js", "import {x,g} from './main.js';let t;try{x}catch(e){t=e.name}export function f(){return t+g()+x}"}}, 0, "ReferenceErrorgx"},
	{"export *: ambiguous name is absent", {{MODULE_ESM, "main.js", "import * as n from './s.js';export default Object.keys(n).join()"},
	    {MODULE_ESM, "s.js", "export * from './a.js';export * from './b.js'"},
	    {MODULE_ESM, "a.js", "export const a=1,both=1;export default 1"}, {MODULE_ESM, "b.js", "export const b=1,both=2"}}, 0, "a,b"},
	{"import of an ambiguous name -> SyntaxError", {{MODULE_ESM, "main.js", "\nimport {both} from './s.js'"},
	    {MODULE_ESM, "s.js", "export * from './a.js';export * from './b.js'"},
	    {MODULE_ESM, "a.js", "export const both=1"}, {MODULE_ESM, "b.js", "export const both=2"}}, ERR_SCRIPT,
	    "SyntaxError: The requested module 's.js' contains conflicting star exports for name 'both' (main.js:2:9)"},
	{"missing export names the line", {{MODULE_ESM, "main.js", "\n\nimport {x} from './a.js'"}, {MODULE_ESM, "a.js", ""}}, ERR_SCRIPT,
	    "SyntaxError: The requested module 'a.js' does not provide an export named 'x' (main.js:3:9)"},
	{"missing module names the line", {{MODULE_ESM, "main.js", "\nimport './nope.js'"}}, ERR_SCRIPT,
	    "Error: No such module \"./nope.js\".\n  imported from \"main.js:2:8\""},
	{"relative names", {{MODULE_ESM, "main.js", "export {default} from './d/e/x.js'"},
	    {MODULE_ESM, "d/e/x.js", "export {default} from '../y.js'"}, {MODULE_ESM, "d/y.js", "import z from '../z.js';export default 'y'+z"}, {MODULE_ESM, "z.js", "export default 'z'"}}, 0, "yz"},
	{"json, text, data", {{MODULE_ESM, "main.js", "import j from './j.json';import t from './t.txt';import d from './d.bin';export default j.a+t+d.byteLength"},
	    {MODULE_JSON, "j.json", "{\"a\":1}"}, {MODULE_TEXT, "t.txt", "\xc3\xa9"}, {MODULE_DATA, "d.bin", "123"}}, 0, "1\xc3\xa9" "3"},
	{"bad json names the file", {{MODULE_ESM, "main.js", "import j from './j.json'"}, {MODULE_JSON, "j.json", "{"}}, ERR_SCRIPT, NULL},
	{"CommonJS: default, named, require, cycle", {{MODULE_ESM, "main.js", "import c,{n} from './c.js';export default c.n+n+c.s+c.partial"},
	    {MODULE_COMMONJS, "c.js", "exports.n='n';exports.s=require('./e').v;exports.partial=require('./e').back"},
	    {MODULE_COMMONJS, "e.js", "exports.v='e';exports.back=require('./c.js').n"}}, 0, "nnen"},
	{"require of an ES module", {{MODULE_COMMONJS, "main.js", "module.exports=require('./m.js').x+typeof require"}, {MODULE_ESM, "m.js", "export const x=5"}}, 0, "5function"},
	{"built-in", {{MODULE_ESM, "main.js", "import {answer} from 'eider:test';export default answer"}}, 0, "42"},
	{"top-level await: siblings in order", {{MODULE_ESM, "main.js", "import './a.js';import './b.js';export default globalThis.log"},
	    {MODULE_ESM, "a.js", "globalThis.log='a1';await 0;log+='a2'"}, {MODULE_ESM, "b.js", "log+='b'"}}, 0, "a1ba2"},
	{"top-level await: a rejection reaches the main module", {{MODULE_ESM, "main.js", "import './a.js'"}, {MODULE_ESM, "a.js", "await Promise.reject(new Error('late'))"}}, ERR_STATE, "Error: late"},
	{"top-level await: throws after a dependency", {{MODULE_ESM, "main.js", "import './a.js';throw new Error('own')"}, {MODULE_ESM, "a.js", "await 0"}}, ERR_STATE, "Error: own"},
	{"evaluation throws once for all importers", {{MODULE_ESM, "main.js", "let r=[];for(const i of [1,2])try{await import('./a.js')}catch(e){r.push(e)}export default r[0]===r[1]&&r[0].message"},
	    {MODULE_ESM, "a.js", "throw new Error('once')"}}, 0, "once"},
	{"dynamic import of a missing module rejects", {{MODULE_ESM, "main.js", "export default await import('./q.js').catch(e=>e.message.slice(0,14))"}}, 0, "No such module"},
	{"namespace", {{MODULE_ESM, "main.js", "import * as n from './a.js';let s=Object.prototype.toString.call(n);try{n.a=2}catch(e){s+=e.name}export default s+n.a+('b' in n)+Object.getPrototypeOf(n)"},
	    {MODULE_ESM, "a.js", "export const a=1"}}, 0, "[object Module]TypeError1falsenull"},
	{"import.meta.url", {{MODULE_ESM, "main.js", "export default import.meta.url"}}, 0, "file:///main.js"},
	{"syntax error in a dependency", {{MODULE_ESM, "main.js", "import './a.js'"}, {MODULE_ESM, "a.js", "let let"}}, ERR_SCRIPT, NULL},
	{"self import", {{MODULE_ESM, "main.js", "import * as me from './main.js';export let v=3;export default me.v"}}, 0, "3"},
	{"default function is named and hoisted", {{MODULE_ESM, "main.js", "import f from './a.js';export default f.name+f()"}, {MODULE_ESM, "a.js", "export default function(){return 1}"}}, 0, "default1"},
};
/* clang-format on */

static void
test_module(void **state)
{
	const struct mod_row *r = *state;
	struct engine *e;
	size_t i;

	assert_int_equal(engine_new(NULL, &e), 0);
	module_add_builtin(e, "eider:test", make_builtin);
	for (i = 0; i < NELEMS(r->files) && r->files[i].name != NULL; i++)
		add(e, r->files[i].kind, r->files[i].name, r->files[i].text);
	i = (size_t)run_main(e);
	if (r->text != NULL)
		assert_string_equal(got, r->text);
	assert_int_equal((int)i, r->want);
	engine_free(&e);
}

/* Embedding. */

struct code {
	uint8_t *p;
	size_t len;
};

static int
run_embedded(duk_context *ctx, void *arg)
{
	struct code *c = arg;

	engine_push_embedded(ctx, c->p, c->len);
	duk_push_literal(ctx, "n");
	duk_call(ctx, 1);
	duk_push_literal(ctx, "D");
	promise_react_c(ctx, -2, on_ok, NULL);
	return 0;
}

static void
test_embed(void **state)
{
	static const char src[] =
	    "(function (n) { class A { #p = n; async f() { await 0;"
	    " for (const x of [1]) return this.#p + x } }"
	    " return new A().f() })";
	struct engine *e;
	struct code c;

	(void)state;
	assert_int_equal(engine_new(NULL, &e), 0);
	assert_int_equal(embed_compile(e, "x", src, sizeof src - 1, &c.p,
			     &c.len, NULL),
	    0);
	engine_free(&e);
	assert_int_equal(engine_new(NULL, &e), 0);
	assert_int_equal(engine_run(e, run_embedded, &c, NULL), 0);
	assert_string_equal(got, "n1D");
	engine_free(&e);
	free(c.p);
}

/* Clones. */

static void
test_clone(void **state)
{
	char text[2][64];
	struct engine *e;
	int i;

	(void)state;
	assert_int_equal(engine_new(NULL, &e), 0);
	assert_int_equal(eval(e, "var out = Math.random()", NULL), 0);
	engine_freeze(e);
	for (i = 0; i < 2; i++) {
		int fds[2], status;
		ssize_t n;
		pid_t pid;

		assert_int_equal(pipe(fds), 0);
		pid = fork();
		if (pid == 0) {
			engine_after_fork(e);
			eval(e,
			    "out = Math.random(); "
			    "let a = []; for (let i = 0; i < 1e4; i++)"
			    " a.push({i}); out += a.length",
			    NULL);
			if (write(fds[1], got, strlen(got)) < 0)
				_exit(1);
			_exit(0);
		}
		n = read(fds[0], text[i], sizeof text[i] - 1);
		assert_true(n > 0);
		text[i][n] = '\0';
		waitpid(pid, &status, 0);
		assert_int_equal(status, 0);
		close(fds[0]);
		close(fds[1]);
	}
	assert_string_not_equal(text[0], text[1]);
	engine_free(&e);
}

int
main(void)
{
	struct CMUnitTest tests[NELEMS(mod_rows) + 8] = {
	    cmocka_unit_test(test_utf8),
	    cmocka_unit_test(test_surrogates),
	    cmocka_unit_test(test_promise),
	    cmocka_unit_test(test_hooks),
	    cmocka_unit_test(test_errors),
	    cmocka_unit_test(test_embed),
	    cmocka_unit_test(test_clone),
	};
	size_t i, n = 7;

	for (i = 0; i < NELEMS(mod_rows); i++)
		tests[n++] = (struct CMUnitTest){.name = mod_rows[i].name,
		    .test_func = test_module,
		    .initial_state = (void *)(uintptr_t)&mod_rows[i]};
	return _cmocka_run_group_tests("engine_c", tests, n, NULL, NULL);
}
