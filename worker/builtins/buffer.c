/*
 * ArrayBuffer: resizable, transferable; DataView's constructor and getters.
 *
 * Runs in: worker.
 *
 * Slots of an ArrayBuffer: MAXLEN if resizable, REVOKED once detached, BOUND
 * the list of views that follow its length.
 */
#include "config.h"

#include "worker/builtins/buffer.h"

#include "worker/builtins/typed.h"

#include <math.h>
#include <string.h>

#define BYTES_MAX 2147483647.0

bool
buffer_is_detached(duk_context *ctx, duk_idx_t idx)
{
	struct dx_view v;

	if (!dx_view(ctx, idx, &v))
		return false;
	return v.detached || slot_has(ctx, idx, SLOT_REVOKED);
}

bool
buffer_is_resizable(duk_context *ctx, duk_idx_t idx)
{
	return slot_has(ctx, idx, SLOT_MAXLEN);
}

double
buffer_byte_length(duk_context *ctx, duk_idx_t idx)
{
	struct dx_view v;

	if (!dx_view(ctx, idx, &v) || buffer_is_detached(ctx, idx))
		return 0;
	return (double)v.length;
}

void
buffer_push_of(duk_context *ctx, duk_idx_t view)
{
	duk_idx_t at = duk_require_normalize_index(ctx, view);

	bi_push(ctx, I_DUK_BUFFER_GETTER);
	duk_dup(ctx, at);
	duk_call_method(ctx, 0);
}

bool
buffer_of_is_detached(duk_context *ctx, duk_idx_t view)
{
	bool r;

	if (!dx_view_push_buffer(ctx, view))
		return false; /* it was never asked for */
	r = buffer_is_detached(ctx, -1);
	duk_pop(ctx);
	return r;
}

void
buffer_track(duk_context *ctx, duk_idx_t idx, duk_idx_t view)
{
	view = duk_require_normalize_index(ctx, view);
	idx = duk_require_normalize_index(ctx, idx);
	duk_push_true(ctx);
	slot_put(ctx, view, SLOT_TRACKING);
	if (!slot_get(ctx, idx, SLOT_BOUND)) {
		duk_push_bare_array(ctx);
		duk_dup_top(ctx);
		slot_put(ctx, idx, SLOT_BOUND);
	}
	duk_dup(ctx, view);
	dx_array_append(ctx, -2);
	duk_pop(ctx);
}

/* [ ] -> [ ArrayBuffer ] of LEN zero bytes */
static void
create(duk_context *ctx, double len)
{
	if (len > BYTES_MAX)
		bi_throw_range(ctx, "Array buffer allocation failed");
	duk_push_dynamic_buffer(ctx, (duk_size_t)len);
	duk_push_buffer_object(ctx, -1, 0, (duk_size_t)len,
	    DUK_BUFOBJ_ARRAYBUFFER);
	duk_remove(ctx, -2);
}

static duk_ret_t
buffer_constructor(duk_context *ctx)
{
	double len, max = -1;

	if (!duk_is_constructor_call(ctx))
		bi_throw_type(ctx, "Constructor ArrayBuffer requires 'new'");
	len = bi_to_index(ctx, 0, "Array buffer length");
	if (bi_is_object(ctx, 1)) {
		duk_get_prop_literal(ctx, 1, "maxByteLength");
		if (!duk_is_undefined(ctx, -1))
			max = bi_to_index(ctx, -1, "maxByteLength");
		duk_pop(ctx);
	}
	if (max >= 0 && (len > max || max > BYTES_MAX))
		bi_throw_range(ctx, "Invalid array buffer max length");
	create(ctx, len);
	bi_take_prototype(ctx);
	if (max >= 0)
		slot_put_number(ctx, -1, SLOT_MAXLEN, max);
	return 1;
}

static duk_ret_t
buffer_is_view(duk_context *ctx)
{
	int class = dx_class(ctx, 0);

	duk_push_boolean(ctx,
	    class >= DX_DATAVIEW && class <= DX_BIGUINT64ARRAY);
	return 1;
}

static void
push_this_buffer(duk_context *ctx, const char *method)
{
	duk_push_this(ctx);
	if (dx_class(ctx, -1) != DX_ARRAYBUFFER)
		bi_throw_receiver(ctx, method);
}

static void
require_attached(duk_context *ctx, duk_idx_t idx)
{
	if (buffer_is_detached(ctx, idx))
		bi_throw_type(ctx,
		    "Cannot perform the operation on a detached ArrayBuffer");
}

