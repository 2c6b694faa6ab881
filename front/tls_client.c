/*
 * What is known of a TLS client: version, cipher, certificate.
 *
 * Runs in: front. Texts of a certificate are the client's, or those of who
 *          signed it: escaped and cut.
 */
#include "config.h"

#include "front/tls_client.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/util.h"
#include "base/xmalloc.h"

#define TEXT_MAX 1024 /* of one member */

/* Members of cf.tlsClientAuth. */
struct member {
	const char *name;
	void (*put)(struct buf *b, X509 *cert);
};

const char *
tls_client_cipher(const SSL *ssl)
{
	static const char *const names[][2] = {
	    {"TLS_AES_128_GCM_SHA256", "AEAD-AES128-GCM-SHA256"},
	    {"TLS_AES_256_GCM_SHA384", "AEAD-AES256-GCM-SHA384"},
	    {"TLS_CHACHA20_POLY1305_SHA256", "AEAD-CHACHA20-POLY1305-SHA256"},
	};
	const char *name = SSL_get_cipher_name(ssl);

	for (size_t i = 0; i < NELEMS(names); i++)
		if (strcmp(names[i][0], name) == 0)
			return names[i][1];
	return name;
}

static void
put_text(struct buf *b, const char *s)
{
	json_put_escaped(b, s, MIN(strlen(s), TEXT_MAX));
}

static void
put_bio(struct buf *b, BIO *bio)
{
	char *p;
	long n = BIO_get_mem_data(bio, &p);

	if (n > 0)
		json_put_escaped(b, p, MIN((size_t)n, TEXT_MAX));
	BIO_free(bio);
}

static void
put_dn(struct buf *b, const X509_NAME *name, unsigned long flags)
{
	BIO *bio = BIO_new(BIO_s_mem());

	if (bio != NULL)
		(void)X509_NAME_print_ex(bio, name, 0, flags);
	if (bio != NULL)
		put_bio(b, bio);
}

static void
put_hex(struct buf *b, const unsigned char *p, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < MIN(len, TEXT_MAX / 2); i++) {
		buf_put_u8(b, (uint8_t)digits[p[i] >> 4]);
		buf_put_u8(b, (uint8_t)digits[p[i] & 15]);
	}
}

static void
put_subject(struct buf *b, X509 *cert)
{
	put_dn(b, X509_get_subject_name(cert), XN_FLAG_RFC2253);
}

static void
put_issuer(struct buf *b, X509 *cert)
{
	put_dn(b, X509_get_issuer_name(cert), XN_FLAG_RFC2253);
}

static void
put_legacy(struct buf *b, const X509_NAME *name)
{
	char text[TEXT_MAX];

	if (X509_NAME_oneline(name, text, sizeof text) != NULL)
		put_text(b, text);
}

static void
put_subject_legacy(struct buf *b, X509 *cert)
{
	put_legacy(b, X509_get_subject_name(cert));
}

static void
put_issuer_legacy(struct buf *b, X509 *cert)
{
	put_legacy(b, X509_get_issuer_name(cert));
}

static void
put_number(struct buf *b, const ASN1_INTEGER *number)
{
	BIGNUM *n = number == NULL ? NULL : ASN1_INTEGER_to_BN(number, NULL);
	char *hex = n == NULL ? NULL : BN_bn2hex(n);

	if (hex != NULL)
		put_text(b, hex);
	OPENSSL_free(hex);
	BN_free(n);
}

static void
put_serial(struct buf *b, X509 *cert)
{
	put_number(b, X509_get0_serialNumber(cert));
}

static void
put_issuer_serial(struct buf *b, X509 *cert)
{
	put_number(b, X509_get0_authority_serial(cert));
}

static void
put_octets(struct buf *b, const ASN1_OCTET_STRING *s)
{
	if (s != NULL)
		put_hex(b, ASN1_STRING_get0_data(s),
		    (size_t)ASN1_STRING_length(s));
}

