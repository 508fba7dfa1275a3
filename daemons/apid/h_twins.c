/* One thing made twice becomes one, and two again. */
#include "base/base.h"
#include "apid/call.h"

static int answer(struct call *c, int rc, const struct row *r, struct err *err)
{
	if (rc < 0)
		return err->kind == ERR_STALE ? call_refuse_with(c, r) : -1;
	return call_answer_row(c, r, 200);
}

int h_twin_merge(struct call *c, struct err *err)
{
	static const char *const members[] = { "into", NULL };
	struct write w = call_write(c);
	struct uuid uuid, into;
	struct json body;
	struct row r;
	int rc;

	if (call_uuid(c, &uuid, err) < 0 || call_body_only(c, members, &body, err) < 0 ||
	    call_need_uuid(body, "into", &into, err) < 0)
		return -1;
	rc = twin_merge(&w, call_table(c), uuid, call_header(c, "If-Match"), into, &r, err);
	return answer(c, rc, &r, err);
}

int h_twin_unmerge(struct call *c, struct err *err)
{
	struct write w = call_write(c);
	struct uuid uuid;
	struct row r;
	int rc;

	if (call_uuid(c, &uuid, err) < 0)
		return -1;
	rc = twin_unmerge(&w, call_table(c), uuid, call_header(c, "If-Match"), &r, err);
	return answer(c, rc, &r, err);
}
