#ifndef CONF_HASH_H
#define CONF_HASH_H

#include "conf/conf.h"

/* Fill in the worker's hash: SHA-256 over all its other fields. */
void hash_worker(struct conf_worker *worker);

#endif
