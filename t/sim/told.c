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

static bool is_covered(struct sim *s, int i)
{
	const struct told *t = &s->told[i];
	const char *state = record_state(s, &s->node[HUB], t->table, t->uuid);
	int at = state ? told_find(s, t->table, t->uuid, state) : -1;

	if (at >= 0 && descends(s, at, i))
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
