/*
 * base/json: strings, whatever the bytes are.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/util.h"

static const struct {
	const char *in;
	const char *out;
} rows[] = {
    {"", ""},
    {"plain", "plain"},
    {"a\"b\\c", "a\\\"b\\\\c"},
    {"\n\t\x01\x1b[0m\x7f", "\\u000a\\u0009\\u0001\\u001b[0m\\u007f"},
    {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
	"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
    {"\xc2\x80\xc2\x9b\xc2\xa0", "\\u0080\\u009b\xc2\xa0"},
    {"\xe2\x80\xa7\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa",
	"\xe2\x80\xa7\\u2028\\u2029\xe2\x80\xaa"},
    /* not UTF-8: alone, cut short, too long, a surrogate, too large */
    {"\x80\xff", "\\u0080\\u00ff"},
    {"\xe2\x82", "\\u00e2\\u0082"},
    {"\xc0\xaf", "\\u00c0\\u00af"},
    {"\xe0\x80\xaf", "\\u00e0\\u0080\\u00af"},
    {"\xed\xa0\x80", "\\u00ed\\u00a0\\u0080"},
    {"\xf4\x90\x80\x80", "\\u00f4\\u0090\\u0080\\u0080"},
    {"\xc2", "\\u00c2"},
    {"a\xe2\x80x", "a\\u00e2\\u0080x"},
};

static void
test_rows(void **state)
{
	struct buf b;

	(void)state;
	for (size_t i = 0; i < NELEMS(rows); i++) {
		buf_init(&b);
		json_put_escaped(&b, rows[i].in, strlen(rows[i].in));
		buf_put_u8(&b, 0);
		assert_string_equal((const char *)buf_peek(&b), rows[i].out);
		buf_clear(&b);
	}
	buf_init(&b);
	json_put_escaped(&b, "a\0b", 3);
	assert_int_equal(buf_len(&b), 8);
	assert_memory_equal(buf_peek(&b), "a\\u0000b", 8);
	buf_clear(&b);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
