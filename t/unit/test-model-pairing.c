/* A till's side of pairing. */
#include "base/base.h"
#include "fixture.h"

#include "base/clock.h"

#define NOON ((int64_t)1764158400000000)
#define URL "https://hub.example"

static const struct uuid nobody = { { 0 } };

static struct pairing load(struct fixture *f)
{
	struct pairing p;

	assert_int_equal(pairing_load(f->db, f->pool, &p, &f->err), 1);
	return p;
}

static void begin_pairing(struct fixture *f, struct uuid tenant)
{
	must(f, pairing_begin(&f->w, URL, tenant, "Front till", &f->err));
}

static void become(struct fixture *f, const char *status, const char *prefix)
{
	must(f, pairing_status(&f->w, status, NULL, prefix, nobody, nobody, NULL, &f->err));
}

static const char *tenant_status(struct fixture *f)
{
	struct tenant mine;

	assert_int_equal(tenant_of_till(f->db, f->pool, &mine, &f->err), 1);
	return mine.status;
}

static int64_t stored_incarnation(struct fixture *f)
{
	return fixture_int(f, "SELECT incarnation FROM server", NO_ARGS);
}

/* --- beginning --- */

static void an_unpaired_till_has_sync_off(void **state)
{
	struct fixture *f = *state;
	struct buf out = { 0 };
	struct pairing p;
	struct json j;

	assert_int_equal(pairing_load(f->db, f->pool, &p, &f->err), 0);
	refused(f, "not_paired", pairing_cursor(&f->w, 1, &f->err));
	refused(f, "not_paired", pairing_status(&f->w, "approved", NULL, NULL, nobody, nobody, NULL, &f->err));
	assert_string_equal(tenant_status(f), "local");
	jw_open(&out, '{');
	pairing_json(NULL, f->site.device, &out);
	jw_close(&out, '}');
	j = fixture_read(f, &out);
	assert_string_equal(text_of(j, "status"), "off");
	assert_true(uuid_eq(uuid_of(j, "device"), f->site.device));
	buf_release(&out);
}

static void pairing_gives_the_local_rows_to_the_shop(void **state)
{
	struct fixture *f = *state;
	struct uuid local = f->w.tenant, shop = uuid_v7();
	struct row user;
	struct pairing p;

	must(f, user_create(&f->w, fixture_json(f, "{'name':'Aziz','role':'owner'}"), NULL, NULL, &user, &f->err));
	begin_pairing(f, shop);
	assert_true(uuid_eq(f->w.tenant, shop));
	assert_int_equal(row_exists(f->db, shop, schema_table("users"), user.uuid, &f->err), 1);
	assert_int_equal(row_exists(f->db, local, schema_table("users"), user.uuid, &f->err), 0);
	assert_int_equal(fixture_outbox(f), 1);
	p = load(f);
	assert_true(uuid_eq(p.tenant, shop));
	assert_string_equal(p.url, URL);
	assert_string_equal(p.name, "Front till");
	assert_string_equal(p.status, "registering");
	assert_string_equal(tenant_status(f), "local");
	assert_int_equal(f->site.incarnation, 1);
}

static void approval_makes_the_shop_the_tills_own(void **state)
{
	struct fixture *f = *state;
	struct uuid shop = uuid_v7(), hub = uuid_v7(), epoch = uuid_v7();
	struct pairing p;

	begin_pairing(f, shop);
	must(f, pairing_status(&f->w, "pending", "KTRV-7QX2", NULL, hub, epoch, NULL, &f->err));
	p = load(f);
	assert_string_equal(p.code, "KTRV-7QX2");
	assert_string_equal(tenant_status(f), "local");
	become(f, "approved", "T3");
	p = load(f);
	assert_string_equal(p.status, "approved");
	assert_null(p.code);
	assert_string_equal(p.prefix, "T3");
	assert_true(uuid_eq(p.hub, hub) && uuid_eq(p.epoch, epoch));
	assert_string_equal(tenant_status(f), "active");
	become(f, "approved", NULL);
	assert_string_equal(load(f).prefix, "T3");
}

