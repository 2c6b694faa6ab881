/*
 * RegExp: the Symbol protocols on top of Duktape's engine.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/regexp.h"

bool
regexp_is(duk_context *ctx, duk_idx_t idx)
{
	return dx_class(ctx, idx) == DX_REGEXP;
}

void
regexp_create(duk_context *ctx)
{
	bi_push(ctx, I_DUK_REGEXP);
	duk_insert(ctx, -3);
	duk_new(ctx, 2);
}

/* magic: the Duktape method of String.prototype */
static duk_ret_t
regexp_symbol(duk_context *ctx)
{
	enum bi_intrinsic id = (enum bi_intrinsic)duk_get_current_magic(ctx);

	duk_push_this(ctx);
	if (!regexp_is(ctx, -1))
		bi_throw_receiver(ctx, "RegExp.prototype[Symbol.match]");
	bi_to_string(ctx, 0, NULL);
	bi_push(ctx, id); /* [ str arg this fn ] */
	duk_dup(ctx, 0);
	duk_dup(ctx, 2);
	if (id == I_DUK_REPLACE || id == I_DUK_SPLIT) {
		duk_dup(ctx, 1);
		duk_call_method(ctx, 2);
	} else {
		duk_call_method(ctx, 1);
	}
	return 1;
}

void
bi_install_regexp(duk_context *ctx)
{
	static const struct bi_fn fns[] = {
	    {"@@match", regexp_symbol, 2, 1, I_DUK_MATCH},
	    {"@@replace", regexp_symbol, 2, 2, I_DUK_REPLACE},
	    {"@@search", regexp_symbol, 2, 1, I_DUK_SEARCH},
	    {"@@split", regexp_symbol, 2, 2, I_DUK_SPLIT},
	};

	bi_push(ctx, I_DUK_REGEXP);
	bi_define_species(ctx, -1);
	duk_get_prop_literal(ctx, -1, "prototype");
	BI_DEFINE(ctx, -1, fns);
	duk_pop_2(ctx);
}
