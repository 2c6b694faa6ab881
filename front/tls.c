/*
 * TLS contexts: certificates by name, session tickets, stapled responses, who
 * may connect.
 *
 * Runs in: front; the only process that has private keys in use.
 * Never:   opens a file, writes a key anywhere; renegotiation, compression and
 *          early data are off.
 */
#include "config.h"

#include "front/tls.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/err.h"
#include "base/log.h"
#include "base/pem.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "front/tls_conn.h"
#include "http/chars.h"
#include "ipc/control.h"
#include "ipc/tls_spec.h"

#define NAME_MAX_LEN 255

struct pair {
	struct pem_pair pem;
	uint8_t *ocsp; /* owned; NULL: none */
	size_t ocsp_len;
};

struct name {
	char *text; /* owned: lower case; "*.example.com" for a wildcard */
	size_t pair;
};

struct tls {
	unsigned int nrefs;
	SSL_CTX *ctx;           /* owned */
	BIO_METHOD *bio_method; /* owned */
	struct pair *pairs;     /* owned */
	size_t npairs;
	struct name *names; /* owned; sorted by text, later pairs first */
	size_t nnames;
	const struct control_tickets *tickets; /* held */
};

/* ---- certificates by name ---- */

static int
compare_names(const void *a, const void *b)
{
	const struct name *x = a, *y = b;
	int r = strcmp(x->text, y->text);

	if (r != 0)
		return r;
	return x->pair < y->pair ? 1 : x->pair > y->pair ? -1 : 0;
}

static void
add_name(struct tls *t, const ASN1_STRING *s, size_t pair)
{
	const unsigned char *p = ASN1_STRING_get0_data(s);
	int len = ASN1_STRING_length(s);
	char text[NAME_MAX_LEN + 1];

	if (len <= 0 || len > NAME_MAX_LEN || memchr(p, 0, (size_t)len) != NULL)
		return;
	for (int i = 0; i < len; i++)
		text[i] = (char)chars_lower(p[i]);
	t->names = xreallocarray(t->names, t->nnames + 1, sizeof *t->names);
	t->names[t->nnames].text = xmemdup(text, (size_t)len);
	t->names[t->nnames++].pair = pair;
}

static void
add_common_name(struct tls *t, X509 *cert, size_t pair)
{
	X509_NAME *subject = X509_get_subject_name(cert);
	int i = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);

	if (i >= 0)
		add_name(t,
		    X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, i)),
		    pair);
}

/* The names that the certificate is for. */
static void
add_names(struct tls *t, X509 *cert, size_t pair)
{
	GENERAL_NAMES *list =
	    X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	size_t before = t->nnames;

	for (int i = 0; i < sk_GENERAL_NAME_num(list); i++) {
		const GENERAL_NAME *n = sk_GENERAL_NAME_value(list, i);

		if (n->type == GEN_DNS)
			add_name(t, n->d.dNSName, pair);
	}
	if (t->nnames == before)
		add_common_name(t, cert, pair);
	GENERAL_NAMES_free(list);
}

/* The first row called TEXT, or nnames. */
static size_t
find_name(const struct tls *t, const char *text)
{
	size_t low = 0, high = t->nnames;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(t->names[mid].text, text) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	if (low < t->nnames && strcmp(t->names[low].text, text) == 0)
		return low;
	return t->nnames;
}

/* The name that the client wants, or a wildcard for it. */
static size_t
find_wanted(const struct tls *t, const char *wanted)
{
	char text[NAME_MAX_LEN + 1];
	size_t len = strlen(wanted), i;
	const char *dot;

	if (len > 0 && wanted[len - 1] == '.')
		len--;
	if (len == 0 || len > NAME_MAX_LEN)
		return t->nnames;
	for (i = 0; i < len; i++)
		text[i] = (char)chars_lower((uint8_t)wanted[i]);
	text[len] = '\0';
	i = find_name(t, text);
	dot = strchr(text, '.');
	if (i < t->nnames || dot == NULL || dot == text)
		return i;
	text[dot - text - 1] = '*';
	return find_name(t, dot - 1);
}

static int
use_pair(SSL *ssl, const struct pair *p)
{
	return SSL_use_cert_and_key(ssl, p->pem.leaf, p->pem.key, p->pem.chain,
	    1);
}

/*
 * The client's hello is there: take the certificate for its name. Several for
 * one name differ in the kind of key; of the same kind the first one wins.
 */
static int
on_certificate(SSL *ssl, void *arg)
{
	const struct tls *t = arg;
	const char *wanted = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	size_t i = wanted != NULL ? find_wanted(t, wanted) : t->nnames, first;

	if (i == t->nnames)
		return use_pair(ssl, &t->pairs[0]);
	for (first = i; i < t->nnames &&
			strcmp(t->names[i].text, t->names[first].text) == 0;
	     i++)
		if (use_pair(ssl, &t->pairs[t->names[i].pair]) != 1)
			return 0;
	return 1;
}

