/*
 * BigInt values on Duktape's stack.
 *
 * Runs in: worker.
 * Owns:    nothing: scratch memory is buffers on the value stack, so it counts
 *          against the heap's cap and goes away when something throws.
 */
#include "config.h"

#include "worker/engine/bigint.h"

#include "worker/engine/bignum.h"
#include "worker/engine/dx.h"

#include <math.h>
#include <string.h>

#define SMALL 9 /* limbs that need no buffer */
#define LIMBS_MAX (BIGINT_MAX_BITS / 64)

/* A number being worked on; d may be small[]: never copy one. */
struct num {
	uint64_t small[SMALL];
	uint64_t *d;
	size_t n;
	bool neg;
};

static void
poll_stop(void *arg)
{
	dx_check_stack(arg);
}

static void
too_big(duk_context *ctx)
{
	(void)duk_range_error(ctx, "Maximum BigInt size exceeded");
}

/* Memory for N limbs. May push a buffer. */
static void
num_room(duk_context *ctx, struct num *a, size_t n)
{
	if (n <= SMALL) {
		a->d = a->small;
		return;
	}
	if (n > 2 * LIMBS_MAX + 64)
		too_big(ctx);
	duk_require_stack(ctx, 4);
	a->d = duk_push_fixed_buffer(ctx, n * sizeof *a->d);
}

/* The BigInt at IDX, with EXTRA limbs of room above it, zeroed. */
static void
num_load(duk_context *ctx, duk_idx_t idx, struct num *a, size_t extra)
{
	duk_size_t len;
	const char *s = duk_require_lstring(ctx, idx, &len);
	size_t n = (len - 2 + 7) / 8;

	a->neg = s[1] == '-';
	num_room(ctx, a, n + extra);
	memset(a->d, 0, (n + extra) * sizeof *a->d);
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "bigint.c: limbs are bytes in little-endian order"
#endif
	memcpy(a->d, s + 2, len - 2);
	a->n = n;
}

/* [ ] -> [ BigInt ] */
static void
num_push(duk_context *ctx, const struct num *a)
{
	size_t n = bignum_trim(a->d, a->n), len;
	char small[SMALL * 8 + 2];
	char *s = small;

	if (n > LIMBS_MAX)
		too_big(ctx);
	duk_require_stack(ctx, 4);
	len = (bignum_bits(a->d, n) + 7) / 8;
	if (len + 2 > sizeof small)
		s = duk_push_fixed_buffer(ctx, len + 2);
	s[0] = (char)BIGINT_TAG;
	s[1] = a->neg && n > 0 ? '-' : '+';
	memcpy(s + 2, a->d, len);
	duk_push_lstring(ctx, s, len + 2);
	if (s != small)
		duk_remove(ctx, -2);
}

bool
bigint_is(duk_context *ctx, duk_idx_t idx)
{
	duk_size_t len;
	const char *s;

	if (!duk_is_symbol(ctx, idx))
		return false;
	s = duk_get_lstring(ctx, idx, &len);
	return len >= 2 && (unsigned char)s[0] == BIGINT_TAG;
}

bool
bigint_is_zero(duk_context *ctx, duk_idx_t idx)
{
	duk_size_t len;

	(void)duk_get_lstring(ctx, idx, &len);
	return len == 2;
}

void
bigint_push_uint64(duk_context *ctx, uint64_t v)
{
	struct num a;

	a.d = a.small;
	a.d[0] = v;
	a.n = 1;
	a.neg = false;
	num_push(ctx, &a);
}

void
bigint_push_int64(duk_context *ctx, int64_t v)
{
	struct num a;

	a.d = a.small;
	a.neg = v < 0;
	a.d[0] = a.neg ? -(uint64_t)v : (uint64_t)v;
	a.n = 1;
	num_push(ctx, &a);
}

