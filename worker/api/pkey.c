/*
 * SubtleCrypto: key pairs of RSA, elliptic curves, Ed25519 and X25519.
 *
 * Runs in: worker. A key lives in the script as DER (PKCS #8 or SPKI) and is
 *          decoded for each use; the script checks algorithms and usages.
 */
#include "config.h"

#include "worker/api/subtle.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/util.h"
#include "worker/engine/engine.h"

#define RSA_BITS_MIN 512
#define RSA_BITS_MAX 4096  /* of a generated key */
#define COMPONENT_MAX 2048 /* bytes of one number of a key */
#define SIGNATURE_MAX 2048

/* What the script calls a kind, and what libcrypto calls it. */
static const struct kind {
	const char *name;
	const char *type;
	const char *group; /* of an elliptic curve */
	size_t bytes;      /* of a coordinate or a raw key */
} kinds[] = {
    {"RSA", "RSA", NULL, 0},
    {"P-256", "EC", "prime256v1", 32},
    {"P-384", "EC", "secp384r1", 48},
    {"P-521", "EC", "secp521r1", 66},
    {"Ed25519", "ED25519", NULL, 32},
    {"X25519", "X25519", NULL, 32},
};

/* A number of a key: its name in a JWK and in libcrypto. */
static const struct component {
	const char *jwk;
	const char *param;
	bool is_private;
} rsa_components[] = {
    {"n", OSSL_PKEY_PARAM_RSA_N, false},
    {"e", OSSL_PKEY_PARAM_RSA_E, false},
    {"d", OSSL_PKEY_PARAM_RSA_D, true},
    {"p", OSSL_PKEY_PARAM_RSA_FACTOR1, true},
    {"q", OSSL_PKEY_PARAM_RSA_FACTOR2, true},
    {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1, true},
    {"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2, true},
    {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1, true},
};

static const struct kind *
kind_named(const char *name)
{
	for (size_t i = 0; i < NELEMS(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

static const struct kind *
kind_of(EVP_PKEY *key)
{
	char group[32];
	size_t n;

	for (size_t i = 0; i < NELEMS(kinds); i++) {
		if (!EVP_PKEY_is_a(key, kinds[i].type))
			continue;
		if (kinds[i].group == NULL)
			return &kinds[i];
		if (EVP_PKEY_get_group_name(key, group, sizeof group, &n) ==
			1 &&
		    strcmp(group, kinds[i].group) == 0)
			return &kinds[i];
	}
	return NULL;
}

/* The key at IDX; NULL if it is malformed. Owned by the caller. */
static EVP_PKEY *
get_key(duk_context *ctx, duk_idx_t idx, bool is_private)
{
	size_t n;
	const uint8_t *p = subtle_arg(ctx, idx, &n), *start = p;
	EVP_PKEY *key = is_private ? d2i_AutoPrivateKey(NULL, &p, (long)n)
				   : d2i_PUBKEY(NULL, &p, (long)n);

	if (key != NULL && (p != start + n || kind_of(key) == NULL)) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	ERR_clear_error();
	return key;
}

/* DER of KEY; nothing of libcrypto's is held while Duktape may throw. */
static bool
push_der(duk_context *ctx, EVP_PKEY *key, bool is_private)
{
	PKCS8_PRIV_KEY_INFO *info = NULL;
	uint8_t *der = NULL, *copy;
	int n;

	if (is_private) {
		info = EVP_PKEY2PKCS8(key);
		n = info != NULL ? i2d_PKCS8_PRIV_KEY_INFO(info, &der) : -1;
		PKCS8_PRIV_KEY_INFO_free(info);
	} else {
		n = i2d_PUBKEY(key, &der);
	}
	if (n <= 0)
		return false;
	copy = duk_push_fixed_buffer(ctx, (duk_size_t)n);
	memcpy(copy, der, (size_t)n);
	OPENSSL_clear_free(der, (size_t)n);
	bytes_to_arraybuffer(ctx);
	return true;
}

/* Looking for primes goes on while the event may. */
static int
on_progress(EVP_PKEY_CTX *c)
{
	struct engine *e = EVP_PKEY_CTX_get_app_data(c);

	return *engine_kill_flag(e) == 0;
}

static EVP_PKEY *
generate(struct engine *engine, const struct kind *k, unsigned int bits,
    const uint8_t *e, size_t e_len)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, k->type, NULL);
	BIGNUM *exponent = NULL;
	EVP_PKEY *key = NULL;

	if (c == NULL || EVP_PKEY_keygen_init(c) != 1)
		goto out;
	EVP_PKEY_CTX_set_app_data(c, engine);
	EVP_PKEY_CTX_set_cb(c, on_progress);
	if (k->group != NULL && EVP_PKEY_CTX_set_group_name(c, k->group) != 1)
		goto out;
	if (strcmp(k->type, "RSA") == 0) {
		exponent = BN_bin2bn(e, (int)e_len, NULL);
		if (exponent == NULL ||
		    EVP_PKEY_CTX_set_rsa_keygen_bits(c, (int)bits) != 1 ||
		    EVP_PKEY_CTX_set1_rsa_keygen_pubexp(c, exponent) != 1)
			goto out;
	}
	if (EVP_PKEY_generate(c, &key) != 1)
		key = NULL;
out:
	BN_free(exponent);
	EVP_PKEY_CTX_free(c);
	ERR_clear_error();
	return key;
}

/* [ kind bits exponent ] -> [ [pkcs8, spki] ] */
static duk_ret_t
n_generate(duk_context *ctx)
{
	const struct kind *k = kind_named(duk_require_string(ctx, 0));
	unsigned int bits = duk_to_uint32(ctx, 1);
	size_t e_len;
	const uint8_t *e = subtle_arg(ctx, 2, &e_len);
	EVP_PKEY *key;
	bool ok;

	if (k == NULL || e_len > 8 ||
	    (strcmp(k->type, "RSA") == 0 &&
		(bits < RSA_BITS_MIN || bits > RSA_BITS_MAX)))
		return 0;
	duk_require_stack(ctx, 8);
	subtle_seed(ctx);
	key = generate(engine_from(ctx), k, bits, e, e_len);
	if (key == NULL)
		return 0;
	duk_push_array(ctx);
	ok = push_der(ctx, key, true);
	if (ok)
		duk_put_prop_index(ctx, -2, 0);
	ok = ok && push_der(ctx, key, false);
	if (ok)
		duk_put_prop_index(ctx, -2, 1);
	EVP_PKEY_free(key);
	return ok ? 1 : 0;
}

static void
put_bytes(duk_context *ctx, const char *name, const void *p, size_t n)
{
	subtle_push_bytes(ctx, p, n);
	duk_put_prop_string(ctx, -2, name);
}

/* Big-endian, padded to WIDTH; 0: as short as it is. */
static void
put_number(duk_context *ctx, EVP_PKEY *key, const char *param, const char *name,
    size_t width)
{
	uint8_t bytes[COMPONENT_MAX];
	BIGNUM *bn = NULL;
	int n = -1;

	if (EVP_PKEY_get_bn_param(key, param, &bn) == 1) {
		n = BN_num_bytes(bn);
		if (width == 0)
			width = (size_t)n;
		n = width <= sizeof bytes ? BN_bn2binpad(bn, bytes, (int)width)
					  : -1;
	}
	BN_clear_free(bn);
	if (n >= 0)
		put_bytes(ctx, name, bytes, (size_t)n);
}

static void
put_okp(duk_context *ctx, EVP_PKEY *key, bool is_private)
{
	uint8_t bytes[64];
	size_t n = sizeof bytes;

	if (EVP_PKEY_get_raw_public_key(key, bytes, &n) == 1)
		put_bytes(ctx, "x", bytes, n);
	n = sizeof bytes;
	if (is_private && EVP_PKEY_get_raw_private_key(key, bytes, &n) == 1)
		put_bytes(ctx, "d", bytes, n);
}

/*
 * [ der private ] -> [ {kind, bits, and the numbers of a JWK} ], undefined if
 * it is not a key of a known kind
 */
static duk_ret_t
n_parts(duk_context *ctx)
{
	bool is_private = duk_to_boolean(ctx, 1) != 0;
	EVP_PKEY *key;
	const struct kind *k;

	duk_require_stack(ctx, 8);
	key = get_key(ctx, 0, is_private);
	if (key == NULL)
		return 0;
	k = kind_of(key);
	duk_push_object(ctx);
	duk_push_string(ctx, k->name);
	duk_put_prop_literal(ctx, -2, "kind");
	duk_push_int(ctx, EVP_PKEY_get_bits(key));
	duk_put_prop_literal(ctx, -2, "bits");
	if (k->group != NULL) {
		put_number(ctx, key, OSSL_PKEY_PARAM_EC_PUB_X, "x", k->bytes);
		put_number(ctx, key, OSSL_PKEY_PARAM_EC_PUB_Y, "y", k->bytes);
		if (is_private)
			put_number(ctx, key, OSSL_PKEY_PARAM_PRIV_KEY, "d",
			    k->bytes);
	} else if (k->bytes > 0) {
		put_okp(ctx, key, is_private);
	} else {
		for (size_t i = 0; i < NELEMS(rsa_components); i++)
			if (is_private || !rsa_components[i].is_private)
				put_number(ctx, key, rsa_components[i].param,
				    rsa_components[i].jwk, 0);
	}
	EVP_PKEY_free(key);
	ERR_clear_error();
	return 1;
}

/* ---- from the numbers of a JWK ---- */

#define NUMBERS_MAX 8

struct numbers {
	OSSL_PARAM_BLD *bld;
	BIGNUM *bn[NUMBERS_MAX]; /* must outlive the builder */
	size_t n;
};

static bool
add_number(duk_context *ctx, struct numbers *s, duk_idx_t parts,
    const char *name, const char *param)
{
	size_t len;
	const uint8_t *p;
	BIGNUM *bn;

	duk_get_prop_string(ctx, parts, name);
	p = bytes_get(ctx, -1, &len);
	if (p == NULL || len > COMPONENT_MAX || s->n == NUMBERS_MAX) {
		duk_pop(ctx);
		return false;
	}
	bn = BN_bin2bn(p, (int)len, NULL);
	duk_pop(ctx);
	if (bn == NULL)
		return false;
	s->bn[s->n++] = bn;
	return OSSL_PARAM_BLD_push_BN(s->bld, param, bn) == 1;
}

static bool
add_rsa(duk_context *ctx, struct numbers *s, duk_idx_t parts, bool is_private)
{
	for (size_t i = 0; i < NELEMS(rsa_components); i++)
		if ((is_private || !rsa_components[i].is_private) &&
		    !add_number(ctx, s, parts, rsa_components[i].jwk,
			rsa_components[i].param))
			return false;
	return true;
}

/*
 * The point of "x" and "y", or "point" as it was compressed, to TO, which has
 * room for both coordinates. Returns its length, or 0.
 */
static size_t
take_point(duk_context *ctx, const struct kind *k, duk_idx_t parts, uint8_t *to)
{
	static const char *const names[] = {"x", "y"};
	const uint8_t *p;
	size_t n, i, len = 1 + k->bytes;

	duk_get_prop_literal(ctx, parts, "point");
	p = bytes_get(ctx, -1, &n);
	if (p != NULL && n == len && (p[0] == 2 || p[0] == 3))
		memcpy(to, p, n);
	else if (p != NULL)
		len = 0;
	duk_pop(ctx);
	if (p != NULL)
		return len;
	to[0] = POINT_CONVERSION_UNCOMPRESSED;
	for (i = 0; i < 2; i++) {
		duk_get_prop_string(ctx, parts, names[i]);
		p = bytes_get(ctx, -1, &n);
		if (p != NULL && n == k->bytes)
			memcpy(to + 1 + i * n, p, n);
		duk_pop(ctx);
		if (p == NULL || n != k->bytes)
			return 0;
	}
	return 1 + 2 * k->bytes;
}

/* POINT has room for both coordinates. */
static bool
add_ec(duk_context *ctx, struct numbers *s, const struct kind *k,
    duk_idx_t parts, bool is_private, uint8_t *point)
{
	size_t len = take_point(ctx, k, parts, point);

	if (len == 0 ||
	    OSSL_PARAM_BLD_push_utf8_string(s->bld, OSSL_PKEY_PARAM_GROUP_NAME,
		k->group, 0) != 1 ||
	    OSSL_PARAM_BLD_push_utf8_string(s->bld,
		OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
		OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED, 0) != 1 ||
	    OSSL_PARAM_BLD_push_octet_string(s->bld, OSSL_PKEY_PARAM_PUB_KEY,
		point, len) != 1)
		return false;
	return !is_private ||
	       add_number(ctx, s, parts, "d", OSSL_PKEY_PARAM_PRIV_KEY);
}

static EVP_PKEY *
from_numbers(duk_context *ctx, const struct kind *k, duk_idx_t parts,
    bool is_private)
{
	struct numbers s = {.bld = OSSL_PARAM_BLD_new()};
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, k->type, NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;
	uint8_t point[1 + 2 * 66];
	bool ok = s.bld != NULL && c != NULL;

	if (ok && k->group != NULL)
		ok = add_ec(ctx, &s, k, parts, is_private, point);
	else if (ok)
		ok = add_rsa(ctx, &s, parts, is_private);
	if (ok && (params = OSSL_PARAM_BLD_to_param(s.bld)) != NULL &&
	    EVP_PKEY_fromdata_init(c) == 1 &&
	    EVP_PKEY_fromdata(c, &key,
		is_private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY,
		params) != 1)
		key = NULL;
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(s.bld);
	EVP_PKEY_CTX_free(c);
	for (size_t i = 0; i < s.n; i++)
		BN_clear_free(s.bn[i]);
	return key;
}

/* A point off its curve, or a private number that is not the public one's. */
static bool
is_sound(EVP_PKEY *key, const struct kind *k, bool is_private)
{
	EVP_PKEY_CTX *c;
	bool ok;

	if (k->group == NULL)
		return true;
	c = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	ok = c != NULL && (is_private ? EVP_PKEY_pairwise_check(c)
				      : EVP_PKEY_public_check(c)) == 1;
	EVP_PKEY_CTX_free(c);
	return ok;
}

static EVP_PKEY *
from_raw(duk_context *ctx, const struct kind *k, duk_idx_t parts,
    bool is_private)
{
	EVP_PKEY *key = NULL;
	const uint8_t *p;
	size_t n;

	duk_get_prop_string(ctx, parts, is_private ? "d" : "x");
	p = bytes_get(ctx, -1, &n);
	if (p != NULL && n == k->bytes)
		key = is_private ? EVP_PKEY_new_raw_private_key_ex(NULL,
				       k->type, NULL, p, n)
				 : EVP_PKEY_new_raw_public_key_ex(NULL, k->type,
				       NULL, p, n);
	duk_pop(ctx);
	return key;
}

/* [ kind parts private ] -> [ der ] */
static duk_ret_t
n_from_parts(duk_context *ctx)
{
	const struct kind *k = kind_named(duk_require_string(ctx, 0));
	bool is_private = duk_to_boolean(ctx, 2) != 0, ok;
	EVP_PKEY *key;

	if (k == NULL || !duk_is_object(ctx, 1))
		return 0;
	duk_require_stack(ctx, 8);
	if (k->group == NULL && k->bytes > 0)
		key = from_raw(ctx, k, 1, is_private);
	else
		key = from_numbers(ctx, k, 1, is_private);
	ok = key != NULL && is_sound(key, k, is_private) &&
	     push_der(ctx, key, is_private);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return ok ? 1 : 0;
}

/* ---- signatures ---- */

/* Padding of an RSA signature; SALT_LEN only for PSS. */
static bool
set_padding(EVP_PKEY_CTX *c, const char *scheme, int salt_len)
{
	if (strcmp(scheme, "PSS") == 0)
		return EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_PSS_PADDING) ==
			   1 &&
		       EVP_PKEY_CTX_set_rsa_pss_saltlen(c, salt_len) == 1;
	if (strcmp(scheme, "PKCS1") == 0)
		return EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_PADDING) == 1;
	return true;
}

