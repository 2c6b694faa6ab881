/*
 * conf/schema: what holds for every row of the table.
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

#include "base/util.h"
#include "base/xmalloc.h"
#include "conf/conf.h"
#include "conf/flags.h"
#include "conf/schema.h"
#include "conf/value.h"
#include "tests/unit/conf_cases.h"
#include "tests/unit/conf_tree.h"
#include "tests/unit/tls_pair.h"

/* Sets everything that can be set. */
static const char full[] =
    "[server]\nstateDir = /s\n"
    "[socket s]\naddress = *:1\nhttp =\n"
    "http.forwardedProtoHeader = A\nhttp.cfBlobHeader = B\n"
    "http.injectRequestHeaders = C c\nhttp.injectResponseHeaders = D\n"
    "service = w\nroutes = x/* w\n"
    "[worker w]\ncompatibilityDate = 2026-01-01\n"
    "compatibilityFlags = nodejs_compat\nmodules = m esModule ''\n"
    "bindings = B text b\nglobalOutbound = w\ntenant = t\n"
    "[tenant t]\nroot = /\nservices = w\n";

#define SOCKET "[socket s]\naddress = *:1\nservice = w\n"
#define WORKER                                                                 \
	"[worker w]\ncompatibilityDate = 2026-01-01\nmodules = m esModule "    \
	"''\n"

/* How a section of an owner begins. */
static const char *const headers[] = {
    [SCHEMA_SERVER] = "[server]\n",
    [SCHEMA_LOGGING] = "[logging]\n",
    [SCHEMA_SOCKET] = SOCKET,
    [SCHEMA_WORKER] = WORKER,
    [SCHEMA_TENANT] = "[tenant t]\n",
};

static struct conf *
load(const char *text, char **messages_out)
{
	struct conf_errors errors;
	struct conf *conf = NULL;

	conf_errors_init(&errors);
	conf_load_text("t", text, strlen(text), NULL, &errors, &conf);
	*messages_out = conf_cases_messages(&errors);
	conf_errors_clear(&errors);
	return conf;
}

/* Rows whose fields another row writes. */
static bool
is_dumped(const struct schema_row *row)
{
	static const enum schema_type others[] = {SCHEMA_SELECT,
	    SCHEMA_SUB_TEXT, SCHEMA_SUB_JSON, SCHEMA_SCRIPT, SCHEMA_INCLUDE,
	    SCHEMA_TENANT_FILES, SCHEMA_KEY_PART};
	size_t i;

	for (i = 0; i < NELEMS(others); i++)
		if (row->type == others[i])
			return false;
	return !row->is_later;
}

/* Beside `full`: a socket has http or https. */
static const char full_https[] =
    "[socket t]\naddress = *:2\nservice = w\nhttps =\n"
    "https.options.style = host\n"
    "https.options.forwardedProtoHeader = A\n"
    "https.options.cfBlobHeader = B\n"
    "https.options.injectRequestHeaders = C c\n"
    "https.options.injectResponseHeaders = D\n"
    "https.tlsOptions.trustedCertificates = embed($DIR/a.pem)\n"
    "https.tlsOptions.cipherList = ECDHE+AESGCM\nproxyProtocol = ::1\n"
    "https.tlsOptions.keypair = privateKey=embed($DIR/a.key) "
    "certificateChain=embed($DIR/a.pem)\n";

static void
test_every_row_is_dumped(void **state)
{
	struct conf_tree tree;
	struct conf *conf;
	char *messages, *dump, *line, *text;
	size_t i, n = 0;

	(void)state;
	conf_tree_make(&tree);
	tls_pair_write(&tree, "a", 0, 0, 60);
	text = xasprintf("%s%s", full, full_https);
	conf_tree_write(&tree, "t.ini", text);
	free(text);
	conf = conf_tree_load(&tree, "t.ini", NULL, &messages);
	conf_tree_remove(&tree);
	assert_string_equal(messages, "");
	free(messages);
	dump = conf_dump(conf);
	for (i = 0; i < schema_nrows; i++) {
		if (!is_dumped(&schema_rows[i]))
			continue;
		line = xasprintf("\n%s =", schema_rows[i].key);
		if (strstr(dump, line) == NULL)
			fail_msg("no \"%s\" in\n%s", schema_rows[i].key, dump);
		free(line);
		n++;
	}
	assert_true(n >= 30);
	free(dump);
	conf_free(&conf);
}

static void
test_every_later_row_is_refused(void **state)
{
	const struct schema_row *row;
	struct conf *conf;
	char *text, *messages, *want;
	size_t i, n = 0;

	(void)state;
	for (i = 0; i < schema_nrows; i++) {
		row = &schema_rows[i];
		if (!row->is_later)
			continue;
		text = xasprintf("%s%s = x\n", headers[row->owner], row->key);
		want =
		    xasprintf("%s: not supported by this version; remove it\n",
			row->key);
		conf = load(text, &messages);
		assert_null(conf);
		if (strstr(messages, want) == NULL)
			fail_msg("%s: %s", row->key, messages);
		free(text);
		free(want);
		free(messages);
		n++;
	}
	assert_true(n >= 10);
}

