#ifndef WORKER_BUILTINS_RT_H
#define WORKER_BUILTINS_RT_H

#include "worker/builtins/bi.h"
#include "worker/lang/helpers.h"

/* A helper of lowered code (lang/helpers.def) that this folder implements. */
struct rt_helper {
	enum lang_helper id;
	duk_c_function fn;
	int8_t nargs;
};

/* Tables of the files, by rt_install(). */
const struct rt_helper *rt_iter_helpers(size_t *n_out);
const struct rt_helper *rt_object_helpers(size_t *n_out);
void rt_iter_init(duk_context *ctx);
void rt_async_init(duk_context *ctx);
/* $ait */
duk_ret_t rt_async_iter(duk_context *ctx);

/* Give all helpers of ours to the engine. */
void rt_install(duk_context *ctx);

#endif
