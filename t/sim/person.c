/* People.  Whoever gets no answer tries again with the same uuid, as the
 * console does, until there is one. */
#include "base/base.h"
#include "sim.h"

#include "base/log.h"

#include <ctype.h>
#include <stdlib.h>

#define TRIES_MAX 20
#define CLOUD_PATIENCE_US (4 * SECOND_US)

enum verb { CREATE, CHANGE, DELETE, SET, ENTER };

struct errand {
	struct sim *s;
	const struct kind *kind;
	const struct table *table;
	enum verb verb;
	struct node *at, *home;
	struct uuid uuid;
	struct dice dice;
	const char *body, *tag;
	const char *number;
	int tries, told;
	bool at_cloud;		/* the cloud was asked first; its answer may get lost */
};

static const struct actor owner = { .kind = ACTOR_USER, .role = OWNER, .may = PERMS_ALL };

/* --- templates --- */

static const char *pick(struct errand *e, const char *table)
{
	char sql[200];
	int64_t n;

	snprintf(sql, sizeof sql, "SELECT count(*) FROM %s WHERE deleted_at IS NULL AND updated_at > 1", table);
	if ((n = sql_int(e->s, e->at, sql, NULL)) == 0)
		return NULL;
	snprintf(sql, sizeof sql, "SELECT lower(hex(uuid)) FROM %s WHERE deleted_at IS NULL AND updated_at > 1 "
		 "ORDER BY uuid LIMIT 1 OFFSET %d", table, (int)dice_below(&e->dice, n));
	return sql_text(e->s, e->at, sql, NULL);
}

static struct uuid uuid_of_hex(const char *hex)
{
	struct uuid u;

	for (int i = 0; i < 16; i++) {
		unsigned byte = 0;

		sscanf(hex + 2 * i, "%2x", &byte);
		u.b[i] = (uint8_t)byte;
	}
	return u;
}

static bool put_row(struct errand *e, const char *word, struct buf *out)
{
	bool may_lack = *word == '?';
	const char *hex = pick(e, word + may_lack);

	if (hex && may_lack)
		buf_printf(out, "\"%s\"", uuid_text(uuid_of_hex(hex)).s);
	else if (hex)
		buf_str(out, uuid_text(uuid_of_hex(hex)).s);
	else if (may_lack)
		buf_str(out, "null");
	return hex || may_lack;
}

static void put_at(struct errand *e, struct buf *out)
{
	char text[TIME_TEXT_LEN + 1];

	node_enter(e->s, e->at);
	time_format(clock_wall(), text);
	node_leave(e->s, e->at);
	buf_str(out, text);
}

static bool put_word(struct errand *e, const char *word, struct buf *out)
{
	if (strcmp(word, "tag") == 0)
		buf_str(out, e->tag);
	else if (strcmp(word, "n") == 0)
		buf_int(out, dice_between(&e->dice, 1, 99));
	else if (strcmp(word, "q") == 0)
		buf_int(out, dice_between(&e->dice, 1, 20) * (dice_one_in(&e->dice, 3) ? 333 : 1000));
	else if (strcmp(word, "m") == 0)
		buf_int(out, dice_between(&e->dice, 0, 999));
	else if (strcmp(word, "uuid") == 0)
		buf_str(out, uuid_text(e->uuid).s);
	else if (strcmp(word, "number") == 0)
		buf_str(out, e->number);
	else if (strcmp(word, "at") == 0)
		put_at(e, out);
	else
		return put_row(e, word, out);
	return true;
}

/* NULL when something that it needs is not there. */
static const char *fill_in(struct errand *e, const char *template)
{
	struct buf out = { 0 };
	const char *text = NULL;
	bool good = true;

	e->tag = pool_printf(e->s->pool, "v%d", ++e->s->tags);
	for (const char *p = template; *p && good;) {
		char word[40];
		int n = 0;

		if (*p != '$') {
			buf_char(&out, *p == '\'' ? '"' : *p);
			p++;
			continue;
		}
		for (p++; *p == '?' || *p == '_' || islower((unsigned char)*p); p++)
			word[n++] = *p;
		word[n] = '\0';
		good = put_word(e, word, &out);
	}
	if (good)
		text = pool_strdup(e->s->pool, out.data);
	buf_release(&out);
	return text;
}

