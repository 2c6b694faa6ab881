/*
 * Early errors of regular expression literals.
 *
 * Runs in: worker, on a tenant's source text.
 */
#include "config.h"

#include "worker/lang/regexp_check.h"

#include <string.h>

#include "worker/lang/unit.h"

void
regexp_check(struct lang_unit *unit, uint32_t node)
{
	static const char known[] = "dgimsuvy";
	const struct ast_node *n = ast_node(&unit->ast, node);
	unsigned int seen = 0, bit;
	const char *at;
	uint32_t i;

	for (i = n->b + 1; i < n->end; i++) {
		at = memchr(known, unit->src[i], sizeof known - 1);
		bit = at != NULL ? 1U << (at - known) : 0;
		if (bit == 0 || (seen & bit) != 0)
			unit_fail(unit, n->pos, n->end,
			    "Invalid regular expression flags");
		seen |= bit;
	}
	if ((seen & 1U << 5) != 0 && (seen & 1U << 6) != 0)
		unit_fail(unit, n->pos, n->end,
		    "Invalid regular expression flags");
}
