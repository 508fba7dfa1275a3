#include "base/base.h"
#include "base/secret.h"
#include "unit.h"

#include <time.h>

static void a_secret_matches_its_own_hash_only(void **state UNUSED)
{
	char hash[SECRET_HASH_MAX], other[SECRET_HASH_MAX];

	secret_hash("4711", 1, hash);
	secret_hash("4711", 1, other);
	assert_string_not_equal(hash, other);	/* salted */
	assert_memory_equal(hash, "$y$", 3);
	assert_true(secret_matches("4711", hash));
	assert_true(secret_matches("4711", other));
	assert_false(secret_matches("4712", hash));
	assert_false(secret_matches("47110", hash));
	assert_false(secret_matches("", hash));
	hash[strlen(hash) - 1] ^= 1;
	assert_false(secret_matches("4711", hash));
}

static void the_costs_in_use_work(void **state UNUSED)
{
	char hash[SECRET_HASH_MAX];

	secret_hash("123456", 5, hash);
	assert_memory_equal(hash, "$y$j9T$", 7);
	assert_true(secret_matches("123456", hash));
	secret_hash("correct horse battery staple", 7, hash);
	assert_memory_equal(hash, "$y$jBT$", 7);
	assert_true(secret_matches("correct horse battery staple", hash));
	assert_panics(secret_hash("1234", 0, hash));
	assert_panics(secret_hash("1234", 9, hash));
}

static void a_broken_hash_never_matches(void **state UNUSED)
{
	static const char *const broken[] = {
		"", "*0", "x", "$y$", "$y$j9T$", "$y$j9T$!!!$x", "$1$salt$8gd4SJ2ZRHFQzNPJPJSMB.",
		"abJnggxhB/yWI",		/* DES, that crypt(3) would take */
		"$y$jFT$......................$",	/* would take a gigabyte */
	};

	for (size_t i = 0; i < ARRAY_LEN(broken); i++)
		assert_false(secret_matches("1234", broken[i]));
	assert_false(secret_matches("1234", NULL));
}

static double cpu_ms(const char *secret, const char *hash)
{
	struct timespec a, b;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	assert_false(secret_matches(secret, hash));
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	return (double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6;
}

static double median_cpu_ms(const char *secret, const char *hash)
{
	double ms[5];

	for (size_t i = 0; i < ARRAY_LEN(ms); i++)
		ms[i] = cpu_ms(secret, hash);
	for (size_t i = 1; i < ARRAY_LEN(ms); i++)
		for (size_t k = i; k > 0 && ms[k] < ms[k - 1]; k--) {
			double swap = ms[k];

			ms[k] = ms[k - 1];
			ms[k - 1] = swap;
		}
	return ms[ARRAY_LEN(ms) / 2];
}

static void a_user_that_does_not_exist_takes_as_long(void **state UNUSED)
{
	static const struct {
		const char *secret, *real;
		int cost;
	} cases[] = { { "1234", "4321", 5 }, { "a wrong password", "the right password", 7 } };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char hash[SECRET_HASH_MAX];
		double real, none, broken;

		secret_hash(cases[i].real, cases[i].cost, hash);
		real = median_cpu_ms(cases[i].secret, hash);
		none = median_cpu_ms(cases[i].secret, NULL);
		broken = median_cpu_ms(cases[i].secret, "*0");
		assert_true(none > real * 0.6 && none < real * 1.7);
		assert_true(broken > real * 0.6 && broken < real * 1.7);
	}
}

static void what_crypt_cannot_take_is_refused_not_crashed_on(void **state UNUSED)
{
	char hash[SECRET_HASH_MAX], text[1000];

	secret_hash("1234", 1, hash);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_false(secret_matches(text, hash));
	assert_false(secret_matches(text, NULL));
}

