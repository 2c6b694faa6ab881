/*
 * ipc/chan and ipc/mux: streams between two ends in one loop, and what bad
 * peers are answered.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <ev.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/fd.h"
#include "ipc/head.h"
#include "ipc/mux.h"

/* One side of a channel and what it saw. */
struct side {
	struct mux *mux;
	struct stream *stream; /* the last one seen */
	struct buf got;        /* body bytes */
	int nstreams;
	bool got_end;
	bool holds; /* does not consume */
	int nheads;
	int nclosed;
	enum stream_outcome outcome;
	uint32_t code;
	int ncontinue;
	int naccepted;
	int nforward;
	int ngoaway;
	int nacked;
	int nwritable;
	int nchan_closed;
	enum chan_close reason;
};

struct fixture {
	struct ev_loop *loop;
	struct chan_hub *hub;
	struct side client;
	struct side server;
	int raw; /* peer of a lone side */
};

static int
on_response(struct stream *s, const uint8_t *head, size_t len, bool end)
{
	struct side *side = stream_arg(s);

	(void)head;
	(void)len;
	side->nheads++;
	side->got_end = end;
	return 0;
}

static int
on_data(struct stream *s, const uint8_t *data, size_t len, bool end)
{
	struct side *side = stream_arg(s);

	buf_put(&side->got, data, len);
	side->got_end = end;
	if (!side->holds)
		stream_consumed(s, len);
	return 0;
}

static void
on_forward(struct stream *s)
{
	struct side *side = stream_arg(s);

	side->nforward++;
}

static void
on_accepted(struct stream *s)
{
	struct side *side = stream_arg(s);

	side->naccepted++;
}

static void
on_writable(struct stream *s)
{
	struct side *side = stream_arg(s);

	side->nwritable++;
}

static void
on_stream_close(struct stream *s, enum stream_outcome outcome, uint32_t code,
    const char *text)
{
	struct side *side = stream_arg(s);

	(void)text;
	side->nclosed++;
	side->outcome = outcome;
	side->code = code;
	side->stream = NULL;
}

static void
on_continue(struct stream *s)
{
	struct side *side = stream_arg(s);

	side->ncontinue++;
}

static const struct stream_ops stream_ops = {
    .on_response = on_response,
    .on_continue = on_continue,
    .on_accepted = on_accepted,
    .on_forward = on_forward,
    .on_data = on_data,
    .on_writable = on_writable,
    .on_close = on_stream_close,
};

static int
on_request(void *arg, struct stream *s, const uint8_t *head, size_t len,
    bool end)
{
	struct side *side = arg;

	(void)len;
	if (head[0] == '!')
		return ERR_PROTO;
	side->nstreams++;
	side->stream = s;
	side->got_end = end;
	stream_set(s, &stream_ops, side);
	return 0;
}

static void
on_goaway(void *arg, uint32_t code)
{
	struct side *side = arg;

	(void)code;
	side->ngoaway++;
}

static void
on_goaway_ack(void *arg)
{
	struct side *side = arg;

	side->nacked++;
}

static void
on_close(void *arg, enum chan_close reason)
{
	struct side *side = arg;

	side->nchan_closed++;
	side->reason = reason;
	mux_free(&side->mux);
}

static const struct mux_ops mux_ops = {
    .on_request = on_request,
    .on_goaway = on_goaway,
    .on_goaway_ack = on_goaway_ack,
    .on_close = on_close,
};

static void
turn(struct fixture *f, int n)
{
	for (int i = 0; i < n; i++)
		ev_run(f->loop, EVRUN_NOWAIT);
}

static void
open_side(struct fixture *f, struct side *side, int fd, bool is_server)
{
	struct mux_options o = {
	    .is_server = is_server,
	    .streams_max = 8,
	    .ops = &mux_ops,
	    .arg = side,
	};

	side->mux = mux_new(f->hub, fd, &o);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	int a, b;

	f->loop = ev_loop_new(0);
	f->hub = chan_hub_new(f->loop);
	f->raw = -1;
	assert_int_equal(fd_socketpair(&a, &b), 0);
	open_side(f, &f->client, a, false);
	open_side(f, &f->server, b, true);
	*state = f;
	return 0;
}

/* Only the server; the test is the peer and writes raw bytes. */
static int
setup_raw(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	int a, b;

	f->loop = ev_loop_new(0);
	f->hub = chan_hub_new(f->loop);
	assert_int_equal(fd_socketpair(&a, &b), 0);
	f->raw = a;
	open_side(f, &f->server, b, true);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	mux_free(&f->client.mux);
	mux_free(&f->server.mux);
	buf_clear(&f->client.got);
	buf_clear(&f->server.got);
	fd_close(&f->raw);
	chan_hub_free(&f->hub);
	ev_loop_destroy(f->loop);
	free(f);
	return 0;
}

