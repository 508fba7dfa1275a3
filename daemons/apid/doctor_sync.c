/* The doctor looks at how this server stands with its cloud, or with its tills. */
#include "base/base.h"
#include "apid/doctor.h"

#include "base/clock.h"

#include <stdlib.h>

#define HOUR_US (3600 * SECOND_US)
#define DAY_US (24 * HOUR_US)
#define CLOCK_FAR_US (5 * SECOND_US)	/* what no time service lets happen */
#define CONFLICTS_MANY 20		/* a day: people work on the same rows, or a clock is wrong */
#define SILENT_US (7 * DAY_US)

/* --- a till: the cloud --- */

/* 1 and how it is paired, 0 it is on its own. */
static int pairing_of(struct call *c, struct pairing *p, struct finding *f, struct err *err)
{
	f->text = "sync is off: this till works on its own";
	return pairing_load(c->db, c->pool, p, err);
}

int look_clock(struct call *c, struct finding *f, struct err *err)
{
	struct pairing p;
	int n = pairing_of(c, &p, f, err);
	int64_t ahead = -clock_offset(), most = conf_int(c->apid->conf, "clock_ahead_ms") * 1000;

	if (n <= 0)
		return n < 0 ? -1 : FOUND_SKIP;
	f->text = "the cloud has not told its time yet";
	if (p.server_time == 0)
		return FOUND_SKIP;
	f->text = pool_printf(c->pool, "%+.2f s against the cloud, whose time is what counts here", (double)ahead / SECOND_US);
	f->next = "timedatectl set-ntp true";
	if (llabs(ahead) > most)
		return FOUND_FAIL;
	return llabs(ahead) > CLOCK_FAR_US ? FOUND_WARN : FOUND_OK;
}

/* Of outbox_json(): rows that wait, since when, and how many were refused. */
struct waiting {
	int64_t rows, refused, oldest;	/* oldest: 0 when nothing waits */
};

static int waiting_read(struct call *c, struct waiting *w, struct err *err)
{
	struct buf out = { 0 };
	struct json root, tables;
	const char *oldest = NULL;
	int rc = outbox_json(c->db, c->pool, c->tenant, &out, err);

	*w = (struct waiting){ 0 };
	if (rc == 0)
		rc = json_parse(c->pool, pool_strdup(c->pool, out.data), out.len, &root, err);
	buf_release(&out);
	if (rc < 0 || json_get_int(root, "total", 0, INT64_MAX, &w->rows, err) < 0 ||
	    json_get_str(root, "oldest", TIME_TEXT_LEN, &oldest, err) < 0)
		return -1;
	if (oldest != NULL && time_parse(&w->oldest, oldest, strlen(oldest)) < 0)
		w->oldest = 0;
	tables = json_member(root, "tables");
	for (size_t i = 0; i < json_len(tables); i++) {
		int64_t n = 0;

		if (json_get_int(json_at(tables, i), "refused", 0, INT64_MAX, &n, err) < 0)
			return -1;
		w->refused += n;
	}
	return 0;
}

static const struct {
	const char *status, *text, *next;
	enum found found;
} standings[] = {
	{ "moving", "the shop's rows are being made ready for the cloud", "fexlctl status", FOUND_WARN },
	{ "registering", "the cloud has not answered yet", "fexlctl sync now --wait", FOUND_WARN },
	{ "pending", "the cloud's owner has not approved this till yet", "at the cloud: fexlctl devices", FOUND_WARN },
	{ "revoked", "the cloud has revoked this till; it goes on selling on its own", "fexlctl unpair, then fexlctl pair again", FOUND_FAIL },
	{ "refused", "the cloud has refused this till", "fexlctl pair again, with the right key", FOUND_FAIL },
};

