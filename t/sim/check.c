/* The promises, looked for in the databases when all is quiet. */
#include "base/base.h"
#include "sim.h"

/* --- documents: kept, once, as they were entered --- */

static void check_document(struct sim *s, struct node *n, const struct told *t)
{
	const char *facts = document_facts(s, n, t->table, t->uuid);

	if (!facts)
		sim_fail(s, "P1: %s %s, which %s said is stored, is not at %s", t->table->entity, uuid_text(t->uuid).s,
			 s->node[t->node].name, n->name);
	if (t->facts && strcmp(facts, t->facts) != 0)
		sim_fail(s, "P3: %s %s was entered at %s as %s, and is at %s as %s", t->table->entity,
			 uuid_text(t->uuid).s, s->node[t->node].name, t->facts, n->name, facts);
}

static void check_documents(struct sim *s)
{
	for (int i = 0; i < s->n_told; i++)
		for (int n = 0; n <= s->tills; n++)
			if (s->told[i].table->rule == INSERT_ONCE && s->told[i].how == TOLD_YES)
				check_document(s, &s->node[n], &s->told[i]);
}

void check_restart(struct sim *s, struct node *n)
{
	const char *whole = sql_text(s, n, "PRAGMA quick_check", NULL);

	if (!whole || strcmp(whole, "ok") != 0)
		sim_fail(s, "P1: the database of %s is broken: %s", n->name, whole ? whole : "?");
	for (int i = 0; i < s->n_told; i++)
		if (s->told[i].node == n->index && s->told[i].table->rule == INSERT_ONCE && s->told[i].how == TOLD_YES &&
		    !s->told[i].elsewhere)
			check_document(s, n, &s->told[i]);
}

static void check_expected(struct sim *s, const char *hex, void *table)
{
	struct uuid u;

	for (int i = 0; i < 16; i++)
		sscanf(hex + 2 * i, "%2hhx", &u.b[i]);
	for (int i = 0; i < s->n_told; i++)
		if (s->told[i].table == table && uuid_eq(s->told[i].uuid, u) && s->told[i].how != TOLD_NOT)
			return;
	sim_fail(s, "P2: %s %s is at the hub, and nobody entered it", ((const struct table *)table)->entity, uuid_text(u).s);
}

static void check_no_strangers(struct sim *s, const struct table *t)
{
	char sql[300];
	const char *twice;

	snprintf(sql, sizeof sql, "SELECT lower(hex(uuid)) FROM %s", t->name);
	sql_each(s, &s->node[HUB], sql, check_expected, (void *)t);
	if (table_column(t, "number") < 0)
		return;
	snprintf(sql, sizeof sql, "SELECT number FROM %s GROUP BY number HAVING count(*) > 1", t->name);
	if ((twice = sql_text(s, &s->node[HUB], sql, NULL)))
		sim_fail(s, "P2: two %s have the number %s", t->name, twice);
}

/* --- all the same --- */

static void add_line(struct sim *s UNUSED, const char *text, void *list)
{
	buf_str(list, text);
	buf_char(list, '\n');
}

static void put_names(const struct column *c, struct buf *sql)
{
	for (; c->name; c++)
		buf_printf(sql, " || '|' || quote(%s)", c->name);
}

/* What is one's own of the sync columns stays out, and what the hub has forgotten:
 * a till keeps it for as long as it likes. */
static void select_rows(const struct table *t, int64_t purged, struct buf *sql)
{
	bool part = table_is_part(t);

	buf_printf(sql, "SELECT lower(hex(%s))", part ? "doc" : "uuid");
	put_names(t->columns, sql);
	if (!part)
		buf_str(sql, " || '|' || updated_at || '|' || quote(_origin) || '|' || quote(_stamps) || '|' || quote(_extra) "
			     "|| '|' || quote(deleted_at) || '|' || _seq");
	buf_printf(sql, " FROM %s", t->name);
	if (t->rule == NEWEST_WINS)
		buf_printf(sql, " WHERE deleted_at IS NULL OR _seq > %lld", (long long)purged);
	buf_printf(sql, " ORDER BY %s", part ? "doc, pos" : "uuid");
}

static void fail_at_difference(struct sim *s, const struct node *till, const struct table *t, const char *hub, const char *here)
{
	while (*hub && *here && strcspn(hub, "\n") == strcspn(here, "\n") && strncmp(hub, here, strcspn(hub, "\n") + 1) == 0) {
		hub += strcspn(hub, "\n") + 1;
		here += strcspn(here, "\n") + 1;
	}
	sim_fail(s, "P6: %s: at the hub %.*s, at %s %.*s", t->name, (int)strcspn(hub, "\n"), *hub ? hub : "(no more)",
		 till->name, (int)strcspn(here, "\n"), *here ? here : "(no more)");
}