void
bigint_push_double(duk_context *ctx, double d)
{
	uint64_t limbs[17];
	struct num a;

	a.d = limbs;
	a.neg = d < 0;
	a.n = bignum_from_double(limbs, fabs(d));
	num_push(ctx, &a);
}

bool
bigint_push_text(duk_context *ctx, const char *s, size_t len, bool negative)
{
	struct bignum_poll poll = {poll_stop, ctx, 0};
	duk_idx_t top = duk_get_top(ctx);
	unsigned int radix = 10;
	struct num a;

	if (len > 2 && s[0] == '0' && !negative) {
		int c = s[1] | 0x20;

		radix = c == 'x' ? 16 : c == 'o' ? 8 : c == 'b' ? 2 : 10;
		if (radix != 10) {
			s += 2;
			len -= 2;
		}
	}
	if (len == 0)
		return false;
	num_room(ctx, &a, bignum_limbs_max(len, radix));
	if (!bignum_from_text(a.d, &a.n, s, len, radix, &poll)) {
		duk_set_top(ctx, top);
		return false;
	}
	a.neg = negative;
	num_push(ctx, &a);
	duk_insert(ctx, top);
	duk_set_top(ctx, top + 1);
	return true;
}

bool
bigint_push_parsed(duk_context *ctx, duk_idx_t idx)
{
	bool negative = false, ok = true;
	duk_size_t len;
	const char *s;

	duk_require_stack(ctx, 4);
	duk_dup(ctx, idx);
	duk_trim(ctx, -1);
	s = duk_get_lstring(ctx, -1, &len);
	if (len == 0) {
		bigint_push_uint64(ctx, 0);
	} else {
		bool sign = s[0] == '-' || s[0] == '+';

		negative = s[0] == '-';
		/* a sign goes with decimal digits only */
		ok = !sign || (len > 1 && s[1] >= '0' && s[1] <= '9');
		ok =
		    ok && bigint_push_text(ctx, s + sign, len - sign, negative);
	}
	if (ok)
		duk_remove(ctx, -2);
	else
		duk_pop(ctx);
	return ok;
}

void
bigint_coerce(duk_context *ctx, duk_idx_t idx)
{
	idx = duk_require_normalize_index(ctx, idx);
	duk_to_primitive(ctx, idx, DUK_HINT_NUMBER);
	if (bigint_is(ctx, idx))
		return;
	if (duk_is_boolean(ctx, idx)) {
		bigint_push_uint64(ctx, duk_get_boolean(ctx, idx) ? 1 : 0);
	} else if (duk_is_string(ctx, idx) && !duk_is_symbol(ctx, idx)) {
		if (!bigint_push_parsed(ctx, idx))
			(void)duk_error(ctx, DUK_ERR_SYNTAX_ERROR,
			    "Cannot convert %s to a BigInt",
			    duk_get_string(ctx, idx));
	} else {
		if (duk_is_symbol(ctx, idx))
			(void)duk_type_error(ctx,
			    "Cannot convert a Symbol value to a bigint");
		(void)duk_type_error(ctx, "Cannot convert %s to a BigInt",
		    duk_to_string(ctx, idx));
	}
	duk_replace(ctx, idx);
}

void
bigint_push_string(duk_context *ctx, duk_idx_t idx, unsigned int radix)
{
	struct bignum_poll poll = {poll_stop, ctx, 0};
	duk_idx_t top = duk_get_top(ctx);
	char small[128];
	size_t len, max;
	struct num a;
	char *s = small;

	num_load(ctx, idx, &a, 0);
	max = bignum_text_max(a.n, radix) + 1;
	if (max > sizeof small) {
		duk_require_stack(ctx, 4);
		s = duk_push_fixed_buffer(ctx, max);
	}
	s[0] = '-';
	len = bignum_to_text(s + 1, a.d, a.n, radix, &poll);
	if (a.neg)
		duk_push_lstring(ctx, s, len + 1);
	else
		duk_push_lstring(ctx, s + 1, len);
	duk_insert(ctx, top);
	duk_set_top(ctx, top + 1);
}