/* byteLength (0), maxByteLength (1), resizable (2), detached (3) */
static duk_ret_t
buffer_get(duk_context *ctx)
{
	push_this_buffer(ctx, "get ArrayBuffer.prototype.byteLength");
	switch (duk_get_current_magic(ctx)) {
	case 0:
		duk_push_number(ctx, buffer_byte_length(ctx, 0));
		break;
	case 1:
		duk_push_number(ctx, buffer_is_detached(ctx, 0) ? 0
				     : buffer_is_resizable(ctx, 0)
					 ? slot_number(ctx, 0, SLOT_MAXLEN)
					 : buffer_byte_length(ctx, 0));
		break;
	case 2:
		duk_push_boolean(ctx, buffer_is_resizable(ctx, 0));
		break;
	default:
		duk_push_boolean(ctx, buffer_is_detached(ctx, 0));
		break;
	}
	return 1;
}

static duk_ret_t
buffer_slice(duk_context *ctx)
{
	double len, from, to, n, now;
	struct dx_view src, dst;

	push_this_buffer(ctx, "ArrayBuffer.prototype.slice");
	require_attached(ctx, 2);
	len = buffer_byte_length(ctx, 2);
	from = bi_relative(ctx, 0, len, 0);
	to = bi_relative(ctx, 1, len, len);
	n = fmax(to - from, 0);
	bi_species(ctx, 2, I_ARRAYBUFFER);
	duk_push_number(ctx, n);
	duk_new(ctx, 1);
	if (dx_class(ctx, 3) != DX_ARRAYBUFFER)
		bi_throw_type(ctx, "species did not return an ArrayBuffer");
	require_attached(ctx, 3);
	if (duk_strict_equals(ctx, 2, 3))
		bi_throw_type(ctx, "species returned the same ArrayBuffer");
	if (buffer_byte_length(ctx, 3) < n)
		bi_throw_type(ctx, "species returned a smaller ArrayBuffer");
	require_attached(ctx, 2);
	now = buffer_byte_length(ctx, 2);
	if (from < now) {
		n = fmin(n, now - from);
		dx_view(ctx, 2, &src);
		dx_view(ctx, 3, &dst);
		if (n > 0)
			memmove((char *)dst.data + dst.offset,
			    (char *)src.data + src.offset + (size_t)from,
			    (size_t)n);
	}
	return 1;
}

/* Set the length of the buffer at IDX (absolute), and of what follows it. */
static void
set_length(duk_context *ctx, duk_idx_t idx, double len)
{
	duk_uarridx_t i, n;
	struct dx_view v;

	dx_view_push_plain(ctx, idx);
	if (!duk_is_dynamic_buffer(ctx, -1))
		bi_throw_type(ctx, "This ArrayBuffer cannot be resized");
	duk_resize_buffer(ctx, -1, (duk_size_t)len);
	duk_pop(ctx);
	dx_view_set(ctx, idx, 0, (size_t)len);
	if (!slot_get(ctx, idx, SLOT_BOUND))
		return;
	n = (duk_uarridx_t)duk_get_length(ctx, -1);
	for (i = 0; i < n; i++) {
		double left;

		duk_get_prop_index(ctx, -1, i);
		dx_view(ctx, -1, &v);
		left = fmax(len - (double)v.offset, 0);
		left -= fmod(left, 1U << v.shift);
		dx_view_set(ctx, -1, v.offset, (size_t)left);
		duk_pop(ctx);
	}
	duk_pop(ctx);
}

static duk_ret_t
buffer_resize(duk_context *ctx)
{
	double len;

	push_this_buffer(ctx, "ArrayBuffer.prototype.resize");
	if (!buffer_is_resizable(ctx, 1))
		bi_throw_receiver(ctx, "ArrayBuffer.prototype.resize");
	len = bi_to_index(ctx, 0, "ArrayBuffer.prototype.resize: length");
	require_attached(ctx, 1);
	if (len > slot_number(ctx, 1, SLOT_MAXLEN))
		bi_throw_range(ctx,
		    "ArrayBuffer.prototype.resize: Invalid length parameter");
	set_length(ctx, 1, len);
	return 0;
}

void
buffer_detach(duk_context *ctx, duk_idx_t idx)
{
	idx = duk_require_normalize_index(ctx, idx);
	dx_view_push_plain(ctx, idx);
	if (duk_is_dynamic_buffer(ctx, -1))
		set_length(ctx, idx, 0);
	else
		dx_view_detach(ctx, idx);
	duk_pop(ctx);
	duk_push_true(ctx);
	slot_put(ctx, idx, SLOT_REVOKED);
}

