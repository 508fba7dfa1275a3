/* The cost run, one case a line: what was sold before anybody knew its cost gets
 * it, once, and every penny of the shelf stands in account 1200.  Documents that
 * give back and void are made by hand here, as the kinds of them derive them. */
#include "base/base.h"
#include "fixture.h"

#define TEA "01900000-0000-7000-8000-000000000001"
#define JAM "01900000-0000-7000-8000-000000000002"
#define STEPS 8

static struct uuid tea(void)
{
	struct uuid u;

	assert_int_equal(uuid_parse(&u, TEA, UUID_TEXT_LEN), 0);
	return u;
}

static void open_shop(struct fixture *f)
{
	struct row r;

	must(f, record_create(&f->w, schema_table("products"),
			      fixture_json(f, "{'uuid':'" TEA "','name':'Tea','price':9,'tax_rate':0}"), &r, &f->err));
}

/* --- what happens --- */

enum op { NOTHING, BUYS, SELLS, BACK, BROKEN, VOIDS };

struct step {
	enum op op;
	int64_t qty, unit_cost;
	int of;		/* BACK, BROKEN, VOIDS: of which step */
};

#define IN(qty, unit_cost) { BUYS, qty, unit_cost, 0 }
#define OUT(qty) { SELLS, qty, 0, 0 }
#define BACK(qty, of) { BACK, qty, 0, of }
#define BROKEN(qty, of) { BROKEN, qty, 0, of }
#define VOID(of) { VOIDS, 0, 0, of }

static struct uuid post(struct fixture *f, const char *table, const char *line, int64_t qty, int64_t price)
{
	struct buf b = { 0 };
	bool identical;
	struct doc d;

	buf_printf(&b, "{'lines':[{'product':'" TEA "','qty':%lld,'%s':%lld}]}", (long long)qty, line, (long long)price);
	must(f, document_create(&f->w, schema_table(table), fixture_json(f, b.data), &d, &identical, &f->err));
	buf_release(&b);
	return d.head.uuid;
}

static void begin(struct fixture *f, struct doc *d, const char *table, const char *column, struct uuid of)
{
	doc_init(d, schema_table(table));
	d->head.uuid = uuid_v7();
	row_set(&d->head, column, v_uuid(of));
	row_set(&d->head, "reason", v_text("broken"));
	row_set(&d->head, "at", v_int(f->t.stamp));
	d->head.updated_at = f->t.stamp;
	d->head.origin = f->site.uuid;
	if (f->site.hub)
		must(f, txn_seq(&f->t, f->w.tenant, &d->head.seq, &f->err));
}

static void finish(struct fixture *f, struct doc *d, const char *debit, const char *credit, int64_t amount)
{
	struct entry e;

	entry_begin(&e, f->pool, d);
	entry_debit(&e, debit, amount);
	entry_credit(&e, credit, amount);
	entry_end(&e);
	must(f, document_store(&f->w, d, &f->err));
}

static struct uuid gives_back(struct fixture *f, struct uuid sale, int64_t qty, bool broken)
{
	int64_t got, cost;
	struct moves m;
	struct doc d;

	begin(f, &d, "cancellations", "invoice", sale);
	moves_begin(&m, f->pool, &d);
	must(f, moves_back(&m, &f->w, sale, 0, tea(), qty, &got, &cost, &f->err));
	if (broken)
		moves_discard(&m, 0, 0);
	finish(f, &d, broken ? "6020" : "1200", "5010", cost);
	return d.head.uuid;
}

/* Takes the whole layer, whoever had some of it. */
static struct uuid voids(struct fixture *f, struct uuid purchase)
{
	struct part_rows *rows;
	struct doc d, p;

	assert_int_equal(doc_load(f->db, f->pool, f->w.tenant, schema_table("purchases"), purchase, &p, &f->err), 1);
	begin(f, &d, "purchase_voids", "purchase", purchase);
	rows = doc_part(&d, "moves");
	part_make(f->pool, rows, 1);
	memcpy(rows->v, part_row(doc_part(&p, "moves"), 0), sizeof *rows->v * (size_t)table_columns(rows->table));
	part_set(rows, 0, "layer", part_get(rows, 0, "uuid"));
	part_set(rows, 0, "uuid", v_uuid(uuid_derived(d.head.uuid, "move", 0)));
	part_set(rows, 0, "source", v_text("purchase_void"));
	part_set(rows, 0, "qty", v_int(-part_int(rows, 0, "qty")));
	part_set(rows, 0, "cost", v_int(-part_int(rows, 0, "cost")));
	finish(f, &d, "2010", "1200", -part_int(rows, 0, "cost"));
	return d.head.uuid;
}

