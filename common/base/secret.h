/* What people type to prove who they are. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "base/base.h"
#include "base/err.h"

#define SECRET_HASH_MAX 128	/* a crypt(5) string with its NUL */

/* yescrypt by libcrypt.  cost: crypt(5)'s, 5 for a PIN (16 ms), 7 for a
 * password (86 ms).  Slow on purpose: never call it on a loop or lane thread. */
void secret_hash(const char *secret, int cost, char hash[SECRET_HASH_MAX]);
/* False for a NULL or broken hash, after the same time: that of a PIN where the
 * secret looks like one, else that of a password.  So ask pin_check() or
 * password_check() before the user is looked up. */
bool secret_matches(const char *secret, const char *hash);

/* 4 to 6 digits; 8 to 128 characters. */
int pin_check(const char *pin, struct err *err) MUST_CHECK;
int password_check(const char *password, struct err *err) MUST_CHECK;

/* An opaque token: prefix and 256 random bits as base64url ("fxs_…"). */
#define TOKEN_MAX 64
void token_new(const char *prefix, char token[TOKEN_MAX]);

/* FEXL-XXXX-XXXX-XXXX-XXXX over 32 signs without look-alikes (80 bits). */
#define LICENSE_LEN 24
void license_new(char key[LICENSE_LEN + 1]);
/* Upper case, dashes where they belong; blanks, dashes and case are free on
 * entry.  -1 with err when it cannot be a key. */
int license_read(const char *typed, char key[LICENSE_LEN + 1], struct err *err) MUST_CHECK;

/* A short code to compare on two screens: KTRV-7QX2. */
#define SHORT_CODE_LEN 9
void short_code_new(char code[SHORT_CODE_LEN + 1]);

#endif
