#ifndef SUPERVISOR_WORKERS_H
#define SUPERVISOR_WORKERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "supervisor/generation.h"
#include "supervisor/proc.h"
#include "supervisor/tenants.h"

/*
 * The workers of the config and the lives of their processes: started with the
 * first channel that somebody wants to them, ended by themselves when idle,
 * started again after a crash, kept in quarantine when they crash too often.
 */
struct workers;
struct conf_designator;

enum worker_state {
#define STATE(name_, text_) WORKER_##name_,
#include "supervisor/lives.def"
#undef STATE
	WORKER_STATE_COUNT
};

/* How a process of a worker's has ended. */
enum worker_cause {
#define CAUSE(name_, key_, text_) WORKER_CAUSE_##name_,
#include "supervisor/causes.def"
#undef CAUSE
	WORKER_CAUSE_COUNT
};

/* What came of starting a worker. */
enum worker_outcome { WORKER_STARTED, WORKER_NOT_LOADED, WORKER_CRASHED };

struct workers_options {
	struct ev_loop *loop;    /* held */
	struct procs *procs;     /* held */
	struct tenants *tenants; /* held */
	bool is_check;           /* evaluate code only */
	/* Optional: the first start of worker NAME has come to an end. */
	void (*on_outcome)(void *arg, const char *name,
	    enum worker_outcome outcome, const char *text);
	void *arg;
};

/*
 * What `test` wants to know of the workers that it has started. ARG is that of
 * workers_set_tests(), NAME the worker's.
 */
struct workers_test_ops {
	/* Its answers: TESTS, TEST_DONE. Return as handlers of channels do. */
	int (*on_tests)(void *arg, const char *name, const struct ipc_msg *msg);
	int (*on_done)(void *arg, const char *name, const struct ipc_msg *msg);
	/* Its process has ended, or takes no more. */
	void (*on_end)(void *arg, const char *name);
};

struct workers *workers_new(const struct workers_options *options);
/* After all processes have ended. */
void workers_free(struct workers **workers);

/*
 * Go by GENERATION (a reference is kept). Workers that are in it unchanged go
 * on; those that are not are drained within DRAIN_MS.
 */
void workers_configure(struct workers *ws, struct generation *generation,
    uint64_t drain_ms);

/* Start worker NAME now, without anybody asking. Returns 0 or ERR_NOENT. */
int workers_start(struct workers *ws, const char *name);

/*
 * For `test`: tell OPS (held) of what it has asked for. on_outcome is called at
 * each start then, and nobody waits after a crash.
 */
void workers_set_tests(struct workers *ws, const struct workers_test_ops *ops,
    void *arg);
/* Send a message to worker NAME. Returns 0, or ERR_STATE: it does not serve. */
int workers_send(struct workers *ws, const char *name, enum ipc_type type,
    const void *body, size_t len);
/* Log what worker NAME has written so far. */
void workers_read_log(struct workers *ws, const char *name);

/*
 * REQUESTER wants a channel to D, which it is granted, and calls it TARGET.
 * It gets CHANNEL or CHANNEL_REFUSED, sooner or later.
 */
void workers_connect(struct workers *ws, struct proc *requester,
    uint32_t target, const struct conf_designator *d);

/* REQUESTER has ended: it waits for nothing any more. */
void workers_forget(struct workers *ws, const struct proc *requester);

bool workers_has(const struct workers *ws, const char *name);

/*
 * SIGKILL to the processes of worker NAME, those that drain too; WHY (a
 * literal) is logged. No crash of its own: its back-off ends. Returns how many.
 */
size_t workers_kill(struct workers *ws, const char *name, const char *why);

/* Start nothing any more; everybody finishes within MS. */
void workers_drain(struct workers *ws, uint64_t ms);

/* One instance of a worker. Borrowed, for the call. */
struct worker_status {
	const char *name;
	const struct tenant *tenant;
	const struct conf_worker *conf;
	size_t instance;
	enum worker_state state;
	pid_t pid;           /* 0: none */
	unsigned generation; /* that it is of */
	uint64_t nstarts;
	uint64_t ncrashes;
	uint64_t age_ms;       /* of the process */
	uint64_t cpu_us;       /* of the process, where it has a group */
	uint64_t memory_bytes; /* likewise */
	const uint64_t *hits;  /* WORKER_LIMITS of them; of all instances */
	uint64_t log_dropped;  /* lines, of the process, not in HITS yet */
	uint64_t wait_ms;      /* until it may start again; 0: it may */
	unsigned nstrikes;
	size_t ndraining;     /* processes of the worker that take no more */
	const uint64_t *ends; /* of the worker, by enum worker_cause */
	const char *failure;  /* why its code does not load, or "" */
};
void workers_each(struct workers *ws,
    void (*fn)(void *arg, const struct worker_status *status), void *arg);

const char *worker_state_text(enum worker_state state);

#endif
