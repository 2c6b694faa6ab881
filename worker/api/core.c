/*
 * Classes from tables, hidden state, bytes and errors: what all files of the
 * api stand on.
 *
 * Runs in: zygote (definitions) and workers.
 */
#include "config.h"

#include "worker/api/core.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "worker/engine/dx.h"
#include "worker/engine/str.h"

#define STATE_MAGIC 0x41504953u /* "APIS" */
#define TABLE_MAX 65536u

static const char *const class_names[] = {
#define CLASS(id_, name_) [API_##id_] = name_,
#include "worker/api/classes.def"
#undef CLASS
};

struct api *
api_from(duk_context *ctx)
{
	return engine_user(engine_from(ctx), ENGINE_SLOT_API);
}

/* --- hidden properties --- */

void
keys_install(duk_context *ctx)
{
	static const char *const texts[] = {
#define KEY(id_, text_) HID(text_),
#include "worker/api/keys.def"
#undef KEY
	};
	struct api *api = api_from(ctx);

	duk_push_heapptr(ctx, api->stash);
	duk_push_bare_array(ctx);
	for (duk_uarridx_t i = 0; i < NELEMS(texts); i++) {
		duk_push_string(ctx, texts[i]);
		api->keys[i] = duk_get_heapptr(ctx, -1);
		duk_put_prop_index(ctx, -2, i);
	}
	duk_put_prop_literal(ctx, -2, "keys");
	duk_pop(ctx);
}

bool
key_get(duk_context *ctx, duk_idx_t obj, enum api_key key)
{
	if (dx_slot_get(ctx, obj, api_from(ctx)->keys[key]))
		return true;
	duk_push_undefined(ctx);
	return false;
}

void
key_put(duk_context *ctx, duk_idx_t obj, enum api_key key)
{
	dx_slot_put(ctx, obj, api_from(ctx)->keys[key]);
}

void
key_copy(duk_context *ctx, duk_idx_t dst, duk_idx_t src, enum api_key key)
{
	dst = duk_require_normalize_index(ctx, dst);
	if (dx_slot_get(ctx, src, api_from(ctx)->keys[key]))
		key_put(ctx, dst, key);
}

duk_context *
api_ctx(const struct api *api)
{
	return engine_running(api->engine);
}

static duk_ret_t
illegal_constructor(duk_context *ctx)
{
	return duk_type_error(ctx, "Illegal constructor");
}

static void
push_accessor(duk_context *ctx, const char *prefix, const struct member *m,
    duk_c_function fn, int nargs)
{
	char name[64];

	snprintf(name, sizeof name, "%s %s", prefix, m->name);
	engine_push_function(ctx, fn, nargs, nargs, name);
	duk_set_magic(ctx, -1, m->magic);
}

static void
member_define(duk_context *ctx, duk_idx_t idx, const struct member *m)
{
	duk_uint_t flags =
	    DUK_DEFPROP_SET_ENUMERABLE | DUK_DEFPROP_SET_CONFIGURABLE;

	duk_push_string(ctx, m->name);
	if (m->kind == M_METHOD || m->kind == M_STATIC) {
		engine_push_function(ctx, m->fn, m->nargs, m->length, m->name);
		duk_set_magic(ctx, -1, m->magic);
		duk_def_prop(ctx, idx,
		    flags | DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_WRITABLE);
		return;
	}
	push_accessor(ctx, "get", m, m->fn, 0);
	flags |= DUK_DEFPROP_HAVE_GETTER;
	if (m->set != NULL) {
		push_accessor(ctx, "set", m, m->set, 1);
		flags |= DUK_DEFPROP_HAVE_SETTER;
	}
	duk_def_prop(ctx, idx, flags);
}

void
members_define(duk_context *ctx, duk_idx_t idx, const struct member *m,
    size_t n, bool statics)
{
	size_t i;

	idx = duk_require_normalize_index(ctx, idx);
	for (i = 0; i < n; i++) {
		bool is_static =
		    m[i].kind == M_STATIC || m[i].kind == M_STATIC_GETTER;

		if (is_static == statics)
			member_define(ctx, idx, &m[i]);
	}
}

