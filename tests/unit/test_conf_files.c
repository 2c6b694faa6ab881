/*
 * conf: files that a config names, what the command line adds, limits.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "conf/conf.h"
#include "conf/ini.h"
#include "tests/unit/conf_cases.h"
#include "tests/unit/conf_tree.h"

#define WORKER(name_)                                                          \
	"[worker " name_ "]\ncompatibilityDate = 2026-11-01\n"                 \
	"modules = m esModule ''\n"

static void
test_embed(void **state)
{
	struct conf_tree t;
	struct conf *conf;
	char *messages;

	(void)state;
	conf_tree_make(&t);
	conf_tree_write(&t, "eider.ini",
	    "[server]\ninclude = sub/more.ini\n"
	    "[worker a]\ncompatibilityDate = 2026-11-01\n"
	    "modules = m esModule embed(src/m.js)\n"
	    "bindings = ABS text embed($DIR/secret)\n"
	    "bindings = QUOTED text embed(\"a b\")\n"
	    "bindings = BASE64 text base64(embed(encoded))\n"
	    "bindings = PATH text embed(env(EIDER_TEST_PATH))\n"
	    "[socket s]\naddress = *:1\nservice = a\n");
	conf_tree_write(&t, "src/m.js", "export default {}\n");
	conf_tree_write(&t, "secret", "s3cret\n");
	conf_tree_write(&t, "a b", "");
	conf_tree_write(&t, "encoded", "aGVs\nbG8=\n");
	conf_tree_write(&t, "sub/more.ini",
	    WORKER("b") "bindings = REL text embed(../secret)\n"
			"bindings = NEAR text embed(near)\n");
	conf_tree_write(&t, "sub/near", "near by");
	setenv("EIDER_TEST_PATH", "secret", 1);
	conf = conf_tree_load(&t, "eider.ini", NULL, &messages);
	assert_string_equal(messages, "");
	assert_non_null(conf);
	assert_string_equal(conf->workers[1].modules[0].bytes.data,
	    "export default {}\n");
	assert_string_equal(conf->workers[1].name, "a");
	assert_non_null(strstr(conf->workers[1].modules[0].path, "/src/m.js"));
	assert_string_equal(conf_tree_binding(conf, "a", "ABS"), "s3cret\n");
	assert_string_equal(conf_tree_binding(conf, "a", "QUOTED"), "");
	assert_string_equal(conf_tree_binding(conf, "a", "BASE64"), "hello");
	assert_string_equal(conf_tree_binding(conf, "a", "PATH"), "s3cret\n");
	assert_string_equal(conf_tree_binding(conf, "b", "REL"), "s3cret\n");
	assert_string_equal(conf_tree_binding(conf, "b", "NEAR"), "near by");
	conf_free(&conf);
	free(messages);
	conf_tree_remove(&t);
}

static void
test_embed_refuses(void **state)
{
	struct conf_tree t;
	char *path;

	(void)state;
	conf_tree_make(&t);
	conf_tree_write(&t, "a.ini",
	    WORKER("a") "bindings = A text embed(none)\n"
			"bindings = B text embed(fifo)\n"
			"bindings = C text embed(huge)\n"
			"bindings = D text embed(.)\n");
	path = xasprintf("%s/fifo", t.dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	free(path);
	conf_tree_write(&t, "huge", "");
	path = xasprintf("%s/huge", t.dir);
	assert_int_equal(truncate(path, 64 * 1024 * 1024 + 1), 0);
	free(path);
	conf_tree_expect_errors(&t, "a.ini", NULL,
	    "$DIR/a.ini:4: binding \"A\": embed: cannot open \"$DIR/none\": No "
	    "such file or directory\n"
	    "$DIR/a.ini:5: binding \"B\": embed: \"$DIR/fifo\" is not a "
	    "regular "
	    "file\n"
	    "$DIR/a.ini:6: binding \"C\": embed: \"$DIR/huge\" is too large; "
	    "the limit is 64 MB a file and 1024 MB in all\n"
	    "$DIR/a.ini:7: binding \"D\": embed: \"$DIR/.\" is not a regular "
	    "file\n");
	conf_tree_remove(&t);
}

static void
test_credential(void **state)
{
	struct conf_tree t;
	struct conf *conf;
	char *messages, *dump;

	(void)state;
	conf_tree_make(&t);
	conf_tree_write(&t, "a.ini",
	    CONF_CASES_BASE WORKER("b") "bindings = K text credential(key)\n");
	conf_tree_write(&t, "creds/key", "s3cret");
	messages = xasprintf("%s/creds", t.dir);
	setenv("CREDENTIALS_DIRECTORY", messages, 1);
	free(messages);
	conf = conf_tree_load(&t, "a.ini", NULL, &messages);
	assert_string_equal(messages, "");
	assert_string_equal(conf_tree_binding(conf, "b", "K"), "s3cret");
	/* the dump keeps the secret where it is */
	dump = conf_dump(conf);
	assert_null(strstr(dump, "s3cret"));
	assert_non_null(strstr(dump, "bindings = K text credential(key)\n"));
	free(dump);
	conf_free(&conf);
	free(messages);
	unsetenv("CREDENTIALS_DIRECTORY");
	conf_tree_remove(&t);
}

