/* What people were told, version by version: what is to be found in the end. */
#include "base/base.h"
#include "sim.h"

int told_add(struct sim *s, struct node *n, const struct table *t, struct uuid uuid)
{
	if (s->n_told == s->room_told) {
		s->room_told = MAX(64, 2 * s->room_told);
		s->told = x_realloc(s->told, (size_t)s->room_told * sizeof *s->told);
	}
	s->told[s->n_told] = (struct told){ .node = n->index, .table = t, .uuid = uuid, .parent = -1 };
	return s->n_told++;
}

int told_find(const struct sim *s, const struct table *t, struct uuid uuid, const char *state)
{
	for (int i = s->n_told - 1; i >= 0; i--) {
		const struct told *v = &s->told[i];

		if (v->table == t && uuid_eq(v->uuid, uuid) && v->state && v->how != TOLD_NOT && strcmp(v->state, state) == 0)
			return i;
	}
	return -1;
}

/* --- traces --- */

/* Two tills that delete one version make the same of it. */
static bool descends(const struct sim *s, int from, int of)
{
	while (from >= 0 && strcmp(s->told[from].state, s->told[of].state) != 0)
		from = s->told[from].parent;
	return from >= 0;
}

struct looking {
	const struct told *of;
	int index;
	bool found;
};

static void look_loser(struct sim *s, const char *state, void *arg)
{
	struct looking *l = arg;
	int at = told_find(s, l->of->table, l->of->uuid, state);

	l->found |= at >= 0 && descends(s, at, l->index);
}

/* The states of all versions of this row that lost here. */
bool told_in_journal(struct sim *s, struct node *n, int i)
{
	const struct told *t = &s->told[i];
	struct looking l = { t, i, false };
	char sql[400];

	snprintf(sql, sizeof sql, "SELECT trim(coalesce(json_extract(loser, '$.row.%s'), ''), '\"') || "
		 "CASE WHEN json_extract(loser, '$.deleted_at') IS NULL THEN '' ELSE '-' END "
		 "FROM conflicts WHERE lower(hex(row)) = replace('%s', '-', '')",
		 kind_of_table(t->table->name)->tag, uuid_text(t->uuid).s);
	sql_each(s, n, sql, look_loser, &l);
	return l.found;
}

static bool has_trace(struct sim *s, struct node *n, int i)
{
	const struct told *t = &s->told[i];
	const char *state;
	int at;

	if (!node_is_up(n))
		return false;
	if (t->table->rule == INSERT_ONCE)
		return document_facts(s, n, t->table, t->uuid) != NULL;
	state = record_state(s, n, t->table, t->uuid);
	at = state ? told_find(s, t->table, t->uuid, state) : -1;
	return (at >= 0 && descends(s, at, i)) || told_in_journal(s, n, i);
}

static bool is_elsewhere(struct sim *s, const struct node *but, int i)
{
	for (int n = 0; n <= s->tills; n++)
		if (n != but->index && has_trace(s, &s->node[n], i))
			return true;
	return false;
}

void told_restored(struct sim *s, struct node *n)
{
	for (int i = 0; i < s->n_told; i++)
		if (s->told[i].how == TOLD_YES && !is_elsewhere(s, n, i))
			s->told[i].how = TOLD_PERHAPS;
}

void told_forgotten(struct sim *s, struct node *n)
{
	for (int i = 0; i < s->n_told; i++)
		if (s->told[i].node == n->index && s->told[i].table->rule == INSERT_ONCE && !has_trace(s, n, i))
			s->told[i].elsewhere = true;
}

/* --- the check --- */

static bool ends_in_death(const char *state)
{
	return state && *state && state[strlen(state) - 1] == '-';
}

/* Of a row that the hub has forgotten: somebody deleted what became of it. */
static bool was_deleted(struct sim *s, int i)
{
	const struct told *t = &s->told[i];

	for (int d = 0; d < s->n_told; d++)
		if (s->told[d].table == t->table && uuid_eq(s->told[d].uuid, t->uuid) && s->told[d].how != TOLD_NOT &&
		    ends_in_death(s->told[d].state) && descends(s, d, i))
			return true;
	return false;
}

static bool column_refers(struct sim *s, const struct table *t, const struct column *c, struct uuid uuid)
{
	char sql[200];

	snprintf(sql, sizeof sql, "SELECT count(*) FROM %s WHERE %s = ?1", t->name, c->name);
	return sql_int(s, &s->node[HUB], sql, &uuid) > 0;
}

static bool is_referred_to(struct sim *s, const struct told *told)
{
	for (const struct table *t = schema; t->name; t++)
		for (const struct column *c = t->columns; (table_is_synced(t) || table_is_part(t)) && c->name; c++)
			if (c->type == COL_REF && strcmp(c->parent, told->table->name) == 0 && column_refers(s, t, c, told->uuid))
				return true;
	return false;
}

/* Deleted and forgotten; then somebody came back from a long absence, who had not
 * heard of it and had sold it meanwhile: the sale brings along what it refers to. */
static bool was_brought_back(struct sim *s, int i, int now)
{
	const struct told *t = &s->told[i];

	return ends_in_death(t->state) && t->parent >= 0 && descends(s, now, t->parent) && is_referred_to(s, t) &&
	       sql_int(s, &s->node[HUB], "SELECT coalesce(purged, 0) FROM tenants", NULL) > 0;
}

static bool is_covered(struct sim *s, int i)
{
	const struct told *t = &s->told[i];
	const char *state = record_state(s, &s->node[HUB], t->table, t->uuid);
	int at = state ? told_find(s, t->table, t->uuid, state) : -1;

	if (at >= 0 && (descends(s, at, i) || was_brought_back(s, i, at)))
		return true;
	/* Deleted is deleted, whichever version it was done to. */
	if (state ? ends_in_death(state) && ends_in_death(t->state) : was_deleted(s, i))
		return true;
	for (int n = 0; n <= s->tills; n++)
		if (told_in_journal(s, &s->node[n], i))
			return true;
	return false;
}

void check_records(struct sim *s)
{
	for (int i = 0; i < s->n_told; i++) {
		const struct told *t = &s->told[i];
		const char *state;

		if (t->table->rule != NEWEST_WINS || t->how != TOLD_YES || is_covered(s, i))
			continue;
		state = record_state(s, &s->node[HUB], t->table, t->uuid);
		sim_fail(s, "P9: version %s of %s %s, told by %s, is not what it became (%s), nor what that was made from, nor "
			 "among the losers", t->state, t->table->entity, uuid_text(t->uuid).s, s->node[t->node].name,
			 state ? state : "gone");
	}
}
