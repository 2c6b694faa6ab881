/*
 * HTTP/1 on a connection: one request at a time, those that a client sends
 * ahead wait in its buffer.
 *
 * Runs in: front.
 */
#include "config.h"

#include "front/h1_conn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "front/access_entry.h"
#include "front/conn.h"
#include "front/exchange.h"
#include "front/front.h"
#include "front/listener.h"
#include "front/request.h"
#include "http/chars.h"
#include "http/h1_parse.h"
#include "http/h1_write.h"
#include "http/status.h"
#include "ipc/control.h"

#define H1_CONN_MAGIC 0x41c0de11u
#define AHEAD_MAX 16384 /* bytes of later requests that wait here */
#define DRAIN_MAX                                                              \
	65536 /* of a body that nobody wants, to save the connection */
#define QUEUE_LOW 65536 /* below it, the worker may send more */

struct h1_conn {
	uint32_t magic;
	struct conn *c; /* held */
	struct h1_parser parser;
	struct h1_writer writer;
	struct exchange x;
	struct access_entry access;
	struct buf trailers; /* of the request, encoded */
	size_t unconsumed;   /* response bytes not yet given back */
	size_t drained;
	size_t head_mark;  /* where the response begins in `out` */
	bool in_request;   /* a head was read, its response is not complete */
	bool input_ended;  /* the request was read whole */
	bool head_is_open; /* status and fields are queued, their end is not */
	bool responded;    /* the head is complete */
	bool expects;      /* the client's body waits for 100 Continue */
	bool response_ended;
	bool is_head;  /* the request is a HEAD: there is no body */
	bool draining; /* the front: close after this response */
};

static const struct conn_ops conn_ops;
static const struct exchange_ops exchange_ops;

void
h1_conn_open(struct conn *c)
{
	struct h1_conn *h = xcalloc(1, sizeof *h);

	h->magic = H1_CONN_MAGIC;
	h->c = c;
	h->draining = c->front->draining;
	h1_parse_init(&h->parser, &c->listener->h1_limits);
	exchange_init(&h->x, c->front, &exchange_ops, h);
	c->proto = h;
	c->ops = &conn_ops;
}

static struct h1_conn *
get(struct conn *c)
{
	struct h1_conn *h = c->proto;

	ASSERT(h->magic == H1_CONN_MAGIC);
	return h;
}

static void
clear(struct conn *c)
{
	struct h1_conn *h = get(c);

	access_entry_end(&h->access, c, h->x.id);
	access_entry_clear(&h->access);
	exchange_clear(&h->x);
	buf_clear(&h->trailers);
	h->magic = 0;
	free(h);
	c->proto = NULL;
}

/* ---- responses ---- */

/* The response is queued whole, and maybe the request was read whole too. */
static void
maybe_next(struct h1_conn *h)
{
	if (!h->response_ended)
		return;
	if (!h->writer.keep_alive) {
		conn_finish(h->c);
		return;
	}
	if (!h->input_ended)
		return;
	h->in_request = h->responded = h->response_ended = false;
	conn_wake(h->c);
}

static void
end_response(struct h1_conn *h)
{
	h1_write_finish(&h->writer, &h->c->out);
	h->response_ended = true;
	access_entry_end(&h->access, h->c, h->x.id);
	if (h->draining)
		h->writer.keep_alive = false;
	maybe_next(h);
	conn_wake(h->c);
}

static void
end_head(struct h1_conn *h, int64_t known_bytes)
{
	size_t len;
	const char *date = front_date(h->c->front, &len);

	if (!h->head_is_open)
		return;
	/* Without 100 Continue the body may come or not. */
	if (h->expects)
		h->writer.keep_alive = false;
	h1_write_end_head(&h->writer, &h->c->out, date, len, known_bytes);
	h->head_is_open = false;
	h->responded = true;
}

/* Take back a head that has not been completed. */
static void
drop_head(struct h1_conn *h)
{
	struct buf *out = &h->c->out;

	if (h->head_is_open)
		out->end = out->start + h->head_mark;
	h->head_is_open = false;
}

static void
put_text_field(struct h1_conn *h, const char *name, const char *value)
{
	int r = h1_write_field(&h->writer, &h->c->out, name, strlen(name),
	    value, strlen(value));

	ASSERT(r == 0);
}

/* Bytes of a body, as the access log counts them. */
static void
count_out(struct h1_conn *h, size_t n)
{
	if (!h->is_head)
		h->access.out_bytes += n;
}

