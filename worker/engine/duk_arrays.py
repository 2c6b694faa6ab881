"""Edits of duktape.c: Array.prototype.shift moves the array part's start."""

EDITS = [
    (
        "elements that were shifted out lie before the array part's start, "
        "which props points to then; see dx_array_shift()",
        1,
        "	duk_bool_t length_nonwritable;\n};\n",
        "	duk_bool_t length_nonwritable;\n"
        "	duk_uint32_t shifted;\n};\n",
    ),
    (
        "same: what was allocated",
        1,
        "DUK_INTERNAL void duk_free_hobject(duk_heap *heap, duk_hobject *h) "
        "{\n	DUK_ASSERT(heap != NULL);\n	DUK_ASSERT(h != NULL);\n\n"
        "	DUK_FREE(heap, DUK_HOBJECT_GET_PROPS(heap, h));\n",
        "DUK_INTERNAL void duk_free_hobject(duk_heap *heap, duk_hobject *h) "
        "{\n	DUK_ASSERT(heap != NULL);\n	DUK_ASSERT(h != NULL);\n\n"
        "	DUK_FREE(heap, inner_props_start(heap, h));\n",
    ),
    (
        "same",
        1,
        "	DUK_FREE_CHECKED(thr, DUK_HOBJECT_GET_PROPS(thr->heap, obj)); "
        "/* NULL obj->p is OK */\n",
        "	DUK_FREE_CHECKED(thr, inner_props_start(thr->heap, obj)); "
        "/* NULL obj->p is OK */\n"
        "	if (DUK_HOBJECT_HAS_EXOTIC_ARRAY(obj))\n"
        "		((duk_harray *) obj)->shifted = 0;\n",
    ),
    (
        "same: where it is declared",
        1,
        "DUK_INTERNAL_DECL duk_uint32_t duk_heap_hashstring(duk_heap *heap, "
        "const duk_uint8_t *str, duk_size_t len);\n",
        "DUK_INTERNAL_DECL duk_uint32_t duk_heap_hashstring(duk_heap *heap, "
        "const duk_uint8_t *str, duk_size_t len);\n"
        "static void *inner_props_start(duk_heap *heap, duk_hobject *h);\n",
    ),
]
