/*
 * Networks: who may speak the PROXY protocol.
 *
 * Runs in: supervisor.
 * Never:   resolves a name.
 */
#include "config.h"

#include "conf/net.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/err.h"
#include "conf/set.h"
#include "conf/source.h"
#include "conf/value.h"

#define MAPPED_BITS 96 /* ::ffff:0:0/96 */

/* "/24" of SIZE bits; an address alone is as long as it can be. */
static bool
read_bits(const char *slash, uint64_t size, uint64_t *out)
{
	*out = size;
	return slash == NULL ||
	       (value_read_count(slash + 1, out) == 0 && *out <= size);
}

/* No bit is set behind the first BITS. */
static bool
is_network(const uint8_t address[16], unsigned int bits)
{
	for (unsigned int i = bits; i < 128; i++)
		if (address[i / 8] & (0x80u >> i % 8))
			return false;
	return true;
}

const char *
net_read(const char *text, struct conf_net *out)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	const char *slash = strchr(text, '/');
	struct conf_net net = {.bits = 0};
	char host[INET6_ADDRSTRLEN];
	uint64_t bits;
	size_t len = slash != NULL ? (size_t)(slash - text) : strlen(text);

	if (strcmp(text, "unix") == 0) {
		net.is_unix = true;
		*out = net;
		return NULL;
	}
	if (len >= sizeof host)
		return "is not a network";
	memcpy(host, text, len);
	host[len] = '\0';
	if (inet_pton(AF_INET, host, net.address + sizeof mapped) == 1) {
		memcpy(net.address, mapped, sizeof mapped);
		if (!read_bits(slash, 32, &bits))
			return "has a bad prefix length; it is 0 to 32";
		bits += MAPPED_BITS;
	} else if (inet_pton(AF_INET6, host, net.address) == 1) {
		if (!read_bits(slash, 128, &bits))
			return "has a bad prefix length; it is 0 to 128";
	} else {
		return "is not a network; write 10.0.0.0/8, 2001:db8::/32 or "
		       "unix";
	}
	net.bits = (uint8_t)bits;
	if (!is_network(net.address, net.bits))
		return "has bits set behind its prefix";
	*out = net;
	return NULL;
}

void
net_add_proxies(struct load *l, struct socket_draft *d, struct words *words)
{
	struct conf_socket *s = &d->socket;
	struct conf_net net;
	struct word word;
	const char *text, *why;
	int r;

	while ((r = words_next(words, &word)) == 0) {
		if (!source_short_text(l, &word, &text))
			continue;
		why = net_read(text, &net);
		if (why != NULL) {
			load_error(l, "\"%s\" %s", text, why);
			continue;
		}
		if (s->nproxies == LOAD_NETS_MAX) {
			load_error(l, "more than %d networks", LOAD_NETS_MAX);
			return;
		}
		net.text = text;
		d->proxies =
		    pool_grow(l->pool, d->proxies, s->nproxies, sizeof net);
		d->proxies[s->nproxies++] = net;
		s->proxies = d->proxies;
	}
	if (r != ERR_NOENT)
		load_error(l, "%s", words->error);
}
