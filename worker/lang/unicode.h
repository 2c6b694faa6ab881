#ifndef WORKER_LANG_UNICODE_H
#define WORKER_LANG_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Other_ID_Start included; ASCII is the caller's: it has a table. */
bool unicode_is_id_start(uint32_t c);
bool unicode_is_id_continue(uint32_t c);
/* White space beyond ASCII: U+00A0, U+FEFF and category Zs. */
bool unicode_is_space(uint32_t c);

/*
 * Decode one character of valid UTF-8 (or WTF-8) at P, N bytes long.
 * Returns it.
 */
uint32_t unicode_decode(const char *p, unsigned int *n_out);
/* Encode C at P, which has 4 bytes of room; lone surrogates take 3. */
size_t unicode_encode(char *p, uint32_t c);
/*
 * The offset of the first byte that is not UTF-8 (surrogates are let pass);
 * LEN when there is none.
 */
size_t unicode_check(const char *p, size_t len);

#endif