static int
on_status_request(SSL *ssl, void *arg)
{
	const struct tls *t = arg;
	X509 *used = SSL_get_certificate(ssl);

	for (size_t i = 0; i < t->npairs; i++) {
		const struct pair *p = &t->pairs[i];
		uint8_t *copy;

		if (p->pem.leaf != used || p->ocsp == NULL)
			continue;
		copy = OPENSSL_memdup(p->ocsp, p->ocsp_len);
		if (copy == NULL)
			break;
		SSL_set_tlsext_status_ocsp_resp(ssl, copy, (long)p->ocsp_len);
		return SSL_TLSEXT_ERR_OK;
	}
	return SSL_TLSEXT_ERR_NOACK;
}

static int
on_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_len,
    const unsigned char *in, unsigned int in_len, void *arg)
{
	static const unsigned char ours[] = "\x02h2\x08http/1.1";
	unsigned char *chosen;

	(void)ssl;
	(void)arg;
	/* A client that speaks neither is told so (RFC 7301 3.2). */
	if (SSL_select_next_proto(&chosen, out_len, ours, sizeof ours - 1, in,
		in_len) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

/* ---- session tickets ---- */

static int
set_ticket_keys(const struct control_ticket_key *k, const uint8_t *iv,
    EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int encrypt)
{
	uint8_t hmac[sizeof k->hmac];
	char digest[] = "SHA256";
	OSSL_PARAM params[3];
	int r;

	memcpy(hmac, k->hmac, sizeof hmac);
	params[0] = OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, hmac,
	    sizeof hmac);
	params[1] =
	    OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0);
	params[2] = OSSL_PARAM_construct_end();
	r = EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), NULL, k->aes, iv,
		encrypt) == 1 &&
	    EVP_MAC_CTX_set_params(mac, params) == 1;
	OPENSSL_cleanse(hmac, sizeof hmac);
	return r;
}

