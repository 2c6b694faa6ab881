/*
 * Loaded configurations and who still uses them.
 *
 * Runs in: supervisor.
 */
#include "config.h"

#include "supervisor/generation.h"

#include <stdlib.h>

#include "base/util.h"
#include "base/xmalloc.h"
#include "conf/conf.h"

struct generation *
generation_new(struct conf *conf, unsigned int number)
{
	struct generation *g = xcalloc(1, sizeof *g);

	g->conf = conf;
	g->number = number;
	g->nrefs = 1;
	return g;
}

struct generation *
generation_ref(struct generation *g)
{
	g->nrefs++;
	return g;
}

void
generation_unref(struct generation **generation)
{
	struct generation *g = *generation;

	if (g == NULL)
		return;
	*generation = NULL;
	ASSERT(g->nrefs > 0);
	if (--g->nrefs > 0)
		return;
	conf_free(&g->conf);
	free(g);
}
