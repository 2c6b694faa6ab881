/*
 * conf/tenant: what a tenant's own files may say, open and use.
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

#include "base/util.h"
#include "base/xmalloc.h"
#include "conf/conf.h"
#include "tests/unit/conf_cases.h"
#include "tests/unit/conf_tree.h"

#define CODE "compatibilityDate = 2026-11-01\nmodules = m esModule ''\n"
#define OPERATOR                                                               \
	"[socket s]\naddress = *:1\nservice = a/web\n"                         \
	"[worker back]\n" CODE "[worker other]\n" CODE                         \
	"[tenant a]\nroot = $DIR/a\ninclude = t.ini\nservices = back\n"

static void
test_own_file(void **state)
{
	struct conf_tree t;
	struct conf *conf;
	const struct conf_worker *web;
	char *messages, *dump;

	(void)state;
	conf_tree_make(&t);
	conf_tree_write(&t, "eider.ini",
	    OPERATOR "limits.cpu = 2s\nlimits.memory = 32M\nuserId = 77\n"
		     "[worker mine]\ntenant = a\n" CODE);
	conf_tree_write(&t, "a/t.ini",
	    "[worker web]\ncompatibilityDate = 2026-11-01\n"
	    "modules = m esModule embed(src/m.js)\n"
	    "limits.cpu = 1s\n"
	    "[bindings web.BACK]\nservice = back\n"
	    "[worker back]\n" CODE "[worker api]\n" CODE
	    "bindings = WEB service web\nbindings = BACK service back\n");
	conf_tree_write(&t, "a/src/m.js", "export default {}");
	conf = conf_tree_load(&t, "eider.ini", NULL, &messages);
	assert_string_equal(messages, "");
	assert_int_equal(conf->ntenants, 1);
	assert_int_equal(conf->tenants[0].uid, 77);
	assert_int_equal(conf->tenants[0].limits.cpu_ms, 2000);
	web = conf_find_worker(conf, "a/web");
	assert_non_null(web);
	assert_string_equal(web->tenant, "a");
	assert_int_equal(web->limits.cpu_ms, 1000);
	/* what it has not set is the tenant's, if that is less */
	assert_int_equal(web->limits.memory_bytes, 32 << 20);
	assert_int_equal(web->limits.requests, 1000);
	/* a worker of its own comes before a service that was granted */
	assert_string_equal(web->bindings[0].service.service, "a/back");
	web = conf_find_worker(conf, "a/api");
	assert_string_equal(web->bindings[0].service.service, "a/web");
	assert_int_equal(conf->workers[web->bindings[0].service.worker].name !=
			     NULL,
	    1);
	web = conf_find_worker(conf, "mine");
	assert_string_equal(web->tenant, "a");
	assert_int_equal(web->limits.cpu_ms, 2000);
	assert_null(conf_find_worker(conf, "back")->tenant);
	assert_int_equal(conf_find_worker(conf, "back")->limits.cpu_ms, 10000);

	/* The dump says the same without the tenant's file. */
	dump = conf_dump(conf);
	conf_tree_write(&t, "dump.ini", dump);
	conf_free(&conf);
	free(messages);
	conf = conf_tree_load(&t, "dump.ini", NULL, &messages);
	assert_string_equal(messages, "");
	free(messages);
	messages = conf_dump(conf);
	assert_string_equal(messages, dump);
	free(messages);
	free(dump);
	conf_free(&conf);
	conf_tree_remove(&t);
}

