#!/usr/bin/env python3
"""Apply the engine's edits to a copy of the packaged duktape.c.

usage: duk_edits.py IN OUT

Each edit is (reason, count, old text, new text). The old text must occur
exactly COUNT times; otherwise the build stops, because the packaged source is
not the one the edits were made for.
"""
import sys

import duk_arrays
import duk_bigint
import duk_exotic
import duk_strings

EDITS = [
    (
        "numbers to text: without big integers where it can be done exactly",
        1,
        """\
	duk_native_stack_check(thr);
	duk__numconv_stringify_raw(thr, radix, digits, flags);
""",
        """\
	if (radix == 10 && digits == 0 && flags == 0) {
		char text[NUMCONV_MAX];
		duk_size_t len = numconv_write(duk_require_number(thr, -1), text);

		if (len > 0) {
			duk_pop(thr);
			duk_push_lstring(thr, text, len);
			return;
		}
	}
	duk_native_stack_check(thr);
	duk__numconv_stringify_raw(thr, radix, digits, flags);
""",
    ),
    (
        "same: text to numbers",
        1,
        """\
	duk_native_stack_check(thr);
	duk__numconv_parse_raw(thr, radix, flags);
""",
        """\
	if (radix == 10) {
		struct numconv_allow allow = {(flags & DUK_S2N_FLAG_ALLOW_MINUS) != 0,
		    (flags & DUK_S2N_FLAG_ALLOW_FRAC) != 0, (flags & DUK_S2N_FLAG_ALLOW_EXP) != 0};
		duk_size_t len;
		const char *text = duk_require_lstring(thr, -1, &len);
		double value;

		if (strlen(text) == len && numconv_read(text, allow, &value)) {
			duk_pop(thr);
			duk_push_number(thr, value);
			return;
		}
	}
	duk_native_stack_check(thr);
	duk__numconv_parse_raw(thr, radix, flags);
""",
    ),
    (
        "a coroutine starts with this and all arguments: its stack is "
        "[ owner func this arg... ] instead of [ func ], see inner.h",
        1,
        """\
			duk_push_undefined(resumee);
			tv = &thr->heap->lj.value1;
			duk_push_tval(resumee, tv);
""",
        "",
    ),
    (
        "same: pass what is there",
        1,
        "duk_handle_call_unprotected_nargs(resumee, 1 /*nargs*/, call_flags)",
        "duk_handle_call_unprotected_nargs(resumee, "
        "(duk_idx_t) (resumee->valstack_top - resumee->valstack) - 3, "
        "call_flags)",
    ),
    (
        "collect garbage when the bytes in use have grown, not after a number "
        "of allocations: a collection dirties the pages that clones share",
        3,
        "if (DUK_UNLIKELY(--(heap)->ms_trigger_counter < 0)) {",
        "if (DUK_UNLIKELY(--(heap)->ms_trigger_counter < 0) && "
        "inner_gc_is_due(heap)) {",
    ),
    (
        "same: after each collection the next one is planned",
        1,
        "	heap->ms_trigger_counter = (duk_int_t) ((tmp * "
        "DUK_HEAP_MARK_AND_SWEEP_TRIGGER_MULT) + "
        "DUK_HEAP_MARK_AND_SWEEP_TRIGGER_ADD);\n",
        "	(void) tmp;\n	inner_gc_done(heap);\n",
    ),
    (
        "same: where it is declared",
        1,
        "DUK_LOCAL_DECL void duk__mark_heaphdr(duk_heap *heap, "
        "duk_heaphdr *h);\n",
        "DUK_LOCAL_DECL void duk__mark_heaphdr(duk_heap *heap, "
        "duk_heaphdr *h);\n"
        "static void inner_gc_done(duk_heap *heap);\n",
    ),
    (
        "%ThrowTypeError% is also Function.prototype's caller and arguments, "
        "which plain sloppy functions may be asked for",
        1,
        """\
DUK_INTERNAL duk_ret_t duk_bi_type_error_thrower(duk_hthread *thr) {
	DUK_DCERROR_TYPE_INVALID_ARGS(thr);
""",
        """\
DUK_INTERNAL duk_ret_t duk_bi_type_error_thrower(duk_hthread *thr) {
	duk_hobject *h;

	duk_push_this(thr);
	h = duk_get_hobject(thr, -1);
	if (h != NULL && DUK_HOBJECT_IS_COMPFUNC(h) && !DUK_HOBJECT_HAS_STRICT(h) && DUK_HOBJECT_HAS_CONSTRUCTABLE(h)) {
		duk_push_null(thr);
		return 1;
	}
	DUK_ERROR_TYPE(thr, "'caller', 'callee', and 'arguments' properties may not be accessed on strict mode functions or the arguments objects for calls to them");
""",
    ),
    (
        "the hook used above is defined behind this file",
        1,
        "DUK_LOCAL DUK_NOINLINE_PERF DUK_COLD void *"
        "duk__heap_mem_alloc_slowpath(",
        "static duk_bool_t inner_gc_is_due(duk_heap *heap);\n"
        "DUK_LOCAL DUK_NOINLINE_PERF DUK_COLD void *"
        "duk__heap_mem_alloc_slowpath(",
    ),
    (
        "what a finally block throws, run because of a break or return, is not "
        "for the catch clause of the same statement",
        1,
        "	act->curr_pc = cat->pc_base + 1; /* +1 = finally */\n"
        "\n"
        "	DUK_CAT_CLEAR_FINALLY_ENABLED(cat);\n",
        "	act->curr_pc = cat->pc_base + 1; /* +1 = finally */\n"
        "\n"
        "	DUK_CAT_CLEAR_CATCH_ENABLED(cat);\n"
        "	DUK_CAT_CLEAR_FINALLY_ENABLED(cat);\n",
    ),
    (
        "parameters without a name are not mapped to arguments: functions "
        "with defaults or a rest parameter have such",
        1,
        "		if (!DUK_HOBJECT_HAS_STRICT(func) && idx < n_formals) {\n",
        "		if (!DUK_HOBJECT_HAS_STRICT(func) && idx < n_formals && "
        "(duk_get_prop_index(thr, i_formals, (duk_uarridx_t) idx), "
        "duk_get_length(thr, -1) != 0 ? (duk_pop(thr), 1) : "
        "(duk_pop(thr), 0))) {\n",
    ),
    (
        "strict functions have no own caller and arguments since ES2015; "
        "making them took a third of a closure's time",
        1,
        """\
	if (DUK_HOBJECT_HAS_STRICT(&fun_clos->obj)) {
		duk_xdef_prop_stridx_thrower(thr, -2, DUK_STRIDX_CALLER);
		duk_xdef_prop_stridx_thrower(thr, -2, DUK_STRIDX_LC_ARGUMENTS);
	} else {
""",
        """\
	if (DUK_HOBJECT_HAS_STRICT(&fun_clos->obj)) {
	} else {
""",
    ),
    (
        "nor do bound functions",
        1,
        """\
	duk_xdef_prop_stridx_thrower(thr, -1, DUK_STRIDX_CALLER);
	duk_xdef_prop_stridx_thrower(thr, -1, DUK_STRIDX_LC_ARGUMENTS);

	/* Function name and fileName (non-standard). */
""",
        """\
	/* Function name (standard), no fileName. */
""",
    ),
    (
        "a function's file name is kept under a hidden key, not as an own "
        "property that scripts can list: bound functions have none",
        1,
        """\
	duk_get_prop_stridx_short(thr, -2, DUK_STRIDX_FILE_NAME);
	duk_xdef_prop_stridx_short(thr, -2, DUK_STRIDX_FILE_NAME, DUK_PROPDESC_FLAGS_C);
""",
        "",
    ),
    (
        "same: bytecode dump",
        1,
        "(duk_hobject *) func, DUK_STRIDX_FILE_NAME);",
        "(duk_hobject *) func, DUK_STRIDX_INT_SOURCE);",
    ),
    (
        "same: bytecode load",
        1,
        "	duk_xdef_prop_stridx_short(thr, -2, DUK_STRIDX_FILE_NAME, "
        "DUK_PROPDESC_FLAGS_C);\n",
        "	duk_xdef_prop_stridx_short(thr, -2, DUK_STRIDX_INT_SOURCE, "
        "DUK_PROPDESC_FLAGS_C);\n",
    ),
    (
        "same: stack traces",
        1,
        "duk_get_prop_stridx_short(thr, -3, DUK_STRIDX_FILE_NAME);",
        "duk_get_prop_stridx_short(thr, -3, DUK_STRIDX_INT_SOURCE);",
    ),
    (
        "same: compiler",
        1,
        "		duk_xdef_prop_stridx_short(thr, -2, "
        "DUK_STRIDX_FILE_NAME, DUK_PROPDESC_FLAGS_NONE);\n",
        "		duk_xdef_prop_stridx_short(thr, -2, "
        "DUK_STRIDX_INT_SOURCE, DUK_PROPDESC_FLAGS_NONE);\n",
    ),
    (
        "same: closures copy it from their template",
        1,
        """\
#if defined(DUK_USE_FUNC_FILENAME_PROPERTY)
	DUK_STRIDX_FILE_NAME,
#endif
""",
        """\
	DUK_STRIDX_INT_SOURCE,
""",
    ),
    (
        "stack traces: no engine flags behind a frame",
        1,
        '"at %s (%s:%lu)%s%s%s%s%s",',
        '"at %s (%s:%lu)%.0s%.0s%.0s%.0s%.0s",',
    ),
    (
        "same: native frames",
        1,
        '"at %s (%s) native%s%s%s%s%s",',
        '"at %s (native)%.0s%.0s%.0s%.0s%.0s%.0s",',
    ),
    (
        "same: the file and line of C code that threw is nobody's business",
        3,
        "	if (c_filename) {\n",
        "	if (0) {\n",
    ),
    (
        "new.target: an activation remembers the one given by "
        "inner_construct(); borrowed, it is on the value stack of whoever "
        "constructs",
        1,
        "	duk_activation *parent; /* previous (parent) activation "
        "(or NULL if none) */\n",
        "	duk_activation *parent; /* previous (parent) activation "
        "(or NULL if none) */\n"
        "	duk_hobject *new_target; /* valid if flags has CONSTRUCT */\n",
    ),
    (
        "same: the flag that passes it",
        1,
        "#define DUK_CALL_FLAG_CONSTRUCT_PROXY  (1U << 5)",
        "#define INNER_CALL_FLAG_NEW_TARGET (1U << 10)\n"
        "static duk_hobject *inner_new_target;\n"
        "#define DUK_CALL_FLAG_CONSTRUCT_PROXY  (1U << 5)",
    ),
    (
        "same: where activations are set up",
        2,
        "		act->flags |= DUK_ACT_FLAG_CONSTRUCT;\n",
        "		act->flags |= DUK_ACT_FLAG_CONSTRUCT;\n"
        "		act->new_target = (call_flags & "
        "INNER_CALL_FLAG_NEW_TARGET) ? inner_new_target : NULL;\n",
    ),
    (
        "same: where it is read",
        1,
        """\
		if (act->flags & DUK_ACT_FLAG_CONSTRUCT) {
			duk_push_tval(thr, &act->tv_func);
			return;
""",
        """\
		if (act->flags & DUK_ACT_FLAG_CONSTRUCT) {
			if (act->new_target != NULL)
				duk_push_hobject(thr, act->new_target);
			else
				duk_push_tval(thr, &act->tv_func);
			return;
""",
    ),
    (
        "indirect eval goes through the front-end; the text that direct eval "
        "gets was lowered already",
        1,
        """\
	DUK_ASSERT(duk_get_top(thr) == 1 || duk_get_top(thr) == 2); /* 2 when called by debugger */
	DUK_ASSERT(thr->callstack_top >= 1); /* at least this function exists */
""",
        """\
	if (inner_eval != NULL && !(thr->callstack_curr->flags & DUK_ACT_FLAG_DIRECT_EVAL))
		return inner_eval(thr);
""",
    ),
    (
        "same: the hook",
        1,
        "DUK_INTERNAL duk_ret_t duk_bi_global_object_eval(duk_hthread *thr) {",
        "static duk_c_function inner_eval;\n"
        "DUK_INTERNAL duk_ret_t duk_bi_global_object_eval(duk_hthread *thr) {",
    ),
    (
        "marking deep structures: what is left at the recursion limit goes on "
        "a list; scanning the whole heap for it took quadratic time",
        1,
        "		DUK_HEAP_SET_MARKANDSWEEP_RECLIMIT_REACHED(heap);\n"
        "		DUK_HEAPHDR_SET_TEMPROOT(h);\n",
        "		if (inner_mark_later(h))\n"
        "			return;\n"
        "		DUK_HEAP_SET_MARKANDSWEEP_RECLIMIT_REACHED(heap);\n"
        "		DUK_HEAPHDR_SET_TEMPROOT(h);\n",
    ),
    (
        "same: work on the list before, and instead of, the scan",
        1,
        "	while (DUK_HEAP_HAS_MARKANDSWEEP_RECLIMIT_REACHED(heap)) {\n",
        "	while (inner_mark_drain(heap), "
        "DUK_HEAP_HAS_MARKANDSWEEP_RECLIMIT_REACHED(heap)) {\n",
    ),
    (
        "same: the list",
        1,
        "DUK_LOCAL void duk__mark_heaphdr(duk_heap *heap, duk_heaphdr *h) {",
        """\
#include <stdlib.h>
static duk_heaphdr **inner_marks;
static size_t inner_nmarks, inner_marks_size;
static duk_bool_t
inner_mark_later(duk_heaphdr *h)
{
	if (inner_nmarks == inner_marks_size) {
		size_t n = inner_marks_size * 2 + 1024;
		void *p = realloc(inner_marks, n * sizeof *inner_marks);

		if (p == NULL)
			return 0;
		inner_marks = p;
		inner_marks_size = n;
	}
	inner_marks[inner_nmarks++] = h;
	return 1;
}
DUK_LOCAL void duk__mark_heaphdr(duk_heap *heap, duk_heaphdr *h) {""",
    ),
    (
        "same: working on it",
        1,
        "DUK_LOCAL void duk__mark_temproots_by_heap_scan(duk_heap *heap) {\n",
        """\
static void
inner_mark_drain(duk_heap *heap)
{
	while (inner_nmarks > 0) {
		duk_heaphdr *h = inner_marks[--inner_nmarks];

		DUK_HEAPHDR_CLEAR_REACHABLE(h);
		duk__mark_heaphdr_nonnull(heap, h);
	}
	free(inner_marks);
	inner_marks = NULL;
	inner_marks_size = 0;
}
DUK_LOCAL void duk__mark_temproots_by_heap_scan(duk_heap *heap) {
""",
    ),
    (
        "at the memory cap one collection and one emergency collection are "
        "enough, and none while scripts are being stopped: each takes time "
        "that the CPU limit cannot cut short",
        3,
        "	for (i = 0; i < DUK_HEAP_ALLOC_FAIL_MARKANDSWEEP_LIMIT; i++) {\n",
        "	for (i = 0; i < 2 && !inner_guard_state.fire; i++) {\n",
    ),
    (
        "same: the second one is the emergency",
        3,
        "		if (i >= DUK_HEAP_ALLOC_FAIL_MARKANDSWEEP_EMERGENCY_LIMIT - 1) {\n",
        "		if (i >= 1) {\n",
    ),
    (
        "a Proxy may have a Proxy as target",
        1,
        """\
	if (DUK_HOBJECT_IS_PROXY(h_target)) {
		goto fail_args;
	}
""",
        "",
    ),
    (
        "and as handler",
        1,
        """\
	if (DUK_HOBJECT_IS_PROXY(h_handler)) {
		goto fail_args;
	}
""",
        "",
    ),
    (
        "nothing refuses them any more",
        1,
        """\
fail_args:
	DUK_ERROR_TYPE_INVALID_ARGS(thr);
	DUK_WO_NORETURN(return 0;);
}
#else /* DUK_USE_ES6_PROXY */
""",
        """\
}
#else /* DUK_USE_ES6_PROXY */
""",
    ),
    (
        "same: handlers that are Proxies recurse",
        1,
        "	duk_require_stack(thr, DUK__VALSTACK_PROXY_LOOKUP);\n",
        "	duk_native_stack_check(thr);\n"
        "	duk_require_stack(thr, DUK__VALSTACK_PROXY_LOOKUP);\n",
    ),
    (
        "a trap that is undefined or null is no trap",
        1,
        "	if (duk_get_prop_stridx_short(thr, -1, stridx_trap)) {\n",
        "	if (duk_get_prop_stridx_short(thr, -1, stridx_trap) && "
        "!duk_is_null_or_undefined(thr, -1)) {\n",
    ),
    (
        "same: apply and construct",
        1,
        """\
	if (rc == 0) {
		/* Not found, continue to target.  If this is a construct
""",
        """\
	if (rc == 0 || duk_is_null_or_undefined(thr, -1)) {
		/* Not found, continue to target.  If this is a construct
""",
    ),
    (
        "enumeration: through Proxies of Proxies",
        1,
        "	if (DUK_LIKELY(!duk_hobject_proxy_check(enum_target, "
        "&h_proxy_target, &h_proxy_handler))) {\n",
        "inner_again:\n"
        "	if (DUK_LIKELY(!duk_hobject_proxy_check(enum_target, "
        "&h_proxy_target, &h_proxy_handler))) {\n",
    ),
    (
        "same",
        1,
        """\
		duk_pop_2(thr); /* -> [ ... enum_target res ] */
		goto skip_proxy;
""",
        """\
		duk_pop_2(thr); /* -> [ ... enum_target res ] */
		goto inner_again;
""",
    ),
    (
        "same: no trap",
        2,
        "	if (!duk_get_prop_stridx_short(thr, -1, DUK_STRIDX_OWN_KEYS)) {\n",
        "	if (!duk_get_prop_stridx_short(thr, -1, DUK_STRIDX_OWN_KEYS) || "
        "duk_is_null_or_undefined(thr, -1)) {\n",
    ),
    (
        "U+180E is no white space since Unicode 6.3",
        1,
        "cp == 0x1680L || cp == 0x180eL || cp == 0x3000L",
        "cp == 0x1680L || cp == 0x3000L",
    ),
    (
        "a sign and a fraction go with decimal digits only",
        1,
        """\
	duk_numconv_parse(thr, 10 /*radix*/, s2n_flags);

#if defined(DUK_USE_PREFER_SIZE)
	d = duk_get_number(thr, -1);
""",
        """\
	{
		const char *s = duk_get_string(thr, -1);

		if (DUK_UNLIKELY(s[0] == '0' && (s[1] | 0x20) > 'a' && strchr(s, '.') != NULL)) {
			duk_pop(thr);
			return DUK_DOUBLE_NAN;
		}
		if (DUK_UNLIKELY((s[0] == '+' || s[0] == '-') && s[1] == '0' && ((s[2] | 0x20) == 'b' || (s[2] | 0x20) == 'o' || (s[2] | 0x20) == 'x'))) {
			duk_pop(thr);
			return DUK_DOUBLE_NAN;
		}
	}
	duk_numconv_parse(thr, 10 /*radix*/, s2n_flags);

#if defined(DUK_USE_PREFER_SIZE)
	d = duk_get_number(thr, -1);
""",
    ),
    (
        "functions in C inherit from Function.prototype",
        1,
        "return duk__push_c_function_raw(thr, func, nargs, flags, "
        "DUK_BIDX_NATIVE_FUNCTION_PROTOTYPE);",
        "return duk__push_c_function_raw(thr, func, nargs, flags, "
        "DUK_BIDX_FUNCTION_PROTOTYPE);",
    ),
    (
        "an element behind the end of a buffer that shrank or was detached "
        "is undefined",
        1,
        """\
		DUK_D(DUK_DPRINT("bufobj access out of underlying buffer, ignoring (read zero)"));
		duk_push_uint(thr, 0);
	}

	return 1;
""",
        """\
		duk_push_undefined(thr);
	}

	return 1;
""",
    ),
    (
        "same: as a property",
        1,
        """\
						DUK_D(DUK_DPRINT("bufobj access out of underlying buffer, ignoring (read zero)"));
						duk_push_uint(thr, 0);
""",
        """\
						duk_push_undefined(thr);
""",
    ),
]

