#ifndef TESTS_FUZZ_WARM_H
#define TESTS_FUZZ_WARM_H

#include <stdbool.h>

/*
 * For fuzzers that keep one engine for many inputs. libFuzzer looks for leaks
 * after each input that allocated more than it freed, which with a heap that
 * is still alive is nearly every input, and takes longer than the input does.
 * Linking warm.c turns that off; warm_end() looks instead, when the engine is
 * gone.
 */

/*
 * One more input was run; HURT if it hit a limit. Is it time for a new engine?
 * The caller frees the old one, calls warm_end() and starts again.
 */
bool warm_is_over(bool hurt);

/* The engine was freed: whatever is still allocated and lost is a finding. */
void warm_end(void);

#endif
