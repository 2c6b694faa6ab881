/*
 * Typed arrays: constructors, element access, species.
 *
 * Runs in: worker.
 *
 * The plain buffer under every array made here is a dynamic one, so that an
 * ArrayBuffer can be resized, or detached (resized to nothing), under its
 * views: Duktape checks each access against the buffer's size.
 */
#include "config.h"

#include "worker/builtins/typed.h"

#include "worker/builtins/buffer.h"
#include "worker/builtins/iterator.h"
#include "worker/builtins/objop.h"
#include "worker/engine/bigint.h"

#include <math.h>
#include <string.h>

#define BYTES_MAX 2147483647.0

static const struct {
	const char *name;
	unsigned int flag;
} types[] = {
    {"Int8Array", DUK_BUFOBJ_INT8ARRAY},
    {"Uint8Array", DUK_BUFOBJ_UINT8ARRAY},
    {"Uint8ClampedArray", DUK_BUFOBJ_UINT8CLAMPEDARRAY},
    {"Int16Array", DUK_BUFOBJ_INT16ARRAY},
    {"Uint16Array", DUK_BUFOBJ_UINT16ARRAY},
    {"Int32Array", DUK_BUFOBJ_INT32ARRAY},
    {"Uint32Array", DUK_BUFOBJ_UINT32ARRAY},
    {"Float32Array", DUK_BUFOBJ_FLOAT32ARRAY},
    {"Float64Array", DUK_BUFOBJ_FLOAT64ARRAY},
    {"BigInt64Array", DUK_BUFOBJ_FLOAT64ARRAY}, /* and then changed */
    {"BigUint64Array", DUK_BUFOBJ_FLOAT64ARRAY},
};

static const unsigned char shifts[] = {0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 3};

unsigned int
typed_shift(int class)
{
	return shifts[class - DX_INT8ARRAY];
}

bool
typed_is(duk_context *ctx, duk_idx_t idx)
{
	int class = dx_class(ctx, idx);

	return class >= DX_INT8ARRAY && class <= DX_BIGUINT64ARRAY;
}

bool
typed_holds_bigints(int class)
{
	return class >= DX_BIGINT64ARRAY && class <= DX_BIGUINT64ARRAY;
}

bool
typed_is_fixed(duk_context *ctx, duk_idx_t idx)
{
	bool r;

	if (slot_has(ctx, idx, SLOT_TRACKING))
		return false;
	if (!dx_view_push_buffer(ctx, idx))
		return true; /* it was never asked for */
	r = !buffer_is_resizable(ctx, -1);
	duk_pop(ctx);
	return r;
}

/* Does the view lie within its buffer? A detached one does not. */
bool
typed_is_out_of_bounds(duk_context *ctx, duk_idx_t idx)
{
	struct dx_view v;

	if (!dx_view(ctx, idx, &v))
		return true;
	return v.detached || v.offset > v.data_len ||
	       v.length > v.data_len - v.offset ||
	       buffer_of_is_detached(ctx, idx);
}

double
typed_length(duk_context *ctx, duk_idx_t idx)
{
	struct dx_view v;

	if (!dx_view(ctx, idx, &v) || typed_is_out_of_bounds(ctx, idx))
		return 0;
	return (double)(v.length >> v.shift);
}

double
typed_validate(duk_context *ctx, duk_idx_t idx, const char *method)
{
	if (!typed_is(ctx, idx))
		bi_throw_type(ctx, "%s: this is not a typed array", method);
	if (typed_is_out_of_bounds(ctx, idx))
		bi_throw_type(ctx,
		    "Cannot perform %s on a detached or out-of-bounds "
		    "ArrayBuffer",
		    method);
	return typed_length(ctx, idx);
}

#define READ(type_)                                                            \
	do {                                                                   \
		type_ x_;                                                      \
		memcpy(&x_, p, sizeof x_);                                     \
		return (double)x_;                                             \
	} while (0)

/* Not of BigInts. */
static double
read_number(const struct dx_view *v, size_t i)
{
	const char *p = (const char *)v->data + v->offset + (i << v->shift);

	switch (v->class - DX_INT8ARRAY) {
	case 0:
		READ(int8_t);
	case 1:
	case 2:
		READ(uint8_t);
	case 3:
		READ(int16_t);
	case 4:
		READ(uint16_t);
	case 5:
		READ(int32_t);
	case 6:
		READ(uint32_t);
	case 7:
		READ(float);
	default:
		READ(double);
	}
}

