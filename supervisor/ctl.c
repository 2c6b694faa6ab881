/*
 * The control socket.
 *
 * Runs in: supervisor. A client is an operator's program, checked by its
 *          credentials; it is still bounded in bytes, time and number.
 */
#include "config.h"

#include "supervisor/ctl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <ev.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/util.h"
#include "base/xmalloc.h"

#define CLIENTS_MAX 16
#define LINE_MAX_BYTES 256
#define REQUEST_S 5.0 /* to send the request line */
#define STALL_S 10.0  /* without reading a byte of what waits for it */
#define OUT_MAX ((size_t)512 << 10) /* waiting for a client that stays */
#define BACKLOG 8
#define ACCEPT_AGAIN_S 1.0 /* where there are no descriptors left */

struct ctl_client {
	struct ctl *ctl; /* held */
	struct ctl_client *next, **link;
	int fd;
	bool has_asked;
	bool stays;
	ev_io readable;
	ev_io writable;
	ev_timer deadline;
	char line[LINE_MAX_BYTES];
	size_t len;
	struct buf out;
};

struct ctl {
	struct ctl_options o;
	char *path; /* owned */
	int fd;
	ev_io watcher;
	ev_timer again;
	struct ctl_client *clients;
	size_t nclients;
};

static void
free_client(struct ctl_client *c)
{
	struct ctl *ctl = c->ctl;

	ev_io_stop(ctl->o.loop, &c->readable);
	ev_io_stop(ctl->o.loop, &c->writable);
	ev_timer_stop(ctl->o.loop, &c->deadline);
	if (c->stays)
		ctl->o.on_end(ctl->o.arg, c);
	fd_close(&c->fd);
	buf_clear(&c->out);
	*c->link = c->next;
	if (c->next != NULL)
		c->next->link = c->link;
	ctl->nclients--;
	free(c);
}

/* There is something to send: within a time, counted from each progress. */
static void
start_writing(struct ctl_client *c)
{
	struct ev_loop *loop = c->ctl->o.loop;

	ev_io_start(loop, &c->writable);
	ev_timer_stop(loop, &c->deadline);
	ev_now_update(loop);
	ev_timer_set(&c->deadline, STALL_S, 0.0);
	ev_timer_start(loop, &c->deadline);
}

bool
ctl_client_write(struct ctl_client *c, const struct buf *b)
{
	bool was_empty = buf_len(&c->out) == 0;

	if (buf_len(&c->out) + buf_len(b) > OUT_MAX)
		return false;
	buf_put(&c->out, buf_peek(b), buf_len(b));
	if (was_empty && c->has_asked)
		start_writing(c);
	return true;
}

static void
on_writable(struct ev_loop *loop, ev_io *w, int events)
{
	struct ctl_client *c = w->data;
	ssize_t n;

	(void)events;
	n = send(c->fd, buf_peek(&c->out), buf_len(&c->out), MSG_NOSIGNAL);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		free_client(c);
		return;
	}
	buf_consume(&c->out, (size_t)n);
	if (buf_len(&c->out) > 0) {
		start_writing(c);
		return;
	}
	ev_io_stop(loop, &c->writable);
	ev_timer_stop(loop, &c->deadline);
	if (!c->stays)
		free_client(c);
}

/* Cut LINE into the parts of a request. Returns false if it is none. */
static bool
parse_request(char *line, struct ctl_request *r)
{
	char *save = NULL, *word, *argument = strstr(line, " :");

	memset(r, 0, sizeof *r);
	if (argument != NULL) {
		*argument = '\0';
		r->argument = argument + 2;
	}
	r->name = strtok_r(line, " ", &save);
	while ((word = strtok_r(NULL, " ", &save)) != NULL) {
		if (strcmp(word, "json") == 0)
			r->as_json = true;
		else if (strcmp(word, "follow") == 0)
			r->follow = true;
		else
			return false;
	}
	return r->name != NULL;
}

static void
answer(struct ctl_client *c)
{
	static const char malformed[] = "error: malformed request\n";
	struct ctl *ctl = c->ctl;
	struct ctl_request r;

	if (!parse_request(c->line, &r))
		buf_put(&c->out, malformed, sizeof malformed - 1);
	else
		c->stays = ctl->o.on_request(ctl->o.arg, c, &r, &c->out);
	c->has_asked = true;
	if (buf_len(&c->out) > 0)
		start_writing(c);
	else if (c->stays)
		ev_timer_stop(ctl->o.loop, &c->deadline);
	else
		free_client(c);
}

