/*
 * The URL parser and the setters, from C.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "worker/api/url.h"

struct row {
	const char *input;
	const char *base; /* NULL: none */
	const char *want; /* NULL: no URL */
};

/* clang-format off */
static const struct row rows[] = {
	{ "http://example.com", NULL, "http://example.com/" },
	{ "  \thttp://example.com/a\n b\t ", NULL, "http://example.com/a%20b" },
	{ "HTTP://EXAMPLE.com:80/", NULL, "http://example.com/" },
	{ "https://example.com:80/", NULL, "https://example.com:80/" },
	{ "http://u:p@h/", NULL, "http://u:p@h/" },
	{ "http://u@x:p@h/", NULL, "http://u%40x:p@h/" },
	{ "http://@h/", NULL, "http://h/" },
	{ "http://u@/", NULL, NULL },
	{ "http:///h//p", NULL, "http://h//p" },
	{ "http:\\\\h\\p", NULL, "http://h/p" },
	{ "foo:\\\\h\\p", NULL, "foo:\\\\h\\p" },
	{ "http://h/a/./b/../c/%2e%2E/d", NULL, "http://h/a/d" },
	{ "http://h/a/..", NULL, "http://h/" },
	{ "http://h/..", NULL, "http://h/" },
	{ "../x", "http://h/a/b/c", "http://h/a/x" },
	{ "?q", "http://h/a/b?old#f", "http://h/a/b?q" },
	{ "#n", "http://h/a/b?old#f", "http://h/a/b?old#n" },
	{ "", "http://h/a/b?old#f", "http://h/a/b?old" },
	{ "//o/p", "https://h/a", "https://o/p" },
	{ "/p", "https://u:w@h:1/a", "https://u:w@h:1/p" },
	{ "http:x", "http://h/a/b", "http://h/a/x" },
	{ "https:x", "http://h/a/b", "https://x/" },
	{ "x", NULL, NULL },
	{ "x", "mailto:a@b", NULL },
	{ "#f", "mailto:a@b", "mailto:a@b#f" },
	{ "mailto:a@b c", NULL, "mailto:a@b c" },
	{ "data:a b ?q", NULL, "data:a b%20?q" },
	{ "javascript:alert('\xc3\xa9')", NULL, "javascript:alert('%C3%A9')" },
	{ "http://h?a'b\"<>#a`b", NULL, "http://h/?a%27b%22%3C%3E#a%60b" },
	{ "foo://h?a'b", NULL, "foo://h?a'b" },
	{ "http://h/\"<>^`{}|", NULL, "http://h/%22%3C%3E%5E%60%7B%7D|" },
	{ "http://1.2.3/", NULL, "http://1.2.0.3/" },
	{ "http://0x7f.1/", NULL, "http://127.0.0.1/" },
	{ "http://4294967295/", NULL, "http://255.255.255.255/" },
	{ "http://4294967296/", NULL, NULL },
	{ "http://256.0.0.1/", NULL, NULL },
	{ "http://1.2.3.4.5/", NULL, NULL },
	{ "http://a.0x/", NULL, NULL },
	{ "http://1.2.3.08/", NULL, NULL },
	{ "http://a.b.c./", NULL, "http://a.b.c./" },
	{ "http://[::1]/", NULL, "http://[::1]/" },
	{ "http://[1:0:0:2::3]/", NULL, "http://[1:0:0:2::3]/" },
	{ "http://[1:2:3:4:5:6:7::]/", NULL, "http://[1:2:3:4:5:6:7:0]/" },
	{ "http://[1:2:3:4:5:6:7::8]/", NULL, NULL },
	{ "http://[::1.2.3.4]/", NULL, "http://[::102:304]/" },
	{ "http://[::1.2.3.256]/", NULL, NULL },
	{ "http://[::1.2.3]/", NULL, NULL },
	{ "http://[1:2]/", NULL, NULL },
	{ "http://[::1%25e]/", NULL, NULL },
	{ "http://[::1", NULL, NULL },
	{ "http://[0:0:1:0:0:0:0:0]/", NULL, "http://[0:0:1::]/" },
	{ "http://b\xc3\xbc" "cher.de/", NULL, "http://xn--bcher-kva.de/" },
	{ "http://fa\xc3\x9f.de/", NULL, "http://xn--fa-hia.de/" },
	{ "http://XN--BCHER-KVA.de/", NULL, "http://xn--bcher-kva.de/" },
	{ "http://\xef\xbc\xa7\xef\xbd\x8f.com/", NULL, "http://go.com/" },
	{ "http://ex%41mple.com/", NULL, "http://example.com/" },
	{ "http://a b/", NULL, NULL },
	{ "http://a%00b/", NULL, NULL },
	{ "http://a<b/", NULL, NULL },
	{ "foo://a b/", NULL, NULL },
	{ "foo://A%41/", NULL, "foo://A%41/" },
	{ "http://h:99999/", NULL, NULL },
	{ "http://h:8a/", NULL, NULL },
	{ "http://h:/", NULL, "http://h/" },
	{ "http://:80/", NULL, NULL },
	{ "file:c:\\a\\..\\..", NULL, "file:///c:/" },
	{ "file:///C|/x", NULL, "file:///C:/x" },
	{ "file://localhost/x", NULL, "file:///x" },
	{ "file://h/x", NULL, "file://h/x" },
	{ "/y", "file:///C:/x", "file:///C:/y" },
	{ "file:", "file://h/a/b", "file://h/a/b" },
	{ "D:/z", "file:///C:/x", "d:/z" },
	{ "|", "file:///C:/x/y", "file:///C:/x/|" },
	{ "foo:/..//p", NULL, "foo:/.//p" },
	{ "foo:", NULL, "foo:" },
	{ "foo:///p", NULL, "foo:///p" },
	{ "foo://", NULL, "foo://" },
	{ "blob:https://h/x", NULL, "blob:https://h/x" },
};

