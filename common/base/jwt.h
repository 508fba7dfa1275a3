/* JSON Web Tokens (RFC 7519) signed with Ed25519 (RFC 8037): the only
 * algorithm we sign with, and the only one we accept. */
#ifndef BASE_JWT_H
#define BASE_JWT_H

#include "base/crypto.h"
#include "base/err.h"
#include "base/uuid.h"

enum jwt_use { JWT_DEVICE, JWT_USER };

struct jwt {
	enum jwt_use use;		/* "use": "device" | "user" */
	struct uuid tenant;		/* "ten" */
	struct uuid device;		/* "dev": whose key signs */
	int64_t incarnation;		/* "inc" */
	struct uuid user;		/* "sub", JWT_USER only */
	int64_t issued_s;		/* "iat", Unix seconds */
	int64_t expires_s;		/* "exp" */
};

void jwt_sign(const struct jwt *t, const uint8_t secret[ED25519_KEY_LEN], struct buf *out);

/* Reads without believing: the claims, so that the key can be looked up. */
int jwt_read(const char *token, size_t len, struct jwt *t, struct err *err) MUST_CHECK;

/* Signature, then times against now_s, each with slack_s of slack.  -1 with
 * ERR_UNKNOWN_USER and code "token_bad", "token_expired" or "token_early". */
int jwt_verify(const char *token, size_t len, const struct jwt *t, const uint8_t pub[ED25519_KEY_LEN],
	       int64_t now_s, int slack_s, struct err *err) MUST_CHECK;

#endif
