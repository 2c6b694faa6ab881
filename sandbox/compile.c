/*
 * System call filters: from syscalls.def and checks.def to BPF.
 *
 * Runs in: supervisor, once at its start, and the tests.
 * Never:   installs anything; see filter.c.
 */
#include "config.h"

#include "sandbox/compile.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <seccomp.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/util.h"

#define FILTER_MAX (64 * 1024)

#define FUTEX_COMMAND ((uint32_t) ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME))

enum verdict { VERDICT_N, VERDICT_Y, VERDICT_C, VERDICT_K };

struct syscall_row {
	const char *name;
	enum verdict verdict[ROLE_COUNT];
};

struct check_row {
	const char *name;
	unsigned roles; /* 1 << role */
	struct scmp_arg_cmp cmps[2];
	unsigned ncmps;
};

static const struct syscall_row syscalls[] = {
#define SYSCALL(name_, supervisor_, front_, zygote_, worker_, reason_)         \
	{#name_, {VERDICT_##supervisor_, VERDICT_##front_, VERDICT_##zygote_,  \
		     VERDICT_##worker_}},
#include "sandbox/syscalls.def"
#undef SYSCALL
};

#define ALL (~0u)
#define BIT(role_) (1u << ROLE_##role_)
#define EQUAL(n_, v_)                                                          \
	{                                                                      \
		(n_), SCMP_CMP_EQ, (uint64_t)(v_), 0                           \
	}
#define MASKED(n_, m_, v_)                                                     \
	{                                                                      \
		(n_), SCMP_CMP_MASKED_EQ, (uint64_t)(m_), (uint64_t)(v_)       \
	}
#define COUNT(...)                                                             \
	(sizeof(struct scmp_arg_cmp[]){__VA_ARGS__} /                          \
	    sizeof(struct scmp_arg_cmp))

static const struct check_row checks[] = {
#define CHECK(name_, roles_, ...)                                              \
	{#name_, (roles_), {__VA_ARGS__}, COUNT(__VA_ARGS__)},
#include "sandbox/checks.def"
#undef CHECK
};

static int
add_checked(scmp_filter_ctx ctx, enum role role, int number, const char *name)
{
	unsigned nrows = 0;
	int r;

	for (size_t i = 0; i < NELEMS(checks); i++) {
		const struct check_row *c = &checks[i];

		if (strcmp(c->name, name) != 0 ||
		    (c->roles & (1u << role)) == 0)
			continue;
		r = seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, number,
		    c->ncmps, c->cmps);
		if (r != 0)
			return r;
		nrows++;
	}
	return nrows > 0 ? 0 : -EINVAL; /* a C without a row is a mistake */
}

static int
add_row(scmp_filter_ctx ctx, enum role role, const struct syscall_row *row)
{
	int number = seccomp_syscall_resolve_name(row->name);

	if (number < 0)
		return 0; /* this machine does not have it */
	switch (row->verdict[role]) {
	case VERDICT_N:
		return 0;
	case VERDICT_Y:
		return role == ROLE_SUPERVISOR
			   ? 0
			   : seccomp_rule_add(ctx, SCMP_ACT_ALLOW, number, 0);
	case VERDICT_C:
		return add_checked(ctx, role, number, row->name);
	case VERDICT_K:
	default:
		return seccomp_rule_add(ctx, SCMP_ACT_KILL_PROCESS, number, 0);
	}
}

/* The compiled program, through a memory file: libseccomp 2.5 has no other. */
static int
export_bpf(scmp_filter_ctx ctx, struct buf *out)
{
	int fd, r = ERR_SYS;
	off_t size;

	fd = memfd_create("filter", MFD_CLOEXEC);
	if (fd == -1)
		return ERR_SYS;
	if ((errno = -seccomp_export_bpf(ctx, fd)) != 0)
		goto out;
	size = lseek(fd, 0, SEEK_END);
	if (size <= 0 || size > FILTER_MAX) {
		errno = EMSGSIZE;
		goto out;
	}
	if (pread(fd, buf_reserve(out, (size_t)size), (size_t)size, 0) != size)
		goto out;
	buf_added(out, (size_t)size);
	r = 0;
out:
	fd_close(&fd);
	return r;
}

int
sandbox_compile(enum role role, struct buf *out)
{
	scmp_filter_ctx ctx;
	int r = ERR_SYS;

	ctx = seccomp_init(role == ROLE_SUPERVISOR ? SCMP_ACT_ALLOW
						   : SCMP_ACT_TRAP);
	if (ctx == NULL) {
		errno = ENOMEM;
		return ERR_SYS;
	}
	/* Another ABI (x32, i386) has other numbers: never. */
	errno = -seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH,
	    SCMP_ACT_KILL_PROCESS);
	if (errno != 0)
		goto out;
	for (size_t i = 0; i < NELEMS(syscalls); i++)
		if ((errno = -add_row(ctx, role, &syscalls[i])) != 0)
			goto out;
	r = export_bpf(ctx, out);
out:
	seccomp_release(ctx);
	return r;
}

const char *
sandbox_syscall_name(int number, char *dst, size_t dst_size)
{
	char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);

	snprintf(dst, dst_size, "%s", name != NULL ? name : "unknown");
	free(name);
	return dst;
}