static const struct {
	const char *url;
	enum url_part part;
	const char *value;
	const char *want;
} sets[] = {
	{ "http://h/p", URL_PROTOCOL, "https:", "https://h/p" },
	{ "http://h/p", URL_PROTOCOL, "foo", "http://h/p" },
	{ "https://h:80/p", URL_PROTOCOL, "http", "http://h/p" },
	{ "http://u@h:1/", URL_PROTOCOL, "file", "http://u@h:1/" },
	{ "http://h/", URL_USERNAME, "a:b@", "http://a%3Ab%40@h/" },
	{ "http://h/", URL_PASSWORD, "x", "http://:x@h/" },
	{ "foo:x", URL_USERNAME, "a", "foo:x" },
	{ "http://h:1/p", URL_HOST, "o:2/x", "http://o:2/p" },
	{ "http://h:1/p", URL_HOST, "o", "http://o:1/p" },
	{ "http://h:1/p", URL_HOST, "", "http://h:1/p" },
	{ "http://h:1/p", URL_HOST, ":9", "http://h:1/p" },
	{ "http://h/p", URL_HOSTNAME, "o:2", "http://h/p" },
	{ "http://h/p", URL_HOSTNAME, "[::2]", "http://[::2]/p" },
	{ "foo://h/p", URL_HOSTNAME, "", "foo:///p" },
	{ "http://h/p", URL_PORT, "8080x", "http://h:8080/p" },
	{ "http://h:1/p", URL_PORT, "", "http://h/p" },
	{ "http://h:1/p", URL_PORT, "80", "http://h/p" },
	{ "http://h:1/p", URL_PORT, "65536", "http://h:1/p" },
	{ "http://h/p", URL_PATHNAME, "a?b#c", "http://h/a%3Fb%23c" },
	{ "foo:x", URL_PATHNAME, "/y", "foo:x" },
	{ "foo://h/p", URL_PATHNAME, "", "foo://h" },
	{ "http://h/p", URL_SEARCH, "?a b", "http://h/p?a%20b" },
	{ "http://h/p?x", URL_SEARCH, "", "http://h/p" },
	{ "http://h/p", URL_HASH, "#a`", "http://h/p#a%60" },
	{ "http://h/p#x", URL_HASH, "", "http://h/p" },
};
/* clang-format on */

/* Parse; also checks that the index leads back to the same record. */
static bool
parse(struct url *u, const char *input, const char *base, struct buf *out)
{
	struct url b, again;
	struct url_index x;
	struct buf copy;
	int r;

	url_init(&b);
	url_init(&again);
	buf_init(&copy);
	buf_consume(out, buf_len(out));
	if (base != NULL)
		assert_int_equal(url_parse(&b, base, strlen(base), NULL), 0);
	r = url_parse(u, input, strlen(input), base != NULL ? &b : NULL);
	if (r == 0) {
		url_write(u, out, &x);
		buf_put_u8(out, 0);
		url_from_index(&again, (const char *)buf_peek(out), &x);
		url_write(&again, &copy, NULL);
		assert_int_equal(buf_len(&copy) + 1, buf_len(out));
		assert_memory_equal(buf_peek(&copy), buf_peek(out),
		    buf_len(&copy));
	}
	url_clear(&b);
	url_clear(&again);
	buf_clear(&copy);
	return r == 0;
}

static void
test_parse(void **state)
{
	struct url u;
	struct buf out;
	size_t i, bad = 0;

	(void)state;
	url_init(&u);
	buf_init(&out);
	for (i = 0; i < NELEMS(rows); i++) {
		bool ok = parse(&u, rows[i].input, rows[i].base, &out);
		const char *got = ok ? (const char *)buf_peek(&out) : NULL;

		if (ok != (rows[i].want != NULL) ||
		    (ok && strcmp(got, rows[i].want) != 0)) {
			print_error("%s against %s: want %s, got %s\n",
			    rows[i].input,
			    rows[i].base != NULL ? rows[i].base : "nothing",
			    rows[i].want != NULL ? rows[i].want : "failure",
			    ok ? got : "failure");
			bad++;
		}
	}
	url_clear(&u);
	buf_clear(&out);
	assert_int_equal(bad, 0);
}

static void
test_set(void **state)
{
	struct url u;
	struct buf out;
	size_t i, bad = 0;

	(void)state;
	url_init(&u);
	buf_init(&out);
	for (i = 0; i < NELEMS(sets); i++) {
		assert_true(parse(&u, sets[i].url, NULL, &out));
		url_set(&u, sets[i].part, sets[i].value, strlen(sets[i].value));
		buf_consume(&out, buf_len(&out));
		url_write(&u, &out, NULL);
		buf_put_u8(&out, 0);
		if (strcmp((const char *)buf_peek(&out), sets[i].want) != 0) {
			print_error("%s, part %d = %s: want %s, got %s\n",
			    sets[i].url, (int)sets[i].part, sets[i].value,
			    sets[i].want, (const char *)buf_peek(&out));
			bad++;
		}
	}
	url_clear(&u);
	buf_clear(&out);
	assert_int_equal(bad, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_parse),
	    cmocka_unit_test(test_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
