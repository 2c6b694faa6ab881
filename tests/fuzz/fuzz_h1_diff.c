/*
 * Differential fuzzer: the HTTP/1 parser against Debian's http-parser. Both
 * read the same bytes; what both take for messages must be the same messages,
 * with the same fields and bodies. Where one refuses what the other takes,
 * h1_differences.def has to explain it.
 */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <http_parser.h>

#include "base/buf.h"
#include "base/util.h"
#include "http/h1_parse.h"

#define MESSAGES_MAX 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Larger than any input: limits are no subject here. */
static const struct h1_limits limits = {
    .target_bytes = 1 << 20,
    .head_bytes = 4 << 20,
    .fields = H1_FIELDS_MAX,
    .trailer_bytes = 1 << 20,
    .body_bytes = UINT64_MAX / 16,
};

/* A message as text: method, target, fields, body. */
struct message {
	struct buf text;
	bool keep_alive;
	bool is_last; /* what follows is no request */
};

struct reading {
	struct message m[MESSAGES_MAX + 1];
	size_t n;           /* that are complete */
	const char *reason; /* of a refusal, or NULL */
	unsigned int status;
	struct buf field; /* http-parser: the name that is being read */
	bool in_value;
	bool in_body;
};

static const char *const stricter[] = {
#define STRICTER(reason_, why_) reason_,
#define LOOSER(error_, why_)
#define OTHER(what_, why_)
#include "tests/fuzz/h1_differences.def"
};

static const char *const looser[] = {
#define STRICTER(reason_, why_)
#define LOOSER(error_, why_) "HPE_" #error_,
#define OTHER(what_, why_)
#include "tests/fuzz/h1_differences.def"
};

static const char *const others[] = {
#define STRICTER(reason_, why_)
#define LOOSER(error_, why_)
#define OTHER(what_, why_) what_,
#include "tests/fuzz/h1_differences.def"
};

static struct message *
current(struct reading *r)
{
	return &r->m[MIN(r->n, MESSAGES_MAX)];
}

static void
put(struct buf *b, const char *p, size_t len)
{
	if (len > 0)
		buf_put(b, p, len);
}

static void
put_trimmed(struct buf *b, const char *p, size_t len)
{
	while (len > 0 && (*p == ' ' || *p == '\t')) {
		p++;
		len--;
	}
	while (len > 0 && (p[len - 1] == ' ' || p[len - 1] == '\t'))
		len--;
	put(b, p, len);
}

static void
begin(struct message *m, const char *method, const char *target, size_t len)
{
	buf_clear(&m->text);
	put(&m->text, method, strlen(method));
	put(&m->text, " ", 1);
	put(&m->text, target, len);
	put(&m->text, "\n", 1);
}

/* ---- ours ---- */

static void
on_head(struct message *m, const struct h1_head *head)
{
	bool is_connect = head->method == METHOD_CONNECT;

	begin(m, method_text(head->method),
	    is_connect ? head->authority.p : head->target.p,
	    is_connect ? head->authority.len : head->target.len);
	for (size_t i = 0; i < head->nfields; i++) {
		put(&m->text, head->fields[i].name.p, head->fields[i].name.len);
		put(&m->text, ":", 1);
		put(&m->text, head->fields[i].value.p,
		    head->fields[i].value.len);
		put(&m->text, "\n", 1);
	}
	m->keep_alive = head->keep_alive;
	m->is_last = is_connect;
	put(&m->text, "\n", 1);
}

static void
read_ours(struct reading *r, const uint8_t *data, size_t size)
{
	static struct h1_head head;
	struct h1_parser p;
	struct h1_result res;
	size_t at = 0;

	h1_parse_init(&p, &limits);
	while (r->n < MESSAGES_MAX) {
		switch (h1_parse_next(&p, data + at, size - at, &head, &res)) {
		case H1_MORE:
			return;
		case H1_HEAD:
			on_head(current(r), &head);
			break;
		case H1_DATA:
			put(&current(r)->text, res.data.p, res.data.len);
			break;
		case H1_TRAILERS:
			break;
		case H1_END:
			r->n++;
			break;
		case H1_ERROR:
			r->reason = res.reason;
			r->status = res.status;
			return;
		}
		at += res.used;
	}
}

/* ---- http-parser ---- */

static int
on_begin(http_parser *p)
{
	struct reading *r = p->data;

	if (r->n >= MESSAGES_MAX)
		return 1;
	buf_clear(&current(r)->text);
	buf_clear(&r->field);
	r->in_value = r->in_body = false;
	return 0;
}

static int
on_url(http_parser *p, const char *at, size_t len)
{
	struct reading *r = p->data;

	put(&r->field, at, len);
	return 0;
}

/* The target was gathered in `field`; of a whole URL, path and query count. */
static void
end_url(struct reading *r, const http_parser *p)
{
	const char *target = (const char *)buf_peek(&r->field);
	size_t len = buf_len(&r->field);
	const char *end = target + len;
	struct message *m = current(r);

	if (buf_len(&m->text) > 0)
		return;
	if (len > 0 && target[0] != '/' && p->method != HTTP_CONNECT &&
	    memmem(target, len, "://", 3) != NULL) {
		target = (const char *)memmem(target, len, "://", 3) + 3;
		while (target < end && *target != '/' && *target != '?')
			target++;
	}
	begin(m, http_method_str((enum http_method)p->method), target,
	    (size_t)(end - target));
	buf_clear(&r->field);
}

/* A value was gathered in `field`. */
static void
end_value(struct reading *r)
{
	if (!r->in_value)
		return;
	put_trimmed(&current(r)->text, (const char *)buf_peek(&r->field),
	    buf_len(&r->field));
	put(&current(r)->text, "\n", 1);
	buf_clear(&r->field);
	r->in_value = false;
}

