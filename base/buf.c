/*
 * Byte buffers and the typed reader that every decoder of ours uses.
 */
#include "config.h"

#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/util.h"
#include "base/xmalloc.h"

#define BUF_MIN 512

void
buf_init(struct buf *b)
{
	memset(b, 0, sizeof *b);
}

void
buf_clear(struct buf *b)
{
	free(b->data);
	buf_init(b);
}

size_t
buf_len(const struct buf *b)
{
	return b->end - b->start;
}

const uint8_t *
buf_peek(const struct buf *b)
{
	static const uint8_t nothing[1];

	return b->data != NULL ? b->data + b->start : nothing;
}

void
buf_consume(struct buf *b, size_t n)
{
	ASSERT(n <= b->end - b->start);
	b->start += n;
	if (b->start == b->end)
		b->start = b->end = 0;
}

uint8_t *
buf_reserve(struct buf *b, size_t n)
{
	size_t len = b->end - b->start, want;

	if (b->size - b->end >= n && b->data != NULL)
		return b->data + b->end;
	if (b->start > 0 && b->size - len >= n && b->start >= len) {
		memmove(b->data, b->data + b->start, len);
		b->start = 0;
		b->end = len;
		return b->data + b->end;
	}
	ASSERT(n < SIZE_MAX / 4 && len < SIZE_MAX / 4);
	want = b->size < BUF_MIN ? BUF_MIN : b->size;
	while (want < len + n)
		want *= 2;
	if (b->start == 0) {
		b->data = xreallocarray(b->data, want, 1);
	} else {
		uint8_t *data = xmalloc(want);

		memcpy(data, b->data + b->start, len);
		free(b->data);
		b->data = data;
		b->start = 0;
		b->end = len;
	}
	b->size = want;
	return b->data + b->end;
}

void
buf_added(struct buf *b, size_t n)
{
	ASSERT(n <= b->size - b->end);
	b->end += n;
}

void
buf_put(struct buf *b, const void *p, size_t n)
{
	if (n == 0)
		return;
	memcpy(buf_reserve(b, n), p, n);
	b->end += n;
}

void
buf_put_u8(struct buf *b, uint8_t v)
{
	buf_put(b, &v, 1);
}

void
buf_put_u16(struct buf *b, uint16_t v)
{
	uint8_t w[2] = {(uint8_t)v, (uint8_t)(v >> 8)};

	buf_put(b, w, sizeof w);
}

void
buf_put_u32(struct buf *b, uint32_t v)
{
	uint8_t w[4];

	for (int i = 0; i < 4; i++)
		w[i] = (uint8_t)(v >> (8 * i));
	buf_put(b, w, sizeof w);
}

void
buf_set_u32(struct buf *b, size_t at, uint32_t v)
{
	uint8_t *p = b->data + b->start + at;

	ASSERT(at + 4 <= buf_len(b));
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

void
buf_put_u64(struct buf *b, uint64_t v)
{
	buf_put_u32(b, (uint32_t)v);
	buf_put_u32(b, (uint32_t)(v >> 32));
}

void
buf_put_str(struct buf *b, const void *p, size_t n)
{
	ASSERT(n <= UINT32_MAX);
	buf_put_u32(b, (uint32_t)n);
	buf_put(b, p, n);
}

void
buf_put_cstr(struct buf *b, const char *s)
{
	buf_put_str(b, s, strlen(s));
}

void
rd_init(struct rd *r, const void *p, size_t len)
{
	r->p = p;
	r->left = len;
	r->bad = false;
}

const uint8_t *
rd_bytes(struct rd *r, size_t n)
{
	static const uint8_t zeros[8];
	const uint8_t *p = r->p;

	if (r->bad || n > r->left) {
		r->bad = true;
		r->left = 0;
		return zeros;
	}
	if (n == 0)
		return zeros;
	r->p += n;
	r->left -= n;
	return p;
}

uint8_t
rd_u8(struct rd *r)
{
	return rd_bytes(r, 1)[0];
}

uint16_t
rd_u16(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, 2);

	return (uint16_t)(p[0] | p[1] << 8);
}

uint32_t
rd_u32(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, 4);

	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

uint64_t
rd_u64(struct rd *r)
{
	uint64_t low = rd_u32(r);

	return low | (uint64_t)rd_u32(r) << 32;
}

const char *
rd_str(struct rd *r, size_t max, size_t *len_out)
{
	size_t n = rd_u32(r);
	const uint8_t *p;

	if (n > max)
		r->bad = true;
	p = rd_bytes(r, n);
	*len_out = r->bad ? 0 : n;
	return (const char *)p;
}

char *
rd_strdup(struct rd *r, size_t max)
{
	size_t n;
	const char *s = rd_str(r, max, &n);

	if (!r->bad && n > 0 && memchr(s, 0, n) != NULL)
		r->bad = true;
	return r->bad ? NULL : xmemdup(s, n);
}

int
rd_end(const struct rd *r)
{
	return r->bad || r->left > 0 ? ERR_PROTO : 0;
}
