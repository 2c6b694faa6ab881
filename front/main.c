/*
 * eider-front: accepts connections and speaks HTTP with clients, asks workers
 * over channels. Started by the supervisor, never by hand.
 *
 * May:   accept from the sockets it was handed, use the channels it was
 *        handed.
 * Never: opens files, connects out, executes; the sandbox sees to it.
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <ev.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/util.h"
#include "front/front.h"
#include "front/tls.h"
#include "sandbox/sandbox.h"

#define REPORT_MAX 256

static void
on_drained(struct front *f)
{
	ev_break(f->loop, EVBREAK_ALL);
}

/* Leave descriptors for channels, whatever the system allows. */
static void
bound_connections(struct front *f)
{
	struct rlimit rl;
	uint64_t most;

	if (getrlimit(RLIMIT_NOFILE, &rl) == -1)
		fatal("cannot read the limit of open files: %s",
		    strerror(errno));
	most = rl.rlim_max == RLIM_INFINITY ? UINT64_MAX : rl.rlim_max;
	f->connections_max = MAX(1, most / 4 * 3);
	front_set_limits(f, &f->limits);
}

/* The last step before the first byte of a peer. */
static void
enter_sandbox(struct front *f, struct sandbox *sandbox)
{
	const struct sandbox_options options = {.log_fd = CHILD_LOG_FD};
	static const char levels[] = {
	    [SANDBOX_LEVEL_NONE] = '-',
	    [SANDBOX_LEVEL_C] = 'C',
	    [SANDBOX_LEVEL_B] = 'B',
	    [SANDBOX_LEVEL_A] = 'A',
	};
	struct sandbox_report report;
	char text[REPORT_MAX];

	if (sandbox_enter(sandbox, ROLE_FRONT, &options, &report) != 0)
		fatal("sandbox: %s: %s",
		    report.failed == NULL ? "?" : report.failed,
		    strerror(report.failed_errno));
	sandbox_layers_text(report.layers, text, sizeof text);
	front_send_hello(f, levels[report.level], text);
}

int
main(int argc, char **argv)
{
	struct sandbox *sandbox = NULL;
	enum log_level level = LOG_INFO;
	struct ev_loop *loop;
	struct front *f;

	/* The supervisor names the level that is on. */
	if ((argc > 1 && log_level_parse(argv[1], &level) != 0) ||
	    fd_set_nonblock(CHILD_CTL_FD) != 0) {
		fputs("eider-front is started by eider, not by hand\n", stderr);
		return 2;
	}
	log_init(LOG_SINK_PIPE, CHILD_LOG_FD, level);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* an access log at its limit */
	loop = ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV | EVFLAG_NOSIGMASK);
	if (loop == NULL)
		fatal("cannot make an event loop: %s", strerror(errno));
	f = front_new(loop, CHILD_CTL_FD);
	f->on_drained = on_drained;
	bound_connections(f);
	if (sandbox_load(SANDBOX_FD, &sandbox) != 0)
		fatal("cannot load the sandbox: %s", strerror(errno));
	tls_prepare();
	enter_sandbox(f, sandbox);
	sandbox_free(&sandbox);
	ev_run(loop, 0);
	front_free(&f);
	ev_loop_destroy(loop);
	return 0;
}
