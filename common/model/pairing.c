/* A till's own side of pairing: one row, there while sync is on.
 *
 *	moving -> registering -> pending -> approved -> revoked
 *	                  \-> refused (trouble says why)
 *
 * moving: its rows are on their way to be the tenant's (move.h); until they are, the
 * row of pairing is under the tenant that the shop still is, and target says the other.
 *
 * The licence key waits outside the database; with it a till asks.  From the
 * first approval on the till belongs to that shop for good: its rows are there.
 * What it was its own hub for, the cost run, is the shop's hub's from then on. */
#include "base/base.h"
#include "model/model.h"
#include "model/move.h"

#include "base/clock.h"
#include "base/utf8.h"

#define PAIRING_NAME_MAX 200
#define URL_MAX 500

/* --- reading --- */

int pairing_load(struct db *db, struct pool *pool, struct pairing *p, struct err *err)
{
	static const char sql[] =
		"SELECT pairing.tenant, url, name, status, trouble, code, prefix, paused, epoch, hub, cursor, load, "
		"load_done, load_total, loaded_at, server_time, server_boot, boot_id, last_cycle, verified_at, "
		"verified_seq, away, moving.tenant, moving.done, moving.total FROM pairing "
		"LEFT JOIN moving ON moving.source = pairing.tenant LIMIT 1";
	struct rows rs;
	int n;

	if (db_rows(db, sql, NO_ARGS, &rs, err) < 0)
		return -1;
	if ((n = rows_next(&rs, err)) > 0)
		*p = (struct pairing){
			.tenant = rows_uuid(&rs, 0), .url = rows_text(&rs, 1, pool),
			.name = rows_text(&rs, 2, pool), .status = rows_text(&rs, 3, pool),
			.trouble = rows_text(&rs, 4, pool), .code = rows_text(&rs, 5, pool),
			.prefix = rows_text(&rs, 6, pool), .paused = rows_int(&rs, 7),
			.epoch = rows_uuid(&rs, 8), .hub = rows_uuid(&rs, 9), .cursor = rows_int(&rs, 10),
			.load = rows_text(&rs, 11, pool), .load_done = rows_int(&rs, 12),
			.load_total = rows_int(&rs, 13), .loaded_at = rows_int(&rs, 14),
			.server_time = rows_int(&rs, 15), .server_boot = rows_int(&rs, 16),
			.boot_id = rows_text(&rs, 17, pool), .last_cycle = rows_int(&rs, 18),
			.verified_at = rows_int(&rs, 19), .verified_seq = rows_int(&rs, 20),
			.away = rows_int(&rs, 21), .target = rows_uuid(&rs, 22),
			.move_done = rows_int(&rs, 23), .move_total = rows_int(&rs, 24),
		};
	rows_end(&rs);
	return n;
}

/* --- beginning and ending --- */

static int check_begin(const struct write *w, const char *url, const char *name, struct err *err)
{
	size_t chars = utf8_count(name, strlen(name));

	if (w->site->hub)
		return err_set(err, ERR_CONFLICT, "is_hub", "this server is a hub itself: only a till pairs");
	if ((strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0) || strlen(url) > URL_MAX)
		return err_field(err, "/url", "url_shape",
				 "url must be the cloud's address, https://… (at most %d characters)", URL_MAX);
	if (chars < 1 || chars > PAIRING_NAME_MAX)
		return err_field(err, "/name", "too_long", "name must have 1 to %d characters", PAIRING_NAME_MAX);
	return 0;
}

static bool is_active(const struct tenant *t)
{
	return strcmp(t->status, "active") == 0;
}