/* ToInt32 and ToUint32 agree in their bits. */
static uint32_t
to_uint32(double d)
{
	double m;

	if (!isfinite(d))
		return 0;
	m = fmod(trunc(d), 4294967296.0);
	if (m < 0)
		m += 4294967296.0;
	return (uint32_t)m;
}

static void
write_number(const struct dx_view *v, size_t i, double d)
{
	char *p = (char *)v->data + v->offset + (i << v->shift);
	uint32_t u;
	uint8_t u8;
	uint16_t u16;
	float f;

	switch (v->class - DX_INT8ARRAY) {
	case 0:
	case 1:
		u8 = (uint8_t)to_uint32(d);
		memcpy(p, &u8, 1);
		break;
	case 2:
		u8 = !(d > 0) ? 0 : d >= 255 ? 255 : (uint8_t)lrint(d);
		memcpy(p, &u8, 1);
		break;
	case 3:
	case 4:
		u16 = (uint16_t)to_uint32(d);
		memcpy(p, &u16, 2);
		break;
	case 5:
	case 6:
		u = to_uint32(d);
		memcpy(p, &u, 4);
		break;
	case 7:
		f = (float)d;
		memcpy(p, &f, 4);
		break;
	default:
		memcpy(p, &d, 8);
		break;
	}
}

void
typed_coerce(duk_context *ctx, duk_idx_t idx, int class)
{
	if (typed_holds_bigints(class))
		bigint_coerce(ctx, idx);
	else
		duk_to_number(ctx, idx);
}

void
typed_push(duk_context *ctx, const struct dx_view *v, size_t i)
{
	uint64_t u;

	if (!typed_holds_bigints(v->class)) {
		duk_push_number(ctx, read_number(v, i));
		return;
	}
	memcpy(&u, (const char *)v->data + v->offset + (i << v->shift),
	    sizeof u);
	if (v->class == DX_BIGINT64ARRAY)
		bigint_push_int64(ctx, (int64_t)u);
	else
		bigint_push_uint64(ctx, u);
}

void
typed_pop(duk_context *ctx, const struct dx_view *v, size_t i)
{
	uint64_t u;

	if (typed_holds_bigints(v->class)) {
		u = bigint_to_uint64(ctx, -1);
		memcpy((char *)v->data + v->offset + (i << v->shift), &u,
		    sizeof u);
	} else {
		write_number(v, i, duk_get_number(ctx, -1));
	}
	duk_pop(ctx);
}

bool
typed_same_bytes(int a, int b)
{
	static const int clamped = DX_INT8ARRAY + 2;

	return a == b || (typed_holds_bigints(a) && typed_holds_bigints(b)) ||
	       (typed_shift(a) == 0 && typed_shift(b) == 0 && a != clamped);
}

void
typed_copy(duk_context *ctx, const struct dx_view *to, size_t at,
    const struct dx_view *from, size_t n)
{
	double *copy;
	size_t i;

	if (typed_holds_bigints(to->class) != typed_holds_bigints(from->class))
		bi_throw_type(ctx, "Cannot mix BigInt and other types, use "
				   "explicit conversions");
	if (n == 0)
		return;
	if (typed_same_bytes(to->class, from->class)) {
		memmove((char *)to->data + to->offset + (at << to->shift),
		    (const char *)from->data + from->offset, n << to->shift);
		return;
	}
	/* they may overlap */
	copy = duk_push_fixed_buffer(ctx, n * sizeof *copy);
	for (i = 0; i < n; i++)
		copy[i] = read_number(from, i);
	for (i = 0; i < n; i++)
		write_number(to, at + i, copy[i]);
	duk_pop(ctx);
}

/*
 * [ ] -> [ typed array ] on the buffer at IDX. BigInts: Duktape makes a
 * Float64Array, which then becomes what is wanted.
 */
