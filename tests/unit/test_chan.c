/*
 * ipc/chan: control channels: phases, descriptors, large messages, pausing;
 * ipc/control and ipc/spec: what is encoded is decoded.
 */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <ev.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/fd.h"
#include "ipc/control.h"
#include "ipc/spec.h"

struct end {
	struct chan *chan;
	int nmessages;
	uint16_t last_type;
	struct buf body; /* of the last message */
	int fd;          /* kept from the last message, or -1 */
	int nclosed;
	enum chan_close reason;
	int result; /* what the handler returns */
};

struct fixture {
	struct ev_loop *loop;
	struct chan_hub *hub;
	struct end super;
	struct end worker;
};

static int
on_message(void *arg, const struct ipc_msg *m)
{
	struct end *e = arg;

	e->nmessages++;
	e->last_type = m->type;
	buf_clear(&e->body);
	buf_put(&e->body, m->body, m->len);
	if (m->type == IPC_CHANNEL) {
		fd_close(&e->fd);
		e->fd = m->fds[0];
		m->fds[0] = -1;
	}
	return e->result;
}

static void
on_close(void *arg, enum chan_close reason)
{
	struct end *e = arg;

	e->nclosed++;
	e->reason = reason;
	chan_free(&e->chan);
}

static const chan_handler super_handlers[IPC_TYPE_MAX] = {
    [IPC_HELLO] = on_message,
    [IPC_CHANNEL_REQUEST] = on_message,
    [IPC_WORKER_READY] = on_message,
};

static const chan_handler worker_handlers[IPC_TYPE_MAX] = {
    [IPC_WORKER_SPEC] = on_message,
    [IPC_CHANNEL] = on_message,
    [IPC_DRAIN] = on_message,
};

static void
turn(struct fixture *f, int n)
{
	for (int i = 0; i < n; i++)
		ev_run(f->loop, EVRUN_NOWAIT);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct chan_options o = {.self = IPC_PARTY_S,
	    .peer = IPC_PARTY_W,
	    .handlers = super_handlers,
	    .arg = &f->super,
	    .on_close = on_close};
	int a, b;

	f->super.fd = f->worker.fd = -1;
	f->loop = ev_loop_new(0);
	f->hub = chan_hub_new(f->loop);
	assert_int_equal(fd_socketpair(&a, &b), 0);
	f->super.chan = chan_new(f->hub, a, &o);
	o = (struct chan_options){.self = IPC_PARTY_W,
	    .peer = IPC_PARTY_S,
	    .handlers = worker_handlers,
	    .arg = &f->worker,
	    .on_close = on_close,
	    .assembly_max = 1 << 20,
	    .takes_fds = true};
	f->worker.chan = chan_new(f->hub, b, &o);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	chan_free(&f->super.chan);
	chan_free(&f->worker.chan);
	buf_clear(&f->super.body);
	buf_clear(&f->worker.body);
	fd_close(&f->super.fd);
	fd_close(&f->worker.fd);
	chan_hub_free(&f->hub);
	ev_loop_destroy(f->loop);
	free(f);
	return 0;
}

static void
say_hello(struct fixture *f)
{
	struct control_hello m = {
	    .version = IPC_VERSION, .level = 'B', .report = {"seccomp", 7}};
	struct buf b;

	buf_init(&b);
	control_hello_put(&b, &m);
	chan_send(f->worker.chan, IPC_HELLO, buf_peek(&b), buf_len(&b), NULL);
	buf_clear(&b);
}

static void
test_hello_comes_first(void **state)
{
	struct fixture *f = *state;

	control_u32_send(f->worker.chan, IPC_CHANNEL_REQUEST, 3);
	turn(f, 3);
	assert_int_equal(f->super.nmessages, 0);
	assert_int_equal(f->super.nclosed, 1);
	assert_int_equal(f->super.reason, CHAN_CLOSE_PHASE);
}

