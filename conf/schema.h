#ifndef CONF_SCHEMA_H
#define CONF_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/names.h"

/* What keys belong to. */
enum schema_owner {
	SCHEMA_SERVER,
	SCHEMA_LOGGING,
	SCHEMA_SOCKET,
	SCHEMA_WORKER,
	SCHEMA_TENANT,
	SCHEMA_OWNERS
};

/* How a directive's value is read and written: set.c and dump.c. */
enum schema_type {
	SCHEMA_COUNT,
	SCHEMA_SIZE,
	SCHEMA_DURATION,
	SCHEMA_PATH,
	SCHEMA_DATE,
	SCHEMA_FIELD_NAME, /* of an HTTP header */
	SCHEMA_LEVEL,
	SCHEMA_SANDBOX,
	SCHEMA_STRUCTURED,
	SCHEMA_STYLE,
	SCHEMA_ZYGOTE,
	SCHEMA_NAME,
	SCHEMA_BOOL,
	SCHEMA_TEXT,
	SCHEMA_CLIENT_CERTS,
	SCHEMA_TLS_VERSION,
	SCHEMA_ACCESS_LOG,
	SCHEMA_ACCESS_FORMAT,
	SCHEMA_KEY_PART, /* of a keypair that is written in parts */
	SCHEMA_SELECT,   /* a union member: "key =" */
	SCHEMA_ADDRESS,
	SCHEMA_DESIGNATOR,
	SCHEMA_SUB_TEXT, /* part of a struct that another row writes */
	SCHEMA_SUB_JSON,
	SCHEMA_SCRIPT,
	/* lists: a repeated key appends */
	SCHEMA_INCLUDE,
	SCHEMA_TENANT_FILES,
	SCHEMA_SERVICES,
	SCHEMA_FLAGS,
	SCHEMA_HEADERS,
	SCHEMA_ROUTES,
	SCHEMA_KEYPAIRS,
	SCHEMA_CERTIFICATES,
	SCHEMA_NETS,
	SCHEMA_MODULES,
	SCHEMA_BINDINGS,
	SCHEMA_TYPES
};

/* A default: what the same key has in [server]. */
#define SCHEMA_FROM_SERVER schema_from_server
extern const char schema_from_server[];

struct schema_row {
	enum schema_owner owner;
	const char *key;
	enum schema_type type;
	size_t offset;   /* of the field in the owner's struct */
	size_t size;     /* of the field */
	const char *def; /* NULL: none */
	const char *min;
	const char *max;
	const char *text;
	bool is_later; /* known, not supported yet */
};

extern const struct schema_row schema_rows[];
extern const size_t schema_nrows;
#define SCHEMA_ROWS_MAX 256

bool schema_is_list(enum schema_type type);

/*
 * The row of KEY, or of the longest row above it that is for later. NULL:
 * unknown; then *NEAREST_OUT is what may have been meant, or NULL; where
 * NEAREST_OUT is NULL nobody wants to know.
 */
const struct schema_row *schema_find(enum schema_owner owner, const char *key,
    const char **nearest_out);

enum schema_form { SCHEMA_PLAIN, SCHEMA_GROUP, SCHEMA_ITEM, SCHEMA_LATER };

struct schema_section {
	enum schema_owner owner;
	enum schema_form form;
	const char *kind;
	size_t npath; /* names in its header */
};

/*
 * The section of KIND with NPATH names; where there is one of that kind with
 * another number of names only, that one. NULL as for schema_find().
 */
const struct schema_section *schema_find_section(const char *kind, size_t npath,
    const char **nearest_out);

/* Whether the union of LIST has a member TAG that is not supported yet. */
bool schema_is_later_tag(const char *list, const char *tag);
/* Offer those members as suggestions. */
void schema_offer_tags(const char *list, const char *wanted,
    struct names_nearest *nearest);

#endif
