#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Entering a role's sandbox, from inside the process of that role.
 *
 * The supervisor compiles the filters once (sandbox/plan.h) and hands every
 * child that it executes a description in a pipe, on descriptor SANDBOX_FD. The
 * child loads it, prepares what it still needs (memory, descriptors, the
 * event loop, timers), and calls sandbox_enter() before it reads the first
 * byte of a peer. What is refused after that is listed in syscalls.def.
 */

/* Fixed descriptors of an executed child. */
enum { CHILD_CTL_FD = 3, CHILD_LOG_FD = 4, SANDBOX_FD = 5 };

enum role {
#define ROLE(name_, id_, text_, ns_, nofile_, meaning_) ROLE_##name_ = id_,
#include "sandbox/roles.def"
#undef ROLE
	ROLE_COUNT
};

/* `sandbox =` of the config. */
enum sandbox_mode {
	SANDBOX_NONE,      /* no layer at all; for development */
	SANDBOX_AUTO,      /* what the kernel offers; seccomp is a must */
	SANDBOX_REQUIRE_A, /* all layers and delegated cgroups */
	SANDBOX_REQUIRE_B, /* all layers but cgroups */
	SANDBOX_REQUIRE_C, /* no namespaces: Landlock, seccomp, rlimits */
};

/* What was reached; a larger value is stronger. */
enum sandbox_level {
	SANDBOX_LEVEL_NONE,
	SANDBOX_LEVEL_C,
	SANDBOX_LEVEL_B,
	SANDBOX_LEVEL_A,
};

/* The layers in force, bits of sandbox_report.layers. */
enum sandbox_layer {
#define LAYER(name_, bit_, text_) SANDBOX_LAYER_##name_ = 1u << (bit_),
#include "sandbox/layers.def"
#undef LAYER
};

/* An id that is not changed. */
#define SANDBOX_SAME_ID UINT32_MAX

struct sandbox; /* the loaded description */

struct sandbox_options {
	int log_fd;          /* where a refused call is reported; -1: nowhere */
	size_t memory_bytes; /* RLIMIT_DATA; 0: as inherited */
	uint32_t uid; /* of a worker, user and group; 0: as its zygote's */
};

struct sandbox_report {
	enum sandbox_level level;
	unsigned layers;    /* enum sandbox_layer bits */
	int landlock_abi;   /* 0: not offered */
	const char *failed; /* static: the step that failed, or NULL */
	int failed_errno;
};

/*
 * Read the description from FD (taken) to its end, waiting for it. The result
 * is owned; release it with sandbox_free(). Returns 0, ERR_SYS or ERR_PROTO.
 */
int sandbox_load(int fd, struct sandbox **sandbox_out);

/* A description without any layer, for tests and tools. */
struct sandbox *sandbox_new_none(void);

void sandbox_free(struct sandbox **sandbox);

/* True if the description says `sandbox = none`. */
bool sandbox_is_none(const struct sandbox *sandbox);

/* True if a worker is to be cloned into a pid namespace of its own. */
bool sandbox_has_pid_namespaces(const struct sandbox *sandbox);

/*
 * Enter ROLE's sandbox: everything in the order of sandbox.c, the filter
 * last. It cannot be undone. The calling process has one thread.
 *
 * A failure means that a promise cannot be kept: the caller ends the process.
 * Layers that the kernel does not offer are no failure; they are missing in
 * the report, and where the description requires them the call fails with
 * ERR_REFUSED. Otherwise returns 0 or ERR_SYS; REPORT_OUT is always written.
 */
int sandbox_enter(const struct sandbox *sandbox, enum role role,
    const struct sandbox_options *options, struct sandbox_report *report_out);

const char *role_name(enum role role);
const char *sandbox_level_name(enum sandbox_level level);

/* "seccomp landlock ..." into DST. Returns DST. */
char *sandbox_layers_text(unsigned layers, char *dst, size_t dst_size);

/* Parse `sandbox =`: none, auto, require-A ... Returns 0 or ERR_RANGE. */
int sandbox_mode_parse(const char *text, enum sandbox_mode *mode_out);

#endif