/* ECDSA: libcrypto's DER to the r and s of WebCrypto, and back. */
static bool
ecdsa_to_raw(const uint8_t *der, size_t n, size_t width, uint8_t *raw)
{
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)n);
	bool ok =
	    sig != NULL &&
	    BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, (int)width) >= 0 &&
	    BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + width, (int)width) >= 0;

	ECDSA_SIG_free(sig);
	return ok;
}

static size_t
ecdsa_from_raw(const uint8_t *raw, size_t width, uint8_t *der)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(raw, (int)width, NULL);
	BIGNUM *s = BN_bin2bn(raw + width, (int)width, NULL);
	int n = -1;

	if (sig != NULL && r != NULL && s != NULL &&
	    ECDSA_SIG_set0(sig, r, s) == 1) {
		r = s = NULL; /* now the signature's */
		n = i2d_ECDSA_SIG(sig, NULL);
		if (n > 0 && n <= SIGNATURE_MAX)
			n = i2d_ECDSA_SIG(sig, &der);
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(sig);
	return n > 0 ? (size_t)n : 0;
}

struct signing {
	const char *scheme; /* "PKCS1", "PSS", "ECDSA", "EdDSA" */
	const EVP_MD *md;   /* NULL for EdDSA */
	int salt_len;
	const uint8_t *data;
	size_t data_len;
};

