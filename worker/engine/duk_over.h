/*
 * Options of the embedded Duktape, on top of the packaged duk_config.h.
 * Included before the packaged source, by duk_unity.c alone.
 */
#ifndef WORKER_ENGINE_DUK_OVER_H
#define WORKER_ENGINE_DUK_OVER_H

#define DUK_COMPILING_DUKTAPE
#include "duk_config.h"

#include <signal.h>
#include <stdint.h>

/* Integer loops 2-3x faster, about 5 % slower elsewhere. */
#undef DUK_USE_FASTINT
#define DUK_USE_FASTINT

/* JSON.stringify 3.5x faster. */
#undef DUK_USE_JSON_STRINGIFY_FASTPATH
#define DUK_USE_JSON_STRINGIFY_FASTPATH

/* Strings per 16 buckets before the table of strings grows: its pages are
 * written to by each string that a clone makes. */
#undef DUK_USE_STRTAB_GROW_LIMIT
#define DUK_USE_STRTAB_GROW_LIMIT 40

/* Dead code and data: nothing here speaks to a debugger. */
#undef DUK_USE_DEBUGGER_SUPPORT

/*
 * Stopping runaway code: both hooks look at one flag (inner.h). The stack
 * hook is called at each native call, regexp, JSON and compiler level.
 */
struct inner_guard {
	volatile sig_atomic_t fire; /* stop all scripts now */
	uintptr_t stack_low;        /* the C stack must stay above */
};
extern struct inner_guard inner_guard_state
    __attribute__((visibility("hidden")));

#undef DUK_USE_INTERRUPT_COUNTER
#define DUK_USE_INTERRUPT_COUNTER
#undef DUK_USE_EXEC_TIMEOUT_CHECK
#define DUK_USE_EXEC_TIMEOUT_CHECK(udata) (inner_guard_state.fire)
#undef DUK_USE_NATIVE_STACK_CHECK
#define DUK_USE_NATIVE_STACK_CHECK()                                           \
	((uintptr_t)__builtin_frame_address(0) <                               \
		inner_guard_state.stack_low ||                                 \
	    inner_guard_state.fire)

/* The stack check bounds recursion; the counters are only a second line. */
#undef DUK_USE_NATIVE_CALL_RECLIMIT
#define DUK_USE_NATIVE_CALL_RECLIMIT 20000
#undef DUK_USE_CALLSTACK_LIMIT
#define DUK_USE_CALLSTACK_LIMIT 10000

/* Strings that grow share buffers; inner_strbuf.inc. */
#define DUK_USE_HSTRING_EXTDATA
#define DUK_USE_EXTSTR_INTERN_CHECK(udata, ptr, len) inner_strbuf_take(ptr)
#define DUK_USE_EXTSTR_FREE(udata, ptr) inner_strbuf_release(heap, (ptr))

/* The allocator is the engine's. */
#undef DUK_USE_PROVIDE_DEFAULT_ALLOC_FUNCTIONS

/* Accessors are called as the language says; fromCharCode takes 16 bits. */
#undef DUK_USE_NONSTD_GETTER_KEY_ARGUMENT
#undef DUK_USE_NONSTD_SETTER_KEY_ARGUMENT
#undef DUK_USE_NONSTD_STRING_FROMCHARCODE_32BIT
/* JSON.stringify leaves U+2028 as it is. */
#undef DUK_USE_NONSTD_JSON_ESC_U2028_U2029

/* Lexical checks are the front-end's matter. */
#undef DUK_USE_HTML_COMMENTS
#undef DUK_USE_SHEBANG_COMMENTS

#endif