/* What stands in the tenant's file, and what comes of it. */
static const struct {
	const char *name;
	const char *text;
	const char *want;
} refusals[] = {
    {"sections of the operator", "[server]\nfronts = 1\n",
	"$DIR/a/t.ini:1: section \"server\" is not allowed in a tenant's own "
	"file; only workers are\n"},
    {"another socket", "[socket x]\naddress = *:2\nservice = web\n",
	"$DIR/a/t.ini:1: section \"socket\" is not allowed in a tenant's own "
	"file; only workers are\n"},
    {"another tenant", "[tenant b]\nroot = /\n",
	"$DIR/a/t.ini:1: section \"tenant\" is not allowed in a tenant's own "
	"file; only workers are\n"},
    {"a disk", "[disk b]\npath = /\n",
	"$DIR/a/t.ini:1: section \"disk\" is not allowed in a tenant's own "
	"file; only workers are\n"},
    {"another owner", "[worker x]\ntenant = b\n" CODE,
	"$DIR/a/t.ini:2: tenant: is not allowed in a tenant's own file\n"},
    {"more CPU time", "[worker x]\nlimits.cpu = 11s\n" CODE,
	"$DIR/a/t.ini:2: limits.cpu: more than tenant \"a\" allows; see "
	"$DIR/eider.ini:8\n"},
    {"a service that was not granted",
	"[worker x]\nbindings = B service other\n" CODE,
	"$DIR/a/t.ini:2: binding \"B\": tenant \"a\" has no worker \"other\", "
	"and no service of that name was granted to it\n"},
    {"a way out that was not granted",
	"[worker x]\nglobalOutbound = other\n" CODE,
	"$DIR/a/t.ini:2: globalOutbound: tenant \"a\" has no worker "
	"\"other\", and no service of that name was granted to it\n"},
    {"its own name for a foreign worker",
	"[worker x]\nbindings = B service ../other\n" CODE,
	"$DIR/a/t.ini:2: binding \"B\": tenant \"a\" has no worker "
	"\"../other\", and no service of that name was granted to it\n"},
    {"a key of a foreign worker", "[limits other]\ncpu = 1s\n",
	"$DIR/a/t.ini:1: section \"limits\": there is no worker \"other\"; "
	"define [worker other] first\n"},
    {"the environment", "[worker x]\nbindings = B text env(HOME)\n" CODE,
	"$DIR/a/t.ini:2: binding \"B\": env() is not allowed in a tenant's "
	"own file\n"},
    {"the environment at run time",
	"[worker x]\nbindings = B fromEnvironment HOME\n" CODE,
	"$DIR/a/t.ini:2: binding \"B\": fromEnvironment is not allowed in a "
	"tenant's own file\n"},
    {"a credential", "[worker x]\nbindings = B text credential(x)\n" CODE,
	"$DIR/a/t.ini:2: binding \"B\": credential() is not allowed in a "
	"tenant's own file\n"},
    {"a file above", "[worker x]\nbindings = B text embed(../secret)\n" CODE,
	"$DIR/a/t.ini:2: binding \"B\": embed: cannot open \"$DIR/a/../secret"
	"\": it is outside of the tenant's root\n"},
    {"a file elsewhere",
	"[worker x]\nbindings = B text embed(/etc/passwd)\n" CODE,
	"$DIR/a/t.ini:2: binding \"B\": embed: cannot open \"/etc/passwd\": "
	"it is outside of the tenant's root\n"},
    {"a root of which its own is a part",
	"[worker x]\nbindings = B text embed($DIR/ab/secret)\n" CODE,
	"$DIR/a/t.ini:2: binding \"B\": embed: cannot open \"$DIR/ab/secret\""
	": it is outside of the tenant's root\n"},
    {"a symbolic link", "[worker x]\nbindings = B text embed(link)\n" CODE,
	"$DIR/a/t.ini:2: binding \"B\": embed: cannot open \"$DIR/a/link\": a "
	"symbolic link leads there\n"},
    {"a link to a directory",
	"[worker x]\nbindings = B text embed(up/secret)\n" CODE,
	"$DIR/a/t.ini:2: binding \"B\": embed: cannot open "
	"\"$DIR/a/up/secret\": a symbolic link leads there\n"},
};

static void
test_refusals(void **state)
{
	struct conf_tree t;
	char *text, *path;

	(void)state;
	for (size_t i = 0; i < NELEMS(refusals); i++) {
		conf_tree_make(&t);
		/* line 8 is the tenant's */
		conf_tree_write(&t, "eider.ini",
		    "[socket s]\naddress = *:1\nservice = other\n"
		    "[worker other]\n" CODE "\n"
		    "[tenant a]\nroot = $DIR/a\ninclude = t.ini\n");
		conf_tree_write(&t, "secret", "x");
		conf_tree_write(&t, "ab/secret", "x");
		text = xasprintf("%s", refusals[i].text);
		conf_tree_write(&t, "a/t.ini", text);
		path = xasprintf("%s/a/link", t.dir);
		assert_int_equal(symlink("../secret", path), 0);
		free(path);
		path = xasprintf("%s/a/up", t.dir);
		assert_int_equal(symlink("..", path), 0);
		free(path);
		conf_tree_expect_errors(&t, "eider.ini", NULL,
		    refusals[i].want);
		conf_tree_remove(&t);
		free(text);
	}
}

