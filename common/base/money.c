#include "base/base.h"
#include "base/log.h"
#include "base/money.h"

int64_t mul_div(int64_t a, int64_t b, int64_t c)
{
	__int128 product = (__int128)a * b, quotient, rest;

	if (c <= 0)
		panic("mul_div: %lld * %lld / %lld", (long long)a, (long long)b, (long long)c);
	quotient = product / c;
	rest = product % c;	/* has the product's sign */
	if ((rest < 0 ? -rest : rest) * 2 >= c)
		quotient += product < 0 ? -1 : 1;
	if (quotient > INT64_MAX || quotient < INT64_MIN)
		panic("mul_div: %lld * %lld / %lld is beyond 64 bits", (long long)a, (long long)b,
		      (long long)c);
	return (int64_t)quotient;
}
