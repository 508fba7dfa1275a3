/* What two tills do to one invoice while they are apart adds up when they meet:
 * both documents stand, goods come back once, the books balance, and somebody is
 * told. */
#include "base/base.h"
#include "net.h"

struct shop {
	struct net *net;
	struct uuid tea, ali;
};

/* Two tills with 20 teas: ten at 5 and ten at 7. */
static struct shop open_shop(void **state)
{
	struct shop s = { .net = net_new(*(const enum engine *)*state, 2) };

	for (int i = 0; i < 2; i++)
		net_pair(s.net, i);
	s.tea = make_product(s.net->till[0], "Tea", 9);
	s.ali = make_customer(s.net->till[0], "0770");
	buy(s.net->till[0], s.tea, 10, 5);
	buy(s.net->till[0], s.tea, 10, 7);
	return s;
}

static struct uuid post(struct fixture *f, const char *table, const char *fmt, ...) PRINTF(3, 4);

static struct uuid post(struct fixture *f, const char *table, const char *fmt, ...)
{
	char body[1000];
	bool identical;
	struct doc d;
	va_list args;

	va_start(args, fmt);
	vsnprintf(body, sizeof body, fmt, args);
	va_end(args);
	must(f, document_create(&f->w, schema_table(table), fixture_json(f, body), &d, &identical, &f->err));
	fixture_commit(f);
	return d.head.uuid;
}

#define T(u) uuid_text(u).s

static struct uuid on_account(const struct shop *s, int units)
{
	struct uuid u = post(s->net->till[0], "invoices", "{'customer':'%s','lines':[{'product':'%s','qty':%d,'unit_price':9}]}",
			     T(s->ali), T(s->tea), units * 1000);

	net_cycle(s->net);
	return u;
}

static struct uuid in_cash(const struct shop *s, int units)
{
	struct uuid u = sell(s->net->till[0], s->tea, units, 9);

	net_cycle(s->net);
	return u;
}

static void cancel(const struct shop *s, int till, struct uuid invoice)
{
	post(s->net->till[till], "cancellations", "{'invoice':'%s','reason':'x'}", T(invoice));
}

static void give_back(const struct shop *s, int till, struct uuid invoice, int units)
{
	post(s->net->till[till], "returns", "{'invoice':'%s','lines':[{'line':0,'qty':%d}]}", T(invoice), units * 1000);
}

static void pay(const struct shop *s, int till, struct uuid invoice, int amount)
{
	post(s->net->till[till], "customer_payments", "{'invoice':'%s','method':'cash','amount':%d}", T(invoice), amount);
}

/* --- what everybody must say afterwards --- */

#define BOOKED(code)                                                                               \
	"SELECT CAST(COALESCE(sum(debit - credit), 0) AS bigint) FROM journal_lines l JOIN accounts a " \
	"ON a.tenant = l.tenant AND a.uuid = l.account WHERE l.tenant = $1 AND a.code = '" code "'"
#define REVIEWS(kind) "SELECT CAST(count(*) AS bigint) FROM reviews WHERE tenant = $1 AND kind = '" kind "' AND state = 'open'"

static void everywhere(struct net *net, const char *sql, int64_t wanted)
{
	for (int i = -1; i < net->tills; i++) {
		int64_t is = count_of(i < 0 ? net->hub : net->till[i], sql);

		if (is != wanted)
			fail_msg("%s: %lld, not %lld, %s %d", sql, (long long)is, (long long)wanted, i < 0 ? "hub" : "till", i);
	}
}

/* The buckets are account 1100, here and there. */
static void is_sound(struct fixture *f)
{
	struct report r = fixture_report(f);
	struct json total = json_member(fixture_ask(f, report_receivables, &r), "total");
	int64_t wrong;

	assert_int_equal(int_of(total, "owed"), count_of(f, BOOKED("1100")));
	assert_int_equal(int_of(total, "credit"), -count_of(f, BOOKED("2100")));
	assert_int_equal(count_of(f, "SELECT CAST(COALESCE(sum(debit - credit), 0) AS bigint) FROM journal_lines WHERE tenant = $1"), 0);
	assert_int_equal(count_of(f, "SELECT CAST(sum(value) AS bigint) FROM stock WHERE tenant = $1"), count_of(f, BOOKED("1200")));
	must(f, owed_check(f->db, f->w.tenant, &wrong, &f->err));
	assert_int_equal(wrong, 0);
}

