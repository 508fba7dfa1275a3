#include "base/base.h"
#include "base/json.h"
#include "base/jwt.h"
#include "base/pool.h"

#define TOKEN_LEN_MAX 2048
#define SECONDS_MAX ((int64_t)253402300799)	/* the end of year 9999 */

static const char header[] = "{\"alg\":\"EdDSA\",\"typ\":\"JWT\"}";

static const char *const use_words[] = { [JWT_DEVICE] = "device", [JWT_USER] = "user" };

/* --- writing --- */

static void add_claims(const struct jwt *t, struct buf *json)
{
	jw_open(json, '{');
	jw_put_str(json, "use", use_words[t->use]);
	jw_put_uuid(json, "ten", t->tenant);
	jw_put_uuid(json, "dev", t->device);
	jw_put_int(json, "inc", t->incarnation);
	if (t->use == JWT_USER)
		jw_put_uuid(json, "sub", t->user);
	jw_put_int(json, "iat", t->issued_s);
	jw_put_int(json, "exp", t->expires_s);
	jw_close(json, '}');
}

void jwt_sign(const struct jwt *t, const uint8_t secret[ED25519_KEY_LEN], struct buf *out)
{
	struct buf claims = { NULL, 0, 0 };
	uint8_t sig[ED25519_SIG_LEN];
	size_t first = out->len;

	add_claims(t, &claims);
	base64url_add(out, header, sizeof(header) - 1);
	buf_char(out, '.');
	base64url_add(out, claims.data, claims.len);
	ed25519_sign(secret, out->data + first, out->len - first, sig);
	buf_char(out, '.');
	base64url_add(out, sig, sizeof(sig));
	buf_release(&claims);
}

/* --- reading --- */

struct parts {
	struct slice header, claims, sig;
	struct slice is_signed;		/* header and claims with the dot between */
};

static int refuse(struct err *err, const char *why)
{
	return err_set(err, ERR_UNKNOWN_USER, "token_bad", "the token is not one of ours: %s", why);
}

static int split(const char *token, size_t len, struct parts *parts, struct err *err)
{
	const char *end, *dot1, *dot2;

	if (len == 0 || len > TOKEN_LEN_MAX)
		return refuse(err, len == 0 ? "it is empty" : "it is too long");
	end = token + len;
	dot1 = memchr(token, '.', len);
	dot2 = dot1 != NULL ? memchr(dot1 + 1, '.', (size_t)(end - dot1 - 1)) : NULL;
	if (dot2 == NULL)
		return refuse(err, "it does not have three parts");
	parts->header = (struct slice){ token, (size_t)(dot1 - token) };
	parts->claims = (struct slice){ dot1 + 1, (size_t)(dot2 - dot1 - 1) };
	parts->sig = (struct slice){ dot2 + 1, (size_t)(end - dot2 - 1) };
	parts->is_signed = (struct slice){ token, (size_t)(dot2 - token) };
	return 0;
}

static int decode_json(struct pool *pool, struct slice part, struct json *root, struct err *err)
{
	uint8_t bytes[TOKEN_LEN_MAX];
	ssize_t len = base64url_decode(part.p, part.len, bytes, sizeof(bytes));

	if (len < 0)
		return refuse(err, "it is not base64url");
	if (json_parse(pool, (char *)bytes, (size_t)len, root, NULL) < 0 ||
	    json_type(*root) != JSON_OBJECT)
		return refuse(err, "it does not hold a JSON object");
	return 0;
}

/* One algorithm: what the header says is only compared, never obeyed. */
static int check_header(struct pool *pool, struct slice part, struct err *err)
{
	struct json head;
	const char *alg = "";

	if (decode_json(pool, part, &head, err) < 0)
		return -1;
	if (json_get_str(head, "alg", 16, &alg, NULL) < 0 || strcmp(alg, "EdDSA") != 0)
		return refuse(err, "its algorithm is not EdDSA");
	if (json_type(json_member(head, "crit")) != JSON_MISSING)
		return refuse(err, "it demands extensions that we do not know");
	return 0;
}

static int read_claims(struct json claims, struct jwt *t)
{
	const char *use = "";

	if (json_get_str(claims, "use", 16, &use, NULL) <= 0)
		return -1;
	if (strcmp(use, use_words[JWT_DEVICE]) != 0 && strcmp(use, use_words[JWT_USER]) != 0)
		return -1;
	t->use = strcmp(use, use_words[JWT_USER]) == 0 ? JWT_USER : JWT_DEVICE;
	if (t->use == JWT_USER && json_get_uuid(claims, "sub", &t->user, NULL) <= 0)
		return -1;
	if (json_get_uuid(claims, "ten", &t->tenant, NULL) <= 0 ||
	    json_get_uuid(claims, "dev", &t->device, NULL) <= 0 ||
	    json_get_int(claims, "inc", 0, INT64_MAX, &t->incarnation, NULL) <= 0 ||
	    json_get_int(claims, "iat", 0, SECONDS_MAX, &t->issued_s, NULL) <= 0 ||
	    json_get_int(claims, "exp", 0, SECONDS_MAX, &t->expires_s, NULL) <= 0)
		return -1;
	return 0;
}

static int read_parts(struct pool *pool, const struct parts *parts, struct jwt *t_r,
		      struct err *err)
{
	struct jwt t = { .use = JWT_DEVICE };
	struct json claims;

	if (check_header(pool, parts->header, err) < 0 ||
	    decode_json(pool, parts->claims, &claims, err) < 0)
		return -1;
	if (read_claims(claims, &t) < 0)
		return refuse(err, "a claim is absent or wrong");
	*t_r = t;
	return 0;
}

int jwt_read(const char *token, size_t len, struct jwt *t, struct err *err)
{
	struct parts parts;
	struct pool *pool;
	int result;

	if (split(token, len, &parts, err) < 0)
		return -1;
	pool = pool_new();
	result = read_parts(pool, &parts, t, err);
	pool_free(&pool);
	return result;
}

int jwt_verify(const char *token, size_t len, const struct jwt *t,
	       const uint8_t pub[ED25519_KEY_LEN], int64_t now_s, int slack_s, struct err *err)
{
	struct parts parts;
	uint8_t sig[ED25519_SIG_LEN];

	if (split(token, len, &parts, err) < 0)
		return -1;
	if (base64url_decode(parts.sig.p, parts.sig.len, sig, sizeof(sig)) != sizeof(sig) ||
	    !ed25519_verify(pub, parts.is_signed.p, parts.is_signed.len, sig))
		return refuse(err, "its signature does not match the device's key");
	if (t->expires_s <= now_s - slack_s)
		return err_set(err, ERR_UNKNOWN_USER, "token_expired",
			       "the token has expired: ask for a new one");
	if (t->issued_s > now_s + slack_s)
		return err_set(err, ERR_UNKNOWN_USER, "token_early",
			       "the token is from the future: check the clock of the device");
	return 0;
}
