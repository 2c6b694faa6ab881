/*
 * What identifies a generation of a worker: a hash of its config and code.
 *
 * Runs in: supervisor.
 */
#include "config.h"

#include "conf/hash.h"

#include <assert.h>
#include <string.h>

#include <sodium.h>

static_assert(CONF_HASH_LEN == crypto_hash_sha256_BYTES, "SHA-256");

/* Every item is preceded by its length, so that no two structs read alike. */
static void
put_bytes(crypto_hash_sha256_state *h, const void *p, size_t len)
{
	uint64_t n = p != NULL ? len : UINT64_MAX;

	crypto_hash_sha256_update(h, (const unsigned char *)&n, sizeof n);
	if (p != NULL && len > 0)
		crypto_hash_sha256_update(h, p, len);
}

static void
put_text(crypto_hash_sha256_state *h, const char *s)
{
	put_bytes(h, s, s != NULL ? strlen(s) : 0);
}

static void
put_number(crypto_hash_sha256_state *h, uint64_t v)
{
	crypto_hash_sha256_update(h, (const unsigned char *)&v, sizeof v);
}

static void
put_texts(crypto_hash_sha256_state *h, const char *const *texts, size_t n)
{
	size_t i;

	put_number(h, n);
	for (i = 0; i < n; i++)
		put_text(h, texts[i]);
}

static void
put_designator(crypto_hash_sha256_state *h, const struct conf_designator *d)
{
	put_text(h, d->service);
	put_text(h, d->entrypoint);
	put_text(h, d->props);
}

static void
put_module(crypto_hash_sha256_state *h, const struct conf_module *m)
{
	put_text(h, m->name);
	put_number(h, m->kind);
	put_bytes(h, m->bytes.data, m->bytes.len);
	put_texts(h, m->named_exports, m->nnamed_exports);
}

static void
put_binding(crypto_hash_sha256_state *h, const struct conf_binding *b)
{
	put_text(h, b->name);
	put_number(h, b->kind);
	put_bytes(h, b->value.data, b->value.len);
	put_designator(h, &b->service);
}

void
hash_worker(struct conf_worker *w)
{
	crypto_hash_sha256_state h;
	size_t i;

	crypto_hash_sha256_init(&h);
	put_text(&h, w->name);
	put_text(&h, w->tenant);
	put_text(&h, w->compatibility_date);
	put_texts(&h, w->compatibility_flags, w->ncompatibility_flags);
	put_number(&h, w->nmodules);
	for (i = 0; i < w->nmodules; i++)
		put_module(&h, &w->modules[i]);
	put_number(&h, w->nbindings);
	for (i = 0; i < w->nbindings; i++)
		put_binding(&h, &w->bindings[i]);
	put_designator(&h, &w->global_outbound);
#define LIMIT(field_, key_, type_, def_, min_, max_, text_)                    \
	put_number(&h, w->limits.field_);
#include "base/worker_limits.def"
	put_number(&h, w->idle_timeout_ms);
	put_number(&h, w->instances);
	crypto_hash_sha256_final(&h, w->hash);
}
