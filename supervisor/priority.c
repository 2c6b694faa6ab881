/*
 * Nice values.
 *
 * Runs in: supervisor, before it gives up its privileges and before any child.
 */
#include "config.h"

#include "supervisor/priority.h"

#include <errno.h>
#include <sys/resource.h>

#include "base/log.h"
#include "base/util.h"

#define LEAD 5
#define NICE_MIN (-20)

int
priority_arrange(void)
{
	int nice = getpriority(PRIO_PROCESS, 0);
	rlim_t wanted = (rlim_t)(20 - nice); /* as setrlimit(2) counts */
	struct rlimit l;

	/* Raising the hard limit takes CAP_SYS_RESOURCE. */
	if (getrlimit(RLIMIT_NICE, &l) == 0 && l.rlim_cur < wanted) {
		struct rlimit more = {wanted, MAX(l.rlim_max, wanted)};

		if (setrlimit(RLIMIT_NICE, &more) == -1)
			log_debug("long events do not make way: RLIMIT_NICE "
				  "cannot be raised: %m");
	}
	if (setpriority(PRIO_PROCESS, 0, MAX(nice - LEAD, NICE_MIN)) == -1)
		log_debug("fronts do not go before workers: %m");
	return nice;
}
