/* What follows an invoice: payments, cancellations, returns; what is owed, by
 * whom and since when.  After each the books balance, receivables are account
 * 1100, and the valuation is account 1200. */
#include "base/base.h"
#include "fixture.h"

#include "base/clock.h"
#include "model/owed.h"
#include "store/driver.h"

#define TEA "01900000-0000-7000-8000-000000000001"	/* 9, no tax */
#define JAM "01900000-0000-7000-8000-000000000002"	/* 510 with 19 % inside */
#define ALI "01900000-0000-7000-8000-000000000004"
#define BEA "01900000-0000-7000-8000-000000000005"

static void make(struct fixture *f, const char *table, const char *body)
{
	struct row r;

	must(f, record_create(&f->w, schema_table(table), fixture_json(f, body), &r, &f->err));
}

static struct json body_of(struct fixture *f, const char *fmt, va_list args)
{
	char body[2000];

	vsnprintf(body, sizeof body, fmt, args);
	return fixture_json(f, body);
}

static int try(struct fixture *f, const char *table, struct doc *d, const char *fmt, ...) PRINTF(4, 5);

static int try(struct fixture *f, const char *table, struct doc *d, const char *fmt, ...)
{
	bool identical;
	va_list args;
	int rc;

	va_start(args, fmt);
	err_clear(&f->err);
	rc = document_create(&f->w, schema_table(table), body_of(f, fmt, args), d, &identical, &f->err);
	va_end(args);
	return rc;
}

#define post(f, table, d, ...) must(f, try(f, table, d, __VA_ARGS__))

static void open_shop(struct fixture *f)
{
	struct doc d;

	make(f, "products", "{'uuid':'" TEA "','name':'Tea','price':9,'tax_rate':0}");
	make(f, "products", "{'uuid':'" JAM "','name':'Jam','price':510,'tax_rate':1900}");
	make(f, "customers", "{'uuid':'" ALI "','name':'Ali'}");
	make(f, "customers", "{'uuid':'" BEA "','name':'Bea'}");
	post(f, "purchases", &d, "{'lines':[{'product':'" TEA "','qty':10000,'unit_cost':5},{'product':'" TEA "','qty':10000,'unit_cost':7},"
	     "{'product':'" JAM "','qty':3333,'unit_cost':107}]}");
}

/* --- what the books say --- */

static int64_t account(struct fixture *f, const char *code)
{
	return fixture_int(f, "SELECT CAST(COALESCE(sum(debit - credit), 0) AS bigint) FROM journal_lines "
			      "WHERE tenant = $1 AND account = $2", ARGS(v_uuid(f->w.tenant), v_uuid(seed_uuid("account", code))));
}

static struct json receivables(struct fixture *f, int64_t until)
{
	struct report r = fixture_report(f);

	r.until = until ? until + 1 : r.until;
	return fixture_ask(f, report_receivables, &r);
}

static struct json account_of(struct fixture *f, const char *customer)
{
	struct page page = { .limit = 50 };
	struct buf out = { 0 };
	struct uuid uuid;
	struct json j;

	assert_int_equal(uuid_parse(&uuid, customer, UUID_TEXT_LEN), 0);
	must(f, account_json(f->db, f->pool, f->w.tenant, uuid, &page, &out, &f->err));
	j = fixture_read(f, &out);
	return j;
}

static int64_t sum_of(struct json items, const char *member)
{
	int64_t sum = 0;

	for (size_t i = 0; i < json_len(items); i++)
		sum += int_of(json_at(items, i), member);
	return sum;
}

/* An account's items say what its head says. */
static void assert_owes(struct fixture *f, const char *customer, int64_t owed, int64_t credit)
{
	struct json j = account_of(f, customer);

	assert_int_equal(int_of(j, "owed"), owed);
	assert_int_equal(int_of(j, "credit"), credit);
	assert_int_equal(sum_of(json_member(j, "items"), "amount"), owed);
	assert_int_equal(sum_of(json_member(j, "items"), "credit"), credit);
}

static int64_t wrong_sums(struct fixture *f)
{
	int64_t wrong;

	must(f, owed_check(f->db, f->w.tenant, &wrong, &f->err));
	return wrong;
}

