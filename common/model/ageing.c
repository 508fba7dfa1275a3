/* Who owes what since when.  Each debt stands in one bucket, by its age in whole
 * days; all of them together are account 1100. */
#include "base/base.h"
#include "model/owed.h"
#include "model/report.h"

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

static const struct sheet_shape shape = { "receivables", (const struct column[]){
	{ "customer", COL_UUID }, { "name", COL_TEXT }, { "current", COL_MONEY }, { "d30", COL_MONEY }, { "d60", COL_MONEY },
	{ "d90", COL_MONEY }, { "older", COL_MONEY }, { "owed", COL_MONEY }, { "credit", COL_MONEY }, { NULL } } };

/* Behind customer and name. */
static void put_ageing(const struct ageing *a, struct val *cells)
{
	for (int i = 0; i < BUCKETS; i++)
		cells[2 + i] = v_int(a->in[i]);
	cells[2 + BUCKETS] = v_int(a->owed);
	cells[3 + BUCKETS] = v_int(a->credit);
}

static int put_customer(struct report *r, struct uuid customer, struct val *cells, struct err *err)
{
	static const char sql[] = "SELECT name FROM customers WHERE tenant = $1 AND uuid = $2";

	cells[0] = v_uuid_or_null(customer);
	cells[1] = v_null();
	if (uuid_is_zero(customer))
		return 0;
	return MIN(db_one(r->db, r->pool, sql, ARGS(v_uuid(r->tenant), v_uuid(customer)), &cells[1], 1, err), 0);
}

static void put_days(struct sheet *s)
{
	if (s->csv)
		return;
	jw_name(s->out, "days");
	jw_open(s->out, '{');
	for (int i = 0; i < BUCKETS; i++)
		jw_put_str(s->out, buckets[i].name, buckets[i].days);
	jw_close(s->out, '}');
}

static void add_up(struct ageing *total, const struct ageing *a)
{
	for (int i = 0; i < BUCKETS; i++)
		total->in[i] += a->in[i];
	total->owed += a->owed;
	total->credit += a->credit;
}

int report_receivables(struct report *r, struct err *err)
{
	bool of_now = r->until == FOREVER;
	int64_t until = of_now ? clock_wall() : r->until - 1;
	struct val cells[SHEET_COLUMNS_MAX] = { v_null() };
	struct ageing total = { { 0 } };
	struct owings all;

	if (owings_of_all(r->db, r->pool, r->tenant, of_now ? FOREVER : until, &all, err) < 0)
		return -1;
	sheet_begin(&r->sheet, &shape);
	for (int from = 0, to; from < all.n; from = to) {
		struct ageing a = age(&all, from, to = owings_of_next(&all, from), until);

		add_up(&total, &a);
		if (put_customer(r, all.list[from].customer, cells, err) < 0)
			return -1;
		put_ageing(&a, cells);
		sheet_item(&r->sheet, cells);
	}
	sheet_end(&r->sheet);
	cells[0] = cells[1] = v_null();
	put_ageing(&total, cells);
	sheet_totals(&r->sheet, "total", cells);
	put_days(&r->sheet);
	return 0;
}
