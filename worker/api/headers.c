/*
 * The Headers class of the Fetch standard.
 *
 * Runs in: workers. Entries live in one buffer of the heap: u16 length of the
 * name, u32 length of the value, name, value; and so on.
 */
#include "config.h"

#include "worker/api/headers.h"

#include <stdlib.h>
#include <string.h>

#include "worker/builtins/builtins.h"
#include "worker/engine/str.h"

#define ENTRY_HEAD 6
#define NAME_MAX_LEN 65535
#define VALUE_MAX_LEN (1u << 24)

struct headers_state {
	struct state_head head;
	uint8_t *data; /* a dynamic buffer under KEY_DATA */
	size_t len;
	size_t size;
	uint32_t version; /* counts changes */
	bool is_immutable;
};

/* A field while it is checked and stored. */
struct field {
	const char *name; /* on the value stack */
	size_t name_len;
	const uint8_t *value;
	size_t value_len;
};

static void reserve(duk_context *ctx, struct headers_state *h, size_t n);
static duk_ret_t headers_iterator(duk_context *ctx);

static bool
entry_at(const struct headers_state *h, size_t pos, struct head_str *name,
    struct head_str *value, size_t *next_out)
{
	uint16_t nn;
	uint32_t vn;

	if (pos >= h->len)
		return false;
	memcpy(&nn, h->data + pos, sizeof nn);
	memcpy(&vn, h->data + pos + 2, sizeof vn);
	name->p = (const char *)h->data + pos + ENTRY_HEAD;
	name->len = nn;
	value->p = name->p + nn;
	value->len = vn;
	*next_out = pos + ENTRY_HEAD + nn + vn;
	return true;
}

bool
headers_each(const struct headers_state *h, size_t *pos,
    struct head_str *name_out, struct head_str *value_out)
{
	return entry_at(h, *pos, name_out, value_out, pos);
}

bool
headers_find(const struct headers_state *h, const char *name,
    const uint8_t **value_out, size_t *len_out)
{
	struct head_str n, v;
	size_t pos = 0, len = strlen(name);

	while (headers_each(h, &pos, &n, &v)) {
		if (n.len == len && memcmp(n.p, name, len) == 0) {
			*value_out = (const uint8_t *)v.p;
			*len_out = v.len;
			return true;
		}
	}
	return false;
}

/* Make room; the object of H is found through its state. */
static void
reserve(duk_context *ctx, struct headers_state *h, size_t n)
{
	size_t want = h->len + n;

	if (want <= h->size)
		return;
	want = want < 256 ? 256 : want * 2;
	duk_push_heapptr(ctx, h->head.owner);
	if (h->data == NULL) {
		h->data = duk_push_dynamic_buffer(ctx, want);
		key_put(ctx, -2, KEY_DATA);
	} else {
		key_get(ctx, -1, KEY_DATA);
		h->data = duk_resize_buffer(ctx, -1, want);
		duk_pop(ctx);
	}
	duk_pop(ctx);
	h->size = want;
}

void
headers_add(duk_context *ctx, struct headers_state *h, const void *name,
    size_t name_len, const void *value, size_t value_len)
{
	uint16_t nn = (uint16_t)name_len;
	uint32_t vn = (uint32_t)value_len;
	uint8_t *p;

	reserve(ctx, h, ENTRY_HEAD + name_len + value_len);
	p = h->data + h->len;
	memcpy(p, &nn, sizeof nn);
	memcpy(p + 2, &vn, sizeof vn);
	memcpy(p + ENTRY_HEAD, name, name_len);
	if (value_len > 0)
		memcpy(p + ENTRY_HEAD + name_len, value, value_len);
	h->len += ENTRY_HEAD + name_len + value_len;
	h->version++;
}

void
headers_add_fields(duk_context *ctx, struct headers_state *h,
    struct head_fields fields)
{
	struct head_str name, value;

	while (head_next(&fields, &name, &value))
		headers_add(ctx, h, name.p, name.len, value.p, value.len);
}

void
headers_copy(duk_context *ctx, struct headers_state *dst,
    const struct headers_state *src)
{
	if (src->len == 0)
		return;
	reserve(ctx, dst, src->len);
	memcpy(dst->data + dst->len, src->data, src->len);
	dst->len += src->len;
	dst->version++;
}

void
headers_set_immutable(struct headers_state *h, bool is_immutable)
{
	h->is_immutable = is_immutable;
}

