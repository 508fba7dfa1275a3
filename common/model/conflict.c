/* The journal of losers (P9): both versions as they were, so that a person can
 * see what happened and put the other one back. */
#include "base/base.h"
#include "model/model.h"

/* The same loser met again (a push repeated, a job run twice) is one entry. */
static struct uuid entry_of(const struct row *loser)
{
	struct {
		int64_t at;
		struct uuid origin;
	} version = { loser->updated_at, loser->origin };

	return uuid_v5(loser->uuid, &version, sizeof version);
}

int conflict_keep(struct txn *t, struct uuid tenant, const struct doc *winner, const struct doc *loser,
		  const char *rule, struct err *err)
{
	static const char sql[] = "INSERT INTO conflicts (uuid, tenant, tbl, row, at, rule, winner, loser, "
				  "winner_origin, loser_origin) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
				  "ON CONFLICT (tenant, uuid) DO NOTHING";
	struct buf won = { 0 }, lost = { 0 };
	int rc;

	doc_to_sync(winner, &won);
	doc_to_sync(loser, &lost);
	rc = txn_send(t, sql,
		      ARGS(v_uuid(entry_of(&loser->head)), v_uuid(tenant), v_text(winner->head.table->name),
			   v_uuid(winner->head.uuid), v_int(t->stamp), v_text(rule),
			   v_text_n(won.data, won.len), v_text_n(lost.data, lost.len),
			   v_uuid(winner->head.origin), v_uuid(loser->head.origin)), err);
	buf_release(&won);
	buf_release(&lost);
	return rc;
}
