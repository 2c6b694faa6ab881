#ifndef WORKER_BUILTINS_BI_H
#define WORKER_BUILTINS_BI_H

/*
 * Shared by the files of this folder, for nobody else: tables of functions,
 * intrinsics, and the abstract operations of the standard.
 */

#include "base/util.h"
#include "worker/builtins/builtins.h"
#include "worker/engine/dx.h"
#include "worker/engine/engine.h"

enum bi_slot {
#define SLOT(id_, key_) SLOT_##id_,
#include "worker/builtins/bi.def"
#undef SLOT
	NSLOTS
};

enum bi_sym {
#define SYM(id_, name_) SYM_##id_,
#include "worker/builtins/bi.def"
#undef SYM
	NSYMS
};

enum bi_intrinsic {
#define INTRINSIC(id_) I_##id_,
#include "worker/builtins/bi.def"
#undef INTRINSIC
	NINTRINSICS
};

#define BI_CYCLE_MAX 128

/* Heap pointers, all reachable from the heap stash. One per engine. */
struct bi {
	void *slot[NSLOTS];
	void *sym[NSYMS];
	void *intrinsic[NINTRINSICS];
	volatile sig_atomic_t *kill; /* the engine's */
	uint32_t ticks;              /* steps since the flag was looked at */
	uint32_t next_weak; /* number of the next WeakMap's hidden key */
	uint32_t ncached;   /* programs in the cache of RegExp literals */
	uint32_t ncycle;
	void *cycle[BI_CYCLE_MAX]; /* objects being visited, innermost last */
};

struct bi *bi_of(duk_context *ctx);

/* Make B (owned by the engine from now on) with slots and symbols. */
void bi_init(duk_context *ctx);
/* Keep the object on top as an intrinsic; it stays on the stack. */
void bi_keep(duk_context *ctx, enum bi_intrinsic id);
/* [ ] -> [ intrinsic ] */
void bi_push(duk_context *ctx, enum bi_intrinsic id);
bool bi_is(duk_context *ctx, duk_idx_t idx, enum bi_intrinsic id);
/* [ ] -> [ symbol ] */
void bi_push_sym(duk_context *ctx, enum bi_sym id);
/* [ ] -> [ value of obj[symbol] ] */
void bi_get_sym(duk_context *ctx, duk_idx_t obj, enum bi_sym id);

/* Internal slots: own, hidden, not inherited, not seen by a Proxy. */
bool slot_get(duk_context *ctx, duk_idx_t idx, enum bi_slot slot);
bool slot_has(duk_context *ctx, duk_idx_t idx, enum bi_slot slot);
/* [ value ] -> [ ] */
void slot_put(duk_context *ctx, duk_idx_t idx, enum bi_slot slot);
void slot_put_number(duk_context *ctx, duk_idx_t idx, enum bi_slot slot,
    double v);
/* 0 if absent. */
double slot_number(duk_context *ctx, duk_idx_t idx, enum bi_slot slot);

/*
 * One row per function. NAME may start with "@@" (a well-known symbol) or with
 * "get " or "set " (an accessor, which may be a symbol too).
 */
struct bi_fn {
	const char *name;
	duk_c_function fn;
	int8_t nargs;   /* on the stack; DUK_VARARGS for all */
	uint8_t length; /* of the function object */
	int16_t magic;
};

#define DEF_W DUK_DEFPROP_WRITABLE
#define DEF_E DUK_DEFPROP_ENUMERABLE
#define DEF_C DUK_DEFPROP_CONFIGURABLE

void bi_define_fns(duk_context *ctx, duk_idx_t obj, const struct bi_fn *fns,
    size_t n);
#define BI_DEFINE(ctx_, obj_, fns_)                                            \
	bi_define_fns((ctx_), (obj_), (fns_), NELEMS(fns_))
/* [ value ] -> [ ]: define under NAME ("@@" as above). ATTRS: DEF_* */
void bi_define(duk_context *ctx, duk_idx_t obj, const char *name,
    unsigned int attrs);
/* The @@toStringTag of a prototype. */
void bi_define_tag(duk_context *ctx, duk_idx_t obj, const char *tag);
/* get [Symbol.species] { return this } */
void bi_define_species(duk_context *ctx, duk_idx_t obj);
/*
 * [ ] -> [ constructor prototype ]: make both, linked, and define the
 * constructor globally. PROTO is kept as an intrinsic.
 */
void bi_class(duk_context *ctx, const char *name, duk_c_function fn,
    int8_t nargs, uint8_t length, enum bi_intrinsic proto);

/* [ ] -> [ global object ] and its property NAME, which must exist. */
void bi_push_global(duk_context *ctx, const char *name);

/* Errors: printf text, prefixed with nothing. They do not return. */
duk_ret_t bi_throw_type(duk_context *ctx, const char *fmt, ...)
    __attribute__((format(printf, 2, 3), noreturn));
duk_ret_t bi_throw_range(duk_context *ctx, const char *fmt, ...)
    __attribute__((format(printf, 2, 3), noreturn));
/* "Method X called on incompatible receiver" */
duk_ret_t bi_throw_receiver(duk_context *ctx, const char *method)
    __attribute__((noreturn));

