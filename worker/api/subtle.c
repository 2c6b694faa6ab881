/*
 * SubtleCrypto: digests, MACs, ciphers and key derivation.
 *
 * Runs in: worker. All by libcrypto; nothing is kept between two calls, so
 *          no key outlives the script's own copy.
 */
#include "config.h"

#include "worker/api/subtle.h"

#include <string.h>
#include <strings.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>

#include "base/log.h"
#include "base/util.h"

#define TAG_MAX 16
#define BLOCK 16
#define DERIVED_MAX ((size_t)1 << 20)
#define DATA_MAX ((size_t)1 << 30)
/* One call cannot be interrupted: about a second of CPU time at most. */
#define PBKDF2_ROUNDS_MAX 2000000u

void
subtle_warm(void)
{
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG |
				    OPENSSL_INIT_NO_ATEXIT,
		NULL) != 1)
		fatal("libcrypto does not start");
}

void
subtle_seed(duk_context *ctx)
{
	struct api *api = api_from(ctx);

	if (!api->is_seeded && RAND_poll() != 1)
		fatal("libcrypto has no randomness");
	api->is_seeded = true;
}

const EVP_MD *
subtle_hash(const char *name)
{
	static const struct {
		const char *name;
		const EVP_MD *(*get)(void);
	} rows[] = {
	    {"SHA-1", EVP_sha1}, {"SHA-256", EVP_sha256},
	    {"SHA-384", EVP_sha384}, {"SHA-512", EVP_sha512},
	    {"MD5", EVP_md5}, /* not in the standard; workerd has it */
	};

	for (size_t i = 0; i < NELEMS(rows); i++)
		if (strcasecmp(rows[i].name, name) == 0)
			return rows[i].get();
	return NULL;
}

const uint8_t *
subtle_arg(duk_context *ctx, duk_idx_t idx, size_t *len_out)
{
	const uint8_t *p = bytes_get(ctx, idx, len_out);

	if (p == NULL)
		(void)duk_type_error(ctx, "argument %d is not bytes", (int)idx);
	if (*len_out > DATA_MAX)
		(void)duk_range_error(ctx, "too many bytes at once");
	return p;
}

void
subtle_push_bytes(duk_context *ctx, const void *p, size_t len)
{
	void *to = duk_push_fixed_buffer(ctx, len);

	if (len > 0)
		memcpy(to, p, len);
	bytes_to_arraybuffer(ctx);
}

/* [ hash data ] -> [ ArrayBuffer ] */
static duk_ret_t
n_digest(duk_context *ctx)
{
	const EVP_MD *md = subtle_hash(duk_require_string(ctx, 0));
	uint8_t out[EVP_MAX_MD_SIZE];
	unsigned int out_len;
	size_t n;
	const uint8_t *p = subtle_arg(ctx, 1, &n);

	if (md == NULL || EVP_Digest(p, n, out, &out_len, md, NULL) != 1)
		return 0;
	subtle_push_bytes(ctx, out, out_len);
	return 1;
}

/* [ hash key data ] -> [ ArrayBuffer ] */
static duk_ret_t
n_hmac(duk_context *ctx)
{
	const EVP_MD *md = subtle_hash(duk_require_string(ctx, 0));
	uint8_t out[EVP_MAX_MD_SIZE];
	unsigned int out_len;
	size_t key_len, n;
	const uint8_t *key = subtle_arg(ctx, 1, &key_len);
	const uint8_t *p = subtle_arg(ctx, 2, &n);

	if (md == NULL || HMAC(md, key_len > 0 ? key : (const uint8_t *)"",
			      (int)key_len, p, n, out, &out_len) == NULL)
		return 0;
	subtle_push_bytes(ctx, out, out_len);
	return 1;
}

/* One pass of a cipher; the caller has chosen what it is and owns nothing. */
struct cipher {
	const EVP_CIPHER *type;
	bool encrypt;
	const uint8_t *key, *iv, *in, *aad;
	size_t iv_len, in_len, aad_len, tag_len;
	bool is_gcm, is_wrap, no_padding;
	uint8_t *out;
	size_t out_len;
};

static bool
gcm_start(EVP_CIPHER_CTX *c, const struct cipher *p)
{
	int n;

	if (EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_IVLEN, (int)p->iv_len,
		NULL) != 1)
		return false;
	if (EVP_CipherInit_ex(c, NULL, NULL, p->key, p->iv, p->encrypt) != 1)
		return false;
	return p->aad_len == 0 ||
	       EVP_CipherUpdate(c, NULL, &n, p->aad, (int)p->aad_len) == 1;
}

