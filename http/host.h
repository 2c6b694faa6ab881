#ifndef HTTP_HOST_H
#define HTTP_HOST_H

#include <stdbool.h>
#include <stddef.h>

#define HOST_LEN_MAX 512

/*
 * Whether S is uri-host [ ":" port ] with a host that is not empty, as a Host
 * field, an ":authority" or an absolute target must name (RFC 9110 7.2). No
 * userinfo. The port, if any, is at most 65535; "host:" is allowed.
 *
 * need_port  refuse a missing port, as CONNECT requires
 */
bool host_is_valid(const char *s, size_t len, bool need_port);

#endif
