/*
 * HTTP/2 streams: from header blocks to exchanges and back.
 *
 * Runs in: front.
 * Owns:    the request body that a worker does not take yet, bounded by the
 *          window that the client was given, and the response body that the
 *          client does not take yet, bounded by the worker's credit.
 */
#include "config.h"

#include "front/h2_stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "front/conn.h"
#include "front/front.h"
#include "front/listener.h"
#include "front/request.h"
#include "http/chars.h"
#include "http/host.h"
#include "http/status.h"
#include "ipc/control.h"
#include "ipc/head.h"

#define H2_STREAM_MAGIC 0x42574ea3u
#define UNWANTED_MS 1000                  /* of a request's rest */
#define UNWANTED_MAX ((uint64_t)16 << 20) /* bytes of it */
#define LENGTH_DIGITS_MAX 19
#define NV_MAX (HEAD_FIELDS_MAX + 5)

static const struct exchange_ops exchange_ops;

struct h2_stream *
h2_stream_new(struct h2_conn *h2, int32_t id)
{
	struct h2_stream *s = xcalloc(1, sizeof *s);

	s->magic = H2_STREAM_MAGIC;
	s->id = id;
	s->h2 = h2;
	s->moved_ms = front_now_ms(h2->c->front);
	exchange_init(&s->x, h2->c->front, &exchange_ops, s);
	TAILQ_INSERT_TAIL(&h2->streams, s, link);
	h2->nstreams++;
	return s;
}

void
h2_stream_free(struct h2_stream **stream)
{
	struct h2_stream *s = *stream;

	if (s == NULL)
		return;
	ASSERT(s->magic == H2_STREAM_MAGIC);
	TAILQ_REMOVE(&s->h2->streams, s, link);
	s->h2->nstreams--;
	s->access.in_bytes = s->body_bytes;
	access_entry_end(&s->access, s->h2->c, s->x.id);
	access_entry_clear(&s->access);
	exchange_clear(&s->x);
	buf_clear(&s->in);
	buf_clear(&s->out);
	buf_clear(&s->trailers);
	buf_clear(&s->request_trailers);
	s->magic = 0;
	free(s);
	*stream = NULL;
}

/* ---- responses ---- */

static nghttp2_nv
nv(const char *name, size_t name_len, const char *value, size_t value_len)
{
	union {
		const char *in;
		uint8_t *out; /* nghttp2 copies; it writes to neither */
	} n = {name}, v = {value};

	return (nghttp2_nv){
	    n.out, v.out, name_len, value_len, NGHTTP2_NV_FLAG_NONE};
}

static int
submit_trailers(struct h2_stream *s)
{
	nghttp2_nv nva[NV_MAX];
	struct head_fields fields;
	struct head_str name, value;
	size_t n = 0;

	if (head_fields_decode(buf_peek(&s->trailers), buf_len(&s->trailers),
		&fields) != 0)
		return -1;
	while (head_next(&fields, &name, &value) && n < NV_MAX) {
		if (field_flags(field_find(name.p, name.len)) & FIELD_NOTRAIL ||
		    !chars_all(value.p, value.len, CHARS_VALUE))
			continue;
		nva[n++] = nv(name.p, name.len, value.p, value.len);
	}
	if (n == 0)
		return -1;
	return nghttp2_submit_trailer(s->h2->session, s->id, nva, n);
}

static ssize_t
read_body(nghttp2_session *session, int32_t id, uint8_t *dst, size_t len,
    uint32_t *flags, nghttp2_data_source *source, void *arg)
{
	struct h2_stream *s = source->ptr;
	size_t n = MIN(len, buf_len(&s->out));

	(void)session;
	(void)id;
	(void)arg;
	ASSERT(s->magic == H2_STREAM_MAGIC);
	if (n == 0 && !s->response_ended) {
		s->deferred = true;
		return NGHTTP2_ERR_DEFERRED;
	}
	s->access.out_bytes += n;
	if (n > 0)
		memcpy(dst, buf_peek(&s->out), n);
	buf_consume(&s->out, n);
	if (buf_len(&s->out) == 0)
		buf_clear(&s->out);
	exchange_consumed(&s->x, n);
	s->moved_ms = front_now_ms(s->h2->c->front);
	if (buf_len(&s->out) == 0 && s->response_ended) {
		*flags |= NGHTTP2_DATA_FLAG_EOF;
		if (s->has_trailers && submit_trailers(s) == 0)
			*flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
	}
	return (ssize_t)n;
}

