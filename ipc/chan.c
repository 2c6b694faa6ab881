/*
 * Channels: framed messages over Unix stream sockets.
 *
 * Runs in: every process.
 * Owns:    the socket, what is queued to it, what was received of an
 *          unfinished frame, descriptors received and not yet handed on.
 * Never:   trusts the peer: each frame is checked against messages.def before
 *          a handler sees it, and a bad one ends the channel, nothing else.
 */
#include "config.h"

#include "ipc/chan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <ev.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/util.h"
#include "base/xmalloc.h"

#define CHAN_MAGIC 0xc4a77e15u
#define READ_SIZE (64 * 1024)
#define READS_PER_TURN 8 /* then other channels have a turn */
#define OUT_MAX_DEFAULT ((size_t)4 << 20)
#define HIGH_MARK ((size_t)512 << 10)
#define LOW_MARK ((size_t)128 << 10)
#define FDS_MAX 8 /* descriptors received and not yet claimed */
#define FDS_PER_MESSAGE 3

struct chan_hub {
	struct ev_loop *loop; /* held */
	ev_prepare prepare;
	struct chan *dirty; /* channels with frames queued this turn */
	struct chan_task *tasks, **tasks_tail;
	uint8_t *read_buf; /* READ_SIZE, shared by all channels */
};

/* Descriptors to be sent with the byte at offset `at` of the queue. */
struct attachment {
	struct attachment *next;
	uint64_t at;
	int nfds;
	int fds[FDS_PER_MESSAGE];
};

struct chan {
	uint32_t magic;
	int fd;
	struct chan_hub *hub; /* held */
	struct chan_options o;
	ev_io reader;
	ev_io writer;
	struct chan *dirty_next;
	bool is_dirty;
	bool said_hello; /* the peer's BOOT message has come */
	bool ended;
	bool was_full;
	bool paused;
	bool is_doomed; /* ends at the end of this turn, as overflown */
	bool *freed;    /* set when freed within a callback */

	struct buf in;  /* of an unfinished frame */
	struct buf out; /* frames to write */
	uint64_t out_sent;
	struct attachment *attached, **attached_tail;
	int fds[FDS_MAX];
	size_t nfds;

	uint16_t big_type; /* large message under way, or 0 */
	size_t big_len;
	struct buf big;
};

static void on_prepare(struct ev_loop *, ev_prepare *, int);
static void on_readable(struct ev_loop *, ev_io *, int);
static void on_writable(struct ev_loop *, ev_io *, int);

static const char *const close_texts[CHAN_CLOSE_MAX] = {
#define CLOSE(name_, text_) [CHAN_CLOSE_##name_] = text_,
#include "ipc/closes.def"
#undef CLOSE
};

const char *
chan_close_text(enum chan_close reason)
{
	ASSERT(reason < CHAN_CLOSE_MAX);
	return close_texts[reason];
}

struct chan_hub *
chan_hub_new(struct ev_loop *loop)
{
	struct chan_hub *hub = xcalloc(1, sizeof *hub);

	hub->loop = loop;
	hub->tasks_tail = &hub->tasks;
	hub->read_buf = xmalloc(READ_SIZE);
	ev_prepare_init(&hub->prepare, on_prepare);
	hub->prepare.data = hub;
	ev_prepare_start(loop, &hub->prepare);
	ev_unref(loop); /* does not keep the loop alive */
	return hub;
}

void
chan_hub_free(struct chan_hub **hub)
{
	if (*hub == NULL)
		return;
	ev_ref((*hub)->loop);
	ev_prepare_stop((*hub)->loop, &(*hub)->prepare);
	free((*hub)->read_buf);
	free(*hub);
	*hub = NULL;
}

