/*
 * http/h1_write: framing of responses, whatever the handler says.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/util.h"
#include "http/field.h"
#include "http/h1_write.h"
#include "http/status.h"

#define DATE "Date: x\r\n"

struct row {
	const char *name;
	enum method method;
	unsigned int minor;
	bool keep_alive;
	unsigned int status;
	const char *fields; /* "name:value|name:value" */
	int64_t known;
	const char *data; /* pieces parted by "|" */
	const char *trailers;
	const char *expected;
	bool keep_alive_after;
};

static const struct row rows[] = {
    /* clang-format off */
{"known length -> Content-Length", METHOD_GET, 1, true, 200, "a:b", 2, "hi", "",
    "HTTP/1.1 200 OK\r\na: b\r\nContent-Length: 2\r\n" DATE "\r\nhi", true},
{"no body -> Content-Length 0", METHOD_GET, 1, true, 200, "", 0, "", "",
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" DATE "\r\n", true},
{"unknown length -> chunked", METHOD_GET, 1, true, 200, "", -1, "hi|there, all of you", "",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" DATE "\r\n"
    "2\r\nhi\r\n11\r\nthere, all of you\r\n0\r\n\r\n", true},
{"unknown length, nothing -> empty chunks", METHOD_GET, 1, true, 200, "", -1, "", "",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" DATE "\r\n0\r\n\r\n", true},
{"trailers", METHOD_GET, 1, true, 200, "", -1, "hi", "x:1|y:2",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" DATE "\r\n"
    "2\r\nhi\r\n0\r\nx: 1\r\ny: 2\r\n\r\n", true},
{"trailers that are none", METHOD_GET, 1, true, 200, "", -1, "", "content-length:1|te:x|a b:c",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" DATE "\r\n0\r\n\r\n", true},
{"trailers with a length -> dropped", METHOD_GET, 1, true, 200, "", 2, "hi", "x:1",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" DATE "\r\nhi", true},
{"client wants to close", METHOD_GET, 1, false, 200, "", 0, "", "",
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" DATE "Connection: close\r\n\r\n", false},
{"HTTP/1.0 -> until close", METHOD_GET, 0, true, 200, "", -1, "hi|ho", "",
    "HTTP/1.1 200 OK\r\n" DATE "Connection: close\r\n\r\nhiho", false},
{"HTTP/1.0 keep-alive with a length", METHOD_GET, 0, true, 200, "", 2, "hi", "",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" DATE "Connection: keep-alive\r\n\r\nhi", true},
{"handler's length is right", METHOD_GET, 1, true, 200, "Content-Length:4", -1, "hi|ho", "",
    "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n" DATE "\r\nhiho", true},
{"handler's length too small -> clipped, closed", METHOD_GET, 1, true, 200, "content-length:3", -1, "hi|ho", "",
    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n" DATE "\r\nhih", false},
{"handler's length too large -> closed", METHOD_GET, 1, true, 200, "content-length:9", -1, "hi|ho", "",
    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n" DATE "\r\nhiho", false},
{"handler's length goes before the known one", METHOD_GET, 1, true, 200, "content-length:1", 2, "hi", "",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n" DATE "\r\nh", false},
{"handler's Transfer-Encoding is left out", METHOD_GET, 1, true, 200, "transfer-encoding:gzip", -1, "hi", "",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" DATE "\r\n2\r\nhi\r\n0\r\n\r\n", true},
{"handler's connection fields are left out", METHOD_GET, 1, true, 200, "connection:close|keep-alive:x|upgrade:y|a:", 0, "", "",
    "HTTP/1.1 200 OK\r\na: \r\nContent-Length: 0\r\n" DATE "\r\n", true},
{"handler's Date", METHOD_GET, 1, true, 200, "date:now", 0, "", "",
    "HTTP/1.1 200 OK\r\ndate: now\r\nContent-Length: 0\r\n\r\n", true},
{"HEAD with a length", METHOD_HEAD, 1, true, 200, "content-length:5", -1, "hello", "",
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n" DATE "\r\n", true},
{"HEAD without a length", METHOD_HEAD, 1, true, 200, "", 0, "", "",
    "HTTP/1.1 200 OK\r\n" DATE "\r\n", true},
{"HEAD, HTTP/1.0, no length", METHOD_HEAD, 0, true, 200, "", -1, "", "",
    "HTTP/1.1 200 OK\r\n" DATE "Connection: keep-alive\r\n\r\n", true},
{"204 has neither length nor body", METHOD_GET, 1, true, 204, "content-length:2", 2, "hi", "",
    "HTTP/1.1 204 No Content\r\n" DATE "\r\n", true},
{"205 is empty", METHOD_GET, 1, true, 205, "", -1, "hi", "",
    "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n" DATE "\r\n", true},
{"304 keeps the length, no body", METHOD_GET, 1, true, 304, "content-length:5", -1, "hello", "x:1",
    "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n" DATE "\r\n", true},
{"status without a phrase", METHOD_GET, 1, true, 299, "", 0, "", "",
    "HTTP/1.1 299 \r\nContent-Length: 0\r\n" DATE "\r\n", true},
    /* clang-format on */
};

/* Call PUT for every name and value of "a:b|c:d". */
static void
each(const char *fields, struct h1_writer *w, struct buf *out, bool trailers)
{
	while (*fields != '\0') {
		size_t len = strcspn(fields, "|"), name = strcspn(fields, ":");

		if (trailers)
			h1_write_trailer(w, out, fields, name,
			    fields + name + 1, len - name - 1);
		else
			assert_int_equal(h1_write_field(w, out, fields, name,
					     fields + name + 1, len - name - 1),
			    0);
		fields += len + (fields[len] == '|');
	}
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < NELEMS(rows); i++) {
		const struct row *r = &rows[i];
		const char *data = r->data;
		struct h1_writer w;
		struct buf out;

		buf_init(&out);
		h1_write_start(&w, r->method, r->minor, r->keep_alive);
		assert_int_equal(h1_write_begin(&w, &out, r->status, "", 0), 0);
		each(r->fields, &w, &out, false);
		h1_write_end_head(&w, &out, DATE, strlen(DATE), r->known);
		while (*data != '\0') {
			size_t n = strcspn(data, "|");

			h1_write_data(&w, &out, data, n);
			data += n + (data[n] == '|');
		}
		each(r->trailers, &w, &out, true);
		h1_write_finish(&w, &out);
		buf_put_u8(&out, 0);
		if (strcmp((const char *)buf_peek(&out), r->expected) != 0)
			fail_msg("%s:\n%s\nexpected:\n%s", r->name,
			    (const char *)buf_peek(&out), r->expected);
		if (w.keep_alive != r->keep_alive_after)
			fail_msg("%s: keep-alive", r->name);
		buf_clear(&out);
	}
}

static void
test_refuses_fields(void **state)
{
	static const struct {
		const char *name;
		const char *value;
	} bad[] = {
	    {"", "x"},
	    {"a b", "x"},
	    {"a:", "x"},
	    {"a\r\nb", "x"},
	    {"a", "x\r\nSet-Cookie: y"},
	    {"a", "x\ny"},
	    {"a", "x\ry"},
	    {"a", "\x7f"},
	    {"content-length", ""},
	    {"content-length", "-1"},
	    {"content-length", "1, 1"},
	    {"content-length", "99999999999999999999"},
	};

	(void)state;
	for (size_t i = 0; i < NELEMS(bad); i++) {
		struct h1_writer w;
		struct buf out;

		buf_init(&out);
		h1_write_start(&w, METHOD_GET, 1, true);
		assert_int_equal(h1_write_begin(&w, &out, 200, "", 0), 0);
		assert_int_equal(h1_write_field(&w, &out, bad[i].name,
				     strlen(bad[i].name), bad[i].value,
				     strlen(bad[i].value)),
		    ERR_PROTO);
		buf_clear(&out);
	}
}

static void
test_refuses_second_length(void **state)
{
	struct h1_writer w;
	struct buf out;

	(void)state;
	buf_init(&out);
	h1_write_start(&w, METHOD_GET, 1, true);
	assert_int_equal(h1_write_begin(&w, &out, 200, "", 0), 0);
	assert_int_equal(h1_write_field(&w, &out, "content-length", 14, "1", 1),
	    0);
	assert_int_equal(h1_write_field(&w, &out, "content-length", 14, "1", 1),
	    ERR_PROTO);
	buf_clear(&out);
}

static void
test_status(void **state)
{
	static const unsigned int bad[] = {0, 99, 100, 101, 199, 600, 1000};
	struct h1_writer w;
	struct buf out;
	size_t len;

	(void)state;
	buf_init(&out);
	h1_write_start(&w, METHOD_GET, 1, true);
	for (size_t i = 0; i < NELEMS(bad); i++)
		assert_int_equal(h1_write_begin(&w, &out, bad[i], "", 0),
		    ERR_RANGE);
	assert_int_equal(buf_len(&out), 0);
	assert_int_equal(h1_write_begin(&w, &out, 200, "Fine", 4), 0);
	assert_memory_equal(buf_peek(&out), "HTTP/1.1 200 Fine\r\n", 19);
	buf_clear(&out);
	/* A phrase that would break the line is not used. */
	assert_int_equal(h1_write_begin(&w, &out, 200, "a\r\nb", 4), 0);
	assert_memory_equal(buf_peek(&out), "HTTP/1.1 200 \r\n", 15);
	buf_clear(&out);
	assert_string_equal(status_reason(413), "Content Too Large");
	assert_string_equal(status_reason(299), "");
	assert_null(status_line(600, &len));
	assert_null(status_line(0, &len));
}

static void
test_date(void **state)
{
	struct h1_date date = {0};
	size_t len;

	(void)state;
	assert_string_equal(h1_write_date(&date, 784111777, &len),
	    "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
	assert_int_equal(len, 37);
	assert_string_equal(h1_write_date(&date, 784111778, &len),
	    "Date: Sun, 06 Nov 1994 08:49:38 GMT\r\n");
}

/* The tables are searched by halving: they must be sorted. */
static void
test_tables_are_sorted(void **state)
{
	static const char *const fields[] = {
#define FIELD(name_, text_, flags_) text_,
#include "http/field.def"
#undef FIELD
	};

	(void)state;
	for (size_t i = 0; i < NELEMS(fields); i++) {
		char upper[32];
		size_t len = strlen(fields[i]);

		for (size_t k = 0; k <= len; k++)
			upper[k] =
			    (char)(fields[i][k] >= 'a' && fields[i][k] <= 'z'
				       ? fields[i][k] - 32
				       : fields[i][k]);
		assert_int_equal(field_find(fields[i], len), i);
		assert_int_equal(field_find(upper, len), i);
		assert_int_equal(field_find(upper, len - 1), FIELD_OTHER);
	}
	for (int m = 0; m < METHOD_UNKNOWN; m++) {
		const char *text = method_text((enum method)m);

		assert_int_equal(method_find(text, strlen(text)), m);
	}
	assert_int_equal(method_find("GE", 2), METHOD_UNKNOWN);
	assert_int_equal(method_find("", 0), METHOD_UNKNOWN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_refuses_fields),
	    cmocka_unit_test(test_refuses_second_length),
	    cmocka_unit_test(test_status),
	    cmocka_unit_test(test_date),
	    cmocka_unit_test(test_tables_are_sorted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