static struct uuid happens(struct fixture *f, const struct step *s, const struct uuid *made)
{
	switch (s->op) {
	case BUYS:
		return post(f, "purchases", "unit_cost", s->qty, s->unit_cost);
	case SELLS:
		return post(f, "invoices", "unit_price", s->qty, 0);
	case BACK:
	case BROKEN:
		return gives_back(f, made[s->of], s->qty, s->op == BROKEN);
	case VOIDS:
		return voids(f, made[s->of]);
	case NOTHING:
		break;
	}
	fail_msg("nothing happens");
	return (struct uuid){ { 0 } };
}

/* --- what is there then --- */

static int64_t booked(struct fixture *f, const char *account)
{
	return fixture_int(f, "SELECT CAST(COALESCE(sum(debit - credit), 0) AS bigint) FROM journal_lines WHERE tenant = $1 AND account = $2",
			   ARGS(v_uuid(f->w.tenant), v_uuid(seed_uuid("account", account))));
}

static int64_t corrections(struct fixture *f)
{
	return fixture_int(f, "SELECT CAST(count(*) AS bigint) FROM cost_corrections WHERE tenant = $1", ARGS(v_uuid(f->w.tenant)));
}

static void assert_is(const char *what, const char *figure, int64_t is, int64_t should)
{
	if (is != should)
		fail_msg("%s: %s is %lld, not %lld", what, figure, (long long)is, (long long)should);
}

/* P4: the caches say what the moves say. */
static void assert_counted(struct fixture *f, const char *what)
{
	struct buf b = { 0 };
	int differences;

	must(f, stock_check(f->db, f->w.tenant, &b, &differences, &f->err));
	if (differences)
		fail_msg("%s: %s", what, b.data);
	buf_release(&b);
}

/* P5, after every step. */
static void assert_worth(struct fixture *f, const char *what)
{
	int64_t moved = fixture_int(f, "SELECT CAST(COALESCE(sum(cost), 0) AS bigint) FROM stock_moves", NO_ARGS);
	int64_t layers = fixture_int(f, "SELECT CAST(COALESCE(sum(value_left), 0) AS bigint) FROM layers", NO_ARGS);

	assert_is(what, "account 1200", booked(f, "1200"), moved);
	assert_is(what, "the worth of the layers", layers, moved);
	assert_is(what, "value without goods",
		  fixture_int(f, "SELECT CAST(count(*) AS bigint) FROM layers WHERE qty_left = 0 AND value_left <> 0", NO_ARGS), 0);
	assert_is(what, "goods both on the shelf and missing",
		  fixture_int(f, "SELECT CAST(count(*) AS bigint) FROM oversold o JOIN layers l ON l.product = o.product "
				 "WHERE o.qty > 0 AND l.qty_left > 0", NO_ARGS), 0);
}

struct story {
	const char *what;
	struct step step[STEPS];
	const char *shelf;
	int64_t sold, lost, corrections;	/* cost of goods, of what is lost */
};

