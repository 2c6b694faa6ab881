/* One engine for many inputs, see warm.h. */
#include "config.h"

#include "tests/fuzz/warm.h"

#include <sanitizer/lsan_interface.h>
#include <stdlib.h>

#include "base/xmalloc.h"

#define INPUTS_MAX 2000

int LLVMFuzzerInitialize(int *argc, char ***argv);

static unsigned int ninputs;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static char option[] = "-detect_leaks=0";
	static char **args;
	int i, n = *argc;

	args = xcalloc((size_t)n + 2, sizeof *args);
	args[0] = (*argv)[0];
	args[1] = option; /* the command line has the last word */
	for (i = 1; i < n; i++)
		args[i + 1] = (*argv)[i];
	*argv = args;
	*argc = n + 1;
	return 0;
}

bool
warm_is_over(bool hurt)
{
	if (!hurt && ++ninputs < INPUTS_MAX)
		return false;
	ninputs = 0;
	return true;
}

void
warm_end(void)
{
	if (__lsan_do_recoverable_leak_check() != 0)
		abort();
}