static void a_till_of_another_shop_is_refused(void **state)
{
	struct fixture *f = *state;
	struct uuid shop = uuid_v7(), other = uuid_v7();

	begin_pairing(f, shop);
	become(f, "approved", "T1");
	fixture_commit(f);
	refused(f, "other_shop", pairing_begin(&f->w, URL, other, "Front till", &f->err));
	assert_int_equal(f->err.kind, ERR_CONFLICT);
	assert_non_null(strstr(f->err.text, uuid_text(shop).s));
	must(f, pairing_end(&f->w, &f->err));
	fixture_commit(f);
	refused(f, "other_shop", pairing_begin(&f->w, URL, other, "Front till", &f->err));	/* the data stays */
	assert_false(f->t.wrote);
	assert_true(uuid_eq(f->w.tenant, shop));
}

static void what_never_let_us_in_does_not_bind(void **state)
{
	struct fixture *f = *state;
	struct uuid wrong = uuid_v7(), right = uuid_v7();
	struct pairing p;

	begin_pairing(f, wrong);
	must(f, pairing_status(&f->w, "refused", NULL, NULL, nobody, nobody, "the licence key is not this shop's", &f->err));
	assert_string_equal(load(f).trouble, "the licence key is not this shop's");
	must(f, pairing_cursor(&f->w, 5, &f->err));
	begin_pairing(f, right);
	p = load(f);
	assert_true(uuid_eq(p.tenant, right) && uuid_eq(f->w.tenant, right));
	assert_null(p.trouble);
	assert_int_equal(p.cursor, 0);		/* nothing of that other shop is left */
	assert_int_equal(fixture_int(f, "SELECT CAST(count(*) AS bigint) FROM pairing", NO_ARGS), 1);
	assert_int_equal(f->site.incarnation, 1);
}

static void what_cannot_be_is_refused_by_name(void **state)
{
	struct fixture *f = *state;
	char long_name[202];

	memset(long_name, 'n', 201);
	long_name[201] = '\0';
	refused(f, "url_shape", pairing_begin(&f->w, "ftp://hub", uuid_v7(), "Till", &f->err));
	refused(f, "url_shape", pairing_begin(&f->w, "", uuid_v7(), "Till", &f->err));
	refused(f, "too_long", pairing_begin(&f->w, URL, uuid_v7(), long_name, &f->err));
	refused(f, "too_long", pairing_begin(&f->w, URL, uuid_v7(), "", &f->err));
	begin_pairing(f, uuid_v7());
	refused(f, "not_a_choice", pairing_status(&f->w, "maybe", NULL, NULL, nobody, nobody, NULL, &f->err));
}

static void a_hub_does_not_pair(void **state)
{
	struct fixture *f = *state;

	refused(f, "is_hub", pairing_begin(&f->w, URL, f->w.tenant, "Till", &f->err));
}

/* --- coming back --- */

static void asking_again_is_the_same_incarnation(void **state)
{
	struct fixture *f = *state;
	struct uuid shop = uuid_v7();

	begin_pairing(f, shop);
	become(f, "approved", "T1");
	must(f, pairing_cursor(&f->w, 77, &f->err));
	must(f, pairing_pause(&f->w, true, &f->err));
	begin_pairing(f, shop);
	assert_int_equal(f->site.incarnation, 1);
	assert_string_equal(load(f).status, "registering");
	assert_string_equal(load(f).prefix, "T1");
	assert_int_equal(load(f).cursor, 77);	/* what was pulled need not be pulled again */
	assert_false(load(f).paused);
}

static void after_a_revocation_it_is_a_new_incarnation(void **state)
{
	struct fixture *f = *state;
	struct uuid shop = uuid_v7(), before = f->site.uuid;

	begin_pairing(f, shop);
	become(f, "approved", "T1");
	become(f, "revoked", NULL);
	begin_pairing(f, shop);
	assert_int_equal(f->site.incarnation, 2);
	assert_int_equal(stored_incarnation(f), 2);
	assert_false(uuid_eq(f->site.uuid, before));
	assert_true(uuid_eq(f->site.uuid, site_origin(f->site.device, 2)));
	assert_null(load(f).prefix);		/* the old series is closed */
	begin_pairing(f, shop);
	assert_int_equal(f->site.incarnation, 2);
}

static void after_an_end_it_is_a_new_incarnation(void **state)
{
	struct fixture *f = *state;
	struct uuid shop = uuid_v7();
	struct pairing p;

	begin_pairing(f, shop);
	must(f, pairing_end(&f->w, &f->err));
	begin_pairing(f, shop);
	assert_int_equal(f->site.incarnation, 1);	/* it never was in */
	become(f, "approved", "T1");
	must(f, pairing_end(&f->w, &f->err));
	must(f, pairing_end(&f->w, &f->err));		/* twice is harmless */
	assert_int_equal(pairing_load(f->db, f->pool, &p, &f->err), 0);
	begin_pairing(f, shop);
	assert_int_equal(f->site.incarnation, 2);
	assert_int_equal(load(f).cursor, 0);
}