struct headers_state *
headers_push(duk_context *ctx, bool is_immutable)
{
	struct headers_state *h;

	class_push_instance(ctx, API_HEADERS);
	h = state_new(ctx, -1, API_HEADERS, sizeof *h);
	h->is_immutable = is_immutable;
	return h;
}

struct headers_state *
headers_get(duk_context *ctx, duk_idx_t idx)
{
	return state_get(ctx, idx, API_HEADERS);
}

/*
 * ToString the value at IDX and give its bytes (latin1); the string on the
 * stack, or a buffer that replaces it, holds them.
 */
static const uint8_t *
byte_string(duk_context *ctx, duk_idx_t idx, size_t *len_out)
{
	struct buf *b;
	duk_size_t n;
	const char *s;
	void *copy;

	s = duk_to_lstring(ctx, idx, &n);
	if (str_ascii_prefix(s, n) == n) {
		*len_out = n;
		return (const uint8_t *)s;
	}
	b = api_scratch(api_from(ctx), 0);
	if (!latin1_get(ctx, idx, b))
		(void)duk_type_error(ctx,
		    "Cannot convert value to a ByteString: it has characters "
		    "above 255");
	*len_out = buf_len(b);
	copy = duk_push_fixed_buffer(ctx, *len_out);
	memcpy(copy, buf_peek(b), *len_out);
	duk_replace(ctx, idx);
	return copy;
}

/* The name at IDX, checked and lower-case; replaces the value there. */
static void
take_name(duk_context *ctx, duk_idx_t idx, struct field *f)
{
	const uint8_t *s;
	size_t n, i;
	char *lower;

	s = byte_string(ctx, idx, &n);
	if (n > NAME_MAX_LEN || !head_is_name((const char *)s, n))
		(void)duk_type_error(ctx, "Invalid header name.");
	f->name = (const char *)s;
	f->name_len = n;
	for (i = 0; i < n && !(s[i] >= 'A' && s[i] <= 'Z');)
		i++;
	if (i == n)
		return;
	lower = duk_push_fixed_buffer(ctx, n);
	for (i = 0; i < n; i++)
		lower[i] =
		    (char)(s[i] >= 'A' && s[i] <= 'Z' ? s[i] | 32 : s[i]);
	duk_replace(ctx, idx);
	f->name = lower;
}

static bool
is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The value at IDX, normalized and checked. */
static void
take_value(duk_context *ctx, duk_idx_t idx, struct field *f)
{
	const uint8_t *s;
	size_t n, i;

	s = byte_string(ctx, idx, &n);
	while (n > 0 && is_space(s[0])) {
		s++;
		n--;
	}
	while (n > 0 && is_space(s[n - 1]))
		n--;
	for (i = 0; i < n; i++)
		if (s[i] == '\0' || s[i] == '\r' || s[i] == '\n')
			(void)duk_type_error(ctx, "Invalid header value.");
	if (n > VALUE_MAX_LEN)
		(void)duk_type_error(ctx, "Header value is too long.");
	f->value = s;
	f->value_len = n;
}

static void
require_mutable(duk_context *ctx, const struct headers_state *h)
{
	if (h->is_immutable)
		(void)duk_type_error(ctx, "Can't modify immutable headers.");
}

static bool
is_named(const struct head_str *name, const struct field *f)
{
	return name->len == f->name_len &&
	       memcmp(name->p, f->name, f->name_len) == 0;
}

/* Remove all entries of the name. */
static void
remove_all(struct headers_state *h, const struct field *f)
{
	struct head_str name, value;
	size_t pos = 0, next, out = 0;

	while (entry_at(h, pos, &name, &value, &next)) {
		if (!is_named(&name, f)) {
			memmove(h->data + out, h->data + pos, next - pos);
			out += next - pos;
		}
		pos = next;
	}
	if (out != h->len)
		h->version++;
	h->len = out;
}

/* [ ... name value ] -> [ ... ] */
static void
append_pair(duk_context *ctx, struct headers_state *h)
{
	struct field f;

	take_name(ctx, duk_get_top_index(ctx) - 1, &f);
	take_value(ctx, duk_get_top_index(ctx), &f);
	headers_add(ctx, h, f.name, f.name_len, f.value, f.value_len);
	duk_pop_2(ctx);
}

