#ifndef WORKER_LANG_EMIT_H
#define WORKER_LANG_EMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "worker/lang/lang.h"

/*
 * The output of lowering: source slices copied as they are between edits, so
 * that tokens stay on their source line.
 *
 * A cursor stands in the source. emit_to() copies up to a position,
 * emit_skip() leaves source out, emit_seek() goes to where the next token is
 * when lowering changes the order. Newlines that were left out are added
 * before the next copied slice; when the output is ahead of the source
 * (something was moved up), newlines are taken out until both agree.
 */
struct lang_unit;

struct emit {
	struct lang_unit *unit; /* held */
	const char *src;
	uint32_t cur;      /* source bytes before it are done */
	uint32_t cur_line; /* of cur, 1-based; 0: unknown */
	uint32_t line;     /* of the output's end */
	bool html;         /* comments as in HTML may be about: take them out */
	char *out;         /* owned, malloc */
	size_t len, cap;
};

void emit_init(struct emit *e, struct lang_unit *unit);
void emit_clear(struct emit *e);

/* Copy source up to POS; nothing if the cursor is there or beyond. */
void emit_to(struct emit *e, uint32_t pos);
/* Go on at POS, which may be before the cursor. */
void emit_seek(struct emit *e, uint32_t pos);
/* Add the newlines that are missing before a token at POS. */
void emit_sync(struct emit *e, uint32_t pos);

/* Add text without newlines. */
void emit_put(struct emit *e, const char *s, size_t len);
void emit_puts(struct emit *e, const char *s);
void emit_putu(struct emit *e, uint32_t n);
/* A double-quoted literal of a WTF-8 string. */
void emit_quote(struct emit *e, const char *s, size_t len);
/* The last byte written, or 0. */
char emit_last(const struct emit *e);

#endif
