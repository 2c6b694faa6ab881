#ifndef WORKER_API_CLONE_H
#define WORKER_API_CLONE_H

#include "worker/api/core.h"

/* What js/clone.js needs of C. */
const struct member *clone_natives(size_t *n_out);

#endif