static const struct story stories[] = {
	{ "sold, then delivered", { OUT(5000), IN(10000, 7) }, "5000:35 oversold 0", 35, 0, 1 },
	{ "sold twice, delivered once", { OUT(5000), OUT(2000), IN(10000, 7) }, "3000:21 oversold 0", 49, 0, 1 },
	{ "not all of it is delivered", { OUT(5000), IN(3000, 7) }, "oversold 2000", 21, 0, 1 },
	{ "two deliveries", { OUT(5000), IN(3000, 7), IN(10000, 8) }, "8000:64 oversold 0", 37, 0, 2 },
	{ "the older sale is served first", { OUT(5000), OUT(5000), IN(5000, 7), IN(5000, 9) }, "oversold 0", 80, 0, 2 },
	{ "a sale half from the shelf", { IN(3000, 5), OUT(5000), IN(3000, 7) }, "1000:7 oversold 0", 29, 0, 1 },
	{ "what is given back serves who had none", { IN(3000, 5), OUT(3000), OUT(2000), BACK(3000, 1) }, "1000:5 oversold 0", 10, 0, 1 },
	{ "a corrected sale cancelled leaves nothing", { OUT(5000), IN(10000, 7), BACK(5000, 0) }, "10000:70 oversold 0", 0, 0, 1 },
	{ "a part of it", { OUT(5000), IN(3000, 7), BACK(2000, 0) }, "oversold 0", 21, 0, 1 },
	{ "returned before the delivery", { OUT(5000), BACK(5000, 0), IN(3000, 7) }, "3000:21 oversold 0", 0, 0, 0 },
	{ "thirds of a penny", { OUT(333), OUT(333), OUT(334), IN(1000, 10) }, "oversold 0", 10, 0, 1 },
	{ "thirds, cancelled in another order", { OUT(333), OUT(333), OUT(334), IN(1000, 10), BACK(333, 1), BACK(334, 2), BACK(333, 0) },
	  "1000:10 oversold 0", 0, 0, 1 },
	{ "broken goods that were never delivered", { OUT(5000), BROKEN(2000, 0), IN(10000, 7) }, "5000:35 oversold 0", 21, 14, 1 },
	{ "delivered, then broken", { OUT(5000), IN(10000, 7), BROKEN(2000, 0) }, "5000:35 oversold 0", 21, 14, 1 },
	{ "void while all is there", { IN(10000, 5), VOID(0) }, "oversold 0", 0, 0, 0 },
	{ "void after a sale: nobody knows its cost", { IN(10000, 5), OUT(4000), VOID(0) }, "oversold 4000", 0, 0, 1 },
	{ "void after a sale: the next layer serves", { IN(10000, 5), OUT(4000), IN(10000, 7), VOID(0) }, "6000:42 oversold 0", 28, 0, 1 },
	{ "void: it serves as far as it goes", { IN(10000, 5), OUT(4000), IN(3000, 7), VOID(0) }, "oversold 1000", 21, 0, 1 },
	{ "void, and another delivery", { IN(10000, 5), OUT(4000), VOID(0), IN(10000, 9) }, "6000:54 oversold 0", 36, 0, 2 },
	{ "void, delivered anew, cancelled", { IN(10000, 5), OUT(4000), VOID(0), IN(10000, 9), BACK(4000, 1) }, "10000:90 oversold 0", 0, 0, 2 },
	{ "void of what served a correction", { OUT(4000), IN(10000, 5), VOID(1) }, "oversold 4000", 0, 0, 2 },
	{ "void after a part came back", { IN(10000, 5), OUT(4000), BACK(1000, 1), IN(1000, 7), VOID(0) }, "oversold 2000", 7, 0, 1 },
	{ "void after something was broken", { IN(10000, 5), OUT(4000), BROKEN(1000, 1), VOID(0), IN(10000, 7) }, "6000:42 oversold 0", 21, 7, 2 },
	{ "void of the later of two", { IN(10000, 5), IN(10000, 7), OUT(12000), VOID(1) }, "oversold 2000", 50, 0, 1 },
};

static void is_told(struct fixture *f, const struct story *c)
{
	struct uuid made[STEPS];

	open_shop(f);
	for (int i = 0; i < STEPS && c->step[i].op; i++) {
		made[i] = happens(f, &c->step[i], made);
		assert_worth(f, c->what);
		assert_counted(f, c->what);
	}
	if (strcmp(fixture_shelf(f), c->shelf) != 0)
		fail_msg("%s: %s, not %s", c->what, fixture_shelf(f), c->shelf);
	assert_is(c->what, "cost of goods", booked(f, "5010"), c->sold);
	assert_is(c->what, "cost of losses", booked(f, "6020"), c->lost);
	assert_is(c->what, "number of corrections", corrections(f), c->corrections);
	must(f, stock_rebuild(&f->t, f->w.tenant, &f->err));
	assert_counted(f, c->what);
	if (strcmp(fixture_shelf(f), c->shelf) != 0)
		fail_msg("%s: counted anew %s, not %s", c->what, fixture_shelf(f), c->shelf);
}

