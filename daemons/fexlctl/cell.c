/* One value of a reply as text, for people or for programs. */
#include "base/base.h"
#include "fexlctl/ctl.h"
#include "base/clock.h"

#include <stdlib.h>

/* --- numbers --- */

void count_add(struct buf *out, int64_t n)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%lld", (long long)n), first = n < 0;

	for (int i = 0; i < len; i++) {
		if (i > first && (len - i) % 3 == 0)
			buf_char(out, ',');
		buf_char(out, digits[i]);
	}
}

static const struct {
	int64_t s;
	const char *name;
} spans[] = { { 86400, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" } };

void ago_add(struct buf *out, int64_t us)
{
	int64_t s = MAX(us, 0) / SECOND_US;
	size_t i = 0;

	while (i < ARRAY_LEN(spans) - 1 && s < spans[i].s)
		i++;
	buf_printf(out, "%lld %s", (long long)(s / spans[i].s), spans[i].name);
}

/* "2 d 4 h" */
static void span_add(struct buf *out, int64_t s)
{
	size_t i = 0;

	while (i < ARRAY_LEN(spans) - 1 && s < spans[i].s)
		i++;
	buf_printf(out, "%lld %s", (long long)(s / spans[i].s), spans[i].name);
	if (i + 1 < ARRAY_LEN(spans) && s % spans[i].s >= spans[i + 1].s)
		buf_printf(out, " %lld %s", (long long)(s % spans[i].s / spans[i + 1].s), spans[i + 1].name);
}

static void kb_add(struct buf *out, int64_t kb)
{
	buf_printf(out, "%lld.%lld MB", (long long)(kb / 1024), (long long)(kb % 1024 * 10 / 1024));
}

/* --- states --- */

enum mood { GOOD, BUSY, BAD, OUT };

static const struct {
	const char *sign, *ascii, *colour;
} moods[] = {
	[GOOD] = { "●", "*", "green" },
	[BUSY] = { "◐", "~", "yellow" },
	[BAD] = { "✕", "x", "red" },
	[OUT] = { "○", "o", NULL },
};

static const struct {
	const char *state;
	enum mood mood;
} states[] = {
	{ "approved", GOOD },  { "synced", GOOD },  { "running", GOOD },   { "identical", GOOD }, { "active", GOOD },
	{ "pending", BUSY },   { "sending", BUSY }, { "loading", BUSY },   { "registering", BUSY }, { "paused", BUSY },
	{ "moving", BUSY },
	{ "offline", BUSY },   { "waiting", BUSY }, { "attention", BAD },  { "revoked", BAD },	 { "refused", BAD },
	{ "differ", BAD },     { "stopped", BAD },  { "ok", GOOD },	   { "warn", BUSY },	 { "fail", BAD },
};

static enum mood mood_of(const char *state)
{
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		if (strcmp(states[i].state, state) == 0)
			return states[i].mood;
	return OUT;
}

const char *cell_colour(const char *state)
{
	return moods[mood_of(state)].colour;
}

static void state_add(struct ctl *c, struct buf *out, const char *state)
{
	enum mood mood = mood_of(state);

	buf_printf(out, "%s ", c->utf8 ? moods[mood].sign : moods[mood].ascii);
	clean_add(out, state, strlen(state));
}

/* --- a value --- */

static void time_add(struct ctl *c, struct buf *out, const char *text)
{
	int64_t at;

	if (c->tty && !arg_given(c, ARG_VERBOSE) && time_parse(&at, text, strlen(text)) == 0)
		ago_add(out, clock_wall() - at);
	else
		clean_add(out, text, strlen(text));
}

static void string_add(struct ctl *c, struct buf *out, const char *text, enum show show)
{
	switch (show) {
	case SHOW_TIME:
		time_add(c, out, text);
		break;
	case SHOW_STATE:
		state_add(c, out, text);
		break;
	default:
		clean_add(out, text, strlen(text));
	}
}

static void hundredths_add(struct buf *out, int64_t n)
{
	if (n < 0)
		buf_char(out, '-');
	count_add(out, llabs(n) / 100);
	buf_printf(out, ".%02lld", llabs(n) % 100);
}

static void int_add(struct buf *out, int64_t n, enum show show)
{
	switch (show) {
	case SHOW_COUNT:
		count_add(out, n);
		break;
	case SHOW_HUNDREDTHS:
		hundredths_add(out, n);
		break;
	case SHOW_SECONDS:
		span_add(out, n);
		break;
	case SHOW_MS:
		count_add(out, n);
		buf_str(out, " ms");
		break;
	case SHOW_KB:
		kb_add(out, n);
		break;
	default:
		buf_int(out, n);
	}
}

static void words_add(struct buf *out, struct json array)
{
	for (size_t i = 0; i < json_len(array); i++) {
		const char *word = json_text(json_at(array, i), "");

		buf_str(out, i > 0 ? ", " : "");
		clean_add(out, word != NULL ? word : "?", word != NULL ? strlen(word) : 1);
	}
}

static void value_add(struct ctl *c, struct buf *out, struct json value, enum show show, bool for_people)
{
	const char *text;
	int64_t n;

	if (json_to_str(value, "", SIZE_MAX, &text, NULL) > 0 && for_people)
		string_add(c, out, text, show);
	else if (json_to_str(value, "", SIZE_MAX, &text, NULL) > 0)
		clean_add(out, text, strlen(text));
	else if (json_to_int(value, "", INT64_MIN, INT64_MAX, &n, NULL) > 0)
		int_add(out, n, for_people ? show : SHOW_TEXT);
	else if (json_type(value) == JSON_BOOL)
		buf_str(out, json_yes(value, "") ? "yes" : "no");
	else if (json_type(value) == JSON_ARRAY && show == SHOW_WORDS)
		words_add(out, value);
	else if (json_type(value) == JSON_MISSING || json_type(value) == JSON_NULL)
		buf_str(out, for_people ? "-" : "");
	else
		json_print(value, out);
}

const char *cell_text(struct ctl *c, struct json value, enum show show, bool for_people)
{
	struct buf out = { 0 };
	const char *text;

	value_add(c, &out, value, show, for_people);
	text = pool_strndup(c->pool, out.len > 0 ? out.data : "", out.len);
	buf_release(&out);
	return text;
}
