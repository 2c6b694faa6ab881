/*
 * Lowering of bindings: what a symbol is called, checks before initialisation,
 * writes to constants, declarations.
 */
#include "config.h"

#include "worker/lang/lower.h"

#include <string.h>

#include "base/util.h"

/* First reference and last write of each symbol, in one pass over the pool. */
void
lower_bind_prepare(struct lower *l)
{
	struct lang_unit *u = l->u;
	uint32_t i;

	l->syms =
	    arena_zalloc(&u->arena, u->symbols.count + 1, sizeof *l->syms);
	l->exports =
	    arena_zalloc(&u->arena, u->symbols.count + 1, sizeof *l->exports);
	for (i = 1; i < u->ast.count; i++) {
		const struct ast_node *node = N(l, i);
		struct symtext *t;

		if (node->kind != AST_IDENT || node->b == 0)
			continue;
		t = &l->syms[node->b];
		if (t->first_ref == 0 || node->pos < t->first_ref)
			t->first_ref = node->pos;
		if ((node->flags & AF_WRITE) && node->pos > t->last_write)
			t->last_write = node->pos;
	}
}

/* Duktape knows fewer identifiers than Unicode. */
bool
lo_is_ascii(struct lang_str s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if ((unsigned char)s.s[i] >= 0x80)
			return false;
	return true;
}

struct symtext *
lo_sym_text(struct lower *l, uint32_t sym)
{
	struct symtext *t = &l->syms[sym];
	const struct symbol *s = symbol_get(l->u, sym);
	struct lang_str name;

	if (t->text.len != 0)
		return t;
	name = unit_atom_str(l->u, s->atom);
	if (s->kind == SYM_IMPORT) {
		t->text = lo_import_ref(l, sym);
		t->member = t->text.s[t->text.len - 1] == ']' ||
			    memchr(t->text.s, '.', t->text.len) != NULL;
	} else if (s->kind == SYM_DEFAULT) {
		t->text = lo_textf(l, "%pdefault");
	} else if (s->flags & SYMF_RENAME) {
		t->text = lo_textf(l, "%p_%s_%u", &name, s->alias);
	} else if (!lo_is_ascii(name) && !l->free_helpers) {
		t->text = lo_textf(l, "%pu%u", sym);
	} else {
		t->text = name;
		t->plain = true;
	}
	return t;
}

static struct fnctx *
sym_owner(struct lower *l, const struct symbol *s)
{
	uint32_t func = scope_get(l->u, s->scope)->func;
	struct fnctx *fn = l->fn;

	while (fn != NULL && fn->func != func)
		fn = fn->up;
	return fn;
}

/* An export of another part of the same TypeScript namespace: N.a */
static bool
merged_ref(struct lower *l, uint32_t sym, struct lang_str *ref_out)
{
	const struct symbol *s = symbol_get(l->u, sym);
	const struct scope *scope = scope_get(l->u, s->scope);
	struct lang_str object, name;
	uint32_t node;

	if (scope->kind != SCOPE_NAMESPACE || !(s->flags & SYMF_EXPORTED) ||
	    sym_owner(l, s) != NULL)
		return false;
	node = func_get(l->u, scope->func)->node;
	object = lo_sym_ref(l, N(l, N(l, node)->a)->b);
	name = unit_atom_str(l->u, s->atom);
	*ref_out = lo_textf(l, lo_is_ascii(name) ? "%s.%s" : "%s[\"%s\"]",
	    &object, &name);
	return true;
}

struct lang_str
lo_sym_ref(struct lower *l, uint32_t sym)
{
	struct symtext *t = lo_sym_text(l, sym);
	const struct symbol *s;
	struct lang_str merged;
	struct fnctx *fn;

	if (l->u->options.typescript && merged_ref(l, sym, &merged))
		return merged;

	if (!t->kept && !t->member && !t->env) {
		s = symbol_get(l->u, sym);
		fn = sym_owner(l, s);
		if (fn != NULL && fn != l->fn) {
			t->kept = true;
			lo_keep(l, fn, t->text);
		}
	}
	return t->text;
}

/* Whether the IDENT must be checked against the sentinel. */
bool
lo_sym_checked(const struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);

	if (node->kind != AST_IDENT)
		return false;
	if (node->flags & AF_TDZ)
		return true;
	if (l->u->options.slow && node->b != 0 &&
	    (symbol_get(l->u, node->b)->flags & SYMF_LEXICAL))
		return true;
	return l->options->cyclic && (node->flags & (AF_TDZ_CYCLE | AF_IMPORT));
}

static bool
sym_needs_sentinel(const struct lower *l, const struct symbol *s)
{
	return (s->flags & SYMF_NEEDS_TDZ) || l->u->options.slow ||
	       ((s->flags & SYMF_TDZ_CYCLE) && l->options->cyclic);
}

