#ifndef WORKER_LANG_PARSE_TS_H
#define WORKER_LANG_PARSE_TS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * TypeScript's syntax, where the parser meets it. Everything that has no
 * effect at run time is erased from the text (parse_type.h) and leaves no
 * node, or an EMPTY statement.
 */
struct parser;
struct func;
struct lang_unit;

/* parse_ts.c: expressions, functions, variables */

/* LEFT as T, LEFT satisfies T: returns LEFT. */
uint32_t parse_ts_as(struct parser *p, uint32_t left);
/* <T>expression, not where an arrow may begin. */
uint32_t parse_ts_cast(struct parser *p);
/* `!`, or type arguments that a call or the end follows; whether one was. */
bool parse_ts_subscript(struct parser *p);
void parse_ts_type_args(struct parser *p);
void parse_ts_type_params(struct parser *p);
/* <T> in front of the "(" of an async arrow or call, if it is there. */
void parse_ts_async_params(struct parser *p);
/* `: T` of a function. */
void parse_ts_result(struct parser *p);
/* `: T =>` behind a ")"; the arrow stays. MUST: it is no other colon. */
void parse_ts_arrow_result(struct parser *p, bool must);
/* `: T` or `!: T` of a variable or field. */
void parse_ts_annotation(struct parser *p);
/* A parameter, or 0 for `this`. */
uint32_t parse_ts_param(struct parser *p, struct func *f);
/*
 * An element between parentheses that only a parameter can be: `this: T` (0
 * is returned then), or a name with a "?". *IS_PARAM_OUT tells whether it was.
 */
uint32_t parse_ts_paren_param(struct parser *p, bool *is_param_out);
/* What may follow a parenthesised element; whether it makes it a parameter. */
bool parse_ts_paren_annotation(struct parser *p, uint32_t *elem);
/* A semicolon stands instead of a function's body. */
bool parse_ts_no_body(struct parser *p);

/* parse_ts_class.c */
void parse_ts_heritage_args(struct parser *p);
void parse_ts_implements(struct parser *p);
/*
 * Erase the modifiers before a member, and the member as a whole when it is
 * abstract, ambient or an index signature: then returns TS_ERASED, else 0.
 */
uint32_t parse_ts_member(struct parser *p, uint32_t pos);
/* "?" or "!" behind a member's key. */
void parse_ts_member_optional(struct parser *p);

/* parse_ts_stmt.c */

/* A statement that begins with a word of TypeScript, or 0. */
uint32_t parse_ts_statement(struct parser *p);
/* enum, const enum */
uint32_t parse_ts_enum(struct parser *p);
/* `type` before a name within import or export braces: erased if so. */
bool parse_ts_spec_type(struct parser *p);
/* import type, import x = ...; the current token is behind `import`; or 0 */
uint32_t parse_ts_import(struct parser *p, uint32_t node);
/* export default interface ..., or 0 */
bool parse_ts_export_default(struct parser *p);
/* export =, export type ..., whole; or 0 */
uint32_t parse_ts_export(struct parser *p, uint32_t node);
/* What `export` may stand before in TypeScript only; or 0 */
uint32_t parse_ts_export_declaration(struct parser *p);

/* unit_ts.c: after scope analysis */

/* Drop imports that no value needs, and make the text JavaScript. */
void unit_erase_types(struct lang_unit *unit);

#endif
