/* A cart put aside: its lines are a sale's that nobody has made yet.  Whoever picks
 * it up deletes it, and only one can. */
#include "base/base.h"
#include "model/kinds.h"

static int check_line(struct write *w, struct json line, struct err *err)
{
	struct row r = { .table = schema_table("invoice_lines") };

	if (part_from_rest(w->t->pool, r.table, line, r.v, err) < 0)
		return -1;
	return record_check_refs(w->t->db, w->tenant, &r, UINT32_MAX, err);
}

static int check_lines(struct write *w, const char *text, struct err *err)
{
	struct json list;

	if (json_parse(w->t->pool, text, strlen(text), &list, err) < 0)
		return -1;
	if (json_type(list) != JSON_ARRAY)
		return err_field(err, "/lines", "type", "lines must be a list");
	if (json_len(list) == 0)
		return err_field(err, "/lines", "required", "lines: at least 1 is needed");
	if (json_len(list) > LINES_MAX)
		return err_field(err, "/lines", "too_long", "lines: at most %d", LINES_MAX);
	for (size_t i = 0; i < json_len(list); i++)
		if (check_line(w, json_at(list, i), err) < 0)
			return err_under(err, "/lines/%zu", i);
	return 0;
}

int cart_check(struct write *w, const struct row *before, struct row *after, struct err *err)
{
	if (after->deleted_at)
		return 0;
	if (!before) {
		row_set(after, "held_by", v_uuid_or_null(w->who->user));
		row_set(after, "device", v_uuid(w->site->device));
	}
	return check_lines(w, row_text(after, "lines"), err);
}
