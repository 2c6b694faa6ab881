/*
 * Routes: which hosts and paths go to which service.
 *
 * Runs in: supervisor.
 */
#include "config.h"

#include "conf/route.h"

#include <ctype.h>
#include <string.h>

#include "base/err.h"
#include "conf/set.h"
#include "conf/source.h"

/* Returns NULL, or what is wrong with the host. Makes it lower case. */
static const char *
check_host(char *host)
{
	char *p = host;

	if (strcmp(host, "*") == 0) {
		*host = '\0';
		return NULL;
	}
	if (strncmp(p, "*.", 2) == 0)
		p += 2;
	if (*p == '\0' || *p == '.')
		return "the host is empty; write * for any";
	for (; *p != '\0'; p++) {
		if (*p == '*')
			return "a host may only begin with \"*.\"";
		if (*p == ':' && *host != '[')
			return "hosts are matched without a port";
		if ((unsigned char)*p >= 0x80)
			return "write the host in its ASCII form, xn--...";
		if (!isalnum((unsigned char)*p) && strchr("-._:[]", *p) == NULL)
			return "the host has a character that no host has";
		*p = (char)tolower((unsigned char)*p);
	}
	return NULL;
}

static const char *
check_path(const char *path)
{
	const char *p;

	for (p = path; *p != '\0'; p++) {
		if (*p == '*' && p[1] != '\0')
			return "a path may only end with \"*\"";
		if (*p == '?' || *p == '#')
			return "paths are matched without a query";
		if ((unsigned char)*p <= 0x20 || (unsigned char)*p >= 0x7f)
			return "write other characters as %XX";
	}
	return NULL;
}

/* Splits PATTERN into ROUTE. Returns NULL, or what is wrong with it. */
static const char *
read_pattern(struct load *l, const char *pattern, struct conf_route *route)
{
	const char *slash = strchr(pattern, '/'), *why;
	char *host;

	if (strstr(pattern, "://") != NULL)
		return "write it without a scheme, such as example.com/*";
	if (slash == NULL)
		return "has no path; write HOST/PATH, such as example.com/*";
	host = pool_memdup(l->pool, pattern, (size_t)(slash - pattern));
	if (strlen(host) > LOAD_NAME_MAX)
		return "the host is too long";
	if ((why = check_host(host)) != NULL ||
	    (why = check_path(slash)) != NULL)
		return why;
	route->host = host;
	route->path = slash;
	return NULL;
}

void
route_add(struct load *l, struct socket_draft *d, struct words *words)
{
	struct conf_route route = {.at = l->at};
	struct conf_socket *s = &d->socket;
	const char *pattern, *key, *why;
	struct word word;
	int r;

	if (!set_next_word(l, words, "HOST/PATH and the name of a service",
		&word) ||
	    !source_short_text(l, &word, &pattern))
		return;
	if ((why = read_pattern(l, pattern, &route)) != NULL) {
		load_error(l, "\"%s\": %s", pattern, why);
		return;
	}
	if (!set_next_word(l, words, "the name of a service behind HOST/PATH",
		&word) ||
	    !source_short_text(l, &word, &route.target.service))
		return;
	while ((r = words_next_option(words, &key, &word)) == 0)
		if (!set_designator_option(l, &route.target, key, &word))
			load_error(l,
			    "option \"%s\" is unknown; there are entrypoint "
			    "and props.json",
			    key);
	if (r != ERR_NOENT) {
		load_error(l, "%s", words->error);
		return;
	}
	if (s->nroutes == LOAD_ROUTES_MAX) {
		load_error(l, "more than %d routes", LOAD_ROUTES_MAX);
		return;
	}
	d->routes = pool_grow(l->pool, d->routes, s->nroutes, sizeof route);
	d->routes[s->nroutes++] = route;
	s->routes = d->routes;
}