static bool
sign(EVP_PKEY *key, const struct signing *s, uint8_t *out, size_t *out_len)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pc;
	bool ok = c != NULL &&
		  EVP_DigestSignInit(c, &pc, s->md, NULL, key) == 1 &&
		  set_padding(pc, s->scheme, s->salt_len) &&
		  EVP_DigestSign(c, out, out_len, s->data, s->data_len) == 1;

	EVP_MD_CTX_free(c);
	return ok;
}

static bool
verify(EVP_PKEY *key, const struct signing *s, const uint8_t *sig, size_t n)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pc;
	bool ok = c != NULL &&
		  EVP_DigestVerifyInit(c, &pc, s->md, NULL, key) == 1 &&
		  set_padding(pc, s->scheme, s->salt_len) &&
		  EVP_DigestVerify(c, sig, n, s->data, s->data_len) == 1;

	EVP_MD_CTX_free(c);
	return ok;
}

/* [ scheme hash der salt data ... ] */
static bool
get_signing(duk_context *ctx, struct signing *s)
{
	s->scheme = duk_require_string(ctx, 0);
	s->md =
	    duk_is_string(ctx, 1) ? subtle_hash(duk_get_string(ctx, 1)) : NULL;
	s->salt_len = duk_to_int(ctx, 3);
	s->data = subtle_arg(ctx, 4, &s->data_len);
	return s->md != NULL || strcmp(s->scheme, "EdDSA") == 0;
}