static void assert_sound(struct fixture *f)
{
	static const char *const buckets[] = { "current", "d30", "d60", "d90", "older" };
	struct json j = receivables(f, 0), total = json_member(j, "total");
	int64_t in_buckets = 0;

	assert_int_equal(fixture_int(f, "SELECT CAST(COALESCE(sum(debit - credit), 0) AS bigint) FROM journal_lines", NO_ARGS), 0);
	assert_int_equal(int_of(total, "owed"), account(f, "1100"));
	assert_int_equal(int_of(total, "credit"), -account(f, "2100"));
	assert_int_equal(sum_of(json_member(j, "items"), "owed"), account(f, "1100"));
	for (size_t i = 0; i < ARRAY_LEN(buckets); i++)
		in_buckets += int_of(total, buckets[i]);
	assert_int_equal(in_buckets, account(f, "1100"));
	assert_int_equal(wrong_sums(f), 0);
	assert_int_equal(fixture_int(f, "SELECT CAST(COALESCE(sum(value), 0) AS bigint) FROM stock", NO_ARGS), account(f, "1200"));
	assert_int_equal(fixture_int(f, "SELECT CAST(COALESCE(sum(value_left), 0) AS bigint) FROM layers", NO_ARGS), account(f, "1200"));
}

static int64_t on_hand(struct fixture *f, const char *product)
{
	struct uuid uuid;

	assert_int_equal(uuid_parse(&uuid, product, UUID_TEXT_LEN), 0);
	return fixture_int(f, "SELECT on_hand FROM stock WHERE tenant = $1 AND product = $2", ARGS(v_uuid(f->w.tenant), v_uuid(uuid)));
}

/* As GET shows it. */
static struct json invoice_now(struct fixture *f, struct uuid uuid)
{
	struct buf out = { 0 };
	struct row head;
	struct json j;

	assert_int_equal(row_load(f->db, f->pool, f->w.tenant, schema_table("invoices"), uuid, &head, &f->err), 1);
	jw_open(&out, '{');
	must(f, invoice_more(f->db, f->pool, f->w.tenant, &head, &out, &f->err));
	jw_close(&out, '}');
	j = fixture_read(f, &out);
	return j;
}

static struct json listed(struct fixture *f, struct uuid uuid)
{
	struct page page = { .limit = 50 };
	struct buf out = { 0 };
	struct json items;

	must(f, invoice_list(f->db, f->pool, f->w.tenant, &page, &out, &f->err));
	items = json_member(fixture_read(f, &out), "items");
	for (size_t i = 0; i < json_len(items); i++)
		if (uuid_eq(uuid_of(json_at(items, i), "uuid"), uuid))
			return json_at(items, i);
	fail_msg("the invoice is not in the list");
	return items;
}

/* One of them and in a list alike. */
static void assert_stands(struct fixture *f, struct uuid uuid, const char *status, int64_t owed)
{
	assert_string_equal(text_of(invoice_now(f, uuid), "status"), status);
	assert_int_equal(int_of(invoice_now(f, uuid), "owed"), owed);
	assert_string_equal(text_of(listed(f, uuid), "status"), status);
	assert_int_equal(int_of(listed(f, uuid), "owed"), owed);
}

/* --- sales --- */

#define T(uuid) uuid_text(uuid).s

/* Tea on account, at day n of January. */
static struct uuid owes(struct fixture *f, const char *customer, int units, int day)
{
	struct doc d;

	post(f, "invoices", &d, "{'customer':'%s','at':'2026-01-%02dT00:00:00Z','lines':[{'product':'" TEA "','qty':%d,'unit_price':9}]}",
	     customer, day, units * 1000);
	return d.head.uuid;
}

static struct uuid sold(struct fixture *f, const char *lines, const char *payments)
{
	struct doc d;

	post(f, "invoices", &d, "{'lines':[%s],'payments':[%s]}", lines, payments);
	return d.head.uuid;
}

#define LINE(product, qty, price) "{'product':'" product "','qty':" #qty ",'unit_price':" #price "}"
#define CASH(amount) "{'method':'cash','amount':" #amount "}"
#define CARD(amount) "{'method':'card','amount':" #amount "}"

