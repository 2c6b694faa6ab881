/*
 * The setters of the URL class: the parser of the URL standard started in one
 * of its states.
 *
 * Runs in: workers. Pure.
 */
#include "config.h"

#include "worker/api/url.h"

#include <ctype.h>
#include <string.h>

#include "base/err.h"

static void
reset_buf(struct buf *b)
{
	buf_consume(b, buf_len(b));
}

static bool
is_file(const struct url *u)
{
	return buf_len(&u->scheme) == 4 &&
	       memcmp(buf_peek(&u->scheme), "file", 4) == 0;
}

static bool
has_credentials(const struct url *u)
{
	return buf_len(&u->user) > 0 || buf_len(&u->pass) > 0;
}

/* "Cannot have a username/password/port". */
static bool
is_bare(const struct url *u)
{
	return !u->has_host || buf_len(&u->host) == 0 || is_file(u);
}

static void
set_protocol(struct url *u, const char *s, size_t n)
{
	struct buf scheme;
	size_t i;
	int port;

	if (n == 0 || !isalpha((unsigned char)s[0]))
		return;
	buf_init(&scheme);
	for (i = 0; i < n && s[i] != ':'; i++) {
		if (!isalnum((unsigned char)s[i]) && s[i] != '+' &&
		    s[i] != '-' && s[i] != '.')
			goto out;
		buf_put_u8(&scheme, (uint8_t)tolower((unsigned char)s[i]));
	}
	port = url_scheme_port(buf_peek(&scheme), buf_len(&scheme));
	if (url_is_special(u) != (port != -2))
		goto out;
	if (port == -1 && (has_credentials(u) || u->port >= 0))
		goto out;
	if (is_file(u) && buf_len(&u->host) == 0)
		goto out;
	reset_buf(&u->scheme);
	buf_put(&u->scheme, buf_peek(&scheme), buf_len(&scheme));
	if (u->port >= 0 && u->port == port)
		u->port = -1;
out:
	buf_clear(&scheme);
}

static void
set_host(struct url *u, const char *s, size_t n, bool with_port)
{
	bool special = url_is_special(u), bracket = false;
	const char *end = s + n, *p, *colon = NULL, *rest;
	struct buf host;

	if (u->opaque_path)
		return;
	for (p = s; p < end; p++) {
		if (*p == '/' || *p == '?' || *p == '#' ||
		    (special && *p == '\\'))
			break;
		if (*p == '[')
			bracket = true;
		else if (*p == ']')
			bracket = false;
		else if (*p == ':' && !bracket && colon == NULL && !is_file(u))
			colon = p;
	}
	end = p;
	p = colon != NULL ? colon : end;
	if (colon != NULL && (!with_port || colon == s))
		return;
	if (p == s && (is_file(u) ? false : special))
		return;
	if (p == s && (has_credentials(u) || u->port >= 0))
		return;
	buf_init(&host);
	if (p > s && url_host_parse(&host, s, (size_t)(p - s), !special) != 0)
		goto out;
	if (is_file(u) && buf_len(&host) == 9 &&
	    memcmp(buf_peek(&host), "localhost", 9) == 0)
		reset_buf(&host);
	reset_buf(&u->host);
	buf_put(&u->host, buf_peek(&host), buf_len(&host));
	u->has_host = true;
	if (colon != NULL)
		url_parse_port(u, colon + 1, end, &rest);
out:
	buf_clear(&host);
}

static void
set_port(struct url *u, const char *s, size_t n)
{
	const char *rest;

	if (!is_bare(u))
		url_parse_port(u, s, s + n, &rest);
}

/* Paths of setters may hold '?' and '#', which are encoded. */
static void
set_pathname(struct url *u, const char *s, size_t n)
{
	if (u->opaque_path)
		return;
	reset_buf(&u->path);
	if (n == 0 && !url_is_special(u)) {
		if (!u->has_host)
			buf_put_u8(&u->path, '/');
		return;
	}
	url_parse_path_start(u, s, s + n);
}

static void
set_userinfo(struct url *u, struct buf *part, const char *s, size_t n)
{
	if (is_bare(u))
		return;
	reset_buf(part);
	url_encode(part, URL_SET_USERINFO, s, n);
}

static void
set_search(struct url *u, const char *s, size_t n)
{
	reset_buf(&u->query);
	u->has_query = n > 0;
	if (n > 0 && s[0] == '?') {
		s++;
		n--;
	}
	url_encode(&u->query,
	    url_is_special(u) ? URL_SET_SPECIAL_QUERY : URL_SET_QUERY, s, n);
}

static void
set_hash(struct url *u, const char *s, size_t n)
{
	reset_buf(&u->frag);
	u->has_frag = n > 0;
	if (n > 0 && s[0] == '#') {
		s++;
		n--;
	}
	url_encode(&u->frag, URL_SET_FRAGMENT, s, n);
}

static void
set_part(struct url *u, enum url_part part, const char *s, size_t n)
{
	switch (part) {
	case URL_PROTOCOL:
		set_protocol(u, s, n);
		break;
	case URL_USERNAME:
		set_userinfo(u, &u->user, s, n);
		break;
	case URL_PASSWORD:
		set_userinfo(u, &u->pass, s, n);
		break;
	case URL_HOST:
		set_host(u, s, n, true);
		break;
	case URL_HOSTNAME:
		set_host(u, s, n, false);
		break;
	case URL_PORT:
		set_port(u, s, n);
		break;
	case URL_PATHNAME:
		set_pathname(u, s, n);
		break;
	case URL_SEARCH:
		set_search(u, s, n);
		break;
	case URL_HASH:
		set_hash(u, s, n);
		break;
	}
}

void
url_set(struct url *u, enum url_part part, const char *s, size_t n)
{
	struct buf clean;
	size_t i;

	if (n > URL_INPUT_MAX)
		return;
	if (part == URL_PORT && n == 0) {
		if (!is_bare(u))
			u->port = -1;
		return;
	}
	buf_init(&clean);
	if (part != URL_USERNAME && part != URL_PASSWORD) {
		for (i = 0; i < n; i++)
			if (s[i] != '\t' && s[i] != '\n' && s[i] != '\r')
				buf_put_u8(&clean, (uint8_t)s[i]);
		s = (const char *)buf_peek(&clean);
		n = buf_len(&clean);
	}
	set_part(u, part, s != NULL ? s : "", n);
	buf_clear(&clean);
}
