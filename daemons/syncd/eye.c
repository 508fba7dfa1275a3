/* The database, seen from another process: read locks only, for moments only,
 * never across a wait for the network. */
#include "base/base.h"
#include "syncd/syncd.h"

#include <sys/stat.h>
#include <time.h>

#define COUNTED_MAX 100		/* tables in the outbox */
#define TRIES 20
#define TRY_AGAIN_MS 5		/* the writer is recovering its log, or just opening */

void eye_init(struct eye *e, const struct conf *conf)
{
	bool postgres = strcmp(conf_str(conf, "db_type"), "postgres") == 0;

	e->config = (struct db_config){
		.engine = postgres ? ENGINE_POSTGRES : ENGINE_SQLITE,
		.url = conf_str(conf, "database_url"),
		.statement_timeout_ms = (int)conf_int(conf, "statement_timeout_ms"),
		.connect_timeout_s = (int)conf_int(conf, "connect_timeout_s"),
	};
}

void eye_close(struct eye *e)
{
	db_close(&e->db);
}

static int not_yet(struct err *err)
{
	return err_set(err, ERR_BUSY, "database_missing",
		       "the database is not there yet: fexl-apid makes it");
}

static int check_version(struct db *db, struct err *err)
{
	int version;

	if (db_schema_version(db, &version, err) < 0)
		return -1;
	if (version == 0)
		return not_yet(err);
	if (version != SCHEMA_VERSION)
		return err_set(err, ERR_UPGRADE, "schema_version",
			       "the database has schema version %d, this fexl-syncd knows %d: run both daemons "
			       "from one release", version, SCHEMA_VERSION);
	return 0;
}

/* After a restore another file is there, and the old one is nobody's. */
static bool is_another_file(const struct eye *e)
{
	struct stat st;

	if (e->config.engine != ENGINE_SQLITE || stat(e->config.url, &st) < 0)
		return false;
	return st.st_ino != e->inode;
}

static void remember_file(struct eye *e)
{
	struct stat st;

	if (e->config.engine == ENGINE_SQLITE && stat(e->config.url, &st) == 0)
		e->inode = st.st_ino;
}

static int eye_open(struct eye *e, struct err *err)
{
	if (e->db != NULL && is_another_file(e))
		eye_close(e);
	if (e->db != NULL)
		return 0;
	remember_file(e);
	if (db_open(&e->db, &e->config, DB_FOREIGN, err) < 0)
		return e->config.engine == ENGINE_SQLITE ? not_yet(err) : -1;
	return check_version(e->db, err);
}

static int try(struct eye *e, eye_fn *fn, void *ctx, struct err *err)
{
	if (eye_open(e, err) == 0 && fn(e->db, ctx, err) == 0)
		return 0;
	/* Another file may be there next time. */
	eye_close(e);
	return -1;
}

int eye_read(struct eye *e, eye_fn *fn, void *ctx, struct err *err)
{
	static const struct timespec moment = { 0, TRY_AGAIN_MS * 1000000L };

	for (int i = 1;; i++) {
		err_clear(err);
		if (try(e, fn, ctx, err) == 0)
			return 0;
		if (err->kind != ERR_BUSY || strcmp(err->code, "database_missing") == 0 || i == TRIES)
			return -1;
		nanosleep(&moment, NULL);
	}
}

/* --- a look --- */

struct look {
	struct pool *pool;
	struct view *view;
	bool counting;
};

/* How many were refused, by table. */
static int count_refused(struct db *db, struct look *l, struct err *err)
{
	struct buf text = { 0 };
	struct json root, tables = { 0 };
	int64_t refused;
	int rc = outbox_json(db, l->pool, l->view->pairing.tenant, &text, err);

	if (rc == 0)
		rc = json_parse(l->pool, text.data, text.len, &root, err);
	buf_release(&text);
	if (rc < 0 || json_get_array(root, "tables", COUNTED_MAX, &tables, err) < 0)
		return -1;
	l->view->refused = 0;
	for (size_t i = 0; i < json_len(tables); i++, l->view->refused += refused)
		if (json_get_int(json_at(tables, i), "refused", 0, INT64_MAX, &refused, err) <= 0)
			return -1;
	return 0;
}

static int count(struct db *db, struct look *l, struct err *err)
{
	struct view *v = l->view;

	if (outbox_count(db, v->pairing.tenant, &v->pending, err) < 0)
		return -1;
	v->refused = 0;
	return v->pending > 0 ? count_refused(db, l, err) : 0;
}

static int look(struct db *db, struct look *l, struct err *err)
{
	struct view *v = l->view;
	struct tenant t;
	int n;

	if ((n = site_load(db, l->pool, &v->site, err)) <= 0)
		return n < 0 ? -1 : not_yet(err);
	v->pairing = (struct pairing){ 0 };
	if ((n = pairing_load(db, l->pool, &v->pairing, err)) < 0)
		return -1;
	v->paired = n > 0;
	v->purged = 0;
	if (v->paired && tenant_load(db, l->pool, v->pairing.tenant, &t, err) > 0)
		v->purged = t.purged;
	if (v->paired)
		return l->counting ? count(db, l, err) : 0;
	v->pending = v->refused = 0;
	return 0;
}

static int look_at_once(struct db *db, void *ctx, struct err *err)
{
	int rc;

	if (db_read_begin(db, err) < 0)
		return -1;
	rc = look(db, ctx, err);
	db_read_end(db);
	return rc;
}

int eye_look(struct eye *e, struct pool *pool, bool counting, struct view *v, struct err *err)
{
	struct look l = { .pool = pool, .view = v, .counting = counting };

	return eye_read(e, look_at_once, &l, err);
}
