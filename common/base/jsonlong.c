#include "base/base.h"
#include "base/buf.h"
#include "base/jsonlong.h"

#include <json-c/json.h>

/* --- noting --- */

struct json_long *json_long_begin(struct json_longs *all, const char *inside)
{
	struct json_long *l = pool_alloc(all->pool, sizeof(*l));

	l->ordinal = all->arrays++;
	l->inside.p = inside;
	return l;
}

void json_long_element(struct json_longs *all, struct json_long *l, struct slice element)
{
	if (l->n == l->room) {
		size_t room = MAX(4, 2 * l->room);
		struct slice *more = pool_alloc(all->pool, room * sizeof(*more));

		if (l->n > 0)
			memcpy(more, l->element, l->n * sizeof(*more));
		l->element = more;
		l->room = room;
	}
	l->element[l->n++] = element;
}

void json_long_end(struct json_longs *all, struct json_long *l, const char *end)
{
	l->inside.len = (size_t)(end - l->inside.p);
	if (l->inside.len < JSON_LONG_ARRAY)
		return;
	l->tree = pool_alloc(all->pool, l->n * sizeof(*l->tree));
	*(all->last != NULL ? &all->last->next : &all->first) = l;
	all->last = l;
}

/* --- a tree without them --- */

void json_long_cut(const struct json_longs *all, struct slice text, struct buf *rest)
{
	const char *from = text.p;

	for (const struct json_long *l = all->first; l != NULL; l = l->next) {
		buf_add(rest, from, (size_t)(l->inside.p - from));
		from = l->inside.p + l->inside.len;
	}
	buf_add(rest, from, (size_t)(text.p + text.len - from));
}

static void free_trees(struct json_object *array UNUSED, void *arg)
{
	struct json_long *l = arg;

	for (size_t i = 0; i < l->n; i++)
		json_object_put(l->tree[i]);
}

struct walk {
	const struct json_long *next;
	size_t arrays;
};

/* In the order of the text, as the scanner went. */
static void attach_under(struct walk *w, struct json_object *object, int depth)
{
	json_object_object_foreach(object, name, value)
	{
		(void)name;
		if (json_object_is_type(value, json_type_object) && depth < JSON_LONG_DEPTH)
			attach_under(w, value, depth + 1);
		if (!json_object_is_type(value, json_type_array))
			continue;
		if (w->next != NULL && w->next->ordinal == w->arrays) {
			json_object_set_userdata(value, (void *)w->next, free_trees);
			w->next = w->next->next;
		}
		w->arrays++;
	}
}

void json_long_attach(const struct json_longs *all, struct json_object *root)
{
	struct walk w = { all->first, 0 };

	attach_under(&w, root, 1);
}

struct json_long *json_long_of(struct json_object *node)
{
	return json_object_is_type(node, json_type_array) ? json_object_get_userdata(node) : NULL;
}
