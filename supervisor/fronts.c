/*
 * Front processes.
 *
 * Runs in: supervisor.
 * Owns:    the state of each front: its proc, the listeners it was given.
 */
#include "config.h"

#include "supervisor/fronts.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ev.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "conf/conf.h"
#include "ipc/control.h"
#include "supervisor/spawn.h"
#include "supervisor/tickets.h"

#define START_MS 10000 /* until it says HELLO */
#define RETRY_MIN_MS 50
#define RETRY_MAX_MS 800 /* clients are waiting */
#define HEALTHY_MS 2000

/* A listener that a front has. */
struct given {
	uint32_t id;
	uint32_t keys_number; /* of its keys, which it has too; 0: none */
};

struct front {
	struct fronts *set; /* held: the owner */
	size_t index;
	struct proc *proc; /* NULL: not running */
	bool is_ready;
	bool is_draining;
	bool was_ready;      /* at least once */
	struct given *given; /* owned */
	size_t ngiven;
	uint32_t nservices; /* whose names it knows */
	ev_timer retry;
	uint64_t retry_ms;
};

struct fronts {
	struct fronts_options o;
	const struct conf *conf; /* held until the next fronts_configure() */
	struct tickets *tickets; /* owned */
	uint32_t routes_number;
	struct front *fronts; /* owned */
	bool is_draining;
	bool was_serving;
};

static int on_hello(void *, const struct ipc_msg *);
static int on_channel_request(void *, const struct ipc_msg *);
static int on_routes_ack(void *, const struct ipc_msg *);
static int on_draining(void *, const struct ipc_msg *);
static void on_end(struct proc *, const struct proc_end *);
static void on_retry(struct ev_loop *, ev_timer *, int);
static void on_tickets(void *);

static const chan_handler handlers[IPC_TYPE_MAX] = {
    [IPC_HELLO] = on_hello,
    [IPC_CHANNEL_REQUEST] = on_channel_request,
    [IPC_ROUTES_ACK] = on_routes_ack,
    [IPC_DRAINING] = on_draining,
};

struct fronts *
fronts_new(const struct fronts_options *options)
{
	struct fronts *fs = xcalloc(1, sizeof *fs);

	fs->o = *options;
	fs->fronts = xcalloc(fs->o.n, sizeof *fs->fronts);
	fs->tickets = tickets_new(fs->o.loop, on_tickets, fs);
	for (size_t i = 0; i < fs->o.n; i++) {
		struct front *f = &fs->fronts[i];

		f->set = fs;
		f->index = i;
		ev_timer_init(&f->retry, on_retry, 0.0, 0.0);
		f->retry.data = f;
	}
	return fs;
}

void
fronts_free(struct fronts **fronts)
{
	struct fronts *fs = *fronts;

	if (fs == NULL)
		return;
	for (size_t i = 0; i < fs->o.n; i++) {
		ev_timer_stop(fs->o.loop, &fs->fronts[i].retry);
		free(fs->fronts[i].given);
	}
	tickets_free(&fs->tickets);
	free(fs->fronts);
	free(fs);
	*fronts = NULL;
}

size_t
fronts_nrunning(const struct fronts *fs)
{
	size_t n = 0;

	for (size_t i = 0; i < fs->o.n; i++)
		n += fs->fronts[i].proc != NULL;
	return n;
}

/* --- configuring a front --- */

static struct control_str
str(const char *s)
{
	return (struct control_str){s, s != NULL ? strlen(s) : 0};
}

static struct given *
find_given(struct front *f, uint32_t id)
{
	for (size_t i = 0; i < f->ngiven; i++)
		if (f->given[i].id == id)
			return &f->given[i];
	return NULL;
}

/* The encoded list, borrowed from B. */
static struct control_str
put_inject(struct buf *b, const struct conf_header *headers, size_t n)
{
	buf_init(b);
	for (size_t i = 0; i < n; i++)
		control_inject_put(b, headers[i].name, headers[i].value);
	return (struct control_str){(const char *)buf_peek(b), buf_len(b)};
}

/* The config's limits as they travel. */
static struct limits
limits_of(const struct conf_front_limits *c)
{
	struct limits l;

#define LIMIT(field_, key_, type_, number_, def_, min_, max_, text_)           \
	l.field_ = c->field_;
#include "base/front_limits.def"
	return l;
}

static void
send_limits(struct front *f)
{
	struct limits l = limits_of(&f->set->conf->server.front_limits);

	control_limits_send(proc_chan(f->proc), &l);
}