/* The text of a reference, checked; CALLEE: as a call's callee. */
static void
ident_read(struct lower *l, uint32_t n, bool callee)
{
	const struct ast_node *node = N(l, n);
	struct lang_str name = unit_atom_str(l->u, node->a);
	struct lang_str ref;
	uint32_t t;

	if (node->b == 0) {
		if (node->a == ATOM_arguments)
			lower_arguments(l, n);
		else if (lo_eval_renamed(l, node->a, &ref)) {
			lo_to(l, node->pos);
			lo_put(l, "%s", &ref);
			lo_skip(l, node->end);
		} else if (node->flags & AF_ESCAPED_NAME) {
			lo_to(l, node->pos);
			lo_put(l, "%s", &name);
			lo_skip(l, node->end);
		}
		return;
	}
	ref = lo_sym_ref(l, node->b);
	if (!lo_sym_checked(l, n)) {
		const struct symtext *st = &l->syms[node->b];

		if (st->plain && !(node->flags & AF_ESCAPED_NAME) &&
		    lo_str_eq(ref, st->text))
			return;
		lo_to(l, node->pos);
		lo_put(l,
		    callee && memchr(ref.s, '.', ref.len) != NULL ? "(0,%s)"
								  : "%s",
		    &ref);
		lo_skip(l, node->end);
		return;
	}
	lo_to(l, node->pos);
	if (l->syms[node->b].member) {
		t = lo_temp(l);
		lo_put(l, "((%t=%s)===%h?%h(", t, &ref, LANG_HELPER_TDZ,
		    LANG_HELPER_TDZ_THROW);
		lo_put_quote(l, name);
		lo_put(l, "):%t)", t);
		lo_temp_free(l, t);
	} else {
		lo_put(l, "(%s===%h?%h(", &ref, LANG_HELPER_TDZ,
		    LANG_HELPER_TDZ_THROW);
		lo_put_quote(l, name);
		lo_put(l, "):%s)", &ref);
	}
	lo_skip(l, node->end);
}

void
lower_ident(struct lower *l, uint32_t n)
{
	ident_read(l, n, false);
}

void
lower_callee_ident(struct lower *l, uint32_t n)
{
	ident_read(l, n, true);
}

/* "x===$T&&$t("x")," where the reference may come too early. */
void
lo_put_tdz_guard(struct lower *l, uint32_t n)
{
	struct lang_str ref;

	if (!lo_sym_checked(l, n))
		return;
	ref = lo_sym_ref(l, N(l, n)->b);
	lo_put(l, "%s===%h&&%h(", &ref, LANG_HELPER_TDZ, LANG_HELPER_TDZ_THROW);
	lo_put_quote(l, unit_atom_str(l->u, N(l, n)->a));
	lo_put(l, "),");
}

bool
lo_is_const_write(const struct lower *l, uint32_t n)
{
	return N(l, n)->kind == AST_IDENT && (N(l, n)->flags & AF_CONST_WRITE);
}

/* What a write to a constant does once the value is there. */
void
lo_put_const_error(struct lower *l, uint32_t n, char sep)
{
	const struct symbol *s = symbol_get(l->u, N(l, n)->b);

	/* a function's own name: sloppy code does nothing */
	if (s->kind == SYM_FN_NAME && !l->fn->strict)
		return;
	emit_put(&l->e, &sep, 1);
	lo_put_tdz_guard(l, n);
	lo_put(l, "%h(", LANG_HELPER_CONST_WRITE);
	lo_put_quote(l, unit_atom_str(l->u, N(l, n)->a));
	lo_put(l, ")");
}

void
lo_write_begin(struct lower *l, uint32_t n, bool init)
{
	const struct ast_node *node = N(l, n);
	struct lang_str ref;

	if (node->b == 0) {
		if (!lo_eval_renamed(l, node->a, &ref))
			ref = unit_atom_str(l->u, node->a);
		lo_put(l, "%s=", &ref);
		return;
	}
	if (!init && lo_is_const_write(l, n)) {
		lo_put(l, "(");
		return;
	}
	ref = lo_sym_ref(l, node->b);
	lo_put_export_write(l, node->b);
	lo_put(l, "%s=", &ref);
	if (!init && lo_sym_checked(l, n))
		lo_put(l, "%h(", LANG_HELPER_TDZ_WRITE);
}

void
lo_write_end(struct lower *l, uint32_t n, bool init)
{
	const struct ast_node *node = N(l, n);
	struct lang_str ref;

	if (node->b == 0 || init)
		return;
	if (lo_is_const_write(l, n)) {
		lo_put_const_error(l, n, ',');
		lo_put(l, ")");
	} else if (lo_sym_checked(l, n)) {
		ref = lo_sym_ref(l, node->b);
		lo_put(l, ",%s,", &ref);
		lo_put_quote(l, unit_atom_str(l->u, node->a));
		lo_put(l, ")");
	}
}

