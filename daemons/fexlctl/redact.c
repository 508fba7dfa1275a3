/* A table of what secrets look like.  In doubt it goes: what is missing can be
 * asked for, what was sent cannot be taken back. */
#include "base/base.h"
#include "fexlctl/redact.h"
#include "base/log.h"

#include <regex.h>
#include <stdlib.h>

#define BEGIN "(^|[^0-9A-Za-z._:+=-])"
#define END "($|[^0-9A-Za-z_:.-])"
#define VALUE "(\"([^\"\\]|\\\\.)*\"|[^][:space:],;}&\"]+)"
#define LINE_MAX_BYTES 65536

/* Groups `before` and `after` stay, what is between them is replaced; 0: none. */
static const struct rule {
	const char *pattern, *instead;
	int before, after;
	int flags;
} rules[] = {
	{ "((password|passwd|pwd|secret|token|pin|licen[sc]e_key|authorization|cookie|phone|email)\"?[[:space:]]*[:=][[:space:]]*)" VALUE,
	  "\"[removed]\"", 1, 0, REG_ICASE },
	{ "FEXL([- ]?[0-9A-Z]{4}){4}", "[licence key]", 0, 0, REG_ICASE },
	{ "fx[a-z]_[0-9A-Za-z_-]{16,}", "[token]", 0, 0, 0 },
	{ "eyJ[0-9A-Za-z_-]+\\.[0-9A-Za-z_-]+\\.[0-9A-Za-z_-]*", "[token]", 0, 0, 0 },
	{ "(Bearer )[^ \"]+", "[token]", 1, 0, REG_ICASE },
	{ "\\$[0-9a-z]{1,2}\\$[./0-9A-Za-z$,=-]{10,}", "[hash]", 0, 0, 0 },
	{ "(://)[^]/@[:space:]\"[]+@", "[login]@", 1, 0, 0 },
	{ "[0-9A-Za-z._%+-]+@[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)+", "[mail]", 0, 0, 0 },
	{ "(^|[^0-9A-Za-z-])[2-9A-Z]{4}-[2-9A-Z]{4}($|[^0-9A-Za-z-])", "[code]", 1, 2, 0 },
	{ BEGIN "(\\+|0)[0-9][0-9 ()/-]{5,}[0-9]", "[number]", 1, 0, 0 },
	{ BEGIN "[1-9][0-9]{9,14}" END, "[number]", 1, 2, 0 },
};

struct redactor {
	regex_t compiled[ARRAY_LEN(rules)];
};

struct redactor *redactor_new(void)
{
	struct redactor *r = x_alloc(sizeof(*r));

	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (regcomp(&r->compiled[i], rules[i].pattern, REG_EXTENDED | rules[i].flags) != 0)
			panic("rule %zu is no regular expression", i);
	return r;
}

void redactor_free(struct redactor **rp)
{
	if (*rp == NULL)
		return;
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		regfree(&(*rp)->compiled[i]);
	free(*rp);
	*rp = NULL;
}

/* One rule over one line; how often it took something. */
static int apply_rule(const regex_t *re, const struct rule *rule, const char *line, struct buf *out)
{
	regmatch_t m[4];
	int n = 0;

	while (*line != '\0' && regexec(re, line, ARRAY_LEN(m), m, n > 0 ? REG_NOTBOL : 0) == 0) {
		regoff_t from = rule->before > 0 ? m[rule->before].rm_eo : m[0].rm_so;
		regoff_t to = rule->after > 0 ? m[rule->after].rm_so : m[0].rm_eo;

		buf_add(out, line, (size_t)from);
		buf_str(out, rule->instead);
		line += MAX(to, 1);
		n++;
	}
	buf_str(out, line);
	return n;
}

static int redact_line(struct redactor *r, struct buf *line, struct buf *out)
{
	struct buf next = { 0 };
	int n = 0;

	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		buf_clear(&next);
		n += apply_rule(&r->compiled[i], &rules[i], line->data, &next);
		buf_clear(line);
		buf_add(line, next.data, next.len);
	}
	buf_add(out, line->data, line->len);
	buf_release(&next);
	return n;
}

/* How much of a text is looked at together: a line, or of a very long one what ends
 * with a comma, so that no secret is cut in two. */
static size_t piece_len(const char *text, size_t len)
{
	const char *end = memchr(text, '\n', MIN(len, LINE_MAX_BYTES));
	const char *comma;

	if (end != NULL)
		return (size_t)(end - text);
	if (len <= LINE_MAX_BYTES)
		return len;
	comma = memrchr(text, ',', LINE_MAX_BYTES);
	return comma != NULL ? (size_t)(comma - text) + 1 : LINE_MAX_BYTES;
}

int redact(struct redactor *r, const char *text, size_t len, struct buf *out)
{
	struct buf line = { 0 };
	int n = 0;

	while (len > 0) {
		size_t take = piece_len(text, len);
		bool ends = take < len && text[take] == '\n';

		buf_clear(&line);
		for (size_t i = 0; i < take; i++)
			buf_char(&line, text[i] != '\0' ? text[i] : ' ');
		if (take > 0)
			n += redact_line(r, &line, out);
		if (ends)
			buf_char(out, '\n');
		take += ends;
		text += take;
		len -= take;
	}
	buf_release(&line);
	return n;
}
