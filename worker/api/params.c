/*
 * The URLSearchParams class. The list is an array of the heap: name, value,
 * name, value ... Strings are interned there, so names compare by pointer.
 *
 * Runs in: workers.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "worker/api/url_js.h"
#include "worker/builtins/builtins.h"
#include "worker/engine/str.h"

struct params_state {
	struct state_head head;
};

struct iterator_state {
	struct state_head head;
	uint32_t pos;
	int what; /* 0 keys, 1 values, 2 entries */
};

static void
set_list(duk_context *ctx, duk_idx_t obj)
{
	obj = duk_require_normalize_index(ctx, obj);
	duk_push_array(ctx);
	key_put(ctx, obj, KEY_LIST);
}

/* [ ] -> [ list ] of the object at OBJ; returns its length. */
static duk_uarridx_t
push_list(duk_context *ctx, duk_idx_t obj)
{
	key_get(ctx, obj, KEY_LIST);
	return (duk_uarridx_t)duk_get_length(ctx, -1);
}

bool
params_is(duk_context *ctx, duk_idx_t idx)
{
	return state_get(ctx, idx, API_URL_SEARCH_PARAMS) != NULL;
}

void
params_push(duk_context *ctx, duk_idx_t url_idx)
{
	url_idx = duk_require_normalize_index(ctx, url_idx);
	class_push_instance(ctx, API_URL_SEARCH_PARAMS);
	state_new(ctx, -1, API_URL_SEARCH_PARAMS, sizeof(struct params_state));
	set_list(ctx, -1);
	duk_dup(ctx, url_idx);
	key_put(ctx, -2, KEY_OWNER);
}

void
params_parse(duk_context *ctx, duk_idx_t idx, const char *s, size_t n)
{
	struct buf *name = api_scratch(api_from(ctx), 0);
	struct buf *value = api_scratch(api_from(ctx), 1);
	duk_uarridx_t k = 0;

	set_list(ctx, idx);
	push_list(ctx, idx);
	while (url_form_next(&s, &n, name, value)) {
		str_push_utf8(ctx, (const char *)buf_peek(name), buf_len(name));
		duk_put_prop_index(ctx, -2, k++);
		str_push_utf8(ctx, (const char *)buf_peek(value),
		    buf_len(value));
		duk_put_prop_index(ctx, -2, k++);
		buf_consume(name, buf_len(name));
		buf_consume(value, buf_len(value));
	}
	duk_pop(ctx);
}

void
params_write(duk_context *ctx, duk_idx_t idx, struct buf *out)
{
	duk_uarridx_t i, n;
	size_t name_len, value_len;
	const char *name, *value;

	n = push_list(ctx, idx);
	for (i = 0; i < n; i += 2) {
		duk_get_prop_index(ctx, -1, i);
		duk_get_prop_index(ctx, -2, i + 1);
		name = str_to_utf8(ctx, -2, &name_len);
		value = str_to_utf8(ctx, -1, &value_len);
		url_form_write(out, name, name_len, value, value_len);
		duk_pop_2(ctx);
	}
	duk_pop(ctx);
}

/* The list changed: a URL that has it gets a new query. */
static void
changed(duk_context *ctx, duk_idx_t obj)
{
	struct buf *b;

	obj = duk_require_normalize_index(ctx, obj);
	if (key_get(ctx, obj, KEY_OWNER)) {
		b = api_scratch(api_from(ctx), 1);
		params_write(ctx, obj, b);
		url_js_set_query(ctx, -1, buf_peek(b), buf_len(b));
	}
	duk_pop(ctx);
}

/* [ ... name value ] -> [ ... ] */
static void
append_pair(duk_context *ctx, duk_idx_t obj)
{
	duk_uarridx_t n = push_list(ctx, obj);

	duk_insert(ctx, -3); /* list name value */
	duk_put_prop_index(ctx, -3, n + 1);
	duk_put_prop_index(ctx, -2, n);
	duk_pop(ctx);
}

/* One pair of a sequence, on the stack's top. */
static int
init_item(duk_context *ctx, void *arg)
{
	duk_idx_t pair = duk_require_top_index(ctx), rec;
	duk_idx_t obj = *(duk_idx_t *)arg;
	int n = 0;

	if (!duk_is_object(ctx, pair))
		(void)duk_type_error(ctx,
		    "URLSearchParams constructor: each item must be a pair");
	iter_open(ctx, pair);
	rec = duk_require_top_index(ctx);
	while (iter_next(ctx, rec)) {
		if (++n > 2)
			break;
		str_to_well_formed(ctx, -1);
	}
	if (n != 2)
		(void)duk_type_error(ctx,
		    "URLSearchParams constructor: each item must have two "
		    "elements");
	append_pair(ctx, obj);
	duk_set_top(ctx, pair + 1);
	return 0;
}

