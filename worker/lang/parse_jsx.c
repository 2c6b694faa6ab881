/*
 * JSX.
 *
 * Runs in: worker, on a tenant's source text.
 */
#include "config.h"

#include "worker/lang/parse_priv.h"

uint32_t
parse_jsx(struct parser *p)
{
	fail_token(p); /* lang_parse() has refused the option */
}
