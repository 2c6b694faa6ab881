/*
 * The syntax of hosts: names, IPv4, bracketed literals, ports.
 */
#include "config.h"

#include "http/host.h"

#include <string.h>

#include "http/chars.h"

static bool
port_is_valid(const char *s, size_t len)
{
	unsigned int port = 0;

	if (len > 5 || !chars_all(s, len, CHARS_DIGIT))
		return false;
	for (size_t i = 0; i < len; i++)
		port = port * 10 + (unsigned int)(s[i] - '0');
	return port <= 65535;
}

/* "%" must begin a pct-encoded octet. */
static bool
name_is_valid(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!chars_is((uint8_t)s[i], CHARS_HOST))
			return false;
		if (s[i] != '%')
			continue;
		if (len - i < 3 || !chars_is((uint8_t)s[i + 1], CHARS_HEX) ||
		    !chars_is((uint8_t)s[i + 2], CHARS_HEX))
			return false;
		i += 2;
	}
	return len > 0;
}

bool
host_is_valid(const char *s, size_t len, bool need_port)
{
	const char *colon;
	size_t host_len;

	if (len == 0 || len > HOST_LEN_MAX)
		return false;
	if (s[0] == '[') {
		const char *close = memchr(s, ']', len);

		if (close == NULL || close - s < 3 ||
		    !chars_all(s + 1, (size_t)(close - s) - 1, CHARS_LITERAL))
			return false;
		host_len = (size_t)(close - s) + 1;
		if (host_len < len && s[host_len] != ':')
			return false;
	} else {
		colon = memchr(s, ':', len);
		host_len = colon == NULL ? len : (size_t)(colon - s);
		if (!name_is_valid(s, host_len))
			return false;
	}
	if (host_len == len)
		return !need_port;
	if (host_len + 1 == len)
		return !need_port;
	return port_is_valid(s + host_len + 1, len - host_len - 1);
}
