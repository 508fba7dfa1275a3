/* crypt(3) takes tens of megabytes and milliseconds on purpose.  Whoever is
 * asked for a user that does not exist must take as long: hence the dummies. */
#include "base/base.h"
#include "base/buf.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/utf8.h"

#include <crypt.h>
#include <errno.h>
#include <stdlib.h>

#define PIN_COST 5
#define PASSWORD_COST 7

/* What a hash may begin with, by cost.  Hashes come in with synced rows, and one
 * that asked for gigabytes would stop a till, so the row ends early. */
static const char *const prefixes[] = {
	[1] = "$y$j75$", [2] = "$y$j85$", [3] = "$y$j7T$", [4] = "$y$j8T$",
	[5] = "$y$j9T$", [6] = "$y$jAT$", [7] = "$y$jBT$", [8] = "$y$jCT$",
};

/* crypt(3) with memory that is wiped.  False when it cannot be computed. */
static bool crypt_text(const char *secret, const char *setting, char hash[SECRET_HASH_MAX])
{
	struct crypt_data *data = x_alloc(sizeof(*data));
	const char *text = crypt_rn(secret, setting, data, sizeof(*data));
	bool done = text != NULL && text[0] == '$' && strlen(text) < SECRET_HASH_MAX;

	if (done)
		memcpy(hash, text, strlen(text) + 1);
	wipe(data, sizeof(*data));
	free(data);
	return done;
}

void secret_hash(const char *secret, int cost, char hash[SECRET_HASH_MAX])
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE], chance[16];

	if (cost < 1 || cost >= (int)ARRAY_LEN(prefixes))
		panic("a secret cannot be hashed at cost %d", cost);
	random_bytes(chance, sizeof(chance));
	if (crypt_gensalt_rn("$y$", (unsigned long)cost, chance, sizeof(chance), setting,
			     sizeof(setting)) == NULL)
		panic("libcrypt makes no yescrypt salt: %s", strerror(errno));
	if (!crypt_text(secret, setting, hash))
		panic("libcrypt cannot hash a secret: %s", strerror(errno));
}

static bool is_our_hash(const char *hash)
{
	size_t prefix_len = strlen(prefixes[1]);

	for (size_t cost = 1; cost < ARRAY_LEN(prefixes); cost++)
		if (strncmp(hash, prefixes[cost], prefix_len) == 0)
			return strlen(hash) < SECRET_HASH_MAX;
	return false;
}

/* Without a hash the shape of what was typed tells which cost it would have had. */
static void burn_time(const char *secret)
{
	char hash[SECRET_HASH_MAX], setting[32];
	int cost = pin_check(secret, NULL) == 0 ? PIN_COST : PASSWORD_COST;

	snprintf(setting, sizeof(setting), "%sFexlDummyFexlDummyFex.", prefixes[cost]);
	if (!crypt_text(secret, setting, hash) && !crypt_text("too long for crypt", setting, hash))
		panic("libcrypt cannot hash a secret: %s", strerror(errno));
	wipe(hash, sizeof(hash));
}

bool secret_matches(const char *secret, const char *hash)
{
	char again[SECRET_HASH_MAX];
	bool same;

	if (hash == NULL || !is_our_hash(hash) || !crypt_text(secret, hash, again)) {
		burn_time(secret);
		return false;
	}
	same = strlen(again) == strlen(hash) && same_bytes(again, hash, strlen(hash));
	wipe(again, sizeof(again));
	return same;
}

int pin_check(const char *pin, struct err *err)
{
	size_t len = strlen(pin);

	if (len < 4 || len > 6 || strspn(pin, "0123456789") != len)
		return err_field(err, "/pin", "pin_shape",
				 "a PIN has 4 to 6 digits and nothing else");
	return 0;
}

int password_check(const char *password, struct err *err)
{
	size_t len = strlen(password);

	if (!utf8_valid(password, len))
		return err_field(err, "/password", "password_shape",
				 "the password is not valid UTF-8");
	if (utf8_count(password, len) < 8)
		return err_field(err, "/password", "password_short",
				 "a password has at least 8 characters");
	if (utf8_count(password, len) > 128 || len >= CRYPT_MAX_PASSPHRASE_SIZE)
		return err_field(err, "/password", "password_long",
				 "a password has at most 128 characters (%d bytes)",
				 CRYPT_MAX_PASSPHRASE_SIZE - 1);
	return 0;
}

void token_new(const char *prefix, char token[TOKEN_MAX])
{
	struct buf text = { NULL, 0, 0 };
	uint8_t chance[32];

	random_bytes(chance, sizeof(chance));
	buf_str(&text, prefix);
	base64url_add(&text, chance, sizeof(chance));
	if (text.len >= TOKEN_MAX)
		panic("the token prefix \"%s\" is too long", prefix);
	memcpy(token, text.data, text.len + 1);
	wipe(text.data, text.len);
	wipe(chance, sizeof(chance));
	buf_release(&text);
}

/* --- codes that people read aloud and type --- */

#define GROUP 4
static const char alphabet[33] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";	/* no 0 O, no 1 I */

/* Groups of four with dashes between; 32 divides 256, so each sign is equally likely. */
static void code_new(char *to, int groups)
{
	uint8_t chance[GROUP];

	for (int g = 0; g < groups; g++) {
		random_bytes(chance, sizeof(chance));
		for (int i = 0; i < GROUP; i++)
			*to++ = alphabet[chance[i] % 32];
		*to++ = g + 1 < groups ? '-' : '\0';
	}
}

void short_code_new(char code[SHORT_CODE_LEN + 1])
{
	code_new(code, 2);
}

#define LICENSE_PREFIX "FEXL-"
#define LICENSE_SIGNS 20	/* without dashes */

void license_new(char key[LICENSE_LEN + 1])
{
	memcpy(key, LICENSE_PREFIX, 5);
	code_new(key + 5, 4);
}

/* The signs alone, in upper case.  How many there are; the first that is none
 * ends the reading, as does one more than a key has. */
static int license_squeeze(const char **typed, char signs[LICENSE_SIGNS])
{
	int n = 0;

	for (; **typed != '\0'; ++*typed) {
		char c = **typed >= 'a' && **typed <= 'z' ? (char)(**typed - 'a' + 'A') : **typed;

		if (strchr("- \t\r\n", c) != NULL)
			continue;
		if (n == LICENSE_SIGNS || strchr(alphabet, c) == NULL)
			break;
		signs[n++] = c;
	}
	return n;
}

int license_read(const char *typed, char key[LICENSE_LEN + 1], struct err *err)
{
	char signs[LICENSE_SIGNS] = { 0 };
	int n = license_squeeze(&typed, signs);

	if (*typed != '\0' && n < LICENSE_SIGNS)
		return err_field(err, "/license_key", "license_shape",
				 "sign %d of the licence key never stands in one: there are only "
				 "2 to 9 and the letters without I and O", n + 1);
	if (*typed != '\0' || n < LICENSE_SIGNS || memcmp(signs, LICENSE_PREFIX, GROUP) != 0)
		return err_field(err, "/license_key", "license_shape",
				 "a licence key has the form FEXL-XXXX-XXXX-XXXX-XXXX");
	for (int i = 0; i < LICENSE_SIGNS; i += GROUP, key += GROUP + 1) {
		memcpy(key, signs + i, GROUP);
		key[GROUP] = i + GROUP < LICENSE_SIGNS ? '-' : '\0';
	}
	return 0;
}
