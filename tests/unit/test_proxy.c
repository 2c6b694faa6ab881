/*
 * http/proxy: headers of the PROXY protocol, whole and split at every byte.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>

#include <cmocka.h>

#include "base/util.h"
#include "http/proxy.h"

#define SIG "\x0d\x0a\x0d\x0a\x00\x0d\x0a\x51\x55\x49\x54\x0a"
#define V2(rest_) SIG rest_, sizeof(SIG rest_) - 1
#define V1(text_) text_, sizeof(text_) - 1
#define A4 "\xc0\x00\x02\x01\xc0\x00\x02\x02\xdc\x04\x01\xbb"
#define A6                                                                     \
	"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"                           \
	"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02\xdc\x04\x01\xbb"
#define X10 "xxxxxxxxxx"
#define X91 X10 X10 X10 X10 X10 X10 X10 X10 X10 "x"

/* WANT NULL: refused; "": says nothing of the client. */
static const struct {
	const char *bytes;
	size_t len;
	const char *want;
	uint16_t port;
} rows[] = {
    {V1("PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n"), "192.0.2.1", 56324},
    {V1("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n"),
	"255.255.255.255", 65535},
    {V1("PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n"), "0.0.0.0", 0},
    {V1("PROXY TCP6 2001:db8::1 ::2 1 2\r\n"), "2001:db8::1", 1},
    {V1("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
	"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n"),
	"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65535},
    {V1("PROXY UNKNOWN\r\n"), "", 0},
    {V1("PROXY UNKNOWN ffff::1 ::2 65535 65535\r\n"), "", 0},
    {V1("PROXY UNKNOWN what ever\r\n"), "", 0},
    {V1("PROXY UNKNOWNX\r\n"), NULL, 0},
    {V1("PROXY \r\n"), NULL, 0},
    {V1("PROXY TCP4\r\n"), NULL, 0},
    {V1("PROXY TCP4 192.0.2.1 192.0.2.2 56324\r\n"), NULL, 0},
    {V1("PROXY TCP4 192.0.2.1 192.0.2.2 56324 443 \r\n"), NULL, 0},
    {V1("PROXY TCP4 192.0.2.1 192.0.2.2 56324 443 1\r\n"), NULL, 0},
    {V1("PROXY TCP4  192.0.2.1 192.0.2.2 56324 443\r\n"), NULL, 0},
    {V1("PROXY TCP4 192.0.2.1\t192.0.2.2 56324 443\r\n"), NULL, 0},
    {V1("PROXY TCP4 192.0.2.256 192.0.2.2 1 2\r\n"), NULL, 0},
    {V1("PROXY TCP4 192.0.2.01 192.0.2.2 1 2\r\n"), NULL, 0},
    {V1("PROXY TCP4 192.0.2.1 192.0.2 1 2\r\n"), NULL, 0},
    {V1("PROXY TCP4 ::1 ::1 1 2\r\n"), NULL, 0},
    {V1("PROXY TCP6 192.0.2.1 192.0.2.2 1 2\r\n"), NULL, 0},
    {V1("PROXY TCP6 ::1%lo ::1 1 2\r\n"), NULL, 0},
    {V1("PROXY TCP4 192.0.2.1 192.0.2.2 65536 1\r\n"), NULL, 0},
    {V1("PROXY TCP4 192.0.2.1 192.0.2.2 1 65536\r\n"), NULL, 0},
    {V1("PROXY TCP4 192.0.2.1 192.0.2.2 01 1\r\n"), NULL, 0},
    {V1("PROXY TCP4 192.0.2.1 192.0.2.2 +1 1\r\n"), NULL, 0},
    {V1("PROXY TCP4 192.0.2.1 192.0.2.2 -1 1\r\n"), NULL, 0},
    {V1("PROXY TCP4 192.0.2.1 192.0.2.2 1 \r\n"), NULL, 0},
    {V1("PROXY TCP4 192.0.2.1 192.0.2.2 100000 1\r\n"), NULL, 0},
    {V1("PROXY TCP4 192.0.2.1\0 192.0.2.2 1 1\r\n"), NULL, 0},
    {V1("PROXY TCP5 192.0.2.1 192.0.2.2 1 1\r\n"), NULL, 0},
    {V1("PROXY tcp4 192.0.2.1 192.0.2.2 1 1\r\n"), NULL, 0},
    {V1("PROXY UDP4 192.0.2.1 192.0.2.2 1 1\r\n"), NULL, 0},
    {V1("PROXY TCP4 192.0.2.1 192.0.2.2 1 1\r1"), NULL, 0},
    {V1("proxy TCP4 192.0.2.1 192.0.2.2 1 1\r\n"), NULL, 0},
    {V1("PROXY  TCP4 192.0.2.1 192.0.2.2 1 1\r\n"), NULL, 0},
    {V1("PROXY UNKNOWN " X91 "\r\n"), "", 0}, /* 107 bytes */
    {V1("PROXY UNKNOWN " X91 "x\r\n"), NULL, 0},
    {V1("GET / HTTP/1.1\r\n"), NULL, 0},
    {V1("\x16\x03\x01"), NULL, 0},
    {V2("\x21\x11\x00\x0c" A4), "192.0.2.1", 56324},
    {V2("\x21\x21\x00\x24" A6), "2001:db8::1", 56324},
    /* TLVs, well made or not, are skipped */
    {V2("\x21\x11\x00\x12" A4 "\x01\x00\x03h2\0"), "192.0.2.1", 56324},
    {V2("\x21\x11\x00\x0f" A4 "\xff\xff\xff"), "192.0.2.1", 56324},
    {V2("\x20\x00\x00\x00"), "", 0},
    {V2("\x20\x11\x00\x0c" A4), "", 0},
    {V2("\x20\x00\x00\x03"
	"abc"),
	"", 0},
    {V2("\x21\x00\x00\x00"), "", 0},
    {V2("\x21\x00\x00\x0c" A4), "", 0},
    {V2("\x21\x11\x00\x0b\xc0\x00\x02\x01\xc0\x00\x02\x02\xdc\x04\x01"), NULL,
	0},
    {V2("\x21\x21\x00\x0c" A4), NULL, 0},
    {V2("\x21\x31\x00\x0c" A4), NULL, 0},
    {V2("\x21\x12\x00\x0c" A4), NULL, 0},
    {V2("\x21\x22\x00\x24" A6), NULL, 0},
    {V2("\x21\x32\x00\x00"), NULL, 0},
    {V2("\x21\x41\x00\x00"), NULL, 0},
    {V2("\x22\x11\x00\x0c" A4), NULL, 0},
    {V2("\x11\x11\x00\x0c" A4), NULL, 0},
    {V2("\x31\x11\x00\x0c" A4), NULL, 0},
    {V2("\x21\x11\x10\x01"), NULL, 0}, /* 4097 bytes */
    {"\x0d\x0a\x0d\x0a\x00\x0d\x0a\x51\x55\x49\x54\x0b", 12, NULL, 0},
};

static void
expect(size_t i, const struct proxy_header *h, size_t used)
{
	char text[INET6_ADDRSTRLEN] = "";

	if (h->family != 0)
		assert_non_null(inet_ntop(h->family == 4 ? AF_INET : AF_INET6,
		    h->ip, text, sizeof text));
	assert_string_equal(text, rows[i].want);
	assert_int_equal(h->port, rows[i].port);
	assert_int_equal(h->used, used);
}

/*
 * Every shorter prefix wants more, or is refused where the whole is; bytes
 * behind the header are not looked at.
 */
static void
test_rows(void **state)
{
	uint8_t bytes[512];

	(void)state;
	for (size_t i = 0; i < NELEMS(rows); i++) {
		struct proxy_header h;
		enum proxy_result r = PROXY_MORE;
		size_t n = 0, len = rows[i].len;

		assert_true(len + 16 < sizeof bytes);
		memcpy(bytes, rows[i].bytes, len);
		memset(bytes + len, 'x', 16);
		while (n <= len && r == PROXY_MORE)
			r = proxy_parse(bytes, n++, &h);
		if (rows[i].want == NULL) {
			if (r != PROXY_BAD)
				fail_msg("row %zu: %d", i, (int)r);
			continue;
		}
		if (r != PROXY_DONE || n - 1 != len)
			fail_msg("row %zu: %d after %zu of %zu", i, (int)r,
			    n - 1, len);
		expect(i, &h, len);
		assert_int_equal(proxy_parse(bytes, len + 16, &h), PROXY_DONE);
		expect(i, &h, len);
	}
}

static void
test_unix_addresses(void **state)
{
	uint8_t bytes[16 + 216] = SIG "\x21\x31\x00\xd8";
	struct proxy_header h;

	(void)state;
	assert_int_equal(proxy_parse(bytes, sizeof bytes - 1, &h), PROXY_MORE);
	assert_int_equal(proxy_parse(bytes, sizeof bytes, &h), PROXY_DONE);
	assert_int_equal(h.family, 0);
	assert_int_equal(h.used, sizeof bytes);
}

static void
test_longest(void **state)
{
	static uint8_t bytes[PROXY_BYTES_MAX] = SIG "\x21\x11\x10\x00" A4;
	struct proxy_header h;

	(void)state;
	assert_int_equal(proxy_parse(bytes, sizeof bytes - 1, &h), PROXY_MORE);
	assert_int_equal(proxy_parse(bytes, sizeof bytes, &h), PROXY_DONE);
	assert_int_equal(h.used, PROXY_BYTES_MAX);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_unix_addresses),
	    cmocka_unit_test(test_longest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
