/*
 * A front with a supervisor and a worker that are made up, for tests and
 * measurements of the front alone: prints its port and the front's pid, then
 * serves until standard input ends. What the worker does is in the path.
 */
#include "config.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ev.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "front/front.h"
#include "ipc/control.h"
#include "ipc/head.h"
#include "ipc/mux.h"

#define SERVICE_MAIN 7
#define SERVICE_REFUSED 9
#define FILL_SIZE 32768
#define DEAF_S 0.3
#define END_S 0.1 /* from the end of a channel to why */

/* A channel to the front; those that got GOAWAY live on for a while. */
struct channel {
	struct channel *next;
	struct rig *rig;
	struct mux *mux;
	uint32_t process;
};

struct rig {
	struct ev_loop *loop;
	struct chan_hub *hub;
	struct chan *front;
	struct channel *channels;
	int nrequests;
	int ncancelled;
	double channel_s; /* time that a CHANNEL takes */
	ev_timer channel_timer;
	uint32_t channel_target;
	struct channel *deaf; /* reads nothing until it says GOAWAY */
	ev_timer deaf_timer;
	uint32_t nprocesses;
	uint32_t ended; /* to be told with the timer */
	uint8_t end_code;
	ev_timer end_timer;
};

/* A request that the worker has. */
struct job {
	struct rig *rig;
	struct stream *s;
	uint64_t left; /* bytes to send */
	uint64_t nread;
	bool echoes;
	bool counts;
	bool paced;      /* sends its bytes one piece per turn */
	struct buf held; /* to be echoed */
	bool in_ended;
	ev_timer later; /* when it answers */
};

static const uint8_t fill[FILL_SIZE];
static const struct stream_ops job_ops;

static void
respond(struct job *j, unsigned int status, const char *const fields[][2],
    size_t nfields, bool end)
{
	struct buf b;
	size_t mark;

	buf_init(&b);
	mark = head_response_begin(&b, status, "", 0);
	for (size_t i = 0; i < nfields; i++)
		head_field(&b, fields[i][0], strlen(fields[i][0]), fields[i][1],
		    strlen(fields[i][1]));
	if (head_finish(&b, mark) != 0)
		abort();
	stream_respond(j->s, buf_peek(&b), buf_len(&b), end);
	buf_clear(&b);
}

static void
free_job(struct job *j)
{
	ev_timer_stop(j->rig->loop, &j->later);
	buf_clear(&j->held);
	free(j);
}

static void
pump(struct job *j)
{
	while (j->left > 0) {
		size_t n = (size_t)MIN(j->left, (uint64_t)FILL_SIZE);
		size_t sent = stream_send(j->s, fill, n, n == j->left);

		j->left -= sent;
		if (sent < n)
			return;
	}
}

static void
pump_echo(struct job *j)
{
	size_t n;

	if (stream_is_output_ended(j->s))
		return;
	n = stream_send(j->s, buf_peek(&j->held), buf_len(&j->held),
	    j->in_ended);
	buf_consume(&j->held, n);
	if (!j->in_ended)
		stream_consumed(j->s, n);
}

static void
respond_text(struct job *j, const char *text)
{
	static const char *const fields[][2] = {{"content-type", "text/plain"},
	    {"x-set", "by worker"}, {"x-removed", "1"}};

	respond(j, 200, fields, NELEMS(fields), false);
	/* What does not fit now goes as an echo does. */
	buf_put(&j->held, text, strlen(text));
	j->echoes = j->in_ended = true;
	pump_echo(j);
}

static void
on_later(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)loop;
	(void)revents;
	respond_text(w->data, "late");
}

/* The request head as text. */
static void
describe(struct job *j, const struct head_request *r)
{
	struct head_fields fields = r->fields;
	struct head_str name, value;
	struct buf b;
	char line[256];

	buf_init(&b);
	snprintf(line, sizeof line, "version=%d scheme=%d depth=%u\n",
	    (int)r->version, (int)r->scheme, r->depth);
	buf_put(&b, line, strlen(line));
#define PUT(s_) buf_put(&b, (s_).p, (s_).len), buf_put(&b, "\n", 1)
	PUT(r->method);
	PUT(r->authority);
	PUT(r->target);
	PUT(r->client);
	PUT(r->cf);
	while (head_next(&fields, &name, &value)) {
		buf_put(&b, name.p, name.len);
		buf_put(&b, ": ", 2);
		PUT(value);
	}
#undef PUT
	buf_put(&b, "", 1);
	respond_text(j, (const char *)buf_peek(&b));
	buf_clear(&b);
}

