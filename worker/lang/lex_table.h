#ifndef WORKER_LANG_LEX_TABLE_H
#define WORKER_LANG_LEX_TABLE_H

#include <stdint.h>

/* Classes of bytes, for the lexer's inner loops. */
enum lex_class {
	LC_ID_START = 1 << 0, /* ASCII letters, $ and _ */
	LC_ID_PART = 1 << 1,  /* those and digits */
	LC_DIGIT = 1 << 2,
	LC_HEX = 1 << 3,
	LC_SPACE = 1 << 4, /* tab, VT, FF, space */
	LC_EOL = 1 << 5,   /* LF, CR */
};

extern const uint8_t lex_classes[256];

static inline int
lex_is(unsigned char c, unsigned int mask)
{
	return (lex_classes[c] & mask) != 0;
}

#endif