static void
put_timing(struct h1_conn *h)
{
	char text[ACCESS_TIMING_MAX];

	if (access_entry_timing(&h->access, h->c, text) > 0)
		put_text_field(h, "server-timing", text);
}

/* An answer of our own: the reason phrase, and the request's number. */
static void
answer(struct h1_conn *h, unsigned int status)
{
	const char *reason = status_reason(status);
	struct buf *out = &h->c->out;
	char id[17];

	ASSERT(!h->responded);
	exchange_cancel(&h->x);
	drop_head(h);
	h->in_request = true;
	h->access.status = status;
	(void)h1_write_begin(&h->writer, out, status, "", 0);
	put_text_field(h, "content-type", "text/plain;charset=UTF-8");
	if (h->x.id != 0) {
		snprintf(id, sizeof id, "%016llx", (unsigned long long)h->x.id);
		put_text_field(h, "x-request-id", id);
	}
	h->head_is_open = true;
	end_head(h, (int64_t)strlen(reason));
	h1_write_data(&h->writer, out, reason, strlen(reason));
	count_out(h, strlen(reason));
	end_response(h);
}

/* The request is malformed, or took too long: nothing after it can be read. */
static void
answer_and_close(struct h1_conn *h, unsigned int status)
{
	if (h->responded) {
		exchange_cancel(&h->x);
		h->c->is_cut = !h->response_ended;
		conn_finish(h->c);
		return;
	}
	if (!h->in_request) {
		h1_write_start(&h->writer, METHOD_GET, 1, false);
		h->x.id = 0;
		access_entry_begin(&h->access, h->c, NULL,
		    CONTROL_SERVICE_NONE);
	}
	h->writer.keep_alive = false;
	answer(h, status);
}

static void
on_response(struct exchange *x, const struct head_response *r, bool end)
{
	struct h1_conn *h = x->arg;
	struct buf *out = &h->c->out;
	struct head_fields fields = r->fields;
	struct head_str name, value;

	ASSERT(h->magic == H1_CONN_MAGIC && h->in_request && !h->responded);
	h->head_mark = buf_len(out);
	h->head_is_open = true;
	if (h1_write_begin(&h->writer, out, r->status, r->reason.p,
		r->reason.len) != 0)
		goto bad;
	while (head_next(&fields, &name, &value)) {
		if (h1_write_field(&h->writer, out, name.p, name.len, value.p,
			value.len) != 0)
			goto bad;
	}
	h->access.status = r->status;
	put_timing(h);
	if (end) {
		end_head(h, 0);
		end_response(h);
	}
	/* Else it stays open: if the body comes in this turn, its length is
	 * known. */
	conn_wake(h->c);
	return;
bad:
	log_warn("request %016llx: response with a field that cannot be sent",
	    (unsigned long long)x->id);
	answer(h, 502);
}

static void
on_data(struct exchange *x, const uint8_t *data, size_t len, bool end)
{
	struct h1_conn *h = x->arg;

	ASSERT(h->magic == H1_CONN_MAGIC);
	end_head(h, end ? (int64_t)len : -1);
	h1_write_data(&h->writer, &h->c->out, data, len);
	count_out(h, len);
	if (end)
		end_response(h);
	else
		h->unconsumed += len;
	conn_wake(h->c);
}

static void
on_trailers(struct exchange *x, struct head_fields fields)
{
	struct h1_conn *h = x->arg;
	struct head_str name, value;

	ASSERT(h->magic == H1_CONN_MAGIC);
	end_head(h, -1);
	while (head_next(&fields, &name, &value))
		h1_write_trailer(&h->writer, &h->c->out, name.p, name.len,
		    value.p, value.len);
	end_response(h);
}

static void
on_continue(struct exchange *x)
{
	struct h1_conn *h = x->arg;

	ASSERT(h->magic == H1_CONN_MAGIC);
	if (!h->expects || h->responded || h->head_is_open)
		return;
	h->expects = false;
	h1_write_continue(&h->c->out);
	conn_wake(h->c);
}

static void
on_exchange_writable(struct exchange *x)
{
	struct h1_conn *h = x->arg;

	conn_wake(h->c);
}

static void
on_fail(struct exchange *x, unsigned int status)
{
	struct h1_conn *h = x->arg;

	ASSERT(h->magic == H1_CONN_MAGIC);
	if (h->responded) {
		/* Without the end of the body: the client sees it is cut. */
		h->writer.keep_alive = false;
		h->c->is_cut = true;
		conn_finish(h->c);
		return;
	}
	answer(h, status);
}