static void
test_environment(void **state)
{
	struct conf_errors errors;
	struct conf *conf = NULL;
	const struct conf_binding *b;
	static const char text[] = CONF_CASES_BASE
	    WORKER("b") "bindings = SET fromEnvironment EIDER_TEST\n"
			"bindings = EMPTY fromEnvironment EIDER_TEST_EMPTY\n"
			"bindings = UNSET fromEnvironment EIDER_TEST_UNSET\n";

	(void)state;
	setenv("EIDER_TEST", "value", 1);
	setenv("EIDER_TEST_EMPTY", "", 1);
	unsetenv("EIDER_TEST_UNSET");
	conf_errors_init(&errors);
	assert_int_equal(conf_load_text("t", text, strlen(text), NULL, &errors,
			     &conf),
	    0);
	b = conf_find_worker(conf, "b")->bindings;
	assert_string_equal(b[0].value.data, "value");
	assert_int_equal(b[0].value.len, 5);
	assert_string_equal(b[1].value.data, "");
	assert_null(b[2].value.data);
	conf_free(&conf);
	conf_errors_clear(&errors);
}

static void
test_include(void **state)
{
	struct conf_tree t;
	struct conf *conf;
	char *messages;

	(void)state;
	conf_tree_make(&t);
	conf_tree_write(&t, "a.ini",
	    "[server]\ninclude = \"d/*.ini\"\ninclude = empty/*.ini\n"
	    "fronts = 1\n" CONF_CASES_BASE);
	conf_tree_write(&t, "d/2.ini", WORKER("two"));
	conf_tree_write(&t, "d/1.ini", WORKER("one"));
	conf_tree_write(&t, "d/3.txt", "not read");
	conf = conf_tree_load(&t, "a.ini", NULL, &messages);
	assert_string_equal(messages, "");
	assert_int_equal(conf->nworkers, 3);
	assert_string_equal(conf->workers[0].name, "one");
	assert_string_equal(conf->workers[1].name, "two");
	assert_string_equal(conf->workers[2].name, "a");
	assert_int_equal(conf->server.fronts, 1);
	assert_int_equal(conf->server.nincludes, 2);
	/* the index that a designator was given is that of the array */
	assert_int_equal(conf->sockets[0].service.worker, 2);
	conf_free(&conf);
	free(messages);
	conf_tree_remove(&t);
}

