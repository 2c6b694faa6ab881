#ifndef WORKER_ENGINE_MODULE_PRIV_H
#define WORKER_ENGINE_MODULE_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "worker/engine/engine_priv.h"
#include "worker/engine/module.h"
#include "worker/lang/lang.h"

/*
 * Private to worker/engine: modules, shared by module.c (table, names),
 * module_link.c, module_eval.c and module_cjs.c.
 */
#define MODULES_MAX 16384

enum module_status {
	MODULE_NEW,
	MODULE_LOADED, /* parsed, requests resolved */
	MODULE_LINKED, /* cells and code are there */
	MODULE_EVALUATING,
	MODULE_WAITING, /* evaluating-async */
	MODULE_EVALUATED
};

/* What REF_MODULES keeps per module: an array. */
enum module_slot {
	SLOT_CELLS,
	SLOT_NAMESPACE,
	SLOT_BODY,    /* factory, or coroutine */
	SLOT_PROMISE, /* of the evaluation, once asked for */
	SLOT_ERROR,
	SLOT_META,
	SLOT_OBJECT /* CommonJS: module; built-in: what make() gave */
};

struct module_export {
	enum lang_export_kind kind;
	char *exported, *local, *imported; /* owned; NULL: none */
	uint32_t request;
	uint32_t line, column;
};

struct module_import {
	char *imported; /* owned; NULL: the namespace */
	uint32_t request;
	uint32_t line, column;
};

struct module {
	uint32_t index;
	char *name;
	enum module_kind kind;
	char *bytes;
	size_t len;
	char **named;
	size_t nnamed;
	duk_c_function make; /* a built-in one */
	enum module_status status;
	bool failed; /* SLOT_ERROR is what evaluation threw */

	struct lang_unit *unit; /* until linked */
	struct module **deps;   /* by request; NULL: types only */
	uint32_t ndeps;
	struct module_export *exports;
	uint32_t nexports;
	struct module_import *imports;
	uint32_t nimports;
	bool coroutine, has_tla, cyclic;

	/* Tarjan's algorithm, of linking and of evaluation */
	uint32_t dfs, low;
	bool on_stack;

	/* evaluation with top-level await */
	uint32_t async_order; /* 0: not asynchronous */
	uint32_t pending;     /* dependencies to wait for */
	struct module **parents;
	uint32_t nparents;
	struct module *cycle_root;
};

struct modules {
	struct module **list;
	uint32_t n, size;
	struct module *main;
	uint32_t async_counter;
	module_read_fn *read;
	void *read_arg;
	struct tsconfig *tsconfigs; /* read so far */
};

/* One run over a graph. */
struct module_walk {
	struct module **stack;
	uint32_t n, size, counter, depth;
};

struct module *modules_find(struct engine *e, const char *name);

/* The same, or what the tool's reader has by that name. */
struct module *modules_lookup(struct engine *e, const char *name);
/*
 * The bundle's name for SPECIFIER seen from IMPORTER: "." and ".." are
 * resolved, never above the root. Owned by the caller; NULL if it is too long.
 */
char *module_join(const char *importer, const char *specifier);

/*
 * What the ending of its name and tsconfig.json say about its syntax. Throws
 * if that file is broken.
 */
void module_syntax(duk_context *ctx, const struct module *m,
    struct lang_options *o);
/* [ ] -> [ value of the slot ] and its reverse */
void module_slot_push(duk_context *ctx, const struct module *m,
    enum module_slot slot);
void module_slot_pop(duk_context *ctx, const struct module *m,
    enum module_slot slot);

/*
 * The module that IMPORTER (NULL: a script) means by the string on top; throws
 * if there is none. TYPE is the import attribute, or NULL. WHERE is
 * "file:line:column" or NULL. [ specifier ] -> [ ]
 */
struct module *module_resolve(duk_context *ctx, struct module *importer,
    const char *type, const char *where, bool is_require);

/* The same from a file's name, which need not be a module's. */
struct module *module_resolve_from(duk_context *ctx, const char *base,
    const char *type, const char *where, bool is_require);
/* Before it is linked again. */
void module_forget_tables(struct module *m);

/* Load and link M and all it needs; throws. */
void module_link(duk_context *ctx, struct module *m);
/* Does M export NAME? For namespaces and checks after linking. */
bool module_has_export(duk_context *ctx, struct module *m, const char *name);
/* [ ] -> [ namespace object ] */
void module_push_namespace(duk_context *ctx, struct module *m);

/* Evaluate M, linked. [ ] -> [ promise ] */
void module_evaluate(duk_context *ctx, struct module *m);
/* Evaluate M and its graph now, for require(); throws, also if it awaits. */
void module_evaluate_sync(duk_context *ctx, struct module *m);

/* CommonJS, JSON, text, data: run or make the value; throws. */
void module_run_other(duk_context *ctx, struct module *m);
/* Cells of such a module, with the exports that are known; before running. */
void module_make_cells(duk_context *ctx, struct module *m);

#endif
