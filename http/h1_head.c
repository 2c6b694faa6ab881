/*
 * The request line and the fields of an HTTP/1 request, with the rules that
 * decide where its body ends (RFC 9112 3, 5, 6).
 *
 * Every rule that two servers could apply differently is a refusal here: a
 * repeated Content-Length, one beside Transfer-Encoding, codings besides
 * chunked, white space before a colon, folded lines.
 */
#include "config.h"

#include "http/h1_head.h"

#include <string.h>

#include "http/chars.h"
#include "http/host.h"

#define METHOD_LEN_MAX 32
#define CONTENT_LENGTH_DIGITS_MAX 19

#define REFUSE(status_, text_)                                                 \
	do {                                                                   \
		*reason_out = text_;                                           \
		return status_;                                                \
	} while (0)

/* "HTTP/" DIGIT "." DIGIT */
static unsigned int
parse_version(struct h1_head *head, const char *s, size_t len,
    const char **reason_out)
{
	if (len != 8 || memcmp(s, "HTTP/", 5) != 0 || s[6] != '.' ||
	    !chars_is((uint8_t)s[5], CHARS_DIGIT) ||
	    !chars_is((uint8_t)s[7], CHARS_DIGIT))
		REFUSE(400, "malformed version");
	if (s[5] != '1')
		REFUSE(505, "not HTTP/1");
	head->minor = s[7] == '0' ? 0 : 1;
	return 0;
}

/* scheme "://" authority [path] [query]; http and https only */
static unsigned int
parse_absolute(struct h1_head *head, const char *s, size_t len,
    const char **reason_out)
{
	size_t skip = 0, host_len = 0;

	if (len > 7 && chars_equal_nocase(s, "http://", 7))
		skip = 7;
	else if (len > 8 && chars_equal_nocase(s, "https://", 8))
		skip = 8;
	else
		REFUSE(400, "malformed target");
	while (skip + host_len < len && s[skip + host_len] != '/' &&
	       s[skip + host_len] != '?')
		host_len++;
	if (!host_is_valid(s + skip, host_len, false))
		REFUSE(400, "malformed host in the target");
	head->scheme = skip == 7 ? H1_HTTP : H1_HTTPS;
	head->authority.p = s + skip;
	head->authority.len = host_len;
	head->target.p = s + skip + host_len;
	head->target.len = len - skip - host_len;
	return 0;
}

static unsigned int
parse_target(struct h1_head *head, const char *s, size_t len,
    const char **reason_out)
{
	head->target.p = s;
	head->target.len = len;
	if (len == 0 || !chars_all(s, len, CHARS_TARGET))
		REFUSE(400, "malformed target");
	if (head->method == METHOD_CONNECT) {
		if (!host_is_valid(s, len, true))
			REFUSE(400, "malformed target of CONNECT");
		head->authority = head->target;
		head->target.len = 0;
		return 0;
	}
	if (s[0] == '/')
		return 0;
	if (len == 1 && s[0] == '*') {
		if (head->method != METHOD_OPTIONS)
			REFUSE(400, "target * without OPTIONS");
		return 0;
	}
	return parse_absolute(head, s, len, reason_out);
}

unsigned int
h1_head_parse_line(struct h1_head *head, const char *line, size_t len,
    size_t target_max, const char **reason_out)
{
	const char *space, *second;
	size_t method_len, target_len;
	unsigned int status;

	memset(head, 0, offsetof(struct h1_head, fields));
	space = memchr(line, ' ', len);
	if (space == NULL)
		REFUSE(400, "malformed request line");
	method_len = (size_t)(space - line);
	if (method_len == 0 || !chars_all(line, method_len, CHARS_TOKEN))
		REFUSE(400, "malformed method");
	second = memchr(space + 1, ' ', len - method_len - 1);
	if (second == NULL)
		REFUSE(400, "request line without a version");
	status = parse_version(head, second + 1,
	    len - (size_t)(second + 1 - line), reason_out);
	if (status != 0)
		return status;
	head->method = method_len > METHOD_LEN_MAX
			   ? METHOD_UNKNOWN
			   : method_find(line, method_len);
	if (head->method == METHOD_UNKNOWN)
		REFUSE(501, "unknown method");
	target_len = (size_t)(second - space) - 1;
	if (target_len > target_max)
		REFUSE(414, "target too long");
	return parse_target(head, space + 1, target_len, reason_out);
}