/* --- doing it --- */

/* The version that is there becomes the parent of what is made of it now. */
static void note_version(struct errand *e, const char *state)
{
	const char *was = record_state(e->s, e->at, e->table, e->uuid);
	int parent = was ? told_find(e->s, e->table, e->uuid, was) : -1;

	if (e->told < 0)
		e->told = told_add(e->s, e->at, e->table, e->uuid);
	e->s->told[e->told].state = state;
	e->s->told[e->told].parent = parent;
	e->s->told[e->told].how = TOLD_PERHAPS;
}

static int make_record(struct write *w, struct errand *e, struct json body, struct err *err)
{
	struct row r;

	note_version(e, e->tag);
	if (strcmp(e->table->name, "users") == 0)
		return e->verb == CREATE ? user_create(w, body, NULL, NULL, &r, err)
					 : user_change(w, e->uuid, NULL, body, NULL, NULL, &r, err);
	return e->verb == CREATE ? record_create(w, e->table, body, &r, err)
				 : record_change(w, e->table, e->uuid, NULL, body, &r, err);
}

static int delete_record(struct write *w, struct errand *e, struct err *err)
{
	const char *was = record_state(e->s, e->at, e->table, e->uuid);

	note_version(e, pool_printf(e->s->pool, "%s-", was ? was : ""));
	return record_delete(w, e->table, e->uuid, NULL, err);
}

static int put_setting(struct write *w, struct errand *e, struct json value, struct err *err)
{
	char key[20];
	struct row r;

	snprintf(key, sizeof key, "k%d", (int)(e->dice.s % 3));
	e->uuid = setting_uuid("tenant", (struct uuid){ { 0 } }, key);
	note_version(e, e->tag);
	return setting_put(w, "tenant", (struct uuid){ { 0 } }, key, value, &r, err);
}

static int enter_document(struct write *w, struct errand *e, struct json body, struct err *err)
{
	struct doc d;
	bool same;

	if (e->told < 0)
		e->told = told_add(e->s, e->at, e->table, e->uuid);
	if (e->s->told[e->told].how == TOLD_NOT)
		e->s->told[e->told].how = TOLD_PERHAPS;
	return document_create(w, e->table, body, &d, &same, err);
}

static int act(struct write *w, void *ctx, struct err *err)
{
	struct errand *e = ctx;
	struct json body = { 0 };

	w->who = &owner;
	if (e->body && json_parse(w->t->pool, e->body, strlen(e->body), &body, err) < 0)
		panic("a template gives no JSON: %s", e->body);
	switch (e->verb) {
	case CREATE:
	case CHANGE:
		return make_record(w, e, body, err);
	case DELETE:
		return delete_record(w, e, err);
	case SET:
		return put_setting(w, e, body, err);
	case ENTER:
		return enter_document(w, e, body, err);
	}
	return -1;
}

/* --- the answer --- */

static void try(struct errand *e);

static void try_again(struct sim *s UNUSED, void *errand)
{
	try(errand);
}

static void later(struct errand *e)
{
	if (++e->tries > TRIES_MAX && !e->s->quiet) {
		e->s->errands--;
		return;		/* the person went home */
	}
	e->at = e->home;
	if (e->verb != ENTER)
		e->told = -1;
	sim_soon(e->s, 20 * SECOND_US, try_again, e);
}

