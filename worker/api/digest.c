/*
 * Digests piece by piece, by libcrypto.
 *
 * Runs in: workers. A digest begun is an object of the heap; its context is
 * freed with it, or when the digest is done.
 */
#include "config.h"

#include "worker/api/digest.h"

#include <openssl/evp.h>

#include "worker/api/subtle.h"

#define KEY HID("digest")

/* [ ... object ] -> the same; NULL when it is done or was never begun */
static EVP_MD_CTX *
context_of(duk_context *ctx, duk_idx_t idx)
{
	EVP_MD_CTX *c;

	duk_get_prop_literal(ctx, idx, KEY);
	c = duk_get_pointer(ctx, -1);
	duk_pop(ctx);
	return c;
}

static void
context_set(duk_context *ctx, duk_idx_t idx, EVP_MD_CTX *c)
{
	idx = duk_normalize_index(ctx, idx);
	duk_push_pointer(ctx, c);
	duk_put_prop_literal(ctx, idx, KEY);
}

/* [ object ] -> [ ] */
static duk_ret_t
digest_free(duk_context *ctx)
{
	EVP_MD_CTX *c = context_of(ctx, 0);

	context_set(ctx, 0, NULL);
	EVP_MD_CTX_free(c);
	return 0;
}

/* [ hash ] -> [ object ], undefined for an unknown one */
static duk_ret_t
digest_new(duk_context *ctx)
{
	const EVP_MD *md = subtle_hash(duk_require_string(ctx, 0));
	EVP_MD_CTX *c;

	if (md == NULL)
		return 0;
	duk_push_bare_object(ctx);
	context_set(ctx, -1, NULL); /* the slot is there before the pointer */
	duk_push_c_function(ctx, digest_free, 1);
	duk_set_finalizer(ctx, -2);
	c = EVP_MD_CTX_new();
	if (c == NULL || EVP_DigestInit_ex(c, md, NULL) != 1) {
		EVP_MD_CTX_free(c);
		return duk_generic_error(ctx, "digest: out of memory");
	}
	context_set(ctx, -1, c);
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
