#include "base/base.h"
#include "shop.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/utf8.h"

#include <stdlib.h>

#define INVENTORY "X'd7fd9c4602635b1484777658c8595a31'"	/* the account's uuid in every shop */
#define NOON ((int64_t)1795442709000000)	/* later than any stamp of the corpora */

static const struct {
	const char *sql;	/* counts what must not be; $1 is the tenant */
	bool of_hub;		/* a till has it from its cloud, as it has what goods cost */
} unsound[] = {
	{ "SELECT count(*) FROM (SELECT doc FROM journal_lines WHERE tenant = $1 GROUP BY doc HAVING sum(debit) <> sum(credit))" },
	{ "SELECT count(*) FROM (SELECT product, sum(on_hand) AS has, sum(qty) AS moved FROM "
	  "(SELECT product, on_hand, 0 AS qty FROM stock WHERE tenant = $1 "
	  "UNION ALL SELECT product, 0, qty FROM stock_moves WHERE tenant = $1) GROUP BY product) WHERE has <> moved" },
	/* Which layer gave what is history: a page may bring sales before what came back of them. */
	{ "SELECT count(*) FROM layers WHERE tenant = $1 AND qty_left = 0 AND value_left <> 0", .of_hub = true },
	{ "SELECT count(*) FROM (SELECT sum(value) AS v FROM stock WHERE tenant = $1) s, "
	  "(SELECT sum(debit - credit) AS v FROM journal_lines WHERE tenant = $1 AND account = " INVENTORY ") b WHERE COALESCE(s.v, 0) <> COALESCE(b.v, 0)" },
	{ "SELECT count(*) FROM invoices WHERE tenant = $1 AND uuid NOT IN (SELECT doc FROM invoice_lines WHERE tenant = $1)" },
};

void insist(bool holds)
{
	if (!holds)
		abort();
}

int insist_told(int rc, const struct err *err)
{
	if (rc >= 0)
		return rc;
	if (err->kind == ERR_NONE || err->kind == ERR_INTERNAL)
		fprintf(stderr, "# %s: %s\n", err->code, err->text);
	insist(err->kind != ERR_NONE && err->kind != ERR_INTERNAL);
	insist(err->code[0] != '\0' && err->text[0] != '\0');
	insist(utf8_valid(err->text, strlen(err->text)) && utf8_valid(err->field, strlen(err->field)));
	return rc;
}

static void must(struct shop *s, int rc)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "# %s: %s\n", s->err.code, s->err.text);
	abort();
}

/* --- one input --- */

void shop_begin(struct shop *s)
{
	s->pool = pool_new();
	clock_reset(0);
	must(s, db_begin(s->db, &s->err));
	err_clear(&s->err);
	s->counters.n = 0;
	s->t = (struct txn){ .db = s->db, .pool = s->pool, .careful = true, .stamp = clock_now(), .counters = &s->counters };
	s->w = (struct write){ .t = &s->t, .site = &s->site, .who = &s->who, .tenant = s->tenant };
}

void shop_undo(struct shop *s)
{
	db_rollback(s->db);
	pool_free(&s->pool);
}

static void keep(struct shop *s)
{
	must(s, counters_store(&s->counters, s->db, &s->err));
	insist(db_commit(s->db, &s->err) == COMMIT_DONE);
	pool_free(&s->pool);
}

/* --- the shop --- */

static void pair_till(struct shop *s)
{
	struct device asks = { .tenant = s->tenant, .uuid = uuid_v7(), .incarnation = 1, .server = uuid_v7(), .name = "Till",
			       .os = "linux-amd64", .version = "0.1.0" }, got;

	must(s, device_register(&s->t, &asks, &got, &s->err));
	must(s, device_approve(&s->t, s->tenant, asks.uuid, &s->err));
	s->till = (struct actor){ .kind = ACTOR_DEVICE, .tenant = s->tenant, .device = asks.uuid, .device_server = asks.server };
}

static void open_hub(struct shop *s)
{
	char key[LICENSE_LEN + 1];

	must(s, tenant_create(&s->t, &s->site, "Corner shop", &s->tenant, key, &s->err));
	must(s, tenant_create(&s->t, &s->site, "Other shop", &s->other, key, &s->err));
	pair_till(s);
}

/* Paired, so that it takes what a cloud sends. */
static void open_till(struct shop *s)
{
	const struct uuid cloud = uuid_v7();
	struct tenant mine;

	insist(tenant_of_till(s->db, s->pool, &mine, &s->err) == 1);
	s->tenant = s->w.tenant = mine.uuid;
	must(s, pairing_begin(&s->w, "https://cloud.example", cloud, "Till", &s->err));
	s->tenant = cloud;
	must(s, pairing_status(&s->w, "approved", NULL, "T1", cloud, cloud, NULL, &s->err));
}

struct shop *shop_open(bool hub)
{
	const struct db_config config = { .engine = ENGINE_SQLITE, .url = ":memory:" };
	struct shop *s = x_alloc(sizeof *s);

	clock_set(NOON, SECOND_US);
	s->who = (struct actor){ .kind = ACTOR_USER, .user = uuid_v7(), .role = OWNER, .may = PERMS_ALL };
	must(s, db_open(&s->db, &config, DB_WRITE, &s->err));
	must(s, db_migrate(s->db, &s->err));
	shop_begin(s);
	must(s, site_open(&s->t, hub, &s->site, &s->err));
	(hub ? open_hub : open_till)(s);
	s->who.tenant = s->tenant;
	keep(s);
	return s;
}

/* --- what must hold --- */

int64_t shop_int(struct shop *s, const char *sql, struct uuid tenant)
{
	int64_t n = 0;

	must(s, db_int(s->db, sql, ARGS(v_uuid(tenant)), &n, &s->err));
	return n;
}

void shop_insist_sound(struct shop *s)
{
	for (size_t i = 0; i < ARRAY_LEN(unsound); i++)
		insist((unsound[i].of_hub && !s->site.hub) || shop_int(s, unsound[i].sql, s->tenant) == 0);
}
