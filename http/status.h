#ifndef HTTP_STATUS_H
#define HTTP_STATUS_H

#include <stddef.h>

/* The reason phrase of a status; "" where none is registered. */
const char *status_reason(unsigned int status);

/*
 * "HTTP/1.1 200 OK\r\n" for a registered status, else NULL. LEN_OUT gets its
 * length.
 */
const char *status_line(unsigned int status, size_t *len_out);

#endif