/* What the operator may get wrong; the base is on lines 1 to 6. */
static const struct {
	const char *name;
	const char *text;
	const char *want;
} mistakes[] = {
    {"name with a slash", "[tenant a/b]\n",
	"$DIR/e.ini:7: tenant \"a/b\": a tenant's name has 1 to 64 bytes and "
	"no \"/\"\n"},
    {"twice", "[tenant a]\n[tenant a]\n",
	"$DIR/e.ini:8: tenant \"a\" is defined twice; first at $DIR/e.ini:7; "
	"rename or remove one\n"},
    {"no such tenant", "[worker y]\ntenant = b\n" CODE,
	"$DIR/e.ini:8: worker \"y\": no tenant \"b\" is defined; add [tenant "
	"b]\n"},
    {"no such service", "[tenant a]\nservices = z\n",
	"$DIR/e.ini:8: services of tenant \"a\": no service \"z\" is "
	"defined\n"},
    {"files without a root", "[tenant a]\ninclude = x\n",
	"$DIR/e.ini:8: include: tenant \"a\" has no root; write root = "
	"/srv/a, beneath which its files are\n"},
    {"root that is not there", "[tenant a]\nroot = none\ninclude = x\n",
	"$DIR/e.ini:9: root: cannot open \"$DIR/none\": No such file or "
	"directory\n"},
    {"file outside of the root", "[tenant a]\nroot = .\ninclude = ../x\n",
	"$DIR/e.ini:9: config: cannot open \"$DIR/./../x\": it is "
	"outside of the tenant's root\n"},
    {"id of another", "[tenant a]\nuserId = 9\n[tenant b]\nuserId = 9\n",
	"$DIR/e.ini:10: userId: 9 is that of tenant \"a\" as well; each has "
	"its own\n"},
    {"nobody", "[tenant a]\nuserId = 65534\n",
	"$DIR/e.ini:8: userId: 65534 is nobody's; choose another\n"},
    {"kind of zygote", "[tenant a]\nzygote = yes\n",
	"$DIR/e.ini:8: zygote: \"yes\" is unknown; write shared or tenant\n"},
    {"more than its tenant in the operator's file",
	"[tenant a]\nlimits.cpu = 1s\n[worker y]\ntenant = a\n"
	"limits.cpu = 2s\n" CODE,
	"$DIR/e.ini:11: limits.cpu: more than tenant \"a\" allows; see "
	"$DIR/e.ini:8\n"},
};

static void
test_mistakes(void **state)
{
	struct conf_tree t;
	char *text;

	(void)state;
	for (size_t i = 0; i < NELEMS(mistakes); i++) {
		conf_tree_make(&t);
		text = xasprintf("[socket s]\naddress = *:1\nservice = w\n"
				 "[worker w]\n" CODE "%s",
		    mistakes[i].text);
		conf_tree_write(&t, "e.ini", text);
		conf_tree_expect_errors(&t, "e.ini", NULL, mistakes[i].want);
		conf_tree_remove(&t);
		free(text);
	}
}

/* Where nothing may be read, nothing of a tenant's is. */
static void
test_hermetic(void **state)
{
	static const struct conf_options hermetic = {.is_hermetic = true};
	struct conf_tree t;

	(void)state;
	conf_tree_make(&t);
	conf_tree_write(&t, "e.ini",
	    "[socket s]\naddress = *:1\nservice = w\n[worker w]\n" CODE
	    "[tenant a]\nroot = /\ninclude = etc/passwd\n");
	conf_tree_expect_errors(&t, "e.ini", &hermetic,
	    "$DIR/e.ini:9: include: is not allowed here\n");
	conf_tree_remove(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_own_file),
	    cmocka_unit_test(test_refusals),
	    cmocka_unit_test(test_mistakes),
	    cmocka_unit_test(test_hermetic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
