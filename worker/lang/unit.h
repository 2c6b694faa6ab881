#ifndef WORKER_LANG_UNIT_H
#define WORKER_LANG_UNIT_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "worker/lang/arena.h"
#include "worker/lang/ast.h"
#include "worker/lang/atom.h"
#include "worker/lang/diag.h"
#include "worker/lang/lang.h"
#include "worker/lang/scope.h"

/*
 * One source text and everything that is known of it: shared by the lexer,
 * the parser, scope analysis and lowering, and private to worker/lang.
 */
struct pool {
	void **chunks;
	uint32_t nchunks, cap_chunks;
	uint32_t count; /* index 0 is never used */
	size_t size;
};

/* TypeScript: bytes that are spaces in the text that is lowered. */
struct unit_erased {
	uint32_t pos, end;
	bool semicolon; /* put one at POS: a statement ends there */
};

/* How JSX is lowered. */
struct unit_jsx {
	bool seen;         /* some element */
	bool seen_late;    /* a key behind a spread attribute */
	bool automatic;    /* else classic */
	uint32_t runtime;  /* index + 1 of the request of .../jsx-runtime */
	uint32_t fallback; /* the same of the source itself */
	struct lang_str factory, fragment, source;
};

struct lang_unit {
	/*
	 * Held: the caller's. For TypeScript this is a copy in the arena after
	 * parsing, with every erased byte but line ends turned to a space, so
	 * that lowering sees JavaScript at unchanged offsets.
	 */
	const char *src;
	const char *original; /* what the caller gave: for diagnostics */
	uint32_t len;
	struct lang_options options;
	struct arena arena;
	struct atoms atoms;
	struct ast ast;
	struct pool scopes, symbols, funcs, klasses;
	uint32_t top_func;  /* struct func of the program */
	uint32_t top_scope; /* SCOPE_PROGRAM */

	struct lang_request *requests;
	uint32_t nrequests, cap_requests;
	struct lang_import *imports;
	uint32_t nimports, cap_imports;
	struct lang_export *exports;
	uint32_t nexports, cap_exports;
	bool has_module_syntax;
	bool has_tla;
	bool has_import_meta;
	bool has_dynamic_import;
	bool has_bigint;
	bool has_decorators;

	struct unit_jsx jsx;
	struct unit_erased *erased;
	uint32_t nerased, cap_erased;

	uint32_t *lines; /* byte offset of each line's start; [0] is 0 */
	uint32_t nlines, cap_lines;

	/* How deep code leaves: unit_fail() fills diag and jumps. */
	struct lang_diag *diag;
	jmp_buf *escape;
	int escape_code;
	unsigned int trying; /* speculations: no diagnostic is wanted */
};

/*
 * Leave the current phase with a SyntaxError about the bytes POS..END.
 * FMT: the message as V8 words it.
 */
void unit_fail(struct lang_unit *u, uint32_t pos, uint32_t end, const char *fmt,
    ...) __attribute__((format(printf, 4, 5), noreturn));
/* As above, with ERR_LIMIT. */
void unit_fail_limit(struct lang_unit *u, uint32_t pos, const char *what)
    __attribute__((noreturn));

/* 1-based line of a byte offset, by binary search in the line table. */
uint32_t unit_line(const struct lang_unit *u, uint32_t pos);

/*
 * The first byte at or behind POS that is neither white space nor comment:
 * the start of the next token. POS must not be inside a token.
 */
uint32_t unit_skip_trivia(const struct lang_unit *u, uint32_t pos);

/*
 * The value of a STRING node (or of a CHUNK, whose line ends are normalised),
 * escapes decoded, as WTF-8 in the arena; a slice of the source when there
 * are none. A surrogate pair written as two escapes becomes one character.
 */
struct lang_str unit_string_value(struct lang_unit *u, uint32_t node);
/* The value of a NUMBER node. */
double unit_number_value(const struct lang_unit *u, uint32_t node);
struct lang_str unit_atom_str(const struct lang_unit *u, uint32_t atom);

/* Once a unit with JSX is parsed: pragmas, options, requests. */
void unit_jsx_configure(struct lang_unit *u);

/* A zeroed element; its index is never 0. */
uint32_t pool_add(struct lang_unit *u, struct pool *pool);

/* Print the tree as an S-expression; for tests. Owned by the caller. */
char *unit_dump(struct lang_unit *u);

#endif
