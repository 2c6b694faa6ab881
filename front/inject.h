#ifndef FRONT_INJECT_H
#define FRONT_INJECT_H

#include <stdbool.h>
#include <stddef.h>

#include "ipc/control.h"
#include "ipc/head.h"

/*
 * Headers that the config sets or removes (http.injectRequestHeaders and
 * http.injectResponseHeaders).
 */
struct inject;

/*
 * From the message of a listener. *OUT is owned, release it with
 * inject_free(); NULL: there are none. Returns 0 or ERR_PROTO.
 */
int inject_new(struct control_str encoded, struct inject **out);
void inject_free(struct inject **inject);

/* Whether a header called NAME (any case) is replaced or removed. */
bool inject_has(const struct inject *inject, const char *name, size_t len);

/* Append the headers that are set. */
void inject_put(const struct inject *inject, struct buf *out);

/*
 * FIELDS with the headers applied, encoded into OUT, which is to be cleared
 * after use. Returns 0, or ERR_LIMIT: too many.
 */
int inject_apply(const struct inject *inject, struct head_fields *fields,
    struct buf *out);

#endif
