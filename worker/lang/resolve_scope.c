/*
 * Scope analysis: entering and leaving scopes and functions, and which block
 * scoped names cannot keep their spelling as vars of their function.
 *
 * Runs in: worker, on a tenant's source text.
 */
#include "config.h"

#include <string.h>

#include "worker/lang/resolve_priv.h"

static bool is_block_scope(const struct scope *s);
static bool is_block_symbol(const struct symbol *s);
static void rename_symbols(struct resolver *r, const struct func *f);
static bool is_free(const struct resolver *r, uint32_t func, uint32_t atom);
static void free_add(struct resolver *r, uint32_t func, uint32_t atom);

void
resolve_enter(struct resolver *r, uint32_t scope)
{
	struct scope *s = scope_get(r->u, scope);
	struct func *f = func_get(r->u, r->func);
	struct symbol *sym;
	struct atom *a;
	uint32_t i;

	s->parent = r->scope;
	s->func = r->func;
	s->in_loop = r->loops > 0 || s->kind == SCOPE_FOR;
	s->inside_with = r->in_with;
	if (f->first_scope == 0)
		f->first_scope = scope;
	else
		scope_get(r->u, f->last_scope)->next_in_func = scope;
	f->last_scope = scope;
	r->scope = scope;
	for (i = s->first; i != 0; i = sym->next) {
		sym = symbol_get(r->u, i);
		if (sym->kind == SYM_PRIVATE ||
		    (sym->flags & SYMF_DUPLICATE) != 0)
			continue;
		sym->alias = 0;
		/* A var of that name could not be reached in the clause. */
		if (sym->kind == SYM_CATCH && !is_free(r, r->func, sym->atom))
			free_add(r, r->func, sym->atom);
		a = atom_get(&r->u->atoms, sym->atom);
		sym->shadowed = a->symbol;
		a->symbol = i;
	}
}

void
resolve_leave(struct resolver *r, uint32_t scope)
{
	struct scope *s = scope_get(r->u, scope);
	struct symbol *sym;
	uint32_t i;

	for (i = s->first; i != 0; i = sym->next) {
		sym = symbol_get(r->u, i);
		if (sym->kind == SYM_PRIVATE ||
		    (sym->flags & SYMF_DUPLICATE) != 0)
			continue;
		atom_get(&r->u->atoms, sym->atom)->symbol = sym->shadowed;
		if (((sym->flags & SYMF_CAPTURED) != 0 || s->has_eval) &&
		    s->in_loop &&
		    (is_block_scope(s) || s->kind == SCOPE_CLASS)) {
			sym->flags |= SYMF_PER_ITERATION;
			s->per_iteration = true;
		}
		if (s->has_eval)
			sym->flags |= SYMF_EVAL_VISIBLE;
	}
	r->scope = s->parent;
}

void
resolve_func_enter(struct resolver *r, uint32_t func)
{
	struct func *f = func_get(r->u, func);

	f->parent = r->func;
	f->hoist_pos = r->scope != 0 ? scope_get(r->u, r->scope)->pos : 0;
	f->depth = r->func == 0 ? 0 : r->depth + 1;
	if (r->func != 0)
		func_get(r->u, r->func)->has_functions = true;
	r->func = func;
	r->depth = f->depth;
	r->stack = arena_grow(&r->u->arena, r->stack, r->depth, &r->cap_stack,
	    sizeof *r->stack);
	r->stack[r->depth] = func;
}

void
resolve_func_leave(struct resolver *r, uint32_t func)
{
	struct func *f = func_get(r->u, func);

	rename_symbols(r, f);
	r->func = f->parent;
	r->depth = f->depth - (f->parent != 0);
}

void
resolve_free_name(struct resolver *r, uint32_t atom, uint32_t symbol)
{
	uint32_t func, stop = 0;

	if ((atom_get(&r->u->atoms, atom)->flags & ATOMF_BLOCK) == 0)
		return;
	if (symbol != 0)
		stop = scope_get(r->u, symbol_get(r->u, symbol)->scope)->func;
	for (func = r->func; func != stop && func != 0;
	     func = func_get(r->u, func)->parent) {
		if (is_free(r, func, atom))
			break;
		free_add(r, func, atom);
	}
}

/* Its lexical names become vars of the function when lowered. */
static bool
is_block_scope(const struct scope *s)
{
	switch (s->kind) {
	case SCOPE_BLOCK:
	case SCOPE_FOR:
	case SCOPE_SWITCH:
	case SCOPE_CATCH:
		return true;
	default:
		return false;
	}
}

