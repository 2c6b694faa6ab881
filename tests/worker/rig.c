/*
 * A worker with a supervisor and a front that are made up, for measurements
 * of the worker alone: serves N requests, BATCH at a time, then ends. The
 * process that was started is the worker; its driver is its child.
 *
 * usage: rig MODULE N BATCH [METHOD TARGET [BODY]]
 *
 * A binding "hop" is a service of the driver's, which answers with 200.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ev.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "ipc/control.h"
#include "ipc/head.h"
#include "ipc/mux.h"
#include "ipc/spec.h"
#include "sandbox/sandbox.h"
#include "worker/engine/engine.h"
#include "worker/run.h"
#include "worker/warm.h"

#define MODULE_MAX ((size_t)16 << 20)
#define ORIGIN "127.0.0.1:50000"

struct driver {
	struct ev_loop *loop;
	struct chan_hub *hub;
	struct chan *ctl;
	struct mux *out; /* to the worker */
	struct mux *in;  /* the service "hop"; NULL: not asked for yet */
	struct buf module;
	struct buf head; /* of each request */
	const char *body;
	uint32_t left;
	uint32_t batch;
	uint32_t nopen;
	uint32_t nfailed;
};

/* --- the driver --- */

static void next_batch(struct driver *d);

static int
on_response(struct stream *s, const uint8_t *head, size_t len, bool end)
{
	struct driver *d = stream_arg(s);
	struct head_response r;

	(void)end;
	if (head_response_decode(head, len, &r) != 0)
		return ERR_PROTO;
	d->nfailed += r.status != 200;
	return 0;
}

static int
on_data(struct stream *s, const uint8_t *data, size_t len, bool end)
{
	(void)data;
	if (!end)
		stream_consumed(s, len);
	return 0;
}

static void
on_stream_close(struct stream *s, enum stream_outcome outcome, uint32_t code,
    const char *text)
{
	struct driver *d = stream_arg(s);

	(void)code;
	if (outcome != STREAM_DONE) {
		log_error("a request failed: %s", text);
		d->nfailed++;
	}
	if (--d->nopen == 0)
		next_batch(d);
}

static const struct stream_ops request_ops = {
    .on_response = on_response,
    .on_data = on_data,
    .on_close = on_stream_close,
};

static void
next_batch(struct driver *d)
{
	size_t len = d->body != NULL ? strlen(d->body) : 0;
	uint32_t n = MIN(d->batch, d->left);

	if (n == 0) {
		ev_break(d->loop, EVBREAK_ALL);
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		struct stream *s;

		if (mux_request(d->out, buf_peek(&d->head), buf_len(&d->head),
			len == 0, &request_ops, d, &s) != 0)
			fatal("the worker takes no request");
		if (len > 0 && stream_send(s, d->body, len, true) != len)
			fatal("the body is too large");
	}
	d->left -= n;
	d->nopen += n;
}

static void
on_goaway(void *arg, uint32_t code)
{
	(void)arg;
	fatal("the worker drains: %u", code);
}

static void
on_mux_close(void *arg, enum chan_close reason)
{
	(void)arg;
	fatal("the worker's channel: %s", chan_close_text(reason));
}

static const struct mux_ops out_ops = {
    .on_goaway = on_goaway,
    .on_close = on_mux_close,
};

/* The service answers when it has the whole request. */
static void
answer(struct stream *s)
{
	struct buf b;
	size_t mark;

	buf_init(&b);
	mark = head_response_begin(&b, 200, "OK", 2);
	head_field(&b, "content-length", 14, "3", 1);
	if (head_finish(&b, mark) != 0)
		fatal("head");
	stream_respond(s, buf_peek(&b), buf_len(&b), false);
	stream_send(s, "hop", 3, true);
	buf_clear(&b);
}