/* { name: value }: keys may become equal when made well-formed. */
static void
init_record(duk_context *ctx, duk_idx_t obj, duk_idx_t idx)
{
	duk_uarridx_t i, n;

	duk_enum(ctx, idx, DUK_ENUM_OWN_PROPERTIES_ONLY);
	while (duk_next(ctx, -1, 0)) {
		duk_dup(ctx, -1);
		duk_get_prop(ctx, idx);
		str_to_well_formed(ctx, -2);
		str_to_well_formed(ctx, -1);
		n = push_list(ctx, obj); /* name value list */
		for (i = 0; i < n; i += 2) {
			duk_get_prop_index(ctx, -1, i);
			if (duk_strict_equals(ctx, -1, -4)) {
				duk_pop(ctx);
				break;
			}
			duk_pop(ctx);
		}
		if (i < n) {
			duk_dup(ctx, -2);
			duk_put_prop_index(ctx, -2, i + 1);
			duk_pop_3(ctx);
			continue;
		}
		duk_pop(ctx);
		append_pair(ctx, obj);
	}
	duk_pop(ctx);
}

static void
init_string(duk_context *ctx, duk_idx_t obj, duk_idx_t idx)
{
	const char *s;
	size_t n;

	s = str_to_utf8(ctx, idx, &n);
	if (n > 0 && s[0] == '?') {
		s++;
		n--;
	}
	params_parse(ctx, obj, s, n);
}

/* [ init ] -> [ URLSearchParams ] */
static duk_ret_t
params_ctor(duk_context *ctx)
{
	duk_idx_t obj = 1;

	class_construct(ctx, API_URL_SEARCH_PARAMS); /* 1 */
	state_new(ctx, obj, API_URL_SEARCH_PARAMS, sizeof(struct params_state));
	set_list(ctx, obj);
	if (duk_is_undefined(ctx, 0))
		return 1;
	if (!duk_is_object(ctx, 0)) {
		init_string(ctx, obj, 0);
	} else {
		duk_get_prop_literal(ctx, 0,
		    DUK_WELLKNOWN_SYMBOL("Symbol.iterator"));
		if (!duk_is_null_or_undefined(ctx, -1)) {
			duk_pop(ctx);
			iter_each(ctx, 0, init_item, &obj);
		} else {
			duk_pop(ctx);
			init_record(ctx, obj, 0);
		}
	}
	duk_set_top(ctx, 2);
	return 1;
}

/* [ name value ] -> [ ] */
static duk_ret_t
params_append(duk_context *ctx)
{
	state_push_method(ctx, API_URL_SEARCH_PARAMS, 2, 2, "append"); /* 2 */
	str_to_well_formed(ctx, 0);
	str_to_well_formed(ctx, 1);
	duk_dup(ctx, 0);
	duk_dup(ctx, 1);
	append_pair(ctx, 2);
	changed(ctx, 2);
	return 0;
}

/*
 * Does the pair at I of the list at LIST match: the name at index 0 and, when
 * it is given, the value at index 1?
 */
static bool
matches(duk_context *ctx, duk_idx_t list, duk_uarridx_t i, bool with_value)
{
	bool r;

	duk_get_prop_index(ctx, list, i);
	r = duk_strict_equals(ctx, -1, 0) != 0;
	duk_pop(ctx);
	if (!r || !with_value)
		return r;
	duk_get_prop_index(ctx, list, i + 1);
	r = duk_strict_equals(ctx, -1, 1) != 0;
	duk_pop(ctx);
	return r;
}

static void
move_pair(duk_context *ctx, duk_idx_t list, duk_uarridx_t to,
    duk_uarridx_t from)
{
	duk_get_prop_index(ctx, list, from);
	duk_put_prop_index(ctx, list, to);
	duk_get_prop_index(ctx, list, from + 1);
	duk_put_prop_index(ctx, list, to + 1);
}

/* [ name value? ] -> [ ] */
static duk_ret_t
params_delete(duk_context *ctx)
{
	duk_uarridx_t i, out = 0, n;
	bool with_value;

	state_push_method(ctx, API_URL_SEARCH_PARAMS, 1, 2, "delete"); /* 2 */
	with_value = !duk_is_undefined(ctx, 1);
	str_to_well_formed(ctx, 0);
	if (with_value)
		str_to_well_formed(ctx, 1);
	n = push_list(ctx, 2); /* 3 */
	for (i = 0; i < n; i += 2) {
		if (matches(ctx, 3, i, with_value))
			continue;
		if (out != i)
			move_pair(ctx, 3, out, i);
		out += 2;
	}
	duk_set_length(ctx, 3, out);
	changed(ctx, 2);
	return 0;
}

