#ifndef WORKER_API_NODE_BYTES_H
#define WORKER_API_NODE_BYTES_H

#include "worker/api/core.h"

/* Bytes and text for node:buffer: members of the scripts' native object. */
const struct member *node_bytes_natives(size_t *n_out);

#endif
