/*
 * Access logs: where lines go.
 *
 * Runs in: front.
 * Owns:    descriptors that the supervisor opened, and lines that wait.
 * Never:   blocks for a pipe, a socket or a full disk; opens a file.
 */
#include "config.h"

#include "front/access_log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include <ev.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "front/access_line.h"
#include "front/conn.h"
#include "front/front.h"
#include "front/listener.h"
#include "ipc/control.h"

#define QUEUE_MAX (256 * 1024)
#define PIPE_MAX 4096 /* what a pipe takes as a whole */
#define TELL_MS 10000 /* between two counts of dropped lines */

struct access_log {
	LIST_ENTRY(access_log) entry;
	struct access_logs *all; /* held */
	uint32_t id;
	enum control_log_sink sink;
	enum control_log_format format;
	int fd; /* owned */
	ev_io writer;
	/* Lines; for the journal each record behind a u32 of its length. */
	struct buf queue;
	bool is_torn; /* the last line was written in part, and given up */
	uint64_t ndropped;
	int dropped_errno; /* why; 0: the queue was full */
	uint64_t told_ms;
};

struct access_logs {
	struct front *front; /* held */
	LIST_HEAD(, access_log) list;
};

static void on_writable(struct ev_loop *, ev_io *, int);

struct access_logs *
access_logs_new(struct front *f)
{
	struct access_logs *logs = xcalloc(1, sizeof *logs);

	logs->front = f;
	LIST_INIT(&logs->list);
	return logs;
}

static struct access_log *
find(struct access_logs *logs, uint32_t id)
{
	struct access_log *log;

	LIST_FOREACH(log, &logs->list, entry)
	{
		if (log->id == id)
			return log;
	}
	return NULL;
}

/* ---- writing ---- */

static void
tell_dropped(struct access_log *log)
{
	uint64_t now = front_now_ms(log->all->front);

	if (log->ndropped == 0 ||
	    (log->told_ms != 0 && now - log->told_ms < TELL_MS))
		return;
	log_warn("access log: %llu lines dropped: %s",
	    (unsigned long long)log->ndropped,
	    log->dropped_errno == 0 ? "it takes no more"
				    : strerror(log->dropped_errno));
	log->told_ms = now;
	log->ndropped = 0;
}

static uint64_t
count_lines(const struct access_log *log)
{
	const uint8_t *p = buf_peek(&log->queue);
	size_t left = buf_len(&log->queue);
	uint64_t n = 0;

	if (log->sink == CONTROL_LOG_JOURNAL)
		return 1; /* they go one by one */
	for (const uint8_t *nl; (nl = memchr(p, '\n', left)) != NULL; n++) {
		left -= (size_t)(nl + 1 - p);
		p = nl + 1;
	}
	return n;
}

/* All that waits, or the record that cannot be sent. */
static void
drop(struct access_log *log, size_t n, int error)
{
	log->ndropped += count_lines(log);
	log->dropped_errno = error;
	buf_consume(&log->queue, n);
	tell_dropped(log);
}

/* As many whole lines as a pipe takes at once, or the first one. */
static size_t
piece_len(const struct access_log *log)
{
	const uint8_t *p = buf_peek(&log->queue);
	size_t len = buf_len(&log->queue), n = MIN(len, PIPE_MAX);
	const uint8_t *nl;

	if (n < len) {
		nl = memrchr(p, '\n', n);
		if (nl == NULL)
			nl = memchr(p, '\n', len);
		ASSERT(nl != NULL);
		n = (size_t)(nl - p) + 1;
	}
	return n;
}

