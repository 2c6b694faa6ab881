#ifndef WORKER_WARM_H
#define WORKER_WARM_H

struct engine;

/*
 * An engine with all that warm.def installs, frozen: what the zygote clones.
 * Returns it, owned by the caller; logs and ends the process when it cannot.
 */
struct engine *warm_engine_new(void);

#endif