/* One line without its CRLF. */
static unsigned int
parse_field(struct h1_field *f, const char *line, size_t len,
    const char **reason_out)
{
	const char *value;
	size_t n = 0;

	while (n < len && chars_is((uint8_t)line[n], CHARS_TOKEN))
		n++;
	if (n == 0 || n == len || line[n] != ':') {
		if (line[0] == ' ' || line[0] == '\t')
			REFUSE(400, "folded line");
		REFUSE(400, "malformed field name");
	}
	f->name.p = line;
	f->name.len = n;
	f->id = field_find(line, n);
	value = line + n + 1;
	len -= n + 1;
	while (len > 0 && (value[0] == ' ' || value[0] == '\t')) {
		value++;
		len--;
	}
	while (len > 0 && (value[len - 1] == ' ' || value[len - 1] == '\t'))
		len--;
	if (!chars_all(value, len, CHARS_VALUE))
		REFUSE(400, "control character in a field");
	f->value.p = value;
	f->value.len = len;
	return 0;
}

unsigned int
h1_head_parse_fields(struct h1_head *head, const char *lines, size_t len,
    size_t max_fields, const char **reason_out)
{
	const char *end = lines + len, *lf;
	unsigned int status;

	head->nfields = 0;
	while (lines < end) {
		lf = memchr(lines, '\n', (size_t)(end - lines));
		if (head->nfields >= max_fields)
			REFUSE(431, "too many fields");
		status = parse_field(&head->fields[head->nfields], lines,
		    (size_t)(lf - lines) - 1, reason_out);
		if (status != 0)
			return status;
		head->nfields++;
		lines = lf + 1;
	}
	return 0;
}

unsigned int
h1_head_parse_trailers(struct h1_head *head, const char *lines, size_t len,
    size_t max_fields, const char **reason_out)
{
	unsigned int status;

	status = h1_head_parse_fields(head, lines, len, max_fields, reason_out);
	for (size_t i = 0; status == 0 && i < head->nfields; i++) {
		if (field_flags(head->fields[i].id) & FIELD_NOTRAIL)
			REFUSE(400, "field not allowed in trailers");
	}
	return status;
}

/*
 * The next element of a comma-separated list of tokens, in *S and *LEN.
 * Returns 1 with an element, 0 at the end, -1 if the list is malformed. Empty
 * elements are skipped only where SKIP_EMPTY says so.
 */
static int
next_token(const char **s, size_t *len, struct h1_slice *token_out,
    bool skip_empty)
{
	for (;;) {
		const char *comma;
		size_t n, step;

		if (*len == 0)
			return 0;
		comma = memchr(*s, ',', *len);
		n = comma == NULL ? *len : (size_t)(comma - *s);
		step = comma == NULL ? n : n + 1;
		token_out->p = *s;
		token_out->len = n;
		*s += step;
		*len -= step;
		while (token_out->len > 0 &&
		       (token_out->p[0] == ' ' || token_out->p[0] == '\t')) {
			token_out->p++;
			token_out->len--;
		}
		while (token_out->len > 0 &&
		       (token_out->p[token_out->len - 1] == ' ' ||
			   token_out->p[token_out->len - 1] == '\t'))
			token_out->len--;
		if (!chars_all(token_out->p, token_out->len, CHARS_TOKEN))
			return -1;
		if (token_out->len > 0)
			return 1;
		if (!skip_empty)
			return -1;
	}
}

static bool
token_is(const struct h1_slice *t, const char *lower)
{
	return t->len == strlen(lower) &&
	       chars_equal_nocase(t->p, lower, t->len);
}

static unsigned int
check_transfer_encoding(const struct h1_slice *value, const char **reason_out)
{
	const char *s = value->p;
	size_t len = value->len;
	struct h1_slice token;
	bool chunked = false, other = false;
	int r;

	/* A trailing comma would leave an empty element. */
	if (len == 0 || s[len - 1] == ',')
		REFUSE(400, "malformed Transfer-Encoding");
	while ((r = next_token(&s, &len, &token, false)) == 1) {
		if (chunked)
			REFUSE(400, "chunked is not the last coding");
		if (token_is(&token, "chunked"))
			chunked = true;
		else
			other = true;
	}
	if (r == -1)
		REFUSE(400, "malformed Transfer-Encoding");
	if (!chunked)
		REFUSE(400, "last coding is not chunked");
	if (other)
		REFUSE(501, "unknown transfer coding");
	return 0;
}

