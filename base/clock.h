#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* CLOCK_MONOTONIC, in milliseconds and nanoseconds. */
uint64_t clock_now_ms(void);
uint64_t clock_now_ns(void);

/* CPU time of this process, which has one thread, in nanoseconds. */
uint64_t clock_cpu_ns(void);

#endif
