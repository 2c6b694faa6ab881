#ifndef IPC_CHAN_H
#define IPC_CHAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/frame.h"

struct chan;
struct chan_hub;
struct ev_loop;

enum chan_close {
#define CLOSE(name_, text_) CHAN_CLOSE_##name_,
#include "ipc/closes.def"
#undef CLOSE
	CHAN_CLOSE_MAX
};

const char *chan_close_text(enum chan_close reason);

/* A whole message; everything in it is borrowed for the call. */
struct ipc_msg {
	uint16_t type;
	uint16_t flags;
	uint32_t stream;
	uint32_t credit;
	const uint8_t *body;
	size_t len;
	int *fds; /* as many as the table says; a handler that keeps one sets
		   * its slot to -1, the others are closed after the call */
};

/*
 * Handles a message that the table allows here. Returns 0, or an ERR_* code:
 * then the channel ends with CHAN_CLOSE_BODY (ERR_PROTO), CHAN_CLOSE_STREAM
 * (ERR_STATE) or CHAN_CLOSE_CREDIT (ERR_LIMIT).
 */
typedef int (*chan_handler)(void *arg, const struct ipc_msg *m);

struct chan_options {
	uint8_t self; /* IPC_PARTY_* */
	uint8_t peer;
	/* Indexed by type; a NULL slot refuses the message. Held. */
	const chan_handler *handlers;
	void *arg;
	/*
	 * The channel has ended by itself and will not call again; the callee
	 * calls chan_free() now or later. Frames already read were delivered.
	 */
	void (*on_close)(void *arg, enum chan_close reason);
	/* Optional: the queue fell below the low mark after having been over
	 * the high one (chan_is_full()). */
	void (*on_drained)(void *arg);
	/* Optional: whether a message of TYPE may be handled, or is one too
	 * many, which ends the channel as CHAN_CLOSE_FLOOD. */
	bool (*admit)(void *arg, uint16_t type);
	size_t out_max;      /* queued bytes that end the peer; 0: 4 MiB */
	size_t assembly_max; /* bytes of a large message; 0: refuse them */
	bool takes_fds;      /* receive SCM_RIGHTS (recvmsg) */
};

/*
 * All channels of a process. Frames queued during a turn of the loop leave in
 * one write per channel just before the loop waits.
 *
 * loop  held: outlives the hub
 */
struct chan_hub *chan_hub_new(struct ev_loop *loop);
void chan_hub_free(struct chan_hub **hub);
/* Write what all channels have queued, now. */
void chan_hub_flush(struct chan_hub *hub);

/* Work for the end of this turn of the loop, before the frames leave. */
struct chan_task {
	struct chan_task *next;
	bool is_queued;
	void (*run)(struct chan_task *task);
};
void chan_hub_defer(struct chan_hub *hub, struct chan_task *task);
void chan_hub_cancel(struct chan_hub *hub, struct chan_task *task);

/*
 * A channel over FD, a non-blocking stream socket, which is taken.
 */
struct chan *chan_new(struct chan_hub *hub, int fd,
    const struct chan_options *options);
/* Closes the socket after one try to write what is queued; no callback. */
void chan_free(struct chan **chan);

/*
 * Queue a message; a body over IPC_FRAME_MAX travels in parts. FDS (as many
 * as the table says for the type, else NULL) are taken. A channel that ended
 * drops it. The body's length must be within the table's limit.
 */
void chan_send(struct chan *c, enum ipc_type type, const void *body, size_t len,
    int *fds);
/* The same for a frame of a stream; LEN is at most IPC_FRAME_MAX. */
void chan_send_frame(struct chan *c, const struct ipc_header *h,
    const void *body);

/* More than the high mark is queued: the sender of bulk should wait for
 * on_drained. */
bool chan_is_full(const struct chan *c);
size_t chan_queued(const struct chan *c);

/* Stop and go on with reading, to push back on the peer. */
void chan_pause(struct chan *c, bool paused);

/* End the channel as if REASON had been found while reading. */
void chan_fail(struct chan *c, enum chan_close reason);

#endif
