/*
 * eider ctl: ask a running supervisor.
 *
 * Runs in: the operator's command, not the supervisor.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "supervisor/cli.h"
#include "supervisor/ctl.h"

#define ANSWER_S 30

static const struct {
	const char *name, *worker, *text;
} requests[] = {
#define REQUEST(name_, function_, worker_, text_) {#name_, #worker_, (text_)},
#include "supervisor/requests.def"
#undef REQUEST
};

static bool
is_request(const char *name)
{
	for (size_t i = 0; i < NELEMS(requests); i++)
		if (name != NULL && strcmp(requests[i].name, name) == 0)
			return true;
	return false;
}

static int
print_requests(void)
{
	fputs("eider ctl: a request is one of\n", stderr);
	for (size_t i = 0; i < NELEMS(requests); i++)
		fprintf(stderr, "  %-6s %-8s %s\n", requests[i].name,
		    strcmp(requests[i].worker, "NONE") == 0       ? ""
		    : strcmp(requests[i].worker, "REQUIRED") == 0 ? "WORKER"
								  : "[WORKER]",
		    requests[i].text);
	return CLI_EXIT_USAGE;
}

/* The line of the request that CLI says; owned by the caller. */
static char *
make_line(const struct cli *cli)
{
	return xasprintf("%s%s%s%s%s\n", cli->argument,
	    cli->json ? " json" : "", cli->follow ? " follow" : "",
	    cli->detail != NULL ? " :" : "",
	    cli->detail != NULL ? cli->detail : "");
}

/* Returns the connection, or -1 with errno. */
static int
connect_to(const char *path)
{
	struct timeval limit = {.tv_sec = ANSWER_S};
	struct sockaddr_un un;
	int fd;

	memset(&un, 0, sizeof un);
	un.sun_family = AF_UNIX;
	if (strlen(path) >= sizeof un.sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(un.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	if (connect(fd, (const struct sockaddr *)&un, sizeof un) == 0)
		return fd;
	fd_close(&fd);
	return -1;
}

/*
 * Copy the answer out. Returns an exit code: an answer "error: ..." fails. What
 * FOLLOWs ends with the supervisor.
 */
static int
copy_answer(int fd, bool is_log, bool follow)
{
	struct timeval forever = {0};
	char bytes[4096];
	bool is_first = true, failed = true;
	ssize_t n;

	if (follow)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &forever,
		    sizeof forever);

	while ((n = recv(fd, bytes, sizeof bytes, 0)) > 0) {
		if (is_first)
			failed = n >= 6 && memcmp(bytes, "error:", 6) == 0;
		is_first = false;
		fwrite(bytes, 1, (size_t)n, failed ? stderr : stdout);
		if (follow && fflush(stdout) != 0)
			return CLI_EXIT_FAILED;
	}
	if (n == 0 && is_first && is_log)
		return CLI_EXIT_OK; /* of a worker without records */
	if (n < 0 || is_first)
		fprintf(stderr, "eider ctl: no answer%s%s\n", n < 0 ? ": " : "",
		    n < 0 ? strerror(errno) : "");
	return failed || n < 0 ? CLI_EXIT_FAILED : CLI_EXIT_OK;
}

int
cmd_ctl(const struct cli *cli)
{
	char *path, *line;
	int fd, r = CLI_EXIT_FAILED;

	if (!is_request(cli->argument))
		return print_requests();
	if (cli->detail != NULL && strchr(cli->detail, '\n') != NULL) {
		fputs("eider ctl: no worker's name has line breaks\n", stderr);
		return CLI_EXIT_USAGE;
	}
	path = cli->ctl_socket != NULL ? xstrdup(cli->ctl_socket)
				       : ctl_default_path();
	line = make_line(cli);
	fd = path != NULL ? connect_to(path) : -1;
	if (fd == -1)
		fprintf(stderr,
		    "eider ctl: cannot reach a supervisor at %s: %s\n",
		    path != NULL ? path : "(no runtime directory)",
		    strerror(errno));
	else if (send(fd, line, strlen(line), MSG_NOSIGNAL) ==
		 (ssize_t)strlen(line))
		r = copy_answer(fd, strcmp(cli->argument, "logs") == 0,
		    cli->follow);
	fd_close(&fd);
	free(line);
	free(path);
	return r;
}
