/*
 * Access logs: opening them.
 *
 * Runs in: supervisor.
 * Never:   writes to one: lines are made, and written, by fronts.
 */
#include "config.h"

#include "supervisor/access_logs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "conf/conf.h"

#define JOURNAL_PATH "/run/systemd/journal/socket"
#define FILE_MODE 0640
/* Others may have it open: nothing but the end is written, and nobody waits. */
#define FLAGS (O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)

struct row {
	enum conf_access_log_sink sink;
	enum conf_access_format format;
	char *path; /* owned; NULL: none */
	int fd;     /* owned */
	enum control_log_sink kind;
};

struct access_logs {
	struct row *rows; /* owned; the number of one is its index and 1 */
	size_t n;
};

struct access_logs *
access_logs_new(void)
{
	return xcalloc(1, sizeof(struct access_logs));
}

void
access_logs_free(struct access_logs **logs)
{
	struct access_logs *l = *logs;

	if (l == NULL)
		return;
	for (size_t i = 0; i < l->n; i++) {
		fd_close(&l->rows[i].fd);
		free(l->rows[i].path);
	}
	free(l->rows);
	free(l);
	*logs = NULL;
}

/* What FD is, for who writes to it. */
static enum control_log_sink
kind_of(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == -1 || S_ISREG(st.st_mode))
		return CONTROL_LOG_FILE;
	return S_ISSOCK(st.st_mode) ? CONTROL_LOG_SOCKET : CONTROL_LOG_PIPE;
}

/*
 * Our stderr. A pipe or terminal in a description of its own: else not to wait
 * would hold for everybody who has it. A file in the same one: we all write
 * where it ends.
 */
static int
open_stderr(void)
{
	int fd = kind_of(STDERR_FILENO) == CONTROL_LOG_PIPE
		     ? open("/proc/self/fd/2", FLAGS)
		     : fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);

	return fd == -1 ? ERR_SYS : fd;
}

static int
open_journal(const char *path)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof un.sun_path) {
		errno = ENAMETOOLONG;
		return ERR_SYS;
	}
	memcpy(un.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return ERR_SYS;
	if (connect(fd, (const struct sockaddr *)&un, sizeof un) == 0)
		return fd;
	fd_close(&fd);
	return ERR_SYS;
}

static const char *
path_of(const struct row *r)
{
	if (r->path != NULL)
		return r->path;
	return r->sink == CONF_ACCESS_LOG_STDERR ? "stderr" : JOURNAL_PATH;
}

/* Returns 0 or ERR_SYS; then the row is as it was. */
static int
open_row(struct row *r)
{
	int fd = ERR_SYS;

	switch (r->sink) {
	case CONF_ACCESS_LOG_STDERR:
		fd = open_stderr();
		break;
	case CONF_ACCESS_LOG_JOURNAL:
		fd = open_journal(path_of(r));
		break;
	case CONF_ACCESS_LOG_FILE:
		fd = open(r->path, FLAGS | O_CREAT, FILE_MODE);
		break;
	case CONF_ACCESS_LOG_NONE:
	default:
		break;
	}
	if (fd < 0)
		return ERR_SYS;
	fd_close(&r->fd);
	r->fd = fd;
	r->kind = r->sink == CONF_ACCESS_LOG_JOURNAL ? CONTROL_LOG_JOURNAL
						     : kind_of(fd);
	return 0;
}

static bool
is_same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

uint32_t
access_logs_number(const struct access_logs *l, const struct conf_socket *c)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->rows[i].sink == c->access_log.sink &&
		    l->rows[i].format == c->access_format &&
		    is_same_text(l->rows[i].path, c->access_log.path))
			return (uint32_t)i + 1;
	return 0;
}

int
access_logs_configure(struct access_logs *l, const struct conf *conf, char *why,
    size_t why_size)
{
	for (size_t i = 0; i < conf->nsockets; i++) {
		const struct conf_socket *c = &conf->sockets[i];
		struct row r = {.sink = c->access_log.sink,
		    .format = c->access_format,
		    .fd = -1};

		if (r.sink == CONF_ACCESS_LOG_NONE ||
		    access_logs_number(l, c) != 0)
			continue;
		if (c->access_log.path != NULL)
			r.path = xstrdup(c->access_log.path);
		if (open_row(&r) != 0) {
			snprintf(why, why_size,
			    "cannot open the access log %s of socket \"%s\": "
			    "%s",
			    path_of(&r), c->name, strerror(errno));
			free(r.path);
			return ERR_SYS;
		}
		l->rows = xreallocarray(l->rows, l->n + 1, sizeof *l->rows);
		l->rows[l->n++] = r;
	}
	return 0;
}

void
access_logs_reopen(struct access_logs *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (open_row(&l->rows[i]) != 0)
			log_error("cannot open the access log %s again: %s; "
				  "the old one goes on",
			    path_of(&l->rows[i]), strerror(errno));
}

size_t
access_logs_count(const struct access_logs *l)
{
	return l->n;
}

int
access_logs_give(const struct access_logs *l, size_t i, struct control_log *out)
{
	const struct row *r = &l->rows[i];
	int fd = fcntl(r->fd, F_DUPFD_CLOEXEC, 0);

	if (fd == -1)
		return ERR_SYS;
	out->log = (uint32_t)i + 1;
	out->sink = (uint8_t)r->kind;
	out->format = r->format == CONF_ACCESS_JSON ? CONTROL_LOG_JSON
						    : CONTROL_LOG_COMBINED;
	return fd;
}
