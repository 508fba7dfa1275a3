/* Drawers: what should be in them is a sum, whatever order the documents came in;
 * who had them before; what is refused of people and taken from tills. */
#include "base/base.h"
#include "fixture.h"

#define TEA "01900000-0000-7000-8000-000000000001"
#define ALI "01900000-0000-7000-8000-000000000004"
#define MILL "01900000-0000-7000-8000-000000000005"
#define ONE "01900000-0000-7000-8000-000000000011"
#define TWO "01900000-0000-7000-8000-000000000012"
#define SALE "01900000-0000-7000-8000-000000000021"
#define CLOSE1 "01900000-0000-7000-8000-000000000031"
#define CLOSE2 "01900000-0000-7000-8000-000000000032"

static struct uuid id(const char *text)
{
	struct uuid u;

	assert_int_equal(uuid_parse(&u, text, UUID_TEXT_LEN), 0);
	return u;
}

static int post(struct fixture *f, const char *table, const char *body, struct doc *d)
{
	bool identical;

	return document_create(&f->w, schema_table(table), fixture_json(f, body), d, &identical, &f->err);
}

static void done(struct fixture *f, const char *table, const char *body)
{
	struct doc d;

	must(f, post(f, table, body, &d));
}

static void make(struct fixture *f, const char *table, const char *body)
{
	struct row r;

	must(f, record_create(&f->w, schema_table(table), fixture_json(f, body), &r, &f->err));
}

#define AT(hour) "'at':'2026-01-01T" hour ":00:00Z',"
#define OPEN(uuid, hour, opening) "{'uuid':'" uuid "'," AT(hour) "'opening':" #opening "}"
#define MOVE(shift, kind, amount) "{'shift':'" shift "','kind':'" kind "','amount':" #amount ",'reason':'because'}"
#define CLOSE(uuid, shift, hour, counted) "{'uuid':'" uuid "','shift':'" shift "'," AT(hour) "'counted':" #counted "}"
#define BUY "{'supplier':'" MILL "','lines':[{'product':'" TEA "','qty':10000,'unit_cost':50}]}"
#define SELL(uuid, shift, units, pay, amount) \
	"{'uuid':'" uuid "','shift':'" shift "','customer':'" ALI "','lines':[{'product':'" TEA "','qty':" #units "000," \
	"'unit_price':100}],'payments':[{'method':'" pay "','amount':" #amount "}]}"

static void open_shop(struct fixture *f)
{
	make(f, "products", "{'uuid':'" TEA "','name':'Tea','price':100,'tax_rate':0}");
	make(f, "customers", "{'uuid':'" ALI "','name':'Ali'}");
	make(f, "suppliers", "{'uuid':'" MILL "','name':'Mill'}");
	done(f, "purchases", BUY);
}

static struct json shown(struct fixture *f, const char *shift)
{
	struct buf out = { 0 };
	struct row head;
	struct json j;

	assert_int_equal(row_load(f->db, f->pool, f->w.tenant, schema_table("shifts"), id(shift), &head, &f->err), 1);
	jw_open(&out, '{');
	must(f, shift_more(f->db, f->pool, f->w.tenant, &head, &out, &f->err));
	jw_close(&out, '}');
	j = fixture_read(f, &out);
	return j;
}

static struct json listed(struct fixture *f)
{
	struct page page = { .limit = 50 };
	struct buf out = { 0 };
	struct json j;

	must(f, shift_list(f->db, f->pool, f->w.tenant, &page, &out, &f->err));
	j = fixture_read(f, &out);
	return json_member(j, "items");
}

static bool is_null(struct json object, const char *name)
{
	return json_type(json_member(object, name)) == JSON_NULL;
}

static int64_t balance(struct fixture *f, const char *account)
{
	return fixture_int(f, "SELECT CAST(sum(debit - credit) AS bigint) FROM journal_lines WHERE tenant = $1 AND account = $2",
			   ARGS(v_uuid(f->w.tenant), v_uuid(seed_uuid("account", account))));
}

