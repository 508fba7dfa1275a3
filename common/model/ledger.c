/* Journal entries: the only way into the books.  An entry that does not
 * balance to the minor unit cannot be made here and is refused from elsewhere. */
#include "base/base.h"
#include "model/model.h"

#include "base/log.h"

#define LINES_AT_ONCE 12	/* accounts one document may touch */

/* Where money is that came, or goes, in this way. */
static const struct {
	const char *method, *account;
} ways[] = {
	{ "cash", "1010" },	    { "card", "1020" },	   { "bank", "1020" },
	{ "mobile", "1030" },	    { "store_credit", "2100" }, { "account", "1100" },
};

const char *ledger_account(const char *method)
{
	for (size_t i = 0; i < ARRAY_LEN(ways); i++)
		if (strcmp(ways[i].method, method) == 0)
			return ways[i].account;
	panic("no account is for payments by %s", method);
}

void entry_begin(struct entry *e, struct pool *pool, struct doc *doc)
{
	struct part_rows *head = doc_part(doc, "entry");

	*e = (struct entry){ .pool = pool, .doc = doc, .lines = doc_part(doc, "entry_lines"), .room = LINES_AT_ONCE };
	part_make(pool, head, 1);
	part_set(head, 0, "uuid", v_uuid(uuid_derived(doc->head.uuid, "entry", 0)));
	part_set(head, 0, "source", v_text(doc->head.table->entity));
	part_set(head, 0, "at", row_get(&doc->head, "at"));
	part_make(pool, e->lines, LINES_AT_ONCE);
	e->lines->n = 0;
}

/* One line an account: debits and credits of the same account are netted. */
static int line_of(struct entry *e, struct uuid account)
{
	for (int i = 0; i < e->lines->n; i++)
		if (uuid_eq(part_uuid(e->lines, i, "account"), account))
			return i;
	if (e->lines->n == e->room)
		panic("a journal entry with more than %d accounts", e->room);
	part_set(e->lines, e->lines->n, "account", v_uuid(account));
	return e->lines->n++;
}

void entry_add(struct entry *e, struct uuid account, int64_t amount)
{
	int i;

	if (amount == 0)
		return;
	i = line_of(e, account);
	amount += part_int(e->lines, i, "debit") - part_int(e->lines, i, "credit");
	part_set(e->lines, i, "debit", v_int(MAX(amount, 0)));
	part_set(e->lines, i, "credit", v_int(MAX(-amount, 0)));
}

void entry_debit(struct entry *e, const char *account, int64_t amount)
{
	entry_add(e, seed_uuid("account", account), amount);
}

void entry_credit(struct entry *e, const char *account, int64_t amount)
{
	entry_debit(e, account, -amount);
}

static int64_t imbalance(const struct part_rows *lines)
{
	int64_t sum = 0;

	for (int i = 0; i < lines->n; i++)
		sum += part_int(lines, i, "debit") - part_int(lines, i, "credit");
	return sum;
}

void entry_end(struct entry *e)
{
	if (imbalance(e->lines) != 0)
		panic("journal entry of %s %s is off by %lld", e->doc->head.table->entity,
		      uuid_text(e->doc->head.uuid).s, (long long)imbalance(e->lines));
	if (e->lines->n == 0)
		doc_part(e->doc, "entry")->n = 0;	/* nothing of value moved */
}

int ledger_check(const struct doc *d, struct err *err)
{
	const struct part_rows *lines = doc_part_if((struct doc *)d, "entry_lines");

	if (!lines || imbalance(lines) == 0)
		return 0;
	return err_field(err, "/row/entry_lines", "unbalanced", "the journal entry of %s %s is off by %lld",
			 d->head.table->entity, uuid_text(d->head.uuid).s, (long long)imbalance(lines));
}
