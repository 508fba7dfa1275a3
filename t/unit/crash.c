#include "base/base.h"
#include "crash.h"

#include <sqlite3.h>

#define NOON ((int64_t)1800000000 * SECOND_US)

static const struct actor owner = { .kind = ACTOR_USER, .role = "owner" };

#define must(s, call)                                                                              \
	do {                                                                                       \
		if ((call) < 0)                                                                    \
			fail_msg("%s: %s: %s", #call, (s)->err.code, (s)->err.text);               \
	} while (0)

/* --- servers --- */

int server_open(struct server *s)
{
	char path[40];
	struct db_config config = { .engine = ENGINE_SQLITE, .url = path, .journal_size_bytes = 1 << 20 };

	snprintf(path, sizeof path, "/%s/fexl.db", s->name);
	err_clear(&s->err);
	if (db_open(&s->db, &config, DB_WRITE, &s->err) < 0)
		return -1;
	if (db_migrate(s->db, &s->err) == 0)
		return 0;
	db_close(&s->db);
	return -1;
}

void server_close(struct server *s)
{
	if (s->db)
		db_rollback(s->db);
	db_close(&s->db);
	pool_clear(s->pool);
}

void server_reset(struct server *s)
{
	server_close(s);
	disk_mend(s->disk);
	disk_load(s->disk, s->before);
}

/* The same moment each time. */
static void hold_clock(int64_t seconds)
{
	clock_unfollow();
	clock_set(NOON + seconds * SECOND_US, 100 * SECOND_US);
	clock_reset(NOON);
}

/* --- writes --- */

static int attempt(struct crash *c, struct server *s, int (*write)(struct write *w, struct crash *c, struct err *err), bool careful)
{
	struct counters counters = { 0 };
	struct txn t = { .db = s->db, .pool = s->pool, .careful = careful, .stamp = clock_now(), .counters = &counters };
	struct site site = { 0 };
	struct write w = { .t = &t, .site = &site, .tenant = c->tenant, .who = &owner };

	if (db_begin(s->db, &s->err) < 0)
		return -1;
	if (site_open(&t, s->hub, &site, &s->err) < 0 || write(&w, c, &s->err) < 0 ||
	    counters_store(&counters, s->db, &s->err) < 0) {
		db_rollback(s->db);
		return -1;
	}
	return db_commit(s->db, &s->err) == COMMIT_DONE ? 0 : -1;
}

static int run(struct crash *c, struct server *s, int64_t at, int (*write)(struct write *w, struct crash *c, struct err *err))
{
	hold_clock(at);
	err_clear(&s->err);
	if (attempt(c, s, write, false) == 0)
		return 0;
	if (disk_is_dead(s->disk))
		return -1;
	hold_clock(at);
	err_clear(&s->err);
	return attempt(c, s, write, true);
}

int server_write(struct crash *c, const struct scenario *sc)
{
	return run(c, crash_server(c, sc), 1000, sc->write);
}

struct server *crash_server(struct crash *c, const struct scenario *s)
{
	return s->hub ? &c->hub : &c->till;
}

static int parse(struct write *w, const struct buf *text, struct json *j, struct err *err)
{
	return json_parse(w->t->pool, text->data, text->len, j, err);
}

/* Goes on from slice to slice inside one transaction: the lane's commits between
 * them are writes of their own. */
static int whole(struct txn *t, int rc)
{
	t->resume = t->progress;
	return rc;
}

static int sell(struct write *w, struct crash *c, struct err *err)
{
	struct buf body = { 0 };
	struct json j;
	struct doc d;
	bool same;
	int rc;

	buf_printf(&body, "{\"uuid\":\"%s\",\"lines\":[{\"product\":\"%s\",\"qty\":7000,\"unit_price\":900}],"
		   "\"payments\":[{\"method\":\"cash\",\"amount\":7000}]}", uuid_text(c->invoice).s, uuid_text(c->product).s);
	rc = parse(w, &body, &j, err);
	buf_release(&body);
	if (rc < 0)
		return -1;
	if (document_create(w, schema_table("invoices"), j, &d, &same, err) == 0)
		return 0;
	/* A sale that is here is good news for whoever asks again. */
	return strcmp(err->code, "duplicate") == 0 && same ? 0 : -1;
}

static int ingest(struct write *w, struct crash *c, struct err *err)
{
	struct ingest in = { .site = w->site, .tenant = w->tenant, .device = &c->device, .ahead_max_us = 1L << 50,
			     .slice_ms = 1000, .pool = w->t->pool };
	struct json j;
	int rc;

	if (parse(w, &c->pushed, &j, err) < 0 || ingest_begin(&in, j, err) < 0)
		return -1;
	if ((rc = whole(w->t, ingest_slice(&in, w->t, err))) == 0) {
		buf_clear(&c->answer);
		buf_printf(&c->answer, "{\"results\":[%s]}", in.results.data);
		if (strstr(in.results.data, "\"status\":422"))
			rc = err_set(err, ERR_INTERNAL, "refused", "the disk failed, and a row was refused for it: %s", in.results.data);
	}
	buf_release(&in.results);
	return rc;
}

static int apply(struct write *w, struct crash *c, struct err *err)
{
	struct apply a = { .site = w->site, .tenant = w->tenant, .slice_ms = 1000, .pool = w->t->pool };
	struct json j;

	if (parse(w, &c->page, &j, err) < 0 || apply_begin(&a, j, false, err) < 0)
		return -1;
	if (whole(w->t, apply_slice(&a, w->t, err)) < 0)
		return -1;
	return a.parked ? err_set(err, ERR_INTERNAL, "parked", "the disk failed, and a row was put aside for it") : 0;
}

static int confirm(struct write *w, struct crash *c, struct err *err)
{
	struct confirm f = { .site = w->site, .tenant = w->tenant, .slice_ms = 1000, .pool = w->t->pool };
	struct buf both = { 0 };
	struct json j;
	int rc;

	buf_printf(&both, "{\"sent\":%s,\"answer\":%s}", c->sent.data, c->answer.data);
	rc = parse(w, &both, &j, err);
	buf_release(&both);
	if (rc < 0 || confirm_begin(&f, j, err) < 0)
		return -1;
	return whole(w->t, confirm_slice(&f, w->t, err));
}

const struct scenario scenarios[] = {
	{ "a sale", false, sell },
	{ "a push taken by the hub", true, ingest },
	{ "verdicts coming home", false, confirm },
	{ "a page pulled", false, apply },
};

int scenarios_count(void)
{
	return (int)ARRAY_LEN(scenarios);
}

/* --- all that is stored --- */

static uint64_t mix(uint64_t h, const void *p, int len)
{
	const uint8_t *bytes = p;

	for (int i = 0; i < len; i++)
		h = (h ^ bytes[i]) * 0x100000001b3u;
	return h;
}

static uint64_t state_of_table(sqlite3 *db, const char *table, uint64_t h)
{
	sqlite3_stmt *st;
	char sql[100];

	snprintf(sql, sizeof sql, "SELECT * FROM %s ORDER BY 1, 2, 3", table);
	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
		fail_msg("%s: %s", table, sqlite3_errmsg(db));
	while (sqlite3_step(st) == SQLITE_ROW)
		for (int i = 0; i < sqlite3_column_count(st); i++) {
			const void *p = sqlite3_column_blob(st, i);

			h = mix(mix(h, "|", 1), p ? p : "", sqlite3_column_bytes(st, i));
		}
	sqlite3_finalize(st);
	return h;
}

static void check_whole(sqlite3 *db, const char *name)
{
	sqlite3_stmt *st;

	if (sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &st, NULL) != SQLITE_OK || sqlite3_step(st) != SQLITE_ROW ||
	    strcmp((const char *)sqlite3_column_text(st, 0), "ok") != 0)
		fail_msg("the database of the %s is damaged: %s", name, sqlite3_errmsg(db));
	sqlite3_finalize(st);
}

