/*
 * From source text to a closure: lang's parser and lowering, Duktape's
 * compiler, and lang's side table applied to the function templates.
 *
 * Runs in: workers; in the zygote for nothing but trusted text.
 * Owns:    units and outputs while it works; they are freed also when Duktape
 *          throws.
 */
#include "config.h"

#include "worker/engine/load.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "worker/engine/engine_priv.h"
#include "worker/engine/helpers_priv.h"
#include "worker/engine/inner.h"
#include "worker/engine/source.h"
#include "worker/engine/str.h"
#include "worker/lang/diag.h"

/* What the front-end may take for one text, however small the heap's cap. */
#define MEMORY_MIN ((size_t)32 << 20)

struct load {
	const char *src, *file_name;
	size_t len;
	struct lang_unit *unit;
	bool own_unit;
	struct lang_lower_options lower;
	const struct lang_options *options;
	struct lang_output *out;
	struct lang_diag diag;
	uint32_t source_id;
	char *text; /* of load_lowered() */
	bool text_only;
	bool program_only; /* load_program() */
	uint16_t *ids;
	size_t nids;
};

static void run(duk_context *ctx, struct load *l);
static duk_ret_t body(duk_context *ctx, void *arg);
static bool patch(duk_context *ctx, void *arg, unsigned int index,
    const void *key, struct inner_template *t);

void
load_push_error(duk_context *ctx, const struct lang_diag *diag)
{
	duk_errcode_t code = DUK_ERR_SYNTAX_ERROR;
	char *text;

	if (diag->kind == LANG_REFERENCE_ERROR)
		code = DUK_ERR_REFERENCE_ERROR;
	else if (diag->kind == LANG_RANGE_ERROR)
		code = DUK_ERR_RANGE_ERROR;
	duk_push_error_object(ctx, code, "%s", "");
	duk_push_literal(ctx, "message");
	str_push_utf8(ctx, diag->message != NULL ? diag->message : "",
	    diag->message != NULL ? strlen(diag->message) : 0);
	duk_def_prop(ctx, -3,
	    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_WRITABLE |
		DUK_DEFPROP_SET_CONFIGURABLE | DUK_DEFPROP_CLEAR_ENUMERABLE |
		DUK_DEFPROP_FORCE);
	text = lang_diag_format(diag);
	duk_push_literal(ctx, "stack");
	str_push_utf8(ctx, text, strlen(text));
	free(text);
	duk_def_prop(ctx, -3,
	    DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_WRITABLE |
		DUK_DEFPROP_SET_CONFIGURABLE | DUK_DEFPROP_CLEAR_ENUMERABLE |
		DUK_DEFPROP_FORCE);
}

size_t
load_memory_max(const struct engine *e)
{
	return MAX(e->limits.heap_max, MEMORY_MIN);
}

/* Do it, free what C owns, then throw if something was thrown. */
static void
run(duk_context *ctx, struct load *l)
{
	duk_int_t r;

	lang_diag_init(&l->diag);
	r = duk_safe_call(ctx, body, l, 0, 1);
	lang_output_free(&l->out);
	if (l->own_unit)
		lang_unit_free(&l->unit);
	lang_diag_clear(&l->diag);
	if (r != DUK_EXEC_SUCCESS)
		(void)duk_throw(ctx);
}

/* Push what is wrong and throw it. */
static duk_ret_t
fail(duk_context *ctx, struct load *l, int code)
{
	if (l->diag.message == NULL)
		return duk_error(ctx, DUK_ERR_RANGE_ERROR, "%s: %s",
		    l->file_name, err_text(code));
	load_push_error(ctx, &l->diag);
	return duk_throw(ctx);
}

static duk_ret_t
body(duk_context *ctx, void *arg)
{
	struct load *l = arg;
	struct engine *e = engine_from(ctx);
	size_t i;
	int r;

	if (l->unit == NULL) {
		struct lang_options o = *l->options;

		l->own_unit = true;
		o.memory_max = load_memory_max(e);
		o.slow |= e->slow;
		r = lang_parse(l->src, l->len, &o, &l->unit, &l->diag);
		if (r != 0)
			return fail(ctx, l, r);
	}
	r = lang_lower(l->unit, &l->lower, &l->out, &l->diag);
	if (r != 0)
		return fail(ctx, l, r);
	if (l->text_only) {
		l->text = xmemdup(l->out->text, l->out->len);
		return 0;
	}
	if (l->program_only) {
		l->nids = l->out->nhelpers;
		l->ids =
		    duk_push_fixed_buffer(ctx, (l->nids + 1) * sizeof *l->ids);
		memcpy(l->ids, l->out->helpers, l->nids * sizeof *l->ids);
	} else {
		/* a unit given from outside is a module's: its text stays */
		l->source_id = source_keep(e, l->src, l->len, !l->own_unit);
	}
	for (i = 0; i < l->out->nglobals; i++) {
		engine_push_ref(e, ctx, REF_SCOPE);
		str_push_utf8(ctx, l->out->globals[i].s,
		    l->out->globals[i].len);
		duk_push_undefined(ctx);
		duk_put_prop(ctx, -3);
		duk_pop(ctx);
	}
	duk_push_lstring(ctx, l->out->text, l->out->len);
	str_push_utf8(ctx, l->file_name, strlen(l->file_name));
	inner_compile(ctx,
	    l->options != NULL && l->options->kind == LANG_SCRIPT
		? 0
		: DUK_COMPILE_EVAL,
	    patch, l);
	if (l->options != NULL &&
	    (l->options->kind == LANG_SCRIPT || l->options->kind == LANG_EVAL))
		return 1;
	if (l->program_only) {
		/* [ ids program ]: one result, both */
		duk_push_bare_array(ctx);
		duk_insert(ctx, -3);
		duk_put_prop_index(ctx, -3, 1);
		duk_put_prop_index(ctx, -2, 0);
		return 1;
	}
	/* (function(H...){return factory}): call with the helpers */
	duk_call(ctx, 0);
	duk_require_stack(ctx, (duk_idx_t)l->out->nhelpers + 8);
	for (i = 0; i < l->out->nhelpers; i++)
		helpers_push(ctx, l->out->helpers[i]);
	duk_call(ctx, (duk_idx_t)l->out->nhelpers);
	return 1;
}