static struct stream *
open_stream(struct fixture *f, bool end)
{
	struct stream *s = NULL;

	assert_int_equal(mux_request(f->client.mux, "req", 3, end, &stream_ops,
			     &f->client, &s),
	    0);
	return s;
}

static void
test_request_and_response(void **state)
{
	struct fixture *f = *state;

	f->client.stream = open_stream(f, true);
	turn(f, 4);
	assert_int_equal(f->server.nstreams, 1);
	assert_true(f->server.got_end);
	stream_respond(f->server.stream, "head", 4, false);
	assert_int_equal(stream_send(f->server.stream, "hello", 5, true), 5);
	turn(f, 4);
	assert_int_equal(f->client.nheads, 1);
	assert_int_equal(buf_len(&f->client.got), 5);
	assert_true(f->client.got_end);
	assert_int_equal(f->client.nclosed, 1);
	assert_int_equal(f->client.outcome, STREAM_DONE);
	assert_int_equal(f->server.nclosed, 1);
	assert_int_equal(mux_nstreams(f->client.mux), 0);
	assert_int_equal(mux_nstreams(f->server.mux), 0);
}

static void
test_credit_holds_the_sender_back(void **state)
{
	struct fixture *f = *state;
	static uint8_t chunk[MUX_WINDOW * 2];
	size_t sent;

	f->server.holds = true;
	f->client.stream = open_stream(f, false);
	sent = stream_send(f->client.stream, chunk, sizeof chunk, true);
	assert_int_equal(sent, MUX_WINDOW);
	turn(f, 20);
	assert_int_equal(buf_len(&f->server.got), MUX_WINDOW);
	assert_false(f->server.got_end);
	assert_int_equal(f->client.nwritable, 0);
	stream_consumed(f->server.stream, MUX_WINDOW);
	turn(f, 8);
	assert_int_equal(f->client.nwritable, 1);
	sent += stream_send(f->client.stream, chunk + sent, sizeof chunk - sent,
	    true);
	assert_int_equal(sent, sizeof chunk);
	turn(f, 20);
	assert_true(f->server.got_end);
	assert_int_equal(buf_len(&f->server.got), sizeof chunk);
}

static void
test_reset_reaches_the_peer(void **state)
{
	struct fixture *f = *state;

	f->client.stream = open_stream(f, false);
	turn(f, 4);
	stream_reset(f->client.stream, IPC_RESET_CANCEL, "gone");
	turn(f, 4);
	assert_int_equal(f->server.nclosed, 1);
	assert_int_equal(f->server.outcome, STREAM_RESET);
	assert_int_equal(f->server.code, IPC_RESET_CANCEL);
	assert_int_equal(mux_nstreams(f->client.mux), 0);
	/* Frames that crossed the reset are no error. */
	f->client.stream = open_stream(f, false);
	turn(f, 4);
	stream_respond(f->server.stream, "head", 4, false);
	stream_reset(f->client.stream, IPC_RESET_CANCEL, NULL);
	turn(f, 8);
	assert_int_equal(f->client.nchan_closed, 0);
	assert_int_equal(f->server.nchan_closed, 0);
}

static void
test_goaway_gives_back_what_was_not_accepted(void **state)
{
	struct fixture *f = *state;
	struct stream *s = NULL;

	f->client.stream = open_stream(f, true);
	turn(f, 4);
	assert_int_equal(f->server.nstreams, 1);
	mux_goaway(f->server.mux, IPC_RESET_DRAIN);
	/* One that crosses the GOAWAY, with a piece of its body. */
	s = open_stream(f, false);
	assert_int_equal(stream_send(s, "body", 4, false), 4);
	turn(f, 8);
	assert_int_equal(f->server.nchan_closed, 0);
	assert_int_equal(f->client.nchan_closed, 0);
	assert_int_equal(f->client.nclosed, 1);
	assert_int_equal(f->client.outcome, STREAM_UNACCEPTED);
	assert_int_equal(f->client.ngoaway, 1);
	assert_int_equal(f->server.nacked, 1);
	assert_int_equal(f->server.nstreams, 1);
	assert_int_equal(mux_request(f->client.mux, "req", 3, true, &stream_ops,
			     &f->client, &s),
	    ERR_STATE);
	/* The accepted one is still answered. */
	stream_respond(f->server.stream, "head", 4, true);
	turn(f, 4);
	assert_int_equal(f->client.nclosed, 2);
	assert_int_equal(f->client.outcome, STREAM_DONE);
}

