/*
 * Fuzzer of PROXY headers: what is found does not depend on how the bytes
 * arrive, and is within them.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "base/xmalloc.h"
#include "http/proxy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct proxy_header *h, size_t len)
{
	ASSERT(h->used > 0 && h->used <= len && h->used <= PROXY_BYTES_MAX);
	ASSERT(h->family == 0 || h->family == 4 || h->family == 6);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct proxy_header whole, part;
	enum proxy_result r, q = PROXY_MORE;
	size_t n;

	memset(&whole, 0, sizeof whole);
	memset(&part, 0, sizeof part);
	r = proxy_parse(data, size, &whole);
	if (r == PROXY_DONE)
		check(&whole, size);
	ASSERT(r != PROXY_MORE || size < PROXY_BYTES_MAX);
	for (n = 0; n <= size && q == PROXY_MORE; n++) {
		/* a copy of its own: a byte too far is found */
		uint8_t *copy = xmalloc(n);

		if (n > 0)
			memcpy(copy, data, n);
		q = proxy_parse(copy, n, &part);
		free(copy);
	}
	ASSERT(q == r);
	if (q == PROXY_DONE) {
		ASSERT(n - 1 == part.used && part.used == whole.used);
		ASSERT(part.family == whole.family && part.port == whole.port);
		ASSERT(memcmp(part.ip, whole.ip, sizeof part.ip) == 0);
	}
	return 0;
}
