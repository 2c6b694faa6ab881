#ifndef WORKER_API_ZIP_H
#define WORKER_API_ZIP_H

#include "worker/api/core.h"

/* zlib for the scripts: functions defined on the object at IDX. */
void zip_install_natives(duk_context *ctx, duk_idx_t idx);

#endif
