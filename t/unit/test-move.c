/* A shop's rows become another tenant's in slices, while it goes on; SQLite, for others rename. */
#include "base/base.h"
#include "net.h"
#include "trial.h"

#include "model/move.h"
#include "store/driver.h"
#include "store/mirror.h"

#define CHUNK 4		/* rows: every table is cut somewhere */
#define TRADES 20	/* then it closes: what is written faster than it is moved never ends */
#define SLICES_MAX 2000

/* --- what stands where --- */

static void add_columns(const struct table *t, struct buf *sql)
{
	for (const struct column *c = t->columns; c->name; c++)
		if (strcmp(c->name, "tenant") != 0)
			buf_printf(sql, " || '|' || quote(%s)", c->name);
	for (const struct column *c = sync_columns; table_is_synced(t) && c->name; c++)
		buf_printf(sql, " || '|' || quote(%s)", c->name);
}

/* All that a tenant has, but for SQLite's own numbers of rows. */
static const char *all_of(struct fixture *f, struct uuid tenant)
{
	struct buf all = { 0 };
	const char *text;
	struct rows rs;

	for (const struct table *t = schema; t->name; t++) {
		struct buf sql = { 0 };

		if (!table_sql(t)->rename_tenant || strcmp(t->name, "moving") == 0 || strcmp(t->name, "pairing") == 0)
			continue;
		buf_printf(&sql, "SELECT '%s'%s", t->name, table_is_synced(t) ? " || quote(uuid)" : "");
		buf_str(&sql, table_is_part(t) ? " || quote(doc) || '.' || pos" : "");
		add_columns(t, &sql);
		buf_printf(&sql, " FROM %s WHERE tenant = $1 ORDER BY 1", t->name);
		must(f, db_rows(f->db, sql.data, ARGS(v_uuid(tenant)), &rs, &f->err));
		while (rows_next(&rs, &f->err) > 0)
			buf_printf(&all, "%s\n", rows_text(&rs, 0, f->pool));
		rows_end(&rs);
		buf_release(&sql);
	}
	text = all.len ? pool_strdup(f->pool, all.data) : "";
	buf_release(&all);
	return text;
}

static int64_t bulk_of(struct fixture *f, struct uuid tenant)
{
	int64_t n;

	must(f, mirror_count(f->db, tenant, &n, &f->err));
	return n;
}

static int64_t triggers(struct fixture *f)
{
	return fixture_int(f, "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'", NO_ARGS);
}

/* --- a shop, and what it does meanwhile --- */

struct shop {
	struct fixture *f;
	struct uuid local, tea, gone[4], customer;
	int turn, deleted;
};

static struct shop open_shop(struct fixture *f)
{
	struct shop s = { .f = f, .local = f->w.tenant };

	/* Power does not fail here. */
	if (f->engine == ENGINE_SQLITE) {
		db_rollback(f->db);
		must(f, f->db->driver->script(f->db, "PRAGMA synchronous = OFF", &f->err));
	}
	fixture_rollback(f);
	s.tea = make_product(f, "Green tea", 250);
	s.customer = make_customer(f, "0100");
	for (size_t i = 0; i < ARRAY_LEN(s.gone); i++)
		s.gone[i] = make_customer(f, (const char *[]){ "0200", "0201", "0202", "0203" }[i]);
	buy(f, s.tea, 40, 100);
	for (int i = 0; i < 5; i++)
		sell(f, s.tea, 9, 250);		/* the last ones are oversold */
	return s;
}

/* Another kind of write each time: insert, update, tombstone, delete. */
static void trade(struct shop *s)
{
	struct fixture *f = s->f;
	int turn = s->turn++;

	f->w.tenant = s->local;
	switch (turn % 5) {
	case 0:
		sell(f, s->tea, 2, 250);
		break;
	case 1:
		change_customer(f, s->customer, "name", turn % 2 ? "Anna" : "Bella");
		break;
	case 2:
		if (s->deleted < (int)ARRAY_LEN(s->gone))
			must(f, record_delete(&f->w, schema_table("customers"), s->gone[s->deleted++], NULL, &f->err));
		break;
	case 3:
		must(f, txn_run(&f->t, "DELETE FROM outbox WHERE tenant = $1 AND uuid = $2", ARGS(v_uuid(s->local), v_uuid(s->tea)), &f->err));
		break;
	default:
		make_product(f, "Black tea", 300);
		buy(f, s->tea, 1, 110);
	}
	fixture_commit(f);
}