/* Runs P; OUT has room for the input and two blocks. */
static bool
cipher_run(struct cipher *p)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	size_t in_len = p->in_len;
	bool ok = false;
	int n = 0, last = 0;

	if (c == NULL)
		return false;
	if (p->is_wrap)
		EVP_CIPHER_CTX_set_flags(c, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	if (p->is_gcm && !p->encrypt)
		in_len -= p->tag_len;
	if (EVP_CipherInit_ex(c, p->type, NULL, p->is_gcm ? NULL : p->key,
		p->is_gcm ? NULL : p->iv, p->encrypt) != 1)
		goto out;
	if (p->is_gcm && !gcm_start(c, p))
		goto out;
	if (p->no_padding)
		EVP_CIPHER_CTX_set_padding(c, 0);
	if (p->is_gcm && !p->encrypt) {
		uint8_t tag[TAG_MAX];

		memcpy(tag, p->in + in_len, p->tag_len);
		if (EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG,
			(int)p->tag_len, tag) != 1)
			goto out;
	}
	if (in_len > 0 &&
	    EVP_CipherUpdate(c, p->out, &n, p->in, (int)in_len) != 1)
		goto out;
	if (EVP_CipherFinal_ex(c, p->out + n, &last) != 1)
		goto out;
	p->out_len = (size_t)n + (size_t)last;
	if (p->is_gcm && p->encrypt) {
		if (EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG,
			(int)p->tag_len, p->out + p->out_len) != 1)
			goto out;
		p->out_len += p->tag_len;
	}
	ok = true;
out:
	EVP_CIPHER_CTX_free(c);
	ERR_clear_error();
	return ok;
}

static const EVP_CIPHER *
cipher_type(const char *mode, size_t key_len)
{
	static const struct {
		const char *mode;
		const EVP_CIPHER *(*by_len[3])(void); /* 16, 24, 32 bytes */
	} rows[] = {
	    {"gcm", {EVP_aes_128_gcm, EVP_aes_192_gcm, EVP_aes_256_gcm}},
	    {"cbc", {EVP_aes_128_cbc, EVP_aes_192_cbc, EVP_aes_256_cbc}},
	    {"ctr", {EVP_aes_128_ctr, EVP_aes_192_ctr, EVP_aes_256_ctr}},
	    {"kw", {EVP_aes_128_wrap, EVP_aes_192_wrap, EVP_aes_256_wrap}},
	};

	if (key_len != 16 && key_len != 24 && key_len != 32)
		return NULL;
	for (size_t i = 0; i < NELEMS(rows); i++)
		if (strcmp(rows[i].mode, mode) == 0)
			return rows[i].by_len[(key_len - 16) / 8]();
	return NULL;
}

/*
 * AES-CTR where the counter is the last BITS bits of the block: libcrypto
 * counts in all of it, so the data is cut where the counter wraps.
 */
static bool
ctr_run(struct cipher *p, unsigned int bits)
{
	uint8_t block[BLOCK];
	const uint8_t *in = p->in;
	uint8_t *out = p->out;
	uint64_t until_wrap = 0, nblocks = (p->in_len + BLOCK - 1) / BLOCK;
	size_t first, total = p->in_len;

	if (bits < 1 || bits > 128)
		return false;
	if (bits < 64) {
		uint64_t mask = ((uint64_t)1 << bits) - 1, counter = 0;

		for (int i = 8; i < BLOCK; i++)
			counter = counter << 8 | p->iv[i];
		until_wrap = mask + 1 - (counter & mask);
		if (nblocks > mask + 1)
			return false; /* a counter would be used twice */
	}
	if (until_wrap == 0 || nblocks <= until_wrap)
		return cipher_run(p);
	first = (size_t)until_wrap * BLOCK;
	p->in_len = first;
	if (!cipher_run(p))
		return false;
	memcpy(block, p->iv, BLOCK);
	for (unsigned int i = 0; i < bits; i++)
		block[BLOCK - 1 - i / 8] &= (uint8_t) ~(1u << (i % 8));
	p->iv = block;
	p->in = in + first;
	p->in_len = total - first;
	p->out = out + first;
	if (!cipher_run(p))
		return false;
	p->out = out;
	p->out_len = total;
	return true;
}

/*
 * [ mode encrypt key iv data aad number ] -> [ ArrayBuffer ]
 * number: bits of the tag (gcm) or of the counter (ctr)
 */
static duk_ret_t
n_cipher(duk_context *ctx)
{
	const char *mode = duk_require_string(ctx, 0);
	struct cipher c = {.encrypt = duk_to_boolean(ctx, 1) != 0};
	unsigned int number = duk_to_uint32(ctx, 6);
	size_t key_len;
	bool is_ctr = strcmp(mode, "ctr") == 0, ok;

	c.key = subtle_arg(ctx, 2, &key_len);
	c.iv = subtle_arg(ctx, 3, &c.iv_len);
	c.in = subtle_arg(ctx, 4, &c.in_len);
	c.aad = subtle_arg(ctx, 5, &c.aad_len);
	c.type = cipher_type(mode, key_len);
	c.is_gcm = strcmp(mode, "gcm") == 0;
	c.is_wrap = strcmp(mode, "kw") == 0;
	if (c.is_wrap)
		c.iv = NULL;
	else if (!c.is_gcm && c.iv_len != BLOCK)
		return 0;
	if (c.is_gcm) {
		c.tag_len = number / 8;
		if (c.tag_len > TAG_MAX || c.iv_len == 0 ||
		    (!c.encrypt && c.in_len < c.tag_len))
			return 0;
	}
	if (c.type == NULL)
		return 0;
	c.out = duk_push_fixed_buffer(ctx, c.in_len + 2 * BLOCK);
	ok = is_ctr ? ctr_run(&c, number) : cipher_run(&c);
	if (!ok)
		return 0;
	subtle_push_bytes(ctx, c.out, c.out_len);
	OPENSSL_cleanse(c.out, c.in_len + 2 * BLOCK);
	return 1;
}

