#include "base/base.h"
#include "net.h"

#include "base/clock.h"

#define SLICE_MS 1000

/* --- nodes --- */

static struct fixture *node_new(enum engine engine, int (*up)(void **state))
{
	void *state = &engine;

	assert_int_equal(up(&state), 0);
	return state;
}

struct net *net_new(enum engine engine, int n)
{
	struct net *net = x_alloc(sizeof *net);

	net->hub = node_new(engine, fixture_hub);
	net->tills = n;
	for (int i = 0; i < n; i++)
		net->till[i] = node_new(ENGINE_SQLITE, fixture_till);
	return net;
}

static void node_free(struct fixture *f)
{
	void *state = f;

	fixture_down(&state);
}

void net_free(struct net *net)
{
	node_free(net->hub);
	for (int i = 0; i < net->tills; i++)
		node_free(net->till[i]);
	free(net);
}

static struct device asks_of(struct net *net, struct fixture *till)
{
	struct device d = { .tenant = net->hub->w.tenant, .uuid = till->site.device, .incarnation = till->site.incarnation,
			    .server = till->site.uuid, .name = "Till", .os = "linux-amd64", .version = "0.1.0" };

	memcpy(d.public_key, till->site.device.b, 16);
	return d;
}

void net_pair(struct net *net, int i)
{
	struct fixture *hub = net->hub, *till = net->till[i];
	struct device asks, got;
	struct tenant t;

	must(till, pairing_begin(&till->w, "http://cloud.example", hub->w.tenant, "Till", &till->err));
	till->w.tenant = hub->w.tenant;
	asks = asks_of(net, till);
	must(hub, device_register(&hub->t, &asks, &got, &hub->err));
	must(hub, device_approve(&hub->t, hub->w.tenant, asks.uuid, &hub->err));
	fixture_commit(hub);
	assert_int_equal(device_load(hub->db, hub->pool, hub->w.tenant, asks.uuid, &got, &hub->err), 1);
	assert_int_equal(tenant_load(hub->db, hub->pool, hub->w.tenant, &t, &hub->err), 1);
	must(till, sync_meet_epoch(&till->w, t.epoch, &till->err));
	must(till, pairing_status(&till->w, "approved", NULL, got.prefix, hub->site.uuid, t.epoch, NULL, &till->err));
	fixture_commit(till);
	net->device[i] = (struct actor){ .kind = ACTOR_DEVICE, .tenant = hub->w.tenant, .device = asks.uuid,
					 .device_server = till->site.uuid };
	net_load(net, i);
}

/* --- bytes over the wire --- */

static struct json parse(struct fixture *f, const struct buf *b)
{
	struct json root;

	must(f, json_parse(f->pool, b->data, b->len, &root, &f->err));
	return root;
}

void flight_release(struct flight *f)
{
	buf_release(&f->body);
	buf_release(&f->sent);
	buf_release(&f->answer);
}

void net_pack(struct net *net, int i, struct flight *f)
{
	struct fixture *till = net->till[i];

	flight_release(f);
	fixture_commit(till);
	db_rollback(till->db);
	must(till, batch_build(till->db, till->w.tenant, 1000, 1 << 20, &f->body, &f->sent, &f->rows, &till->err));
	fixture_rollback(till);
}

void net_ingest(struct net *net, int i, struct flight *f)
{
	struct fixture *hub = net->hub;
	struct ingest in = { .site = &hub->site, .tenant = hub->w.tenant, .device = &net->device[i],
			     .ahead_max_us = 60 * SECOND_US, .until_us = net->push_until_us, .slice_ms = SLICE_MS, .pool = hub->pool };
	struct tenant t;
	int rc;

	assert_int_equal(tenant_load(hub->db, hub->pool, hub->w.tenant, &t, &hub->err), 1);
	must(hub, ingest_begin(&in, parse(hub, &f->body), &hub->err));
	do {
		rc = ingest_slice(&in, &hub->t, &hub->err);
		must(hub, rc);
		hub->t.resume = hub->t.progress;
	} while (rc == JOB_MORE);
	fixture_commit(hub);
	buf_clear(&f->answer);
	buf_printf(&f->answer, "{\"results\":[%s],\"epoch\":\"%s\"}", in.results.len ? in.results.data : "",
		   uuid_text(t.epoch).s);
	buf_release(&in.results);
}