static int look_age(struct call *c, const struct pairing *p, struct finding *f, struct err *err)
{
	struct waiting w;
	int64_t now = clock_wall(), age, rows_age;

	if (waiting_read(c, &w, err) < 0)
		return -1;
	age = now - MAX(p->last_cycle, p->loaded_at);
	rows_age = w.oldest != 0 ? now - w.oldest : 0;
	f->next = "fexlctl doctor cloud, then fexlctl sync now --wait";
	f->text = "no cycle has gone through yet";
	if (p->last_cycle == 0 && p->loaded_at == 0)
		return FOUND_WARN;
	f->text = pool_printf(c->pool, "last good %s ago, %lld rows wait here%s%s", doctor_span(c->pool, age), (long long)w.rows,
			      w.rows > 0 ? ", the oldest for " : "", w.rows > 0 ? doctor_span(c->pool, rows_age) : "");
	if (MAX(age, rows_age) > DAY_US)
		return FOUND_FAIL;
	return MAX(age, rows_age) > HOUR_US ? FOUND_WARN : FOUND_OK;
}

int look_sync(struct call *c, struct finding *f, struct err *err)
{
	struct pairing p;
	int n = pairing_of(c, &p, f, err);

	if (n <= 0)
		return n < 0 ? -1 : FOUND_SKIP;
	for (size_t i = 0; i < ARRAY_LEN(standings); i++) {
		if (strcmp(standings[i].status, p.status) != 0)
			continue;
		f->text = standings[i].text;
		f->next = standings[i].next;
		return (int)standings[i].found;
	}
	n = look_age(c, &p, f, err);
	if (n < 0 || !p.paused)
		return n;
	f->text = pool_printf(c->pool, "paused; %s", f->text);
	f->next = "fexlctl sync resume";
	return MAX(n, (int)FOUND_WARN);
}

int look_quarantine(struct call *c, struct finding *f, struct err *err)
{
	struct waiting w;
	struct pairing p;
	int64_t parked = 0;
	int n = pairing_of(c, &p, f, err);

	if (n <= 0)
		return n < 0 ? -1 : FOUND_SKIP;
	if (waiting_read(c, &w, err) < 0 ||
	    db_int(c->db, "SELECT CAST(count(*) AS bigint) FROM parked WHERE tenant = $1", ARGS(v_uuid(c->tenant)), &parked, err) < 0)
		return -1;
	f->text = "nothing was refused, nothing waits aside";
	f->next = "fexlctl quarantine";
	if (w.refused == 0 && parked == 0)
		return FOUND_OK;
	f->text = pool_printf(c->pool, "%lld rows were refused by the cloud, %lld from there wait for what they refer to",
			      (long long)w.refused, (long long)parked);
	return FOUND_WARN;
}

int look_conflicts(struct call *c, struct finding *f, struct err *err)
{
	int64_t n;

	if (conflict_count(c->db, c->tenant, clock_wall() - DAY_US, &n, err) < 0)
		return -1;
	f->text = n > 0 ? pool_printf(c->pool, "%lld in 24 h; what lost is kept", (long long)n) : "none in 24 h";
	f->next = "fexlctl conflicts";
	return n < CONFLICTS_MANY ? FOUND_OK : FOUND_WARN;
}

/* --- a hub: its tills --- */

int look_devices(struct call *c, struct finding *f, struct err *err)
{
	static const char sql[] =
		"SELECT CAST(count(*) AS bigint), CAST(COALESCE(sum(CASE WHEN status = 'pending' THEN 1 ELSE 0 END), 0) AS bigint), "
		"CAST(COALESCE(sum(CASE WHEN status = 'approved' AND COALESCE(last_seen, 0) < $2 THEN 1 ELSE 0 END), 0) AS bigint), "
		"CAST(COALESCE(sum(CASE WHEN alarm IS NOT NULL THEN 1 ELSE 0 END), 0) AS bigint) "
		"FROM devices WHERE tenant = $1 AND status <> 'revoked'";
	struct val v[4];
	int n = db_one(c->db, c->pool, sql, ARGS(v_uuid(c->tenant), v_int(clock_wall() - SILENT_US)), v, 4, err);

	if (n <= 0)
		return n < 0 ? -1 : FOUND_SKIP;
	f->text = pool_printf(c->pool, "tills: %lld; waiting for approval: %lld, silent for a week: %lld, with an alarm: %lld",
			      (long long)v[0].i, (long long)v[1].i, (long long)v[2].i, (long long)v[3].i);
	f->next = "fexlctl devices";
	return v[1].i + v[2].i + v[3].i == 0 ? FOUND_OK : FOUND_WARN;
}
