#ifndef SANDBOX_PRIVS_H
#define SANDBOX_PRIVS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The privileges of this process: each function gives one up for good. All
 * return 0 or ERR_SYS unless said otherwise.
 */

/* Change to UID and GID, without supplementary groups. KEEP_CAPS: bits of
 * capabilities that stay permitted across the change. */
int privs_set_ids(uid_t uid, gid_t gid, bool keep_caps);

/* Drop every capability but those of KEEP (1 << CAP_*), from every set. */
int privs_drop_caps(uint64_t keep);

/* True if the capability CAP_* is effective. */
bool privs_have_cap(int cap);

struct privs_limits {
	size_t nofile;       /* 0: as inherited */
	size_t memory_bytes; /* RLIMIT_DATA; 0: as inherited */
	bool no_processes;   /* RLIMIT_NPROC 0 */
	bool writes_files;   /* else RLIMIT_FSIZE 0 */
};

int privs_set_limits(const struct privs_limits *limits);

int privs_no_new(void);
int privs_undumpable(void);
int privs_dumpable(void); /* for the moment in which /proc/self is written */

/* SIGKILL when the parent ends. Reset by privs_set_ids(). */
int privs_die_with_parent(void);

/* Memory is never writable and executable. Returns 0, ERR_NOENT if the kernel
 * does not offer it, or ERR_SYS. */
int privs_no_exec_gain(void);

#endif