/* One function text: what lang says about it. */
static bool
patch(duk_context *ctx, void *arg, unsigned int index, const void *key,
    struct inner_template *t)
{
	struct load *l = arg;
	const struct lang_fn *f;
	void **kept;
	size_t i;

	if (index >= l->out->nfunctions)
		(void)duk_error(ctx, DUK_ERR_ERROR,
		    "internal error: %s: side table of lowered text is too "
		    "short",
		    l->file_name);
	f = &l->out->functions[index];
	if ((f->flags & LANG_FN_NAMED) && f->name.len > 0) {
		str_push_utf8(ctx, f->name.s, f->name.len);
		t->name = duk_get_lstring(ctx, -1, &t->name_len);
	} else if (f->flags & LANG_FN_NAMED) {
		t->name = "";
	}
	t->length = f->flags & LANG_FN_HIDDEN ? -1 : (int)f->length;
	t->constructable = (f->flags & LANG_FN_CONSTRUCTABLE) != 0;
	t->drop_self_name = !(f->flags & LANG_FN_KEEP_SELF);
	t->keep_all = (f->flags & LANG_FN_KEEP_ALL) != 0;
	source_add(engine_from(ctx), key, l->source_id, f->pos, f->end);
	if (t->keep_all || f->nkeep == 0)
		return true;
	kept = duk_push_fixed_buffer(ctx, f->nkeep * sizeof *kept);
	for (i = 0; i < f->nkeep; i++) {
		str_push_utf8(ctx, f->keep[i].s, f->keep[i].len);
		/* if it is not a variable's key it cannot match one */
		kept[i] = duk_get_heapptr(ctx, -1);
		duk_pop(ctx);
	}
	t->kept = kept;
	t->nkept = (unsigned int)f->nkeep;
	return true;
}

void
load_unit(duk_context *ctx, struct lang_unit *unit, const char *src, size_t len,
    const struct lang_lower_options *options, const char *file_name,
    bool *coroutine_out)
{
	struct load l = {.src = src,
	    .len = len,
	    .unit = unit,
	    .lower = *options,
	    .file_name = file_name};
	bool *co = coroutine_out;
	duk_int_t r;

	lang_diag_init(&l.diag);
	r = duk_safe_call(ctx, body, &l, 0, 1);
	if (co != NULL && l.out != NULL)
		*co = l.out->coroutine;
	lang_output_free(&l.out);
	lang_diag_clear(&l.diag);
	if (r != DUK_EXEC_SUCCESS)
		(void)duk_throw(ctx);
}

void
load_text(duk_context *ctx, const char *src, size_t len,
    const struct lang_options *options)
{
	struct load l = {.src = src,
	    .len = len,
	    .options = options,
	    .file_name = options->name};

	run(ctx, &l);
}

void
load_program(duk_context *ctx, const char *src, size_t len,
    const struct lang_options *options, const uint16_t **ids_out,
    size_t *nids_out)
{
	struct load l = {.src = src,
	    .len = len,
	    .options = options,
	    .file_name = options->name,
	    .program_only = true};

	run(ctx, &l);
	duk_get_prop_index(ctx, -1, 0);
	duk_get_prop_index(ctx, -2, 1);
	duk_remove(ctx, -3);
	*ids_out = l.ids;
	*nids_out = l.nids;
}

char *
load_lowered(duk_context *ctx, const char *src, size_t len,
    const struct lang_options *options, size_t *len_out)
{
	struct load l = {.src = src,
	    .len = len,
	    .options = options,
	    .file_name = options->name,
	    .text_only = true};

	run(ctx, &l);
	duk_pop(ctx);
	*len_out = strlen(l.text);
	return l.text;
}

void
load_run_script(duk_context *ctx, const char *name, const char *src, size_t len)
{
	struct lang_options o = {.kind = LANG_SCRIPT, .name = name};

	load_text(ctx, src, len, &o);
	duk_push_global_object(ctx);
	duk_call_method(ctx, 0);
}

struct script {
	const char *name, *src;
	size_t len;
};

static int
run_script(duk_context *ctx, void *arg)
{
	struct script *s = arg;

	load_run_script(ctx, s->name, s->src, s->len);
	return 0;
}

int
engine_eval_script(struct engine *e, const char *name, const char *src,
    size_t len, struct engine_error *err_out)
{
	struct script s = {.name = name, .src = src, .len = len};

	return engine_run(e, run_script, &s, err_out);
}
