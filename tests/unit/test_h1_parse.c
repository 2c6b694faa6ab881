/*
 * http/h1_parse: a table of messages, each parsed whole and split at every
 * byte; both ways must give the same events.
 *
 * Expected: events in order. "GET / 1.1 example.com" style heads are written
 * as H(method target authority minor flags), see dump_head().
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/util.h"
#include "http/h1_parse.h"

/* Small limits, so that they can be reached in a table. */
static const struct h1_limits limits = {
    .target_bytes = 64,
    .head_bytes = 512,
    .fields = 8,
    .trailer_bytes = 64,
    .body_bytes = 100,
};

struct row {
	const char *name;
	const char *input;
	const char *expected;
	size_t len; /* 0: strlen(input) */
};

static const struct row rows[] = {
#include "tests/unit/h1_rows.def"
};

static void
dump_slice(struct buf *out, const struct h1_slice *s)
{
	buf_put(out, s->p, s->len);
}

static void
dump_str(struct buf *out, const char *s)
{
	buf_put(out, s, strlen(s));
}

static void
dump_fields(struct buf *out, const struct h1_head *head)
{
	for (size_t i = 0; i < head->nfields; i++) {
		dump_str(out, i == 0 ? "" : "|");
		dump_slice(out, &head->fields[i].name);
		dump_str(out, "=");
		dump_slice(out, &head->fields[i].value);
	}
}

/* METHOD target authority minor[ close][ expect][ upgrade][ len=N|chunked] */
static void
dump_head(struct buf *out, const struct h1_head *head)
{
	char number[32];

	dump_str(out, method_text(head->method));
	dump_str(out, " ");
	dump_slice(out, &head->target);
	dump_str(out, " ");
	dump_slice(out, &head->authority);
	dump_str(out, head->minor == 0 ? " 0" : " 1");
	if (!head->keep_alive)
		dump_str(out, " close");
	if (head->expect_continue)
		dump_str(out, " expect");
	if (head->upgrade)
		dump_str(out, " upgrade");
	if (head->framing == H1_CHUNKED)
		dump_str(out, " chunked");
	if (head->framing == H1_LENGTH) {
		snprintf(number, sizeof number, " len=%llu",
		    (unsigned long long)head->content_length);
		dump_str(out, number);
	}
}

struct dump {
	struct buf *out;
	bool in_data;
};

static void
dump_event(struct dump *d, enum h1_event e, const struct h1_head *head,
    const struct h1_result *res)
{
	char number[32];

	if (e == H1_DATA) {
		if (!d->in_data)
			dump_str(d->out, " D(");
		d->in_data = true;
		dump_slice(d->out, &res->data);
		return;
	}
	if (d->in_data && e != H1_MORE)
		dump_str(d->out, ")");
	if (e != H1_MORE)
		d->in_data = false;
	if (e == H1_HEAD) {
		dump_str(d->out, " H(");
		dump_head(d->out, head);
		dump_str(d->out, ")");
	} else if (e == H1_TRAILERS) {
		dump_str(d->out, " T(");
		dump_fields(d->out, head);
		dump_str(d->out, ")");
	} else if (e == H1_END) {
		dump_str(d->out, " E");
	} else if (e == H1_ERROR) {
		assert_non_null(res->reason);
		snprintf(number, sizeof number, " %u", res->status);
		dump_str(d->out, number);
	}
}

/* Show all bytes up to UPTO. Returns false after an error. */
static bool
feed(struct h1_parser *p, struct dump *d, const char *input, size_t *start,
    size_t upto)
{
	static struct h1_head head;
	struct h1_result res;
	enum h1_event e;
	size_t n = upto - *start;
	char *copy;

	/* An exact copy, so that ASan sees a read beyond it. */
	copy = malloc(n == 0 ? 1 : n);
	assert_non_null(copy);
	memcpy(copy, input + *start, n);
	n = 0;
	do {
		memset(&res, 0xff, sizeof res);
		e = h1_parse_next(p, copy + n, upto - *start - n, &head, &res);
		assert_true(res.used <= upto - *start - n);
		dump_event(d, e, &head, &res);
		if (e != H1_ERROR)
			n += res.used;
	} while (e != H1_MORE && e != H1_ERROR);
	free(copy);
	*start += n;
	return e != H1_ERROR;
}

/* Parse in pieces of STEP bytes, the first of FIRST bytes. */
static char *
run(const struct row *row, size_t first, size_t step)
{
	size_t len = row->len == 0 ? strlen(row->input) : row->len;
	size_t start = 0, upto = MIN(first, len);
	struct h1_parser p;
	struct buf out;
	struct dump d = {&out, false};
	char *text;

	buf_init(&out);
	h1_parse_init(&p, &limits);
	while (feed(&p, &d, row->input, &start, upto) && upto < len)
		upto = MIN(len, upto + step);
	buf_put_u8(&out, 0);
	text =
	    strdup((const char *)buf_peek(&out) + (buf_len(&out) > 1 ? 1 : 0));
	assert_non_null(text);
	buf_clear(&out);
	return text;
}