static unsigned int
check_content_length(struct h1_head *head, const struct h1_slice *value,
    const char **reason_out)
{
	const char *s = value->p;
	size_t len = value->len;
	uint64_t n = 0;

	if (len == 0 || !chars_all(s, len, CHARS_DIGIT))
		REFUSE(400, "malformed Content-Length");
	while (len > 1 && s[0] == '0') {
		s++;
		len--;
	}
	if (len > CONTENT_LENGTH_DIGITS_MAX)
		REFUSE(413, "Content-Length too large");
	for (size_t i = 0; i < len; i++)
		n = n * 10 + (uint64_t)(s[i] - '0');
	head->content_length = n;
	head->framing = H1_LENGTH;
	return 0;
}

struct connection {
	bool close;
	bool keep_alive;
	bool upgrade;
};

static unsigned int
check_connection(struct connection *c, const struct h1_slice *value,
    const char **reason_out)
{
	const char *s = value->p;
	size_t len = value->len;
	struct h1_slice token;
	int r;

	while ((r = next_token(&s, &len, &token, true)) == 1) {
		if (token_is(&token, "close"))
			c->close = true;
		else if (token_is(&token, "keep-alive"))
			c->keep_alive = true;
		else if (token_is(&token, "upgrade"))
			c->upgrade = true;
	}
	if (r == -1)
		REFUSE(400, "malformed Connection");
	return 0;
}

/* Fields that may come once, found by id; NULL where absent. */
struct single {
	const struct h1_slice *value[FIELD_COUNT];
};

static unsigned int
collect(const struct h1_head *head, struct single *one, struct connection *c,
    const char **reason_out)
{
	unsigned int status;

	for (size_t i = 0; i < head->nfields; i++) {
		const struct h1_field *f = &head->fields[i];

		if (f->id == FIELD_OTHER)
			continue;
		if (one->value[f->id] != NULL &&
		    field_flags(f->id) & FIELD_ONCE)
			REFUSE(400, "repeated Host, Content-Length or "
				    "Transfer-Encoding");
		one->value[f->id] = &f->value;
		if (f->id != FIELD_CONNECTION)
			continue;
		status = check_connection(c, &f->value, reason_out);
		if (status != 0)
			return status;
	}
	return 0;
}

static unsigned int
check_framing(struct h1_head *head, const struct single *one,
    const char **reason_out)
{
	const struct h1_slice *te = one->value[FIELD_TRANSFER_ENCODING];
	const struct h1_slice *cl = one->value[FIELD_CONTENT_LENGTH];
	unsigned int status = 0;

	if (te != NULL) {
		if (cl != NULL)
			REFUSE(400, "Content-Length beside Transfer-Encoding");
		if (head->minor == 0)
			REFUSE(400, "Transfer-Encoding in HTTP/1.0");
		status = check_transfer_encoding(te, reason_out);
		head->framing = H1_CHUNKED;
	} else if (cl != NULL) {
		status = check_content_length(head, cl, reason_out);
	}
	if (status != 0)
		return status;
	if (head->framing != H1_NO_BODY && head->method == METHOD_CONNECT)
		REFUSE(400, "CONNECT with a body");
	if (head->framing != H1_NO_BODY && head->method == METHOD_TRACE)
		REFUSE(400, "TRACE with a body");
	return 0;
}

static unsigned int
check_host(struct h1_head *head, const struct single *one,
    const char **reason_out)
{
	const struct h1_slice *host = one->value[FIELD_HOST];

	if (host == NULL) {
		if (head->minor > 0)
			REFUSE(400, "no Host");
		return 0;
	}
	if (!host_is_valid(host->p, host->len, false))
		REFUSE(400, "malformed Host");
	/* An absolute target, or CONNECT's, goes before Host. */
	if (head->authority.len == 0)
		head->authority = *host;
	return 0;
}

unsigned int
h1_head_check(struct h1_head *head, const char **reason_out)
{
	struct single one = {0};
	struct connection c = {0};
	const struct h1_slice *expect;
	unsigned int status;

	if ((status = collect(head, &one, &c, reason_out)) != 0 ||
	    (status = check_host(head, &one, reason_out)) != 0 ||
	    (status = check_framing(head, &one, reason_out)) != 0)
		return status;
	head->keep_alive = !c.close && (head->minor > 0 || c.keep_alive);
	head->upgrade =
	    c.upgrade && one.value[FIELD_UPGRADE] != NULL && head->minor > 0;
	expect = one.value[FIELD_EXPECT];
	if (expect != NULL && head->minor > 0) {
		if (!token_is(expect, "100-continue"))
			REFUSE(417, "unknown expectation");
		head->expect_continue =
		    head->framing == H1_CHUNKED || head->content_length > 0;
	}
	return 0;
}
