/*
 * Building strings, and reading CESU-8.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/text.h"

#include "worker/builtins/bi.h"

#include <string.h>

#define TEXT_START 128
#define TEXT_MAX ((size_t)1 << 29)

struct text {
	size_t len;
	size_t size; /* of bytes[] */
	char bytes[];
};

void
text_begin(duk_context *ctx)
{
	struct text *t;

	t = duk_push_dynamic_buffer(ctx, sizeof *t + TEXT_START);
	t->len = 0;
	t->size = TEXT_START;
}

void
text_bytes(duk_context *ctx, duk_idx_t text, const char *s, size_t len)
{
	struct text *t = duk_require_buffer(ctx, text, NULL);
	size_t size;

	if (len > t->size - t->len) {
		if (len > TEXT_MAX - t->len)
			bi_throw_range(ctx, "Invalid string length");
		size = MAX(t->len + len, t->size * 2);
		t = duk_resize_buffer(ctx, text, sizeof *t + size);
		t->size = size;
	}
	memcpy(t->bytes + t->len, s, len);
	t->len += len;
}

void
text_add(duk_context *ctx, duk_idx_t text, duk_idx_t idx)
{
	duk_size_t len;
	const char *s = duk_require_lstring(ctx, idx, &len);

	text_bytes(ctx, text, s, len);
}

void
text_char(duk_context *ctx, duk_idx_t text, uint32_t c)
{
	char buf[6];

	text_bytes(ctx, text, buf, cesu8_put(buf, c));
}

size_t
text_length(duk_context *ctx, duk_idx_t text)
{
	const struct text *t = duk_require_buffer(ctx, text, NULL);

	return t->len;
}

void
text_end(duk_context *ctx, duk_idx_t text)
{
	struct text *t = duk_require_buffer(ctx, text, NULL);

	duk_push_lstring(ctx, t->bytes, t->len);
	t->len = 0;
}

size_t
cesu8_unit(const char *s, size_t left, uint32_t *c_out)
{
	const unsigned char *p = (const unsigned char *)s;

	if (p[0] < 0x80 || left < 2) {
		*c_out = p[0];
		return 1;
	}
	if (p[0] < 0xe0) {
		*c_out = (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
		return 2;
	}
	if (left < 3) {
		*c_out = 0xfffd;
		return left;
	}
	*c_out = (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 |
		 (p[2] & 0x3f);
	return 3;
}

size_t
cesu8_char(const char *s, size_t left, uint32_t *c_out)
{
	uint32_t lo;
	size_t n = cesu8_unit(s, left, c_out), m;

	if ((*c_out & 0xfc00) != 0xd800 || left < n + 3)
		return n;
	m = cesu8_unit(s + n, left - n, &lo);
	if ((lo & 0xfc00) != 0xdc00)
		return n;
	*c_out = 0x10000 + ((*c_out & 0x3ff) << 10) + (lo & 0x3ff);
	return n + m;
}

static size_t
put_unit(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	out[0] = (char)(0xe0 | c >> 12);
	out[1] = (char)(0x80 | (c >> 6 & 0x3f));
	out[2] = (char)(0x80 | (c & 0x3f));
	return 3;
}

size_t
cesu8_put(char *out, uint32_t c)
{
	size_t n;

	if (c < 0x10000)
		return put_unit(out, c);
	c -= 0x10000;
	n = put_unit(out, 0xd800 + (c >> 10));
	return n + put_unit(out + n, 0xdc00 + (c & 0x3ff));
}
