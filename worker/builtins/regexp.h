#ifndef WORKER_BUILTINS_REGEXP_H
#define WORKER_BUILTINS_REGEXP_H

#include "worker/builtins/bi.h"
#include "worker/builtins/re.h"

/*
 * RegExp objects. Slots: RE an array [ program, names ], SOURCE the pattern,
 * FLAGS the bits of enum re_flag; lastIndex is an own property.
 */

bool regexp_is(duk_context *ctx, duk_idx_t idx);
/* RegExpCreate: [ pattern flags ] -> [ RegExp ]; undefined is "" */
void regexp_create(duk_context *ctx);
unsigned int regexp_flags(duk_context *ctx, duk_idx_t idx);

/* [ ] -> [ "gi" ] */
void regexp_push_flags(duk_context *ctx, unsigned int flags);

/* Nothing changed about its exec and flags: work on it without lookups. */
bool regexp_is_pristine(duk_context *ctx, duk_idx_t idx);

/* A match of the string at STR: caps are byte offsets, index and end units. */
struct regexp_match {
	const uint32_t *caps; /* in a buffer on the stack */
	uint32_t ngroups;
	const char *s;
	size_t len;
	double index, end;
};

/*
 * Search from unit FROM, as the flags say but for lastIndex. True: [ ] ->
 * [ caps buffer ]. RX and STR are absolute.
 */
bool regexp_search(duk_context *ctx, duk_idx_t rx, duk_idx_t str, double from,
    bool sticky, struct regexp_match *out);
/* [ ] -> [ capture K: string or undefined ] */
void regexp_push_capture(duk_context *ctx, const struct regexp_match *m,
    uint32_t k);
/* [ ] -> [ groups object with the captures as values, or undefined ] */
void regexp_push_groups(duk_context *ctx, duk_idx_t rx,
    const struct regexp_match *m);
/* [ ] -> [ result array of exec ] */
void regexp_push_result(duk_context *ctx, duk_idx_t rx, duk_idx_t str,
    const struct regexp_match *m);
/* RegExpBuiltinExec: lastIndex is read and written. As regexp_search(). */
bool regexp_builtin_exec(duk_context *ctx, duk_idx_t rx, duk_idx_t str,
    struct regexp_match *out);
/* RegExpExec: [ ] -> [ result or null ]; RX any object */
void regexp_exec(duk_context *ctx, duk_idx_t rx, duk_idx_t str);

/* $re(source, flags) */
duk_ret_t rt_regexp(duk_context *ctx);

void regexp_install_symbols(duk_context *ctx, duk_idx_t proto);

#endif