static void
test_hello_comes_once(void **state)
{
	struct fixture *f = *state;

	say_hello(f);
	turn(f, 3);
	assert_int_equal(f->super.nmessages, 1);
	say_hello(f);
	turn(f, 3);
	assert_int_equal(f->super.nmessages, 1);
	assert_int_equal(f->super.reason, CHAN_CLOSE_PHASE);
}

static void
test_descriptors_arrive_with_their_message(void **state)
{
	struct fixture *f = *state;
	struct control_channel m = {
	    .side = CONTROL_SERVER, .entrypoint = {"Named", 5}};
	struct buf b;
	char byte;

	buf_init(&b);
	control_channel_put(&b, &m);
	for (int i = 0; i < 20; i++) {
		int p[2];

		assert_int_equal(pipe(p), 0);
		/* Messages without descriptors in between. */
		control_u32_send(f->super.chan, IPC_DRAIN, 1);
		chan_send(f->super.chan, IPC_CHANNEL, buf_peek(&b), buf_len(&b),
		    &p[1]);
		turn(f, 3);
		assert_int_equal(f->worker.last_type, IPC_CHANNEL);
		assert_int_not_equal(f->worker.fd, -1);
		byte = (char)i;
		assert_int_equal(write(f->worker.fd, &byte, 1), 1);
		byte = -1;
		assert_int_equal(read(p[0], &byte, 1), 1);
		assert_int_equal(byte, i);
		close(p[0]);
	}
	/* Several in one turn keep their order. */
	for (int i = 0; i < 6; i++) {
		int fd = open("/dev/null", O_RDONLY);

		chan_send(f->super.chan, IPC_CHANNEL, buf_peek(&b), buf_len(&b),
		    &fd);
	}
	turn(f, 12);
	assert_int_equal(f->worker.nmessages, 46);
	assert_int_equal(f->worker.nclosed, 0);
	buf_clear(&b);
}

static void
test_message_that_lacks_its_descriptor(void **state)
{
	struct fixture *f = *state;
	struct ipc_header h = {.type = IPC_CHANNEL};

	chan_send_frame(f->super.chan, &h, NULL);
	turn(f, 3);
	assert_int_equal(f->worker.nmessages, 0);
	assert_int_equal(f->worker.reason, CHAN_CLOSE_FDS);
}

static void
test_large_message_travels_in_parts(void **state)
{
	struct fixture *f = *state;
	size_t len = 700000;
	uint8_t *body = malloc(len);

	for (size_t i = 0; i < len; i++)
		body[i] = (uint8_t)(i * 7);
	chan_send(f->super.chan, IPC_WORKER_SPEC, body, len, NULL);
	control_u32_send(f->super.chan, IPC_DRAIN, 1);
	turn(f, 60);
	assert_int_equal(f->worker.nmessages, 2);
	assert_int_equal(f->worker.last_type, IPC_DRAIN);
	chan_send(f->super.chan, IPC_WORKER_SPEC, body, len, NULL);
	turn(f, 60);
	assert_int_equal(buf_len(&f->worker.body), len);
	assert_memory_equal(buf_peek(&f->worker.body), body, len);
	free(body);
}

static void
test_large_message_over_the_budget(void **state)
{
	struct fixture *f = *state;
	size_t len = (1 << 20) + 1;
	uint8_t *body = calloc(1, len);

	chan_send(f->super.chan, IPC_WORKER_SPEC, body, len, NULL);
	turn(f, 60);
	assert_int_equal(f->worker.nmessages, 0);
	assert_int_equal(f->worker.reason, CHAN_CLOSE_SIZE);
	free(body);
}

static void
test_paused_channel_delivers_later(void **state)
{
	struct fixture *f = *state;

	chan_pause(f->worker.chan, true);
	for (int i = 0; i < 3; i++)
		control_u32_send(f->super.chan, IPC_DRAIN, 1);
	turn(f, 4);
	assert_int_equal(f->worker.nmessages, 0);
	chan_pause(f->worker.chan, false);
	turn(f, 4);
	assert_int_equal(f->worker.nmessages, 3);
}