/* The till's shop, if it may become, or is already, the one asked for. */
static int may_join(struct write *w, struct uuid tenant, struct tenant *mine, struct err *err)
{
	int n = tenant_of_till(w->t->db, w->t->pool, mine, err);

	if (n < 0)
		return -1;
	if (n == 0)
		return err_set(err, ERR_INTERNAL, "no_tenant",
			       "this till has no shop: its database is incomplete");
	if (is_active(mine) && !uuid_eq(mine->uuid, tenant))
		return err_set(err, ERR_CONFLICT, "other_shop",
			       "this till belongs to the shop %s (%s): "
			       "for another one, start with an empty data folder",
			       mine->name, uuid_text(mine->uuid).s);
	return 0;
}

/* It was in and is out: what it stores now must not be mistaken for what the
 * hub turned away. */
static bool comes_back(const struct tenant *mine, const struct pairing *old)
{
	return old ? strcmp(old->status, "revoked") == 0 : is_active(mine);
}

/* How far it knows the hub's records, though it may have forgotten its cursor. */
static int last_known(struct write *w, int64_t *seq_r, struct err *err)
{
	int64_t seq;

	*seq_r = 0;
	for (const struct table *t = schema; t->name; t++) {
		if (t->rule != NEWEST_WINS)
			continue;
		if (db_int(w->t->db, table_sql(t)->last_seq, ARGS(v_uuid(w->tenant)), &seq, err) < 0)
			return -1;
		*seq_r = MAX(*seq_r, seq);
	}
	return 0;
}

/* epoch: what its rows were agreed upon in, so that a hub that begins anew
 * meanwhile is noticed.  Who was in before has missed what was deleted and
 * forgotten meanwhile: a first load does not tell. */
static int put_pairing(struct write *w, const char *status, const char *url, const char *name, const char *prefix, struct uuid epoch,
		       struct err *err)
{
	static const char sql[] =
		"INSERT INTO pairing (tenant, url, name, status, prefix, paused, cursor, load_done, load_total, epoch, away) "
		"VALUES ($1, $2, $3, $7, $4, 0, 0, 0, 0, $5, $6) "
		"ON CONFLICT (tenant) DO UPDATE SET url = excluded.url, name = excluded.name, "
		"status = excluded.status, prefix = excluded.prefix, code = NULL, trouble = NULL, paused = 0";
	int64_t known = 0;

	if (!uuid_is_zero(epoch) && last_known(w, &known, err) < 0)
		return -1;
	return txn_send(w->t, sql, ARGS(v_uuid(w->tenant), v_text(url), v_text(name), v_text(prefix), v_uuid_or_null(epoch),
					known ? v_int(known) : v_null(), v_text(status)), err);
}

/* 0 what is here is the tenant's now, 1 it is going to be, -1.  What costs must be forgotten
 * is forgotten by the move, in slices as well. */
static int become(struct write *w, struct uuid from, struct uuid to, struct err *err)
{
	int n = uuid_eq(from, to) ? move_give_up(w->t, err) : move_begin(w->t, from, to, err);

	w->tenant = n == 0 ? to : from;
	return n == 0 ? cost_forget(w, false, err) : n;
}

int pairing_begin(struct write *w, const char *url, struct uuid tenant, const char *name, struct err *err)
{
	struct pairing old = { 0 };
	struct tenant mine;
	bool back, other;
	int was, moves;

	if (check_begin(w, url, name, err) < 0 || may_join(w, tenant, &mine, err) < 0)
		return -1;
	if ((was = pairing_load(w->t->db, w->t->pool, &old, err)) < 0)
		return -1;
	back = comes_back(&mine, was ? &old : NULL);
	other = was && !uuid_eq(old.tenant, tenant);	/* an earlier try; that shop never let us in */
	if (other && txn_send(w->t, "DELETE FROM pairing", NO_ARGS, err) < 0)
		return -1;
	if ((moves = become(w, mine.uuid, tenant, err)) < 0)
		return -1;
	if (back && site_new_incarnation(w->t, w->site, err) < 0)
		return -1;
	if (put_pairing(w, moves ? "moving" : "registering", url, name, back || other ? NULL : old.prefix,
			is_active(&mine) ? mine.epoch : (struct uuid){ { 0 } }, err) < 0)
		return -1;
	return moves;
}