uint64_t server_state(struct server *s)
{
	uint64_t h = 0xcbf29ce484222325u;

	check_whole(s->db->handle, s->name);
	for (const struct table *t = schema; t->name; t++)
		h = state_of_table(s->db->handle, t->name, mix(h, t->name, (int)strlen(t->name)));
	return h;
}

/* --- what was before --- */

static int make_tenant(struct write *w, struct crash *c, struct err *err)
{
	char key[LICENSE_LEN + 1];

	return tenant_create(w->t, w->site, "Corner shop", &c->tenant, key, err);
}

static int make_pairing(struct write *w, struct crash *c, struct err *err)
{
	if (pairing_begin(w, "http://cloud.example", c->tenant, "Till", err) < 0)
		return -1;
	c->device = (struct actor){ .kind = ACTOR_DEVICE, .tenant = c->tenant, .device = w->site->device,
				    .device_server = w->site->uuid };
	return 0;
}

static int take_device(struct write *w, struct crash *c, struct err *err)
{
	struct device d, asks = { .tenant = c->tenant, .uuid = c->device.device, .incarnation = 1, .name = "Till" };

	if (device_register(w->t, &asks, &d, err) <= 0)
		return -1;
	return device_approve(w->t, c->tenant, asks.uuid, err);
}

static int be_approved(struct write *w, struct crash *c, struct err *err)
{
	struct uuid epoch = { { 0 } };
	struct val v;

	if (db_one(c->hub.db, w->t->pool, "SELECT epoch FROM tenants", NO_ARGS, &v, 1, err) > 0)
		epoch = v.u;
	if (pairing_status(w, "approved", NULL, "T1", epoch, epoch, NULL, err) < 0)
		return -1;
	return pairing_load_progress(w, NULL, 1, 1, err);
}