void net_confirm(struct net *net, int i, struct flight *f)
{
	struct fixture *till = net->till[i];
	struct confirm c = { .site = &till->site, .tenant = till->w.tenant, .slice_ms = SLICE_MS, .pool = till->pool };
	struct buf body = { 0 };
	int rc;

	buf_printf(&body, "{\"sent\":%s,\"answer\":%s}", f->sent.data, f->answer.data);
	must(till, confirm_begin(&c, parse(till, &body), &till->err));
	do {
		rc = confirm_slice(&c, &till->t, &till->err);
		must(till, rc);
		till->t.resume = till->t.progress;
	} while (rc == JOB_MORE);
	fixture_commit(till);
	buf_release(&body);
}

int net_push(struct net *net, int i)
{
	struct flight f = { 0 };
	int rows = 0;

	for (int rounds = 0; rounds < 20; rounds++) {
		net_pack(net, i, &f);
		if (f.rows == 0)
			break;
		net_ingest(net, i, &f);
		net_confirm(net, i, &f);
		rows += f.rows;
	}
	flight_release(&f);
	return rows;
}

static int apply_page(struct fixture *till, const struct buf *page, bool load)
{
	struct apply a = { .site = &till->site, .tenant = till->w.tenant, .slice_ms = SLICE_MS, .pool = till->pool };
	int rc;

	must(till, apply_begin(&a, parse(till, page), load, &till->err));
	do {
		rc = apply_slice(&a, &till->t, &till->err);
		must(till, rc);
		till->t.resume = till->t.progress;
	} while (rc == JOB_MORE);
	fixture_commit(till);
	return a.applied;
}

static bool has_more(struct fixture *f, const struct buf *page)
{
	bool more = false;

	must(f, json_get_bool(parse(f, page), "more", &more, &f->err));
	return more;
}

int net_pull_page(struct net *net, int i, bool *more)
{
	struct fixture *hub = net->hub, *till = net->till[i];
	struct buf page = { 0 }, since = { 0 };
	struct pairing p;
	int rows, n;

	must(till, pairing_load(till->db, till->pool, &p, &till->err));
	cursor_print((struct cursor){ p.epoch, p.cursor }, &since);
	db_rollback(hub->db);
	must(hub, pull_page(hub->db, hub->w.tenant, till->site.uuid, since.data, 7, 1 << 20, &n, &page, &hub->err));
	fixture_rollback(hub);
	rows = apply_page(till, &page, false);
	*more = has_more(till, &page);
	buf_release(&page);
	buf_release(&since);
	return rows;
}

int net_pull(struct net *net, int i)
{
	int rows = 0, pages = 0;
	bool more;

	do {
		if (++pages > 1000)
			fail_msg("a pull without an end: %d rows", rows);
		rows += net_pull_page(net, i, &more);
	} while (more);
	return rows;
}

void net_load(struct net *net, int i)
{
	struct fixture *hub = net->hub, *till = net->till[i];
	struct buf page = { 0 };
	struct pairing p;
	int n, pages = 0;

	do {
		if (++pages > 1000)
			fail_msg("a load without an end: %s", page.data);
		must(till, pairing_load(till->db, till->pool, &p, &till->err));
		buf_clear(&page);
		db_rollback(hub->db);
		must(hub, snapshot_page(hub->db, hub->w.tenant, p.load, 7, 1 << 20, &n, &page, &hub->err));
		fixture_rollback(hub);
		apply_page(till, &page, true);
	} while (has_more(till, &page));
	buf_release(&page);
}

void net_cycle(struct net *net)
{
	int moved = 0, rounds = 0;

	do {
		if (++rounds > 50)
			fail_msg("never quiet: the last round moved %d rows", moved);
		moved = 0;
		for (int i = 0; i < net->tills; i++)
			moved += net_push(net, i) + net_pull(net, i);
	} while (moved);
}

