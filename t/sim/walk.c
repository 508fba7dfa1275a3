/* Who was away longer than deletions are kept repairs by itself: what differs is
 * found range by range and exchanged row by row.  As fexl-syncd's verify.c and
 * walk.c do, over the same functions of common/sync. */
#include "base/base.h"
#include "syncd.h"

/* --- asking --- */

static int read_request(struct node *n, struct pool *pool, struct walk *w, struct err *err)
{
	struct uuid tenant = n->syncd->pairing.tenant;
	struct buf state = { 0 }, request = { 0 };
	int rc = digest_state(n->db, pool, tenant, &state, err);

	if (rc == 0)
		rc = digest_request(n->db, pool, tenant, w->asked, w->n_asked, &request, err);
	w->state = pool_strndup(pool, state.data, state.len);
	w->request = pool_strndup(pool, request.data, request.len);
	buf_release(&state);
	buf_release(&request);
	return rc;
}

static void ask_for_parts(struct sim *s, struct node *n)
{
	struct walk *w = &n->syncd->walk;
	struct call *c = syncd_call(s, n, DO_DIGEST, false);
	struct err err = { 0 };
	int rc;

	w->fetched = 0;
	for (w->n_asked = 0; w->n > 0 && w->n_asked < WALK_ASKED;)
		w->asked[w->n_asked++] = w->todo[--w->n];
	node_enter(s, n);
	rc = read_request(n, s->pool, w, &err);
	node_leave(s, n);
	c->body = w->request;
	if (rc == 0)
		syncd_ask(s, c);
	else
		walk_fails(s, n, err.text);
}

static void fetch_rows(struct sim *s, struct node *n)
{
	struct walk *w = &n->syncd->walk;
	const struct row_key *k = w->diff.fetch + w->fetched;
	struct call *c = syncd_call(s, n, DO_ROWS, false);
	int most = MIN(w->diff.n_fetch - w->fetched, c->limit);

	c->table = k->table;
	c->key = pool_alloc(s->pool, (size_t)most * sizeof *c->key);
	while (c->keys < most && k[c->keys].table == c->table) {
		c->key[c->keys] = k[c->keys].uuid;
		c->keys++;
	}
	syncd_ask(s, c);
}

static void send_rows(struct sim *s, struct node *n)
{
	struct walk *w = &n->syncd->walk;
	struct call *c = syncd_call(s, n, DO_REPAIR, true);
	struct buf body = { 0 };

	buf_printf(&body, "{\"epoch\":\"%s\",\"send\":[", uuid_text(n->syncd->pairing.epoch).s);
	for (int i = 0; i < w->diff.n_send; i++)
		buf_printf(&body, "%s{\"table\":\"%s\",\"uuid\":\"%s\"}", i ? "," : "", w->diff.send[i].table->name,
			   uuid_text(w->diff.send[i].uuid).s);
	buf_str(&body, "]}");
	w->diff.n_send = 0;
	c->incarnation = n->syncd->asked_as;
	c->body = pool_strdup(s->pool, body.data);
	buf_release(&body);
	syncd_ask(s, c);
}

static void tell_repaired(struct sim *s, struct node *n)
{
	struct call *c = syncd_call(s, n, DO_REPAIRED, true);

	c->repaired = n->syncd->pairing.away;
	syncd_ask(s, c);
}

/* A cycle may run between two steps. */
static void go_on(struct sim *s, struct node *n)
{
	struct walk *w = &n->syncd->walk;

	if (w->fetched < w->diff.n_fetch)
		fetch_rows(s, n);
	else if (w->diff.n_send > 0)
		send_rows(s, n);
	else if (w->n == 0)
		tell_repaired(s, n);
	else
		syncd_turn_at(s, n, s->now);
}

/* --- answers --- */

static int push(struct walk *w, const struct key_range *r, struct err *err)
{
	if (w->n == WALK_TODO)
		return err_set(err, ERR_BUSY, "too_different", "more than %d ranges differ", WALK_TODO);
	w->todo[w->n++] = *r;
	return 0;
}

