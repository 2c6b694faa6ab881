/*
 * Iterators of arrays and strings, and iteration from C.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/bi.h"
#include "worker/builtins/iterator.h"
#include "worker/builtins/typed.h"

#include <math.h>

/* Indexes of a record, an array without prototype. */
enum { REC_ITER, REC_NEXT, REC_POS };

/* [ target ] -> [ iterator ] */
static void
push_array_iterator(duk_context *ctx, enum iter_kind kind)
{
	duk_push_object(ctx);
	bi_push(ctx, I_ARRAY_ITERATOR_PROTO);
	duk_set_prototype(ctx, -2);
	duk_insert(ctx, -2);
	slot_put(ctx, -2, SLOT_ITER);
	slot_put_number(ctx, -1, SLOT_POS, 0);
	slot_put_number(ctx, -1, SLOT_KIND, kind);
}

duk_ret_t
iterator_of_array(duk_context *ctx)
{
	bi_push_this_object(ctx);
	push_array_iterator(ctx, (enum iter_kind)duk_get_current_magic(ctx));
	return 1;
}

/* [ ... array index ] -> [ ... result object ] */
static void
push_item(duk_context *ctx, duk_idx_t target, double pos, enum iter_kind kind)
{
	switch (kind) {
	case ITER_KEYS:
		duk_push_number(ctx, pos);
		break;
	case ITER_VALUES:
		bi_get_k(ctx, target, pos);
		break;
	case ITER_ENTRIES:
		dx_push_array(ctx, 2);
		duk_push_number(ctx, pos);
		dx_array_append(ctx, -2);
		bi_get_k(ctx, target, pos);
		dx_array_append(ctx, -2);
		break;
	}
}

/* Length of an iterated object; a typed array that lost its bytes throws. */
static double
iterated_length(duk_context *ctx, duk_idx_t idx)
{
	struct dx_view v;

	if (dx_view(ctx, idx, &v) && v.is_typed) {
		if (typed_is_out_of_bounds(ctx, idx))
			bi_throw_type(ctx, "The underlying ArrayBuffer is "
					   "detached or out of bounds");
		return typed_length(ctx, idx);
	}
	return bi_length(ctx, idx);
}

static duk_ret_t
array_iterator_next(duk_context *ctx)
{
	double pos;

	duk_push_this(ctx);
	if (!slot_get(ctx, 0, SLOT_ITER) || !slot_has(ctx, 0, SLOT_KIND))
		bi_throw_receiver(ctx, "Array Iterator.prototype.next");
	if (duk_is_undefined(ctx, 1)) {
		bi_push_result(ctx, true);
		return 1;
	}
	pos = slot_number(ctx, 0, SLOT_POS);
	if (pos >= iterated_length(ctx, 1)) {
		duk_push_undefined(ctx);
		slot_put(ctx, 0, SLOT_ITER);
		duk_push_undefined(ctx);
		bi_push_result(ctx, true);
		return 1;
	}
	slot_put_number(ctx, 0, SLOT_POS, pos + 1);
	push_item(ctx, 1, pos, (enum iter_kind)slot_number(ctx, 0, SLOT_KIND));
	bi_push_result(ctx, false);
	return 1;
}

/* String iterators keep a byte offset: strings are CESU-8. */
static duk_ret_t
string_iterator(duk_context *ctx)
{
	duk_push_this(ctx);
	if (bi_is_nullish(ctx, 0))
		bi_throw_receiver(ctx, "String.prototype[Symbol.iterator]");
	bi_to_string(ctx, 0, NULL);
	duk_push_object(ctx);
	bi_push(ctx, I_STRING_ITERATOR_PROTO);
	duk_set_prototype(ctx, -2);
	duk_dup(ctx, 0);
	slot_put(ctx, -2, SLOT_ITER);
	slot_put_number(ctx, -1, SLOT_POS, 0);
	return 1;
}

