/*
 * Fuzzer of what the supervisor makes of a worker's control channel.
 *
 * Worker "a", which is bound to "b" and to itself, writes the input. Its first
 * byte says what comes before: nothing, HELLO, or HELLO and READY. Clones are
 * ordered of nobody: cloner_order() is replaced by one that keeps the child's
 * ends for the fuzzer.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <ev.h>

#include "base/buf.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/util.h"
#include "conf/conf.h"
#include "ipc/control.h"
#include "ipc/frame.h"
#include "supervisor/cloner.h"
#include "supervisor/generation.h"
#include "supervisor/proc.h"
#include "supervisor/tenants.h"
#include "supervisor/workers.h"

#define TURNS 4
#define ORDERS_MAX 16

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* In place of the ones in supervisor/cloner.c, by the linker. */
void __wrap_cloner_order(struct cloner *c, const struct cloner_order *order,
    cloner_done done, void *arg);
void __wrap_cloner_forget(struct cloner *c, void *arg);

struct order {
	cloner_done done; /* NULL: forgotten */
	void *arg;
	int ctl_fd;
	int log_fd;
};

static struct order orders[ORDERS_MAX];
static size_t norders;
static struct ev_loop *loop;
static struct chan_hub *hub;
static struct sandbox_plan *plan;
static struct generation *generation;

static const char config[] =
    "[socket s]\naddress = *:1\nservice = a\n"
    "[worker a]\ncompatibilityDate = 2026-01-01\nmodules = m esModule x\n"
    "bindings = B service b\nbindings = SELF service a\n"
    "bindings = T text t\nglobalOutbound = b\n"
    "[worker b]\ncompatibilityDate = 2026-01-01\nmodules = m esModule x\n"
    "instances = 2\n";

void
__wrap_cloner_order(struct cloner *c, const struct cloner_order *order,
    cloner_done done, void *arg)
{
	(void)c;
	ASSERT(norders < ORDERS_MAX);
	orders[norders++] = (struct order){.done = done,
	    .arg = arg,
	    .ctl_fd = order->ctl_fd,
	    .log_fd = order->log_fd};
}

void
__wrap_cloner_forget(struct cloner *c, void *arg)
{
	(void)c;
	for (size_t i = 0; i < norders; i++)
		if (orders[i].arg == arg)
			orders[i].done = NULL;
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct sandbox_plan_options o = {.mode = SANDBOX_NONE};
	struct conf_options co = {.is_hermetic = true};
	struct conf_errors errors;
	struct conf *conf = NULL;
	char why[256];
	int null_fd;

	(void)argc;
	(void)argv;
	null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	log_init(LOG_SINK_TEXT, null_fd, LOG_FATAL);
	conf_errors_init(&errors);
	if (conf_load_text("t", config, sizeof config - 1, &co, &errors,
		&conf) != 0 ||
	    sandbox_plan_new(&o, &plan, why, sizeof why) != 0)
		abort();
	conf_errors_clear(&errors);
	generation = generation_new(conf, 1);
	loop = ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV);
	hub = chan_hub_new(loop);
	return 0;
}

static void
turn(void)
{
	for (int i = 0; i < TURNS; i++)
		ev_run(loop, EVRUN_NOWAIT);
}

static void
write_all(int fd, const void *p, size_t n)
{
	/* What does not fit is dropped: the peer has ended, or never reads. */
	if (n > 0 && send(fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		errno = 0;
}

static void
write_frame(int fd, uint16_t type, const struct buf *body)
{
	struct ipc_header h = {.type = type, .len = (uint32_t)buf_len(body)};
	uint8_t head[IPC_HEADER_SIZE];

	ipc_header_put(head, &h);
	write_all(fd, head, sizeof head);
	write_all(fd, buf_peek(body), buf_len(body));
}

static void
begin_life(int fd, unsigned int how)
{
	struct control_hello m = {.version = IPC_VERSION, .level = 'B'};
	struct buf b;

	buf_init(&b);
	if (how > 0) {
		control_hello_put(&b, &m);
		write_frame(fd, IPC_HELLO, &b);
	}
	buf_clear(&b);
	buf_init(&b);
	if (how > 1)
		write_frame(fd, IPC_WORKER_READY, &b);
	buf_clear(&b);
}

/* No process was ever made: each life ends as lost. */
static void
lose_all(void)
{
	for (size_t i = 0; i < norders; i++) {
		struct order o = orders[i];

		fd_close(&o.ctl_fd);
		fd_close(&o.log_fd);
		if (o.done != NULL)
			o.done(o.arg, 0, false, ECHILD);
		turn();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct procs *procs;
	struct tenants_options to = {.loop = loop, .plan = plan};
	struct workers_options wo = {.loop = loop};
	struct workers *ws;

	if (size < 1)
		return 0;
	norders = 0;
	procs = procs_new(loop, hub);
	to.procs = wo.procs = procs;
	wo.tenants = tenants_new(&to);
	ws = workers_new(&wo);
	workers_configure(ws, generation, 0);
	if (workers_start(ws, "a") != 0 || norders != 1)
		abort();
	begin_life(orders[0].ctl_fd, data[0] % 3);
	write_all(orders[0].ctl_fd, data + 1, size - 1);
	turn();
	workers_drain(ws, 0);
	lose_all();
	turn();
	ASSERT(procs_count(procs) == 0);
	procs_free(&procs);
	workers_free(&ws);
	tenants_free(&wo.tenants);
	return 0;
}