static void
push_view(duk_context *ctx, duk_idx_t idx, double offset, double bytes,
    int class)
{
	duk_push_buffer_object(ctx, idx, (duk_size_t)offset, (duk_size_t)bytes,
	    types[class - DX_INT8ARRAY].flag);
	if (!typed_holds_bigints(class))
		return;
	dx_view_hold_bigints(ctx, class);
	bi_push(ctx, class == DX_BIGINT64ARRAY ? I_BIGINT64ARRAY_PROTO
					       : I_BIGUINT64ARRAY_PROTO);
	duk_set_prototype(ctx, -2);
}

void
typed_create(duk_context *ctx, int class, double len)
{
	double bytes = len * (double)(1U << typed_shift(class));

	if (bytes > BYTES_MAX)
		bi_throw_range(ctx, "Invalid typed array length: %.0f", len);
	duk_push_dynamic_buffer(ctx, (duk_size_t)bytes);
	push_view(ctx, -1, 0, bytes, class);
	duk_remove(ctx, -2);
}

/* [ ] -> [ typed array ] from the ArrayBuffer at 0, offset and length at 1, 2
 */
static void
create_view(duk_context *ctx, int class)
{
	unsigned int shift = typed_shift(class);
	double offset, len = 0, size;
	bool have_len = !duk_is_undefined(ctx, 2), tracking = false;

	offset = bi_to_index(ctx, 1, "Start offset");
	if (fmod(offset, 1U << shift) != 0)
		bi_throw_range(ctx,
		    "start offset of %s should be a multiple of %u",
		    types[class - DX_INT8ARRAY].name, 1U << shift);
	if (have_len)
		len = bi_to_index(ctx, 2, "Length");
	if (buffer_is_detached(ctx, 0))
		bi_throw_type(ctx,
		    "Cannot construct a typed array on a detached ArrayBuffer");
	size = buffer_byte_length(ctx, 0);
	if (have_len) {
		len *= 1U << shift;
		if (offset + len > size)
			bi_throw_range(ctx, "Invalid typed array length");
	} else {
		tracking = buffer_is_resizable(ctx, 0);
		if (!tracking && fmod(size, 1U << shift) != 0)
			bi_throw_range(ctx,
			    "byte length of %s should be a multiple of %u",
			    types[class - DX_INT8ARRAY].name, 1U << shift);
		if (offset > size)
			bi_throw_range(ctx,
			    "Start offset %.0f is outside the bounds of the "
			    "buffer",
			    offset);
		len = size - offset;
		len -= fmod(len, 1U << shift);
	}
	push_view(ctx, 0, offset, len, class);
	if (tracking)
		buffer_track(ctx, 0, -1);
}

struct fill {
	duk_idx_t list;
};

static int
collect_value(duk_context *ctx, void *arg)
{
	struct fill *f = arg;

	dx_array_append(ctx, f->list);
	return 0;
}

/* An array that can be read by index: nothing runs meanwhile. */
static bool
holds_numbers(duk_context *ctx, duk_idx_t idx)
{
	uint32_t i, n;
	bool r =
	    bi_is_intact_array(ctx, idx) && dx_array_is_dense(ctx, idx, &n);

	for (i = 0; r && i < n; i++) {
		r = dx_array_get(ctx, idx, i) && duk_is_number(ctx, -1);
		duk_pop(ctx);
	}
	return r;
}

/* [ ] -> [ typed array ] with the values of the object at 0 */
static void
create_from_object(duk_context *ctx, int class)
{
	struct dx_view from, to;
	struct fill f;
	double k, len;
	duk_idx_t src = 0, out;

	if (typed_is(ctx, 0)) {
		len = typed_validate(ctx, 0, "new TypedArray");
		typed_create(ctx, class, len);
		dx_view(ctx, 0, &from);
		dx_view(ctx, -1, &to);
		typed_copy(ctx, &to, 0, &from, (size_t)len);
		return;
	}
	if (bi_get_method(ctx, 0, SYM_ITERATOR) && !holds_numbers(ctx, 0)) {
		iterator_from_method(ctx, 0);
		duk_push_array(ctx);
		f.list = duk_get_top(ctx) - 3;
		duk_insert(ctx, f.list);
		iterator_each_of(ctx, collect_value, &f);
		src = f.list;
	} else {
		duk_pop(ctx);
	}
	len = bi_length(ctx, src);
	typed_create(ctx, class, len);
	out = duk_get_top(ctx) - 1;
	for (k = 0; k < len; k++) {
		bi_get_k(ctx, src, k);
		bi_put_k(ctx, out, k);
	}
}

