/* Any JSON as a push of an approved till.  Besides not crashing: each row has one
 * verdict, what is stored is sound and is this shop's, and the same batch
 * once more stores no row that it has stored. */
#include "base/base.h"
#include "shop.h"

#include "base/clock.h"
#include "sync/sync.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char all_rows[] = "SELECT (SELECT count(*) FROM products WHERE tenant <> $1) + (SELECT count(*) FROM invoices "
	"WHERE tenant <> $1) + (SELECT count(*) FROM customers WHERE tenant <> $1) + (SELECT count(*) FROM users WHERE tenant <> $1) "
	"+ (SELECT count(*) FROM settings WHERE tenant <> $1) + (SELECT count(*) FROM journal_lines WHERE tenant <> $1) "
	"+ (SELECT sum(seq) FROM tenants WHERE uuid <> $1)";

/* The verdicts, or -1 where the batch as a whole was refused. */
static int push(struct shop *s, struct json body, struct json *results)
{
	struct ingest in = { .site = &s->site, .tenant = s->tenant, .device = &s->till, .ahead_max_us = 60 * SECOND_US,
			     .slice_ms = 1000, .pool = s->pool };
	struct buf text = { 0 };
	int rc;

	if (insist_told(ingest_begin(&in, body, &s->err), &s->err) < 0)
		return -1;
	while ((rc = ingest_slice(&in, &s->t, &s->err)) == JOB_MORE)
		s->t.resume = s->t.progress;
	insist(insist_told(rc, &s->err) == 0);
	buf_printf(&text, "[%s]", in.results.len ? in.results.data : "");
	insist(json_parse(s->pool, text.data, text.len, results, &s->err) == 0);
	insist(json_len(*results) == json_len(in.rows));
	buf_release(&text);
	buf_release(&in.results);
	return 0;
}

static int64_t status_of(struct json results, size_t i)
{
	int64_t status = 0;

	insist(json_get_int(json_at(results, i), "status", 200, 499, &status, NULL) == 1);
	return status;
}

static void insist_once(struct json first, struct json second)
{
	for (size_t i = 0; i < json_len(first); i++)
		insist(status_of(first, i) != 201 || status_of(second, i) != 201);
}

static void try_batch(struct shop *s, struct json body)
{
	int64_t others = shop_int(s, all_rows, s->tenant);
	struct json first, second;

	if (push(s, body, &first) < 0)
		return;
	s->t.resume = s->t.progress = 0;
	insist(push(s, body, &second) == 0);
	insist_once(first, second);
	shop_insist_sound(s);
	insist(shop_int(s, all_rows, s->tenant) == others);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct shop *s;
	struct json body;

	if (!s)
		s = shop_open(true);
	shop_begin(s);
	if (json_parse(s->pool, (const char *)data, size, &body, &s->err) == 0)
		try_batch(s, body);
	shop_undo(s);
	return 0;
}