static int
read_bound(enum schema_type type, const char *text, uint64_t *out)
{
	if (type == SCHEMA_SIZE)
		return value_read_size(text, out);
	if (type == SCHEMA_DURATION)
		return value_read_duration(text, out);
	return value_read_count(text, out);
}

static void
test_bounds_of_every_number(void **state)
{
	const struct schema_row *row;
	uint64_t min, max, v;
	size_t i, n = 0;

	(void)state;
	for (i = 0; i < schema_nrows; i++) {
		row = &schema_rows[i];
		if (row->is_later || row->type > SCHEMA_DURATION)
			continue;
		assert_int_equal(read_bound(row->type, row->min, &min), 0);
		assert_int_equal(read_bound(row->type, row->max, &max), 0);
		assert_true(min < max);
		/* limits travel as 32 bits, memory as 64 */
		assert_true(row->type == SCHEMA_SIZE || max <= UINT32_MAX);
		assert_non_null(row->def);
		if (row->def != schema_from_server) {
			assert_int_equal(read_bound(row->type, row->def, &v),
			    0);
			assert_true(v >= min && v <= max);
		}
		n++;
	}
	assert_true(n >= 15);
}

static void
test_defaults_of_fronts_are_their_numbers(void **state)
{
	static const struct {
		enum schema_type type;
		const char *text;
		uint64_t number;
	} rows[] = {
#define LIMIT(field_, key_, type_, number_, def_, min_, max_, text_)           \
	{SCHEMA_##type_, def_, number_},
#include "base/front_limits.def"
	};
	uint64_t v;

	(void)state;
	for (size_t i = 0; i < NELEMS(rows); i++) {
		assert_int_equal(read_bound(rows[i].type, rows[i].text, &v), 0);
		assert_int_equal(v, rows[i].number);
	}
}

static void
test_no_row_is_given_twice(void **state)
{
	size_t i, j;

	(void)state;
	for (i = 0; i < schema_nrows; i++)
		for (j = 0; j < i; j++)
			if (schema_rows[i].owner == schema_rows[j].owner &&
			    strcmp(schema_rows[i].key, schema_rows[j].key) == 0)
				fail_msg("%s twice", schema_rows[i].key);
}

static void
test_every_row_has_a_meaning(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < schema_nrows; i++)
		if (!schema_rows[i].is_later)
			assert_true(strlen(schema_rows[i].text) > 4);
}

static void
test_later_sections_are_refused(void **state)
{
	static const char *const kinds[] = {
#define LATER_SECTION(kind_) kind_,
#include "conf/schema.def"
	};
	struct conf *conf;
	char *text, *messages, *want;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(kinds); i++) {
		text = xasprintf("[%s x]\nanything = y\n", kinds[i]);
		want = xasprintf("t:1: section \"%s\" is not supported by this "
				 "version\n",
		    kinds[i]);
		conf = load(text, &messages);
		assert_null(conf);
		if (strstr(messages, want) == NULL)
			fail_msg("%s: %s", kinds[i], messages);
		free(text);
		free(want);
		free(messages);
	}
}

static void
test_flags_are_known_by_both_names(void **state)
{
	static const struct {
		const char *enable;
		const char *disable;
		bool is_experimental;
	} flags[] = {
#define FLAG(enable_, disable_, is_experimental_)                              \
	{enable_, disable_, is_experimental_},
#include "conf/flags.def"
#undef FLAG
	};
	const char *nearest;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(flags); i++) {
		assert_int_equal(flags_find(flags[i].enable, &nearest),
		    flags[i].is_experimental ? FLAGS_EXPERIMENTAL : FLAGS_GOOD);
		if (flags[i].disable != NULL)
			assert_int_equal(flags_find(flags[i].disable, &nearest),
			    FLAGS_OLD);
	}
	assert_int_equal(flags_find("nodejs_compt", &nearest), FLAGS_UNKNOWN);
	assert_string_equal(nearest, "nodejs_compat");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_row_is_dumped),
	    cmocka_unit_test(test_every_later_row_is_refused),
	    cmocka_unit_test(test_bounds_of_every_number),
	    cmocka_unit_test(test_defaults_of_fronts_are_their_numbers),
	    cmocka_unit_test(test_no_row_is_given_twice),
	    cmocka_unit_test(test_every_row_has_a_meaning),
	    cmocka_unit_test(test_later_sections_are_refused),
	    cmocka_unit_test(test_flags_are_known_by_both_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
