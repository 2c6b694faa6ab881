/*
 * Certificates for the tests of conf/.
 */
#include "config.h"

#include "tests/unit/tls_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/xmalloc.h"

static FILE *
create(const struct conf_tree *tree, const char *name, const char *ending)
{
	char *path = xasprintf("%s/%s%s", tree->dir, name, ending);
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	free(path);
	return f;
}

void
tls_pair_write(const struct conf_tree *tree, const char *name,
    unsigned int bits, long from_s, long to_s)
{
	EVP_PKEY *key = bits > 0 ? EVP_RSA_gen(bits) : EVP_EC_gen("P-256");
	X509 *cert = X509_new();
	X509_NAME *subject = X509_get_subject_name(cert);
	FILE *f;

	assert_non_null(key);
	assert_int_equal(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
			     (const unsigned char *)name, -1, -1, 0),
	    1);
	X509_set_version(cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
	X509_gmtime_adj(X509_getm_notBefore(cert), from_s);
	X509_gmtime_adj(X509_getm_notAfter(cert), to_s);
	X509_set_issuer_name(cert, subject);
	X509_set_pubkey(cert, key);
	assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
	f = create(tree, name, ".key");
	assert_int_equal(PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL,
			     NULL),
	    1);
	fclose(f);
	f = create(tree, name, ".pem");
	assert_int_equal(PEM_write_X509(f, cert), 1);
	fclose(f);
	X509_free(cert);
	EVP_PKEY_free(key);
}
