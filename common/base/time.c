/* RFC 3339 text.  Our own, because strftime and timegm know no microseconds,
 * look at the time zone, and are slow for what stands in every row. */
#include "base/base.h"
#include "base/clock.h"

#define DAY_S 86400
#define DAY_US (DAY_S * SECOND_US)

/* The Gregorian calendar repeats itself every 400 years.  Years are counted
 * from March, so that the leap day is the last of its year, and days from
 * 1 March of the year -400, so that nothing here is negative. */
#define CYCLE_YEARS 400
#define CYCLE_DAYS 146097
#define DAYS_TO_1970 (719468 + CYCLE_DAYS)

struct civil {
	int year, month, day;
	int hour, minute, second;
};

static int64_t days_since_1970(int year, int month, int day)
{
	int y = year + CYCLE_YEARS - (month <= 2);
	int m = month <= 2 ? month + 9 : month - 3;	/* March is 0 */
	int day_of_year = (153 * m + 2) / 5 + day - 1;

	return (int64_t)y * 365 + y / 4 - y / 100 + y / 400 + day_of_year - DAYS_TO_1970;
}

static void civil_of_day(int64_t days_1970, struct civil *c)
{
	int days = (int)(days_1970 + DAYS_TO_1970);
	int d = days % CYCLE_DAYS;
	int y = (d - d / 1460 + d / 36524 - d / 146096) / 365;
	int day_of_year = d - (y * 365 + y / 4 - y / 100);
	int m = (5 * day_of_year + 2) / 153;

	c->day = day_of_year - (153 * m + 2) / 5 + 1;
	c->month = m < 10 ? m + 3 : m - 9;
	c->year = y + days / CYCLE_DAYS * CYCLE_YEARS - CYCLE_YEARS + (c->month <= 2);
}

static char *put_digits(char *to, int n, int count, char after)
{
	for (int i = count - 1; i >= 0; i--, n /= 10)
		to[i] = (char)('0' + n % 10);
	to[count] = after;
	return to + count + 1;
}

void time_format(int64_t at, char text[TIME_TEXT_LEN + 1])
{
	int64_t since_0 = MAX(TIME_FIRST, MIN(at, TIME_LAST)) - TIME_FIRST;
	int second = (int)(since_0 % DAY_US / SECOND_US);
	struct civil c;

	civil_of_day(since_0 / DAY_US + TIME_FIRST / DAY_US, &c);
	text = put_digits(text, c.year, 4, '-');
	text = put_digits(text, c.month, 2, '-');
	text = put_digits(text, c.day, 2, 'T');
	text = put_digits(text, second / 3600, 2, ':');
	text = put_digits(text, second / 60 % 60, 2, ':');
	text = put_digits(text, second % 60, 2, '.');
	text = put_digits(text, (int)(since_0 % SECOND_US), 6, 'Z');
	*text = '\0';
}

struct reader {
	const char *at, *end;
};

static bool read_digits(struct reader *r, int count, int *value)
{
	int n = 0;

	if (r->end - r->at < count)
		return false;
	for (int i = 0; i < count; i++) {
		if (r->at[i] < '0' || r->at[i] > '9')
			return false;
		n = n * 10 + (r->at[i] - '0');
	}
	r->at += count;
	*value = n;
	return true;
}

/* The next character, if it is one of these; else 0. */
static char read_one_of(struct reader *r, const char *these)
{
	if (r->at == r->end || *r->at == '\0' || strchr(these, *r->at) == NULL)
		return 0;
	return *r->at++;
}

static int days_in(int year, int month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

static bool read_date(struct reader *r, struct civil *c)
{
	return read_digits(r, 4, &c->year) && read_one_of(r, "-") &&
	       read_digits(r, 2, &c->month) && read_one_of(r, "-") &&
	       read_digits(r, 2, &c->day) &&
	       c->month >= 1 && c->month <= 12 &&
	       c->day >= 1 && c->day <= days_in(c->year, c->month);
}

static bool read_clock(struct reader *r, struct civil *c)
{
	return read_digits(r, 2, &c->hour) && read_one_of(r, ":") &&
	       read_digits(r, 2, &c->minute) && read_one_of(r, ":") &&
	       read_digits(r, 2, &c->second) &&
	       c->hour <= 23 && c->minute <= 59 && c->second <= 60;
}

static bool read_fraction(struct reader *r, int *us)
{
	const char *first;
	int digit;

	*us = 0;
	if (!read_one_of(r, "."))
		return true;
	first = r->at;
	for (int unit = 100000; unit > 0 && read_digits(r, 1, &digit); unit /= 10)
		*us += digit * unit;
	return r->at > first;
}

static bool read_offset(struct reader *r, int *offset_s)
{
	int hours, minutes;
	char sign = read_one_of(r, "Zz+-");

	*offset_s = 0;
	if (sign == 'Z' || sign == 'z')
		return true;
	if (sign == 0 || !read_digits(r, 2, &hours) || !read_one_of(r, ":") ||
	    !read_digits(r, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*offset_s = (hours * 60 + minutes) * (sign == '-' ? -60 : 60);
	return true;
}

int time_parse(int64_t *at, const char *text, size_t len)
{
	struct reader r = { text, text + len };
	struct civil c;
	int64_t seconds, stamp;
	int us, offset_s;

	if (!read_date(&r, &c) || !read_one_of(&r, "Tt") || !read_clock(&r, &c) ||
	    !read_fraction(&r, &us) || !read_offset(&r, &offset_s) || r.at != r.end)
		return -1;
	seconds = days_since_1970(c.year, c.month, c.day) * DAY_S;
	seconds += c.hour * 3600 + c.minute * 60 + c.second - offset_s;
	/* A leap second ends a day of UTC; we count it as the first of the next. */
	if (c.second == 60 && seconds % DAY_S != 0)
		return -1;
	stamp = seconds * SECOND_US + us;
	if (stamp < TIME_FIRST || stamp > TIME_LAST)
		return -1;
	*at = stamp;
	return 0;
}
