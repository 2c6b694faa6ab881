#ifndef WORKER_ENGINE_DX_H
#define WORKER_ENGINE_DX_H

#include <stdbool.h>
#include <stdint.h>

#include "worker/engine/duk.h"

/*
 * Direct access to Duktape objects, for what its public interface cannot say.
 * Implemented in dx.inc, which is a part of the engine's Duktape unit.
 */

/*
 * Slots: own properties under hidden keys, found without walking prototypes
 * and without asking a Proxy. KEY is the heap pointer of an interned string
 * that the caller keeps reachable. dx_slot_put() works on frozen objects and
 * on Proxies.
 */
/* [ ] -> [ value ], or nothing and false. False too for non-objects. */
bool dx_slot_get(duk_context *ctx, duk_idx_t idx, void *key);
bool dx_slot_has(duk_context *ctx, duk_idx_t idx, void *key);
/* [ value ] -> [ ] */
void dx_slot_put(duk_context *ctx, duk_idx_t idx, void *key);
bool dx_slot_del(duk_context *ctx, duk_idx_t idx, void *key);
/* The bytes of a plain buffer in a slot, NULL if there is none. */
void *dx_slot_buffer(duk_context *ctx, duk_idx_t idx, void *key);
/* The heap pointer in a slot, NULL if absent or not a heap value. */
void *dx_slot_ptr(duk_context *ctx, duk_idx_t idx, void *key);

/* The class of an object, -1 for everything else. */
enum dx_class {
	DX_NONE = 0,
	DX_OBJECT = 1,
	DX_ARRAY = 2,
	DX_FUNCTION = 3,
	DX_ARGUMENTS = 4,
	DX_BOOLEAN = 5,
	DX_DATE = 6,
	DX_ERROR = 7,
	DX_NUMBER = 10,
	DX_REGEXP = 11,
	DX_STRING = 12,
	DX_GLOBAL = 13,
	DX_SYMBOL = 14,
	DX_THREAD = 18,
	DX_ARRAYBUFFER = 19,
	DX_DATAVIEW = 20,
	DX_INT8ARRAY = 21,
	DX_FLOAT64ARRAY = 29,
	DX_BIGINT64ARRAY = 30,
	DX_BIGUINT64ARRAY = 31
};
int dx_class(duk_context *ctx, duk_idx_t idx);
void dx_set_class(duk_context *ctx, duk_idx_t idx, int class);
void dx_set_constructable(duk_context *ctx, duk_idx_t idx, bool on);

bool dx_is_extensible(duk_context *ctx, duk_idx_t idx);
void dx_prevent_extensions(duk_context *ctx, duk_idx_t idx);

bool dx_is_proxy(duk_context *ctx, duk_idx_t idx);
/* [ ] -> [ target handler ] of the Proxy at IDX, or nothing and false. */
bool dx_proxy_parts(duk_context *ctx, duk_idx_t idx);
/* Make the Proxy at IDX forget its parts: target and handler become objects
 * without a prototype. The caller remembers that it is revoked. */
void dx_proxy_clear(duk_context *ctx, duk_idx_t idx);

/* The [[Prototype]] field itself, of a Proxy too; NULL if null. */
void *dx_proto(duk_context *ctx, duk_idx_t idx);

/*
 * Attributes (DUK_DEFPROP_WRITABLE | ENUMERABLE | CONFIGURABLE, DX_ACCESSOR)
 * of an own property, the key (a string) on top: [ key ] -> [ ]; -1 if there
 * is none. Not for Proxies.
 */
#define DX_ACCESSOR 0x80
int dx_own_attrs(duk_context *ctx, duk_idx_t idx);

/* Elements of a plain Array from its array part: true and pushed if present;
 * false where a hole, a getter or another layout needs the slow way. */
bool dx_array_get(duk_context *ctx, duk_idx_t idx, uint32_t i);
/* Is it an Array whose elements 0 to length - 1 are all in its array part? */
bool dx_array_is_dense(duk_context *ctx, duk_idx_t idx, uint32_t *len_out);
/* Define the element behind the last: [ value ] -> [ ]. A fresh array only. */
void dx_array_append(duk_context *ctx, duk_idx_t idx);
/* Append N elements from START of the dense array SRC to the dense array DST;
 * false, and nothing done, if the layout does not allow it. */
bool dx_array_copy(duk_context *ctx, duk_idx_t dst, duk_idx_t src,
    uint32_t start, uint32_t n);
/*
 * Take the first element out, without moving the others, where nobody can tell
 * the difference: [ ] -> [ element ] and true, or nothing and false.
 */
