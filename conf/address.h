#ifndef CONF_ADDRESS_H
#define CONF_ADDRESS_H

#include <stdint.h>

#include "conf/conf.h"
#include "conf/pool.h"

/*
 * Read an address to listen on: "*:PORT", "IP4:PORT", "[IP6]:PORT",
 * "unix:PATH" or "unix-abstract:NAME". No name is ever resolved.
 *
 * default_port  where the text has no port
 * dir           what a relative PATH starts from; absolute
 * out           text and paths in it are arena of POOL
 *
 * Returns NULL, or what is wrong with it.
 */
const char *address_read(struct conf_pool *pool, const char *text,
    uint16_t default_port, const char *dir, struct conf_address *out);

#endif
