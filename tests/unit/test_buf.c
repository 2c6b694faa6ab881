/*
 * base/buf: buffers and the typed reader.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"

static void
test_roundtrip(void **state)
{
	struct buf b;
	struct rd r;
	size_t n;
	char *s;

	(void)state;
	buf_init(&b);
	buf_put_u8(&b, 7);
	buf_put_u16(&b, 0xbeef);
	buf_put_u32(&b, 0xdeadbeef);
	buf_put_u64(&b, 0x0123456789abcdefULL);
	buf_put_cstr(&b, "hello");
	buf_put_cstr(&b, "");
	rd_init(&r, buf_peek(&b), buf_len(&b));
	assert_int_equal(rd_u8(&r), 7);
	assert_int_equal(rd_u16(&r), 0xbeef);
	assert_int_equal(rd_u32(&r), 0xdeadbeef);
	assert_true(rd_u64(&r) == 0x0123456789abcdefULL);
	assert_memory_equal(rd_str(&r, 5, &n), "hello", 5);
	assert_int_equal(n, 5);
	s = rd_strdup(&r, 10);
	assert_string_equal(s, "");
	free(s);
	assert_int_equal(rd_end(&r), 0);
	buf_clear(&b);
}

static void
test_reader_refuses(void **state)
{
	static const struct {
		const char *name;
		const uint8_t *bytes;
		size_t len;
		size_t max;
	} cases[] = {
	    {"empty", (const uint8_t *)"", 0, 10},
	    {"short length", (const uint8_t *)"\1\0\0", 3, 10},
	    {"longer than the input", (const uint8_t *)"\2\0\0\0a", 5, 10},
	    {"longer than allowed", (const uint8_t *)"\2\0\0\0ab", 6, 1},
	    {"embedded NUL", (const uint8_t *)"\2\0\0\0a\0", 6, 10},
	    {"huge length", (const uint8_t *)"\377\377\377\377a", 5, SIZE_MAX},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct rd r;

		rd_init(&r, cases[i].bytes, cases[i].len);
		assert_null(rd_strdup(&r, cases[i].max));
		assert_int_equal(rd_u32(&r), 0);
		assert_int_equal(rd_end(&r), ERR_PROTO);
	}
}

static void
test_reader_refuses_surplus(void **state)
{
	struct rd r;

	(void)state;
	rd_init(&r, "ab", 2);
	(void)rd_u8(&r);
	assert_int_equal(rd_end(&r), ERR_PROTO);
}

static void
test_consume_and_reuse(void **state)
{
	struct buf b;
	uint8_t expect = 0, put = 0;

	(void)state;
	buf_init(&b);
	for (int round = 0; round < 5000; round++) {
		for (int i = 0; i < 37; i++)
			buf_put_u8(&b, put++);
		for (int i = 0; i < 36; i++) {
			assert_int_equal(*buf_peek(&b), expect);
			expect++;
			buf_consume(&b, 1);
		}
	}
	assert_int_equal(buf_len(&b), 5000);
	assert_true(b.size <= 32768);
	buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_roundtrip),
	    cmocka_unit_test(test_reader_refuses),
	    cmocka_unit_test(test_reader_refuses_surplus),
	    cmocka_unit_test(test_consume_and_reuse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