/* ---- declarations ------------------------------------------------------ */

void
lo_declare_sym(struct lower *l, uint32_t sym)
{
	struct symtext *t = lo_sym_text(l, sym);

	if (t->env || t->declared || t->member)
		return;
	t->declared = true;
	lo_late(l, t->text);
}

static bool
decl_is_simple(struct lower *l, uint32_t n)
{
	uint32_t d;

	for (d = N(l, n)->a; d != 0; d = N(l, d)->next) {
		const struct ast_node *target = N(l, N(l, d)->a);

		if (target->kind != AST_BINDING ||
		    lo_is_exported(l, target->b) ||
		    lo_sym_text(l, target->b)->env ||
		    lo_sym_text(l, target->b)->member)
			return false;
	}
	return true;
}

static uint32_t
decl_keyword_len(const struct ast_node *node)
{
	return node->op == DECL_CONST ? 5 : 3;
}

/* `let x;` sets x anew, a var would keep what it had. */
static bool
decl_needs_undefined(const struct lower *l, uint32_t decl, uint32_t sym)
{
	const struct symbol *s = symbol_get(l->u, sym);

	if (N(l, decl)->op == DECL_VAR)
		return false;
	return scope_get(l->u, s->scope)->in_loop || sym_needs_sentinel(l, s) ||
	       (s->flags & SYMF_RENAME);
}

static void
decl_plain(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	uint32_t d;

	lo_to(l, node->pos);
	if (node->op != DECL_VAR) {
		lo_put(l, "var");
		lo_skip(l, node->pos + decl_keyword_len(node));
	}
	for (d = node->a; d != 0; d = N(l, d)->next) {
		uint32_t target = N(l, d)->a, init = N(l, d)->b;
		const struct ast_node *b = N(l, target);
		struct symtext *t = lo_sym_text(l, b->b);

		t->declared = true;
		if (!t->plain || (b->flags & AF_ESCAPED_NAME)) {
			lo_to(l, b->pos);
			lo_put(l, "%s", &t->text);
			lo_skip(l, b->end);
		}
		if (init != 0) {
			lo_named(l, init, unit_atom_str(l->u, b->a));
		} else if (decl_needs_undefined(l, n, b->b)) {
			lo_to(l, b->end);
			lo_put(l, "=void 0");
		}
	}
}

static void lower_decl_statement(struct lower *l, uint32_t n);

void
lower_var_decl(struct lower *l, uint32_t n)
{
	if (lower_using_decl(l, n))
		return;
	if (decl_is_simple(l, n))
		decl_plain(l, n);
	else
		lower_decl_statement(l, n);
}

void
lower_for_decl(struct lower *l, uint32_t n)
{
	if (decl_is_simple(l, n))
		decl_plain(l, n);
	else
		lower_declarators(l, n);
}

/* Several statements may come of one with patterns. */
static void
lower_decl_statement(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	uint32_t d = node->a;

	lo_to(l, node->pos);
	if (N(l, d)->next == 0 && N(l, d)->b != 0 &&
	    ast_is_pattern(&l->u->ast, N(l, d)->a) &&
	    lower_pattern_statement(l, N(l, d)->a, N(l, d)->b, true)) {
		lo_skip(l, N(l, d)->end);
		return;
	}
	lower_declarators(l, n);
}

void
lower_declarators(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	uint32_t d, end = node->end;
	bool first = true;

	lo_to(l, node->pos);
	for (d = node->a; d != 0; d = N(l, d)->next) {
		uint32_t target = N(l, d)->a, init = N(l, d)->b;
		const struct ast_node *b = N(l, target);

		end = N(l, d)->end;
		if (b->kind != AST_BINDING) {
			uint32_t t = lo_temp(l);

			lo_put(l, first ? "%t=" : ",%t=", t);
			lo_at(l, init);
			first = false;
			lower_pattern(l, target, lo_textf(l, "%t", t), init,
			    true, &first);
			lo_temp_free(l, t);
			continue;
		}
		lo_declare_sym(l, b->b);
		if (init == 0 && node->op == DECL_VAR)
			continue;
		if (!first)
			lo_put(l, ",");
		first = false;
		lo_skip(l, b->pos);
		emit_sync(&l->e, b->pos);
		lo_write_begin(l, target, true);
		if (init != 0)
			lo_at_named(l, init, unit_atom_str(l->u, b->a));
		else
			lo_put(l, "void 0");
		lo_write_end(l, target, true);
	}
	lo_skip(l, end);
}