# Messages that developers meet, worded as they know them: (count, old, new).
MESSAGES = [
    (1, '"callstack limit"', '"Maximum call stack size exceeded"'),
    (1, '"C stack depth limit"', '"Maximum call stack size exceeded"'),
    (1, '"cannot read property %s of %s"',
     '"Cannot read properties of %2$s (reading %1$s)"'),
    (2, '"cannot write property %s of %s"',
     '"Cannot set properties of %2$s (setting %1$s)"'),
    (1, '"cannot delete property %s of %s"',
     '"Cannot delete property %s of %s"'),
    (2, "\"identifier '%s' undefined\"", '"%s is not defined"'),
    (2, '"%s not callable"', '"%s is not a function"'),
    (2, '"%s not constructable"', '"%s is not a constructor"'),
    (2, '"%s not callable (property %s of %s)"',
     '"%1$.0s%2$s is not a function%3$.0s"'),
    (1, "str_key = duk_push_string_readable(thr, -3);",
     "str_key = duk_is_string_notsymbol(thr, -3) ? (duk_dup(thr, -3), "
     "duk_get_string(thr, -1)) : duk_push_string_readable(thr, -3);"),
    (1, '"invalid json (at offset %ld)"',
     '"Unexpected token in JSON at position %ld"'),
    (1, '"cyclic input"', '"Converting circular structure to JSON"'),
    (1, '"cannot number coerce Symbol"',
     '"Cannot convert a Symbol value to a number"'),
    (1, '"cannot string coerce Symbol"',
     '"Cannot convert a Symbol value to a string"'),
    (1, '"coercion to primitive failed"',
     '"Cannot convert object to primitive value"'),
    (1, '"not object coercible"',
     '"Cannot convert undefined or null to object"'),
    (1, '"invalid instanceof rval"',
     "\"Right-hand side of 'instanceof' is not callable\""),
    (1, '"instanceof rval has no .prototype"',
     "\"Function has non-object prototype in instanceof check\""),
    (1, '"invalid array length"', '"Invalid array length"'),
    (1, '"string too long"', '"Invalid string length"'),
    (1, '"result too long"', '"Invalid string length"'),
    (1, '"not writable"', '"Cannot assign to read only property"'),
    (1, '"not extensible"',
     '"Cannot add property, object is not extensible"'),
    (1, '                "not configurable"',
     ' "Cannot redefine or delete property, it is not configurable"'),
    (1, '"setter undefined"',
     '"Cannot set property of an object which has only a getter"'),
    (1, '"constructor requires \'new\'"',
     "\"Constructor cannot be invoked without 'new'\""),
]


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as f:
        text = f.read()
    bad = False
    edits = EDITS + duk_arrays.EDITS + duk_strings.EDITS + \
        duk_bigint.EDITS + duk_exotic.EDITS + \
        [("a message", *m) for m in MESSAGES]
    for reason, count, old, new in edits:
        found = text.count(old)
        if found != count:
            print(f"duk_edits.py: found {found} times, wanted {count}: "
                  f"{reason}\n{old}", file=sys.stderr)
            bad = True
            continue
        text = text.replace(old, new)
    if bad:
        sys.exit("duk_edits.py: this duktape.c is not the one the edits "
                 "were made for (2.7.0)")
    with open(sys.argv[2], "w", encoding="utf-8") as f:
        # not ours to warn about
        f.write("#pragma GCC system_header\n")
        f.write(text)


main()