bool net_identical(struct net *net, int i)
{
	struct fixture *hub = net->hub, *till = net->till[i];
	struct buf ask = { 0 }, answer = { 0 }, out = { 0 };
	bool same = false;

	fixture_commit(till);
	db_rollback(hub->db);
	must(till, digest_request(till->db, till->pool, till->w.tenant, NULL, 0, &ask, &till->err));
	must(hub, digest_answer(hub->db, hub->w.tenant, parse(hub, &ask), &answer, &hub->err));
	fixture_rollback(hub);
	must(till, digest_compare(till->db, till->pool, till->w.tenant, parse(till, &ask), parse(till, &answer), &out, &same,
				  &till->err));
	if (!same)
		fprintf(stderr, "# till %d: %s\n", i, out.data);
	buf_release(&ask);
	buf_release(&answer);
	buf_release(&out);
	return same;
}

/* --- repair --- */

#define TODO_MAX 1000

struct repairing {
	struct net *net;
	int i;
	struct key_range todo[TODO_MAX];
	int n;
	struct repaired done;
};

static void hand_over(struct repairing *r, const struct buf *body)
{
	struct fixture *till = r->net->till[r->i];
	struct repair x = { .apply = { .site = &till->site, .tenant = till->w.tenant, .slice_ms = SLICE_MS, .pool = till->pool } };
	int rc;

	must(till, repair_begin(&x, parse(till, body), &till->err));
	do {
		rc = repair_slice(&x, &till->t, &till->err);
		must(till, rc);
		till->t.resume = till->t.progress;
	} while (rc == JOB_MORE);
	fixture_commit(till);
	r->done.sent += x.sent;
	r->done.gone += x.gone;
	r->done.fetched += x.apply.applied;
	r->done.conflicts += x.apply.conflicts;
}

static void fetch_one(struct repairing *r, const struct row_key *k)
{
	struct fixture *hub = r->net->hub;
	struct buf page = { 0 };
	int rows;

	db_rollback(hub->db);
	must(hub, rows_page(hub->db, hub->w.tenant, k->table, &k->uuid, 1, 1 << 20, &rows, &page, &hub->err));
	fixture_rollback(hub);
	assert_int_equal(rows, 1);
	hand_over(r, &page);
	buf_release(&page);
}

static void send_one(struct repairing *r, const struct row_key *k)
{
	struct buf body = { 0 };

	buf_printf(&body, "{\"send\":[{\"table\":\"%s\",\"uuid\":\"%s\"}]}", k->table->name, uuid_text(k->uuid).s);
	hand_over(r, &body);
	buf_release(&body);
}

static void find(struct repairing *r, struct differences *d)
{
	struct fixture *hub = r->net->hub, *till = r->net->till[r->i];
	int asked = MIN(r->n, 16);
	struct buf ask = { 0 }, answer = { 0 };

	fixture_commit(till);
	r->n -= asked;
	must(till, digest_request(till->db, till->pool, till->w.tenant, r->todo + r->n, asked, &ask, &till->err));
	db_rollback(hub->db);
	must(hub, digest_answer(hub->db, hub->w.tenant, parse(hub, &ask), &answer, &hub->err));
	fixture_rollback(hub);
	must(till, digest_find(till->db, till->pool, till->w.tenant, parse(till, &ask), parse(till, &answer), d, &till->err));
	r->done.questions++;
	r->done.compared += d->compared;
	buf_release(&ask);
	buf_release(&answer);
}

struct repaired net_repair(struct net *net, int i)
{
	struct repairing r = { .net = net, .i = i };
	struct differences d;

	for (const struct table *t = schema; t->name; t++)
		if (table_is_synced(t))
			r.todo[r.n++] = range_of_table(t);
	while (r.n > 0) {
		find(&r, &d);
		for (int k = 0; k < d.n; k++) {
			assert_true(r.n < TODO_MAX);
			if (!d.range[k].found)
				r.todo[r.n++] = d.range[k].range;
		}
		for (int k = 0; k < d.n_fetch; k++)
			fetch_one(&r, &d.fetch[k]);
		for (int k = 0; k < d.n_send; k++)
			send_one(&r, &d.send[k]);
	}
	return r.done;
}

