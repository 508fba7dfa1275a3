/* Any text as what a reader asks: the first byte says which list, a newline parts
 * the cursor from the words.  A refusal is told; an answer is JSON, and its
 * own cursor leads on.  The same text as the cursor of a pull and a first load. */
#include "base/base.h"
#include "shop.h"

#include "sync/sync.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BYTES_MAX 65536

static const char *const lists[] = { "products", "customers", "suppliers", "users", "settings" };
static const char *const goods[] = { "Basmati rice 5kg", "Brown rice", "Cr\xc3\xa8me caramel", "rice", "Rice-rice ric" };

static struct shop *open_shop(void)
{
	struct shop *s = shop_open(true);
	struct row r;

	shop_begin(s);
	for (size_t i = 0; i < ARRAY_LEN(goods); i++) {
		struct buf b = { 0 };
		struct json body;

		buf_printf(&b, "{\"name\":\"%s\",\"price\":1}", goods[i]);
		insist(json_parse(s->pool, b.data, b.len, &body, &s->err) == 0);
		insist(record_create(&s->w, schema_table("products"), body, &r, &s->err) == 0);
		buf_release(&b);
	}
	insist(counters_store(&s->counters, s->db, &s->err) == 0 && db_commit(s->db, &s->err) == COMMIT_DONE);
	pool_free(&s->pool);
	return s;
}

static const char *next_of(struct shop *s, struct buf *out)
{
	const char *next = NULL;
	struct json answer;

	insist(json_parse(s->pool, out->data, out->len, &answer, &s->err) == 0);
	insist(json_get_str(answer, "next", 4096, &next, NULL) >= 0);
	buf_clear(out);
	return next;
}

static void try_list(struct shop *s, const struct table *table, const char *after, const char *q)
{
	struct page page = { .limit = 2, .after = after[0] ? after : NULL, .q = q };
	struct buf out = { 0 };

	if (insist_told(record_list(s->db, s->tenant, table, &page, &out, &s->err), &s->err) == 0) {
		page.after = next_of(s, &out);
		if (page.after)
			insist(record_list(s->db, s->tenant, table, &page, &out, &s->err) == 0);
	}
	buf_release(&out);
}

/* What is taken for a cursor is written the same way: there is one text for each. */
static void try_cursor(struct shop *s, const char *text)
{
	struct buf again = { 0 };
	struct cursor c;

	if (insist_told(cursor_parse(text, &c, &s->err), &s->err) == 0) {
		cursor_print(c, &again);
		insist(strlen(text) == again.len && strncasecmp(text, again.data, again.len) == 0);
	}
	buf_release(&again);
}

static void try_sync(struct shop *s, const char *cursor)
{
	const struct uuid nobody = { { 0 } };
	struct buf out = { 0 };
	int n;

	if (insist_told(pull_page(s->db, s->tenant, nobody, cursor, 2, BYTES_MAX, &n, &out, &s->err), &s->err) == 0)
		next_of(s, &out);
	buf_clear(&out);
	if (insist_told(snapshot_page(s->db, s->tenant, cursor, 2, BYTES_MAX, &n, &out, &s->err), &s->err) == 0)
		next_of(s, &out);
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct shop *s;
	char *after, *q;

	if (size < 1)
		return 0;
	if (!s)
		s = open_shop();
	s->pool = pool_new();
	after = pool_strndup(s->pool, (const char *)data + 1, size - 1);
	q = strchr(after, '\n');
	if (q)
		*q++ = '\0';
	try_list(s, schema_table(lists[data[0] % ARRAY_LEN(lists)]), after, q);
	try_cursor(s, after);
	try_sync(s, after);
	pool_free(&s->pool);
	return 0;
}