double
bigint_to_double(duk_context *ctx, duk_idx_t idx)
{
	duk_idx_t top = duk_get_top(ctx);
	struct num a;
	double d;

	num_load(ctx, idx, &a, 0);
	d = bignum_to_double(a.d, a.n);
	duk_set_top(ctx, top);
	return a.neg ? -d : d;
}

uint64_t
bigint_to_uint64(duk_context *ctx, duk_idx_t idx)
{
	duk_size_t len;
	const char *s = duk_require_lstring(ctx, idx, &len);
	uint64_t v = 0;

	memcpy(&v, s + 2, len - 2 < sizeof v ? len - 2 : sizeof v);
	return s[1] == '-' ? -v : v;
}

int
bigint_compare(duk_context *ctx, duk_idx_t ia, duk_idx_t ib)
{
	duk_idx_t top = duk_get_top(ctx);
	struct num a, b;
	int c;

	ia = duk_require_normalize_index(ctx, ia);
	ib = duk_require_normalize_index(ctx, ib);
	num_load(ctx, ia, &a, 0);
	num_load(ctx, ib, &b, 0);
	if (a.neg != b.neg)
		c = a.neg ? -1 : 1;
	else
		c = bignum_cmp(a.d, a.n, b.d, b.n) * (a.neg ? -1 : 1);
	duk_set_top(ctx, top);
	return c;
}

int
bigint_compare_number(duk_context *ctx, duk_idx_t ia, double d)
{
	duk_idx_t top = duk_get_top(ctx);
	uint64_t limbs[17];
	struct num a;
	size_t n;
	int c;

	if (isinf(d))
		return d > 0 ? -1 : 1;
	num_load(ctx, ia, &a, 0);
	n = bignum_from_double(limbs, fabs(trunc(d)));
	if (a.neg != (d < 0) && a.n + n > 0)
		c = a.neg ? -1 : a.n > 0 ? 1 : 0;
	else
		c = bignum_cmp(a.d, a.n, limbs, n) * (a.neg ? -1 : 1);
	if (c == 0 && d != trunc(d))
		c = d > 0 ? -1 : 1;
	duk_set_top(ctx, top);
	return c;
}

/* Operators. Operands are loaded, R has its own room. */

static void
op_add(struct num *r, const struct num *a, const struct num *b, bool b_neg)
{
	int c;

	if (a->neg == b_neg) {
		r->n = bignum_add(r->d, a->d, a->n, b->d, b->n);
		r->neg = a->neg;
		return;
	}
	c = bignum_cmp(a->d, a->n, b->d, b->n);
	if (c >= 0)
		r->n = bignum_sub(r->d, a->d, a->n, b->d, b->n);
	else
		r->n = bignum_sub(r->d, b->d, b->n, a->d, a->n);
	r->neg = c >= 0 ? a->neg : b_neg;
}

/* The quotient in R, or the remainder. A has one limb of room above it. */
static void
op_div(duk_context *ctx, struct num *r, struct num *a, struct num *b, bool mod)
{
	struct bignum_poll poll = {poll_stop, ctx, 0};
	struct num q;

	if (b->n == 0)
		(void)duk_range_error(ctx, "Division by zero");
	q.n = 0;
	q.d = q.small;
	if (a->n >= b->n && b->n > 1) {
		num_room(ctx, &q, a->n - b->n + 1);
		q.n = bignum_divrem(q.d, a->d, a->n, b->d, b->n, &poll);
		a->n = bignum_trim(a->d, b->n);
	} else if (a->n >= b->n) {
		num_room(ctx, &q, a->n);
		memcpy(q.d, a->d, a->n * sizeof *q.d);
		q.n = a->n;
		a->d[0] = bignum_div1(q.d, q.n, b->d[0]);
		a->n = bignum_trim(a->d, 1);
		q.n = bignum_trim(q.d, q.n);
	}
	r->neg = mod ? a->neg : a->neg != b->neg;
	r->n = mod ? a->n : q.n;
	num_room(ctx, r, r->n);
	memcpy(r->d, mod ? a->d : q.d, r->n * sizeof *r->d);
}

