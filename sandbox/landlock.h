#ifndef SANDBOX_LANDLOCK_H
#define SANDBOX_LANDLOCK_H

/*
 * Landlock, without a single rule: no file access at all and, where the
 * kernel's version has it, no TCP bind or connect, no abstract socket and no
 * signal beyond the process's own domain.
 */

/* The ABI that the kernel offers, 0 if none. */
int landlock_abi(void);

/*
 * Restrict this process for good. Needs no_new_privs. Returns the ABI used,
 * 0 if Landlock is not offered, or ERR_SYS.
 */
int landlock_deny_all(void);

#endif