/* What the sums were made of must still be what is here. */
static int find(struct sim *s, struct node *n, const char *answer, struct err *err)
{
	struct walk *w = &n->syncd->walk;
	struct uuid tenant = n->syncd->pairing.tenant;
	struct json asked, told;
	struct buf now = { 0 };
	int rc = digest_state(n->db, s->pool, tenant, &now, err);
	bool same = rc == 0 && strcmp(now.data, w->state) == 0;

	buf_release(&now);
	w->diff = (struct differences){ 0 };
	for (int i = 0; rc == 0 && !same && i < w->n_asked; i++)
		rc = push(w, &w->asked[i], err);
	if (rc < 0 || !same)
		return rc;
	if (json_parse(s->pool, w->request, strlen(w->request), &asked, err) < 0 ||
	    json_parse(s->pool, answer, strlen(answer), &told, err) < 0)
		return -1;
	return digest_find(n->db, s->pool, tenant, asked, told, &w->diff, err);
}

static int take_parts(struct sim *s, struct call *c, struct err *err)
{
	struct walk *w = &c->till->syncd->walk;
	int rc;

	if (!node_is_up(c->till))
		return err_set(err, ERR_BUSY, "no_database", "the till does not run");
	node_enter(s, c->till);
	rc = find(s, c->till, c->text, err);
	node_leave(s, c->till);
	for (int i = 0; rc == 0 && i < w->diff.n; i++)
		if (!w->diff.range[i].found)
			rc = push(w, &w->diff.range[i].range, err);
	return rc;
}

/* Passed on to the till's own server as it is. */
static int take_rows(struct sim *s, struct call *c, struct err *err)
{
	struct call *next = syncd_call(s, c->till, DO_REPAIR, true);
	int64_t taken = 0;
	struct json page;

	if (json_parse(s->pool, c->text, strlen(c->text), &page, err) < 0 || json_get_int(page, "taken", 1, c->keys, &taken, err) < 0)
		return -1;
	c->till->syncd->walk.fetched += (int)taken;
	next->incarnation = c->till->syncd->asked_as;
	next->body = c->text;
	syncd_ask(s, next);
	return 1;
}

static int take_over(struct sim *s, struct call *c, struct err *err UNUSED)
{
	c->till->syncd->walk.on = false;
	sim_say(s, "%s is repaired", c->till->name);
	syncd_turn_at(s, c->till, s->now);
	return 1;
}

static int take_nothing(struct sim *s UNUSED, struct call *c UNUSED, struct err *err UNUSED)
{
	return 0;
}

/* 1: something else is under way, or nothing is any more; 0; -1 */
static int (*const takes[])(struct sim *s, struct call *c, struct err *err) = {
	[DO_DIGEST] = take_parts, [DO_ROWS] = take_rows, [DO_REPAIR] = take_nothing, [DO_REPAIRED] = take_over,
};

void walk_answer(struct sim *s, struct call *c)
{
	struct err err = { 0 };
	int rc;

	c->till->syncd->waits_for = 0;
	if (c->status != 200) {
		walk_fails(s, c->till, "it was refused");
		return;
	}
	rc = takes[c->what](s, c, &err);
	if (rc < 0)
		walk_fails(s, c->till, err.text);
	else if (rc == 0)
		go_on(s, c->till);
}

/* Again after the next complete cycle: what is repaired is found to be the same. */
void walk_fails(struct sim *s, struct node *n, const char *why)
{
	n->syncd->waits_for = 0;
	n->syncd->walk.on = false;
	sim_say(s, "%s cannot be repaired yet: %s", n->name, why);
	syncd_turn_at(s, n, s->now);
}

/* --- its turn --- */

static void begin(struct walk *w, const struct cycle *cycle)
{
	w->on = true;
	w->begun_after = cycle->cycles;
	w->n = 0;
	for (const struct table *t = schema; t->name; t++)
		if (table_is_synced(t))
			w->todo[w->n++] = range_of_table(t);
}

bool walk_turn(struct sim *s, struct node *n)
{
	struct syncd *d = n->syncd;
	struct walk *w = &d->walk;

	if (d->cycle.phase != PHASE_ON || d->cycle.paused || !d->pairing.away) {
		w->on = false;
		return false;
	}
	if (!w->on && d->cycle.cycles <= w->begun_after)
		return false;
	if (!w->on)
		begin(w, &d->cycle);
	ask_for_parts(s, n);
	return true;
}
