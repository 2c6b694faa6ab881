#ifndef HTTP_H1_HEAD_H
#define HTTP_H1_HEAD_H

#include <stddef.h>

#include "http/h1_parse.h"

/*
 * What the lines of a request head mean; used by h1_parse.c only. Every
 * function returns 0 or the status of the answer, with the reason for the log.
 */

/* LINE without its CRLF. Sets all of HEAD that the fields do not. */
unsigned int h1_head_parse_line(struct h1_head *head, const char *line,
    size_t len, size_t target_max, const char **reason_out);

/* Lines that each end in CRLF: [LINES, LINES + LEN). */
unsigned int h1_head_parse_fields(struct h1_head *head, const char *lines,
    size_t len, size_t max_fields, const char **reason_out);

/* Framing, host and connection, once all fields are there. */
unsigned int h1_head_check(struct h1_head *head, const char **reason_out);

unsigned int h1_head_parse_trailers(struct h1_head *head, const char *lines,
    size_t len, size_t max_fields, const char **reason_out);

#endif
