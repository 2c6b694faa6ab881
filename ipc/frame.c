/*
 * The frame header and the message table.
 */
#include "config.h"

#include "ipc/frame.h"

#include <assert.h>

#include "base/util.h"

static const struct ipc_spec specs[IPC_TYPE_MAX] = {
#define MSG(name_, id_, from_, to_, phase_, max_, fds_, text_)                 \
	[id_] = {.name = #name_,                                               \
	    .from = IPC_PARTY_##from_,                                         \
	    .to = IPC_PARTY_##to_,                                             \
	    .phase = IPC_PHASE_##phase_,                                       \
	    .max = max_,                                                       \
	    .fds = fds_,                                                       \
	    .text = text_},
#include "ipc/messages.def"
#undef MSG
};

#define MSG(name_, id_, from_, to_, phase_, max_, fds_, text_)                 \
	static_assert(id_ > 0 && id_ < IPC_TYPE_MAX, "id of " #name_);
#include "ipc/messages.def"
#undef MSG

static const struct {
	const char *text;
	int status;
} resets[IPC_RESET_MAX] = {
#define RESET(name_, code_, status_, text_) [code_] = {text_, status_},
#include "ipc/resets.def"
#undef RESET
};

static void
put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

static uint32_t
get32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

void
ipc_header_put(uint8_t out[IPC_HEADER_SIZE], const struct ipc_header *h)
{
	put32(out, h->len);
	out[4] = (uint8_t)h->type;
	out[5] = (uint8_t)(h->type >> 8);
	out[6] = (uint8_t)h->flags;
	out[7] = (uint8_t)(h->flags >> 8);
	put32(out + 8, h->stream);
	put32(out + 12, h->credit);
}

void
ipc_header_get(const uint8_t in[IPC_HEADER_SIZE], struct ipc_header *h)
{
	h->len = get32(in);
	h->type = (uint16_t)(in[4] | in[5] << 8);
	h->flags = (uint16_t)(in[6] | in[7] << 8);
	h->stream = get32(in + 8);
	h->credit = get32(in + 12);
}

const struct ipc_spec *
ipc_spec(unsigned int type)
{
	if (type >= NELEMS(specs) || specs[type].name == NULL)
		return NULL;
	return &specs[type];
}

static uint32_t
known_code(uint32_t code)
{
	return code < NELEMS(resets) ? code : IPC_RESET_PROTOCOL;
}

const char *
ipc_reset_text(uint32_t code)
{
	return resets[known_code(code)].text;
}

int
ipc_reset_status(uint32_t code)
{
	return resets[known_code(code)].status;
}
