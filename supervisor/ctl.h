#ifndef SUPERVISOR_CTL_H
#define SUPERVISOR_CTL_H

#include <stdbool.h>

#include "base/buf.h"

/*
 * The control socket: one request line, one answer, then the connection ends,
 * unless the request goes on. Only root and the supervisor's own user are
 * listened to.
 *
 *     NAME { SP FLAG } [ SP ":" ARGUMENT ] LF        FLAG: json, follow
 */
struct ctl;
struct ctl_client;
struct ev_loop;

struct ctl_request {
	const char *name;
	const char *argument; /* NULL: none */
	bool as_json;
	bool follow;
};

struct ctl_options {
	struct ev_loop *loop; /* held */
	const char *path;     /* of the socket; held */
	/*
	 * Carry out REQUEST (borrowed) and append the answer to OUT. Returns
	 * whether CLIENT stays, for ctl_client_write(), until on_end.
	 */
	bool (*on_request)(void *arg, struct ctl_client *client,
	    const struct ctl_request *request, struct buf *out);
	/* CLIENT, which had stayed, is gone. */
	void (*on_end)(void *arg, struct ctl_client *client);
	void *arg;
};

/*
 * Returns the socket's owner, or NULL with errno: EADDRINUSE if another
 * supervisor listens there.
 */
struct ctl *ctl_new(const struct ctl_options *options);
/* Also removes the socket. */
void ctl_free(struct ctl **ctl);

/*
 * Send B's bytes to a client that has stayed. Returns false, and sends nothing,
 * where too much is waiting for it to read.
 */
bool ctl_client_write(struct ctl_client *client, const struct buf *b);

/*
 * The default path of the control socket: $RUNTIME_DIRECTORY, for root
 * /run/eider, otherwise eider in $XDG_RUNTIME_DIR; NULL where there is no such
 * place. The directory is made. Owned by the caller.
 */
char *ctl_default_path(void);

#endif
