/*
 * TLS on one connection.
 *
 * Runs in: front.
 * Owns:    OpenSSL's state and the records that wait to be written. OpenSSL
 *          reads from the bytes that were just received and writes behind
 *          those that wait: nothing is copied for its sake, and a turn of the
 *          loop ends in one write, however many records it made.
 */
#include "config.h"

#include "front/tls_conn.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "base/err.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "front/tls.h"
#include "front/tls_client.h"

struct tls_conn {
	struct tls *tls;   /* owned reference */
	SSL *ssl;          /* owned */
	const uint8_t *in; /* borrowed while tls_conn_input() runs */
	size_t in_len;
	struct buf out;
	const char *failure; /* NULL: none */
	char *cf;            /* owned; NULL until asked for */
	size_t cf_len;
	bool is_established;
	bool is_h2;
	bool is_shut;
};

/* What is answered to a client that speaks HTTP without TLS. */
static const char plain_http[] = "HTTP/1.1 400 Bad Request\r\n"
				 "content-type: text/plain;charset=UTF-8\r\n"
				 "content-length: 36\r\n"
				 "connection: close\r\n"
				 "\r\n"
				 "This port speaks HTTPS; use https://";

/* ---- OpenSSL's way out ---- */

static int
bio_read(BIO *bio, char *dst, size_t size, size_t *n_out)
{
	struct tls_conn *tc = BIO_get_data(bio);

	BIO_clear_retry_flags(bio);
	if (tc->in_len == 0) {
		BIO_set_retry_read(bio);
		return 0;
	}
	*n_out = MIN(size, tc->in_len);
	memcpy(dst, tc->in, *n_out);
	tc->in += *n_out;
	tc->in_len -= *n_out;
	return 1;
}

static int
bio_write(BIO *bio, const char *src, size_t len, size_t *n_out)
{
	struct tls_conn *tc = BIO_get_data(bio);

	buf_put(&tc->out, src, len);
	*n_out = len;
	return 1;
}

static long
bio_ctrl(BIO *bio, int cmd, long num, void *ptr)
{
	(void)bio;
	(void)num;
	(void)ptr;
	return cmd == BIO_CTRL_FLUSH || cmd == BIO_CTRL_DUP;
}

BIO_METHOD *
tls_conn_bio_method_new(void)
{
	BIO_METHOD *m =
	    BIO_meth_new(BIO_TYPE_SOURCE_SINK | BIO_get_new_index(), "conn");

	if (m != NULL && (BIO_meth_set_read_ex(m, bio_read) != 1 ||
			     BIO_meth_set_write_ex(m, bio_write) != 1 ||
			     BIO_meth_set_ctrl(m, bio_ctrl) != 1)) {
		BIO_meth_free(m);
		m = NULL;
	}
	return m;
}

/* ---- the connection ---- */

struct tls_conn *
tls_conn_new(struct tls *t)
{
	struct tls_conn *tc = xcalloc(1, sizeof *tc);
	BIO *bio = BIO_new(tls_bio_method(t));

	tc->tls = tls_ref(t);
	tc->ssl = tls_open(t);
	if (tc->ssl == NULL || bio == NULL) {
		BIO_free(bio);
		tls_conn_free(&tc);
		return NULL;
	}
	BIO_set_data(bio, tc);
	BIO_set_init(bio, 1);
	SSL_set_bio(tc->ssl, bio, bio);
	return tc;
}

void
tls_conn_free(struct tls_conn **tls_conn)
{
	struct tls_conn *tc = *tls_conn;

	if (tc == NULL)
		return;
	SSL_free(tc->ssl);
	tls_unref(&tc->tls);
	buf_clear(&tc->out);
	free(tc->cf);
	free(tc);
	*tls_conn = NULL;
}

static void
fail(struct tls_conn *tc)
{
	unsigned long e = ERR_peek_last_error();
	const char *reason = ERR_reason_error_string(e);

	if (ERR_GET_LIB(e) == ERR_LIB_SSL &&
	    ERR_GET_REASON(e) == SSL_R_HTTP_REQUEST) {
		buf_consume(&tc->out, buf_len(&tc->out));
		buf_put(&tc->out, plain_http, sizeof plain_http - 1);
	}
	tc->failure = reason != NULL ? reason : "broken record";
	tc->is_shut = true;
	ERR_clear_error();
}

