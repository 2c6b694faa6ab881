/*
 * Landlock, deny-all.
 *
 * Runs in: every process but the supervisor.
 * The attribute's size and the bits that a kernel accepts depend on its ABI;
 * Debian 12's header knows only ABI 2, so that they are spelled out here.
 */
#include "config.h"

#include "sandbox/landlock.h"

#include <errno.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/util.h"

#define RULESET_VERSION 1u /* LANDLOCK_CREATE_RULESET_VERSION */

struct ruleset_attr {
	uint64_t fs;
	uint64_t net;
	uint64_t scoped;
};

/* What each ABI adds: bits of fs and net, of scoped, and the size accepted. */
static const struct {
	unsigned fs_bits;
	unsigned net_bits;
	unsigned scoped_bits;
	size_t size;
} abis[] = {
    {0, 0, 0, 0}, {13, 0, 0, 8}, {14, 0, 0, 8}, /* 2: refer */
    {15, 0, 0, 8},                              /* 3: truncate */
    {15, 2, 0, 16},                             /* 4: TCP bind, connect */
    {16, 2, 0, 16},                             /* 5: ioctl on devices */
    {16, 2, 2, 24}, /* 6: abstract sockets, signals */
};

int
landlock_abi(void)
{
	long abi =
	    syscall(SYS_landlock_create_ruleset, NULL, 0, RULESET_VERSION);

	return abi < 0 ? 0 : (int)abi;
}

int
landlock_deny_all(void)
{
	struct ruleset_attr attr;
	int abi = landlock_abi(), fd, r = ERR_SYS;
	size_t row;

	if (abi == 0)
		return 0;
	row = (size_t)abi < NELEMS(abis) ? (size_t)abi : NELEMS(abis) - 1;
	attr.fs = (1ull << abis[row].fs_bits) - 1;
	attr.net = (1ull << abis[row].net_bits) - 1;
	attr.scoped = (1ull << abis[row].scoped_bits) - 1;
	fd =
	    (int)syscall(SYS_landlock_create_ruleset, &attr, abis[row].size, 0);
	if (fd == -1)
		return ERR_SYS;
	if (syscall(SYS_landlock_restrict_self, fd, 0) == 0)
		r = abi;
	fd_close(&fd);
	return r;
}