/* magic: the class */
static duk_ret_t
typed_constructor(duk_context *ctx)
{
	int class = duk_get_current_magic(ctx);

	if (!duk_is_constructor_call(ctx))
		bi_throw_type(ctx, "Constructor %s requires 'new'",
		    types[class - DX_INT8ARRAY].name);
	if (!bi_is_object(ctx, 0))
		typed_create(ctx, class,
		    bi_to_index(ctx, 0, "typed array length"));
	else if (dx_class(ctx, 0) == DX_ARRAYBUFFER)
		create_view(ctx, class);
	else
		create_from_object(ctx, class);
	bi_take_prototype(ctx);
	return 1;
}

static duk_ret_t
abstract_constructor(duk_context *ctx)
{
	bi_throw_type(ctx,
	    "Abstract class TypedArray not directly constructable");
	return 0;
}

/* new C(args): [ C args... ] -> [ typed array ], checked */
static void
create_from_ctor(duk_context *ctx, duk_idx_t nargs, double min_len)
{
	double len;

	duk_new(ctx, nargs);
	len = typed_validate(ctx, -1, "species");
	if (min_len >= 0 && len < min_len)
		bi_throw_type(ctx, "Derived typed array is too short");
}

void
typed_species_create(duk_context *ctx, duk_idx_t idx, duk_idx_t nargs,
    double min_len)
{
	int class = dx_class(ctx, idx);
	duk_idx_t at = duk_get_top(ctx) - nargs;

	bi_species(ctx, idx,
	    (enum bi_intrinsic)(I_INT8ARRAY + class - DX_INT8ARRAY));
	duk_insert(ctx, at);
	create_from_ctor(ctx, nargs, min_len);
}

/* [ ] -> [ new this(len) ] */
static void
push_from_this(duk_context *ctx, double len)
{
	duk_push_this(ctx);
	if (!duk_is_constructable(ctx, -1))
		bi_throw_type(ctx, "this is not a constructor");
	duk_push_number(ctx, len);
	create_from_ctor(ctx, 1, len);
}

static duk_ret_t
typed_of(duk_context *ctx)
{
	duk_idx_t i, n = duk_get_top(ctx);

	push_from_this(ctx, n);
	for (i = 0; i < n; i++) {
		duk_dup(ctx, i);
		bi_put_k(ctx, n, i);
	}
	return 1;
}

static duk_ret_t
typed_from(duk_context *ctx)
{
	struct fill f = {3};
	bool map = !duk_is_undefined(ctx, 1);
	double k, len;

	duk_push_this(ctx);
	if (!duk_is_constructable(ctx, -1))
		bi_throw_type(ctx, "this is not a constructor");
	duk_pop(ctx);
	if (map)
		bi_require_callable(ctx, 1);
	if (!bi_is_nullish(ctx, 0) && bi_get_method(ctx, 0, SYM_ITERATOR)) {
		iterator_from_method(ctx, 0);
		duk_push_array(ctx);
		duk_insert(ctx, 3);
		iterator_each_of(ctx, collect_value, &f);
	} else {
		duk_set_top(ctx, 3);
		if (bi_is_nullish(ctx, 0))
			bi_throw_type(ctx,
			    "Cannot convert undefined or null to object");
		duk_dup(ctx, 0);
		duk_to_object(ctx, 3);
	}
	len = bi_length(ctx, 3);
	push_from_this(ctx, len);
	for (k = 0; k < len; k++) {
		bi_get_k(ctx, 3, k);
		if (map) {
			duk_dup(ctx, 1);
			duk_dup(ctx, 2);
			duk_pull(ctx, -3);
			duk_push_number(ctx, k);
			duk_call_method(ctx, 2);
		}
		bi_put_k(ctx, 4, k);
	}
	return 1;
}

static duk_ret_t
typed_get_tag(duk_context *ctx)
{
	duk_push_this(ctx);
	if (!typed_is(ctx, -1))
		return 0;
	duk_push_string(ctx, types[dx_class(ctx, -1) - DX_INT8ARRAY].name);
	return 1;
}

