/*
 * The decoders of the Encoding standard: the first byte is the encoding, the
 * second whether errors are fatal, the third where the rest is cut in two.
 * What comes out is CESU-8, fits the room, and is the same in one piece.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "worker/api/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Code units of one to three bytes, none cut off. */
static void
check_units(const uint8_t *p, size_t n)
{
	size_t i = 0, len, k;

	while (i < n) {
		len = p[i] < 0x80                    ? 1
		      : p[i] >= 0xc2 && p[i] < 0xe0  ? 2
		      : p[i] >= 0xe0 && p[i] <= 0xef ? 3
						     : 0;
		if (len == 0 || len > n - i)
			abort();
		for (k = 1; k < len; k++)
			if ((p[i + k] & 0xc0) != 0x80)
				abort();
		i += len;
	}
}

/* Appends to OUT what the chunk gives; room is checked. */
static void
chunk(struct decoder *d, const uint8_t *s, size_t n, bool flush, uint8_t *out,
    size_t *len)
{
	size_t room = DECODE_ROOM(n);

	d->p = xmalloc(room);
	d->len = 0;
	decode_chunk(d, s, n, flush);
	if (d->len > room)
		abort();
	memcpy(out + *len, d->p, d->len);
	*len += d->len;
	free(d->p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct decoder one = {.is_bad = false}, two;
	uint8_t *a, *b;
	size_t cut, a_len = 0, b_len = 0;

	if (size < 3 || size > 65536)
		return 0;
	one.id = (enum encoding_id)(data[0] % ENC_MAX);
	one.is_fatal = (data[1] & 1) != 0;
	one.ignore_bom = (data[1] & 2) != 0;
	cut = data[2];
	data += 3;
	size -= 3;
	if (cut > size)
		cut = size;
	a = xmalloc(DECODE_ROOM(size) + 32);
	b = xmalloc(DECODE_ROOM(size) + 32);
	decode_reset(&one);
	two = one;
	chunk(&one, data, size, true, a, &a_len);
	chunk(&two, data, cut, false, b, &b_len);
	if (!two.is_bad)
		chunk(&two, data + cut, size - cut, true, b, &b_len);
	if (one.is_bad != two.is_bad)
		abort();
	if (!one.is_bad && (a_len != b_len || memcmp(a, b, a_len) != 0))
		abort();
	check_units(a, a_len);
	free(a);
	free(b);
	return 0;
}
