#ifndef WORKER_API_NODE_H
#define WORKER_API_NODE_H

#include "worker/engine/engine.h"

/*
 * The modules node:*: scripts of ours (js/node/), loaded when a worker first
 * imports one, so that others pay nothing for them. Rows of node.def.
 */
struct worker_spec;

/* What a worker's compatibility flags give it. */
enum node_access {
	NODE_ALS = 1,     /* node:async_hooks */
	NODE_COMPAT = 2,  /* all of them */
	NODE_GLOBALS = 4, /* and the globals Buffer, process, ... */
	NODE_ENV = 8,     /* process.env has the text bindings */
};

unsigned int node_access(const struct worker_spec *spec);

/* In the zygote: the names of the modules. */
void node_install(struct engine *engine);

/* For scripts: [ ] -> [ object ], the bindings that process.env is made of */
duk_ret_t node_env(duk_context *ctx);

/* Globals that load their module when they are touched. */
void node_define_globals(duk_context *ctx);

#endif