/* One item of a sequence<sequence<ByteString>>, on the stack's top. */
static int
fill_item(duk_context *ctx, void *arg)
{
	duk_idx_t pair = duk_require_top_index(ctx), rec;
	int n = 0;

	if (!duk_is_object(ctx, pair))
		(void)duk_type_error(ctx,
		    "Headers constructor: each item must be a pair of strings");
	iter_open(ctx, pair);
	rec = duk_require_top_index(ctx);
	while (iter_next(ctx, rec)) {
		if (++n > 2)
			break;
		(void)duk_to_string(ctx, -1);
	}
	if (n != 2)
		(void)duk_type_error(ctx,
		    "Headers constructor: each item must have two elements");
	duk_dup(ctx, -2);
	duk_dup(ctx, -2);
	append_pair(ctx, arg);
	duk_set_top(ctx, pair + 1);
	return 0;
}

void
headers_fill(duk_context *ctx, struct headers_state *h, duk_idx_t idx)
{
	struct headers_state *src;
	bool is_iterable;

	if (duk_is_undefined(ctx, idx))
		return;
	idx = duk_require_normalize_index(ctx, idx);
	if (!duk_is_object(ctx, idx))
		(void)duk_type_error(ctx,
		    "Headers constructor: the initializer must be an object");
	src = headers_get(ctx, idx);
	if (src != NULL) {
		headers_copy(ctx, h, src);
		return;
	}
	duk_get_prop_literal(ctx, idx, DUK_WELLKNOWN_SYMBOL("Symbol.iterator"));
	is_iterable = !duk_is_null_or_undefined(ctx, -1);
	duk_pop(ctx);
	if (is_iterable) {
		iter_each(ctx, idx, fill_item, h);
		return;
	}
	duk_enum(ctx, idx, DUK_ENUM_OWN_PROPERTIES_ONLY);
	while (duk_next(ctx, -1, 0)) {
		duk_dup(ctx, -1);
		duk_get_prop(ctx, idx);
		append_pair(ctx, h);
	}
	duk_pop(ctx);
}

/* [ init ] -> [ Headers ] */
static duk_ret_t
headers_ctor(duk_context *ctx)
{
	struct headers_state *h;

	class_construct(ctx, API_HEADERS);
	h = state_new(ctx, -1, API_HEADERS, sizeof *h);
	if (duk_is_null(ctx, 0))
		return duk_type_error(ctx,
		    "Headers constructor: the initializer must be an object");
	headers_fill(ctx, h, 0);
	return 1;
}

/* [ ] -> [ string or null ]: the values of the name, combined. */
static bool
push_combined(duk_context *ctx, const struct headers_state *h,
    const struct field *f)
{
	struct head_str name, value;
	struct buf *b = NULL;
	size_t pos = 0;
	bool found = false;

	while (headers_each(h, &pos, &name, &value)) {
		if (!is_named(&name, f))
			continue;
		if (!found) {
			latin1_push(ctx, value.p, value.len);
			found = true;
			continue;
		}
		if (b == NULL) {
			b = api_scratch(api_from(ctx), 1);
			latin1_get(ctx, -1, b);
		}
		buf_put(b, ", ", 2);
		buf_put(b, value.p, value.len);
	}
	if (b != NULL) {
		duk_pop(ctx);
		latin1_push(ctx, buf_peek(b), buf_len(b));
	}
	return found;
}

/* [ name ] -> [ string or null ] */
static duk_ret_t
headers_get_method(duk_context *ctx)
{
	struct headers_state *h =
	    state_push_method(ctx, API_HEADERS, 1, 1, "get");
	struct field f;

	take_name(ctx, 0, &f);
	if (!push_combined(ctx, h, &f))
		duk_push_null(ctx);
	return 1;
}

static duk_ret_t
headers_has(duk_context *ctx)
{
	struct headers_state *h =
	    state_push_method(ctx, API_HEADERS, 1, 1, "has");
	struct head_str name, value;
	struct field f;
	size_t pos = 0;

	take_name(ctx, 0, &f);
	while (headers_each(h, &pos, &name, &value)) {
		if (is_named(&name, &f)) {
			duk_push_true(ctx);
			return 1;
		}
	}
	duk_push_false(ctx);
	return 1;
}

/* [ name value ] -> [ ] */
static duk_ret_t
headers_append(duk_context *ctx)
{
	struct headers_state *h =
	    state_push_method(ctx, API_HEADERS, 2, 2, "append");
	struct field f;

	take_name(ctx, 0, &f);
	take_value(ctx, 1, &f);
	require_mutable(ctx, h);
	headers_add(ctx, h, f.name, f.name_len, f.value, f.value_len);
	return 0;
}