/* As if an earlier try had left something: then even a small shop moves in slices. */
static void begin_in_slices(struct shop *s, struct uuid to)
{
	struct fixture *f = s->f;

	must(f, txn_run(&f->t, "INSERT INTO moving (tenant, clean, done, total) VALUES ($1, 0, 0, 0)", ARGS(v_uuid(to)), &f->err));
	f->w.tenant = s->local;
	assert_int_equal(pairing_begin(&f->w, "https://hub.example", to, "Front till", &f->err), 1);
	assert_true(uuid_eq(f->w.tenant, s->local));
	fixture_commit(f);
	s->turn += s->turn % TRADES == TRADES - 1;
}

/* Tried at its statements: one that fails is told of, and undone the next does its work. */
static int tried_slice(struct move_slice *s, struct err *err)
{
	struct trial x = { .what = "move_slice", .db = s->w.t->db, .t = s->w.t, STATE(s) };

	TRY(x, move_slice(s, err));
}

static enum move_end slice(struct fixture *f)
{
	struct move_slice s = { .w = f->w, .slice_ms = 0, .chunk = CHUNK, .rows = 1000 };

	must(f, tried_slice(&s, &f->err));
	return s.end;
}

static struct pairing pairing_now(struct fixture *f)
{
	struct pairing p;

	assert_int_equal(pairing_load(f->db, f->pool, &p, &f->err), 1);
	return p;
}

/* Nothing is copied twice: so many rows are nearly all. */
static bool is_near_the_end(struct shop *s)
{
	struct fixture *f = s->f;

	return fixture_int(f, "SELECT count(*) FROM moving WHERE tbl IN ('layers', 'oversold')", NO_ARGS) > 0;
}

/* Slices with trade between them, until this many were made or the shop is another's:
 * then what it had at last. */
static const char *move_on(struct shop *s, int most, bool trades)
{
	const char *before = NULL;

	for (int i = 0; i < most; i++) {
		enum move_end end;

		if (is_near_the_end(s))
			before = all_of(s->f, s->local);
		end = slice(s->f);
		fixture_commit(s->f);
		if (end == MOVE_FLIPPED) {
			assert_non_null(before);
			return before;
		}
		assert_int_equal(end, MOVE_MORE);
		if (trades && s->turn % TRADES != TRADES - 1)
			trade(s);
	}
	return NULL;
}

static void sweep(struct fixture *f)
{
	int i = 0;

	while (slice(f) == MOVE_MORE && i++ < SLICES_MAX)
		fixture_commit(f);
	fixture_commit(f);
	assert_int_equal(fixture_int(f, "SELECT count(*) FROM moving", NO_ARGS), 0);
	assert_int_equal(triggers(f), 0);
}

/* --- promises --- */

/* What is not renamed at the flip has a key that slices can follow. */
static void every_table_is_moved_one_way(void **state)
{
	(void)state;
	for (const struct table *t = schema; t->name; t++) {
		const struct table_sql *s = table_sql(t);

		if (!mirror_has(t))
			continue;
		assert_non_null(s->mirror_columns);
		assert_non_null(s->mirror_copy_next);
		assert_in_range(s->copy_keys, 1, MIRROR_KEYS);
	}
}

static void what_is_written_between_slices_is_moved_too(void **state)
{
	struct fixture *f = *state;
	struct uuid to = uuid_v7();
	const char *before;
	struct shop s;

	if (f->engine != ENGINE_SQLITE)
		return;
	s = open_shop(f);
	begin_in_slices(&s, to);
	assert_string_equal(pairing_now(f).status, "moving");
	assert_true(uuid_eq(pairing_now(f).target, to));
	assert_non_null(before = move_on(&s, SLICES_MAX, true));
	assert_string_equal(all_of(f, to), before);
	assert_string_equal(pairing_now(f).status, "registering");
	assert_true(uuid_eq(pairing_now(f).tenant, to));
	sweep(f);
	assert_string_equal(all_of(f, s.local), "");
	assert_string_equal(all_of(f, to), before);
	f->w.tenant = to;
	assert_string_equal(tenant_of_till(f->db, f->pool, &(struct tenant){ 0 }, &f->err) > 0 ? "shop" : "", "shop");
	sell(f, s.tea, 1, 250);
}

