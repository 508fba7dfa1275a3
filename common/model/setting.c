/* Settings: one row a key, so that two people who change two of them do not
 * meet.  The row's uuid follows from the key: two tills make the same row. */
#include "base/base.h"
#include "model/lists.h"

#include "base/money.h"

#include <stdlib.h>

static const struct uuid setting_space = { { 0x94, 0x0b, 0x7d, 0xe1, 0x3a, 0x62, 0x5c, 0x4f, 0x8e, 0x57,
					     0x21, 0xb8, 0xd6, 0x03, 0xc9, 0x7a } };

struct uuid setting_uuid(const char *scope, struct uuid owner, const char *key)
{
	struct buf name = { 0 };
	struct uuid uuid;

	buf_printf(&name, "%s:%s:%s", scope, uuid_text(owner).s, key);
	uuid = uuid_v5_of(setting_space, name.data);
	buf_release(&name);
	return uuid;
}

/* --- what servers read must be what they understand --- */

/* A tenant's key that is not here belongs to a console: any JSON will do. */
static const struct known {
	const char *key;
	int64_t min, max;			/* a whole number … */
	const char *const *words;		/* … or one of these */
} known[] = {
	{ "prices_include_tax", 0, 1 },		/* true and false as well */
	{ "currency_exponent", 0, 4 },
	{ "utc_offset_min", -14 * 60, 14 * 60 },	/* of the shop's days and hours, in reports */
	{ "low_stock", 0, QTY_MAX },			/* of products that have no threshold of their own */
	{ "conflict_policy", .words = (const char *const[]){ "row", "column", NULL } },
};

static const struct known *known_key(const char *scope, const char *key)
{
	if (strcmp(scope, "tenant") != 0)
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strcmp(known[i].key, key) == 0)
			return &known[i];
	return NULL;
}

static int check_word(const struct known *k, struct json value, struct err *err)
{
	struct buf list = { 0 };
	const char *word;

	if (json_to_str(value, "/value", 100, &word, err) < 0)
		return -1;
	for (int i = 0; k->words[i]; i++) {
		if (strcmp(k->words[i], word) == 0) {
			buf_release(&list);
			return 0;
		}
		buf_printf(&list, "%s%s", i ? ", " : "", k->words[i]);
	}
	err_field(err, "/value", "not_a_choice", "%s must be one of: %s", k->key, list.data);
	buf_release(&list);
	return -1;
}

static int check_value(const char *scope, const char *key, struct json value, struct err *err)
{
	const struct known *k = known_key(scope, key);
	int64_t i;

	if (json_type(value) == JSON_MISSING)
		return err_field(err, "/value", "required", "value is missing");
	if (!k || (json_type(value) == JSON_BOOL && k->max == 1))
		return 0;
	if (json_type(value) == JSON_NULL)
		return err_field(err, "/value", "required", "%s must not be null", key);
	return k->words ? check_word(k, value, err) : json_to_int(value, "/value", k->min, k->max, &i, err);
}

/* --- writing --- */

/* A device's keys are this device's, a tenant's are nobody's in particular. */
static int check_owner(const struct write *w, const char *scope, struct uuid *owner, struct err *err)
{
	if (strcmp(scope, "device") == 0)
		*owner = w->site->device;
	else if (strcmp(scope, "tenant") == 0 && !uuid_is_zero(*owner))
		return err_field(err, "/owner", "owner", "owner: a setting of the whole shop has none");
	else if (strcmp(scope, "user") == 0 && uuid_is_zero(*owner))
		return err_field(err, "/owner", "required", "owner: whose setting is it?");
	return 0;
}

/* As if a person had sent the row, so that the description checks each part. */
static int as_body(struct pool *pool, const char *scope, struct uuid owner, const char *key, struct json value,
		   struct json *body, struct err *err)
{
	struct buf text = { 0 };
	int rc;

	jw_open(&text, '{');
	jw_put_str(&text, "scope", scope);
	if (!uuid_is_zero(owner))
		jw_put_uuid(&text, "owner", owner);
	jw_put_str(&text, "key", key);
	jw_name(&text, "value");
	json_print(value, &text);
	jw_close(&text, '}');
	rc = json_parse(pool, text.data, text.len, body, err);
	buf_release(&text);
	return rc;
}

static int take(struct write *w, const char *scope, struct uuid owner, const char *key, struct json value,
		struct row *r, struct err *err)
{
	struct json body;
	uint32_t sent;

	*r = (struct row){ .table = schema_table("settings") };
	if (check_owner(w, scope, &owner, err) < 0 || check_value(scope, key, value, err) < 0)
		return -1;
	if (as_body(w->t->pool, scope, owner, key, value, &body, err) < 0 ||
	    row_from_rest(w->t->pool, r->table, body, true, r, &sent, err) < 0)
		return -1;
	r->uuid = setting_uuid(scope, owner, key);
	return 0;
}

/* What concerns this device alone is nobody else's business: never dirty,
 * never numbered, so no other server ever gets it. */
static int keep_here(struct write *w, struct row *r, const struct row *before, struct err *err)
{
	r->updated_at = before ? MAX(w->t->stamp, before->updated_at + 1) : w->t->stamp;
	r->origin = w->site->uuid;
	return (before ? row_update : row_insert)(w->t, w->tenant, r, err);
}

