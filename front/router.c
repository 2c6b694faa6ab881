/*
 * Routes: rows in order, the first that matches wins.
 *
 * Runs in: front.
 */
#include "config.h"

#include "front/router.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "http/chars.h"
#include "ipc/control.h"

#define ROUTES_MAX 100000

struct route {
	uint32_t listener;
	uint32_t service;
	char *host; /* owned; lower case; "*.x" any name below x; "" any */
	char *path; /* owned; a closing "*" makes it a prefix; "" any */
};

struct router {
	struct route *routes; /* owned */
	size_t n;
};

struct router *
router_new(void)
{
	return xcalloc(1, sizeof(struct router));
}

static void
free_routes(struct route *routes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(routes[i].host);
		free(routes[i].path);
	}
	free(routes);
}

void
router_free(struct router **r)
{
	if (*r == NULL)
		return;
	free_routes((*r)->routes, (*r)->n);
	free(*r);
	*r = NULL;
}

int
router_load(struct router *r, const struct ipc_msg *msg, uint32_t *number_out)
{
	struct route *routes;
	uint32_t number, n;
	struct rd rd;

	control_routes_get(msg, &rd, &number, &n);
	/* A row has 16 bytes at least. */
	if (rd.bad || n > ROUTES_MAX || n > rd.left / 16)
		return ERR_PROTO;
	routes = xcalloc(n + 1, sizeof *routes);
	for (uint32_t i = 0; i < n; i++) {
		struct control_route c;

		control_route_get(&rd, &c);
		routes[i].listener = c.listener;
		routes[i].service = c.service;
		routes[i].host = xmemdup(c.host.p, c.host.len);
		routes[i].path = xmemdup(c.path.p, c.path.len);
		for (size_t k = 0; k < c.host.len; k++)
			routes[i].host[k] =
			    (char)chars_lower((uint8_t)routes[i].host[k]);
	}
	if (rd_end(&rd) != 0) {
		free_routes(routes, n);
		return ERR_PROTO;
	}
	free_routes(r->routes, r->n);
	r->routes = routes;
	r->n = n;
	*number_out = number;
	return 0;
}

static bool
host_matches(const char *pattern, const char *host, size_t len)
{
	size_t n = strlen(pattern);

	if (n == 0)
		return true;
	if (pattern[0] != '*')
		return n == len && chars_equal_nocase(host, pattern, len);
	/* "*.example.com": one label or more before ".example.com" */
	pattern++;
	n--;
	return len > n && chars_equal_nocase(host + len - n, pattern, n);
}

static bool
path_matches(const char *pattern, const char *path, size_t len)
{
	size_t n = strlen(pattern);

	if (n == 0)
		return true;
	if (pattern[n - 1] != '*')
		return n == len && memcmp(path, pattern, n) == 0;
	return len >= n - 1 && memcmp(path, pattern, n - 1) == 0;
}

/* The length of the host without its port and a closing dot. */
static size_t
trim_port(const char *host, size_t len)
{
	const char *bracket = memrchr(host, ']', len);
	const char *colon = memrchr(host, ':', len);

	if (colon != NULL && (bracket == NULL || colon > bracket))
		len = (size_t)(colon - host);
	if (len > 1 && host[len - 1] == '.')
		len--;
	return len;
}

int
router_find(const struct router *r, uint32_t listener, const char *host,
    size_t host_len, const char *path, size_t path_len, uint32_t *service_out)
{
	const char *query = memchr(path, '?', path_len);

	if (r->n == 0)
		return ERR_NOENT;
	host_len = trim_port(host, host_len);
	if (query != NULL)
		path_len = (size_t)(query - path);
	for (size_t i = 0; i < r->n; i++) {
		const struct route *e = &r->routes[i];

		if (e->listener == listener &&
		    host_matches(e->host, host, host_len) &&
		    path_matches(e->path, path, path_len)) {
			*service_out = e->service;
			return 0;
		}
	}
	return ERR_NOENT;
}
