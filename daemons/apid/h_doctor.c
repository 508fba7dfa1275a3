/* GET /api/doctor: is this database well?  Each check has a code, a sentence, and
 * what to do next.  POST /api/doctor/fix makes again what is derived. */
#include "base/base.h"
#include "apid/call.h"

#include "base/clock.h"
#include "store/backup.h"

#include <sys/statvfs.h>

#define FREE_MIN ((int64_t)256 << 20)		/* bytes: a shop's busy days */
#define BACKUP_OLD_US (7 * 86400 * SECOND_US)

struct check {
	const char *code, *next;	/* next: where it is not well */
	/* 1 well, 0 not, -1; the sentence goes to text either way. */
	int (*look)(struct call *c, const char **text, struct err *err);
};

static int look_pages(struct call *c, const char **text, struct err *err)
{
	struct val v;
	int n;

	*text = "the database server looks after its pages itself";
	if (db_engine(c->db) != ENGINE_SQLITE)
		return 1;
	if ((n = db_one(c->db, c->pool, "PRAGMA quick_check(1)", NO_ARGS, &v, 1, err)) < 0)
		return -1;
	*text = "every page of the database can be read";
	if (n > 0 && v.type == VAL_TEXT && strcmp(v.s, "ok") == 0)
		return 1;
	*text = pool_printf(c->pool, "the database is damaged: %s", n > 0 && v.type == VAL_TEXT ? v.s : "it cannot be read");
	return 0;
}

static int look_books(struct call *c, const char **text, struct err *err)
{
	static const char sql[] = "SELECT CAST(count(*) AS bigint) FROM (SELECT doc FROM journal_lines WHERE tenant = $1 "
				  "GROUP BY doc HAVING sum(debit) <> sum(credit)) AS wrong";
	int64_t n;

	if (db_int(c->db, sql, ARGS(v_uuid(c->tenant)), &n, err) < 0)
		return -1;
	*text = n ? pool_printf(c->pool, "%lld journal entries do not balance", (long long)n) : "every journal entry balances";
	return n == 0;
}

static int look_stock(struct call *c, const char **text, struct err *err)
{
	struct buf out = { 0 };
	int64_t value = 0, booked = 0;
	struct json j;
	int n, rc = stock_check(c->db, c->tenant, &out, &n, err);

	if (rc == 0)
		rc = json_parse(c->pool, out.data, out.len, &j, err);
	if (rc == 0 && (json_get_int(j, "value", INT64_MIN, INT64_MAX, &value, err) < 0 ||
			json_get_int(j, "booked", INT64_MIN, INT64_MAX, &booked, err) < 0))
		rc = -1;
	buf_release(&out);
	if (rc < 0)
		return -1;
	*text = "stock and layers are what the moves say, and worth what account 1200 says";
	if (n > 0)
		*text = pool_printf(c->pool, "%d sums of stock are not what the moves say", n);
	else if (value != booked)
		*text = pool_printf(c->pool, "the stock is worth %lld and account 1200 says %lld", (long long)value, (long long)booked);
	return n == 0 && value == booked;
}

static int look_disk(struct call *c, const char **text, struct err *err)
{
	const char *dir = conf_str(c->apid->conf, "data_dir");
	struct statvfs fs;
	int64_t there;

	if (statvfs(dir, &fs) < 0)
		return err_set(err, ERR_INTERNAL, "cannot_read", "cannot look at %s", dir);
	there = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
	*text = pool_printf(c->pool, "%lld MiB are free in %s", (long long)(there >> 20), dir);
	return there >= FREE_MIN;
}

static int look_backup(struct call *c, const char **text, struct err *err)
{
	struct backup *list;
	int n;

	if (backup_list(conf_str(c->apid->conf, "data_dir"), c->pool, &list, &n, err) < 0)
		return -1;
	if (n == 0) {
		*text = "there is no backup";
		return 0;
	}
	*text = pool_printf(c->pool, "the newest backup is %s", list[0].name);
	return clock_wall() - list[0].at < BACKUP_OLD_US;
}

static const struct check checks[] = {
	{ "pages", "fexlctl restore NAME, of fexlctl backup list", look_pages },
	{ "books", "fexlctl backup create, and show it to who supports you", look_books },
	{ "stock", "fexlctl doctor --fix", look_stock },
	{ "disk", "make room, or fexlctl backup prune --keep 3", look_disk },
	{ "backup", "fexlctl backup create", look_backup },
};

static int put_check(struct call *c, const struct check *check, bool *well, struct err *err)
{
	const char *text = "";
	int good = check->look(c, &text, err);

	if (good < 0)
		return -1;
	*well &= good > 0;
	jw_open(&c->out, '{');
	jw_put_str(&c->out, "code", check->code);
	jw_put_str(&c->out, "state", good ? "ok" : "attention");
	jw_put_str(&c->out, "text", text);
	jw_put_str(&c->out, "next", good ? NULL : check->next);
	jw_close(&c->out, '}');
	return 0;
}

int h_doctor(struct call *c, struct err *err)
{
	bool well = true;

	jw_open(&c->out, '{');
	jw_name(&c->out, "items");
	jw_open(&c->out, '[');
	for (size_t i = 0; i < ARRAY_LEN(checks); i++)
		if (put_check(c, &checks[i], &well, err) < 0)
			return -1;
	jw_close(&c->out, ']');
	jw_put_bool(&c->out, "well", well);
	jw_close(&c->out, '}');
	return 200;
}

int h_doctor_fix(struct call *c, struct err *err)
{
	if (stock_rebuild(c->txn, c->tenant, err) < 0 || search_rebuild(c->txn, c->tenant, err) < 0)
		return -1;
	jw_open(&c->out, '{');
	jw_put_str(&c->out, "status", "rebuilt");
	jw_close(&c->out, '}');
	return 200;
}
