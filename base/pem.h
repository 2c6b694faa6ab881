#ifndef BASE_PEM_H
#define BASE_PEM_H

#include <stddef.h>

#include "base/ossl.h"

#include <openssl/x509.h>

/*
 * Certificates and private keys from PEM text. Whoever links this links
 * libcrypto.
 */
struct pem_pair {
	X509 *leaf;             /* owned */
	STACK_OF(X509) * chain; /* owned: the certificates behind the leaf */
	EVP_PKEY *key;          /* owned */
};

/*
 * Read a chain, the server's certificate first, and its key.
 *
 * out      owned by the caller; release with pem_pair_clear()
 * why_out  set on failure: what is wrong, a literal
 *
 * Returns 0 or ERR_SYNTAX. Never asks for a password.
 */
int pem_pair_read(const void *chain, size_t chain_len, const void *key,
    size_t key_len, struct pem_pair *out, const char **why_out);
void pem_pair_clear(struct pem_pair *p);

/*
 * All certificates of a text, in *OUT: owned by the caller, for
 * OSSL_STACK_OF_X509_free(). Returns 0, or ERR_SYNTAX: none, or a broken one.
 */
int pem_read_certs(const void *text, size_t len, STACK_OF(X509) * *out);

#endif
