/* What happened in a shop, on its way to those who listen.
 *
 * The lanes leave each change here after its commit; the loop empties the box
 * every turn.  A bulk of changes (a first load, a push after a day without the
 * cloud) is told as one event a table.  The names follow from the schema: a new
 * table's events need no line here. */
#include "base/base.h"
#include "apid/apid.h"

#include "base/clock.h"
#include "base/json.h"
#include "wire/wire.h"

#include <pthread.h>
#include <stdlib.h>

#define ITEMS_MAX 4096		/* in one turn of the loop; beyond it nobody wants to know each */
#define BULK_MIN 16		/* changes in one commit */
#define PACKET_ENOUGH (WIRE_PACKET_MAX / 2)

struct item {
	struct uuid tenant, uuid;
	const char *entity, *what;	/* the schema's words, and literals */
	int64_t at;
	int count;
	struct uuid from;		/* the till that pushed it: it need not pull */
};

struct events {
	struct apid *apid;
	pthread_mutex_t lock;		/* for what follows */
	struct item *items;
	int n, room;
	bool lost;			/* the box was full */
};

static const char *const words[] = {
	[CHANGE_CREATED] = "created",
	[CHANGE_UPDATED] = "updated",
	[CHANGE_DELETED] = "deleted",
};

/* --- in --- */

/* With the lock held. */
static void put(struct events *e, const struct item *item)
{
	if (e->n == ITEMS_MAX) {
		e->lost = true;
		return;
	}
	if (e->n == e->room) {
		e->room = MAX(2 * e->room, 64);
		e->items = x_realloc(e->items, sizeof *e->items * (size_t)e->room);
	}
	e->items[e->n++] = *item;
}

static void put_each(struct events *e, const struct change *c, int n, int64_t at)
{
	for (int i = 0; i < n; i++) {
		struct item item = { c[i].tenant, c[i].uuid, c[i].table->entity, words[c[i].kind], at, 1, c[i].from };

		put(e, &item);
	}
}

/* One of each run of the same: what comes in bulk comes sorted. */
static void put_bulk(struct events *e, const struct change *c, int n, int64_t at)
{
	for (int i = 0, next; i < n; i = next) {
		struct item item = { c[i].tenant, c[i].uuid, c[i].table->entity, words[c[i].kind], at, 0, c[i].from };

		for (next = i; next < n && c[next].table == c[i].table && c[next].kind == c[i].kind &&
			       uuid_eq(c[next].tenant, c[i].tenant); next++)
			item.count++;
		put(e, &item);
	}
}

void events_committed(struct events *e, const struct change *c, int n)
{
	int64_t at = clock_wall();

	pthread_mutex_lock(&e->lock);
	(n < BULK_MIN ? put_each : put_bulk)(e, c, n, at);
	pthread_mutex_unlock(&e->lock);
}

void events_put(struct events *e, struct uuid tenant, const char *entity, const char *what, struct uuid uuid)
{
	struct item item = { tenant, uuid, entity, what, clock_wall(), 1, { { 0 } } };

	pthread_mutex_lock(&e->lock);
	put(e, &item);
	pthread_mutex_unlock(&e->lock);
}

/* --- who may hear them --- */

/* A till has one shop, whatever it is called: pairing gives it another name. */
struct uuid events_shop(const struct apid *a, struct uuid tenant)
{
	return a->hub ? tenant : (struct uuid){ { 0 } };
}

/* What takes somebody's right to listen. */
static const struct consequence {
	const char *entity;
	bool secret;		/* not told to clients */
} consequences[] = {
	{ "user", false },
	{ "device", false },
	{ EVENT_SESSION, true },
};

static const struct consequence *consequence_of(const char *entity)
{
	for (size_t i = 0; i < ARRAY_LEN(consequences); i++)
		if (strcmp(consequences[i].entity, entity) == 0)
			return &consequences[i];
	return NULL;
}

static void recheck(struct events *e, struct wire_peer *to, struct uuid tenant)
{
	struct wire_msg m = { .type = WIRE_RECHECK };

	m.v[RECHECK_TENANT] = (struct wire_value){ .set = true, .u = events_shop(e->apid, tenant) };
	cache_clear(e->apid->cache);
	if (to)
		wire_send(to, &m);
}

/* --- out --- */

static void send_list(struct events *e, struct wire_peer *to, struct uuid tenant, struct buf *list)
{
	struct wire_msg m = { .type = WIRE_EVENTS };

	if (list->len == 0)
		return;
	jw_close(list, ']');
	m.v[EVENTS_TENANT] = (struct wire_value){ .set = true, .u = events_shop(e->apid, tenant) };
	m.v[EVENTS_LIST] = (struct wire_value){ .set = true, .s = list->data };
	wire_send(to, &m);
	buf_clear(list);
}

static void add(struct buf *list, const struct item *item)
{
	char name[64];

	snprintf(name, sizeof name, "%s:%s", item->entity, item->what);
	if (list->len == 0)
		jw_open(list, '[');
	jw_open(list, '{');
	jw_put_str(list, "event", name);
	if (item->count == 1)
		jw_put_uuid(list, "uuid", item->uuid);
	else
		jw_put_int(list, "count", item->count);
	if (!uuid_is_zero(item->from))
		jw_put_uuid(list, "device", item->from);
	jw_put_int(list, "at", item->at);
	jw_close(list, '}');
}

static void send_items(struct events *e, struct wire_peer *to, const struct item *items, int n)
{
	struct buf list = { 0 };

	for (int i = 0; i < n; i++) {
		const struct consequence *c = consequence_of(items[i].entity);

		if (c)
			recheck(e, to, items[i].tenant);
		if (!to || (c && c->secret))
			continue;
		if (i > 0 && (list.len > PACKET_ENOUGH || !uuid_eq(items[i].tenant, items[i - 1].tenant)))
			send_list(e, to, items[i - 1].tenant, &list);
		add(&list, &items[i]);
	}
	if (n > 0)
		send_list(e, to, items[n - 1].tenant, &list);
	buf_release(&list);
}

void events_send(struct events *e)
{
	struct wire_peer *to = notify_realtimed(e->apid->notify);
	struct wire_msg lost_msg = { .type = WIRE_LOST };
	struct item *items;
	bool lost;
	int n;

	pthread_mutex_lock(&e->lock);
	items = e->items;
	n = e->n;
	lost = e->lost;
	e->items = NULL;
	e->n = e->room = 0;
	e->lost = false;
	pthread_mutex_unlock(&e->lock);

	send_items(e, to, items, n);
	if (lost && to)
		wire_send(to, &lost_msg);
	free(items);
}

/* --- life --- */

struct events *events_new(struct apid *a)
{
	struct events *e = x_alloc(sizeof *e);

	e->apid = a;
	pthread_mutex_init(&e->lock, NULL);
	return e;
}

void events_free(struct events **ep)
{
	struct events *e = *ep;

	if (!e)
		return;
	*ep = NULL;
	pthread_mutex_destroy(&e->lock);
	free(e->items);
	free(e);
}