size_t
cesu8_char_len(const char *s, size_t left)
{
	unsigned char c = (unsigned char)s[0];

	if (c < 0x80 || left < 2)
		return 1;
	if (c < 0xe0)
		return 2;
	if (left < 3)
		return left;
	/* A high surrogate (ED A0..AF xx) and a low one (ED B0..BF xx). */
	if (c == 0xed && ((unsigned char)s[1] & 0xf0) == 0xa0 && left >= 6 &&
	    (unsigned char)s[3] == 0xed && ((unsigned char)s[4] & 0xf0) == 0xb0)
		return 6;
	return c < 0xf0 ? 3 : MIN(left, (size_t)4);
}

static duk_ret_t
string_iterator_next(duk_context *ctx)
{
	const char *s;
	duk_size_t len;
	size_t pos, n;

	duk_push_this(ctx);
	if (slot_has(ctx, 0, SLOT_KIND) || !slot_get(ctx, 0, SLOT_ITER))
		bi_throw_receiver(ctx, "String Iterator.prototype.next");
	if (duk_is_undefined(ctx, 1)) {
		bi_push_result(ctx, true);
		return 1;
	}
	s = duk_require_lstring(ctx, 1, &len);
	pos = (size_t)slot_number(ctx, 0, SLOT_POS);
	if (pos >= len) {
		duk_push_undefined(ctx);
		slot_put(ctx, 0, SLOT_ITER);
		duk_push_undefined(ctx);
		bi_push_result(ctx, true);
		return 1;
	}
	n = cesu8_char_len(s + pos, len - pos);
	slot_put_number(ctx, 0, SLOT_POS, (double)(pos + n));
	duk_push_lstring(ctx, s + pos, n);
	bi_push_result(ctx, false);
	return 1;
}

/* [ ] -> [ iterator next ]: GetIterator(value at IDX, sync) */
void
iterator_get(duk_context *ctx, duk_idx_t idx)
{
	idx = duk_require_normalize_index(ctx, idx);
	if (bi_is_nullish(ctx, idx) || !bi_get_method(ctx, idx, SYM_ITERATOR))
		bi_throw_type(ctx, "%s is not iterable",
		    bi_is_object(ctx, idx) ? "object"
					   : duk_safe_to_string(ctx, idx));
	iterator_from_method(ctx, idx);
}

/* [ method ] -> [ iterator next ] */
void
iterator_from_method(duk_context *ctx, duk_idx_t idx)
{
	duk_dup(ctx, idx);
	duk_call_method(ctx, 0);
	if (!bi_is_object(ctx, -1))
		bi_throw_type(ctx,
		    "Result of the Symbol.iterator method is not an object");
	duk_get_prop_literal(ctx, -1, "next");
}

bool
iterator_step(duk_context *ctx, duk_idx_t iter, duk_idx_t next)
{
	iter = duk_require_normalize_index(ctx, iter);
	duk_dup(ctx, next);
	duk_dup(ctx, iter);
	duk_call_method(ctx, 0);
	if (!bi_is_object(ctx, -1))
		bi_throw_type(ctx, "Iterator result %s is not an object",
		    duk_safe_to_string(ctx, -1));
	duk_get_prop_literal(ctx, -1, "done");
	if (duk_to_boolean(ctx, -1)) {
		duk_pop_2(ctx);
		return false;
	}
	duk_pop(ctx);
	duk_get_prop_literal(ctx, -1, "value");
	duk_remove(ctx, -2);
	return true;
}

void
iterator_close(duk_context *ctx, duk_idx_t iter)
{
	iter = duk_require_normalize_index(ctx, iter);
	if (bi_get_method_named(ctx, iter, "return")) {
		duk_dup(ctx, iter);
		duk_call_method(ctx, 0);
		if (!bi_is_object(ctx, -1))
			bi_throw_type(ctx, "%s is not an object",
			    duk_safe_to_string(ctx, -1));
	}
	duk_pop(ctx);
}

