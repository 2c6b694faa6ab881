#ifndef WORKER_LANG_REGEXP_NAMES_H
#define WORKER_LANG_REGEXP_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* Whether \p{NAME=VALUE} is known; VALUE may be NULL: \p{NAME}. */
bool regexp_property_is_known(const char *name, size_t name_len,
    const char *value, size_t value_len);
/* Whether \p{NAME} is a property of strings, for the v flag. */
bool regexp_property_is_strings(const char *name, size_t len);

#endif
