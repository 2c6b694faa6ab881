#ifndef WORKER_ENGINE_MODULE_H
#define WORKER_ENGINE_MODULE_H

#include <stdbool.h>
#include <stddef.h>

#include "worker/engine/engine.h"

/*
 * The modules of a worker: a bundle of named sources, linked and evaluated as
 * the standard says, with CommonJS, JSON, text and data beside ES modules, and
 * built-in modules made in C.
 */
enum module_kind {
	MODULE_ESM,
	MODULE_COMMONJS,
	MODULE_JSON,
	MODULE_TEXT,
	MODULE_DATA
};

struct module_source {
	const char *name; /* "src/app.js"; no leading "./" */
	enum module_kind kind;
	const char *bytes; /* UTF-8 except for MODULE_DATA */
	size_t len;
	/* MODULE_COMMONJS: names importable beside default; may be NULL */
	const char *const *named_exports;
	size_t nnamed_exports;
};

/*
 * Add a source to the bundle; everything is copied. Nothing is parsed yet.
 * Returns 0, ERR_STATE (the name exists) or ERR_LIMIT.
 */
int module_add(struct engine *e, const struct module_source *source);

/*
 * A built-in module: MAKE is called once, on first import, with an empty stack
 * and returns 1 with an object on top; its own enumerable keys are the exports
 * ("default" included). SPECIFIER is matched whole: "cloudflare:workers".
 * Meant for the zygote; SPECIFIER is held (a literal).
 */
void module_add_builtin(struct engine *e, const char *specifier,
    duk_c_function make);

/*
 * Load, link and start to evaluate the main module NAME. Errors as for
 * engine_run(); a missing module or export names the importer's file:line.
 * With top-level await, evaluation may be pending afterwards: ask
 * module_state() after later events.
 */
int module_start(struct engine *e, const char *name,
    struct engine_error *err_out);

enum module_state { MODULE_PENDING, MODULE_READY, MODULE_FAILED };

/* State of the main module; err_out is filled for MODULE_FAILED. */
enum module_state module_state(struct engine *e, struct engine_error *err_out);

/*
 * [ ] -> [ namespace object of the main module ]; for CommonJS an object with
 * `default` and the named exports. Throws unless MODULE_READY.
 */
void module_push_main(duk_context *ctx);

/* A dynamic import from the host: [ specifier ] -> [ promise ] */
void module_import(duk_context *ctx);

/* As module_add() and module_start(), for files outside a bundle: how
 * eider-js finds a module's text. Returns 0 and *BYTES_OUT (malloc, taken), or
 * ERR_NOENT. Replaces the bundle lookup of names not added. */
typedef int module_read_fn(void *arg, const char *name, char **bytes_out,
    size_t *len_out);
void module_set_reader(struct engine *e, module_read_fn *read, void *arg);

#endif
