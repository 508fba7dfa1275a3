/* Looking for records by the beginnings of their words: ?q=bas ri finds "Basmati
 * rice".  Every word of a record's searched columns is a row of `words`, so a
 * prefix is a range of its key, on either engine, and both give the same answer.
 *
 * Of several words the rarest is followed through the key and the others are
 * checked; who has the word itself comes before who has a longer one. */
#include "base/base.h"
#include "model/lists.h"

#include "base/crypto.h"
#include "base/words.h"

#define ROW_WORDS_MAX 64	/* of one record; what is more is not found by it */
#define ASKED_MAX 5		/* of one question; more do not narrow it further */
#define RARE 1000		/* words that are more frequent are all the same */

/* Words are kept as bytes: text compares by the habits of a language. */
static struct val bytes_of(const struct word *w)
{
	return v_blob(w->s, w->len);
}

/* --- keeping --- */

static int words_of(const struct row *r, struct word *w)
{
	int n = 0;

	if (!r || r->deleted_at)
		return 0;
	for (int i = 0; r->table->columns[i].name; i++)
		if (r->table->columns[i].flags & COL_SEARCH && r->v[i].type == VAL_TEXT)
			n = words_add(w, n, ROW_WORDS_MAX, r->v[i].s);
	return n;
}

/* sql for each word of a that b lacks. */
static int each_lacking(struct txn *t, struct uuid tenant, const struct row *r, const char *sql, const struct word *a, int n_a,
			const struct word *b, int n_b, struct err *err)
{
	for (int i = 0; i < n_a; i++)
		if (!word_is_among(b, n_b, &a[i]) &&
		    txn_send(t, sql, ARGS(v_uuid(tenant), v_int(r->table->rank), bytes_of(&a[i]), v_uuid(r->uuid)), err) < 0)
			return -1;
	return 0;
}

int search_put(struct txn *t, struct uuid tenant, const struct row *r, const struct row *before, struct err *err)
{
	static const char add[] = "INSERT INTO words (tenant, tbl, word, uuid) VALUES ($1, $2, $3, $4) "
				  "ON CONFLICT (tenant, tbl, word, uuid) DO NOTHING";
	static const char drop[] = "DELETE FROM words WHERE tenant = $1 AND tbl = $2 AND word = $3 AND uuid = $4";
	struct word now[ROW_WORDS_MAX], then[ROW_WORDS_MAX];
	int n_now = words_of(r, now), n_then = words_of(before, then);

	if (each_lacking(t, tenant, r, drop, then, n_then, now, n_now, err) < 0)
		return -1;
	return each_lacking(t, tenant, r, add, now, n_now, then, n_then, err);
}

static bool is_searched(const struct table *t)
{
	if (t->rule != NEWEST_WINS)
		return false;
	for (int i = 0; t->columns[i].name; i++)
		if (t->columns[i].flags & COL_SEARCH)
			return true;
	return false;
}

static int index_table(struct txn *t, struct uuid tenant, const struct table *table, struct err *err)
{
	struct pool *scratch = pool_new();
	struct uuid last = { { 0 } };
	struct rows rs;
	struct row r;
	int n, seen = LIST_CHUNK;

	for (n = 0; n == 0 && seen == LIST_CHUNK;) {
		seen = 0;
		n = db_rows(t->db, table_sql(table)->page_uuid, ARGS(v_uuid(tenant), v_uuid(last), v_int(LIST_CHUNK)), &rs, err);
		if (n < 0)
			break;
		while ((n = rows_next(&rs, err)) > 0) {
			pool_clear(scratch);
			row_from_rows(table, &rs, scratch, &r);
			last = r.uuid;
			seen++;
			if ((n = search_put(t, tenant, &r, NULL, err)) < 0)
				break;
		}
		rows_end(&rs);
	}
	pool_free(&scratch);
	return n;
}

int search_rebuild(struct txn *t, struct uuid tenant, struct err *err)
{
	if (txn_send(t, "DELETE FROM words WHERE tenant = $1", ARGS(v_uuid(tenant)), err) < 0)
		return -1;
	for (const struct table *table = schema; table->name; table++)
		if (is_searched(table) && index_table(t, tenant, table, err) < 0)
			return -1;
	return 0;
}

/* --- finding --- */

