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
	resolve_list(r, RN(r, node)->b);
}
