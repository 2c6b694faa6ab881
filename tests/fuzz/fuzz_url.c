/*
 * The URL parser: input and base are split at the first NUL. What was parsed
 * must survive being written and parsed again, setters included.
 */
#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "worker/api/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_stable(const struct url *u)
{
	struct buf a, b;
	struct url again;
	struct url_index x;

	buf_init(&a);
	buf_init(&b);
	url_init(&again);
	url_write(u, &a, &x);
	url_from_index(&again, (const char *)buf_peek(&a), &x);
	url_write(&again, &b, NULL);
	if (buf_len(&a) != buf_len(&b) ||
	    memcmp(buf_peek(&a), buf_peek(&b), buf_len(&a)) != 0)
		abort();
	buf_clear(&a);
	buf_clear(&b);
	url_clear(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = (const char *)data;
	const char *nul = size > 0 ? memchr(s, 0, size) : NULL;
	size_t n = nul != NULL ? (size_t)(nul - s) : size;
	struct url u, base;
	struct buf pairs, name, value;
	int part;
	bool has_base;

	if (size > 4096)
		return 0;
	url_init(&u);
	url_init(&base);
	has_base =
	    nul != NULL && url_parse(&base, nul + 1, size - n - 1, NULL) == 0;
	if (url_parse(&u, s, n, has_base ? &base : NULL) == 0) {
		check_stable(&u);
		for (part = URL_PROTOCOL; part <= URL_HASH; part++) {
			url_set(&u, (enum url_part)part,
			    nul != NULL ? nul + 1 : "x",
			    nul != NULL ? size - n - 1 : 1);
			check_stable(&u);
		}
	}
	buf_init(&pairs);
	buf_init(&name);
	buf_init(&value);
	while (url_form_next(&s, &n, &name, &value)) {
		url_form_write(&pairs, buf_peek(&name), buf_len(&name),
		    buf_peek(&value), buf_len(&value));
		buf_consume(&name, buf_len(&name));
		buf_consume(&value, buf_len(&value));
	}
	buf_clear(&pairs);
	buf_clear(&name);
	buf_clear(&value);
	url_clear(&u);
	url_clear(&base);
	return 0;
}
