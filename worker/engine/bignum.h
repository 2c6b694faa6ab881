#ifndef WORKER_ENGINE_BIGNUM_H
#define WORKER_ENGINE_BIGNUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Natural numbers as limbs of 64 bits, least significant first. Lengths that
 * are returned do not count zero limbs at the top. Callers give the memory:
 * "room" says how many limbs a result may take. All pointers are borrowed.
 *
 * What takes more than linear time calls POLL now and then, which may leave by
 * longjmp.
 */
struct bignum_poll {
	void (*fn)(void *arg);
	void *arg;
	size_t steps; /* since the last call */
};

size_t bignum_trim(const uint64_t *a, size_t n);
int bignum_cmp(const uint64_t *a, size_t an, const uint64_t *b, size_t bn);
/* Bits up to the highest one set. */
size_t bignum_bits(const uint64_t *a, size_t n);

/* Room: the longer one and 1. R may be A. */
size_t bignum_add(uint64_t *r, const uint64_t *a, size_t an, const uint64_t *b,
    size_t bn);
/* A must not be less than B. Room: AN. R may be A. */
size_t bignum_sub(uint64_t *r, const uint64_t *a, size_t an, const uint64_t *b,
    size_t bn);
/* Room: AN + BN; R is neither A nor B. */
size_t bignum_mul(uint64_t *r, const uint64_t *a, size_t an, const uint64_t *b,
    size_t bn, struct bignum_poll *poll);
/* In place by one limb, which is not 0; returns the remainder. */
uint64_t bignum_div1(uint64_t *a, size_t n, uint64_t d);
/*
 * A (AN limbs and one more, which is used) becomes the remainder; B, at least 2
 * limbs and trimmed, is shifted and shifted back. Q has room for AN - BN + 1.
 * AN is not less than BN. Returns the length of Q.
 */
size_t bignum_divrem(uint64_t *q, uint64_t *a, size_t an, uint64_t *b,
    size_t bn, struct bignum_poll *poll);

/* Room: N + BITS / 64 + 1. R may be A. */
size_t bignum_shl(uint64_t *r, const uint64_t *a, size_t n, size_t bits);
/* Room: N. R may be A. *LOST_OUT: were bits set that fell out? */
size_t bignum_shr(uint64_t *r, const uint64_t *a, size_t n, size_t bits,
    bool *lost_out);
/* Two's complement in place, on all N limbs. */
void bignum_negate(uint64_t *a, size_t n);

/* Characters that N limbs may take as text. */
size_t bignum_text_max(size_t n, unsigned int radix);
/* Text in RADIX (2 to 36) without a NUL; A is destroyed. Returns its length. */
size_t bignum_to_text(char *out, uint64_t *a, size_t n, unsigned int radix,
    struct bignum_poll *poll);
/* Limbs that LEN digits may take. */
size_t bignum_limbs_max(size_t len, unsigned int radix);
/* False where a character is no digit of RADIX. */
bool bignum_from_text(uint64_t *r, size_t *n_out, const char *s, size_t len,
    unsigned int radix, struct bignum_poll *poll);

/* The nearest double, ties to even; may be infinite. */
double bignum_to_double(const uint64_t *a, size_t n);
/* D is an integer, finite, not negative. Room: 16. */
size_t bignum_from_double(uint64_t *r, double d);

#endif
