/* why: what became of one row, as this server knows it and as the cloud does. */
#include "base/base.h"
#include "fexlctl/call.h"
#include "fexlctl/commands.h"

static int run_why(struct ctl *c);

const struct command why_commands[] = {
	{ .name = "why", .usage = "UUID", .summary = "what became of one row: stored, sent, met, pulled", .args_min = 1,
	  .args_max = 1, .flags = HERE_ONLY, .run = run_why,
	  .more = "A paired till asks its cloud as well, and shows where the two versions differ; a cloud that\n"
		  "does not answer is said.  Asked at the cloud, it tells which tills have the row." },
	{ NULL }
};

/* What one server knows of the row. */
struct side {
	struct json life;	/* missing: nothing, and … */
	const char *said;	/* … why; NULL where nobody was asked */
};

struct sides {
	struct ctl *c;
	struct call local;
	struct reply reply;	/* to local */
	struct side here, cloud;
	bool cloud_asked;	/* it answered, be it that there is no such row */
};

/* --- asking --- */

static int ask_here(struct sides *s)
{
	int rc = call_any(s->c, &s->local, &s->reply);

	s->here.life = (struct json){ NULL, true };
	if (rc != 0)
		return rc;
	if (s->reply.status == 200)
		s->here.life = s->reply.json;
	else if (s->reply.status != 404)
		return call_refused(s->c, &s->local, &s->reply);
	else
		s->here.said = json_text(s->reply.json, "detail");
	return 0;
}

static bool is_hub(struct ctl *c)
{
	struct call call = { "apid", "GET", "/status" };
	struct reply r;
	const char *role = call_try(c, &call, &r) ? json_text(r.json, "role") : NULL;

	return role != NULL && strcmp(role, "cloud") == 0;
}

/* A till that belongs to no cloud has one side. */
static bool is_alone(const struct reply *r)
{
	const char *code = json_text(r->json, "code");

	return r->status != 200 && code != NULL && strcmp(code, "off") == 0;
}

/* Through fexl-syncd, which has the key. */
static void ask_cloud(struct sides *s)
{
	struct call call = { "syncd", "GET", pool_printf(s->c->pool, "/sync/rows/%s", s->c->args[0]) };
	struct reply r;

	s->cloud.life = (struct json){ NULL, true };
	if (is_hub(s->c))
		return;
	if (call_try(s->c, &call, &r) == 0) {
		s->cloud.said = "fexl-syncd, which asks the cloud, does not answer";
		return;
	}
	if (is_alone(&r))
		return;
	s->cloud_asked = r.status == 200;
	s->cloud.said = json_text(r.json, s->cloud_asked ? "cloud_said" : "detail");
	if (s->cloud_asked && json_type(json_member(r.json, "cloud")) == JSON_OBJECT)
		s->cloud.life = json_member(r.json, "cloud");
	else if (s->cloud.said == NULL)
		s->cloud.said = pool_printf(s->c->pool, "fexl-syncd answered with %d", r.status);
}

/* --- side by side --- */

static const char *as_text(struct ctl *c, struct json value)
{
	struct buf out = { 0 };
	const char *text;

	if (value.node == NULL)
		return "-";
	json_print(value, &out);
	text = pool_strndup(c->pool, out.data, out.len);
	buf_release(&out);
	return text;
}

static void add_pair(struct ctl *c, struct buf *out, const char *name, struct json here, struct json cloud)
{
	const char *ours = as_text(c, here), *theirs = as_text(c, cloud);

	if (strcmp(ours, theirs) == 0)
		return;
	jw_open(out, '{');
	jw_put_str(out, "field", name);
	jw_name(out, "here");
	json_print(here, out);
	jw_name(out, "cloud");
	json_print(cloud, out);
	jw_close(out, '}');
}

/* What only a newer cloud knows is no difference: it is kept here, unread. */
static void add_differences(const struct sides *s, struct buf *out)
{
	struct json row = json_member(s->here.life, "row"), theirs = json_member(s->cloud.life, "row");

	jw_name(out, "differ");
	jw_open(out, '[');
	if (!s->here.life.missing && !s->cloud.life.missing) {
		for (struct json_iter it = json_iter(row); json_next(&it);)
			add_pair(s->c, out, it.name, it.value, json_member(theirs, it.name));
		add_pair(s->c, out, "deleted", json_member(s->here.life, "deleted"), json_member(s->cloud.life, "deleted"));
	}
	jw_close(out, ']');
}