struct chan *
chan_new(struct chan_hub *hub, int fd, const struct chan_options *options)
{
	struct chan *c = xcalloc(1, sizeof *c);

	c->magic = CHAN_MAGIC;
	c->fd = fd;
	c->hub = hub;
	c->o = *options;
	if (c->o.out_max == 0)
		c->o.out_max = OUT_MAX_DEFAULT;
	c->attached_tail = &c->attached;
	ev_io_init(&c->reader, on_readable, fd, EV_READ);
	ev_io_init(&c->writer, on_writable, fd, EV_WRITE);
	c->reader.data = c->writer.data = c;
	ev_io_start(hub->loop, &c->reader);
	return c;
}

static void
close_fds(int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fd_close(&fds[i]);
}

static void
drop_attachment(struct chan *c)
{
	struct attachment *a = c->attached;

	c->attached = a->next;
	if (c->attached == NULL)
		c->attached_tail = &c->attached;
	close_fds(a->fds, (size_t)a->nfds);
	free(a);
}

static void
unlink_dirty(struct chan *c)
{
	struct chan **p = &c->hub->dirty;

	if (!c->is_dirty)
		return;
	while (*p != c)
		p = &(*p)->dirty_next;
	*p = c->dirty_next;
	c->is_dirty = false;
}

/* Stop all traffic; the object stays until chan_free(). */
static void
shut(struct chan *c)
{
	unlink_dirty(c);
	ev_io_stop(c->hub->loop, &c->reader);
	ev_io_stop(c->hub->loop, &c->writer);
	fd_close(&c->fd);
	close_fds(c->fds, c->nfds);
	c->nfds = 0;
	while (c->attached != NULL)
		drop_attachment(c);
	buf_clear(&c->in);
	buf_clear(&c->out);
	buf_clear(&c->big);
	c->ended = true;
}

void
chan_fail(struct chan *c, enum chan_close reason)
{
	ASSERT(c->magic == CHAN_MAGIC);
	if (c->ended)
		return;
	shut(c);
	c->o.on_close(c->o.arg, reason);
}

/* Write what is queued. Returns 0, or ERR_SYS on a broken socket. */
static int
flush(struct chan *c)
{
	while (buf_len(&c->out) > 0) {
		size_t n = buf_len(&c->out);
		struct attachment *a = c->attached;
		union {
			struct cmsghdr align;
			char space[CMSG_SPACE(sizeof(int) * FDS_PER_MESSAGE)];
		} control;
		struct iovec iov;
		struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
		ssize_t r;

		if (a != NULL && a->at > c->out_sent) {
			n = MIN(n, (size_t)(a->at - c->out_sent));
			a = NULL;
		}
		iov.iov_base = c->out.data + c->out.start;
		iov.iov_len = n;
		if (a != NULL) {
			size_t size = sizeof(int) * (size_t)a->nfds;
			struct cmsghdr *h;

			/* The bytes up to the next attachment only. */
			if (a->next != NULL)
				iov.iov_len =
				    MIN(n, (size_t)(a->next->at - c->out_sent));
			memset(&control, 0, sizeof control);
			m.msg_control = &control;
			m.msg_controllen = CMSG_SPACE(size);
			h = &control.align; /* the first header */
			h->cmsg_level = SOL_SOCKET;
			h->cmsg_type = SCM_RIGHTS;
			h->cmsg_len = CMSG_LEN(size);
			memcpy(CMSG_DATA(h), a->fds, size);
			r = sendmsg(c->fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
		} else {
			r = send(c->fd, iov.iov_base, n,
			    MSG_NOSIGNAL | MSG_DONTWAIT);
		}
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0 && (errno == EAGAIN)) {
			ev_io_start(c->hub->loop, &c->writer);
			return 0;
		}
		if (r < 0)
			return ERR_SYS;
		if (a != NULL)
			drop_attachment(c);
		buf_consume(&c->out, (size_t)r);
		c->out_sent += (uint64_t)r;
	}
	ev_io_stop(c->hub->loop, &c->writer);
	if (c->out.size > HIGH_MARK)
		buf_clear(&c->out); /* give a burst's memory back */
	return 0;
}

