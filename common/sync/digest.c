/* Are two replicas the same, row by row?  A digest is the sum, modulo 2^128, of
 * the first half of SHA-256 over each canonical row: it does not depend on order,
 * and one differing row changes it.  It finds errors; it is no defence against
 * somebody who forges rows.
 *
 * Sums are taken over a table, or over a range of its keys, so that where two
 * replicas differ is found by halving and need not be sent. */
#include "base/base.h"
#include "sync/digest.h"

#include <stdlib.h>

#define CHUNK 500

/* --- ranges --- */

static const struct uuid last_key = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };

struct key_range range_of_table(const struct table *t)
{
	return (struct key_range){ .table = t, .upto = last_key };
}

void range_put(const struct key_range *r, struct buf *out)
{
	jw_put_str(out, "table", r->table->name);
	jw_put_uuid(out, "after", r->after);
	jw_put_uuid(out, "upto", r->upto);
}

int range_read(struct json j, struct key_range *r, struct err *err)
{
	const char *name = "";
	const struct table *t;

	if (json_get_str(j, "table", 64, &name, err) < 0)
		return -1;
	if (!(t = schema_synced(slice_of(name))))
		return err_field(err, "/table", "unknown_table", "there is no table %s", name);
	*r = range_of_table(t);
	return json_get_uuid(j, "after", &r->after, err) < 0 || json_get_uuid(j, "upto", &r->upto, err) < 0 ? -1 : 0;
}

/* --- what is left out --- */

static int by_uuid(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct uuid));
}

int scope_without(struct scope *s, struct pool *pool, struct uuid u, struct err *err)
{
	if (s->n_without == LEFT_OUT_MAX)
		return err_set(err, ERR_BUSY, "not_comparable", "more than %d rows are on their way: sync first", LEFT_OUT_MAX);
	if (s->n_without == s->room) {
		struct uuid *more = pool_alloc(pool, sizeof *more * (size_t)MAX(64, 2 * s->room));

		if (s->n_without)
			memcpy(more, s->without, sizeof *more * (size_t)s->n_without);
		s->without = more;
		s->room = MAX(64, 2 * s->room);
	}
	s->without[s->n_without++] = u;
	return 0;
}

int scope_without_rows(struct scope *s, struct pool *pool, const char *sql, struct args args, struct err *err)
{
	struct rows rs;
	int n;

	if (db_rows(s->db, sql, args, &rs, err) < 0)
		return -1;
	while ((n = rows_next(&rs, err)) > 0)
		if ((n = scope_without(s, pool, rows_uuid(&rs, 0), err)) < 0)
			break;
	rows_end(&rs);
	return n < 0 ? -1 : 0;
}

int scope_without_named(struct scope *s, struct pool *pool, struct json list, struct err *err)
{
	for (size_t i = 0; i < json_len(list); i++) {
		struct uuid u;

		if (json_to_uuid(json_at(list, i), "/without", &u, err) < 0 || scope_without(s, pool, u, err) < 0)
			return -1;
	}
	return 0;
}

void scope_close(struct scope *s)
{
	if (s->n_without)
		qsort(s->without, (size_t)s->n_without, sizeof *s->without, by_uuid);
}

void scope_put_without(const struct scope *s, const char *name, int from, struct buf *out)
{
	jw_name(out, name);
	jw_open(out, '[');
	for (int i = from; i < s->n_without; i++)
		jw_uuid(out, s->without[i]);
	jw_close(out, ']');
}

static bool is_left_out(const struct scope *s, const struct row *r)
{
	if (r->seq == 0 || r->seq > s->seq)
		return true;
	if (r->deleted_at && r->table->rule == NEWEST_WINS && r->seq <= s->purged)
		return true;
	return s->n_without && bsearch(&r->uuid, s->without, (size_t)s->n_without, sizeof *s->without, by_uuid);
}

/* --- sums --- */

void digest_add(struct digest *d, const uint8_t *hash)
{
	unsigned carry = 0;

	for (int i = 15; i >= 0; i--) {
		carry += d->sum[i] + hash[i];
		d->sum[i] = (uint8_t)carry;
		carry >>= 8;
	}
	d->rows++;
}

void digest_put_sum(const uint8_t *sum, struct buf *out)
{
	struct buf hex = { 0 };

	hex_add(&hex, sum, DIGEST_LEN);
	jw_put_str(out, "sum", hex.data);
	buf_release(&hex);
}

struct reading {
	const struct scope *s;
	const struct table *table;
	struct pool *pool;
	struct uuid last, upto;
	row_fn *fn;
	void *ctx;
	struct doc in_hand[DOCS_AT_ONCE];	/* heads whose parts are read together */
	int n_in_hand;
};

static int show_doc(struct reading *rd, const struct doc *d, struct err *err)
{
	uint8_t hash[SHA256_LEN];
	struct buf canon = { 0 };

	doc_canon(d, &canon);
	sha256(canon.data, canon.len, hash);
	buf_release(&canon);
	return rd->fn(&d->head, hash, rd->ctx, err);
}

/* What fn says: 0 go on, 1 enough; or -1. */
static int show_in_hand(struct reading *rd, struct err *err)
{
	int rc = docs_load_parts(rd->s->db, rd->pool, rd->s->tenant, rd->in_hand, rd->n_in_hand, err);

	for (int i = 0; rc == 0 && i < rd->n_in_hand; i++)
		rc = show_doc(rd, &rd->in_hand[i], err);
	rd->n_in_hand = 0;
	pool_clear(rd->pool);
	return rc;
}

static void take_in_hand(struct reading *rd, const struct rows *rs)
{
	struct doc *d = &rd->in_hand[rd->n_in_hand];

	doc_init(d, rd->table);
	row_from_rows(rd->table, rs, rd->pool, &d->head);
	rd->last = d->head.uuid;
	rd->n_in_hand += !is_left_out(rd->s, &d->head);
}

/* Rows read; less than CHUNK at the end; -1. */
static int read_chunk(struct reading *rd, struct err *err)
{
	struct args args = ARGS(v_uuid(rd->s->tenant), v_uuid(rd->last), v_uuid(rd->upto), v_int(CHUNK));
	int n, read = 0, rc = 0;
	struct rows rs;

	if (db_rows(rd->s->db, table_sql(rd->table)->page_range, args, &rs, err) < 0)
		return -1;
	while (rc == 0 && (n = rows_next(&rs, err)) > 0) {
		read++;
		take_in_hand(rd, &rs);
		if (rd->n_in_hand == DOCS_AT_ONCE)
			rc = show_in_hand(rd, err);
	}
	rows_end(&rs);
	if (rc == 0 && n == 0)
		rc = show_in_hand(rd, err);
	if (rc < 0 || n < 0)
		return -1;
	return rc > 0 ? 0 : read;
}

int scope_rows(const struct scope *s, const struct key_range *r, row_fn *fn, void *ctx, struct err *err)
{
	struct reading rd = { .s = s, .table = r->table, .pool = pool_new(), .last = r->after, .upto = r->upto, .fn = fn, .ctx = ctx };
	int read;

	while ((read = read_chunk(&rd, err)) == CHUNK)
		;
	pool_free(&rd.pool);
	return MIN(read, 0);
}

static int sum_row(const struct row *head UNUSED, const uint8_t *hash, void *digest, struct err *err UNUSED)
{
	digest_add(digest, hash);
	return 0;
}

int scope_sum(const struct scope *s, struct digest *d, struct err *err)
{
	return scope_rows(s, &d->range, sum_row, d, err);
}