/* As OpenSSL wants it: 0 no ticket, 1 good, 2 good but make another, -1. */
static int
on_ticket(SSL *ssl, unsigned char *name, unsigned char *iv,
    EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int encrypt)
{
	const struct tls *t = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
	const struct control_tickets *tickets = t->tickets;
	size_t i = 0;

	if (tickets->n == 0)
		return 0;
	if (encrypt) {
		memcpy(name, tickets->keys[0].name,
		    sizeof tickets->keys[0].name);
		if (RAND_bytes(iv,
			EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1)
			return -1;
	} else {
		while (i < tickets->n && memcmp(name, tickets->keys[i].name,
					     sizeof tickets->keys[i].name) != 0)
			i++;
		if (i == tickets->n)
			return 0;
	}
	if (!set_ticket_keys(&tickets->keys[i], iv, cipher, mac, encrypt))
		return -1;
	/* In TLS 1.3 a ticket is for one use (RFC 8446, C.4). */
	return i == 0 && SSL_version(ssl) < TLS1_3_VERSION ? 1 : 2;
}

/* ---- clients ---- */

/* Whoever asks for certificates without insisting lets the worker judge. */
static int
accept_any(int ok, X509_STORE_CTX *store)
{
	(void)ok;
	(void)store;
	return 1;
}

static int
set_clients(struct tls *t, const struct tls_spec *spec)
{
	X509_STORE *store = SSL_CTX_get_cert_store(t->ctx);
	STACK_OF(X509) * certs;

	if (spec->clients == TLS_SPEC_CLIENTS_ANY)
		return 0;
	if (pem_read_certs(spec->trusted.p, spec->trusted.len, &certs) != 0)
		return ERR_SYNTAX;
	for (int i = 0; i < sk_X509_num(certs); i++) {
		X509 *cert = sk_X509_value(certs, i);

		/* What was there already is no mistake. */
		(void)X509_STORE_add_cert(store, cert);
		(void)SSL_CTX_add_client_CA(t->ctx, cert);
	}
	sk_X509_pop_free(certs, X509_free);
	ERR_clear_error();
	if (spec->clients == TLS_SPEC_CLIENTS_REQUIRED)
		SSL_CTX_set_verify(t->ctx,
		    SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	else
		SSL_CTX_set_verify(t->ctx, SSL_VERIFY_PEER, accept_any);
	return 0;
}

/*
 * A ticket is good for the socket, and for the rules on clients, that it was
 * made under: it says that the client has shown its certificate.
 */
static int
set_session_context(struct tls *t, const struct tls_spec *spec,
    const char *name)
{
	unsigned char id[EVP_MAX_MD_SIZE];
	const uint8_t clients = (uint8_t)spec->clients;
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	unsigned int len = 0;
	int r = 0;

	if (md == NULL || EVP_DigestInit_ex(md, EVP_sha256(), NULL) != 1 ||
	    EVP_DigestUpdate(md, name, strlen(name) + 1) != 1 ||
	    EVP_DigestUpdate(md, &clients, 1) != 1 ||
	    EVP_DigestUpdate(md, spec->trusted.p, spec->trusted.len) != 1 ||
	    EVP_DigestFinal_ex(md, id, &len) != 1 ||
	    SSL_CTX_set_session_id_context(t->ctx, id,
		MIN(len, SSL_MAX_SID_CTX_LENGTH)) != 1)
		r = ERR_NOMEM;
	EVP_MD_CTX_free(md);
	return r;
}

/* ---- the context ---- */

static int
load_pairs(struct tls *t, const struct tls_spec *spec, const char **why_out)
{
	t->pairs = xcalloc(spec->nkeypairs, sizeof *t->pairs);
	for (uint32_t i = 0; i < spec->nkeypairs; i++) {
		const struct tls_spec_keypair *k = &spec->keypairs[i];
		struct pair *p = &t->pairs[i];

		if (pem_pair_read(k->chain.p, k->chain.len, k->key.p,
			k->key.len, &p->pem, why_out) != 0)
			return ERR_SYNTAX;
		t->npairs++;
		if (k->ocsp.len > 0 && k->ocsp.len <= LONG_MAX) {
			p->ocsp = xmalloc(k->ocsp.len);
			memcpy(p->ocsp, k->ocsp.p, k->ocsp.len);
			p->ocsp_len = k->ocsp.len;
		}
		add_names(t, p->pem.leaf, i);
	}
	qsort(t->names, t->nnames, sizeof *t->names, compare_names);
	if (t->npairs > 0)
		return 0;
	*why_out = "no certificate";
	return ERR_SYNTAX;
}

static int
set_ciphers(struct tls *t, const struct tls_spec *spec)
{
	char *list;
	int r;

	if (spec->ciphers.len == 0)
		return 0;
	list = xmemdup(spec->ciphers.p, spec->ciphers.len);
	r = SSL_CTX_set_cipher_list(t->ctx, list) == 1 ? 0 : ERR_SYNTAX;
	free(list);
	return r;
}

static void
set_options(struct tls *t, const struct tls_spec *spec)
{
	SSL_CTX *ctx = t->ctx;

	(void)SSL_CTX_set_app_data(ctx, t);
	(void)SSL_CTX_set_min_proto_version(ctx,
	    spec->min_version == TLS_SPEC_1_3 ? TLS1_3_VERSION
					      : TLS1_2_VERSION);
	(void)SSL_CTX_set_options(ctx,
	    SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
		SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
	/* An idle connection keeps no buffers. */
	(void)SSL_CTX_set_mode(ctx,
	    SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	(void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	(void)SSL_CTX_set_timeout(ctx, (long)t->tickets->lifetime_s);
	(void)SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, on_ticket);
	(void)SSL_CTX_set_tlsext_status_cb(ctx, on_status_request);
	(void)SSL_CTX_set_tlsext_status_arg(ctx, t);
	SSL_CTX_set_alpn_select_cb(ctx, on_alpn, NULL);
	SSL_CTX_set_cert_cb(ctx, on_certificate, t);
}

static int
build(struct tls *t, const struct tls_spec *spec, const char *name,
    const char **why_out)
{
	if (load_pairs(t, spec, why_out) != 0)
		return ERR_SYNTAX;
	*why_out = "out of memory";
	t->bio_method = tls_conn_bio_method_new();
	t->ctx = SSL_CTX_new(TLS_server_method());
	if (t->ctx == NULL || t->bio_method == NULL)
		return ERR_NOMEM;
	set_options(t, spec);
	*why_out = "the cipher list is not usable";
	if (set_ciphers(t, spec) != 0)
		return ERR_SYNTAX;
	*why_out = "the certificates that sign clients are not usable";
	if (set_clients(t, spec) != 0)
		return ERR_SYNTAX;
	*why_out = "no session context";
	return set_session_context(t, spec, name);
}

void
tls_prepare(void)
{
	if (OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1)
		fatal("OpenSSL does not start");
}

struct tls *
tls_new(const void *spec, size_t len, const char *name,
    const struct control_tickets *tickets, const char **why_out)
{
	struct tls *t;
	struct tls_spec s;
	int r;

	if (tls_spec_get(spec, len, &s) != 0) {
		*why_out = "malformed message";
		return NULL;
	}
	tls_prepare();
	t = xcalloc(1, sizeof *t);
	t->nrefs = 1;
	t->tickets = tickets;
	r = build(t, &s, name, why_out);
	tls_spec_clear(&s);
	ERR_clear_error();
	if (r != 0)
		tls_unref(&t);
	return t;
}

struct tls *
tls_ref(struct tls *t)
{
	t->nrefs++;
	return t;
}

void
tls_unref(struct tls **tls)
{
	struct tls *t = *tls;

	*tls = NULL;
	if (t == NULL || --t->nrefs > 0)
		return;
	SSL_CTX_free(t->ctx);
	BIO_meth_free(t->bio_method);
	for (size_t i = 0; i < t->npairs; i++) {
		pem_pair_clear(&t->pairs[i].pem);
		free(t->pairs[i].ocsp);
	}
	for (size_t i = 0; i < t->nnames; i++)
		free(t->names[i].text);
	free(t->pairs);
	free(t->names);
	free(t);
}

SSL *
tls_open(struct tls *t)
{
	SSL *ssl = SSL_new(t->ctx);

	if (ssl != NULL)
		SSL_set_accept_state(ssl);
	return ssl;
}

BIO_METHOD *
tls_bio_method(struct tls *t)
{
	return t->bio_method;
}
