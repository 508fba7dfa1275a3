/* metrics: the figures that each daemon keeps, as Prometheus would read them. */
#include "base/base.h"
#include "fexlctl/call.h"
#include "fexlctl/commands.h"

static int run_metrics(struct ctl *c);

const struct command metrics_commands[] = {
	{ .name = "metrics", .usage = "[NAME]", .summary = "what the daemons have counted and measured", .args_max = 1,
	  .flags = HERE_ONLY, .run = run_metrics,
	  .more = "NAME is a figure's name or how it begins: fexl_sync.\n"
		  "As Prometheus reads them: fexlctl api GET /metrics --daemon syncd" },
	{ NULL }
};

static const struct column columns[] = {
	{ "DAEMON", "daemon" }, { "NAME", "name" }, { "LABELS", "labels", .rare = true }, { "VALUE", "value" },
	{ "MEANING", "help", .wide = true }, { NULL }
};

struct sheet {
	struct ctl *c;
	const char *wanted;	/* "": all */
	struct buf items;	/* members of an array */
	int answered;
};

/* --- one daemon's text --- */

static struct slice line_take(struct slice *text)
{
	const char *end = memchr(text->p, '\n', text->len);
	size_t len = end != NULL ? (size_t)(end - text->p) : text->len;
	struct slice line = { text->p, len };

	text->p += MIN(len + 1, text->len);
	text->len -= MIN(len + 1, text->len);
	return line;
}

static const char *text_of(struct ctl *c, const char *from, const char *to)
{
	return pool_strndup(c->pool, from, (size_t)(to - from));
}

/* "# HELP name text": the text stands until the next one. */
static const char *help_of(struct ctl *c, struct slice line)
{
	static const char mark[] = "# HELP ";
	const char *end = line.p + line.len, *at = line.p + sizeof(mark) - 1;
	const char *blank;

	if (line.len < sizeof(mark) || strncmp(line.p, mark, sizeof(mark) - 1) != 0)
		return NULL;
	blank = memchr(at, ' ', (size_t)(end - at));
	return blank != NULL ? text_of(c, blank + 1, end) : NULL;
}

/* "name{labels} value" */
static void sample_add(struct sheet *s, const char *daemon, const char *help, struct slice line)
{
	const char *end = line.p + line.len, *value = memrchr(line.p, ' ', line.len);
	const char *brace = memchr(line.p, '{', line.len);
	const char *name, *name_end = brace != NULL && brace < value ? brace : value;

	if (value == NULL)
		return;
	name = text_of(s->c, line.p, name_end);
	if (strncmp(name, s->wanted, strlen(s->wanted)) != 0)
		return;
	jw_open(&s->items, '{');
	jw_put_str(&s->items, "daemon", daemon);
	jw_put_str(&s->items, "name", name);
	if (name_end == brace)
		jw_put_str(&s->items, "labels", text_of(s->c, brace + 1, value - 1));
	jw_put_str(&s->items, "value", text_of(s->c, value + 1, end));
	jw_put_str(&s->items, "help", help);
	jw_close(&s->items, '}');
}

static void daemon_add(struct sheet *s, const char *daemon, struct slice text)
{
	const char *help = NULL;

	while (text.len > 0) {
		struct slice line = line_take(&text);
		const char *told = help_of(s->c, line);

		if (told != NULL)
			help = told;
		else if (line.len > 0 && line.p[0] != '#')
			sample_add(s, daemon, help, line);
	}
}

/* --- the command --- */

static void look(struct sheet *s, const char *daemon)
{
	struct call call = { daemon, "GET", "/metrics" };
	struct reply r;

	if (!call_try(s->c, &call, &r) || r.status != 200) {
		say(s->c, "fexl-%s does not answer.", daemon);
		return;
	}
	s->answered++;
	daemon_add(s, pool_printf(s->c->pool, "fexl-%s", daemon), r.text);
}

static int run_metrics(struct ctl *c)
{
	static const char *const daemons[] = { "apid", "syncd", "realtimed" };
	struct sheet s = { .c = c, .wanted = c->n_args > 0 ? c->args[0] : "" };
	struct buf out = { 0 };
	struct json list;

	jw_open(&s.items, '[');
	for (size_t i = 0; i < ARRAY_LEN(daemons); i++)
		look(&s, daemons[i]);
	jw_close(&s.items, ']');
	jw_open(&out, '{');
	jw_name(&out, "items");
	jw_raw(&out, s.items.data, s.items.len);
	jw_close(&out, '}');
	buf_release(&s.items);
	list = json_made(c, &out);
	if (s.answered == 0)
		return fail(c, END_NOT_RUNNING, "systemctl start fexl.target, or --run-dir DIR where they run",
			    "no daemon answers: there are no figures");
	c->out->list(c, columns, list, json_member(list, "items"));
	if (json_len(json_member(list, "items")) == 0)
		return fail(c, END_NOT_FOUND, "fexlctl metrics", "no figure begins with \"%s\"", s.wanted);
	return END_OK;
}
