/*
 * Scope analysis of TypeScript's enum and namespace, and of JSX.
 *
 * Runs in: worker, on a tenant's source text.
 */
#include "config.h"

#include <string.h>

#include "base/util.h"
#include "worker/lang/resolve_priv.h"

/* Namespaces that are looked through for parts of the same one. */
#define MERGED_MAX 1000

/* The exports of SCOPE become visible, or no longer are. */
static void
exports_show(struct resolver *r, uint32_t scope, bool show)
{
	struct symbol *s;
	struct atom *a;
	uint32_t i;

	for (i = scope_get(r->u, scope)->first; i != 0; i = s->next) {
		s = symbol_get(r->u, i);
		if ((s->flags & SYMF_EXPORTED) == 0)
			continue;
		a = atom_get(&r->u->atoms, s->atom);
		if (show) {
			s->shadowed = a->symbol;
			a->symbol = i;
		} else {
			a->symbol = s->shadowed;
		}
	}
}

/* What the earlier parts of a merged namespace export is seen in NODE. */
static void
merged_show(struct resolver *r, uint32_t node, bool show)
{
	uint32_t symbol = RN(r, RN(r, node)->a)->b, i, k;
	uint32_t n = MIN(r->nnamespaces, MERGED_MAX);

	for (i = 0; i < n; i++) {
		/* undone in reverse */
		k = r->namespaces[show ? i : n - 1 - i];
		if (RN(r, RN(r, k)->a)->b == symbol)
			exports_show(r, func_get(r->u, RN(r, k)->d)->scope,
			    show);
	}
}

void
resolve_ts(struct resolver *r, uint32_t node)
{
	const struct ast_node *n = RN(r, node);
	uint32_t i, loops = r->loops;
	struct func *f;

	if (n->kind == AST_TS_ENUM) {
		if (n->d != 0)
			resolve_enter(r, n->d);
		for (i = n->b; i != 0; i = RN(r, i)->next)
			resolve_node(r, RN(r, i)->b);
		if (n->d != 0)
			resolve_leave(r, n->d);
		return;
	}
	f = func_get(r->u, n->d);
	merged_show(r, node, true);
	resolve_func_enter(r, n->d);
	resolve_enter(r, f->scope);
	r->loops = 0;
	resolve_list(r, n->b);
	resolve_leave(r, f->scope);
	resolve_func_leave(r, n->d);
	r->loops = loops;
	merged_show(r, node, false);
	r->namespaces = arena_grow(&r->u->arena, r->namespaces, r->nnamespaces,
	    &r->cap_namespaces, sizeof *r->namespaces);
	r->namespaces[r->nnamespaces++] = node;
}

/* The first name of PATH, "React" of "React.createElement". */
static void
use_name(struct resolver *r, struct lang_str path)
{
	const char *dot = memchr(path.s, '.', path.len);
	size_t len = dot != NULL ? (size_t)(dot - path.s) : path.len;
	uint32_t a = atom_find(&r->u->atoms, path.s, len), symbol;

	symbol = a != 0 ? atom_get(&r->u->atoms, a)->symbol : 0;
	if (symbol != 0)
		symbol_get(r->u, symbol)->flags |= SYMF_USED;
}

void
resolve_jsx(struct resolver *r, uint32_t node)
{
	const struct ast_node *n = RN(r, node);

	if (!r->u->jsx.automatic) {
		use_name(r, r->u->jsx.factory);
		if (n->a == 0)
			use_name(r, r->u->jsx.fragment);
	}
	if (n->a != 0)
		resolve_node(r, n->a);
	resolve_list(r, n->b);
	resolve_list(r, n->c);
}
