#ifndef WORKER_API_URL_H
#define WORKER_API_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * URLs as the WHATWG URL standard has them. Pure: bytes in, record out; no
 * clock, no descriptor, no JavaScript. All text is UTF-8; what is in a record
 * is ASCII, but for nothing.
 */

/* Longest input that is looked at; anything above is "not a URL". */
#define URL_INPUT_MAX ((size_t)16 << 20)

struct url {
	struct buf scheme; /* without ':' */
	struct buf user;
	struct buf pass;
	struct buf host; /* serialized; IPv6 with its brackets */
	struct buf path; /* each segment with its '/' before it, or opaque */
	struct buf query;
	struct buf frag;
	int32_t port; /* -1: none, or the scheme's default */
	bool has_host;
	bool has_query;
	bool has_frag;
	bool opaque_path;
};

void url_init(struct url *u);
void url_clear(struct url *u); /* frees; usable after it */
void url_reset(struct url *u); /* keeps the memory */
void url_copy(struct url *dst, const struct url *src);

/*
 * Parse S. BASE may be NULL; it is not OUT. Returns 0 or ERR_SYNTAX, after
 * which OUT's content is unspecified.
 */
int url_parse(struct url *out, const char *s, size_t n, const struct url *base);

/* Parts, as the setters of the URL class name them. */
enum url_part {
	URL_PROTOCOL,
	URL_USERNAME,
	URL_PASSWORD,
	URL_HOST,
	URL_HOSTNAME,
	URL_PORT,
	URL_PATHNAME,
	URL_SEARCH,
	URL_HASH,
};

/* A setter: a value that does not fit leaves the URL as it was. */
void url_set(struct url *u, enum url_part part, const char *s, size_t n);

/* Where the parts are in the serialized URL. */
struct url_index {
	uint32_t scheme_end; /* of "https:", with the colon */
	uint32_t user_start;
	uint32_t user_end;
	uint32_t pass_start;
	uint32_t pass_end;
	uint32_t host_start;
	uint32_t host_end; /* without the port */
	uint32_t port_end; /* host_end + ":8080" */
	uint32_t path_start;
	uint32_t path_end;
	uint32_t query_end; /* path_end + "?x" */
	uint32_t frag_end;  /* the length */
	int32_t port;
	bool has_host;
	bool has_query;
	bool has_frag;
	bool opaque_path;
};

/* Append the serialized URL to OUT; INDEX_OUT may be NULL. */
void url_write(const struct url *u, struct buf *out,
    struct url_index *index_out);
/* The record of a serialized URL, the inverse of url_write(). */
void url_from_index(struct url *out, const char *href,
    const struct url_index *index);

/* Default port of a special scheme, -1 for file, -2 when not special. */
int url_scheme_port(const void *scheme, size_t n);
bool url_is_special(const struct url *u);

/* The origin's serialization, "null" when opaque. */
void url_write_origin(const struct url *u, struct buf *out);

/* Percent-encode sets. */
enum url_set {
	URL_SET_C0,
	URL_SET_FRAGMENT,
	URL_SET_QUERY,
	URL_SET_SPECIAL_QUERY,
	URL_SET_PATH,
	URL_SET_USERINFO,
	URL_SET_COMPONENT,
	URL_SET_FORM,
};

bool url_set_has(enum url_set set, uint8_t c);
void url_encode(struct buf *out, enum url_set set, const void *p, size_t n);
/* Percent-decode; bytes, not necessarily UTF-8. */
void url_decode(struct buf *out, const void *p, size_t n);

/*
 * application/x-www-form-urlencoded: append the name=value pair to OUT, with
 * '&' before it when OUT is not empty.
 */
void url_form_write(struct buf *out, const void *name, size_t name_len,
    const void *value, size_t value_len);

/*
 * Take the next pair from *P (LEFT bytes) and append its name and value,
 * decoded, to NAME and VALUE. Returns false at the end.
 */
bool url_form_next(const char **p, size_t *left, struct buf *name,
    struct buf *value);

/*
 * The host parser. Appends to OUT. Returns 0 or ERR_SYNTAX.
 */
int url_host_parse(struct buf *out, const char *s, size_t n, bool opaque);

/*
 * A domain that libidn2 refuses for the symbols in it: appends to OUT. S is
 * valid UTF-8. Returns 0 or ERR_SYNTAX.
 */
int url_symbols_to_ascii(struct buf *out, const char *s, size_t n);

/* For url.c and url_set.c. */
int url_parse_host_port(struct url *u, const char *p, const char *end,
    bool with_port);
bool url_parse_port(struct url *u, const char *p, const char *end,
    const char **end_out);
void url_parse_path(struct url *u, const char *p, const char *end);
void url_parse_path_start(struct url *u, const char *p, const char *end);

#endif
