/*
 * Entering a sandbox: one function, in a fixed order.
 *
 * Runs in: front, zygote, workers; in the supervisor for its own lesser list.
 * Reads:   the description that the supervisor sealed (sandbox/plan.c).
 * Never:   goes on when a step fails that the description asks for.
 */
#include "config.h"

#include "sandbox/sandbox.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "sandbox/desc.h"
#include "sandbox/filter.h"
#include "sandbox/landlock.h"
#include "sandbox/ns.h"
#include "sandbox/privs.h"

#define FILTER_BYTES_MAX (32 * 1024)
/* Where it runs as root: give children ids, end them, bind low ports, read
 * configs and make sockets in directories of others. */
#define SUPERVISOR_CAPS                                                        \
	(1ull << CAP_SETUID | 1ull << CAP_SETGID | 1ull << CAP_SETPCAP |       \
	    1ull << CAP_KILL | 1ull << CAP_NET_BIND_SERVICE |                  \
	    1ull << CAP_DAC_OVERRIDE | 1ull << CAP_FOWNER | 1ull << CAP_CHOWN)

struct role_row {
	const char *text;
	enum ns_role ns;
	size_t nofile;
};

static const struct role_row roles[ROLE_COUNT] = {
#define ROLE(name_, id_, text_, ns_, nofile_, meaning_)                        \
	[ROLE_##name_] = {(text_), (ns_), (nofile_)},
#include "sandbox/roles.def"
#undef ROLE
};

static const struct {
	unsigned bit;
	const char *text;
} layers[] = {
#define LAYER(name_, bit_, text_) {1u << (bit_), (text_)},
#include "sandbox/layers.def"
#undef LAYER
};

static const char *const level_names[] = {
    [SANDBOX_LEVEL_NONE] = "none",
    [SANDBOX_LEVEL_C] = "C",
    [SANDBOX_LEVEL_B] = "B",
    [SANDBOX_LEVEL_A] = "A",
};

static const char *const mode_names[] = {
    [SANDBOX_NONE] = "none",
    [SANDBOX_AUTO] = "auto",
    [SANDBOX_REQUIRE_A] = "require-A",
    [SANDBOX_REQUIRE_B] = "require-B",
    [SANDBOX_REQUIRE_C] = "require-C",
};

/* The state of one sandbox_enter(). */
struct entering {
	const struct sandbox *sb;
	const struct sandbox_options *options;
	struct sandbox_report *report;
	enum role role;
};

/* --- the description --- */

void
sandbox_desc_write(const struct sandbox *sb, struct buf *out)
{
	buf_put_u32(out, SANDBOX_DESC_MAGIC);
	buf_put_u8(out, (uint8_t)sb->mode);
	buf_put_u8(out, (uint8_t)sb->level);
	buf_put_u8(out, (uint8_t)sb->way);
	buf_put_u8(out, sb->empty_root);
	buf_put_u8(out, sb->cgroups);
	buf_put_u32(out, sb->uid);
	buf_put_u32(out, sb->gid);
	buf_put_u32(out, sb->first_id);
	buf_put_u32(out, sb->nids);
	for (size_t i = 0; i < ROLE_COUNT; i++)
		buf_put_str(out, sb->filters[i].bytes, sb->filters[i].len);
}

static int
desc_read(struct sandbox *sb, const void *p, size_t len)
{
	struct rd r;

	rd_init(&r, p, len);
	if (rd_u32(&r) != SANDBOX_DESC_MAGIC)
		return ERR_PROTO;
	sb->mode = (enum sandbox_mode)rd_u8(&r);
	sb->level = (enum sandbox_level)rd_u8(&r);
	sb->way = (enum ns_way)rd_u8(&r);
	sb->empty_root = rd_u8(&r) != 0;
	sb->cgroups = rd_u8(&r) != 0;
	sb->uid = rd_u32(&r);
	sb->gid = rd_u32(&r);
	sb->first_id = rd_u32(&r);
	sb->nids = rd_u32(&r);
	for (size_t i = 0; i < ROLE_COUNT; i++) {
		size_t n;
		const char *s = rd_str(&r, FILTER_BYTES_MAX, &n);

		sb->filters[i].len = n;
		sb->filters[i].bytes = n > 0 ? xmemdup(s, n) : NULL;
	}
	if (sb->mode > SANDBOX_REQUIRE_C || sb->level > SANDBOX_LEVEL_A ||
	    sb->way > NS_WAY_DIRECT)
		return ERR_PROTO;
	return rd_end(&r);
}

int
sandbox_load(int fd, struct sandbox **sandbox_out)
{
	struct sandbox *sb = xcalloc(1, sizeof *sb);
	uint8_t *bytes = xmalloc(SANDBOX_DESC_MAX);
	size_t len = 0;
	ssize_t n;
	int r = ERR_SYS;

	do {
		n = read(fd, bytes + len, SANDBOX_DESC_MAX - len);
		if (n > 0)
			len += (size_t)n;
	} while (n > 0 || (n == -1 && errno == EINTR));
	if (n == -1)
		goto out;
	if ((r = desc_read(sb, bytes, len)) != 0)
		goto out;
	*sandbox_out = sb;
	sb = NULL;
out:
	sandbox_free(&sb);
	free(bytes);
	fd_close(&fd);
	return r;
}

struct sandbox *
sandbox_new_none(void)
{
	struct sandbox *sb = xcalloc(1, sizeof *sb);

	sb->mode = SANDBOX_NONE;
	sb->uid = sb->gid = SANDBOX_SAME_ID;
	return sb;
}

void
sandbox_free(struct sandbox **sandbox)
{
	int saved_errno = errno;

	if (*sandbox != NULL) {
		for (size_t i = 0; i < ROLE_COUNT; i++)
			free((*sandbox)->filters[i].bytes);
		free(*sandbox);
	}
	*sandbox = NULL;
	errno = saved_errno;
}

bool
sandbox_is_none(const struct sandbox *sandbox)
{
	return sandbox->mode == SANDBOX_NONE;
}

bool
sandbox_has_pid_namespaces(const struct sandbox *sandbox)
{
	return sandbox->mode != SANDBOX_NONE && sandbox->way != NS_WAY_NONE;
}

/* --- the steps --- */

/* A user namespace with ids for the clones. */
static bool
has_range(const struct entering *e)
{
	return e->role == ROLE_ZYGOTE && e->sb->way == NS_WAY_USER &&
	       e->sb->nids > 0;
}

static int
set_clone_ids(struct entering *e)
{
	uint32_t uid = e->options->uid;

	if (uid == 0)
		return 0;
	if (uid - e->sb->first_id >= e->sb->nids) {
		errno = EINVAL;
		return ERR_SYS;
	}
	return privs_set_ids(uid, uid, false);
}

static int
step_ids(struct entering *e)
{
	/* The supervisor keeps its own; a zygote with a range of ids takes one
	 * when the range exists; so does a clone, or it has its zygote's. */
	if (e->role == ROLE_WORKER)
		return set_clone_ids(e);
	if (e->role == ROLE_SUPERVISOR || e->sb->uid == SANDBOX_SAME_ID ||
	    has_range(e))
		return 0;
	if (privs_set_ids(e->sb->uid, e->sb->gid,
		e->sb->way == NS_WAY_DIRECT) != 0)
		return ERR_SYS;
	return 0;
}

static int
step_namespaces(struct entering *e)
{
	struct ns_options o = {.way = e->sb->way,
	    .first_id = e->sb->first_id,
	    .nids = has_range(e) ? e->sb->nids : 0,
	    .keeps_cgroups = e->sb->cgroups && e->role == ROLE_ZYGOTE};

	if (e->sb->way == NS_WAY_NONE)
		return 0;
	switch (roles[e->role].ns) {
	case NS_SHARED:
		if (ns_enter(&o, &e->report->failed) != 0)
			return ERR_SYS;
		if (o.nids > 0 &&
		    privs_set_ids(e->sb->uid, e->sb->gid, false) != 0)
			return ERR_SYS;
		break;
	case NS_OWN:
		if (getpid() == 1)
			e->report->layers |= SANDBOX_LAYER_PIDNS;
		break;
	case NS_NONE:
	default:
		return 0;
	}
	e->report->layers |= SANDBOX_LAYER_NAMESPACES;
	if (e->sb->empty_root && roles[e->role].ns == NS_SHARED &&
	    ns_empty_root() != 0) {
		e->report->failed = "empty root";
		return ERR_SYS;
	}
	if (e->sb->empty_root)
		e->report->layers |= SANDBOX_LAYER_MOUNT;
	return 0;
}

static int
step_limits(struct entering *e)
{
	struct privs_limits limits = {
	    .nofile = roles[e->role].nofile,
	    .memory_bytes = e->options->memory_bytes,
	    .no_processes = e->role != ROLE_ZYGOTE,
	    /* access logs, which it is handed */
	    .writes_files = e->role == ROLE_FRONT,
	};

	if (e->role == ROLE_SUPERVISOR)
		return 0; /* children could not have more */
	if (privs_set_limits(&limits) != 0)
		return ERR_SYS;
	e->report->layers |= SANDBOX_LAYER_RLIMITS;
	return 0;
}

static int
step_caps(struct entering *e)
{
	uint64_t keep = 0;

	/* What cloning into a pid namespace takes; gone in the clone. */
	if (e->role == ROLE_ZYGOTE && e->sb->way != NS_WAY_NONE)
		keep = 1ull << CAP_SYS_ADMIN | 1ull << CAP_SETPCAP;
	if (has_range(e))
		keep |= 1ull << CAP_SETUID | 1ull << CAP_SETGID;
	if (e->role == ROLE_SUPERVISOR)
		keep = SUPERVISOR_CAPS;
	if (e->role == ROLE_SUPERVISOR && e->sb->way == NS_WAY_DIRECT)
		keep |= 1ull << CAP_SYS_ADMIN; /* for the zygote */
	if (privs_drop_caps(keep) != 0)
		return ERR_SYS;
	e->report->layers |= SANDBOX_LAYER_CAPS;
	return 0;
}

static int
step_flags(struct entering *e)
{
	int r;

	if (privs_undumpable() != 0)
		return ERR_SYS;
	e->report->layers |= SANDBOX_LAYER_DUMPABLE;
	/* After the ids: their change resets it. */
	if (e->role != ROLE_SUPERVISOR) {
		if (privs_die_with_parent() != 0)
			return ERR_SYS;
		e->report->layers |= SANDBOX_LAYER_PDEATHSIG;
	}
	if ((r = privs_no_exec_gain()) == ERR_SYS)
		return ERR_SYS;
	if (r == 0)
		e->report->layers |= SANDBOX_LAYER_MDWE;
	if (privs_no_new() != 0)
		return ERR_SYS;
	e->report->layers |= SANDBOX_LAYER_NO_NEW_PRIVS;
	return 0;
}

static int
step_landlock(struct entering *e)
{
	int abi;

	if (e->role == ROLE_SUPERVISOR)
		return 0; /* it reads configs and binds sockets */
	abi = landlock_deny_all();
	if (abi < 0)
		return ERR_SYS;
	e->report->landlock_abi = abi;
	if (abi > 0)
		e->report->layers |= SANDBOX_LAYER_LANDLOCK;
	return 0;
}

static int
step_filter(struct entering *e)
{
	int r = filter_install(e->sb->filters[e->role].bytes,
	    e->sb->filters[e->role].len, e->options->log_fd);

	if (r != 0)
		return r;
	e->report->layers |= SANDBOX_LAYER_SECCOMP;
	return 0;
}

int
sandbox_enter(const struct sandbox *sandbox, enum role role,
    const struct sandbox_options *options, struct sandbox_report *report_out)
{
	struct entering e = {.sb = sandbox,
	    .options = options,
	    .report = report_out,
	    .role = role};
	static const struct {
		int (*run)(struct entering *);
		const char *name;
	} steps[] = {
	    {step_ids, "ids"},               /* needs the old capabilities */
	    {step_namespaces, "namespaces"}, /* needs /proc and dumpable */
	    {step_limits, "rlimits"},
	    {step_caps, "capabilities"}, /* nothing below needs one */
	    {step_flags, "process flags"},
	    {step_landlock, "landlock"}, /* needs no_new_privs; ends mounts */
	    {step_filter, "seccomp"},    /* ends all of the above */
	};
	int r;

	memset(report_out, 0, sizeof *report_out);
	/* libc reads /etc/localtime with the first conversion of a time; a
	 * clone inherits what its zygote has read. */
	if (role != ROLE_WORKER)
		tzset();
	if (sandbox->mode == SANDBOX_NONE)
		return 0;
	if (sandbox->uid != SANDBOX_SAME_ID || options->uid != 0)
		report_out->layers |= SANDBOX_LAYER_UID;
	for (size_t i = 0; i < NELEMS(steps); i++) {
		if ((r = steps[i].run(&e)) == 0)
			continue;
		report_out->failed_errno = errno;
		if (report_out->failed == NULL)
			report_out->failed = steps[i].name;
		return r;
	}
	report_out->failed = NULL;
	report_out->level = sandbox->level;
	return 0;
}

/* --- names --- */

const char *
role_name(enum role role)
{
	return roles[role].text;
}

const char *
sandbox_level_name(enum sandbox_level level)
{
	return level_names[level];
}

char *
sandbox_layers_text(unsigned set, char *dst, size_t dst_size)
{
	size_t n = 0;

	dst[0] = '\0';
	for (size_t i = 0; i < NELEMS(layers); i++) {
		if ((set & layers[i].bit) == 0 || n >= dst_size)
			continue;
		n += (size_t)snprintf(dst + n, dst_size - n, "%s%s",
		    n > 0 ? " " : "", layers[i].text);
	}
	return dst;
}

int
sandbox_mode_parse(const char *text, enum sandbox_mode *mode_out)
{
	for (size_t i = 0; i < NELEMS(mode_names); i++) {
		if (strcmp(mode_names[i], text) == 0) {
			*mode_out = (enum sandbox_mode)i;
			return 0;
		}
	}
	return ERR_RANGE;
}
