#ifndef WORKER_ENGINE_INNER_H
#define WORKER_ENGINE_INNER_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "worker/engine/duk.h"

/*
 * What the engine needs of Duktape's inside: defined in duk_inner.h, which is
 * compiled in one unit with Duktape. For worker/engine and worker/builtins
 * only. The stack comments say what each does to the value stack.
 */

/* Stopping scripts. */
volatile sig_atomic_t *inner_kill_flag(void);
/* The C stack may grow down to LOW. */
void inner_set_stack_low(uintptr_t low);

/* The heap. */
void inner_reseed(duk_context *ctx, const uint64_t seed[2]);
/* Collect once *USED reaches BYTES; afterwards the engine goes on by itself. */
void inner_gc_at(size_t bytes, const size_t *used);

/*
 * Records: objects with N (at most 4) values in hidden properties that are
 * read by position. KEYS are heap pointers of the hidden keys' strings, which
 * somebody keeps reachable. [ ] -> [ object ]
 */
void inner_push_record(duk_context *ctx, void *proto, void *const *keys,
    unsigned int n);
/* The same with ordinary, enumerable properties. */
void inner_push_plain(duk_context *ctx, void *proto, void *const *keys,
    unsigned int n);
/* Does the value at IDX have KEY as record property SLOT? */
bool inner_is_record(duk_context *ctx, duk_idx_t idx, unsigned int slot,
    void *key);
/* The record must be one. [ ] -> [ value ] */
void inner_slot_push(duk_context *ctx, duk_idx_t idx, unsigned int slot);
/* [ value ] -> [ ] */
void inner_slot_pop(duk_context *ctx, duk_idx_t idx, unsigned int slot);
/* Numbers in slots, without the stack. */
int inner_slot_get_int(duk_context *ctx, duk_idx_t idx, unsigned int slot);
void inner_slot_set_int(duk_context *ctx, duk_idx_t idx, unsigned int slot,
    int v);

/* Coroutines. */
enum inner_thread_state {
	INNER_THREAD_NONE, /* not a coroutine */
	INNER_THREAD_NEW,
	INNER_THREAD_RUNNING,
	INNER_THREAD_RESUMED, /* waits for one that it resumed */
	INNER_THREAD_SUSPENDED,
	INNER_THREAD_ENDED
};
enum inner_thread_state inner_thread_state(duk_context *ctx, duk_idx_t idx);
/*
 * A coroutine that will call the function: [ owner fn this arg1..argN ] ->
 * [ thread ]. The function must be a lowered (not C) function. OWNER is any
 * value; the coroutine keeps it while it has not ended.
 */
void inner_thread_push(duk_context *ctx, duk_idx_t nargs);
/* [ ] -> [ owner of the coroutine at IDX; undefined if it has ended ] */
void inner_thread_owner(duk_context *ctx, duk_idx_t idx);
/*
 * As a C function called by a JS function only: (thread, value, is_error)
 * resumes and returns what is yielded or returned, or throws.
 */
duk_ret_t inner_thread_resume(duk_context *ctx);
/* Called last in a C function that JS called: [ ... value ], yields it. */
duk_ret_t inner_thread_yield(duk_context *ctx);
/* May the running C function's caller be suspended now? */
bool inner_can_yield(duk_context *ctx);
/* Is the caller of the running C function a plain JS function? */
bool inner_called_from_js(duk_context *ctx);

/* [ ] -> [ file name of the innermost JS function that runs, or undefined ] */
void inner_push_caller_file(duk_context *ctx);

/* Functions. */
/* [ ] -> [ %ThrowTypeError% ] */
void inner_push_thrower(duk_context *ctx);
void inner_set_constructable(duk_context *ctx, duk_idx_t idx, bool on);
/*
 * A C function with own length and name, not constructable. DATA_KEY: NULL, or
 * the hidden key under which it carries the value on top.
 * [ ] -> [ function ], or [ data ] -> [ function ]
 */
void inner_push_cfunction(duk_context *ctx, duk_c_function fn, duk_idx_t nargs,
    int length, const char *name, void *data_key);
