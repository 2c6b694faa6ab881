/*
 * Bodies of the control messages.
 *
 * Runs in: every process. Both sides of a control channel use the same
 *          functions; what they decode is a peer's and is checked.
 */
#include "config.h"

#include "ipc/control.h"

#include <assert.h>
#include <string.h>

#include "base/err.h"

#define TEXT_MAX 4096
#define PROPS_MAX 61440
#define HOST_MAX 255
#define ROUTE_PATH_MAX 2048

static_assert(sizeof(struct control_ticket_key) == 80, "no padding");

static struct control_str
get_str(struct rd *r, size_t max)
{
	struct control_str s;

	s.p = rd_str(r, max, &s.len);
	return s;
}

static void
put_str(struct buf *b, const struct control_str *s)
{
	buf_put_str(b, s->p, s->len);
}

void
control_hello_put(struct buf *b, const struct control_hello *m)
{
	buf_put_u32(b, m->version);
	buf_put_u8(b, m->level);
	put_str(b, &m->report);
}

int
control_hello_get(const struct ipc_msg *msg, struct control_hello *out)
{
	struct rd r;

	rd_init(&r, msg->body, msg->len);
	out->version = rd_u32(&r);
	out->level = rd_u8(&r);
	out->report = get_str(&r, TEXT_MAX);
	return rd_end(&r);
}

void
control_inject_put(struct buf *b, const char *name, const char *value)
{
	buf_put_u8(b, value != NULL);
	buf_put_cstr(b, name);
	buf_put_cstr(b, value != NULL ? value : "");
}

void
control_listener_put(struct buf *b, const struct control_listener *m)
{
	buf_put_u32(b, m->id);
	buf_put_u32(b, m->service);
	buf_put_u8(b, m->is_proxy_style);
	put_str(b, &m->name);
	put_str(b, &m->forwarded_proto_header);
	put_str(b, &m->cf_blob_header);
	put_str(b, &m->inject_request);
	put_str(b, &m->inject_response);
	limits_put(b, &m->limits);
	buf_put_u8(b, m->is_tls);
	buf_put_u8(b, m->timing);
	buf_put_u32(b, m->log);
	put_str(b, &m->proxies);
}

int
control_listener_get(const struct ipc_msg *msg, struct control_listener *out)
{
	struct rd r;

	rd_init(&r, msg->body, msg->len);
	out->id = rd_u32(&r);
	out->service = rd_u32(&r);
	out->is_proxy_style = rd_u8(&r) != 0;
	out->name = get_str(&r, TEXT_MAX);
	out->forwarded_proto_header = get_str(&r, HOST_MAX);
	out->cf_blob_header = get_str(&r, HOST_MAX);
	out->inject_request = get_str(&r, CONTROL_INJECT_BYTES_MAX);
	out->inject_response = get_str(&r, CONTROL_INJECT_BYTES_MAX);
	limits_get(&r, &out->limits);
	out->is_tls = rd_u8(&r) != 0;
	out->timing = rd_u8(&r);
	out->log = rd_u32(&r);
	out->proxies = get_str(&r, CONTROL_NETS_MAX * CONTROL_NET_SIZE);
	return rd_end(&r);
}

void
control_net_put(struct buf *b, const struct control_net *net)
{
	buf_put(b, net->address, sizeof net->address);
	buf_put_u8(b, net->bits);
}

int
control_net_get(struct rd *r, struct control_net *out)
{
	const uint8_t *p = rd_bytes(r, sizeof out->address);

	if (r->bad)
		return ERR_PROTO;
	memcpy(out->address, p, sizeof out->address);
	out->bits = rd_u8(r);
	if (r->bad || (out->bits > 128 && out->bits != CONTROL_NET_UNIX))
		return ERR_PROTO;
	return 0;
}

static void
send_fd(struct chan *c, enum ipc_type type, struct buf *b, int fd)
{
	chan_send(c, type, buf_peek(b), buf_len(b), &fd);
	buf_clear(b);
}