int pairing_end(struct write *w, struct err *err)
{
	if (move_give_up(w->t, err) < 0)
		return -1;
	return txn_send(w->t, "DELETE FROM pairing WHERE tenant = $1", ARGS(v_uuid(w->tenant)), err);
}

/* --- what the daemons note --- */

static int note(struct write *w, const char *sql, struct args args, struct err *err)
{
	int n = txn_run(w->t, sql, args, err);

	if (n == 0)
		return err_set(err, ERR_NOT_FOUND, "not_paired", "this till is not paired");
	return MIN(n, 0);
}

static bool is_status(const char *status)
{
	static const char *const words[] = { "registering", "pending", "approved", "revoked", "refused" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i], status) == 0)
			return true;
	return false;
}

int pairing_check(const struct write *w, int64_t incarnation, struct err *err)
{
	if (incarnation == 0 || incarnation == w->site->incarnation)
		return 0;
	return err_set(err, ERR_CONFLICT, "superseded",
		       "this was said to incarnation %lld of the till, which is %lld by now", (long long)incarnation,
		       (long long)w->site->incarnation);
}

int pairing_status(struct write *w, const char *status, const char *code, const char *prefix, struct uuid hub,
		   struct uuid epoch, const char *trouble, struct err *err)
{
	static const char sql[] =
		"UPDATE pairing SET status = $2, code = $3, prefix = COALESCE($4, prefix), "
		"hub = COALESCE($5, hub), epoch = COALESCE($6, epoch), trouble = $7 WHERE tenant = $1";

	if (!is_status(status))
		return err_field(err, "/status", "not_a_choice", "status: %s is none of a pairing", status);
	if (note(w, sql,
		 ARGS(v_uuid(w->tenant), v_text(status), v_text(code), v_text(prefix), v_uuid_or_null(hub),
		      v_uuid_or_null(epoch), v_text(trouble)), err) < 0)
		return -1;
	if (strcmp(status, "approved") != 0)
		return 0;
	return txn_send(w->t, "UPDATE tenants SET status = 'active', epoch = COALESCE($2, epoch) WHERE uuid = $1",
			ARGS(v_uuid(w->tenant), v_uuid_or_null(epoch)), err);
}

int pairing_cursor(struct write *w, int64_t cursor, struct err *err)
{
	return note(w, "UPDATE pairing SET cursor = $2 WHERE tenant = $1",
		    ARGS(v_uuid(w->tenant), v_int(cursor)), err);
}

int pairing_load_progress(struct write *w, const char *load, int64_t done, int64_t total, struct err *err)
{
	static const char sql[] = "UPDATE pairing SET load = $2, load_done = $3, load_total = $4, loaded_at = $5 "
				  "WHERE tenant = $1";

	return note(w, sql, ARGS(v_uuid(w->tenant), v_text(load), v_int(done), v_int(total),
				 load ? v_null() : v_int(clock_wall())), err);
}

int pairing_clock(struct write *w, int64_t server_time, int64_t server_boot, const char *boot_id, struct err *err)
{
	static const char sql[] = "UPDATE pairing SET server_time = $2, server_boot = $3, boot_id = $4 "
				  "WHERE tenant = $1";

	return note(w, sql,
		    ARGS(v_uuid(w->tenant), v_int(server_time), v_int(server_boot), v_text(boot_id)), err);
}

int pairing_load_again(struct write *w, struct err *err)
{
	/* What was deleted and forgotten does not come again. */
	static const char sql[] = "UPDATE pairing SET away = COALESCE(away, NULLIF(cursor, 0)), cursor = 0, load = NULL, load_done = 0, "
				  "load_total = 0, loaded_at = NULL WHERE tenant = $1";

	return note(w, sql, ARGS(v_uuid(w->tenant)), err);
}

