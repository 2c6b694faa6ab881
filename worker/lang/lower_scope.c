/*
 * Lowering of scopes. Names that closures capture in a loop need a fresh
 * environment per iteration: `try{throw v}catch(name){...}` makes one without
 * a function, so that break, return, await and this stay as they are.
 */
#include "config.h"

#include "worker/lang/lower.h"

#include "base/util.h"

static bool
sym_needs_sentinel(const struct lower *l, const struct symbol *s)
{
	return (s->flags & SYMF_NEEDS_TDZ) || l->u->options.slow ||
	       ((s->flags & SYMF_TDZ_CYCLE) && l->options->cyclic);
}

/* Symbols of SCOPE that need a fresh environment. */
uint32_t
lo_scope_env_count(struct lower *l, uint32_t scope, uint32_t *only_out)
{
	uint32_t s, count = 0;

	if (!scope_get(l->u, scope)->per_iteration)
		return 0;
	for (s = scope_get(l->u, scope)->first; s != 0;
	     s = symbol_get(l->u, s)->next) {
		const struct symbol *sym = symbol_get(l->u, s);

		if (!(sym->flags & SYMF_PER_ITERATION) ||
		    sym->kind == SYM_PRIVATE || sym->kind == SYM_TYPE)
			continue;
		*only_out = s;
		count++;
	}
	return count;
}

static void
put_env_value(struct lower *l, uint32_t s, bool from_head)
{
	struct lang_str head = l->syms[s].set;

	if (from_head && head.len != 0)
		lo_put(l, "%s", &head);
	else if (sym_needs_sentinel(l, symbol_get(l->u, s)))
		lo_put(l, "%h", LANG_HELPER_TDZ);
	else
		lo_put(l, "void 0");
}

/*
 * try{throw v}catch(x){ -- FROM_HEAD: values are those of the loop's head
 * variables. One name is the catch parameter, several live in one object.
 */
bool
lo_env_open(struct lower *l, uint32_t scope, bool from_head)
{
	uint32_t only = 0, s, n = lo_scope_env_count(l, scope, &only);
	struct lang_str object, name;
	bool first = true;

	if (n == 0)
		return false;
	lo_put(l, "try{throw ");
	if (n == 1) {
		l->syms[only].text.len = 0;
		l->syms[only].env = false;
		lo_sym_text(l, only)->env = true;
		put_env_value(l, only, from_head);
		lo_put(l, "}catch(%s){", &l->syms[only].text);
		return true;
	}
	object = lo_textf(l, "%ps%u", (uint32_t)++l->unique);
	lo_put(l, "{");
	for (s = scope_get(l->u, scope)->first; s != 0;
	     s = symbol_get(l->u, s)->next) {
		const struct symbol *sym = symbol_get(l->u, s);

		if (!(sym->flags & SYMF_PER_ITERATION) ||
		    sym->kind == SYM_PRIVATE || sym->kind == SYM_TYPE)
			continue;
		name = unit_atom_str(l->u, sym->atom);
		lo_put(l, first ? "%s:" : ",%s:", &name);
		put_env_value(l, s, from_head);
		l->syms[s].text = lo_textf(l, "%s.%s", &object, &name);
		l->syms[s].env = l->syms[s].member = true;
		l->syms[s].plain = false;
		first = false;
	}
	lo_put(l, "}}catch(%s){", &object);
	return true;
}

/* A hoisted function that Duktape's own declaration cannot express. */
static bool
block_func_is_native(struct lower *l, uint32_t s)
{
	const struct symbol *sym = symbol_get(l->u, s);
	const struct func *f;

	if (sym->func_node == 0)
		return true;
	f = func_get(l->u, N(l, sym->func_node)->d);
	return !f->is_async && !f->is_generator && !l->fn->in_catch_env &&
	       !scope_get(l->u, sym->scope)->in_loop && !lo_is_exported(l, s) &&
	       !l->syms[s].env;
}

static void
scope_functions(struct lower *l, uint32_t scope)
{
	uint32_t s;

	for (s = scope_get(l->u, scope)->first; s != 0;
	     s = symbol_get(l->u, s)->next) {
		const struct symbol *sym = symbol_get(l->u, s);
		struct symtext *t = &l->syms[s];
		uint32_t save = l->e.cur;

		if (sym->kind != SYM_BLOCK_FUNCTION || sym->func_node == 0)
			continue;
		lo_declare_sym(l, s);
		if (block_func_is_native(l, s)) {
			/* hoisted by Duktape under a name of its own */
			t->native = true;
			t->set = lo_textf(l, "%pb%u", (uint32_t)++l->unique);
			lo_put(l, "%s=%s;", &lo_sym_text(l, s)->text, &t->set);
			continue;
		}
		if (t->first_ref != 0 &&
		    t->first_ref < N(l, sym->func_node)->pos) {
			lower_block_func(l, sym->func_node, s);
			t->hoisted = true;
			lo_skip(l, save);
		}
	}
}

