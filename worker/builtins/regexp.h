#ifndef WORKER_BUILTINS_REGEXP_H
#define WORKER_BUILTINS_REGEXP_H

#include "worker/builtins/bi.h"

bool regexp_is(duk_context *ctx, duk_idx_t idx);
/* RegExpCreate: [ pattern flags ] -> [ RegExp ] */
void regexp_create(duk_context *ctx);

#endif
