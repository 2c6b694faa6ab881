#ifndef WORKER_LANG_PARSE_OBJECT_H
#define WORKER_LANG_PARSE_OBJECT_H

#include <stdint.h>

/* Array and object literals; the parser's own. */
struct parser;
struct cover;

/* COVER: where errors that a pattern would not be are left; may be NULL. */
uint32_t parse_array(struct parser *p, struct cover *cover);
uint32_t parse_object(struct parser *p, struct cover *cover);

#endif
