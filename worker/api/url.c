/*
 * The URL parser and serializer of the WHATWG URL standard.
 *
 * Runs in: workers. Pure: bytes in, record out. The states of the standard
 * are functions here; setters that start in the middle are in url_set.c.
 */
#include "config.h"

#include "worker/api/url.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/util.h"

/* The input that is left, and what it is parsed against. */
struct scan {
	struct url *u;
	const struct url *base; /* NULL: none */
	const char *p;
	const char *end;
};

static const struct {
	const char *name;
	int port;
} specials[] = {
    {"http", 80},
    {"https", 443},
    {"ws", 80},
    {"wss", 443},
    {"ftp", 21},
    {"file", -1},
};

static int parse_relative(struct scan *s);
static int parse_authority(struct scan *s);
static int parse_file(struct scan *s);
static int parse_rest(struct scan *s);

static void
each_buf(struct url *u, void (*fn)(struct buf *))
{
	fn(&u->scheme);
	fn(&u->user);
	fn(&u->pass);
	fn(&u->host);
	fn(&u->path);
	fn(&u->query);
	fn(&u->frag);
}

static void
reset_buf(struct buf *b)
{
	buf_consume(b, buf_len(b));
}

static void
reset_flags(struct url *u)
{
	u->port = -1;
	u->has_host = u->has_query = u->has_frag = u->opaque_path = false;
}

void
url_init(struct url *u)
{
	each_buf(u, buf_init);
	reset_flags(u);
}

void
url_clear(struct url *u)
{
	each_buf(u, buf_clear);
	reset_flags(u);
}

void
url_reset(struct url *u)
{
	each_buf(u, reset_buf);
	reset_flags(u);
}

static void
copy_buf(struct buf *dst, const struct buf *src)
{
	reset_buf(dst);
	buf_put(dst, buf_peek(src), buf_len(src));
}

static void
copy_authority(struct url *dst, const struct url *src)
{
	copy_buf(&dst->user, &src->user);
	copy_buf(&dst->pass, &src->pass);
	copy_buf(&dst->host, &src->host);
	dst->port = src->port;
	dst->has_host = src->has_host;
}

static void
copy_query(struct url *dst, const struct url *src)
{
	copy_buf(&dst->query, &src->query);
	dst->has_query = src->has_query;
}

void
url_copy(struct url *dst, const struct url *src)
{
	copy_buf(&dst->scheme, &src->scheme);
	copy_authority(dst, src);
	copy_buf(&dst->path, &src->path);
	copy_query(dst, src);
	copy_buf(&dst->frag, &src->frag);
	dst->has_frag = src->has_frag;
	dst->opaque_path = src->opaque_path;
}

int
url_scheme_port(const void *scheme, size_t n)
{
	size_t i;

	for (i = 0; i < NELEMS(specials); i++)
		if (strlen(specials[i].name) == n &&
		    memcmp(specials[i].name, scheme, n) == 0)
			return specials[i].port;
	return -2;
}

bool
url_is_special(const struct url *u)
{
	return url_scheme_port(buf_peek(&u->scheme), buf_len(&u->scheme)) != -2;
}

static bool
is_scheme(const struct url *u, const char *name)
{
	return buf_len(&u->scheme) == strlen(name) &&
	       memcmp(buf_peek(&u->scheme), name, strlen(name)) == 0;
}

/* True for '/', and for '\' in special URLs. */
static bool
is_slash(const struct url *u, char c)
{
	return c == '/' || (c == '\\' && url_is_special(u));
}

static bool
is_drive(const char *p, size_t n)
{
	return n == 2 && isalpha((unsigned char)p[0]) &&
	       (p[1] == ':' || p[1] == '|');
}

/* The standard's "starts with a Windows drive letter". */
static bool
starts_with_drive(const char *p, const char *end)
{
	return end - p >= 2 && is_drive(p, 2) &&
	       (end - p == 2 || strchr("/\\?#", p[2]) != NULL) &&
	       (end - p == 2 || p[2] != '\0');
}

/* Drop the last segment, but not a file's drive letter. */
static void
shorten(struct url *u)
{
	const char *p = (const char *)buf_peek(&u->path);
	size_t n = buf_len(&u->path);

	if (is_scheme(u, "file") && n == 3 && p[0] == '/' &&
	    isalpha((unsigned char)p[1]) && p[2] == ':')
		return;
	while (n > 0 && p[n - 1] != '/')
		n--;
	if (n > 0)
		n--;
	u->path.end = u->path.start + n;
}