/* Members of our own side as they came; without one they are null. */
static void add_here(const struct sides *s, struct buf *out)
{
	static const char *const members[] = { "table", "number", "updated_at", "seq", "pending", "deleted", "row", "items" };

	jw_put_int(out, "schema", 1);
	jw_name(out, "uuid");
	json_print(json_member(s->here.life.missing ? s->cloud.life : s->here.life, "uuid"), out);
	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		jw_name(out, members[i]);
		json_print(json_member(s->here.life, members[i]), out);
	}
}

static struct json both(const struct sides *s)
{
	struct buf out = { 0 };

	jw_open(&out, '{');
	add_here(s, &out);
	jw_name(&out, "cloud");
	json_print(s->cloud.life, &out);
	jw_put_str(&out, "cloud_said", s->cloud.said);
	add_differences(s, &out);
	jw_close(&out, '}');
	return json_made(s->c, &out);
}

/* --- showing --- */

static const struct column fields[] = {
	{ "Row", "uuid" }, { "Table", "table" }, { "Number", "number" }, { "Changed", "updated_at", SHOW_TIME },
	{ "Change number", "seq", SHOW_COUNT }, { "Pending", "pending", SHOW_YES }, { "Deleted", "deleted", SHOW_YES }, { NULL }
};

static const struct column items[] = { { "WHEN", "at" }, { "WHERE", "where" }, { "WHAT", "text" }, { NULL } };

static const struct column differences[] = { { "FIELD", "field" }, { "HERE", "here" }, { "CLOUD", "cloud" }, { NULL } };

static void show_side(struct ctl *c, const char *title, struct json life)
{
	if (life.missing)
		return;
	print(c, "%s", title);
	c->out->record(c, fields, life);
	print(c, "%s", "");
	c->out->list(c, items, life, json_member(life, "items"));
}

static void show_differences(struct ctl *c, struct json all)
{
	struct json differ = json_member(all, "differ");

	print(c, "%s", "");
	if (json_len(differ) == 0) {
		print(c, "This till and the cloud have the same version.");
		return;
	}
	print(c, "Where the two versions differ:");
	c->out->list(c, differences, all, differ);
}

static void show_cloud(const struct sides *s, struct json all)
{
	print(s->c, "%s", "");
	show_side(s->c, "At the cloud:", s->cloud.life);
	if (s->cloud.life.missing && s->cloud.said != NULL)
		print(s->c, "At the cloud: %s", s->cloud.said);
	if (!s->here.life.missing && !s->cloud.life.missing)
		show_differences(s->c, all);
}

/* What to do, were it only to ask again. */
static void advise(const struct sides *s, struct json all)
{
	struct ctl *c = s->c;

	if (json_yes(s->here.life, "pending"))
		hint(c, "fexlctl quarantine show %s, if it is refused; else fexlctl sync now --wait", c->args[0]);
	else if (json_len(json_member(all, "differ")) > 0 || (s->cloud_asked && (s->here.life.missing || s->cloud.life.missing)))
		hint(c, "fexlctl sync now --wait, then fexlctl verify says whether more differs");
	else if (s->cloud.said != NULL)
		hint(c, "fexlctl doctor cloud");
}

static int nowhere(const struct sides *s)
{
	if (s->cloud.said == NULL)
		return call_refused(s->c, &s->local, &s->reply);
	return fail(s->c, s->cloud_asked ? END_NOT_FOUND : END_UNREACHABLE,
		    s->cloud_asked ? "look at the UUID again; a sale has it in fexlctl api GET /api/invoices" : "fexlctl doctor cloud",
		    "not here: %s; at the cloud: %s", s->here.said != NULL ? s->here.said : "it is not known", s->cloud.said);
}

static int run_why(struct ctl *c)
{
	struct sides s = { .c = c, .local = { "apid", "GET", pool_printf(c->pool, "/internal/rows/%s", c->args[0]) } };
	int rc = ask_here(&s);
	struct json all;

	if (rc != 0)
		return rc;
	ask_cloud(&s);
	if (s.here.life.missing && s.cloud.life.missing)
		return nowhere(&s);
	all = both(&s);
	if (c->out->json) {
		c->out->record(c, fields, all);
		return END_OK;
	}
	show_side(c, "Here:", s.here.life);
	if (s.here.life.missing)
		print(c, "Here: %s", s.here.said != NULL ? s.here.said : "it is not known");
	show_cloud(&s, all);
	advise(&s, all);
	return END_OK;
}
