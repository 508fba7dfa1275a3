#include "base/base.h"
#include "base/crypto.h"
#include "unit.h"

#include <pthread.h>

static const char *hex_of(const void *p, size_t len)
{
	static struct buf text;

	buf_clear(&text);
	hex_add(&text, p, len);
	return text.data;
}

static void from_hex(const char *text, void *out, size_t len)
{
	assert_int_equal(hex_decode(text, strlen(text), out, len), len);
}

static void hashes_are_those_of_the_standards(void **state UNUSED)
{
	static const struct {
		const char *text, *sha256, *sha1;
	} cases[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		  "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		  "a9993e364706816aba3e25717850c26c9cd0d89d" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
		  "84983e441c3bd26ebaae4aa1f95129e5e54670f1" },
	};
	uint8_t hash[SHA256_LEN];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		sha256(cases[i].text, strlen(cases[i].text), hash);
		assert_string_equal(hex_of(hash, SHA256_LEN), cases[i].sha256);
		sha1(cases[i].text, strlen(cases[i].text), hash);
		assert_string_equal(hex_of(hash, 20), cases[i].sha1);
	}
}

static void *hash_much(void *arg)
{
	uint8_t hash[SHA256_LEN] = { 0 };

	for (int i = 0; i < 2000; i++)
		sha256(hash, sizeof(hash), hash);
	memcpy(arg, hash, sizeof(hash));
	return NULL;
}

static void threads_hash_side_by_side(void **state UNUSED)
{
	uint8_t hashes[4][SHA256_LEN];
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hash_much, hashes[i]), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	for (int i = 1; i < 4; i++)
		assert_memory_equal(hashes[0], hashes[i], SHA256_LEN);
}

static void signatures_are_those_of_rfc_8032(void **state UNUSED)
{
	static const struct {
		const char *secret, *pub, *message, *sig;
	} cases[] = {
		{ "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
		  "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
		  "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25b"
		  "f5f0595bbe24655141438e7a100b" },
		{ "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
		  "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
		  "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b"
		  "2eaeb4302aeeb00d291612bb0c00" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint8_t secret[ED25519_KEY_LEN], pub[ED25519_KEY_LEN], message[8], sig[ED25519_SIG_LEN];
		size_t len = strlen(cases[i].message) / 2;

		from_hex(cases[i].secret, secret, sizeof(secret));
		from_hex(cases[i].message, message, len);
		ed25519_public(secret, pub);
		assert_string_equal(hex_of(pub, sizeof(pub)), cases[i].pub);
		ed25519_sign(secret, message, len, sig);
		assert_string_equal(hex_of(sig, sizeof(sig)), cases[i].sig);
		assert_true(ed25519_verify(pub, message, len, sig));
	}
}

static void a_changed_bit_spoils_a_signature(void **state UNUSED)
{
	uint8_t secret[ED25519_KEY_LEN], pub[ED25519_KEY_LEN], sig[ED25519_SIG_LEN];
	char message[] = "twelve units, 65.00";

	ed25519_new(secret, pub);
	ed25519_sign(secret, message, sizeof(message), sig);
	assert_true(ed25519_verify(pub, message, sizeof(message), sig));
	for (size_t i = 0; i < sizeof(sig); i++) {
		sig[i] ^= 1;
		assert_false(ed25519_verify(pub, message, sizeof(message), sig));
		sig[i] ^= 1;
	}
	message[0] ^= 1;
	assert_false(ed25519_verify(pub, message, sizeof(message), sig));
	message[0] ^= 1;
	pub[3] ^= 1;
	assert_false(ed25519_verify(pub, message, sizeof(message), sig));
}

static void codings_go_both_ways(void **state UNUSED)
{
	static const struct {
		const char *text, *base64url;
	} cases[] = {
		{ "", "" },
		{ "f", "Zg" },
		{ "fo", "Zm8" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg" },
		{ "fooba", "Zm9vYmE" },
		{ "foobar", "Zm9vYmFy" },
		{ "\xfb\xff\xbf", "-_-_" },
	};
	uint8_t bytes[256], again[256];
	struct buf text = { NULL, 0, 0 };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		buf_clear(&text);
		base64url_add(&text, cases[i].text, strlen(cases[i].text));
		assert_string_equal(text.data, cases[i].base64url);
	}
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		random_bytes(bytes, len);
		buf_clear(&text);
		base64url_add(&text, bytes, len);
		assert_int_equal(base64url_decode(text.data, text.len, again, len), len);
		assert_memory_equal(bytes, again, len);
		if (len > 0)
			assert_int_equal(base64url_decode(text.data, text.len, again, len - 1), -1);
		buf_clear(&text);
		hex_add(&text, bytes, len);
		assert_int_equal(hex_decode(text.data, text.len, again, len), len);
		assert_memory_equal(bytes, again, len);
		if (len > 0)
			assert_int_equal(hex_decode(text.data, text.len, again, len - 1), -1);
	}
	buf_release(&text);
}

static void only_the_canonical_form_is_decoded(void **state UNUSED)
{
	static const char *const bad_base64url[] = {
		"Z", "Zg==", "Zh", "Zm9", "Zm9v\n", "Zm 9v", "Zm9vY", "+/+/", "Zm9v=", "Zm9vYmF", "Zm9\xff",
	};
	static const char *const bad_hex[] = { "a", "abc", "0g", "AB", "0x", " 0", "0\xff" };
	uint8_t out[16];

	for (size_t i = 0; i < ARRAY_LEN(bad_base64url); i++)
		assert_int_equal(base64url_decode(bad_base64url[i], strlen(bad_base64url[i]), out, 16), -1);
	for (size_t i = 0; i < ARRAY_LEN(bad_hex); i++)
		assert_int_equal(hex_decode(bad_hex[i], strlen(bad_hex[i]), out, sizeof(out)), -1);
}

static void chance_differs_each_time(void **state UNUSED)
{
	uint8_t a[300], b[300], zero[300] = { 0 };

	random_bytes(a, sizeof(a));
	random_bytes(b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
	assert_memory_not_equal(a + 268, zero, 32);
	assert_true(same_bytes(a, a, sizeof(a)));
	assert_false(same_bytes(a, b, sizeof(a)));
	wipe(a, sizeof(a));
	assert_true(same_bytes(a, zero, sizeof(a)));
}

UNIT_MAIN(
	cmocka_unit_test(hashes_are_those_of_the_standards),
	cmocka_unit_test(threads_hash_side_by_side),
	cmocka_unit_test(signatures_are_those_of_rfc_8032),
	cmocka_unit_test(a_changed_bit_spoils_a_signature),
	cmocka_unit_test(codings_go_both_ways),
	cmocka_unit_test(only_the_canonical_form_is_decoded),
	cmocka_unit_test(chance_differs_each_time),
)
