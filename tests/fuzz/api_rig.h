#ifndef TESTS_FUZZ_API_RIG_H
#define TESTS_FUZZ_API_RIG_H

#include <stddef.h>
#include <stdint.h>

/*
 * The APIs in an engine of their own, for fuzzers of what is written in
 * script. SCRIPT defines fuzz(bytes), which is called with each input, a
 * Uint8Array; whatever it puts into the global `failure`, at once or in a
 * microtask, is a finding, and so is any crash below it. What it throws is
 * not. The engine serves many inputs; what one leaves in globals the next sees.
 */
void rig_run(const char *script, const uint8_t *data, size_t size);

#endif
