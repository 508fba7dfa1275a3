/* What the link between a till and the cloud does, and when it does not. */
#include "base/base.h"
#include "shop.h"

/* One flight at a time: what is on its way must come home first. */
static bool is_linked(struct shop *s, int i)
{
	if (!s->paired[i] || !s->in_flight[i])
		return s->paired[i];
	net_confirm(s->net, i, &s->flight[i]);
	s->in_flight[i] = false;
	return true;
}

static void pairs(struct shop *s, int i)
{
	if (!s->paired[i])
		net_pair(s->net, i);
	s->paired[i] = true;
}

static void pushes(struct shop *s, int i)
{
	if (is_linked(s, i))
		net_push(s->net, i);
}

static void pulls(struct shop *s, int i)
{
	if (is_linked(s, i))
		net_pull(s->net, i);
}

static void pulls_a_little(struct shop *s, int i)
{
	bool more;

	if (is_linked(s, i))
		net_pull_page(s->net, i, &more);
}

static void hears_nothing(struct shop *s, int i)
{
	if (!is_linked(s, i))
		return;
	net_pack(s->net, i, &s->flight[i]);
	net_ingest(s->net, i, &s->flight[i]);
}

static void hears_later(struct shop *s, int i)
{
	hears_nothing(s, i);
	s->in_flight[i] = s->paired[i];
}

/* Named anew while the name before is on its way. */
static void is_edited_on_its_way(struct shop *s, int i)
{
	struct fixture *till = s->net->till[i];
	struct uuid product = any_product(s, till);

	if (uuid_is_zero(product) || !is_linked(s, i))
		return;
	names_anew(s, till, "products", product);
	net_pack(s->net, i, &s->flight[i]);
	net_ingest(s->net, i, &s->flight[i]);
	names_anew(s, till, "products", product);
	net_confirm(s->net, i, &s->flight[i]);
}

static void repeats_itself(struct shop *s, int i)
{
	if (!is_linked(s, i))
		return;
	hears_nothing(s, i);
	net_ingest(s->net, i, &s->flight[i]);
	net_confirm(s->net, i, &s->flight[i]);
}

/* Whatever is on its way, and wherever it is: what both sides hold is the same, and a repair finds nothing. */
static void compares(struct shop *s, int i)
{
	struct repaired r;

	if (!is_linked(s, i))
		return;
	r = net_repair(s->net, i);
	if (r.fetched || r.sent || r.gone || r.conflicts)
		fail_msg("P6: till %d: %d rows were fetched, %d sent, %d gone, %d kept though nothing was lost", i + 1, r.fetched, r.sent, r.gone,
			 r.conflicts);
}

const struct act link_acts[] = {
	{ "pairs", 4, NULL, pairs },
	{ "pushes", 6, NULL, pushes },
	{ "pulls", 6, NULL, pulls },
	{ "pulls a little", 4, NULL, pulls_a_little },
	{ "hears nothing of its push", 2, NULL, hears_nothing },
	{ "hears of its push later", 3, NULL, hears_later },
	{ "is edited on its way", 2, NULL, is_edited_on_its_way },
	{ "pushes the same twice", 2, NULL, repeats_itself },
	{ "compares", 1, NULL, compares },
	{ NULL, 0, NULL, NULL }
};
