/*
 * Listening sockets.
 *
 * Runs in: supervisor, which binds and hands them to fronts, and never accepts
 *          or reads from one.
 */
#include "config.h"

#include "supervisor/listeners.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "conf/conf.h"

#define BACKLOG 4096 /* the kernel cuts it to net.core.somaxconn */

struct row {
	struct listener l;
	char *key;         /* owned: name and address as written */
	char *address;     /* owned */
	char *name;        /* owned */
	char *unlink_path; /* owned; NULL: nothing to remove */
	bool is_kept;
};

struct listeners {
	struct row **rows; /* owned */
	size_t n;
	uint32_t next_id;
	uint32_t keys_number;
};

struct listeners *
listeners_new(void)
{
	return xcalloc(1, sizeof(struct listeners));
}

static void
free_row(struct row *r)
{
	fd_close(&r->l.fd);
	keyfile_close(&r->l.keys);
	if (r->unlink_path != NULL)
		(void)unlink(r->unlink_path);
	free(r->key);
	free(r->address);
	free(r->name);
	free(r->unlink_path);
	free(r);
}

void
listeners_close(struct listeners *ls)
{
	for (size_t i = 0; i < ls->n; i++)
		free_row(ls->rows[i]);
	free(ls->rows);
	ls->rows = NULL;
	ls->n = 0;
}

void
listeners_free(struct listeners **listeners)
{
	if (*listeners == NULL)
		return;
	listeners_close(*listeners);
	free(*listeners);
	*listeners = NULL;
}

size_t
listeners_count(const struct listeners *ls)
{
	return ls->n;
}

const struct listener *
listeners_at(const struct listeners *ls, size_t i)
{
	return &ls->rows[i]->l;
}

/* A Unix socket that nobody listens on any more is in the way. */
static void
remove_stale(const struct sockaddr_un *un, socklen_t len)
{
	struct stat st;
	int fd;

	if (un->sun_path[0] == '\0' || lstat(un->sun_path, &st) == -1 ||
	    !S_ISSOCK(st.st_mode))
		return;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return;
	if (connect(fd, (const struct sockaddr *)un, len) == -1 &&
	    errno == ECONNREFUSED)
		(void)unlink(un->sun_path);
	fd_close(&fd);
}

