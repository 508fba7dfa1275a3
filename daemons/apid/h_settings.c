/* Settings: one row a key.  The shop's are everybody's, a person's are their own,
 * this device's stay here. */
#include "base/base.h"
#include "apid/call.h"

int h_setting_list(struct call *c, struct err *err)
{
	struct setting_view view = { .user = c->caller.actor.user, .device = c->shop.site.device };
	struct page page;

	if (call_page(c, &page, err) < 0 || http_query(c->rq, "scope", &view.scope, err) < 0)
		return -1;
	c->etag_of_body = true;
	return setting_list(c->db, c->tenant, &view, &page, &c->out, err) < 0 ? -1 : 200;
}

/* Anybody may arrange their own screen. */
static int check_scope(const struct call *c, const char *scope, struct err *err)
{
	const struct actor *who = &c->caller.actor;

	if (strcmp(scope, "user") == 0 || actor_may(who, PERM_SETTINGS))
		return 0;
	return err_set(err, ERR_DENIED, "permission", "this needs the permission %s, which the role %s has not",
		       perm_name(PERM_SETTINGS), who->role);
}

/* 0, or -1 and what stands there now among the members of the problem. */
static int check_match(struct call *c, const char *scope, struct uuid owner, const char *key, struct err *err)
{
	const char *if_match = call_header(c, "If-Match");
	struct row r = { 0 };
	int n;

	if (!if_match)
		return 0;
	if (strcmp(scope, "device") == 0)
		owner = c->shop.site.device;
	n = row_load(c->db, c->pool, c->tenant, call_table(c), setting_uuid(scope, owner, key), &r, err);
	if (n < 0 || (n > 0 && record_match(&r, if_match, err) == 0))
		return MIN(n, 0);
	if (n == 0)
		err_set(err, ERR_STALE, "gone", "nobody has set %s yet: leave out If-Match", key);
	return call_refuse_with(c, &r);
}

int h_setting_put(struct call *c, struct err *err)
{
	static const char *const members[] = { "value", "scope", NULL };
	const char *key = c->param[0], *scope = "tenant";
	struct uuid owner = { { 0 } };
	struct write w = call_write(c);
	struct json body;
	struct row r;

	if (call_body_only(c, members, &body, err) < 0 || json_get_str(body, "scope", 20, &scope, err) < 0 ||
	    check_scope(c, scope, err) < 0)
		return -1;
	if (strcmp(scope, "user") == 0)
		owner = c->caller.actor.user;
	if (check_match(c, scope, owner, key, err) < 0 ||
	    setting_put(&w, scope, owner, key, json_member(body, "value"), &r, err) < 0)
		return -1;
	return call_answer_row(c, &r, 200);
}
