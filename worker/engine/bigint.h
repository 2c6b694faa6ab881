#ifndef WORKER_ENGINE_BIGINT_H
#define WORKER_ENGINE_BIGINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "worker/engine/duk.h"

/*
 * BigInt values. To Duktape one is an interned string that counts as a symbol:
 *
 *	byte 0   0x83, which no symbol and no text begins with
 *	byte 1   '+' or '-'; 0n is '+'
 *	then     the magnitude, least significant byte first, no zero at the end
 *
 * so equal values are the same string, and ===, switch and Map keys need no
 * help. duk_is_string() and duk_is_symbol() are true of them: code that takes
 * strings asks duk_is_symbol() anyway. Operators reach bigint_binary() and the
 * others from edits in Duktape's slow paths (duk_edits.py).
 */
#define BIGINT_TAG 0x83
#define BIGINT_MAX_BITS (1U << 26)

enum bigint_op {
	BIGINT_ADD,
	BIGINT_SUB,
	BIGINT_MUL,
	BIGINT_DIV,
	BIGINT_MOD,
	BIGINT_EXP,
	BIGINT_AND,
	BIGINT_OR,
	BIGINT_XOR,
	BIGINT_SHL,
	BIGINT_SHR,
	BIGINT_USHR,
	BIGINT_NEG, /* unary from here on */
	BIGINT_NOT,
	BIGINT_INC,
	BIGINT_DEC
};

bool bigint_is(duk_context *ctx, duk_idx_t idx);
/* Of a BigInt: */
bool bigint_is_zero(duk_context *ctx, duk_idx_t idx);

/* [ ] -> [ BigInt ] */
void bigint_push_int64(duk_context *ctx, int64_t v);
void bigint_push_uint64(duk_context *ctx, uint64_t v);
/* D is an integer. */
void bigint_push_double(duk_context *ctx, double d);
/* A literal's text: digits, or with 0x, 0o, 0b. False, pushing nothing, if it
 * is none; NEGATIVE is its sign. */
bool bigint_push_text(duk_context *ctx, const char *s, size_t len,
    bool negative);
/* StringToBigInt of the string at IDX: [ ] -> [ BigInt ], or false. */
bool bigint_push_parsed(duk_context *ctx, duk_idx_t idx);
/* ToBigInt(value at IDX), in place; throws as that does. */
void bigint_coerce(duk_context *ctx, duk_idx_t idx);

/* Of the BigInt at IDX. [ ] -> [ string ] */
void bigint_push_string(duk_context *ctx, duk_idx_t idx, unsigned int radix);
double bigint_to_double(duk_context *ctx, duk_idx_t idx);
/* The value modulo 2^64. */
uint64_t bigint_to_uint64(duk_context *ctx, duk_idx_t idx);

/* [ BigInt BigInt ] -> [ BigInt ] */
void bigint_binary(duk_context *ctx, enum bigint_op op);
/* [ BigInt ] -> [ BigInt ] */
void bigint_unary(duk_context *ctx, enum bigint_op op);
/* [ BigInt ] -> [ BigInt ]: asUintN, or asIntN if SIGNED. */
void bigint_wrap(duk_context *ctx, double bits, bool is_signed);
/* Values at A and B, both BigInts: below 0, 0, above 0. */
int bigint_compare(duk_context *ctx, duk_idx_t a, duk_idx_t b);
/* With a number that is not NaN. */
int bigint_compare_number(duk_context *ctx, duk_idx_t a, double d);

#define BIGINT_UNORDERED 2 /* NaN, or a text that is no BigInt */
#define BIGINT_NONE 3      /* neither is a BigInt */
/* For < and ==: two primitives at A and B. Symbols throw if ORDER. */
int bigint_relation(duk_context *ctx, duk_idx_t a, duk_idx_t b, bool order);

/*
 * For operators: ToNumeric of both. [ x y ] -> [ BigInt ] and true; or [ x y ]
 * as numbers and false. A mixture throws.
 */
bool bigint_numeric_binary(duk_context *ctx, enum bigint_op op);
/* [ x ] -> [ BigInt ] and true; [ number ] and false. */
bool bigint_numeric_unary(duk_context *ctx, enum bigint_op op);
/* `+` of two primitives: [ x y ] -> [ BigInt ] and true; else as they are. */
bool bigint_add_primitives(duk_context *ctx);

#endif
