#ifndef WORKER_ENGINE_NUMCONV_H
#define WORKER_ENGINE_NUMCONV_H

#include <stdbool.h>
#include <stddef.h>

#define NUMCONV_MAX 32

/*
 * Number::toString(x, 10) of ECMA-262 for finite X: the shortest digits that
 * read back as X. Returns the length of the text in OUT (not terminated), or
 * 0 where the general algorithm has to do it: powers of two, whose neighbours
 * are not equally far away, and subnormal numbers.
 */
size_t numconv_write(double x, char out[NUMCONV_MAX]);

/* What the text may have besides digits. */
struct numconv_allow {
	bool minus;
	bool fraction;
	bool exponent;
};

/*
 * The number that the whole of S (NUL-terminated) is in plain decimal
 * notation: an optional minus, digits without a leading zero, fraction,
 * exponent. Returns false for any other text.
 */
bool numconv_read(const char *s, struct numconv_allow allow, double *out);

#endif
