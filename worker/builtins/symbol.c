/*
 * Symbol: the well-known symbols and description.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/bi.h"

#include <string.h>

static const char *const names[NSYMS] = {
#define SYM(id_, name_) [SYM_##id_] = name_,
#include "worker/builtins/bi.def"
#undef SYM
};

/* [ ] -> [ this symbol ], unwrapped */
static void
push_this_symbol(duk_context *ctx)
{
	duk_push_this(ctx);
	if (dx_class(ctx, -1) == DX_SYMBOL) {
		bi_push(ctx, I_SYMBOL_PROTO);
		duk_get_prop_literal(ctx, -1, "valueOf");
		duk_dup(ctx, -3);
		duk_call_method(ctx, 0);
		duk_remove(ctx, -2);
		duk_remove(ctx, -2);
	}
	if (!bi_is_symbol(ctx, -1))
		bi_throw_receiver(ctx, "Symbol.prototype.description");
}

/*
 * The bytes of a symbol: 0x80 key, or 0x81 description 0xFF unique, with one
 * more 0xFF behind if the description is undefined.
 */
static duk_ret_t
symbol_description(duk_context *ctx)
{
	const char *s, *e;
	duk_size_t len;

	push_this_symbol(ctx);
	s = duk_get_lstring(ctx, -1, &len);
	if (len == 0)
		return 0;
	if ((unsigned char)s[0] == 0x80) {
		duk_push_lstring(ctx, s + 1, len - 1);
		return 1;
	}
	e = memchr(s + 1, 0xff, len - 1);
	if (e == NULL ||
	    (e > s + 1 ? 0
		       : e != s + len - 1 && (unsigned char)s[len - 1] == 0xff))
		return 0;
	duk_push_lstring(ctx, s + 1, (duk_size_t)(e - s - 1));
	return 1;
}

static duk_ret_t
symbol_key_for(duk_context *ctx)
{
	const char *s;
	duk_size_t len;

	if (!bi_is_symbol(ctx, 0))
		bi_throw_type(ctx, "%s is not a symbol",
		    duk_safe_to_string(ctx, 0));
	s = duk_get_lstring(ctx, 0, &len);
	if (len == 0 || (unsigned char)s[0] != 0x80)
		return 0;
	duk_push_lstring(ctx, s + 1, len - 1);
	return 1;
}

/* A constructor that cannot be called as one; the rest is Duktape's. */
static duk_ret_t
symbol_constructor(duk_context *ctx)
{
	duk_idx_t n = duk_get_top(ctx);

	if (duk_is_constructor_call(ctx))
		bi_throw_type(ctx, "Symbol is not a constructor");
	bi_push(ctx, I_DUK_SYMBOL);
	duk_insert(ctx, 0);
	duk_call(ctx, n);
	return 1;
}

static duk_ret_t
symbol_to_primitive(duk_context *ctx)
{
	push_this_symbol(ctx);
	return 1;
}

/* [ ] -> [ Symbol ]: ours in place of Duktape's, with what that has */
static void
replace_constructor(duk_context *ctx)
{
	bi_push_global(ctx, "Symbol");
	bi_keep(ctx, I_DUK_SYMBOL);
	engine_push_constructor(ctx, symbol_constructor, DUK_VARARGS, 0,
	    "Symbol");
	duk_get_prop_literal(ctx, -2, "for");
	bi_define(ctx, -2, "for", DEF_W | DEF_C);
	duk_get_prop_literal(ctx, -2, "prototype");
	duk_dup(ctx, -2);
	bi_define(ctx, -2, "constructor", DEF_W | DEF_C);
	bi_define(ctx, -2, "prototype", 0);
	duk_remove(ctx, -2);
	duk_push_global_object(ctx);
	duk_dup(ctx, -2);
	bi_define(ctx, -2, "Symbol", DEF_W | DEF_C);
	duk_pop(ctx);
}

void
bi_install_symbol(duk_context *ctx)
{
	static const struct bi_fn statics[] = {
	    {"keyFor", symbol_key_for, 1, 1, 0},
	};
	static const struct bi_fn methods[] = {
	    {"get description", symbol_description, 0, 0, 0},
	};
	int i;

	replace_constructor(ctx);
	BI_DEFINE(ctx, -1, statics);
	for (i = 0; i < NSYMS; i++) {
		bi_push_sym(ctx, (enum bi_sym)i);
		bi_define(ctx, -2, names[i], 0);
	}
	duk_get_prop_literal(ctx, -1, "prototype");
	bi_keep(ctx, I_SYMBOL_PROTO);
	BI_DEFINE(ctx, -1, methods);
	engine_push_function(ctx, symbol_to_primitive, 1, 1,
	    "[Symbol.toPrimitive]");
	bi_define(ctx, -2, "@@toPrimitive", DEF_C);
	duk_pop_2(ctx);
}
