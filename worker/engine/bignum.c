/*
 * Natural numbers of any size.
 *
 * Runs in: worker.
 * Never:   allocates; knows signs or Duktape.
 *
 * libcrypto's BN_* would do, but its memory is not the heap's, it must not be
 * left by longjmp, and a division of a million digits cannot be stopped in it.
 * All here is the schoolbook's, polled by the kill flag.
 */
#include "config.h"

#include "worker/engine/bignum.h"

#include <math.h>
#include <string.h>

__extension__ typedef unsigned __int128 u128;

#define POLL_STEPS 65536 /* limbs worked on between two looks at the flag */

static void
work(struct bignum_poll *poll, size_t steps)
{
	poll->steps += steps;
	if (poll->steps < POLL_STEPS)
		return;
	poll->steps = 0;
	poll->fn(poll->arg);
}

size_t
bignum_trim(const uint64_t *a, size_t n)
{
	while (n > 0 && a[n - 1] == 0)
		n--;
	return n;
}

int
bignum_cmp(const uint64_t *a, size_t an, const uint64_t *b, size_t bn)
{
	size_t i;

	if (an != bn)
		return an < bn ? -1 : 1;
	for (i = an; i-- > 0;)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

size_t
bignum_bits(const uint64_t *a, size_t n)
{
	if (n == 0)
		return 0;
	return n * 64 - (size_t)__builtin_clzll(a[n - 1]);
}

size_t
bignum_add(uint64_t *r, const uint64_t *a, size_t an, const uint64_t *b,
    size_t bn)
{
	uint64_t carry = 0;
	size_t i, n = an > bn ? an : bn;

	for (i = 0; i < n; i++) {
		u128 s =
		    (u128)(i < an ? a[i] : 0) + (i < bn ? b[i] : 0) + carry;

		r[i] = (uint64_t)s;
		carry = (uint64_t)(s >> 64);
	}
	if (carry != 0)
		r[n++] = carry;
	return n;
}

size_t
bignum_sub(uint64_t *r, const uint64_t *a, size_t an, const uint64_t *b,
    size_t bn)
{
	uint64_t borrow = 0;
	size_t i;

	for (i = 0; i < an; i++) {
		u128 s = (u128)a[i] - (i < bn ? b[i] : 0) - borrow;

		r[i] = (uint64_t)s;
		borrow = (uint64_t)(s >> 64) & 1;
	}
	return bignum_trim(r, an);
}

size_t
bignum_mul(uint64_t *r, const uint64_t *a, size_t an, const uint64_t *b,
    size_t bn, struct bignum_poll *poll)
{
	size_t i, j;

	memset(r, 0, (an + bn) * sizeof *r);
	for (i = 0; i < an; i++) {
		uint64_t carry = 0;

		for (j = 0; j < bn; j++) {
			u128 t = (u128)a[i] * b[j] + r[i + j] + carry;

			r[i + j] = (uint64_t)t;
			carry = (uint64_t)(t >> 64);
		}
		r[i + bn] = carry;
		work(poll, bn);
	}
	return bignum_trim(r, an + bn);
}

uint64_t
bignum_div1(uint64_t *a, size_t n, uint64_t d)
{
	uint64_t rem = 0;

	while (n-- > 0) {
		u128 t = ((u128)rem << 64) | a[n];

		a[n] = (uint64_t)(t / d);
		rem = (uint64_t)(t % d);
	}
	return rem;
}

/* The next digit of the quotient of A[0..BN] by B, which is taken off A. */
static uint64_t
div_step(uint64_t *a, const uint64_t *b, size_t bn)
{
	u128 top = ((u128)a[bn] << 64) | a[bn - 1], rest, t;
	u128 q = top / b[bn - 1];
	uint64_t borrow = 0, carry = 0, digit;
	size_t i;

	rest = top % b[bn - 1];
	while (q >> 64 != 0 || q * b[bn - 2] > ((rest << 64) | a[bn - 2])) {
		q--;
		rest += b[bn - 1];
		if (rest >> 64 != 0)
			break;
	}
	digit = (uint64_t)q;
	for (i = 0; i < bn; i++) {
		t = (u128)digit * b[i] + carry;
		carry = (uint64_t)(t >> 64);
		t = (u128)a[i] - (uint64_t)t - borrow;
		a[i] = (uint64_t)t;
		borrow = (uint64_t)(t >> 64) & 1;
	}
	t = (u128)a[bn] - carry - borrow;
	a[bn] = (uint64_t)t;
	if (((uint64_t)(t >> 64) & 1) == 0)
		return digit;
	/* one too many: give one B back */
	carry = 0;
	for (i = 0; i < bn; i++) {
		t = (u128)a[i] + b[i] + carry;
		a[i] = (uint64_t)t;
		carry = (uint64_t)(t >> 64);
	}
	a[bn] += carry;
	return digit - 1;
}

size_t
bignum_divrem(uint64_t *q, uint64_t *a, size_t an, uint64_t *b, size_t bn,
    struct bignum_poll *poll)
{
	size_t shift = (size_t)__builtin_clzll(b[bn - 1]), i, n;
	bool lost;

	n = bignum_shl(a, a, an, shift);
	memset(a + n, 0, (an + 1 - n) * sizeof *a);
	bignum_shl(b, b, bn, shift);
	for (i = an - bn + 1; i-- > 0;) {
		q[i] = div_step(a + i, b, bn);
		work(poll, bn);
	}
	n = bignum_trim(a, bn);
	n = bignum_shr(a, a, n, shift, &lost);
	memset(a + n, 0, (an + 1 - n) * sizeof *a);
	bignum_shr(b, b, bn, shift, &lost);
	return bignum_trim(q, an - bn + 1);
}

size_t
bignum_shl(uint64_t *r, const uint64_t *a, size_t n, size_t bits)
{
	size_t limbs = bits / 64, i;
	unsigned int s = (unsigned int)(bits % 64);
	uint64_t top;

	if (n == 0)
		return 0;
	top = s == 0 ? 0 : a[n - 1] >> (64 - s);
	for (i = n; i-- > 0;) {
		uint64_t low = s != 0 && i > 0 ? a[i - 1] >> (64 - s) : 0;

		r[i + limbs] = a[i] << s | low;
	}
	memset(r, 0, limbs * sizeof *r);
	if (top != 0)
		r[limbs + n++] = top;
	return limbs + n;
}

size_t
bignum_shr(uint64_t *r, const uint64_t *a, size_t n, size_t bits,
    bool *lost_out)
{
	size_t limbs = bits / 64, i;
	unsigned int s = (unsigned int)(bits % 64);
	bool lost = false;

	for (i = 0; i < limbs && i < n; i++)
		lost |= a[i] != 0;
	if (limbs >= n) {
		*lost_out = lost;
		return 0;
	}
	if (s != 0)
		lost |= a[limbs] << (64 - s) != 0;
	*lost_out = lost;
	for (i = limbs; i < n; i++) {
		uint64_t high = s != 0 && i + 1 < n ? a[i + 1] << (64 - s) : 0;

		r[i - limbs] = a[i] >> s | high;
	}
	return bignum_trim(r, n - limbs);
}

void
bignum_negate(uint64_t *a, size_t n)
{
	bool carry = true;
	size_t i;

	for (i = 0; i < n; i++) {
		a[i] = ~a[i] + carry;
		carry = carry && a[i] == 0;
	}
}

/* The largest power of RADIX in a limb, and its exponent. */
static uint64_t
chunk_of(unsigned int radix, unsigned int *digits_out)
{
	uint64_t c = radix;
	unsigned int n = 1;

	while (c <= UINT64_MAX / radix) {
		c *= radix;
		n++;
	}
	*digits_out = n;
	return c;
}

size_t
bignum_text_max(size_t n, unsigned int radix)
{
	unsigned int digits;

	(void)chunk_of(radix, &digits);
	return (n + 1) * (digits + 1); /* a limb is less than chunk * radix */
}

/* RADIX is 1 << BITS. */
static size_t
to_text_bits(char *out, const uint64_t *a, size_t n, unsigned int bits)
{
	size_t len = 0, i, total = (bignum_bits(a, n) + bits - 1) / bits;

	for (i = total; i-- > 0;) {
		size_t at = i * bits;
		unsigned int s = (unsigned int)(at % 64);
		uint64_t v = a[at / 64] >> s;

		if (s + bits > 64 && at / 64 + 1 < n)
			v |= a[at / 64 + 1] << (64 - s);
		v &= (1U << bits) - 1;
		out[len++] = "0123456789abcdefghijklmnopqrstuv"[v];
	}
	return len;
}

size_t
bignum_to_text(char *out, uint64_t *a, size_t n, unsigned int radix,
    struct bignum_poll *poll)
{
	unsigned int digits, i;
	uint64_t chunk = chunk_of(radix, &digits), v;
	size_t len = 0, k;

	if (n == 0) {
		out[0] = '0';
		return 1;
	}
	if ((radix & (radix - 1)) == 0)
		return to_text_bits(out, a, n,
		    (unsigned int)__builtin_ctz(radix));
	while (n > 0) {
		v = bignum_div1(a, n, chunk);
		work(poll, 8 * n); /* a division takes that much longer */
		n = bignum_trim(a, n);
		for (i = 0; i < digits && (n > 0 || v > 0); i++) {
			out[len++] =
			    "0123456789abcdefghijklmnopqrstuvwxyz"[v % radix];
			v /= radix;
		}
	}
	for (k = 0; k < len / 2; k++) {
		char c = out[k];

		out[k] = out[len - 1 - k];
		out[len - 1 - k] = c;
	}
	return len;
}

size_t
bignum_limbs_max(size_t len, unsigned int radix)
{
	unsigned int bits = 1;

	while (1U << bits < radix)
		bits++;
	return len / (64 / bits) + 2;
}

static unsigned int
digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	if (c >= 'a' && c <= 'z')
		return (unsigned int)(c - 'a') + 10;
	if (c >= 'A' && c <= 'Z')
		return (unsigned int)(c - 'A') + 10;
	return 99;
}

