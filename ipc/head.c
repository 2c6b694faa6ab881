/*
 * Request and response heads on data channels.
 *
 * Runs in: front and workers. What arrives is a peer's: the decoder checks
 *          every name and value, so that no peer can smuggle a line break
 *          into another protocol.
 */
#include "config.h"

#include "ipc/head.h"

#include <string.h>

#include "base/err.h"
#include "base/util.h"
#include "ipc/frame.h"

#define METHOD_MAX 32
#define AUTHORITY_MAX 1024
#define TARGET_MAX 61440
#define CLIENT_MAX 128
#define CF_MAX 32768
#define REASON_MAX 256

#define NAME_IDS 256

static const struct head_str names[NAME_IDS] = {
#define NAME(id_, text_) [id_] = {text_, sizeof text_ - 1},
#include "ipc/head_names.def"
#undef NAME
};

/* Method 0 is followed by its name. */
static const struct head_str methods[] = {
    {"", 0},
    {"GET", 3},
    {"HEAD", 4},
    {"POST", 4},
    {"PUT", 3},
    {"DELETE", 6},
    {"OPTIONS", 7},
    {"PATCH", 5},
};

#define NAME(id_, text_) +1
enum {
	NNAMES = 0
#include "ipc/head_names.def"
};
#undef NAME

/* The id of a name, by bisection (the table is sorted), or 0. */
static unsigned int
name_id(const char *name, size_t len)
{
	unsigned int low = 1, high = NNAMES + 1;

	while (low < high) {
		unsigned int mid = (low + high) / 2;
		size_t n = MIN(len, names[mid].len);
		int cmp = memcmp(name, names[mid].p, n);

		if (cmp == 0 && len == names[mid].len)
			return mid;
		if (cmp < 0 || (cmp == 0 && len < names[mid].len))
			high = mid;
		else
			low = mid + 1;
	}
	return 0;
}

/* RFC 9110 tchar. */
static bool
is_tchar(unsigned char c)
{
	static const char others[] = "!#$%&'*+-.^_`|~";

	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') ||
	       (c != 0 && memchr(others, c, sizeof others - 1) != NULL);
}

bool
head_is_name(const char *name, size_t len)
{
	if (len == 0 || len > HEAD_NAME_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_tchar((unsigned char)name[i]))
			return false;
	return true;
}

bool
head_is_value(const char *value, size_t len)
{
	if (len == 0)
		return true;
	if (value[0] == ' ' || value[0] == '\t' || value[len - 1] == ' ' ||
	    value[len - 1] == '\t')
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)value[i];

		if (c == 0 || c == '\r' || c == '\n')
			return false;
	}
	return true;
}

static bool
is_lower_name(const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (name[i] >= 'A' && name[i] <= 'Z')
			return false;
	return head_is_name(name, len);
}

/* Visible ASCII and obs-text: what may stand in a request target. */
static bool
is_visible(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c <= 0x20 || c == 0x7f)
			return false;
	}
	return true;
}

static struct head_str
get_str(struct rd *r, size_t max)
{
	struct head_str s;

	s.p = rd_str(r, max, &s.len);
	return s;
}

/* Check the fields at R, to the end of the input. */
static int
get_fields(struct rd *r, struct head_fields *out)
{
	unsigned int count = rd_u16(r);

	out->p = r->p;
	out->len = r->left;
	out->count = count;
	if (count > HEAD_FIELDS_MAX)
		return ERR_PROTO;
	for (unsigned int i = 0; i < count; i++) {
		unsigned int id = rd_u8(r);
		const char *value;
		size_t n;

		if (id == 0) {
			n = rd_u8(r);
			value = (const char *)rd_bytes(r, n);
			if (r->bad || !is_lower_name(value, n))
				return ERR_PROTO;
		} else if (names[id].p == NULL) {
			return ERR_PROTO;
		}
		value = rd_str(r, IPC_FRAME_MAX, &n);
		if (!head_is_value(value, n))
			return ERR_PROTO;
	}
	return rd_end(r);
}

int
head_request_decode(const void *p, size_t len, struct head_request *out)
{
	struct head_request h;
	unsigned int method, scheme, version;
	struct rd r;

	rd_init(&r, p, len);
	memset(&h, 0, sizeof h);
	h.id = rd_u64(&r);
	method = rd_u8(&r);
	scheme = rd_u8(&r);
	version = rd_u8(&r);
	h.depth = rd_u8(&r);
	if (method == 0)
		h.method = get_str(&r, METHOD_MAX);
	else if (method < NELEMS(methods))
		h.method = methods[method];
	h.authority = get_str(&r, AUTHORITY_MAX);
	h.target = get_str(&r, TARGET_MAX);
	h.client = get_str(&r, CLIENT_MAX);
	h.cf = get_str(&r, CF_MAX);
	if (r.bad || !head_is_name(h.method.p, h.method.len) ||
	    scheme > HEAD_HTTPS ||
	    (version != HEAD_HTTP_1_0 && version != HEAD_HTTP_1_1 &&
		version != HEAD_HTTP_2) ||
	    h.depth > HEAD_DEPTH_MAX ||
	    !is_visible(h.authority.p, h.authority.len) || h.target.len == 0 ||
	    !is_visible(h.target.p, h.target.len) ||
	    !is_visible(h.client.p, h.client.len))
		return ERR_PROTO;
	h.scheme = (enum head_scheme)scheme;
	h.version = (enum head_version)version;
	if (get_fields(&r, &h.fields) != 0)
		return ERR_PROTO;
	*out = h;
	return 0;
}