static duk_ret_t
close_protected(duk_context *ctx, void *arg)
{
	(void)arg;
	iterator_close(ctx, -1);
	return 0;
}

void
iterator_close_quietly(duk_context *ctx, duk_idx_t iter)
{
	duk_dup(ctx, iter);
	duk_safe_call(ctx, close_protected, NULL, 1, 1);
	duk_pop(ctx);
}

void
iterator_close_both(duk_context *ctx, duk_idx_t inner, duk_idx_t outer)
{
	outer = duk_require_normalize_index(ctx, outer);
	duk_dup(ctx, inner);
	if (duk_safe_call(ctx, close_protected, NULL, 1, 1) !=
	    DUK_EXEC_SUCCESS) {
		iterator_close_quietly(ctx, outer);
		(void)duk_throw(ctx);
	}
	duk_pop(ctx);
	iterator_close(ctx, outer);
}

void
iter_open(duk_context *ctx, duk_idx_t idx)
{
	idx = duk_require_normalize_index(ctx, idx);
	duk_push_bare_array(ctx);
	if (bi_is_intact_array(ctx, idx)) {
		duk_dup(ctx, idx);
		duk_push_undefined(ctx);
	} else {
		iterator_get(ctx, idx);
	}
	duk_put_prop_index(ctx, -3, REC_NEXT);
	duk_put_prop_index(ctx, -2, REC_ITER);
	duk_push_int(ctx, 0);
	duk_put_prop_index(ctx, -2, REC_POS);
}

static bool
next_of_array(duk_context *ctx, duk_idx_t rec)
{
	double pos;

	duk_get_prop_index(ctx, rec, REC_ITER);
	duk_get_prop_index(ctx, rec, REC_POS);
	pos = duk_get_number(ctx, -1);
	if (pos < 0 || pos >= (double)duk_get_length(ctx, -2)) {
		duk_pop_2(ctx);
		duk_push_int(ctx, -1);
		duk_put_prop_index(ctx, rec, REC_POS);
		return false;
	}
	duk_push_number(ctx, pos + 1);
	duk_put_prop_index(ctx, rec, REC_POS);
	duk_pop(ctx);
	bi_get_k(ctx, -1, pos);
	duk_remove(ctx, -2);
	return true;
}

bool
iter_next(duk_context *ctx, duk_idx_t rec)
{
	bool r;

	rec = duk_require_normalize_index(ctx, rec);
	duk_get_prop_index(ctx, rec, REC_NEXT);
	if (duk_is_undefined(ctx, -1)) {
		duk_get_prop_index(ctx, rec, REC_ITER);
		r = dx_class(ctx, -1) == DX_ARRAY;
		duk_pop(ctx);
		if (r) {
			duk_pop(ctx);
			return next_of_array(ctx, rec);
		}
	}
	duk_get_prop_index(ctx, rec, REC_ITER);
	r = iterator_step(ctx, -1, -2);
	if (!r) {
		duk_pop_2(ctx);
		return false;
	}
	duk_remove(ctx, -2);
	duk_remove(ctx, -2);
	return true;
}

/* Nothing to close: an array indexed. [ ] -> [ iterator ] or nothing */
static bool
push_closable(duk_context *ctx, duk_idx_t rec)
{
	duk_get_prop_index(ctx, rec, REC_ITER);
	if (dx_class(ctx, -1) == DX_ARRAY) {
		duk_pop(ctx);
		return false;
	}
	return true;
}

void
iter_close(duk_context *ctx, duk_idx_t rec)
{
	if (!push_closable(ctx, rec))
		return;
	iterator_close(ctx, -1);
	duk_pop(ctx);
}

void
iter_close_quietly(duk_context *ctx, duk_idx_t rec)
{
	if (!push_closable(ctx, rec))
		return;
	iterator_close_quietly(ctx, -1);
	duk_pop(ctx);
}

struct each {
	iter_each_fn *fn;
	void *arg;
	int r;
};

