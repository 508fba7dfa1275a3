/* The database itself, for the operator of this machine. */
#include "base/base.h"
#include "apid/call.h"

#include "store/backup.h"
#include "store/upkeep.h"

static const char *engine_name(const struct call *c)
{
	return db_engine(c->db) == ENGINE_SQLITE ? "sqlite" : "postgres";
}

/* A conninfo may hold a password: only a file is named. */
static const char *file_of(const struct call *c)
{
	return db_engine(c->db) == ENGINE_SQLITE ? apid_db_config(c->apid->conf).url : NULL;
}

static void put_upkeep(const struct call *c, const struct upkeep *u, struct buf *out)
{
	jw_put_str(out, "engine", engine_name(c));
	jw_put_str(out, "file", file_of(c));
	jw_put_int(out, "schema_version", u->version);
	jw_put_int(out, "schema_newest", SCHEMA_VERSION);
	jw_put_int(out, "bytes", u->bytes);
	jw_put_int(out, "unused_bytes", u->unused_bytes);
	jw_put_int(out, "log_bytes", u->log_bytes);
}

int h_db_info(struct call *c, struct err *err)
{
	struct upkeep u;

	if (upkeep_look(c->db, apid_db_config(c->apid->conf).url, &u, err) < 0)
		return -1;
	jw_open(&c->out, '{');
	put_upkeep(c, &u, &c->out);
	jw_close(&c->out, '}');
	return 200;
}

int h_db_check(struct call *c, struct err *err)
{
	struct buf faults = { 0 };
	int well = upkeep_check(c->db, c->pool, &faults, err);

	if (well >= 0) {
		jw_open(&c->out, '{');
		jw_put_str(&c->out, "engine", engine_name(c));
		jw_put_bool(&c->out, "well", well);
		jw_name(&c->out, "faults");
		jw_raw(&c->out, faults.data, faults.len);
		jw_close(&c->out, '}');
	}
	buf_release(&faults);
	return well < 0 ? -1 : 200;
}

/* Twice the room while it lasts: the log holds a second copy. */
static int check_room(const struct call *c, const struct upkeep *u, struct err *err)
{
	if (db_engine(c->db) != ENGINE_SQLITE)
		return 0;
	return backup_room(conf_str(c->apid->conf, "data_dir"), 2 * u->bytes, err);
}

int h_db_vacuum(struct call *c, struct err *err)
{
	struct db_config living = apid_db_config(c->apid->conf);
	struct upkeep before, after;
	int rc;

	if (upkeep_look(c->db, living.url, &before, err) < 0 || check_room(c, &before, err) < 0)
		return -1;
	c->apid->copying++;
	rc = upkeep_vacuum(&living, err);
	c->apid->copying--;
	if (rc < 0 || upkeep_look(c->db, living.url, &after, err) < 0)
		return -1;
	jw_open(&c->out, '{');
	jw_put_str(&c->out, "engine", engine_name(c));
	jw_put_int(&c->out, "bytes_before", before.bytes);
	jw_put_int(&c->out, "bytes", after.bytes);
	jw_close(&c->out, '}');
	return 200;
}