/* [ scheme hash pkcs8 salt data ] -> [ signature ] */
static duk_ret_t
n_sign(duk_context *ctx)
{
	uint8_t out[SIGNATURE_MAX], raw[2 * 66];
	size_t n = sizeof out;
	struct signing s;
	const struct kind *k;
	EVP_PKEY *key;
	bool ok;

	subtle_seed(ctx);
	if (!get_signing(ctx, &s) || (key = get_key(ctx, 2, true)) == NULL)
		return 0;
	k = kind_of(key);
	ok = (size_t)EVP_PKEY_get_size(key) <= sizeof out &&
	     sign(key, &s, out, &n);
	if (ok && k->group != NULL) {
		ok = ecdsa_to_raw(out, n, k->bytes, raw);
		n = 2 * k->bytes;
	}
	EVP_PKEY_free(key);
	ERR_clear_error();
	if (!ok)
		return 0;
	subtle_push_bytes(ctx, k->group != NULL ? raw : out, n);
	return 1;
}

/* [ scheme hash spki salt data signature ] -> [ boolean ] */
static duk_ret_t
n_verify(duk_context *ctx)
{
	uint8_t der[SIGNATURE_MAX];
	size_t n;
	const uint8_t *sig = subtle_arg(ctx, 5, &n);
	struct signing s;
	const struct kind *k;
	EVP_PKEY *key;
	bool ok = true;

	if (!get_signing(ctx, &s) || (key = get_key(ctx, 2, false)) == NULL)
		return 0;
	k = kind_of(key);
	if (k->group != NULL) {
		ok = n == 2 * k->bytes;
		n = ok ? ecdsa_from_raw(sig, k->bytes, der) : 0;
		sig = der;
	}
	ok = ok && n > 0 && verify(key, &s, sig, n);
	EVP_PKEY_free(key);
	ERR_clear_error();
	duk_push_boolean(ctx, ok);
	return 1;
}

