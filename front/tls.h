#ifndef FRONT_TLS_H
#define FRONT_TLS_H

#include <stddef.h>
#include <stdint.h>

#include "base/ossl.h"

/*
 * The TLS side of a socket: its certificates by name, its options. Replaced as
 * a whole when the supervisor sends another; connections keep the one they
 * began with.
 */
struct control_tickets;
struct tls;

/* Once, before the sandbox: OpenSSL sorts its tables, and asks the system how
 * much memory there is to do so. */
void tls_prepare(void);

/*
 * spec     an encoded struct tls_spec; only read here
 * name     of the socket: sessions of one are not taken by another
 * tickets  held: outlives the result; its keys may change at any time
 * why_out  set on failure: a literal, or OpenSSL's text
 *
 * Returns NULL where the spec cannot be used.
 */
struct tls *tls_new(const void *spec, size_t len, const char *name,
    const struct control_tickets *tickets, const char **why_out);

struct tls *tls_ref(struct tls *t);
void tls_unref(struct tls **t);

/* One end of a connection: the object with its side set, or NULL. */
SSL *tls_open(struct tls *t);
/* What an SSL of T reads from and writes to; see tls_conn.c. */
BIO_METHOD *tls_bio_method(struct tls *t);

#endif