/* The encoded list, borrowed from B. */
static struct control_str
put_proxies(struct buf *b, const struct conf_socket *c)
{
	buf_init(b);
	for (size_t i = 0; i < c->nproxies; i++) {
		struct control_net net = {.bits = c->proxies[i].bits};

		memcpy(net.address, c->proxies[i].address, sizeof net.address);
		if (c->proxies[i].is_unix)
			net.bits = CONTROL_NET_UNIX;
		control_net_put(b, &net);
	}
	return (struct control_str){(const char *)buf_peek(b), buf_len(b)};
}

static void
send_listener(struct front *f, const struct listener *l)
{
	const struct conf_http *http = &l->conf->http;
	struct control_listener m = {
	    .id = l->id,
	    .service = services_number(f->set->o.services, &l->conf->service),
	    .is_proxy_style = http->style == CONF_HTTP_STYLE_PROXY,
	    .name = str(l->name),
	    .forwarded_proto_header = str(http->forwarded_proto_header),
	    .cf_blob_header = str(http->cf_blob_header),
	    .limits = limits_of(&l->conf->limits),
	    .is_tls = l->conf->is_https,
	    .timing = l->conf->server_timing,
	    .log = access_logs_number(f->set->o.logs, l->conf),
	};
	struct buf b, request, response, proxies;
	int fd = fcntl(l->fd, F_DUPFD_CLOEXEC, 0);

	if (fd == -1) {
		log_error("%s: cannot give it socket \"%s\": %s",
		    proc_who(f->proc), l->name, strerror(errno));
		return;
	}
	m.inject_request = put_inject(&request, http->inject_request_headers,
	    http->ninject_request_headers);
	m.inject_response = put_inject(&response, http->inject_response_headers,
	    http->ninject_response_headers);
	m.proxies = put_proxies(&proxies, l->conf);
	buf_init(&b);
	control_listener_put(&b, &m);
	buf_clear(&proxies);
	buf_clear(&request);
	buf_clear(&response);
	chan_send(proc_chan(f->proc), IPC_LISTENER, buf_peek(&b), buf_len(&b),
	    &fd);
	buf_clear(&b);
	f->given = xreallocarray(f->given, f->ngiven + 1, sizeof *f->given);
	f->given[f->ngiven++] = (struct given){.id = l->id};
}

/* The certificates of L, unless the front has them. */
static void
send_keys(struct front *f, const struct listener *l)
{
	struct given *g = find_given(f, l->id);
	const struct control_tls m = {.listener = l->id, .len = l->keys.len};
	int fd;

	if (g == NULL || l->keys_number == g->keys_number)
		return;
	fd = fcntl(l->keys.fd, F_DUPFD_CLOEXEC, 0);
	if (fd == -1) {
		log_error("%s: cannot give it the keys of \"%s\": %s",
		    proc_who(f->proc), l->name, strerror(errno));
		return;
	}
	control_tls_send(proc_chan(f->proc), &m, fd);
	g->keys_number = l->keys_number;
}

static void
send_tickets(struct front *f)
{
	const struct control_tickets *keys = tickets_keys(f->set->tickets);

	if (keys != NULL && f->is_ready && f->proc != NULL &&
	    proc_chan(f->proc) != NULL)
		control_tickets_send(proc_chan(f->proc), keys);
}

static void
on_tickets(void *arg)
{
	struct fronts *fs = arg;

	for (size_t i = 0; i < fs->o.n; i++)
		send_tickets(&fs->fronts[i]);
}

static bool
is_listening(const struct fronts *fs, uint32_t id)
{
	for (size_t i = 0; i < listeners_count(fs->o.listeners); i++)
		if (listeners_at(fs->o.listeners, i)->id == id)
			return true;
	return false;
}

static void
take_back_listeners(struct front *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->ngiven; i++) {
		if (is_listening(f->set, f->given[i].id))
			f->given[n++] = f->given[i];
		else
			control_u32_send(proc_chan(f->proc), IPC_LISTENER_CLOSE,
			    f->given[i].id);
	}
	f->ngiven = n;
}

static void
add_route(struct buf *b, struct fronts *fs, uint32_t listener,
    const struct conf_route *c)
{
	struct control_route r = {
	    .listener = listener,
	    .host = str(c->host),
	    .path = str(c->path),
	    .service = services_number(fs->o.services, &c->target),
	};

	control_routes_add(b, &r);
}

/*
 * All routes, in the config's order, and last of all each socket's own
 * service: with a new config that may have changed, too.
 */