/* ---- RSA-OAEP and key agreement ---- */

static bool
oaep(EVP_PKEY_CTX *c, bool encrypt, const EVP_MD *md, const uint8_t *label,
    size_t label_len)
{
	uint8_t *copy;

	if ((encrypt ? EVP_PKEY_encrypt_init(c) : EVP_PKEY_decrypt_init(c)) !=
		1 ||
	    EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_OAEP_PADDING) != 1 ||
	    EVP_PKEY_CTX_set_rsa_oaep_md(c, md) != 1 ||
	    EVP_PKEY_CTX_set_rsa_mgf1_md(c, md) != 1)
		return false;
	if (label_len == 0)
		return true;
	copy = OPENSSL_memdup(label, label_len);
	if (copy == NULL)
		return false;
	if (EVP_PKEY_CTX_set0_rsa_oaep_label(c, copy, (int)label_len) == 1)
		return true;
	OPENSSL_free(copy);
	return false;
}

/* [ encrypt hash der label data ] -> [ ArrayBuffer ] */
static duk_ret_t
n_oaep(duk_context *ctx)
{
	bool encrypt = duk_to_boolean(ctx, 0) != 0, ok;
	const EVP_MD *md = subtle_hash(duk_require_string(ctx, 1));
	uint8_t out[SIGNATURE_MAX];
	size_t label_len, n, out_len = sizeof out;
	const uint8_t *label = subtle_arg(ctx, 3, &label_len);
	const uint8_t *p = subtle_arg(ctx, 4, &n);
	EVP_PKEY *key;
	EVP_PKEY_CTX *c;

	subtle_seed(ctx);
	key = get_key(ctx, 2, !encrypt);
	if (key == NULL)
		return 0;
	c = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	ok = c != NULL && md != NULL &&
	     (size_t)EVP_PKEY_get_size(key) <= sizeof out &&
	     oaep(c, encrypt, md, label, label_len);
	if (ok && encrypt)
		ok = EVP_PKEY_encrypt(c, out, &out_len, p, n) == 1;
	else if (ok)
		ok = EVP_PKEY_decrypt(c, out, &out_len, p, n) == 1;
	EVP_PKEY_CTX_free(c);
	EVP_PKEY_free(key);
	ERR_clear_error();
	if (!ok)
		return 0;
	subtle_push_bytes(ctx, out, out_len);
	OPENSSL_cleanse(out, sizeof out);
	return 1;
}

