/* A cashier at a drawer: the shift, what is put in and taken out by hand, and the
 * close.  What should be in the drawer is a sum (drawer.c): a sale that arrives
 * after the close counts all the same, and shows as a difference. */
#include "base/base.h"
#include "model/kinds.h"

#include "base/log.h"
#include "base/money.h"

#include <stdlib.h>

/* --- opening --- */

int shift_take(struct write *w, struct json body, struct doc *d, struct err *err)
{
	static const char *const members[] = { "uuid", "number", "at", "opening", "note", NULL };

	return json_only(body, members, err) < 0 ? -1 : document_take_head(w, body, d, err);
}

/* One person has one shift at a till.  Where nobody is signed in, that is one person. */
int shift_permit(struct write *w, const struct doc *d UNUSED, struct err *err)
{
	static const char sql[] =
		"SELECT s.uuid, s.number FROM shifts s WHERE s.tenant = $1 AND s.device = $2 AND COALESCE(s.entered_by, $4) = $3 "
		"AND NOT EXISTS (SELECT 1 FROM shift_closes c WHERE c.tenant = s.tenant AND c.shift = s.uuid) LIMIT 1";
	struct uuid nobody = { { 0 } };
	struct val v[2];
	int n = db_one(w->t->db, w->t->pool, sql,
		       ARGS(v_uuid(w->tenant), v_uuid(document_device(w)), v_uuid(w->who->user), v_uuid(nobody)), v, 2, err);

	if (n <= 0)
		return n;
	return err_set(err, ERR_CONFLICT, "shift_open", "shift %s (%s) is still open here: close it first",
		       v[1].type == VAL_TEXT ? v[1].s : "", uuid_text(v[0].u).s);
}

/* --- what a closed shift takes no more --- */

/* Another close of the same shift that is stored.  1, 0, -1. */
static int is_closed(struct write *w, const struct doc *d, struct err *err)
{
	static const char sql[] = "SELECT CAST(count(*) AS bigint) FROM shift_closes WHERE tenant = $1 AND shift = $2 AND uuid <> $3";
	int64_t n;

	if (db_int(w->t->db, sql, ARGS(v_uuid(w->tenant), row_get(&d->head, "shift"), v_uuid(d->head.uuid)), &n, err) < 0)
		return -1;
	return n > 0;
}

int shift_part_permit(struct write *w, const struct doc *d, struct err *err)
{
	int n = is_closed(w, d, err);

	if (n <= 0)
		return n;
	return err_set(err, ERR_CONFLICT, "shift_closed", "shift %s is closed: open another one",
		       uuid_text(row_uuid(&d->head, "shift")).s);
}

/* --- money put in and taken out --- */

static const struct movement {
	const char *kind, *account;
	int sign;			/* of what it does to the drawer */
} movements[] = {
	{ "cash_in", "3010", 1 },
	{ "cash_out", "3010", -1 },
	{ "expense", "6010", -1 },
};

static const struct movement *movement_of(const struct doc *d)
{
	const char *kind = row_get(&d->head, "kind").s;

	for (size_t i = 0; i < ARRAY_LEN(movements); i++)
		if (strcmp(movements[i].kind, kind) == 0)
			return &movements[i];
	panic("%s is no movement of cash", kind);
}

/* Sums over documents: what is in there without one would belong to nobody, or be no goods. */
static const char *const kept[] = { "1010", "1100", "1200", "2010", "2100" };

int shift_movement_take(struct write *w, struct json body, struct doc *d, struct err *err)
{
	static const char *const members[] = { "uuid", "number", "at", "shift", "kind", "amount", "account", "reason", NULL };

	if (json_only(body, members, err) < 0 || document_take_head(w, body, d, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		if (uuid_eq(row_uuid(&d->head, "account"), seed_uuid("account", kept[i])))
			return err_field(err, "/account", "kept_account",
					 "account: %s changes by sales, purchases and payments only", kept[i]);
	return 0;
}

int shift_movement_derive(struct write *w, struct doc *d, struct err *err UNUSED)
{
	const struct movement *m = movement_of(d);
	int64_t amount = m->sign * row_int(&d->head, "amount");
	struct uuid account = row_uuid(&d->head, "account");
	struct entry e;

	entry_begin(&e, w->t->pool, d);
	entry_debit(&e, "1010", amount);
	entry_add(&e, uuid_is_zero(account) ? seed_uuid("account", m->account) : account, -amount);
	entry_end(&e);
	return 0;
}

/* --- closing --- */

int shift_close_take(struct write *w, struct json body, struct doc *d, struct err *err)
{
	static const char *const members[] = { "uuid", "number", "at", "shift", "counted", "note", NULL };

	return json_only(body, members, err) < 0 ? -1 : document_take_head(w, body, d, err);
}

/* What it says is what these books knew then; closed on two servers at once, the
 * second close books nothing: the difference is booked already. */
int shift_close_derive(struct write *w, struct doc *d, struct err *err)
{
	int64_t counted = row_int(&d->head, "counted"), expected, difference;
	int closed = is_closed(w, d, err);
	struct drawer drawer;
	struct entry e;

	if (closed < 0 || drawer_load(w->t->db, w->tenant, row_uuid(&d->head, "shift"), &drawer, err) < 0)
		return -1;
	expected = drawer_expected(&drawer);
	difference = counted - expected;
	if (MAX(llabs(expected), llabs(difference)) > MONEY_MAX)
		return err_field(err, "/counted", "range", "the drawer's sums are beyond %lld", (long long)MONEY_MAX);
	row_set(&d->head, "expected", v_int(expected));
	row_set(&d->head, "difference", v_int(difference));
	entry_begin(&e, w->t->pool, d);
	if (!closed) {
		entry_debit(&e, "1010", difference);
		entry_credit(&e, "7010", difference);
	}
	entry_end(&e);
	return 0;
}
