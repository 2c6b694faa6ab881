#ifndef FRONT_CLIENTS_H
#define FRONT_CLIENTS_H

#include <stddef.h>
#include <stdint.h>

/*
 * How many connections each client address has, in this front. IPv6 addresses
 * count by their /64, which is what one subscriber gets. An entry lives as
 * long as one of its connections, so that the table is bounded by the limit
 * of connections.
 */
struct client;
struct clients;
struct sockaddr_storage;

/* Dies where no random number can be had: the table's hash has a secret. */
struct clients *clients_new(void);
void clients_free(struct clients **c);

/*
 * One more connection of SS, of which there may be MAX. Returns 0 with an
 * entry for clients_leave(), NULL where there is no address to count (a Unix
 * socket), or ERR_LIMIT.
 */
int clients_enter(struct clients *c, const struct sockaddr_storage *ss,
    uint64_t max, struct client **client_out);
/* Accepts a pointer to NULL, sets NULL. */
void clients_leave(struct clients *c, struct client **client);

/* Addresses known. */
size_t clients_count(const struct clients *c);

#endif