static int
on_service_data(struct stream *s, const uint8_t *data, size_t len, bool end)
{
	(void)data;
	if (end)
		answer(s);
	else
		stream_consumed(s, len);
	return 0;
}

static void
on_service_close(struct stream *s, enum stream_outcome outcome, uint32_t code,
    const char *text)
{
	(void)s;
	(void)outcome;
	(void)code;
	(void)text;
}

static const struct stream_ops service_ops = {
    .on_data = on_service_data,
    .on_close = on_service_close,
};

static int
on_service(void *arg, struct stream *s, const uint8_t *head, size_t len,
    bool end)
{
	(void)head;
	(void)len;
	stream_set(s, &service_ops, arg);
	if (end)
		answer(s);
	return 0;
}

static const struct mux_ops in_ops = {
    .on_request = on_service,
    .on_close = on_mux_close,
};

/* A channel to the worker; ours is the other side. */
static struct mux *
give_channel(struct driver *d, enum control_side side, uint32_t target)
{
	struct control_channel m = {.side = (uint8_t)side,
	    .target = target,
	    .entrypoint = {"", 0},
	    .props = {"", 0}};
	struct mux_options o = {.is_server = side == CONTROL_CLIENT,
	    .ops = side == CONTROL_CLIENT ? &in_ops : &out_ops,
	    .arg = d};
	int mine, theirs;
	struct buf b;

	if (fd_socketpair(&mine, &theirs) != 0)
		fatal("socketpair");
	buf_init(&b);
	control_channel_put(&b, &m);
	chan_send(d->ctl, IPC_CHANNEL, buf_peek(&b), buf_len(&b), &theirs);
	buf_clear(&b);
	return mux_new(d->hub, mine, &o);
}

static int
on_hello(void *arg, const struct ipc_msg *msg)
{
	struct control_hello m;

	(void)arg;
	return control_hello_get(msg, &m);
}

static int
on_ready(void *arg, const struct ipc_msg *msg)
{
	struct driver *d = arg;

	(void)msg;
	d->out = give_channel(d, CONTROL_SERVER, 0);
	next_batch(d);
	return 0;
}

static int
on_failed(void *arg, const struct ipc_msg *msg)
{
	(void)arg;
	fatal("%.*s", (int)msg->len, (const char *)msg->body);
}

static int
on_channel_request(void *arg, const struct ipc_msg *msg)
{
	struct driver *d = arg;
	uint32_t target;

	if (control_u32_get(msg, &target) != 0 || d->in != NULL)
		return ERR_PROTO;
	d->in = give_channel(d, CONTROL_CLIENT, target);
	return 0;
}

static const chan_handler handlers[IPC_TYPE_MAX] = {
    [IPC_HELLO] = on_hello,
    [IPC_WORKER_READY] = on_ready,
    [IPC_WORKER_FAILED] = on_failed,
    [IPC_CHANNEL_REQUEST] = on_channel_request,
};

static void
on_ctl_close(void *arg, enum chan_close reason)
{
	(void)arg;
	fatal("the worker's control channel: %s", chan_close_text(reason));
}

static void
send_spec(struct driver *d)
{
	static struct spec_binding hop = {
	    .name = {"hop", 3}, .kind = SPEC_BIND_SERVICE, .value = {"", 0}};
	struct spec_module *m = xcalloc(1, sizeof *m);
	struct worker_spec s = {.name = {"rig", 3},
	    .compatibility_date = {"2026-11-01", 10},
	    .limits = {.memory_bytes = 128 << 20,
		.requests = 1024,
		.subrequests = 1000},
	    .modules = m,
	    .nmodules = 1,
	    .bindings = &hop,
	    .nbindings = 1};
	struct buf b;

	m->name = (struct control_str){"main.js", 7};
	m->kind = SPEC_ES_MODULE;
	m->bytes = (struct control_str){
	    (const char *)buf_peek(&d->module), buf_len(&d->module)};
	buf_init(&b);
	worker_spec_put(&b, &s);
	chan_send(d->ctl, IPC_WORKER_SPEC, buf_peek(&b), buf_len(&b), NULL);
	buf_clear(&b);
	free(m);
}

