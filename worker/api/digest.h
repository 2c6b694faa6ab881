#ifndef WORKER_API_DIGEST_H
#define WORKER_API_DIGEST_H

#include "worker/api/core.h"

/* Digests of data that comes in pieces, for the scripts. */
const struct member *digest_natives(size_t *n_out);

#endif
