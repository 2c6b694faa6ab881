/*
 * conf/script: scripts and directories without a config.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "conf/conf.h"
#include "tests/unit/conf_cases.h"
#include "tests/unit/conf_tree.h"

/* The modules of the only worker as "name kind\n"...; owned by the caller. */
static char *
modules_of(const struct conf *conf)
{
	const struct conf_worker *w = &conf->workers[0];
	const char *kind;
	char *text;
	struct buf b;
	size_t i;

	assert_int_equal(conf->nworkers, 1);
	buf_init(&b);
	for (i = 0; i < w->nmodules; i++) {
		kind = conf_module_kind_name(w->modules[i].kind);
		buf_put(&b, w->modules[i].name, strlen(w->modules[i].name));
		buf_put(&b, " ", 1);
		buf_put(&b, kind, strlen(kind));
		buf_put(&b, "\n", 1);
	}
	text = xmemdup(buf_peek(&b), buf_len(&b));
	buf_clear(&b);
	return text;
}

static void
expect_modules(const struct conf_tree *t, const char *path, const char *want)
{
	struct conf *conf;
	char *messages, *modules;

	conf = conf_tree_load(t, path, NULL, &messages);
	assert_string_equal(messages, "");
	assert_non_null(conf);
	modules = modules_of(conf);
	assert_string_equal(modules, want);
	free(modules);
	conf_free(&conf);
	free(messages);
}

static void
test_one_script(void **state)
{
	struct conf_tree t;
	struct conf *conf;
	char *messages;

	(void)state;
	conf_tree_make(&t);
	conf_tree_write(&t, "app.mjs", "export default {}");
	conf = conf_tree_load(&t, "app.mjs", NULL, &messages);
	assert_string_equal(messages, "");
	assert_true(conf->is_from_script);
	assert_int_equal(conf->nsockets, 1);
	assert_string_equal(conf->sockets[0].name, "http");
	assert_string_equal(conf->sockets[0].address.text, "127.0.0.1:8080");
	assert_int_equal(conf->sockets[0].service.worker, 0);
	assert_string_equal(conf->workers[0].name, "app");
	assert_string_equal(conf->workers[0].compatibility_date,
	    conf_newest_compatibility_date());
	assert_int_equal(conf->workers[0].limits.memory_bytes, 64 << 20);
	assert_int_equal(conf->workers[0].idle_timeout_ms, 10000);
	conf_free(&conf);
	free(messages);
	conf_tree_remove(&t);
}

static void
test_reached_files(void **state)
{
	struct conf_tree t;

	(void)state;
	conf_tree_make(&t);
	conf_tree_write(&t, "app.js",
	    "import a from './lib/a.js'\n"
	    "import './lib/a.js'; export * from \"./b.ts\";\n"
	    "const t = await import(`./page.html`)\n"
	    "import {x} from './c', y from './d', z from './e.js'\n"
	    "import cfg from './cfg.json' with {type: 'json'}\n"
	    "'./not-there.js'; './lib'; \"../outside.js\"; './a b.txt'\n"
	    "import h from 'hono'; '.hidden.js' './x.exe' './dir.js'\n"
	    "'./unclosed.js\n");
	conf_tree_write(&t, "lib/a.js",
	    "require('../c.js'); import('.././lib//f.cjs')");
	conf_tree_write(&t, "lib/f.cjs", "require('./../app.js')");
	conf_tree_write(&t, "lib/index.ts", "");
	conf_tree_write(&t, "b.ts", "");
	conf_tree_write(&t, "page.html", "'./never.js'");
	conf_tree_write(&t, "c.js", "");
	conf_tree_write(&t, "d.tsx", "");
	conf_tree_write(&t, "e.ts", "");
	conf_tree_write(&t, "cfg.json", "{\"path\": './never.js'}");
	conf_tree_write(&t, "never.js", "");
	conf_tree_write(&t, "unclosed.js", "");
	conf_tree_write(&t, "unreached.js", "");
	conf_tree_write(&t, "a b.txt", "");
	conf_tree_write(&t, "x.exe", "");
	conf_tree_write(&t, "dir.js/index.js", "");
	expect_modules(&t, "app.js",
	    "app.js esModule\n"
	    "lib/a.js esModule\n"
	    "b.ts esModule\n"
	    "page.html text\n"
	    "c.js esModule\n"
	    "d.tsx esModule\n"
	    "e.ts esModule\n"
	    "cfg.json json\n"
	    "lib/index.ts esModule\n"
	    "a b.txt text\n"
	    "dir.js/index.js esModule\n"
	    "lib/f.cjs commonJsModule\n");
	conf_tree_remove(&t);
}

static void
test_project(void **state)
{
	struct conf_tree t;

	(void)state;
	conf_tree_make(&t);
	conf_tree_write(&t, "outside.js", "");
	conf_tree_write(&t, "p/package.json", "{}");
	conf_tree_write(&t, "p/src/app.js",
	    "import '../lib/x.js'; import '../../outside.js'");
	conf_tree_write(&t, "p/lib/x.js", "");
	expect_modules(&t, "p/src/app.js",
	    "src/app.js esModule\nlib/x.js esModule\n");
	conf_tree_remove(&t);
}