static duk_ret_t
each_protected(duk_context *ctx, void *arg)
{
	struct each *e = arg;

	e->r = e->fn(ctx, e->arg);
	return 0;
}

/*
 * FN sees the caller's frame, so a protected call must not open a new one:
 * duk_safe_call() runs in the same frame, with the value as its argument.
 */
void
iterator_each_of(duk_context *ctx, iter_each_fn *fn, void *arg)
{
	struct each e = {fn, arg, 0};
	duk_idx_t iter = duk_get_top(ctx) - 2, next = iter + 1;

	while (iterator_step(ctx, iter, next)) {
		if (duk_safe_call(ctx, each_protected, &e, 1, 1) !=
		    DUK_EXEC_SUCCESS) {
			iterator_close_quietly(ctx, iter);
			(void)duk_throw(ctx);
		}
		duk_pop(ctx);
		if (e.r < 0) {
			iterator_close(ctx, iter);
			break;
		}
	}
	duk_pop_2(ctx);
}

void
iter_each(duk_context *ctx, duk_idx_t idx, iter_each_fn *fn, void *arg)
{
	double i;

	idx = duk_require_normalize_index(ctx, idx);
	if (!bi_is_intact_array(ctx, idx)) {
		iterator_get(ctx, idx);
		iterator_each_of(ctx, fn, arg);
		return;
	}
	duk_dup(ctx, idx);
	for (i = 0; i < (double)duk_get_length(ctx, -1); i++) {
		duk_idx_t top = duk_get_top(ctx);
		int r;

		bi_get_k(ctx, -1, i);
		r = fn(ctx, arg);
		duk_set_top(ctx, top);
		if (r < 0)
			break;
	}
	duk_pop(ctx);
}

/* [ ] -> [ prototype ] that inherits from %IteratorPrototype%, kept */
void
iterator_push_proto(duk_context *ctx, enum bi_intrinsic id, const char *tag)
{
	duk_push_object(ctx);
	bi_push(ctx, I_ITERATOR_PROTO);
	duk_set_prototype(ctx, -2);
	bi_keep(ctx, id);
	if (tag != NULL)
		bi_define_tag(ctx, -1, tag);
}

static duk_ret_t
iterator_self(duk_context *ctx)
{
	duk_push_this(ctx);
	return 1;
}

void
bi_install_iterator(duk_context *ctx)
{
	static const struct bi_fn self[] = {
	    {"@@iterator", iterator_self, 0, 0, 0},
	};
	static const struct bi_fn async_self[] = {
	    {"@@asyncIterator", iterator_self, 0, 0, 0},
	};
	static const struct bi_fn array_next[] = {
	    {"next", array_iterator_next, 0, 0, 0},
	};
	static const struct bi_fn string_next[] = {
	    {"next", string_iterator_next, 0, 0, 0},
	};
	static const struct bi_fn string_iter[] = {
	    {"@@iterator", string_iterator, 0, 0, 0},
	};

	engine_push_iterator_proto(ctx);
	bi_keep(ctx, I_ITERATOR_PROTO);
	BI_DEFINE(ctx, -1, self);
	engine_push_async_iterator_proto(ctx);
	bi_keep(ctx, I_ASYNC_ITERATOR_PROTO);
	BI_DEFINE(ctx, -1, async_self);
	iterator_push_proto(ctx, I_ARRAY_ITERATOR_PROTO, "Array Iterator");
	BI_DEFINE(ctx, -1, array_next);
	duk_get_prop_literal(ctx, -1, "next");
	bi_keep(ctx, I_ARRAY_ITERATOR_NEXT);
	iterator_push_proto(ctx, I_STRING_ITERATOR_PROTO, "String Iterator");
	BI_DEFINE(ctx, -1, string_next);
	bi_push_global(ctx, "String");
	duk_get_prop_literal(ctx, -1, "prototype");
	bi_keep(ctx, I_STRING_PROTO);
	BI_DEFINE(ctx, -1, string_iter);
	duk_pop_n(ctx, 7);
}
