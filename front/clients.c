/*
 * Connections of each client address.
 *
 * Runs in: front.
 */
#include "config.h"

#include "front/clients.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "base/err.h"
#include "base/log.h"
#include "base/util.h"
#include "base/xmalloc.h"

#define BUCKETS 4096 /* a power of 2 */

struct client {
	LIST_ENTRY(client) link; /* in its bucket */
	uint64_t key[2];
	uint64_t n;
};

struct clients {
	LIST_HEAD(, client) buckets[BUCKETS];
	uint64_t secret[2]; /* so that nobody can fill one bucket */
	size_t count;
};

struct clients *
clients_new(void)
{
	struct clients *c = xcalloc(1, sizeof *c);

	if (getrandom(c->secret, sizeof c->secret, 0) != sizeof c->secret)
		fatal("cannot draw a random number");
	for (size_t i = 0; i < BUCKETS; i++)
		LIST_INIT(&c->buckets[i]);
	return c;
}

void
clients_free(struct clients **clients)
{
	struct clients *c = *clients;

	if (c == NULL)
		return;
	/* Whoever is still counted refers to its entry. */
	ASSERT(c->count == 0);
	free(c);
	*clients = NULL;
}

/* Returns false where there is no address to count. */
static bool
make_key(const struct sockaddr_storage *ss, uint64_t key[2])
{
	struct sockaddr_in6 in6;
	struct sockaddr_in in;

	key[0] = key[1] = 0;
	if (ss->ss_family == AF_INET) {
		memcpy(&in, ss, sizeof in);
		key[0] = in.sin_addr.s_addr;
		key[1] = AF_INET;
		return true;
	}
	if (ss->ss_family != AF_INET6)
		return false;
	memcpy(&in6, ss, sizeof in6);
	if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr)) {
		memcpy(key, &in6.sin6_addr.s6_addr[12], 4);
		key[1] = AF_INET;
	} else {
		memcpy(key, &in6.sin6_addr, 8);
		key[1] = AF_INET6;
	}
	return true;
}

/* Half of a product with a secret factor depends on every bit of the key. */
static size_t
bucket_of(const struct clients *c, const uint64_t key[2])
{
	__uint128_t product = (__uint128_t)(key[0] ^ c->secret[0]) *
			      ((key[1] ^ c->secret[1]) | 1);
	uint64_t mixed = (uint64_t)(product >> 64) ^ (uint64_t)product;

	return (size_t)((mixed ^ mixed >> 32) & (BUCKETS - 1));
}

int
clients_enter(struct clients *c, const struct sockaddr_storage *ss,
    uint64_t max, struct client **client_out)
{
	struct client *e;
	uint64_t key[2];
	size_t i;

	*client_out = NULL;
	if (!make_key(ss, key))
		return 0;
	i = bucket_of(c, key);
	LIST_FOREACH(e, &c->buckets[i], link)
	{
		if (e->key[0] == key[0] && e->key[1] == key[1])
			break;
	}
	if (e != NULL && e->n >= max)
		return ERR_LIMIT;
	if (e == NULL) {
		e = xcalloc(1, sizeof *e);
		memcpy(e->key, key, sizeof e->key);
		LIST_INSERT_HEAD(&c->buckets[i], e, link);
		c->count++;
	}
	e->n++;
	*client_out = e;
	return 0;
}

void
clients_leave(struct clients *c, struct client **client)
{
	struct client *e = *client;

	if (e == NULL)
		return;
	*client = NULL;
	if (--e->n > 0)
		return;
	LIST_REMOVE(e, link);
	c->count--;
	free(e);
}

size_t
clients_count(const struct clients *c)
{
	return c->count;
}