static void check_table(struct sim *s, struct node *till, const struct table *t)
{
	struct buf sql = { 0 }, hub = { 0 }, here = { 0 };

	select_rows(t, sql_int(s, &s->node[HUB], "SELECT coalesce(purged, 0) FROM tenants", NULL), &sql);
	buf_str(&hub, "");
	buf_str(&here, "");
	sql_each(s, &s->node[HUB], sql.data, add_line, &hub);
	sql_each(s, till, sql.data, add_line, &here);
	if (hub.len != here.len || (hub.len && memcmp(hub.data, here.data, hub.len) != 0))
		fail_at_difference(s, till, t, hub.len ? hub.data : "", here.len ? here.data : "");
	buf_release(&sql);
	buf_release(&hub);
	buf_release(&here);
}

static void check_digests(struct sim *s, struct node *till)
{
	struct node *hub = &s->node[HUB];
	struct buf ask = { 0 }, answer = { 0 }, out = { 0 };
	struct json j_ask, j_answer;
	struct err err = { 0 };
	bool same = false;

	if (digest_request(till->db, s->pool, hub->tenant, NULL, 0, &ask, &err) < 0 ||
	    json_parse(s->pool, ask.data, ask.len, &j_ask, &err) < 0 ||
	    digest_answer(hub->db, hub->tenant, j_ask, &answer, &err) < 0 ||
	    json_parse(s->pool, answer.data, answer.len, &j_answer, &err) < 0 ||
	    digest_compare(till->db, s->pool, hub->tenant, j_ask, j_answer, &out, &same, &err) < 0)
		sim_fail(s, "P6: digests cannot be compared: %s", err.text);
	if (!same)
		sim_fail(s, "P6: the digests of %s and the hub differ: %s", till->name, out.data);
	buf_release(&ask);
	buf_release(&answer);
	buf_release(&out);
}

void check_same(struct sim *s, struct node *till)
{
	for (const struct table *t = schema; t->name; t++)
		if (table_is_synced(t) || table_is_part(t))
			check_table(s, till, t);
	check_digests(s, till);
}

/* --- what is forgotten --- */

static void check_reference(struct sim *s, struct node *n, const struct table *t, const struct column *c)
{
	char sql[300];
	const char *lost;

	snprintf(sql, sizeof sql, "SELECT lower(hex(%s)) FROM %s WHERE %s IS NOT NULL AND %s NOT IN (SELECT uuid FROM %s)", c->name, t->name,
		 c->name, c->name, c->parent);
	if ((lost = sql_text(s, n, sql, NULL)))
		sim_fail(s, "P1: a row of %s at %s refers to %s %s, which is gone", t->name, n->name, c->parent, lost);
}

static void check_references(struct sim *s, struct node *n)
{
	for (const struct table *t = schema; t->name; t++)
		for (const struct column *c = t->columns; (table_is_synced(t) || table_is_part(t)) && c->name; c++)
			if (c->type == COL_REF)
				check_reference(s, n, t, c);
}

/* --- losers --- */

static void check_winners(struct sim *s, struct node *n)
{
	static const char sql[] =
		"SELECT tbl || ' ' || winner || ' against ' || loser FROM conflicts WHERE rule = 'newest_wins' AND "
		"(json_extract(winner, '$.updated_at'), json_extract(winner, '$.origin')) <= "
		"(json_extract(loser, '$.updated_at'), json_extract(loser, '$.origin'))";
	const char *wrong = sql_text(s, n, sql, NULL);

	if (wrong)
		sim_fail(s, "P6: at %s the older version won: %s", n->name, wrong);
}

/* --- all of it --- */

void check_all(struct sim *s)
{
	for (int i = 0; i <= s->tills; i++) {
		check_restart(s, &s->node[i]);
		check_winners(s, &s->node[i]);
		check_sums(s, &s->node[i]);
		check_references(s, &s->node[i]);
	}
	for (const struct table *t = schema; t->name; t++)
		if (t->rule == INSERT_ONCE && kind_of_table(t->name))	/* else servers make them */
			check_no_strangers(s, t);
	check_documents(s);
	check_records(s);
	check_fifo(s);
	for (int i = 1; i <= s->tills; i++)
		check_same(s, &s->node[i]);
}