/* Conversions, on the value at IDX (coerced in place where needed). */
double bi_to_integer(duk_context *ctx, duk_idx_t idx); /* -inf .. inf */
double bi_to_length(duk_context *ctx, duk_idx_t idx);
double bi_to_index(duk_context *ctx, duk_idx_t idx, const char *what);
/* A relative index (-1 is the last) clamped to 0 .. LEN; DFLT if undefined */
double bi_relative(duk_context *ctx, duk_idx_t idx, double len, double dflt);
/* ToString that refuses symbols; for RegExp and String methods. */
const char *bi_to_string(duk_context *ctx, duk_idx_t idx, size_t *len_out);
/* ToPropertyKey in place: a string (symbols are strings). */
void bi_to_key(duk_context *ctx, duk_idx_t idx);
/* [ ] -> [ this ], an object by ToObject. Undefined and null throw. */
void bi_push_this_object(duk_context *ctx);
void bi_require_callable(duk_context *ctx, duk_idx_t idx);
bool bi_is_object(duk_context *ctx, duk_idx_t idx); /* objects, functions */
bool bi_is_symbol(duk_context *ctx, duk_idx_t idx); /* and no BigInt */
bool bi_is_nullish(duk_context *ctx, duk_idx_t idx);
bool bi_is_absent(duk_context *ctx, duk_idx_t idx); /* undefined or no arg */
bool bi_is_array(duk_context *ctx, duk_idx_t idx);  /* IsArray */
/* Freeze an ordinary object or array; duk_freeze() forgets an array's length.
 */
void bi_freeze(duk_context *ctx, duk_idx_t idx);
bool bi_same_value_zero(duk_context *ctx, duk_idx_t a, duk_idx_t b);

/* Array-likes: indexes up to 2^53 - 1. Negative indexes of the stack are
 * allowed for OBJ everywhere. */
double bi_length(duk_context *ctx, duk_idx_t obj);
bool bi_get_k(duk_context *ctx, duk_idx_t obj, double k); /* -> [ value ] */
bool bi_has_k(duk_context *ctx, duk_idx_t obj, double k);
void bi_put_k(duk_context *ctx, duk_idx_t obj, double k); /* [ v ] -> [ ] */
void bi_del_k(duk_context *ctx, duk_idx_t obj, double k);
/* CreateDataPropertyOrThrow: [ v ] -> [ ] */
void bi_define_k(duk_context *ctx, duk_idx_t obj, double k);
/* CreateDataPropertyOrThrow: [ key v ] -> [ ] */
void bi_define_key(duk_context *ctx, duk_idx_t obj);
void bi_put_length(duk_context *ctx, duk_idx_t obj, double len);

/* [ ] -> [ GetMethod(obj, sym) ]: undefined if nullish; throws if not
 * callable. Returns true if there is one. */
bool bi_get_method(duk_context *ctx, duk_idx_t obj, enum bi_sym sym);
bool bi_get_method_named(duk_context *ctx, duk_idx_t obj, const char *name);
/* [ ] -> [ SpeciesConstructor(obj, dflt) ] */
void bi_species(duk_context *ctx, duk_idx_t obj, enum bi_intrinsic dflt);

/* { value, done }: [ value ] -> [ object ] */
void bi_push_result(duk_context *ctx, bool done);

/* Called in loops that may run long without calling back: throws if the
 * event's time is up. */
void bi_poll(duk_context *ctx);
/* Throws RangeError if the C stack is nearly used up: for C recursion. */
void bi_check_stack(duk_context *ctx);
/*
 * Guards recursion into the object at IDX, as join() needs: false if it is
 * being visited. The caller leaves in any case, so it runs what may throw in
 * a protected call.
 */
bool bi_enter_cycle(duk_context *ctx, duk_idx_t idx);
void bi_leave_cycle(duk_context *ctx);

/* An Array with nothing changed about its iteration: index it instead. */
bool bi_is_intact_array(duk_context *ctx, duk_idx_t idx);

/* CreateDataProperty: [ key value ] -> [ ]; false, or TypeError if MUST. */
bool objop_create(duk_context *ctx, duk_idx_t obj, bool must);

/* In a constructor: [ ] -> [ new object, prototype from new.target ]; throws
 * TypeError if called without new. */
void bi_construct(duk_context *ctx, enum bi_intrinsic proto, const char *name);

/* In a constructor, on an object made otherwise: [ object ] -> [ object ] with
 * the prototype that `this` has from new.target. */
void bi_take_prototype(duk_context *ctx);

/* [ ] -> [ Intl[name] ] where there is Intl and that is a function; else
 * pushes nothing and returns false. */
bool bi_push_intl(duk_context *ctx, const char *name);

/* One per file, called in this order by builtins_install(). */
void bi_install_symbol(duk_context *ctx);
void bi_install_iterator(duk_context *ctx);
void bi_install_helper(duk_context *ctx);
void bi_install_map(duk_context *ctx);
void bi_install_set(duk_context *ctx);
void bi_install_weak(duk_context *ctx);
void bi_install_object(duk_context *ctx);
void bi_install_reflect(duk_context *ctx);
void bi_install_function(duk_context *ctx);
void bi_install_array(duk_context *ctx);
void bi_install_string(duk_context *ctx);
void bi_install_number(duk_context *ctx);
void bi_install_bigint(duk_context *ctx);
void bi_install_math(duk_context *ctx);
void bi_install_json(duk_context *ctx);
void bi_install_error(duk_context *ctx);
void bi_install_date(duk_context *ctx);
void bi_install_buffer(duk_context *ctx);
void bi_install_typed(duk_context *ctx);
void bi_install_regexp(duk_context *ctx);
void bi_install_intl(duk_context *ctx);

#endif