static void
test_handler_that_refuses(void **state)
{
	static const struct {
		int result;
		enum chan_close reason;
	} cases[] = {
	    {ERR_PROTO, CHAN_CLOSE_BODY},
	    {ERR_STATE, CHAN_CLOSE_STREAM},
	    {ERR_LIMIT, CHAN_CLOSE_CREDIT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct fixture *f = NULL;

		setup((void **)&f);
		f->worker.result = cases[i].result;
		control_u32_send(f->super.chan, IPC_DRAIN, 1);
		turn(f, 3);
		assert_int_equal(f->worker.nclosed, 1);
		assert_int_equal(f->worker.reason, cases[i].reason);
		turn(f, 3);
		assert_int_equal(f->super.reason, CHAN_CLOSE_EOF);
		teardown((void **)&f);
	}
}

static void
check_str(struct control_str s, const char *expect)
{
	assert_int_equal(s.len, strlen(expect));
	assert_memory_equal(s.p, expect, s.len);
}

static void
test_spec_roundtrip(void **state)
{
	struct control_str flags[] = {{"nodejs_compat", 13}};
	struct control_str exports[] = {{"a", 1}, {"b", 1}};
	struct spec_module modules[] = {
	    {.name = {"main.js", 7},
		.kind = SPEC_ES_MODULE,
		.bytes = {"export {}", 9}},
	    {.name = {"old.js", 6},
		.kind = SPEC_COMMONJS_MODULE,
		.bytes = {"", 0},
		.named_exports = exports,
		.nnamed_exports = 2},
	};
	struct spec_binding bindings[] = {
	    {.name = {"T", 1}, .kind = SPEC_BIND_TEXT, .value = {"text", 4}},
	    {.name = {"N", 1}, .kind = SPEC_BIND_NULL},
	};
	struct worker_spec in = {.name = {"chat", 4},
	    .is_check = true,
	    .compatibility_date = {"2026-11-01", 10},
	    .flags = flags,
	    .nflags = 1,
	    .limits = {.memory_bytes = 1ULL << 33, .cpu_ms = 50, .idle_ms = 9},
	    .modules = modules,
	    .nmodules = 2,
	    .bindings = bindings,
	    .nbindings = 2};
	struct worker_spec out;
	struct buf b;

	(void)state;
	buf_init(&b);
	worker_spec_put(&b, &in);
	assert_int_equal(worker_spec_get(buf_peek(&b), buf_len(&b), &out), 0);
	check_str(out.name, "chat");
	assert_true(out.is_check);
	check_str(out.flags[0], "nodejs_compat");
	assert_true(out.limits.memory_bytes == 1ULL << 33);
	assert_int_equal(out.limits.cpu_ms, 50);
	assert_int_equal(out.limits.idle_ms, 9);
	assert_int_equal(out.nmodules, 2);
	check_str(out.modules[0].bytes, "export {}");
	check_str(out.modules[1].named_exports[1], "b");
	assert_int_equal(out.bindings[1].kind, SPEC_BIND_NULL);
	check_str(out.bindings[0].value, "text");
	worker_spec_clear(&out);
	/* Every shorter input is refused, without a leak. */
	for (size_t n = 0; n < buf_len(&b); n++)
		assert_int_equal(worker_spec_get(buf_peek(&b), n, &out),
		    ERR_PROTO);
	buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define PAIR(test_) cmocka_unit_test_setup_teardown(test_, setup, teardown)
	    PAIR(test_hello_comes_first),
	    PAIR(test_hello_comes_once),
	    PAIR(test_descriptors_arrive_with_their_message),
	    PAIR(test_message_that_lacks_its_descriptor),
	    PAIR(test_large_message_travels_in_parts),
	    PAIR(test_large_message_over_the_budget),
	    PAIR(test_paused_channel_delivers_later),
	    cmocka_unit_test(test_handler_that_refuses),
	    cmocka_unit_test(test_spec_roundtrip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
