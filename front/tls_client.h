#ifndef FRONT_TLS_CLIENT_H
#define FRONT_TLS_CLIENT_H

#include <stddef.h>

#include "base/ossl.h"

/*
 * What a worker is told of a TLS connection: request.cf, with the names that
 * Cloudflare gives its members.
 */

/* The cipher in use, as Cloudflare spells it. */
const char *tls_client_cipher(const SSL *ssl);

/* A JSON object; owned by the caller, free(3). CLIENT is "ip:port" or "". */
char *tls_client_describe(SSL *ssl, const char *client, size_t *len_out);

#endif
