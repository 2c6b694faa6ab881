/*
 * A worker that was taken over: stands in for eider-worker, zygote and clones,
 * and speaks raw frames.
 *
 * What a clone does is the text of its worker's main module: "serve" answers
 * every request with "ok"; the others are the rows of `deeds`. Nothing here is
 * sandboxed: what a worker can do to others over the channels it was handed is
 * what tests/e2e/test_rogue.py measures.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "ipc/control.h"
#include "ipc/frame.h"
#include "ipc/head.h"
#include "ipc/spec.h"
#include "sandbox/clone.h"
#include "sandbox/sandbox.h"

#define FDS_MAX 3
#define CHANNELS_MAX 64
#define BODY_MAX (IPC_FRAME_MAX)

struct frame {
	struct ipc_header h;
	uint8_t body[BODY_MAX];
	int fds[FDS_MAX];
};

static struct frame in;
static int channels[CHANNELS_MAX];
static size_t nchannels;
static uint32_t last_stream;

/* --- frames --- */

static void
wait_for(int fd, short events)
{
	struct pollfd p = {.fd = fd, .events = events};

	while (poll(&p, 1, -1) == -1 && errno == EINTR)
		continue;
}

static void
take_fds(struct msghdr *m)
{
	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h != NULL;
	     h = CMSG_NXTHDR(m, h))
		memcpy(in.fds, CMSG_DATA(h), h->cmsg_len - CMSG_LEN(0));
}

/* Read exactly N bytes of FD; false at its end. */
static bool
read_exactly(int fd, void *to, size_t n)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int) * FDS_MAX)];
	} control;
	uint8_t *p = to;

	while (n > 0) {
		struct iovec iov = {.iov_base = p, .iov_len = n};
		struct msghdr m = {.msg_iov = &iov,
		    .msg_iovlen = 1,
		    .msg_control = &control,
		    .msg_controllen = sizeof control};
		ssize_t r = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);

		if (r < 0 && (errno == EAGAIN || errno == EINTR)) {
			wait_for(fd, POLLIN);
			continue;
		}
		if (r <= 0)
			return false;
		take_fds(&m);
		p += r;
		n -= (size_t)r;
	}
	return true;
}

static bool
read_frame(int fd)
{
	uint8_t head[IPC_HEADER_SIZE];

	for (size_t i = 0; i < FDS_MAX; i++)
		in.fds[i] = -1;
	if (!read_exactly(fd, head, sizeof head))
		return false;
	ipc_header_get(head, &in.h);
	return in.h.len <= BODY_MAX && read_exactly(fd, in.body, in.h.len);
}

/* Write it all, waiting where need be; stays when its peer has gone. */
static void
put(int fd, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	while (n > 0) {
		ssize_t r = send(fd, p, n, MSG_NOSIGNAL);

		if (r < 0 && (errno == EAGAIN || errno == EINTR)) {
			wait_for(fd, POLLOUT);
			continue;
		}
		while (r <= 0)
			pause(); /* until it is killed */
		p += r;
		n -= (size_t)r;
	}
}

static void
send_frame(int fd, struct ipc_header h, const void *body, size_t len)
{
	uint8_t head[IPC_HEADER_SIZE];

	h.len = (uint32_t)len;
	ipc_header_put(head, &h);
	put(fd, head, sizeof head);
	put(fd, body, len);
}

static void
send_type(int fd, uint16_t type, const void *body, size_t len)
{
	send_frame(fd, (struct ipc_header){.type = type}, body, len);
}

/* --- what it does wrong; each takes the control channel or a data channel ---
 */

static void
flood(int fd, struct ipc_header h, const void *body, size_t len)
{
	for (;;)
		send_frame(fd, h, body, len);
}

static void
flood_requests(int fd)
{
	static const uint8_t target[4];

	flood(fd, (struct ipc_header){.type = IPC_CHANNEL_REQUEST}, target, 4);
}

static void
flood_limits(int fd)
{
	static const uint8_t counts[4 * WORKER_LIMITS];

	flood(fd, (struct ipc_header){.type = IPC_LIMITS_HIT}, counts,
	    sizeof counts);
}

