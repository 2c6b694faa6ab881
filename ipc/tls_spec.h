#ifndef IPC_TLS_SPEC_H
#define IPC_TLS_SPEC_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "ipc/control.h"

/*
 * What a front needs to speak TLS on a socket: certificates, keys, options.
 * Encoded by the supervisor into the memory file of LISTENER_TLS, decoded by
 * the front. It holds private keys: whoever has its bytes wipes them.
 */
#define TLS_SPEC_BYTES_MAX (16u << 20)
#define TLS_SPEC_KEYPAIRS_MAX 1024

enum tls_spec_version { TLS_SPEC_1_2, TLS_SPEC_1_3, TLS_SPEC_VERSIONS };

enum tls_spec_clients {
	TLS_SPEC_CLIENTS_ANY,      /* are not asked for a certificate */
	TLS_SPEC_CLIENTS_OPTIONAL, /* are asked, the worker sees the result */
	TLS_SPEC_CLIENTS_REQUIRED, /* need a good one */
	TLS_SPEC_CLIENTS_MAX
};

struct tls_spec_keypair {
	struct control_str chain; /* PEM, the server's certificate first */
	struct control_str key;   /* PEM */
	struct control_str ocsp;  /* DER of an OCSP response, or empty */
};

struct tls_spec {
	enum tls_spec_version min_version;
	enum tls_spec_clients clients;
	struct control_str ciphers;        /* empty: the default */
	struct control_str trusted;        /* PEM: who signs clients */
	struct tls_spec_keypair *keypairs; /* owned by the spec */
	uint32_t nkeypairs;
};

void tls_spec_put(struct buf *b, const struct tls_spec *s);

/*
 * Decode. Strings borrow from P, which must outlive the spec; the array is
 * owned by it, release with tls_spec_clear(). Returns 0 or ERR_PROTO.
 */
int tls_spec_get(const void *p, size_t len, struct tls_spec *out);
void tls_spec_clear(struct tls_spec *s);

#endif
