/*
 * The rows of schema.def as tables, and how to find one.
 *
 * Runs in: supervisor.
 */
#include "config.h"

#include "conf/schema.h"

#include <assert.h>
#include <string.h>

#include "base/util.h"
#include "conf/conf.h"

#define STRUCT_SERVER struct conf_server
#define STRUCT_LOGGING struct conf_logging
#define STRUCT_SOCKET struct conf_socket
#define STRUCT_WORKER struct conf_worker
#define STRUCT_TENANT struct conf_tenant

const char schema_from_server[] = "as in [server]";

/* clang-format off */
const struct schema_row schema_rows[] = {
#define DIRECTIVE(owner_, key_, type_, field_, def_, min_, max_, text_)        \
	{ .owner = SCHEMA_##owner_, .key = key_, .type = SCHEMA_##type_,       \
	  .offset = offsetof(STRUCT_##owner_, field_),                         \
	  .size = sizeof(((STRUCT_##owner_ *)NULL)->field_), .def = def_,      \
	  .min = min_, .max = max_, .text = text_ },
#define LATER(owner_, key_)                                                    \
	{ .owner = SCHEMA_##owner_, .key = key_, .is_later = true },
#include "conf/schema.def"
};

static const struct schema_section sections[] = {
#define SECTION(owner_, form_, kind_, text_)                                   \
	{ .owner = SCHEMA_##owner_, .form = SCHEMA_##form_, .kind = kind_,     \
	  .npath = (SCHEMA_##owner_ >= SCHEMA_SOCKET) +                        \
	      (SCHEMA_##form_ == SCHEMA_ITEM) },
#define LATER_SECTION(kind_) { .form = SCHEMA_LATER, .kind = kind_ },
#include "conf/schema.def"
};

static const struct {
	const char *list;
	const char *tag;
} later_tags[] = {
#define LATER_TAG(list_, tag_) { list_, tag_ },
#include "conf/schema.def"
};
/* clang-format on */

const size_t schema_nrows = NELEMS(schema_rows);
static_assert(NELEMS(schema_rows) <= SCHEMA_ROWS_MAX, "room for every row");

bool
schema_is_list(enum schema_type type)
{
	return type >= SCHEMA_INCLUDE;
}

const struct schema_row *
schema_find(enum schema_owner owner, const char *key, const char **nearest_out)
{
	struct names_nearest nearest = {NULL, 0};
	const struct schema_row *row;
	size_t i, n;

	for (i = 0; i < schema_nrows; i++) {
		row = &schema_rows[i];
		if (row->owner != owner)
			continue;
		if (strcmp(row->key, key) == 0)
			return row;
		n = strlen(row->key);
		if (row->is_later && strncmp(row->key, key, n) == 0 &&
		    key[n] == '.')
			return row;
		if (nearest_out != NULL)
			names_offer(&nearest, key, row->key);
	}
	if (nearest_out != NULL)
		*nearest_out = nearest.name;
	return NULL;
}

const struct schema_section *
schema_find_section(const char *kind, size_t npath, const char **nearest_out)
{
	struct names_nearest nearest = {NULL, 0};
	const struct schema_section *other = NULL;
	size_t i;

	for (i = 0; i < NELEMS(sections); i++) {
		if (strcmp(sections[i].kind, kind) != 0) {
			if (nearest_out != NULL)
				names_offer(&nearest, kind, sections[i].kind);
			continue;
		}
		if (sections[i].npath == npath)
			return &sections[i];
		other = &sections[i];
	}
	if (nearest_out != NULL)
		*nearest_out = nearest.name;
	return other;
}

bool
schema_is_later_tag(const char *list, const char *tag)
{
	size_t i;

	for (i = 0; i < NELEMS(later_tags); i++)
		if (strcmp(later_tags[i].list, list) == 0 &&
		    strcmp(later_tags[i].tag, tag) == 0)
			return true;
	return false;
}

void
schema_offer_tags(const char *list, const char *wanted,
    struct names_nearest *nearest)
{
	size_t i;

	for (i = 0; i < NELEMS(later_tags); i++)
		if (strcmp(later_tags[i].list, list) == 0)
			names_offer(nearest, wanted, later_tags[i].tag);
}
