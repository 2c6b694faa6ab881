/*
 * HTTP/1.1 responses: heads, framing, chunks.
 */
#include "config.h"

#include "http/h1_write.h"

#include <string.h>

#include "base/err.h"
#include "base/util.h"
#include "http/chars.h"
#include "http/field.h"
#include "http/status.h"

#define CONTENT_LENGTH_DIGITS_MAX 19

enum { FRAMING_NONE, FRAMING_LENGTH, FRAMING_CHUNKED, FRAMING_CLOSE };

#define PUT(out_, literal_) buf_put(out_, literal_, sizeof(literal_) - 1)

const char *
h1_write_date(struct h1_date *date, time_t now, size_t *len_out)
{
	struct tm tm;

	if (date->second != now || date->text[0] == '\0') {
		gmtime_r(&now, &tm);
		/* The process never leaves the C locale. */
		strftime(date->text, sizeof date->text,
		    "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &tm);
		date->second = now;
	}
	*len_out = strlen(date->text);
	return date->text;
}

void
h1_write_start(struct h1_writer *w, enum method method, unsigned int minor,
    bool keep_alive)
{
	memset(w, 0, sizeof *w);
	w->is_head_request = method == METHOD_HEAD;
	w->is_http10 = minor == 0;
	w->keep_alive = keep_alive;
}

int
h1_write_begin(struct h1_writer *w, struct buf *out, unsigned int status,
    const char *reason, size_t reason_len)
{
	char digits[3];
	const char *line;
	size_t len;

	if (status < 200 || status > 599)
		return ERR_RANGE;
	w->status = (uint16_t)status;
	if (reason_len == 0 && (line = status_line(status, &len)) != NULL) {
		buf_put(out, line, len);
		return 0;
	}
	if (!chars_all(reason, reason_len, CHARS_VALUE))
		reason_len = 0;
	digits[0] = (char)('0' + status / 100);
	digits[1] = (char)('0' + status / 10 % 10);
	digits[2] = (char)('0' + status % 10);
	PUT(out, "HTTP/1.1 ");
	buf_put(out, digits, sizeof digits);
	PUT(out, " ");
	buf_put(out, reason, reason_len);
	PUT(out, "\r\n");
	return 0;
}

static int
parse_length(struct h1_writer *w, const char *s, size_t len)
{
	uint64_t n = 0;

	if (w->has_length || len == 0 || len > CONTENT_LENGTH_DIGITS_MAX ||
	    !chars_all(s, len, CHARS_DIGIT))
		return ERR_PROTO;
	for (size_t i = 0; i < len; i++)
		n = n * 10 + (uint64_t)(s[i] - '0');
	w->has_length = true;
	w->length = n;
	return 0;
}

static void
put_field(struct buf *out, const char *name, size_t name_len, const char *value,
    size_t value_len)
{
	uint8_t *p = buf_reserve(out, name_len + value_len + 4);

	memcpy(p, name, name_len);
	p += name_len;
	*p++ = ':';
	*p++ = ' ';
	if (value_len > 0)
		memcpy(p, value, value_len);
	p += value_len;
	*p++ = '\r';
	*p++ = '\n';
	buf_added(out, name_len + value_len + 4);
}

int
h1_write_field(struct h1_writer *w, struct buf *out, const char *name,
    size_t name_len, const char *value, size_t value_len)
{
	enum field_id id;

	if (name_len == 0 || !chars_all(name, name_len, CHARS_TOKEN) ||
	    !chars_all(value, value_len, CHARS_VALUE))
		return ERR_PROTO;
	id = field_find(name, name_len);
	if (field_flags(id) & FIELD_HOP)
		return 0;
	if (id == FIELD_CONTENT_LENGTH)
		return parse_length(w, value, value_len);
	if (id == FIELD_DATE)
		w->has_date = true;
	put_field(out, name, name_len, value, value_len);
	return 0;
}

static void
put_length(struct buf *out, uint64_t n)
{
	char digits[20], *p = digits + sizeof digits;

	do {
		*--p = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	PUT(out, "Content-Length: ");
	buf_put(out, p, (size_t)(digits + sizeof digits - p));
	PUT(out, "\r\n");
}

bool
h1_write_has_body(const struct h1_writer *w)
{
	return !w->is_head_request && w->status != 204 && w->status != 205 &&
	       w->status != 304;
}

/* Decide the framing and write the fields that say so. */
static void
put_framing(struct h1_writer *w, struct buf *out, int64_t known_bytes)
{
	w->framing = FRAMING_NONE;
	if (w->status == 204)
		return;
	if (w->status == 205) {
		put_length(out, 0);
		return;
	}
	if (!h1_write_has_body(w)) {
		/* What a GET would have got, if the handler knows. */
		if (w->has_length)
			put_length(out, w->length);
		return;
	}
	if (!w->has_length && known_bytes >= 0) {
		w->has_length = true;
		w->length = (uint64_t)known_bytes;
	}
	if (w->has_length) {
		w->framing = FRAMING_LENGTH;
		w->left = w->length;
		put_length(out, w->length);
	} else if (w->is_http10) {
		w->framing = FRAMING_CLOSE;
		w->keep_alive = false;
	} else {
		w->framing = FRAMING_CHUNKED;
		PUT(out, "Transfer-Encoding: chunked\r\n");
	}
}

void
h1_write_end_head(struct h1_writer *w, struct buf *out, const char *date,
    size_t date_len, int64_t known_bytes)
{
	put_framing(w, out, known_bytes);
	if (!w->has_date)
		buf_put(out, date, date_len);
	if (!w->keep_alive)
		PUT(out, "Connection: close\r\n");
	else if (w->is_http10)
		PUT(out, "Connection: keep-alive\r\n");
	PUT(out, "\r\n");
}

static void
put_chunk(struct buf *out, const void *data, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	char line[18], *p = line + sizeof line;

	*--p = '\n';
	*--p = '\r';
	for (size_t n = len; n > 0; n >>= 4)
		*--p = hex[n & 15];
	buf_put(out, p, (size_t)(line + sizeof line - p));
	buf_put(out, data, len);
	PUT(out, "\r\n");
}

void
h1_write_data(struct h1_writer *w, struct buf *out, const void *data,
    size_t len)
{
	ASSERT(!w->in_trailers);
	if (len == 0)
		return;
	switch (w->framing) {
	case FRAMING_LENGTH:
		if (len > w->left) {
			/* The handler lied: what else might be wrong? */
			len = (size_t)w->left;
			w->keep_alive = false;
		}
		w->left -= len;
		buf_put(out, data, len);
		break;
	case FRAMING_CHUNKED:
		put_chunk(out, data, len);
		break;
	case FRAMING_CLOSE:
		buf_put(out, data, len);
		break;
	default:
		break;
	}
}

void
h1_write_trailer(struct h1_writer *w, struct buf *out, const char *name,
    size_t name_len, const char *value, size_t value_len)
{
	if (w->framing != FRAMING_CHUNKED || name_len == 0 ||
	    !chars_all(name, name_len, CHARS_TOKEN) ||
	    !chars_all(value, value_len, CHARS_VALUE) ||
	    field_flags(field_find(name, name_len)) & FIELD_NOTRAIL)
		return;
	if (!w->in_trailers)
		PUT(out, "0\r\n");
	w->in_trailers = true;
	put_field(out, name, name_len, value, value_len);
}

void
h1_write_finish(struct h1_writer *w, struct buf *out)
{
	if (w->framing == FRAMING_CHUNKED) {
		if (!w->in_trailers)
			PUT(out, "0\r\n");
		PUT(out, "\r\n");
	} else if (w->framing == FRAMING_LENGTH && w->left > 0) {
		w->keep_alive = false;
	}
}

void
h1_write_continue(struct buf *out)
{
	PUT(out, "HTTP/1.1 100 Continue\r\n\r\n");
}