static int
on_field(http_parser *p, const char *at, size_t len)
{
	struct reading *r = p->data;

	if (r->in_body) /* trailers */
		return 0;
	end_url(r, p);
	end_value(r);
	put(&current(r)->text, at, len);
	return 0;
}

static int
on_value(http_parser *p, const char *at, size_t len)
{
	struct reading *r = p->data;

	if (r->in_body)
		return 0;
	if (!r->in_value)
		put(&current(r)->text, ":", 1);
	r->in_value = true;
	put(&r->field, at, len);
	return 0;
}

static int
on_headers_complete(http_parser *p)
{
	struct reading *r = p->data;

	end_url(r, p);
	end_value(r);
	put(&current(r)->text, "\n", 1);
	r->in_body = true;
	current(r)->is_last = p->method == HTTP_CONNECT;
	/* We answer upgrades as if they were not asked for. */
	if (p->method != HTTP_CONNECT)
		p->upgrade = 0;
	return 0;
}

static int
on_body(http_parser *p, const char *at, size_t len)
{
	struct reading *r = p->data;

	put(&current(r)->text, at, len);
	return 0;
}

static int
on_complete(http_parser *p)
{
	struct reading *r = p->data;

	current(r)->keep_alive = http_should_keep_alive(p) != 0;
	r->n++;
	return 0;
}

static void
read_theirs(struct reading *r, const uint8_t *data, size_t size)
{
	http_parser_settings settings;
	http_parser p;

	http_parser_settings_init(&settings);
	settings.on_message_begin = on_begin;
	settings.on_url = on_url;
	settings.on_header_field = on_field;
	settings.on_header_value = on_value;
	settings.on_headers_complete = on_headers_complete;
	settings.on_body = on_body;
	settings.on_message_complete = on_complete;
	http_parser_init(&p, HTTP_REQUEST);
	p.data = r;
	http_parser_execute(&p, &settings, (const char *)data, size);
	if (HTTP_PARSER_ERRNO(&p) != HPE_OK)
		r->reason = http_errno_name(HTTP_PARSER_ERRNO(&p));
}

/* ---- the comparison ---- */

static bool
is_listed(const char *const *list, size_t n, const char *reason)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], reason) == 0)
			return true;
	return false;
}

static void
show(const char *who, const struct reading *r)
{
	fprintf(stderr, "%s: %zu messages, then %s\n", who, r->n,
	    r->reason == NULL ? "more" : r->reason);
	for (size_t i = 0; i < r->n; i++)
		fprintf(stderr, "--- %zu%s\n%.*s\n", i,
		    r->m[i].keep_alive ? "" : " close",
		    (int)buf_len(&r->m[i].text),
		    (const char *)buf_peek(&r->m[i].text));
}

static void
differ(const char *what, const struct reading *ours,
    const struct reading *theirs)
{
	fprintf(stderr, "unexplained: %s\n", what);
	show("ours", ours);
	show("http-parser", theirs);
	abort();
}

static bool
is_same(const struct message *a, const struct message *b)
{
	return buf_len(&a->text) == buf_len(&b->text) &&
	       memcmp(buf_peek(&a->text), buf_peek(&b->text),
		   buf_len(&a->text)) == 0;
}

static void
clear(struct reading *r)
{
	for (size_t i = 0; i < NELEMS(r->m); i++)
		buf_clear(&r->m[i].text);
	buf_clear(&r->field);
	memset(r, 0, sizeof *r);
}

/*
 * We look at a line when it has ended, http-parser at each byte: were the line
 * and the head to end here, would we refuse them for a reason in the list?
 */
static bool
is_refused_later(const uint8_t *data, size_t size)
{
	static struct reading r;
	uint8_t *longer = malloc(size + 4);
	bool refused;

	ASSERT(longer != NULL);
	if (size > 0)
		memcpy(longer, data, size);
	memcpy(longer + size, "\r\n\r\n", 4);
	read_ours(&r, longer, size + 4);
	refused =
	    r.reason != NULL && is_listed(stricter, NELEMS(stricter), r.reason);
	clear(&r);
	free(longer);
	return refused;
}

/* Theirs has message I, ours has it not. */
static bool
is_stricter(const struct reading *ours, const uint8_t *data, size_t size)
{
	if (ours->reason == NULL)
		return is_refused_later(data, size);
	return is_listed(stricter, NELEMS(stricter), ours->reason);
}

static void
compare(const struct reading *ours, const struct reading *theirs,
    const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < MESSAGES_MAX; i++) {
		const struct message *a = &ours->m[i], *b = &theirs->m[i];

		if (i >= ours->n && i >= theirs->n)
			return;
		if (i >= ours->n) {
			if (!is_stricter(ours, data, size))
				differ("we do not take it", ours, theirs);
			return;
		}
		if (i >= theirs->n) {
			if (theirs->reason == NULL ||
			    !is_listed(looser, NELEMS(looser), theirs->reason))
				differ("it does not take it", ours, theirs);
			return;
		}
		if (!is_same(a, b))
			differ("another message", ours, theirs);
		if (a->keep_alive && !b->keep_alive &&
		    !is_listed(others, NELEMS(others), "it closes"))
			differ("it closes", ours, theirs);
		/* Whoever closes reads no further. */
		if (!a->keep_alive || !b->keep_alive || a->is_last)
			return;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct reading ours, theirs;

	read_ours(&ours, data, size);
	read_theirs(&theirs, data, size);
	compare(&ours, &theirs, data, size);
	clear(&ours);
	clear(&theirs);
	return 0;
}
