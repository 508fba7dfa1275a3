#include "base/base.h"
#include "shop.h"

#include "base/clock.h"

#define DAY_ONE ((int64_t)1800000000 * SECOND_US)

/* --- chance --- */

/* splitmix64 */
static uint64_t roll(struct shop *s)
{
	uint64_t z = s->rng += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

int64_t chance(struct shop *s, int64_t n)
{
	return (int64_t)(roll(s) % (uint64_t)n);
}

bool one_in(struct shop *s, int n)
{
	return chance(s, n) == 0;
}

/* Any order: what came later may well have the lower one. */
struct uuid shop_uuid(struct shop *s)
{
	uint64_t half[2] = { roll(s), roll(s) };
	struct uuid u;

	memcpy(u.b, half, sizeof u.b);
	u.b[6] = (uint8_t)(0x70 | (u.b[6] & 0x0f));
	u.b[8] = (uint8_t)(0x80 | (u.b[8] & 0x3f));
	return u;
}

/* --- opening and closing --- */

static void set_up(struct fixture *f)
{
	/* Power does not fail here. */
	if (f->engine == ENGINE_SQLITE) {
		db_rollback(f->db);
		must(f, f->db->driver->script(f->db, "PRAGMA synchronous = OFF", &f->err));
	}
	fixture_rollback(f);
}

struct shop *shop_new(enum engine engine, uint64_t seed)
{
	struct shop *s = x_alloc(sizeof *s);

	s->rng = seed * 0x2545f4914f6cdd1du;
	s->now = DAY_ONE;
	clock_reset(0);
	clock_set(DAY_ONE, SECOND_US);
	s->net = net_new(engine, SHOP_TILLS);
	set_up(s->net->hub);
	for (int i = 0; i < SHOP_TILLS; i++)
		set_up(s->net->till[i]);
	return s;
}

void shop_free(struct shop *s)
{
	for (int i = 0; i < SHOP_TILLS; i++)
		flight_release(&s->flight[i]);
	for (int i = 0; i < s->n_said; i++)
		free(s->said[i].entered);
	net_free(s->net);
	free(s->said);
	free(s->named);
	free(s);
	clock_reset(0);
	clock_real();
}

static void close_up(struct shop *s)
{
	for (int i = 0; i < SHOP_TILLS; i++) {
		if (s->in_flight[i])
			net_confirm(s->net, i, &s->flight[i]);
		if (!s->paired[i])
			net_pair(s->net, i);
	}
	net_cycle(s->net);
}

/* A small shop is there already, and two of its tills know the cloud; the third is on its own. */
static void begin(struct shop *s)
{
	s->act = "begins";
	records_begin(s, s->net->till[0]);
	records_begin(s, s->net->till[SHOP_TILLS - 1]);
	for (int i = 0; i < SHOP_TILLS - 1; i++) {
		net_pair(s->net, i);
		s->paired[i] = true;
	}
	net_push(s->net, 0);
	net_pull(s->net, 1);
}

void shop_opens(struct shop *s, int acts)
{
	begin(s);
	for (int i = 0; i < acts; i++) {
		s->now += (1 + chance(s, 60)) * SECOND_US;
		clock_set(s->now, s->now - DAY_ONE + SECOND_US);
		shop_act(s);
	}
	s->act = "closing";
	close_up(s);
}

/* --- what was said --- */

static void *grown(void *list, int n, int *room, size_t size)
{
	if (n < *room)
		return list;
	*room = MAX(64, 2 * *room);
	list = realloc(list, size * (size_t)*room);
	assert_non_null(list);
	return list;
}

static void remember(struct shop *s, struct fixture *f, const struct table *t, struct uuid uuid)
{
	for (int i = 0; i < s->n_said; i++)
		if (s->said[i].table == t && uuid_eq(s->said[i].uuid, uuid))
			return;
	s->said = grown(s->said, s->n_said, &s->room_said, sizeof *s->said);
	s->said[s->n_said++] = (struct said){ t, uuid, entered_text(f, t, uuid) };
}

void shop_now(struct fixture *f)
{
	f->t.stamp = clock_now();
}

static bool is_no(const struct err *err)
{
	return err->kind == ERR_INPUT || err->kind == ERR_CONFLICT || err->kind == ERR_DENIED || err->kind == ERR_NOT_FOUND;
}

bool shop_may(struct shop *s, struct fixture *f, int rc, const char *what)
{
	if (getenv("FEXL_TRACE"))
		fprintf(stderr, "# %s: %s: %s\n", s->act, what, rc < 0 ? f->err.text : "ok");
	if (rc < 0 && !is_no(&f->err))
		fail_msg("%s: %s: %s: %s", s->act, what, f->err.code, f->err.text);
	if (rc >= 0)
		return true;
	s->refused++;
	fixture_rollback(f);
	return false;
}

void shop_made(struct shop *s, struct fixture *f, const struct doc *d)
{
	struct uuid uuid = d->head.uuid;

	fixture_commit(f);
	remember(s, f, d->head.table, uuid);
}

bool shop_post(struct shop *s, struct fixture *f, const char *table, struct uuid uuid, struct buf *body)
{
	struct buf b = { 0 };
	struct doc d;
	bool identical, done;
	int rc;

	buf_printf(&b, "{'uuid':'%s',%s}", uuid_text(uuid).s, body->data);
	err_clear(&f->err);
	shop_now(f);
	rc = document_create(&f->w, schema_table(table), fixture_json(f, b.data), &d, &identical, &f->err);
	done = shop_may(s, f, rc, b.data);
	if (done)
		shop_made(s, f, &d);
	buf_release(&b);
	buf_release(body);
	return done;
}

/* --- what is there --- */

struct uuid any_of(struct shop *s, struct fixture *f, const char *sql)
{
	struct uuid found[400];
	struct rows rs;
	int n = 0;

	must(f, db_rows(f->db, sql, ARGS(v_uuid(f->w.tenant)), &rs, &f->err));
	while (n < (int)ARRAY_LEN(found) && rows_next(&rs, &f->err) > 0)
		found[n++] = rows_uuid(&rs, 0);
	rows_end(&rs);
	return n ? found[chance(s, n)] : (struct uuid){ { 0 } };
}

void shop_supersedes(struct shop *s, struct fixture *f, const struct table *t, struct uuid row)
{
	const char *name = column_of_row(f, t->name, row, "name");

	for (int i = 0; i < s->n_named; i++)
		if (name && s->named[i].n == atoi(name + 1))
			s->named[i].superseded = true;
}

void shop_names(struct shop *s, struct fixture *f UNUSED, const struct table *t, struct uuid row, int n)
{
	s->named = grown(s->named, s->n_named, &s->room_named, sizeof *s->named);
	s->named[s->n_named++] = (struct named){ t, row, n, false };
}

/* --- as text --- */

static bool is_entered(const struct table *t, const struct column *c)
{
	/* What a drawer should hold is one till's own view of it. */
	return !(strcmp(t->name, "shift_closes") == 0 && (c->flags & COL_SERVER));
}

/* Statements live as long as the connections: made once. */
static const char *entered_sql(const struct table *t)
{
	static char *made[128];
	struct buf sql = { 0 };
	int i = schema_index(t);

	if (made[i])
		return made[i];
	buf_printf(&sql, "SELECT tenant");
	for (const struct column *c = t->columns; c->name; c++)
		if (is_entered(t, c))
			buf_printf(&sql, ", %s", c->name);
	buf_printf(&sql, " FROM %s WHERE tenant = $1 AND %s", t->name, table_is_part(t) ? "doc = $2 ORDER BY pos" : "uuid = $2");
	return made[i] = sql.data;
}

static void put_value(const struct rows *rs, int col, const struct column *c, struct buf *out)
{
	struct val v = rows_val(rs, col);

	if (v.type == VAL_NULL)
		buf_printf(out, " %s=-", c->name);
	else if (c->type == COL_UUID || c->type == COL_REF)
		buf_printf(out, " %s=%s", c->name, uuid_text(rows_uuid(rs, col)).s);
	else if (v.type == VAL_INT)
		buf_printf(out, " %s=%lld", c->name, (long long)v.i);
	else
		buf_printf(out, " %s=%.*s", c->name, (int)v.len, v.s);
}

static void put_rows(struct fixture *f, const struct table *t, struct uuid uuid, struct buf *out)
{
	struct rows rs;

	must(f, db_rows(f->db, entered_sql(t), ARGS(v_uuid(f->w.tenant), v_uuid(uuid)), &rs, &f->err));
	while (rows_next(&rs, &f->err) > 0) {
		int col = 0;

		buf_printf(out, "%s:", t->name);
		for (const struct column *c = t->columns; c->name; c++)
			if (is_entered(t, c))
				put_value(&rs, ++col, c, out);
		buf_printf(out, "\n");
	}
	rows_end(&rs);
}

char *entered_text(struct fixture *f, const struct table *t, struct uuid uuid)
{
	struct buf out = { 0 };

	buf_printf(&out, " ");
	put_rows(f, t, uuid, &out);
	for (int i = 0; table_part(t, i); i++)
		if (table_part(t, i)->rule == PART)
			put_rows(f, table_part(t, i), uuid, &out);
	return out.data;
}
