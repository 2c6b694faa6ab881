#ifndef WORKER_ENGINE_RT_H
#define WORKER_ENGINE_RT_H

#include "worker/engine/duk.h"

/* Private to worker/engine: helpers of helpers.def, one C function each. */
duk_ret_t rt_tdz_throw(duk_context *ctx);
duk_ret_t rt_tdz_write(duk_context *ctx);
duk_ret_t rt_bigint(duk_context *ctx);
duk_ret_t rt_iter_guard(duk_context *ctx);
duk_ret_t rt_const_write(duk_context *ctx);
duk_ret_t rt_delete_super(duk_context *ctx);
duk_ret_t rt_set_name(duk_context *ctx);
duk_ret_t rt_call(duk_context *ctx);
duk_ret_t rt_reflect_apply(duk_context *ctx);
duk_ret_t rt_new_spread(duk_context *ctx);
duk_ret_t rt_not_callable(duk_context *ctx);

duk_ret_t rt_class(duk_context *ctx);
duk_ret_t rt_new_target(duk_context *ctx);
duk_ret_t rt_super_call(duk_context *ctx);
duk_ret_t rt_super_apply(duk_context *ctx);
duk_ret_t rt_super_twice(duk_context *ctx);
duk_ret_t rt_this_unset(duk_context *ctx);
duk_ret_t rt_derived_return(duk_context *ctx);
duk_ret_t rt_super_get(duk_context *ctx);
duk_ret_t rt_super_set(duk_context *ctx);
duk_ret_t rt_field(duk_context *ctx);

duk_ret_t rt_private_name(duk_context *ctx);
duk_ret_t rt_private_add(duk_context *ctx);
duk_ret_t rt_private_get(duk_context *ctx);
duk_ret_t rt_private_set(duk_context *ctx);
duk_ret_t rt_private_has(duk_context *ctx);
duk_ret_t rt_private_brand(duk_context *ctx);
duk_ret_t rt_private_throw(duk_context *ctx);

duk_ret_t rt_dispose_scope(duk_context *ctx);
duk_ret_t rt_dispose_use(duk_context *ctx);
duk_ret_t rt_dispose_fail(duk_context *ctx);
duk_ret_t rt_dispose_end(duk_context *ctx);
duk_ret_t rt_dispose_next(duk_context *ctx);

duk_ret_t rt_import(duk_context *ctx);
duk_ret_t rt_import_meta(duk_context *ctx);
duk_ret_t rt_namespace(duk_context *ctx);
duk_ret_t rt_eval_text(duk_context *ctx);

/* Name the function at IDX after the key at KIDX; see $nm. The stack stays. */
void rt_name_function(duk_context *ctx, duk_idx_t idx, duk_idx_t kidx,
    const char *prefix);

#endif
