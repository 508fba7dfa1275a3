#include "base/base.h"
#include "base/jwt.h"
#include "unit.h"

#define NOW 1795442709

static uint8_t secret[ED25519_KEY_LEN], pub[ED25519_KEY_LEN];

static const struct jwt user = {
	.use = JWT_USER,
	.tenant = { { 1 } },
	.device = { { 2 } },
	.incarnation = 3,
	.user = { { 4 } },
	.issued_s = NOW,
	.expires_s = NOW + 300,
};

static int make_key(void **state UNUSED)
{
	ed25519_new(secret, pub);
	return 0;
}

static void sign(const struct jwt *t, struct buf *token)
{
	buf_clear(token);
	jwt_sign(t, secret, token);
}

/* A token with any header and claims, signed properly. */
static void forge(const char *header, const char *claims, struct buf *token)
{
	uint8_t sig[ED25519_SIG_LEN];

	buf_clear(token);
	base64url_add(token, header, strlen(header));
	buf_char(token, '.');
	base64url_add(token, claims, strlen(claims));
	ed25519_sign(secret, token->data, token->len, sig);
	buf_char(token, '.');
	base64url_add(token, sig, sizeof(sig));
}

static void what_was_signed_is_read_and_verified(void **state UNUSED)
{
	struct jwt device = user, t;
	struct buf token = { NULL, 0, 0 };

	device.use = JWT_DEVICE;
	device.user = (struct uuid){ { 0 } };
	for (int i = 0; i < 2; i++) {
		const struct jwt *want = i == 0 ? &user : &device;

		sign(want, &token);
		assert_int_equal(jwt_read(token.data, token.len, &t, NULL), 0);
		assert_int_equal(t.use, want->use);
		assert_true(uuid_eq(t.tenant, want->tenant) && uuid_eq(t.device, want->device));
		assert_true(uuid_eq(t.user, want->user));
		assert_int_equal(t.incarnation, 3);
		assert_int_equal(t.issued_s, NOW);
		assert_int_equal(t.expires_s, NOW + 300);
		assert_int_equal(jwt_verify(token.data, token.len, &t, pub, NOW + 1, 0, NULL), 0);
	}
	buf_release(&token);
}

static void a_token_is_appended_to_what_is_there(void **state UNUSED)
{
	struct buf out = { NULL, 0, 0 };
	struct jwt t;

	buf_str(&out, "Bearer ");
	jwt_sign(&user, secret, &out);
	assert_memory_equal(out.data, "Bearer ey", 9);
	assert_int_equal(jwt_read(out.data + 7, out.len - 7, &t, NULL), 0);
	assert_int_equal(jwt_verify(out.data + 7, out.len - 7, &t, pub, NOW, 0, NULL), 0);
	buf_release(&out);
}

static void every_changed_byte_is_noticed(void **state UNUSED)
{
	struct buf token = { NULL, 0, 0 };
	struct err err;
	struct jwt t;

	sign(&user, &token);
	for (size_t i = 0; i < token.len; i++) {
		char was = token.data[i];

		token.data[i] = was == 'A' ? 'B' : 'A';
		assert_int_equal(jwt_verify(token.data, token.len, &user, pub, NOW, 0, &err), -1);
		assert_int_equal(err.kind, ERR_UNKNOWN_USER);
		assert_string_equal(err.code, "token_bad");
		if (jwt_read(token.data, token.len, &t, NULL) == 0)	/* not believed, but sound */
			assert_true(t.use == JWT_USER || t.use == JWT_DEVICE);
		token.data[i] = was;
	}
	for (size_t len = 0; len < token.len; len++)
		assert_int_equal(jwt_verify(token.data, len, &user, pub, NOW, 0, NULL), -1);
	assert_int_equal(jwt_verify(token.data, token.len, &user, pub, NOW, 0, NULL), 0);
	buf_release(&token);
}

static void another_devices_key_does_not_do(void **state UNUSED)
{
	uint8_t other_secret[ED25519_KEY_LEN], other_pub[ED25519_KEY_LEN];
	struct buf token = { NULL, 0, 0 };

	ed25519_new(other_secret, other_pub);
	sign(&user, &token);
	assert_int_equal(jwt_verify(token.data, token.len, &user, other_pub, NOW, 0, NULL), -1);
	buf_release(&token);
}

static void a_token_lives_from_issue_to_expiry_with_slack(void **state UNUSED)
{
	static const struct {
		int64_t now_s;
		int slack_s;
		const char *code;	/* NULL: good */
	} cases[] = {
		{ NOW, 0, NULL },
		{ NOW + 299, 0, NULL },
		{ NOW + 300, 0, "token_expired" },
		{ NOW + 329, 30, NULL },
		{ NOW + 330, 30, "token_expired" },
		{ NOW - 1, 0, "token_early" },
		{ NOW - 30, 30, NULL },
		{ NOW - 31, 30, "token_early" },
	};
	struct buf token = { NULL, 0, 0 };

	sign(&user, &token);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = { .kind = ERR_NONE };
		int result = jwt_verify(token.data, token.len, &user, pub, cases[i].now_s,
					cases[i].slack_s, &err);

		assert_int_equal(result, cases[i].code == NULL ? 0 : -1);
		assert_string_equal(err.code, cases[i].code == NULL ? "" : cases[i].code);
		if (result < 0)
			assert_int_equal(err.kind, ERR_UNKNOWN_USER);
	}
	buf_release(&token);
}

#define GOOD_HEADER "{\"alg\":\"EdDSA\"}"
#define TENANT "\"ten\":\"01000000-0000-0000-0000-000000000000\","
#define DEVICE "\"dev\":\"02000000-0000-0000-0000-000000000000\","
#define TIMES "\"inc\":1,\"iat\":1,\"exp\":2"
#define GOOD_CLAIMS "{\"use\":\"device\"," TENANT DEVICE TIMES "}"

