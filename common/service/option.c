/* One option and the text given for it: is it allowed, and if not, what was
 * probably meant. */
#include "base/base.h"
#include "service/option.h"

#include "base/near.h"
#include "base/utf8.h"

#include <stdlib.h>

static const struct option_bool {
	const char *text;
	bool yes;
} bools[] = {
	{ "yes", true }, { "true", true }, { "on", true }, { "1", true },
	{ "no", false }, { "false", false }, { "off", false }, { "0", false },
};

static char name_char(char c)
{
	return c == '-' ? '_' : c;
}

static bool name_is(const char *name, const char *typed, size_t len)
{
	if (strlen(name) != len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (name[i] != name_char(typed[i]))
			return false;
	return true;
}

const struct option_desc *option_find(const char *name, size_t len)
{
	for (const struct option_desc *o = option_table; o->name != NULL; o++)
		if (name_is(o->name, name, len))
			return o;
	return NULL;
}

/* --- what was probably meant --- */

struct guess {
	const char *typed;
	size_t best;		/* smallest distance so far */
	const void *found;
};

static void guess_try(struct guess *g, const char *candidate, const void *what)
{
	size_t distance = near_distance(g->typed, candidate, name_char);

	if (distance < g->best) {
		g->best = distance;
		g->found = what;
	}
}

/* A third of the letters may be wrong, and two always. */
static struct guess guess_begin(const char *typed)
{
	size_t wrong = MAX(strlen(typed) / 3, (size_t)2);

	return (struct guess){ .typed = typed, .best = wrong + 1 };
}

const struct option_desc *option_nearest(const char *typed)
{
	struct guess g = guess_begin(typed);

	for (const struct option_desc *o = option_table; o->name != NULL; o++)
		guess_try(&g, o->name, o);
	return g.found;
}

const struct option_desc *option_nearest_env(const char *typed)
{
	/* Other programs have FEXL_ names of their own: only a slip of two
	 * letters is taken for one of ours. */
	struct guess g = { .typed = typed, .best = 3 };

	for (const struct option_desc *o = option_table; o->name != NULL; o++)
		guess_try(&g, o->env, o);
	return g.found;
}

static const char *word_nearest(const char *const *words, const char *typed)
{
	struct guess g = guess_begin(typed);

	for (; *words != NULL; words++)
		guess_try(&g, *words, *words);
	return g.found;
}

/* --- is it allowed --- */

void option_print_choices(const struct option_desc *o, struct buf *out)
{
	switch (o->type) {
	case OPT_STR:
		buf_str(out, "text");
		break;
	case OPT_FILE:
		buf_str(out, "a path, or a secret's name");
		break;
	case OPT_BOOL:
		buf_str(out, "yes, no");
		break;
	case OPT_INT:
		buf_printf(out, "%lld to %lld", (long long)o->min, (long long)o->max);
		if (o->unit != NULL)
			buf_printf(out, " %s", o->unit);
		break;
	case OPT_WORD:
		for (const char *const *w = o->words; *w != NULL; w++)
			buf_printf(out, "%s%s", w == o->words ? "" : ", ", *w);
		break;
	}
}

static int refuse(const struct option_desc *o, const char *text, const char *meant,
		  const char *where, struct err *err)
{
	struct buf choices = { 0 };

	option_print_choices(o, &choices);
	err_set(err, ERR_INPUT, "option_value", "%s: %s is \"%.80s\", allowed: %s%s%s%s", where,
		o->name, text, choices.data, meant != NULL ? "; did you mean \"" : "",
		meant != NULL ? meant : "", meant != NULL ? "\"?" : "");
	buf_release(&choices);
	return -1;
}

static int check_str(const char *text)
{
	if (!utf8_valid(text, strlen(text)))
		return -1;
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return -1;
	return 0;
}

/* Decimal digits and nothing else: no blank, no plus, no "30s", no 0x10.  Too
 * many of them give INT64_MAX, which is above every max. */
static int read_int(const char *text, int64_t *n_r)
{
	const char *digits = *text == '-' ? text + 1 : text;

	if (*digits == '\0' || strspn(digits, "0123456789") != strlen(digits))
		return -1;
	*n_r = strtoll(text, NULL, 10);
	return 0;
}

static int check_int(const struct option_desc *o, const char *text, int64_t *n_r)
{
	if (read_int(text, n_r) < 0)
		return -1;
	return *n_r >= o->min && *n_r <= o->max ? 0 : -1;
}

static int check_bool(const char *text, int64_t *n_r)
{
	for (size_t i = 0; i < ARRAY_LEN(bools); i++) {
		if (strcmp(bools[i].text, text) == 0) {
			*n_r = bools[i].yes;
			return 0;
		}
	}
	return -1;
}

static int check_word(const struct option_desc *o, const char *text)
{
	for (const char *const *w = o->words; *w != NULL; w++)
		if (strcmp(*w, text) == 0)
			return 0;
	return -1;
}

int option_check(const struct option_desc *o, const char *text, const char *where,
		 int64_t *number_r, struct err *err)
{
	switch (o->type) {
	case OPT_STR:
	case OPT_FILE:
		if (check_str(text) == 0)
			return 0;
		return err_set(err, ERR_INPUT, "option_value",
			       "%s: %s holds control characters or is not UTF-8", where, o->name);
	case OPT_INT:
		return check_int(o, text, number_r) == 0 ? 0 : refuse(o, text, NULL, where, err);
	case OPT_BOOL:
		return check_bool(text, number_r) == 0 ? 0 : refuse(o, text, NULL, where, err);
	case OPT_WORD:
		if (check_word(o, text) == 0)
			return 0;
		return refuse(o, text, word_nearest(o->words, text), where, err);
	}
	return -1;
}
