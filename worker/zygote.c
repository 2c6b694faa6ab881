/*
 * eider-worker: the zygote, and the first steps of its clones.
 *
 * Runs in: zygote, which holds a warm heap, no secret and nothing of a tenant;
 *          then in each clone up to worker_run().
 * May:     read orders of the supervisor, clone.
 * Never:   sees tenant code, draws a random number that a clone would share.
 *
 * Orders are read without the channel layer and its loop, so that a clone
 * inherits neither, and what an order said is wiped before the next clone.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/util.h"
#include "ipc/control.h"
#include "ipc/frame.h"
#include "sandbox/clone.h"
#include "sandbox/sandbox.h"
#include "worker/engine/engine.h"
#include "worker/run.h"
#include "worker/warm.h"

#define BODY_MAX 4096
#define SPAWN_FDS 2
#define SPAWN_FDS_MAX 3 /* with a control group */

struct zygote {
	struct engine *engine;
	struct sandbox *sandbox;
	size_t data_bytes; /* private memory of the warm process */
};

struct order {
	struct control_spawn spawn;
	int fds[SPAWN_FDS_MAX]; /* control, log, group or -1 */
};

/* Where an order is read to; wiped before each clone. */
static uint8_t frame[IPC_HEADER_SIZE + BODY_MAX];

/* --- warming up --- */

static void
init_log(int argc, char **argv)
{
	enum log_level level = LOG_INFO;

	if (argc > 1)
		(void)log_level_parse(argv[1], &level);
	log_init(LOG_SINK_PIPE, CHILD_LOG_FD, level);
}

/* Private memory in use, from the sixth field of statm; 0 if not known. */
static size_t
read_data_bytes(void)
{
	unsigned long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f == NULL)
		return 0;
	if (fscanf(f, "%*u %*u %*u %*u %*u %lu", &pages) != 1)
		pages = 0;
	fclose(f);
	return (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void
enter_sandbox(struct zygote *z, struct sandbox_report *report)
{
	struct sandbox_options options = {.log_fd = CHILD_LOG_FD};

	if (sandbox_enter(z->sandbox, ROLE_ZYGOTE, &options, report) != 0)
		fatal("cannot enter the sandbox: %s: %s", report->failed,
		    strerror(report->failed_errno));
}

/* --- frames --- */

static void
wait_for(short events)
{
	struct pollfd p = {.fd = CHILD_CTL_FD, .events = events};

	while (poll(&p, 1, -1) == -1 && errno == EINTR)
		continue;
}

static void
send_frame(uint16_t type, const struct buf *body)
{
	struct ipc_header h = {.type = type, .len = (uint32_t)buf_len(body)};
	uint8_t bytes[IPC_HEADER_SIZE + 512];
	size_t len = IPC_HEADER_SIZE + h.len, done = 0;

	ASSERT(len <= sizeof bytes);
	ipc_header_put(bytes, &h);
	memcpy(bytes + IPC_HEADER_SIZE, buf_peek(body), h.len);
	while (done < len) {
		ssize_t n =
		    send(CHILD_CTL_FD, bytes + done, len - done, MSG_NOSIGNAL);

		if (n > 0)
			done += (size_t)n;
		else if (errno == EAGAIN)
			wait_for(POLLOUT);
		else if (errno != EINTR)
			_exit(WORKER_EXIT_SUPERVISOR);
	}
}

static void
say_hello(const struct sandbox_report *report)
{
	struct control_hello m = {.version = IPC_VERSION};
	char text[256];
	struct buf b;

	m.level = (uint8_t)sandbox_level_name(report->level)[0];
	sandbox_layers_text(report->layers, text, sizeof text);
	m.report = (struct control_str){text, strlen(text)};
	buf_init(&b);
	control_hello_put(&b, &m);
	send_frame(IPC_HELLO, &b);
	buf_clear(&b);
}

static void
take_fds(struct msghdr *m, int fds[SPAWN_FDS_MAX])
{
	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h != NULL;
	     h = CMSG_NXTHDR(m, h)) {
		size_t len = h->cmsg_len - CMSG_LEN(0);

		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS ||
		    h->cmsg_len < CMSG_LEN(0) ||
		    len > sizeof(int) * SPAWN_FDS_MAX || fds[0] != -1)
			fatal("descriptors that belong to no order");
		memcpy(fds, CMSG_DATA(h), len);
	}
}

/* Read exactly N bytes, and the descriptors that come with them. */
static void
read_exactly(uint8_t *p, size_t n, int fds[SPAWN_FDS_MAX])
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int) * SPAWN_FDS_MAX)];
	} control;

	while (n > 0) {
		struct iovec iov = {.iov_base = p, .iov_len = n};
		struct msghdr m = {.msg_iov = &iov,
		    .msg_iovlen = 1,
		    .msg_control = &control,
		    .msg_controllen = sizeof control};
		ssize_t r = recvmsg(CHILD_CTL_FD, &m, MSG_CMSG_CLOEXEC);

		if (r == 0)
			_exit(WORKER_EXIT_DONE); /* the supervisor ended */
		if (r < 0 && errno == EAGAIN) {
			wait_for(POLLIN);
			continue;
		}
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			fatal("control channel: %s", strerror(errno));
		take_fds(&m, fds);
		p += r;
		n -= (size_t)r;
	}
}

