#ifndef BASE_FD_H
#define BASE_FD_H

#include <stdint.h>

/* Close *FD unless it is -1; sets it to -1 and keeps errno. */
void fd_close(int *fd);

/* Returns 0 or ERR_SYS. */
int fd_set_nonblock(int fd);
int fd_set_cloexec(int fd, int on);

/*
 * A connected pair of non-blocking, close-on-exec Unix stream sockets; both
 * are owned by the caller. Returns 0 or ERR_SYS.
 */
int fd_socketpair(int *a_out, int *b_out);

/* Close every descriptor from LOWEST on. */
void fd_close_from(unsigned int lowest);

#endif