/* --- the sum --- */

static void the_drawer_is_a_sum_over_all_cash(void **state)
{
	struct fixture *f = *state;
	struct json j, totals;

	open_shop(f);
	done(f, "shifts", OPEN(ONE, "08", 1000));
	done(f, "invoices", SELL(SALE, ONE, 2, "cash", 500));		/* 300 change */
	done(f, "invoices", SELL(CLOSE1, ONE, 3, "card", 300));
	done(f, "invoices", SELL(CLOSE2, ONE, 1, "cash", 40));		/* 60 on account */
	done(f, "customer_payments", "{'shift':'" ONE "','customer':'" ALI "','method':'cash','amount':25}");
	done(f, "customer_payments", "{'shift':'" ONE "','customer':'" ALI "','method':'bank','amount':5}");
	done(f, "customer_payments", "{'customer':'" ALI "','method':'cash','amount':1}");	/* no drawer's */
	done(f, "cancellations", "{'shift':'" ONE "','invoice':'" SALE "','reason':'no'}");
	done(f, "supplier_payments", "{'shift':'" ONE "','supplier':'" MILL "','method':'cash','amount':70}");
	done(f, "shift_movements", MOVE(ONE, "cash_in", 500));
	done(f, "shift_movements", MOVE(ONE, "cash_out", 30));
	done(f, "shift_movements", MOVE(ONE, "expense", 9));
	j = shown(f, ONE);
	totals = json_member(j, "totals");
	assert_int_equal(int_of(totals, "sales"), 240);
	assert_int_equal(int_of(totals, "customer_payments"), 25);
	assert_int_equal(int_of(totals, "refunds"), -200);
	assert_int_equal(int_of(totals, "supplier_payments"), -70);
	assert_int_equal(int_of(totals, "cash_in"), 500);
	assert_int_equal(int_of(totals, "cash_out"), -30);
	assert_int_equal(int_of(totals, "expense"), -9);
	assert_int_equal(int_of(j, "expected"), 1000 + 240 + 25 - 200 - 70 + 500 - 30 - 9);
	assert_string_equal(text_of(j, "status"), "open");
	assert_true(is_null(j, "counted") && is_null(j, "difference") && is_null(j, "gap"));
	assert_int_equal(json_len(json_member(j, "movements")), 3);
	assert_int_equal(json_len(json_member(j, "closes")), 0);
}

static void movements_are_booked_by_kind_or_as_they_say(void **state)
{
	struct fixture *f = *state;
	struct uuid rent = uuid_v7();
	struct buf body = { 0 };
	struct doc d;

	open_shop(f);
	buf_printf(&body, "{'uuid':'%s','code':'6100','name':'Rent','kind':'expense'}", uuid_text(rent).s);
	make(f, "accounts", body.data);
	done(f, "shifts", OPEN(ONE, "08", 0));
	done(f, "shift_movements", MOVE(ONE, "cash_in", 500));
	done(f, "shift_movements", MOVE(ONE, "cash_out", 30));
	done(f, "shift_movements", MOVE(ONE, "expense", 9));
	buf_clear(&body);
	buf_printf(&body, "{'shift':'" ONE "','kind':'expense','amount':100,'reason':'May','account':'%s'}", uuid_text(rent).s);
	done(f, "shift_movements", body.data);
	assert_int_equal(balance(f, "1010"), 500 - 30 - 9 - 100);
	assert_int_equal(balance(f, "3010"), -470);
	assert_int_equal(balance(f, "6010"), 9);
	assert_int_equal(fixture_int(f, "SELECT CAST(sum(debit - credit) AS bigint) FROM journal_lines WHERE account = $1",
				     ARGS(v_uuid(rent))), 100);
	buf_clear(&body);
	buf_printf(&body, "{'shift':'" ONE "','kind':'expense','amount':1,'reason':'x','account':'%s'}",
		   uuid_text(seed_uuid("account", "1200")).s);
	refused(f, "kept_account", post(f, "shift_movements", body.data, &d));
	refused(f, "unknown", post(f, "shift_movements", MOVE(TWO, "expense", 9), &d));
	refused(f, "range", post(f, "shift_movements", MOVE(ONE, "expense", 0), &d));
	buf_release(&body);
}