static void
test_links_stay_inside(void **state)
{
	struct conf_tree t;
	char *path;

	(void)state;
	conf_tree_make(&t);
	conf_tree_write(&t, "p/app.js", "'./in.js'; './out.js'; './o/s.js'");
	conf_tree_write(&t, "p/real.js", "");
	conf_tree_write(&t, "secret.js", "");
	conf_tree_write(&t, "o/s.js", "");
	path = xasprintf("%s/p/in.js", t.dir);
	assert_int_equal(symlink("real.js", path), 0);
	free(path);
	path = xasprintf("%s/p/out.js", t.dir);
	assert_int_equal(symlink("../secret.js", path), 0);
	free(path);
	path = xasprintf("%s/p/o", t.dir);
	assert_int_equal(symlink("../o", path), 0);
	free(path);
	expect_modules(&t, "p/app.js", "app.js esModule\nin.js esModule\n");
	conf_tree_remove(&t);
}

static void
test_directory(void **state)
{
	struct conf_tree t;
	struct conf *conf;
	char *messages;

	(void)state;
	conf_tree_make(&t);
	conf_tree_expect_errors(&t, "", NULL,
	    "$DIR/: nothing to serve in this directory; add an eider.ini, a "
	    "package.json with \"main\", or an index.js\n");
	conf_tree_write(&t, "index.ts", "");
	expect_modules(&t, "", "index.ts esModule\n");
	conf_tree_write(&t, "index.js", "");
	expect_modules(&t, ".", "index.js esModule\n");
	conf_tree_write(&t, "package.json", "{\"name\": \"x\"}");
	expect_modules(&t, ".", "index.js esModule\n");
	conf_tree_write(&t, "src/main.js", "");
	conf_tree_write(&t, "package.json",
	    "{\"x\": {\"main\": \"no.js\"}, \"main\": \"src\\/main.js\"}");
	expect_modules(&t, ".", "src/main.js esModule\n");
	conf_tree_write(&t, "package.json", "{\"main\": \"none.js\"}");
	conf_tree_expect_errors(&t, ".", NULL,
	    "$DIR/.: \"main\" of package.json names \"none.js\", which is not "
	    "a script; name a .js, .mjs or .ts file\n");
	conf_tree_write(&t, "eider.ini", CONF_CASES_BASE);
	conf = conf_tree_load(&t, "", NULL, &messages);
	assert_string_equal(messages, "");
	assert_false(conf->is_from_script);
	assert_string_equal(conf->workers[0].name, "a");
	conf_free(&conf);
	free(messages);
	conf_tree_remove(&t);
}

static void
test_refuses(void **state)
{
	struct conf_tree t;
	struct buf b;
	char name[32], *text;
	int i;

	(void)state;
	conf_tree_make(&t);
	conf_tree_expect_errors(&t, "none.js", NULL,
	    "$DIR/none.js: cannot open \"$DIR/none.js\": No such file or "
	    "directory\n");
	conf_tree_write(&t, "bad.js", "\xff");
	conf_tree_expect_errors(&t, "bad.js", NULL,
	    "$DIR/bad.js: bad.js: byte 1 (0xff) is not UTF-8 text; use "
	    "\"data\" for bytes\n");
	buf_init(&b);
	for (i = 0; i < 1000; i++) {
		snprintf(name, sizeof name, "n/%d.js", i);
		conf_tree_write(&t, name, "");
		buf_put(&b, "'./", 3);
		buf_put(&b, name, strlen(name));
		buf_put(&b, "' ", 2);
	}
	text = xmemdup(buf_peek(&b), buf_len(&b));
	conf_tree_write(&t, "many.js", text);
	conf_tree_expect_errors(&t, "many.js", NULL,
	    "$DIR/many.js: reaches more than 1000 files; bundle them, or write "
	    "an eider.ini\n");
	free(text);
	buf_clear(&b);
	conf_tree_write(&t, "big.js", "'./huge.bin'");
	conf_tree_write(&t, "huge.bin", "");
	text = xasprintf("%s/huge.bin", t.dir);
	assert_int_equal(truncate(text, 17 << 20), 0);
	free(text);
	conf_tree_expect_errors(&t, "big.js", NULL,
	    "$DIR/big.js: reaches more than 16 MB of files; bundle them, or "
	    "write an eider.ini\n");
	conf_tree_remove(&t);
}

static void
test_override(void **state)
{
	static const char *const addrs[] = {"http=*:9000"};
	static const struct conf_options options = {
	    .socket_addrs = addrs, .nsocket_addrs = 1};
	struct conf_tree t;
	struct conf *conf;
	char *messages;

	(void)state;
	conf_tree_make(&t);
	conf_tree_write(&t, "a=b.js", "");
	conf = conf_tree_load(&t, "a=b.js", &options, &messages);
	assert_string_equal(messages, "");
	assert_int_equal(conf->sockets[0].address.port, 9000);
	assert_string_equal(conf->workers[0].name, "main");
	conf_free(&conf);
	free(messages);
	conf_tree_remove(&t);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_one_script),
	    cmocka_unit_test(test_reached_files),
	    cmocka_unit_test(test_project),
	    cmocka_unit_test(test_links_stay_inside),
	    cmocka_unit_test(test_directory),
	    cmocka_unit_test(test_refuses),
	    cmocka_unit_test(test_override),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