static void
test_continue_is_asked_for_once(void **state)
{
	struct fixture *f = *state;
	struct stream *s = NULL;

	assert_int_equal(mux_request_expect(f->client.mux, "req", 3,
			     &stream_ops, &f->client, &s),
	    0);
	turn(f, 4);
	stream_continue(f->server.stream);
	stream_continue(f->server.stream);
	turn(f, 4);
	assert_int_equal(f->client.ncontinue, 1);
	/* Who did not wait for it is not told. */
	(void)open_stream(f, false);
	turn(f, 4);
	stream_continue(f->server.stream);
	turn(f, 4);
	assert_int_equal(f->client.ncontinue, 1);
	assert_int_equal(f->client.nchan_closed, 0);
}

static void
test_accepted_is_said_once_and_in_time(void **state)
{
	static const uint8_t body[MUX_ACCEPT_BYTES];
	struct fixture *f = *state;
	struct stream *s;

	f->server.holds = true;
	s = open_stream(f, false);
	assert_int_equal(stream_send(s, body, 1, false), 1);
	turn(f, 4);
	assert_false(stream_is_accepted(s));
	(void)stream_send(s, body, sizeof body, false);
	turn(f, 4);
	assert_true(stream_is_accepted(s));
	(void)stream_send(s, body, sizeof body, false);
	turn(f, 4);
	assert_int_equal(f->client.naccepted, 1);
	/* Credit says it as well, and the message that follows is none. */
	f->server.holds = false;
	s = open_stream(f, false);
	for (int i = 0; i < 8; i++)
		(void)stream_send(s, body, sizeof body, false);
	turn(f, 8);
	assert_true(stream_is_accepted(s));
	assert_int_equal(f->client.naccepted, 2);
	assert_int_equal(f->client.nchan_closed, 0);
}

static void
test_forward_reaches_the_client_once(void **state)
{
	struct fixture *f = *state;

	f->client.stream = open_stream(f, false);
	turn(f, 4);
	stream_respond(f->server.stream, "head", 4, false);
	stream_forward(f->server.stream);
	stream_forward(f->server.stream);
	turn(f, 4);
	assert_int_equal(f->client.nforward, 1);
	/* One that crossed the end of the body says nothing. */
	f->client.stream = open_stream(f, false);
	turn(f, 4);
	assert_int_equal(stream_send(f->client.stream, "b", 1, true), 1);
	stream_respond(f->server.stream, "head", 4, false);
	stream_forward(f->server.stream);
	turn(f, 4);
	assert_int_equal(f->client.nforward, 1);
	/* And one for a body that has ended is not sent. */
	f->client.stream = open_stream(f, true);
	turn(f, 4);
	stream_respond(f->server.stream, "head", 4, false);
	stream_forward(f->server.stream);
	turn(f, 4);
	assert_int_equal(f->client.nforward, 1);
	assert_int_equal(f->client.nchan_closed, 0);
}

static void
test_lost_channel_ends_streams(void **state)
{
	struct fixture *f = *state;

	f->client.stream = open_stream(f, true);
	turn(f, 4);
	mux_free(&f->server.mux);
	turn(f, 4);
	assert_int_equal(f->client.nclosed, 1);
	assert_int_equal(f->client.outcome, STREAM_LOST);
	assert_int_equal(f->client.code, IPC_RESET_CRASH);
	assert_int_equal(f->client.nchan_closed, 1);
	assert_int_equal(f->client.reason, CHAN_CLOSE_EOF);
}

static void
test_too_many_streams_are_refused(void **state)
{
	struct fixture *f = *state;
	struct stream *s = NULL;

	for (int i = 0; i < 8; i++)
		(void)open_stream(f, true);
	assert_int_equal(mux_request(f->client.mux, "req", 3, true, &stream_ops,
			     &f->client, &s),
	    ERR_LIMIT);
}