static size_t
dot_len(const char *p, const char *end)
{
	if (p < end && *p == '.')
		return 1;
	if (end - p >= 3 && p[0] == '%' && p[1] == '2' && (p[2] | 32) == 'e')
		return 3;
	return 0;
}

/* 0: an ordinary segment, 1: ".", 2: "..". */
static int
count_dots(const char *p, const char *end)
{
	int n = 0;
	size_t len;

	while (p < end && n < 3 && (len = dot_len(p, end)) > 0) {
		p += len;
		n++;
	}
	return p == end && n < 3 ? n : 0;
}

/* The path state: segments from P to END, which holds no '?' or '#'. */
void
url_parse_path(struct url *u, const char *p, const char *end)
{
	bool special = url_is_special(u), file = is_scheme(u, "file");
	const char *seg;
	bool slash;
	int dots;

	for (;;) {
		seg = p;
		while (p < end && *p != '/' && !(special && *p == '\\'))
			p++;
		slash = p < end;
		dots = count_dots(seg, p);
		if (dots == 2)
			shorten(u);
		if (dots > 0 && !slash)
			buf_put_u8(&u->path, '/');
		if (dots == 0) {
			buf_put_u8(&u->path, '/');
			if (file && buf_len(&u->path) == 1 &&
			    is_drive(seg, (size_t)(p - seg))) {
				buf_put_u8(&u->path, (uint8_t)*seg);
				buf_put_u8(&u->path, ':');
			} else {
				url_encode(&u->path, URL_SET_PATH, seg,
				    (size_t)(p - seg));
			}
		}
		if (!slash)
			return;
		p++;
	}
}

/* The path start state; P to END is the path alone. */
void
url_parse_path_start(struct url *u, const char *p, const char *end)
{
	if (p == end && !url_is_special(u))
		return;
	if (p < end && is_slash(u, *p))
		p++;
	url_parse_path(u, p, end);
}

/* Where the path ends: '?', '#' or the end. */
static const char *
path_end(const struct scan *s)
{
	const char *p = s->p;

	while (p < s->end && *p != '?' && *p != '#')
		p++;
	return p;
}

/* "?query#fragment" at the cursor, to the end. */
static int
parse_rest(struct scan *s)
{
	const char *p = s->p;

	if (p < s->end && *p == '?') {
		const char *start = ++p;

		while (p < s->end && *p != '#')
			p++;
		s->u->has_query = true;
		url_encode(&s->u->query,
		    url_is_special(s->u) ? URL_SET_SPECIAL_QUERY
					 : URL_SET_QUERY,
		    start, (size_t)(p - start));
	}
	if (p < s->end && *p == '#') {
		p++;
		s->u->has_frag = true;
		url_encode(&s->u->frag, URL_SET_FRAGMENT, p,
		    (size_t)(s->end - p));
	}
	return 0;
}

/* Segments are appended to the path that is there. */
static int
parse_path(struct scan *s)
{
	const char *end = path_end(s);

	url_parse_path(s->u, s->p, end);
	s->p = end;
	return parse_rest(s);
}

static int
parse_path_start(struct scan *s)
{
	const char *end = path_end(s);

	url_parse_path_start(s->u, s->p, end);
	s->p = end;
	return parse_rest(s);
}

static int
parse_opaque_path(struct scan *s)
{
	const char *end = path_end(s), *last = end;

	s->u->opaque_path = true;
	/* one trailing space before '?' or '#' is kept as "%20" */
	if (end < s->end && last > s->p && last[-1] == ' ')
		last--;
	url_encode(&s->u->path, URL_SET_C0, s->p, (size_t)(last - s->p));
	if (last < end)
		buf_put(&s->u->path, "%20", 3);
	s->p = end;
	return parse_rest(s);
}

/* Digits up to END; *END_OUT is the first byte that is none. */
bool
url_parse_port(struct url *u, const char *p, const char *end,
    const char **end_out)
{
	int32_t port = 0;
	const char *start = p;

	for (; p < end && isdigit((unsigned char)*p); p++) {
		port = port * 10 + (*p - '0');
		if (port > 65535)
			return false;
	}
	*end_out = p;
	if (p == start)
		return true;
	u->port =
	    url_scheme_port(buf_peek(&u->scheme), buf_len(&u->scheme)) == port
		? -1
		: port;
	return true;
}