/* --- payments --- */

static void the_oldest_debt_is_met_first(void **state)
{
	struct fixture *f = *state;
	struct uuid second, first, third;
	struct doc d;

	open_shop(f);
	second = owes(f, ALI, 2, 10);
	first = owes(f, ALI, 1, 5);		/* made later, older: another till's */
	third = owes(f, ALI, 1, 20);
	assert_owes(f, ALI, 36, 0);
	assert_stands(f, first, "unpaid", 9);
	post(f, "customer_payments", &d, "{'customer':'" ALI "','method':'cash','amount':15}");
	assert_stands(f, first, "paid", 0);
	assert_stands(f, second, "partial", 12);
	assert_stands(f, third, "unpaid", 9);
	assert_owes(f, ALI, 21, 0);
	assert_sound(f);
	post(f, "customer_payments", &d, "{'invoice':'%s','method':'card','amount':9}", T(third));
	assert_true(uuid_eq(row_uuid(&d.head, "customer"), uuid_of(account_of(f, ALI), "customer")));
	assert_stands(f, third, "paid", 0);
	assert_stands(f, second, "partial", 12);
	assert_sound(f);
	assert_int_equal(account(f, "1010"), 15);
	assert_int_equal(account(f, "1020"), 9);
	assert_int_equal(json_len(json_member(invoice_now(f, third), "payments_later")), 1);
}

static void nobody_pays_more_than_is_owed(void **state)
{
	struct fixture *f = *state;
	struct uuid one, cash;
	struct doc d;

	open_shop(f);
	one = owes(f, ALI, 1, 5);
	owes(f, ALI, 2, 6);
	refused(f, "overpaid", try(f, "customer_payments", &d, "{'invoice':'%s','method':'cash','amount':10}", T(one)));
	assert_int_equal(f->err.max, 9);
	refused(f, "overpaid", try(f, "customer_payments", &d, "{'customer':'" ALI "','method':'cash','amount':28}"));
	assert_int_equal(f->err.max, 27);
	refused(f, "overpaid", try(f, "customer_payments", &d, "{'customer':'" BEA "','method':'cash','amount':1}"));
	assert_true(f->err.has_max);
	assert_int_equal(f->err.max, 0);
	refused(f, "differs", try(f, "customer_payments", &d, "{'customer':'" BEA "','invoice':'%s','method':'cash','amount':1}", T(one)));
	cash = sold(f, LINE(TEA, 1000, 9), CASH(9));
	refused(f, "overpaid", try(f, "customer_payments", &d, "{'invoice':'%s','method':'cash','amount':1}", T(cash)));
	refused(f, "credit", try(f, "customer_payments", &d, "{'customer':'" ALI "','method':'store_credit','amount':1}"));
	refused(f, "required", try(f, "customer_payments", &d, "{'method':'cash','amount':1}"));
	refused(f, "unknown", try(f, "customer_payments", &d, "{'invoice':'" ALI "','method':'cash','amount':1}"));
	post(f, "customer_payments", &d, "{'customer':'" ALI "','method':'cash','amount':27}");
	assert_owes(f, ALI, 0, 0);
	assert_sound(f);
}

/* It is here: not too much. */
static void a_payment_again_is_the_same_payment(void **state)
{
	struct fixture *f = *state;
	struct uuid one, uuid = uuid_v7();
	bool identical = false;
	char body[300];
	struct doc d;

	open_shop(f);
	one = owes(f, ALI, 1, 5);
	snprintf(body, sizeof body, "{'uuid':'%s','invoice':'%s','method':'cash','amount':9}", T(uuid), T(one));
	post(f, "customer_payments", &d, "%s", body);
	refused(f, "duplicate", document_create(&f->w, schema_table("customer_payments"), fixture_json(f, body), &d, &identical, &f->err));
	assert_true(identical);
	snprintf(body, sizeof body, "{'uuid':'%s','invoice':'%s','reason':'again'}", T(uuid_v7()), T(one));
	post(f, "cancellations", &d, "%s", body);
	refused(f, "duplicate", document_create(&f->w, schema_table("cancellations"), fixture_json(f, body), &d, &identical, &f->err));
	assert_true(identical);
	assert_sound(f);
}