static void
send_routes(struct front *f)
{
	struct fronts *fs = f->set;
	size_t nlisteners = listeners_count(fs->o.listeners), n = 0;
	struct buf b;

	for (size_t i = 0; i < nlisteners; i++) {
		const struct conf_socket *c =
		    listeners_at(fs->o.listeners, i)->conf;

		n += c->nroutes + (c->service.service != NULL);
	}
	buf_init(&b);
	control_routes_begin(&b, fs->routes_number, (uint32_t)n);
	for (size_t i = 0; i < nlisteners; i++) {
		const struct listener *l = listeners_at(fs->o.listeners, i);
		struct control_route last = {
		    .listener = l->id, .host = str(""), .path = str("*")};

		for (size_t j = 0; j < l->conf->nroutes; j++)
			add_route(&b, fs, l->id, &l->conf->routes[j]);
		last.service =
		    services_number(fs->o.services, &l->conf->service);
		if (last.service != CONTROL_SERVICE_NONE)
			control_routes_add(&b, &last);
	}
	chan_send(proc_chan(f->proc), IPC_ROUTES, buf_peek(&b), buf_len(&b),
	    NULL);
	buf_clear(&b);
}

static void
send_logs(struct front *f)
{
	const struct access_logs *logs = f->set->o.logs;
	struct control_log m;

	for (size_t i = 0; i < access_logs_count(logs); i++) {
		int fd = access_logs_give(logs, i, &m);

		if (fd < 0)
			log_error("%s: cannot give it an access log: %s",
			    proc_who(f->proc), strerror(errno));
		else
			control_log_send(proc_chan(f->proc), &m, fd);
	}
}

/* "worker", or "worker:entrypoint", of all that have a number by now. */
static void
send_services(struct front *f)
{
	struct services *services = f->set->o.services;
	uint32_t first = f->nservices, n = first;
	const struct conf_designator *d;
	struct buf b;

	while (services_find(services, n) != NULL)
		n++;
	if (n == first)
		return;
	buf_init(&b);
	buf_put_u32(&b, first);
	buf_put_u32(&b, n - first);
	for (uint32_t i = first; i < n; i++) {
		char *name;

		d = services_find(services, i);
		name = d->entrypoint == NULL
			   ? xstrdup(d->service)
			   : xasprintf("%s:%s", d->service, d->entrypoint);
		buf_put_cstr(&b, name);
		free(name);
	}
	chan_send(proc_chan(f->proc), IPC_SERVICES, buf_peek(&b), buf_len(&b),
	    NULL);
	buf_clear(&b);
	f->nservices = n;
}

void
fronts_send_logs(struct fronts *fs)
{
	for (size_t i = 0; i < fs->o.n; i++) {
		struct front *f = &fs->fronts[i];

		if (f->proc != NULL && f->is_ready &&
		    proc_chan(f->proc) != NULL)
			send_logs(f);
	}
}

static void
configure(struct front *f)
{
	struct fronts *fs = f->set;

	if (f->proc == NULL || !f->is_ready || proc_chan(f->proc) == NULL ||
	    fs->is_draining)
		return;
	take_back_listeners(f);
	send_limits(f);
	send_tickets(f);
	send_logs(f);
	/* First where requests go, then where they come from. */
	send_routes(f);
	send_services(f);
	for (size_t i = 0; i < listeners_count(fs->o.listeners); i++) {
		const struct listener *l = listeners_at(fs->o.listeners, i);

		if (find_given(f, l->id) == NULL)
			send_listener(f, l);
		send_keys(f, l);
	}
}

/* --- lives --- */

static void
retry_later(struct front *f)
{
	struct ev_loop *loop = f->set->o.loop;

	f->retry_ms = f->retry_ms == 0 ? RETRY_MIN_MS
				       : MIN(f->retry_ms * 2, RETRY_MAX_MS);
	ev_timer_stop(loop, &f->retry);
	ev_timer_set(&f->retry, (double)f->retry_ms / 1000.0, 0.0);
	ev_timer_start(loop, &f->retry);
}

