#include "base/base.h"
#include "base/jsontree.h"

/* --- noting --- */

struct json_long *json_long_begin(struct json_longs *all, const char *inside)
{
	struct json_long *l = pool_alloc(all->pool, sizeof(*l));

	l->inside.p = inside;
	return l;
}

void json_long_element(struct json_longs *all, struct json_long *l, struct slice element)
{
	if (l->n == l->room) {
		size_t room = MAX(4, 2 * l->room);
		struct json_element *more = pool_alloc(all->pool, room * sizeof(*more));

		if (l->n > 0)
			memcpy(more, l->element, l->n * sizeof(*more));
		l->element = more;
		l->room = room;
	}
	l->element[l->n++].text = element;
}

static void drop_all(void *arg)
{
	struct json_long *l = arg;

	for (size_t i = 0; i < l->n; i++)
		json_long_drop(l, i);
}

void json_long_end(struct json_longs *all, struct json_long *l, const char *end)
{
	l->inside.len = (size_t)(end - l->inside.p);
	if (l->inside.len < JSON_LONG_ARRAY)
		return;
	pool_on_free(all->pool, drop_all, l);
	*(all->last != NULL ? &all->last->next : &all->first) = l;
	all->last = l;
}

/* --- reading --- */

struct json_node *json_long_at(struct json_long *l, size_t i)
{
	struct json_element *e;

	if (i >= l->n)
		return NULL;
	e = &l->element[i];
	if (e->pool == NULL) {
		e->pool = pool_new();
		e->tree = json_tree(e->pool, (char *)e->text.p, NULL);
	}
	return e->tree;
}

void json_long_drop(struct json_long *l, size_t i)
{
	if (i >= l->n || l->element[i].pool == NULL)
		return;
	pool_free(&l->element[i].pool);
	l->element[i].tree = NULL;
}