/* --- cancellations --- */

static void a_cancelled_sale_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct uuid one;
	struct doc d;

	open_shop(f);
	one = sold(f, LINE(TEA, 12000, 9) "," LINE(JAM, 1111, 510), CARD(100) "," CASH(900));
	assert_int_equal(on_hand(f, TEA), 8000);
	refused(f, "refunds", try(f, "cancellations", &d, "{'invoice':'%s','reason':'x','refunds':[" CASH(100) "]}", T(one)));
	refused(f, "range", try(f, "cancellations", &d, "{'invoice':'%s','reason':'x','lines':[{'line':2,'goods':'defect'}]}", T(one)));
	refused(f, "twice", try(f, "cancellations", &d, "{'invoice':'%s','reason':'x','lines':[{'line':1,'goods':'defect'},"
				"{'line':1,'goods':'stock'}]}", T(one)));
	refused(f, "required", try(f, "cancellations", &d, "{'invoice':'%s'}", T(one)));
	refused(f, "customer_required", try(f, "cancellations", &d, "{'invoice':'%s','reason':'x','refunds':[{'method':'store_credit',"
					    "'amount':675}]}", T(one)));
	post(f, "cancellations", &d, "{'invoice':'%s','reason':'wrong goods'}", T(one));
	assert_int_equal(doc_part(&d, "refunds")->n, 2);	/* 100 by card, the rest in cash */
	assert_int_equal(part_int(doc_part(&d, "refunds"), 0, "amount"), 100);
	assert_int_equal(on_hand(f, TEA), 20000);
	assert_int_equal(on_hand(f, JAM), 3333);
	for (const char *const *a = (const char *const[]){ "1010", "1020", "1100", "2020", "2100", "5010", "6020", "7010", NULL }; *a; a++)
		assert_int_equal(account(f, *a), 0);
	assert_int_equal(account(f, "4010") + account(f, "4020"), 0);
	assert_stands(f, one, "cancelled", 0);
	assert_sound(f);
	refused(f, "cancelled", try(f, "cancellations", &d, "{'invoice':'%s','reason':'again'}", T(one)));
	assert_int_equal(f->err.kind, ERR_CONFLICT);
	refused(f, "cancelled", try(f, "returns", &d, "{'invoice':'%s','lines':[{'line':0,'qty':1000}]}", T(one)));
}

static void defect_goods_of_a_cancelled_sale_are_a_loss(void **state)
{
	struct fixture *f = *state;
	struct uuid one;
	struct doc d;

	open_shop(f);
	one = sold(f, LINE(TEA, 12000, 9) "," LINE(JAM, 1111, 510), CASH(900));
	post(f, "cancellations", &d, "{'invoice':'%s','reason':'broken','lines':[{'line':0,'goods':'defect'}]}", T(one));
	assert_int_equal(on_hand(f, TEA), 8000);
	assert_int_equal(on_hand(f, JAM), 3333);
	assert_int_equal(account(f, "6020"), 64);
	assert_int_equal(account(f, "5010"), 0);
	assert_sound(f);
}

/* What was on account is owed no more; what was paid since is to his credit. */
static void a_cancelled_debt_is_no_debt(void **state)
{
	struct fixture *f = *state;
	struct uuid one, two;
	struct doc d;

	open_shop(f);
	one = owes(f, ALI, 4, 5);
	two = owes(f, ALI, 1, 6);
	post(f, "customer_payments", &d, "{'invoice':'%s','method':'cash','amount':30}", T(one));
	post(f, "cancellations", &d, "{'invoice':'%s','reason':'x'}", T(one));
	assert_int_equal(doc_part(&d, "refunds")->n, 0);
	assert_stands(f, one, "cancelled", 0);
	assert_stands(f, two, "paid", 0);	/* 30 of 9: the oldest debt there still is */
	assert_owes(f, ALI, 0, 21);
	assert_sound(f);
	post(f, "invoices", &d, "{'customer':'" ALI "','lines':[" LINE(TEA, 2000, 9) "],'payments':[{'method':'store_credit','amount':18}]}");
	assert_owes(f, ALI, 0, 3);
	assert_sound(f);
	refused(f, "credit", try(f, "invoices", &d, "{'customer':'" ALI "','lines':[" LINE(TEA, 2000, 9) "],"
				 "'payments':[{'method':'store_credit','amount':4}]}"));
	assert_int_equal(f->err.max, 3);
	refused(f, "customer_required", try(f, "invoices", &d, "{'lines':[" LINE(TEA, 1000, 9) "],"
					    "'payments':[{'method':'store_credit','amount':9}]}"));
}