/* flush(), and tell the owner what came of it. */
static void
flush_and_tell(struct chan *c)
{
	if (flush(c) != 0) {
		/* What the peer wrote before it left is still to be read. */
		buf_clear(&c->out);
		ev_io_stop(c->hub->loop, &c->writer);
		while (c->attached != NULL)
			drop_attachment(c);
		if (c->paused)
			chan_pause(c, false);
		return;
	}
	if (c->was_full && buf_len(&c->out) <= LOW_MARK) {
		c->was_full = false;
		if (c->o.on_drained != NULL)
			c->o.on_drained(c->o.arg);
	}
}

void
chan_free(struct chan **chan)
{
	struct chan *c = *chan;

	if (c == NULL)
		return;
	ASSERT(c->magic == CHAN_MAGIC);
	if (!c->ended) {
		(void)flush(c);
		shut(c);
	}
	if (c->freed != NULL)
		*c->freed = true;
	c->magic = 0;
	free(c);
	*chan = NULL;
}

void
chan_hub_defer(struct chan_hub *hub, struct chan_task *task)
{
	if (task->is_queued)
		return;
	task->is_queued = true;
	task->next = NULL;
	*hub->tasks_tail = task;
	hub->tasks_tail = &task->next;
}

static void
unlink_task(struct chan_hub *hub, struct chan_task **at)
{
	struct chan_task *task = *at;

	*at = task->next;
	if (hub->tasks_tail == &task->next)
		hub->tasks_tail = at;
	task->is_queued = false;
}

void
chan_hub_cancel(struct chan_hub *hub, struct chan_task *task)
{
	for (struct chan_task **p = &hub->tasks; *p != NULL; p = &(*p)->next) {
		if (*p == task) {
			unlink_task(hub, p);
			return;
		}
	}
}

static void
run_tasks(struct chan_hub *hub)
{
	while (hub->tasks != NULL) {
		struct chan_task *task = hub->tasks;

		unlink_task(hub, &hub->tasks);
		task->run(task);
	}
}

void
chan_hub_flush(struct chan_hub *hub)
{
	run_tasks(hub);
	while (hub->dirty != NULL) {
		struct chan *c = hub->dirty;

		hub->dirty = c->dirty_next;
		c->is_dirty = false;
		if (c->is_doomed)
			chan_fail(c, CHAN_CLOSE_OVERFLOW);
		else
			flush_and_tell(c);
		run_tasks(hub);
	}
}

static void
on_prepare(struct ev_loop *loop, ev_prepare *w, int events)
{
	(void)loop;
	(void)events;
	chan_hub_flush(w->data);
}

static void
mark_dirty(struct chan *c)
{
	if (c->is_dirty || ev_is_active(&c->writer))
		return;
	c->is_dirty = true;
	c->dirty_next = c->hub->dirty;
	c->hub->dirty = c;
}

/* Queue a frame without a look at the limit. */
static void
queue_frame(struct chan *c, const struct ipc_header *h, const void *body)
{
	uint8_t *p = buf_reserve(&c->out, IPC_HEADER_SIZE + h->len);

	ipc_header_put(p, h);
	if (h->len > 0)
		memcpy(p + IPC_HEADER_SIZE, body, h->len);
	buf_added(&c->out, IPC_HEADER_SIZE + h->len);
	if (buf_len(&c->out) > HIGH_MARK)
		c->was_full = true;
	mark_dirty(c);
}

/*
 * Is there room for one more message? If the peer does not read, the channel
 * ends at the end of this turn: nobody expects on_close while sending.
 */
static bool
has_room(struct chan *c)
{
	if (c->ended || c->is_doomed)
		return false;
	if (buf_len(&c->out) <= c->o.out_max)
		return true;
	c->is_doomed = true;
	ev_io_stop(c->hub->loop, &c->writer);
	mark_dirty(c);
	return false;
}

void
chan_send_frame(struct chan *c, const struct ipc_header *h, const void *body)
{
	ASSERT(c->magic == CHAN_MAGIC && h->len <= IPC_FRAME_MAX);
	if (has_room(c))
		queue_frame(c, h, body);
}

