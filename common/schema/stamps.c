/* When each column of a row was last changed: {"price":1763…}, kept with every
 * version and synced, so that edits can be merged column by column.
 *
 * A row without stamps was never changed since it was made: all its columns
 * stand as the row.  A column that the stamps do not name was never written by
 * anybody who knew it: 0.  What a newer version added and is kept as `extra` here
 * counts as one column. */
#include "base/base.h"
#include "schema/schema.h"

#define EXTRA "_extra"

void stamps_read(struct pool *pool, const struct row *r, struct stamps *s)
{
	*s = (struct stamps){ .row = r, .json.missing = true };
	if (r->stamps && json_parse(pool, r->stamps, strlen(r->stamps), &s->json, NULL) < 0)
		s->json = (struct json){ .missing = true };
}

/* No column is younger than its row, whatever it says. */
int64_t stamps_of(const struct stamps *s, const char *column)
{
	int64_t at = 0;

	if (!s->row->stamps)
		return s->row->updated_at;
	if (json_get_int(s->json, column, 0, INT64_MAX, &at, NULL) < 0)
		return 0;
	return MIN(at, s->row->updated_at);
}

int64_t stamps_of_extra(const struct stamps *s)
{
	int64_t latest = 0;

	if (!s->row->stamps)
		return s->row->extra ? s->row->updated_at : 0;
	for (struct json_iter it = json_iter(s->json); json_next(&it);)
		if (table_column(s->row->table, it.name) < 0)
			latest = MAX(latest, stamps_of(s, it.name));
	return latest;
}

int64_t stamps_latest(const struct stamps *s)
{
	int64_t latest = stamps_of_extra(s);

	for (int i = 0; s->row->table->columns[i].name; i++)
		latest = MAX(latest, stamps_of(s, s->row->table->columns[i].name));
	return latest;
}

const char *stamps_text(struct pool *pool, const struct table *t, const int64_t *at, int64_t extra)
{
	struct buf b = { 0 };
	const char *text;

	jw_open(&b, '{');
	for (int i = 0; t->columns[i].name; i++)
		jw_put_int(&b, t->columns[i].name, at[i]);
	if (extra)
		jw_put_int(&b, EXTRA, extra);
	jw_close(&b, '}');
	text = pool_strdup(pool, b.data);
	buf_release(&b);
	return text;
}

const char *stamps_after(struct pool *pool, const struct row *before, uint32_t changed, int64_t at)
{
	int64_t now[COLUMNS_MAX];
	struct stamps was;

	stamps_read(pool, before, &was);
	for (int i = 0; before->table->columns[i].name; i++)
		now[i] = changed & 1u << i ? at : stamps_of(&was, before->table->columns[i].name);
	return stamps_text(pool, before->table, now, stamps_of_extra(&was));
}

const char *stamps_moved(struct pool *pool, const struct row *r, int64_t from, int64_t by, int64_t most)
{
	int64_t now[COLUMNS_MAX];
	struct stamps was;

	if (!r->stamps)
		return NULL;
	stamps_read(pool, r, &was);
	for (int i = 0; r->table->columns[i].name; i++) {
		now[i] = stamps_of(&was, r->table->columns[i].name);
		if (now[i] > from)
			now[i] = MIN(MAX(now[i] - by, from + 1), most);
	}
	return stamps_text(pool, r->table, now, stamps_of_extra(&was));
}