static void is_stored(struct errand *e)
{
	struct sim *s = e->s;
	struct told *t = &s->told[e->told];
	const char *facts;

	s->acks++;
	t->how = TOLD_YES;
	t->node = e->at->index;
	t->elsewhere = false;
	if (e->verb == ENTER) {
		facts = document_facts(s, e->at, e->table, e->uuid);
		if (!facts)
			sim_fail(s, "P1: %s said that %s %s is stored, and it is not", e->at->name, e->table->entity,
				 uuid_text(e->uuid).s);
		if (t->facts && strcmp(t->facts, facts) != 0)
			sim_fail(s, "P2: %s %s is stored twice, as %s and as %s", e->table->entity, uuid_text(e->uuid).s,
				 t->facts, facts);
		t->facts = facts;
	}
	if (!e->at->hub)
		syncd_kick(s, e->at);
}

/* Somebody else's mistake, or the machine's: it may be sent again. */
static bool is_trouble(const struct err *err)
{
	return err->kind == ERR_BUSY || err->kind == ERR_INTERNAL || err->kind == ERR_UNREACHABLE;
}

static void is_refused(struct errand *e, const struct err *err)
{
	struct sim *s = e->s;
	bool machine = sim_has(s, TROUBLE_DISK) || sim_has(s, TROUBLE_KILL) || sim_has(s, TROUBLE_POWER);

	if (is_trouble(err) && !machine)
		sim_fail(s, "P7: %s cannot take a %s: %s", e->at->name, e->kind->name, err->text);
	if (strcmp(err->code, "duplicate") == 0 && e->verb == ENTER) {
		is_stored(e);
	} else if (is_trouble(err)) {
		later(e);
		return;
	} else if (e->told >= 0 && (e->verb != ENTER || e->tries == 0)) {
		s->told[e->told].how = TOLD_NOT;
	}
	s->errands--;
}

static void answered(struct sim *s, struct task *t, enum job_end end)
{
	struct errand *e = t->ctx;
	bool lost = e->at_cloud && end != JOB_UNCERTAIN && (e->home->cut || dice_one_in(&s->dice, 3));

	sim_say(s, "%s %s: %s", e->at->name, e->kind->name,
		end == JOB_DONE ? "stored" : end == JOB_FAILED ? t->err.text : "no answer");
	e->at_cloud = false;
	if (lost && !s->quiet) {
		sim_at(s, s->now + CLOUD_PATIENCE_US, try_again, e);
		e->tries++;
		e->at = e->home;
	} else if (end == JOB_DONE) {
		is_stored(e);
		s->errands--;
	} else if (end == JOB_FAILED) {
		is_refused(e, &t->err);
	} else {
		later(e);
	}
	pool_free(&t->pool);
	free(t);
}

/* Each try at a record is a version of its own; a document is the same each time. */
static bool write_out(struct errand *e)
{
	if (e->verb == ENTER || !e->kind->body || !node_is_up(e->at))
		return true;
	e->body = fill_in(e, e->kind->body);
	if (e->body && e->verb == CREATE)	/* its uuid is the console's */
		e->body = pool_printf(e->s->pool, "{\"uuid\":\"%s\",%s", uuid_text(e->uuid).s, e->body + 1);
	return e->body != NULL;
}

static void try(struct errand *e)
{
	struct task *t;

	if (!write_out(e)) {
		e->s->errands--;
		return;
	}
	t = task_new(NULL);
	t->write = act;
	t->done = answered;
	t->ctx = e;
	t->of_people = true;
	node_put(e->s, e->at, t);
}

/* --- what people do --- */

static struct errand *errand_new(struct sim *s, struct node *n, struct dice *d, const struct kind *k, enum verb verb)
{
	struct errand *e = pool_alloc(s->pool, sizeof *e);

	*e = (struct errand){ .s = s, .kind = k, .table = schema_table(k->table), .verb = verb, .at = n, .home = n,
			      .dice = *d, .told = -1 };
	for (int i = 0; i < 16; i++)
		e->uuid.b[i] = (uint8_t)dice_roll(&e->dice);
	e->uuid.b[6] = 0x70 | (e->uuid.b[6] & 0x0f);
	s->errands++;
	return e;
}