/* There is more to send. */
static void
resume(struct h2_stream *s)
{
	if (s->deferred)
		(void)nghttp2_session_resume_data(s->h2->session, s->id);
	s->deferred = false;
	conn_wake(s->h2->c);
}

static void
reset(struct h2_stream *s, uint32_t code)
{
	exchange_cancel(&s->x);
	(void)nghttp2_submit_rst_stream(s->h2->session, NGHTTP2_FLAG_NONE,
	    s->id, code);
	conn_wake(s->h2->c);
}

static void
submit_response(struct h2_stream *s, const nghttp2_nv *nva, size_t n, bool end)
{
	nghttp2_data_provider body = {
	    .source.ptr = s, .read_callback = read_body};

	s->responded = true;
	s->response_ended = end;
	s->moved_ms = front_now_ms(s->h2->c->front);
	if (nghttp2_submit_response(s->h2->session, s->id, nva, n,
		end && buf_len(&s->out) == 0 ? NULL : &body) != 0)
		reset(s, NGHTTP2_INTERNAL_ERROR);
	conn_wake(s->h2->c);
}

/* The input that comes after an answer is dropped. */
static void
drop_input(struct h2_stream *s)
{
	size_t held = buf_len(&s->in);

	s->input_dropped = true;
	if (held > 0)
		(void)nghttp2_session_consume(s->h2->session, s->id, held);
	buf_clear(&s->in);
}

static nghttp2_nv
nv_date(struct h2_stream *s)
{
	size_t len;
	const char *date = front_date(s->h2->c->front, &len);

	/* "Date: " in front, CRLF behind */
	return nv("date", 4, date + 6, len - 8);
}

void
h2_stream_answer(struct h2_stream *s, unsigned int status)
{
	const char *reason = status_reason(status);
	char digits[4], length[8], id[17];
	nghttp2_nv nva[5];
	size_t n = 0;

	ASSERT(!s->responded);
	if (s->access.begin_ns == 0)
		access_entry_begin(&s->access, s->h2->c, NULL,
		    CONTROL_SERVICE_NONE);
	s->access.status = status;
	exchange_cancel(&s->x);
	drop_input(s);
	snprintf(digits, sizeof digits, "%03u", status % 1000);
	snprintf(length, sizeof length, "%u",
	    (unsigned int)strlen(reason) % 1000);
	nva[n++] = nv(":status", 7, digits, 3);
	nva[n++] = nv("content-type", 12, "text/plain;charset=UTF-8", 24);
	nva[n++] = nv("content-length", 14, length, strlen(length));
	nva[n++] = nv_date(s);
	if (s->x.id != 0) {
		snprintf(id, sizeof id, "%016llx", (unsigned long long)s->x.id);
		nva[n++] = nv("x-request-id", 12, id, 16);
	}
	if (!s->is_head_request)
		buf_put(&s->out, reason, strlen(reason));
	submit_response(s, nva, n, true);
}

static bool
parse_length(struct h2_stream *s, const struct head_str *value)
{
	uint64_t n = 0;

	if (value->len == 0 || value->len > LENGTH_DIGITS_MAX ||
	    !chars_all(value->p, value->len, CHARS_DIGIT))
		return false;
	for (size_t i = 0; i < value->len; i++)
		n = n * 10 + (uint64_t)(value->p[i] - '0');
	s->left = n;
	s->has_length = true;
	return true;
}