/* magic 1: transferToFixedLength */
static duk_ret_t
buffer_transfer(duk_context *ctx)
{
	bool fixed = duk_get_current_magic(ctx) != 0;
	double len, n;
	struct dx_view src, dst;

	push_this_buffer(ctx, "ArrayBuffer.prototype.transfer");
	len =
	    duk_is_undefined(ctx, 0)
		? buffer_byte_length(ctx, 1)
		: bi_to_index(ctx, 0, "ArrayBuffer.prototype.transfer: length");
	require_attached(ctx, 1);
	create(ctx, len);
	dx_view(ctx, 1, &src);
	dx_view(ctx, 2, &dst);
	n = fmin(len, (double)src.length);
	if (n > 0)
		memcpy(dst.data, (char *)src.data + src.offset, (size_t)n);
	if (!fixed && buffer_is_resizable(ctx, 1)) {
		slot_get(ctx, 1, SLOT_MAXLEN);
		slot_put(ctx, 2, SLOT_MAXLEN);
	}
	buffer_detach(ctx, 1);
	return 1;
}

static duk_ret_t
dataview_constructor(duk_context *ctx)
{
	double offset, len = 0, size;
	bool have, tracking;

	if (!duk_is_constructor_call(ctx))
		bi_throw_type(ctx, "Constructor DataView requires 'new'");
	if (dx_class(ctx, 0) != DX_ARRAYBUFFER)
		bi_throw_type(ctx,
		    "First argument to DataView constructor must be an "
		    "ArrayBuffer");
	offset = bi_to_index(ctx, 1, "Start offset");
	require_attached(ctx, 0);
	size = buffer_byte_length(ctx, 0);
	if (offset > size)
		bi_throw_range(ctx,
		    "Start offset %.0f is outside the bounds of the buffer",
		    offset);
	have = !duk_is_undefined(ctx, 2);
	if (have)
		len = bi_to_index(ctx, 2, "DataView length");
	else
		len = size - offset;
	tracking = !have && buffer_is_resizable(ctx, 0);
	if (offset + len > size)
		bi_throw_range(ctx, "Invalid DataView length %.0f", len);
	require_attached(ctx, 0);
	duk_push_buffer_object(ctx, 0, (duk_size_t)offset, (duk_size_t)len,
	    DUK_BUFOBJ_DATAVIEW);
	bi_take_prototype(ctx);
	if (tracking)
		buffer_track(ctx, 0, -1);
	return 1;
}

/* [ ] -> [ this ], a DataView in bounds */
static void
push_this_view(duk_context *ctx, const char *method, bool check)
{
	duk_push_this(ctx);
	if (dx_class(ctx, -1) != DX_DATAVIEW)
		bi_throw_receiver(ctx, method);
	if (check && typed_is_out_of_bounds(ctx, -1))
		bi_throw_type(ctx,
		    "Cannot perform %s on a detached or out-of-bounds "
		    "ArrayBuffer",
		    method);
}

/* buffer (0), byteLength (1), byteOffset (2) */
static duk_ret_t
dataview_get(duk_context *ctx)
{
	int magic = duk_get_current_magic(ctx);
	struct dx_view v;

	push_this_view(ctx, "get DataView.prototype.byteLength", magic != 0);
	if (magic == 0) {
		buffer_push_of(ctx, 0);
		return 1;
	}
	dx_view(ctx, 0, &v);
	duk_push_number(ctx, (double)(magic == 1 ? v.length : v.offset));
	return 1;
}

/* get and set: magic is the type's index, + 16 for set */
static duk_ret_t
dataview_access(duk_context *ctx)
{
	int magic = duk_get_current_magic(ctx);
	bool set = (magic & 16) != 0, little;
	unsigned char bytes[8];
	struct dx_view v, one;
	double at;
	size_t size, i;

	duk_push_this(ctx); /* [ offset value/little little this ] */
	if (dx_class(ctx, 3) != DX_DATAVIEW)
		bi_throw_receiver(ctx, "DataView.prototype.getInt8");
	at = bi_to_index(ctx, 0, "Offset");
	one.class = DX_INT8ARRAY + (magic & 15);
	if (set)
		typed_coerce(ctx, 1, one.class);
	little = duk_to_boolean(ctx, set ? 2 : 1);
	if (typed_is_out_of_bounds(ctx, 3))
		bi_throw_type(ctx, "Cannot access a detached or out-of-bounds "
				   "ArrayBuffer");
	dx_view(ctx, 3, &v);
	size = (size_t)1 << typed_shift(one.class);
	if (at + (double)size > (double)v.length)
		bi_throw_range(ctx,
		    "Offset is outside the bounds of the DataView");
	one.data = bytes;
	one.offset = 0;
	one.shift = 0;
	if (set) {
		duk_dup(ctx, 1);
		typed_pop(ctx, &one, 0);
		for (i = 0; i < size; i++)
			((unsigned char *)v.data)[v.offset + (size_t)at + i] =
			    bytes[little ? i : size - 1 - i];
		return 0;
	}
	for (i = 0; i < size; i++)
		bytes[little ? i : size - 1 - i] =
		    ((unsigned char *)v.data)[v.offset + (size_t)at + i];
	typed_push(ctx, &one, 0);
	return 1;
}