int
head_response_decode(const void *p, size_t len, struct head_response *out)
{
	struct head_response h;
	struct rd r;

	rd_init(&r, p, len);
	memset(&h, 0, sizeof h);
	h.status = rd_u16(&r);
	h.reason = get_str(&r, REASON_MAX);
	if (r.bad || h.status < 200 || h.status > 599 ||
	    !head_is_value(h.reason.p, h.reason.len))
		return ERR_PROTO;
	if (get_fields(&r, &h.fields) != 0)
		return ERR_PROTO;
	*out = h;
	return 0;
}

int
head_fields_decode(const void *p, size_t len, struct head_fields *out)
{
	struct head_fields f;
	struct rd r;

	rd_init(&r, p, len);
	if (get_fields(&r, &f) != 0)
		return ERR_PROTO;
	*out = f;
	return 0;
}

bool
head_next(struct head_fields *f, struct head_str *name_out,
    struct head_str *value_out)
{
	struct head_str name, value;
	struct rd r;
	unsigned int id;

	if (f->count == 0)
		return false;
	rd_init(&r, f->p, f->len);
	id = rd_u8(&r);
	if (id == 0) {
		name.len = rd_u8(&r);
		name.p = (const char *)rd_bytes(&r, name.len);
	} else {
		name = names[id];
	}
	value = get_str(&r, IPC_FRAME_MAX);
	ASSERT(!r.bad); /* the decoder has checked */
	f->p = r.p;
	f->len = r.left;
	f->count--;
	*name_out = name;
	*value_out = value;
	return true;
}

bool
head_find(struct head_fields f, const char *name, struct head_str *value_out)
{
	struct head_str n, v;
	size_t len = strlen(name);

	while (head_next(&f, &n, &v)) {
		if (n.len == len && memcmp(n.p, name, len) == 0) {
			*value_out = v;
			return true;
		}
	}
	return false;
}

/* Reserve the count of fields; head_field() counts there. */
static size_t
begin_fields(struct buf *b)
{
	buf_put_u16(b, 0);
	return buf_len(b) - 2;
}

size_t
head_request_begin(struct buf *b, const struct head_request *h)
{
	uint8_t method = 0;

	for (uint8_t i = 1; i < NELEMS(methods); i++)
		if (methods[i].len == h->method.len &&
		    memcmp(methods[i].p, h->method.p, h->method.len) == 0)
			method = i;
	buf_put_u64(b, h->id);
	buf_put_u8(b, method);
	buf_put_u8(b, (uint8_t)h->scheme);
	buf_put_u8(b, (uint8_t)h->version);
	buf_put_u8(b, (uint8_t)h->depth);
	if (method == 0)
		buf_put_str(b, h->method.p, h->method.len);
	buf_put_str(b, h->authority.p, h->authority.len);
	buf_put_str(b, h->target.p, h->target.len);
	buf_put_str(b, h->client.p, h->client.len);
	buf_put_str(b, h->cf.p, h->cf.len);
	return begin_fields(b);
}

size_t
head_response_begin(struct buf *b, unsigned int status, const char *reason,
    size_t reason_len)
{
	buf_put_u16(b, (uint16_t)status);
	buf_put_str(b, reason, reason_len);
	return begin_fields(b);
}

size_t
head_trailers_begin(struct buf *b)
{
	return begin_fields(b);
}

void
head_field(struct buf *b, const char *name, size_t name_len, const char *value,
    size_t value_len)
{
	unsigned int id = name_id(name, name_len);

	buf_put_u8(b, (uint8_t)id);
	if (id == 0) {
		ASSERT(name_len <= HEAD_NAME_MAX);
		buf_put_u8(b, (uint8_t)name_len);
		buf_put(b, name, name_len);
	}
	buf_put_str(b, value, value_len);
}

void
head_fields_copy(struct buf *b, const struct head_fields *f)
{
	buf_put(b, f->p, f->len);
}

int
head_finish(struct buf *b, size_t mark)
{
	uint8_t *p = b->data + b->start + mark;
	struct rd r;
	unsigned int count = 0;

	/* Count what was appended; its form is our own. */
	rd_init(&r, p + 2, buf_len(b) - mark - 2);
	while (r.left > 0 && !r.bad) {
		size_t n;

		if (rd_u8(&r) == 0)
			(void)rd_bytes(&r, rd_u8(&r));
		(void)rd_str(&r, SIZE_MAX, &n);
		count++;
	}
	ASSERT(!r.bad);
	if (count > HEAD_FIELDS_MAX || buf_len(b) > IPC_FRAME_MAX)
		return ERR_LIMIT;
	p[0] = (uint8_t)count;
	p[1] = (uint8_t)(count >> 8);
	return 0;
}
