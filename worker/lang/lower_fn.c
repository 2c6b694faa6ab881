/*
 * Lowering of functions: arrows, parameters, async functions and generators,
 * this, new.target, arguments, return.
 */
#include "config.h"

#include "worker/lang/lower.h"

#include <string.h>

#include "base/util.h"
#include "worker/lang/eval_scope.h"

uint32_t
lo_row_add(struct lower *l, struct lang_str name, bool named, uint32_t flags,
    uint32_t length, uint32_t pos, uint32_t end)
{
	struct lang_fn *row;

	l->rows = arena_grow(&l->u->arena, l->rows, l->nrows, &l->cap_rows,
	    sizeof *l->rows);
	row = &l->rows[l->nrows];
	*row = (struct lang_fn){.name = name,
	    .length = length,
	    .pos = pos,
	    .end = end,
	    .flags = flags};
	if (named)
		row->flags |= LANG_FN_NAMED;
	return l->nrows++;
}

void
lo_fn_enter(struct lower *l, struct fnctx *fn, uint32_t func, uint32_t row)
{
	*fn = (struct fnctx){.up = l->fn, .func = func, .row = row};
	if (func != 0)
		fn->f = func_get(l->u, func);
	l->fn = fn;
}

/* Duktape maps arguments to parameters by their names in _Varmap. */
static bool
is_mapped(const struct func *f)
{
	return !f->is_strict && f->simple_params && f->nparams != 0 &&
	       (f->uses_arguments || f->arrow_uses_arguments);
}

void
lo_fn_leave(struct lower *l, struct fnctx *fn)
{
	struct lang_fn *row;

	ASSERT(l->fn == fn);
	l->fn = fn->up;
	if (fn->row == ROW_NONE)
		return;
	row = &l->rows[fn->row];
	row->keep = fn->keep.v;
	row->nkeep = fn->keep.n;
	if (fn->f != NULL && (fn->f->has_direct_eval || fn->f->inner_eval ||
				 fn->f->has_with || is_mapped(fn->f)))
		row->flags |= LANG_FN_KEEP_ALL;
}

/* A function that is not one of the source: arguments, then "){". */
void
lo_fn_hidden(struct lower *l, struct fnctx *fn, const char *params)
{
	uint32_t flags = LANG_FN_HIDDEN | LANG_FN_KEEP_ALL;

	if (l->fn->strict)
		flags |= LANG_FN_STRICT;
	lo_fn_enter(l, fn, 0, lo_row_add(l, lo_str(""), false, flags, 0, 0, 0));
	fn->strict = fn->up->strict;
	fn->is_arrow = true;
	lo_put(l, "function(%z){", params);
}

/* Of a script or eval: names of ours are no vars that others could see. */
static void
program_end_vars(struct lower *l)
{
	const struct fnctx *fn = l->fn;
	uint32_t i;

	for (i = 1; i <= fn->ntemps; i++)
		lo_names_add(l, &l->hidden, lo_textf(l, "%t", i));
	for (i = 0; i < l->template_vars.n; i++)
		lo_names_add(l, &l->hidden, l->template_vars.v[i]);
	for (i = 0; i < fn->late.n; i++) {
		struct lang_str name = fn->late.v[i];

		if (name.len > l->prefix.len &&
		    memcmp(name.s, l->prefix.s, l->prefix.len) == 0)
			lo_names_add(l, &l->hidden, name);
		else
			lo_put(l, ";var %s", &name);
	}
}

void
lo_fn_end_vars(struct lower *l)
{
	const struct fnctx *fn = l->fn;
	const char *sep = ";var ";
	uint32_t i;

	if (l->free_helpers && fn->func == l->u->top_func) {
		program_end_vars(l);
		return;
	}
	i = fn->first_temp != 0 ? fn->first_temp : 1;
	for (; i <= fn->ntemps; i++) {
		lo_put(l, "%z%t", sep, i);
		sep = ",";
	}
	for (i = 0; i < fn->late.n; i++) {
		lo_put(l, "%z%s", sep, &fn->late.v[i]);
		sep = ",";
	}
	if (*sep == ',')
		lo_put(l, ";");
}

/* ---- this, new.target, arguments --------------------------------------- */

static bool
is_program(const struct fnctx *fn)
{
	return fn->f != NULL && fn->f->kind == FUNC_PROGRAM;
}

