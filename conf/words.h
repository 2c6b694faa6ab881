#ifndef CONF_WORDS_H
#define CONF_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/pool.h"

/*
 * The words of a value:
 *
 *	value  = { word } { option } [ ws ";" comment ]
 *	option = field { "." field } "=" word
 *	word   = bare | "JSON escapes" | 'raw' | source "(" word ")"
 *	source = embed | env | credential | base64
 *
 * Words are separated by white space. A bare word has no white space, ";",
 * quotes or parentheses. How many words come before the options is the
 * caller's to know: a word may contain "=".
 */

enum word_form { WORD_BARE, WORD_QUOTED, WORD_RAW, WORD_SOURCE };

enum word_source {
	WORD_EMBED,      /* a file's bytes */
	WORD_ENV,        /* an environment variable */
	WORD_CREDENTIAL, /* a file of $CREDENTIALS_DIRECTORY */
	WORD_BASE64,     /* the bytes that the word inside encodes */
};

/* Sources inside sources. */
#define WORD_DEPTH_MAX 4

struct word {
	enum word_form form;
	unsigned int column; /* of the first character, from 1 */
	const char *bytes;   /* what a literal stands for; may hold NULs */
	size_t len;
	enum word_source source; /* WORD_SOURCE: */
	const struct word *inner;
};

/* A reader of one value. */
struct words {
	struct conf_pool *pool;
	const char *p;
	const char *start;
	unsigned int column; /* of the first character of the value */
	char error[200];     /* set when a call returned ERR_SYNTAX */
};

/* VALUE is held while the reader is used; words are arena of POOL. */
void words_init(struct words *words, struct conf_pool *pool, const char *value,
    unsigned int column);

bool words_is_at_end(struct words *words);

/* The next word. Returns 0, ERR_NOENT (no more) or ERR_SYNTAX. */
int words_next(struct words *words, struct word *word_out);

/* The next option. Returns 0, ERR_NOENT (no more) or ERR_SYNTAX. */
int words_next_option(struct words *words, const char **key_out,
    struct word *word_out);

const char *words_source_name(enum word_source source);

/*
 * How a word is written so that reading gives LEN bytes of TEXT again: bare
 * where possible, else 'raw', else with escapes, and as base64(...) where the
 * bytes are not UTF-8. Arena of POOL.
 */
char *words_quote(struct conf_pool *pool, const void *text, size_t len);

#endif
