/* Signing in and out.
 *
 * A try is counted as a miss before it is looked at and taken back if it was
 * right: so many tries at once are worth no more than one after the other. */
#include "base/base.h"
#include "apid/call.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/jwt.h"

#define SECRET_MAX 128
#define UNKNOWN_BUCKETS 64	/* names that nobody has share these, so that guessing fills no table */
#define CLOUD_TOKEN_S 300

struct sign_in {
	struct row user;
	const char *secret, *hash;	/* hash NULL: never matches, after the same time */
	const char *field;
	char account[48];
	struct attempt attempt;		/* what is locked after too many misses */
};

void session_json(struct call *c, const struct row *user, const char *token, int64_t expires_at)
{
	jw_open(&c->out, '{');
	jw_put_str(&c->out, "token", token);
	jw_name(&c->out, "user");
	jw_open(&c->out, '{');
	jw_put_uuid(&c->out, "uuid", user->uuid);
	jw_put_str(&c->out, "name", row_text(user, "name"));
	jw_put_str(&c->out, "role", row_text(user, "role"));
	jw_close(&c->out, '}');
	jw_put_time(&c->out, "expires_at", expires_at);
	jw_close(&c->out, '}');
}

/* --- who, with what --- */

static int take_secret(struct json body, bool hub, struct sign_in *s, struct err *err)
{
	const char *pin = NULL, *password = NULL;

	if (json_get_str(body, "pin", SECRET_MAX, &pin, err) < 0 ||
	    (hub && json_get_str(body, "password", SECRET_MAX, &password, err) < 0))
		return -1;
	if (!pin == !password)
		return err_field(err, hub ? "/password" : "/pin", "required", "%s",
				 hub ? "give a password, or a pin" : "pin is missing");
	s->secret = pin ? pin : password;
	s->field = pin ? "pin" : "password";
	return 0;
}

/* A till has one shop; the cloud must be told which, unless it has one only. */
static int take_tenant(struct call *c, struct json body, struct err *err)
{
	struct uuid named;
	struct tenant t;
	int n;

	if (!c->apid->hub)
		return 0;
	if ((n = json_get_uuid(body, "tenant", &named, err)) == 0)
		n = guard_only_tenant(c, &named, err);
	if (n == 0)
		return err_field(err, "/tenant", "required", "tenant is missing: which shop?");
	if (n < 0)
		return -1;
	db_enter(c->db, named);
	if ((n = tenant_load(c->db, c->pool, named, &t, err)) < 0)
		return -1;
	c->tenant = n > 0 ? named : (struct uuid){ { 0 } };
	return 0;
}

static int find_user(struct call *c, const char *who, struct sign_in *s, struct err *err)
{
	int n = user_find(c->db, c->pool, c->tenant, who, &s->user, err);
	uint8_t hash[SHA256_LEN];

	if (n < 0)
		return -1;
	if (n == 0) {
		sha256(who, strlen(who), hash);
		snprintf(s->account, sizeof s->account, "unknown-%d", hash[0] % UNKNOWN_BUCKETS);
		return 0;
	}
	snprintf(s->account, sizeof s->account, "%s", uuid_text(s->user.uuid).s);
	if (strcmp(s->field, "password") == 0)
		s->hash = row_text(&s->user, "password_hash");
	/* Who has no password yet signs in with the PIN at the cloud as well. */
	if (!s->hash)
		s->hash = row_text(&s->user, "pin_hash");
	return 0;
}

/* --- in four steps --- */

static int sign_in_done(struct call *c, struct err *err)
{
	const struct sign_in *s = c->state;
	int64_t lives_us = conf_int(c->apid->conf, "session_hours") * 3600 * SECOND_US, expires_at;
	char token[TOKEN_MAX];

	if (lockout_passed(c->txn, &s->attempt, err) < 0 ||
	    session_create(c->txn, c->tenant, s->user.uuid, lives_us, token, &expires_at, err) < 0)
		return -1;
	session_json(c, &s->user, token, expires_at);
	return 201;
}

static int sign_in_prove(struct call *c, struct err *err)
{
	const struct sign_in *s = c->state;
	bool pin = strcmp(s->field, "pin") == 0;

	if (!secret_matches(s->secret, s->hash))
		return err_set(err, ERR_UNKNOWN_USER, pin ? "pin_wrong" : "password_wrong",
			       "the name or the %s is wrong", pin ? "PIN" : "password");
	return call_then(c, WRITE, sign_in_done);
}

static int sign_in_count(struct call *c, struct err *err)
{
	const struct sign_in *s = c->state;

	if (lockout_check(c->db, &s->attempt, err) < 0 || lockout_miss(c->txn, &s->attempt, err) < 0)
		return -1;
	return call_then(c, WORK, sign_in_prove);
}

int h_sign_in(struct call *c, struct err *err)
{
	static const char *const members[] = { "tenant", "password", "user", "pin", NULL };
	struct sign_in *s = pool_alloc(c->pool, sizeof *s);
	const char *who;
	struct json body;

	/* Tenant and password are the cloud's. */
	if (call_body_only(c, c->apid->hub ? members : members + 2, &body, err) < 0 ||
	    call_need(body, "user", 200, &who, err) < 0 || take_secret(body, c->apid->hub, s, err) < 0)
		return -1;
	if (take_tenant(c, body, err) < 0 || find_user(c, who, s, err) < 0)
		return -1;
	s->attempt = (struct attempt){ .tenant = c->tenant, .account = s->account, .address = call_source(c) };
	c->state = s;
	return call_then(c, WRITE, sign_in_count);
}

/* --- out --- */

static void forget_tokens(struct call *c)
{
	cache_clear(c->apid->cache);
	notify_event(c->apid->notify, c->tenant, EVENT_SESSION, "ended", c->caller.actor.user);
}

int h_sign_out(struct call *c, struct err *err)
{
	c->after = forget_tokens;
	return session_end(c->txn, c->token, err) < 0 ? -1 : 204;
}

/* --- a till vouches for its user --- */

int h_cloud_token(struct call *c, struct err *err)
{
	int64_t now_s = clock_wall() / SECOND_US;
	struct jwt t = { .use = JWT_USER, .tenant = c->tenant, .device = c->shop.site.device,
			 .incarnation = c->shop.site.incarnation, .user = c->caller.actor.user,
			 .issued_s = now_s, .expires_s = now_s + CLOUD_TOKEN_S };
	struct buf token = { 0 };
	struct pairing p;
	int n;

	if (c->caller.actor.kind != ACTOR_USER)
		return err_set(err, ERR_DENIED, "no_user",
			       "a cloud token is for somebody who is signed in");
	if ((n = pairing_load(c->db, c->pool, &p, err)) < 0)
		return -1;
	if (n == 0 || strcmp(p.status, "approved") != 0)
		return err_set(err, ERR_CONFLICT, "not_paired", "this till is not paired with a cloud");
	jwt_sign(&t, c->apid->device_key, &token);
	jw_open(&c->out, '{');
	jw_put_str(&c->out, "token", token.data);
	jw_put_str(&c->out, "url", p.url);
	jw_put_time(&c->out, "expires_at", t.expires_s * SECOND_US);
	jw_close(&c->out, '}');
	buf_release(&token);
	return 200;
}