struct fnctx *
lo_fn_owner(const struct lower *l)
{
	struct fnctx *fn = l->fn;

	while (fn->is_arrow && fn->up != NULL)
		fn = fn->up;
	return fn;
}

struct lang_str
lo_this_text(struct lower *l)
{
	size_t start = l->e.len;
	struct lang_str s;

	lo_put_this(l);
	s.len = l->e.len - start;
	s.s = arena_strdup(&l->u->arena, l->e.out + start, s.len);
	l->e.len = start;
	return s;
}

void
lo_put_this(struct lower *l)
{
	const struct fnctx *fn = lo_fn_owner(l);
	struct lang_str text;

	if (is_program(fn) && lo_eval_text(l, EVAL_THIS, &text))
		lo_put(l, "%s", &text);
	else if (is_program(fn) && l->module)
		lo_put(l, "(void 0)");
	else if (fn->derived && !fn->this_ready)
		lo_put(l, "(%pthis===%h?%h():%pthis)", LANG_HELPER_TDZ,
		    LANG_HELPER_THIS_UNSET);
	else if (fn == l->fn && !fn->derived && !fn->this_param)
		lo_put(l, "this");
	else
		lo_put(l, "%pthis");
}

void
lower_this(struct lower *l, uint32_t n)
{
	const struct fnctx *fn = lo_fn_owner(l);

	if (fn == l->fn && !fn->derived && !fn->this_param &&
	    !(is_program(fn) && (l->module || l->eval_scope != NULL)))
		return;
	lo_to(l, N(l, n)->pos);
	lo_put_this(l);
	lo_skip(l, N(l, n)->end);
}

void
lower_new_target(struct lower *l, uint32_t n)
{
	const struct fnctx *fn = lo_fn_owner(l);
	struct lang_str text;

	lo_to(l, N(l, n)->pos);
	if (is_program(fn) && lo_eval_text(l, EVAL_NEW_TARGET, &text))
		lo_put(l, "%s", &text);
	else if (fn->this_param || fn->f == NULL || is_program(fn))
		lo_put(l, "(void 0)");
	else
		lo_put(l, "%pnt");
	lo_skip(l, N(l, n)->end);
}

void
lower_arguments(struct lower *l, uint32_t n)
{
	const struct fnctx *fn = lo_fn_owner(l);
	struct lang_str text;

	if (is_program(fn) && lo_eval_text(l, EVAL_ARGUMENTS, &text)) {
		lo_to(l, N(l, n)->pos);
		lo_put(l, "%s", &text);
		lo_skip(l, N(l, n)->end);
		return;
	}
	if (fn->f == NULL || is_program(fn))
		return;
	lo_to(l, N(l, n)->pos);
	if (fn == l->fn && !fn->args_hoisted)
		lo_put(l, "%h(arguments)", LANG_HELPER_ARGS_ITER);
	else
		lo_put(l, "%pargs");
	lo_skip(l, N(l, n)->end);
}

/* arguments.length and arguments[i] need nothing. */
bool
lo_is_plain_arguments(const struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);

	return node->kind == AST_IDENT && node->a == ATOM_arguments &&
	       node->b == 0 && !l->fn->is_arrow && !l->fn->args_hoisted &&
	       !is_program(l->fn);
}

/* ---- bodies ------------------------------------------------------------ */

static void
put_this_hoists(struct lower *l, const struct func *f)
{
	struct fnctx *fn = l->fn;

	if (fn->is_arrow)
		return;
	if (!fn->is_ctor && (f->uses_new_target || f->arrow_uses_new_target)) {
		lo_put(l, "var %pnt=%h(new.target);", LANG_HELPER_NEW_TARGET);
		lo_keep(l, fn, lo_textf(l, "%pnt"));
	}
	if (!fn->derived && !fn->this_param &&
	    (f->arrow_uses_this || f->arrow_uses_super)) {
		lo_put(l, "var %pthis=this;");
		lo_keep(l, fn, lo_textf(l, "%pthis"));
	}
	if (f->arrow_uses_arguments ||
	    (f->uses_arguments && !f->is_strict && !f->simple_params)) {
		fn->args_hoisted = true;
		lo_put(l, "var %pargs=%h(arguments);",
		    !f->is_strict && !f->simple_params
			? LANG_HELPER_ARGS_UNMAPPED
			: LANG_HELPER_ARGS_ITER);
		lo_keep(l, fn, lo_textf(l, "%pargs"));
	}
}

