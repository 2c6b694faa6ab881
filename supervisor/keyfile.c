/*
 * Memory files with certificates and keys.
 *
 * Runs in: supervisor.
 */
#include "config.h"

#include "supervisor/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "conf/conf.h"
#include "ipc/tls_spec.h"

#define SOON_S (3 * 24 * 60 * 60)
#define FIXED_BYTES 64   /* of a spec without its texts */
#define KEYPAIR_BYTES 16 /* lengths of one keypair's texts */
#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static struct control_str
str_of(const struct conf_bytes *b)
{
	return (struct control_str){
	    b->data != NULL ? (const char *)b->data : "", b->len};
}

static size_t
measure(const struct conf_tls *tls)
{
	size_t n = FIXED_BYTES;

	if (tls->cipher_list != NULL)
		n += strlen(tls->cipher_list);
	for (size_t i = 0; i < tls->ntrusted; i++)
		n += tls->trusted[i].len + 1;
	for (size_t i = 0; i < tls->nkeypairs; i++)
		n += tls->keypairs[i].private_key.len +
		     tls->keypairs[i].certificate_chain.len +
		     tls->keypairs[i].ocsp_response.len + KEYPAIR_BYTES;
	return n;
}

/* All certificates as one text. */
static void
join_trusted(const struct conf_tls *tls, struct buf *out)
{
	for (size_t i = 0; i < tls->ntrusted; i++) {
		buf_put(out, tls->trusted[i].data, tls->trusted[i].len);
		buf_put(out, "\n", 1);
	}
}

/* In one piece of memory from the start: nothing is copied and left behind. */
static void
encode(const struct conf_tls *tls, struct buf *out)
{
	static const enum tls_spec_clients clients[] = {
	    [CONF_CLIENT_CERTS_NO] = TLS_SPEC_CLIENTS_ANY,
	    [CONF_CLIENT_CERTS_OPTIONAL] = TLS_SPEC_CLIENTS_OPTIONAL,
	    [CONF_CLIENT_CERTS_REQUIRED] = TLS_SPEC_CLIENTS_REQUIRED,
	};
	struct tls_spec spec = {
	    .min_version =
		tls->min_version == CONF_TLS_1_3 ? TLS_SPEC_1_3 : TLS_SPEC_1_2,
	    .clients = clients[tls->client_certs],
	    .ciphers = {"", 0},
	    .nkeypairs = (uint32_t)tls->nkeypairs,
	};
	struct buf trusted;

	buf_init(&trusted);
	if (tls->client_certs != CONF_CLIENT_CERTS_NO)
		join_trusted(tls, &trusted);
	spec.trusted.p = (const char *)buf_peek(&trusted);
	spec.trusted.len = buf_len(&trusted);
	if (tls->cipher_list != NULL) {
		spec.ciphers.p = tls->cipher_list;
		spec.ciphers.len = strlen(tls->cipher_list);
	}
	spec.keypairs = xcalloc(tls->nkeypairs, sizeof *spec.keypairs);
	for (size_t i = 0; i < tls->nkeypairs; i++) {
		const struct conf_keypair *k = &tls->keypairs[i];

		spec.keypairs[i].chain = str_of(&k->certificate_chain);
		spec.keypairs[i].key = str_of(&k->private_key);
		spec.keypairs[i].ocsp = str_of(&k->ocsp_response);
	}
	(void)buf_reserve(out, measure(tls));
	tls_spec_put(out, &spec);
	tls_spec_clear(&spec);
	buf_clear(&trusted);
}

static int
write_all(int fd, const uint8_t *p, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return ERR_SYS;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int
keyfile_make(const struct conf_tls *tls, struct keyfile *kf_out)
{
	struct keyfile kf = {.fd = -1};
	struct buf b;
	int r = ERR_SYS;

	buf_init(&b);
	encode(tls, &b);
	ASSERT(buf_len(&b) <= TLS_SPEC_BYTES_MAX);
	kf.len = (uint32_t)buf_len(&b);
	crypto_hash_sha256(kf.hash, buf_peek(&b), buf_len(&b));
	kf.fd = memfd_create("eider-tls", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (kf.fd == -1 || write_all(kf.fd, buf_peek(&b), kf.len) != 0 ||
	    fcntl(kf.fd, F_ADD_SEALS, SEALS) == -1)
		goto out;
	*kf_out = kf;
	kf.fd = -1;
	r = 0;
out:
	fd_close(&kf.fd);
	sodium_memzero(b.data, b.size);
	buf_clear(&b);
	return r;
}

void
keyfile_close(struct keyfile *kf)
{
	fd_close(&kf->fd);
	sodium_memzero(kf->hash, sizeof kf->hash);
}

static void
check_date(const struct conf_keypair *k, int64_t now, int64_t soon,
    void (*warn)(const char *text))
{
	const char *what = NULL;
	int64_t when = k->not_after;
	char day[16] = "?", text[512];
	struct tm tm;

	if (now < k->not_before) {
		what = "is not valid before";
		when = k->not_before;
	} else if (now > k->not_after) {
		what = "has expired on";
	} else if (soon > k->not_after) {
		what = "expires on";
	}
	if (what == NULL)
		return;
	if (gmtime_r(&(time_t){(time_t)when}, &tm) != NULL)
		(void)strftime(day, sizeof day, "%Y-%m-%d", &tm);
	snprintf(text, sizeof text, "%s:%u: the certificate of %s %s %s",
	    k->at.file != NULL ? k->at.file : "config", k->at.line,
	    k->certificate_chain.source, what, day);
	warn(text);
}

void
keyfile_check_dates(const struct conf *conf, void (*warn)(const char *text))
{
	int64_t now = (int64_t)time(NULL);

	for (size_t i = 0; i < conf->nsockets; i++) {
		const struct conf_tls *tls = &conf->sockets[i].tls;

		for (size_t j = 0; j < tls->nkeypairs; j++)
			check_date(&tls->keypairs[j], now, now + SOON_S, warn);
	}
}
