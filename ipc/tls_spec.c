/*
 * The TLS side of a socket, as it travels to fronts.
 *
 * Runs in: supervisor, front.
 */
#include "config.h"

#include "ipc/tls_spec.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/xmalloc.h"

static void
put_str(struct buf *b, const struct control_str *s)
{
	buf_put_str(b, s->p, s->len);
}

static struct control_str
get_str(struct rd *r)
{
	struct control_str s;

	s.p = rd_str(r, TLS_SPEC_BYTES_MAX, &s.len);
	return s;
}

void
tls_spec_put(struct buf *b, const struct tls_spec *s)
{
	buf_put_u8(b, (uint8_t)s->min_version);
	buf_put_u8(b, (uint8_t)s->clients);
	put_str(b, &s->ciphers);
	put_str(b, &s->trusted);
	buf_put_u32(b, s->nkeypairs);
	for (uint32_t i = 0; i < s->nkeypairs; i++) {
		put_str(b, &s->keypairs[i].chain);
		put_str(b, &s->keypairs[i].key);
		put_str(b, &s->keypairs[i].ocsp);
	}
}

int
tls_spec_get(const void *p, size_t len, struct tls_spec *out)
{
	struct tls_spec s = {.keypairs = NULL};
	uint8_t version, clients;
	struct rd r;

	rd_init(&r, p, len);
	version = rd_u8(&r);
	clients = rd_u8(&r);
	s.ciphers = get_str(&r);
	s.trusted = get_str(&r);
	s.nkeypairs = rd_u32(&r);
	if (r.bad || version >= TLS_SPEC_VERSIONS ||
	    clients >= TLS_SPEC_CLIENTS_MAX ||
	    s.nkeypairs > TLS_SPEC_KEYPAIRS_MAX)
		return ERR_PROTO;
	s.min_version = (enum tls_spec_version)version;
	s.clients = (enum tls_spec_clients)clients;
	s.keypairs = xcalloc(s.nkeypairs, sizeof *s.keypairs);
	for (uint32_t i = 0; i < s.nkeypairs; i++) {
		s.keypairs[i].chain = get_str(&r);
		s.keypairs[i].key = get_str(&r);
		s.keypairs[i].ocsp = get_str(&r);
	}
	if (rd_end(&r) != 0) {
		tls_spec_clear(&s);
		return ERR_PROTO;
	}
	*out = s;
	return 0;
}

void
tls_spec_clear(struct tls_spec *s)
{
	free(s->keypairs);
	s->keypairs = NULL;
	s->nkeypairs = 0;
}
