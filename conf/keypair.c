/*
 * The TLS options of a socket: certificates, keys, who signs clients.
 *
 * Runs in: supervisor. Reading PEM text is reading the config: what a front
 *          would refuse is found here, with its line.
 * Never:   takes a private key from the config's own text, for the text stays
 *          in memory as long as the config.
 */
#include "config.h"

#include "conf/keypair.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/ossl.h"

#include <openssl/ocsp.h>
#include <openssl/ssl.h>

#include "base/err.h"
#include "base/pem.h"
#include "base/util.h"
#include "conf/errors.h"
#include "conf/set.h"
#include "conf/source.h"

#define SYSTEM_CAS "/etc/ssl/certs/ca-certificates.crt"

/* The word is, or decodes, something that is not in the config's text. */
static bool
is_elsewhere(const struct word *word)
{
	while (word->form == WORD_SOURCE && word->source == WORD_BASE64)
		word = word->inner;
	return word->form == WORD_SOURCE;
}

static bool
read_part(struct load *l, const struct word *word, bool is_private_key,
    struct conf_bytes *field)
{
	if (field->data != NULL) {
		load_error(l, "is given twice; remove one");
		return false;
	}
	if (is_private_key && !is_elsewhere(word)) {
		load_error(l, "a private key does not belong into the config; "
			      "write embed(FILE) or credential(NAME)");
		return false;
	}
	return source_bytes(l, word, field);
}

void
keypair_set_part(struct load *l, struct conf_bytes *field, bool is_private_key,
    struct words *words)
{
	struct word word;

	if (set_next_word(l, words, "the text; write embed(FILE)", &word) &&
	    set_end(l, words))
		(void)read_part(l, &word, is_private_key, field);
}

static bool
read_option(struct load *l, struct conf_keypair *k, const char *key,
    const struct word *word)
{
	if (strcmp(key, "privateKey") == 0)
		return read_part(l, word, true, &k->private_key);
	if (strcmp(key, "certificateChain") == 0)
		return read_part(l, word, false, &k->certificate_chain);
	if (strcmp(key, "ocspResponse") == 0)
		return read_part(l, word, false, &k->ocsp_response);
	load_error(l,
	    "option \"%s\" is unknown; there are privateKey, certificateChain "
	    "and ocspResponse",
	    key);
	return false;
}

static void
append(struct load *l, struct socket_draft *d, const struct conf_keypair *k)
{
	struct conf_tls *tls = &d->socket.tls;

	if (tls->nkeypairs == LOAD_KEYPAIRS_MAX) {
		load_error(l, "more than %d keypairs", LOAD_KEYPAIRS_MAX);
		return;
	}
	d->keypairs =
	    pool_grow(l->pool, d->keypairs, tls->nkeypairs, sizeof *k);
	d->keypairs[tls->nkeypairs++] = *k;
	tls->keypairs = d->keypairs;
}

void
keypair_add(struct load *l, struct socket_draft *d, struct words *words)
{
	struct conf_keypair k = {.at = l->at};
	struct word word;
	const char *key;
	int r;

	while ((r = words_next_option(words, &key, &word)) == 0)
		if (!read_option(l, &k, key, &word))
			return;
	if (r != ERR_NOENT) {
		load_error(l,
		    "%s; write privateKey=embed(FILE) "
		    "certificateChain=embed(FILE)",
		    words->error);
		return;
	}
	append(l, d, &k);
}

static bool
check_certificates(struct load *l, const struct conf_bytes *text)
{
	STACK_OF(X509) * certs;

	if (pem_read_certs(text->data, text->len, &certs) != 0) {
		load_error(l, "%s is not PEM text of certificates",
		    text->source);
		return false;
	}
	sk_X509_pop_free(certs, X509_free);
	return true;
}

static void
append_trusted(struct load *l, struct socket_draft *d,
    const struct conf_bytes *text)
{
	struct conf_tls *tls = &d->socket.tls;

	if (tls->ntrusted == LOAD_CERTIFICATES_MAX) {
		load_error(l, "more than %d texts", LOAD_CERTIFICATES_MAX);
		return;
	}
	d->trusted =
	    pool_grow(l->pool, d->trusted, tls->ntrusted, sizeof *text);
	d->trusted[tls->ntrusted++] = *text;
	tls->trusted = d->trusted;
}

void
keypair_add_trusted(struct load *l, struct socket_draft *d, struct words *words)
{
	struct conf_bytes text;
	struct word word;

	if (set_next_word(l, words, "certificates; write embed(FILE)", &word) &&
	    set_end(l, words) && source_bytes(l, &word, &text) &&
	    check_certificates(l, &text))
		append_trusted(l, d, &text);
}

/* ---- do they fit together? ---- */

static int64_t
seconds_of(const ASN1_TIME *t)
{
	struct tm tm;

	return ASN1_TIME_to_tm(t, &tm) == 1 ? (int64_t)timegm(&tm) : 0;
}