void
function_define(duk_context *ctx, duk_idx_t idx, const char *name,
    duk_c_function fn, int nargs, int length, int magic)
{
	const struct member m = {.name = name,
	    .kind = M_METHOD,
	    .fn = fn,
	    .nargs = nargs,
	    .length = length,
	    .magic = magic};

	member_define(ctx, duk_require_normalize_index(ctx, idx), &m);
}

void
args_need(duk_context *ctx, int need, int have, const char *what)
{
	int n = (int)duk_get_top(ctx);

	if (n < need)
		(void)duk_type_error(ctx,
		    "%s: %d argument%s required, but only %d present.", what,
		    need, need == 1 ? "" : "s", n);
	duk_set_top(ctx, have);
}

/* [ ... ctor ] -> the same: a global that is not enumerable. */
static void
define_global(duk_context *ctx, const char *name)
{
	duk_push_global_object(ctx);
	duk_push_string(ctx, name);
	duk_dup(ctx, -3);
	duk_def_prop(ctx, -3,
	    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_WRITABLE |
		DUK_DEFPROP_CLEAR_ENUMERABLE | DUK_DEFPROP_SET_CONFIGURABLE);
	duk_pop(ctx);
}

/* Keep the value at IDX alive for as long as the heap. */
static void *
anchor(duk_context *ctx, struct api *api, duk_idx_t idx)
{
	idx = duk_require_normalize_index(ctx, idx);
	duk_push_heapptr(ctx, api->stash);
	duk_dup(ctx, idx);
	duk_put_prop_index(ctx, -2, (duk_uarridx_t)duk_get_length(ctx, -2));
	duk_pop(ctx);
	return duk_get_heapptr(ctx, idx);
}

void
class_define(duk_context *ctx, const struct class_spec *spec)
{
	struct api *api = api_from(ctx);
	const char *name = class_names[spec->id];
	bool is_hidden = strchr(name, ' ') != NULL;

	engine_push_constructor(ctx,
	    spec->ctor != NULL ? spec->ctor : illegal_constructor, spec->nargs,
	    spec->length, name);
	duk_push_object(ctx); /* the prototype */
	members_define(ctx, -1, spec->members, spec->nmembers, false);
	duk_push_literal(ctx, "constructor");
	duk_dup(ctx, -3);
	duk_def_prop(ctx, -3,
	    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_WRITABLE |
		DUK_DEFPROP_CLEAR_ENUMERABLE | DUK_DEFPROP_SET_CONFIGURABLE);
	duk_push_literal(ctx, DUK_WELLKNOWN_SYMBOL("Symbol.toStringTag"));
	duk_push_string(ctx, spec->tag != NULL ? spec->tag : name);
	duk_def_prop(ctx, -3,
	    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_CLEAR_ENUMERABLE |
		DUK_DEFPROP_SET_CONFIGURABLE | DUK_DEFPROP_CLEAR_WRITABLE);
	duk_push_literal(ctx, "prototype");
	duk_dup(ctx, -2);
	duk_def_prop(ctx, -4,
	    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_CLEAR_WEC | DUK_DEFPROP_FORCE);
	api->proto[spec->id] = anchor(ctx, api, -1);
	duk_pop(ctx);
	members_define(ctx, -1, spec->members, spec->nmembers, true);
	api->ctor[spec->id] = anchor(ctx, api, -1);
	if (!is_hidden)
		define_global(ctx, name);
	duk_pop(ctx);
}

void
class_define_iterator(duk_context *ctx, const struct class_spec *spec,
    enum api_class over, const char *method)
{
	duk_idx_t top = duk_get_top(ctx);

	class_define(ctx, spec);
	class_push_proto(ctx, spec->id); /* top */
	duk_push_array(ctx);
	if (duk_get_prop_literal(ctx, -1,
		DUK_WELLKNOWN_SYMBOL("Symbol.iterator"))) {
		duk_dup(ctx, -2);
		duk_call_method(ctx, 0);
		duk_get_prototype(ctx, -1); /* %ArrayIteratorPrototype% */
		duk_get_prototype(ctx, -1); /* %IteratorPrototype% */
		duk_set_prototype(ctx, top);
	}
	duk_set_top(ctx, top);
	class_push_proto(ctx, over);
	duk_push_literal(ctx, DUK_WELLKNOWN_SYMBOL("Symbol.iterator"));
	duk_get_prop_string(ctx, -2, method);
	duk_def_prop(ctx, -3,
	    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_WRITABLE |
		DUK_DEFPROP_CLEAR_ENUMERABLE | DUK_DEFPROP_SET_CONFIGURABLE);
	duk_pop(ctx);
}

