#ifndef SUPERVISOR_PROC_H
#define SUPERVISOR_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "ipc/chan.h"
#include "sandbox/sandbox.h"

/*
 * Child processes: pidfd, log pipe, control channel, and how they end.
 *
 * A proc belongs to its set and is freed by it, after on_end. It ends when the
 * process was reaped, its control channel was read to its end, and so was its
 * log pipe.
 */
struct procs;
struct proc;
struct ev_loop;

struct proc_end {
	bool is_clean;        /* exit code 0 */
	bool is_killed_by_us; /* proc_kill() was called */
	bool is_lost;         /* never had a process */
	int code;             /* exit code, or -1 */
	int signal;           /* or 0 */
	int refused_call;     /* system call number, or -1 */
	uint64_t lived_ms;
	char text[160]; /* "killed by SIGSYS (ptrace)" */
};

struct proc_options {
	enum role role;
	uint8_t party;      /* IPC_PARTY_* of the child */
	const char *name;   /* "chat"; "" for none */
	int ctl_fd;         /* taken: our end of the control channel */
	int log_fd;         /* taken: our end of the log pipe */
	size_t out_max;     /* of the control channel; 0: default */
	uint64_t log_lines; /* per second; 0: default */
	const chan_handler *handlers; /* held; called with the proc as arg */
	void (*on_end)(struct proc *p, const struct proc_end *end);
	void *owner; /* proc_owner() */
};

struct procs *procs_new(struct ev_loop *loop, struct chan_hub *hub);
/* Kills what is left, waits for it, calls on_end, frees. */
void procs_free(struct procs **procs);
size_t procs_count(const struct procs *procs);
/* SIGKILL to all. */
void procs_kill_all(struct procs *procs);

/*
 * Reap children that are no proc: orphans, where we are process 1. Called on
 * SIGCHLD. MAY_BE_OURS: an unknown child may be a clone that the zygote has
 * not announced yet; it is left alone.
 */
void procs_reap_strangers(struct procs *procs, bool may_be_ours);

/* A child whose process is not known yet; see proc_born(). */
struct proc *proc_new(struct procs *procs, const struct proc_options *options);

/*
 * The child is process PID, a child of ours that was not reaped. Returns 0, or
 * ERR_SYS: then the proc ends as lost.
 */
int proc_born(struct proc *p, pid_t pid);
/* There will be no process: the proc ends as lost, saying WHY. */
void proc_stillborn(struct proc *p, const char *why);

/* SIGKILL; WHY (a literal) is logged with the end. */
void proc_kill(struct proc *p, const char *why);
/* SIGKILL if it has not ended within MS; a shorter wait wins. 0 cancels. */
void proc_deadline(struct proc *p, uint64_t ms, const char *why);

/* Log now what the child has written so far. */
void proc_read_log(struct proc *p);

void *proc_owner(const struct proc *p);
/* NULL when the channel has ended. */
struct chan *proc_chan(const struct proc *p);
pid_t proc_pid(const struct proc *p); /* 0: not known */
/* Not 0, and no other's since the supervisor began. */
uint32_t proc_number(const struct proc *p);
enum role proc_role(const struct proc *p);
const char *proc_who(const struct proc *p); /* "worker chat[123]" */
uint64_t proc_age_ms(const struct proc *p);
/* Lines of its log over its limit. */
uint64_t proc_log_dropped(const struct proc *p);

/*
 * Count one request of the child's to us. Returns false when it makes too many
 * in too short a time.
 */
bool proc_take_token(struct proc *p);

/* Call FN for each proc; it may kill it, not free it. */
void procs_each(struct procs *procs, void (*fn)(struct proc *p, void *arg),
    void *arg);

#endif
