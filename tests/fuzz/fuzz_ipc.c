/*
 * Hostile bytes on channels: byte 0 picks what reads the rest.
 *
 *   0 a worker's side of a data channel   1 a caller's side of one
 *   2 the supervisor's side of a control channel, 3 a worker's
 *   4..6 the decoders of heads, 7 of a worker spec
 */
#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <ev.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/log.h"
#include "ipc/control.h"
#include "ipc/head.h"
#include "ipc/mux.h"
#include "ipc/spec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX 60000 /* what a socket takes at once */

static struct ev_loop *loop;
static struct chan_hub *hub;

static int
on_response(struct stream *s, const uint8_t *head, size_t len, bool end)
{
	struct head_response h;

	(void)s;
	(void)end;
	return head_response_decode(head, len, &h);
}

static int
on_data(struct stream *s, const uint8_t *data, size_t len, bool end)
{
	(void)data;
	stream_consumed(s, len / 2);
	if (end && !stream_is_output_ended(s))
		(void)stream_send(s, "bye", 3, true);
	return 0;
}

static void
on_writable(struct stream *s)
{
	(void)stream_send(s, "more", 4, false);
}

static void
on_stream_close(struct stream *s, enum stream_outcome outcome, uint32_t code,
    const char *text)
{
	(void)s;
	(void)outcome;
	(void)ipc_reset_text(code);
	(void)text;
}

static const struct stream_ops stream_ops = {
    .on_response = on_response,
    .on_data = on_data,
    .on_writable = on_writable,
    .on_close = on_stream_close,
};

static int
on_request(void *arg, struct stream *s, const uint8_t *head, size_t len,
    bool end)
{
	static uint8_t body[1000];

	(void)arg;
	stream_set(s, &stream_ops, NULL);
	if (len > 0 && head[0] == 'r') {
		stream_reset(s, IPC_RESET_INTERNAL, "because");
		return 0;
	}
	stream_respond(s, "head", 4, false);
	(void)stream_send(s, body, sizeof body, end);
	if (len > 0 && head[0] == 'd')
		stream_discard(s);
	return 0;
}

static void
on_mux_close(void *arg, enum chan_close reason)
{
	(void)reason;
	mux_free(arg);
}

static const struct mux_ops mux_ops = {
    .on_request = on_request,
    .on_close = on_mux_close,
};

static int
on_message(void *arg, const struct ipc_msg *m)
{
	union {
		struct control_hello hello;
		struct control_listener listener;
		struct control_channel channel;
		struct control_refused refused;
		struct control_ended ended;
		struct control_spawn spawn;
		struct control_spawned spawned;
		uint32_t u32;
	} u;

	(void)arg;
	switch (m->type) {
	case IPC_HELLO:
		return control_hello_get(m, &u.hello);
	case IPC_LISTENER:
		return control_listener_get(m, &u.listener);
	case IPC_CHANNEL:
		return control_channel_get(m, &u.channel);
	case IPC_PROCESS_ENDED:
		return control_ended_get(m, &u.ended);
	case IPC_CHANNEL_REFUSED:
		return control_refused_get(m, &u.refused);
	case IPC_SPAWN:
		return control_spawn_get(m, &u.spawn);
	case IPC_SPAWNED:
		return control_spawned_get(m, &u.spawned);
	case IPC_CHANNEL_REQUEST:
	case IPC_DRAIN:
		return control_u32_get(m, &u.u32);
	default:
		return 0;
	}
}

static int
on_spec(void *arg, const struct ipc_msg *m)
{
	struct worker_spec spec;

	(void)arg;
	if (worker_spec_get(m->body, m->len, &spec) != 0)
		return ERR_PROTO;
	worker_spec_clear(&spec);
	return 0;
}

static void
on_chan_close(void *arg, enum chan_close reason)
{
	(void)chan_close_text(reason);
	chan_free(arg);
}

static void
feed(int fd, const uint8_t *data, size_t size)
{
	if (write(fd, data, size) < 0)
		abort();
	for (int i = 0; i < 6; i++)
		ev_run(loop, EVRUN_NOWAIT);
}

static void
fuzz_mux(int fd, int peer, bool is_server, const uint8_t *data, size_t size)
{
	struct mux *m;
	struct mux_options o = {.is_server = is_server,
	    .streams_max = 16,
	    .ops = &mux_ops,
	    .arg = &m};

	m = mux_new(hub, fd, &o);
	for (int i = 0; i < 3 && !is_server; i++) {
		struct stream *s;

		(void)mux_request(m, "req", 3, i == 1, &stream_ops, NULL, &s);
	}
	feed(peer, data, size);
	if (m != NULL && is_server && size % 2 == 0)
		mux_goaway(m, IPC_RESET_DRAIN);
	ev_run(loop, EVRUN_NOWAIT);
	mux_free(&m);
}

static void
fuzz_control(int fd, int peer, bool is_super, const uint8_t *data, size_t size)
{
	static const chan_handler handlers[IPC_TYPE_MAX] = {
	    [IPC_HELLO] = on_message,
	    [IPC_CHANNEL_REQUEST] = on_message,
	    [IPC_CHANNEL] = on_message,
	    [IPC_CHANNEL_REFUSED] = on_message,
	    [IPC_WORKER_SPEC] = on_spec,
	    [IPC_WORKER_READY] = on_message,
	    [IPC_WORKER_FAILED] = on_message,
	    [IPC_DRAINING] = on_message,
	    [IPC_DRAIN] = on_message,
	};
	struct chan *c;
	struct chan_options o = {.self = is_super ? IPC_PARTY_S : IPC_PARTY_W,
	    .peer = is_super ? IPC_PARTY_W : IPC_PARTY_S,
	    .handlers = handlers,
	    .arg = &c,
	    .on_close = on_chan_close,
	    .assembly_max = 1 << 20,
	    .takes_fds = true};

	c = chan_new(hub, fd, &o);
	feed(peer, data, size);
	chan_free(&c);
}

static void
fuzz_decoders(unsigned int which, const uint8_t *data, size_t size)
{
	struct head_request request;
	struct head_response response;
	struct head_fields fields = {0};
	struct head_str name, value;
	struct worker_spec spec;
	int r;

	switch (which) {
	case 4:
		r = head_request_decode(data, size, &request);
		fields = request.fields;
		break;
	case 5:
		r = head_response_decode(data, size, &response);
		fields = response.fields;
		break;
	case 6:
		r = head_fields_decode(data, size, &fields);
		break;
	default:
		r = -1;
		if (worker_spec_get(data, size, &spec) == 0)
			worker_spec_clear(&spec);
		break;
	}
	while (r == 0 && head_next(&fields, &name, &value))
		if (!head_is_name(name.p, name.len) ||
		    !head_is_value(value.p, value.len))
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned int which;
	int a, b;

	if (loop == NULL) {
		loop = ev_loop_new(0);
		hub = chan_hub_new(loop);
		log_init(LOG_SINK_TEXT, 2, LOG_FATAL);
	}
	if (size < 2 || size > INPUT_MAX)
		return 0;
	which = data[0] & 7;
	if (which > 3) {
		fuzz_decoders(which, data + 1, size - 1);
		return 0;
	}
	if (fd_socketpair(&a, &b) != 0)
		abort();
	if (which < 2)
		fuzz_mux(a, b, which == 0, data + 1, size - 1);
	else
		fuzz_control(a, b, which == 2, data + 1, size - 1);
	fd_close(&b);
	return 0;
}