int setting_put(struct write *w, const char *scope, struct uuid owner, const char *key, struct json value,
		struct row *r, struct err *err)
{
	struct row sent, before;
	const struct row *was = NULL;
	uint32_t changed = UINT32_MAX;
	int n;

	if (take(w, scope, owner, key, value, &sent, err) < 0)
		return -1;
	if ((n = row_load(w->t->db, w->t->pool, w->tenant, sent.table, sent.uuid, &before, err)) < 0)
		return -1;
	*r = sent;
	if (n > 0) {
		*r = *(was = &before);
		row_set(r, "value", row_get(&sent, "value"));
		r->deleted_at = 0;
		changed = 1u << table_column(r->table, "value");
		if (!before.deleted_at && val_eq(row_get(r, "value"), row_get(&before, "value")))
			return 0;
	}
	if (strcmp(scope, "device") == 0)
		return keep_here(w, r, was, err);
	return record_write(w, r, was, changed, err);
}

/* --- listing --- */

static bool is_shown(const struct row *r, const struct setting_view *view)
{
	const char *scope = row_text(r, "scope");
	struct uuid owner = row_uuid(r, "owner");

	if (r->deleted_at || (view->scope && strcmp(view->scope, scope) != 0))
		return false;
	if (strcmp(scope, "tenant") == 0)
		return true;
	return uuid_eq(owner, strcmp(scope, "user") == 0 ? view->user : view->device);
}

/* Reads on from *last; found counts what was shown.  Rows read, or -1. */
static int list_chunk(struct db *db, struct uuid tenant, const struct setting_view *view, int limit, struct uuid *last,
		      int *found, struct buf *out, struct err *err)
{
	const struct table *t = schema_table("settings");
	struct pool *pool = pool_new();
	struct rows rs;
	struct row r;
	int n, read = 0;

	if ((n = db_rows(db, table_sql(t)->page_uuid, ARGS(v_uuid(tenant), v_uuid(*last), v_int(LIST_CHUNK)), &rs, err)) == 0) {
		while (*found < limit && (n = rows_next(&rs, err)) > 0) {
			row_from_rows(t, &rs, pool, &r);
			*last = r.uuid;
			read++;
			if (!is_shown(&r, view))
				continue;
			jw_open(out, '{');
			row_json(&r, FORM_REST, out);
			jw_close(out, '}');
			++*found;
		}
		rows_end(&rs);
	}
	pool_free(&pool);
	return n < 0 ? -1 : read;
}

int setting_list(struct db *db, struct uuid tenant, const struct setting_view *view, const struct page *page, struct buf *out,
		 struct err *err)
{
	struct uuid last = { { 0 } };
	int found = 0, read = LIST_CHUNK;

	if (list_cursor_uuid(page, &last, err) < 0)
		return -1;
	list_open(out);
	while (read == LIST_CHUNK && found < page->limit)
		if ((read = list_chunk(db, tenant, view, page->limit, &last, &found, out, err)) < 0)
			return -1;
	list_close(out, found == page->limit ? uuid_text(last).s : NULL);
	return 0;
}

/* --- reading --- */

/* The text of a JSON value as a whole number; what is none leaves the default. */
static void read_int(struct val v, int64_t *out)
{
	char text[24], *end;
	int64_t i;

	if (v.type != VAL_TEXT || v.len == 0 || v.len >= sizeof text)
		return;
	memcpy(text, v.s, v.len);
	text[v.len] = '\0';
	i = strtoll(text, &end, 10);
	if (*end == '\0')
		*out = i;
	else if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
		*out = text[0] == 't';
}

int setting_is(struct db *db, struct uuid tenant, const char *key, const char *word, struct err *err)
{
	static const char sql[] = "SELECT CAST(count(*) AS bigint) FROM settings WHERE tenant = $1 AND uuid = $2 AND value = $3 "
				  "AND deleted_at IS NULL";
	struct uuid uuid = setting_uuid("tenant", (struct uuid){ { 0 } }, key);
	struct buf json = { 0 };
	int64_t n;
	int rc;

	jw_str(&json, word, strlen(word));
	rc = db_int(db, sql, ARGS(v_uuid(tenant), v_uuid(uuid), v_text_n(json.data, json.len)), &n, err);
	buf_release(&json);
	return rc < 0 ? -1 : n > 0;
}

int setting_int(struct db *db, struct uuid tenant, const char *key, int64_t def, int64_t *out, struct err *err)
{
	static const char sql[] = "SELECT value FROM settings WHERE tenant = $1 AND uuid = $2 AND deleted_at IS NULL";
	struct uuid uuid = setting_uuid("tenant", (struct uuid){ { 0 } }, key);
	struct rows rs;
	int n;

	*out = def;
	if (db_rows(db, sql, ARGS(v_uuid(tenant), v_uuid(uuid)), &rs, err) < 0)
		return -1;
	if ((n = rows_next(&rs, err)) > 0)
		read_int(rows_val(&rs, 0), out);
	rows_end(&rs);
	return MIN(n, 0);
}
