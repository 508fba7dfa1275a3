/* The hub hands out what changed since a cursor, in the order of the change
 * numbers.  The counter's lock is held to the commit, so whoever has read up to
 * number n has everything below it. */
#include "base/base.h"
#include "sync/sync.h"

#include <stdlib.h>

void cursor_print(struct cursor c, struct buf *out)
{
	buf_printf(out, "%s.%lld", uuid_text(c.epoch).s, (long long)c.seq);
}

/* One text for each number: what strtoll() takes besides is no cursor. */
static bool is_written_so(struct cursor c, const char *text)
{
	struct buf b = { 0 };
	bool same;

	cursor_print(c, &b);
	same = strcmp(text + UUID_TEXT_LEN, b.data + UUID_TEXT_LEN) == 0;
	buf_release(&b);
	return same;
}

int cursor_parse(const char *text, struct cursor *c, struct err *err)
{
	if (strlen(text) < UUID_TEXT_LEN + 2 || uuid_parse(&c->epoch, text, UUID_TEXT_LEN) < 0)
		return err_field(err, "/since", "cursor", "since is no cursor of ours");
	c->seq = strtoll(text + UUID_TEXT_LEN + 1, NULL, 10);
	if (c->seq < 0 || !is_written_so(*c, text))
		return err_field(err, "/since", "cursor", "since is no cursor of ours");
	return 0;
}

/* One table's part of the merge: its next row is in hand. */
struct source {
	const struct table *table;
	struct rows rows;
	struct row next;
	bool open, has;
};

struct merge_read {
	struct db *db;
	struct uuid tenant;
	struct pool *pool;
	struct source s[SYNCED_MAX];
	int n;
};

static int advance(struct merge_read *m, struct source *s, struct err *err)
{
	int n = rows_next(&s->rows, err);

	s->has = n > 0;
	if (n > 0)
		row_from_rows(s->table, &s->rows, m->pool, &s->next);
	return n < 0 ? -1 : 0;
}

static int open_sources(struct merge_read *m, int64_t since, int limit, struct uuid not_from, struct err *err)
{
	for (const struct table *t = schema; t->name; t++) {
		struct source *s = &m->s[m->n];

		if (!table_is_synced(t))
			continue;
		s->table = t;
		if (db_rows(m->db, table_sql(t)->page_seq, ARGS(v_uuid(m->tenant), v_int(since), v_int(limit), v_uuid(not_from)),
			    &s->rows, err) < 0)
			return -1;
		s->open = true;
		m->n++;
		if (advance(m, s, err) < 0)
			return -1;
	}
	return 0;
}

static void close_sources(struct merge_read *m)
{
	for (int i = 0; i < SYNCED_MAX; i++)
		if (m->s[i].open)
			rows_end(&m->s[i].rows);
}

static struct source *lowest(struct merge_read *m)
{
	struct source *low = NULL;

	for (int i = 0; i < m->n; i++)
		if (m->s[i].has && (!low || m->s[i].next.seq < low->next.seq))
			low = &m->s[i];
	return low;
}

static int put_row(struct merge_read *m, const struct row *head, struct buf *out, struct err *err)
{
	struct doc d;

	doc_init(&d, head->table);
	d.head = *head;
	if (doc_load_parts(m->db, m->pool, m->tenant, &d, err) < 0)
		return -1;
	doc_to_sync(&d, out);
	return 0;
}

static int put_rows(struct merge_read *m, int limit, size_t max_bytes, int *n_rows, int64_t *last, struct buf *out, struct err *err)
{
	size_t from = out->len;
	struct source *s;

	*n_rows = 0;
	while ((s = lowest(m)) && *n_rows < limit && out->len - from < max_bytes) {
		if (put_row(m, &s->next, out, err) < 0)
			return -1;
		*last = s->next.seq;
		++*n_rows;
		if (advance(m, s, err) < 0)
			return -1;
	}
	return 0;
}

static void put_end(struct buf *out, struct cursor next, bool more, int64_t seq)
{
	struct buf text = { 0 };

	cursor_print(next, &text);
	jw_put_str(out, "next", text.data);
	jw_put_bool(out, "more", more);
	jw_put_uuid(out, "epoch", next.epoch);
	jw_put_int(out, "seq", seq);
	buf_release(&text);
}

/* Versions of this till's that did not stand, with the numbers of those that did.
 * What goes beyond the page comes again with the next one. */
static int put_lost(struct db *db, struct uuid tenant, struct uuid loser, int64_t since, struct cursor *c, bool *more,
		    struct buf *out, struct err *err)
{
	int64_t until = c->seq;

	if (since == c->seq)
		return 0;
	jw_name(out, "lost");
	if (conflict_lost(db, tenant, loser, since, &until, out, err) < 0)
		return -1;
	*more |= until < c->seq;
	c->seq = until;
	return 0;
}