static void
make_head(struct driver *d, const char *method, const char *target)
{
	static const char *const fields[][2] = {
	    {"user-agent", "curl/7.88.1"}, {"accept", "*/*"}};
	struct head_request r = {.id = 1,
	    .method = {method, strlen(method)},
	    .version = HEAD_HTTP_1_1,
	    .authority = {"localhost:8080", 14},
	    .target = {target, strlen(target)},
	    .client = {ORIGIN, sizeof ORIGIN - 1},
	    .cf = {"", 0}};
	char length[24];
	size_t mark = head_request_begin(&d->head, &r);

	for (size_t i = 0; i < NELEMS(fields); i++)
		head_field(&d->head, fields[i][0], strlen(fields[i][0]),
		    fields[i][1], strlen(fields[i][1]));
	if (d->body != NULL) {
		snprintf(length, sizeof length, "%zu", strlen(d->body));
		head_field(&d->head, "content-type", 12, "application/json",
		    16);
		head_field(&d->head, "content-length", 14, length,
		    strlen(length));
	}
	if (head_finish(&d->head, mark) != 0)
		fatal("the target is too long");
}

static int
drive(struct driver *d, int fd)
{
	struct chan_options o = {.self = IPC_PARTY_S,
	    .peer = IPC_PARTY_W,
	    .handlers = handlers,
	    .arg = d,
	    .on_close = on_ctl_close};

	d->loop = ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV);
	d->hub = chan_hub_new(d->loop);
	d->ctl = chan_new(d->hub, fd, &o);
	send_spec(d);
	ev_run(d->loop, 0);
	/* First the control channel: its end ends the worker at once. */
	chan_free(&d->ctl);
	mux_free(&d->out);
	mux_free(&d->in);
	chan_hub_free(&d->hub);
	ev_loop_destroy(d->loop);
	return d->nfailed > 0;
}

/* --- the worker --- */

static void
read_module(struct buf *b, const char *path)
{
	FILE *f = fopen(path, "re");
	size_t n;

	if (f == NULL)
		fatal("cannot read %s", path);
	while ((n = fread(buf_reserve(b, 65536), 1, 65536, f)) > 0 &&
	       buf_len(b) < MODULE_MAX)
		buf_added(b, n);
	fclose(f);
}

int
main(int argc, char **argv)
{
	struct sandbox_report report = {0};
	struct driver d = {0};
	struct engine *e;
	struct worker *w;
	int mine, theirs, status;
	pid_t pid;

	log_init(LOG_SINK_TEXT, STDERR_FILENO, LOG_INFO);
	if (argc < 4)
		fatal("usage: rig MODULE N BATCH [METHOD TARGET [BODY]]");
	read_module(&d.module, argv[1]);
	d.left = (uint32_t)strtoul(argv[2], NULL, 10);
	d.batch = (uint32_t)strtoul(argv[3], NULL, 10);
	d.body = argc > 6 ? argv[6] : NULL;
	make_head(&d, argc > 4 ? argv[4] : "GET", argc > 5 ? argv[5] : "/");
	if (d.batch == 0 || fd_socketpair(&mine, &theirs) != 0)
		fatal("socketpair");
	pid = fork();
	if (pid == 0) {
		fd_close(&mine);
		exit(drive(&d, theirs));
	}
	fd_close(&theirs);
	e = warm_engine_new();
	w = worker_prepare(e, mine);
	if (w == NULL)
		fatal("cannot prepare the worker");
	(void)worker_run(w, &report);
	engine_free(&e);
	if (waitpid(pid, &status, 0) != pid || status != 0)
		fatal("the driver failed");
	buf_clear(&d.module);
	buf_clear(&d.head);
	return 0;
}
