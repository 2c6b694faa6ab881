/*
 * Fuzzer of a whole front: connections, HTTP/1, HTTP/2 by nghttp2, exchanges.
 * The input is what a client sends, in pieces; a worker in the same loop
 * answers by what the path says. Its first byte has options.
 */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <ev.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/util.h"
#include "front/conn.h"
#include "front/front.h"
#include "front/listener.h"
#include "ipc/control.h"
#include "ipc/head.h"
#include "ipc/mux.h"

#define SERVICE 7
#define TURNS 6 /* of the loop, after each piece */
#define BODY_MAX (64 * 1024)

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
	struct ev_loop *loop;
	struct chan_hub *hub;
	struct chan *super;
	struct mux *mux;
	struct front *front;
	bool is_ready;
};

static struct world world;

/* ---- the worker: answers, resets, holds or ends the channel ---- */

static void
respond(struct stream *s, const char *length, bool end)
{
	struct buf b;
	size_t mark;

	buf_init(&b);
	mark = head_response_begin(&b, 200, "", 0);
	head_field(&b, "x", 1, "y", 1);
	if (length != NULL)
		head_field(&b, "content-length", 14, length, strlen(length));
	ASSERT(head_finish(&b, mark) == 0);
	stream_respond(s, buf_peek(&b), buf_len(&b), end);
	buf_clear(&b);
}

/* Of a stream whose body goes back: see stream_forward(). */
static char forwarded;

static int
on_data(struct stream *s, const uint8_t *data, size_t len, bool end)
{
	if (stream_arg(s) == &forwarded) {
		/* What does not fit is lost, as a bad worker would. */
		(void)stream_send(s, data, len, false);
		if (end)
			(void)stream_send(s, NULL, 0, true);
		else
			stream_consumed(s, len);
		return 0;
	}
	if (end && !stream_is_output_ended(s)) {
		if (stream_arg(s) == NULL) /* not answered yet */
			respond(s, NULL, false);
		(void)stream_send(s, "done", 4, true);
	} else if (!end) {
		stream_consumed(s, len);
	}
	return 0;
}

static void
on_stream_close(struct stream *s, enum stream_outcome outcome, uint32_t code,
    const char *text)
{
	(void)s;
	(void)outcome;
	(void)code;
	(void)text;
}

static const struct stream_ops stream_ops = {
    .on_data = on_data,
    .on_close = on_stream_close,
};

static void
with_body(struct stream *s, char kind)
{
	static const uint8_t body[BODY_MAX];

	stream_set(s, &stream_ops, &world);
	respond(s, kind == 'l' ? "3" : kind == 'm' ? "99999" : NULL, false);
	(void)stream_send(s, body, kind == 'b' ? BODY_MAX : 20, kind != 'p');
}

static void
send_back(struct stream *s, bool end)
{
	stream_set(s, &stream_ops, &forwarded);
	respond(s, NULL, end);
	if (!end)
		stream_forward(s);
}

static void
with_trailers(struct stream *s)
{
	struct buf b;
	size_t mark;

	respond(s, NULL, false);
	buf_init(&b);
	mark = head_trailers_begin(&b);
	head_field(&b, "z", 1, "1", 1);
	ASSERT(head_finish(&b, mark) == 0);
	stream_send_trailers(s, buf_peek(&b), buf_len(&b));
	buf_clear(&b);
}

static int
on_request(void *arg, struct stream *s, const uint8_t *head, size_t len,
    bool end)
{
	struct head_request r;
	char kind;

	(void)arg;
	/* The front must never send what a worker would refuse. */
	ASSERT(head_request_decode(head, len, &r) == 0);
	stream_set(s, &stream_ops, NULL);
	kind = r.target.len > 1 ? r.target.p[1] : '/';
	if (kind == 'r')
		stream_reset(s, IPC_RESET_CPU, "limit");
	else if (kind == 'c')
		mux_free(&world.mux);
	else if (kind == 'g')
		mux_goaway(world.mux, IPC_RESET_DRAIN);
	else if (kind == 't')
		with_trailers(s);
	else if (kind == 'l' || kind == 'm' || kind == 'b' || kind == 'p')
		with_body(s, kind);
	else if (kind == 'f')
		send_back(s, end);
	else if (kind == 'x')
		stream_continue(s);
	else if (kind != 'h' && (end || kind == 'e'))
		respond(s, NULL, true);
	return 0;
}

static void
on_mux_close(void *arg, enum chan_close reason)
{
	(void)arg;
	/* The front must never break the protocol. */
	if (reason != CHAN_CLOSE_EOF && reason != CHAN_CLOSE_IO)
		fatal("the front: %s", chan_close_text(reason));
	mux_free(&world.mux);
}

