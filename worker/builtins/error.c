/*
 * Error constructors: cause, AggregateError, SuppressedError,
 * captureStackTrace.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/objop.h"

/* Rows: the constructor's magic is the index. */
static const struct {
	const char *name;
	uint8_t length;
} errors[] = {
    {"Error", 1},
    {"EvalError", 1},
    {"RangeError", 1},
    {"ReferenceError", 1},
    {"SyntaxError", 1},
    {"TypeError", 1},
    {"URIError", 1},
    {"AggregateError", 2},
    {"SuppressedError", 3},
};

enum { AGGREGATE = 7, SUPPRESSED = 8, NERRORS = 9 };

static int
append_error(duk_context *ctx, void *arg)
{
	dx_array_append(ctx, *(duk_idx_t *)arg);
	return 0;
}

static duk_ret_t
error_constructor(duk_context *ctx)
{
	int magic = duk_get_current_magic(ctx);
	duk_idx_t nargs = duk_get_top(ctx), i, msg, opts, obj, list;

	if (!duk_is_constructor_call(ctx)) {
		/* as new: the stack is recorded when a constructor returns */
		duk_push_current_function(ctx);
		for (i = 0; i < nargs; i++)
			duk_dup(ctx, i);
		duk_new(ctx, nargs);
		return 1;
	}
	duk_set_top(ctx, 3);
	msg = magic == AGGREGATE ? 1 : magic == SUPPRESSED ? 2 : 0;
	opts = magic == SUPPRESSED ? -1 : msg + 1;
	duk_push_current_function(ctx);
	bi_push(ctx, (enum bi_intrinsic)(I_ERROR_PROTO + magic));
	engine_push_instance(ctx, -1);
	obj = duk_get_top(ctx) - 1;
	dx_set_class(ctx, obj, DX_ERROR);
	if (!duk_is_undefined(ctx, msg)) {
		bi_to_string(ctx, msg, NULL);
		duk_dup(ctx, msg);
		bi_define(ctx, obj, "message", DEF_W | DEF_C);
	}
	if (opts >= 0 && bi_is_object(ctx, opts)) {
		duk_push_literal(ctx, "cause");
		if (objop_has(ctx, opts)) {
			duk_get_prop_literal(ctx, opts, "cause");
			bi_define(ctx, obj, "cause", DEF_W | DEF_C);
		}
	}
	if (magic == AGGREGATE) {
		duk_push_array(ctx);
		list = obj + 1;
		iter_each(ctx, 0, append_error, &list);
		bi_define(ctx, obj, "errors", DEF_W | DEF_C);
	} else if (magic == SUPPRESSED) {
		duk_dup(ctx, 0);
		bi_define(ctx, obj, "error", DEF_W | DEF_C);
		duk_dup(ctx, 1);
		bi_define(ctx, obj, "suppressed", DEF_W | DEF_C);
	}
	duk_set_top(ctx, obj + 1);
	return 1;
}

/* Error.captureStackTrace(object): an own "stack", as V8 has it */
static duk_ret_t
error_capture(duk_context *ctx)
{
	if (!bi_is_object(ctx, 0))
		bi_throw_type(ctx, "Invalid argument");
	duk_get_global_string(ctx, "Error");
	duk_new(ctx, 0);
	duk_get_prop_literal(ctx, -1, "stack");
	bi_define(ctx, 0, "stack", DEF_W | DEF_C);
	return 0;
}

static duk_ret_t
error_to_string(duk_context *ctx)
{
	duk_push_this(ctx);
	if (!bi_is_object(ctx, 0))
		bi_throw_receiver(ctx, "Error.prototype.toString");
	duk_get_prop_literal(ctx, 0, "name");
	if (duk_is_undefined(ctx, 1)) {
		duk_push_literal(ctx, "Error");
		duk_replace(ctx, 1);
	}
	bi_to_string(ctx, 1, NULL);
	duk_get_prop_literal(ctx, 0, "message");
	if (duk_is_undefined(ctx, 2)) {
		duk_push_literal(ctx, "");
		duk_replace(ctx, 2);
	}
	bi_to_string(ctx, 2, NULL);
	if (duk_get_length(ctx, 1) == 0)
		return 1;
	if (duk_get_length(ctx, 2) == 0) {
		duk_dup(ctx, 1);
		return 1;
	}
	duk_push_literal(ctx, ": ");
	duk_insert(ctx, 2);
	duk_concat(ctx, 3);
	return 1;
}

/* [ ] -> [ prototype ] of the error NAME: Duktape's, or a new one */
static void
push_proto(duk_context *ctx, const char *name)
{
	duk_push_global_object(ctx);
	if (duk_get_prop_string(ctx, -1, name)) {
		duk_get_prop_literal(ctx, -1, "prototype");
	} else {
		duk_push_object(ctx);
		bi_push(ctx, I_ERROR_PROTO);
		duk_set_prototype(ctx, -2);
		duk_push_string(ctx, name);
		bi_define(ctx, -2, "name", DEF_W | DEF_C);
		duk_push_literal(ctx, "");
		bi_define(ctx, -2, "message", DEF_W | DEF_C);
	}
	duk_replace(ctx, -3);
	duk_pop(ctx);
}

void
bi_install_error(duk_context *ctx)
{
	static const struct bi_fn statics[] = {
	    {"captureStackTrace", error_capture, 2, 2, 0},
	};
	static const struct bi_fn methods[] = {
	    {"toString", error_to_string, 0, 0, 0},
	};
	int i;

	duk_push_global_object(ctx);
	for (i = 0; i < NERRORS; i++) {
		push_proto(ctx, errors[i].name);
		bi_keep(ctx, (enum bi_intrinsic)(I_ERROR_PROTO + i));
		engine_push_constructor(ctx, error_constructor, DUK_VARARGS,
		    errors[i].length, errors[i].name);
		duk_set_magic(ctx, -1, i);
		duk_dup(ctx, -2);
		bi_define(ctx, -2, "prototype", 0);
		duk_dup_top(ctx);
		bi_define(ctx, -3, "constructor", DEF_W | DEF_C);
		if (i == 0) {
			BI_DEFINE(ctx, -1, statics);
			BI_DEFINE(ctx, -2, methods);
			dx_set_class(ctx, -2, DX_OBJECT);
		} else {
			dx_set_class(ctx, -2, DX_OBJECT);
			duk_get_prop_string(ctx, -3, "Error");
			duk_set_prototype(ctx, -2);
		}
		bi_define(ctx, -3, errors[i].name, DEF_W | DEF_C);
		duk_pop(ctx);
	}
	duk_pop(ctx);
}
