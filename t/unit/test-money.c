#include "base/base.h"
#include "base/money.h"
#include "unit.h"

static void products_are_rounded_half_away_from_zero(void **state UNUSED)
{
	static const struct {
		int64_t a, b, c, want;
	} cases[] = {
		{ 0, 5, 7, 0 },
		{ 10, 10, 10, 10 },
		{ 1, 1, 2, 1 },		/*  0.5 */
		{ -1, 1, 2, -1 },	/* -0.5 */
		{ 1, -1, 2, -1 },
		{ -1, -1, 2, 1 },
		{ 3, 1, 2, 2 },		/*  1.5 */
		{ -3, 1, 2, -2 },
		{ 5, 1, 2, 3 },		/*  2.5: not to even */
		{ -5, 1, 2, -3 },
		{ 1, 1, 3, 0 },
		{ 2, 1, 3, 1 },
		{ -2, 1, 3, -1 },
		{ 4, 1, 9, 0 },
		{ 5, 1, 9, 1 },
		{ 499, 1, 1000, 0 },
		{ 500, 1, 1000, 1 },
		{ -499, 1, 1000, 0 },
		{ -500, 1, 1000, -1 },
		{ INT64_MAX, 1, 1, INT64_MAX },
		{ INT64_MIN, 1, 1, INT64_MIN },
		{ INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX },
		{ INT64_MIN, INT64_MAX, INT64_MAX, INT64_MIN },
		{ INT64_MAX, 2, 4, INT64_C(4611686018427387904) },
		{ INT64_MAX, 1, INT64_MAX, 1 },
		{ MONEY_MAX, QTY_MAX, QTY_MAX, MONEY_MAX },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(mul_div(cases[i].a, cases[i].b, cases[i].c), cases[i].want);
}

static void prices_and_quantities_make_amounts(void **state UNUSED)
{
	static const struct {
		int64_t price, qty, want;
	} cases[] = {
		{ 999, 1000, 999 },
		{ 999, 3000, 2997 },
		{ 1, 500, 1 },
		{ 1, 499, 0 },
		{ 1299, 335, 435 },	/* 435.165 */
		{ 333, -1500, -500 },	/* -499.5 */
		{ 0, QTY_MAX, 0 },
		{ MONEY_MAX, QTY_ONE, MONEY_MAX },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(money_times(cases[i].price, cases[i].qty), cases[i].want);
}

static void tax_inside_and_tax_on_top_agree(void **state UNUSED)
{
	assert_int_equal(tax_inside(12000, 2000), 2000);
	assert_int_equal(tax_on(10000, 2000), 2000);
	assert_int_equal(tax_inside(999, 1900), 160);	/* 159.50 */
	assert_int_equal(tax_inside(100, 0), 0);
	assert_int_equal(tax_on(5, 1000), 1);		/* 0.5 */
	assert_int_equal(tax_on(-5, 1000), -1);
	assert_int_equal(tax_inside(MONEY_MAX, RATE_MAX), mul_div(MONEY_MAX, 10, 11));
	for (int64_t net = 0; net < 5000; net += 7)
		assert_int_equal(tax_inside(net + tax_on(net, 2500), 2500), tax_on(net, 2500));
}

static void decimals_are_read_whole_or_not_at_all(void **state UNUSED)
{
	static const struct {
		const char *text;
		int places;
		int64_t want;	/* -1: refused */
	} cases[] = {
		{ "12.5", 2, 1250 }, { "12,50", 2, 1250 }, { "7", 3, 7000 }, { "0.001", 3, 1 }, { "15", 0, 15 },
		{ "", 2, -1 }, { ".5", 2, -1 }, { "5.", 2, -1 }, { "1.234", 2, -1 }, { "1,234.50", 2, -1 }, { "1 2", 2, -1 },
		{ "1e5", 2, -1 }, { "+1", 2, -1 }, { "0x1", 2, -1 }, { "-", 2, -1 }, { "10000000000000", 2, MONEY_MAX },
		{ "10000000000001", 2, -1 }, { "99999999999999999999999999", 0, -1 },
	};
	int64_t n;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int rc = decimal_parse(slice_of(cases[i].text), cases[i].places, &n);

		assert_int_equal(rc, cases[i].want < 0 ? -1 : 0);
		if (rc == 0)
			assert_int_equal(n, cases[i].want);
	}
	assert_int_equal(decimal_parse(slice_of("-1.5"), 2, &n), 0);
	assert_int_equal(n, -150);
}

static void what_does_not_fit_panics(void **state UNUSED)
{
	assert_panics(mul_div(INT64_MAX, 2, 1));
	assert_panics(mul_div(INT64_MIN, -1, 1));
	assert_panics(mul_div(1, 1, 0));
	assert_panics(mul_div(1, 1, -1));
}

UNIT_MAIN(cmocka_unit_test(decimals_are_read_whole_or_not_at_all),
	  
	cmocka_unit_test(products_are_rounded_half_away_from_zero),
	cmocka_unit_test(prices_and_quantities_make_amounts),
	cmocka_unit_test(tax_inside_and_tax_on_top_agree),
	cmocka_unit_test(what_does_not_fit_panics),
)
