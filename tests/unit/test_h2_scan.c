/*
 * front/h2_scan: frame headers, wherever the input is cut.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "front/h2_scan.h"

static const uint8_t input[] =
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    "\0\0\0\x04\0\0\0\0\0" /* SETTINGS, empty */
    "\0\0\x03\x01\x25\x80\0\0\x01"
    "abc"                               /* the reserved bit is not an id's */
    "\0\x01\0\xee\xff\x7f\xff\xff\xff"; /* of 256 bytes, which are cut */

static const struct h2_frame want[] = {
    {0, 4, 0, 0},
    {3, 1, 0x25, 1},
    {256, 0xee, 0xff, 0x7fffffff},
};

static void
test_cut_everywhere(void **state)
{
	struct h2_frame f;
	struct h2_scan s;
	size_t n;

	(void)state;
	for (size_t step = 1; step <= sizeof input - 1; step++) {
		h2_scan_init(&s);
		n = 0;
		for (size_t at = 0; at < sizeof input - 1; at += step) {
			const uint8_t *p = input + at;
			size_t len = MIN(step, sizeof input - 1 - at);

			while (h2_scan_next(&s, &p, &len, &f)) {
				assert_true(n < NELEMS(want));
				assert_int_equal(f.len, want[n].len);
				assert_int_equal(f.type, want[n].type);
				assert_int_equal(f.flags, want[n].flags);
				assert_int_equal(f.stream, want[n].stream);
				n++;
			}
			assert_int_equal(len, 0);
		}
		assert_int_equal(n, NELEMS(want));
		assert_int_equal(s.skip, 256);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cut_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
