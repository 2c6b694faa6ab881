#ifndef SUPERVISOR_JSON_H
#define SUPERVISOR_JSON_H

#include "base/buf.h"

/* Writing JSON, for events and status: text as it is, S as a string. */
void json_text(struct buf *b, const char *text);
void json_string(struct buf *b, const char *s);
void json_format(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
