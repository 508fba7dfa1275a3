#include "base/base.h"
#include "shop.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdlib.h>

void shop_must(struct shop *s, int rc)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "%s (%s%s)\n", s->err.text, s->err.code, s->err.field);
	exit(1);
}

static void find_tenant(struct shop *s)
{
	struct uuid *tenant = &s->w.tenant;
	const char *named = getenv("BENCH_TENANT");
	struct rows rs;
	int n;

	if (named) {
		if (uuid_parse(tenant, named, strlen(named)) < 0)
			shop_must(s, err_set(&s->err, ERR_INPUT, "tenant", "BENCH_TENANT=%s is no UUID", named));
		s->who.tenant = *tenant;
		return;
	}
	shop_must(s, db_rows(s->db, "SELECT uuid FROM tenants ORDER BY created_at LIMIT 1", NO_ARGS, &rs, &s->err));
	n = rows_next(&rs, &s->err);
	if (n > 0)
		*tenant = rows_uuid(&rs, 0);
	else if (n == 0)
		n = err_set(&s->err, ERR_NOT_FOUND, "no_tenant", "make a tenant first");
	shop_must(s, n);
	rows_end(&rs);
	s->who.tenant = *tenant;
}

struct db_config shop_where(const char *where)
{
	return (struct db_config){ .engine = strchr(where, '=') ? ENGINE_POSTGRES : ENGINE_SQLITE, .url = where,
				   .journal_size_bytes = 16 << 20, .connect_timeout_s = 5 };
}

void shop_open(struct shop *s, const char *where)
{
	struct db_config config = shop_where(where);

	*s = (struct shop){ .who = { .kind = ACTOR_OPERATOR } };
	shop_must(s, db_open(&s->db, &config, DB_WRITE, &s->err));
	shop_must(s, db_migrate(s->db, &s->err));
	shop_begin(s);
	if (site_load(s->db, s->pool, &s->site, &s->err) == 0)
		shop_must(s, site_open(&s->t, false, &s->site, &s->err));
	find_tenant(s);
	shop_commit(s);
}

void shop_close(struct shop *s)
{
	db_close(&s->db);
}

void shop_begin(struct shop *s)
{
	s->pool = pool_new();
	s->counters.n = 0;
	shop_must(s, db_begin(s->db, &s->err));
	s->t = (struct txn){ .db = s->db, .pool = s->pool, .stamp = clock_now(), .counters = &s->counters };
	s->w = (struct write){ .t = &s->t, .site = &s->site, .tenant = s->who.tenant, .who = &s->who };
}

void shop_commit(struct shop *s)
{
	shop_must(s, counters_store(&s->counters, s->db, &s->err));
	shop_must(s, db_commit(s->db, &s->err) == COMMIT_DONE ? 0 : -1);
	pool_free(&s->pool);
}

static struct json parse(struct shop *s, const char *text, size_t len)
{
	struct json j;

	shop_must(s, json_parse(s->pool, text, len, &j, &s->err));
	s->t.stamp = clock_now();
	return j;
}

struct uuid shop_record(struct shop *s, const char *table, const char *text)
{
	struct row r;

	shop_must(s, record_create(&s->w, schema_table(table), parse(s, text, strlen(text)), &r, &s->err));
	return r.uuid;
}

struct uuid shop_document(struct shop *s, const char *table, const char *text, size_t len)
{
	bool identical;
	struct doc d;

	shop_must(s, document_create(&s->w, schema_table(table), parse(s, text, len), &d, &identical, &s->err));
	return d.head.uuid;
}
