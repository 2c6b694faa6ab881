/*
 * Log pipes of children.
 *
 * Runs in: supervisor. Every byte read here is a child's, possibly hostile:
 *          it is escaped by log_from(), cut at a length, limited in rate.
 */
#include "config.h"

#include "supervisor/logpipe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/util.h"
#include "sandbox/filter.h"

#define READ_SIZE 8192
#define READS_PER_TURN 4
#define LINES_PER_SECOND 200
#define BURST_S 10 /* as many lines as in this time may come at once */
/* Reading costs the supervisor's time, also of what is dropped. */
#define BYTES_PER_SECOND ((uint64_t)4 << 20)
#define BYTES_BURST ((uint64_t)16 << 20)
#define PAUSE_S 0.1
#define TOKEN 1000u  /* of one line */
#define TELL_MS 1000 /* between counts of dropped lines */

static void
refill(struct logpipe *p)
{
	uint64_t now = clock_now_ms(), ms = now - p->tokens_at_ms;

	/* In thousandths of a line per millisecond. */
	p->tokens = MIN(p->tokens + ms * p->lines_per_second,
	    p->lines_per_second * BURST_S * TOKEN);
	p->bytes = MIN(p->bytes + ms * BYTES_PER_SECOND / 1000, BYTES_BURST);
	p->tokens_at_ms = now;
}

static bool
take_token(struct logpipe *p)
{
	refill(p);
	if (p->tokens < TOKEN)
		return false;
	p->tokens -= TOKEN;
	return true;
}

static void
tell_dropped(struct logpipe *p)
{
	char text[64];
	int n;

	n = snprintf(text, sizeof text, "%llu log lines dropped",
	    (unsigned long long)p->ndropped);
	p->ndropped = 0;
	p->told_at_ms = clock_now_ms();
	log_from(LOG_WARN, p->who, text, (size_t)n);
}

static void
end_line(struct logpipe *p)
{
	const char *text = p->line;
	size_t len = p->line_len;
	enum log_level level = LOG_WARN;

	p->line_len = 0;
	p->is_cut = false;
	if (len == 0)
		return;
	if (text[0] == FILTER_MARK && len <= 8) {
		p->line[len] = '\0';
		p->refused_call = atoi(text + 1);
		return;
	}
	if (text[0] >= '0' + LOG_DEBUG && text[0] <= '0' + LOG_FATAL) {
		level = (enum log_level)(text[0] - '0');
		text++;
		len--;
	}
	if (!log_is_on(level))
		return;
	if (!take_token(p)) {
		p->ndropped++;
		p->ndropped_all++;
		return;
	}
	if (p->ndropped > 0 && p->tokens_at_ms - p->told_at_ms >= TELL_MS)
		tell_dropped(p);
	log_from(level, p->who, text, len);
}

static void
take_bytes(struct logpipe *p, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (bytes[i] == '\n')
			end_line(p);
		else if (p->line_len < sizeof p->line - 1)
			p->line[p->line_len++] = bytes[i];
		else
			p->is_cut = true;
	}
}

/* Read up to TURNS times. Returns false at the end of the pipe. */
static bool
read_some(struct logpipe *p, int turns)
{
	char bytes[READ_SIZE];

	for (int i = 0; i < turns; i++) {
		ssize_t n = read(p->fd, bytes, sizeof bytes);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN;
		if (n == 0)
			return false;
		p->bytes -= MIN(p->bytes, (uint64_t)n);
		take_bytes(p, bytes, (size_t)n);
		if ((size_t)n < sizeof bytes)
			break;
	}
	return true;
}

static void
shut(struct logpipe *p)
{
	if (!p->is_open)
		return;
	end_line(p);
	if (p->ndropped > 0)
		tell_dropped(p);
	ev_io_stop(p->loop, &p->watcher);
	ev_timer_stop(p->loop, &p->pause);
	fd_close(&p->fd);
	p->is_open = false;
}

static void
on_readable(struct ev_loop *loop, ev_io *w, int events)
{
	struct logpipe *p = w->data;

	(void)events;
	refill(p);
	if (p->bytes == 0) {
		ev_io_stop(loop, &p->watcher);
		ev_timer_set(&p->pause, PAUSE_S, 0.0);
		ev_timer_start(loop, &p->pause);
		return;
	}
	if (!read_some(p, READS_PER_TURN))
		shut(p);
}

static void
on_pause_end(struct ev_loop *loop, ev_timer *w, int events)
{
	struct logpipe *p = w->data;

	(void)events;
	ev_io_start(loop, &p->watcher);
}

void
logpipe_start(struct logpipe *p, struct ev_loop *loop, int fd, const char *who,
    uint64_t lines_per_second)
{
	memset(p, 0, sizeof *p);
	p->loop = loop;
	p->who = who;
	p->fd = fd;
	p->is_open = true;
	p->lines_per_second =
	    lines_per_second != 0 ? lines_per_second : LINES_PER_SECOND;
	p->tokens = p->lines_per_second * BURST_S * TOKEN;
	p->bytes = BYTES_BURST;
	p->tokens_at_ms = clock_now_ms();
	p->refused_call = -1;
	ev_io_init(&p->watcher, on_readable, fd, EV_READ);
	ev_timer_init(&p->pause, on_pause_end, 0.0, 0.0);
	p->watcher.data = p->pause.data = p;
	ev_io_start(loop, &p->watcher);
}

void
logpipe_read(struct logpipe *p)
{
	/* A pipe holds 64 KB: as many reads as that takes. */
	if (p->is_open && !read_some(p, 16))
		shut(p);
}

void
logpipe_stop(struct logpipe *p)
{
	logpipe_read(p);
	shut(p);
}