/* --- returns --- */

static void goods_come_back_as_they_were_sold(void **state)
{
	struct fixture *f = *state;
	struct uuid one;
	struct doc d;

	open_shop(f);
	one = sold(f, "{'product':'" TEA "','qty':12000,'unit_price':9,'discount':5}," LINE(JAM, 1111, 510), CASH(900));
	post(f, "returns", &d, "{'invoice':'%s','lines':[{'line':0,'qty':4000},{'line':1,'qty':333}]}", T(one));
	assert_int_equal(row_int(&d.head, "total"), 34 + 170);		/* 103 * 4/12, 567 * 333/1111 */
	assert_stands(f, one, "partly_returned", 0);
	assert_int_equal(on_hand(f, TEA), 12000);
	assert_int_equal(account(f, "5010"), 64 - 24 + 119 - 36);	/* two at 7 and two at 5; the last taken first */
	assert_sound(f);
	refused(f, "returned", try(f, "returns", &d, "{'invoice':'%s','lines':[{'line':0,'qty':8001}]}", T(one)));
	assert_int_equal(f->err.max, 8000);
	refused(f, "returned", try(f, "returns", &d, "{'invoice':'%s','lines':[{'line':0,'qty':8000},{'line':0,'qty':1}]}", T(one)));
	assert_string_equal(f->err.field, "/lines/1/qty");
	refused(f, "returned", try(f, "cancellations", &d, "{'invoice':'%s','reason':'x'}", T(one)));
	post(f, "returns", &d, "{'invoice':'%s','lines':[{'line':0,'qty':3000},{'line':0,'qty':5000},{'line':1,'qty':778}]}", T(one));
	assert_stands(f, one, "returned", 0);
	for (const char *const *a = (const char *const[]){ "1010", "2020", "5010", "7010", NULL }; *a; a++)
		assert_int_equal(account(f, *a), 0);
	assert_int_equal(account(f, "4010") + account(f, "4020") + account(f, "4030"), 0);
	assert_int_equal(on_hand(f, TEA), 20000);
	assert_sound(f);
}

static void condition_says_where_goods_go(void **state)
{
	struct fixture *f = *state;
	struct uuid one;
	struct doc d;

	open_shop(f);
	one = sold(f, LINE(TEA, 12000, 9), CASH(108));
	post(f, "returns", &d, "{'invoice':'%s','lines':[{'line':0,'qty':1000,'condition':'defect'},{'line':0,'qty':2000,"
	     "'condition':'dispose'},{'line':0,'qty':1000}]}", T(one));
	assert_int_equal(on_hand(f, TEA), 9000);
	assert_int_equal(account(f, "6020"), 7 + 7 + 5);
	assert_int_equal(account(f, "5010"), 64 - 7 - 12 - 5);
	assert_sound(f);
}

/* Off what is owed first, then as it was paid; or as people say. */
static void money_goes_back_the_way_it_came(void **state)
{
	struct fixture *f = *state;
	struct doc sale, d;

	open_shop(f);
	post(f, "invoices", &sale, "{'customer':'" ALI "','lines':[" LINE(TEA, 10000, 9) "],'payments':[" CARD(30) "," CASH(20) "]}");
	assert_owes(f, ALI, 40, 0);
	post(f, "returns", &d, "{'invoice':'%s','lines':[{'line':0,'qty':5000}]}", T(sale.head.uuid));
	assert_owes(f, ALI, 0, 0);
	assert_int_equal(account(f, "1020"), 25);
	assert_int_equal(account(f, "1010"), 20);
	post(f, "returns", &d, "{'invoice':'%s','lines':[{'line':0,'qty':4000}]}", T(sale.head.uuid));
	assert_int_equal(account(f, "1020"), 0);
	assert_int_equal(account(f, "1010"), 9);
	refused(f, "refunds", try(f, "returns", &d, "{'invoice':'%s','lines':[{'line':0,'qty':1000}],'refunds':[" CASH(8) "]}", T(sale.head.uuid)));
	assert_int_equal(f->err.max, 9);
	post(f, "returns", &d, "{'invoice':'%s','lines':[{'line':0,'qty':1000}],'refunds':[{'method':'store_credit','amount':9}]}",
	     T(sale.head.uuid));
	assert_owes(f, ALI, 0, 9);
	assert_stands(f, sale.head.uuid, "returned", 0);
	assert_sound(f);
}