static void meet(const struct shop *s, int64_t on_hand, int64_t worth)
{
	net_cycle(s->net);
	everywhere(s->net, "SELECT CAST(sum(on_hand) AS bigint) FROM stock WHERE tenant = $1", on_hand);
	everywhere(s->net, "SELECT CAST(sum(value) AS bigint) FROM stock WHERE tenant = $1", worth);
	is_sound(s->net->hub);
	for (int i = 0; i < s->net->tills; i++) {
		is_sound(s->net->till[i]);
		assert_int_equal(dirty_of(s->net->till[i]), 0);
		assert_true(net_identical(s->net, i));
	}
}

/* --- goods --- */

static void sums_goods_returned_twice_come_back_once(void **state)
{
	struct shop s = open_shop(state);
	struct uuid one = in_cash(&s, 12);

	give_back(&s, 0, one, 8);
	give_back(&s, 1, one, 8);
	meet(&s, 20000, 120);
	everywhere(s.net, REVIEWS("returned_twice"), 1);
	everywhere(s.net, BOOKED("1010"), 12 * 9 - 2 * 72);		/* the money is gone, twice */
	everywhere(s.net, BOOKED("4020"), 108);			/* the sale is taken back once */
	everywhere(s.net, BOOKED("7010"), 36);
	everywhere(s.net, BOOKED("5010"), 0);
	net_free(s.net);
}

static void sums_two_halves_returned_apart_are_one_return(void **state)
{
	struct shop s = open_shop(state);
	struct uuid one = in_cash(&s, 12);

	give_back(&s, 0, one, 6);
	give_back(&s, 1, one, 6);
	meet(&s, 20000, 120);
	everywhere(s.net, REVIEWS("returned_twice"), 0);
	everywhere(s.net, BOOKED("1010"), 0);
	everywhere(s.net, BOOKED("7010"), 0);
	everywhere(s.net, BOOKED("5010"), 0);
	net_free(s.net);
}

static void sums_a_sale_cancelled_twice_is_cancelled_once(void **state)
{
	struct shop s = open_shop(state);
	struct uuid one = in_cash(&s, 12);

	cancel(&s, 0, one);
	cancel(&s, 1, one);
	meet(&s, 20000, 120);
	everywhere(s.net, REVIEWS("cancelled_twice"), 1);
	everywhere(s.net, BOOKED("1010"), -108);
	everywhere(s.net, BOOKED("7010"), 108);
	everywhere(s.net, BOOKED("5010"), 0);
	net_free(s.net);
}

static void sums_a_debt_cancelled_twice_gives_no_credit(void **state)
{
	struct shop s = open_shop(state);
	struct uuid one = on_account(&s, 12);

	cancel(&s, 0, one);
	cancel(&s, 1, one);
	meet(&s, 20000, 120);
	everywhere(s.net, BOOKED("1100"), 0);
	everywhere(s.net, BOOKED("2100"), 0);
	everywhere(s.net, BOOKED("7010"), 0);
	net_free(s.net);
}

static void sums_cancelled_here_and_returned_there(void **state)
{
	struct shop s = open_shop(state);
	struct uuid one = in_cash(&s, 12);

	cancel(&s, 1, one);
	give_back(&s, 0, one, 4);
	meet(&s, 20000, 120);
	everywhere(s.net, REVIEWS("returned_twice"), 1);
	everywhere(s.net, BOOKED("1010"), -36);
	everywhere(s.net, BOOKED("7010"), 36);
	everywhere(s.net, BOOKED("5010"), 0);
	net_free(s.net);
}

/* --- money --- */

static void sums_a_debt_paid_twice_is_credit(void **state)
{
	struct shop s = open_shop(state);
	struct uuid one = on_account(&s, 10);

	pay(&s, 0, one, 90);
	pay(&s, 1, one, 90);
	meet(&s, 10000, 70);
	everywhere(s.net, REVIEWS("overpaid"), 1);
	everywhere(s.net, BOOKED("1010"), 180);
	everywhere(s.net, BOOKED("1100"), 0);
	everywhere(s.net, BOOKED("2100"), -90);
	net_free(s.net);
}

static void sums_paid_here_and_cancelled_there_is_credit(void **state)
{
	struct shop s = open_shop(state);
	struct uuid one = on_account(&s, 10);

	pay(&s, 0, one, 50);
	cancel(&s, 1, one);
	meet(&s, 20000, 120);
	everywhere(s.net, BOOKED("1100"), 0);
	everywhere(s.net, BOOKED("2100"), -50);
	net_free(s.net);
}

