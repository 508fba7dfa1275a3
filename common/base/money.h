/* Integer money.  Amounts are minor units, quantities thousandths, rates
 * basis points; products go through 128 bits and are rounded once, half away
 * from zero.  There is no other rounding in the suite. */
#ifndef BASE_MONEY_H
#define BASE_MONEY_H

#include "base/base.h"

#define MONEY_MAX ((int64_t)1000000000000000)	/* 10^15 minor units */
#define QTY_MAX ((int64_t)1000000000000)	/* 10^12 thousandths */
#define RATE_MAX 100000				/* 1000 % */
#define QTY_ONE 1000
#define RATE_ONE 10000

/* a * b / c, rounded half away from zero.  c > 0.  Panics when the result
 * does not fit 64 bits: the limits above keep any valid input far from it. */
int64_t mul_div(int64_t a, int64_t b, int64_t c);

/* Is it worth at most MONEY_MAX?  To be asked of what others sent. */
static inline bool money_fits(int64_t price, int64_t qty)
{
	return qty == 0 || price <= MONEY_MAX * QTY_ONE / qty;
}

/* qty thousandths at a price in minor units. */
static inline int64_t money_times(int64_t price, int64_t qty)
{
	return mul_div(price, qty, QTY_ONE);
}

/* The tax inside an amount that includes it: amount * rate / (100 % + rate). */
static inline int64_t tax_inside(int64_t amount, int64_t rate)
{
	return mul_div(amount, rate, RATE_ONE + rate);
}

/* The tax on top of a net amount. */
static inline int64_t tax_on(int64_t net, int64_t rate)
{
	return mul_div(net, rate, RATE_ONE);
}

/* "-12.5" with 2 places is -1250; a comma parts the decimals as well as a point
 * does.  -1: no such number, more decimals, or too large (above MONEY_MAX). */
int decimal_parse(struct slice text, int places, int64_t *out) MUST_CHECK;

#endif
