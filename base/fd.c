/*
 * Descriptors: flags, pairs, closing.
 */
#include "config.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"

void
fd_close(int *fd)
{
	int saved_errno = errno;

	if (*fd != -1)
		close(*fd);
	*fd = -1;
	errno = saved_errno;
}

int
fd_set_nonblock(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags == -1 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1)
		return ERR_SYS;
	return 0;
}

int
fd_set_cloexec(int fd, int on)
{
	if (fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0) == -1)
		return ERR_SYS;
	return 0;
}

int
fd_socketpair(int *a_out, int *b_out)
{
	int sv[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
		sv) == -1)
		return ERR_SYS;
	*a_out = sv[0];
	*b_out = sv[1];
	return 0;
}

void
fd_close_from(unsigned int lowest)
{
	if (close_range(lowest, UINT_MAX, 0) == 0)
		return;
	for (int fd = (int)lowest; fd < (int)sysconf(_SC_OPEN_MAX); fd++)
		close(fd);
}