void
control_tls_send(struct chan *c, const struct control_tls *m, int fd)
{
	struct buf b;

	buf_init(&b);
	buf_put_u32(&b, m->listener);
	buf_put_u32(&b, m->len);
	send_fd(c, IPC_LISTENER_TLS, &b, fd);
}

int
control_tls_get(const struct ipc_msg *msg, struct control_tls *out)
{
	struct rd r;

	rd_init(&r, msg->body, msg->len);
	out->listener = rd_u32(&r);
	out->len = rd_u32(&r);
	return rd_end(&r);
}

void
control_tickets_send(struct chan *c, const struct control_tickets *m)
{
	uint8_t *bytes;
	struct buf b;

	buf_init(&b);
	buf_put_u32(&b, m->lifetime_s);
	buf_put_u8(&b, m->n);
	for (size_t i = 0; i < m->n; i++)
		buf_put(&b, &m->keys[i], sizeof m->keys[i]);
	chan_send(c, IPC_TICKET_KEYS, buf_peek(&b), buf_len(&b), NULL);
	bytes = b.data;
	explicit_bzero(bytes, b.size);
	buf_clear(&b);
}

int
control_tickets_get(const struct ipc_msg *msg, struct control_tickets *out)
{
	struct rd r;

	rd_init(&r, msg->body, msg->len);
	out->lifetime_s = rd_u32(&r);
	out->n = rd_u8(&r);
	if (out->n == 0 || out->n > CONTROL_TICKET_KEYS_MAX)
		return ERR_PROTO;
	for (size_t i = 0; i < out->n; i++) {
		const uint8_t *p = rd_bytes(&r, sizeof out->keys[i]);

		if (!r.bad)
			memcpy(&out->keys[i], p, sizeof out->keys[i]);
	}
	return rd_end(&r);
}

void
control_log_send(struct chan *c, const struct control_log *m, int fd)
{
	struct buf b;

	buf_init(&b);
	buf_put_u32(&b, m->log);
	buf_put_u8(&b, m->sink);
	buf_put_u8(&b, m->format);
	send_fd(c, IPC_ACCESS_LOG, &b, fd);
}

int
control_log_get(const struct ipc_msg *msg, struct control_log *out)
{
	struct rd r;

	rd_init(&r, msg->body, msg->len);
	out->log = rd_u32(&r);
	out->sink = rd_u8(&r);
	out->format = rd_u8(&r);
	if (out->log == 0 || out->sink >= CONTROL_LOG_SINKS ||
	    out->format >= CONTROL_LOG_FORMATS)
		return ERR_PROTO;
	return rd_end(&r);
}

void
control_channel_put(struct buf *b, const struct control_channel *m)
{
	buf_put_u8(b, m->side);
	buf_put_u32(b, m->target);
	buf_put_u16(b, m->instances);
	buf_put_u32(b, m->process);
	put_str(b, &m->entrypoint);
	put_str(b, &m->props);
}

int
control_channel_get(const struct ipc_msg *msg, struct control_channel *out)
{
	struct rd r;

	rd_init(&r, msg->body, msg->len);
	out->side = rd_u8(&r);
	out->target = rd_u32(&r);
	out->instances = rd_u16(&r);
	out->process = rd_u32(&r);
	out->entrypoint = get_str(&r, TEXT_MAX);
	out->props = get_str(&r, PROPS_MAX);
	if (out->side > CONTROL_SERVER)
		return ERR_PROTO;
	return rd_end(&r);
}

void
control_refused_put(struct buf *b, const struct control_refused *m)
{
	buf_put_u32(b, m->target);
	buf_put_u8(b, m->code);
	put_str(b, &m->text);
}

int
control_refused_get(const struct ipc_msg *msg, struct control_refused *out)
{
	struct rd r;

	rd_init(&r, msg->body, msg->len);
	out->target = rd_u32(&r);
	out->code = rd_u8(&r);
	out->text = get_str(&r, TEXT_MAX);
	return rd_end(&r);
}

