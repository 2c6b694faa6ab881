/*
 * worker/engine/numconv: numbers to text and back, against the C library.
 */
#include "config.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "worker/engine/numconv.h"

static void
test_write(void **state)
{
	static const struct {
		double x;
		const char *text;
	} cases[] = {
	    {0.0, "0"},
	    {-0.0, "0"},
	    {1, "1"},
	    {-1.5, "-1.5"},
	    {3.5, "3.5"},
	    {0.1, "0.1"},
	    {0.1 + 0.2, "0.30000000000000004"},
	    {123456.789, "123456.789"},
	    {0.000001, "0.000001"},
	    {0.00000123, "0.00000123"},
	    {1.1e-7, "1.1e-7"},
	    {1e21, "1e+21"},
	    {1.5e21, "1.5e+21"},
	    {123456789012345680000.0, "123456789012345680000"},
	    {1e15, "1000000000000000"},
	    {999999999999999.9, "999999999999999.9"},
	    {4.35, "4.35"},
	    {2.675, "2.675"},
	    {1.0 / 3, "0.3333333333333333"},
	    {M_PI, "3.141592653589793"},
	    {1.7976931348623157e308, "1.7976931348623157e+308"},
	    {9007199254740993.0, "9007199254740992"},
	    {100, "100"},
	    {1e-5, "0.00001"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char out[NUMCONV_MAX + 1];
		size_t n = numconv_write(cases[i].x, out);

		out[n] = '\0';
		if (n > 0 && strcmp(out, cases[i].text) != 0)
			fail_msg("%s for %s", out, cases[i].text);
		/* Left to the general algorithm: powers of two alone. */
		if (n == 0) {
			int e;

			assert_true(frexp(fabs(cases[i].x), &e) == 0.5);
		}
	}
}

static uint64_t
next(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

/* What is written reads back, and no shorter text does. */
static void
test_random_numbers(void **state)
{
	uint64_t seed = 88172645463325252u;

	(void)state;
	for (int i = 0; i < 300000; i++) {
		uint64_t bits = next(&seed);
		char out[NUMCONV_MAX + 1], shorter[40];
		double x;
		size_t n, ndigits = 0;

		memcpy(&x, &bits, sizeof x);
		if (i % 3 == 0)
			x = (double)(int64_t)(bits % 2000000000u) / 1000;
		else if (i % 3 == 1)
			x = (double)(bits >> 40) * 1e-7;
		if (!isfinite(x))
			continue;
		n = numconv_write(x, out);
		out[n] = '\0';
		if (n == 0)
			continue;
		assert_true(strtod(out, NULL) == x);
		for (const char *p = out; *p != '\0' && *p != 'e'; p++)
			if (*p >= '0' && *p <= '9' &&
			    (ndigits > 0 || *p != '0'))
				ndigits++;
		while (n > 0 && x == trunc(x) && strchr(out, 'e') == NULL &&
		       out[n - 1] == '0' && ndigits > 1) {
			ndigits--;
			n--;
		}
		if (ndigits > 1) {
			snprintf(shorter, sizeof shorter, "%.*e",
			    (int)ndigits - 2, x);
			if (strtod(shorter, NULL) == x)
				fail_msg("%s is longer than %s", out, shorter);
		}
	}
}

static void
test_read(void **state)
{
	static const struct numconv_allow all = {true, true, true};
	static const char *const taken[] = {"0", "1", "-1", "3.5", "0.1",
	    "-0.001", "123456789012345", "1e5", "1.5E-3", "12.75e+10", "1e22",
	    "-0", "0.5", "9.95", "1e999", "1e-999", "1234567890123456", "1e23",
	    "2.248417999123408e+18", "2248417999123407969", "1e99999999999",
	    "0.00000000000000000000000000000000000000000001234567890123"};
	static const char *const refused[] = {"", "-", "+1", " 1", "1 ", "01",
	    "0x1", "1.", ".5", "1e", "1e+", "1.5.5", "1_0", "0b1", "Infinity",
	    "--1", "1n"};

	(void)state;
	for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
		double r;

		if (!numconv_read(taken[i], all, &r))
			fail_msg("%s is not taken", taken[i]);
		assert_true(r == strtod(taken[i], NULL));
		assert_true(signbit(r) == signbit(strtod(taken[i], NULL)));
	}
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		double r;

		if (numconv_read(refused[i], all, &r))
			fail_msg("%s is taken as %g", refused[i], r);
	}
}

static void
test_read_what_is_not_allowed(void **state)
{
	double r;

	(void)state;
	assert_false(numconv_read("-1",
	    (struct numconv_allow){false, true, true}, &r));
	assert_false(numconv_read("1.5",
	    (struct numconv_allow){true, false, true}, &r));
	assert_false(numconv_read("1e5",
	    (struct numconv_allow){true, true, false}, &r));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_write),
	    cmocka_unit_test(test_random_numbers),
	    cmocka_unit_test(test_read),
	    cmocka_unit_test(test_read_what_is_not_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
