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
	struct doc in_hand[DOCS_AT_ONCE];	/* the next heads, of one table: their parts are read together */
	int n_in_hand;
	bool cut;				/* what was in hand did not go in all */
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

/* What a page has so far, and may have. */
struct filling {
	struct buf *out;
	size_t from, max_bytes;
	int limit, *n_rows;
	int64_t *last;
};

/* There is room for one row in any case: something goes on. */
static bool is_full(const struct filling *f)
{
	return *f->n_rows > 0 && (*f->n_rows >= f->limit || f->out->len - f->from >= f->max_bytes);
}

/* What the page has no room for is read again for the next one. */
static int put_in_hand(struct merge_read *m, struct filling *f, struct err *err)
{
	int i;

	if (docs_load_parts(m->db, m->pool, m->tenant, m->in_hand, m->n_in_hand, err) < 0)
		return -1;
	for (i = 0; i < m->n_in_hand && !is_full(f); i++) {
		doc_to_sync(&m->in_hand[i], f->out);
		*f->last = m->in_hand[i].head.seq;
		++*f->n_rows;
	}
	m->cut |= i < m->n_in_hand;
	m->n_in_hand = 0;
	return 0;
}

static bool goes_along(const struct merge_read *m, const struct table *t)
{
	return m->n_in_hand == 0 || (m->n_in_hand < DOCS_AT_ONCE && m->in_hand[0].head.table == t);
}

static int put_rows(struct merge_read *m, struct filling *f, struct err *err)
{
	struct source *s;

	while (!is_full(f) && (s = lowest(m))) {
		struct doc *d;

		if (!goes_along(m, s->table)) {
			if (put_in_hand(m, f, err) < 0)
				return -1;
			continue;
		}
		d = &m->in_hand[m->n_in_hand++];
		doc_init(d, s->table);
		d->head = s->next;
		if (advance(m, s, err) < 0)
			return -1;
	}
	return put_in_hand(m, f, err);
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
	struct filling f = { out, 0, max_bytes, limit, n_rows, &c.seq };
	int64_t since = c.seq;
	bool more = false;
	int rc = 0;

	*n_rows = 0;
	jw_name(out, "rows");
	jw_open(out, '[');
	f.from = out->len;
	/* Most cycles have nothing to do: then no table is looked at. */
	if (c.seq < tenant->seq && (rc = open_sources(&m, c.seq, limit, not_from, err)) == 0)
		rc = put_rows(&m, &f, err);
	jw_close(out, ']');
	more = m.cut || lowest(&m) != NULL;
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
