#ifndef WORKER_ENGINE_LOAD_H
#define WORKER_ENGINE_LOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "worker/engine/duk.h"
#include "worker/lang/lang.h"

/*
 * Private to worker/engine: from source text to a closure, through lang.
 */

struct engine;

/* Bytes that lang may take for one text: lang_options.memory_max. */
size_t load_memory_max(const struct engine *e);

/* [ ] -> [ SyntaxError and so on ]; DIAG is only read. */
void load_push_error(duk_context *ctx, const struct lang_diag *diag);

/*
 * Lower and compile UNIT (borrowed; parsed). [ ] -> [ closure ]: for scripts
 * and evals the program, for others the factory or function. Throws.
 *
 * keep_source    for Function.prototype.toString; the text is copied once
 * coroutine_out  may be NULL
 */
void load_unit(duk_context *ctx, struct lang_unit *unit, const char *src,
    size_t len, const struct lang_lower_options *options, const char *file_name,
    bool *coroutine_out);

/* Parse, then load_unit(). [ ] -> [ closure ] */
void load_text(duk_context *ctx, const char *src, size_t len,
    const struct lang_options *options);

/*
 * Parse and compile, not called with its helpers yet. [ ] -> [ ids program ];
 * the first keeps *IDS_OUT in memory.
 */
void load_program(duk_context *ctx, const char *src, size_t len,
    const struct lang_options *options, const uint16_t **ids_out,
    size_t *nids_out);

/* The lowered text itself, for tools: malloc'd, taken; or throws. */
char *load_lowered(duk_context *ctx, const char *src, size_t len,
    const struct lang_options *options, size_t *len_out);

/* Scripts: compile and run in the global scope. [ ] -> [ value ] */
void load_run_script(duk_context *ctx, const char *name, const char *src,
    size_t len);

#endif
