#ifndef SUPERVISOR_EVENTS_H
#define SUPERVISOR_EVENTS_H

#include "supervisor/listeners.h"

/*
 * What `serve` tells the program that started it: JSON lines on --control-fd,
 * as workerd writes them.
 *
 *   {"event":"listen","socket":"http","port":8080}
 *   {"event":"listen","socket":"api","address":"unix:/run/x"}
 */

/* FD -1: nobody listens. */
void events_listen(int fd, const struct listener *l);

#endif
