#ifndef WORKER_API_TIMERS_H
#define WORKER_API_TIMERS_H

#include "worker/api/event.h"

/* Timers of an event that has ended never fire. */
void timers_drop_event(struct api *api, struct api_event *event);
void timers_free_all(struct api *api);

#endif
