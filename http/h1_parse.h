#ifndef HTTP_H1_PARSE_H
#define HTTP_H1_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/field.h"
#include "http/h1_chunk.h"
#include "http/method.h"

/*
 * A strict parser of HTTP/1 requests (RFC 9112): bytes in, events out.
 *
 * It touches no descriptor, no clock and no heap, and may be fed in pieces of
 * any size. The caller keeps the bytes that were not consumed and shows them
 * again, followed by more. What could be read in two ways is refused.
 */

#define H1_FIELDS_MAX 256

/* A piece of the input, borrowed as long as the input bytes are. */
struct h1_slice {
	const char *p;
	size_t len;
};

struct h1_field {
	struct h1_slice name;  /* as sent, any case */
	struct h1_slice value; /* without white space around it */
	enum field_id id;
};

/* What to refuse. Held by the parser. */
struct h1_limits {
	size_t target_bytes;  /* 414 */
	size_t head_bytes;    /* 431: request line and fields together */
	size_t fields;        /* 431; at most H1_FIELDS_MAX */
	size_t trailer_bytes; /* 431 */
	uint64_t body_bytes;  /* 413 */
};

enum h1_framing { H1_NO_BODY, H1_LENGTH, H1_CHUNKED };
enum h1_scheme { H1_NO_SCHEME, H1_HTTP, H1_HTTPS };

/*
 * A request head, or its trailers (then only the fields are set). A caller
 * needs only one per process: it is filled by the call that reports it.
 */
struct h1_head {
	enum method method; /* never METHOD_UNKNOWN */
	/*
	 * Path and query. From an absolute target it may be empty or start
	 * with "?": a "/" then belongs in front of it. "*" for OPTIONS *,
	 * empty for CONNECT.
	 */
	struct h1_slice target;
	/* From the target, else from Host; empty only in HTTP/1.0. */
	struct h1_slice authority;
	enum h1_scheme scheme; /* of an absolute target */
	unsigned int minor;    /* HTTP/1.minor: 0 or 1 */
	bool keep_alive;       /* the client wants the connection to go on */
	bool expect_continue;
	bool upgrade; /* Connection: upgrade, with an Upgrade field */
	enum h1_framing framing;
	uint64_t content_length; /* of H1_LENGTH; 0 if there is none */
	size_t nfields;
	struct h1_field fields[H1_FIELDS_MAX];
};

enum h1_event {
	H1_MORE,     /* nothing complete; show more bytes */
	H1_HEAD,     /* the head is filled; data stays valid until consumed */
	H1_DATA,     /* a piece of the body */
	H1_TRAILERS, /* the head's fields are the trailers; only if any */
	H1_END,      /* the message ended; the next call begins another */
	H1_ERROR,    /* answer `status`, then close; no call may follow */
};

struct h1_result {
	size_t used;          /* bytes of the input that are done with */
	struct h1_slice data; /* of H1_DATA */
	unsigned int
	    status;         /* of H1_ERROR: 400, 413, 414, 417, 431, 501, 505 */
	const char *reason; /* of H1_ERROR: static, for the log */
};

/* The caller's storage; initialised by h1_parse_init(). */
struct h1_parser {
	const struct h1_limits *limits; /* held */
	struct h1_chunk chunk;
	size_t scanned;    /* bytes known to hold no further end of line */
	size_t line_start; /* of the line that is being scanned */
	size_t line_len;   /* of the request line, once it is complete */
	uint64_t left;     /* of the body, or of the chunk */
	uint64_t body_bytes;
	size_t data_max;
	uint8_t state;
	bool skipped_empty_line;
};

void h1_parse_init(struct h1_parser *p, const struct h1_limits *limits);

/*
 * Parse on. DATA begins with the first byte not consumed. Call again, with
 * what is left, until H1_MORE or H1_ERROR.
 */
enum h1_event h1_parse_next(struct h1_parser *p, const void *data, size_t len,
    struct h1_head *head, struct h1_result *res);

/*
 * The most bytes of one H1_DATA; with 0 the parser stops in front of them and
 * answers H1_MORE. Without a limit at first.
 */
void h1_parse_set_data_max(struct h1_parser *p, size_t max);

/* Whether a message has begun: the answer to a time-out is 408 then. */
bool h1_parse_is_started(const struct h1_parser *p);

#endif