void
lo_scope_sentinels(struct lower *l, uint32_t scope)
{
	uint32_t s;

	for (s = scope_get(l->u, scope)->first; s != 0;
	     s = symbol_get(l->u, s)->next) {
		const struct symbol *sym = symbol_get(l->u, s);
		struct symtext *t = &l->syms[s];

		if (t->env || !(sym->flags & SYMF_LEXICAL) ||
		    sym->kind == SYM_PRIVATE || !sym_needs_sentinel(l, sym))
			continue;
		t = lo_sym_text(l, s);
		lo_declare_sym(l, s);
		lo_put(l, "%s=%h;", &t->text, LANG_HELPER_TDZ);
	}
}

bool
lo_block_open(struct lower *l, uint32_t scope)
{
	bool opened;

	if (scope == 0)
		return false;
	opened = lo_env_open(l, scope, false);
	if (opened)
		l->fn->in_catch_env++;
	lo_scope_sentinels(l, scope);
	scope_functions(l, scope);
	return opened;
}

void
lo_block_close(struct lower *l, bool opened)
{
	if (!opened)
		return;
	lo_put(l, "}");
	l->fn->in_catch_env--;
}

/* A function's own scope: sentinels, coroutine functions, export cells. */
void
lo_scope_prologue(struct lower *l, uint32_t scope)
{
	uint32_t s;

	if (scope == 0)
		return;
	for (s = scope_get(l->u, scope)->first; s != 0;
	     s = symbol_get(l->u, s)->next) {
		const struct symbol *sym = symbol_get(l->u, s);
		struct lang_str name;
		const struct func *f;

		if (sym->kind == SYM_PRIVATE)
			continue;
		if ((sym->flags & SYMF_LEXICAL) && !l->syms[s].member &&
		    sym_needs_sentinel(l, sym)) {
			name = lo_sym_text(l, s)->text;
			lo_declare_sym(l, s);
			lo_put(l, "%s=%h;", &name, LANG_HELPER_TDZ);
			continue;
		}
		if ((sym->kind == SYM_FUNCTION || sym->kind == SYM_DEFAULT) &&
		    sym->func_node != 0) {
			f = func_get(l->u, N(l, sym->func_node)->d);
			name = lo_sym_text(l, s)->text;
			if (l->fn->in_catch_env) {
				/* eval code: it may use lexical names */
				lo_declare_sym(l, s);
				lower_block_func(l, sym->func_node, s);
				l->syms[s].hoisted = true;
				continue;
			}
			if (f->is_async || f->is_generator) {
				lo_declare_sym(l, s);
				lo_put_hoisted_maker(l, sym->func_node, s);
			} else if (lo_is_exported(l, s)) {
				lo_put_export_write(l, s);
				lo_put(l, "%s;", &name);
				continue;
			}
		}
		if (sym->kind == SYM_VAR && lo_is_exported(l, s)) {
			lo_put_export_write(l, s);
			lo_put(l, "void 0;");
		}
	}
}

/* ---- statements with scopes -------------------------------------------- */

void
lower_block(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	struct dispose d;
	bool opened;

	lo_to(l, node->pos + 1);
	opened = lo_block_open(l, node->d);
	lo_dispose_open(l, node->a, &d);
	lower_list(l, node->a);
	if (opened || d.open) {
		lo_to(l, node->end - 1);
		lo_dispose_close(l, &d);
		lo_block_close(l, opened);
	}
}

void
lower_switch(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	struct loopctx ctx = {.up = l->fn->loops, .node = n};
	bool opened;
	uint32_t c;

	lo_to(l, node->pos);
	if (node->d != 0)
		lo_put(l, "{");
	opened = lo_block_open(l, node->d);
	lower_node(l, node->a);
	l->fn->loops = &ctx;
	for (c = node->b; c != 0; c = N(l, c)->next) {
		if (N(l, c)->a != 0)
			lower_node(l, N(l, c)->a);
		lower_list(l, N(l, c)->b);
	}
	l->fn->loops = ctx.up;
	lo_to(l, node->end);
	lo_block_close(l, opened);
	if (node->d != 0)
		lo_put(l, "}");
}

static void
lower_catch(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	uint32_t param = node->a, body = node->b;
	bool simple = param != 0 && N(l, param)->kind == AST_BINDING;
	bool opened = false;
	struct lang_str name;

	lo_to(l, node->pos);
	if (simple) {
		struct symtext *st = lo_sym_text(l, N(l, param)->b);

		st->env = true;
		name = st->text;
	} else {
		name = lo_textf(l, "%px%u", (uint32_t)++l->unique);
	}
	lo_put(l, "catch(%s){", &name);
	if (l->fn->is_generator)
		lo_put(l, "if(%s===%h)throw %s;", &name, LANG_HELPER_RET,
		    &name);
	l->fn->in_catch_env++;
	if (l->fn->completion != 0)
		lo_put(l, "%t=void 0;", l->fn->completion);
	if (param != 0 && !simple) {
		opened = lo_block_open(l, node->d);
		lower_target_statement(l, param, name, true);
	}
	lo_skip(l, N(l, body)->pos);
	lower_node(l, body);
	lo_to(l, N(l, body)->end);
	lo_block_close(l, opened);
	lo_put(l, "}");
	l->fn->in_catch_env--;
}

void
lower_try(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);

	lower_node(l, node->a);
	if (node->b != 0)
		lower_catch(l, node->b);
	if (node->c != 0)
		lower_completion_finally(l, node->c);
}
