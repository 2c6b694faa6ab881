/*
 * Field names: text to number, and what holds for each.
 */
#include "config.h"

#include "http/field.h"

#include <string.h>

#include "base/util.h"
#include "http/chars.h"

struct row {
	const char *text;
	uint8_t len;
	uint8_t flags;
};

static const struct row rows[] = {
#define FIELD(name_, text_, flags_) {text_, sizeof text_ - 1, flags_},
#include "http/field.def"
#undef FIELD
};

#define FIELD_LEN_MAX 19

static int
compare(const char *name, size_t len, const struct row *row)
{
	if (len != row->len)
		return len < row->len ? -1 : 1;
	for (size_t i = 0; i < len; i++) {
		uint8_t c = chars_lower((uint8_t)name[i]);

		if (c != (uint8_t)row->text[i])
			return c < (uint8_t)row->text[i] ? -1 : 1;
	}
	return 0;
}

enum field_id
field_find(const char *name, size_t len)
{
	size_t low = 0, high = NELEMS(rows);

	if (len > FIELD_LEN_MAX)
		return FIELD_OTHER;
	while (low < high) {
		size_t mid = (low + high) / 2;
		int r = compare(name, len, &rows[mid]);

		if (r == 0)
			return (enum field_id)mid;
		if (r < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return FIELD_OTHER;
}

unsigned int
field_flags(enum field_id id)
{
	return (size_t)id < NELEMS(rows) ? rows[id].flags : 0;
}
