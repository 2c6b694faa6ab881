/*
 * Digests piece by piece, by libcrypto.
 *
 * Runs in: workers. A digest begun is an object of the heap; its context is
 * freed with it, or when the digest is done.
 */
#include "config.h"

#include "worker/api/digest.h"

#include <stdlib.h>

#include <openssl/evp.h>

#include "base/xmalloc.h"
#include "worker/api/core.h"
#include "worker/api/subtle.h"

#define KEY HID("digest")

/* One that has begun; all are in a list, for a finalizer has no memory to run
 * in when the heap is full. */
struct api_digest {
	struct api_digest *prev, *next;
	EVP_MD_CTX *md;
};

static struct api_digest *
digest_of(duk_context *ctx, duk_idx_t idx)
{
	struct api_digest *d;

	duk_get_prop_literal(ctx, idx, KEY);
	d = duk_get_pointer(ctx, -1);
	duk_pop(ctx);
	return d;
}

/* [ ... object ] -> the same; NULL when it is done or was never begun */
static EVP_MD_CTX *
context_of(duk_context *ctx, duk_idx_t idx)
{
	struct api_digest *d = digest_of(ctx, idx);

	return d != NULL ? d->md : NULL;
}

static void
set_digest(duk_context *ctx, duk_idx_t idx, struct api_digest *d)
{
	idx = duk_normalize_index(ctx, idx);
	duk_push_pointer(ctx, d);
	duk_put_prop_literal(ctx, idx, KEY);
}

static void
free_digest(struct api *api, struct api_digest *d)
{
	if (d->prev != NULL)
		d->prev->next = d->next;
	else
		api->digests = d->next;
	if (d->next != NULL)
		d->next->prev = d->prev;
	EVP_MD_CTX_free(d->md);
	free(d);
}

void
digests_free_all(struct api *api)
{
	while (api->digests != NULL)
		free_digest(api, api->digests);
}

/* [ object ] -> [ ] */
static duk_ret_t
digest_free(duk_context *ctx)
{
	struct api *api = api_from(ctx);
	struct api_digest *d = digest_of(ctx, 0);

	if (d == NULL || api == NULL) /* after digests_free_all() */
		return 0;
	set_digest(ctx, 0, NULL);
	free_digest(api, d);
	return 0;
}

/* [ hash ] -> [ object ], undefined for an unknown one */
static duk_ret_t
digest_new(duk_context *ctx)
{
	const EVP_MD *md = subtle_hash(duk_require_string(ctx, 0));
	struct api *api = api_from(ctx);
	struct api_digest *d;

	if (md == NULL)
		return 0;
	duk_push_bare_object(ctx);
	set_digest(ctx, -1, NULL); /* the slot is there before the pointer */
	duk_push_c_function(ctx, digest_free, 1);
	duk_set_finalizer(ctx, -2);
	d = xcalloc(1, sizeof *d);
	d->next = api->digests;
	if (d->next != NULL)
		d->next->prev = d;
	api->digests = d;
	d->md = EVP_MD_CTX_new();
	if (d->md == NULL || EVP_DigestInit_ex(d->md, md, NULL) != 1) {
		free_digest(api, d);
		return duk_generic_error(ctx, "digest: out of memory");
	}
	set_digest(ctx, -1, d);
	return 1;
}

/* [ object bytes ] -> [ ] */
static duk_ret_t
digest_update(duk_context *ctx)
{
	EVP_MD_CTX *c = context_of(ctx, 0);
	size_t n;
	const uint8_t *p = subtle_arg(ctx, 1, &n);

	if (c == NULL || EVP_DigestUpdate(c, p, n) != 1)
		return duk_generic_error(ctx, "digest: it is done already");
	return 0;
}

/* [ object ] -> [ ArrayBuffer ] */
static duk_ret_t
digest_final(duk_context *ctx)
{
	EVP_MD_CTX *c = context_of(ctx, 0);
	uint8_t out[EVP_MAX_MD_SIZE];
	unsigned int n;

	if (c == NULL || EVP_DigestFinal_ex(c, out, &n) != 1)
		return duk_generic_error(ctx, "digest: it is done already");
	digest_free(ctx);
	subtle_push_bytes(ctx, out, n);
	return 1;
}

/* [ hash object ] -> [ object ]: one of the same state */
static duk_ret_t
digest_copy(duk_context *ctx)
{
	EVP_MD_CTX *from = context_of(ctx, 1), *c;

	if (digest_new(ctx) == 0 || from == NULL)
		return duk_generic_error(ctx, "digest: it is done already");
	c = context_of(ctx, -1);
	if (EVP_MD_CTX_copy_ex(c, from) != 1)
		return duk_generic_error(ctx, "digest: out of memory");
	return 1;
}

const struct member *
digest_natives(size_t *n_out)
{
	static const struct member natives[] = {
	    {"digestNew", M_METHOD, digest_new, NULL, 1, 1, 0},
	    {"digestCopy", M_METHOD, digest_copy, NULL, 2, 2, 0},
	    {"digestUpdate", M_METHOD, digest_update, NULL, 2, 2, 0},
	    {"digestFinal", M_METHOD, digest_final, NULL, 1, 1, 0},
	};

	*n_out = NELEMS(natives);
	return natives;
}
