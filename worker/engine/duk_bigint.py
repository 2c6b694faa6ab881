"""Edits of duktape.c for BigInt: (reason, count, old text, new text).

A BigInt is a string of a form of its own (bigint.h); what Duktape does with
strings and symbols is right for it but here. All of this is in slow paths: a
symbol's flag is looked at first.
"""

EDITS = [
    (
        "BigInt: what one is, and the places of Duktape's pointer type, which "
        "no script can have: the prototype and the text of typeof",
        1,
        "DUK_LOCAL duk_small_uint_t duk__get_symbol_type(duk_hstring *h) {",
        """\
#include "worker/engine/bigint.h"
#define INNER_HSTRING_IS_BIGINT(h) \\
	(DUK_HSTRING_HAS_SYMBOL(h) && DUK_HSTRING_GET_DATA(h)[0] == BIGINT_TAG)
#define INNER_TVAL_IS_BIGINT(tv) \\
	(DUK_TVAL_IS_STRING(tv) && INNER_HSTRING_IS_BIGINT(DUK_TVAL_GET_STRING(tv)))
#define INNER_BIDX_BIGINT_PROTOTYPE DUK_BIDX_POINTER_PROTOTYPE
#define INNER_STRIDX_LC_BIGINT DUK_STRIDX_LC_POINTER
DUK_LOCAL duk_small_uint_t duk__get_symbol_type(duk_hstring *h) {""",
    ),
    (
        "same: it counts as a symbol",
        1,
        "			if (data[0] <= 0x81) {\n",
        "			if (data[0] <= 0x81 || data[0] == BIGINT_TAG) {\n",
    ),
    (
        "same: ToPropertyKey",
        1,
        """\
	h = duk_get_hstring(thr, idx);
	if (h == NULL) {
		/* The "is string?" check may seem unnecessary, but as things
""",
        """\
	h = duk_get_hstring(thr, idx);
	if (h == NULL || INNER_HSTRING_IS_BIGINT(h)) {
		/* The "is string?" check may seem unnecessary, but as things
""",
    ),
    (
        "same",
        1,
        """\
		h = DUK_TVAL_GET_STRING(tv_dst);
	} else {
		h = duk_to_property_key_hstring(thr, idx);
	}
""",
        """\
		h = DUK_TVAL_GET_STRING(tv_dst);
		if (DUK_UNLIKELY(INNER_HSTRING_IS_BIGINT(h)))
			h = duk_to_property_key_hstring(thr, idx);
	} else {
		h = duk_to_property_key_hstring(thr, idx);
	}
""",
    ),
    (
        "same: ToString",
        1,
        """\
		if (DUK_UNLIKELY(DUK_HSTRING_HAS_SYMBOL(h))) {
			DUK_ERROR_TYPE(thr, DUK_STR_CANNOT_STRING_COERCE_SYMBOL);
""",
        """\
		if (DUK_UNLIKELY(INNER_HSTRING_IS_BIGINT(h))) {
			bigint_push_string(thr, idx, 10);
			break;
		}
		if (DUK_UNLIKELY(DUK_HSTRING_HAS_SYMBOL(h))) {
			DUK_ERROR_TYPE(thr, DUK_STR_CANNOT_STRING_COERCE_SYMBOL);
""",
    ),
    (
        "same: String()",
        1,
        "	if (DUK_UNLIKELY(ret && DUK_HSTRING_HAS_SYMBOL(ret))) {\n"
        "		return ret;\n",
        "	if (DUK_UNLIKELY(ret && DUK_HSTRING_HAS_SYMBOL(ret)) && "
        "!INNER_HSTRING_IS_BIGINT(ret)) {\n"
        "		return ret;\n",
    ),
    (
        "same: ToObject",
        1,
        """\
		if (DUK_UNLIKELY(DUK_HSTRING_HAS_SYMBOL(h))) {
			flags = DUK_HOBJECT_FLAG_EXTENSIBLE | DUK_HOBJECT_FLAG_FASTREFS |
""",
        """\
		if (DUK_UNLIKELY(INNER_HSTRING_IS_BIGINT(h))) {
			flags = DUK_HOBJECT_FLAG_EXTENSIBLE | DUK_HOBJECT_FLAG_FASTREFS |
			        DUK_HOBJECT_CLASS_AS_FLAGS(DUK_HOBJECT_CLASS_OBJECT);
			proto = INNER_BIDX_BIGINT_PROTOTYPE;
		} else if (DUK_UNLIKELY(DUK_HSTRING_HAS_SYMBOL(h))) {
			flags = DUK_HOBJECT_FLAG_EXTENSIBLE | DUK_HOBJECT_FLAG_FASTREFS |
""",
    ),
    (
        "same: ToNumber",
        1,
        "			DUK_ERROR_TYPE(thr, "
        "DUK_STR_CANNOT_NUMBER_COERCE_SYMBOL);\n",
        "			if (INNER_HSTRING_IS_BIGINT(h))\n"
        "				DUK_ERROR_TYPE(thr, \"Cannot convert a BigInt "
        "value to a number\");\n"
        "			DUK_ERROR_TYPE(thr, "
        "DUK_STR_CANNOT_NUMBER_COERCE_SYMBOL);\n",
    ),
    (
        "same: Number()",
        1,
        """\
	duk_to_number(thr, 0);
	duk_set_top(thr, 1);
	DUK_ASSERT_TOP(thr, 1);

	if (!duk_is_constructor_call(thr)) {
""",
        """\
	duk_to_primitive(thr, 0, DUK_HINT_NUMBER);
	if (bigint_is(thr, 0)) {
		duk_push_number(thr, bigint_to_double(thr, 0));
		duk_replace(thr, 0);
	}
	duk_to_number(thr, 0);
	duk_set_top(thr, 1);
	DUK_ASSERT_TOP(thr, 1);

	if (!duk_is_constructor_call(thr)) {
""",
    ),
    (
        "same: ToBoolean",
        1,
        "		return (DUK_HSTRING_GET_BYTELEN(h) > 0 ? 1 : 0);\n",
        "		if (DUK_UNLIKELY(INNER_HSTRING_IS_BIGINT(h)))\n"
        "			return DUK_HSTRING_GET_BYTELEN(h) > 2;\n"
        "		return (DUK_HSTRING_GET_BYTELEN(h) > 0 ? 1 : 0);\n",
    ),
    (
        "same: typeof",
        1,
        """\
		if (DUK_UNLIKELY(DUK_HSTRING_HAS_SYMBOL(str))) {
			stridx = DUK_STRIDX_LC_SYMBOL;
""",
        """\
		if (DUK_UNLIKELY(INNER_HSTRING_IS_BIGINT(str))) {
			stridx = INNER_STRIDX_LC_BIGINT;
		} else if (DUK_UNLIKELY(DUK_HSTRING_HAS_SYMBOL(str))) {
			stridx = DUK_STRIDX_LC_SYMBOL;
""",
    ),
    (
        "same: properties are read from BigInt.prototype",
        1,
        "			curr = thr->builtins[DUK_BIDX_SYMBOL_PROTOTYPE];\n"
        "			break;\n",
        "			curr = thr->builtins[INNER_HSTRING_IS_BIGINT(h) ? "
        "INNER_BIDX_BIGINT_PROTOTYPE : DUK_BIDX_SYMBOL_PROTOTYPE];\n"
        "			break;\n",
    ),
    (
        "same: setters",
        1,
        "			curr = thr->builtins[DUK_BIDX_SYMBOL_PROTOTYPE];\n"
        "			goto lookup;\n",
        "			curr = thr->builtins[INNER_HSTRING_IS_BIGINT(h) ? "
        "INNER_BIDX_BIGINT_PROTOTYPE : DUK_BIDX_SYMBOL_PROTOTYPE];\n"
        "			goto lookup;\n",
    ),
    (
        "same: in messages",
        1,
        "			if (DUK_HSTRING_HAS_SYMBOL(h)) {\n",
        "			if (INNER_HSTRING_IS_BIGINT(h)) {\n"
        "				duk_push_literal(thr, \"a BigInt\");\n"
        "				break;\n"
        "			}\n"
        "			if (DUK_HSTRING_HAS_SYMBOL(h)) {\n",
    ),
    (
        "same: JSON asks for toJSON",
        1,
        "	if (duk_check_type_mask(thr, -1, DUK_TYPE_MASK_OBJECT | "
        "DUK_TYPE_MASK_LIGHTFUNC | DUK_TYPE_MASK_BUFFER)) {\n"
        "		duk_get_prop_stridx_short(thr, -1, "
        "DUK_STRIDX_TO_JSON);\n",
        "	if (duk_check_type_mask(thr, -1, DUK_TYPE_MASK_OBJECT | "
        "DUK_TYPE_MASK_LIGHTFUNC | DUK_TYPE_MASK_BUFFER) || "
        "bigint_is(thr, -1)) {\n"
        "		duk_get_prop_stridx_short(thr, -1, "
        "DUK_STRIDX_TO_JSON);\n",
    ),
    (
        "same: and refuses",
        1,
        """\
		if (DUK_UNLIKELY(DUK_HSTRING_HAS_SYMBOL(h))) {
			goto pop2_undef;
		}
""",
        """\
		if (DUK_UNLIKELY(INNER_HSTRING_IS_BIGINT(h)))
			DUK_ERROR_TYPE(thr, "Do not know how to serialize a BigInt");
		if (DUK_UNLIKELY(DUK_HSTRING_HAS_SYMBOL(h))) {
			goto pop2_undef;
		}
""",
    ),
    (
        "same: not on the fast path",
        1,
        """\
		if (DUK_UNLIKELY(DUK_HSTRING_HAS_SYMBOL(h))) {
			goto emit_undefined;
		}
""",
        """\
		if (DUK_UNLIKELY(INNER_HSTRING_IS_BIGINT(h)))
			goto abort_fastpath;
		if (DUK_UNLIKELY(DUK_HSTRING_HAS_SYMBOL(h))) {
			goto emit_undefined;
		}
""",
    ),
    (
        "same: nor wrappers",
        1,
        "				if (!DUK_HOBJECT_E_SLOT_IS_ENUMERABLE("
        "js_ctx->thr->heap, obj, i)) {\n",
        "				if (!DUK_HOBJECT_E_SLOT_IS_ENUMERABLE("
        "js_ctx->thr->heap, obj, i)) {\n"
        "					if (DUK_UNLIKELY(k == "
        "DUK_HTHREAD_STRING_INT_VALUE(js_ctx->thr)))\n"
        "						goto abort_fastpath;\n",
    ),
    (
        "same: a wrapper in JSON",
        1,
        """\
		c = (duk_small_int_t) DUK_HOBJECT_GET_CLASS_NUMBER(h);
		switch (c) {
		case DUK_HOBJECT_CLASS_NUMBER: {
			DUK_DDD(DUK_DDDPRINT("value is a Number object -> coerce with ToNumber()"));
			duk_to_number_m1(thr);
""",
        """\
		c = (duk_small_int_t) DUK_HOBJECT_GET_CLASS_NUMBER(h);
		if (c == DUK_HOBJECT_CLASS_OBJECT) {
			duk_tval *tv_value = duk_hobject_find_entry_tval_ptr_stridx(thr->heap, h, DUK_STRIDX_INT_VALUE);

			if (DUK_UNLIKELY(tv_value != NULL && INNER_TVAL_IS_BIGINT(tv_value)))
				DUK_ERROR_TYPE(thr, "Do not know how to serialize a BigInt");
		}
		switch (c) {
		case DUK_HOBJECT_CLASS_NUMBER: {
			DUK_DDD(DUK_DDDPRINT("value is a Number object -> coerce with ToNumber()"));
			duk_to_number_m1(thr);
""",
    ),
    (
        "same: == with a text",
        1,
        """\
		case DUK_TAG_STRING:
		case DUK_TAG_OBJECT: {
			/* Heap pointer comparison suffices for strings and objects.
""",
        """\
		case DUK_TAG_STRING:
			if (flags == 0 && DUK_TVAL_GET_HEAPHDR(tv_x) != DUK_TVAL_GET_HEAPHDR(tv_y) && (INNER_TVAL_IS_BIGINT(tv_x) || INNER_TVAL_IS_BIGINT(tv_y)))
				return inner_bigint_equals(thr, tv_x, tv_y);
			/* fall through */
		case DUK_TAG_OBJECT: {
			/* Heap pointer comparison suffices for strings and objects.
""",
    ),
    (
        "same: with a number",
        1,
        """\
	/* Number/string -> coerce string to number (e.g. "'1.5' == 1.5" -> true). */
""",
        """\
	if (((type_mask_x & DUK_TYPE_MASK_NUMBER) && INNER_TVAL_IS_BIGINT(tv_y)) || ((type_mask_y & DUK_TYPE_MASK_NUMBER) && INNER_TVAL_IS_BIGINT(tv_x)))
		return inner_bigint_equals(thr, tv_x, tv_y);

	/* Number/string -> coerce string to number (e.g. "'1.5' == 1.5" -> true). */
""",
    ),
    (
        "same: how",
        1,
        "DUK_INTERNAL duk_bool_t duk_js_equals_helper(duk_hthread *thr, "
        "duk_tval *tv_x, duk_tval *tv_y, duk_small_uint_t flags) {\n",
        """\
static duk_bool_t
inner_bigint_equals(duk_hthread *thr, duk_tval *tv_x, duk_tval *tv_y)
{
	int c;

	duk_require_stack(thr, 4);
	duk_push_tval(thr, tv_x);
	duk_push_tval(thr, tv_y);
	c = bigint_relation(thr, -2, -1, 0);
	duk_pop_2(thr);
	return c == 0;
}
DUK_INTERNAL duk_bool_t duk_js_equals_helper(duk_hthread *thr, duk_tval *tv_x, duk_tval *tv_y, duk_small_uint_t flags) {
""",
    ),
    (
        "same: < and the others",
        1,
        """\
	/* Note: reuse variables */
	tv_x = DUK_GET_TVAL_NEGIDX(thr, -2);
	tv_y = DUK_GET_TVAL_NEGIDX(thr, -1);
""",
        """\
	/* Note: reuse variables */
	tv_x = DUK_GET_TVAL_NEGIDX(thr, -2);
	tv_y = DUK_GET_TVAL_NEGIDX(thr, -1);

	if (DUK_UNLIKELY(INNER_TVAL_IS_BIGINT(tv_x) || INNER_TVAL_IS_BIGINT(tv_y))) {
		int c = bigint_relation(thr, -2, -1, 1);

		duk_pop_2(thr);
		return c == BIGINT_UNORDERED ? 0 : c < 0 ? retval ^ 1 : retval;
	}
""",
    ),
    (
        "same: +",
        1,
        "		duk_concat_2(thr); /* [... s1 s2] -> [... s1+s2] */\n",
        "		if (!bigint_add_primitives(thr))\n"
        "			duk_concat_2(thr);\n",
    ),
    (
        "same: - * / % **",
        1,
        """\
		duk_push_tval(thr, tv_x);
		duk_push_tval(thr, tv_y);
		d1 = duk_to_number_m2(thr); /* side effects */
""",
        """\
		static const duk_uint8_t ops[] = {BIGINT_SUB, BIGINT_MUL, BIGINT_DIV, BIGINT_MOD, BIGINT_EXP};

		duk_push_tval(thr, tv_x);
		duk_push_tval(thr, tv_y);
		if (bigint_numeric_binary(thr, (enum bigint_op) ops[opcode_shifted - (DUK_OP_SUB >> 2)])) {
			duk_replace(thr, (duk_idx_t) idx_z);
			return;
		}
		d1 = duk_to_number_m2(thr); /* side effects */
""",
    ),
    (
        "same: & | ^ << >> >>>",
        1,
        """\
		duk_push_tval(thr, tv_x);
		duk_push_tval(thr, tv_y);
		i1 = duk_to_int32(thr, -2);
""",
        """\
		static const duk_uint8_t ops[] = {BIGINT_AND, BIGINT_OR, BIGINT_XOR, BIGINT_SHL, BIGINT_USHR, BIGINT_SHR};

		duk_push_tval(thr, tv_x);
		duk_push_tval(thr, tv_y);
		if (!(DUK_TVAL_IS_NUMBER(tv_x) && DUK_TVAL_IS_NUMBER(tv_y)) &&
		    bigint_numeric_binary(thr, (enum bigint_op) ops[opcode_shifted - (DUK_OP_BAND >> 2)])) {
			duk_replace(thr, (duk_idx_t) idx_z);
			return;
		}
		i1 = duk_to_int32(thr, -2);
""",
    ),
    (
        "same: unary minus",
        1,
        "		d1 = duk_to_number_tval(thr, tv); /* side effects */\n",
        """\
		duk_push_tval(thr, tv);
		if (opcode == DUK_OP_UNM && bigint_numeric_unary(thr, BIGINT_NEG)) {
			duk_replace(thr, (duk_idx_t) idx_dst);
			return;
		}
		d1 = duk_to_number_m1(thr); /* side effects */
		duk_pop_unsafe(thr);
""",
    ),
    (
        "same: ~",
        1,
        """\
		duk_push_tval(thr, tv);
		i1 = duk_to_int32(thr, -1); /* side effects */
		duk_pop_unsafe(thr);
	}

	/* Result is always fastint compatible. */
	i2 = ~i1;
""",
        """\
		duk_push_tval(thr, tv);
		if (!DUK_TVAL_IS_NUMBER(tv) && bigint_numeric_unary(thr, BIGINT_NOT)) {
			duk_replace(thr, (duk_idx_t) idx_dst);
			return;
		}
		i1 = duk_to_int32(thr, -1); /* side effects */
		duk_pop_unsafe(thr);
	}

	/* Result is always fastint compatible. */
	i2 = ~i1;
""",
    ),
    (
        "same: ++ and -- of registers",
        1,
        """\
		tv_src = NULL; /* no longer referenced */

		x = duk_to_number(thr, bc);
""",
        """\
		tv_src = NULL; /* no longer referenced */

		if (inner_bigint_step(thr, bc, op & 0x01)) {
			/* [ new old ] */
			if (!(op & 0x02)) {
				duk_dup(thr, -2);
				duk_replace(thr, -2);
			}
			duk_swap_top(thr, -2);
			duk_replace(thr, bc);
			duk_replace(thr, (duk_idx_t) (off_dst / sizeof(duk_tval)));
			return;
		}
		x = duk_to_number(thr, bc);
""",
    ),
    (
        "same: of variables",
        1,
        """\
	x = duk_to_number_m2(thr);
	if (op & 0x01) {
		y = x - 1.0;
	} else {
		y = x + 1.0;
	}

	/* [... x this] */
""",
        """\
	if (inner_bigint_step(thr, -2, op & 0x01)) {
		/* [ val this new old ] */
		duk_js_putvar_activation(thr, act, name, DUK_GET_TVAL_NEGIDX(thr, -2), is_strict);
		if (!(op & 0x02))
			duk_pop(thr);
		duk_replace(thr, (duk_idx_t) idx_dst);
		duk_pop_n(thr, op & 0x02 ? 3 : 2);
		return;
	}
	x = duk_to_number_m2(thr);
	if (op & 0x01) {
		y = x - 1.0;
	} else {
		y = x + 1.0;
	}

	/* [... x this] */
""",
    ),
    (
        "same: of properties",
        1,
        """\
			x = duk_to_number_m1(thr);
			duk_pop_unsafe(thr);
			if (ins & DUK_BC_INCDECP_FLAG_DEC) {
""",
        """\
			if (inner_bigint_step(thr, -1, (ins & DUK_BC_INCDECP_FLAG_DEC) != 0)) {
				/* [ val new old ] */
				duk_remove(thr, -3);
				(void) duk_hobject_putprop(thr, DUK__REGCONSTP_B(ins), DUK__REGCONSTP_C(ins), DUK_GET_TVAL_NEGIDX(thr, -2), DUK__STRICT());
				if (!(ins & DUK_BC_INCDECP_FLAG_POST))
					duk_pop(thr);
				duk_replace(thr, (duk_idx_t) DUK_DEC_A(ins));
				if (ins & DUK_BC_INCDECP_FLAG_POST)
					duk_pop(thr);
				break;
			}
			x = duk_to_number_m1(thr);
			duk_pop_unsafe(thr);
			if (ins & DUK_BC_INCDECP_FLAG_DEC) {
""",
    ),
    (
        "same: how",
        1,
        "DUK_LOCAL DUK_EXEC_ALWAYS_INLINE_PERF void "
        "duk__prepost_incdec_reg_helper(duk_hthread *thr,\n",
        """\
/* ToNumeric of the value at IDX in place; of a BigInt: [ ] -> [ new old ] */
static duk_bool_t
inner_bigint_step(duk_hthread *thr, duk_idx_t idx, duk_bool_t dec)
{
	if (duk_is_number(thr, idx))
		return 0;
	idx = duk_require_normalize_index(thr, idx);
	duk_to_primitive(thr, idx, DUK_HINT_NUMBER);
	if (!bigint_is(thr, idx))
		return 0;
	duk_require_stack(thr, 6);
	duk_dup(thr, idx);
	bigint_unary(thr, dec ? BIGINT_DEC : BIGINT_INC);
	duk_dup(thr, idx);
	return 1;
}
DUK_LOCAL DUK_EXEC_ALWAYS_INLINE_PERF void duk__prepost_incdec_reg_helper(duk_hthread *thr,
""",
    ),
]