/* Both with a limb of room above the longer one. */
static void
op_bits(struct num *r, struct num *a, struct num *b, enum bigint_op op)
{
	size_t n = (a->n > b->n ? a->n : b->n) + 1, i;

	if (a->neg)
		bignum_negate(a->d, n);
	if (b->neg)
		bignum_negate(b->d, n);
	for (i = 0; i < n; i++)
		r->d[i] = op == BIGINT_AND  ? a->d[i] & b->d[i]
			  : op == BIGINT_OR ? a->d[i] | b->d[i]
					    : a->d[i] ^ b->d[i];
	r->neg = r->d[n - 1] >> 63 != 0;
	if (r->neg)
		bignum_negate(r->d, n);
	r->n = n;
}

static void
op_shift(duk_context *ctx, struct num *r, const struct num *a,
    const struct num *b, bool left)
{
	static const uint64_t one = 1;
	bool lost = false;

	r->neg = a->neg;
	if (left) {
		if (a->n == 0 || b->n == 0) {
			num_room(ctx, r, a->n);
			memcpy(r->d, a->d, a->n * sizeof *r->d);
			r->n = a->n;
			return;
		}
		if (b->n > 1 || b->d[0] > BIGINT_MAX_BITS)
			too_big(ctx);
		num_room(ctx, r, a->n + b->d[0] / 64 + 1);
		r->n = bignum_shl(r->d, a->d, a->n, b->d[0]);
		return;
	}
	num_room(ctx, r, a->n + 1);
	if (b->n > 1 || (b->n == 1 && b->d[0] / 64 >= a->n)) {
		r->n = 0;
		lost = a->n > 0;
	} else {
		r->n = bignum_shr(r->d, a->d, a->n, b->n == 0 ? 0 : b->d[0],
		    &lost);
	}
	if (a->neg && lost) /* towards minus infinity */
		r->n = bignum_add(r->d, r->d, r->n, &one, 1);
}

/* By squaring; each step's result goes to one of two rooms. */
static void
op_exp(duk_context *ctx, struct num *r, const struct num *a,
    const struct num *b)
{
	struct bignum_poll poll = {poll_stop, ctx, 0};
	struct num base, tmp;
	size_t bits = bignum_bits(a->d, a->n);
	uint64_t e, *swap;
	size_t room;

	if (b->neg)
		(void)duk_range_error(ctx, "Exponent must be non-negative");
	r->d = r->small;
	r->n = 1;
	r->d[0] = 1;
	r->neg = a->neg && b->n > 0 && (b->d[0] & 1) != 0;
	if (b->n == 0 || (a->n == 1 && a->d[0] == 1))
		return;
	if (a->n == 0) {
		r->n = 0;
		return;
	}
	if (b->n > 1 || b->d[0] > BIGINT_MAX_BITS ||
	    (double)(bits - 1) * (double)b->d[0] > BIGINT_MAX_BITS)
		too_big(ctx);
	e = b->d[0];
	if (bits == 2 && a->d[0] == 2) {
		num_room(ctx, r, e / 64 + 2);
		r->d[0] = 1;
		r->n = bignum_shl(r->d, r->d, 1, e);
		return;
	}
	room = (size_t)((double)bits * (double)e / 64) + a->n + 4;
	num_room(ctx, r, room);
	num_room(ctx, &base, room);
	num_room(ctx, &tmp, room);
	r->d[0] = 1;
	memcpy(base.d, a->d, a->n * sizeof *base.d);
	base.n = a->n;
	for (;;) {
		if ((e & 1) != 0) {
			r->n = bignum_mul(tmp.d, r->d, r->n, base.d, base.n,
			    &poll);
			memcpy(r->d, tmp.d, r->n * sizeof *r->d);
		}
		e >>= 1;
		if (e == 0)
			break;
		base.n =
		    bignum_mul(tmp.d, base.d, base.n, base.d, base.n, &poll);
		swap = base.d;
		base.d = tmp.d;
		tmp.d = swap;
	}
}

