#ifndef WORKER_API_SCRIPTS_H
#define WORKER_API_SCRIPTS_H

#include "worker/api/core.h"

/* Run the embedded scripts, which define their classes and exports. */
void scripts_install(duk_context *ctx);
/* Built-in modules: cloudflare:workers. */
void modules_install(struct engine *engine);

#endif