static void
test_include_refuses(void **state)
{
	char name[32], text[64];
	struct conf_tree t;
	int i;

	(void)state;
	conf_tree_make(&t);
	conf_tree_write(&t, "self.ini",
	    CONF_CASES_BASE "[server]\ninclude = \"*.ini\"\n");
	conf_tree_write(&t, "other.ini", "[server]\ninclude = self.ini\n");
	conf_tree_expect_errors(&t, "self.ini", NULL,
	    "$DIR/other.ini:2: include: \"$DIR/self.ini\" was read before; a "
	    "file is included once\n"
	    "$DIR/self.ini:8: include: \"$DIR/self.ini\" was read before; a "
	    "file is included once\n");
	for (i = 0; i < 10; i++) {
		snprintf(name, sizeof name, "%d.ini", i);
		snprintf(text, sizeof text, "[server]\ninclude = %d.ini\n",
		    i + 1);
		conf_tree_write(&t, name, text);
	}
	conf_tree_expect_errors(&t, "0.ini", NULL,
	    "$DIR/8.ini:2: include: more than 8 files deep; include files side "
	    "by side\n");
	conf_tree_write(&t, "a.ini",
	    "[server]\ninclude = b.ini\nfronts = 2\n" CONF_CASES_BASE);
	conf_tree_write(&t, "b.ini",
	    "[server]\nfronts = 1\n[worker a]\nnonsense = 1\n");
	conf_tree_expect_errors(&t, "a.ini", NULL,
	    "$DIR/b.ini:4: unknown key \"nonsense\"; see eider.ini(5)\n"
	    "$DIR/a.ini:3: fronts: is set twice; first at $DIR/b.ini:2; remove "
	    "one\n"
	    "$DIR/a.ini:4: worker \"a\" is defined twice; first at "
	    "$DIR/b.ini:3; rename or remove one\n"
	    "$DIR/b.ini:3: worker \"a\": needs compatibilityDate; write "
	    "compatibilityDate = 2026-11-17\n"
	    "$DIR/b.ini:3: worker \"a\": has no code; write modules = main.js "
	    "esModule embed(main.js)\n");
	conf_tree_remove(&t);
}

static void
test_missing(void **state)
{
	struct conf_tree t;

	(void)state;
	conf_tree_make(&t);
	conf_tree_expect_errors(&t, "none.ini", NULL,
	    "$DIR/none.ini: config: cannot open \"$DIR/none.ini\": No such "
	    "file or directory\n");
	conf_tree_write(&t, "empty.ini", "");
	conf_tree_expect_errors(&t, "empty.ini", NULL,
	    "$DIR/empty.ini: no [socket] is defined; write [socket http] with "
	    "address and service\n");
	conf_tree_remove(&t);
}

static void
test_overrides(void **state)
{
	static const char *const addrs[] = {
	    "http=127.0.0.1:81", "other=unix:/run/x"};
	static const char *const fds[] = {"http=3"};
	static const struct conf_options options = {.socket_addrs = addrs,
	    .nsocket_addrs = 2,
	    .socket_fds = fds,
	    .nsocket_fds = 1,
	    .is_verbose = true};
	struct conf_tree t;
	struct conf *conf;
	char *messages;

	(void)state;
	conf_tree_make(&t);
	conf_tree_write(&t, "a.ini",
	    WORKER("a") "[socket http]\nservice = a\n"
			"[socket other]\naddress = *:1\nservice = a\n");
	conf = conf_tree_load(&t, "a.ini", &options, &messages);
	assert_string_equal(messages, "");
	assert_int_equal(conf->sockets[0].address.kind, CONF_ADDRESS_IP4);
	assert_int_equal(conf->sockets[0].address.port, 81);
	assert_int_equal(conf->sockets[0].fd, 3);
	assert_int_equal(conf->sockets[1].address.kind, CONF_ADDRESS_UNIX);
	assert_int_equal(conf->sockets[1].fd, -1);
	assert_int_equal(conf->logging.level, LOG_DEBUG);
	assert_ptr_equal(conf_find_socket(conf, "other"), &conf->sockets[1]);
	assert_null(conf_find_socket(conf, "none"));
	assert_null(conf_find_worker(conf, "none"));
	conf_free(&conf);
	free(messages);
	conf_tree_remove(&t);
}