static void
with_trailers(struct job *j)
{
	static const char *const fields[][2] = {{"trailer", "x-sum"}};
	struct buf b;
	size_t mark;

	respond(j, 200, fields, 1, false);
	stream_send(j->s, "body", 4, false);
	buf_init(&b);
	mark = head_trailers_begin(&b);
	head_field(&b, "x-sum", 5, "42", 2);
	head_finish(&b, mark);
	stream_send_trailers(j->s, buf_peek(&b), buf_len(&b));
	buf_clear(&b);
}

static void
with_length(struct job *j, const char *length)
{
	const char *const fields[][2] = {{"content-length", length}};

	respond(j, 200, fields, 1, false);
	stream_send(j->s, "hello", 5, true);
}

/* Returns false when the job is over and J is gone. */
static bool
act(struct job *j, const struct head_request *r, const char *path, bool end)
{
	struct rig *rig = j->rig;
	struct stream *s = j->s;
	char text[64];

	if (strcmp(path, "/") == 0) {
		respond_text(j, "hello");
	} else if (strcmp(path, "/headers") == 0) {
		describe(j, r);
	} else if (strcmp(path, "/echo") == 0) {
		stream_continue(s);
		respond(j, 200, NULL, 0, false);
		j->echoes = true;
		j->in_ended = end;
		if (end)
			pump_echo(j);
	} else if (strcmp(path, "/loop") == 0) {
		respond(j, 200, NULL, 0, false);
		j->echoes = true;
		j->in_ended = end;
		stream_forward(s);
		if (end)
			pump_echo(j);
	} else if (strcmp(path, "/count") == 0) {
		j->counts = true;
		stream_continue(s);
		if (end)
			respond_text(j, "0");
	} else if (strncmp(path, "/bytes/", 7) == 0) {
		j->left = strtoull(path + 7, NULL, 10);
		respond(j, 200, NULL, 0, j->left == 0);
		pump(j);
	} else if (strcmp(path, "/early") == 0 ||
		   strcmp(path, "/goaway") == 0 || strcmp(path, "/deaf") == 0) {
		respond_text(j, "early");
	} else if (strcmp(path, "/hang") == 0 || strcmp(path, "/crash") == 0 ||
		   strncmp(path, "/ended/", 7) == 0) {
		return true;
	} else if (strncmp(path, "/late/", 6) == 0) {
		ev_timer_init(&j->later, on_later, atoi(path + 6) / 1000., 0.);
		j->later.data = j;
		ev_timer_start(rig->loop, &j->later);
	} else if (strncmp(path, "/status/", 8) == 0) {
		respond(j, (unsigned int)atoi(path + 8), NULL, 0, true);
	} else if (strncmp(path, "/cl/", 4) == 0) {
		with_length(j, path + 4);
	} else if (strcmp(path, "/trailers") == 0) {
		with_trailers(j);
	} else if (strcmp(path, "/stats") == 0) {
		snprintf(text, sizeof text, "requests=%d cancelled=%d",
		    rig->nrequests, rig->ncancelled);
		respond_text(j, text);
	} else if (strcmp(path, "/half") == 0) {
		respond(j, 200, NULL, 0, false);
		stream_send(s, "half", 4, false);
		stream_reset(s, IPC_RESET_INTERNAL, "half-way");
		free_job(j);
		return false;
	} else if (strncmp(path, "/reset/", 7) == 0) {
		stream_reset(s, (uint32_t)atoi(path + 7), "as asked");
		free_job(j);
		return false;
	} else if (strcmp(path, "/badfield") == 0) {
		static const char *const fields[][2] = {{"x", "a\x01"
							      "b"}};

		respond(j, 200, fields, 1, true);
	} else {
		respond(j, 404, NULL, 0, true);
	}
	return true;
}

static void
free_channel(struct channel *ch)
{
	struct channel **p = &ch->rig->channels;

	while (*p != ch)
		p = &(*p)->next;
	*p = ch->next;
	mux_free(&ch->mux);
	free(ch);
}

static void
on_deaf_timer(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct rig *rig = w->data;
	struct channel *ch = rig->deaf;

	(void)loop;
	(void)revents;
	rig->deaf = NULL;
	mux_goaway(ch->mux, IPC_RESET_DRAIN);
	mux_pause(ch->mux, false);
}

