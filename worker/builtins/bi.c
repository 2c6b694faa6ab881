/*
 * Tables of functions, intrinsics, internal slots.
 *
 * Runs in: worker (the zygote installs, workers use).
 * Owns:    struct bi, one per engine, in a buffer of the heap stash.
 */
#include "config.h"

#include "worker/builtins/bi.h"

#include <stdarg.h>
#include <string.h>

/* Hidden from scripts by their first byte. */
#define KEEP_KEY DUK_HIDDEN_SYMBOL("builtins")

static const char *const slot_keys[NSLOTS] = {
#define SLOT(id_, key_) [SLOT_##id_] = DUK_HIDDEN_SYMBOL("b:" key_),
#include "worker/builtins/bi.def"
#undef SLOT
};

static const struct {
	const char *name; /* "iterator" */
	const char *key;  /* its encoding in the heap */
} syms[NSYMS] = {
#define SYM(id_, name_)                                                        \
	[SYM_##id_] = {name_, DUK_WELLKNOWN_SYMBOL("Symbol." name_)},
#include "worker/builtins/bi.def"
#undef SYM
};

struct bi *
bi_of(duk_context *ctx)
{
	return engine_user(engine_from(ctx), ENGINE_SLOT_BUILTINS);
}

/* [ value ] -> [ ]: keep it reachable for ever. */
static void
keep_value(duk_context *ctx)
{
	duk_push_heap_stash(ctx);
	duk_get_prop_string(ctx, -1, KEEP_KEY);
	duk_pull(ctx, -3);
	duk_put_prop_index(ctx, -2, (duk_uarridx_t)duk_get_length(ctx, -2));
	duk_pop_2(ctx);
}

void
bi_init(duk_context *ctx)
{
	struct bi *b;
	int i;

	duk_push_heap_stash(ctx);
	duk_push_bare_array(ctx);
	duk_put_prop_string(ctx, -2, KEEP_KEY);
	duk_pop(ctx);
	b = duk_push_fixed_buffer(ctx, sizeof *b);
	keep_value(ctx);
	for (i = 0; i < NSLOTS; i++) {
		duk_push_string(ctx, slot_keys[i]);
		b->slot[i] = duk_require_heapptr(ctx, -1);
		keep_value(ctx);
	}
	for (i = 0; i < NSYMS; i++) {
		duk_push_string(ctx, syms[i].key);
		b->sym[i] = duk_require_heapptr(ctx, -1);
		keep_value(ctx);
	}
	dx_fix_natives(ctx);
	b->kill = engine_kill_flag(engine_from(ctx));
	engine_set_user(engine_from(ctx), ENGINE_SLOT_BUILTINS, b);
}

void
bi_poll(duk_context *ctx)
{
	struct bi *b = bi_of(ctx);

	if ((++b->ticks & 0xff) == 0 && *b->kill)
		dx_check_stack(ctx);
}

void
bi_check_stack(duk_context *ctx)
{
	dx_check_stack(ctx);
}

bool
bi_enter_cycle(duk_context *ctx, duk_idx_t idx)
{
	struct bi *b = bi_of(ctx);
	void *p = duk_get_heapptr(ctx, idx);
	uint32_t i;

	for (i = 0; i < b->ncycle; i++)
		if (b->cycle[i] == p)
			return false;
	if (b->ncycle == BI_CYCLE_MAX)
		bi_throw_range(ctx, "Maximum call stack size exceeded");
	b->cycle[b->ncycle++] = p;
	return true;
}

void
bi_leave_cycle(duk_context *ctx)
{
	struct bi *b = bi_of(ctx);

	ASSERT(b->ncycle > 0);
	b->ncycle--;
}

void
bi_keep(duk_context *ctx, enum bi_intrinsic id)
{
	bi_of(ctx)->intrinsic[id] = duk_require_heapptr(ctx, -1);
	duk_dup_top(ctx);
	keep_value(ctx);
}

void
bi_push(duk_context *ctx, enum bi_intrinsic id)
{
	duk_push_heapptr(ctx, bi_of(ctx)->intrinsic[id]);
}

bool
bi_is(duk_context *ctx, duk_idx_t idx, enum bi_intrinsic id)
{
	void *p = duk_get_heapptr(ctx, idx);

	return p != NULL && p == bi_of(ctx)->intrinsic[id];
}

void
bi_push_sym(duk_context *ctx, enum bi_sym id)
{
	duk_push_heapptr(ctx, bi_of(ctx)->sym[id]);
}

void
bi_get_sym(duk_context *ctx, duk_idx_t obj, enum bi_sym id)
{
	duk_get_prop_heapptr(ctx, obj, bi_of(ctx)->sym[id]);
}

bool
slot_get(duk_context *ctx, duk_idx_t idx, enum bi_slot slot)
{
	return dx_slot_get(ctx, idx, bi_of(ctx)->slot[slot]);
}

bool
slot_has(duk_context *ctx, duk_idx_t idx, enum bi_slot slot)
{
	return dx_slot_has(ctx, idx, bi_of(ctx)->slot[slot]);
}

void
slot_put(duk_context *ctx, duk_idx_t idx, enum bi_slot slot)
{
	dx_slot_put(ctx, idx, bi_of(ctx)->slot[slot]);
}

void
slot_put_number(duk_context *ctx, duk_idx_t idx, enum bi_slot slot, double v)
{
	idx = duk_require_normalize_index(ctx, idx);
	duk_push_number(ctx, v);
	slot_put(ctx, idx, slot);
}

double
slot_number(duk_context *ctx, duk_idx_t idx, enum bi_slot slot)
{
	double v;

	if (!slot_get(ctx, idx, slot))
		return 0;
	v = duk_get_number_default(ctx, -1, 0);
	duk_pop(ctx);
	return v;
}

/* [ ] -> [ key ] */
static void
push_key(duk_context *ctx, const char *name)
{
	int i;

	if (strncmp(name, "@@", 2) != 0) {
		duk_push_string(ctx, name);
		return;
	}
	for (i = 0; i < NSYMS; i++)
		if (strcmp(syms[i].name, name + 2) == 0)
			break;
	ASSERT(i < NSYMS);
	bi_push_sym(ctx, (enum bi_sym)i);
}

static void
define_fn(duk_context *ctx, duk_idx_t obj, const struct bi_fn *f)
{
	const char *key = f->name, *prefix = "";
	char name[64];
	unsigned int have = DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_WRITABLE;

	if (strncmp(key, "get ", 4) == 0) {
		have = DUK_DEFPROP_HAVE_GETTER;
		prefix = "get ";
		key += 4;
	} else if (strncmp(key, "set ", 4) == 0) {
		have = DUK_DEFPROP_HAVE_SETTER;
		prefix = "set ";
		key += 4;
	}
	if (strncmp(key, "@@", 2) == 0)
		snprintf(name, sizeof name, "%s[Symbol.%s]", prefix, key + 2);
	else
		snprintf(name, sizeof name, "%s%s", prefix, key);
	push_key(ctx, key);
	engine_push_function(ctx, f->fn, f->nargs, f->length, name);
	duk_set_magic(ctx, -1, f->magic);
	duk_def_prop(ctx, obj,
	    have | DUK_DEFPROP_CLEAR_ENUMERABLE | DUK_DEFPROP_SET_CONFIGURABLE |
		DUK_DEFPROP_FORCE);
}

void
bi_define_fns(duk_context *ctx, duk_idx_t obj, const struct bi_fn *fns,
    size_t n)
{
	size_t i;

	obj = duk_require_normalize_index(ctx, obj);
	for (i = 0; i < n; i++)
		define_fn(ctx, obj, &fns[i]);
}

void
bi_define(duk_context *ctx, duk_idx_t obj, const char *name, unsigned int attrs)
{
	obj = duk_require_normalize_index(ctx, obj);
	push_key(ctx, name);
	duk_insert(ctx, -2);
	duk_def_prop(ctx, obj,
	    attrs | DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_HAVE_WEC |
		DUK_DEFPROP_FORCE);
}

void
bi_define_tag(duk_context *ctx, duk_idx_t obj, const char *tag)
{
	obj = duk_require_normalize_index(ctx, obj);
	duk_push_string(ctx, tag);
	bi_define(ctx, obj, "@@toStringTag", DEF_C);
}

static duk_ret_t
return_this(duk_context *ctx)
{
	duk_push_this(ctx);
	return 1;
}

void
bi_define_species(duk_context *ctx, duk_idx_t obj)
{
	static const struct bi_fn fns[] = {
	    {"get @@species", return_this, 0, 0, 0},
	};

	BI_DEFINE(ctx, obj, fns);
}

void
bi_class(duk_context *ctx, const char *name, duk_c_function fn, int8_t nargs,
    uint8_t length, enum bi_intrinsic proto)
{
	engine_push_constructor(ctx, fn, nargs, length, name);
	duk_push_object(ctx);
	bi_keep(ctx, proto);
	duk_dup(ctx, -2);
	bi_define(ctx, -2, "constructor", DEF_W | DEF_C);
	duk_dup(ctx, -1);
	bi_define(ctx, -3, "prototype", 0);
	duk_push_global_object(ctx);
	duk_dup(ctx, -3);
	bi_define(ctx, -2, name, DEF_W | DEF_C);
	duk_pop(ctx);
}

void
bi_push_global(duk_context *ctx, const char *name)
{
	if (!duk_get_global_string(ctx, name))
		bi_throw_type(ctx, "%s is not defined", name);
}

duk_ret_t
bi_throw_type(duk_context *ctx, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	duk_push_error_object_va_raw(ctx, DUK_ERR_TYPE_ERROR, NULL, 0, fmt, ap);
	va_end(ap);
	(void)duk_throw(ctx);
	__builtin_unreachable();
}

duk_ret_t
bi_throw_range(duk_context *ctx, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	duk_push_error_object_va_raw(ctx, DUK_ERR_RANGE_ERROR, NULL, 0, fmt,
	    ap);
	va_end(ap);
	(void)duk_throw(ctx);
	__builtin_unreachable();
}

duk_ret_t
bi_throw_receiver(duk_context *ctx, const char *method)
{
	bi_throw_type(ctx, "Method %s called on incompatible receiver", method);
}