/* All words that begin with one: [from, to). */
struct range {
	struct word from, to;
};

/* Behind every word with that beginning: no byte of UTF-8 is 0xff. */
static struct range range_of(const struct word *w)
{
	struct range r = { *w, *w };

	r.to.s[r.to.len++] = (char)0xff;
	return r;
}

struct question {
	struct db *db;
	struct uuid tenant;
	const struct table *table;
	struct range asked[ASKED_MAX];
	int n;
	struct word at;		/* the page goes on behind this word … */
	struct uuid behind;	/* … and this row */
	found_fn *found;
	void *ctx;
};

static int count_some(struct question *q, const struct range *r, int64_t *n, struct err *err)
{
	static const char sql[] = "SELECT CAST(count(*) AS bigint) FROM (SELECT 1 AS one FROM words WHERE tenant = $1 "
				  "AND tbl = $2 AND word >= $3 AND word < $4 LIMIT $5) AS few";

	return db_int(q->db, sql, ARGS(v_uuid(q->tenant), v_int(q->table->rank), bytes_of(&r->from), bytes_of(&r->to),
				       v_int(RARE)), n, err);
}

/* The rarest word comes to the front. */
static int rarest_first(struct question *q, struct err *err)
{
	int64_t least = INT64_MAX, n;

	for (int i = 0; q->n > 1 && i < q->n; i++) {
		struct range r = q->asked[i];

		if (count_some(q, &r, &n, err) < 0)
			return -1;
		if (n >= least)
			continue;
		least = n;
		q->asked[i] = q->asked[0];
		q->asked[0] = r;
	}
	return 0;
}

static bool begins(const struct word *w, const struct word *beginning)
{
	return w->len >= beginning->len && memcmp(w->s, beginning->s, beginning->len) == 0;
}

/* The page before followed one of the words: so does this one. */
static int go_on(struct question *q, const char *after, struct err *err)
{
	const char *dot = strchr(after, '.');
	ssize_t len = dot ? base64url_decode(after, (size_t)(dot - after), (uint8_t *)q->at.s, WORD_MAX) : -1;

	q->at.len = (size_t)MAX(len, 0);
	if (len > 0 && uuid_parse(&q->behind, dot + 1, strlen(dot + 1)) == 0)
		for (int i = 0; i < q->n; i++)
			if (begins(&q->at, &q->asked[i].from)) {
				struct range r = q->asked[i];

				q->asked[i] = q->asked[0];
				q->asked[0] = r;
				return 0;
			}
	return err_field(err, "/after", "cursor", "after is no cursor of this list: take `next` of the page before");
}

static int begin(struct question *q, const struct page *page, struct err *err)
{
	if (page->after)
		return go_on(q, page->after, err);
	if (rarest_first(q, err) < 0)
		return -1;
	q->at = q->asked[0].from;
	return 0;
}

static const char *cursor_text(struct pool *pool, const struct word *at, struct uuid behind)
{
	struct buf b = { 0 };
	const char *text;

	base64url_add(&b, at->s, at->len);
	buf_printf(&b, ".%s", uuid_text(behind).s);
	text = pool_strdup(pool, b.data);
	buf_release(&b);
	return text;
}

#define WITH(from, to) "AND EXISTS (SELECT 1 FROM words x WHERE x.tenant = $1 AND x.tbl = $2 AND x.uuid = w.uuid " \
	"AND x.word >= " from " AND x.word < " to ") "

/* Who is found by an earlier word already is not found again. */
static const char find[] =
	"SELECT w.word, w.uuid FROM words w WHERE w.tenant = $1 AND w.tbl = $2 AND w.word >= $3 AND w.word < $4 "
	"AND (w.word, w.uuid) > ($3, $5) AND NOT EXISTS (SELECT 1 FROM words x WHERE x.tenant = $1 AND x.tbl = $2 "
	"AND x.uuid = w.uuid AND x.word >= $6 AND x.word < w.word) "
	WITH("$7", "$8") WITH("$9", "$10") WITH("$11", "$12") WITH("$13", "$14") "ORDER BY w.word, w.uuid LIMIT $15";