/* Fields of a response. Returns their number, or 0 if one cannot be sent. */
static size_t
collect_fields(struct h2_stream *s, struct head_fields fields,
    const char *status, nghttp2_nv nva[NV_MAX])
{
	struct head_str name, value;
	bool has_date = false;
	size_t n = 0;

	nva[n++] = nv(":status", 7, status, 3);
	while (head_next(&fields, &name, &value)) {
		enum field_id id = field_find(name.p, name.len);

		if (field_flags(id) & FIELD_HOP)
			continue;
		if (!chars_all(value.p, value.len, CHARS_VALUE))
			return 0;
		if (id == FIELD_CONTENT_LENGTH) {
			if (s->has_length || !parse_length(s, &value))
				return 0;
		}
		if (id == FIELD_DATE)
			has_date = true;
		nva[n++] = nv(name.p, name.len, value.p, value.len);
	}
	if (!has_date)
		nva[n++] = nv_date(s);
	return n;
}

static void
on_response(struct exchange *x, const struct head_response *r, bool end)
{
	struct h2_stream *s = x->arg;
	nghttp2_nv nva[NV_MAX];
	char status[4], timing[ACCESS_TIMING_MAX];
	size_t n, timing_len;

	ASSERT(s->magic == H2_STREAM_MAGIC && !s->responded);
	if (s->is_tunnel && r->status < 300) {
		/* An answer without a WebSocket, which the status would not
		 * tell from one with it. */
		h2_stream_answer(s, 501);
		return;
	}
	snprintf(status, sizeof status, "%03u", r->status % 1000);
	n = collect_fields(s, r->fields, status, nva);
	if (n == 0) {
		log_warn("request %016llx: response with a field that cannot "
			 "be sent",
		    (unsigned long long)x->id);
		h2_stream_answer(s, 502);
		return;
	}
	timing_len = access_entry_timing(&s->access, s->h2->c, timing);
	if (timing_len > 0)
		nva[n++] = nv("server-timing", 13, timing, timing_len);
	s->access.status = r->status;
	s->no_body = s->is_head_request || r->status == 204 ||
		     r->status == 205 || r->status == 304;
	if (end)
		drop_input(s);
	submit_response(s, nva, n, end || s->no_body);
}

static void
on_data(struct exchange *x, const uint8_t *data, size_t len, bool end)
{
	struct h2_stream *s = x->arg;
	size_t n;

	ASSERT(s->magic == H2_STREAM_MAGIC);
	if (s->no_body) {
		exchange_consumed(x, len);
		return;
	}
	if (buf_len(&s->out) == 0)
		s->moved_ms = front_now_ms(s->h2->c->front);
	/* No more than the handler declared. */
	n = s->has_length ? (size_t)MIN(len, s->left) : len;
	s->left -= s->has_length ? n : 0;
	buf_put(&s->out, data, n);
	exchange_consumed(x, len - n);
	if (end) {
		s->response_ended = true;
		drop_input(s);
	}
	resume(s);
}

static void
on_trailers(struct exchange *x, struct head_fields fields)
{
	struct h2_stream *s = x->arg;
	size_t mark;

	ASSERT(s->magic == H2_STREAM_MAGIC);
	drop_input(s);
	if (s->no_body)
		return;
	mark = head_trailers_begin(&s->trailers);
	head_fields_copy(&s->trailers, &fields);
	s->has_trailers = head_finish(&s->trailers, mark) == 0;
	s->response_ended = true;
	resume(s);
}

static void
on_fail(struct exchange *x, unsigned int status)
{
	struct h2_stream *s = x->arg;

	ASSERT(s->magic == H2_STREAM_MAGIC);
	if (!s->responded)
		h2_stream_answer(s, status);
	else if (!s->no_body)
		reset(s, NGHTTP2_INTERNAL_ERROR);
}

void
h2_stream_on_sent(struct h2_stream *s)
{
	/*
	 * The rest of the request is not needed (RFC 9113 8.1). A client that
	 * is told so at once may drop the response with the stream: it gets
	 * UNWANTED_MS to find out by itself.
	 */
	s->sent = true;
	s->moved_ms = front_now_ms(s->h2->c->front);
}

/* ---- requests ---- */

/*
 * Pass on what the exchange takes; the client may send as much more. Only an
 * exchange that was offered too much calls back: go on until it has no room.
 */
