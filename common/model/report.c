/* What a report is asked for, and how one goes on where a page ended. */
#include "base/base.h"
#include "model/report.h"

#include "base/clock.h"
#include "base/crypto.h"

#define DAY_US (86400 * SECOND_US)

int report_begin(struct report *r, struct db *db, struct pool *pool, struct uuid tenant, struct buf *out, struct err *err)
{
	int64_t minutes;

	*r = (struct report){ .db = db, .pool = pool, .tenant = tenant, .until = FOREVER,
			      .sheet = { .out = out, .pool = pool } };
	if (setting_int(db, tenant, "utc_offset_min", 0, &minutes, err) < 0)
		return -1;
	r->offset_us = minutes * 60 * SECOND_US;
	return 0;
}

/* --- when --- */

#define DATE_LEN (sizeof "2026-01-31" - 1)

/* 1 a day of the shop, 0 an instant, -1. */
static int read_time(const struct report *r, const char *name, const char *text, int64_t *at, struct err *err)
{
	char field[POINTER_MAX];
	const char *midnight = pool_printf(r->pool, "%.20sT00:00:00Z", text);

	if (strlen(text) == DATE_LEN && time_parse(at, midnight, strlen(midnight)) == 0) {
		*at -= r->offset_us;
		return 1;
	}
	if (time_parse(at, text, strlen(text)) == 0)
		return 0;
	member_pointer(field, name);
	return err_field(err, field, "type", "%s: %.40s is neither a day (2026-01-31) nor a time (2026-01-31T12:00:00Z)", name, text);
}

int report_from(struct report *r, const char *name, const char *text, struct err *err)
{
	return text && read_time(r, name, text, &r->from, err) < 0 ? -1 : 0;
}

int report_until(struct report *r, const char *name, const char *text, struct err *err)
{
	int whole_day;

	if (!text)
		return 0;
	if ((whole_day = read_time(r, name, text, &r->until, err)) < 0)
		return -1;
	r->until += whole_day ? DAY_US : 0;
	return 0;
}

int report_as_of(struct report *r, const char *name, const char *text, struct err *err)
{
	int whole_day;

	if (!text)
		return 0;
	if ((whole_day = read_time(r, name, text, &r->until, err)) < 0)
		return -1;
	r->until += whole_day ? DAY_US : 1;
	return 0;
}

/* --- pages --- */

int report_cursor(const struct report *r, void *at, size_t size, struct err *err)
{
	if (!r->page.after)
		return 0;
	if (base64url_decode(r->page.after, strlen(r->page.after), at, size) == (ssize_t)size)
		return 1;
	return err_field(err, "/after", "cursor", "after is no cursor of this list: take `next` of the page before");
}

const char *report_cursor_text(struct pool *pool, const void *at, size_t size)
{
	struct buf b = { 0 };
	const char *text;

	base64url_add(&b, at, size);
	text = pool_strdup(pool, b.data);
	buf_release(&b);
	return text;
}

/* --- rows --- */

int report_add(int64_t *sum, int64_t amount, struct err *err)
{
	if (__builtin_add_overflow(*sum, amount, sum))
		return err_set(err, ERR_INTERNAL, "sum", "the total does not fit a whole number of 64 bits");
	return 0;
}

int report_rows(struct report *r, const struct sheet_shape *shape, const char *sql, struct args args, struct err *err)
{
	struct rows rs;
	int n;

	if (db_rows(r->db, sql, args, &rs, err) < 0)
		return -1;
	sheet_begin(&r->sheet, shape);
	while ((n = rows_next(&rs, err)) > 0)
		sheet_item_of(&r->sheet, &rs, 0);
	rows_end(&rs);
	sheet_end(&r->sheet);
	return n;
}