bool
bignum_from_text(uint64_t *r, size_t *n_out, const char *s, size_t len,
    unsigned int radix, struct bignum_poll *poll)
{
	size_t n = 0, i = 0, k;
	unsigned int digits, d;

	(void)chunk_of(radix, &digits);
	while (i < len) {
		uint64_t add = 0, mul = 1;

		for (k = 0; k < digits && i < len; k++, i++) {
			d = digit_of(s[i]);
			if (d >= radix)
				return false;
			add = add * radix + d;
			mul *= radix;
		}
		for (k = 0; k < n; k++) {
			u128 t = (u128)r[k] * mul + add;

			r[k] = (uint64_t)t;
			add = (uint64_t)(t >> 64);
		}
		if (add != 0)
			r[n++] = add;
		work(poll, n);
	}
	*n_out = n;
	return true;
}

double
bignum_to_double(const uint64_t *a, size_t n)
{
	size_t bits = bignum_bits(a, n), shift, i;
	uint64_t m;
	bool rest = false;

	if (bits <= 64)
		return n == 0 ? 0 : (double)a[0];
	if (bits > 1024)
		return HUGE_VAL;
	/* The upper 64 bits; what is below only breaks ties. */
	shift = bits - 64;
	m = a[shift / 64] >> shift % 64;
	if (shift % 64 != 0)
		m |= a[shift / 64 + 1] << (64 - shift % 64);
	for (i = 0; i < shift / 64; i++)
		rest |= a[i] != 0;
	if (shift % 64 != 0)
		rest |= a[shift / 64] << (64 - shift % 64) != 0;
	return ldexp((double)(m | (rest ? 1 : 0)), (int)shift);
}

size_t
bignum_from_double(uint64_t *r, double d)
{
	int exp;
	uint64_t m;
	bool lost;

	if (d == 0)
		return 0;
	m = (uint64_t)ldexp(frexp(d, &exp), 64);
	if (exp >= 64)
		return bignum_shl(r, &m, 1, (size_t)(exp - 64));
	return bignum_shr(r, &m, 1, (size_t)(64 - exp), &lost);
}