void
lo_fn_program_prologue(struct lower *l)
{
	const struct func *f = func_get(l->u, l->u->top_func);

	if (f->arrow_uses_this && l->free_helpers) {
		lo_late(l, lo_textf(l, "%pthis"));
		lo_put(l, "%pthis=this;");
	} else if (f->arrow_uses_this && !l->module) {
		lo_put(l, "var %pthis=this;");
	}
	lower_mod_prologue(l);
	lo_scope_prologue(l, f->scope);
	if (f->body_scope != f->scope)
		lo_scope_prologue(l, f->body_scope);
	if (l->coroutine)
		lo_put(l, "%h();", LANG_HELPER_START);
}

static bool
fn_is_eager(const struct lower *l, uint32_t n)
{
	const struct func *f = func_get(l->u, N(l, n)->d);

	return f->is_generator && !lo_params_are_simple(l, n);
}

/* "{", prologue, statements, "}" */
static void
put_body(struct lower *l, uint32_t n, const struct fn_spec *spec)
{
	const struct ast_node *node = N(l, n);
	const struct func *f = func_get(l->u, node->d);
	const struct ast_node *body = N(l, node->c);
	struct dispose d;

	lo_put(l, "{");
	if (f->has_use_strict)
		lo_put(l, "\"use strict\";");
	if (spec->prologue != NULL)
		spec->prologue(l, spec);
	put_this_hoists(l, f);
	lo_bind_params(l, n);
	if (f->kind == FUNC_CTOR)
		lo_put_param_properties(l, n, "this");
	if (fn_is_eager(l, n))
		lo_put(l, "%h();", LANG_HELPER_START);
	lo_bind_shadowing(l, f);
	lo_scope_prologue(l, f->scope);
	if (f->body_scope != f->scope)
		lo_scope_prologue(l, f->body_scope);
	if (body->kind != AST_FUNC_BODY) {
		/* the body may begin on a line of its own */
		lo_put(l, "return(");
		lo_at(l, node->c);
		lo_put(l, ");");
	} else {
		lo_skip(l, body->pos + 1);
		lo_dispose_open(l, body->a, &d);
		lower_body(l, body->a);
		lo_to(l, body->end - 1);
		lo_dispose_close(l, &d);
	}
	if (spec->epilogue != NULL)
		spec->epilogue(l, spec);
	lo_fn_end_vars(l);
	lo_put(l, "}");
	lo_skip(l, node->end);
}

void
lower_body(struct lower *l, uint32_t first)
{
	for (; first != 0; first = N(l, first)->next) {
		l->fn->top_stmt = first;
		lower_node(l, first);
		if (l->fn->derived)
			lo_super_statement_done(l, first);
	}
}

static uint32_t
fn_flags(const struct func *f)
{
	uint32_t flags = 0;

	if (f->is_arrow)
		flags |= LANG_FN_ARROW;
	else if (f->kind == FUNC_NORMAL && !f->is_async && !f->is_generator)
		flags |= LANG_FN_CONSTRUCTABLE;
	if (f->kind == FUNC_METHOD || f->kind == FUNC_GETTER ||
	    f->kind == FUNC_SETTER)
		flags |= LANG_FN_METHOD;
	if (f->is_async)
		flags |= LANG_FN_ASYNC;
	if (f->is_generator)
		flags |= LANG_FN_GENERATOR;
	if (f->is_strict)
		flags |= LANG_FN_STRICT;
	return flags;
}

static void
put_maker(struct lower *l, const struct func *f)
{
	if (f->is_async && f->is_generator)
		lo_put(l, "%h(", LANG_HELPER_ASYNC_GEN_FN);
	else if (f->is_async)
		lo_put(l, "%h(", LANG_HELPER_ASYNC_FN);
	else if (f->is_generator)
		lo_put(l, "%h(", LANG_HELPER_GEN_FN);
}

static void
put_maker_end(struct lower *l, uint32_t n)
{
	const struct func *f = func_get(l->u, N(l, n)->d);

	if (f->is_generator)
		lo_put(l, fn_is_eager(l, n) ? ",true)" : ",false)");
	else if (f->is_async)
		lo_put(l, ")");
}

