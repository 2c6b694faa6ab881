#ifndef HTTP_FIELD_H
#define HTTP_FIELD_H

#include <stddef.h>
#include <stdint.h>

enum field_id {
#define FIELD(name_, text_, flags_) FIELD_##name_,
#include "http/field.def"
#undef FIELD
	FIELD_OTHER,
	FIELD_COUNT,
};

enum {
	FIELD_HOP = 1,
	FIELD_ONCE = 2,
	FIELD_NOTRAIL = 4,
};

/* Find a field name, in any case. */
enum field_id field_find(const char *name, size_t len);

/* The flags of field.def; 0 for FIELD_OTHER. */
unsigned int field_flags(enum field_id id);

#endif