static void nobody_is_paid_for_what_he_owes(void **state)
{
	struct fixture *f = *state;
	struct doc sale, d;

	open_shop(f);
	post(f, "invoices", &sale, "{'customer':'" ALI "','lines':[" LINE(TEA, 10000, 9) "],'payments':[" CARD(50) "]}");
	refused(f, "not_paid", try(f, "returns", &d, "{'invoice':'%s','lines':[{'line':0,'qty':6000}],'refunds':[" CASH(54) "]}",
				   T(sale.head.uuid)));
	assert_int_equal(f->err.max, 50);
	post(f, "returns", &d, "{'invoice':'%s','lines':[{'line':0,'qty':5000}],'refunds':[" CASH(45) "]}", T(sale.head.uuid));
	refused(f, "not_paid", try(f, "returns", &d, "{'invoice':'%s','lines':[{'line':0,'qty':1000}],'refunds':[" CASH(9) "]}",
				   T(sale.head.uuid)));
	assert_int_equal(f->err.max, 5);
	post(f, "customer_payments", &d, "{'customer':'" ALI "','method':'cash','amount':4}");
	post(f, "returns", &d, "{'invoice':'%s','lines':[{'line':0,'qty':1000}],'refunds':[" CASH(9) "]}", T(sale.head.uuid));
	assert_owes(f, ALI, 36, 0);
	assert_sound(f);
}

/* Bea was Ali all the time. */
static void twins_have_one_account(void **state)
{
	struct fixture *f = *state;
	struct uuid first, second, ali, bea;
	struct doc d;

	open_shop(f);
	first = owes(f, BEA, 1, 5);
	second = owes(f, ALI, 2, 6);
	assert_int_equal(uuid_parse(&ali, ALI, UUID_TEXT_LEN) | uuid_parse(&bea, BEA, UUID_TEXT_LEN), 0);
	must(f, txn_run(&f->t, "UPDATE customers SET merged_into = $2 WHERE tenant = $1 AND uuid = $3",
			ARGS(v_uuid(f->w.tenant), v_uuid(ali), v_uuid(bea)), &f->err));
	assert_owes(f, ALI, 27, 0);
	assert_owes(f, BEA, 27, 0);
	assert_int_equal(json_len(json_member(receivables(f, 0), "items")), 1);
	post(f, "customer_payments", &d, "{'customer':'" ALI "','method':'cash','amount':10}");
	assert_stands(f, first, "paid", 0);
	assert_stands(f, second, "partial", 17);
	post(f, "customer_payments", &d, "{'customer':'" BEA "','method':'cash','amount':17}");
	assert_stands(f, second, "paid", 0);
	assert_owes(f, ALI, 0, 0);
	assert_sound(f);
}

