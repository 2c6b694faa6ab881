/*
 * Fuzzer of the HTTP/1 parser. The input is parsed whole and in pieces whose
 * size its first byte gives; both must lead to the same events. Slices must lie
 * within the input.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "http/h1_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct h1_limits limits = {
    .target_bytes = 256,
    .head_bytes = 1024,
    .fields = 16,
    .trailer_bytes = 128,
    .body_bytes = 4096,
};

struct sum {
	uint64_t hash;
	uint64_t data_bytes;
	unsigned int status;
};

static void
mix(struct sum *s, uint64_t v)
{
	s->hash = (s->hash ^ v) * 0x100000001b3ULL;
}

static void
mix_slice(struct sum *s, const struct h1_slice *slice, const uint8_t *start,
    size_t len)
{
	const uint8_t *p = (const uint8_t *)slice->p;

	if (slice->len > 0)
		ASSERT(p >= start && p + slice->len <= start + len);
	mix(s, slice->len);
	for (size_t i = 0; i < slice->len; i++)
		mix(s, p[i]);
}

static void
mix_fields(struct sum *s, const struct h1_head *head, const uint8_t *start,
    size_t len)
{
	ASSERT(head->nfields <= limits.fields);
	for (size_t i = 0; i < head->nfields; i++) {
		ASSERT(head->fields[i].name.len > 0);
		mix_slice(s, &head->fields[i].name, start, len);
		mix_slice(s, &head->fields[i].value, start, len);
	}
}

static struct sum
run(const uint8_t *data, size_t size, size_t step)
{
	static struct h1_head head;
	struct sum s = {0xcbf29ce484222325ULL, 0, 0};
	struct h1_parser p;
	struct h1_result res;
	size_t start = 0, upto = MIN(step, size);
	enum h1_event e;

	h1_parse_init(&p, &limits);
	for (;;) {
		e = h1_parse_next(&p, data + start, upto - start, &head, &res);
		ASSERT(e == H1_ERROR || res.used <= upto - start);
		if (e == H1_ERROR) {
			ASSERT(res.status >= 400 && res.status <= 505);
			s.status = res.status;
			return s;
		}
		if (e != H1_MORE && e != H1_DATA)
			mix(&s, (uint64_t)e);
		if (e == H1_HEAD) {
			ASSERT(head.method < METHOD_UNKNOWN);
			ASSERT(head.content_length <= limits.body_bytes);
			mix(&s, head.method);
			mix(&s, head.content_length);
			mix(&s, head.framing);
			mix_slice(&s, &head.target, data + start, upto - start);
			mix_slice(&s, &head.authority, data + start,
			    upto - start);
		}
		if (e == H1_HEAD || e == H1_TRAILERS)
			mix_fields(&s, &head, data + start, upto - start);
		if (e == H1_DATA) {
			for (size_t i = 0; i < res.data.len; i++)
				mix(&s, (uint8_t)res.data.p[i]);
			s.data_bytes += res.data.len;
		}
		start += res.used;
		if (e == H1_MORE) {
			if (upto == size)
				return s;
			upto = MIN(upto + step, size);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sum whole, pieces;
	size_t step;

	if (size < 1)
		return 0;
	step = data[0] % 67 + 1;
	whole = run(data + 1, size - 1, size);
	pieces = run(data + 1, size - 1, step);
	ASSERT(whole.hash == pieces.hash);
	ASSERT(whole.data_bytes == pieces.data_bytes);
	ASSERT(whole.status == pieces.status);
	return 0;
}
