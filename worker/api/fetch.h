#ifndef WORKER_API_FETCH_H
#define WORKER_API_FETCH_H

#include "worker/api/core.h"

/* [ ] -> [ Fetcher ]: the stub of a service binding */
void fetcher_push(duk_context *ctx, uint32_t channel);

#endif
