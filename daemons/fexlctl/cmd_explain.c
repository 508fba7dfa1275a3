/* explain: what the code of a problem means, and what to do next. */
#include "base/base.h"
#include "fexlctl/codes.h"
#include "fexlctl/commands.h"

static int run_explain(struct ctl *c);

const struct command explain_commands[] = {
	{ .name = "explain", .usage = "[CODE]", .summary = "what the code of a problem means, and what to do", .args_max = 1,
	  .run = run_explain, .more = "Codes stand in parentheses behind an error, and in `code` of an API's problem.\n"
				      "Without CODE it lists all." },
	{ NULL }
};

static const struct column columns[] = { { "CODE", "code" }, { "MEANS", "means" }, { "TO DO", "todo" }, { NULL } };
static const struct column fields[] = { { "Code", "code" }, { "Means", "means" }, { "To do", "todo" }, { NULL } };

static void put_code(const struct problem_code *p, struct buf *out)
{
	jw_open(out, '{');
	jw_put_str(out, "code", p->code);
	jw_put_str(out, "means", p->means);
	jw_put_str(out, "todo", p->todo);
	jw_close(out, '}');
}

static int list_all(struct ctl *c)
{
	struct buf out = { 0 };
	struct json list;

	jw_open(&out, '{');
	jw_name(&out, "items");
	jw_open(&out, '[');
	for (const struct problem_code *p = problem_codes; p->code != NULL; p++)
		put_code(p, &out);
	jw_close(&out, ']');
	jw_close(&out, '}');
	list = json_made(c, &out);
	c->out->list(c, columns, list, json_member(list, "items"));
	return END_OK;
}

static int not_known(struct ctl *c, const char *typed)
{
	struct guess g = guess_begin(typed);

	for (const struct problem_code *p = problem_codes; p->code != NULL; p++)
		guess_try(&g, p->code);
	return fail(c, END_NOT_FOUND, "fexlctl explain lists all", "there is no problem \"%s\"%s%s%s", typed,
		    g.found != NULL ? "; did you mean \"" : "", g.found != NULL ? g.found : "", g.found != NULL ? "\"?" : "");
}

static int run_explain(struct ctl *c)
{
	const struct problem_code *p;
	struct buf out = { 0 };

	if (c->n_args == 0)
		return list_all(c);
	if ((p = problem_code(c->args[0])) == NULL)
		return not_known(c, c->args[0]);
	put_code(p, &out);
	c->out->record(c, fields, json_made(c, &out));
	return END_OK;
}
