#ifndef SANDBOX_COMPILE_H
#define SANDBOX_COMPILE_H

#include <stddef.h>

#include "base/buf.h"
#include "sandbox/sandbox.h"

/*
 * Compile ROLE's columns of syscalls.def and checks.def to BPF instructions
 * (struct sock_filter), appended to OUT. Runs in the supervisor only: it needs
 * libseccomp, and takes longer than a clone does.
 *
 * Returns 0, or ERR_SYS (errno set).
 */
int sandbox_compile(enum role role, struct buf *out);

/* The name of system call NUMBER on this machine, or "unknown". */
const char *sandbox_syscall_name(int number, char *dst, size_t dst_size);

#endif