void person_creates(struct sim *s, struct node *n, struct dice *d, const struct kind *k)
{
	if (node_is_up(n))
		try(errand_new(s, n, d, k, CREATE));
}

static void touch(struct sim *s, struct node *n, struct dice *d, const struct kind *k, enum verb verb, struct uuid uuid)
{
	struct errand *e = errand_new(s, n, d, k, verb);

	e->uuid = uuid;
	try(e);
}

static bool pick_one(struct sim *s, struct node *n, struct dice *d, const struct kind *k, struct uuid *uuid_r)
{
	struct errand e = { .s = s, .at = n, .dice = *d };
	const char *hex = node_is_up(n) ? pick(&e, k->table) : NULL;

	if (hex)
		*uuid_r = uuid_of_hex(hex);
	return hex != NULL;
}

static void person_touches(struct sim *s, struct node *n, struct dice *d, const struct kind *k, enum verb verb)
{
	struct uuid uuid;

	if (pick_one(s, n, d, k, &uuid))
		touch(s, n, d, k, verb, uuid);
}

/* Two people, at two servers, at the same moment. */
void two_change(struct sim *s, struct node *n, struct dice *d, const struct kind *k)
{
	struct node *other = &s->node[dice_below(d, s->tills + 1)];
	struct uuid uuid;

	if (!pick_one(s, n, d, k, &uuid))
		return;
	touch(s, n, d, k, CHANGE, uuid);
	dice_roll(d);
	if (other != n && node_is_up(other) && record_state(s, other, schema_table(k->table), uuid))
		touch(s, other, d, k, CHANGE, uuid);
}

void person_changes(struct sim *s, struct node *n, struct dice *d, const struct kind *k)
{
	person_touches(s, n, d, k, CHANGE);
}

void person_deletes(struct sim *s, struct node *n, struct dice *d, const struct kind *k)
{
	person_touches(s, n, d, k, DELETE);
}

void person_sets(struct sim *s, struct node *n, struct dice *d, const struct kind *k)
{
	if (node_is_up(n))
		try(errand_new(s, n, d, k, SET));
}

static void enter(struct errand *e)
{
	if ((e->body = fill_in(e, e->kind->body)))
		try(e);
	else
		e->s->errands--;
}

void person_enters(struct sim *s, struct node *n, struct dice *d, const struct kind *k)
{
	if (node_is_up(n))
		enter(errand_new(s, n, d, k, ENTER));
}

/* --- the cloud first, the till second: one uuid, one number --- */

static int reserve(struct write *w, void *ctx, struct err *err)
{
	struct errand *e = ctx;
	const char *number;

	w->who = &owner;
	if (number_reserve(w, e->uuid, e->table->entity, &number, err) < 0)
		return -1;
	e->number = pool_strdup(e->s->pool, number);
	return 0;
}

static void reserved(struct sim *s, struct task *t, enum job_end end)
{
	struct errand *e = t->ctx;
	bool reaches = !e->home->cut && !dice_one_in(&s->dice, 4);

	pool_free(&t->pool);
	free(t);
	if (end != JOB_DONE || !node_is_up(e->home) || !(e->body = fill_in(e, e->kind->body))) {
		s->errands--;
		return;
	}
	if (reaches && sql_int(s, e->home, "SELECT count(*) FROM pairing WHERE status = 'approved'", NULL)) {
		e->at = &s->node[HUB];
		e->at_cloud = true;
	}
	try(e);
}

void person_fails_over(struct sim *s, struct node *n, struct dice *d, const struct kind *k)
{
	struct errand *e;
	struct task *t;

	if (!node_is_up(n) || n->hub)
		return;
	e = errand_new(s, n, d, k, ENTER);
	t = task_new(NULL);
	t->write = reserve;
	t->done = reserved;
	t->ctx = e;
	t->of_people = true;
	node_put(s, n, t);
}
