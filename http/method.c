/*
 * Request methods: text to number and back.
 */
#include "config.h"

#include "http/method.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"

struct row {
	const char *text;
	size_t len;
};

static const struct row rows[] = {
#define METHOD(name_, text_) {text_, sizeof text_ - 1},
#include "http/method.def"
#undef METHOD
};

static int
compare(const void *key, const void *elem)
{
	const struct row *k = key, *e = elem;
	int r = memcmp(k->text, e->text, MIN(k->len, e->len));

	if (r != 0)
		return r;
	return k->len < e->len ? -1 : k->len > e->len;
}

enum method
method_find(const char *s, size_t len)
{
	const struct row key = {s, len}, *found;

	/* The bulk of all traffic. */
	if (len == 3 && memcmp(s, "GET", 3) == 0)
		return METHOD_GET;
	if (len == 4 && memcmp(s, "POST", 4) == 0)
		return METHOD_POST;
	found = bsearch(&key, rows, NELEMS(rows), sizeof rows[0], compare);
	return found == NULL ? METHOD_UNKNOWN : (enum method)(found - rows);
}

const char *
method_text(enum method m)
{
	ASSERT((size_t)m < NELEMS(rows));
	return rows[m].text;
}
