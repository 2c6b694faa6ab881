/*
 * front/clients: who counts as one client, and that nothing is left behind.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/util.h"
#include "front/clients.h"

static struct sockaddr_storage
address(const char *text)
{
	struct sockaddr_storage ss;
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
	struct sockaddr_in in = {.sin_family = AF_INET};

	memset(&ss, 0, sizeof ss);
	ss.ss_family = AF_UNIX;
	if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
		memcpy(&ss, &in, sizeof in);
	else if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1)
		memcpy(&ss, &in6, sizeof in6);
	return ss;
}

static const struct {
	const char *name;
	const char *first;
	const char *second;
	bool is_one;
} rows[] = {
    {"clients: the same IPv4 address -> one", "192.0.2.1", "192.0.2.1", true},
    {"clients: another IPv4 address -> two", "192.0.2.1", "192.0.2.2", false},
    {"clients: one /64 -> one", "2001:db8::1", "2001:db8::ffff:0:0:2", true},
    {"clients: another /64 -> two", "2001:db8::1", "2001:db8:0:1::1", false},
    {"clients: mapped IPv4 -> as IPv4", "192.0.2.1", "::ffff:192.0.2.1", true},
    {"clients: two mapped -> two", "::ffff:192.0.2.1", "::ffff:192.0.2.2",
	false},
    {"clients: IPv4 bytes as IPv6 -> two", "1.2.3.4", "102:304::", false},
    {"clients: Unix sockets -> not counted", "unix", "unix", false},
};

static void
test_rows(void **state)
{
	struct sockaddr_storage a, b;
	struct client *first, *second;
	struct clients *c;
	int r;

	(void)state;
	for (size_t i = 0; i < NELEMS(rows); i++) {
		c = clients_new();
		a = address(rows[i].first);
		b = address(rows[i].second);
		assert_int_equal(clients_enter(c, &a, 1, &first), 0);
		r = clients_enter(c, &b, 1, &second);
		if (r != (rows[i].is_one ? ERR_LIMIT : 0))
			fail_msg("%s: %d", rows[i].name, r);
		clients_leave(c, &first);
		assert_null(first);
		clients_leave(c, &second);
		assert_int_equal(clients_count(c), 0);
		clients_free(&c);
	}
}

static void
test_many(void **state)
{
	static struct client *held[20000];
	struct clients *c = clients_new();
	struct sockaddr_storage ss;
	struct client *none;
	struct sockaddr_in in = {.sin_family = AF_INET};

	(void)state;
	memset(&ss, 0, sizeof ss);
	for (uint32_t i = 0; i < NELEMS(held); i++) {
		in.sin_addr.s_addr = i / 2;
		memcpy(&ss, &in, sizeof in);
		assert_int_equal(clients_enter(c, &ss, 2, &held[i]), 0);
	}
	assert_int_equal(clients_count(c), NELEMS(held) / 2);
	assert_int_equal(clients_enter(c, &ss, 2, &none), ERR_LIMIT);
	assert_null(none);
	/* One leaves: one may come. */
	clients_leave(c, &held[NELEMS(held) - 1]);
	assert_int_equal(clients_enter(c, &ss, 2, &held[NELEMS(held) - 1]), 0);
	for (size_t i = 0; i < NELEMS(held); i++)
		clients_leave(c, &held[i]);
	assert_int_equal(clients_count(c), 0);
	clients_free(&c);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
