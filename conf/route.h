#ifndef CONF_ROUTE_H
#define CONF_ROUTE_H

#include "conf/load.h"

/* A `routes` entry of a socket: HOST/PATH SERVICE [options]. */
void route_add(struct load *l, struct socket_draft *d, struct words *words);

#endif