static void pins_have_four_to_six_digits(void **state UNUSED)
{
	static const char *const good[] = { "0000", "12345", "999999" };
	static const char *const bad[] = { "", "123", "1234567", "12a4", "1234 ", "-123", "\xd9\xa1\xd9\xa2" };
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_int_equal(pin_check(good[i], NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(pin_check(bad[i], &err), -1);
		assert_int_equal(err.kind, ERR_INPUT);
		assert_string_equal(err.field, "/pin");
	}
}

static void passwords_are_counted_in_characters(void **state UNUSED)
{
	char long_ascii[130], long_wide[128 * 4 + 1];
	char hash[SECRET_HASH_MAX];

	memset(long_ascii, 'x', 129);
	long_ascii[129] = '\0';
	for (int i = 0; i < 128; i++)
		memcpy(long_wide + i * 4, "\xf0\x9f\x98\x80", 5);
	assert_int_equal(password_check("1234567", NULL), -1);
	assert_int_equal(password_check("12345678", NULL), 0);
	assert_int_equal(password_check("\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4", NULL), -1);
	assert_int_equal(password_check("12345678\xff", NULL), -1);
	assert_int_equal(password_check(long_ascii, NULL), -1);
	assert_int_equal(password_check(long_ascii + 1, NULL), 0);
	assert_int_equal(password_check(long_wide, NULL), -1);
	assert_int_equal(password_check(long_wide + 4, NULL), 0);
	secret_hash(long_wide + 4, 1, hash);	/* what is accepted can be hashed */
	assert_true(secret_matches(long_wide + 4, hash));
	assert_false(secret_matches(long_wide + 8, hash));
}

static void tokens_are_new_each_time(void **state UNUSED)
{
	char a[TOKEN_MAX], b[TOKEN_MAX];

	token_new("fxs_", a);
	token_new("fxs_", b);
	assert_memory_equal(a, "fxs_", 4);
	assert_int_equal(strlen(a), 4 + 43);
	assert_string_not_equal(a, b);
	assert_panics(token_new("a-prefix-that-is-too-long", a));
}

static bool has_form(const char *code, const char *form)
{
	static const char alphabet[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

	for (; *form != '\0'; code++, form++)
		if (*form == 'X' ? *code == '\0' || strchr(alphabet, *code) == NULL : *code != *form)
			return false;
	return *code == '\0';
}

static void licence_keys_can_be_read_back(void **state UNUSED)
{
	char key[LICENSE_LEN + 1], again[LICENSE_LEN + 1];
	int seen[256] = { 0 }, signs = 0;

	for (int i = 0; i < 500; i++) {
		license_new(key);
		assert_memory_equal(key, "FEXL-", 5);
		assert_true(has_form(key + 5, "XXXX-XXXX-XXXX-XXXX"));
		assert_int_equal(license_read(key, again, NULL), 0);
		assert_string_equal(key, again);
		for (const char *p = key + 5; *p != '\0'; p++)
			signs += *p != '-' && seen[(uint8_t)*p]++ == 0;
	}
	assert_int_equal(signs, 32);	/* all of them are in use */
}

static void licence_keys_may_be_typed_freely(void **state UNUSED)
{
	static const char *const good[] = {
		"FEXL-ABCD-EFGH-2345-6789", "fexl-abcd-efgh-2345-6789", "FEXLABCDEFGH23456789",
		" FEXL ABCD EFGH 2345 6789\n", "f-e-x-l-a-b-c-d-e-f-g-h-2-3-4-5-6-7-8-9-",
	};
	static const char *const bad[] = {
		"", "FEXL", "ABCD-EFGH-2345-6789", "FEXL-ABCD-EFGH-2345-678", "FEXL-ABCD-EFGH-2345-6789-2",
		"FEXL-ABCD-EFGH-2345-67890", "FEXK-ABCD-EFGH-2345-6789", "FEXL-OBCD-EFGH-2345-6789",
		"FEXL-1BCD-EFGH-2345-6789", "FEXL_ABCD_EFGH_2345_6789", "FEXL-\xc3\x84-BCD-EFGH-2345-6789",
	};
	char key[LICENSE_LEN + 1] = "unchanged";
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(license_read(bad[i], key, &err), -1);
		assert_int_equal(err.kind, ERR_INPUT);
		assert_string_equal(err.code, "license_shape");
	}
	assert_string_equal(key, "unchanged");
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_int_equal(license_read(good[i], key, NULL), 0);
		assert_string_equal(key, "FEXL-ABCD-EFGH-2345-6789");
	}
	assert_int_equal(license_read("FEXL-ABCD-EFGH-234O-6789", key, &err), -1);
	assert_non_null(strstr(err.text, "sign 16 "));
}

static void short_codes_have_their_form(void **state UNUSED)
{
	char a[SHORT_CODE_LEN + 1], b[SHORT_CODE_LEN + 1];

	short_code_new(a);
	short_code_new(b);
	assert_true(has_form(a, "XXXX-XXXX"));
	assert_string_not_equal(a, b);
}

UNIT_MAIN(
	cmocka_unit_test(a_secret_matches_its_own_hash_only),
	cmocka_unit_test(the_costs_in_use_work),
	cmocka_unit_test(a_broken_hash_never_matches),
	cmocka_unit_test(a_user_that_does_not_exist_takes_as_long),
	cmocka_unit_test(what_crypt_cannot_take_is_refused_not_crashed_on),
	cmocka_unit_test(pins_have_four_to_six_digits),
	cmocka_unit_test(passwords_are_counted_in_characters),
	cmocka_unit_test(tokens_are_new_each_time),
	cmocka_unit_test(licence_keys_can_be_read_back),
	cmocka_unit_test(licence_keys_may_be_typed_freely),
	cmocka_unit_test(short_codes_have_their_form),
)
