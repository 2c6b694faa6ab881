#ifndef CONF_JSON_H
#define CONF_JSON_H

#include <stddef.h>

#define JSON_DEPTH_MAX 128

/*
 * Check that LEN bytes of TEXT are one JSON value (RFC 8259, UTF-8). Returns 0
 * or ERR_SYNTAX; then *AT_OUT is the offset of what is wrong, or LEN where the
 * text ends too early.
 */
int json_check(const char *text, size_t len, size_t *at_out);

/*
 * Call MEMBER for each member of the object that TEXT is, in order, with the
 * name and the text of the value, both as JSON; what is no object, or no JSON,
 * has none. MEMBER returns 0 to go on.
 */
typedef int json_member_fn(void *arg, const char *name, size_t name_len,
    const char *value, size_t value_len);
void json_each_member(const char *text, size_t len, json_member_fn *member,
    void *arg);

#endif
