/* People, what their roles permit, their sign-ins and lockouts. */
#ifndef MODEL_PEOPLE_H
#define MODEL_PEOPLE_H

#include "model/site.h"

/* body: {uuid?, name, role?, active?}; a pin or password in it is the caller's,
 * who makes the hashes, off the lane.  NULL: none, or stays as it is. */
int user_create(struct write *w, struct json body, const char *pin_hash, const char *password_hash, struct row *r, struct err *err) MUST_CHECK;
int user_change(struct write *w, struct uuid uuid, const char *if_match, struct json body, const char *pin_hash,
		const char *password_hash, struct row *r, struct err *err) MUST_CHECK;
/* Its uuid follows from its code: two tills that make the same make one row. */
int role_create(struct write *w, struct json body, struct row *r, struct err *err) MUST_CHECK;
int role_check(struct write *w, const struct row *before, struct row *after, struct err *err) MUST_CHECK;	/* see record_check_rules() */
/* See record_check_rules(): the role is there, and an owner is left. */
int user_check(struct write *w, const struct row *before, struct row *after, struct err *err) MUST_CHECK;
bool user_is_owner(const struct row *r);	/* and may sign in */
int user_other_owners(struct db *db, struct uuid tenant, struct uuid but, int64_t *n, struct err *err) MUST_CHECK;
int user_count(struct db *db, struct uuid tenant, int64_t *n, struct err *err) MUST_CHECK;
/* By uuid or by name, living and active only.  1, 0, -1. */
int user_find(struct db *db, struct pool *pool, struct uuid tenant, const char *who, struct row *r, struct err *err) MUST_CHECK;

/* Somebody tries a secret.  A miss is counted before the secret is looked at, and
 * taken back by lockout_passed(). */
struct attempt {
	struct uuid tenant;
	const char *account;	/* a user's uuid, or "admin", "license", "unknown-7" */
	const char *address;	/* where it comes from; a network of IPv6 */
	bool long_secret;	/* nobody guesses it, from however many addresses */
};
/* -1 with ERR_RATE and retry_after_s while locked out. */
int lockout_check(struct db *db, const struct attempt *a, struct err *err) MUST_CHECK;
int lockout_miss(struct txn *t, const struct attempt *a, struct err *err) MUST_CHECK;
/* From here the account is known from now on. */
int lockout_passed(struct txn *t, const struct attempt *a, struct err *err) MUST_CHECK;
/* Nobody waits any more, wherever he is: 1, 0 nobody had to, -1. */
int lockout_forgive(struct txn *t, struct uuid tenant, const char *account, struct err *err) MUST_CHECK;

int session_create(struct txn *t, struct uuid tenant, struct uuid user, int64_t lives_us, char token[TOKEN_MAX],
		   int64_t *expires_at, struct err *err) MUST_CHECK;
/* 1 and who, 0 unknown or expired, -1.  A disabled user is unknown. */
int session_find(struct db *db, const char *token, struct actor *who, struct err *err) MUST_CHECK;
int session_find_hash(struct db *db, const uint8_t hash[32], struct actor *who, struct err *err) MUST_CHECK;	/* of the token */
int session_end(struct txn *t, const char *token, struct err *err) MUST_CHECK;

#endif