static void
on_readable(struct ev_loop *loop, ev_io *w, int events)
{
	struct ctl_client *c = w->data;
	char *newline;
	ssize_t n;

	(void)events;
	n = recv(c->fd, c->line + c->len, sizeof c->line - 1 - c->len, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	/* It has half closed: what it asked for it still gets. */
	if (n == 0 && c->has_asked && !c->stays) {
		ev_io_stop(loop, w);
		return;
	}
	if (n <= 0 || c->has_asked) {
		free_client(c);
		return;
	}
	c->len += (size_t)n;
	c->line[c->len] = '\0';
	newline = memchr(c->line, '\n', c->len);
	if (newline != NULL && strlen(c->line) >= (size_t)(newline - c->line)) {
		*newline = '\0';
		c->len = 0;
		answer(c);
	} else if (newline != NULL || c->len == sizeof c->line - 1) {
		free_client(c);
	}
}

static void
on_deadline(struct ev_loop *loop, ev_timer *w, int events)
{
	(void)loop;
	(void)events;
	free_client(w->data);
}

static bool
is_trusted(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof peer;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == -1)
		return false;
	return peer.uid == 0 || peer.uid == geteuid();
}

static void
add_client(struct ctl *ctl, int fd)
{
	struct ctl_client *c = xcalloc(1, sizeof *c);
	struct ev_loop *loop = ctl->o.loop;

	c->ctl = ctl;
	c->fd = fd;
	c->next = ctl->clients;
	c->link = &ctl->clients;
	if (c->next != NULL)
		c->next->link = &c->next;
	ctl->clients = c;
	ctl->nclients++;
	ev_io_init(&c->readable, on_readable, fd, EV_READ);
	ev_io_init(&c->writable, on_writable, fd, EV_WRITE);
	ev_timer_init(&c->deadline, on_deadline, REQUEST_S, 0.0);
	c->readable.data = c->writable.data = c->deadline.data = c;
	ev_io_start(loop, &c->readable);
	ev_timer_start(loop, &c->deadline);
}

static void
on_connection(struct ev_loop *loop, ev_io *w, int events)
{
	struct ctl *ctl = w->data;
	int fd;

	(void)events;
	fd = accept4(ctl->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd == -1 && errno != EAGAIN && errno != EINTR &&
	    errno != ECONNABORTED) {
		/* It would be reported again at once, for ever. */
		ev_io_stop(loop, w);
		ev_timer_set(&ctl->again, ACCEPT_AGAIN_S, 0.0);
		ev_timer_start(loop, &ctl->again);
	}
	if (fd == -1)
		return;
	if (ctl->nclients >= CLIENTS_MAX || !is_trusted(fd)) {
		fd_close(&fd);
		return;
	}
	add_client(ctl, fd);
}

static void
on_again(struct ev_loop *loop, ev_timer *w, int events)
{
	struct ctl *ctl = w->data;

	(void)events;
	ev_io_start(loop, &ctl->watcher);
}

/* Returns the listening socket, or -1 with errno. */
static int
listen_at(const char *path)
{
	struct sockaddr_un un;
	int fd, probe;

	memset(&un, 0, sizeof un);
	un.sun_family = AF_UNIX;
	if (strlen(path) >= sizeof un.sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(un.sun_path, path, strlen(path));
	probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (probe == -1)
		return -1;
	if (connect(probe, (const struct sockaddr *)&un, sizeof un) == 0) {
		fd_close(&probe);
		errno = EADDRINUSE;
		return -1;
	}
	if (errno == ECONNREFUSED)
		(void)unlink(path); /* of one that died */
	fd_close(&probe);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return -1;
	if (bind(fd, (const struct sockaddr *)&un, sizeof un) == 0 &&
	    chmod(path, 0600) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	fd_close(&fd);
	return -1;
}

struct ctl *
ctl_new(const struct ctl_options *options)
{
	struct ctl *ctl;
	int fd = listen_at(options->path);

	if (fd == -1)
		return NULL;
	ctl = xcalloc(1, sizeof *ctl);
	ctl->o = *options;
	ctl->path = xstrdup(options->path);
	ctl->fd = fd;
	ev_io_init(&ctl->watcher, on_connection, fd, EV_READ);
	ev_timer_init(&ctl->again, on_again, 0.0, 0.0);
	ctl->watcher.data = ctl->again.data = ctl;
	ev_io_start(options->loop, &ctl->watcher);
	return ctl;
}

void
ctl_free(struct ctl **ctl)
{
	struct ctl *c = *ctl;

	if (c == NULL)
		return;
	while (c->clients != NULL)
		free_client(c->clients);
	ev_io_stop(c->o.loop, &c->watcher);
	ev_timer_stop(c->o.loop, &c->again);
	fd_close(&c->fd);
	(void)unlink(c->path);
	free(c->path);
	free(c);
	*ctl = NULL;
}

char *
ctl_default_path(void)
{
	const char *dir = getenv("RUNTIME_DIRECTORY"), *name = "";
	char *folder, *path;

	if (dir == NULL || dir[0] != '/') {
		name = "/eider";
		dir = geteuid() == 0 ? "/run" : getenv("XDG_RUNTIME_DIR");
	}
	if (dir == NULL || dir[0] != '/')
		return NULL;
	folder = xasprintf("%s%s", dir, name);
	(void)mkdir(folder, 0700);
	path = xasprintf("%s/ctl.sock", folder);
	free(folder);
	return path;
}
