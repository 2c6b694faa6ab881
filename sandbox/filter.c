/*
 * Installing a filter, and what happens on a refused call.
 *
 * Runs in: every process but the supervisor's own children of other programs.
 * A refused call raises SIGSYS (SECCOMP_RET_TRAP). The handler writes the
 * number to the log pipe, where the supervisor gives it its name, and makes a
 * call on which the filter kills. If the handler were gone, the call would
 * still not have been made.
 */
#include "config.h"

#include "sandbox/filter.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"

#ifndef SYS_SECCOMP
#define SYS_SECCOMP 1 /* si_code */
#endif

static volatile sig_atomic_t report_fd = -1;

static void
on_refused(int signo, siginfo_t *info, void *context)
{
	char line[16];
	size_t n = sizeof line;
	unsigned number;

	(void)signo;
	(void)context;
	if (info->si_code == SYS_SECCOMP && report_fd != -1) {
		number = (unsigned)info->si_syscall;
		line[--n] = '\n';
		do {
			line[--n] = (char)('0' + number % 10);
			number /= 10;
		} while (number > 0);
		line[--n] = FILTER_MARK;
		if (write(report_fd, line + n, sizeof line - n) < 0)
			n = 0; /* nobody can be told */
	}
	(void)syscall(SYS_ptrace, (long)PTRACE_TRACEME, 0L, 0L, 0L);
	_exit(159);
}

/*
 * The kernel keeps from process 1 of a pid namespace what would end it by
 * default: abort(3) then falls through to an instruction that is a SIGSEGV.
 */
static void
on_abort(int signo)
{
	(void)signo;
	_exit(FILTER_EXIT_ABORT);
}

int
filter_install(const uint8_t *bpf, size_t len, int log_fd)
{
	struct sock_filter prog[BPF_MAXINSNS];
	struct sock_fprog fprog;
	struct sigaction sa;

	if (len == 0 || len % sizeof prog[0] != 0 || len > sizeof prog)
		return ERR_RANGE;
	memcpy(prog, bpf, len); /* BPF wants alignment */
	fprog.len = (unsigned short)(len / sizeof prog[0]);
	fprog.filter = prog;

	report_fd = log_fd;
	memset(&sa, 0, sizeof sa);
	sa.sa_sigaction = on_refused;
	sa.sa_flags = SA_SIGINFO | SA_NODEFER;
	sigemptyset(&sa.sa_mask);
	if (sigaction(SIGSYS, &sa, NULL) == -1)
		return ERR_SYS;
	sa.sa_handler = on_abort;
	sa.sa_flags = 0;
	if (getpid() == 1 && sigaction(SIGABRT, &sa, NULL) == -1)
		return ERR_SYS;
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &fprog) != 0)
		return ERR_SYS;
	return 0;
}