/* Returns the socket or ERR_SYS. */
static int
bind_socket(const struct sockaddr *sa, socklen_t len)
{
	int fd, on = 1, off = 0;

	if (sa->sa_family == AF_UNIX)
		remove_stale((const void *)sa, len);
	fd = socket(sa->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	if (fd == -1)
		return ERR_SYS;
	if (sa->sa_family != AF_UNIX) {
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
		/* Connections inherit it: one call less for each. */
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	}
	if (sa->sa_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off,
		    sizeof off);
	if (bind(fd, sa, len) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	fd_close(&fd);
	return ERR_SYS;
}

/* "*" where the machine has no IPv6. */
static int
bind_any4(const struct conf_address *a)
{
	struct sockaddr_in in;

	memset(&in, 0, sizeof in);
	in.sin_family = AF_INET;
	in.sin_port = htons(a->port);
	return bind_socket((const void *)&in, sizeof in);
}

static int
open_socket(const struct conf_socket *c)
{
	const struct conf_address *a = &c->address;
	int fd;

	if (c->fd != -1)
		return fd_set_nonblock(c->fd) == 0 &&
			       fd_set_cloexec(c->fd, 1) == 0
			   ? c->fd
			   : ERR_SYS;
	fd = bind_socket((const void *)&a->sockaddr, a->sockaddr_len);
	if (fd < 0 && a->kind == CONF_ADDRESS_ANY &&
	    (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL))
		fd = bind_any4(a);
	return fd;
}

static void
describe_unix(struct row *r, const struct sockaddr_un *un, socklen_t len)
{
	size_t n = len - offsetof(struct sockaddr_un, sun_path);

	if (n == 0)
		r->address = xstrdup("unix:");
	else if (un->sun_path[0] == '\0')
		r->address = xasprintf("unix-abstract:%.*s", (int)(n - 1),
		    un->sun_path + 1);
	else
		r->address = xasprintf("unix:%.*s",
		    (int)strnlen(un->sun_path, n), un->sun_path);
}

/* The address that was in fact bound. */
static void
describe(struct row *r, bool is_https)
{
	const char *scheme = is_https ? "https" : "http";
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_un un;
	} u;
	socklen_t len = sizeof u;
	char host[INET6_ADDRSTRLEN] = "?";

	free(r->address);
	memset(&u, 0, sizeof u);
	if (getsockname(r->l.fd, &u.sa, &len) == -1)
		u.sa.sa_family = AF_UNSPEC;
	switch (u.sa.sa_family) {
	case AF_INET:
		r->l.port = ntohs(u.in.sin_port);
		inet_ntop(AF_INET, &u.in.sin_addr, host, sizeof host);
		if (u.in.sin_addr.s_addr == INADDR_ANY)
			snprintf(host, sizeof host, "localhost");
		r->address = xasprintf("%s://%s:%u/", scheme, host, r->l.port);
		break;
	case AF_INET6:
		r->l.port = ntohs(u.in6.sin6_port);
		inet_ntop(AF_INET6, &u.in6.sin6_addr, host, sizeof host);
		r->address =
		    IN6_IS_ADDR_UNSPECIFIED(&u.in6.sin6_addr)
			? xasprintf("%s://localhost:%u/", scheme, r->l.port)
			: xasprintf("%s://[%s]:%u/", scheme, host, r->l.port);
		break;
	case AF_UNIX:
		describe_unix(r, &u.un, len);
		break;
	default:
		r->address = xstrdup("?");
		break;
	}
	r->l.address = r->address;
}

static struct row *
new_row(struct listeners *ls, const struct conf_socket *c, const char *key,
    char *why, size_t why_size)
{
	struct row *r;
	int fd = open_socket(c);

	if (fd < 0) {
		snprintf(why, why_size,
		    "cannot listen on %s (socket \"%s\"): %s",
		    c->address.text != NULL ? c->address.text : "descriptor",
		    c->name, strerror(errno));
		return NULL;
	}
	r = xcalloc(1, sizeof *r);
	r->l.id = ls->next_id++;
	r->l.fd = fd;
	r->l.keys.fd = -1;
	r->key = xstrdup(key);
	r->name = xstrdup(c->name);
	r->l.name = r->name;
	if (c->fd == -1 && c->address.kind == CONF_ADDRESS_UNIX) {
		const struct sockaddr_un *un =
		    (const void *)&c->address.sockaddr;

		r->unlink_path = xstrdup(un->sun_path);
	}
	describe(r, c->is_https);
	return r;
}

static struct row *
find_row(const struct listeners *ls, const char *key)
{
	for (size_t i = 0; i < ls->n; i++)
		if (strcmp(ls->rows[i]->key, key) == 0)
			return ls->rows[i];
	return NULL;
}

static bool
is_same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
is_same_headers(const struct conf_header *a, size_t na,
    const struct conf_header *b, size_t nb)
{
	if (na != nb)
		return false;
	for (size_t i = 0; i < na; i++)
		if (strcmp(a[i].name, b[i].name) != 0 ||
		    !is_same_text(a[i].value, b[i].value))
			return false;
	return true;
}

static bool
is_same_http(const struct conf_http *a, const struct conf_http *b)
{
	return a->style == b->style &&
	       is_same_text(a->forwarded_proto_header,
		   b->forwarded_proto_header) &&
	       is_same_text(a->cf_blob_header, b->cf_blob_header) &&
	       is_same_headers(a->inject_request_headers,
		   a->ninject_request_headers, b->inject_request_headers,
		   b->ninject_request_headers) &&
	       is_same_headers(a->inject_response_headers,
		   a->ninject_response_headers, b->inject_response_headers,
		   b->ninject_response_headers);
}

static bool
is_same_log(const struct conf_socket *a, const struct conf_socket *b)
{
	return a->server_timing == b->server_timing &&
	       a->access_format == b->access_format &&
	       a->access_log.sink == b->access_log.sink &&
	       is_same_text(a->access_log.path, b->access_log.path);
}

static bool
is_same_proxies(const struct conf_socket *a, const struct conf_socket *b)
{
	if (a->nproxies != b->nproxies)
		return false;
	for (size_t i = 0; i < a->nproxies; i++)
		if (strcmp(a->proxies[i].text, b->proxies[i].text) != 0)
			return false;
	return true;
}

/* What a front is told once, with the listener. */
static bool
is_same(const struct conf_socket *a, const struct conf_socket *b)
{
	return is_same_http(&a->http, &b->http) && is_same_log(a, b) &&
	       is_same_proxies(a, b) && a->is_https == b->is_https &&
	       memcmp(&a->limits, &b->limits, sizeof a->limits) == 0;
}

/* Certificates may change under a listener: those of R as C has them. */
static void
renew_keys(struct listeners *ls, struct row *r, const struct conf_socket *c)
{
	struct keyfile keys;

	if (!c->is_https) {
		keyfile_close(&r->l.keys);
		r->l.keys_number = 0;
		return;
	}
	if (keyfile_make(&c->tls, &keys) != 0) {
		log_error("socket \"%s\": cannot keep its keys: %s", c->name,
		    strerror(errno));
		return;
	}
	if (r->l.keys.fd != -1 &&
	    memcmp(r->l.keys.hash, keys.hash, sizeof keys.hash) == 0) {
		keyfile_close(&keys);
		return;
	}
	keyfile_close(&r->l.keys);
	r->l.keys = keys;
	r->l.keys_number = ++ls->keys_number;
}

/* Take CONF's options for R; fronts know them by the listener's id. */
static void
renew(struct listeners *ls, struct row *r, const struct conf_socket *c)
{
	if (r->l.conf != NULL && !is_same(r->l.conf, c)) {
		r->l.id = ls->next_id++;
		describe(r, c->is_https);
	}
	r->l.conf = c;
	renew_keys(ls, r, c);
}

int
listeners_configure(struct listeners *ls, const struct conf *conf, char *why,
    size_t why_size)
{
	struct row **rows = xcalloc(conf->nsockets, sizeof *rows);
	size_t n = 0;
	bool good = true;

	for (size_t i = 0; i < conf->nsockets && good; i++) {
		const struct conf_socket *c = &conf->sockets[i];
		char *key = xasprintf("%s %d %s", c->name, c->fd,
		    c->address.text != NULL ? c->address.text : "");
		struct row *r = find_row(ls, key);

		if (r != NULL)
			r->is_kept = true;
		else
			r = new_row(ls, c, key, why, why_size);
		free(key);
		good = r != NULL;
		if (good)
			rows[n++] = r;
	}
	/* On failure what is new goes, on success what is old. */
	for (size_t i = 0; i < n && !good; i++)
		if (!rows[i]->is_kept)
			free_row(rows[i]);
	for (size_t i = 0; i < ls->n; i++) {
		struct row *r = ls->rows[i];

		if (good && !r->is_kept)
			free_row(r);
		else
			r->is_kept = false;
	}
	if (!good) {
		free(rows);
		return ERR_SYS;
	}
	for (size_t i = 0; i < n; i++)
		renew(ls, rows[i], &conf->sockets[i]);
	free(ls->rows);
	ls->rows = rows;
	ls->n = n;
	return 0;
}
