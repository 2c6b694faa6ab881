/*
 * Scope analysis of TypeScript's enum and namespace.
 *
 * Runs in: worker, on a tenant's source text.
 */
#include "config.h"

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