static void
test_overrides_refuse(void **state)
{
	static const char *const addrs[] = {
	    "htp=*:1", "http", "=*:1", "http=localhost:1"};
	static const char *const fds[] = {"http=x", "http=-1", "nothing=3"};
	static const struct conf_options options = {.socket_addrs = addrs,
	    .nsocket_addrs = 4,
	    .socket_fds = fds,
	    .nsocket_fds = 3};
	struct conf_tree t;

	(void)state;
	conf_tree_make(&t);
	conf_tree_write(&t, "a.ini",
	    WORKER("a") "[socket http]\naddress = *:1\nservice = a\n");
	conf_tree_expect_errors(&t, "a.ini", &options,
	    "--socket-addr: the config defines no socket \"htp\"; there is "
	    "\"http\"\n"
	    "--socket-addr: \"http\" has not the form NAME=VALUE\n"
	    "--socket-addr: \"=*:1\" has not the form NAME=VALUE\n"
	    "--socket-addr: \"localhost:1\" is not an IP address; names are "
	    "not resolved, write the address itself, such as 127.0.0.1:8080, "
	    "or *:8080 for all\n"
	    "--socket-fd: \"x\" is not the number of a descriptor\n"
	    "--socket-fd: \"-1\" is not the number of a descriptor\n"
	    "--socket-fd: the config defines no socket \"nothing\"; there is "
	    "\"http\"\n");
	conf_tree_remove(&t);
}

static void
test_relative_unix_address(void **state)
{
	struct conf_tree t;
	struct conf *conf;
	struct sockaddr_un sun;
	char *messages, *want;

	(void)state;
	conf_tree_make(&t);
	conf_tree_write(&t, "a.ini",
	    WORKER("a") "[socket s]\naddress = unix:x.sock\nservice = a\n"
			"[socket t]\naddress = unix-abstract:x\nservice = a\n");
	conf = conf_tree_load(&t, "a.ini", NULL, &messages);
	assert_non_null(conf);
	memcpy(&sun, &conf->sockets[0].address.sockaddr, sizeof sun);
	want = xasprintf("%s/x.sock", t.dir);
	assert_string_equal(sun.sun_path, want);
	free(want);
	memcpy(&sun, &conf->sockets[1].address.sockaddr, sizeof sun);
	assert_memory_equal(sun.sun_path, "\0x", 3);
	assert_int_equal(conf->sockets[1].address.sockaddr_len,
	    offsetof(struct sockaddr_un, sun_path) + 2);
	conf_free(&conf);
	free(messages);
	conf_tree_remove(&t);
}

static void
test_hermetic(void **state)
{
	static const struct conf_options options = {.is_hermetic = true};
	struct conf_tree t;

	(void)state;
	conf_tree_make(&t);
	conf_tree_write(&t, "a.ini",
	    "[server]\ninclude = b.ini\n" WORKER(
		"a") "bindings = A text embed(a.ini)\n"
		     "bindings = B text env(PATH)\n"
		     "bindings = C text credential(x)\n"
		     "bindings = D fromEnvironment PATH\n"
		     "bindings = E text base64(eA==)\n"
		     "[socket s]\naddress = *:1\nservice = a\n");
	conf_tree_expect_errors(&t, "a.ini", &options,
	    "$DIR/a.ini:2: include: is not allowed here\n"
	    "$DIR/a.ini:6: binding \"A\": embed() is not allowed here\n"
	    "$DIR/a.ini:7: binding \"B\": env() is not allowed here\n"
	    "$DIR/a.ini:8: binding \"C\": credential() is not allowed here\n"
	    "$DIR/a.ini:9: binding \"D\": fromEnvironment is not allowed "
	    "here\n");
	conf_tree_remove(&t);
}

