/*
 * Clocks: monotonic for waits, process CPU time for limits.
 */
#include "config.h"

#include "base/clock.h"

#include <time.h>

static uint64_t
read_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t
clock_now_ms(void)
{
	return read_ns(CLOCK_MONOTONIC) / 1000000u;
}

uint64_t
clock_now_ns(void)
{
	return read_ns(CLOCK_MONOTONIC);
}

uint64_t
clock_cpu_ns(void)
{
	/* Where a timer runs on the process's clock, that one is counted in
	 * ticks of the scheduler; this one never is. Processes have one thread.
	 */
	return read_ns(CLOCK_THREAD_CPUTIME_ID);
}