static void test_every_unit_finds_its_cost(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(stories); i++) {
		is_told(f, &stories[i]);
		fixture_rollback(f);
	}
}

static void test_more_lines_than_one_document_corrects_go_to_the_next(void **state)
{
	static const struct step sale = OUT(1), delivery = IN(3000, 3000);
	struct fixture *f = *state;

	open_shop(f);
	for (int i = 0; i < 1001; i++)
		happens(f, &sale, NULL);
	happens(f, &delivery, NULL);
	assert_worth(f, "1001 sales");
	assert_string_equal(fixture_shelf(f), "1999:5997 oversold 0");
	assert_int_equal(corrections(f), 2);
}

static void sell_what_is_not_there(struct fixture *f)
{
	bool identical;
	struct row r;
	struct doc d;

	must(f, record_create(&f->w, schema_table("products"), fixture_json(f, "{'uuid':'" JAM "','name':'Jam','price':0}"), &r, &f->err));
	must(f, document_create(&f->w, schema_table("invoices"), fixture_json(f, "{'lines':[{'product':'" JAM "','qty':2000}]}"), &d,
				&identical, &f->err));
}

/* One cache after the other is spoilt; a check that never found anything would be none. */
static void test_what_a_cache_says_wrongly_is_named_and_put_right(void **state)
{
	static const struct {
		const char *sql, *said;
	} spoils[] = {
		{ "UPDATE stock SET on_hand = on_hand + 1", "\"cache\":\"stock\"" },
		{ "UPDATE stock SET value = value + 1", "\"value\":57,\"value_by_moves\":56" },
		{ "DELETE FROM stock", "\"qty\":0,\"qty_by_moves\":8000" },
		{ "UPDATE layers SET value_left = value_left + 1 WHERE qty_left > 0", "\"cache\":\"layers\"" },
		{ "UPDATE layers SET qty_left = 3000 WHERE qty_left = 0", "\"qty\":3000,\"qty_by_moves\":0" },
		{ "DELETE FROM layers", "\"value\":0,\"value_by_moves\":56" },
		{ "UPDATE layers SET pos = 1 WHERE qty_left > 0", "\"pos\":1,\"pos_by_moves\":" },
		{ "UPDATE layers SET open = 0", "\"cache\":\"open_layers\"" },
		{ "UPDATE layers SET open = 1", "\"cache\":\"open_layers\"" },
		{ "UPDATE oversold SET qty = 3000", "\"cache\":\"oversold\"" },
		{ "UPDATE oversold SET pos = 1", "\"pos\":1,\"pos_by_moves\":" },
		{ "DELETE FROM oversold", "\"qty\":0,\"qty_by_moves\":2000" },
	};
	static const struct step steps[] = { IN(10000, 5), IN(10000, 7), OUT(12000) };
	struct fixture *f = *state;
	struct buf b = { 0 };
	int n;

	open_shop(f);
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		happens(f, &steps[i], NULL);
	sell_what_is_not_there(f);
	for (size_t i = 0; i < ARRAY_LEN(spoils); i++) {
		assert_counted(f, "unspoilt");
		must(f, txn_run(&f->t, spoils[i].sql, NO_ARGS, &f->err));
		must(f, stock_check(f->db, f->w.tenant, &b, &n, &f->err));
		if (n == 0 || !strstr(b.data, spoils[i].said))
			fail_msg("%s: %d found: %s", spoils[i].sql, n, b.data);
		buf_clear(&b);
		must(f, stock_rebuild(&f->t, f->w.tenant, &f->err));
	}
	assert_counted(f, "put right");
	buf_release(&b);
}

FIXTURE_MAIN(HUB(test_every_unit_finds_its_cost), TILL(test_every_unit_finds_its_cost),
	     HUB(test_what_a_cache_says_wrongly_is_named_and_put_right), TILL(test_what_a_cache_says_wrongly_is_named_and_put_right),
	     HUB(test_more_lines_than_one_document_corrects_go_to_the_next))