/* --- closing --- */

static void a_close_says_what_is_missing_and_books_it(void **state)
{
	struct fixture *f = *state;
	struct json j;
	struct doc d;

	open_shop(f);
	done(f, "shifts", OPEN(ONE, "08", 1000));
	done(f, "invoices", SELL(SALE, ONE, 2, "cash", 200));
	must(f, post(f, "shift_closes", CLOSE(CLOSE1, ONE, "16", 1150), &d));
	assert_int_equal(row_int(&d.head, "expected"), 1200);
	assert_int_equal(row_int(&d.head, "difference"), -50);
	assert_int_equal(balance(f, "7010"), 50);
	assert_int_equal(balance(f, "1010"), 150);
	j = shown(f, ONE);
	assert_string_equal(text_of(j, "status"), "closed");
	assert_int_equal(int_of(j, "counted"), 1150);
	assert_int_equal(int_of(j, "difference"), -50);
	refused(f, "duplicate", post(f, "shift_closes", CLOSE(CLOSE1, ONE, "16", 1150), &d));
	refused(f, "shift_closed", post(f, "shift_closes", CLOSE(CLOSE2, ONE, "17", 1150), &d));
	refused(f, "shift_closed", post(f, "shift_movements", MOVE(ONE, "expense", 9), &d));
	refused(f, "unknown", post(f, "shift_closes", CLOSE(CLOSE2, TWO, "17", 1150), &d));
	refused(f, "range", post(f, "shift_closes", CLOSE(CLOSE2, ONE, "17", -1), &d));
}

static void a_count_that_is_right_books_nothing(void **state)
{
	struct fixture *f = *state;
	struct doc d;

	open_shop(f);
	done(f, "shifts", OPEN(ONE, "08", 1000));
	must(f, post(f, "shift_closes", CLOSE(CLOSE1, ONE, "16", 1000), &d));
	assert_int_equal(doc_part(&d, "entry")->n, 0);
	assert_int_equal(balance(f, "7010"), 0);
}

/* A sale that was under way, or on another server: the sum knows it, the close does not change. */
static void what_arrives_after_the_close_shows_as_a_difference(void **state)
{
	struct fixture *f = *state;
	struct json j;

	open_shop(f);
	done(f, "shifts", OPEN(ONE, "08", 1000));
	done(f, "shift_closes", CLOSE(CLOSE1, ONE, "16", 1200));
	assert_int_equal(int_of(shown(f, ONE), "difference"), 200);
	done(f, "invoices", SELL(SALE, ONE, 2, "cash", 200));
	j = shown(f, ONE);
	assert_int_equal(int_of(j, "expected"), 1200);
	assert_int_equal(int_of(j, "difference"), 0);
	assert_int_equal(int_of(json_at(json_member(j, "closes"), 0), "difference"), 200);
}

/* --- who had it before --- */

static void a_gap_at_the_hand_over_is_seen(void **state)
{
	struct fixture *f = *state;
	struct json items;

	open_shop(f);
	done(f, "shifts", OPEN(ONE, "08", 1000));
	done(f, "shift_closes", CLOSE(CLOSE1, ONE, "16", 1150));
	done(f, "shifts", OPEN(TWO, "17", 1100));
	items = listed(f);
	assert_int_equal(json_len(items), 2);
	assert_true(uuid_eq(uuid_of(json_at(items, 0), "uuid"), id(TWO)));
	assert_int_equal(int_of(json_at(items, 0), "gap"), -50);
	assert_string_equal(text_of(json_at(items, 0), "status"), "open");
	assert_true(is_null(json_at(items, 1), "gap"));
	assert_string_equal(text_of(json_at(items, 1), "status"), "closed");
	assert_true(uuid_eq(uuid_of(json_at(items, 1), "entered_by"), f->who.user));
}

