#ifndef SANDBOX_DESC_H
#define SANDBOX_DESC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "sandbox/ns.h"
#include "sandbox/sandbox.h"

#define SANDBOX_DESC_MAGIC 0x31424445u /* "EDB1" */
#define SANDBOX_SAME_ID UINT32_MAX

/*
 * The description of a sandbox; shared by sandbox/sandbox.c, which enters it,
 * and sandbox/plan.c, which decides on it. As bytes, little-endian:
 *
 *   u32 magic, u8 mode, u8 level, u8 way, u8 empty_root, u32 uid, u32 gid,
 *   then for each role: u32 length, filter instructions
 */
struct sandbox {
	enum sandbox_mode mode;
	enum sandbox_level level;
	enum ns_way way;
	bool empty_root;
	uint32_t uid; /* SANDBOX_SAME_ID: not changed */
	uint32_t gid;
	struct {
		uint8_t *bytes; /* owned */
		size_t len;
	} filters[ROLE_COUNT];
};

void sandbox_desc_write(const struct sandbox *sb, struct buf *out);

#endif