void
control_ended_send(struct chan *c, const struct control_ended *m)
{
	struct buf b;

	buf_init(&b);
	buf_put_u32(&b, m->process);
	buf_put_u8(&b, m->code);
	chan_send(c, IPC_PROCESS_ENDED, buf_peek(&b), buf_len(&b), NULL);
	buf_clear(&b);
}

int
control_ended_get(const struct ipc_msg *msg, struct control_ended *out)
{
	struct rd r;

	rd_init(&r, msg->body, msg->len);
	out->process = rd_u32(&r);
	out->code = rd_u8(&r);
	if (!r.bad && (out->process == 0 || out->code == IPC_RESET_NONE))
		return ERR_PROTO;
	return rd_end(&r);
}

void
control_spawn_put(struct buf *b, const struct control_spawn *m)
{
	buf_put_u32(b, m->cookie);
	buf_put_u32(b, m->uid);
	buf_put_u64(b, m->memory_max);
	put_str(b, &m->name);
}

int
control_spawn_get(const struct ipc_msg *msg, struct control_spawn *out)
{
	struct rd r;

	rd_init(&r, msg->body, msg->len);
	out->cookie = rd_u32(&r);
	out->uid = rd_u32(&r);
	out->memory_max = rd_u64(&r);
	out->name = get_str(&r, TEXT_MAX);
	return rd_end(&r);
}

void
control_spawned_put(struct buf *b, const struct control_spawned *m)
{
	buf_put_u32(b, m->cookie);
	buf_put_u32(b, m->pid);
	buf_put_u32(b, m->error);
	buf_put_u8(b, m->is_placed);
}

int
control_spawned_get(const struct ipc_msg *msg, struct control_spawned *out)
{
	struct rd r;

	rd_init(&r, msg->body, msg->len);
	out->cookie = rd_u32(&r);
	out->pid = rd_u32(&r);
	out->error = rd_u32(&r);
	out->is_placed = rd_u8(&r) != 0;
	return rd_end(&r);
}

void
control_routes_begin(struct buf *b, uint32_t number, uint32_t nroutes)
{
	buf_put_u32(b, number);
	buf_put_u32(b, nroutes);
}

void
control_routes_add(struct buf *b, const struct control_route *route)
{
	buf_put_u32(b, route->listener);
	put_str(b, &route->host);
	put_str(b, &route->path);
	buf_put_u32(b, route->service);
}

void
control_routes_get(const struct ipc_msg *msg, struct rd *r,
    uint32_t *number_out, uint32_t *nroutes_out)
{
	rd_init(r, msg->body, msg->len);
	*number_out = rd_u32(r);
	*nroutes_out = rd_u32(r);
}

void
control_route_get(struct rd *r, struct control_route *out)
{
	out->listener = rd_u32(r);
	out->host = get_str(r, HOST_MAX);
	out->path = get_str(r, ROUTE_PATH_MAX);
	out->service = rd_u32(r);
}

void
control_limits_send(struct chan *c, const struct limits *l)
{
	struct buf b;

	buf_init(&b);
	limits_put(&b, l);
	chan_send(c, IPC_FRONT_LIMITS, buf_peek(&b), buf_len(&b), NULL);
	buf_clear(&b);
}

int
control_limits_get(const struct ipc_msg *msg, struct limits *out)
{
	struct rd r;

	rd_init(&r, msg->body, msg->len);
	limits_get(&r, out);
	return rd_end(&r);
}

int
control_u32_get(const struct ipc_msg *msg, uint32_t *out)
{
	struct rd r;

	rd_init(&r, msg->body, msg->len);
	*out = rd_u32(&r);
	return rd_end(&r);
}

void
control_u32_send(struct chan *c, enum ipc_type type, uint32_t value)
{
	uint8_t body[4] = {(uint8_t)value, (uint8_t)(value >> 8),
	    (uint8_t)(value >> 16), (uint8_t)(value >> 24)};

	chan_send(c, type, body, sizeof body, NULL);
}
