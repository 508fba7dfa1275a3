/* The platform: shops and their licence keys. */
#include "base/base.h"
#include "apid/call.h"

#include "base/clock.h"

#include <ctype.h>

static const struct uuid nobody = { { 0 } };

/* --- the administrator signs in --- */

static struct attempt attempt_of(const struct call *c)
{
	return (struct attempt){ .tenant = nobody, .account = "admin", .address = call_source(c) };
}

static int admin_done(struct call *c, struct err *err)
{
	const struct attempt a = attempt_of(c);
	int64_t lives_us = conf_int(c->apid->conf, "session_hours") * 3600 * SECOND_US, expires_at;
	char token[TOKEN_MAX];

	if (lockout_passed(c->txn, &a, err) < 0 ||
	    session_create(c->txn, nobody, nobody, lives_us, token, &expires_at, err) < 0)
		return -1;
	jw_open(&c->out, '{');
	jw_put_str(&c->out, "token", token);
	jw_put_time(&c->out, "expires_at", expires_at);
	jw_close(&c->out, '}');
	return 201;
}

static int admin_prove(struct call *c, struct err *err)
{
	int n = admin_password_ok(c->apid->conf, c->state, err);

	if (n == 0)
		return err_set(err, ERR_UNKNOWN_USER, "password_wrong", "the password is wrong");
	return n < 0 ? -1 : call_then(c, WRITE, admin_done);
}

/* Counted before it is looked at; see h_session.c. */
int h_admin_sign_in(struct call *c, struct err *err)
{
	static const char *const members[] = { "password", NULL };
	const struct attempt a = attempt_of(c);
	const char *password;
	struct json body;

	if (call_body_only(c, members, &body, err) < 0 ||
	    call_need(body, "password", 200, &password, err) < 0)
		return -1;
	if (!*conf_str(c->apid->conf, "admin_password_file"))
		return err_set(err, ERR_DENIED, "no_admin",
			       "this server has no administrator: set admin_password_file");
	if (lockout_check(c->db, &a, err) < 0 || lockout_miss(c->txn, &a, err) < 0)
		return -1;
	c->state = (void *)password;
	return call_then(c, WORK, admin_prove);
}

/* --- shops --- */

int h_tenant_list(struct call *c, struct err *err)
{
	return tenant_list(c->db, c->pool, &c->out, err) < 0 ? -1 : 200;
}

static void percent_add(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (isalnum((unsigned char)*text) || strchr("-._~", *text))
			buf_char(out, *text);
		else
			buf_printf(out, "%%%02X", (unsigned char)*text);
	}
}

/* The address that tills will know us by: our first public name, or the one in
 * this request, or where we listen. */
static void put_own_url(const struct call *c, struct buf *url)
{
	const char *names = conf_str(c->apid->conf, "public_hosts"), *host = call_header(c, "Host");
	size_t len = strcspn(names, ", ");

	if (len > 0)
		buf_printf(url, "https://%.*s", (int)len, names);
	else
		buf_printf(url, "http://%s", host && !c->rq->peer->local ? host : c->apid->where);
}

static void put_link(struct call *c, struct uuid tenant, const char *key)
{
	struct buf url = { 0 }, link = { 0 };

	put_own_url(c, &url);
	buf_str(&link, "fexl://pair?url=");
	percent_add(&link, url.data);
	buf_printf(&link, "&tenant=%s&key=%s", uuid_text(tenant).s, key);
	jw_put_str(&c->out, "link", link.data);
	buf_release(&url);
	buf_release(&link);
}

struct new_shop {
	const char *name, *owner, *pin;		/* owner NULL: fexlctl makes one */
	char pin_hash[SECRET_HASH_MAX];
};

/* As if a person had sent it, so that the description checks it. */
static int make_owner(struct call *c, const struct new_shop *s, struct err *err)
{
	struct write w = call_write(c);
	struct buf text = { 0 };
	struct json body;
	struct row owner;
	int rc;

	jw_open(&text, '{');
	jw_put_str(&text, "name", s->owner);
	jw_put_str(&text, "role", "owner");
	jw_close(&text, '}');
	rc = json_parse(c->pool, text.data, text.len, &body, err);
	buf_release(&text);
	if (rc < 0 || user_create(&w, body, s->pin_hash, NULL, &owner, err) < 0) {
		snprintf(err->field, sizeof err->field, "/owner");
		return -1;
	}
	return 0;
}

static int shop_store(struct call *c, struct err *err)
{
	const struct new_shop *s = c->state;
	char key[LICENSE_LEN + 1];

	if (tenant_create(c->txn, &c->shop.site, s->name, &c->tenant, key, err) < 0)
		return -1;
	if (s->owner && make_owner(c, s, err) < 0)
		return -1;
	jw_open(&c->out, '{');
	jw_put_uuid(&c->out, "tenant_uuid", c->tenant);
	jw_put_str(&c->out, "license_key", key);
	put_link(c, c->tenant, key);
	jw_close(&c->out, '}');
	return 201;
}

static int shop_hash(struct call *c, struct err *err UNUSED)
{
	struct new_shop *s = c->state;

	secret_hash(s->pin, 5, s->pin_hash);
	return call_then(c, WRITE, shop_store);
}

/* With an owner somebody can sign in and let the first till in. */
int h_tenant_create(struct call *c, struct err *err)
{
	static const char *const members[] = { "name", "owner", "pin", NULL };
	struct new_shop *s = pool_alloc(c->pool, sizeof *s);
	struct json body;

	if (call_body_only(c, members, &body, err) < 0 || call_need(body, "name", TENANT_NAME_MAX, &s->name, err) < 0)
		return -1;
	c->state = s;
	if (json_get_str(body, "owner", 200, &s->owner, err) < 0)
		return -1;
	if (!s->owner)
		return call_then(c, WRITE, shop_store);
	if (call_need(body, "pin", 20, &s->pin, err) < 0 || pin_check(s->pin, err) < 0)
		return -1;
	return call_then(c, WORK, shop_hash);
}

int h_admin_health(struct call *c, struct err *err UNUSED)
{
	jw_open(&c->out, '{');
	jw_put_str(&c->out, "status", "ok");
	jw_put_time(&c->out, "server_time", clock_wall());
	jw_put_str(&c->out, "version", PACKAGE_VERSION);
	apid_status(c->apid, &c->out);
	jw_close(&c->out, '}');
	return 200;
}
