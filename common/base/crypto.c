#include "base/base.h"
#include "base/crypto.h"
#include "base/log.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <sys/random.h>

void random_bytes(void *p, size_t len)
{
	uint8_t *to = p;

	while (len > 0) {
		ssize_t n = getrandom(to, len, 0);

		if (n < 0 && errno != EINTR)
			panic("getrandom: %s", strerror(errno));
		if (n > 0) {
			to += n;
			len -= (size_t)n;
		}
	}
}

/* --- hashes --- */

/* OpenSSL 3 looks an algorithm up by name on each use and allocates twice,
 * which costs more than hashing a row.  So they are fetched once, and each
 * thread keeps one context. */
static EVP_MD *md_sha256, *md_sha1;
static pthread_key_t md_ctx_key;

static void md_ctx_free(void *ctx)
{
	EVP_MD_CTX_free(ctx);
}

static void md_fetch(void)
{
	md_sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	md_sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
	if (md_sha256 == NULL || md_sha1 == NULL)
		panic("OpenSSL offers no SHA-256 or SHA-1: is its default provider off?");
	if (pthread_key_create(&md_ctx_key, md_ctx_free) != 0)
		panic("no room for a key of the threads");
}

static EVP_MD_CTX *md_ctx(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	EVP_MD_CTX *ctx;

	pthread_once(&once, md_fetch);
	ctx = pthread_getspecific(md_ctx_key);
	if (ctx != NULL)
		return ctx;
	ctx = EVP_MD_CTX_new();
	if (ctx == NULL || pthread_setspecific(md_ctx_key, ctx) != 0)
		panic("out of memory: no room for a hash");
	return ctx;
}

static void digest(EVP_MD_CTX *ctx, const EVP_MD *md, const void *p, size_t len, uint8_t *out)
{
	if (EVP_DigestInit_ex2(ctx, md, NULL) != 1 || EVP_DigestUpdate(ctx, p, len) != 1 ||
	    EVP_DigestFinal_ex(ctx, out, NULL) != 1)
		panic("OpenSSL cannot hash %zu bytes", len);
}

void sha256(const void *p, size_t len, uint8_t out[SHA256_LEN])
{
	EVP_MD_CTX *ctx = md_ctx();	/* before md_sha256 is looked at */

	digest(ctx, md_sha256, p, len, out);
}

void sha1(const void *p, size_t len, uint8_t out[20])
{
	EVP_MD_CTX *ctx = md_ctx();

	digest(ctx, md_sha1, p, len, out);
}

/* --- Ed25519 --- */

static EVP_PKEY *secret_key(const uint8_t secret[ED25519_KEY_LEN])
{
	EVP_PKEY *key =
		EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, secret, ED25519_KEY_LEN);

	if (key == NULL)
		panic("OpenSSL cannot use an Ed25519 key");
	return key;
}

void ed25519_new(uint8_t secret[ED25519_KEY_LEN], uint8_t pub[ED25519_KEY_LEN])
{
	random_bytes(secret, ED25519_KEY_LEN);	/* any 32 bytes are a seed */
	ed25519_public(secret, pub);
}

void ed25519_public(const uint8_t secret[ED25519_KEY_LEN], uint8_t pub[ED25519_KEY_LEN])
{
	EVP_PKEY *key = secret_key(secret);
	size_t len = ED25519_KEY_LEN;

	if (EVP_PKEY_get_raw_public_key(key, pub, &len) != 1 || len != ED25519_KEY_LEN)
		panic("OpenSSL cannot derive an Ed25519 public key");
	EVP_PKEY_free(key);
}

void ed25519_sign(const uint8_t secret[ED25519_KEY_LEN], const void *p, size_t len,
		  uint8_t sig[ED25519_SIG_LEN])
{
	EVP_PKEY *key = secret_key(secret);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t sig_len = ED25519_SIG_LEN;

	if (ctx == NULL || EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) != 1 ||
	    EVP_DigestSign(ctx, sig, &sig_len, p, len) != 1 || sig_len != ED25519_SIG_LEN)
		panic("OpenSSL cannot sign %zu bytes", len);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
}

bool ed25519_verify(const uint8_t pub[ED25519_KEY_LEN], const void *p, size_t len,
		    const uint8_t sig[ED25519_SIG_LEN])
{
	EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, pub, ED25519_KEY_LEN);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = key != NULL && ctx != NULL &&
		    EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) == 1 &&
		    EVP_DigestVerify(ctx, sig, ED25519_SIG_LEN, p, len) == 1;

	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return good;
}

bool same_bytes(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}

void wipe(void *p, size_t len)
{
	OPENSSL_cleanse(p, len);
}