static void a_return_without_a_receipt(void **state)
{
	struct fixture *f = *state;
	struct doc d;

	open_shop(f);
	post(f, "returns", &d, "{'lines':[{'product':'" TEA "','qty':2000},{'product':'" JAM "','qty':1000,'condition':'dispose'}]}");
	assert_int_equal(row_int(&d.head, "total"), 18 + 510);
	assert_int_equal(row_int(&d.head, "tax"), 81);
	assert_int_equal(account(f, "1010"), -528);
	assert_int_equal(on_hand(f, TEA), 22000);
	assert_int_equal(on_hand(f, JAM), 3333);
	assert_int_equal(account(f, "6020"), 107);
	assert_int_equal(account(f, "5010"), -14 - 107);	/* tea cost 7 last */
	assert_sound(f);
	post(f, "returns", &d, "{'customer':'" ALI "','lines':[{'product':'" TEA "','qty':1000,'unit_price':5}],"
	     "'refunds':[{'method':'store_credit','amount':5}]}");
	assert_owes(f, ALI, 0, 5);
	assert_sound(f);
	refused(f, "no_invoice", try(f, "returns", &d, "{'lines':[{'line':0,'product':'" TEA "','qty':1000}]}"));
	refused(f, "customer_required", try(f, "returns", &d, "{'lines':[{'product':'" TEA "','qty':1000}],"
					    "'refunds':[{'method':'account','amount':9}]}"));
	refused(f, "required", try(f, "returns", &d, "{'lines':[]}"));
	refused(f, "unknown", try(f, "returns", &d, "{'lines':[{'product':'" ALI "','qty':1}]}"));
}

/* --- sums that are kept --- */

/* One by one from the newest, as documents ask, and all from the oldest, as the books have it. */
static void assert_open_alike(struct fixture *f, const struct uuid *invoices, int n)
{
	struct owings books;
	struct uuid ali;
	struct debt d;

	assert_int_equal(uuid_parse(&ali, ALI, UUID_TEXT_LEN), 0);
	must(f, owings_of_all(f->db, f->pool, f->w.tenant, INT64_MAX, &books, &f->err));
	for (int i = 0; i < n; i++) {
		must(f, debt_of(f->db, f->pool, f->w.tenant, ali, invoices[i], &d, &f->err));
		assert_int_equal(d.open, owings_open(&books, invoices[i]));
	}
}

#define DEBTS 8

/* What Ali does with his debts: named, unnamed, more than one owes, undone. */
static void live(struct fixture *f, struct uuid debt[DEBTS])
{
	static const int days[DEBTS] = { 9, 3, 3, 21, 14, 1, 28, 7 };
	struct doc d;

	for (int i = 0; i < DEBTS; i++)
		debt[i] = owes(f, ALI, i + 1, days[i]);
	assert_open_alike(f, debt, DEBTS);
	post(f, "customer_payments", &d, "{'customer':'" ALI "','method':'cash','amount':80}");
	post(f, "customer_payments", &d, "{'invoice':'%s','method':'cash','amount':20}", T(debt[3]));
	assert_open_alike(f, debt, DEBTS);
	post(f, "returns", &d, "{'invoice':'%s','lines':[{'line':0,'qty':1000}]}", T(debt[6]));
	post(f, "returns", &d, "{'invoice':'%s','lines':[{'line':0,'qty':1000}]}", T(debt[5]));
	post(f, "cancellations", &d, "{'invoice':'%s','reason':'x'}", T(debt[1]));
	assert_open_alike(f, debt, DEBTS);
	post(f, "invoices", &d, "{'customer':'" BEA "','lines':[" LINE(TEA, 1000, 9) "]}");
	post(f, "returns", &d, "{'customer':'" BEA "','lines':[{'product':'" TEA "','qty':3000,'unit_price':5}],"
	     "'refunds':[{'method':'store_credit','amount':15}]}");
	assert_sound(f);
}

static void what_is_open_is_found_from_the_newest_as_from_the_oldest(void **state)
{
	struct fixture *f = *state;
	struct uuid debt[DEBTS];
	struct doc d;

	open_shop(f);
	live(f, debt);
	/* All but the last of it, bit by bit. */
	for (int64_t left = account(f, "1100"); left > 20; left = account(f, "1100")) {
		post(f, "customer_payments", &d, "{'customer':'" ALI "','method':'card','amount':17}");
		assert_open_alike(f, debt, DEBTS);
	}
	assert_sound(f);
}