static bool
is_block_symbol(const struct symbol *s)
{
	/* A catch parameter stays one; it is local to its clause anyway. */
	return s->kind != SYM_CATCH && s->kind != SYM_TYPE;
}

/*
 * Decide for every block scoped name of F whether it can be a var of that
 * spelling: not if the function itself has such a name, or needs it of a
 * function around, or another block uses it at the same time. Blocks side by
 * side share a var unless a closure keeps it.
 */
static void
rename_symbols(struct resolver *r, const struct func *f)
{
	uint32_t i, j, func = r->func;
	struct symbol *sym, *owner;
	struct scope *s;
	struct atom *a;

	for (i = f->first_scope; i != 0; i = s->next_in_func) {
		s = scope_get(r->u, i);
		if (is_block_scope(s) || s->kind == SCOPE_CLASS)
			continue;
		for (j = s->first; j != 0; j = sym->next) {
			sym = symbol_get(r->u, j);
			a = atom_get(&r->u->atoms, sym->atom);
			if ((a->flags & ATOMF_BLOCK) == 0 ||
			    (sym->kind == SYM_FN_NAME &&
				(sym->flags & SYMF_USED) == 0))
				continue;
			if (s->kind == SCOPE_BODY && a->scratch != 0) {
				sym->flags |= SYMF_RENAME;
				sym->alias = ++r->aliases;
			}
			a->scratch = j;
		}
	}
	for (i = f->first_scope; i != 0; i = s->next_in_func) {
		s = scope_get(r->u, i);
		if (!is_block_scope(s))
			continue;
		for (j = s->first; j != 0; j = sym->next) {
			sym = symbol_get(r->u, j);
			if (!is_block_symbol(sym))
				continue;
			a = atom_get(&r->u->atoms, sym->atom);
			owner = a->scratch != 0 ? symbol_get(r->u, a->scratch)
						: NULL;
			if (owner == NULL && !is_free(r, func, sym->atom)) {
				a->scratch = j;
				continue;
			}
			if (owner != NULL &&
			    is_block_scope(scope_get(r->u, owner->scope)) &&
			    !is_free(r, func, sym->atom) &&
			    scope_get(r->u, owner->scope)->end <= s->pos &&
			    ((owner->flags | sym->flags) & SYMF_CAPTURED) ==
				0) {
				sym->flags |= SYMF_SHARED;
				a->scratch = j;
				continue;
			}
			sym->flags |= SYMF_RENAME;
			sym->alias = ++r->aliases;
		}
	}
	for (i = f->first_scope; i != 0; i = s->next_in_func) {
		s = scope_get(r->u, i);
		for (j = s->first; j != 0; j = symbol_get(r->u, j)->next)
			atom_get(&r->u->atoms, symbol_get(r->u, j)->atom)
			    ->scratch = 0;
	}
}

static uint32_t
free_hash(uint32_t func, uint32_t atom)
{
	uint64_t h = ((uint64_t)func << 32 | atom) * 0x9E3779B97F4A7C15U;

	return (uint32_t)(h >> 32);
}

static bool
is_free(const struct resolver *r, uint32_t func, uint32_t atom)
{
	uint32_t i;

	if (r->frees == NULL)
		return false;
	i = free_hash(func, atom) & r->frees_mask;
	for (; r->frees[i].func != 0; i = (i + 1) & r->frees_mask)
		if (r->frees[i].func == func && r->frees[i].atom == atom)
			return true;
	return false;
}

static void
free_put(struct resolver *r, uint32_t func, uint32_t atom)
{
	uint32_t i = free_hash(func, atom) & r->frees_mask;

	while (r->frees[i].func != 0)
		i = (i + 1) & r->frees_mask;
	r->frees[i] = (struct resolve_free){func, atom};
	r->nfrees++;
}

static void
free_add(struct resolver *r, uint32_t func, uint32_t atom)
{
	struct resolve_free *old = r->frees;
	uint32_t i, n = old != NULL ? r->frees_mask + 1 : 0;

	if (r->nfrees * 2 >= n) {
		r->frees_mask = n == 0 ? 255 : n * 2 - 1;
		r->frees = arena_zalloc(&r->u->arena, (size_t)r->frees_mask + 1,
		    sizeof *r->frees);
		r->nfrees = 0;
		for (i = 0; i < n; i++)
			if (old[i].func != 0)
				free_put(r, old[i].func, old[i].atom);
	}
	free_put(r, func, atom);
}
