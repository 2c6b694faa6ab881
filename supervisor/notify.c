/*
 * The service manager: sd_notify and LISTEN_FDS.
 *
 * Runs in: supervisor.
 */
#include "config.h"

#include "supervisor/notify.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/xmalloc.h"

#define LISTEN_FDS_START 3
#define LISTEN_FDS_MAX 256

void
notify_send(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un un;
	size_t len;
	int fd;

	if (path == NULL || (path[0] != '/' && path[0] != '@'))
		return;
	len = strlen(path);
	if (len >= sizeof un.sun_path)
		return;
	memset(&un, 0, sizeof un);
	un.sun_family = AF_UNIX;
	memcpy(un.sun_path, path, len);
	if (path[0] == '@')
		un.sun_path[0] = '\0'; /* an abstract address */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return;
	(void)sendto(fd, state, strlen(state), MSG_NOSIGNAL,
	    (const struct sockaddr *)&un,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
	fd_close(&fd);
}

void
notify_reloading(void)
{
	struct timespec now;
	char text[96];

	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%lld%06ld",
	    (long long)now.tv_sec, now.tv_nsec / 1000);
	notify_send(text);
}

void
notify_ready(unsigned int generation)
{
	char main_pid[32] = "", text[128];

	/* Process 1 of a container has another number outside. */
	if (getpid() != 1)
		snprintf(main_pid, sizeof main_pid, "MAINPID=%d\n",
		    (int)getpid());
	snprintf(text, sizeof text,
	    "READY=1\n%sSTATUS=generation %u is in force", main_pid,
	    generation);
	notify_send(text);
}

/* A number of the environment, 0 where there is none. */
static unsigned long long
env_number(const char *name)
{
	const char *text = getenv(name);
	unsigned long long n;
	char *end;

	if (text == NULL || *text < '0' || *text > '9')
		return 0;
	errno = 0;
	n = strtoull(text, &end, 10);
	return errno != 0 || *end != '\0' ? 0 : n;
}

uint64_t
notify_watchdog_ms(void)
{
	unsigned long long pid = env_number("WATCHDOG_PID");
	unsigned long long us = env_number("WATCHDOG_USEC");

	if (us == 0 || (pid != 0 && pid != (unsigned long long)getpid()))
		return 0;
	return us / 2000 > 0 ? us / 2000 : 1;
}

char **
notify_listen_fds(size_t *n_out)
{
	unsigned long long pid = env_number("LISTEN_PID");
	unsigned long long n = env_number("LISTEN_FDS");
	const char *names = getenv("LISTEN_FDNAMES");
	char **list;

	*n_out = 0;
	if (pid != (unsigned long long)getpid() || n > LISTEN_FDS_MAX)
		n = 0;
	list = xcalloc((size_t)n, sizeof *list);
	for (size_t i = 0; i < n; i++) {
		size_t len = names != NULL ? strcspn(names, ":") : 0;

		list[i] = xasprintf("%.*s=%zu", (int)len, len > 0 ? names : "",
		    LISTEN_FDS_START + i);
		if (names != NULL)
			names += len + (names[len] == ':');
	}
	*n_out = (size_t)n;
	(void)unsetenv("LISTEN_PID");
	(void)unsetenv("LISTEN_FDS");
	(void)unsetenv("LISTEN_FDNAMES");
	return list;
}