/* What the table or the state forbids ends the channel with its reason. */
static void
test_bad_peers(void **state)
{
	static const struct {
		const char *name;
		struct ipc_header frames[3];
		enum chan_close reason;
	} cases[] = {
	    {"unknown type", {{.type = 39}}, CHAN_CLOSE_TYPE},
	    {"type out of range", {{.type = 65535}}, CHAN_CLOSE_TYPE},
	    {"control message", {{.type = IPC_SPAWN}}, CHAN_CLOSE_DIRECTION},
	    {"wrong direction", {{.type = IPC_RESPONSE, .stream = 1}},
		CHAN_CLOSE_DIRECTION},
	    {"frame too long", {{.type = IPC_DATA, .len = IPC_FRAME_MAX + 1}},
		CHAN_CLOSE_LENGTH},
	    {"body too long for its row",
		{{.type = IPC_CREDIT, .stream = 1, .len = 1}}, CHAN_CLOSE_SIZE},
	    {"data for a stream never opened",
		{{.type = IPC_DATA, .stream = 7, .len = 1}}, CHAN_CLOSE_STREAM},
	    {"stream id goes back",
		{{.type = IPC_REQUEST, .stream = 5, .len = 1},
		    {.type = IPC_REQUEST, .stream = 4, .len = 1}},
		CHAN_CLOSE_STREAM},
	    {"stream zero", {{.type = IPC_REQUEST, .len = 1}},
		CHAN_CLOSE_STREAM},
	    {"data after the end",
		{{.type = IPC_REQUEST,
		     .stream = 1,
		     .len = 1,
		     .flags = IPC_FLAG_END},
		    {.type = IPC_DATA, .stream = 1, .len = 1}},
		CHAN_CLOSE_STREAM},
	    {"empty data",
		{{.type = IPC_REQUEST, .stream = 1, .len = 1},
		    {.type = IPC_DATA, .stream = 1}},
		CHAN_CLOSE_STREAM},
	    {"credit over the window",
		{{.type = IPC_REQUEST, .stream = 1, .len = 1},
		    {.type = IPC_CREDIT, .stream = 1, .credit = 1}},
		CHAN_CLOSE_CREDIT},
	    {"ack without goaway", {{.type = IPC_GOAWAY_ACK}},
		CHAN_CLOSE_STREAM},
	    {"large message is not taken", {{.type = IPC_BEGIN, .len = 6}},
		CHAN_CLOSE_ASSEMBLY},
	    {"part without begin", {{.type = IPC_PART, .len = 1}},
		CHAN_CLOSE_ASSEMBLY},
	    {"end without begin", {{.type = IPC_END}}, CHAN_CLOSE_ASSEMBLY},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct fixture *f = NULL;
		uint8_t bytes[IPC_HEADER_SIZE + 8] = {0};

		setup_raw((void **)&f);
		for (int j = 0; j < 3 && cases[i].frames[j].type != 0; j++) {
			const struct ipc_header *h = &cases[i].frames[j];
			size_t n = IPC_HEADER_SIZE + (h->len < 8 ? h->len : 8);

			ipc_header_put(bytes, h);
			assert_int_equal(write(f->raw, bytes, n), n);
		}
		turn(f, 6);
		if (f->server.nchan_closed != 1 ||
		    f->server.reason != cases[i].reason)
			fail_msg("%s: closed %d with \"%s\"", cases[i].name,
			    f->server.nchan_closed,
			    chan_close_text(f->server.reason));
		teardown((void **)&f);
	}
}

static void
test_data_over_credit(void **state)
{
	struct fixture *f = *state;
	static uint8_t bytes[IPC_HEADER_SIZE + IPC_FRAME_MAX];
	struct ipc_header h = {.type = IPC_REQUEST, .stream = 1, .len = 1};

	f->server.holds = true;
	ipc_header_put(bytes, &h);
	assert_int_equal(write(f->raw, bytes, IPC_HEADER_SIZE + 1), 17);
	h.type = IPC_DATA;
	h.len = IPC_FRAME_MAX;
	ipc_header_put(bytes, &h);
	for (unsigned int i = 0; i < MUX_WINDOW / IPC_FRAME_MAX; i++) {
		assert_int_equal(write(f->raw, bytes, sizeof bytes),
		    sizeof bytes);
		turn(f, 2);
	}
	assert_int_equal(f->server.nchan_closed, 0);
	assert_int_equal(write(f->raw, bytes, sizeof bytes), sizeof bytes);
	turn(f, 4);
	assert_int_equal(f->server.nchan_closed, 1);
	assert_int_equal(f->server.reason, CHAN_CLOSE_CREDIT);
}

