#ifndef FRONT_SERVICE_H
#define FRONT_SERVICE_H

#include <stddef.h>
#include <stdint.h>

/*
 * The services that requests can go to, by number, and the channels to the
 * workers behind them. A channel is asked for when it is first needed.
 */
struct exchange;
struct front;
struct service;
struct services;

struct services *services_new(struct front *f);
/* Ends all channels: exchanges that wait or run fail. */
void services_free(struct services **s);

/* Take the names of SERVICES, for logs. Returns 0 or ERR_PROTO. */
struct ipc_msg;
int services_name(struct services *s, const struct ipc_msg *msg);
/* The name of service ID, or "". */
const char *service_name(const struct services *s, uint32_t id);

/* The service with this number; NULL if there are too many. */
struct service *service_get(struct services *s, uint32_t id);

/*
 * Open a stream for X as soon as there is a channel. Returns 0, or ERR_LIMIT:
 * too many wait already.
 */
int service_submit(struct service *s, struct exchange *x);
/* X waits no more. */
void service_cancel(struct service *s, struct exchange *x);
/*
 * The process of X has ended. Returns the reason (IPC_RESET_*), or
 * IPC_RESET_NONE: X waits for it, and exchange_fail() follows soon.
 */
uint32_t service_lose(struct service *s, struct exchange *x);
/* It waits for that no more. */
void service_unlose(struct service *s, struct exchange *x);
/* A stream of S is gone: another exchange can have its place. */
void service_stream_ended(struct service *s);

/*
 * The supervisor's answers. FD is taken; INSTANCES processes run the worker,
 * and each may have a channel.
 */
void service_on_channel(struct services *s, uint32_t id, unsigned int instances,
    uint32_t process, int fd);
/* PROCESS has ended, which to what it had accepted means CODE. */
void services_on_ended(struct services *s, uint32_t process, uint32_t code);
void service_on_refused(struct services *s, uint32_t id, uint32_t code,
    const char *text);

#endif
