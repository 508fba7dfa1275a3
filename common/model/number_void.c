/* A number that was given and never used is voided, so that a series has no
 * gaps nobody can explain.  That is a document of its own, made by the server
 * that gave the number, and only when it cannot be that the sale is elsewhere: a
 * whole sync that began a minute after the reservation did not bring it.  A sale
 * that arrives later all the same stands, and the void means nothing. */
#include "base/base.h"
#include "model/kinds.h"

#define VOIDS_AT_ONCE 100

struct uuid number_void_uuid(struct uuid document)
{
	return uuid_derived(document, "void", 0);
}

static int void_one(struct write *w, struct uuid document, const char *kind, const char *number, struct err *err)
{
	struct doc d;
	int n;

	doc_init(&d, schema_table("number_voids"));
	d.head.uuid = number_void_uuid(document);
	if ((n = row_exists(w->t->db, w->tenant, d.head.table, d.head.uuid, err)) != 0)
		return MIN(n, 0);
	row_set(&d.head, "number", v_text(number));
	row_set(&d.head, "at", v_int(w->t->stamp));
	row_set(&d.head, "kind", v_text(kind));
	row_set(&d.head, "document", v_uuid(document));
	return document_write(w, &d, err);
}

/* 1 it is here after all, 0, -1. */
static int is_used(struct write *w, struct uuid document, const char *kind, struct err *err)
{
	const struct table *t = document_table(kind);

	return t ? row_is_there(w->t->db, w->tenant, t, document, err) : 1;
}

int number_void_unused(struct write *w, int64_t reserved_before, int *voided, struct err *err)
{
	static const char sql[] = "SELECT uuid, kind, number FROM numbers WHERE tenant = $1 AND reserved_at < $2 "
				  "ORDER BY reserved_at LIMIT $3";
	struct rows rs;
	int n;

	*voided = 0;
	if (db_rows(w->t->db, sql, ARGS(v_uuid(w->tenant), v_int(reserved_before), v_int(VOIDS_AT_ONCE)), &rs, err) < 0)
		return -1;
	while ((n = rows_next(&rs, err)) > 0) {
		struct uuid document = rows_uuid(&rs, 0);
		const char *kind = rows_text(&rs, 1, w->t->pool);
		int used = is_used(w, document, kind, err);

		if (used < 0 || (!used && void_one(w, document, kind, rows_text(&rs, 2, w->t->pool), err) < 0) ||
		    number_settled(w, document, err) < 0) {
			n = -1;
			break;
		}
		*voided += !used;
	}
	rows_end(&rs);
	return n;
}
