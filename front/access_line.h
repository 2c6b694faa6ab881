#ifndef FRONT_ACCESS_LINE_H
#define FRONT_ACCESS_LINE_H

#include <stdint.h>

#include "ipc/control.h"

/*
 * One request as one line of text. What clients say is cut and escaped: a
 * line has no newline, no control character, and no quote that is not ours.
 */
struct access_entry;
struct buf;
struct conn;

/* Without the newline. */
void access_line_put(struct buf *b, const struct access_entry *e,
    const struct conn *c, uint64_t id, enum control_log_format format);

/* As a record of the journal, the line as its MESSAGE. */
void access_line_put_journal(struct buf *b, const struct access_entry *e,
    const struct conn *c, uint64_t id, enum control_log_format format);

#endif