static int make_record(struct write *w, const char *table, struct uuid uuid, const char *rest, struct err *err)
{
	struct buf body = { 0 };
	struct json j;
	struct row r;
	int rc;

	buf_printf(&body, "{\"uuid\":\"%s\",%s}", uuid_text(uuid).s, rest);
	rc = parse(w, &body, &j, err);
	buf_release(&body);
	return rc < 0 ? -1 : record_create(w, schema_table(table), j, &r, err);
}

static int stock_shop(struct write *w, struct crash *c, struct err *err)
{
	struct buf body = { 0 };
	struct json j;
	struct doc d;
	bool same;
	int rc;

	if (make_record(w, "products", c->product, "\"name\":\"Tea\",\"price\":900", err) < 0)
		return -1;
	buf_printf(&body, "{\"lines\":[{\"product\":\"%s\",\"qty\":3000,\"unit_cost\":500},{\"product\":\"%s\",\"qty\":9000,"
		   "\"unit_cost\":700}]}", uuid_text(c->product).s, uuid_text(c->product).s);
	rc = parse(w, &body, &j, err);
	buf_release(&body);
	return rc < 0 ? -1 : document_create(w, schema_table("purchases"), j, &d, &same, err);
}

/* Something of everything goes up: a record, and documents with all their parts. */
static int work_at_till(struct write *w, struct crash *c, struct err *err)
{
	if (stock_shop(w, c, err) < 0 || make_record(w, "customers", (struct uuid){ { 7 } }, "\"name\":\"Ali\"", err) < 0)
		return -1;
	return sell(w, c, err);
}

/* And comes down: what others did at the hub. */
static int work_at_hub(struct write *w, struct crash *c, struct err *err)
{
	struct uuid mine = c->product, sold = c->invoice;
	int rc;

	c->product = (struct uuid){ { 3 } };
	c->invoice = (struct uuid){ { 4 } };
	rc = stock_shop(w, c, err) < 0 ? -1 : sell(w, c, err);
	c->product = mine;
	c->invoice = sold;
	return rc;
}

static void pack(struct crash *c)
{
	struct server *t = &c->till;
	int rows;

	must(t, batch_build(t->db, c->tenant, 1000, 1 << 20, &c->pushed, &c->sent, &rows, &t->err));
	assert_true(rows >= 4);
}

static void page(struct crash *c)
{
	struct server *h = &c->hub;
	struct buf since = { 0 };
	struct val v;
	int rows;

	assert_int_equal(db_one(h->db, h->pool, "SELECT epoch FROM tenants", NO_ARGS, &v, 1, &h->err), 1);
	cursor_print((struct cursor){ v.u, 0 }, &since);
	must(h, pull_page(h->db, c->tenant, c->device.device_server, since.data, 1000, 1 << 20, &rows, &c->page, &h->err));
	buf_release(&since);
}

static void server_new(struct server *s, const char *name, bool hub)
{
	*s = (struct server){ .name = name, .hub = hub, .disk = disk_new(name), .pool = pool_new() };
	must(s, server_open(s));
}

static int save_clock(struct write *w, struct crash *c UNUSED, struct err *err)
{
	return site_save_clock(w->t, err);
}

/* In the file, but for one commit: a WAL that has to be recovered is there as well. */
static void keep(struct crash *c, struct server *s)
{
	db_checkpoint(s->db);
	must(s, run(c, s, 70, save_clock));
	s->before = disk_save(s->disk);
}

void crash_up(struct crash *c)
{
	*c = (struct crash){ .product = { { 1 } }, .invoice = { { 2 } } };
	hold_clock(0);
	server_new(&c->hub, "hub", true);
	server_new(&c->till, "till", false);
	must(&c->hub, run(c, &c->hub, 10, make_tenant));
	must(&c->till, run(c, &c->till, 20, make_pairing));
	must(&c->hub, run(c, &c->hub, 30, take_device));
	must(&c->till, run(c, &c->till, 40, be_approved));
	must(&c->hub, run(c, &c->hub, 50, work_at_hub));
	page(c);
	must(&c->till, run(c, &c->till, 60, work_at_till));
	pack(c);
	keep(c, &c->hub);
	must(&c->hub, run(c, &c->hub, 80, ingest));
	c->invoice = (struct uuid){ { 5 } };	/* the till's next sale is another one */
	keep(c, &c->till);
}

void crash_down(struct crash *c)
{
	struct server *both[] = { &c->hub, &c->till };
	struct buf *bufs[] = { &c->pushed, &c->sent, &c->answer, &c->page };

	for (size_t i = 0; i < ARRAY_LEN(both); i++) {
		server_close(both[i]);
		disk_image_free(&both[i]->before);
		disk_free(&both[i]->disk);
		pool_free(&both[i]->pool);
	}
	for (size_t i = 0; i < ARRAY_LEN(bufs); i++)
		buf_release(bufs[i]);
	clock_real();
}
