#ifndef WORKER_API_DIGEST_H
#define WORKER_API_DIGEST_H

#include "worker/api/core.h"

/* Digests of data that comes in pieces, for the scripts. */
const struct member *digest_natives(size_t *n_out);

/* Those that have begun and whose objects are still there. */
void digests_free_all(struct api *api);

#endif