static void
start(struct front *f)
{
	struct fronts *fs = f->set;
	struct proc_options po = {
	    .role = ROLE_FRONT,
	    .party = IPC_PARTY_F,
	    .handlers = handlers,
	    .on_end = on_end,
	    .owner = f,
	};
	struct spawned s;
	char name[16];

	if (f->proc != NULL || fs->is_draining)
		return;
	if (spawner_exec(fs->o.spawner, ROLE_FRONT, fs->o.plan, 0, &s) != 0) {
		log_error("cannot start a front: %s", strerror(errno));
		retry_later(f);
		return;
	}
	snprintf(name, sizeof name, "%zu", f->index);
	po.name = name;
	po.ctl_fd = s.ctl_fd;
	po.log_fd = s.log_fd;
	f->is_ready = f->is_draining = false;
	f->ngiven = 0;
	f->nservices = 0;
	f->proc = proc_new(fs->o.procs, &po);
	proc_deadline(f->proc, START_MS, "it took too long to start");
	(void)proc_born(f->proc, s.pid);
}

static void
tell_if_serving(struct fronts *fs)
{
	if (fs->was_serving)
		return;
	for (size_t i = 0; i < fs->o.n; i++)
		if (!fs->fronts[i].was_ready)
			return;
	fs->was_serving = true;
	fs->o.on_serving(fs->o.arg);
}

static int
on_hello(void *arg, const struct ipc_msg *msg)
{
	struct front *f = proc_owner(arg);
	struct control_hello m;

	if (control_hello_get(msg, &m) != 0 || m.version != IPC_VERSION)
		return ERR_PROTO;
	proc_deadline(f->proc, 0, NULL);
	f->is_ready = f->was_ready = true;
	log_debug("%s: ready in %llu ms", proc_who(f->proc),
	    (unsigned long long)proc_age_ms(f->proc));
	configure(f);
	tell_if_serving(f->set);
	return 0;
}

static int
on_routes_ack(void *arg, const struct ipc_msg *msg)
{
	struct proc *p = arg;
	uint32_t number;

	if (control_u32_get(msg, &number) != 0)
		return ERR_PROTO;
	log_debug("%s: uses routes %u", proc_who(p), number);
	return 0;
}

static int
on_channel_request(void *arg, const struct ipc_msg *msg)
{
	struct proc *p = arg;
	struct front *f = proc_owner(p);
	const struct conf_designator *d;
	uint32_t target;

	if (control_u32_get(msg, &target) != 0)
		return ERR_PROTO;
	d = services_find(f->set->o.services, target);
	if (d == NULL)
		return ERR_STATE; /* it was never told that number */
	workers_connect(f->set->o.workers, p, target, d);
	return 0;
}

static int
on_draining(void *arg, const struct ipc_msg *msg)
{
	struct front *f = proc_owner(arg);

	(void)msg;
	f->is_draining = true;
	return 0;
}

static void
on_end(struct proc *p, const struct proc_end *end)
{
	struct front *f = proc_owner(p);
	struct fronts *fs = f->set;

	workers_forget(fs->o.workers, p);
	f->proc = NULL;
	f->is_ready = false;
	if (fs->is_draining) {
		if (end->is_clean)
			log_debug("%s: ended", proc_who(p));
		else
			log_warn("%s: %s", proc_who(p), end->text);
		return;
	}
	log_error("%s: %s after %llu ms, starting another", proc_who(p),
	    end->text, (unsigned long long)end->lived_ms);
	if (end->lived_ms >= HEALTHY_MS || end->signal == SIGKILL)
		f->retry_ms = 0; /* no fault of its own */
	if (end->lived_ms >= HEALTHY_MS) {
		start(f);
	} else {
		retry_later(f);
	}
}

static void
on_retry(struct ev_loop *loop, ev_timer *w, int events)
{
	(void)loop;
	(void)events;
	start(w->data);
}

/* --- the set --- */

void
fronts_configure(struct fronts *fs, const struct conf *conf)
{
	fs->conf = conf;
	fs->routes_number++;
	for (size_t i = 0; i < conf->nsockets; i++)
		if (conf->sockets[i].is_https)
			tickets_start(fs->tickets,
			    conf->server.ticket_rotation_ms);
	for (size_t i = 0; i < fs->o.n; i++) {
		configure(&fs->fronts[i]);
		if (!ev_is_active(&fs->fronts[i].retry))
			start(&fs->fronts[i]);
	}
}

void
fronts_drain(struct fronts *fs, uint64_t ms)
{
	fs->is_draining = true;
	for (size_t i = 0; i < fs->o.n; i++) {
		struct front *f = &fs->fronts[i];

		ev_timer_stop(fs->o.loop, &f->retry);
		if (f->proc == NULL)
			continue;
		if (proc_chan(f->proc) != NULL)
			control_u32_send(proc_chan(f->proc), IPC_DRAIN,
			    (uint32_t)MIN(ms, UINT32_MAX));
		proc_deadline(f->proc, ms + 500, "it did not end in time");
	}
}