/* "function self(params){body}" */
void
lo_fn_text(struct lower *l, uint32_t n, const struct fn_spec *spec)
{
	const struct ast_node *node = N(l, n);
	const struct func *f = func_get(l->u, node->d);
	uint32_t hint_node = l->hint_node;
	struct home *home = l->home;
	struct fnctx fn;
	uint32_t row;

	if (node->c == 0) /* TypeScript: an overload that is no statement */
		unit_fail(l->u, node->pos, node->end,
		    "Function implementation is missing");
	row = lo_row_add(l, spec->name, spec->named, fn_flags(f) | spec->flags,
	    f->length, spec->pos != spec->end ? spec->pos : node->pos,
	    spec->pos != spec->end ? spec->end : node->end);
	if (f->kind == FUNC_NORMAL)
		l->home = NULL;
	l->hint_node = 0;
	lo_fn_enter(l, &fn, node->d, row);
	fn.strict = f->is_strict;
	fn.is_async = f->is_async;
	fn.is_generator = f->is_generator;
	fn.is_arrow = f->is_arrow;
	fn.is_ctor = f->kind == FUNC_CTOR || f->kind == FUNC_DERIVED_CTOR;
	fn.derived = f->kind == FUNC_DERIVED_CTOR;
	fn.node = n;
	if (!spec->is_accessor)
		lo_put(l, "function");
	if (spec->self.len != 0)
		lo_put(l, " %s", &spec->self);
	lo_put_params(l, n);
	put_body(l, n, spec);
	lo_fn_leave(l, &fn);
	l->home = home;
	l->hint_node = hint_node;
}

/* A function's own name inside an async function or a generator. */
static void
lower_self_wrapped(struct lower *l, uint32_t n, struct fn_spec *spec)
{
	const struct ast_node *node = N(l, n);
	const struct func *f = func_get(l->u, node->d);
	struct lang_str self = spec->self;
	struct fnctx fn;

	lo_put(l, "(");
	lo_fn_hidden(l, &fn, "");
	lo_put(l, "var %s;return %s=", &self, &self);
	spec->self.len = 0;
	put_maker(l, f);
	lo_fn_text(l, n, spec);
	put_maker_end(l, n);
	lo_fn_end_vars(l);
	lo_put(l, "})()");
	lo_fn_leave(l, &fn);
}

void
lower_func(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	const struct func *f = func_get(l->u, node->d);
	struct fn_spec spec = {.named = true};

	lo_to(l, node->pos);
	if (node->a != 0) {
		spec.name = unit_atom_str(l->u, N(l, node->a)->a);
		if (f->own_name_used || f->has_direct_eval || f->inner_eval) {
			spec.self = lo_sym_text(l, N(l, node->a)->b)->text;
			spec.flags = LANG_FN_KEEP_SELF;
		}
	} else if (!lo_take_hint(l, n, &spec.name)) {
		spec.name = lo_str("");
	}
	if ((f->is_async || f->is_generator) && spec.self.len != 0) {
		spec.flags = 0;
		lower_self_wrapped(l, n, &spec);
		return;
	}
	put_maker(l, f);
	lo_fn_text(l, n, &spec);
	put_maker_end(l, n);
}

void
lower_method_func(struct lower *l, uint32_t n, struct lang_str name, bool named)
{
	const struct func *f = func_get(l->u, N(l, n)->d);
	struct fn_spec spec = {.name = name, .named = named};

	put_maker(l, f);
	lo_fn_text(l, n, &spec);
	put_maker_end(l, n);
}

/* ---- declarations ------------------------------------------------------ */

/* NAME=$af($b1); the text of $b1 is hoisted by Duktape. */
void
lo_put_hoisted_maker(struct lower *l, uint32_t n, uint32_t sym)
{
	const struct func *f = func_get(l->u, N(l, n)->d);
	struct symtext *t = lo_sym_text(l, sym);

	t->set = lo_textf(l, "%pb%u", (uint32_t)++l->unique);
	lo_put_export_write(l, sym);
	lo_put(l, "%s=", &t->text);
	put_maker(l, f);
	lo_put(l, "%s", &t->set);
	put_maker_end(l, n);
	lo_put(l, ";");
}

static struct fn_spec
decl_spec(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	struct fn_spec spec = {.named = true};

	spec.name = node->a != 0 ? unit_atom_str(l->u, N(l, node->a)->a)
				 : lo_str("default");
	return spec;
}

