#ifndef SUPERVISOR_GENERATION_H
#define SUPERVISOR_GENERATION_H

#include <stddef.h>

struct conf;

/*
 * One loaded configuration, shared by all that still run by it. It is freed
 * with the last reference.
 */
struct generation {
	struct conf *conf; /* owned */
	unsigned int number;
	size_t nrefs;
};

/* CONF is taken; the caller holds the first reference. */
struct generation *generation_new(struct conf *conf, unsigned int number);
struct generation *generation_ref(struct generation *g);
void generation_unref(struct generation **g);

#endif