/* [ hash password salt iterations bytes ] -> [ ArrayBuffer ] */
static duk_ret_t
n_pbkdf2(duk_context *ctx)
{
	const EVP_MD *md = subtle_hash(duk_require_string(ctx, 0));
	unsigned int iterations = duk_to_uint32(ctx, 3);
	size_t n = duk_to_uint32(ctx, 4), pw_len, salt_len;
	const uint8_t *pw = subtle_arg(ctx, 1, &pw_len);
	const uint8_t *salt = subtle_arg(ctx, 2, &salt_len);
	size_t nblocks;
	uint8_t *out;

	if (md == NULL || n > DERIVED_MAX || iterations == 0)
		return 0;
	nblocks = n / (size_t)EVP_MD_get_size(md) + 1;
	if (iterations > PBKDF2_ROUNDS_MAX / nblocks)
		return 0;
	out = duk_push_fixed_buffer(ctx, n);
	if (n > 0 && PKCS5_PBKDF2_HMAC((const char *)pw, (int)pw_len, salt,
			 (int)salt_len, (int)iterations, md, (int)n, out) != 1)
		return 0;
	bytes_to_arraybuffer(ctx);
	return 1;
}

static bool
hkdf(EVP_PKEY_CTX *c, const EVP_MD *md, const uint8_t *const p[3],
    const size_t n[3], uint8_t *out, size_t *out_len)
{
	return EVP_PKEY_derive_init(c) == 1 &&
	       EVP_PKEY_CTX_set_hkdf_md(c, md) == 1 &&
	       EVP_PKEY_CTX_set1_hkdf_key(c, p[0], (int)n[0]) == 1 &&
	       EVP_PKEY_CTX_set1_hkdf_salt(c, p[1], (int)n[1]) == 1 &&
	       EVP_PKEY_CTX_add1_hkdf_info(c, p[2], (int)n[2]) == 1 &&
	       EVP_PKEY_derive(c, out, out_len) == 1;
}

/* [ hash key salt info bytes ] -> [ ArrayBuffer ] */
static duk_ret_t
n_hkdf(duk_context *ctx)
{
	const EVP_MD *md = subtle_hash(duk_require_string(ctx, 0));
	size_t n[3], out_len = duk_to_uint32(ctx, 4);
	const uint8_t *p[3];
	EVP_PKEY_CTX *c;
	uint8_t *out;
	bool ok;

	for (duk_idx_t i = 0; i < 3; i++)
		p[i] = subtle_arg(ctx, i + 1, &n[i]);
	if (md == NULL || out_len > DERIVED_MAX)
		return 0;
	out = duk_push_fixed_buffer(ctx, out_len);
	if (out_len > 0) {
		c = EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, NULL);
		ok = c != NULL && hkdf(c, md, p, n, out, &out_len);
		EVP_PKEY_CTX_free(c);
		ERR_clear_error();
		if (!ok)
			return 0;
	}
	bytes_to_arraybuffer(ctx);
	return 1;
}

/* [ a b ] -> [ boolean ]; both of one length */
static duk_ret_t
n_equal(duk_context *ctx)
{
	size_t n, m;
	const uint8_t *a = subtle_arg(ctx, 0, &n);
	const uint8_t *b = subtle_arg(ctx, 1, &m);

	duk_push_boolean(ctx, n == m && CRYPTO_memcmp(a, b, n) == 0);
	return 1;
}

/* [ bytes ] -> [ ArrayBuffer ]: random */
static duk_ret_t
n_random_bytes(duk_context *ctx)
{
	size_t n = duk_to_uint32(ctx, 0);
	uint8_t *p;

	if (n > DERIVED_MAX)
		return 0;
	subtle_seed(ctx);
	p = duk_push_fixed_buffer(ctx, n);
	if (n > 0 && RAND_bytes(p, (int)n) != 1)
		return 0;
	bytes_to_arraybuffer(ctx);
	return 1;
}

const struct member *
subtle_natives(size_t *n_out)
{
	static const struct member natives[] = {
	    {"digest", M_METHOD, n_digest, NULL, 2, 2, 0},
	    {"hmac", M_METHOD, n_hmac, NULL, 3, 3, 0},
	    {"cipher", M_METHOD, n_cipher, NULL, 7, 7, 0},
	    {"pbkdf2", M_METHOD, n_pbkdf2, NULL, 5, 5, 0},
	    {"hkdf", M_METHOD, n_hkdf, NULL, 5, 5, 0},
	    {"equal", M_METHOD, n_equal, NULL, 2, 2, 0},
	    {"randomBytes", M_METHOD, n_random_bytes, NULL, 1, 1, 0},
	};

	*n_out = NELEMS(natives);
	return natives;
}