/* What the front sends meanwhile meets a GOAWAY. */
static void
go_deaf(struct channel *ch)
{
	struct rig *rig = ch->rig;

	rig->deaf = ch;
	mux_pause(ch->mux, true);
	ev_timer_init(&rig->deaf_timer, on_deaf_timer, DEAF_S, 0.);
	rig->deaf_timer.data = rig;
	ev_timer_start(rig->loop, &rig->deaf_timer);
}

static void
tell_end(struct rig *rig, uint32_t process, uint8_t code)
{
	const struct control_ended m = {.process = process, .code = code};

	control_ended_send(rig->front, &m);
}

static void
on_end_timer(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct rig *rig = w->data;

	(void)loop;
	(void)revents;
	tell_end(rig, rig->ended, rig->end_code);
}

/*
 * The process at the other end ends, and the supervisor says so. HOW is CODE
 * for after a while, "first/CODE" for before, "never" or "other".
 */
static void
end_process(struct channel *ch, const char *how)
{
	struct rig *rig = ch->rig;
	uint32_t process = ch->process;

	if (strncmp(how, "first/", 6) == 0) {
		tell_end(rig, process, (uint8_t)atoi(how + 6));
	} else if (strcmp(how, "other") == 0) {
		tell_end(rig, process + 1, IPC_RESET_MEMORY);
	} else if (strcmp(how, "never") != 0) {
		ev_timer_stop(rig->loop, &rig->end_timer);
		rig->ended = process;
		rig->end_code = (uint8_t)atoi(how);
		ev_timer_init(&rig->end_timer, on_end_timer, END_S, 0.);
		rig->end_timer.data = rig;
		ev_timer_start(rig->loop, &rig->end_timer);
	}
	free_channel(ch);
}

static int
on_request(void *arg, struct stream *s, const uint8_t *head, size_t len,
    bool end)
{
	struct channel *ch = arg;
	struct rig *rig = ch->rig;
	struct head_request r;
	struct job *j;
	char path[256];

	if (head_request_decode(head, len, &r) != 0)
		return ERR_PROTO;
	rig->nrequests++;
	snprintf(path, sizeof path, "%.*s", (int)r.target.len, r.target.p);
	path[strcspn(path, "?")] = '\0';
	j = xcalloc(1, sizeof *j);
	j->rig = rig;
	j->s = s;
	stream_set(s, &job_ops, j);
	if (!act(j, &r, path, end))
		return 0;
	if (strcmp(path, "/crash") == 0)
		free_channel(ch);
	else if (strncmp(path, "/ended/", 7) == 0)
		end_process(ch, path + 7);
	else if (strcmp(path, "/goaway") == 0)
		mux_goaway(ch->mux, IPC_RESET_DRAIN);
	else if (strcmp(path, "/deaf") == 0 && rig->deaf == NULL)
		go_deaf(ch);
	return 0;
}

static int
on_data(struct stream *s, const uint8_t *data, size_t len, bool end)
{
	struct job *j = stream_arg(s);
	char text[32];

	j->nread += len;
	j->in_ended = end;
	if (j->echoes) {
		buf_put(&j->held, data, len);
		pump_echo(j);
		return 0;
	}
	if (!j->counts)
		return 0; /* holds it: no credit */
	if (!end)
		stream_consumed(s, len);
	if (end && !stream_is_output_ended(s)) {
		snprintf(text, sizeof text, "%" PRIu64, j->nread);
		respond_text(j, text);
	}
	return 0;
}

static int
on_trailers(struct stream *s, const uint8_t *fields, size_t len)
{
	struct head_fields f;
	struct head_str value;
	struct job *j = stream_arg(s);
	char text[128];

	if (head_fields_decode(fields, len, &f) != 0)
		return ERR_PROTO;
	j->in_ended = true;
	if (stream_is_output_ended(s))
		return 0;
	if (!j->counts || !head_find(f, "x-sum", &value)) {
		pump_echo(j);
		return 0;
	}
	snprintf(text, sizeof text, "%" PRIu64 " x-sum=%.*s", j->nread,
	    (int)MIN(value.len, 64), value.p);
	respond_text(j, text);
	return 0;
}

static void
on_writable(struct stream *s)
{
	struct job *j = stream_arg(s);

	if (j->echoes)
		pump_echo(j);
	else
		pump(j);
}

