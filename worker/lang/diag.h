#ifndef WORKER_LANG_DIAG_H
#define WORKER_LANG_DIAG_H

#include <stddef.h>
#include <stdint.h>

/* The constructor that a host throws the diagnostic with. */
enum lang_diag_kind {
	LANG_SYNTAX_ERROR,
	LANG_REFERENCE_ERROR,
	LANG_RANGE_ERROR
};

struct lang_diag {
	enum lang_diag_kind kind;
	char *message;   /* owned; worded as V8 words it */
	char *file;      /* owned */
	char *line_text; /* owned; the source line, cut to a window */
	uint32_t line;   /* 1-based */
	uint32_t column; /* 1-based, in characters */
	uint32_t caret;  /* characters before the caret in line_text */
	uint32_t width;  /* carets to draw, at least 1 */
};

/* "SyntaxError" ... */
const char *lang_diag_kind_name(enum lang_diag_kind kind);

/*
 * As a person reads it, without a newline at the end; owned by the caller:
 *
 *	app.js:3:7: SyntaxError: Unexpected token ')'
 *	let x = );
 *	        ^
 */
char *lang_diag_format(const struct lang_diag *diag);

/*
 * Fill DIAG for the bytes POS..END of SRC; FMT gives the message. Frees what
 * was in DIAG.
 */
void lang_diag_set(struct lang_diag *diag, enum lang_diag_kind kind,
    const char *file, const char *src, size_t len, uint32_t pos, uint32_t end,
    const char *message);

void lang_diag_init(struct lang_diag *diag);
void lang_diag_clear(struct lang_diag *diag);

#endif
