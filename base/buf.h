#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A growable byte buffer. Bytes are consumed at the front and added at the
 * end; the space of consumed bytes is reused. All integers are little-endian.
 */
struct buf {
	uint8_t *data; /* owned */
	size_t start;  /* first byte not consumed */
	size_t end;    /* behind the last byte */
	size_t size;   /* allocated */
};

void buf_init(struct buf *b);
void buf_clear(struct buf *b); /* frees; b is empty and usable after it */

size_t buf_len(const struct buf *b);
/* The bytes, borrowed until the next call that changes the buffer. */
const uint8_t *buf_peek(const struct buf *b);
void buf_consume(struct buf *b, size_t n);

/*
 * Room for N bytes at the end; the caller writes there and then calls
 * buf_added(). The caller bounds N and the buffer's length.
 */
uint8_t *buf_reserve(struct buf *b, size_t n);
void buf_added(struct buf *b, size_t n);

void buf_put(struct buf *b, const void *p, size_t n);
void buf_put_u8(struct buf *b, uint8_t v);
void buf_put_u16(struct buf *b, uint16_t v);
void buf_put_u32(struct buf *b, uint32_t v);
/* Overwrite the four bytes that are AT bytes behind the first one. */
void buf_set_u32(struct buf *b, size_t at, uint32_t v);
void buf_put_u64(struct buf *b, uint64_t v);
/* u32 length, then the bytes: what rd_str() reads. */
void buf_put_str(struct buf *b, const void *p, size_t n);
void buf_put_cstr(struct buf *b, const char *s);

/*
 * A typed reader over borrowed bytes. The first failing call sets `bad`; from
 * then on every getter returns 0 or an empty string, so that a decoder checks
 * once, with rd_end().
 */
struct rd {
	const uint8_t *p;
	size_t left;
	bool bad;
};

void rd_init(struct rd *r, const void *p, size_t len);
uint8_t rd_u8(struct rd *r);
uint16_t rd_u16(struct rd *r);
uint32_t rd_u32(struct rd *r);
uint64_t rd_u64(struct rd *r);
/* N bytes, borrowed from the input; never NULL. */
const uint8_t *rd_bytes(struct rd *r, size_t n);
/* A u32 length and that many bytes, at most MAX. */
const char *rd_str(struct rd *r, size_t max, size_t *len_out);
/* Like rd_str(), copied with a NUL; refuses embedded NULs. Owned by caller,
 * NULL when bad. */
char *rd_strdup(struct rd *r, size_t max);
/* Returns 0 if all was read and nothing failed, else ERR_PROTO. */
int rd_end(const struct rd *r);

#endif
