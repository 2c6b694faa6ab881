#ifndef SUPERVISOR_CTL_H
#define SUPERVISOR_CTL_H

#include "base/buf.h"

/*
 * The control socket: one request line, one answer, then the connection ends.
 * Only root and the supervisor's own user are listened to.
 */
struct ctl;
struct ev_loop;

struct ctl_options {
	struct ev_loop *loop; /* held */
	const char *path;     /* of the socket; held */
	/*
	 * Carry out the request LINE (without its newline, NUL-terminated) and
	 * append the answer to OUT.
	 */
	void (*on_request)(void *arg, const char *line, struct buf *out);
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
 * The default path of the control socket: $RUNTIME_DIRECTORY, for root
 * /run/eider, otherwise eider in $XDG_RUNTIME_DIR; NULL where there is no such
 * place. The directory is made. Owned by the caller.
 */
char *ctl_default_path(void);

#endif