/* Messages of a text in memory. */
static char *
messages_of(const char *text, size_t len)
{
	struct conf_errors errors;
	struct conf *conf = NULL;
	char *messages;

	conf_errors_init(&errors);
	conf_load_text("t", text, len, NULL, &errors, &conf);
	messages = conf_cases_messages(&errors);
	conf_errors_clear(&errors);
	conf_free(&conf);
	return messages;
}

static void
test_many_errors(void **state)
{
	struct buf b;
	char *messages;
	int i;

	(void)state;
	buf_init(&b);
	for (i = 0; i < 100; i++)
		buf_put(&b, "[nonsense]\n", 11);
	messages = messages_of((const char *)buf_peek(&b), buf_len(&b));
	assert_non_null(strstr(messages, "t:20: unknown section"));
	assert_null(strstr(messages, "t:21: unknown section"));
	assert_non_null(strstr(messages, "\nand 80 more\n"));
	free(messages);
	buf_clear(&b);
}

static void
test_line_limit(void **state)
{
	static const char key[] = "[server]\nstateDir = /";
	size_t i, max = INI_LINE_MAX - strlen("stateDir = /");
	char *messages;
	struct buf b;

	(void)state;
	for (i = 0; i < 2; i++) {
		buf_init(&b);
		buf_put(&b, CONF_CASES_BASE, strlen(CONF_CASES_BASE));
		buf_put(&b, key, strlen(key));
		memset(buf_reserve(&b, max + i), 'x', max + i);
		buf_added(&b, max + i);
		messages = messages_of((const char *)buf_peek(&b), buf_len(&b));
		/* as an INI line it is read whole; as a path it is too long */
		assert_string_equal(messages,
		    i == 0 ? "t:8: stateDir: text of 64989 bytes; the limit "
			     "here is 4096\n"
			   : "t:8: line of 65001 bytes; the limit is 65000, "
			     "put large texts into a file and write "
			     "embed(FILE)\n");
		free(messages);
		buf_clear(&b);
	}
}

static void
test_headers_limit(void **state)
{
	char value[4001], line[4100], *messages;
	struct buf b;
	int i;

	(void)state;
	buf_init(&b);
	buf_put(&b, CONF_CASES_BASE, strlen(CONF_CASES_BASE));
	memset(value, 'y', sizeof value - 1);
	value[sizeof value - 1] = '\0';
	for (i = 0; i < 5; i++) {
		snprintf(line, sizeof line,
		    "http.injectResponseHeaders = X-%d %s\n", i, value);
		buf_put(&b, line, strlen(line));
	}
	messages = messages_of((const char *)buf_peek(&b), buf_len(&b));
	assert_string_equal(messages,
	    "t:10: http.injectResponseHeaders: more than 16000 bytes of "
	    "headers\n"
	    "t:11: http.injectResponseHeaders: more than 16000 bytes of "
	    "headers\n");
	free(messages);
	buf_clear(&b);
}

static void
test_long_binding_is_whole(void **state)
{
	static const char head[] =
	    CONF_CASES_BASE WORKER("b") "bindings = A text ";
	size_t n = INI_LINE_MAX - strlen("bindings = A text ");
	struct conf_errors errors;
	struct conf *conf = NULL;
	struct buf b;

	(void)state;
	buf_init(&b);
	buf_put(&b, head, strlen(head));
	memset(buf_reserve(&b, n), 'y', n);
	buf_added(&b, n);
	conf_errors_init(&errors);
	assert_int_equal(conf_load_text("t", (const char *)buf_peek(&b),
			     buf_len(&b), NULL, &errors, &conf),
	    0);
	assert_int_equal(conf_find_worker(conf, "b")->bindings[0].value.len, n);
	conf_free(&conf);
	conf_errors_clear(&errors);
	buf_clear(&b);
}

