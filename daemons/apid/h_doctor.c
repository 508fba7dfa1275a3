/* GET /api/doctor: is this server well?  Each check has a code, a sentence, and
 * what to do next.  POST /api/doctor/fix makes again what is derived. */
#include "base/base.h"
#include "apid/doctor.h"

enum whose { ANY_ROLE, A_TILL, A_HUB };

static const struct check {
	const char *code;
	look_fn *look;
	enum whose whose;
} checks[] = {
	{ "database", look_database },
	{ "schema", look_schema },
	{ "log", look_log },
	{ "books", look_books },
	{ "stock", look_stock },
	{ "accounts", look_accounts },
	{ "disk", look_disk },
	{ "files", look_files },
	{ "backup", look_backup },
	{ "certificate", look_certificate },
	{ "clock", look_clock, A_TILL },
	{ "sync", look_sync, A_TILL },
	{ "quarantine", look_quarantine, A_TILL },
	{ "conflicts", look_conflicts },
	{ "devices", look_devices, A_HUB },
	{ "wall", look_wall, A_HUB },
};

static const char *const words[] = { [FOUND_OK] = "ok", [FOUND_WARN] = "warn", [FOUND_FAIL] = "fail", [FOUND_SKIP] = "skip" };

const char *doctor_span(struct pool *pool, int64_t us)
{
	static const struct {
		int64_t s;
		const char *name;
	} spans[] = { { 86400, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" } };
	int64_t s = MAX(us, 0) / 1000000;
	size_t i = 0;

	while (i < ARRAY_LEN(spans) - 1 && s < 2 * spans[i].s)
		i++;
	return pool_printf(pool, "%lld %s", (long long)(s / spans[i].s), spans[i].name);
}

static bool is_for(const struct check *check, const struct apid *a)
{
	return check->whose == ANY_ROLE || (check->whose == A_HUB) == a->hub;
}

/* What cannot be looked at is a finding, not the end of the visit. */
static enum found look_at(struct call *c, const struct check *check, struct finding *f)
{
	struct err err = { 0 };
	int found = check->look(c, f, &err);

	if (found >= 0)
		return (enum found)found;
	f->text = pool_printf(c->pool, "cannot be looked at: %s", err.text);
	f->next = "fexlctl logs --daemon apid";
	return FOUND_FAIL;
}

static enum found put_check(struct call *c, const struct check *check)
{
	struct finding f = { "", NULL };
	enum found found = look_at(c, check, &f);

	jw_open(&c->out, '{');
	jw_put_str(&c->out, "code", check->code);
	jw_put_str(&c->out, "state", words[found]);
	jw_put_str(&c->out, "text", f.text);
	jw_put_str(&c->out, "next", found == FOUND_WARN || found == FOUND_FAIL ? f.next : NULL);
	jw_close(&c->out, '}');
	return found;
}

int h_doctor(struct call *c, struct err *err UNUSED)
{
	int n[ARRAY_LEN(words)] = { 0 };

	jw_open(&c->out, '{');
	jw_name(&c->out, "items");
	jw_open(&c->out, '[');
	for (size_t i = 0; i < ARRAY_LEN(checks); i++)
		if (is_for(&checks[i], c->apid))
			n[put_check(c, &checks[i])]++;
	jw_close(&c->out, ']');
	jw_put_int(&c->out, "failures", n[FOUND_FAIL]);
	jw_put_int(&c->out, "warnings", n[FOUND_WARN]);
	jw_put_bool(&c->out, "well", n[FOUND_FAIL] + n[FOUND_WARN] == 0);
	jw_close(&c->out, '}');
	return 200;
}

int h_doctor_fix(struct call *c, struct err *err)
{
	int closed;

	if (stock_rebuild(c->txn, c->tenant, err) < 0 || owed_rebuild(c->txn, c->tenant, err) < 0 ||
	    search_rebuild(c->txn, c->tenant, err) < 0 ||
	    doctor_close_files(conf_str(c->apid->conf, "data_dir"), &closed, err) < 0)
		return -1;
	jw_open(&c->out, '{');
	jw_put_str(&c->out, "status", "rebuilt");
	jw_put_int(&c->out, "files_closed", closed);
	jw_close(&c->out, '}');
	return 200;
}
