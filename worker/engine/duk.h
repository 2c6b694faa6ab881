#ifndef WORKER_ENGINE_DUK_H
#define WORKER_ENGINE_DUK_H

/*
 * Duktape's public interface, as compiled into libengine (see duk_unity.c).
 * Include this, never <duktape.h> directly.
 *
 * Any duk_* call may longjmp; see STYLE 14. Strings inside are CESU-8: text
 * from outside goes through worker/engine/str.h.
 */
#include <duktape.h>

#endif
