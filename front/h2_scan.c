/*
 * Headers of HTTP/2 frames.
 *
 * Runs in: front.
 */
#include "config.h"

#include "front/h2_scan.h"

#include <string.h>

#include "base/util.h"

#define PREFACE_LEN 24

void
h2_scan_init(struct h2_scan *s)
{
	memset(s, 0, sizeof *s);
	s->skip = PREFACE_LEN;
}

static size_t
take(const uint8_t **data, size_t *len, size_t max)
{
	size_t n = MIN(*len, max);

	*data += n;
	*len -= n;
	return n;
}

bool
h2_scan_next(struct h2_scan *s, const uint8_t **data, size_t *len,
    struct h2_frame *f)
{
	const uint8_t *h = s->header, *from;
	size_t n;

	s->skip -= take(data, len, s->skip);
	from = *data;
	n = take(data, len, H2_SCAN_HEADER - s->nheader);
	if (n > 0)
		memcpy(s->header + s->nheader, from, n);
	s->nheader += n;
	if (s->nheader < H2_SCAN_HEADER)
		return false;
	s->nheader = 0;
	f->len = (uint32_t)h[0] << 16 | (uint32_t)h[1] << 8 | h[2];
	f->type = h[3];
	f->flags = h[4];
	f->stream = (uint32_t)(h[5] & 0x7f) << 24 | (uint32_t)h[6] << 16 |
		    (uint32_t)h[7] << 8 | h[8];
	s->skip = f->len;
	return true;
}