/* A session may outlive the certificate that its client has shown. */
static bool
is_stale(SSL *ssl)
{
	X509 *cert;
	bool stale;

	if (!SSL_session_reused(ssl) ||
	    (SSL_get_verify_mode(ssl) & SSL_VERIFY_PEER) == 0)
		return false;
	cert = SSL_get1_peer_certificate(ssl);
	stale =
	    cert != NULL && X509_cmp_current_time(X509_get0_notAfter(cert)) < 0;
	X509_free(cert);
	return stale;
}

/* Returns false while the handshake is under way. */
static bool
shake_hands(struct tls_conn *tc)
{
	const unsigned char *protocol;
	unsigned int len;
	int r = SSL_accept(tc->ssl);

	if (r != 1) {
		if (SSL_get_error(tc->ssl, r) != SSL_ERROR_WANT_READ)
			fail(tc);
		return false;
	}
	if (is_stale(tc->ssl)) {
		SSL_set_verify_result(tc->ssl, X509_V_ERR_CERT_HAS_EXPIRED);
		if (SSL_get_verify_mode(tc->ssl) &
		    SSL_VERIFY_FAIL_IF_NO_PEER_CERT) {
			fail(tc);
			tc->failure = "client certificate has expired";
			return false;
		}
	}
	SSL_get0_alpn_selected(tc->ssl, &protocol, &len);
	tc->is_h2 = len == 2 && memcmp(protocol, "h2", 2) == 0;
	tc->is_established = true;
	return true;
}

/* Read all there is. Returns false at its end. */
static bool
read_some(struct tls_conn *tc, uint8_t *dst, size_t size, size_t *n_out)
{
	size_t n = 0;
	int r = SSL_read_ex(tc->ssl, dst, size, &n);

	*n_out += n;
	if (r == 1)
		return true;
	switch (SSL_get_error(tc->ssl, r)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_ZERO_RETURN:
		break;
	default:
		fail(tc);
		break;
	}
	return false;
}

enum tls_conn_input
tls_conn_input(struct tls_conn *tc, const uint8_t *data, size_t len,
    uint8_t *dst, size_t *n_out)
{
	size_t size = len + TLS_CONN_SLACK, n = 0;

	*n_out = 0;
	if (tc->failure != NULL)
		return TLS_CONN_FAILED;
	tc->in = data;
	tc->in_len = len;
	ERR_clear_error();
	if (tc->is_established || shake_hands(tc)) {
		while (n < size && read_some(tc, dst + n, size - n, &n))
			continue;
	}
	tc->in = NULL;
	tc->in_len = 0;
	if (tc->failure != NULL)
		return TLS_CONN_FAILED;
	*n_out = n;
	return SSL_get_shutdown(tc->ssl) & SSL_RECEIVED_SHUTDOWN
		   ? TLS_CONN_CLOSED
		   : TLS_CONN_OPEN;
}

int
tls_conn_output(struct tls_conn *tc, const uint8_t *data, size_t len)
{
	size_t n;

	if (tc->is_shut || !tc->is_established)
		return ERR_CLOSED;
	ERR_clear_error();
	if (SSL_write_ex(tc->ssl, data, len, &n) == 1 && n == len)
		return 0;
	fail(tc);
	return ERR_CLOSED;
}

void
tls_conn_shutdown(struct tls_conn *tc)
{
	if (tc->is_shut || !tc->is_established)
		return;
	tc->is_shut = true;
	ERR_clear_error();
	(void)SSL_shutdown(tc->ssl);
	ERR_clear_error();
}

struct buf *
tls_conn_queue(struct tls_conn *tc)
{
	return &tc->out;
}

bool
tls_conn_is_established(const struct tls_conn *tc)
{
	return tc->is_established;
}

bool
tls_conn_is_h2(const struct tls_conn *tc)
{
	return tc->is_h2;
}

const char *
tls_conn_failure(const struct tls_conn *tc)
{
	return tc->failure != NULL ? tc->failure : "?";
}

const char *
tls_conn_version(const struct tls_conn *tc)
{
	return SSL_get_version(tc->ssl);
}

const char *
tls_conn_cipher(const struct tls_conn *tc)
{
	return tls_client_cipher(tc->ssl);
}

const char *
tls_conn_cf(struct tls_conn *tc, const char *client, size_t *len_out)
{
	if (tc->cf == NULL)
		tc->cf = tls_client_describe(tc->ssl, client, &tc->cf_len);
	*len_out = tc->cf_len;
	return tc->cf;
}
