#ifndef FRONT_ADDRESS_H
#define FRONT_ADDRESS_H

#include <stddef.h>

#define ADDRESS_MAX 64

struct sockaddr_storage;

/* "192.0.2.1:80", "[2001:db8::1]:80", or "" for a Unix socket. */
void address_format(const struct sockaddr_storage *ss, char *dst,
    size_t dst_size);

#endif
