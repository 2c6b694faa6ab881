#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stddef.h>

#include "base/buf.h"

/*
 * Append LEN bytes as the inside of a JSON string: UTF-8 as it is, but for
 * what JSON escapes, all controls, and line separators; a byte that is not
 * UTF-8 as \u00XX. The result is UTF-8 on one line, whatever the bytes are.
 */
void json_put_escaped(struct buf *b, const void *p, size_t len);

#endif