/* "host" or, WITH_PORT, "host:port", to END. */
int
url_parse_host_port(struct url *u, const char *p, const char *end,
    bool with_port)
{
	const char *q = p;
	bool bracket = false, special = url_is_special(u);
	struct buf host;
	int r;

	for (; q < end && (bracket || *q != ':'); q++) {
		if (*q == '[')
			bracket = true;
		else if (*q == ']')
			bracket = false;
	}
	if (q == p && (q < end || special))
		return ERR_SYNTAX;
	if (q < end && !with_port)
		return ERR_SYNTAX;
	buf_init(&host);
	if (q > p) {
		r = url_host_parse(&host, p, (size_t)(q - p), !special);
		if (r != 0)
			goto out;
	}
	r = ERR_SYNTAX;
	if (q < end) {
		const char *rest;

		if (!url_parse_port(u, q + 1, end, &rest) || rest != end)
			goto out;
	}
	copy_buf(&u->host, &host);
	u->has_host = true;
	r = 0;
out:
	buf_clear(&host);
	return r;
}

/* "user:pass@host:port" at the cursor, and what follows. */
static int
parse_authority(struct scan *s)
{
	const char *end = s->p, *at = NULL, *host = s->p, *colon;

	for (; end < s->end && !is_slash(s->u, *end) && *end != '?' &&
	       *end != '#';
	     end++)
		if (*end == '@')
			at = end;
	if (at != NULL) {
		colon = memchr(s->p, ':', (size_t)(at - s->p));
		url_encode(&s->u->user, URL_SET_USERINFO, s->p,
		    (size_t)((colon != NULL ? colon : at) - s->p));
		if (colon != NULL)
			url_encode(&s->u->pass, URL_SET_USERINFO, colon + 1,
			    (size_t)(at - colon) - 1);
		host = at + 1;
		if (host == end)
			return ERR_SYNTAX;
	}
	if (url_parse_host_port(s->u, host, end, true) != 0)
		return ERR_SYNTAX;
	s->p = end;
	return parse_path_start(s);
}

/* "//" and any more slashes, as special URLs have before the authority. */
static int
parse_special_authority(struct scan *s)
{
	while (s->p < s->end && (*s->p == '/' || *s->p == '\\'))
		s->p++;
	return parse_authority(s);
}

static int
parse_relative(struct scan *s)
{
	copy_buf(&s->u->scheme, &s->base->scheme);
	if (s->p < s->end && is_slash(s->u, *s->p)) {
		s->p++;
		if (s->p < s->end && url_is_special(s->u) &&
		    is_slash(s->u, *s->p))
			return parse_special_authority(s);
		if (s->p < s->end && *s->p == '/') {
			s->p++;
			return parse_authority(s);
		}
		copy_authority(s->u, s->base);
		return parse_path(s);
	}
	copy_authority(s->u, s->base);
	copy_buf(&s->u->path, &s->base->path);
	if (s->p == s->end || *s->p == '#')
		copy_query(s->u, s->base);
	if (s->p == s->end || *s->p == '#' || *s->p == '?')
		return parse_rest(s);
	shorten(s->u);
	return parse_path(s);
}

/* The file host state, behind "//". */
static int
parse_file_host(struct scan *s)
{
	const char *end = s->p;

	while (end < s->end && strchr("/\\?#", *end) == NULL)
		end++;
	/* strchr() finds a NUL too, which is no delimiter */
	while (end < s->end && *end == '\0') {
		end++;
		while (end < s->end && strchr("/\\?#", *end) == NULL)
			end++;
	}
	if (is_drive(s->p, (size_t)(end - s->p)))
		return parse_path(s);
	s->u->has_host = true;
	if (end > s->p) {
		struct buf host;
		int r;

		buf_init(&host);
		r = url_host_parse(&host, s->p, (size_t)(end - s->p), false);
		if (r == 0 && !(buf_len(&host) == 9 &&
				  memcmp(buf_peek(&host), "localhost", 9) == 0))
			copy_buf(&s->u->host, &host);
		buf_clear(&host);
		if (r != 0)
			return r;
	}
	s->p = end;
	return parse_path_start(s);
}

