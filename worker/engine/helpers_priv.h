#ifndef WORKER_ENGINE_HELPERS_PRIV_H
#define WORKER_ENGINE_HELPERS_PRIV_H

#include "worker/engine/duk.h"

/* Private to worker/engine. [ ] -> [ value of the helper ] */
void helpers_push(duk_context *ctx, unsigned int id);

#endif