/* --- what the daemons note --- */

/* A syncd that asked before the till was paired again has its answer only now. */
static void what_was_said_to_an_earlier_incarnation_is_not_noted(void **state)
{
	struct fixture *f = *state;

	must(f, pairing_check(&f->w, f->site.incarnation, &f->err));
	must(f, pairing_check(&f->w, 0, &f->err));
	must(f, site_new_incarnation(&f->t, &f->site, &f->err));
	refused(f, "superseded", pairing_check(&f->w, f->site.incarnation - 1, &f->err));
}

static void what_is_noted_is_there_again(void **state)
{
	struct fixture *f = *state;
	struct pairing p;

	begin_pairing(f, uuid_v7());
	clock_set(NOON, 0);
	must(f, pairing_cursor(&f->w, 1234567890123, &f->err));
	must(f, pairing_load_progress(&f->w, "products:5", 500, 2000, &f->err));
	must(f, pairing_clock(&f->w, NOON + 5, 17, "boot-1", &f->err));
	must(f, pairing_pause(&f->w, true, &f->err));
	must(f, pairing_verified(&f->w, NOON + 6, 99, &f->err));
	must(f, pairing_cycle(&f->w, NOON + 7, &f->err));
	p = load(f);
	assert_int_equal(p.cursor, 1234567890123);
	assert_string_equal(p.load, "products:5");
	assert_int_equal(p.load_done, 500);
	assert_int_equal(p.load_total, 2000);
	assert_int_equal(p.loaded_at, 0);
	assert_int_equal(p.server_time, NOON + 5);
	assert_int_equal(p.server_boot, 17);
	assert_string_equal(p.boot_id, "boot-1");
	assert_true(p.paused);
	assert_int_equal(p.verified_at, NOON + 6);
	assert_int_equal(p.verified_seq, 99);
	assert_int_equal(p.last_cycle, NOON + 7);
	must(f, pairing_load_progress(&f->w, NULL, 2000, 2000, &f->err));
	assert_null(load(f).load);
	assert_int_equal(load(f).loaded_at, NOON);
}

static void the_status_says_where_it_stands(void **state)
{
	struct fixture *f = *state;
	struct uuid shop = uuid_v7();
	struct buf out = { 0 };
	struct pairing p;
	struct json j, progress;

	begin_pairing(f, shop);
	must(f, pairing_status(&f->w, "pending", "KTRV-7QX2", NULL, nobody, nobody, NULL, &f->err));
	must(f, pairing_load_progress(&f->w, "x", 5, 20, &f->err));
	must(f, pairing_cycle(&f->w, NOON, &f->err));
	p = load(f);
	jw_open(&out, '{');
	pairing_json(&p, f->site.device, &out);
	jw_close(&out, '}');
	j = fixture_read(f, &out);
	assert_string_equal(text_of(j, "status"), "pending");
	assert_string_equal(text_of(j, "code"), "KTRV-7QX2");
	assert_string_equal(text_of(j, "url"), URL);
	assert_null(text_of(j, "trouble"));
	assert_true(uuid_eq(uuid_of(j, "tenant"), shop));
	assert_string_equal(text_of(j, "last_cycle"), "2025-11-26T12:00:00.000000Z");
	assert_null(text_of(j, "verified_at"));
	progress = json_member(j, "load");
	assert_int_equal(int_of(progress, "done"), 5);
	assert_int_equal(int_of(progress, "total"), 20);
	assert_null(text_of(progress, "loaded_at"));
}

FIXTURE_MAIN(TILL(an_unpaired_till_has_sync_off),
	     TILL(pairing_gives_the_local_rows_to_the_shop),
	     TILL(approval_makes_the_shop_the_tills_own),
	     TILL(a_till_of_another_shop_is_refused),
	     TILL(what_never_let_us_in_does_not_bind),
	     TILL(what_cannot_be_is_refused_by_name),
	     HUB(a_hub_does_not_pair),
	     TILL(asking_again_is_the_same_incarnation),
	     TILL(after_a_revocation_it_is_a_new_incarnation),
	     TILL(after_an_end_it_is_a_new_incarnation),
	     TILL(what_was_said_to_an_earlier_incarnation_is_not_noted),
	     TILL(what_is_noted_is_there_again),
	     TILL(the_status_says_where_it_stands))