static duk_ret_t
headers_set(duk_context *ctx)
{
	struct headers_state *h =
	    state_push_method(ctx, API_HEADERS, 2, 2, "set");
	struct head_str name, value;
	struct field f;
	size_t pos = 0, next, first = SIZE_MAX;

	take_name(ctx, 0, &f);
	take_value(ctx, 1, &f);
	require_mutable(ctx, h);
	while (entry_at(h, pos, &name, &value, &next)) {
		if (is_named(&name, &f)) {
			first = pos;
			break;
		}
		pos = next;
	}
	if (first != SIZE_MAX && value.len == f.value_len) {
		/* in place; then drop the others behind it */
		memcpy(h->data + first + ENTRY_HEAD + f.name_len, f.value,
		    f.value_len);
		pos = h->len;
		h->version++;
		for (pos = next; entry_at(h, pos, &name, &value, &next);) {
			if (!is_named(&name, &f)) {
				pos = next;
				continue;
			}
			memmove(h->data + pos, h->data + next, h->len - next);
			h->len -= next - pos;
		}
		return 0;
	}
	remove_all(h, &f);
	headers_add(ctx, h, f.name, f.name_len, f.value, f.value_len);
	return 0;
}

static duk_ret_t
headers_delete(duk_context *ctx)
{
	struct headers_state *h =
	    state_push_method(ctx, API_HEADERS, 1, 1, "delete");
	struct field f;

	take_name(ctx, 0, &f);
	require_mutable(ctx, h);
	remove_all(h, &f);
	return 0;
}

static void
push_all(duk_context *ctx, const struct headers_state *h, const struct field *f)
{
	struct head_str name, value;
	size_t pos = 0;
	duk_uarridx_t n = 0;

	duk_push_array(ctx);
	while (headers_each(h, &pos, &name, &value)) {
		if (!is_named(&name, f))
			continue;
		latin1_push(ctx, value.p, value.len);
		duk_put_prop_index(ctx, -2, n++);
	}
}

static duk_ret_t
headers_get_set_cookie(duk_context *ctx)
{
	struct headers_state *h = state_push_this(ctx, API_HEADERS);
	const struct field f = {.name = "set-cookie", .name_len = 10};

	push_all(ctx, h, &f);
	return 1;
}

static duk_ret_t
headers_get_all(duk_context *ctx)
{
	struct headers_state *h =
	    state_push_method(ctx, API_HEADERS, 1, 1, "getAll");
	struct field f;

	take_name(ctx, 0, &f);
	if (f.name_len != 10 || memcmp(f.name, "set-cookie", 10) != 0)
		return duk_type_error(ctx,
		    "getAll() can only be used with the header name "
		    "\"Set-Cookie\".");
	push_all(ctx, h, &f);
	return 1;
}

struct sort_entry {
	struct head_str name;
	struct head_str value;
	size_t order;
};

static int
compare_entries(const void *pa, const void *pb)
{
	const struct sort_entry *a = pa, *b = pb;
	int r = memcmp(a->name.p, b->name.p, MIN(a->name.len, b->name.len));

	if (r == 0 && a->name.len != b->name.len)
		r = a->name.len < b->name.len ? -1 : 1;
	if (r == 0)
		r = a->order < b->order ? -1 : 1;
	return r;
}

/* [ ] -> [ array of name, value, name, value ... ]: sorted and combined. */
static void
push_sorted(duk_context *ctx, const struct headers_state *h)
{
	struct sort_entry *e;
	struct head_str name, value;
	size_t pos = 0, n = 0, i, j;
	duk_uarridx_t k = 0;

	while (headers_each(h, &pos, &name, &value))
		n++;
	e = duk_push_fixed_buffer(ctx, n * sizeof *e + 1);
	for (pos = 0, i = 0; headers_each(h, &pos, &name, &value); i++)
		e[i] = (struct sort_entry){name, value, i};
	qsort(e, n, sizeof *e, compare_entries);
	duk_push_array(ctx);
	for (i = 0; i < n; i = j) {
		struct field f = {
		    .name = e[i].name.p, .name_len = e[i].name.len};

		j = i + 1;
		latin1_push(ctx, f.name, f.name_len);
		duk_put_prop_index(ctx, -2, k++);
		if (f.name_len == 10 && memcmp(f.name, "set-cookie", 10) == 0) {
			latin1_push(ctx, e[i].value.p, e[i].value.len);
		} else {
			push_combined(ctx, h, &f);
			while (j < n && is_named(&e[j].name, &f))
				j++;
		}
		duk_put_prop_index(ctx, -2, k++);
	}
	duk_remove(ctx, -2);
}