static void
send_parts(struct chan *c, enum ipc_type type, const uint8_t *body, size_t len)
{
	struct ipc_header h = {.type = IPC_BEGIN, .len = 6};
	uint8_t begin[6] = {(uint8_t)type, (uint8_t)((unsigned)type >> 8),
	    (uint8_t)len, (uint8_t)(len >> 8), (uint8_t)(len >> 16),
	    (uint8_t)(len >> 24)};

	queue_frame(c, &h, begin);
	h.type = IPC_PART;
	for (size_t done = 0; done < len; done += h.len) {
		h.len = (uint32_t)MIN(len - done, IPC_FRAME_MAX);
		queue_frame(c, &h, body + done);
	}
	h.type = IPC_END;
	h.len = 0;
	queue_frame(c, &h, NULL);
}

static void
attach(struct chan *c, const int *fds, int nfds)
{
	struct attachment *a = xcalloc(1, sizeof *a);

	a->at = c->out_sent + buf_len(&c->out);
	a->nfds = nfds;
	memcpy(a->fds, fds, sizeof(int) * (size_t)nfds);
	*c->attached_tail = a;
	c->attached_tail = &a->next;
}

void
chan_send(struct chan *c, enum ipc_type type, const void *body, size_t len,
    int *fds)
{
	const struct ipc_spec *spec = ipc_spec(type);
	struct ipc_header h = {.type = (uint16_t)type, .len = (uint32_t)len};

	ASSERT(c->magic == CHAN_MAGIC && spec != NULL && len <= spec->max);
	ASSERT((spec->from & c->o.self) != 0 && (spec->to & c->o.peer) != 0);
	ASSERT((spec->fds > 0) == (fds != NULL));
	ASSERT(spec->fds <= FDS_PER_MESSAGE);
	if (!has_room(c)) {
		if (fds != NULL)
			close_fds(fds, spec->fds);
		return;
	}
	if (fds != NULL)
		attach(c, fds, spec->fds);
	if (len > IPC_FRAME_MAX)
		send_parts(c, type, body, len);
	else
		queue_frame(c, &h, body);
}

bool
chan_is_full(const struct chan *c)
{
	return c->was_full;
}

size_t
chan_queued(const struct chan *c)
{
	return buf_len(&c->out);
}

void
chan_pause(struct chan *c, bool paused)
{
	ASSERT(c->magic == CHAN_MAGIC);
	if (c->ended || c->paused == paused)
		return;
	c->paused = paused;
	if (paused) {
		ev_io_stop(c->hub->loop, &c->reader);
	} else {
		ev_io_start(c->hub->loop, &c->reader);
		/* Whole frames may wait in the buffer. */
		ev_feed_event(c->hub->loop, &c->reader, EV_CUSTOM);
	}
}

/* Call the handler of a checked message. Returns false when C is gone. */
static bool
deliver(struct chan *c, struct ipc_msg *m, const struct ipc_spec *spec)
{
	static const enum chan_close reasons[] = {
	    [-ERR_PROTO] = CHAN_CLOSE_BODY,
	    [-ERR_STATE] = CHAN_CLOSE_STREAM,
	    [-ERR_LIMIT] = CHAN_CLOSE_CREDIT,
	};
	bool freed = false;
	int fds[FDS_PER_MESSAGE] = {-1, -1, -1};
	int r;

	if (spec->fds > c->nfds) {
		chan_fail(c, CHAN_CLOSE_FDS);
		return false;
	}
	if (c->o.admit != NULL && !c->o.admit(c->o.arg, m->type)) {
		chan_fail(c, CHAN_CLOSE_FLOOD);
		return false;
	}
	memcpy(fds, c->fds, sizeof(int) * spec->fds);
	c->nfds -= spec->fds;
	memmove(c->fds, c->fds + spec->fds, sizeof(int) * c->nfds);
	m->fds = fds;
	c->freed = &freed;
	r = c->o.handlers[m->type](c->o.arg, m);
	close_fds(fds, NELEMS(fds));
	if (freed)
		return false;
	c->freed = NULL;
	if (c->ended)
		return false;
	if (r != 0) {
		ASSERT(r < 0 && (size_t)-r < NELEMS(reasons));
		chan_fail(c, reasons[-r]);
		return false;
	}
	return true;
}