/* magic: 0 length, 1 byteLength, 2 byteOffset, 3 buffer */
static duk_ret_t
typed_get(duk_context *ctx)
{
	int magic = duk_get_current_magic(ctx);
	struct dx_view v;

	duk_push_this(ctx);
	if (!typed_is(ctx, 0))
		bi_throw_receiver(ctx, "get TypedArray.prototype.length");
	if (magic == 3) {
		buffer_push_of(ctx, 0);
		return 1;
	}
	dx_view(ctx, 0, &v);
	if (magic == 2)
		duk_push_number(ctx,
		    typed_is_out_of_bounds(ctx, 0) ? 0 : (double)v.offset);
	else
		duk_push_number(ctx,
		    typed_length(ctx, 0) *
			(magic == 1 ? (double)(1U << v.shift) : 1));
	return 1;
}

/* [ %TypedArray% proto ] -> the same: one concrete type */
static void
install_type(duk_context *ctx, int i)
{
	int class = DX_INT8ARRAY + i;

	if (typed_holds_bigints(class)) {
		duk_push_object(ctx);
		duk_dup(ctx, -2);
		duk_set_prototype(ctx, -2);
		bi_keep(ctx, class == DX_BIGINT64ARRAY
				 ? I_BIGINT64ARRAY_PROTO
				 : I_BIGUINT64ARRAY_PROTO);
	} else {
		duk_get_global_string(ctx, types[i].name);
		duk_get_prop_literal(ctx, -1, "prototype");
		duk_remove(ctx, -2);
	}
	engine_push_constructor(ctx, typed_constructor, 3, 3, types[i].name);
	bi_keep(ctx, (enum bi_intrinsic)(I_INT8ARRAY + i));
	duk_set_magic(ctx, -1, class);
	duk_dup(ctx, -4);
	duk_set_prototype(ctx, -2);
	duk_dup(ctx, -2);
	bi_define(ctx, -2, "prototype", 0);
	duk_push_int(ctx, 1 << shifts[i]);
	bi_define(ctx, -2, "BYTES_PER_ELEMENT", 0);
	duk_push_int(ctx, 1 << shifts[i]);
	bi_define(ctx, -3, "BYTES_PER_ELEMENT", 0);
	duk_dup_top(ctx);
	bi_define(ctx, -3, "constructor", DEF_W | DEF_C);
	duk_push_global_object(ctx);
	duk_swap_top(ctx, -2);
	bi_define(ctx, -2, types[i].name, DEF_W | DEF_C);
	duk_pop_2(ctx);
}

void
bi_install_typed(duk_context *ctx)
{
	static const struct bi_fn statics[] = {
	    {"from", typed_from, 3, 1, 0},
	    {"of", typed_of, DUK_VARARGS, 0, 0},
	};
	static const struct bi_fn getters[] = {
	    {"get length", typed_get, 0, 0, 0},
	    {"get byteLength", typed_get, 0, 0, 1},
	    {"get byteOffset", typed_get, 0, 0, 2},
	    {"get buffer", typed_get, 0, 0, 3},
	    {"get @@toStringTag", typed_get_tag, 0, 0, 0},
	};
	static const struct dx_hooks hooks = {.get = objop_get,
	    .set = objop_set,
	    .has = objop_has,
	    .del = objop_delete,
	    .typed_get = typed_get};
	int i;

	dx_set_hooks(&hooks);
	duk_get_global_literal(ctx, "Uint8Array");
	duk_get_prop_literal(ctx, -1, "prototype");
	duk_get_prototype(ctx, -1);
	duk_replace(ctx, -3);
	duk_pop(ctx); /* [ proto ] */
	bi_keep(ctx, I_TYPEDARRAY_PROTO);
	engine_push_constructor(ctx, abstract_constructor, 0, 0, "TypedArray");
	bi_keep(ctx, I_TYPEDARRAY);
	duk_insert(ctx, -2); /* [ ctor proto ] */
	duk_dup_top(ctx);
	bi_define(ctx, -3, "prototype", 0);
	duk_dup(ctx, -2);
	bi_define(ctx, -2, "constructor", DEF_W | DEF_C);
	BI_DEFINE(ctx, -2, statics);
	bi_define_species(ctx, -2);
	BI_DEFINE(ctx, -1, getters);
	typed_install_methods(ctx, -1);
	typed_install_change(ctx, -1);
	for (i = 0; i < (int)NELEMS(types); i++)
		install_type(ctx, i);
	duk_pop_2(ctx);
}