static int check_epoch(const struct tenant *tenant, const struct cursor *c, struct err *err)
{
	if (uuid_eq(c->epoch, tenant->epoch) && c->seq <= tenant->seq)
		return 0;
	return err_set(err, ERR_GONE, "epoch", "this hub numbers its changes anew: begin again with a first load");
}

static int put_page(struct db *db, const struct tenant *tenant, struct uuid not_from, struct cursor c, int limit,
		    size_t max_bytes, int *n_rows, struct buf *out, struct err *err)
{
	struct merge_read m = { .db = db, .tenant = tenant->uuid, .pool = pool_new() };
	int64_t since = c.seq;
	bool more = false;
	int rc = 0;

	*n_rows = 0;
	jw_name(out, "rows");
	jw_open(out, '[');
	/* Most cycles have nothing to do: then no table is looked at. */
	if (c.seq < tenant->seq && (rc = open_sources(&m, c.seq, limit, not_from, err)) == 0)
		rc = put_rows(&m, limit, max_bytes, n_rows, &c.seq, out, err);
	jw_close(out, ']');
	more = lowest(&m) != NULL;
	if (!more && *n_rows < limit)
		c.seq = tenant->seq;	/* behind what came from this device itself */
	else
		more = true;
	close_sources(&m);
	pool_free(&m.pool);
	if (rc == 0)
		rc = put_lost(db, tenant->uuid, not_from, since, &c, &more, out, err);
	if (rc == 0)
		put_end(out, c, more, tenant->seq);
	return rc;
}

static int locked_page(struct db *db, struct pool *pool, struct uuid tenant, struct uuid not_from, const char *since,
		       int limit, size_t max_bytes, int *n_rows, struct buf *out, struct err *err)
{
	struct cursor c = { 0 };
	struct tenant t;

	if (tenant_need(db, pool, tenant, &t, err) < 0)
		return -1;
	if (cursor_parse(since, &c, err) < 0 || check_epoch(&t, &c, err) < 0)
		return -1;
	jw_open(out, '{');
	if (put_page(db, &t, not_from, c, limit, max_bytes, n_rows, out, err) < 0)
		return -1;
	jw_close(out, '}');
	return 0;
}

int pull_page(struct db *db, struct uuid tenant, struct uuid not_from, const char *since, int limit,
	      size_t max_bytes, int *n_rows, struct buf *out, struct err *err)
{
	struct pool *pool;
	int rc;

	/* One state for the counter and all tables. */
	if (db_read_begin(db, err) < 0)
		return -1;
	pool = pool_new();
	rc = locked_page(db, pool, tenant, not_from, since, limit, max_bytes, n_rows, out, err);
	pool_free(&pool);
	db_read_end(db);
	return rc;
}

/* --- was it away too long? --- */

int pull_check_away(struct db *db, struct pool *pool, struct uuid tenant, const char *since, struct err *err)
{
	struct cursor c = { 0 };
	struct tenant t;
	int found = tenant_load(db, pool, tenant, &t, err);

	if (found < 0 || cursor_parse(since, &c, err) < 0)
		return -1;
	if (found == 0 || !uuid_eq(c.epoch, t.epoch) || c.seq >= t.purged)
		return 0;
	return err_set(err, ERR_GONE, "away", "this till was away longer than deletions are kept: pull with away=1, then compare and repair");
}

/* --- does the till still have what it sent? --- */

int own_since(struct db *db, struct uuid tenant, struct uuid origin, int64_t seq, int64_t *n_r, struct err *err)
{
	*n_r = 0;
	for (const struct table *t = schema; t->name; t++) {
		int64_t n;

		if (!table_is_synced(t))
			continue;
		if (db_int(db, table_sql(t)->own_since, ARGS(v_uuid(tenant), v_int(seq), v_uuid(origin)), &n, err) < 0)
			return -1;
		*n_r += n;
	}
	return 0;
}

int pull_check_own(struct db *db, struct pool *pool, struct uuid tenant, struct uuid origin, const char *since, int64_t own,
		   struct err *err)
{
	struct cursor c = { 0 };
	struct tenant t;
	int64_t n = 0;
	int found = tenant_load(db, pool, tenant, &t, err);

	if (found < 0 || cursor_parse(since, &c, err) < 0)
		return -1;
	if (found == 0 || !uuid_eq(c.epoch, t.epoch) || c.seq >= t.seq)
		return 0;
	if (own_since(db, tenant, origin, c.seq, &n, err) < 0)
		return -1;
	if (n <= own)
		return 0;
	return err_set(err, ERR_CONFLICT, "device_restored",
		       "this till has sent %lld versions since %lld and knows of %lld: its database is an older copy, so come back as another "
		       "incarnation", (long long)n, (long long)c.seq, (long long)own);
}
