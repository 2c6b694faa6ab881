#ifndef WORKER_API_LAZY_H
#define WORKER_API_LAZY_H

#include "worker/api/core.h"

/*
 * Globals whose scripts (js/lazy/) run when one of them is first asked for, so
 * that a worker which uses none pays nothing.
 */
void lazy_install(duk_context *ctx);

#endif