static const struct exchange_ops exchange_ops = {
    .on_response = on_response,
    .on_data = on_data,
    .on_trailers = on_trailers,
    .on_continue = on_continue,
    .on_writable = on_exchange_writable,
    .on_fail = on_fail,
};

/* ---- requests ---- */

/*
 * A client that may get a WebSocket. Other protocols are not spoken, and
 * upgrades to them are not seen by workers; nor are those that RFC 9110 7.8
 * and RFC 6455 4.1 do not know: in HTTP/1.0, with another method or a body.
 */
static bool
is_websocket(const struct h1_head *head)
{
	if (!head->upgrade || head->minor == 0 || head->method != METHOD_GET ||
	    head->framing == H1_CHUNKED || head->content_length > 0)
		return false;
	for (size_t i = 0; i < head->nfields; i++) {
		const struct h1_slice *v = &head->fields[i].value;

		if (head->fields[i].id == FIELD_UPGRADE)
			return v->len == 9 &&
			       chars_equal_nocase(v->p, "websocket", 9);
	}
	return false;
}

static void
begin_request(struct h1_conn *h, const struct h1_head *head)
{
	struct conn *c = h->c;
	struct request r = {
	    .method = head->method,
	    .version = head->minor == 0 ? HEAD_HTTP_1_0 : HEAD_HTTP_1_1,
	    .authority = head->authority,
	    .target = head->target,
	    .scheme = c->tls != NULL ? HEAD_HTTPS : HEAD_HTTP,
	    .is_websocket = is_websocket(head),
	    .conn = c,
	    .listener = c->listener,
	    .fields = head->fields,
	    .nfields = head->nfields,
	};
	bool no_body = head->framing != H1_CHUNKED && head->content_length == 0;
	char local[ADDRESS_MAX];
	unsigned int status;
	uint32_t service;

	if (r.authority.len == 0) {
		/* HTTP/1.0 needs no Host, but a URL does. */
		r.authority.p = conn_local_name(c, local);
		r.authority.len = strlen(local);
	}
	h->in_request = true;
	h->input_ended = false;
	h->responded = h->response_ended = false;
	h->unconsumed = h->drained = 0;
	h->x.id = 0;
	h->is_head = head->method == METHOD_HEAD;
	h->expects = h->x.expects = head->expect_continue;
	access_entry_begin(&h->access, c, &r, CONTROL_SERVICE_NONE);
	h1_write_start(&h->writer, head->method, head->minor,
	    head->keep_alive && !h->draining);
	if (r.listener->is_proxy_style) {
		r.scheme = head->scheme == H1_HTTPS ? HEAD_HTTPS : HEAD_HTTP;
		if (head->scheme == H1_NO_SCHEME &&
		    head->method != METHOD_CONNECT) {
			answer_and_close(h,
			    400); /* a whole URL belongs there */
			return;
		}
	}
	if (head->method == METHOD_CONNECT) {
		/* What follows would be a tunnel's. */
		answer_and_close(h, 501);
		return;
	}
	status = request_encode(c->front, &r, &h->x.head, &h->x.id, &service);
	h->x.inject_response = r.listener->inject_response;
	if (status == 0) {
		h->access.service = service;
		status = exchange_start(&h->x, service, no_body);
	}
	if (status != 0) {
		answer(h, status);
	}
}

static void
take_data(struct h1_conn *h, const struct h1_slice *data)
{
	h->expects = false;
	h->access.in_bytes += data->len;
	if (!exchange_is_idle(&h->x)) {
		exchange_send(&h->x, data->p, data->len);
		return;
	}
	/* The response is complete: read on only to save the connection. */
	h->drained += data->len;
	if (h->drained > DRAIN_MAX) {
		h->writer.keep_alive = false;
		conn_finish(h->c);
	}
}

static void
take_trailers(struct h1_conn *h, const struct h1_head *head)
{
	if (exchange_is_idle(&h->x))
		return;
	if (request_encode_trailers(head->fields, head->nfields,
		&h->trailers) != 0) {
		answer_and_close(h, 431);
		return;
	}
	exchange_end(&h->x, &h->trailers);
	buf_clear(&h->trailers);
}

static void
end_request(struct h1_conn *h)
{
	h->input_ended = true;
	h->expects = false;
	if (!exchange_is_idle(&h->x) && !h->x.input_ended)
		exchange_end(&h->x, NULL);
	maybe_next(h);
}