/* Who comes back after a crash, or with newer tables, goes on where it was. */
static void each_start_goes_on(void **state)
{
	struct fixture *f = *state;
	struct uuid to = uuid_v7();
	const char *before;
	struct shop s;

	if (f->engine != ENGINE_SQLITE)
		return;
	s = open_shop(f);
	begin_in_slices(&s, to);
	do {
		assert_int_equal(slice(f), MOVE_MORE);
		fixture_rollback(f);		/* nothing of this one was stored */
		must(f, move_open(&f->t, &f->err));
		fixture_commit(f);
		before = move_on(&s, 4, true);
	} while (!before);
	assert_string_equal(all_of(f, to), before);
	sweep(f);
	assert_int_equal(bulk_of(f, s.local), 0);
}

static void given_up_half_way_it_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct uuid to = uuid_v7();
	const char *before;
	struct shop s;

	if (f->engine != ENGINE_SQLITE)
		return;
	s = open_shop(f);
	for (int cut = 1; cut < 60; cut += 19) {
		begin_in_slices(&s, to);
		assert_null(move_on(&s, cut, true));
		before = all_of(f, s.local);
		f->w.tenant = s.local;
		must(f, pairing_end(&f->w, &f->err));
		fixture_commit(f);
		assert_int_equal(triggers(f), 0);
		sweep(f);
		assert_string_equal(all_of(f, s.local), before);
		assert_string_equal(all_of(f, to), "");
	}
}

/* Another cloud is meant, and then the first one again: its copies of before are not kept. */
static void what_was_copied_before_does_not_count(void **state)
{
	struct fixture *f = *state;
	struct uuid to = uuid_v7(), other = uuid_v7();
	const char *before;
	struct shop s;

	if (f->engine != ENGINE_SQLITE)
		return;
	s = open_shop(f);
	begin_in_slices(&s, to);
	assert_null(move_on(&s, 60, true));
	begin_in_slices(&s, other);
	assert_null(move_on(&s, 5, true));
	f->w.tenant = s.local;
	assert_int_equal(pairing_begin(&f->w, "https://hub.example", to, "Front till", &f->err), 1);
	fixture_commit(f);
	assert_non_null(before = move_on(&s, SLICES_MAX, true));
	assert_string_equal(all_of(f, to), before);
	sweep(f);
	assert_int_equal(bulk_of(f, other) + bulk_of(f, s.local), 0);
}

static void a_restored_copy_is_cleared_at_once(void **state)
{
	struct fixture *f = *state;
	struct uuid to = uuid_v7();
	const char *before;
	struct shop s;

	if (f->engine != ENGINE_SQLITE)
		return;
	s = open_shop(f);
	begin_in_slices(&s, to);
	assert_null(move_on(&s, 60, false));
	assert_true(bulk_of(f, to) > 0);
	before = all_of(f, s.local);
	must(f, move_clear(&f->t, &f->err));
	assert_string_equal(all_of(f, s.local), before);
	assert_string_equal(all_of(f, to), "");
	assert_int_equal(triggers(f), 0);
	assert_int_equal(fixture_int(f, "SELECT count(*) FROM moving", NO_ARGS), 0);
}

static void a_small_shop_is_renamed_at_once(void **state)
{
	struct fixture *f = *state;
	struct uuid to = uuid_v7();
	struct shop s = open_shop(f);
	int64_t rows = bulk_of(f, s.local);

	assert_int_equal(pairing_begin(&f->w, "https://hub.example", to, "Front till", &f->err), 0);
	assert_string_equal(pairing_now(f).status, "registering");
	assert_true(uuid_eq(f->w.tenant, to));
	assert_int_equal(bulk_of(f, to), rows);
	assert_int_equal(bulk_of(f, s.local), 0);
}

FIXTURE_MAIN(TILL(every_table_is_moved_one_way), TILL(what_is_written_between_slices_is_moved_too), TILL(each_start_goes_on), TILL(given_up_half_way_it_leaves_nothing),
	     TILL(what_was_copied_before_does_not_count), TILL(a_restored_copy_is_cleared_at_once),
	     TILL(a_small_shop_is_renamed_at_once))
