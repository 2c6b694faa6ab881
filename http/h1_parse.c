/*
 * The HTTP/1 request parser: the life of a message. What the lines of a head
 * mean is h1_head.c; chunk sizes are h1_chunk.c.
 *
 * A head is parsed line by line where that tells early what is wrong, else
 * when its end has been seen: the scan for that end remembers how far it got,
 * so a head that arrives byte by byte costs no more than one that arrives
 * whole. The result does not depend on how the bytes were split.
 */
#include "config.h"

#include "http/h1_parse.h"

#include <string.h>

#include "base/util.h"
#include "http/chars.h"
#include "http/h1_head.h"

/* Method, two spaces, version: what a request line has besides its target. */
#define REQUEST_LINE_EXTRA 64

enum {
	START,
	HEAD,
	BODY_LENGTH,
	CHUNK_LINE,
	CHUNK_DATA,
	CHUNK_END,
	TRAILER,
	END,
	DEAD,
};

enum line { LINE_FOUND, LINE_MORE, LINE_BAD };

void
h1_parse_init(struct h1_parser *p, const struct h1_limits *limits)
{
	ASSERT(limits->fields <= H1_FIELDS_MAX);
	memset(p, 0, sizeof *p);
	p->limits = limits;
	p->data_max = SIZE_MAX;
}

void
h1_parse_set_data_max(struct h1_parser *p, size_t max)
{
	p->data_max = max;
}

bool
h1_parse_is_started(const struct h1_parser *p)
{
	return p->state != START;
}

static enum h1_event
fail(struct h1_parser *p, struct h1_result *res, unsigned int status,
    const char *reason)
{
	p->state = DEAD;
	res->status = status;
	res->reason = reason;
	return H1_ERROR;
}

static void
begin_lines(struct h1_parser *p, uint8_t state)
{
	p->state = state;
	p->scanned = p->line_start = p->line_len = 0;
}

/*
 * Find the end of the line that begins at line_start. FOUND: the line is
 * [line_start, *end_out), CRLF follows. A LF without CR is never a line's end.
 */
static enum line
find_line(struct h1_parser *p, const uint8_t *data, size_t len, size_t *end_out)
{
	const uint8_t *lf;
	size_t i;

	if (p->scanned >= len)
		return LINE_MORE;
	lf = memchr(data + p->scanned, '\n', len - p->scanned);
	if (lf == NULL) {
		p->scanned = len;
		return LINE_MORE;
	}
	i = (size_t)(lf - data);
	if (i == p->line_start || data[i - 1] != '\r')
		return LINE_BAD;
	p->scanned = i + 1;
	*end_out = i - 1;
	return LINE_FOUND;
}

/* Skip one empty line before a request (RFC 9112 2.2). */
static enum h1_event
parse_start(struct h1_parser *p, const uint8_t *data, size_t len,
    struct h1_result *res)
{
	const uint8_t *d = data + res->used;
	size_t n = len - res->used;

	if (n > 0 && d[0] == '\r' && !p->skipped_empty_line) {
		if (n == 1)
			return H1_MORE;
		if (d[1] != '\n')
			return fail(p, res, 400, "bare CR before the request");
		p->skipped_empty_line = true;
		res->used += 2;
		d += 2;
		n -= 2;
	}
	if (n == 0)
		return H1_MORE;
	if (!chars_is(d[0], CHARS_TOKEN))
		return fail(p, res, 400, "does not begin with a method");
	begin_lines(p, HEAD);
	return H1_HEAD;
}

static enum h1_event
parse_request_line(struct h1_parser *p, const uint8_t *data, size_t len,
    struct h1_head *head, struct h1_result *res)
{
	size_t max = MIN(p->limits->target_bytes + REQUEST_LINE_EXTRA,
	    p->limits->head_bytes);
	size_t end;

	switch (find_line(p, data, MIN(len, max + 2), &end)) {
	case LINE_BAD:
		return fail(p, res, 400, "bare LF");
	case LINE_MORE:
		if (len >= max + 2)
			return fail(p, res, 414, "request line too long");
		return H1_MORE;
	case LINE_FOUND:
		break;
	}
	res->status = h1_head_parse_line(head, (const char *)data, end,
	    p->limits->target_bytes, &res->reason);
	if (res->status != 0)
		return fail(p, res, res->status, res->reason);
	p->line_len = end;
	p->line_start = end + 2;
	return H1_HEAD;
}

/*
 * Scan for the empty line that ends a head or a trailer section of at most
 * MAX bytes. H1_END: *end_out is the offset behind it.
 */
static enum h1_event
scan_fields(struct h1_parser *p, const uint8_t *data, size_t len, size_t max,
    struct h1_result *res, size_t *end_out)
{
	size_t end;

	for (;;) {
		/* What lies beyond the limit must not change the answer. */
		switch (find_line(p, data, MIN(len, max), &end)) {
		case LINE_BAD:
			return fail(p, res, 400, "bare LF");
		case LINE_MORE:
			if (len >= max)
				return fail(p, res, 431, "fields too large");
			return H1_MORE;
		case LINE_FOUND:
			break;
		}
		if (end == p->line_start)
			break;
		p->line_start = end + 2;
	}
	*end_out = end + 2;
	return H1_END;
}

static enum h1_event
parse_head(struct h1_parser *p, const uint8_t *data, size_t len,
    struct h1_head *head, struct h1_result *res)
{
	const uint8_t *d = data + res->used;
	size_t n = len - res->used, end, first;
	enum h1_event e;