static void
refuse(struct h1_conn *h, const struct h1_result *res)
{
	log_debug("connection %d of %s: %u: %s", h->c->fd, h->c->client,
	    res->status, res->reason);
	answer_and_close(h, res->status);
}

static size_t
input(struct conn *c, const uint8_t *data, size_t len)
{
	struct h1_conn *h = get(c);
	struct h1_head *head = &c->front->head;
	struct h1_result res;
	size_t used = 0;

	while (!c->finishing && !(h->in_request && h->input_ended)) {
		h1_parse_set_data_max(&h->parser,
		    exchange_is_idle(&h->x) ? SIZE_MAX : exchange_room(&h->x));
		switch (h1_parse_next(&h->parser, data + used, len - used, head,
		    &res)) {
		case H1_MORE:
			return used + res.used;
		case H1_HEAD:
			begin_request(h, head);
			break;
		case H1_DATA:
			take_data(h, &res.data);
			break;
		case H1_TRAILERS:
			take_trailers(h, head);
			break;
		case H1_END:
			end_request(h);
			break;
		case H1_ERROR:
			refuse(h, &res);
			return len;
		}
		used += res.used;
	}
	return used;
}

static void
input_ended(struct conn *c)
{
	struct h1_conn *h = get(c);

	if (!h->in_request || !h->input_ended)
		conn_finish(c);
	/*
	 * Else the response is still wanted, maybe: an interim one that any
	 * client of HTTP/1.1 skips shows in time who is still there.
	 */
	else if (!h->responded && !h->head_is_open && !h->writer.is_http10)
		h1_write_continue(&c->out);
}

/* ---- the connection ---- */

/* Bytes of a body that the worker does not take yet. */
static bool
holds_back(struct conn *c)
{
	struct h1_conn *h = get(c);

	return buf_len(&c->in) > 0 && h->in_request && !h->input_ended &&
	       !exchange_is_idle(&h->x) && exchange_room(&h->x) == 0;
}

static bool
turn(struct conn *c)
{
	struct h1_conn *h = get(c);

	/* The body did not come with the head. */
	end_head(h, -1);
	if (c->told_eof && !h->in_request)
		conn_finish(c);
	else if (c->told_eof && !h->input_ended && !holds_back(c))
		conn_finish(c); /* one sent ahead is cut */
	return false;
}

static void
written(struct conn *c, size_t nqueued)
{
	struct h1_conn *h = get(c);

	if (nqueued >= QUEUE_LOW || h->unconsumed == 0)
		return;
	exchange_consumed(&h->x, h->unconsumed);
	h->unconsumed = 0;
}

static bool
wants_input(struct conn *c)
{
	struct h1_conn *h = get(c);

	/* A head may fill the buffer up to its own limits. */
	return !h->in_request || buf_len(&c->in) < AHEAD_MAX;
}

static size_t
held(struct conn *c)
{
	return exchange_held(&get(c)->x);
}

static enum conn_state
state(struct conn *c)
{
	struct h1_conn *h = get(c);

	if (!h->in_request)
		return h1_parse_is_started(&h->parser) ? CONN_READ_HEAD
						       : CONN_IDLE;
	if (!h->input_ended && !h->expects &&
	    (exchange_is_idle(&h->x) || exchange_room(&h->x) > 0))
		return CONN_READ_BODY;
	return c->eof && !c->half_open ? CONN_HALF_CLOSED : CONN_WAIT_WORKER;
}

static void
timed_out(struct conn *c)
{
	struct h1_conn *h = get(c);

	if (c->state == CONN_IDLE)
		conn_close(c, CONN_CLOSE_TIMEOUT);
	else
		answer_and_close(h, c->state == CONN_WAIT_WORKER ? 503 : 408);
}

static void
drain(struct conn *c)
{
	struct h1_conn *h = get(c);

	h->draining = true;
	if (!h->in_request && !h1_parse_is_started(&h->parser))
		conn_close(c, CONN_CLOSE_DRAIN);
	else if (!h->responded)
		h->writer.keep_alive = false;
}

static const struct conn_ops conn_ops = {
    .input = input,
    .input_ended = input_ended,
    .turn = turn,
    .written = written,
    .wants_input = wants_input,
    .holds_back = holds_back,
    .held = held,
    .state = state,
    .timed_out = timed_out,
    .drain = drain,
    .clear = clear,
};