static int
parse_file(struct scan *s)
{
	bool base_is_file = s->base != NULL && is_scheme(s->base, "file");
	const char *p;

	s->u->has_host = true;
	if (s->p < s->end && (*s->p == '/' || *s->p == '\\')) {
		s->p++;
		if (s->p < s->end && (*s->p == '/' || *s->p == '\\')) {
			s->p++;
			return parse_file_host(s);
		}
		if (base_is_file) {
			copy_buf(&s->u->host, &s->base->host);
			p = (const char *)buf_peek(&s->base->path);
			if (!starts_with_drive(s->p, s->end) &&
			    buf_len(&s->base->path) >= 3 &&
			    isalpha((unsigned char)p[1]) && p[2] == ':' &&
			    (buf_len(&s->base->path) == 3 || p[3] == '/'))
				buf_put(&s->u->path, p, 3);
		}
		return parse_path(s);
	}
	if (!base_is_file)
		return parse_path(s);
	copy_buf(&s->u->host, &s->base->host);
	copy_buf(&s->u->path, &s->base->path);
	if (s->p == s->end || *s->p == '#')
		copy_query(s->u, s->base);
	if (s->p == s->end || *s->p == '#' || *s->p == '?')
		return parse_rest(s);
	if (starts_with_drive(s->p, s->end))
		reset_buf(&s->u->path);
	else
		shorten(s->u);
	return parse_path(s);
}

/* Length of the scheme at P, 0 if there is none. */
static size_t
scheme_len(const char *p, const char *end)
{
	const char *q = p;

	if (q == end || !isalpha((unsigned char)*q))
		return 0;
	while (q < end && (isalnum((unsigned char)*q) || *q == '+' ||
			      *q == '-' || *q == '.'))
		q++;
	return q < end && *q == ':' ? (size_t)(q - p) : 0;
}

static int
parse_no_scheme(struct scan *s)
{
	if (s->base == NULL)
		return ERR_SYNTAX;
	if (s->base->opaque_path) {
		if (s->p == s->end || *s->p != '#')
			return ERR_SYNTAX;
		copy_buf(&s->u->scheme, &s->base->scheme);
		copy_buf(&s->u->path, &s->base->path);
		s->u->opaque_path = true;
		copy_query(s->u, s->base);
		return parse_rest(s);
	}
	if (!is_scheme(s->base, "file"))
		return parse_relative(s);
	copy_buf(&s->u->scheme, &s->base->scheme);
	return parse_file(s);
}

static int
parse(struct scan *s)
{
	size_t i, n = scheme_len(s->p, s->end);
	bool two_slashes;

	if (n == 0)
		return parse_no_scheme(s);
	for (i = 0; i < n; i++)
		buf_put_u8(&s->u->scheme,
		    (uint8_t)tolower((unsigned char)s->p[i]));
	s->p += n + 1;
	two_slashes = s->end - s->p >= 2 && s->p[0] == '/' && s->p[1] == '/';
	if (is_scheme(s->u, "file"))
		return parse_file(s);
	if (url_is_special(s->u)) {
		if (!two_slashes && s->base != NULL &&
		    buf_len(&s->base->scheme) == n &&
		    memcmp(buf_peek(&s->base->scheme), buf_peek(&s->u->scheme),
			n) == 0) {
			reset_buf(&s->u->scheme);
			return parse_relative(s);
		}
		return parse_special_authority(s);
	}
	if (two_slashes) {
		s->p += 2;
		return parse_authority(s);
	}
	if (s->p < s->end && *s->p == '/') {
		s->p++;
		return parse_path(s);
	}
	return parse_opaque_path(s);
}

static bool
is_ignored(char c)
{
	return c == '\t' || c == '\n' || c == '\r';
}

int
url_parse(struct url *out, const char *s, size_t n, const struct url *base)
{
	struct scan scan = {.u = out, .base = base};
	struct buf clean;
	size_t i;
	int r;

	ASSERT(out != base);
	if (n > URL_INPUT_MAX)
		return ERR_SYNTAX;
	url_reset(out);
	while (n > 0 && (uint8_t)s[0] <= ' ') {
		s++;
		n--;
	}
	while (n > 0 && (uint8_t)s[n - 1] <= ' ')
		n--;
	buf_init(&clean);
	for (i = 0; i < n && !is_ignored(s[i]);)
		i++;
	if (i < n) {
		buf_put(&clean, s, i);
		for (; i < n; i++)
			if (!is_ignored(s[i]))
				buf_put_u8(&clean, (uint8_t)s[i]);
		s = (const char *)buf_peek(&clean);
		n = buf_len(&clean);
	}
	if (s == NULL)
		s = "";
	scan.p = s;
	scan.end = s + n;
	r = parse(&scan);
	buf_clear(&clean);
	return r;
}

