#ifndef FRONT_REQUEST_H
#define FRONT_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "http/h1_parse.h"
#include "ipc/head.h"

/*
 * From a request as HTTP/1 or HTTP/2 brought it to the head that a worker
 * gets.
 */
struct conn;
struct front;
struct listener;

struct request {
	enum method method;
	enum head_version version;
	struct h1_slice authority;
	struct h1_slice target;  /* see h1_parse.h */
	enum head_scheme scheme; /* unless a header says it */
	bool is_websocket;       /* asks for one: the worker may see that */
	struct conn *conn;
	const struct listener *listener;
	const struct h1_field *fields;
	size_t nfields;
};

/*
 * Number the request, find its service and append its head to OUT. Returns 0
 * or the status to answer; OUT is then as it was.
 */
unsigned int request_encode(struct front *f, const struct request *r,
    struct buf *out, uint64_t *id_out, uint32_t *service_out);

/* Encode trailer fields. Returns 0 or ERR_LIMIT. */
int request_encode_trailers(const struct h1_field *fields, size_t nfields,
    struct buf *out);

#endif