bool dx_array_shift(duk_context *ctx, duk_idx_t idx);
/* At START of a dense array drop NDEL elements and make room for NINS, which
 * are undefined; false, and nothing done, if the layout does not allow it. */
bool dx_array_splice(duk_context *ctx, duk_idx_t idx, uint32_t start,
    uint32_t ndel, uint32_t nins);
/* Is there C stack left for another recursion, and no pending kill? Throws if
 * not, as a call does. */
void dx_check_stack(duk_context *ctx);
/* Duktape's own methods, for Arrays of less than 2^31 elements: called with
 * the frame of the running function. */
duk_ret_t dx_native_push(duk_context *ctx);
duk_ret_t dx_native_pop(duk_context *ctx);
/* Depth of the call stack. */
size_t dx_call_depth(duk_context *ctx);
/* [ ] -> [ array ] with room for N elements, length 0. */
void dx_push_array(duk_context *ctx, uint32_t n);

/* Byte offset of UTF-16 unit N (at most the length) of the string at IDX; cheap
 * near where the last question was. */
size_t dx_unit_to_byte(duk_context *ctx, duk_idx_t idx, size_t n);
/* The getter of an own accessor, NULL if there is none. */
void *dx_getter_ptr(duk_context *ctx, duk_idx_t idx, void *key);

/*
 * Duktape's own functions become as the standard has them: Function.prototype
 * is their prototype, and length comes before name. Once, before any other.
 */
void dx_fix_natives(duk_context *ctx);
/* The object on top is BigInt.prototype from now on. Once, before coroutines.
 */
void dx_set_bigint_proto(duk_context *ctx);

/*
 * What typed arrays and Proxies ask the built-ins for; all set, or none. The
 * functions are those of worker/builtins/objop.h, for the Proxy at IDX:
 */
struct dx_hooks {
	void (*get)(duk_context *ctx,
	    duk_idx_t idx); /* [ key this ] -> [ v ] */
	bool (*set)(duk_context *ctx,
	    duk_idx_t idx); /* [ key v this ] -> [ ] */
	bool (*has)(duk_context *ctx, duk_idx_t idx); /* [ key ] -> [ ] */
	bool (*del)(duk_context *ctx, duk_idx_t idx); /* [ key ] -> [ ] */
	duk_c_function typed_get; /* with magic 0: the getter of length */
};
void dx_set_hooks(const struct dx_hooks *hooks);

/* The key on top, of the object at IDX. */
enum dx_typed_key {
	DX_TYPED_NO,     /* no typed array, or no numeric key */
	DX_TYPED_BEYOND, /* numeric, but no element */
	DX_TYPED_ELEMENT
};
enum dx_typed_key dx_typed_key(duk_context *ctx, duk_idx_t idx);
/* The Float64Array on top holds BigInts from now on: CLASS says which. */
void dx_view_hold_bigints(duk_context *ctx, int class);

/* What an ArrayBuffer, DataView or typed array refers to. */
struct dx_view {
	void *data;      /* start of the buffer's bytes, NULL if detached */
	size_t data_len; /* bytes in the buffer */
	size_t offset;   /* of the view */
	size_t length;   /* of the view, in bytes, as created */
	unsigned int shift;
	int class;
	bool is_typed; /* a typed array */
	bool detached;
};
/* False unless IDX is a buffer object. */
bool dx_view(duk_context *ctx, duk_idx_t idx, struct dx_view *out);
/* Take the buffer away from an ArrayBuffer: it becomes detached. */
void dx_view_detach(duk_context *ctx, duk_idx_t idx);
/* Change offset and length (bytes) of a buffer object. */
void dx_view_set(duk_context *ctx, duk_idx_t idx, size_t offset, size_t length);
/* [ ] -> [ ArrayBuffer ] of a view, if it has one by now; else false */
bool dx_view_push_buffer(duk_context *ctx, duk_idx_t idx);
/* [ ] -> [ the plain buffer under it ], undefined if detached */
void dx_view_push_plain(duk_context *ctx, duk_idx_t idx);

/*
 * Define the own properties of the object literal at FROM, those under symbols
 * excepted, as members of the object at TO: configurable, data writable, as
 * enumerable as HOW says; or as they are. Functions without a name and
 * accessors get the one that the member's key gives.
 */
enum dx_members { DX_MEMBERS_HIDDEN, DX_MEMBERS_ENUMERABLE, DX_MEMBERS_AS_IS };
void dx_copy_members(duk_context *ctx, duk_idx_t to, duk_idx_t from,
    enum dx_members how);

#endif
