/* Any JSON as what the cloud answers a till: a page of a pull, of a first load
 * (it has as_of), or the verdicts on a push (they have sent).  Besides not
 * crashing: a refusal is told, and what is stored is sound. */
#include "base/base.h"
#include "shop.h"

#include "sync/sync.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool has(struct json body, const char *member)
{
	return json_type(json_member(body, member)) != JSON_MISSING;
}

static int apply(struct shop *s, struct json page)
{
	struct apply a = { .site = &s->site, .tenant = s->tenant, .slice_ms = 1000, .pool = s->pool };
	int rc;

	if (apply_begin(&a, page, has(page, "as_of"), &s->err) < 0)
		return -1;
	while ((rc = apply_slice(&a, &s->t, &s->err)) == JOB_MORE)
		s->t.resume = s->t.progress;
	return rc;
}

static int confirm(struct shop *s, struct json body)
{
	struct confirm c = { .site = &s->site, .tenant = s->tenant, .slice_ms = 1000, .pool = s->pool };
	int rc;

	if (confirm_begin(&c, body, &s->err) < 0)
		return -1;
	while ((rc = confirm_slice(&c, &s->t, &s->err)) == JOB_MORE)
		s->t.resume = s->t.progress;
	return rc;
}

static void try_answer(struct shop *s, struct json body)
{
	if (insist_told((has(body, "sent") ? confirm : apply)(s, body), &s->err) == 0)
		shop_insist_sound(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct shop *s;
	struct json body;

	if (!s)
		s = shop_open(false);
	shop_begin(s);
	if (json_parse(s->pool, (const char *)data, size, &body, &s->err) == 0)
		try_answer(s, body);
	shop_undo(s);
	return 0;
}