static void a_kept_sum_that_is_wrong_is_found_and_made_again(void **state)
{
	static const char *const spoils[] = {
		"UPDATE debts SET owed = owed + 1 WHERE owed > 0", "UPDATE debts SET at = at + 1 WHERE owed > 0", "DELETE FROM debts",
		"UPDATE balances SET owed = owed - 1", "UPDATE balances SET credit = credit + 1", "DELETE FROM balances",
	};
	struct fixture *f = *state;
	struct uuid debt[DEBTS];

	open_shop(f);
	live(f, debt);
	for (size_t i = 0; i < ARRAY_LEN(spoils); i++) {
		assert_int_equal(wrong_sums(f), 0);
		must(f, txn_run(&f->t, spoils[i], NO_ARGS, &f->err));
		if (wrong_sums(f) == 0)
			fail_msg("nobody found: %s", spoils[i]);
		must(f, owed_rebuild(&f->t, f->w.tenant, &f->err));
	}
	assert_open_alike(f, debt, DEBTS);
	assert_sound(f);
}

/* What a rebuilt debt says goes on being a sum: even one that was met is as old as it was. */
static void an_older_database_learns_what_is_owed(void **state)
{
	struct fixture *f = *state;
	struct uuid debt[DEBTS];
	struct doc d;

	open_shop(f);
	live(f, debt);
	fixture_commit(f);
	db_rollback(f->db);
	must(f, f->db->driver->script(f->db, "DROP TABLE debts;\nDROP TABLE balances;\nUPDATE schema_version SET version = 3", &f->err));
	must(f, db_migrate(f->db, &f->err));
	must(f, db_begin(f->db, &f->err));
	assert_open_alike(f, debt, DEBTS);
	assert_sound(f);
	post(f, "customer_payments", &d, "{'customer':'" ALI "','method':'cash','amount':30}");
	assert_open_alike(f, debt, DEBTS);
	assert_sound(f);
}

/* --- ageing --- */

static int64_t at(const char *text)
{
	int64_t t;

	assert_int_equal(time_parse(&t, text, strlen(text)), 0);
	return t;
}

static void each_debt_is_in_one_bucket(void **state)
{
	static const struct { const char *at, *bucket; } ages[] = {
		{ "2026-01-05T00:00:00Z", "current" }, { "2026-02-03T23:59:59Z", "current" }, { "2026-02-04T00:00:00Z", "d30" },
		{ "2026-03-05T23:59:59Z", "d30" }, { "2026-03-06T00:00:00Z", "d60" }, { "2026-04-05T00:00:00Z", "d90" },
		{ "2026-05-04T23:59:59Z", "d90" }, { "2026-05-05T00:00:00Z", "older" },
	};
	struct fixture *f = *state;
	struct json j;

	open_shop(f);
	owes(f, ALI, 1, 5);
	for (size_t i = 0; i < ARRAY_LEN(ages); i++) {
		j = json_at(json_member(receivables(f, at(ages[i].at)), "items"), 0);
		assert_int_equal(int_of(j, ages[i].bucket), 9);
		assert_int_equal(int_of(j, "current") + int_of(j, "d30") + int_of(j, "d60") + int_of(j, "d90") + int_of(j, "older"), 9);
		assert_string_equal(text_of(j, "name"), "Ali");
	}
	assert_int_equal(json_len(json_member(receivables(f, at("2026-01-04T00:00:00Z")), "items")), 0);	/* not yet */
	owes(f, BEA, 2, 9);
	assert_int_equal(json_len(json_member(receivables(f, 0), "items")), 2);
	assert_sound(f);
}

FIXTURE_MAIN(TILL(the_oldest_debt_is_met_first), HUB(nobody_pays_more_than_is_owed), TILL(a_payment_again_is_the_same_payment),
	     TILL(a_cancelled_sale_leaves_nothing), HUB(a_cancelled_sale_leaves_nothing),
	     TILL(defect_goods_of_a_cancelled_sale_are_a_loss), TILL(a_cancelled_debt_is_no_debt),
	     TILL(goods_come_back_as_they_were_sold), HUB(goods_come_back_as_they_were_sold), TILL(condition_says_where_goods_go),
	     TILL(money_goes_back_the_way_it_came), TILL(a_return_without_a_receipt),
	     TILL(nobody_is_paid_for_what_he_owes), HUB(twins_have_one_account),
	     HUB(what_is_open_is_found_from_the_newest_as_from_the_oldest), TILL(a_kept_sum_that_is_wrong_is_found_and_made_again),
	     HUB(an_older_database_learns_what_is_owed), HUB(each_debt_is_in_one_bucket))
