/*
 * front/router: which service a request goes to, and tables that lie.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/util.h"
#include "front/router.h"
#include "ipc/control.h"

#define NONE 0xffffffffu

static const struct {
	uint32_t listener;
	const char *host;
	const char *path;
	uint32_t service;
} routes[] = {
    {1, "exact.example", "/one", 10},
    {1, "Exact.Example", "/api/*", 11},
    {1, "exact.example", "", 12},
    {1, "*.wild.example", "*", 13},
    {1, "[::1]", "*", 14},
    {2, "", "/all/*", 20},
    {2, "exact.example", "*", 21},
};

static struct control_str
str(const char *s)
{
	return (struct control_str){s, strlen(s)};
}

/* Load the table above, cut after LEN bytes if it is not 0. */
static int
load(struct router *r, size_t len, uint32_t *number_out)
{
	struct ipc_msg msg = {0};
	struct buf b;
	int result;

	buf_init(&b);
	control_routes_begin(&b, 5, NELEMS(routes));
	for (size_t i = 0; i < NELEMS(routes); i++) {
		const struct control_route c = {
		    .listener = routes[i].listener,
		    .host = str(routes[i].host),
		    .path = str(routes[i].path),
		    .service = routes[i].service,
		};

		control_routes_add(&b, &c);
	}
	msg.body = buf_peek(&b);
	msg.len = len == 0 ? buf_len(&b) : len;
	if (len > buf_len(&b)) { /* longer than it should be */
		buf_put_u8(&b, 0);
		msg.body = buf_peek(&b);
		msg.len = buf_len(&b);
	}
	result = router_load(r, &msg, number_out);
	buf_clear(&b);
	return result;
}

static uint32_t
find(const struct router *r, uint32_t listener, const char *host,
    const char *path)
{
	uint32_t service = NONE;
	int result = router_find(r, listener, host, strlen(host), path,
	    strlen(path), &service);

	assert_true(result == 0 || (result == ERR_NOENT && service == NONE));
	return service;
}

static void
test_finds(void **state)
{
	static const struct {
		uint32_t listener;
		const char *host;
		const char *path;
		uint32_t service;
	} cases[] = {
	    {1, "exact.example", "/one", 10},
	    {1, "EXACT.example", "/one", 10},
	    {1, "exact.example:8080", "/one", 10},
	    {1, "exact.example.", "/one", 10},
	    {1, "exact.example.:80", "/one", 10},
	    {1, "exact.example", "/one?a=/api/", 10},
	    {1, "exact.example", "/one/", 12},
	    {1, "exact.example", "/api/x", 11},
	    {1, "exact.example", "/api/", 11},
	    {1, "exact.example", "/api", 12},
	    {1, "exact.example", "/?/api/", 12},
	    {1, "exact.example", "", 12},
	    {1, "exact.example2", "/one", NONE},
	    {1, "an.exact.example", "/one", NONE},
	    {1, "a.wild.example", "/", 13},
	    {1, "a.b.WILD.example:1", "/", 13},
	    {1, "wild.example", "/", NONE},
	    {1, ".wild.example", "/", NONE},
	    {1, "notwild.example", "/", NONE},
	    {1, "[::1]", "/", 14},
	    {1, "[::1]:8080", "/", 14},
	    {1, "[::2]:8080", "/", NONE},
	    {1, "", "/", NONE},
	    {2, "whatever", "/all/x", 20},
	    {2, "", "/all/", 20},
	    {2, "exact.example", "/all/x", 20},
	    {2, "exact.example", "/other", 21},
	    {2, "whatever", "/other", NONE},
	    {3, "exact.example", "/one", NONE},
	};
	struct router *r = router_new();
	uint32_t number = 0;

	(void)state;
	assert_int_equal(find(r, 1, "exact.example", "/one"), NONE);
	assert_int_equal(load(r, 0, &number), 0);
	assert_int_equal(number, 5);
	for (size_t i = 0; i < NELEMS(cases); i++) {
		uint32_t got =
		    find(r, cases[i].listener, cases[i].host, cases[i].path);

		if (got != cases[i].service)
			fail_msg("%u %s %s -> %u, not %u", cases[i].listener,
			    cases[i].host, cases[i].path, got,
			    cases[i].service);
	}
	router_free(&r);
	assert_null(r);
}

/* A table that is cut or too long is refused, and the old one stays. */
static void
test_refuses_broken_tables(void **state)
{
	struct router *r = router_new();
	struct ipc_msg msg = {0};
	uint32_t number = 0, full_len = 8;
	struct buf b;

	(void)state;
	assert_int_equal(load(r, 0, &number), 0);
	for (size_t i = 0; i < NELEMS(routes); i++)
		full_len += (uint32_t)(16 + strlen(routes[i].host) +
				       strlen(routes[i].path));
	number = 0;
	for (size_t len = 1; len < full_len; len++)
		assert_int_equal(load(r, len, &number), ERR_PROTO);
	assert_int_equal(load(r, full_len + 1, &number), ERR_PROTO);
	/* More rows than any message could have. */
	buf_init(&b);
	control_routes_begin(&b, 6, 0xffffffff);
	msg.body = buf_peek(&b);
	msg.len = buf_len(&b);
	assert_int_equal(router_load(r, &msg, &number), ERR_PROTO);
	buf_clear(&b);
	assert_int_equal(number, 0);
	assert_int_equal(find(r, 1, "exact.example", "/one"), 10);
	router_free(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_finds),
	    cmocka_unit_test(test_refuses_broken_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
