#ifndef WORKER_LINKS_H
#define WORKER_LINKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/chan.h"
#include "ipc/control.h"

/*
 * The data channels of a worker: those on which it serves, and those on which
 * it calls services.
 */
struct links;
struct mux;
struct stream;

struct links_ops {
	/* A request on a channel that serves ENTRYPOINT; as mux_ops. */
	int (*on_request)(void *arg, struct stream *s, const uint8_t *head,
	    size_t len, bool end, struct control_str entrypoint,
	    struct control_str props);
};

/* HUB and OPS are held; ARG is passed on. */
struct links *links_new(struct chan_hub *hub, const struct links_ops *ops,
    void *arg);
void links_free(struct links **links);

/*
 * Serve on FD (taken). STREAMS_MAX bounds the requests in flight on it. A
 * draining set says GOAWAY at once; a paused one reads later.
 */
void links_serve(struct links *l, int fd, struct control_str entrypoint,
    struct control_str props, uint32_t streams_max);

/* Call the service behind TARGET on FD (taken). Returns its mux, held. */
struct mux *links_call(struct links *l, int fd, uint32_t target);

/* The open channel to TARGET, or NULL. */
struct mux *links_find(struct links *l, uint32_t target);

/* Read no requests while the code is not ready. */
void links_pause(struct links *l, bool paused);

/* Accept no more requests, on channels there are and to come. */
void links_drain(struct links *l, uint32_t code);

/* All peers have acknowledged the GOAWAY or are gone. */
bool links_is_drained(const struct links *l);

/* Requests being served. */
size_t links_nserved(const struct links *l);

/* Drop channels that have ended: once a turn of the loop. */
void links_sweep(struct links *l);

#endif
