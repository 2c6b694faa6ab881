#ifndef WORKER_LANG_LEX_LIT_H
#define WORKER_LANG_LEX_LIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Literals; the lexer's own. Each sets lx->tok from the byte POS on. */
struct lexer;

void lex_lit_number(struct lexer *lx, uint32_t pos);
void lex_lit_string(struct lexer *lx, uint32_t pos);

/*
 * The digits of a \u escape: four, or any number in braces. Returns false
 * when malformed or beyond U+10FFFF; *END_OUT is behind what was read.
 */
bool lex_lit_unicode_escape(const struct lexer *lx, uint32_t pos,
    uint32_t *c_out, uint32_t *end_out);
/* Bytes that suffice for the cooked form of the name at POS. */
size_t lex_lit_name_room(const struct lexer *lx, uint32_t pos);

#endif
