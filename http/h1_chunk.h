#ifndef HTTP_H1_CHUNK_H
#define HTTP_H1_CHUNK_H

#include <stddef.h>
#include <stdint.h>

/*
 * The size line of a chunk (RFC 9112 7.1), one byte at a time:
 *
 *   1*HEXDIG *( BWS ";" BWS token [ BWS "=" BWS ( token / quoted ) ] ) CRLF
 *
 * Extensions are checked and dropped.
 */
#define H1_CHUNK_LINE_MAX 256         /* bytes of one size line */
#define H1_CHUNK_EXTENSIONS_MAX 16384 /* bytes of extensions in one body */

struct h1_chunk {
	uint64_t size;
	uint32_t line_bytes;      /* of this line */
	uint32_t extension_bytes; /* of all lines of the body */
	uint8_t state;
};

enum h1_chunk_result {
	H1_CHUNK_MORE,
	H1_CHUNK_SIZE, /* the line is complete, `size` is set */
	H1_CHUNK_BAD,
};

/* Begin the first size line of a body. */
void h1_chunk_init(struct h1_chunk *c);

/* Begin the size line of another chunk. */
void h1_chunk_next(struct h1_chunk *c);

/* Take bytes up to the end of the line; USED_OUT gets how many. */
enum h1_chunk_result h1_chunk_parse(struct h1_chunk *c, const uint8_t *data,
    size_t len, size_t *used_out);

#endif