/* [ name ] -> [ value or null ] */
static duk_ret_t
params_get(duk_context *ctx)
{
	duk_uarridx_t i, n;

	state_push_method(ctx, API_URL_SEARCH_PARAMS, 1, 1, "get"); /* 1 */
	str_to_well_formed(ctx, 0);
	n = push_list(ctx, 1); /* 2 */
	for (i = 0; i < n; i += 2) {
		if (matches(ctx, 2, i, false)) {
			duk_get_prop_index(ctx, 2, i + 1);
			return 1;
		}
	}
	duk_push_null(ctx);
	return 1;
}

static duk_ret_t
params_get_all(duk_context *ctx)
{
	duk_uarridx_t i, n, k = 0;

	state_push_method(ctx, API_URL_SEARCH_PARAMS, 1, 1, "getAll"); /* 1 */
	str_to_well_formed(ctx, 0);
	n = push_list(ctx, 1); /* 2 */
	duk_push_array(ctx);
	for (i = 0; i < n; i += 2) {
		if (matches(ctx, 2, i, false)) {
			duk_get_prop_index(ctx, 2, i + 1);
			duk_put_prop_index(ctx, -2, k++);
		}
	}
	return 1;
}

/* [ name value? ] -> [ boolean ] */
static duk_ret_t
params_has(duk_context *ctx)
{
	duk_uarridx_t i, n;
	bool with_value, found = false;

	state_push_method(ctx, API_URL_SEARCH_PARAMS, 1, 2, "has"); /* 2 */
	with_value = !duk_is_undefined(ctx, 1);
	str_to_well_formed(ctx, 0);
	if (with_value)
		str_to_well_formed(ctx, 1);
	n = push_list(ctx, 2); /* 3 */
	for (i = 0; i < n && !found; i += 2)
		found = matches(ctx, 3, i, with_value);
	duk_push_boolean(ctx, found);
	return 1;
}

/* [ name value ] -> [ ] */
static duk_ret_t
params_set(duk_context *ctx)
{
	duk_uarridx_t i, out = 0, n;
	bool found = false;

	state_push_method(ctx, API_URL_SEARCH_PARAMS, 2, 2, "set"); /* 2 */
	str_to_well_formed(ctx, 0);
	str_to_well_formed(ctx, 1);
	n = push_list(ctx, 2); /* 3 */
	for (i = 0; i < n; i += 2) {
		if (matches(ctx, 3, i, false)) {
			if (found)
				continue;
			found = true;
			duk_dup(ctx, 1);
			duk_put_prop_index(ctx, 3, i + 1);
		}
		if (out != i)
			move_pair(ctx, 3, out, i);
		out += 2;
	}
	duk_set_length(ctx, 3, out);
	if (!found) {
		duk_dup(ctx, 0);
		duk_dup(ctx, 1);
		append_pair(ctx, 2);
	}
	changed(ctx, 2);
	return 0;
}

struct sort_entry {
	const char *name; /* CESU-8 bytes sort as code units do */
	size_t len;
	void *name_ptr;
	void *value_ptr;
	duk_uarridx_t order;
};

static int
compare_entries(const void *pa, const void *pb)
{
	const struct sort_entry *a = pa, *b = pb;
	int r = memcmp(a->name, b->name, MIN(a->len, b->len));

	if (r == 0 && a->len != b->len)
		r = a->len < b->len ? -1 : 1;
	if (r == 0)
		r = a->order < b->order ? -1 : 1;
	return r;
}

static duk_ret_t
params_sort(duk_context *ctx)
{
	struct sort_entry *e;
	duk_uarridx_t i, n;
	duk_size_t len;

	state_push_this(ctx, API_URL_SEARCH_PARAMS); /* 0 */
	n = push_list(ctx, 0);                       /* 1 */
	e = duk_push_fixed_buffer(ctx, n / 2 * sizeof *e + 1);
	for (i = 0; i < n / 2; i++) {
		duk_get_prop_index(ctx, 1, i * 2);
		duk_get_prop_index(ctx, 1, i * 2 + 1);
		e[i].name = duk_require_lstring(ctx, -2, &len);
		e[i].len = len;
		e[i].name_ptr = duk_get_heapptr(ctx, -2);
		e[i].value_ptr = duk_get_heapptr(ctx, -1);
		e[i].order = i;
		duk_pop_2(ctx);
	}
	qsort(e, n / 2, sizeof *e, compare_entries);
	/* a new list, so that all strings stay reachable meanwhile */
	duk_push_array(ctx);
	for (i = 0; i < n / 2; i++) {
		duk_push_heapptr(ctx, e[i].name_ptr);
		duk_put_prop_index(ctx, -2, i * 2);
		duk_push_heapptr(ctx, e[i].value_ptr);
		duk_put_prop_index(ctx, -2, i * 2 + 1);
	}
	key_put(ctx, 0, KEY_LIST);
	changed(ctx, 0);
	return 0;
}

