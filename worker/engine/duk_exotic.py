"""Edits of duktape.c for exotic objects: (reason, count, old text, new text).

Typed arrays have the elements of ES2024: indexes follow the buffer's length,
every numeric key is an element's, length is inherited, BigInts are elements.
What a Proxy does is worker/builtins/objop.c, for one that is a prototype too.
"""

EDITS = [
    (
        "typed arrays and Proxies: helpers",
        1,
        "DUK_LOCAL duk_small_uint_t duk__get_symbol_type(duk_hstring *h) {",
        """\
#include "worker/engine/dx.h"
#define INNER_ELEM_BIGINT64 9
#define INNER_ELEM_BIGUINT64 10
#define INNER_IS_TYPED(h) \\
	(DUK_HOBJECT_IS_BUFOBJ(h) && ((duk_hbufobj *) (h))->is_typedarray)
static struct dx_hooks inner_hooks;
/* inner_set_namespaces() */
static struct {
	const void *key, *tdz;
} inner_namespaces;
/* Hidden keys never reach a trap. */
#define INNER_TRAPS(tv_key) \\
	(inner_hooks.get != NULL && !(DUK_TVAL_IS_STRING(tv_key) && DUK_HSTRING_HAS_HIDDEN(DUK_TVAL_GET_STRING(tv_key))))

/* Elements of the view that are in reach now. */
static duk_uint32_t
inner_typed_len(duk_hbufobj *h)
{
	if (h->buf == NULL || !DUK_HBUFOBJ_VALID_BYTEOFFSET_EXCL(h, h->length))
		return 0;
	return (duk_uint32_t) (h->length >> h->shift);
}

/* CanonicalNumericIndexString; ARR_IDX is the key's. */
static duk_bool_t
inner_is_numeric_key(duk_hthread *thr, duk_hstring *key, duk_uint32_t arr_idx)
{
	const duk_uint8_t *s = DUK_HSTRING_GET_DATA(key);
	duk_bool_t r;

	if (arr_idx != DUK_HSTRING_NO_ARRAY_INDEX)
		return 1;
	if (!((s[0] >= '0' && s[0] <= '9') || s[0] == '-' || s[0] == 'I' || s[0] == 'N'))
		return 0;
	if (DUK_HSTRING_GET_BYTELEN(key) == 2 && s[0] == '-' && s[1] == '0')
		return 1;
	duk_require_stack(thr, 4);
	duk_push_hstring(thr, key);
	duk_to_number(thr, -1);
	duk_to_string(thr, -1);
	r = duk_known_hstring(thr, -1) == key;
	duk_pop(thr);
	return r;
}

/* Does looking for KEY end at the typed array OBJ, which has it not? */
static duk_bool_t
inner_typed_ends(duk_hthread *thr, duk_hobject *obj, duk_hstring *key, duk_uint32_t arr_idx)
{
	return DUK_UNLIKELY(INNER_IS_TYPED(obj)) && inner_is_numeric_key(thr, key, arr_idx);
}

/* TypedArraySetElement */
static void
inner_typed_put(duk_hthread *thr, duk_hbufobj *h, duk_uint32_t i, duk_tval *tv_val)
{
	duk_push_tval(thr, tv_val);
	if (h->elem_type >= INNER_ELEM_BIGINT64)
		bigint_coerce(thr, -1);
	else
		duk_to_number(thr, -1);
	if (i < inner_typed_len(h))
		duk_hbufobj_validated_write(thr, h, (duk_uint8_t *) DUK_HBUFFER_GET_DATA_PTR(thr->heap, h->buf) + h->offset + ((duk_size_t) i << h->shift), (duk_small_uint_t) (1U << h->shift));
	duk_pop(thr);
}

/* Arguments of a hook: [ ] -> [ proxy key ] */
static duk_idx_t
inner_push_proxy(duk_hthread *thr, duk_hobject *proxy, duk_tval *tv_key)
{
	duk_require_stack(thr, 12);
	duk_push_hobject(thr, proxy);
	duk_push_tval(thr, tv_key);
	(void) duk_to_property_key_hstring(thr, -1);
	return duk_get_top(thr) - 2;
}

/* The value that a module namespace has under a name; NULL: ask its traps. */
static duk_tval *
inner_namespace_cell(duk_hthread *thr, duk_hobject *proxy, duk_tval *tv_key)
{
	duk_hobject *handler = ((duk_hproxy *) proxy)->handler;
	duk_tval *tv;

	if (inner_namespaces.key == NULL || handler == NULL || !DUK_TVAL_IS_STRING(tv_key))
		return NULL;
	tv = duk_hobject_find_entry_tval_ptr(thr->heap, handler, (duk_hstring *) inner_namespaces.key);
	if (tv == NULL || !DUK_TVAL_IS_OBJECT(tv))
		return NULL;
	tv = duk_hobject_find_entry_tval_ptr(thr->heap, DUK_TVAL_GET_OBJECT(tv), DUK_TVAL_GET_STRING(tv_key));
	if (tv == NULL || (DUK_TVAL_IS_OBJECT(tv) && DUK_TVAL_GET_OBJECT(tv) == inner_namespaces.tdz))
		return NULL;
	return tv;
}

/* [ ] -> [ value ] */
static duk_bool_t
inner_proxy_get(duk_hthread *thr, duk_hobject *proxy, duk_tval *tv_key, duk_tval *tv_this)
{
	duk_tval *cell = inner_namespace_cell(thr, proxy, tv_key);
	duk_idx_t at;

	if (cell != NULL) {
		duk_push_tval(thr, cell);
		return 1;
	}
	at = inner_push_proxy(thr, proxy, tv_key);
	duk_push_tval(thr, tv_this);
	inner_hooks.get(thr, at);
	duk_remove(thr, -2);
	return !duk_is_undefined(thr, -1);
}

static duk_bool_t
inner_proxy_has(duk_hthread *thr, duk_hobject *proxy, duk_tval *tv_key)
{
	duk_bool_t r = inner_hooks.has(thr, inner_push_proxy(thr, proxy, tv_key));

	duk_pop(thr);
	return r;
}

static duk_bool_t
inner_proxy_set(duk_hthread *thr, duk_hobject *proxy, duk_tval *tv_key, duk_tval *tv_val, duk_tval *tv_this, duk_bool_t must)
{
	duk_idx_t at = inner_push_proxy(thr, proxy, tv_key);
	duk_bool_t r;

	duk_push_tval(thr, tv_val);
	duk_push_tval(thr, tv_this);
	r = inner_hooks.set(thr, at);
	duk_pop(thr);
	if (!r && must) {
		duk_push_tval(thr, tv_key);
		(void) duk_type_error(thr, "'set' on proxy: trap returned falsish for property '%s'", duk_safe_to_string(thr, -1));
	}
	return r;
}

static duk_bool_t
inner_proxy_delete(duk_hthread *thr, duk_hobject *proxy, duk_tval *tv_key, duk_bool_t must)
{
	duk_bool_t r = inner_hooks.del(thr, inner_push_proxy(thr, proxy, tv_key));

	duk_pop(thr);
	if (!r && must) {
		duk_push_tval(thr, tv_key);
		(void) duk_type_error(thr, "'deleteProperty' on proxy: trap returned falsish for property '%s'", duk_safe_to_string(thr, -1));
	}
	return r;
}
DUK_LOCAL duk_small_uint_t duk__get_symbol_type(duk_hstring *h) {""",
    ),
    (
        "typed arrays of BigInts have class numbers 30 and 31; JSON leaves its "
        "fast path for them as for the others",
        1,
        "	 DUK_HOBJECT_CMASK_FLOAT64ARRAY)\n",
        "	 DUK_HOBJECT_CMASK_FLOAT64ARRAY | (3UL << 30))\n",
    ),
    (
        "same: reading elements",
        1,
        """\
		duk_push_number(thr, (duk_double_t) du.d);
		break;
	default:
		DUK_UNREACHABLE();
""",
        """\
		duk_push_number(thr, (duk_double_t) du.d);
		break;
	case INNER_ELEM_BIGINT64:
		bigint_push_int64(thr, (duk_int64_t) du.ull[0]);
		break;
	case INNER_ELEM_BIGUINT64:
		bigint_push_uint64(thr, du.ull[0]);
		break;
	default:
		DUK_UNREACHABLE();
""",
    ),
    (
        "same: writing them",
        1,
        """\
		du.d = (duk_double_t) duk_to_number_m1(thr);
		break;
	default:
		DUK_UNREACHABLE();
""",
        """\
		du.d = (duk_double_t) duk_to_number_m1(thr);
		break;
	case INNER_ELEM_BIGINT64:
	case INNER_ELEM_BIGUINT64:
		du.ull[0] = bigint_to_uint64(thr, -1);
		break;
	default:
		DUK_UNREACHABLE();
""",
    ),
    (
        "same: a number is no element",
        1,
        "	if (!(DUK_HOBJECT_IS_BUFOBJ(obj) && DUK_TVAL_IS_NUMBER(tv_val))) "
        "{\n",
        "	if (!(DUK_HOBJECT_IS_BUFOBJ(obj) && DUK_TVAL_IS_NUMBER(tv_val)) "
        "|| ((duk_hbufobj *) obj)->elem_type >= INNER_ELEM_BIGINT64) {\n",
    ),
    (
        "typed arrays: elements are those in reach, and configurable",
        1,
        """\
			if (arr_idx < (h_bufobj->length >> h_bufobj->shift)) {
				byte_off = arr_idx << h_bufobj->shift; /* no wrap assuming h_bufobj->length is valid */
				elem_size = (duk_small_uint_t) (1U << h_bufobj->shift);
				if (flags & DUK_GETDESC_FLAG_PUSH_VALUE) {
""",
        """\
			if (arr_idx < inner_typed_len(h_bufobj)) {
				byte_off = arr_idx << h_bufobj->shift; /* no wrap assuming h_bufobj->length is valid */
				elem_size = (duk_small_uint_t) (1U << h_bufobj->shift);
				if (flags & DUK_GETDESC_FLAG_PUSH_VALUE) {
""",
    ),
    (
        "same",
        1,
        "					out_desc->flags |= DUK_PROPDESC_FLAG_ENUMERABLE;\n"
        "				}\n"
        "				out_desc->get = NULL;\n"
        "				out_desc->set = NULL;\n"
        "				out_desc->e_idx = -1;\n"
        "				out_desc->h_idx = -1;\n"
        "				out_desc->a_idx = -1;\n"
        "\n"
        "				DUK_ASSERT(!DUK_HOBJECT_HAS_EXOTIC_ARGUMENTS(obj));\n"
        "				goto prop_found_noexotic; /* cannot be e.g. arguments "
        "exotic, since exotic 'traits' are mutually\n",
        "					out_desc->flags |= DUK_PROPDESC_FLAG_ENUMERABLE | "
        "DUK_PROPDESC_FLAG_CONFIGURABLE;\n"
        "				}\n"
        "				out_desc->get = NULL;\n"
        "				out_desc->set = NULL;\n"
        "				out_desc->e_idx = -1;\n"
        "				out_desc->h_idx = -1;\n"
        "				out_desc->a_idx = -1;\n"
        "\n"
        "				DUK_ASSERT(!DUK_HOBJECT_HAS_EXOTIC_ARGUMENTS(obj));\n"
        "				goto prop_found_noexotic; /* cannot be e.g. arguments "
        "exotic, since exotic 'traits' are mutually\n",
    ),
    (
        "same: reading and writing them fast",
        2,
        "	if (idx >= (h_bufobj->length >> h_bufobj->shift)) {\n"
        "		return 0;\n",
        "	if (idx >= inner_typed_len(h_bufobj)) {\n"
        "		return 0;\n",
    ),
    (
        "same: length is no own property",
        1,
        "		} else if (key == DUK_HTHREAD_STRING_LENGTH(thr) && "
        "DUK_HBUFOBJ_HAS_VIRTUAL_INDICES(h_bufobj)) {\n",
        "		} else if (0) {\n",
    ),
    (
        "same: when listing keys",
        1,
        "					len = (duk_uint_fast32_t) (h_bufobj->length >> "
        "h_bufobj->shift);\n",
        "					len = (duk_uint_fast32_t) "
        "inner_typed_len(h_bufobj);\n"
        "					have_length = 0;\n",
    ),
    (
        "same: the getter of length is called directly",
        1,
        """\
			duk_pop_unsafe(thr); /* [key undefined] -> [key] */
			duk_push_hobject(thr, desc.get);
			duk_push_tval(thr, tv_obj); /* note: original, uncoerced base */
""",
        """\
			duk_pop_unsafe(thr); /* [key undefined] -> [key] */
			if (DUK_HOBJECT_IS_NATFUNC(desc.get) && ((duk_hnatfunc *) desc.get)->func == inner_hooks.typed_get && ((duk_hnatfunc *) desc.get)->magic == 0 && DUK_TVAL_IS_OBJECT(tv_obj) && INNER_IS_TYPED(DUK_TVAL_GET_OBJECT(tv_obj))) {
				duk_push_uint(thr, inner_typed_len((duk_hbufobj *) DUK_TVAL_GET_OBJECT(tv_obj)));
				goto found;
			}
			duk_push_hobject(thr, desc.get);
			duk_push_tval(thr, tv_obj); /* note: original, uncoerced base */
""",
    ),
    (
        "typed arrays end the search for numeric keys, Proxies take it over: "
        "get",
        1,
        """\
		curr = DUK_HOBJECT_GET_PROTOTYPE(thr->heap, curr);
	} while (curr != NULL);

	/*
	 *  Not found
	 */
""",
        """\
		if (inner_typed_ends(thr, curr, key, arr_idx))
			break;
		curr = DUK_HOBJECT_GET_PROTOTYPE(thr->heap, curr);
		if (curr != NULL && DUK_UNLIKELY(DUK_HOBJECT_IS_PROXY(curr)) && inner_hooks.get != NULL && !DUK_HSTRING_HAS_HIDDEN(key)) {
			duk_bool_t r;
			duk_tval tv_name;

			DUK_TVAL_SET_STRING(&tv_name, key);
			r = inner_proxy_get(thr, curr, &tv_name, tv_obj);
			duk_remove_m2(thr); /* [key value] -> [value] */
			return r;
		}
	} while (curr != NULL);

	/*
	 *  Not found
	 */
""",
    ),
    (
        "same: a Proxy itself",
        1,
        """\
		if (DUK_UNLIKELY(DUK_HOBJECT_IS_PROXY(curr))) {
			duk_hobject *h_target;
""",
        """\
		if (DUK_UNLIKELY(DUK_HOBJECT_IS_PROXY(curr)) && INNER_TRAPS(tv_key))
			return inner_proxy_get(thr, curr, tv_key, tv_obj);
		if (DUK_UNLIKELY(DUK_HOBJECT_IS_PROXY(curr))) {
			duk_hobject *h_target;
""",
    ),
    (
        "same: has",
        1,
        """\
		/* not found in 'curr', next in prototype chain; impose max depth */
		if (DUK_UNLIKELY(sanity-- == 0)) {
""",
        """\
		if (inner_typed_ends(thr, curr, key, arr_idx))
			break;
		/* not found in 'curr', next in prototype chain; impose max depth */
		if (DUK_UNLIKELY(sanity-- == 0)) {
""",
    ),
    (
        "same",
        1,
        """\
		curr = DUK_HOBJECT_GET_PROTOTYPE(thr->heap, curr);
	} while (curr != NULL);

	/* out_desc is left untouched
""".rstrip("\n"),
        """\
		curr = DUK_HOBJECT_GET_PROTOTYPE(thr->heap, curr);
		if (curr != NULL && DUK_UNLIKELY(DUK_HOBJECT_IS_PROXY(curr)) && (flags & INNER_GETDESC_PROXY) && !DUK_HSTRING_HAS_HIDDEN(key)) {
			duk_tval tv_name;

			DUK_TVAL_SET_STRING(&tv_name, key);
			return inner_proxy_has(thr, curr, &tv_name);
		}
	} while (curr != NULL);

	/* out_desc is left untouched
""".rstrip("\n"),
    ),
    (
        "same: the flag",
        1,
        "#define DUK_GETDESC_FLAG_IGNORE_PROTOLOOP",
        "#define INNER_GETDESC_PROXY (1U << 8)\n"
        "#define DUK_GETDESC_FLAG_IGNORE_PROTOLOOP",
    ),
    (
        "same",
        1,
        "	rc = duk__get_propdesc(thr, obj, key, &desc, 0 /*flags*/); "
        "/* don't push value */\n",
        "	rc = duk__get_propdesc(thr, obj, key, &desc, inner_hooks.get != "
        "NULL ? INNER_GETDESC_PROXY : 0);\n",
    ),
    (
        "same: a Proxy itself",
        1,
        """\
	DUK_UNREF(arr_idx);

#if defined(DUK_USE_ES6_PROXY)
""",
        """\
	DUK_UNREF(arr_idx);

	if (DUK_UNLIKELY(DUK_HOBJECT_IS_PROXY(obj)) && INNER_TRAPS(tv_key)) {
		rc = inner_proxy_has(thr, obj, tv_key);
		goto pop_and_return;
	}
#if defined(DUK_USE_ES6_PROXY)
""",
    ),
    (
        "same: set",
        1,
        """\
	sanity = DUK_HOBJECT_PROTOTYPE_CHAIN_SANITY;
	do {
		if (!duk__get_own_propdesc_raw(thr, curr, key, arr_idx, &desc, 0 /*flags*/)) { /* don't push value */
			goto next_in_chain;
		}

		if (desc.flags & DUK_PROPDESC_FLAG_ACCESSOR) {
""",
        """\
	sanity = DUK_HOBJECT_PROTOTYPE_CHAIN_SANITY;
	do {
		if (DUK_UNLIKELY(DUK_HOBJECT_IS_PROXY(curr)) && inner_hooks.get != NULL && !DUK_HSTRING_HAS_HIDDEN(key)) {
			duk_tval tv_name;

			DUK_TVAL_SET_STRING(&tv_name, key);
			rc = inner_proxy_set(thr, curr, &tv_name, tv_val, tv_obj, throw_flag);
			duk_pop(thr);
			return rc;
		}
		if (inner_typed_ends(thr, curr, key, arr_idx)) {
			if (curr == orig)
				inner_typed_put(thr, (duk_hbufobj *) curr, arr_idx, tv_val);
			if (curr == orig || arr_idx >= inner_typed_len((duk_hbufobj *) curr))
				goto success_no_arguments_exotic;
		}
		if (!duk__get_own_propdesc_raw(thr, curr, key, arr_idx, &desc, 0 /*flags*/)) { /* don't push value */
			goto next_in_chain;
		}

		if (desc.flags & DUK_PROPDESC_FLAG_ACCESSOR) {
""",
    ),
    (
        "same: a Proxy itself",
        1,
        """\
		if (DUK_UNLIKELY(DUK_HOBJECT_IS_PROXY(orig))) {
			duk_hobject *h_target;
""",
        """\
		if (DUK_UNLIKELY(DUK_HOBJECT_IS_PROXY(orig)) && INNER_TRAPS(tv_key))
			return inner_proxy_set(thr, orig, tv_key, tv_val, tv_obj, throw_flag);
		if (DUK_UNLIKELY(DUK_HOBJECT_IS_PROXY(orig))) {
			duk_hobject *h_target;
""",
    ),
    (
        "same: delete",
        1,
        """\
		DUK_ASSERT(obj != NULL);

#if defined(DUK_USE_ES6_PROXY)
		if (DUK_UNLIKELY(DUK_HOBJECT_IS_PROXY(obj))) {
			duk_hobject *h_target;
""",
        """\
		DUK_ASSERT(obj != NULL);

		if (DUK_UNLIKELY(DUK_HOBJECT_IS_PROXY(obj)) && INNER_TRAPS(tv_key)) {
			rc = inner_proxy_delete(thr, obj, tv_key, throw_flag);
			goto done_rc;
		}
#if defined(DUK_USE_ES6_PROXY)
		if (DUK_UNLIKELY(DUK_HOBJECT_IS_PROXY(obj))) {
			duk_hobject *h_target;
""",
    ),
]
