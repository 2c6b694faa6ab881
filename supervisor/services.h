#ifndef SUPERVISOR_SERVICES_H
#define SUPERVISOR_SERVICES_H

#include <stdint.h>

struct conf_designator;
struct services;

/*
 * The numbers by which fronts name services: one for each (worker, entrypoint,
 * props) that a socket or route refers to. A number keeps its meaning for the
 * life of the supervisor, so that a front with an older table still gets what
 * it means.
 */
struct services *services_new(void);
void services_free(struct services **services);

/* The number of D; CONTROL_SERVICE_NONE where D names nothing. */
uint32_t services_number(struct services *s, const struct conf_designator *d);

/* What NUMBER means, held until services_free(); NULL where nothing. */
const struct conf_designator *services_find(const struct services *s,
    uint32_t number);

#endif
