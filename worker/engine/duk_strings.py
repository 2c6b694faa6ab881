"""Edits of duktape.c: `s += t` in a loop is not quadratic; inner_strbuf.inc."""

EDITS = [
    (
        "strings that were appended to again and again share one buffer",
        1,
        "DUK_INTERNAL_DECL duk_uint32_t duk_heap_hashstring(duk_heap *heap, "
        "const duk_uint8_t *str, duk_size_t len);\n",
        "DUK_INTERNAL_DECL duk_uint32_t duk_heap_hashstring(duk_heap *heap, "
        "const duk_uint8_t *str, duk_size_t len);\n"
        "static const void *inner_strbuf_take(const void *str);\n"
        "static void inner_strbuf_release(duk_heap *heap, const void *str);\n"
        "static duk_bool_t inner_strbuf_concat(duk_hthread *thr);\n"
        "static void inner_strbuf_note(duk_hthread *thr);\n",
    ),
    (
        "same: what can go into such a buffer does",
        1,
        """\
	buf = (duk_uint8_t *) duk_push_fixed_buffer_nozero(thr, len);
	DUK_ASSERT(buf != NULL);

	duk_memcpy((void *) buf, (const void *) DUK_HSTRING_GET_DATA(h1), (size_t) len1);
""",
        """\
	if (inner_strbuf_concat(thr))
		return;
	buf = (duk_uint8_t *) duk_push_fixed_buffer_nozero(thr, len);
	DUK_ASSERT(buf != NULL);

	duk_memcpy((void *) buf, (const void *) DUK_HSTRING_GET_DATA(h1), (size_t) len1);
""",
    ),
    (
        "same: what may be appended to next",
        1,
        """\
	/* [ ... str1 str2 buf ] */

	duk_replace(thr, -3);
	duk_pop_unsafe(thr);
	return;
""",
        """\
	/* [ ... str1 str2 buf ] */

	duk_replace(thr, -3);
	duk_pop_unsafe(thr);
	inner_strbuf_note(thr);
	return;
""",
    ),
]