void
iterator_result(duk_context *ctx, bool done)
{
	duk_push_object(ctx);
	duk_dup(ctx, -2);
	duk_put_prop_literal(ctx, -2, "value");
	duk_push_boolean(ctx, done);
	duk_put_prop_literal(ctx, -2, "done");
	duk_remove(ctx, -2);
}

void
class_push_proto(duk_context *ctx, enum api_class id)
{
	duk_push_heapptr(ctx, api_from(ctx)->proto[id]);
}

void
class_push_instance(duk_context *ctx, enum api_class id)
{
	duk_push_object(ctx);
	class_push_proto(ctx, id);
	duk_set_prototype(ctx, -2);
}

void
class_construct(duk_context *ctx, enum api_class id)
{
	if (!duk_is_constructor_call(ctx))
		(void)duk_type_error(ctx,
		    "Class constructor %s cannot be invoked without 'new'",
		    class_names[id]);
	class_push_proto(ctx, id);
	engine_push_instance(ctx, -1);
	duk_remove(ctx, -2);
}

void *
state_new(duk_context *ctx, duk_idx_t idx, enum api_class id, size_t size)
{
	struct state_head *s;

	idx = duk_require_normalize_index(ctx, idx);
	s = duk_push_fixed_buffer(ctx, size);
	s->magic = STATE_MAGIC;
	s->class_id = (uint32_t)id;
	s->owner = duk_get_heapptr(ctx, idx);
	key_put(ctx, idx, KEY_STATE);
	return s;
}

void *
state_get(duk_context *ctx, duk_idx_t idx, enum api_class id)
{
	struct state_head *s;

	s = dx_slot_buffer(ctx, idx, api_from(ctx)->keys[KEY_STATE]);
	if (s != NULL &&
	    (s->magic != STATE_MAGIC || s->class_id != (uint32_t)id ||
		s->owner != duk_get_heapptr(ctx, idx)))
		s = NULL;
	return s;
}

bool
state_is_any(duk_context *ctx, duk_idx_t idx)
{
	return dx_slot_has(ctx, idx, api_from(ctx)->keys[KEY_STATE]);
}

void *
state_push_this(duk_context *ctx, enum api_class id)
{
	void *s;

	duk_push_this(ctx);
	s = state_get(ctx, -1, id);
	if (s == NULL)
		(void)duk_type_error(ctx, "Illegal invocation: not a %s",
		    class_names[id]);
	return s;
}

void *
state_push_method(duk_context *ctx, enum api_class id, int need, int have,
    const char *name)
{
	char what[64];

	if (duk_get_top(ctx) < need) {
		snprintf(what, sizeof what, "%s.%s", class_names[id], name);
		args_need(ctx, need, have, what);
	}
	duk_set_top(ctx, have);
	return state_push_this(ctx, id);
}

struct buf *
api_scratch(struct api *api, int which)
{
	struct buf *b = which == 0 ? &api->text : &api->text2;

	if (b->size > 65536)
		buf_clear(b);
	else
		buf_consume(b, buf_len(b));
	return b;
}

void
script_push(duk_context *ctx, const char *name)
{
	duk_push_heapptr(ctx, api_from(ctx)->scripts);
	duk_get_prop_string(ctx, -1, name);
	duk_remove(ctx, -2);
}

void
push_dom(duk_context *ctx, const char *name, const char *message)
{
	script_push(ctx, "DOMException");
	duk_push_string(ctx, message);
	duk_push_string(ctx, name);
	duk_new(ctx, 2);
}

duk_ret_t
throw_dom(duk_context *ctx, const char *name, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	push_dom(ctx, name, text);
	duk_throw_raw(ctx);
	__builtin_unreachable();
}

bool
bytes_is(duk_context *ctx, duk_idx_t idx)
{
	return duk_is_buffer_data(ctx, idx) != 0;
}