static void
check(const struct row *row, size_t first, size_t step)
{
	char *got = run(row, first, step);

	if (strcmp(got, row->expected) != 0)
		fail_msg("%s (first %zu, step %zu):\n     got \"%s\"\n"
			 "expected \"%s\"",
		    row->name, first, step, got, row->expected);
	free(got);
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < NELEMS(rows); i++) {
		size_t len =
		    rows[i].len == 0 ? strlen(rows[i].input) : rows[i].len;

		check(&rows[i], len, 1);
		check(&rows[i], 1, 1);
		for (size_t split = 0; split < len; split++)
			check(&rows[i], split, len);
	}
	assert_true(NELEMS(rows) >= 200);
}

/*
 * The published families of request smuggling, each with the rows that show
 * it: part of their names, how many of them there are, whether all of them are
 * refused (the others have one reading, which the next request shows).
 */
static const struct {
	const char *family;
	const char *part;
	size_t nrows;
	bool all_refused;
} families[] = {
    {"both lengths, the front's first", "CL.TE", 4, true},
    {"both lengths, the back's first", "TE.CL: both", 1, true},
    {"a coding that one server does not see", "TE.TE", 20, true},
    {"two lengths", "CL.CL", 6, true},
    {"a length that one server ignores", "CL.0", 3, false},
    {"a length that one server does not see", "0.CL", 4, false},
    {"chunks that one server ignores", "TE.0", 1, false},
    {"lengths that are no numbers", "Content-Length ", 20, false},
    {"LF instead of CRLF", "bare LF", 10, true},
    {"CR alone", "bare CR", 4, true},
    {"folded lines", "obs-fold", 6, true},
    {"space before a colon", "before the colon", 4, true},
    {"chunk sizes", "chunk: overflow", 1, true},
    {"chunk sizes beyond 64 bits", "chunk: 2^64", 1, true},
    {"chunk sizes in disguise", "chunk: 0x", 1, true},
    {"chunk extensions", "chunk: extension", 15, false},
    {"chunk extensions with line ends", "chunk: extension with a bare", 2,
	true},
    {"chunk data without its end", "behind the data", 3, true},
    {"framing in trailers", "chunk: trailer Transfer-Encoding", 1, true},
    {"length in trailers", "chunk: trailer Content-Length", 1, true},
    {"NUL", "NUL", 5, false},
    {"two hosts", "two Hosts", 2, true},
    {"one host, twice", "two equal Hosts", 1, true},
    {"a target that is another host's", "absolute target and bad Host", 1,
	true},
    {"bodies of CONNECT", "CONNECT with a body", 1, false},
};

static bool
is_refused(const char *expected)
{
	size_t n = strlen(expected);

	return n >= 3 && (expected[n - 3] == '4' || expected[n - 3] == '5') &&
	       (n == 3 || expected[n - 4] == ' ');
}

static void
test_every_smuggling_family_is_shown(void **state)
{
	(void)state;
	for (size_t i = 0; i < NELEMS(families); i++) {
		size_t n = 0, refused = 0;

		for (size_t j = 0; j < NELEMS(rows); j++) {
			if (strstr(rows[j].name, families[i].part) == NULL)
				continue;
			n++;
			refused += is_refused(rows[j].expected);
		}
		if (n < families[i].nrows ||
		    (families[i].all_refused && refused < n))
			fail_msg("%s: %zu rows, %zu refused",
			    families[i].family, n, refused);
	}
}

/* A head that comes byte by byte must not be scanned over and over. */
static void
test_slow_head_is_linear(void **state)
{
	static const struct h1_limits big = {
	    .target_bytes = 1 << 20,
	    .head_bytes = 4 << 20,
	    .fields = 8,
	    .trailer_bytes = 64,
	    .body_bytes = 100,
	};
	static struct h1_head head;
	struct h1_parser p;
	struct h1_result res;
	size_t len = 1 << 20;
	char *text = malloc(len);

	(void)state;
	assert_non_null(text);
	memset(text, 'a', len);
	memcpy(text, "GET /", 5);
	h1_parse_init(&p, &big);
	for (size_t n = 1; n < len; n++)
		assert_int_equal(h1_parse_next(&p, text, n, &head, &res),
		    H1_MORE);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_every_smuggling_family_is_shown),
	    cmocka_unit_test(test_slow_head_is_linear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
