#ifndef IPC_FRAME_H
#define IPC_FRAME_H

#include <stddef.h>
#include <stdint.h>

/*
 * A frame, little-endian:
 *
 *   offset  bytes  field
 *   0       4      length of the body, at most IPC_FRAME_MAX
 *   4       2      type, an id of messages.def
 *   6       2      flags
 *   8       4      stream, 0 where there is none
 *   12      4      credit, or the code of a RESET or GOAWAY
 *   16      ...    body
 */
#define IPC_VERSION 1
#define IPC_HEADER_SIZE 16
#define IPC_FRAME_MAX 65536
#define IPC_FLAG_END 0x0001    /* last frame of this direction of the stream */
#define IPC_FLAG_EXPECT 0x0002 /* REQUEST: the body waits for CONTINUE */

/* Parties, a set each. */
#define IPC_PARTY_S 0x01
#define IPC_PARTY_F 0x02
#define IPC_PARTY_Z 0x04
#define IPC_PARTY_W 0x08
#define IPC_PARTY_C 0x10
#define IPC_PARTY_A 0x20
#define IPC_PARTY_FW (IPC_PARTY_F | IPC_PARTY_W)
#define IPC_PARTY_FZW (IPC_PARTY_FW | IPC_PARTY_Z)
#define IPC_PARTY_CA (IPC_PARTY_C | IPC_PARTY_A)
#define IPC_PARTY_ANY 0xff

enum ipc_phase { IPC_PHASE_BOOT, IPC_PHASE_READY, IPC_PHASE_FRAME };

enum ipc_type {
#define MSG(name_, id_, from_, to_, phase_, max_, fds_, text_)                 \
	IPC_##name_ = id_,
#include "ipc/messages.def"
#undef MSG
	IPC_TYPE_MAX = 64
};

enum ipc_reset {
#define RESET(name_, code_, status_, text_) IPC_RESET_##name_ = code_,
#include "ipc/resets.def"
#undef RESET
	IPC_RESET_MAX
};

struct ipc_header {
	uint32_t len;
	uint16_t type;
	uint16_t flags;
	uint32_t stream;
	uint32_t credit;
};

struct ipc_spec {
	const char *name;
	uint8_t from;
	uint8_t to;
	enum ipc_phase phase;
	uint32_t max;
	uint8_t fds;
	const char *text;
};

void ipc_header_put(uint8_t out[IPC_HEADER_SIZE], const struct ipc_header *h);
void ipc_header_get(const uint8_t in[IPC_HEADER_SIZE], struct ipc_header *h);

/* The row of messages.def with this id, or NULL. */
const struct ipc_spec *ipc_spec(unsigned int type);

/* Text and HTTP status of a reset code; unknown codes read as PROTOCOL. */
const char *ipc_reset_text(uint32_t code);
int ipc_reset_status(uint32_t code);

#endif
