#ifndef WORKER_BUILTINS_RE_PARSE_H
#define WORKER_BUILTINS_RE_PARSE_H

#include "worker/builtins/re.h"

/* The parser's state, shared by re_parse.c and re_class.c. */
struct re_parser {
	duk_context *ctx;
	struct re_tree *t;
	const char *src, *p, *end;
	bool u; /* u or v */
	bool v;
	bool behind;     /* in a lookbehind */
	bool have_names; /* \k is a reference */
	uint32_t total;  /* groups in the whole pattern, with group 0 */
	uint8_t flags;   /* i, m, s in force */
	struct re_name *last_name;
	struct re_set *id_start, *id_continue; /* made when needed */
};

void re_fail(struct re_parser *r, const char *text) __attribute__((noreturn));
struct re_node *re_node(struct re_parser *r, enum re_type type);

/* The next character, 0xffffffff at the end; re_next() consumes it. */
uint32_t re_peek(const struct re_parser *r);
uint32_t re_next(struct re_parser *r);
bool re_eat(struct re_parser *r, char c);
bool re_looks_at(const struct re_parser *r, const char *text);

/* Hex digits, exactly N: false and nothing consumed otherwise. */
bool re_hex(struct re_parser *r, int n, uint32_t *out);
/* Behind "\u": XXXX, a pair of them, or {...}. */
bool re_unicode_escape(struct re_parser *r, bool unicode, uint32_t *out);
/* Behind "\": an escape for one character, in a class or out of it. */
uint32_t re_character_escape(struct re_parser *r, bool in_class);
/* Behind "\": d D s S w W p P; NULL, and nothing consumed, if it is none. */
struct re_node *re_class_escape(struct re_parser *r);

/* Behind "[": a node of type RE_SET, or RE_ALT if it has strings. */
struct re_node *re_parse_class(struct re_parser *r);

#endif