/* Returns what write(2) does for the next lines or the next record. */
static ssize_t
write_some(struct access_log *log, size_t *n_out)
{
	const uint8_t *p = buf_peek(&log->queue);
	struct rd r;

	*n_out = buf_len(&log->queue);
	switch (log->sink) {
	case CONTROL_LOG_JOURNAL:
		rd_init(&r, p, *n_out);
		*n_out = rd_u32(&r) + 4;
		return send(log->fd, p + 4, *n_out - 4,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
	case CONTROL_LOG_SOCKET:
		return send(log->fd, p, *n_out, MSG_DONTWAIT | MSG_NOSIGNAL);
	case CONTROL_LOG_PIPE:
		*n_out = piece_len(log);
		break;
	case CONTROL_LOG_FILE:
	case CONTROL_LOG_SINKS:
	default:
		break;
	}
	return write(log->fd, p, *n_out);
}

static void
flush(struct access_log *log)
{
	struct ev_loop *loop = log->all->front->loop;
	size_t wanted;
	ssize_t n;

	while (buf_len(&log->queue) > 0) {
		n = write_some(log, &wanted);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) {
			ev_io_start(loop, &log->writer);
			return;
		}
		if (n <= 0) {
			drop(log,
			    log->sink == CONTROL_LOG_JOURNAL
				? wanted
				: buf_len(&log->queue),
			    n == 0 ? EIO : errno);
			continue;
		}
		if (log->sink == CONTROL_LOG_JOURNAL)
			n = (ssize_t)wanted;
		/* What follows a line that was cut begins on its own. */
		log->is_torn = buf_peek(&log->queue)[n - 1] != '\n';
		buf_consume(&log->queue, (size_t)n);
	}
	ev_io_stop(loop, &log->writer);
	tell_dropped(log);
}

static void
on_writable(struct ev_loop *loop, ev_io *w, int revents)
{
	(void)loop;
	(void)revents;
	flush(w->data);
}

void
access_logs_flush(struct access_logs *logs)
{
	struct access_log *log;

	LIST_FOREACH(log, &logs->list, entry)
	{
		if (buf_len(&log->queue) > 0 && !ev_is_active(&log->writer))
			flush(log);
	}
}

/* ---- logs ---- */

static void
close_log(struct access_log *log)
{
	ev_io_stop(log->all->front->loop, &log->writer);
	fd_close(&log->fd);
}

void
access_logs_set(struct access_logs *logs, const struct control_log *m, int fd)
{
	struct access_log *log = find(logs, m->log);

	if (log == NULL) {
		log = xcalloc(1, sizeof *log);
		log->all = logs;
		log->id = m->log;
		LIST_INSERT_HEAD(&logs->list, log, entry);
	} else {
		/* What waits belongs to the file that was. */
		flush(log);
		close_log(log);
		log->is_torn = false;
	}
	log->sink = (enum control_log_sink)m->sink;
	log->format = (enum control_log_format)m->format;
	log->fd = fd;
	ev_io_init(&log->writer, on_writable, fd, EV_WRITE);
	log->writer.data = log;
}

void
access_logs_free(struct access_logs **logs)
{
	struct access_log *log;

	if (*logs == NULL)
		return;
	while ((log = LIST_FIRST(&(*logs)->list)) != NULL) {
		flush(log);
		close_log(log);
		LIST_REMOVE(log, entry);
		buf_clear(&log->queue);
		free(log);
	}
	free(*logs);
	*logs = NULL;
}

/* ---- lines ---- */

void
access_logs_add(struct access_logs *logs, const struct access_entry *e,
    const struct conn *c, uint64_t id)
{
	struct front *f = logs->front;
	struct access_log *log = find(logs, c->listener->log);
	struct buf *b;
	size_t mark;

	if (log == NULL)
		return;
	b = &log->queue;
	if (buf_len(b) >= QUEUE_MAX) {
		log->ndropped++;
		log->dropped_errno = 0;
		tell_dropped(log);
		return;
	}
	if (log->is_torn) {
		buf_put(b, "\n", 1);
		log->is_torn = false;
	}
	mark = buf_len(b);
	if (log->sink == CONTROL_LOG_JOURNAL) {
		buf_put_u32(b, 0);
		access_line_put_journal(b, e, c, id, log->format);
		buf_set_u32(b, mark, (uint32_t)(buf_len(b) - mark - 4));
	} else {
		access_line_put(b, e, c, id, log->format);
		buf_put(b, "\n", 1);
	}
	chan_hub_defer(f->hub, &f->turn);
}