static duk_ret_t
params_to_string(duk_context *ctx)
{
	struct buf *b;

	state_push_this(ctx, API_URL_SEARCH_PARAMS);
	b = api_scratch(api_from(ctx), 0);
	params_write(ctx, 0, b);
	duk_push_lstring(ctx, buf_len(b) > 0 ? (const char *)buf_peek(b) : "",
	    buf_len(b));
	return 1;
}

static duk_ret_t
params_size(duk_context *ctx)
{
	state_push_this(ctx, API_URL_SEARCH_PARAMS);
	duk_push_uint(ctx, push_list(ctx, 0) / 2);
	return 1;
}

/* [ callback thisArg ] -> [ ] */
static duk_ret_t
params_for_each(duk_context *ctx)
{
	duk_uarridx_t i;

	state_push_this(ctx, API_URL_SEARCH_PARAMS); /* 2 */
	duk_require_function(ctx, 0);
	for (i = 0; i < push_list(ctx, 2); i += 2) {
		duk_dup(ctx, 0);
		duk_dup(ctx, 1);
		duk_get_prop_index(ctx, -3, i + 1);
		duk_get_prop_index(ctx, -4, i);
		duk_dup(ctx, 2);
		duk_call_method(ctx, 3);
		duk_set_top(ctx, 3);
	}
	return 0;
}

static duk_ret_t
params_iterator(duk_context *ctx)
{
	struct iterator_state *it;

	state_push_this(ctx, API_URL_SEARCH_PARAMS);
	class_push_instance(ctx, API_URL_PARAMS_ITERATOR);
	it = state_new(ctx, -1, API_URL_PARAMS_ITERATOR, sizeof *it);
	it->what = duk_get_current_magic(ctx);
	duk_dup(ctx, 0);
	key_put(ctx, -2, KEY_OWNER);
	return 1;
}

static duk_ret_t
iterator_next(duk_context *ctx)
{
	struct iterator_state *it;

	it = state_push_this(ctx, API_URL_PARAMS_ITERATOR); /* 0 */
	key_get(ctx, 0, KEY_OWNER);                         /* 1 */
	if (it->pos >= push_list(ctx, 1)) {                 /* 2 */
		duk_push_undefined(ctx);
		iterator_result(ctx, true);
		return 1;
	}
	if (it->what == 2) {
		duk_push_array(ctx);
		duk_get_prop_index(ctx, 2, it->pos);
		duk_put_prop_index(ctx, -2, 0);
		duk_get_prop_index(ctx, 2, it->pos + 1);
		duk_put_prop_index(ctx, -2, 1);
	} else {
		duk_get_prop_index(ctx, 2, it->pos + (uint32_t)it->what);
	}
	it->pos += 2;
	iterator_result(ctx, false);
	return 1;
}

static const struct member params_members[] = {
    /* clang-format off */
	{ "size", M_GETTER, params_size, NULL, 0, 0, 0 },
	{ "append", M_METHOD, params_append, NULL, DUK_VARARGS, 2, 0 },
	{ "delete", M_METHOD, params_delete, NULL, DUK_VARARGS, 1, 0 },
	{ "get", M_METHOD, params_get, NULL, DUK_VARARGS, 1, 0 },
	{ "getAll", M_METHOD, params_get_all, NULL, DUK_VARARGS, 1, 0 },
	{ "has", M_METHOD, params_has, NULL, DUK_VARARGS, 1, 0 },
	{ "set", M_METHOD, params_set, NULL, DUK_VARARGS, 2, 0 },
	{ "sort", M_METHOD, params_sort, NULL, 0, 0, 0 },
	{ "toString", M_METHOD, params_to_string, NULL, 0, 0, 0 },
	{ "forEach", M_METHOD, params_for_each, NULL, 2, 1, 0 },
	{ "keys", M_METHOD, params_iterator, NULL, 0, 0, 0 },
	{ "values", M_METHOD, params_iterator, NULL, 0, 0, 1 },
	{ "entries", M_METHOD, params_iterator, NULL, 0, 0, 2 },
    /* clang-format on */
};

static const struct member iterator_members[] = {
    {"next", M_METHOD, iterator_next, NULL, 0, 0, 0},
};

void
params_install(duk_context *ctx)
{
	static const struct class_spec params = {.id = API_URL_SEARCH_PARAMS,
	    .ctor = params_ctor,
	    .nargs = 1,
	    .length = 0,
	    .members = params_members,
	    .nmembers = NELEMS(params_members)};
	static const struct class_spec iterator = {
	    .id = API_URL_PARAMS_ITERATOR,
	    .members = iterator_members,
	    .nmembers = NELEMS(iterator_members)};

	class_define(ctx, &params);
	class_define_iterator(ctx, &iterator, API_URL_SEARCH_PARAMS, "entries");
}