int pairing_pause(struct write *w, bool paused, struct err *err)
{
	return note(w, "UPDATE pairing SET paused = $2 WHERE tenant = $1",
		    ARGS(v_uuid(w->tenant), v_int(paused)), err);
}

int pairing_verified(struct write *w, int64_t at, int64_t seq, struct err *err)
{
	return note(w, "UPDATE pairing SET verified_at = $2, verified_seq = $3 WHERE tenant = $1",
		    ARGS(v_uuid(w->tenant), v_int(at), v_int(seq)), err);
}

/* Once all is here that the hub had then, its tombstones up to there may go here too.  Who
 * has not heard of some of them was away too long; the cursor does not tell of which, for
 * what it sent itself has numbers beyond it. */
int pairing_purged(struct write *w, int64_t purged, int64_t seq, struct err *err)
{
	static const char away[] = "UPDATE pairing SET away = $2 WHERE tenant = $1 AND (away < $2 OR "
				   "(away IS NULL AND loaded_at IS NOT NULL AND cursor > 0 AND cursor < $2))";
	static const char known[] = "UPDATE tenants SET purged = $2 WHERE uuid = $1 AND COALESCE(purged, 0) < $2 AND "
				    "(SELECT cursor FROM pairing) >= $3";

	if (txn_send(w->t, away, ARGS(v_uuid(w->tenant), v_int(purged)), err) < 0)
		return -1;
	return txn_send(w->t, known, ARGS(v_uuid(w->tenant), v_int(purged), v_int(seq)), err);
}

int pairing_repaired(struct write *w, int64_t away, struct err *err)
{
	return txn_send(w->t, "UPDATE pairing SET away = NULL WHERE tenant = $1 AND away = $2",
			ARGS(v_uuid(w->tenant), v_int(away)), err);
}

int pairing_cycle(struct write *w, int64_t at, struct err *err)
{
	return note(w, "UPDATE pairing SET last_cycle = $2 WHERE tenant = $1",
		    ARGS(v_uuid(w->tenant), v_int(at)), err);
}

/* --- for people --- */

static void put_time(struct buf *out, const char *name, int64_t at)
{
	if (at)
		jw_put_time(out, name, at);
	else
		jw_put_null(out, name);
}

static void put_load(const struct pairing *p, struct buf *out)
{
	jw_name(out, "load");
	jw_open(out, '{');
	jw_put_bool(out, "complete", p->loaded_at != 0);
	jw_put_int(out, "done", p->load_done);
	jw_put_int(out, "total", p->load_total);
	put_time(out, "loaded_at", p->loaded_at);
	jw_close(out, '}');
}

static void put_move(const struct pairing *p, struct buf *out)
{
	if (uuid_is_zero(p->target))
		return;
	jw_name(out, "move");
	jw_open(out, '{');
	jw_put_int(out, "done", p->move_done);
	jw_put_int(out, "total", MAX(p->move_total, p->move_done));
	jw_put_str(out, "trouble", p->move_trouble);
	jw_close(out, '}');
}

void pairing_json(const struct pairing *p, struct uuid device, struct buf *out)
{
	jw_put_uuid(out, "device", device);
	jw_put_str(out, "status", p ? p->status : "off");
	if (!p)
		return;
	jw_put_uuid(out, "tenant", uuid_is_zero(p->target) ? p->tenant : p->target);
	jw_put_str(out, "url", p->url);
	jw_put_str(out, "name", p->name);
	jw_put_str(out, "trouble", p->trouble);
	jw_put_str(out, "code", p->code);
	jw_put_str(out, "prefix", p->prefix);
	jw_put_bool(out, "paused", p->paused);
	jw_put_int(out, "cursor", p->cursor);
	put_load(p, out);
	put_move(p, out);
	put_time(out, "last_cycle", p->last_cycle);
	put_time(out, "verified_at", p->verified_at);
	jw_put_int(out, "verified_seq", p->verified_seq);
}