	if (p->line_len == 0) {
		e = parse_request_line(p, d, n, head, res);
		if (e != H1_HEAD)
			return e;
	}
	e = scan_fields(p, d, n, p->limits->head_bytes, res, &end);
	if (e != H1_END)
		return e;
	/* The line may have been parsed by an earlier call: set all now. */
	(void)h1_head_parse_line(head, (const char *)d, p->line_len,
	    p->limits->target_bytes, &res->reason);
	first = p->line_len + 2;
	res->status = h1_head_parse_fields(head, (const char *)d + first,
	    end - 2 - first, p->limits->fields, &res->reason);
	if (res->status == 0)
		res->status = h1_head_check(head, &res->reason);
	if (res->status != 0)
		return fail(p, res, res->status, res->reason);
	if (head->content_length > p->limits->body_bytes)
		return fail(p, res, 413, "declared body too large");
	res->used += end;
	p->left = head->content_length;
	p->body_bytes = 0;
	h1_chunk_init(&p->chunk);
	p->state = head->framing == H1_CHUNKED  ? CHUNK_LINE
		   : head->framing == H1_LENGTH ? BODY_LENGTH
						: END;
	return H1_HEAD;
}

static enum h1_event
parse_body_bytes(struct h1_parser *p, const uint8_t *data, size_t len,
    struct h1_result *res, uint8_t next_state)
{
	size_t n = len - res->used;

	if (p->left == 0) {
		p->state = next_state;
		return H1_END;
	}
	n = MIN(n, p->data_max);
	if (n == 0)
		return H1_MORE;
	if (n > p->left)
		n = (size_t)p->left;
	res->data.p = (const char *)data + res->used;
	res->data.len = n;
	res->used += n;
	p->left -= n;
	return H1_DATA;
}

static enum h1_event
parse_chunk_line(struct h1_parser *p, const uint8_t *data, size_t len,
    struct h1_result *res)
{
	size_t used;

	switch (h1_chunk_parse(&p->chunk, data + res->used, len - res->used,
	    &used)) {
	case H1_CHUNK_BAD:
		return fail(p, res, 400, "malformed chunk size");
	case H1_CHUNK_MORE:
		res->used += used;
		return H1_MORE;
	case H1_CHUNK_SIZE:
		break;
	}
	res->used += used;
	if (p->chunk.size > p->limits->body_bytes - p->body_bytes)
		return fail(p, res, 413, "body too large");
	p->body_bytes += p->chunk.size;
	p->left = p->chunk.size;
	if (p->left == 0)
		begin_lines(p, TRAILER);
	else
		p->state = CHUNK_DATA;
	return H1_END;
}

/* The CRLF behind the data of a chunk. */
static enum h1_event
parse_chunk_end(struct h1_parser *p, const uint8_t *data, size_t len,
    struct h1_result *res)
{
	size_t n = len - res->used;

	if (n > 0 && data[res->used] != '\r')
		return fail(p, res, 400, "chunk longer than its size");
	if (n < 2)
		return H1_MORE;
	if (data[res->used + 1] != '\n')
		return fail(p, res, 400, "bare CR behind a chunk");
	res->used += 2;
	h1_chunk_next(&p->chunk);
	p->state = CHUNK_LINE;
	return H1_END;
}

static enum h1_event
parse_trailer(struct h1_parser *p, const uint8_t *data, size_t len,
    struct h1_head *head, struct h1_result *res)
{
	const uint8_t *d = data + res->used;
	enum h1_event e;
	size_t end;

	e = scan_fields(p, d, len - res->used, p->limits->trailer_bytes, res,
	    &end);
	if (e != H1_END)
		return e;
	p->state = END;
	res->status = h1_head_parse_trailers(head, (const char *)d, end - 2,
	    p->limits->fields, &res->reason);
	if (res->status != 0)
		return fail(p, res, res->status, res->reason);
	res->used += end;
	return head->nfields > 0 ? H1_TRAILERS : H1_END;
}

static enum h1_event
parse_step(struct h1_parser *p, const uint8_t *data, size_t len,
    struct h1_head *head, struct h1_result *res)
{
	switch (p->state) {
	case START:
		return parse_start(p, data, len, res);
	case HEAD:
		return parse_head(p, data, len, head, res);
	case BODY_LENGTH:
		return parse_body_bytes(p, data, len, res, END);
	case CHUNK_LINE:
		return parse_chunk_line(p, data, len, res);
	case CHUNK_DATA:
		return parse_body_bytes(p, data, len, res, CHUNK_END);
	case CHUNK_END:
		return parse_chunk_end(p, data, len, res);
	default:
		ASSERT(p->state == TRAILER);
		return parse_trailer(p, data, len, head, res);
	}
}

enum h1_event
h1_parse_next(struct h1_parser *p, const void *data, size_t len,
    struct h1_head *head, struct h1_result *res)
{
	enum h1_event e;
	uint8_t state;

	ASSERT(p->state != DEAD);
	memset(res, 0, sizeof *res);
	while (p->state != END) {
		state = p->state;
		e = parse_step(p, data, len, head, res);
		if (e == H1_MORE || e == H1_ERROR || e == H1_DATA ||
		    e == H1_TRAILERS || (e == H1_HEAD && state == HEAD))
			return e;
	}
	p->state = START;
	p->skipped_empty_line = false;
	return H1_END;
}