static void
on_stream_close(struct stream *s, enum stream_outcome outcome, uint32_t code,
    const char *text)
{
	struct job *j = stream_arg(s);

	(void)text;
	if (outcome == STREAM_RESET && code == IPC_RESET_CANCEL)
		j->rig->ncancelled++;
	free_job(j);
}

static const struct stream_ops job_ops = {
    .on_data = on_data,
    .on_trailers = on_trailers,
    .on_writable = on_writable,
    .on_close = on_stream_close,
};

static void
on_mux_close(void *arg, enum chan_close reason)
{
	(void)reason;
	free_channel(arg);
}

static const struct mux_ops mux_ops = {
    .on_request = on_request,
    .on_close = on_mux_close,
};

static int
on_hello(void *arg, const struct ipc_msg *msg)
{
	struct control_hello m;

	(void)arg;
	return control_hello_get(msg, &m);
}

static int
on_ack(void *arg, const struct ipc_msg *msg)
{
	uint32_t number;

	(void)arg;
	return control_u32_get(msg, &number);
}

static void
give_channel(struct rig *rig)
{
	struct mux_options options = {.is_server = true, .ops = &mux_ops};
	struct control_channel m = {
	    .side = CONTROL_CLIENT, .entrypoint = {"", 0}, .props = {"", 0}};
	struct buf b;
	struct channel *ch;
	int mine, theirs;

	m.target = rig->channel_target;
	buf_init(&b);
	if (m.target == SERVICE_REFUSED) {
		struct control_refused refused = {.target = m.target,
		    .code = IPC_RESET_QUARANTINE,
		    .text = {"crashes", 7}};

		control_refused_put(&b, &refused);
		chan_send(rig->front, IPC_CHANNEL_REFUSED, buf_peek(&b),
		    buf_len(&b), NULL);
		buf_clear(&b);
		return;
	}
	if (fd_socketpair(&mine, &theirs) != 0)
		abort();
	ch = xcalloc(1, sizeof *ch);
	ch->rig = rig;
	ch->process = m.process = ++rig->nprocesses;
	ch->next = rig->channels;
	rig->channels = ch;
	options.arg = ch;
	ch->mux = mux_new(rig->hub, mine, &options);
	control_channel_put(&b, &m);
	chan_send(rig->front, IPC_CHANNEL, buf_peek(&b), buf_len(&b), &theirs);
	buf_clear(&b);
}

static void
on_channel_timer(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)loop;
	(void)revents;
	give_channel(w->data);
}

static int
on_channel_request(void *arg, const struct ipc_msg *msg)
{
	struct rig *rig = arg;

	if (control_u32_get(msg, &rig->channel_target) != 0)
		return ERR_PROTO;
	ev_timer_stop(rig->loop, &rig->channel_timer);
	ev_timer_set(&rig->channel_timer, rig->channel_s, 0.);
	if (rig->channel_s > 0)
		ev_timer_start(rig->loop, &rig->channel_timer);
	else
		give_channel(rig);
	return 0;
}

static int
on_draining(void *arg, const struct ipc_msg *msg)
{
	(void)arg;
	(void)msg;
	return 0;
}

static void
on_front_close(void *arg, enum chan_close reason)
{
	struct rig *rig = arg;

	(void)reason;
	ev_break(rig->loop, EVBREAK_ALL);
}

static const chan_handler handlers[IPC_TYPE_MAX] = {
    [IPC_HELLO] = on_hello,
    [IPC_ROUTES_ACK] = on_ack,
    [IPC_CHANNEL_REQUEST] = on_channel_request,
    [IPC_DRAINING] = on_draining,
};

static void
send_setup(struct rig *rig, int listener, const struct limits *limits)
{
	struct control_listener m = {.id = 1,
	    .service = SERVICE_MAIN,
	    .name = {"http", 4},
	    .forwarded_proto_header = {"X-Forwarded-Proto", 17},
	    .cf_blob_header = {"CF-Blob", 7},
	    .limits = *limits};
	struct control_route route = {.listener = 1,
	    .host = {"refused.example", 15},
	    .path = {"", 0},
	    .service = SERVICE_REFUSED};
	struct buf b, inject;

	control_limits_send(rig->front, limits);
	buf_init(&b);
	buf_init(&inject);
	control_inject_put(&inject, "X-Set", "by config");
	control_inject_put(&inject, "X-Removed", NULL);
	m.inject_request.p = m.inject_response.p =
	    (const char *)buf_peek(&inject);
	m.inject_request.len = m.inject_response.len = buf_len(&inject);
	control_listener_put(&b, &m);
	buf_clear(&inject);
	chan_send(rig->front, IPC_LISTENER, buf_peek(&b), buf_len(&b),
	    &listener);
	buf_clear(&b);
	control_routes_begin(&b, 1, 1);
	control_routes_add(&b, &route);
	chan_send(rig->front, IPC_ROUTES, buf_peek(&b), buf_len(&b), NULL);
	buf_clear(&b);
}