static int open_found(struct question *q, int limit, struct rows *rs, struct err *err)
{
	static const struct range any = { .to = { "\xff", 1 } };
	const struct range *with[ASKED_MAX] = { &any, &any, &any, &any, &any };

	for (int i = 0; i < q->n; i++)
		with[i] = &q->asked[i];
	return db_rows(q->db, find,
		       ARGS(v_uuid(q->tenant), v_int(q->table->rank), bytes_of(&q->at), bytes_of(&q->asked[0].to),
			    v_uuid(q->behind), bytes_of(&q->asked[0].from), bytes_of(&with[1]->from), bytes_of(&with[1]->to),
			    bytes_of(&with[2]->from), bytes_of(&with[2]->to), bytes_of(&with[3]->from), bytes_of(&with[3]->to),
			    bytes_of(&with[4]->from), bytes_of(&with[4]->to), v_int(limit + 1)), rs, err);
}

static void keep_place(struct question *q, const struct rows *rs)
{
	struct val word = rows_val(rs, 0);

	q->at.len = MIN(word.len, WORD_MAX);
	memcpy(q->at.s, word.s, q->at.len);
	q->behind = rows_uuid(rs, 1);
}

/* Does it answer the question by its own words? */
static bool is_found(const struct question *q, const struct row *r)
{
	struct word w[ROW_WORDS_MAX];
	int n = words_of(r, w);

	for (int i = 0; i < q->n; i++) {
		int k = 0;

		while (k < n && !begins(&w[k], &q->asked[i].from))
			k++;
		if (k == n)
			return false;
	}
	return true;
}

/* Whoever looks for what became another one means that: it is shown, once.
 * 1 *r is to be shown, 0 not, -1. */
static int follow_twin(struct question *q, struct pool *scratch, struct row *r, struct err *err)
{
	int n;

	if (!record_is_merged(r))
		return 1;
	n = row_load(q->db, scratch, q->tenant, q->table, row_uuid(r, "merged_into"), r, err);
	return n > 0 ? !r->deleted_at && !is_found(q, r) : n;
}

static int tell_found(struct question *q, struct pool *scratch, struct err *err)
{
	struct row r;
	int n;

	pool_clear(scratch);
	n = row_load(q->db, scratch, q->tenant, q->table, q->behind, &r, err);
	if (n <= 0 || r.deleted_at || (n = follow_twin(q, scratch, &r, err)) <= 0)
		return MIN(n, 0);
	return q->found(q->ctx, &r, err);
}

/* 1 there is more, 0, -1. */
static int tell_page(struct question *q, struct pool *scratch, int limit, struct err *err)
{
	struct rows rs;
	int n, found = 0;

	if (open_found(q, limit, &rs, err) < 0)
		return -1;
	while ((n = rows_next(&rs, err)) > 0 && found < limit) {
		keep_place(q, &rs);
		if ((n = tell_found(q, scratch, err)) < 0)
			break;
		found++;
	}
	rows_end(&rs);
	return n;
}

static int ask(struct question *q, const char *text)
{
	struct word w[ASKED_MAX];

	q->n = words_add(w, 0, ASKED_MAX, text);
	for (int i = 0; i < q->n; i++)
		q->asked[i] = range_of(&w[i]);
	return q->n;
}

int search_each(struct db *db, struct uuid tenant, const struct table *table, const struct page *page, struct pool *pool,
		found_fn *found, void *ctx, const char **next_r, struct err *err)
{
	struct question q = { .db = db, .tenant = tenant, .table = table, .found = found, .ctx = ctx };
	struct pool *scratch = pool_new();
	int more = 0;

	if (ask(&q, page->q) > 0) {
		more = begin(&q, page, err);
		if (more == 0)
			more = tell_page(&q, scratch, page->limit, err);
	}
	*next_r = more > 0 ? cursor_text(pool, &q.at, q.behind) : NULL;
	pool_free(&scratch);
	return MIN(more, 0);
}

static int put_row(void *out, const struct row *r, struct err *err)
{
	(void)err;
	jw_open(out, '{');
	row_json(r, FORM_REST, out);
	jw_close(out, '}');
	return 0;
}

int search_list(struct db *db, struct uuid tenant, const struct table *table, const struct page *page, struct buf *out,
		struct err *err)
{
	struct pool *pool = pool_new();
	const char *next;
	int rc;

	list_open(out);
	rc = search_each(db, tenant, table, page, pool, put_row, out, &next, err);
	list_close(out, next);
	pool_free(&pool);
	return rc;
}