static void
put_buf(struct buf *out, const struct buf *b)
{
	buf_put(out, buf_peek(b), buf_len(b));
}

void
url_write(const struct url *u, struct buf *out, struct url_index *index_out)
{
	struct url_index x = {.port = u->port,
	    .has_host = u->has_host,
	    .has_query = u->has_query,
	    .has_frag = u->has_frag,
	    .opaque_path = u->opaque_path};
	size_t start = buf_len(out);
#define HERE() ((uint32_t)(buf_len(out) - start))

	put_buf(out, &u->scheme);
	buf_put_u8(out, ':');
	x.scheme_end = HERE();
	if (u->has_host)
		buf_put(out, "//", 2);
	x.user_start = HERE();
	put_buf(out, &u->user);
	x.user_end = x.pass_start = HERE();
	if (buf_len(&u->pass) > 0) {
		buf_put_u8(out, ':');
		x.pass_start = HERE();
		put_buf(out, &u->pass);
	}
	x.pass_end = HERE();
	if (x.pass_end > x.user_start)
		buf_put_u8(out, '@');
	x.host_start = HERE();
	put_buf(out, &u->host);
	x.host_end = HERE();
	if (u->port >= 0) {
		char text[16];

		buf_put(out, text,
		    (size_t)snprintf(text, sizeof text, ":%d", u->port));
	}
	x.port_end = HERE();
	if (!u->has_host && !u->opaque_path && buf_len(&u->path) > 1 &&
	    memcmp(buf_peek(&u->path), "//", 2) == 0)
		buf_put(out, "/.", 2);
	x.path_start = HERE();
	put_buf(out, &u->path);
	x.path_end = HERE();
	if (u->has_query) {
		buf_put_u8(out, '?');
		put_buf(out, &u->query);
	}
	x.query_end = HERE();
	if (u->has_frag) {
		buf_put_u8(out, '#');
		put_buf(out, &u->frag);
	}
	x.frag_end = HERE();
#undef HERE
	if (index_out != NULL)
		*index_out = x;
}

static void
put_range(struct buf *b, const char *href, uint32_t start, uint32_t end)
{
	if (end > start)
		buf_put(b, href + start, end - start);
}

void
url_from_index(struct url *out, const char *href, const struct url_index *x)
{
	url_reset(out);
	put_range(&out->scheme, href, 0, x->scheme_end - 1);
	put_range(&out->user, href, x->user_start, x->user_end);
	put_range(&out->pass, href, x->pass_start, x->pass_end);
	put_range(&out->host, href, x->host_start, x->host_end);
	put_range(&out->path, href, x->path_start, x->path_end);
	put_range(&out->query, href, x->path_end + 1, x->query_end);
	put_range(&out->frag, href, x->query_end + 1, x->frag_end);
	out->port = x->port;
	out->has_host = x->has_host;
	out->has_query = x->has_query;
	out->has_frag = x->has_frag;
	out->opaque_path = x->opaque_path;
}

void
url_write_origin(const struct url *u, struct buf *out)
{
	struct url inner;

	if (is_scheme(u, "blob")) {
		url_init(&inner);
		if (url_parse(&inner, (const char *)buf_peek(&u->path),
			buf_len(&u->path), NULL) == 0 &&
		    (is_scheme(&inner, "http") || is_scheme(&inner, "https")))
			url_write_origin(&inner, out);
		else
			buf_put(out, "null", 4);
		url_clear(&inner);
		return;
	}
	if (!url_is_special(u) || is_scheme(u, "file")) {
		buf_put(out, "null", 4);
		return;
	}
	put_buf(out, &u->scheme);
	buf_put(out, "://", 3);
	put_buf(out, &u->host);
	if (u->port >= 0) {
		char text[16];

		buf_put(out, text,
		    (size_t)snprintf(text, sizeof text, ":%d", u->port));
	}
}
