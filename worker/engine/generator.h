#ifndef WORKER_ENGINE_GENERATOR_H
#define WORKER_ENGINE_GENERATOR_H

#include "worker/engine/engine_priv.h"

/* Private to worker/engine: shared by generators of both kinds. */
#define GEN_SLOT_THREAD 0
#define GEN_SLOT_STATE 1
#define GEN_SLOT_VALUE 2 /* what return() passed */
#define GEN_SLOT_QUEUE 3 /* async generators only */

enum gen_state { GEN_START, GEN_YIELDED, GEN_RUNNING, GEN_DONE, GEN_RETURNING };

struct generator_kind {
	const char *iterator_symbol, *iterator_name;
	enum engine_ref iterator_proto, proto, function_proto;
	const char *tag, *function_tag;
	duk_c_function method; /* next, return, throw by magic 0, 1, 2 */
};

void generator_setup_kind(struct engine *e, duk_context *ctx,
    const struct generator_kind *k);
/* [ body eager ] -> [ function ] */
void generator_push_function(duk_context *ctx, duk_c_function call,
    enum engine_ref fproto, enum engine_ref proto);
/* [ args... ] -> [ thread record ] */
void generator_push_record(duk_context *ctx, enum engine_ref proto,
    unsigned int nslots);

duk_ret_t generator_yield_raw(duk_context *ctx);
duk_ret_t generator_return_value(duk_context *ctx);

#endif
