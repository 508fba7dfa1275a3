/* GET /api/site: what anybody may know of this server, which is what the console
 * needs before anybody has signed in: is it a till or a cloud, and does it have
 * its people already? */
#include "base/base.h"
#include "apid/call.h"

static int count_people(struct call *c, bool *set_up, struct err *err)
{
	int64_t users = 1;

	/* At the cloud the operator makes the first owner of a shop. */
	if (!c->apid->hub && user_count(c->db, c->shop.tenant, &users, err) < 0)
		return -1;
	*set_up = users > 0;
	return 0;
}

int h_site(struct call *c, struct err *err)
{
	bool set_up;

	if (count_people(c, &set_up, err) < 0)
		return -1;
	jw_open(&c->out, '{');
	jw_put_str(&c->out, "role", c->apid->hub ? "cloud" : "desktop");
	jw_put_bool(&c->out, "set_up", set_up);
	jw_put_str(&c->out, "version", PACKAGE_VERSION);
	jw_close(&c->out, '}');
	return 200;
}
