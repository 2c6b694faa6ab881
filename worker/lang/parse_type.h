#ifndef WORKER_LANG_PARSE_TYPE_H
#define WORKER_LANG_PARSE_TYPE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * TypeScript's types. They have no meaning at run time, so no tree is made of
 * them: a type is skipped, and its bytes become spaces in the unit's text.
 */
struct parser;

/* Note that the bytes POS..END are to be erased. */
void ts_erase(struct parser *p, uint32_t pos, uint32_t end);
/* As above for a whole statement, which leaves a semicolon. */
void ts_erase_statement(struct parser *p, uint32_t pos, uint32_t end);

/* A type from the current token on; returns behind it. */
void type_skip(struct parser *p);
/* The type of a function's result: also `x is T`, `asserts x`. */
void type_skip_result(struct parser *p);
/* <A, B>: the current token begins with "<". */
void type_skip_args(struct parser *p);
/* <T extends U = V>: the current token is "<". */
void type_skip_params(struct parser *p);
/* From a bracket to behind its partner. */
void type_skip_brackets(struct parser *p);

/*
 * Run SKIP and tell whether it succeeded; when it did not, the parser is
 * where it was.
 */
bool type_try(struct parser *p, void (*skip)(struct parser *p));

#endif
