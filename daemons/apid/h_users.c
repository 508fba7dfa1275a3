/* People.  PIN and password are hashed on a reader, before the lane is asked. */
#include "base/base.h"
#include "apid/call.h"

#include "base/log.h"

#define PIN_COST 5
#define PASSWORD_COST 7
#define SECRET_MAX 128

struct secrets {
	const char *pin, *password;	/* NULL: none was sent */
	char pin_hash[SECRET_HASH_MAX], password_hash[SECRET_HASH_MAX];
	handler_fn *store;
};

static void forget_tokens(struct call *c)
{
	cache_clear(c->apid->cache);
}

static int answer_user(struct call *c, const struct row *r, int status)
{
	c->after = forget_tokens;
	return call_answer_row(c, r, status);
}

/* --- the secrets --- */

static int hash_secrets(struct call *c, struct err *err UNUSED)
{
	struct secrets *s = c->state;

	if (s->pin)
		secret_hash(s->pin, PIN_COST, s->pin_hash);
	if (s->password)
		secret_hash(s->password, PASSWORD_COST, s->password_hash);
	return call_then(c, WRITE, s->store);
}

static const char *hash_of(const char *secret, const char *hash)
{
	return secret ? hash : NULL;
}

static int take_secrets(struct call *c, handler_fn *store, struct err *err)
{
	struct secrets *s = pool_alloc(c->pool, sizeof *s);
	struct json body;

	if (call_body(c, &body, err) < 0 || json_get_str(body, "pin", SECRET_MAX, &s->pin, err) < 0 ||
	    json_get_str(body, "password", SECRET_MAX, &s->password, err) < 0)
		return -1;
	if (s->pin && pin_check(s->pin, err) < 0)
		return -1;
	if (s->password && password_check(s->password, err) < 0)
		return -1;
	s->store = store;
	c->state = s;
	return s->pin || s->password ? call_then(c, WORK, hash_secrets) : call_then(c, WRITE, store);
}

/* --- writing --- */

static int store_new(struct call *c, struct err *err)
{
	const struct secrets *s = c->state;
	struct write w = call_write(c);
	struct json body;
	struct row r;

	if (call_body(c, &body, err) < 0)
		return -1;
	if (user_create(&w, body, hash_of(s->pin, s->pin_hash), hash_of(s->password, s->password_hash),
			&r, err) < 0)
		return strcmp(err->code, "duplicate") == 0 ? call_refuse_with(c, &r) : -1;
	c->location = pool_printf(c->pool, "%s/%s", c->rq->path, uuid_text(r.uuid).s);
	return answer_user(c, &r, 201);
}

int h_user_create(struct call *c, struct err *err)
{
	return take_secrets(c, store_new, err);
}

static int store_change(struct call *c, struct err *err)
{
	const struct secrets *s = c->state;
	struct write w = call_write(c);
	struct uuid uuid;
	struct json body;
	struct row r;

	if (call_uuid(c, &uuid, err) < 0 || call_body(c, &body, err) < 0)
		return -1;
	if (user_change(&w, uuid, call_header(c, "If-Match"), body, hash_of(s->pin, s->pin_hash),
			hash_of(s->password, s->password_hash), &r, err) < 0)
		return err->kind == ERR_STALE ? call_refuse_with(c, &r) : -1;
	return answer_user(c, &r, 200);
}

int h_user_change(struct call *c, struct err *err)
{
	return take_secrets(c, store_change, err);
}

int h_user_delete(struct call *c, struct err *err)
{
	c->after = forget_tokens;
	return h_record_delete(c, err);
}

/* --- for the operator of this machine --- */

int h_unlock(struct call *c, struct err *err)
{
	struct row user;
	int waited;

	if (call_load_row(c, &user, err) < 0 ||
	    (waited = lockout_forgive(c->txn, c->tenant, uuid_text(user.uuid).s, err)) < 0)
		return -1;
	log_info("user %s: wrong tries forgotten by the operator", uuid_text(user.uuid).s);
	jw_open(&c->out, '{');
	jw_put_uuid(&c->out, "uuid", user.uuid);
	jw_put_str(&c->out, "name", row_text(&user, "name"));
	jw_put_bool(&c->out, "was_locked", waited > 0);
	jw_close(&c->out, '}');
	return 200;
}