/* --- a day in a shop --- */

/* The transaction has been open for a while: a person acts now. */
static void act(struct fixture *f)
{
	f->t.stamp = clock_now();
}

struct uuid make_product(struct fixture *f, const char *name, int64_t price)
{
	struct buf b = { 0 };
	struct row r;

	buf_printf(&b, "{\"name\":\"%s\",\"price\":%lld}", name, (long long)price);
	act(f);
	must(f, record_create(&f->w, schema_table("products"), parse(f, &b), &r, &f->err));
	buf_release(&b);
	fixture_commit(f);
	return r.uuid;
}

struct uuid make_customer(struct fixture *f, const char *phone)
{
	struct buf b = { 0 };
	struct row r;

	buf_printf(&b, "{\"phone\":\"%s\"}", phone);
	act(f);
	must(f, record_create(&f->w, schema_table("customers"), parse(f, &b), &r, &f->err));
	buf_release(&b);
	fixture_commit(f);
	return r.uuid;
}

void change_customer(struct fixture *f, struct uuid customer, const char *member, const char *value)
{
	struct buf b = { 0 };
	struct row r;

	buf_printf(&b, "{\"%s\":\"%s\"}", member, value);
	act(f);
	must(f, record_change(&f->w, schema_table("customers"), customer, NULL, parse(f, &b), &r, &f->err));
	buf_release(&b);
	fixture_commit(f);
}

void buy_as(struct fixture *f, struct uuid purchase, struct uuid product, int64_t units, int64_t unit_cost)
{
	struct buf b = { 0 };
	struct doc d;
	bool same;

	buf_printf(&b, "{\"uuid\":\"%s\",\"lines\":[{\"product\":\"%s\",\"qty\":%lld,\"unit_cost\":%lld}]}", uuid_text(purchase).s, uuid_text(product).s,
		   (long long)units * 1000, (long long)unit_cost);
	act(f);
	must(f, document_create(&f->w, schema_table("purchases"), parse(f, &b), &d, &same, &f->err));
	buf_release(&b);
	fixture_commit(f);
}

struct uuid buy(struct fixture *f, struct uuid product, int64_t units, int64_t unit_cost)
{
	struct uuid purchase = uuid_v7();

	buy_as(f, purchase, product, units, unit_cost);
	return purchase;
}

void sell_as(struct fixture *f, struct uuid invoice, struct uuid product, int64_t units, int64_t price)
{
	struct buf b = { 0 };
	struct doc d;
	bool same;

	buf_printf(&b, "{\"uuid\":\"%s\",\"lines\":[{\"product\":\"%s\",\"qty\":%lld,\"unit_price\":%lld}],"
		   "\"payments\":[{\"method\":\"cash\",\"amount\":%lld}]}", uuid_text(invoice).s, uuid_text(product).s,
		   (long long)units * 1000, (long long)price, (long long)(units * price));
	act(f);
	must(f, document_create(&f->w, schema_table("invoices"), parse(f, &b), &d, &same, &f->err));
	buf_release(&b);
	fixture_commit(f);
}

struct uuid sell(struct fixture *f, struct uuid product, int64_t units, int64_t price)
{
	struct uuid invoice = uuid_v7();

	sell_as(f, invoice, product, units, price);
	return invoice;
}

int64_t count_of(struct fixture *f, const char *sql)
{
	int64_t n;

	must(f, db_int(f->db, sql, ARGS(v_uuid(f->w.tenant)), &n, &f->err));
	return n;
}

int64_t dirty_of(struct fixture *f)
{
	return count_of(f, "SELECT CAST(count(*) AS bigint) FROM outbox WHERE tenant = $1");
}

const char *column_of_row(struct fixture *f, const char *table, struct uuid uuid, const char *column)
{
	struct row r;

	assert_int_equal(row_load(f->db, f->pool, f->w.tenant, schema_table(table), uuid, &r, &f->err), 1);
	return row_text(&r, column);
}
