#ifndef SANDBOX_PLAN_H
#define SANDBOX_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sandbox/sandbox.h"

/*
 * What the supervisor decides about sandboxes, once, before it starts its
 * first child: it compiles the filters and tries, in a child that ends at
 * once, which layers this machine gives. Children are then told exactly what
 * to do and end if they cannot.
 */
struct sandbox_plan;

struct sandbox_plan_options {
	enum sandbox_mode mode;
	bool cgroups; /* controllers are delegated to us: level A */
	const char *no_cgroups_why; /* held; why not */
	uint32_t uid_first; /* as root: ids from here on; 0: the default */
};

/*
 * Decide. The result is owned; release it with sandbox_plan_free(). On failure
 * WHY gets a sentence for the user. Returns 0, ERR_REFUSED (the mode asks for
 * more than there is, or there is no seccomp) or ERR_SYS.
 */
int sandbox_plan_new(const struct sandbox_plan_options *options,
    struct sandbox_plan **plan_out, char *why, size_t why_size);

void sandbox_plan_free(struct sandbox_plan **plan);

/*
 * Write ROLE's description to FD, the writing end of the pipe that is the
 * child's SANDBOX_FD, for a child that runs as UID (a zygote of one tenant),
 * or as the role's own id if 0. Returns 0 or ERR_SYS.
 */
int sandbox_plan_write(const struct sandbox_plan *plan, enum role role,
    uint32_t uid, int fd);

/* Whether roles have ids of their own: started as root, where that works. */
bool sandbox_plan_has_ids(const struct sandbox_plan *plan);
/* Whether clones of one zygote can have different ids. */
bool sandbox_plan_has_range(const struct sandbox_plan *plan);
/* The id of ROLE, and of tenant NUMBER; 0: there is none but ours. */
uint32_t sandbox_plan_role_uid(const struct sandbox_plan *plan, enum role role);
uint32_t sandbox_plan_tenant_uid(const struct sandbox_plan *plan,
    uint32_t number);

/* Why there is no higher level; empty at the highest. */
const char *sandbox_plan_why(const struct sandbox_plan *plan);

/*
 * Give up what the supervisor itself does not need any more: capabilities,
 * and system calls that nobody here makes. Its children inherit that. Returns
 * as sandbox_enter().
 */
int sandbox_plan_enter(const struct sandbox_plan *plan,
    struct sandbox_report *report_out);

/* What a worker gets. */
const struct sandbox_report *
sandbox_plan_report(const struct sandbox_plan *plan);

#endif