/* [ callback thisArg ] -> [ ] */
static duk_ret_t
headers_for_each(duk_context *ctx)
{
	struct headers_state *h;
	uint32_t version;
	duk_uarridx_t i;

	h = state_push_this(ctx, API_HEADERS); /* 2 */
	duk_require_function(ctx, 0);
	version = h->version;
	push_sorted(ctx, h); /* 3 */
	for (i = 0; i < duk_get_length(ctx, 3); i += 2) {
		duk_dup(ctx, 0);
		duk_dup(ctx, 1);
		duk_get_prop_index(ctx, 3, i + 1);
		duk_get_prop_index(ctx, 3, i);
		duk_dup(ctx, 2);
		duk_call_method(ctx, 3);
		duk_pop(ctx);
		if (version != h->version) {
			version = h->version;
			push_sorted(ctx, h);
			duk_replace(ctx, 3);
		}
	}
	return 0;
}

struct iterator_state {
	struct state_head head;
	struct headers_state *headers; /* kept alive by a hidden property */
	uint32_t version;
	uint32_t pos;
	int what; /* 0 keys, 1 values, 2 entries */
};

static duk_ret_t
headers_iterator(duk_context *ctx)
{
	struct headers_state *h = state_push_this(ctx, API_HEADERS);
	struct iterator_state *it;

	class_push_instance(ctx, API_HEADERS_ITERATOR);
	it = state_new(ctx, -1, API_HEADERS_ITERATOR, sizeof *it);
	it->headers = h;
	it->version = h->version;
	it->what = duk_get_current_magic(ctx);
	duk_dup(ctx, -2);
	key_put(ctx, -2, KEY_HEADERS);
	push_sorted(ctx, h);
	key_put(ctx, -2, KEY_LIST);
	return 1;
}

/* [ ] -> [ {value, done} ] */
static duk_ret_t
iterator_next(duk_context *ctx)
{
	struct iterator_state *it = state_push_this(ctx, API_HEADERS_ITERATOR);

	if (it->version != it->headers->version) {
		it->version = it->headers->version;
		push_sorted(ctx, it->headers);
		key_put(ctx, -2, KEY_LIST);
	}
	key_get(ctx, -1, KEY_LIST);
	if (it->pos >= duk_get_length(ctx, -1)) {
		duk_push_undefined(ctx);
		iterator_result(ctx, true);
		return 1;
	}
	if (it->what == 2) {
		duk_push_array(ctx);
		duk_get_prop_index(ctx, -2, it->pos);
		duk_put_prop_index(ctx, -2, 0);
		duk_get_prop_index(ctx, -2, it->pos + 1);
		duk_put_prop_index(ctx, -2, 1);
	} else {
		duk_get_prop_index(ctx, -1, it->pos + (uint32_t)it->what);
	}
	it->pos += 2;
	iterator_result(ctx, false);
	return 1;
}

static const struct member headers_members[] = {
    /* clang-format off */
	{ "append", M_METHOD, headers_append, NULL, DUK_VARARGS, 2, 0 },
	{ "delete", M_METHOD, headers_delete, NULL, DUK_VARARGS, 1, 0 },
	{ "get", M_METHOD, headers_get_method, NULL, DUK_VARARGS, 1, 0 },
	{ "getAll", M_METHOD, headers_get_all, NULL, DUK_VARARGS, 1, 0 },
	{ "getSetCookie", M_METHOD, headers_get_set_cookie, NULL, 0, 0, 0 },
	{ "has", M_METHOD, headers_has, NULL, DUK_VARARGS, 1, 0 },
	{ "set", M_METHOD, headers_set, NULL, DUK_VARARGS, 2, 0 },
	{ "forEach", M_METHOD, headers_for_each, NULL, 2, 1, 0 },
	{ "keys", M_METHOD, headers_iterator, NULL, 0, 0, 0 },
	{ "values", M_METHOD, headers_iterator, NULL, 0, 0, 1 },
	{ "entries", M_METHOD, headers_iterator, NULL, 0, 0, 2 },
    /* clang-format on */
};

static const struct member iterator_members[] = {
    {"next", M_METHOD, iterator_next, NULL, 0, 0, 0},
};

void
headers_install(duk_context *ctx)
{
	static const struct class_spec headers = {.id = API_HEADERS,
	    .ctor = headers_ctor,
	    .nargs = 1,
	    .length = 0,
	    .members = headers_members,
	    .nmembers = NELEMS(headers_members)};
	static const struct class_spec iterator = {.id = API_HEADERS_ITERATOR,
	    .members = iterator_members,
	    .nmembers = NELEMS(iterator_members)};

	class_define(ctx, &headers);
	class_define_iterator(ctx, &iterator, API_HEADERS, "entries");
}