static const struct mux_ops mux_ops = {
    .on_request = on_request,
    .on_close = on_mux_close,
};

/* ---- the supervisor ---- */

static int
on_channel_request(void *arg, const struct ipc_msg *msg)
{
	const struct mux_options options = {.is_server = true, .ops = &mux_ops};
	struct control_channel m = {
	    .side = CONTROL_CLIENT, .entrypoint = {"", 0}, .props = {"", 0}};
	struct buf b;
	int mine, theirs;

	(void)arg;
	ASSERT(control_u32_get(msg, &m.target) == 0 && m.target == SERVICE);
	ASSERT(fd_socketpair(&mine, &theirs) == 0);
	mux_free(&world.mux);
	world.mux = mux_new(world.hub, mine, &options);
	buf_init(&b);
	control_channel_put(&b, &m);
	chan_send(world.super, IPC_CHANNEL, buf_peek(&b), buf_len(&b), &theirs);
	buf_clear(&b);
	return 0;
}

static int
on_hello(void *arg, const struct ipc_msg *msg)
{
	(void)arg;
	(void)msg;
	return 0;
}

static void
on_super_close(void *arg, enum chan_close reason)
{
	(void)arg;
	(void)reason;
	abort();
}

static const chan_handler handlers[IPC_TYPE_MAX] = {
    [IPC_HELLO] = on_hello,
    [IPC_CHANNEL_REQUEST] = on_channel_request,
};

static void
turn(int n)
{
	for (int i = 0; i < n; i++)
		ev_run(world.loop, EVRUN_NOWAIT);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const struct chan_options options = {
	    .self = IPC_PARTY_S,
	    .peer = IPC_PARTY_F,
	    .handlers = handlers,
	    .on_close = on_super_close,
	};
	struct control_listener l = {.id = 1,
	    .service = SERVICE,
	    .name = {"fuzz", 4},
	    .forwarded_proto_header = {"x-proto", 7},
	    .cf_blob_header = {"x-cf", 4},
	    .inject_request = {"", 0},
	    .inject_response = {"", 0}};
	int mine, theirs, sv[2];

	(void)argc;
	(void)argv;
	log_init(LOG_SINK_TEXT, STDERR_FILENO, LOG_FATAL);
	world.loop = ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV);
	ASSERT(fd_socketpair(&mine, &theirs) == 0);
	world.hub = chan_hub_new(world.loop);
	world.super = chan_new(world.hub, mine, &options);
	world.front = front_new(world.loop, theirs);
	limits_init(&l.limits);
	l.limits.body_bytes = 20000;
	l.limits.head_bytes = 2000;
	l.limits.target_bytes = 500;
	l.limits.fields = 20;
	l.limits.streams = 10;
	front_send_hello(world.front, '-', "");
	/* Never accepts: connections are opened below. */
	ASSERT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv) == 0);
	listener_add(world.front, &l, sv[0]);
	listener_pause_all(world.front, true);
	close(sv[1]);
	turn(TURNS);
	return 0;
}

/* Read what there is, so that the front can write on. */
static void
drink(int fd)
{
	uint8_t sink[16384];

	while (recv(fd, sink, sizeof sink, MSG_DONTWAIT) > 0)
		continue;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t step;
	bool reads, half_closes;
	int ours, theirs;

	if (size < 1)
		return 0;
	step = (size_t)(data[0] & 63) * 17 + 1;
	reads = (data[0] & 64) == 0;
	half_closes = (data[0] & 128) != 0;
	data++;
	size--;
	ASSERT(fd_socketpair(&ours, &theirs) == 0);
	conn_open(world.front, world.front->listeners, theirs, "192.0.2.1:80",
	    NULL);
	while (size > 0) {
		size_t n = MIN(step, size);
		ssize_t r = send(ours, data, n, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (r <= 0)
			break;
		data += r;
		size -= (size_t)r;
		turn(TURNS);
		if (reads)
			drink(ours);
	}
	if (half_closes)
		shutdown(ours, SHUT_WR);
	turn(TURNS);
	drink(ours);
	turn(TURNS);
	fd_close(&ours);
	turn(TURNS);
	/* One that waits for its worker may live until its time is over. */
	while (!TAILQ_EMPTY(&world.front->conns))
		conn_close(TAILQ_FIRST(&world.front->conns), CONN_CLOSE_IO);
	turn(TURNS);
	ASSERT(world.front->nconns == 0 && world.front->held_bytes == 0);
	return 0;
}