static void
flood_draining(int fd)
{
	flood(fd, (struct ipc_header){.type = IPC_DRAINING}, NULL, 0);
}

static void
flood_garbage(int fd)
{
	uint8_t bytes[4096];

	srandom((unsigned int)getpid());
	for (;;) {
		for (size_t i = 0; i < sizeof bytes; i++)
			bytes[i] = (uint8_t)random();
		put(fd, bytes, sizeof bytes);
	}
}

/* A large message that never ends, of the size that is allowed least. */
static void
begin_large(int fd)
{
	static const uint8_t begin[6] = {IPC_WORKER_FAILED, 0, 0, 0, 0, 64};

	send_type(fd, IPC_BEGIN, begin, sizeof begin);
	memset(in.body, 'x', sizeof in.body);
	flood(fd, (struct ipc_header){.type = IPC_PART}, in.body,
	    sizeof in.body);
}

static void
say_spawned(int fd)
{
	static const uint8_t body[13];

	flood(fd, (struct ipc_header){.type = IPC_SPAWNED}, body, sizeof body);
}

static void
log_for_ever(int fd)
{
	char line[512];

	(void)fd;
	memset(line, 'y', sizeof line);
	line[0] = '4';
	line[sizeof line - 1] = '\n';
	for (;;)
		if (write(CHILD_LOG_FD, line, sizeof line) < 0 &&
		    errno != EAGAIN)
			_exit(0);
}

static void
never_read(int fd)
{
	(void)fd;
	for (;;)
		pause();
}

static void
credit_for_ever(int fd)
{
	flood(fd,
	    (struct ipc_header){
		.type = IPC_CREDIT, .stream = last_stream, .credit = 1},
	    NULL, 0);
}

static void
late_for_ever(int fd)
{
	send_frame(fd,
	    (struct ipc_header){.type = IPC_RESET,
		.stream = last_stream,
		.credit = IPC_RESET_INTERNAL},
	    NULL, 0);
	flood(fd, (struct ipc_header){.type = IPC_RESET, .stream = last_stream},
	    NULL, 0);
}

static void
goaway_for_ever(int fd)
{
	flood(fd, (struct ipc_header){.type = IPC_GOAWAY}, NULL, 0);
}

static void
say_ok(int fd, bool end)
{
	struct buf b;
	size_t mark;

	buf_init(&b);
	mark = head_response_begin(&b, 200, "OK", 2);
	(void)head_finish(&b, mark);
	send_frame(fd,
	    (struct ipc_header){.type = IPC_RESPONSE, .stream = last_stream},
	    buf_peek(&b), buf_len(&b));
	buf_clear(&b);
	if (end)
		send_frame(fd,
		    (struct ipc_header){.type = IPC_DATA,
			.stream = last_stream,
			.flags = IPC_FLAG_END},
		    "ok", 2);
}

/* A body without regard to credit. */
static void
data_for_ever(int fd)
{
	say_ok(fd, false);
	memset(in.body, 'x', sizeof in.body);
	flood(fd, (struct ipc_header){.type = IPC_DATA, .stream = last_stream},
	    in.body, sizeof in.body);
}

static void
heads_for_ever(int fd)
{
	for (;;)
		say_ok(fd, false);
}

/* --- a worker --- */

static const struct {
	const char *name;
	void (*run)(int fd);
	bool on_data; /* with the first request, on its channel */
} deeds[] = {
    {"requests", flood_requests, false},
    {"limits", flood_limits, false},
    {"draining", flood_draining, false},
    {"garbage", flood_garbage, false},
    {"large", begin_large, false},
    {"spawned", say_spawned, false},
    {"log", log_for_ever, false},
    {"deaf", never_read, false},
    {"deaf-data", never_read, true},
    {"garbage-data", flood_garbage, true},
    {"credit", credit_for_ever, true},
    {"late", late_for_ever, true},
    {"goaway", goaway_for_ever, true},
    {"data", data_for_ever, true},
    {"heads", heads_for_ever, true},
};

/* -1: it serves. */
static int
find_deed(const struct control_str *text)
{
	for (size_t i = 0; i < NELEMS(deeds); i++)
		if (strlen(deeds[i].name) == text->len &&
		    memcmp(deeds[i].name, text->p, text->len) == 0)
			return (int)i;
	return -1;
}

