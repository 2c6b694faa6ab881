/*
 * Fast paths of number conversion, in front of Duktape's big integers.
 *
 * Runs in: zygote and workers.
 *
 * A decimal of at most 15 digits that divides out to X is the only one of
 * that length, and the shortest is found by trying few fraction digits first.
 * Reading: an integer below 2^53 scaled by an exact power of ten is rounded
 * once, so correctly (Clinger's fast path); the rest is strtod's, because
 * Duktape's big integers round ties wrongly.
 */
#include "config.h"

#include "worker/engine/numconv.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXACT_MAX 1e15 /* integers below have at most 15 digits */
#define FRACTION_MAX 8 /* digits tried by multiplication */
#define DIGITS_MAX 17  /* enough for every double */
#define POWERS 23      /* 10^22 is the last exact one */
#define READ_DIGITS_MAX 15
#define EXPONENT_MAX 100000 /* more digits change nothing */

static const double powers[POWERS] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7,
    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22};

/* The digits of N, right-aligned before END. Returns where they start. */
static char *
put_digits(char *end, uint64_t n)
{
	do {
		*--end = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	return end;
}

/* A decimal with few digits: [0-9]+ or [0-9]+.[0-9]+ */
static size_t
write_exact(double x, char *out)
{
	char digits[24], *end = digits + sizeof digits, *p;
	size_t n;

	if (x < 1e-6)
		return 0;
	for (int k = 0; k <= FRACTION_MAX; k++) {
		double scaled = x * powers[k];
		uint64_t i;

		if (scaled >= EXACT_MAX)
			return 0;
		i = (uint64_t)scaled;
		/* The product may be off by one either way. */
		if ((double)i / powers[k] != x) {
			if ((double)(i + 1) / powers[k] != x)
				continue;
			i++;
		}
		p = put_digits(end, i);
		while (end - p < k + 1)
			*--p = '0';
		n = (size_t)(end - p) - (size_t)k;
		memcpy(out, p, n);
		if (k > 0) {
			out[n] = '.';
			memcpy(out + n + 1, p + n, (size_t)k);
			n += (size_t)k + 1;
		}
		return n;
	}
	return 0;
}

/* ECMA-262 Number::toString, steps 6 to 13: K digits, the point behind N. */
static size_t
format(const char *digits, int k, int n, char *out)
{
	char *p = out;

	if (n > 21 || n <= -6) {
		*p++ = digits[0];
		if (k > 1) {
			*p++ = '.';
			memcpy(p, digits + 1, (size_t)k - 1);
			p += k - 1;
		}
		p += snprintf(p, 8, "e%+d", n - 1);
	} else if (n <= 0) {
		*p++ = '0';
		*p++ = '.';
		memset(p, '0', (size_t)-n);
		p += -n;
		memcpy(p, digits, (size_t)k);
		p += k;
	} else if (k <= n) {
		memcpy(p, digits, (size_t)k);
		p += k;
		memset(p, '0', (size_t)(n - k));
		p += n - k;
	} else {
		memcpy(p, digits, (size_t)n);
		p += n;
		*p++ = '.';
		memcpy(p, digits + n, (size_t)(k - n));
		p += k - n;
	}
	return (size_t)(p - out);
}

static size_t
write_general(double x, char *out)
{
	char text[40], digits[DIGITS_MAX + 1];
	int exponent, k = 0, n, bits;

	if (x < DBL_MIN || frexp(x, &bits) == 0.5)
		return 0;
	/* d.ddde[+-]dd, correctly rounded: the closest of its length */
	for (n = 15; n < DIGITS_MAX; n++) {
		snprintf(text, sizeof text, "%.*e", n - 1, x);
		if (strtod(text, NULL) == x)
			break;
	}
	if (n == DIGITS_MAX)
		snprintf(text, sizeof text, "%.*e", n - 1, x);
	exponent = atoi(strchr(text, 'e') + 1);
	for (const char *p = text; *p != 'e'; p++)
		if (*p != '.')
			digits[k++] = *p;
	while (k > 1 && digits[k - 1] == '0')
		k--;
	return format(digits, k, exponent + 1, out);
}

size_t
numconv_write(double x, char out[NUMCONV_MAX])
{
	size_t sign = 0, n;

	if (!isfinite(x))
		return 0;
	if (x == 0) {
		out[0] = '0';
		return 1;
	}
	if (x < 0) {
		out[sign++] = '-';
		x = -x;
	}
	n = write_exact(x, out + sign);
	if (n == 0)
		n = write_general(x, out + sign);
	return n == 0 ? 0 : n + sign;
}

/* Digits at *P into *M; counts them in *N. */
static void
read_digits(const char **p, uint64_t *m, int *n)
{
	for (; **p >= '0' && **p <= '9'; (*p)++) {
		if (*n < READ_DIGITS_MAX)
			*m = *m * 10 + (uint64_t)(**p - '0');
		/* Leading zeros of a fraction count as well: simpler. */
		if (*n < INT_MAX / 2)
			(*n)++;
	}
}

static bool
read_exponent(const char **p, int *exponent)
{
	int e = 0, n = 0;
	bool minus;

	(*p)++;
	minus = **p == '-';
	if (**p == '-' || **p == '+')
		(*p)++;
	for (; **p >= '0' && **p <= '9'; (*p)++, n = 1)
		if (e < EXPONENT_MAX)
			e = e * 10 + (**p - '0');
	*exponent += minus ? -e : e;
	return n > 0;
}

bool
numconv_read(const char *s, struct numconv_allow allow, double *out)
{
	uint64_t m = 0;
	int n = 0, exponent = 0;
	const char *start = s;
	bool minus = *s == '-';
	double r;

	if (minus && !allow.minus)
		return false;
	s += minus;
	if (*s < '0' || *s > '9')
		return false;
	if (s[0] == '0' && s[1] != '\0' && s[1] != '.')
		return false; /* 0x, 0b, octal */
	read_digits(&s, &m, &n);
	if (*s == '.') {
		int before = n;

		if (!allow.fraction)
			return false;
		s++;
		read_digits(&s, &m, &n);
		if (n == before)
			return false;
		exponent = before - n;
	}
	if (*s == 'e' || *s == 'E') {
		if (!allow.exponent || !read_exponent(&s, &exponent))
			return false;
	}
	if (*s != '\0')
		return false;
	if (n > READ_DIGITS_MAX || exponent >= POWERS || exponent <= -POWERS) {
		*out = strtod(start, NULL); /* the locale is C's */
		return true;
	}
	r = exponent < 0 ? (double)m / powers[-exponent]
			 : (double)m * powers[exponent];
	*out = minus ? -r : r;
	return true;
}