static void
compute(duk_context *ctx, enum bigint_op op, struct num *r, struct num *a,
    struct num *b)
{
	struct bignum_poll poll = {poll_stop, ctx, 0};
	size_t n = (a->n > b->n ? a->n : b->n) + 1;

	switch (op) {
	case BIGINT_ADD:
	case BIGINT_SUB:
		num_room(ctx, r, n);
		op_add(r, a, b, b->neg != (op == BIGINT_SUB));
		break;
	case BIGINT_MUL:
		num_room(ctx, r, a->n + b->n);
		r->n = bignum_mul(r->d, a->d, a->n, b->d, b->n, &poll);
		r->neg = a->neg != b->neg;
		break;
	case BIGINT_DIV:
	case BIGINT_MOD:
		op_div(ctx, r, a, b, op == BIGINT_MOD);
		break;
	case BIGINT_EXP:
		op_exp(ctx, r, a, b);
		break;
	case BIGINT_AND:
	case BIGINT_OR:
	case BIGINT_XOR:
		num_room(ctx, r, n);
		op_bits(r, a, b, op);
		break;
	case BIGINT_SHL:
	case BIGINT_SHR:
		op_shift(ctx, r, a, b, (op == BIGINT_SHL) != b->neg);
		break;
	case BIGINT_USHR:
	case BIGINT_NEG:
	case BIGINT_NOT:
	case BIGINT_INC:
	case BIGINT_DEC:
		(void)duk_type_error(ctx,
		    "BigInts have no unsigned right shift, use >> instead");
	}
}

void
bigint_binary(duk_context *ctx, enum bigint_op op)
{
	duk_idx_t at = duk_get_top(ctx) - 2;
	duk_size_t alen, blen;
	size_t extra = 1;
	struct num a, b, r;

	if (op >= BIGINT_AND && op <= BIGINT_XOR) {
		/* room up to the longer one, in both */
		(void)duk_get_lstring(ctx, at, &alen);
		(void)duk_get_lstring(ctx, at + 1, &blen);
		extra = (alen > blen ? alen - blen : blen - alen) / 8 + 2;
	}
	num_load(ctx, at, &a, extra);
	num_load(ctx, at + 1, &b, extra);
	compute(ctx, op, &r, &a, &b);
	num_push(ctx, &r);
	duk_replace(ctx, at);
	duk_set_top(ctx, at + 1);
}

void
bigint_unary(duk_context *ctx, enum bigint_op op)
{
	static const uint64_t one = 1;
	duk_idx_t at = duk_get_top(ctx) - 1;
	struct num a;

	num_load(ctx, at, &a, 1);
	if (op == BIGINT_NEG || op == BIGINT_NOT)
		a.neg = !a.neg;
	/* ~x is -x - 1 */
	if (op == BIGINT_NEG) {
		/* done */
	} else if ((op == BIGINT_INC) == a.neg && a.n > 0) {
		a.n = bignum_sub(a.d, a.d, a.n, &one, 1);
	} else {
		a.n = bignum_add(a.d, a.d, a.n, &one, 1);
		a.neg = op != BIGINT_INC;
	}
	num_push(ctx, &a);
	duk_replace(ctx, at);
	duk_set_top(ctx, at + 1);
}