static void
say_hello(int fd)
{
	struct control_hello m = {.version = IPC_VERSION, .level = 'B'};
	struct buf b;

	buf_init(&b);
	control_hello_put(&b, &m);
	send_type(fd, IPC_HELLO, buf_peek(&b), buf_len(&b));
	buf_clear(&b);
}

static void
on_control(void)
{
	if (!read_frame(CHILD_CTL_FD) || in.h.type == IPC_DRAIN)
		_exit(0);
	if (in.h.type == IPC_CHANNEL && nchannels < CHANNELS_MAX)
		channels[nchannels++] = in.fds[0];
}

/* False: the channel has ended. */
static bool
on_data(int fd, int deed)
{
	if (!read_frame(fd))
		return false;
	if (in.h.type != IPC_REQUEST)
		return true;
	last_stream = in.h.stream;
	if (deed >= 0 && deeds[deed].on_data)
		deeds[deed].run(fd);
	say_ok(fd, true);
	return true;
}

static void __attribute__((noreturn)) live(const int fds[FDS_MAX])
{
	struct worker_spec spec;
	int deed;

	if (dup2(fds[0], CHILD_CTL_FD) == -1 ||
	    dup2(fds[1], CHILD_LOG_FD) == -1)
		_exit(4);
	fd_close_from(SANDBOX_FD);
	(void)prctl(PR_SET_PDEATHSIG, (unsigned long)SIGKILL);
	(void)prctl(PR_SET_NAME, "eider-worker");
	say_hello(CHILD_CTL_FD);
	do {
		if (!read_frame(CHILD_CTL_FD))
			_exit(0);
	} while (in.h.type != IPC_WORKER_SPEC);
	if (worker_spec_get(in.body, in.h.len, &spec) != 0)
		_exit(5);
	deed = find_deed(&spec.modules[0].bytes);
	worker_spec_clear(&spec);
	send_type(CHILD_CTL_FD, IPC_WORKER_READY, NULL, 0);
	if (deed >= 0 && !deeds[deed].on_data)
		deeds[deed].run(CHILD_CTL_FD);
	for (;;) {
		struct pollfd p[1 + CHANNELS_MAX];
		size_t n = nchannels;

		p[0] = (struct pollfd){CHILD_CTL_FD, POLLIN, 0};
		for (size_t i = 0; i < n; i++)
			p[i + 1] = (struct pollfd){channels[i], POLLIN, 0};
		if (poll(p, n + 1, -1) == -1)
			continue;
		if (p[0].revents != 0)
			on_control();
		for (size_t i = n; i > 0; i--) {
			if (p[i].revents == 0 || on_data(channels[i - 1], deed))
				continue;
			fd_close(&channels[i - 1]);
			channels[i - 1] = channels[--nchannels];
		}
	}
}

int
main(void)
{
	/* Its sandbox's description, which it does not want. */
	while (read(SANDBOX_FD, in.body, sizeof in.body) > 0)
		continue;
	fd_close_from(SANDBOX_FD);
	(void)prctl(PR_SET_NAME, "eider-zygote");
	say_hello(CHILD_CTL_FD);
	for (;;) {
		struct control_spawned m = {.error = 0};
		struct control_spawn order;
		struct ipc_msg msg;
		struct buf b;
		bool placed;
		pid_t pid;

		if (!read_frame(CHILD_CTL_FD))
			return 0;
		msg = (struct ipc_msg){
		    .type = in.h.type, .body = in.body, .len = in.h.len};
		if (control_spawn_get(&msg, &order) != 0)
			return 1;
		pid = clone_sibling(false, -1, &placed);
		if (pid == 0)
			live(in.fds);
		m.cookie = order.cookie;
		m.pid = (uint32_t)pid;
		for (size_t i = 0; i < FDS_MAX; i++)
			fd_close(&in.fds[i]);
		buf_init(&b);
		control_spawned_put(&b, &m);
		send_type(CHILD_CTL_FD, IPC_SPAWNED, buf_peek(&b), buf_len(&b));
		buf_clear(&b);
	}
}
