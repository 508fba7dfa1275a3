/* Hashes, keys, codings and random bytes, all OpenSSL's and the kernel's. */
#ifndef BASE_CRYPTO_H
#define BASE_CRYPTO_H

#include "base/base.h"
#include "base/buf.h"

#define SHA256_LEN 32
#define ED25519_KEY_LEN 32
#define ED25519_SIG_LEN 64

void random_bytes(void *p, size_t len);		/* getrandom; never fails */

void sha256(const void *p, size_t len, uint8_t out[SHA256_LEN]);
void sha1(const void *p, size_t len, uint8_t out[20]);	/* for UUID v5 and the WebSocket handshake only */

/* RFC 8032.  A secret is the 32-byte seed. */
void ed25519_new(uint8_t secret[ED25519_KEY_LEN], uint8_t pub[ED25519_KEY_LEN]);
void ed25519_public(const uint8_t secret[ED25519_KEY_LEN], uint8_t pub[ED25519_KEY_LEN]);
void ed25519_sign(const uint8_t secret[ED25519_KEY_LEN], const void *p, size_t len, uint8_t sig[ED25519_SIG_LEN]);
bool ed25519_verify(const uint8_t pub[ED25519_KEY_LEN], const void *p, size_t len, const uint8_t sig[ED25519_SIG_LEN]);

/* base64url without padding (RFC 4648, section 5) and lower-case hex. */
void base64url_add(struct buf *out, const void *p, size_t len);
/* Bytes written, or -1 when it is not canonical base64url or out is too small. */
ssize_t base64url_decode(const char *text, size_t len, uint8_t *out, size_t room) MUST_CHECK;
void hex_add(struct buf *out, const void *p, size_t len);
ssize_t hex_decode(const char *text, size_t len, uint8_t *out, size_t room) MUST_CHECK;

bool same_bytes(const void *a, const void *b, size_t len);	/* constant time */
void wipe(void *p, size_t len);					/* not optimised away */

#endif
