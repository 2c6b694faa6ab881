/*
 * Scope analysis of TypeScript's enum and namespace, and of JSX.
 *
 * Runs in: worker, on a tenant's source text.
 */
#include "config.h"

#include <string.h>

#include "worker/lang/resolve_priv.h"

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
	resolve_func_enter(r, n->d);
	resolve_enter(r, f->scope);
	r->loops = 0;
	resolve_list(r, n->b);
	resolve_leave(r, f->scope);
	resolve_func_leave(r, n->d);
	r->loops = loops;
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
