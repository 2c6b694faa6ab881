/*
 * What the tests of conf/ share: running a table of configs.
 */
#include "config.h"

#include "tests/unit/conf_cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/xmalloc.h"
#include "conf/conf.h"

static void
on_line(void *arg, const char *text)
{
	struct buf *b = arg;

	buf_put(b, text, strlen(text));
	buf_put(b, "\n", 1);
}

char *
conf_cases_messages(const struct conf_errors *errors)
{
	struct buf b;
	char *text;

	buf_init(&b);
	conf_errors_each(errors, on_line, &b);
	text = xmemdup(buf_peek(&b), buf_len(&b));
	buf_clear(&b);
	return text;
}

/* Load the case; returns what was loaded, or NULL, and the messages. */
static struct conf *
load(const char *text, size_t len, const char *base, char **messages_out)
{
	struct conf_errors errors;
	struct conf *conf = NULL;
	struct buf b;
	int r;

	conf_errors_init(&errors);
	buf_init(&b);
	buf_put(&b, text, len);
	buf_put(&b, base, strlen(base));
	r = conf_load_text("t.ini", (const char *)buf_peek(&b), buf_len(&b),
	    NULL, &errors, &conf);
	assert_true((r == 0) == (conf != NULL));
	assert_true((r == 0) == (errors.n == 0));
	*messages_out = conf_cases_messages(&errors);
	conf_errors_clear(&errors);
	buf_clear(&b);
	return conf;
}

void
conf_cases_expect_errors(const struct conf_case *cases, size_t n)
{
	struct conf *conf;
	char *messages;
	size_t i;

	for (i = 0; i < n; i++) {
		conf = load(cases[i].text, cases[i].len, CONF_CASES_BASE,
		    &messages);
		if (strcmp(messages, cases[i].want) != 0)
			fail_msg("%s:\nwanted %sgot    %s", cases[i].name,
			    cases[i].want, messages);
		conf_free(&conf);
		free(messages);
	}
}

/* Whether LINE (LEN bytes, with its end) is one of TEXT's lines. */
static int
has_line(const char *text, const char *line, size_t len)
{
	for (; text != NULL; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (strncmp(text, line, len) == 0)
			return 1;
	}
	return 0;
}

static void
expect_round_trip(const char *name, const struct conf *conf, const char *dump)
{
	struct conf *again;
	char *messages, *dump_again;
	size_t i;

	again = load(dump, strlen(dump), "", &messages);
	if (again == NULL)
		fail_msg("%s: the dump does not load: %s", name, messages);
	dump_again = conf_dump(again);
	if (strcmp(dump, dump_again) != 0)
		fail_msg("%s: the dump changed:\n%s\nto\n%s", name, dump,
		    dump_again);
	assert_int_equal(conf->nworkers, again->nworkers);
	for (i = 0; i < conf->nworkers; i++)
		if (memcmp(conf->workers[i].hash, again->workers[i].hash,
			CONF_HASH_LEN) != 0)
			fail_msg("%s: the hash of worker %zu changed", name, i);
	conf_free(&again);
	free(messages);
	free(dump_again);
}

void
conf_cases_expect_dumps(const struct conf_case *cases, size_t n)
{
	const char *line, *end;
	struct conf *conf;
	char *messages, *dump;
	size_t i;

	for (i = 0; i < n; i++) {
		conf = load(cases[i].text, cases[i].len, CONF_CASES_BASE,
		    &messages);
		if (conf == NULL)
			fail_msg("%s: %s", cases[i].name, messages);
		dump = conf_dump(conf);
		for (line = cases[i].want; *line != '\0'; line = end + 1) {
			end = strchr(line, '\n');
			assert_non_null(end);
			if (!has_line(dump, line, (size_t)(end - line) + 1))
				fail_msg("%s: no line \"%.*s\" in\n%s",
				    cases[i].name, (int)(end - line), line,
				    dump);
		}
		expect_round_trip(cases[i].name, conf, dump);
		conf_free(&conf);
		free(messages);
		free(dump);
	}
}