/* A peer that never reads is dropped when its queue is full. */
static void
test_peer_that_does_not_read(void **state)
{
	struct fixture *f = *state;
	uint8_t bytes[IPC_HEADER_SIZE + 1] = {0};
	uint8_t head[60000] = {0};

	for (uint32_t id = 1; id < 200 && f->server.nchan_closed == 0; id++) {
		struct ipc_header h = {.type = IPC_REQUEST,
		    .stream = id,
		    .len = 1,
		    .flags = IPC_FLAG_END};

		ipc_header_put(bytes, &h);
		assert_int_equal(write(f->raw, bytes, sizeof bytes),
		    sizeof bytes);
		turn(f, 2);
		if (f->server.stream != NULL)
			stream_respond(f->server.stream, head, sizeof head,
			    true);
		turn(f, 2);
	}
	assert_int_equal(f->server.nchan_closed, 1);
	assert_int_equal(f->server.reason, CHAN_CLOSE_OVERFLOW);
}

static void
test_head_roundtrip(void **state)
{
	struct head_request in = {
	    .id = 0x1122334455667788ULL,
	    .method = {"PATCH", 5},
	    .scheme = HEAD_HTTPS,
	    .version = HEAD_HTTP_2,
	    .depth = 3,
	    .authority = {"example.com:8080", 16},
	    .target = {"/a?b=c", 6},
	    .client = {"[::1]:99", 8},
	};
	struct head_request out;
	struct head_str name, value;
	struct buf b;
	size_t mark;

	(void)state;
	buf_init(&b);
	mark = head_request_begin(&b, &in);
	head_field(&b, "content-type", 12, "text/plain", 10);
	head_field(&b, "x-own", 5, "", 0);
	head_field(&b, "x-xss-protection", 16, "1", 1);
	assert_int_equal(head_finish(&b, mark), 0);
	assert_int_equal(head_request_decode(buf_peek(&b), buf_len(&b), &out),
	    0);
	assert_true(out.id == in.id && out.version == in.version);
	assert_memory_equal(out.method.p, "PATCH", 5);
	assert_memory_equal(out.target.p, "/a?b=c", 6);
	assert_int_equal(out.fields.count, 3);
	assert_true(head_find(out.fields, "x-xss-protection", &value));
	assert_true(head_next(&out.fields, &name, &value));
	assert_memory_equal(name.p, "content-type", 12);
	assert_memory_equal(value.p, "text/plain", 10);
	assert_true(head_next(&out.fields, &name, &value));
	assert_memory_equal(name.p, "x-own", 5);
	assert_int_equal(value.len, 0);
	/* Every shorter input is refused. */
	for (size_t n = 0; n < buf_len(&b); n++)
		assert_int_equal(head_request_decode(buf_peek(&b), n, &out),
		    ERR_PROTO);
	buf_clear(&b);
}

static void
test_head_refuses(void **state)
{
	static const struct {
		const char *name;
		const char *field;
		const char *value;
	} cases[] = {
	    {"line feed in a value", "a", "x\ny"},
	    {"carriage return in a value", "a", "x\ry"},
	    {"space before a value", "a", " x"},
	    {"tab behind a value", "a", "x\t"},
	    {"upper case name", "Ab", "x"},
	    {"empty name", "", "x"},
	    {"space in a name", "a b", "x"},
	    {"colon in a name", "a:b", "x"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct head_response out;
		struct buf b;
		size_t mark;

		buf_init(&b);
		mark = head_response_begin(&b, 200, "OK", 2);
		head_field(&b, cases[i].field, strlen(cases[i].field),
		    cases[i].value, strlen(cases[i].value));
		assert_int_equal(head_finish(&b, mark), 0);
		if (head_response_decode(buf_peek(&b), buf_len(&b), &out) !=
		    ERR_PROTO)
			fail_msg("%s is taken", cases[i].name);
		buf_clear(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define PAIR(test_) cmocka_unit_test_setup_teardown(test_, setup, teardown)
#define RAW(test_) cmocka_unit_test_setup_teardown(test_, setup_raw, teardown)
	    PAIR(test_request_and_response),
	    PAIR(test_credit_holds_the_sender_back),
	    PAIR(test_reset_reaches_the_peer),
	    PAIR(test_goaway_gives_back_what_was_not_accepted),
	    PAIR(test_continue_is_asked_for_once),
	    PAIR(test_accepted_is_said_once_and_in_time),
	    PAIR(test_forward_reaches_the_client_once),
	    PAIR(test_lost_channel_ends_streams),
	    PAIR(test_too_many_streams_are_refused),
	    cmocka_unit_test(test_bad_peers),
	    RAW(test_data_over_credit),
	    RAW(test_peer_that_does_not_read),
	    cmocka_unit_test(test_head_roundtrip),
	    cmocka_unit_test(test_head_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