static int
listen_any(int *port_out)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	socklen_t len = sizeof in;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd == -1 || bind(fd, (struct sockaddr *)&in, sizeof in) == -1 ||
	    listen(fd, 1024) == -1 ||
	    getsockname(fd, (struct sockaddr *)&in, &len) == -1)
		fatal("cannot listen");
	*port_out = ntohs(in.sin_port);
	return fd;
}

static void
on_front_drained(struct front *f)
{
	ev_break(f->loop, EVBREAK_ALL);
}

/*
 * Limits on the command line: name=value. "channel_ms" is the rig's own.
 */
static void
read_limits(struct limits *l, char **args)
{
	limits_init(l);
	for (; *args != NULL; args++) {
		const char *eq = strchr(*args, '=');

		if (eq == NULL)
			fatal("not a limit: %s", *args);
		if (strncmp(*args, "channel_ms=", 11) == 0)
			continue;
#define LIMIT(field_, key_, type_, number_, def_, min_, max_, text_)           \
	if ((size_t)(eq - *args) == strlen(#field_) &&                         \
	    memcmp(*args, #field_, strlen(#field_)) == 0)                      \
		l->field_ = strtoull(eq + 1, NULL, 10);
#include "base/front_limits.def"
	}
}

static int
run_front(int fd)
{
	struct ev_loop *loop = ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV);
	struct front *f = front_new(loop, fd);

	signal(SIGPIPE, SIG_IGN);
	f->on_drained = on_front_drained;
	front_send_hello(f, '-', "");
	ev_run(loop, 0);
	front_free(&f);
	ev_loop_destroy(loop);
	return 0;
}

static void
on_stdin(struct ev_loop *loop, ev_io *w, int revents)
{
	struct rig *rig = w->data;
	char c[16];

	(void)revents;
	if (read(STDIN_FILENO, c, sizeof c) <= 0) {
		ev_io_stop(loop, w);
		control_u32_send(rig->front, IPC_DRAIN, 1000);
	}
}

int
main(int argc, char **argv)
{
	const struct chan_options options_template = {
	    .self = IPC_PARTY_S,
	    .peer = IPC_PARTY_F,
	    .handlers = handlers,
	    .on_close = on_front_close,
	};
	struct chan_options options = options_template;
	struct rig rig = {0};
	struct limits limits;
	int mine, theirs, listener, port, status;
	ev_io watch;
	pid_t pid;

	(void)argc;
	log_init(LOG_SINK_TEXT, STDERR_FILENO,
	    getenv("RIG_DEBUG") != NULL ? LOG_DEBUG : LOG_INFO);
	listener = listen_any(&port);
	if (fd_socketpair(&mine, &theirs) != 0)
		fatal("socketpair");
	pid = fork();
	if (pid == 0) {
		fd_close(&mine);
		fd_close(&listener);
		exit(run_front(theirs));
	}
	fd_close(&theirs);
	rig.loop = ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV);
	rig.hub = chan_hub_new(rig.loop);
	options.arg = &rig;
	for (char **arg = argv + 1; *arg != NULL; arg++) {
		if (strncmp(*arg, "channel_ms=", 11) == 0)
			rig.channel_s = atoi(*arg + 11) / 1000.;
	}
	ev_init(&rig.channel_timer, on_channel_timer);
	rig.channel_timer.data = &rig;
	rig.front = chan_new(rig.hub, mine, &options);
	read_limits(&limits, argv + 1);
	send_setup(&rig, listener, &limits);
	printf("%d %d\n", port, (int)pid);
	fflush(stdout);
	ev_io_init(&watch, on_stdin, STDIN_FILENO, EV_READ);
	watch.data = &rig;
	ev_io_start(rig.loop, &watch);
	ev_run(rig.loop, 0);
	while (rig.channels != NULL)
		free_channel(rig.channels);
	chan_free(&rig.front);
	chan_hub_free(&rig.hub);
	ev_loop_destroy(rig.loop);
	if (waitpid(pid, &status, 0) != pid || status != 0)
		fatal("front ended with status %d", status);
	return 0;
}
