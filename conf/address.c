/*
 * Addresses to listen on.
 *
 * Runs in: supervisor.
 * Never:   resolves a name.
 */
#include "config.h"

#include "conf/address.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <string.h>
#include <sys/un.h>

#include "base/err.h"
#include "conf/value.h"

#define PATH_SIZE sizeof(((struct sockaddr_un *)NULL)->sun_path)

static const char malformed[] =
    "is not an address; write *:8080, 127.0.0.1:8080, [::1]:8080, "
    "unix:/path or unix-abstract:name";

/* TEXT is what follows the host: "" or ":PORT". */
static const char *
read_port(const char *text, uint16_t default_port, uint16_t *out)
{
	uint64_t port;

	if (*text == '\0') {
		*out = default_port;
		return NULL;
	}
	if (*text != ':' || value_read_count(text + 1, &port) != 0 ||
	    port > 65535)
		return "has a bad port; ports are 0 to 65535";
	*out = (uint16_t)port;
	return NULL;
}

static const char *
read_ip4(const char *host, uint16_t port, struct conf_address *out)
{
	struct sockaddr_in sin = {
	    .sin_family = AF_INET, .sin_port = htons(port)};

	if (inet_pton(AF_INET, host, &sin.sin_addr) != 1)
		return "is not an IP address; names are not resolved, write "
		       "the address itself, such as 127.0.0.1:8080, or *:8080 "
		       "for all";
	out->kind = CONF_ADDRESS_IP4;
	out->port = port;
	memcpy(&out->sockaddr, &sin, sizeof sin);
	out->sockaddr_len = sizeof sin;
	return NULL;
}

static const char *
read_ip6(const char *host, uint16_t port, struct conf_address *out)
{
	struct sockaddr_in6 sin6 = {
	    .sin6_family = AF_INET6, .sin6_port = htons(port)};

	if (inet_pton(AF_INET6, host, &sin6.sin6_addr) != 1)
		return "is not an IPv6 address; write it as [::1]:8080";
	out->kind = CONF_ADDRESS_IP6;
	out->port = port;
	memcpy(&out->sockaddr, &sin6, sizeof sin6);
	out->sockaddr_len = sizeof sin6;
	return NULL;
}

static const char *
read_unix(struct conf_pool *pool, const char *path, const char *dir,
    struct conf_address *out)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};

	if (*path == '\0')
		return "has no path; write unix:/path";
	if (*path != '/')
		path = pool_printf(pool, "%s/%s", dir, path);
	if (strlen(path) >= PATH_SIZE)
		return "has a path of more than 107 bytes; choose a shorter "
		       "one";
	strcpy(sun.sun_path, path);
	out->text = pool_printf(pool, "unix:%s", path);
	out->kind = CONF_ADDRESS_UNIX;
	memcpy(&out->sockaddr, &sun, sizeof sun);
	out->sockaddr_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
					strlen(path) + 1);
	return NULL;
}

static const char *
read_abstract(const char *name, struct conf_address *out)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	size_t n = strlen(name);

	if (n == 0 || n >= PATH_SIZE)
		return "needs a name of 1 to 107 bytes";
	memcpy(sun.sun_path + 1, name, n);
	out->kind = CONF_ADDRESS_UNIX_ABSTRACT;
	memcpy(&out->sockaddr, &sun, sizeof sun);
	out->sockaddr_len =
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + n);
	return NULL;
}

/* The address of an IP kind; HOST is a copy that may be changed. */
static const char *
read_ip(char *host, uint16_t default_port, struct conf_address *out)
{
	char *colon = strchr(host, ':'), *bracket;
	uint64_t number;
	const char *why;
	uint16_t port;

	if (host[0] == '[') {
		if ((bracket = strchr(host, ']')) == NULL)
			return malformed;
		if ((why = read_port(bracket + 1, default_port, &port)) != NULL)
			return why;
		*bracket = '\0';
		return read_ip6(host + 1, port, out);
	}
	if (value_read_count(host, &number) == 0)
		return "is a port alone; write *:8080, or 127.0.0.1:8080 for "
		       "this machine only";
	if (strchr(host, '/') != NULL)
		return malformed;
	if (colon != NULL && strchr(colon + 1, ':') != NULL)
		return "is not an address; put IPv6 addresses into brackets, "
		       "such as [::1]:8080";
	if ((why = read_port(colon != NULL ? colon : "", default_port,
		 &port)) != NULL)
		return why;
	if (colon != NULL)
		*colon = '\0';
	if (*host == '\0')
		return malformed;
	if (strcmp(host, "*") != 0)
		return read_ip4(host, port, out);
	why = read_ip6("::", port, out);
	out->kind = CONF_ADDRESS_ANY;
	return why;
}

const char *
address_read(struct conf_pool *pool, const char *text, uint16_t default_port,
    const char *dir, struct conf_address *out)
{
	struct conf_address a = {.kind = CONF_ADDRESS_NONE};
	const char *why;

	a.text = pool_strdup(pool, text);
	if (strncmp(text, "unix:", 5) == 0)
		why = read_unix(pool, text + 5, dir, &a);
	else if (strncmp(text, "unix-abstract:", 14) == 0)
		why = read_abstract(text + 14, &a);
	else
		why = read_ip(pool_strdup(pool, text), default_port, &a);
	if (why == NULL)
		*out = a;
	return why;
}
