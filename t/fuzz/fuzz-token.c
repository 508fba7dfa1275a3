/* Any bytes as what stands behind "Bearer": nobody comes in with it.  Read as a
 * token, a key that did not sign it never verifies it; found among the sessions,
 * there is none.  Signed by us with claims from the bytes, it reads the same. */
#include "base/base.h"
#include "shop.h"

#include "base/jwt.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW_S 1795442709

static void try_foreign(const char *token, size_t len, const uint8_t pub[ED25519_KEY_LEN])
{
	struct err err = { .kind = ERR_NONE };
	struct jwt t;

	if (insist_told(jwt_read(token, len, &t, &err), &err) < 0)
		return;
	insist(insist_told(jwt_verify(token, len, &t, pub, NOW_S, 60, &err), &err) < 0);
}

static int64_t number(const uint8_t *data)
{
	int64_t n;

	memcpy(&n, data, sizeof n);
	return (n & INT32_MAX) + 1;
}

/* 57 bytes of claims; a byte of the signed text turned over is noticed. */
static void try_own(const uint8_t *data, const uint8_t secret[ED25519_KEY_LEN], const uint8_t pub[ED25519_KEY_LEN])
{
	struct jwt t = { .use = data[0] & 1 ? JWT_DEVICE : JWT_USER, .incarnation = number(data + 49), .issued_s = NOW_S,
			 .expires_s = NOW_S + 300 }, got;
	struct err err = { .kind = ERR_NONE };
	struct buf b = { 0 };

	memcpy(t.tenant.b, data + 1, 16);
	memcpy(t.device.b, data + 17, 16);
	if (t.use == JWT_USER)
		memcpy(t.user.b, data + 33, 16);
	jwt_sign(&t, secret, &b);
	insist(jwt_read(b.data, b.len, &got, &err) == 0 && jwt_verify(b.data, b.len, &got, pub, NOW_S, 0, &err) == 0);
	insist(got.use == t.use && uuid_eq(got.tenant, t.tenant) && uuid_eq(got.device, t.device) &&
	       uuid_eq(got.user, t.user) && got.incarnation == t.incarnation && got.expires_s == t.expires_s);
	b.data[number(data + 49) % (int64_t)b.len] ^= (char)(1 << (data[0] % 7));
	if (jwt_read(b.data, b.len, &got, &err) == 0)
		insist(jwt_verify(b.data, b.len, &got, pub, NOW_S, 0, &err) < 0);
	buf_release(&b);
}

static void try_session(struct shop *s, const uint8_t *data, size_t size)
{
	struct actor who;
	const char *token = pool_strndup(s->pool, (const char *)data, size);

	insist(session_find(s->db, token, &who, &s->err) == 0);
	insist(session_end(&s->t, token, &s->err) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t secret[ED25519_KEY_LEN], pub[ED25519_KEY_LEN];
	static struct shop *s;

	if (!s) {
		ed25519_new(secret, pub);
		s = shop_open(true);
	}
	shop_begin(s);
	try_foreign((const char *)data, size, pub);
	try_session(s, data, size);
	if (size >= 57)
		try_own(data, secret, pub);
	shop_undo(s);
	return 0;
}
