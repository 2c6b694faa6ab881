#ifndef WORKER_LANG_LEX_H
#define WORKER_LANG_LEX_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The lexer: one token at a time, driven by the parser, which alone knows
 * whether a slash begins a regular expression and a brace ends a template's
 * expression. It never depends on strictness: what strict code forbids is
 * flagged on the token.
 */
struct lang_unit;

enum token_type {
#define TOKEN(id_, text_, prec_, op_) TOK_##id_,
#include "worker/lang/tokens.def"
#undef TOKEN
	TOK_NTYPES
};

enum token_flag {
	TF_NEWLINE = 1 << 0,      /* a line terminator stands before it */
	TF_ESCAPE = 1 << 1,       /* NAME, PRIVATE, STRING: has a backslash */
	TF_OCTAL = 1 << 2,        /* NUMBER 017, STRING "\17" */
	TF_LEADING_ZERO = 1 << 3, /* NUMBER 08; STRING "\8" */
	TF_NON_ASCII = 1 << 4,    /* STRING, template chunk */
	TF_LINE_SEP = 1 << 5,     /* raw U+2028/9: STRING, template chunk */
	TF_SEPARATOR = 1 << 6,    /* NUMBER, BIGINT */
	TF_BAD_ESCAPE = 1 << 7,   /* template chunk */
	TF_TAIL = 1 << 8,         /* template chunk: ends the template */
};

struct token {
	uint8_t type; /* enum token_type */
	uint16_t flags;
	uint32_t pos, end;
	uint32_t atom; /* NAME, PRIVATE (without #) */
};

struct lexer {
	struct lang_unit *unit; /* held */
	const char *src;
	uint32_t len;
	uint32_t prev_end; /* end of the token before the current one */
	bool html_comments;
	struct token tok; /* current */
};

struct token_spec {
	const char *text;
	uint8_t prec;
	uint8_t op; /* enum ast_op */
};

extern const struct token_spec token_specs[TOK_NTYPES];

/* Sets up the current token as the first of the source. */
void lex_init(struct lexer *lx, struct lang_unit *unit);
/* Step to the next token. Leaves by unit_fail() when there is none. */
void lex_next(struct lexer *lx);
/*
 * The current token is "/" or "/=": scan a regular expression from there; the
 * offset of its closing slash goes to *CLOSE_OUT, its end to tok.end.
 */
void lex_regexp(struct lexer *lx, uint32_t *close_out);
/*
 * The current token is "`", or the "}" that ends an expression of a template:
 * scan the chunk behind it. tok becomes the chunk: pos..end is its text
 * without delimiters; TF_TAIL tells which one ended it. *AFTER_OUT is behind
 * the delimiter; go on with lex_continue(). *BAD_OUT is where a bad escape
 * is, when TF_BAD_ESCAPE is set.
 */
void lex_chunk(struct lexer *lx, uint32_t *after_out, uint32_t *bad_out);
/* Scan the next token from POS on; PREV_END becomes what it says. */
void lex_continue(struct lexer *lx, uint32_t pos);
/* The current token begins with ">" and is longer: make it ">" alone. */
void lex_split_gt(struct lexer *lx);

/*
 * Skip white space and comments from POS, as in the middle of a line. Leaves
 * by unit_fail() at a comment without end. *NEWLINE tells whether a line begins
 * at POS, and is set when one begins behind it.
 */
uint32_t lex_skip(struct lexer *lx, uint32_t pos, bool *newline);

bool lex_is_id_start(const struct lexer *lx, uint32_t pos, uint32_t *n_out);
bool lex_is_id_part(const struct lexer *lx, uint32_t pos, uint32_t *n_out);

#endif
