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

int decimal_parse(struct slice text, int places, int64_t *out)
{
	bool negative = text.len > 0 && text.p[0] == '-';
	int decimals = -1, digits = 0;
	int64_t n = 0;

	for (size_t i = negative; i < text.len; i++) {
		char c = text.p[i];

		if ((c == '.' || c == ',') && decimals < 0 && digits > 0) {
			decimals = 0;
			continue;
		}
		if (c < '0' || c > '9' || n > MONEY_MAX || (decimals >= 0 && ++decimals > places))
			return -1;
		n = 10 * n + (c - '0');
		digits++;
	}
	if (digits == 0 || decimals == 0)
		return -1;
	for (int i = MAX(decimals, 0); i < places && n <= MONEY_MAX; i++)
		n *= 10;
	if (n > MONEY_MAX)
		return -1;
	*out = negative ? -n : n;
	return 0;
}
