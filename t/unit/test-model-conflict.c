/* The loser of a conflict is kept, whole, beside the winner. */
#include "base/base.h"
#include "fixture.h"

static struct doc product(struct fixture *f, const char *name, int64_t price, struct uuid origin)
{
	struct doc d;

	doc_init(&d, schema_table("products"));
	d.head.uuid = (struct uuid){ { 7 } };
	d.head.origin = origin;
	d.head.updated_at = f->t.stamp + price;
	row_set(&d.head, "name", v_text(name));
	row_set(&d.head, "price", v_int(price));
	row_set(&d.head, "tracked", v_int(1));
	row_set(&d.head, "archived", v_int(0));
	return d;
}

static struct doc read_back(struct fixture *f, const char *sql)
{
	struct json j = { 0 };
	struct val v[1];
	struct doc d;

	assert_int_equal(db_one(f->db, f->pool, sql, NO_ARGS, v, 1, &f->err), 1);
	must(f, json_parse(f->pool, v[0].s, v[0].len, &j, &f->err));
	doc_init(&d, schema_table("products"));
	must(f, doc_from_sync(f->pool, j, &d, &f->err));
	return d;
}

static void both_versions_can_be_put_back(void **state)
{
	struct fixture *f = *state;
	struct doc ours = product(f, "Tea \"green\"", 1200, uuid_v7()), theirs = product(f, "Чай", 1300, uuid_v7()), d;
	struct val v[6];

	must(f, conflict_keep(&f->t, f->w.tenant, &theirs, &ours, "newest_wins", &f->err));
	assert_int_equal(db_one(f->db, f->pool, "SELECT tbl, row, at, rule, winner_origin, loser_origin FROM conflicts "
				"WHERE tenant = $1", ARGS(v_uuid(f->w.tenant)), v, 6, &f->err), 1);
	assert_string_equal(v[0].s, "products");
	assert_true(uuid_eq(v[1].u, ours.head.uuid));
	assert_int_equal(v[2].i, f->t.stamp);
	assert_string_equal(v[3].s, "newest_wins");
	assert_true(uuid_eq(v[4].u, theirs.head.origin));
	assert_true(uuid_eq(v[5].u, ours.head.origin));
	d = read_back(f, "SELECT loser FROM conflicts");
	assert_true(doc_same_entered(&d, &ours));
	assert_string_equal(row_text(&d.head, "name"), "Tea \"green\"");
	assert_int_equal(d.head.updated_at, ours.head.updated_at);
	d = read_back(f, "SELECT winner FROM conflicts");
	assert_true(doc_same_entered(&d, &theirs));
	assert_true(uuid_eq(d.head.origin, theirs.head.origin));
}

static void each_loser_of_a_row_is_kept_once(void **state)
{
	struct fixture *f = *state;
	struct doc winner = product(f, "Tea", 3, uuid_v7()), loser = product(f, "Teh", 1, uuid_v7());
	struct doc another = loser;

	another.head.updated_at = 2;
	must(f, conflict_keep(&f->t, f->w.tenant, &winner, &loser, "newest_wins", &f->err));
	must(f, conflict_keep(&f->t, f->w.tenant, &winner, &another, "newest_wins", &f->err));
	must(f, conflict_keep(&f->t, f->w.tenant, &winner, &loser, "newest_wins", &f->err));
	assert_int_equal(fixture_int(f, "SELECT CAST(count(*) AS bigint) FROM conflicts", NO_ARGS), 2);
}

FIXTURE_MAIN(HUB(both_versions_can_be_put_back), TILL(each_loser_of_a_row_is_kept_once))