static size_t
pass_on(struct h2_stream *s, const uint8_t *data, size_t len)
{
	size_t done = 0, n;

	while (done < len) {
		n = MIN(len - done, exchange_room(&s->x));
		if (n == 0)
			break;
		exchange_send(&s->x, data + done, n);
		done += n;
	}
	if (done > 0)
		(void)nghttp2_session_consume(s->h2->session, s->id, done);
	return done;
}

static void
end_input(struct h2_stream *s)
{
	exchange_end(&s->x,
	    buf_len(&s->request_trailers) > 0 ? &s->request_trailers : NULL);
}

static void
on_continue(struct exchange *x)
{
	struct h2_stream *s = x->arg;
	nghttp2_nv status = nv(":status", 7, "100", 3);

	ASSERT(s->magic == H2_STREAM_MAGIC);
	if (!s->expects || s->responded)
		return;
	s->expects = false;
	s->moved_ms = front_now_ms(s->h2->c->front);
	(void)nghttp2_submit_headers(s->h2->session, NGHTTP2_FLAG_NONE, s->id,
	    NULL, &status, 1, NULL);
	conn_wake(s->h2->c);
}

static void
on_exchange_writable(struct exchange *x)
{
	struct h2_stream *s = x->arg;
	size_t n;

	ASSERT(s->magic == H2_STREAM_MAGIC);
	n = pass_on(s, buf_peek(&s->in), buf_len(&s->in));
	buf_consume(&s->in, n);
	s->moved_ms = front_now_ms(s->h2->c->front);
	conn_wake(s->h2->c);
	if (buf_len(&s->in) > 0)
		return;
	buf_clear(&s->in);
	if (s->input_ended && !x->input_ended)
		end_input(s);
}

static const struct exchange_ops exchange_ops = {
    .on_response = on_response,
    .on_data = on_data,
    .on_trailers = on_trailers,
    .on_continue = on_continue,
    .on_writable = on_exchange_writable,
    .on_fail = on_fail,
};

void
h2_stream_on_data(struct h2_stream *s, const uint8_t *data, size_t len)
{
	size_t n;

	s->body_bytes += len;
	s->expects = false;
	if (!s->sent)
		s->moved_ms = front_now_ms(s->h2->c->front);
	if (s->body_bytes > s->h2->c->listener->limits.body_bytes &&
	    !s->input_dropped) {
		if (!s->responded)
			h2_stream_answer(s, 413);
		else
			reset(s, NGHTTP2_CANCEL);
	}
	if (s->input_dropped || exchange_is_idle(&s->x)) {
		s->dropped_bytes += len;
		if (s->sent && s->dropped_bytes > UNWANTED_MAX)
			reset(s, NGHTTP2_NO_ERROR);
		(void)nghttp2_session_consume(s->h2->session, s->id, len);
		return;
	}
	n = buf_len(&s->in) == 0 ? pass_on(s, data, len) : 0;
	buf_put(&s->in, data + n, len - n);
}

void
h2_stream_on_end(struct h2_stream *s)
{
	s->input_ended = true;
	if (!exchange_is_idle(&s->x) && !s->x.input_ended &&
	    buf_len(&s->in) == 0)
		end_input(s);
}

/* What a header block says, pseudo fields apart from the others. */
struct h2_request {
	struct h1_slice method, scheme, target, authority, protocol;
	struct h1_slice host, expect;
	struct h1_slice cookie; /* joined, in `cookies` */
	struct buf cookies;
	bool bad;
};

static void
add_cookie(struct h2_request *q, const struct h1_field *f)
{
	if (buf_len(&q->cookies) > 0)
		buf_put(&q->cookies, "; ", 2);
	buf_put(&q->cookies, f->value.p, f->value.len);
}

static void
take_pseudo(struct h2_request *q, const struct h1_field *f)
{
	static const struct {
		const char *name;
		size_t slice;
	} pseudo[] = {
	    {":method", offsetof(struct h2_request, method)},
	    {":scheme", offsetof(struct h2_request, scheme)},
	    {":protocol", offsetof(struct h2_request, protocol)},
	    {":path", offsetof(struct h2_request, target)},
	    {":authority", offsetof(struct h2_request, authority)},
	};

	for (size_t i = 0; i < NELEMS(pseudo); i++) {
		if (f->name.len == strlen(pseudo[i].name) &&
		    memcmp(f->name.p, pseudo[i].name, f->name.len) == 0)
			memcpy((char *)q + pseudo[i].slice, &f->value,
			    sizeof f->value);
	}
}

