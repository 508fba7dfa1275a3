/* Roles, and what whoever asks may do. */
#include "base/base.h"
#include "apid/call.h"

/* What somebody may do is remembered with their token. */
static void forget_tokens(struct call *c)
{
	cache_clear(c->apid->cache);
}

int h_role_create(struct call *c, struct err *err)
{
	struct write w = call_write(c);
	struct json body;
	struct row r;
	int rc;

	if (call_body(c, &body, err) < 0)
		return -1;
	rc = role_create(&w, body, &r, err);
	return record_answer(c, rc, &r, body, err);
}

int h_role_change(struct call *c, struct err *err)
{
	c->after = forget_tokens;
	return h_record_change(c, err);
}

int h_role_delete(struct call *c, struct err *err)
{
	c->after = forget_tokens;
	return h_record_delete(c, err);
}

/* --- the session --- */

static int put_user(struct call *c, struct err *err)
{
	const struct actor *who = &c->caller.actor;
	struct row user;
	int n = 0;

	if (who->kind == ACTOR_USER)
		n = row_load(c->db, c->pool, c->tenant, schema_table("users"), who->user, &user, err);
	if (n < 0)
		return -1;
	jw_name(&c->out, "user");
	if (n == 0) {
		jw_null(&c->out);	/* the operator of this machine */
		return 0;
	}
	jw_open(&c->out, '{');
	jw_put_uuid(&c->out, "uuid", user.uuid);
	jw_put_str(&c->out, "name", row_text(&user, "name"));
	jw_put_str(&c->out, "role", row_text(&user, "role"));
	jw_close(&c->out, '}');
	return 0;
}

int h_session_get(struct call *c, struct err *err)
{
	const struct actor *who = &c->caller.actor;

	jw_open(&c->out, '{');
	if (put_user(c, err) < 0)
		return -1;
	jw_name(&c->out, "permissions");
	perms_json(who->kind == ACTOR_OPERATOR ? PERMS_ALL : who->may, &c->out);
	jw_put_uuid(&c->out, "tenant", c->tenant);
	if (who->expires_at)
		jw_put_time(&c->out, "expires_at", who->expires_at);
	else
		jw_put_null(&c->out, "expires_at");
	jw_close(&c->out, '}');
	return 200;
}