/* May the peer send this message now? Returns CHAN_CLOSE_MAX for yes. */
static enum chan_close
check(struct chan *c, const struct ipc_spec *spec, unsigned int type,
    size_t len)
{
	if (spec == NULL)
		return CHAN_CLOSE_TYPE;
	if ((spec->from & c->o.peer) == 0 || (spec->to & c->o.self) == 0 ||
	    c->o.handlers[type] == NULL)
		return CHAN_CLOSE_DIRECTION;
	if (len > spec->max)
		return CHAN_CLOSE_SIZE;
	if (spec->phase == IPC_PHASE_BOOT && c->said_hello)
		return CHAN_CLOSE_PHASE;
	if (spec->phase == IPC_PHASE_READY && !c->said_hello &&
	    (c->o.peer & IPC_PARTY_FZW) != 0 && (c->o.self & IPC_PARTY_S) != 0)
		return CHAN_CLOSE_PHASE;
	c->said_hello = true;
	return CHAN_CLOSE_MAX;
}

/* BEGIN, PART and END. Returns false when C is gone. */
static bool
assemble(struct chan *c, const struct ipc_header *h, const uint8_t *body)
{
	struct ipc_msg m = {.type = c->big_type};
	enum chan_close reason = CHAN_CLOSE_ASSEMBLY;
	struct buf whole;
	struct rd r;
	bool alive;

	switch (h->type) {
	case IPC_BEGIN:
		rd_init(&r, body, h->len);
		m.type = rd_u16(&r);
		c->big_len = rd_u32(&r);
		if (rd_end(&r) != 0 || c->big_type != 0 || m.type <= IPC_END ||
		    c->big_len <= IPC_FRAME_MAX)
			break;
		if (c->big_len > c->o.assembly_max) {
			reason = CHAN_CLOSE_SIZE;
			break;
		}
		reason = check(c, ipc_spec(m.type), m.type, c->big_len);
		if (reason != CHAN_CLOSE_MAX)
			break;
		c->big_type = m.type;
		return true;
	case IPC_PART:
		if (c->big_type == 0 || h->len == 0 ||
		    buf_len(&c->big) + h->len > c->big_len)
			break;
		buf_put(&c->big, body, h->len);
		return true;
	case IPC_END:
		if (c->big_type == 0 || h->len != 0 ||
		    buf_len(&c->big) != c->big_len)
			break;
		whole = c->big; /* survives the channel */
		buf_init(&c->big);
		m.body = buf_peek(&whole);
		m.len = buf_len(&whole);
		c->big_type = 0;
		alive = deliver(c, &m, ipc_spec(m.type));
		buf_clear(&whole);
		return alive;
	default:
		break;
	}
	chan_fail(c, reason);
	return false;
}

static bool
handle_frame(struct chan *c, const struct ipc_header *h, const uint8_t *body)
{
	const struct ipc_spec *spec = ipc_spec(h->type);
	struct ipc_msg m = {.type = h->type,
	    .flags = h->flags,
	    .stream = h->stream,
	    .credit = h->credit,
	    .body = body,
	    .len = h->len};
	enum chan_close bad;

	if (spec != NULL && spec->phase == IPC_PHASE_FRAME)
		return assemble(c, h, body);
	bad = check(c, spec, h->type, h->len);
	if (bad != CHAN_CLOSE_MAX) {
		chan_fail(c, bad);
		return false;
	}
	return deliver(c, &m, spec);
}

/*
 * Handle the whole frames among N bytes at P. Returns how many bytes were
 * used, or -1 when C is gone.
 */