/* One field of the block. Returns true if it is for the worker as it is. */
static bool
take_field(struct h2_request *q, const struct h1_field *f)
{
	if (f->name.len > 0 && f->name.p[0] == ':') {
		take_pseudo(q, f);
		return false;
	}
	if (f->name.len == 0 || !chars_all(f->name.p, f->name.len, CHARS_TOKEN))
		q->bad = true;
	if (f->id == FIELD_HOST)
		q->host = f->value;
	if (f->id == FIELD_EXPECT)
		q->expect = f->value;
	if (f->id == FIELD_COOKIE) {
		/* RFC 9113 8.2.3: one field for the rest of the world. */
		add_cookie(q, f);
		return false;
	}
	return true;
}

static void
read_field(const struct h2_block *b, size_t i, const char *p,
    struct h1_field *f)
{
	f->name.p = p;
	f->name.len = b->field[i].name_len;
	f->value.p = p + f->name.len;
	f->value.len = b->field[i].value_len;
	while (f->value.len > 0 &&
	       (f->value.p[0] == ' ' || f->value.p[0] == '\t')) {
		f->value.p++;
		f->value.len--;
	}
	while (f->value.len > 0 && (f->value.p[f->value.len - 1] == ' ' ||
				       f->value.p[f->value.len - 1] == '\t'))
		f->value.len--;
	f->id = field_find(f->name.p, f->name.len);
}

/* Take the block apart: the fields go to the front's scratch head. */
static void
read_block(const struct h2_block *b, struct h1_head *head, struct h2_request *q)
{
	const char *p = (const char *)buf_peek(&b->bytes);

	memset(q, 0, sizeof *q);
	head->nfields = 0;
	for (size_t i = 0; i < b->nfields; i++) {
		struct h1_field *f = &head->fields[head->nfields];

		read_field(b, i, p, f);
		p += b->field[i].name_len + b->field[i].value_len;
		if (!chars_all(f->value.p, f->value.len, CHARS_VALUE))
			q->bad = true;
		if (take_field(q, f))
			head->nfields++;
	}
	if (buf_len(&q->cookies) > 0 && head->nfields < H1_FIELDS_MAX) {
		struct h1_field *f = &head->fields[head->nfields++];

		f->name = (struct h1_slice){"cookie", 6};
		f->value.p = (const char *)buf_peek(&q->cookies);
		f->value.len = buf_len(&q->cookies);
		f->id = FIELD_COOKIE;
	}
}

static bool
is_text(const struct h1_slice *s, const char *text)
{
	return s->len == strlen(text) && chars_equal_nocase(s->p, text, s->len);
}

/* Returns 0 or the status to answer. */
static unsigned int
check_request(struct h2_request *q, enum method *method_out)
{
	enum method m = METHOD_UNKNOWN;

	if (q->bad || q->method.len == 0)
		return 400;
	if (q->method.len <= 32)
		m = method_find(q->method.p, q->method.len);
	/* RFC 8441: a WebSocket is asked for like this. */
	if (m == METHOD_CONNECT && is_text(&q->protocol, "websocket"))
		m = METHOD_GET;
	if (m == METHOD_UNKNOWN || m == METHOD_CONNECT)
		return 501;
	if (q->target.len == 0 ||
	    !chars_all(q->target.p, q->target.len, CHARS_TARGET))
		return 400;
	if (q->target.p[0] != '/' &&
	    (m != METHOD_OPTIONS || q->target.len != 1 ||
		q->target.p[0] != '*'))
		return 400;
	if (q->authority.len == 0)
		q->authority = q->host;
	else if (q->host.len > 0 &&
		 (q->host.len != q->authority.len ||
		     memcmp(q->host.p, q->authority.p, q->host.len) != 0))
		return 400;
	if (!host_is_valid(q->authority.p, q->authority.len, false))
		return 400;
	if (q->expect.len > 0 &&
	    (q->expect.len != 12 ||
		!chars_equal_nocase(q->expect.p, "100-continue", 12)))
		return 417;
	*method_out = m;
	return 0;
}