void
lower_block_func(struct lower *l, uint32_t n, uint32_t sym)
{
	struct fn_spec spec = decl_spec(l, n);
	const struct func *f = func_get(l->u, N(l, n)->d);

	lo_put_export_write(l, sym);
	lo_put(l, "%s=", &lo_sym_text(l, sym)->text);
	put_maker(l, f);
	lo_fn_text(l, n, &spec);
	put_maker_end(l, n);
	lo_put(l, ";");
}

/* SYM: what the declaration declares. */
void
lower_func_decl_sym(struct lower *l, uint32_t n, uint32_t sym)
{
	const struct ast_node *node = N(l, n);
	const struct symbol *s = symbol_get(l->u, sym);
	const struct func *f = func_get(l->u, node->d);
	struct symtext *t = lo_sym_text(l, sym);
	struct fn_spec spec = decl_spec(l, n);

	lo_to(l, node->pos);
	if (s->kind == SYM_FUNCTION && t->hoisted) {
		lo_skip(l, node->end);
		return;
	}
	if (s->kind == SYM_BLOCK_FUNCTION && !t->native) {
		if (!t->hoisted)
			lower_block_func(l, n, sym);
		lo_skip(l, node->end);
		return;
	}
	if (f->is_async || f->is_generator || s->kind == SYM_BLOCK_FUNCTION)
		spec.self = n == s->func_node && t->set.len != 0
				? t->set
				: lo_textf(l, "%pb%u", (uint32_t)++l->unique);
	else
		spec.self = t->text;
	lo_fn_text(l, n, &spec);
}

void
lower_func_decl(struct lower *l, uint32_t n)
{
	uint32_t sym = N(l, N(l, n)->a)->b;
	const struct symbol *s = symbol_get(l->u, sym);

	lower_func_decl_sym(l, n, sym);
	if (s->kind == SYM_BLOCK_FUNCTION && (s->flags & SYMF_ANNEX_B) &&
	    s->outer != 0) {
		const struct lang_str from = lo_sym_ref(l, sym);
		const struct lang_str at = lo_sym_ref(l, s->outer);

		if (!lo_str_eq(from, at)) {
			lo_declare_sym(l, s->outer);
			lo_to(l, N(l, n)->end);
			lo_put(l, "%s=%s;", &at, &from);
		}
	}
}

/* ---- return, yield, await ---------------------------------------------- */

void
lower_return(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	const struct fnctx *fn = l->fn;

	lo_mark_exits(l, 0, true);
	if (fn->derived) {
		lo_to(l, node->pos);
		lo_put(l, "return %h(", LANG_HELPER_DERIVED_RETURN);
		if (node->a != 0)
			lo_at(l, node->a);
		else
			lo_put(l, "void 0");
		lo_put(l, ",%pthis);");
		lo_skip(l, node->end);
		return;
	}
	if (node->a != 0 && fn->is_async && fn->is_generator) {
		lo_to(l, node->pos);
		lo_put(l, "return %h(", LANG_HELPER_AWAIT);
		lo_at(l, node->a);
		lo_put(l, ");");
		lo_skip(l, node->end);
		return;
	}
	if (node->a != 0 && l->u->nerased > 0 &&
	    unit_line(l->u, N(l, node->a)->pos) != unit_line(l->u, node->pos)) {
		/* a type before the value is gone, its line ends are not */
		lo_to(l, node->pos);
		lo_put(l, "return (");
		lo_at(l, node->a);
		lo_put(l, ");");
		lo_skip(l, node->end);
		return;
	}
	if (node->a != 0)
		lower_node(l, node->a);
	lower_semicolon(l, n);
}

void
lower_yield(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	bool async = l->fn->is_async;
	enum lang_helper id =
	    async ? LANG_HELPER_ASYNC_YIELD : LANG_HELPER_YIELD;

	if (node->flags & AF_DELEGATE)
		id = async ? LANG_HELPER_ASYNC_YIELD_STAR
			   : LANG_HELPER_YIELD_STAR;
	lo_mark_exits(l, 0, true);
	lo_to(l, node->pos);
	lo_put(l, "%h(", id);
	if (node->a != 0)
		lo_at(l, node->a);
	lo_put(l, ")");
	lo_skip(l, node->end);
}

void
lower_await(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);

	lo_to(l, node->pos);
	lo_put(l, "%h(", LANG_HELPER_AWAIT);
	lo_at(l, node->a);
	lo_put(l, ")");
	lo_skip(l, node->end);
}