static ssize_t
handle_bytes(struct chan *c, const uint8_t *p, size_t n)
{
	size_t used = 0;

	while (n - used >= IPC_HEADER_SIZE && !c->paused) {
		struct ipc_header h;

		ipc_header_get(p + used, &h);
		if (h.len > IPC_FRAME_MAX) {
			chan_fail(c, CHAN_CLOSE_LENGTH);
			return -1;
		}
		if (n - used < IPC_HEADER_SIZE + h.len)
			break;
		used += IPC_HEADER_SIZE;
		if (!handle_frame(c, &h, p + used))
			return -1;
		used += h.len;
	}
	return (ssize_t)used;
}

/* Keep the descriptors of a received message. Returns 0 or ERR_LIMIT. */
static int
keep_fds(struct chan *c, struct msghdr *m)
{
	int r = (m->msg_flags & MSG_CTRUNC) != 0 ? ERR_LIMIT : 0;

	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h != NULL;
	     h = CMSG_NXTHDR(m, h)) {
		size_t n;

		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
			continue;
		n = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(h) + i * sizeof fd, sizeof fd);
			if (c->nfds < FDS_MAX) {
				c->fds[c->nfds++] = fd;
			} else {
				fd_close(&fd);
				r = ERR_LIMIT;
			}
		}
	}
	return r;
}

/* Receive into P. Returns bytes, 0 at the end, -1 with errno. */
static ssize_t
receive(struct chan *c, uint8_t *p, size_t n)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int) * FDS_MAX)];
	} control;
	struct iovec iov = {.iov_base = p, .iov_len = n};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
	ssize_t r;

	if (!c->o.takes_fds)
		return recv(c->fd, p, n, MSG_DONTWAIT);
	m.msg_control = &control;
	m.msg_controllen = sizeof control;
	r = recvmsg(c->fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (r >= 0 && keep_fds(c, &m) != 0) {
		errno = EPROTO;
		return -1;
	}
	return r;
}

/* Go on with frames that waited while the channel was paused. Returns false
 * when C is gone or paused again. */
static bool
handle_waiting(struct chan *c)
{
	struct buf in = c->in;
	ssize_t used;

	if (buf_len(&in) == 0)
		return true;
	buf_init(&c->in);
	used = handle_bytes(c, buf_peek(&in), buf_len(&in));
	if (used >= 0) {
		buf_consume(&in, (size_t)used);
		c->in = in;
		return !c->paused;
	}
	buf_clear(&in);
	return false;
}

static void
on_readable(struct ev_loop *loop, ev_io *w, int events)
{
	struct chan *c = w->data;
	uint8_t *p = c->hub->read_buf;

	(void)loop;
	(void)events;
	ASSERT(c->magic == CHAN_MAGIC);
	if (c->ended || c->paused || !handle_waiting(c))
		return;
	for (int i = 0; i < READS_PER_TURN; i++) {
		size_t have = buf_len(&c->in);
		ssize_t n, used;

		/* Behind the start of an unfinished frame, in one piece. */
		if (have > 0)
			p = buf_reserve(&c->in, READ_SIZE);
		else
			p = c->hub->read_buf;
		n = receive(c, p, READ_SIZE);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN))
			return;
		if (n <= 0) {
			chan_fail(c, n == 0 ? CHAN_CLOSE_EOF : CHAN_CLOSE_IO);
			return;
		}
		if (have > 0) {
			buf_added(&c->in, (size_t)n);
			if (!handle_waiting(c))
				return;
		} else {
			used = handle_bytes(c, p, (size_t)n);
			if (used < 0)
				return;
			buf_put(&c->in, p + used, (size_t)(n - used));
			if (c->paused)
				return;
		}
		if (buf_len(&c->in) == 0 && c->in.data != NULL)
			buf_clear(&c->in);
		if (n < READ_SIZE)
			return;
	}
}

static void
on_writable(struct ev_loop *loop, ev_io *w, int events)
{
	struct chan *c = w->data;

	(void)loop;
	(void)events;
	ASSERT(c->magic == CHAN_MAGIC);
	flush_and_tell(c);
}