const uint8_t *
bytes_get(duk_context *ctx, duk_idx_t idx, size_t *len_out)
{
	duk_size_t len = 0;
	const uint8_t *p;

	if (!duk_is_buffer_data(ctx, idx))
		return NULL;
	p = duk_get_buffer_data(ctx, idx, &len);
	*len_out = len;
	return p != NULL ? p : (const uint8_t *)"";
}

void
bytes_to_uint8array(duk_context *ctx)
{
	duk_size_t len;

	duk_require_buffer(ctx, -1, &len);
	duk_push_buffer_object(ctx, -1, 0, len, DUK_BUFOBJ_UINT8ARRAY);
	duk_remove(ctx, -2);
}

void
bytes_to_arraybuffer(duk_context *ctx)
{
	duk_size_t len;

	duk_require_buffer(ctx, -1, &len);
	duk_push_buffer_object(ctx, -1, 0, len, DUK_BUFOBJ_ARRAYBUFFER);
	duk_remove(ctx, -2);
}

bool
latin1_get(duk_context *ctx, duk_idx_t idx, struct buf *out)
{
	duk_size_t n, i;
	const uint8_t *s = (const uint8_t *)duk_require_lstring(ctx, idx, &n);
	size_t ascii = str_ascii_prefix((const char *)s, n), len = 0;
	uint8_t *d;

	if (ascii == n) {
		buf_put(out, s, n);
		return true;
	}
	d = buf_reserve(out, n);
	for (i = 0; i < n; i++) {
		if (s[i] < 0x80) {
			d[len++] = s[i];
		} else if ((s[i] == 0xc2 || s[i] == 0xc3) && i + 1 < n) {
			d[len++] = (uint8_t)(s[i] << 6 | (s[i + 1] & 0x3f));
			i++;
		} else {
			return false;
		}
	}
	buf_added(out, len);
	return true;
}

void
latin1_push(duk_context *ctx, const void *p, size_t n)
{
	const uint8_t *s = p;
	size_t i, len = 0, high = 0;
	uint8_t *d;

	for (i = 0; i < n; i++)
		high += s[i] >> 7;
	if (high == 0) {
		duk_push_lstring(ctx, n > 0 ? p : "", n);
		return;
	}
	d = duk_push_fixed_buffer(ctx, n + high);
	for (i = 0; i < n; i++) {
		if (s[i] < 0x80) {
			d[len++] = s[i];
		} else {
			d[len++] = (uint8_t)(0xc0 | s[i] >> 6);
			d[len++] = (uint8_t)(0x80 | (s[i] & 0x3f));
		}
	}
	duk_push_lstring(ctx, (const char *)d, len);
	duk_remove(ctx, -2);
}

/* Ids carry a generation, so that an old one never names a new object. */
uint32_t
ids_add(struct api_ids *t, void *item)
{
	uint32_t i, grown;

	for (i = 0; i < t->size && t->items[i] != NULL;)
		i++;
	if (i == t->size) {
		if (t->size >= TABLE_MAX)
			return 0;
		grown = t->size > 0 ? t->size * 2 : 8;
		t->items = xreallocarray(t->items, grown, sizeof *t->items);
		t->gen = xreallocarray(t->gen, grown, sizeof *t->gen);
		for (; t->size < grown; t->size++) {
			t->items[t->size] = NULL;
			t->gen[t->size] = 0;
		}
	}
	t->items[i] = item;
	t->gen[i] = (t->gen[i] + 1) & 0x7fff;
	t->used++;
	return (t->gen[i] << 16 | i) + 1;
}

void *
ids_get(const struct api_ids *t, uint32_t id)
{
	uint32_t i = (id - 1) & 0xffff;

	if (id == 0 || i >= t->size || t->gen[i] != (id - 1) >> 16)
		return NULL;
	return t->items[i];
}

void
ids_remove(struct api_ids *t, uint32_t id)
{
	if (ids_get(t, id) == NULL)
		return;
	t->items[(id - 1) & 0xffff] = NULL;
	t->used--;
}

void
ids_clear(struct api_ids *t)
{
	free(t->items);
	free(t->gen);
	memset(t, 0, sizeof *t);
}
