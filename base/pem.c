/*
 * Certificates and private keys from PEM text.
 *
 * Runs in: supervisor, to check a config; front, to use it.
 * Never:   opens a file, asks for a password.
 */
#include "config.h"

#include "base/pem.h"

#include <limits.h>
#include <stdbool.h>

#include <openssl/pem.h>

#include "base/err.h"

/* Keys with a password are refused: there is nobody to ask. */
static int
no_password(char *buf, int size, int rwflag, void *arg)
{
	(void)buf;
	(void)size;
	(void)rwflag;
	(void)arg;
	return -1;
}

static BIO *
open_text(const void *text, size_t len)
{
	return len == 0 || len > INT_MAX ? NULL
					 : BIO_new_mem_buf(text, (int)len);
}

/* The text ended where another certificate could have begun. */
static bool
is_at_end(void)
{
	unsigned long e = ERR_peek_last_error();

	return ERR_GET_LIB(e) == ERR_LIB_PEM &&
	       ERR_GET_REASON(e) == PEM_R_NO_START_LINE;
}

int
pem_read_certs(const void *text, size_t len, STACK_OF(X509) * *out)
{
	STACK_OF(X509) *list = sk_X509_new_null();
	BIO *bio = open_text(text, len);
	bool good = bio != NULL && list != NULL;
	X509 *cert;

	ERR_clear_error();
	while (good && (cert = PEM_read_bio_X509(bio, NULL, no_password,
			    NULL)) != NULL) {
		if (sk_X509_push(list, cert) == 0) {
			X509_free(cert);
			good = false;
		}
	}
	good = good && is_at_end() && sk_X509_num(list) > 0;
	ERR_clear_error();
	BIO_free(bio);
	if (!good) {
		sk_X509_pop_free(list, X509_free);
		return ERR_SYNTAX;
	}
	*out = list;
	return 0;
}

static EVP_PKEY *
read_key(const void *text, size_t len)
{
	BIO *bio = open_text(text, len);
	EVP_PKEY *key = NULL;

	if (bio != NULL)
		key = PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
	BIO_free(bio);
	return key;
}

int
pem_pair_read(const void *chain, size_t chain_len, const void *key,
    size_t key_len, struct pem_pair *out, const char **why_out)
{
	struct pem_pair p = {NULL, NULL, NULL};
	const char *why = NULL;

	if (pem_read_certs(chain, chain_len, &p.chain) != 0) {
		why = "the certificate chain is not PEM text of certificates";
	} else {
		p.leaf = sk_X509_shift(p.chain);
		p.key = read_key(key, key_len);
		if (p.key == NULL)
			why = "the private key is not PEM text of a key "
			      "without a password";
		else if (X509_check_private_key(p.leaf, p.key) != 1)
			why = "the private key does not belong to the first "
			      "certificate of the chain";
	}
	ERR_clear_error();
	if (why != NULL) {
		pem_pair_clear(&p);
		*why_out = why;
		return ERR_SYNTAX;
	}
	*out = p;
	return 0;
}

void
pem_pair_clear(struct pem_pair *p)
{
	X509_free(p->leaf);
	sk_X509_pop_free(p->chain, X509_free);
	EVP_PKEY_free(p->key);
	p->leaf = NULL;
	p->chain = NULL;
	p->key = NULL;
}