static void
read_order(struct order *o)
{
	struct ipc_header h;
	struct ipc_msg msg;

	for (size_t i = 0; i < SPAWN_FDS_MAX; i++)
		o->fds[i] = -1;
	read_exactly(frame, IPC_HEADER_SIZE, o->fds);
	ipc_header_get(frame, &h);
	if ((h.type != IPC_SPAWN && h.type != IPC_SPAWN_INTO) ||
	    h.len > BODY_MAX)
		fatal("an order that is none: type %u, %u bytes", h.type,
		    h.len);
	read_exactly(frame + IPC_HEADER_SIZE, h.len, o->fds);
	msg = (struct ipc_msg){
	    .type = h.type, .body = frame + IPC_HEADER_SIZE, .len = h.len};
	if (control_spawn_get(&msg, &o->spawn) != 0 ||
	    o->fds[SPAWN_FDS - 1] == -1 ||
	    (o->fds[SPAWN_FDS] != -1) != (h.type == IPC_SPAWN_INTO))
		fatal("malformed order");
	/* Nothing of it but numbers is needed; clones shall not read it. */
	o->spawn.name = (struct control_str){NULL, 0};
	explicit_bzero(frame, sizeof frame);
}

/* --- clones --- */

/*
 * The stack protector's canary is the zygote's, as is all of the layout; give
 * the clone its own. Only in a function that never returns, from one that is
 * not protected.
 */
static inline __attribute__((always_inline)) void
reseed_canary(void)
{
#if defined(__x86_64__) && !defined(EIDER_SANITIZE)
	uint64_t canary;

	if (getrandom(&canary, sizeof canary, 0) == (ssize_t)sizeof canary) {
		canary &= ~(uint64_t)0xff; /* a string ends at its first byte */
		__asm__ volatile("mov %0, %%fs:0x28" : : "r"(canary) :);
	}
#endif
}

/* 3 control, 4 log, also for what libraries write; nothing else is open. */
static void
place_fds(const struct order *o)
{
	if (dup2(o->fds[0], CHILD_CTL_FD) == -1 ||
	    dup2(o->fds[1], CHILD_LOG_FD) == -1 ||
	    dup2(o->fds[1], STDOUT_FILENO) == -1 ||
	    dup2(o->fds[1], STDERR_FILENO) == -1)
		_exit(WORKER_EXIT_FATAL);
	fd_close_from(SANDBOX_FD);
}

static int
live(struct zygote *z, const struct order *o)
{
	struct sandbox_options options = {
	    .log_fd = CHILD_LOG_FD, .uid = o->spawn.uid};
	struct sandbox_report report;
	struct worker *w;

	place_fds(o);
	(void)prctl(PR_SET_NAME, "eider-worker");
	engine_after_fork(z->engine);
	w = worker_prepare(z->engine, CHILD_CTL_FD);
	if (w == NULL)
		fatal("cannot prepare: %s", strerror(errno));
	if (z->data_bytes > 0 && o->spawn.memory_max > 0)
		options.memory_bytes =
		    z->data_bytes +
		    (size_t)MIN(o->spawn.memory_max, SIZE_MAX / 2);
	if (sandbox_enter(z->sandbox, ROLE_WORKER, &options, &report) != 0)
		fatal("cannot enter the sandbox: %s: %s", report.failed,
		    strerror(report.failed_errno));
	return worker_run(w, &report);
}

static void __attribute__((noreturn, no_stack_protector, noinline))
begin_life(struct zygote *z, const struct order *o)
{
	reseed_canary();
	_exit(live(z, o));
}

static void
carry_out(struct zygote *z, struct order *o)
{
	struct control_spawned m = {.cookie = o->spawn.cookie};
	struct buf b;
	pid_t pid;

	pid = clone_sibling(sandbox_has_pid_namespaces(z->sandbox),
	    o->fds[SPAWN_FDS], &m.is_placed);
	if (pid == 0)
		begin_life(z, o);
	m.error = pid == -1 ? (uint32_t)errno : 0;
	m.pid = pid == -1 ? 0 : (uint32_t)pid;
	for (size_t i = 0; i < SPAWN_FDS_MAX; i++)
		fd_close(&o->fds[i]);
	buf_init(&b);
	control_spawned_put(&b, &m);
	send_frame(IPC_SPAWNED, &b);
	buf_clear(&b);
}

int
main(int argc, char **argv)
{
	struct zygote z;
	struct sandbox_report report;

	init_log(argc, argv);
	memset(&z, 0, sizeof z);
	(void)prctl(PR_SET_NAME, "eider-zygote");
	z.engine = warm_engine_new();
	/* Meanwhile the supervisor has found out what it will be. */
	if (sandbox_load(SANDBOX_FD, &z.sandbox) != 0)
		fatal("%s is started by eider, not by hand", argv[0]);
	z.data_bytes = read_data_bytes();
	enter_sandbox(&z, &report);
	say_hello(&report);
	for (;;) {
		struct order o;

		read_order(&o);
		carry_out(&z, &o);
	}
}
