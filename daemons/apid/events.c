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
#define LINE_ENOUGH (HOSTS_LINE_MAX - 600)	/* one more event and the frame around them */
#define HEARD_MAX (1 << 20)	/* bytes in one turn of the loop */

struct item {
	struct uuid tenant, uuid;
	const char *entity, *what;	/* the schema's words, and literals */
	int64_t at;
	int count;
	struct uuid from;		/* the till that pushed it: it need not pull */
};

struct box {
	struct item *items;
	int n, room;
	bool lost;			/* it was full, or a line to other servers was broken */
	struct buf heard;		/* lines of theirs */
};

struct events {
	struct apid *apid;
	pthread_mutex_t lock;		/* for the box */
	struct box box;
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
	if (e->box.n == ITEMS_MAX) {
		e->box.lost = true;
		return;
	}
	if (e->box.n == e->box.room) {
		e->box.room = MAX(2 * e->box.room, 64);
		e->box.items = x_realloc(e->box.items, sizeof *e->box.items * (size_t)e->box.room);
	}
	e->box.items[e->box.n++] = *item;
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

static void recheck(struct events *e, struct uuid tenant)
{
	struct wire_peer *to = notify_realtimed(e->apid->notify);
	struct wire_msg m = { .type = WIRE_RECHECK };

	m.v[RECHECK_TENANT] = (struct wire_value){ .set = true, .u = events_shop(e->apid, tenant) };
	cache_clear(e->apid->cache);
	if (to)
		wire_send(to, &m);
}

/* --- out --- */

/* A list of events of one shop, on its way. */
typedef void list_fn(struct events *e, struct uuid tenant, const char *list);

static void to_clients(struct events *e, struct uuid tenant, const char *list)
{
	struct wire_peer *to = notify_realtimed(e->apid->notify);
	struct wire_msg m = { .type = WIRE_EVENTS };

	m.v[EVENTS_TENANT] = (struct wire_value){ .set = true, .u = events_shop(e->apid, tenant) };
	m.v[EVENTS_LIST] = (struct wire_value){ .set = true, .s = list };
	if (to)
		wire_send(to, &m);
}

static void to_hosts(struct events *e, struct uuid tenant, const char *list)
{
	struct buf line = { 0 };

	jw_open(&line, '{');
	jw_put_uuid(&line, "tenant", tenant);
	jw_name(&line, "list");
	jw_raw(&line, list, strlen(list));
	jw_close(&line, '}');
	hosts_tell(e->apid->hosts, line.data);
	buf_release(&line);
}

static void send_list(struct events *e, struct uuid tenant, struct buf *list, list_fn *send)
{
	if (list->len == 0)
		return;
	jw_close(list, ']');
	send(e, tenant, list->data);
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

/* In lists of one shop each; what is secret only between servers. */
static void send_items(struct events *e, const struct item *items, int n, bool secrets, size_t enough, list_fn *send)
{
	struct buf list = { 0 };

	for (int i = 0; i < n; i++) {
		const struct consequence *c = consequence_of(items[i].entity);

		if (i > 0 && (list.len > enough || !uuid_eq(items[i].tenant, items[i - 1].tenant)))
			send_list(e, items[i - 1].tenant, &list, send);
		if (secrets || !c || !c->secret)
			add(&list, &items[i]);
	}
	if (n > 0)
		send_list(e, items[n - 1].tenant, &list, send);
	buf_release(&list);
}

static void consequences_follow(struct events *e, const struct item *items, int n)
{
	for (int i = 0; i < n; i++)
		if (consequence_of(items[i].entity))
			recheck(e, items[i].tenant);
}

/* --- from other servers --- */

/* One event of theirs into the list for clients. */
static void pass_on(struct events *e, struct uuid tenant, struct json event, struct buf *list)
{
	const struct consequence *c;
	struct buf text = { 0 };
	char entity[64];
	const char *name;

	if (json_get_str(event, "event", sizeof entity - 1, &name, NULL) <= 0)
		return;
	snprintf(entity, sizeof entity, "%.*s", (int)strcspn(name, ":"), name);
	c = consequence_of(entity);
	if (c)
		recheck(e, tenant);
	if (c && c->secret)
		return;
	json_print(event, &text);
	jw_raw(list, text.data, text.len);
	buf_release(&text);
}

static void hear(struct events *e, const char *line)
{
	struct pool *pool = pool_new();
	struct buf list = { 0 };
	struct json root, events;
	struct uuid tenant;

	if (json_parse(pool, line, strlen(line), &root, NULL) == 0 && json_get_uuid(root, "tenant", &tenant, NULL) > 0 &&
	    json_get_array(root, "list", ITEMS_MAX, &events, NULL) > 0) {
		jw_open(&list, '[');
		for (size_t i = 0; i < json_len(events); i++)
			pass_on(e, tenant, json_at(events, i), &list);
		if (list.len > 1)
			send_list(e, tenant, &list, to_clients);
	}
	buf_release(&list);
	pool_free(&pool);
}

static void hear_all(struct events *e, char *lines)
{
	char *line;

	while (lines && (line = strsep(&lines, "\n")))
		if (*line)
			hear(e, line);
}

void events_heard(struct events *e, const char *line)
{
	pthread_mutex_lock(&e->lock);
	if (strcmp(line, HOSTS_LOST) == 0 || e->box.heard.len > HEARD_MAX) {
		e->box.lost = true;
	} else {
		buf_str(&e->box.heard, line);
		buf_char(&e->box.heard, '\n');
	}
	pthread_mutex_unlock(&e->lock);
}

void events_lost(struct events *e)
{
	pthread_mutex_lock(&e->lock);
	e->box.lost = true;
	pthread_mutex_unlock(&e->lock);
}

/* --- once a turn --- */

static void all_is_unknown(struct events *e)
{
	struct wire_peer *to = notify_realtimed(e->apid->notify);
	struct wire_msg lost = { .type = WIRE_LOST }, recheck_all = { .type = WIRE_RECHECK };

	cache_clear(e->apid->cache);
	if (!to)
		return;
	wire_send(to, &lost);
	wire_send(to, &recheck_all);
}

/* What has gathered; the box is empty behind it. */
static struct box take(struct events *e)
{
	struct box taken;

	pthread_mutex_lock(&e->lock);
	taken = e->box;
	e->box = (struct box){ 0 };
	pthread_mutex_unlock(&e->lock);
	return taken;
}

void events_send(struct events *e)
{
	struct box now = take(e);

	consequences_follow(e, now.items, now.n);
	send_items(e, now.items, now.n, false, PACKET_ENOUGH, to_clients);
	if (e->apid->hosts)
		send_items(e, now.items, now.n, true, LINE_ENOUGH, to_hosts);
	hear_all(e, now.heard.data);
	if (now.lost)
		all_is_unknown(e);
	free(now.items);
	buf_release(&now.heard);
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
	free(e->box.items);
	buf_release(&e->box.heard);
	free(e);
}
