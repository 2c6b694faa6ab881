/*
 * Requests on their way to a worker: routing, and the fields that are passed
 * on.
 *
 * Runs in: front.
 */
#include "config.h"

#include "front/request.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "front/conn.h"
#include "front/front.h"
#include "front/inject.h"
#include "front/listener.h"
#include "front/router.h"
#include "front/transport.h"
#include "http/chars.h"
#include "ipc/control.h"

#define CF_BYTES_MAX 32768 /* what a head takes; longer ones are dropped */

/* Append a field, its name in lower case. */
static int
put_field(struct buf *out, const struct h1_field *field)
{
	char name[HEAD_NAME_MAX];

	if (field->name.len > sizeof name)
		return ERR_LIMIT;
	for (size_t i = 0; i < field->name.len; i++)
		name[i] = (char)chars_lower((uint8_t)field->name.p[i]);
	head_field(out, name, field->name.len, field->value.p,
	    field->value.len);
	return 0;
}

static bool
field_is(const struct h1_field *field, const char *lower)
{
	return lower != NULL && field->name.len == strlen(lower) &&
	       chars_equal_nocase(field->name.p, lower, field->name.len);
}

static int
put_fields(struct buf *out, const struct request *r)
{
	const struct listener *l = r->listener;

	if (r->authority.len > 0)
		head_field(out, "host", 4, r->authority.p, r->authority.len);
	for (size_t i = 0; i < r->nfields; i++) {
		const struct h1_field *field = &r->fields[i];

		if (field->id == FIELD_HOST ||
		    inject_has(l->inject_request, field->name.p,
			field->name.len) ||
		    field_flags(field->id) & FIELD_HOP ||
		    (!l->is_proxy_style &&
			field_is(field, l->forwarded_proto_header)) ||
		    field_is(field, l->cf_blob_header))
			continue;
		if (put_field(out, field) != 0)
			return ERR_LIMIT;
	}
	if (r->is_websocket) {
		head_field(out, "connection", 10, "Upgrade", 7);
		head_field(out, "upgrade", 7, "websocket", 9);
	}
	inject_put(l->inject_request, out);
	return 0;
}

/* What a proxy in front of us says in fields that the config names. */
static void
apply_headers(struct head_request *h, const struct request *r)
{
	for (size_t i = 0; i < r->nfields; i++) {
		const struct h1_field *field = &r->fields[i];

		if (!r->listener->is_proxy_style &&
		    field_is(field, r->listener->forwarded_proto_header))
			h->scheme = field->value.len == 5 &&
					    chars_equal_nocase(field->value.p,
						"https", 5)
					? HEAD_HTTPS
					: HEAD_HTTP;
		if (field->value.len <= CF_BYTES_MAX &&
		    field_is(field, r->listener->cf_blob_header)) {
			h->cf.p = field->value.p;
			h->cf.len = field->value.len;
		}
	}
}

unsigned int
request_encode(struct front *f, const struct request *r, struct buf *out,
    uint64_t *id_out, uint32_t *service_out)
{
	size_t start = buf_len(out), mark;
	struct head_request h = {
	    .id = f->next_request_id,
	    .method.p = method_text(r->method),
	    .method.len = strlen(method_text(r->method)),
	    .scheme = r->scheme,
	    .version = r->version,
	    .authority = {r->authority.p, r->authority.len},
	    .target = {r->target.p, r->target.len},
	    .client = {r->conn->client, strlen(r->conn->client)},
	    .cf = {"", 0},
	};
	char *joined = NULL;
	unsigned int status = 0;
	char cf[CONN_CF_MAX];

	if (r->target.len == 0 || r->target.p[0] == '?') {
		joined = xmalloc(r->target.len + 1);
		joined[0] = '/';
		if (r->target.len > 0)
			memcpy(joined + 1, r->target.p, r->target.len);
		h.target.p = joined;
		h.target.len++;
	}
	if (h.authority.p == NULL)
		h.authority.p = "";
	if (r->listener->cf_blob_header == NULL && r->conn->tls != NULL) {
		transport_describe(r->conn, &h.cf);
	} else if (r->listener->cf_blob_header == NULL) {
		h.cf.len = conn_cf(r->conn, cf);
		h.cf.p = cf;
	}
	apply_headers(&h, r);
	if (router_find(f->router, r->listener->id, h.authority.p,
		h.authority.len, h.target.p, h.target.len, service_out) != 0)
		*service_out = r->listener->service;
	if (*service_out == CONTROL_SERVICE_NONE) {
		free(joined);
		return 404; /* no route, and the socket has no service */
	}
	mark = head_request_begin(out, &h);
	if (put_fields(out, r) != 0 || head_finish(out, mark) != 0) {
		out->end = out->start + start;
		status = 431;
	} else {
		*id_out = f->next_request_id++;
	}
	free(joined);
	return status;
}

int
request_encode_trailers(const struct h1_field *fields, size_t nfields,
    struct buf *out)
{
	size_t mark = head_trailers_begin(out);

	for (size_t i = 0; i < nfields; i++) {
		if (put_field(out, &fields[i]) != 0)
			return ERR_LIMIT;
	}
	return head_finish(out, mark);
}