static void
test_many_workers(void **state)
{
	struct conf_errors errors;
	struct conf *conf = NULL;
	char text[200];
	struct buf b;
	int i, n = 5000;

	(void)state;
	buf_init(&b);
	buf_put(&b, CONF_CASES_BASE, strlen(CONF_CASES_BASE));
	for (i = 0; i < n; i++) {
		snprintf(text, sizeof text,
		    WORKER("w%d") "bindings = NEXT service w%d\n", i,
		    (i + 1) % n);
		buf_put(&b, text, strlen(text));
	}
	conf_errors_init(&errors);
	assert_int_equal(conf_load_text("t", (const char *)buf_peek(&b),
			     buf_len(&b), NULL, &errors, &conf),
	    0);
	assert_int_equal(conf->nworkers, n + 1);
	assert_int_equal(conf->workers[n].bindings[0].service.worker, 1);
	conf_free(&conf);
	conf_errors_clear(&errors);
	buf_clear(&b);
}

/* What a hash has to tell apart. */
static void
test_hash(void **state)
{
	static const char *const variants[] = {
	    WORKER("a"),
	    WORKER("a") "bindings = A text x\n",
	    WORKER("a") "bindings = A text y\n",
	    WORKER("a") "bindings = A data x\n",
	    WORKER("a") "bindings = Ax text ''\n",
	    WORKER("a") "bindings = A fromEnvironment EIDER_TEST_UNSET\n",
	    WORKER("a") "bindings = A text ''\n",
	    WORKER("a") "bindings = A service a\n",
	    WORKER("a") "bindings = A service a entrypoint=x\n",
	    WORKER("a") "bindings = A service a props.json={}\n",
	    WORKER("a") "modules = n esModule ''\n",
	    WORKER("a") "modules = n commonJsModule ''\n",
	    WORKER("a") "modules = n commonJsModule '' namedExports=a\n",
	    WORKER("a") "compatibilityFlags = nodejs_als\n",
	    WORKER("a") "limits.cpu = 1s\n",
	    WORKER("a") "limits.wall = 1s\n",
	    WORKER("a") "limits.memory = 4M\n",
	    WORKER("a") "limits.requests = 1\n",
	    WORKER("a") "limits.subrequests = 1\n",
	    WORKER("a") "idleTimeout = 1s\n",
	    WORKER("a") "instances = 2\n",
	    WORKER("a") "globalOutbound = a\n",
	};
	uint8_t hashes[NELEMS(variants)][CONF_HASH_LEN];
	struct conf_errors errors;
	struct conf *conf;
	size_t i, j;
	char *text;

	(void)state;
	unsetenv("EIDER_TEST_UNSET");
	for (i = 0; i < NELEMS(variants); i++) {
		text = xasprintf("%s[socket s]\naddress = *:1\nservice = a\n",
		    variants[i]);
		conf_errors_init(&errors);
		conf = NULL;
		conf_load_text("t", text, strlen(text), NULL, &errors, &conf);
		assert_non_null(conf);
		memcpy(hashes[i], conf->workers[0].hash, CONF_HASH_LEN);
		for (j = 0; j < i; j++)
			if (memcmp(hashes[i], hashes[j], CONF_HASH_LEN) == 0)
				fail_msg("same hash: %s and %s", variants[i],
				    variants[j]);
		conf_free(&conf);
		conf_errors_clear(&errors);
		free(text);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_embed),
	    cmocka_unit_test(test_embed_refuses),
	    cmocka_unit_test(test_credential),
	    cmocka_unit_test(test_environment),
	    cmocka_unit_test(test_include),
	    cmocka_unit_test(test_include_refuses),
	    cmocka_unit_test(test_missing),
	    cmocka_unit_test(test_overrides),
	    cmocka_unit_test(test_overrides_refuse),
	    cmocka_unit_test(test_relative_unix_address),
	    cmocka_unit_test(test_hermetic),
	    cmocka_unit_test(test_many_errors),
	    cmocka_unit_test(test_line_limit),
	    cmocka_unit_test(test_headers_limit),
	    cmocka_unit_test(test_long_binding_is_whole),
	    cmocka_unit_test(test_many_workers),
	    cmocka_unit_test(test_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
