/*
 * Headers that the config sets or removes.
 *
 * Runs in: front.
 */
#include "config.h"

#include "front/inject.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "http/chars.h"

struct header {
	char *name; /* owned, lower case */
	size_t name_len;
	char *value; /* owned; NULL: remove */
	size_t value_len;
};

struct inject {
	size_t n;
	struct header headers[CONTROL_INJECT_MAX];
};

static int
read_header(struct rd *r, struct header *h)
{
	bool is_set = rd_u8(r) != 0;
	const char *name, *value;

	name = rd_str(r, HEAD_NAME_MAX, &h->name_len);
	value = rd_str(r, CONTROL_INJECT_BYTES_MAX, &h->value_len);
	if (r->bad || !head_is_name(name, h->name_len) ||
	    !head_is_value(value, h->value_len))
		return ERR_PROTO;
	h->name = xmemdup(name, h->name_len);
	for (size_t i = 0; i < h->name_len; i++)
		h->name[i] = (char)chars_lower((uint8_t)h->name[i]);
	if (is_set)
		h->value = xmemdup(value, h->value_len);
	return 0;
}

int
inject_new(struct control_str encoded, struct inject **out)
{
	struct inject *inject;
	struct rd r;
	int result = 0;

	*out = NULL;
	if (encoded.len == 0)
		return 0;
	inject = xcalloc(1, sizeof *inject);
	rd_init(&r, encoded.p, encoded.len);
	while (r.left > 0 && !r.bad && result == 0) {
		result = ERR_PROTO;
		if (inject->n < NELEMS(inject->headers))
			result = read_header(&r, &inject->headers[inject->n]);
		inject->n += result == 0;
	}
	if (result != 0 || rd_end(&r) != 0) {
		inject_free(&inject);
		return ERR_PROTO;
	}
	*out = inject;
	return 0;
}

void
inject_free(struct inject **inject)
{
	if (*inject == NULL)
		return;
	for (size_t i = 0; i < (*inject)->n; i++) {
		free((*inject)->headers[i].name);
		free((*inject)->headers[i].value);
	}
	free(*inject);
	*inject = NULL;
}

bool
inject_has(const struct inject *inject, const char *name, size_t len)
{
	const struct header *h;

	if (inject == NULL)
		return false;
	for (h = inject->headers; h < inject->headers + inject->n; h++)
		if (h->name_len == len &&
		    chars_equal_nocase(name, h->name, len))
			return true;
	return false;
}

void
inject_put(const struct inject *inject, struct buf *out)
{
	const struct header *h;

	if (inject == NULL)
		return;
	for (h = inject->headers; h < inject->headers + inject->n; h++)
		if (h->value != NULL)
			head_field(out, h->name, h->name_len, h->value,
			    h->value_len);
}

int
inject_apply(const struct inject *inject, struct head_fields *fields,
    struct buf *out)
{
	struct head_fields from = *fields;
	struct head_str name, value;
	size_t mark;
	int r;

	mark = head_trailers_begin(out);
	while (head_next(&from, &name, &value))
		if (!inject_has(inject, name.p, name.len))
			head_field(out, name.p, name.len, value.p, value.len);
	inject_put(inject, out);
	r = head_finish(out, mark);
	if (r == 0)
		r = head_fields_decode(buf_peek(out), buf_len(out), fields);
	return r;
}
