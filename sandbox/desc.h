#ifndef SANDBOX_DESC_H
#define SANDBOX_DESC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "sandbox/ns.h"
#include "sandbox/sandbox.h"

#define SANDBOX_DESC_MAGIC 0x32424445u /* "EDB2" */

/*
 * The description of a sandbox; shared by sandbox/sandbox.c, which enters it,
 * and sandbox/plan.c, which decides on it. As bytes, little-endian:
 *
 *   u32 magic, u8 mode, u8 level, u8 way, u8 empty_root, u8 cgroups, u32 uid,
 *   u32 gid, u32 first_id, u32 nids, then for each role: u32 length, filter
 * instructions
 */
#define SANDBOX_DESC_MAX (64 * 1024) /* what a new pipe takes */

struct sandbox {
	enum sandbox_mode mode;
	enum sandbox_level level;
	enum ns_way way;
	bool empty_root;
	bool cgroups; /* clones start in groups */
	uint32_t uid; /* SANDBOX_SAME_ID: not changed */
	uint32_t gid;
	/* The ids that exist in the zygote's user namespace, for its clones;
	 * none: only its own. */
	uint32_t first_id;
	uint32_t nids;
	struct {
		uint8_t *bytes; /* owned */
		size_t len;
	} filters[ROLE_COUNT];
};

void sandbox_desc_write(const struct sandbox *sb, struct buf *out);

#endif
