/* Backups of this server's database.  At a hub they hold all there is of its
 * shops: its operator makes them. */
#include "base/base.h"
#include "apid/call.h"

#include "base/clock.h"
#include "store/backup.h"

#include <limits.h>

static const char *data_dir(const struct call *c)
{
	return conf_str(c->apid->conf, "data_dir");
}

static int check_operator(const struct call *c, struct err *err)
{
	enum actor_kind kind = c->caller.actor.kind;

	if (!c->apid->hub || kind == ACTOR_OPERATOR || kind == ACTOR_ADMIN)
		return 0;
	return err_set(err, ERR_DENIED, "permission",
		       "a cloud's backups are its operator's: fexlctl backup, on the cloud's own machine");
}

/* Of PostgreSQL a backup is one shop's; of SQLite it is everything. */
static int check_shop(const struct call *c, struct err *err)
{
	if (db_engine(c->db) == ENGINE_SQLITE || !uuid_is_zero(c->tenant))
		return 0;
	return err_field(err, "/tenant", "tenant_required", "name the shop: ?tenant=UUID");
}

static void put_backup(const struct backup *b, struct buf *out)
{
	jw_put_str(out, "name", b->name);
	jw_put_int(out, "bytes", b->bytes);
	jw_put_str(out, "sha256", *b->sum ? b->sum : NULL);
	jw_put_time(out, "at", b->at);
}

/* All of its rows, and those of each table that has some. */
static void put_counts(const struct table_count *count, int n, struct buf *out)
{
	jw_name(out, "tables");
	jw_open(out, '[');
	for (int i = 0; i < n; i++) {
		if (count[i].rows == 0)
			continue;
		jw_open(out, '{');
		jw_put_str(out, "table", count[i].table->name);
		jw_put_int(out, "rows", count[i].rows);
		jw_close(out, '}');
	}
	jw_close(out, ']');
}

static int answer(struct call *c, const struct backup *b, const char *path, int status, struct err *err)
{
	struct table_count count[SYNCED_MAX];
	int n;

	if (backup_count(path, count, &n, err) < 0)
		return -1;
	jw_open(&c->out, '{');
	put_backup(b, &c->out);
	put_counts(count, n, &c->out);
	jw_close(&c->out, '}');
	return status;
}

int h_backup_create(struct call *c, struct err *err)
{
	struct db_config living = apid_db_config(c->apid->conf);
	char path[PATH_MAX];
	struct backup b;
	int rc;

	if (check_operator(c, err) < 0 || check_shop(c, err) < 0)
		return -1;
	c->apid->copying++;
	rc = backup_create(&living, data_dir(c), c->tenant, &b, err);
	c->apid->copying--;
	if (rc < 0)
		return -1;
	backup_path(data_dir(c), b.name, path);
	return answer(c, &b, path, 201, err);
}

int h_backup_list(struct call *c, struct err *err)
{
	struct backup *list;
	int n;

	if (check_operator(c, err) < 0 || backup_list(data_dir(c), c->pool, &list, &n, err) < 0)
		return -1;
	jw_open(&c->out, '{');
	jw_name(&c->out, "items");
	jw_open(&c->out, '[');
	for (int i = 0; i < n; i++) {
		jw_open(&c->out, '{');
		put_backup(&list[i], &c->out);
		jw_close(&c->out, '}');
	}
	jw_close(&c->out, ']');
	jw_put_null(&c->out, "next");
	jw_close(&c->out, '}');
	return 200;
}

int h_backup_verify(struct call *c, struct err *err)
{
	char path[PATH_MAX];
	struct backup b;

	if (check_operator(c, err) < 0 || backup_find(data_dir(c), c->param[0], &b, err) < 0)
		return -1;
	backup_path(data_dir(c), b.name, path);
	return backup_verify(path, true, err) < 0 ? -1 : answer(c, &b, path, 200, err);
}

int h_backup_delete(struct call *c, struct err *err)
{
	if (check_operator(c, err) < 0 || backup_delete(data_dir(c), c->param[0], err) < 0)
		return -1;
	return 204;
}