/* [ pkcs8 spki ] -> [ shared secret ] */
static duk_ret_t
n_agree(duk_context *ctx)
{
	uint8_t out[128];
	size_t n = sizeof out;
	EVP_PKEY *mine, *theirs;
	EVP_PKEY_CTX *c;
	bool ok;

	(void)subtle_arg(ctx, 0, &n);
	(void)subtle_arg(ctx, 1, &n);
	n = sizeof out;
	subtle_seed(ctx);
	mine = get_key(ctx, 0, true);
	theirs = get_key(ctx, 1, false);
	c = mine != NULL ? EVP_PKEY_CTX_new_from_pkey(NULL, mine, NULL) : NULL;
	ok = c != NULL && theirs != NULL && EVP_PKEY_derive_init(c) == 1 &&
	     EVP_PKEY_derive_set_peer(c, theirs) == 1 &&
	     EVP_PKEY_derive(c, out, &n) == 1;
	EVP_PKEY_CTX_free(c);
	EVP_PKEY_free(mine);
	EVP_PKEY_free(theirs);
	ERR_clear_error();
	if (!ok)
		return 0;
	subtle_push_bytes(ctx, out, n);
	OPENSSL_cleanse(out, sizeof out);
	return 1;
}

const struct member *
pkey_natives(size_t *n_out)
{
	static const struct member natives[] = {
	    {"generate", M_METHOD, n_generate, NULL, 3, 3, 0},
	    {"parts", M_METHOD, n_parts, NULL, 2, 2, 0},
	    {"fromParts", M_METHOD, n_from_parts, NULL, 3, 3, 0},
	    {"sign", M_METHOD, n_sign, NULL, 5, 5, 0},
	    {"verify", M_METHOD, n_verify, NULL, 6, 6, 0},
	    {"oaep", M_METHOD, n_oaep, NULL, 5, 5, 0},
	    {"agree", M_METHOD, n_agree, NULL, 2, 2, 0},
	};

	*n_out = NELEMS(natives);
	return natives;
}