static void
install_dataview(duk_context *ctx)
{
	static const struct bi_fn fns[] = {
	    {"get buffer", dataview_get, 0, 0, 0},
	    {"get byteLength", dataview_get, 0, 0, 1},
	    {"get byteOffset", dataview_get, 0, 0, 2},
	    {"getInt8", dataview_access, 3, 1, 0},
	    {"getUint8", dataview_access, 3, 1, 1},
	    {"getInt16", dataview_access, 3, 1, 3},
	    {"getUint16", dataview_access, 3, 1, 4},
	    {"getInt32", dataview_access, 3, 1, 5},
	    {"getUint32", dataview_access, 3, 1, 6},
	    {"getFloat32", dataview_access, 3, 1, 7},
	    {"getFloat64", dataview_access, 3, 1, 8},
	    {"getBigInt64", dataview_access, 3, 1, 9},
	    {"getBigUint64", dataview_access, 3, 1, 10},
	    {"setInt8", dataview_access, 3, 2, 16},
	    {"setUint8", dataview_access, 3, 2, 17},
	    {"setInt16", dataview_access, 3, 2, 19},
	    {"setUint16", dataview_access, 3, 2, 20},
	    {"setInt32", dataview_access, 3, 2, 21},
	    {"setUint32", dataview_access, 3, 2, 22},
	    {"setFloat32", dataview_access, 3, 2, 23},
	    {"setFloat64", dataview_access, 3, 2, 24},
	    {"setBigInt64", dataview_access, 3, 2, 25},
	    {"setBigUint64", dataview_access, 3, 2, 26},
	};

	duk_push_global_object(ctx);
	engine_push_constructor(ctx, dataview_constructor, 3, 1, "DataView");
	bi_push(ctx, I_DATAVIEW_PROTO);
	BI_DEFINE(ctx, -1, fns);
	bi_define_tag(ctx, -1, "DataView");
	duk_dup(ctx, -2);
	bi_define(ctx, -2, "constructor", DEF_W | DEF_C);
	bi_define(ctx, -2, "prototype", 0);
	bi_define(ctx, -2, "DataView", DEF_W | DEF_C);
	duk_pop(ctx);
}

void
bi_install_buffer(duk_context *ctx)
{
	static const struct bi_fn statics[] = {
	    {"isView", buffer_is_view, 1, 1, 0},
	};
	static const struct bi_fn fns[] = {
	    {"get byteLength", buffer_get, 0, 0, 0},
	    {"get maxByteLength", buffer_get, 0, 0, 1},
	    {"get resizable", buffer_get, 0, 0, 2},
	    {"get detached", buffer_get, 0, 0, 3},
	    {"resize", buffer_resize, 1, 1, 0},
	    {"slice", buffer_slice, 2, 2, 0},
	    {"transfer", buffer_transfer, 1, 0, 0},
	    {"transferToFixedLength", buffer_transfer, 1, 0, 1},
	};

	/* Duktape's getter makes the ArrayBuffer of an array when asked. */
	duk_get_global_literal(ctx, "Uint8Array");
	duk_get_prop_literal(ctx, -1, "prototype");
	duk_get_prototype(ctx, -1);
	duk_push_literal(ctx, "buffer");
	duk_get_prop_desc(ctx, -2, 0);
	duk_get_prop_literal(ctx, -1, "get");
	bi_keep(ctx, I_DUK_BUFFER_GETTER);
	duk_pop_n(ctx, 5);

	duk_push_global_object(ctx);
	engine_push_constructor(ctx, buffer_constructor, 2, 1, "ArrayBuffer");
	bi_keep(ctx, I_ARRAYBUFFER);
	BI_DEFINE(ctx, -1, statics);
	bi_define_species(ctx, -1);
	bi_push(ctx, I_ARRAYBUFFER_PROTO);
	BI_DEFINE(ctx, -1, fns);
	bi_define_tag(ctx, -1, "ArrayBuffer");
	duk_dup(ctx, -2);
	bi_define(ctx, -2, "constructor", DEF_W | DEF_C);
	bi_define(ctx, -2, "prototype", 0);
	bi_define(ctx, -2, "ArrayBuffer", DEF_W | DEF_C);
	duk_pop(ctx);
	install_dataview(ctx);
}
