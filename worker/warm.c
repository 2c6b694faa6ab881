/*
 * The warm heap.
 *
 * Runs in: zygote, and tools that run the worker without one.
 */
#include "config.h"

#include "worker/warm.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

static int
compare_ints(const void *a, const void *b)
{
	const int *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/*
 * What libc would ask the kernel for when it is first used, which workers may
 * not: the size of memory (qsort) and the time zone, which is UTC for all.
 */
static void
prime_libc(void)
{
	static int numbers[1024];
	time_t now = 0;
	struct tm tm;

	qsort(numbers, NELEMS(numbers), sizeof *numbers, compare_ints);
	if (setenv("TZ", "UTC0", 1) != 0)
		fatal("cannot set the time zone: %s", strerror(errno));
	tzset();
	(void)localtime_r(&now, &tm);
	(void)mktime(&tm);
}

struct engine *
warm_engine_new(void)
{
	struct engine *e;

	prime_libc();
	if (engine_new(NULL, &e) != 0)
		fatal("cannot make an engine: out of memory");
	for (size_t i = 0; i < NELEMS(warm); i++)
		if (warm[i].install(e) != 0)
			fatal("cannot install %s", warm[i].text);
	engine_freeze(e);
	return e;
}
