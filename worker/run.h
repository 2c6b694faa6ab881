#ifndef WORKER_RUN_H
#define WORKER_RUN_H

#include "worker/engine/engine.h"

struct sandbox_report;
struct worker;

/*
 * The life of a clone.
 *
 * worker_prepare() makes all that needs a system call which the filter will
 * refuse: the event loop and the CPU timer. Then the caller enters the
 * sandbox and calls worker_run(), which reads the first byte of a peer.
 *
 * engine  held, warmed: builtins and api are installed
 * ctl_fd  taken: the control channel, a non-blocking stream socket
 *
 * The log is set up by the caller. Returns the worker, or NULL with errno.
 */
struct worker *worker_prepare(struct engine *engine, int ctl_fd);

/*
 * Say HELLO, serve until idle, drained or broken, and return the exit code of
 * the process, a row of ipc/worker_exits.def. Frees the worker.
 */
int worker_run(struct worker *w, const struct sandbox_report *report);

enum worker_exit {
#define EXIT(name_, code_, text_) WORKER_EXIT_##name_ = code_,
#include "ipc/worker_exits.def"
#undef EXIT
};

#endif