static void only_our_algorithm_and_claims_are_read(void **state UNUSED)
{
	static const struct {
		const char *header, *claims;
		bool good;
	} cases[] = {
		{ GOOD_HEADER, GOOD_CLAIMS, true },
		{ "{\"typ\":\"JWT\",\"alg\":\"EdDSA\",\"kid\":\"1\"}", GOOD_CLAIMS, true },
		{ GOOD_HEADER, "{\"jti\":[1],\"use\":\"device\"," TENANT DEVICE TIMES "}", true },
		{ "{\"alg\":\"none\"}", GOOD_CLAIMS, false },
		{ "{\"alg\":\"None\"}", GOOD_CLAIMS, false },
		{ "{\"alg\":\"HS256\"}", GOOD_CLAIMS, false },
		{ "{\"alg\":\"eddsa\"}", GOOD_CLAIMS, false },
		{ "{\"alg\":[\"EdDSA\"]}", GOOD_CLAIMS, false },
		{ "{\"alg\":\"EdDSA\",\"alg\":\"EdDSA\"}", GOOD_CLAIMS, false },
		{ "{\"alg\":\"EdDSA\\u0000\"}", GOOD_CLAIMS, false },
		{ "{\"alg\":\"EdDSA\",\"crit\":[\"b64\"],\"b64\":false}", GOOD_CLAIMS, false },
		{ "{}", GOOD_CLAIMS, false },
		{ "null", GOOD_CLAIMS, false },
		{ "[]", GOOD_CLAIMS, false },
		{ "", GOOD_CLAIMS, false },
		{ GOOD_HEADER, "", false },
		{ GOOD_HEADER, "1", false },
		{ GOOD_HEADER, "{}", false },
		{ GOOD_HEADER, "{" TENANT DEVICE TIMES "}", false },
		{ GOOD_HEADER, "{\"use\":\"admin\"," TENANT DEVICE TIMES "}", false },
		{ GOOD_HEADER, "{\"use\":\"user\"," TENANT DEVICE TIMES "}", false },
		{ GOOD_HEADER, "{\"use\":\"device\"," DEVICE TIMES "}", false },
		{ GOOD_HEADER, "{\"use\":\"device\"," TENANT TIMES "}", false },
		{ GOOD_HEADER, "{\"use\":\"device\"," TENANT DEVICE "\"inc\":1,\"iat\":1}", false },
		{ GOOD_HEADER, "{\"use\":\"device\"," TENANT DEVICE "\"inc\":1,\"exp\":1}", false },
		{ GOOD_HEADER, "{\"use\":\"device\"," TENANT DEVICE "\"iat\":1,\"exp\":1}", false },
		{ GOOD_HEADER, "{\"use\":\"device\"," TENANT DEVICE "\"inc\":1,\"iat\":1,\"exp\":\"2\"}", false },
		{ GOOD_HEADER, "{\"use\":\"device\"," TENANT DEVICE "\"inc\":1,\"iat\":1,\"exp\":2.5}", false },
		{ GOOD_HEADER, "{\"use\":\"device\"," TENANT DEVICE "\"inc\":1,\"iat\":1,\"exp\":253402300800}", false },
		{ GOOD_HEADER, "{\"use\":\"device\"," TENANT DEVICE "\"inc\":-1,\"iat\":1,\"exp\":2}", false },
	};
	struct buf token = { NULL, 0, 0 };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = { .kind = ERR_NONE };
		struct jwt t = { .incarnation = 99 };

		forge(cases[i].header, cases[i].claims, &token);
		assert_int_equal(jwt_read(token.data, token.len, &t, &err), cases[i].good ? 0 : -1);
		assert_string_equal(err.code, cases[i].good ? "" : "token_bad");
		assert_int_equal(t.incarnation, cases[i].good ? 1 : 99);
		assert_null(strstr(err.text, "."));	/* nothing of the token is repeated */
	}
	buf_release(&token);
}

static void what_has_no_three_parts_is_no_token(void **state UNUSED)
{
	static const char *const cases[] = {
		"", ".", "..", "a", "a.b", "a.b.c", "....", "e30.e30.", "e30.e30.e30.e30", "e30=.e30=.e30=",
	};
	struct buf token = { NULL, 0, 0 }, longer = { NULL, 0, 0 };
	struct jwt t;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(jwt_read(cases[i], strlen(cases[i]), &t, NULL), -1);
		assert_int_equal(jwt_verify(cases[i], strlen(cases[i]), &user, pub, NOW, 0, NULL), -1);
	}
	assert_int_equal(jwt_read(NULL, 0, &t, NULL), -1);
	sign(&user, &token);
	buf_add(&longer, token.data, token.len);
	buf_str(&longer, ".e30");
	assert_int_equal(jwt_verify(longer.data, longer.len, &user, pub, NOW, 0, NULL), -1);
	memset(buf_room(&longer, 100000), 'A', 100000);
	buf_used(&longer, 100000);
	assert_int_equal(jwt_read(longer.data, longer.len, &t, NULL), -1);
	buf_release(&token);
	buf_release(&longer);
}

#define keyed(test) cmocka_unit_test_setup(test, make_key)

UNIT_MAIN(
	keyed(what_was_signed_is_read_and_verified),
	keyed(a_token_is_appended_to_what_is_there),
	keyed(every_changed_byte_is_noticed),
	keyed(another_devices_key_does_not_do),
	keyed(a_token_lives_from_issue_to_expiry_with_slack),
	keyed(only_our_algorithm_and_claims_are_read),
	keyed(what_has_no_three_parts_is_no_token),
)