static unsigned int
start(struct h2_stream *s, struct h2_request *q, bool end)
{
	struct front *f = s->h2->c->front;
	struct request r = {
	    .version = HEAD_HTTP_2,
	    .scheme = s->h2->c->tls != NULL ? HEAD_HTTPS : HEAD_HTTP,
	    .conn = s->h2->c,
	    .listener = s->h2->c->listener,
	    .fields = f->head.fields,
	    .nfields = f->head.nfields,
	};
	unsigned int status;
	uint32_t service;

	status = check_request(q, &r.method);
	if (status != 0)
		return status;
	r.authority = q->authority;
	r.target = q->target;
	access_entry_begin(&s->access, s->h2->c, &r, CONTROL_SERVICE_NONE);
	s->is_tunnel = r.is_websocket = q->protocol.len > 0;
	if (s->is_tunnel && end)
		return 400;
	if (r.listener->is_proxy_style)
		r.scheme =
		    is_text(&q->scheme, "https") ? HEAD_HTTPS : HEAD_HTTP;
	if (q->target.len > r.listener->limits.target_bytes)
		return 414;
	s->is_head_request = r.method == METHOD_HEAD;
	status = request_encode(f, &r, &s->x.head, &s->x.id, &service);
	s->x.inject_response = r.listener->inject_response;
	s->expects = s->x.expects = q->expect.len > 0 && !end && !s->is_tunnel;
	/* What comes behind it is not a body. */
	s->input_dropped = s->is_tunnel;
	if (status == 0) {
		s->access.service = service;
		status = exchange_start(&s->x, service, end || s->is_tunnel);
	}
	return status;
}

void
h2_stream_on_head(struct h2_stream *s, bool end)
{
	struct h2_block *b = s->h2->block;
	struct h2_request q;
	unsigned int status = 431;

	s->head_done = true;
	s->input_ended = end;
	s->moved_ms = front_now_ms(s->h2->c->front);
	if (!b->too_large) {
		read_block(b, &s->h2->c->front->head, &q);
		status = start(s, &q, end);
		buf_clear(&q.cookies);
	}
	if (status != 0)
		h2_stream_answer(s, status);
}

void
h2_stream_on_trailers(struct h2_stream *s)
{
	struct front *f = s->h2->c->front;
	struct h2_block *b = s->h2->block;
	struct h2_request q;
	bool bad = b->too_large;

	if (exchange_is_idle(&s->x)) {
		s->input_ended = true;
		return;
	}
	read_block(b, &f->head, &q);
	for (size_t i = 0; i < f->head.nfields; i++) {
		if (field_flags(f->head.fields[i].id) & FIELD_NOTRAIL)
			q.bad = true;
	}
	bad = bad || q.bad ||
	      request_encode_trailers(f->head.fields, f->head.nfields,
		  &s->request_trailers) != 0;
	buf_clear(&q.cookies);
	if (bad)
		reset(s, NGHTTP2_PROTOCOL_ERROR);
	else
		h2_stream_on_end(s);
}

/* ---- time ---- */

void
h2_stream_check(struct h2_stream *s, uint64_t now_ms)
{
	const struct limits *l = &s->h2->c->listener->limits;
	uint64_t quiet_ms = now_ms - MIN(s->moved_ms, now_ms);

	if (s->sent) {
		if (quiet_ms >= UNWANTED_MS)
			reset(s, NGHTTP2_NO_ERROR);
	} else if (!s->head_done) {
		/* No other stream can go on before this block ends. */
		if (quiet_ms >= l->header_ms)
			s->h2->is_over = true;
	} else if (buf_len(&s->out) > 0) {
		if (quiet_ms >= l->write_ms)
			reset(s, NGHTTP2_CANCEL);
	} else if (!s->input_ended && !s->responded && !s->expects &&
		   exchange_room(&s->x) > 0) {
		if (quiet_ms >= l->body_ms)
			h2_stream_answer(s, 408);
	} else if (!s->responded && quiet_ms >= l->worker_ms) {
		h2_stream_answer(s, 503);
	}
}
