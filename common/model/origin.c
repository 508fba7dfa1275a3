/* Which device stored a version?  Its origin says so, for each life that the
 * device has had.  A hub knows all of its tills; a till knows itself and its hub. */
#include "base/base.h"
#include "model/model.h"

#define ORIGINS_MAX 10000
#define HUB_NAME "cloud"

static void add(struct origins *o, struct uuid origin, const char *name)
{
	if (o->n == ORIGINS_MAX)
		return;
	if (o->n == o->room) {
		struct origin *more = pool_alloc(o->pool, sizeof *more * (size_t)MAX(16, 2 * o->room));

		if (o->n)
			memcpy(more, o->o, sizeof *more * (size_t)o->n);
		o->o = more;
		o->room = MAX(16, 2 * o->room);
	}
	o->o[o->n++] = (struct origin){ origin, name };
}

static void add_lives(struct origins *o, struct uuid device, int64_t incarnation, const char *name)
{
	for (int64_t i = incarnation; i > 0 && o->n < ORIGINS_MAX; i--)
		add(o, site_origin(device, i), name);
}

static int add_tills(struct origins *o, struct db *db, struct uuid tenant, struct err *err)
{
	struct rows rs;
	int n;

	if (db_rows(db, "SELECT uuid, incarnation, name FROM devices WHERE tenant = $1", ARGS(v_uuid(tenant)), &rs, err) < 0)
		return -1;
	while ((n = rows_next(&rs, err)) > 0)
		add_lives(o, rows_uuid(&rs, 0), rows_int(&rs, 1), rows_text(&rs, 2, o->pool));
	rows_end(&rs);
	return n;
}

static int add_self(struct origins *o, struct db *db, const struct site *site, struct err *err)
{
	struct pairing p;
	int n = pairing_load(db, o->pool, &p, err);

	if (n <= 0)
		return n;
	add_lives(o, site->device, site->incarnation, p.name);
	add(o, p.hub, HUB_NAME);
	return 0;
}

int origins_load(struct db *db, struct pool *pool, struct uuid tenant, struct origins *o, struct err *err)
{
	struct site site;
	int n = site_load(db, pool, &site, err);

	*o = (struct origins){ .pool = pool };
	if (n <= 0)
		return n;
	if (!site.hub)
		return add_self(o, db, &site, err);
	add(o, site.uuid, HUB_NAME);
	return add_tills(o, db, tenant, err);
}

const char *origin_name(const struct origins *o, struct uuid origin)
{
	for (int i = 0; i < o->n; i++)
		if (uuid_eq(o->o[i].uuid, origin))
			return o->o[i].name;
	return NULL;
}