static void
put_ski(struct buf *b, X509 *cert)
{
	put_octets(b, X509_get0_subject_key_id(cert));
}

static void
put_issuer_ski(struct buf *b, X509 *cert)
{
	put_octets(b, X509_get0_authority_key_id(cert));
}

static void
put_digest(struct buf *b, X509 *cert, const EVP_MD *md)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int len;

	if (X509_digest(cert, md, digest, &len) == 1)
		put_hex(b, digest, len);
}

static void
put_sha1(struct buf *b, X509 *cert)
{
	put_digest(b, cert, EVP_sha1());
}

static void
put_sha256(struct buf *b, X509 *cert)
{
	put_digest(b, cert, EVP_sha256());
}

static void
put_time(struct buf *b, const ASN1_TIME *t)
{
	BIO *bio = BIO_new(BIO_s_mem());

	if (bio != NULL)
		(void)ASN1_TIME_print(bio, t);
	if (bio != NULL)
		put_bio(b, bio);
}

static void
put_not_before(struct buf *b, X509 *cert)
{
	put_time(b, X509_get0_notBefore(cert));
}

static void
put_not_after(struct buf *b, X509 *cert)
{
	put_time(b, X509_get0_notAfter(cert));
}

static const struct member members[] = {
    {"certIssuerDN", put_issuer},
    {"certSubjectDN", put_subject},
    {"certIssuerDNRFC2253", put_issuer},
    {"certSubjectDNRFC2253", put_subject},
    {"certIssuerDNLegacy", put_issuer_legacy},
    {"certSubjectDNLegacy", put_subject_legacy},
    {"certSerial", put_serial},
    {"certIssuerSerial", put_issuer_serial},
    {"certSKI", put_ski},
    {"certIssuerSKI", put_issuer_ski},
    {"certFingerprintSHA1", put_sha1},
    {"certFingerprintSHA256", put_sha256},
    {"certNotBefore", put_not_before},
    {"certNotAfter", put_not_after},
};

static void
put(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

static void
put_verdict(struct buf *b, SSL *ssl, bool is_presented)
{
	long r = SSL_get_verify_result(ssl);

	put(b, "\",\"certVerified\":\"");
	if (!is_presented) {
		put(b, "NONE");
	} else if (r == X509_V_OK) {
		put(b, "SUCCESS");
	} else {
		put(b, "FAILED:");
		put_text(b, X509_verify_cert_error_string(r));
	}
	put(b, "\",\"certRevoked\":\"0\"");
}

/* All members are there, as they are at Cloudflare: empty without a
 * certificate. */
static void
put_client_auth(struct buf *b, SSL *ssl)
{
	X509 *cert = SSL_get1_peer_certificate(ssl);

	put(b, "\"certPresented\":\"");
	put(b, cert != NULL ? "1" : "0");
	put_verdict(b, ssl, cert != NULL);
	for (size_t i = 0; i < NELEMS(members); i++) {
		put(b, ",\"");
		put(b, members[i].name);
		put(b, "\":\"");
		if (cert != NULL)
			members[i].put(b, cert);
		put(b, "\"");
	}
	X509_free(cert);
}

char *
tls_client_describe(SSL *ssl, const char *client, size_t *len_out)
{
	struct buf b;
	char *text;

	buf_init(&b);
	put(&b, "{\"clientIp\":\"");
	put_text(&b, client);
	put(&b, "\",\"tlsVersion\":\"");
	put_text(&b, SSL_get_version(ssl));
	put(&b, "\",\"tlsCipher\":\"");
	put_text(&b, tls_client_cipher(ssl));
	put(&b, "\"");
	if (SSL_get_verify_mode(ssl) & SSL_VERIFY_PEER) {
		put(&b, ",\"tlsClientAuth\":{");
		put_client_auth(&b, ssl);
		put(&b, "}");
	}
	put(&b, "}");
	*len_out = buf_len(&b);
	text = xmemdup(buf_peek(&b), buf_len(&b));
	buf_clear(&b);
	return text;
}
