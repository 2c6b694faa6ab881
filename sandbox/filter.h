#ifndef SANDBOX_FILTER_H
#define SANDBOX_FILTER_H

#include <stddef.h>
#include <stdint.h>

/*
 * Install a compiled filter on this process. Needs no_new_privs.
 *
 * bpf, len   struct sock_filter instructions, as sandbox_compile() makes them
 * log_fd     a refused call is written there as FILTER_MARK, its number and a
 *            newline, before the process is killed; -1: nowhere
 *
 * Returns 0, ERR_RANGE (not a program) or ERR_SYS.
 */
int filter_install(const uint8_t *bpf, size_t len, int log_fd);

/* What abort(3) ends a process 1 with, which no signal of its own can end. */
#define FILTER_EXIT_ABORT 134

/* The first byte of a record about a refused call on the log pipe. */
#define FILTER_MARK '!'

#endif
