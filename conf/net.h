#ifndef CONF_NET_H
#define CONF_NET_H

#include "conf/load.h"

/*
 * Networks, "10.0.0.0/8" or "2001:db8::/32" or an address, and "unix" for
 * peers on Unix sockets: what `proxyProtocol` takes.
 */

/* Returns NULL, or what is wrong with TEXT. */
const char *net_read(const char *text, struct conf_net *out);

/* Append all words to the socket's. Errors are added to L. */
void net_add_proxies(struct load *l, struct socket_draft *d,
    struct words *words);

#endif