/* A response to a client that asks for one: it must at least be one. */
static bool
check_ocsp(struct load *l, const struct conf_bytes *der)
{
	const unsigned char *p = der->data;
	OCSP_RESPONSE *r = NULL;
	bool good;

	if (der->data == NULL)
		return true;
	if (der->len <= LONG_MAX)
		r = d2i_OCSP_RESPONSE(NULL, &p, (long)der->len);
	good = r != NULL && p == der->data + der->len &&
	       OCSP_response_status(r) == OCSP_RESPONSE_STATUS_SUCCESSFUL;
	if (!good)
		load_error(l,
		    "%s is not a successful OCSP response in DER; write what "
		    "\"openssl ocsp -respout\" does",
		    der->source);
	OCSP_RESPONSE_free(r);
	ERR_clear_error();
	return good;
}

static void
check_pair(struct load *l, SSL_CTX *ctx, struct conf_keypair *k)
{
	const struct conf_bytes *chain = &k->certificate_chain;
	const struct conf_bytes *key = &k->private_key;
	const char *why = "out of memory";
	struct pem_pair p = {NULL, NULL, NULL};

	l->at = k->at;
	if (chain->data == NULL || key->data == NULL) {
		load_error(l, "needs %s",
		    key->data == NULL ? "privateKey" : "certificateChain");
		return;
	}
	if (pem_pair_read(chain->data, chain->len, key->data, key->len, &p,
		&why) != 0) {
		load_error(l, "%s with %s: %s", key->source, chain->source,
		    why);
		return;
	}
	/* What the front will do: too short a key ends here. */
	if (SSL_CTX_use_cert_and_key(ctx, p.leaf, p.key, p.chain, 1) != 1) {
		why = ERR_reason_error_string(ERR_peek_last_error());
		load_error(l, "%s cannot be used: %s", chain->source,
		    why != NULL ? why : "no reason given");
	}
	ERR_clear_error();
	k->not_before = seconds_of(X509_get0_notBefore(p.leaf));
	k->not_after = seconds_of(X509_get0_notAfter(p.leaf));
	pem_pair_clear(&p);
	(void)check_ocsp(l, &k->ocsp_response);
}

static void
check_ciphers(struct load *l, SSL_CTX *ctx, const struct conf_socket *s)
{
	l->where = "https.tlsOptions.cipherList";
	if (s->tls.cipher_list != NULL &&
	    SSL_CTX_set_cipher_list(ctx, s->tls.cipher_list) != 1)
		load_error(l, "\"%s\" names no cipher that there is",
		    s->tls.cipher_list);
	ERR_clear_error();
}

static void
add_system_cas(struct load *l, struct socket_draft *d)
{
	struct conf_bytes text = {.source = "embed(" SYSTEM_CAS ")"};

	l->where = "https.tlsOptions.trustBrowserCas";
	if (source_file(l, "trustBrowserCas", SYSTEM_CAS, &text) &&
	    check_certificates(l, &text))
		append_trusted(l, d, &text);
}

static size_t
count_bytes(const struct conf_tls *tls)
{
	size_t n = 0;

	for (size_t i = 0; i < tls->nkeypairs; i++)
		n += tls->keypairs[i].private_key.len +
		     tls->keypairs[i].certificate_chain.len +
		     tls->keypairs[i].ocsp_response.len;
	for (size_t i = 0; i < tls->ntrusted; i++)
		n += tls->trusted[i].len;
	return n;
}

static void
check_clients(struct load *l, struct socket_draft *d)
{
	struct conf_tls *tls = &d->socket.tls;

	if (tls->trust_browser_cas &&
	    (l->options == NULL || !l->options->is_hermetic))
		add_system_cas(l, d);
	l->where = "https.tlsOptions.requireClientCerts";
	if (tls->client_certs != CONF_CLIENT_CERTS_NO && tls->ntrusted == 0)
		load_error(l, "nobody is trusted to sign them; add "
			      "trustedCertificates = embed(FILE)");
}

void
keypair_check(struct load *l, struct socket_draft *d)
{
	struct conf_socket *s = &d->socket;
	struct conf_tls *tls = &s->tls;
	struct conf_at before = l->at;
	SSL_CTX *ctx;

	if (tls->keypair.private_key.data != NULL ||
	    tls->keypair.certificate_chain.data != NULL ||
	    tls->keypair.ocsp_response.data != NULL) {
		tls->keypair.at = s->at;
		l->at = s->at;
		l->where = "https.tlsOptions.keypair";
		if (tls->nkeypairs > 0)
			load_error(l, "is written in parts as well; write one "
				      "line for each keypair");
		append(l, d, &tls->keypair);
	}
	(void)OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	ctx = SSL_CTX_new(TLS_server_method());
	if (ctx == NULL)
		fatal("OpenSSL does not start");
	l->where = "https.tlsOptions.keypair";
	for (size_t i = 0; i < tls->nkeypairs; i++)
		check_pair(l, ctx, &d->keypairs[i]);
	l->at = s->at;
	check_ciphers(l, ctx, s);
	SSL_CTX_free(ctx);
	check_clients(l, d);
	if (count_bytes(tls) > LOAD_TLS_BYTES_MAX)
		load_error(l, "more than %d MB of certificates and keys",
		    LOAD_TLS_BYTES_MAX / (1024 * 1024));
	l->at = before;
	l->where = NULL;
}
