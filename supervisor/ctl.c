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
#define CLIENT_S 5.0
#define BACKLOG 8

struct client {
	struct ctl *ctl; /* held */
	struct client *next, **link;
	int fd;
	ev_io watcher;
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
	struct client *clients;
	size_t nclients;
};

static void
free_client(struct client *c)
{
	struct ctl *ctl = c->ctl;

	ev_io_stop(ctl->o.loop, &c->watcher);
	ev_timer_stop(ctl->o.loop, &c->deadline);
	fd_close(&c->fd);
	buf_clear(&c->out);
	*c->link = c->next;
	if (c->next != NULL)
		c->next->link = c->link;
	ctl->nclients--;
	free(c);
}

static void
on_writable(struct ev_loop *loop, ev_io *w, int events)
{
	struct client *c = w->data;
	ssize_t n;

	(void)loop;
	(void)events;
	n = send(c->fd, buf_peek(&c->out), buf_len(&c->out), MSG_NOSIGNAL);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		buf_consume(&c->out, (size_t)n);
	if (n <= 0 || buf_len(&c->out) == 0)
		free_client(c);
}

static void
answer(struct client *c)
{
	struct ev_loop *loop = c->ctl->o.loop;

	c->ctl->o.on_request(c->ctl->o.arg, c->line, &c->out);
	ev_io_stop(loop, &c->watcher);
	if (buf_len(&c->out) == 0) {
		free_client(c);
		return;
	}
	ev_io_init(&c->watcher, on_writable, c->fd, EV_WRITE);
	c->watcher.data = c;
	ev_io_start(loop, &c->watcher);
}

static void
on_readable(struct ev_loop *loop, ev_io *w, int events)
{
	struct client *c = w->data;
	char *newline;
	ssize_t n;

	(void)loop;
	(void)events;
	n = recv(c->fd, c->line + c->len, sizeof c->line - 1 - c->len, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		free_client(c);
		return;
	}
	c->len += (size_t)n;
	c->line[c->len] = '\0';
	newline = memchr(c->line, '\n', c->len);
	if (newline != NULL) {
		*newline = '\0';
		answer(c);
	} else if (c->len == sizeof c->line - 1) {
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
on_connection(struct ev_loop *loop, ev_io *w, int events)
{
	struct ctl *ctl = w->data;
	struct client *c;
	int fd;

	(void)events;
	fd = accept4(ctl->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd == -1)
		return;
	if (ctl->nclients >= CLIENTS_MAX || !is_trusted(fd)) {
		fd_close(&fd);
		return;
	}
	c = xcalloc(1, sizeof *c);
	c->ctl = ctl;
	c->fd = fd;
	c->next = ctl->clients;
	c->link = &ctl->clients;
	if (c->next != NULL)
		c->next->link = &c->next;
	ctl->clients = c;
	ctl->nclients++;
	ev_io_init(&c->watcher, on_readable, fd, EV_READ);
	ev_timer_init(&c->deadline, on_deadline, CLIENT_S, 0.0);
	c->watcher.data = c->deadline.data = c;
	ev_io_start(loop, &c->watcher);
	ev_timer_start(loop, &c->deadline);
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
	ctl->watcher.data = ctl;
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