bool inner_is_lowered(duk_context *ctx, duk_idx_t idx);
/* Key of what closures of one function text share; NULL if not lowered. */
const void *inner_code_key(duk_context *ctx, duk_idx_t idx);
/*
 * [ ... func arg1..argN newTarget ] -> [ ... result ]; both must be
 * constructors, else TypeError.
 */
void inner_construct(duk_context *ctx, duk_idx_t nargs);
bool inner_is_constructor(duk_context *ctx, duk_idx_t idx);

/*
 * Function templates. inner_compile(): [ text filename ] -> [ closure ] like
 * duk_compile(), in eval mode; with a walk over the templates before the
 * closure is made: PATCH is called once per function text, in text order.
 */
struct inner_template {
	const char *name; /* CESU-8; NULL: none */
	size_t name_len;
	int length; /* `length`; -1: leave */
	bool constructable;
	bool drop_self_name; /* the text does not refer to itself by name */
	bool keep_all;       /* keep every variable name */
	/* names captured by inner functions (interned), unless keep_all */
	void *const *kept;
	unsigned int nkept;
};
typedef bool inner_patch_fn(duk_context *ctx, void *arg, unsigned int index,
    const void *code_key, struct inner_template *out);
void inner_compile(duk_context *ctx, unsigned int flags, inner_patch_fn *patch,
    void *arg);

/* What indirect eval does; set once. */
void inner_set_eval(duk_c_function fn);

/*
 * JSON.parse without a reviver: [ ] -> [ value ]. TEXT is CESU-8, or UTF-8
 * without sequences of four bytes, and stays where it is meanwhile. Throws a
 * SyntaxError.
 */
void inner_json_parse(duk_context *ctx, const char *text, size_t len);

/* Objects. */
/* The prototype as stored, Proxy traps not called; NULL if none. */
void *inner_get_proto(duk_context *ctx, duk_idx_t idx);
/* [ proto ] -> [ proto ]: of a plain object, without any check */
void inner_set_proto(duk_context *ctx, duk_idx_t idx);
bool inner_is_proxy(duk_context *ctx, duk_idx_t idx);
/* [ ] -> [ target handler ] of the Proxy at IDX, or false: it is revoked. */
bool inner_push_proxy_parts(duk_context *ctx, duk_idx_t idx);
/* [ ... obj key value ] -> [ ... obj ]: own data property, even if frozen. */
void inner_def_hidden(duk_context *ctx, duk_idx_t idx);
/* [ key ] -> [ value ] and true, or [ ] and false; own data property only. */
bool inner_get_own_hidden(duk_context *ctx, duk_idx_t idx);
/*
 * [[Get]] of the property at KEY_IDX (any value) of the object at IDX, getters
 * called with the value at THIS_IDX. [ ] -> [ value ]
 */
void inner_get_with_receiver(duk_context *ctx, duk_idx_t idx, duk_idx_t key_idx,
    duk_idx_t this_idx);
/* [[Set]]; the stack stays. False where a strict assignment throws. */
bool inner_try_set_with_receiver(duk_context *ctx, duk_idx_t idx,
    duk_idx_t key_idx, duk_idx_t value_idx, duk_idx_t this_idx);
/* The same, throwing. */
void inner_set_with_receiver(duk_context *ctx, duk_idx_t idx, duk_idx_t key_idx,
    duk_idx_t value_idx, duk_idx_t this_idx);
/*
 * CreateDataPropertyOrThrow, with a Proxy's trap: [ key value ] -> [ ]
 */
void inner_create_field(duk_context *ctx, duk_idx_t idx);
void inner_prevent_extensions(duk_context *ctx, duk_idx_t idx);
/* Insert an environment record with the object on top behind the globals:
 * [ object ] -> [ ]; its properties become visible as variables. */
void inner_set_scope_behind_global(duk_context *ctx);
/*
 * Proxies whose handler has an object under the hidden KEY are namespaces: a
 * name that is a property of that object is read there, without a trap, unless
 * it is the object TDZ.
 */
void inner_set_namespaces(const void *key, const void *tdz);
/* The thread that runs now, or CTX when none does. */
duk_context *inner_running(duk_context *ctx);

#endif
