/*
 * supervisor/tail: what is kept of the log, of whom, and how much.
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
#include "base/log.h"
#include "base/util.h"
#include "supervisor/tail.h"

static char *
text_of(const struct tail *t, const char *worker, bool as_json)
{
	struct tail_options o = {.worker = worker, .as_json = as_json};
	struct buf b;
	char *text;

	buf_init(&b);
	tail_put(t, &o, &b);
	buf_put_u8(&b, '\0');
	text = strdup((const char *)buf_peek(&b));
	assert_non_null(text);
	buf_clear(&b);
	return text;
}

static size_t
count_lines(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

static void
test_names(void **state)
{
	static const struct {
		const char *who; /* NULL: the supervisor's own */
		const char *text;
		bool is_of_a; /* of worker "a" */
	} rows[] = {
	    {"worker a[12]", "one", true},
	    {"worker ab[13]", "two", false},
	    {NULL, "worker a: crashed 5 times", true},
	    {NULL, "worker ab: crashed 5 times", false},
	    {"front 0[3]", "worker a[12]: not this", false},
	    {NULL, "generation 2 is in force", false},
	    {"worker a #1[7]", "three", true},
	};
	struct tail *t = tail_new();
	char *all, *of_a;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < NELEMS(rows); i++) {
		if (rows[i].who != NULL)
			log_from(LOG_WARN, rows[i].who, rows[i].text,
			    strlen(rows[i].text));
		else
			log_warn("%s", rows[i].text);
		n += rows[i].is_of_a;
	}
	all = text_of(t, NULL, false);
	of_a = text_of(t, "a", true);
	assert_int_equal(count_lines(all), NELEMS(rows));
	assert_int_equal(count_lines(of_a), n);
	for (size_t i = 0; i < NELEMS(rows); i++)
		assert_int_equal(strstr(of_a, rows[i].text) != NULL,
		    rows[i].is_of_a);
	free(all);
	free(of_a);
	tail_free(&t);
}

/* Many short records, few long ones: the oldest go, the newest stay. */
static void
test_bounds(void **state)
{
	static char big[3500];
	struct tail *t = tail_new();
	char *text;

	(void)state;
	memset(big, 'x', sizeof big - 1);
	for (int i = 0; i < 3000; i++)
		log_warn("record %d", i);
	text = text_of(t, NULL, false);
	assert_int_equal(count_lines(text), 1024);
	assert_non_null(strstr(text, "record 2999\n"));
	assert_null(strstr(text, "record 1975\n"));
	free(text);
	for (int i = 0; i < 500; i++)
		log_warn("%d %s", i, big);
	text = text_of(t, NULL, false);
	assert_true(strlen(text) < (size_t)300 << 10);
	assert_true(count_lines(text) > 50);
	assert_non_null(strstr(text, "499 xxx"));
	free(text);
	tail_free(&t);
	log_warn("to nobody any more");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_bounds),
	};
	FILE *null = fopen("/dev/null", "w");

	if (null == NULL)
		return 1;
	log_init(LOG_SINK_TEXT, fileno(null), LOG_INFO);
	return cmocka_run_group_tests_name("tail", tests, NULL, NULL);
}