static void sums_what_is_paid_twice_meets_the_next_debt(void **state)
{
	struct shop s = open_shop(state);
	struct uuid one = on_account(&s, 10);

	on_account(&s, 10);
	pay(&s, 0, one, 90);
	pay(&s, 1, one, 90);
	meet(&s, 0, 0);
	everywhere(s.net, REVIEWS("overpaid"), 1);
	everywhere(s.net, BOOKED("1100"), 0);
	everywhere(s.net, BOOKED("2100"), 0);
	net_free(s.net);
}

static void sums_credit_spent_twice_is_seen(void **state)
{
	struct shop s = open_shop(state);
	struct uuid one = in_cash(&s, 10);

	post(s.net->till[0], "returns", "{'invoice':'%s','customer':'%s','lines':[{'line':0,'qty':1000}],"
	     "'refunds':[{'method':'store_credit','amount':9}]}", T(one), T(s.ali));
	net_cycle(s.net);
	for (int i = 0; i < 2; i++)
		post(s.net->till[i], "invoices", "{'customer':'%s','lines':[{'product':'%s','qty':1000,'unit_price':9}],"
		     "'payments':[{'method':'store_credit','amount':9}]}", T(s.ali), T(s.tea));
	meet(&s, 9000, 63);
	everywhere(s.net, REVIEWS("credit_overdrawn"), 1);
	everywhere(s.net, BOOKED("2100"), 9);
	net_free(s.net);
}

/* The same return, by the till and by the cloud, with refunds that each filled in:
 * one document. */
static void once_a_return_stored_on_both_sides(void **state)
{
	struct shop s = open_shop(state);
	struct uuid one = on_account(&s, 10), same = uuid_v7();

	pay(&s, 0, one, 30);
	net_cycle(s.net);
	pay(&s, 1, one, 55);		/* till 0 does not know: 5 are owed, not 60 */
	net_push(s.net, 1);
	post(s.net->till[0], "returns", "{'uuid':'%s','invoice':'%s','lines':[{'line':0,'qty':1000}]}", T(same), T(one));
	post(s.net->hub, "returns", "{'uuid':'%s','invoice':'%s','lines':[{'line':0,'qty':1000}]}", T(same), T(one));
	meet(&s, 11000, 75);
	everywhere(s.net, "SELECT CAST(count(*) AS bigint) FROM returns WHERE tenant = $1", 1);
	everywhere(s.net, "SELECT CAST(count(*) AS bigint) FROM conflicts WHERE tenant = $1", 0);
	net_free(s.net);
}

/* The same invoice, twice and not the same: what undid ours is the customer's of the
 * cloud's from then on. */
static void sums_an_invoice_that_becomes_another_customers(void **state)
{
	struct shop s = open_shop(state);
	struct uuid bea = make_customer(s.net->till[0], "0771"), same = uuid_v7();
	const struct uuid of[] = { s.ali, bea };

	net_cycle(s.net);
	for (int i = 0; i < 2; i++)
		post(i ? s.net->hub : s.net->till[0], "invoices", "{'uuid':'%s','customer':'%s','lines':[{'product':'%s','qty':3000,"
		     "'unit_price':9}]}", T(same), T(of[i]), T(s.tea));
	give_back(&s, 0, same, 1);
	net_cycle(s.net);
	meet(&s, 15000, 95);
	everywhere(s.net, "SELECT owed FROM balances b JOIN customers c ON c.tenant = b.tenant AND c.uuid = b.customer "
		   "WHERE b.tenant = $1 AND c.phone = '0770'", 27);
	everywhere(s.net, "SELECT owed FROM balances b JOIN customers c ON c.tenant = b.tenant AND c.uuid = b.customer "
		   "WHERE b.tenant = $1 AND c.phone = '0771'", 18);
	net_free(s.net);
}

#define BOTH(test) cmocka_unit_test(test)

FIXTURE_MAIN(BOTH(sums_goods_returned_twice_come_back_once), BOTH(sums_two_halves_returned_apart_are_one_return),
	     BOTH(sums_a_sale_cancelled_twice_is_cancelled_once), BOTH(sums_a_debt_cancelled_twice_gives_no_credit),
	     BOTH(sums_cancelled_here_and_returned_there), BOTH(sums_a_debt_paid_twice_is_credit),
	     BOTH(sums_paid_here_and_cancelled_there_is_credit), BOTH(sums_what_is_paid_twice_meets_the_next_debt),
	     BOTH(sums_credit_spent_twice_is_seen), BOTH(once_a_return_stored_on_both_sides),
	     BOTH(sums_an_invoice_that_becomes_another_customers))
