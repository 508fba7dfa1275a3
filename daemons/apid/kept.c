/* Answers that were just given, for whoever asks the same again: a list that all
 * screens of a shop show is read and written as JSON once, not once a screen.
 *
 * Nothing is kept by time.  An answer is the text of some rows, and the store tells
 * which tables they came from and whether one of these was written since: by a
 * person, by sync, by a restore, it is all one.  The caller was let in before this
 * is asked; what is kept depends on the shop and the words of the request alone.
 *
 * The loop's own: no other thread comes here. */
#include "base/base.h"
#include "apid/call.h"

#include "base/map.h"

#include <stdlib.h>
#include <sys/queue.h>

#define KEY_MAX 512
#define SHARE 8		/* a single answer may take this part of the room */

struct kept_answer {
	TAILQ_ENTRY(kept_answer) in_turn;
	struct seen seen;
	char etag[64];
	size_t key_len, body_len;
	char text[];		/* the key, the body */
};

struct kept {
	const struct store *store;
	struct map by_key;
	TAILQ_HEAD(, kept_answer) list;		/* what was asked for longest ago stands first */
	size_t bytes, max_bytes;
	int64_t given;
};

struct key {
	char text[KEY_MAX];
	size_t len;
};

struct kept *kept_new(const struct store *store, size_t max_bytes)
{
	struct kept *k = x_alloc(sizeof *k);

	k->store = store;
	k->max_bytes = max_bytes;
	TAILQ_INIT(&k->list);
	return k;
}

static size_t size_of(const struct kept_answer *a)
{
	return sizeof *a + a->key_len + a->body_len;
}

static void drop(struct kept *k, struct kept_answer *a)
{
	map_remove(&k->by_key, a->text, a->key_len);
	TAILQ_REMOVE(&k->list, a, in_turn);
	k->bytes -= size_of(a);
	free(a);
}

void kept_free(struct kept **kp)
{
	struct kept *k = *kp;

	if (!k)
		return;
	*kp = NULL;
	while (!TAILQ_EMPTY(&k->list))
		drop(k, TAILQ_FIRST(&k->list));
	map_release(&k->by_key);
	free(k);
}

/* False: this request is not one of those.  An answer made in several stages would
 * be made of more than the last one read. */
static bool key_of(const struct call *c, struct key *key)
{
	struct slice target = c->rq->target;

	if (!c->route->kept || c->handler != c->route->handler || target.len > sizeof key->text - sizeof c->tenant)
		return false;
	memcpy(key->text, &c->tenant, sizeof c->tenant);
	memcpy(key->text + sizeof c->tenant, target.p, target.len);
	key->len = sizeof c->tenant + target.len;
	return true;
}

bool kept_get(struct kept *k, struct call *c)
{
	struct kept_answer *a;
	struct key key;

	if (!key_of(c, &key) || !(a = map_get(&k->by_key, key.text, key.len)))
		return false;
	if (!store_unchanged(k->store, &a->seen)) {
		drop(k, a);
		return false;
	}
	TAILQ_REMOVE(&k->list, a, in_turn);
	TAILQ_INSERT_TAIL(&k->list, a, in_turn);
	buf_add(&c->out, a->text + a->key_len, a->body_len);
	memcpy(c->etag, a->etag, sizeof c->etag);
	k->given++;
	return true;
}

static struct kept_answer *answer_of(const struct call *c, const struct key *key)
{
	struct kept_answer *a = x_alloc(sizeof *a + key->len + c->out.len);

	a->seen = c->seen;
	memcpy(a->etag, c->etag, sizeof a->etag);
	a->key_len = key->len;
	a->body_len = c->out.len;
	memcpy(mempcpy(a->text, key->text, key->len), c->out.data, c->out.len);
	return a;
}

void kept_put(struct kept *k, const struct call *c)
{
	struct kept_answer *a;
	struct key key;

	if (!key_of(c, &key) || c->out.len == 0 || !store_unchanged(k->store, &c->seen))
		return;
	if ((a = map_get(&k->by_key, key.text, key.len)))
		drop(k, a);
	if (sizeof *a + key.len + c->out.len > k->max_bytes / SHARE)
		return;
	a = answer_of(c, &key);
	map_put(&k->by_key, a->text, a->key_len, a);
	TAILQ_INSERT_TAIL(&k->list, a, in_turn);
	k->bytes += size_of(a);
	while (k->bytes > k->max_bytes)
		drop(k, TAILQ_FIRST(&k->list));
}

struct kept_counters kept_count(const struct kept *k)
{
	return (struct kept_counters){ .given = k->given, .bytes = (int64_t)k->bytes };
}
