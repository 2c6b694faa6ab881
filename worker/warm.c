/*
 * The warm heap.
 *
 * Runs in: zygote, and tools that run the worker without one.
 */
#include "config.h"

#include "worker/warm.h"

#include "base/log.h"
#include "base/util.h"
#include "worker/api/api.h"
#include "worker/builtins/builtins.h"
#include "worker/engine/engine.h"

static const struct {
	int (*install)(struct engine *e);
	const char *text;
} warm[] = {
#define WARM(function_, text_) {function_, (text_)},
#include "worker/warm.def"
#undef WARM
};

struct engine *
warm_engine_new(void)
{
	struct engine *e;

	if (engine_new(NULL, &e) != 0)
		fatal("cannot make an engine: out of memory");
	for (size_t i = 0; i < NELEMS(warm); i++)
		if (warm[i].install(e) != 0)
			fatal("cannot install %s", warm[i].text);
	engine_freeze(e);
	return e;
}
