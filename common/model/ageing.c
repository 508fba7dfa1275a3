/* Who owes what since when.  Each debt stands in one bucket, by its age in whole
 * days; all of them together are account 1100. */
#include "base/base.h"
#include "model/owed.h"

#include "base/clock.h"

#define DAY_US (86400 * SECOND_US)

/* A debt younger than this many days that no line above took. */
static const struct {
	const char *name, *days;
	int64_t below;
} buckets[] = {
	{ "current", "0-29", 30 },
	{ "d30", "30-59", 60 },
	{ "d60", "60-89", 90 },
	{ "d90", "90-119", 120 },
	{ "older", "120+", INT64_MAX },
};
#define BUCKETS ((int)ARRAY_LEN(buckets))

static int bucket_of(int64_t at, int64_t until)
{
	int64_t days = (until - at) / DAY_US;
	int i = 0;

	while (days >= buckets[i].below)
		i++;
	return i;
}

struct ageing {
	int64_t in[BUCKETS], owed, credit;
};

/* What was paid beyond all debts is not old: it is taken off the youngest. */
static struct ageing age(const struct owings *all, int from, int to, int64_t until)
{
	struct ageing a = { .owed = owings_total(all, from, to), .credit = owings_credit(all, from, to) };
	int64_t open = 0;

	for (int i = from; i < to; i++) {
		a.in[bucket_of(all->list[i].at, until)] += all->list[i].open;
		open += all->list[i].open;
	}
	a.in[0] += a.owed - open;
	return a;
}

static void put_ageing(const struct ageing *a, struct buf *out)
{
	for (int i = 0; i < BUCKETS; i++)
		jw_put_int(out, buckets[i].name, a->in[i]);
	jw_put_int(out, "owed", a->owed);
	jw_put_int(out, "credit", a->credit);
}

static int put_customer(struct db *db, struct pool *pool, struct uuid tenant, struct uuid customer, struct buf *out, struct err *err)
{
	struct val name[1] = { { .type = VAL_NULL } };

	if (uuid_is_zero(customer)) {
		jw_put_null(out, "customer");
		jw_put_null(out, "name");
		return 0;
	}
	if (db_one(db, pool, "SELECT name FROM customers WHERE tenant = $1 AND uuid = $2", ARGS(v_uuid(tenant), v_uuid(customer)),
		   name, 1, err) < 0)
		return -1;
	jw_put_uuid(out, "customer", customer);
	jw_put_str(out, "name", name[0].type == VAL_TEXT ? name[0].s : NULL);
	return 0;
}

static void put_days(struct buf *out)
{
	jw_name(out, "days");
	jw_open(out, '{');
	for (int i = 0; i < BUCKETS; i++)
		jw_put_str(out, buckets[i].name, buckets[i].days);
	jw_close(out, '}');
}

static void add_up(struct ageing *total, const struct ageing *a)
{
	for (int i = 0; i < BUCKETS; i++)
		total->in[i] += a->in[i];
	total->owed += a->owed;
	total->credit += a->credit;
}

int report_receivables(struct db *db, struct pool *pool, struct uuid tenant, int64_t until, struct buf *out, struct err *err)
{
	struct ageing total = { { 0 } };
	struct owings all;

	if (owings_of_all(db, pool, tenant, until ? until : INT64_MAX, &all, err) < 0)
		return -1;
	if (!until)
		until = clock_wall();
	jw_open(out, '{');
	jw_name(out, "items");
	jw_open(out, '[');
	for (int from = 0, to; from < all.n; from = to) {
		struct ageing a = age(&all, from, to = owings_of_next(&all, from), until);

		add_up(&total, &a);
		jw_open(out, '{');
		if (put_customer(db, pool, tenant, all.list[from].customer, out, err) < 0)
			return -1;
		put_ageing(&a, out);
		jw_close(out, '}');
	}
	jw_close(out, ']');
	jw_name(out, "total");
	jw_open(out, '{');
	put_ageing(&total, out);
	jw_close(out, '}');
	put_days(out);
	jw_close(out, '}');
	return 0;
}