static void another_tills_drawer_is_another_drawer(void **state)
{
	struct fixture *f = *state;

	open_shop(f);
	done(f, "shifts", OPEN(ONE, "08", 1000));
	done(f, "shift_closes", CLOSE(CLOSE1, ONE, "16", 1150));
	f->who.device = uuid_v7();	/* at the cloud, by another till's user */
	done(f, "shifts", OPEN(TWO, "17", 7));
	assert_true(is_null(shown(f, TWO), "gap"));
}

static void one_person_has_one_shift_at_a_till(void **state)
{
	struct fixture *f = *state;
	struct doc d;

	open_shop(f);
	done(f, "shifts", OPEN(ONE, "08", 1000));
	refused(f, "shift_open", post(f, "shifts", OPEN(TWO, "09", 0), &d));
	f->who.user = uuid_v7();
	done(f, "shifts", OPEN(TWO, "09", 0));		/* another person */
	f->who.user = (struct uuid){ { 0 } };
	done(f, "shifts", "{'opening':1}");		/* nobody in particular … */
	refused(f, "shift_open", post(f, "shifts", "{'opening':1}", &d));	/* … is one, too */
	done(f, "shift_closes", CLOSE(CLOSE1, ONE, "16", 1000));
	refused(f, "shift_open", post(f, "shifts", "{'opening':1}", &d));
}

/* --- from tills that were alone --- */

static void ingest_close(struct fixture *f, const char *uuid, const char *shift, int64_t counted)
{
	static const struct actor till = { .kind = ACTOR_DEVICE };
	struct doc d;

	doc_init(&d, schema_table("shift_closes"));
	d.head.uuid = id(uuid);
	d.head.origin = uuid_v7();
	d.head.updated_at = f->t.stamp;
	row_set(&d.head, "at", v_int(f->t.stamp));
	row_set(&d.head, "shift", v_uuid(id(shift)));
	row_set(&d.head, "counted", v_int(counted));
	f->w.who = &till;
	must(f, document_settle(&d, &f->err));
	must(f, txn_seq(&f->t, f->w.tenant, &d.head.seq, &f->err));
	must(f, document_derive(&f->w, &d, &f->err));
	must(f, document_store(&f->w, &d, &f->err));
	f->w.who = &f->who;
}

static void a_shift_closed_at_two_places_books_its_difference_once(void **state)
{
	struct fixture *f = *state;

	open_shop(f);
	done(f, "shifts", OPEN(ONE, "08", 1000));
	done(f, "shift_closes", CLOSE(CLOSE1, ONE, "16", 950));
	ingest_close(f, CLOSE2, ONE, 940);
	assert_int_equal(balance(f, "7010"), 50);
	assert_int_equal(int_of(shown(f, ONE), "counted"), 950);
	assert_int_equal(json_len(json_member(shown(f, ONE), "closes")), 2);
}

FIXTURE_MAIN(TILL(the_drawer_is_a_sum_over_all_cash),
	     HUB(the_drawer_is_a_sum_over_all_cash),
	     TILL(movements_are_booked_by_kind_or_as_they_say),
	     TILL(a_close_says_what_is_missing_and_books_it),
	     HUB(a_close_says_what_is_missing_and_books_it),
	     TILL(a_count_that_is_right_books_nothing),
	     TILL(what_arrives_after_the_close_shows_as_a_difference),
	     TILL(a_gap_at_the_hand_over_is_seen),
	     HUB(another_tills_drawer_is_another_drawer),
	     TILL(one_person_has_one_shift_at_a_till),
	     HUB(a_shift_closed_at_two_places_books_its_difference_once))
