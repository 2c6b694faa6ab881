#ifndef FRONT_TLS_CONN_H
#define FRONT_TLS_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/ossl.h"

/*
 * TLS on one connection: records in, bytes out, and the other way round. It
 * has no socket: the caller reads and writes.
 */
struct tls;
struct tls_conn;

/*
 * What a call of tls_conn_input() can give beyond the bytes it was given: a
 * record that had been received in part.
 */
#define TLS_CONN_SLACK 17408

enum tls_conn_input {
	TLS_CONN_OPEN,   /* go on */
	TLS_CONN_CLOSED, /* the client said that it sends no more */
	TLS_CONN_FAILED, /* write what is queued, an alert, and close */
};

/* NULL where there is no memory. */
struct tls_conn *tls_conn_new(struct tls *t);
void tls_conn_free(struct tls_conn **tc);

/*
 * Take LEN bytes from the client.
 *
 * dst    room for LEN + TLS_CONN_SLACK bytes
 * n_out  bytes of the client's that were written there
 */
enum tls_conn_input tls_conn_input(struct tls_conn *tc, const uint8_t *data,
    size_t len, uint8_t *dst, size_t *n_out);

/* Queue records of LEN bytes. Returns 0 or ERR_CLOSED. */
int tls_conn_output(struct tls_conn *tc, const uint8_t *data, size_t len);
/* Queue the end: nothing was cut off. */
void tls_conn_shutdown(struct tls_conn *tc);
/* Records to be written; the caller consumes. */
struct buf *tls_conn_queue(struct tls_conn *tc);

bool tls_conn_is_established(const struct tls_conn *tc);
bool tls_conn_is_h2(const struct tls_conn *tc);
/* Why it failed: a text of OpenSSL, or ours. */
const char *tls_conn_failure(const struct tls_conn *tc);

/* "TLSv1.3"; the cipher as Cloudflare spells it. */
const char *tls_conn_version(const struct tls_conn *tc);
const char *tls_conn_cipher(const struct tls_conn *tc);

/*
 * JSON for request.cf: CLIENT ("ip:port"), version, cipher, and what there is
 * to say of the client's certificate. Held until the connection ends.
 */
const char *tls_conn_cf(struct tls_conn *tc, const char *client,
    size_t *len_out);

/* For tls.c: how SSL objects read and write here. Owned by the caller. */
BIO_METHOD *tls_conn_bio_method_new(void);

#endif