void
bigint_wrap(duk_context *ctx, double bits, bool is_signed)
{
	duk_idx_t at = duk_get_top(ctx) - 1;
	struct num a;
	size_t n, k;

	num_load(ctx, at, &a, 0);
	n = bignum_bits(a.d, a.n);
	if (!a.neg && bits > (double)n) {
		duk_set_top(ctx, at + 1);
		return;
	}
	/* as far as a sign may be: also -2^(bits-1) is itself */
	if (is_signed && bits > (double)n) {
		duk_set_top(ctx, at + 1);
		return;
	}
	if (bits > BIGINT_MAX_BITS)
		too_big(ctx);
	duk_set_top(ctx, at + 1);
	k = (size_t)bits;
	num_load(ctx, at, &a, k / 64 + 2);
	n = k / 64 + 1;
	if (a.neg)
		bignum_negate(a.d, a.n > n ? a.n : n);
	a.n = n;
	a.neg = false;
	a.d[n - 1] &= ((uint64_t)1 << k % 64) - 1;
	if (is_signed && k > 0 &&
	    (a.d[(k - 1) / 64] >> (k - 1) % 64 & 1) != 0) {
		/* down by 2^k */
		a.d[n - 1] |= ~(((uint64_t)1 << k % 64) - 1);
		bignum_negate(a.d, n);
		a.neg = true;
	}
	num_push(ctx, &a);
	duk_replace(ctx, at);
	duk_set_top(ctx, at + 1);
}

int
bigint_relation(duk_context *ctx, duk_idx_t a, duk_idx_t b, bool order)
{
	bool ba = bigint_is(ctx, a), bb = bigint_is(ctx, b);
	duk_idx_t top = duk_get_top(ctx);
	double d;
	int c;

	if (!ba && !bb)
		return BIGINT_NONE;
	if (!ba) {
		c = bigint_relation(ctx, b, a, order);
		return c == BIGINT_UNORDERED ? c : -c;
	}
	if (bb)
		return bigint_compare(ctx, a, b);
	if (duk_is_string(ctx, b) && !duk_is_symbol(ctx, b)) {
		duk_require_stack(ctx, 4);
		a = duk_normalize_index(ctx, a);
		if (!bigint_push_parsed(ctx, b))
			return BIGINT_UNORDERED;
		c = bigint_compare(ctx, a, -1);
		duk_set_top(ctx, top);
		return c;
	}
	if (!order && !duk_is_number(ctx, b))
		return BIGINT_UNORDERED;
	duk_dup(ctx, b);
	d = duk_to_number(ctx, -1);
	duk_pop(ctx);
	if (isnan(d))
		return BIGINT_UNORDERED;
	return bigint_compare_number(ctx, a, d);
}

/* ToNumeric of the value at IDX, in place. */
static void
to_numeric(duk_context *ctx, duk_idx_t idx)
{
	duk_to_primitive(ctx, idx, DUK_HINT_NUMBER);
	if (!bigint_is(ctx, idx))
		duk_to_number(ctx, idx);
}

static void
mixed(duk_context *ctx)
{
	(void)duk_type_error(ctx,
	    "Cannot mix BigInt and other types, use explicit conversions");
}

bool
bigint_numeric_binary(duk_context *ctx, enum bigint_op op)
{
	bool a, b;

	to_numeric(ctx, -2);
	to_numeric(ctx, -1);
	a = bigint_is(ctx, -2);
	b = bigint_is(ctx, -1);
	if (!a && !b)
		return false;
	if (!a || !b)
		mixed(ctx);
	bigint_binary(ctx, op);
	return true;
}

bool
bigint_numeric_unary(duk_context *ctx, enum bigint_op op)
{
	to_numeric(ctx, -1);
	if (!bigint_is(ctx, -1))
		return false;
	bigint_unary(ctx, op);
	return true;
}

bool
bigint_add_primitives(duk_context *ctx)
{
	bool a = bigint_is(ctx, -2), b = bigint_is(ctx, -1);

	if (!a && !b)
		return false;
	if ((duk_is_string(ctx, -2) && !duk_is_symbol(ctx, -2)) ||
	    (duk_is_string(ctx, -1) && !duk_is_symbol(ctx, -1)))
		return false; /* text is put together */
	return bigint_numeric_binary(ctx, BIGINT_ADD);
}
