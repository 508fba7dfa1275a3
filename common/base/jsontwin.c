/* Which member stands twice?  Asked only when it is known that one does, so an
 * honest text pays nothing; and answered by sorting, so a hostile one of a
 * million names costs n log n. */
#include "base/base.h"
#include "base/jsonscan.h"
#include "base/pool.h"

#include <json-c/json.h>
#include <stdlib.h>

struct named {
	size_t object;
	struct slice decoded;
	const char *at;		/* in the text */
};

static int by_place(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

static int by_name(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	size_t common = MIN(x->decoded.len, y->decoded.len);
	int order = memcmp(x->decoded.p, y->decoded.p, common);

	if (x->object != y->object)
		return x->object < y->object ? -1 : 1;
	if (order != 0)
		return order;
	if (x->decoded.len != y->decoded.len)
		return x->decoded.len < y->decoded.len ? -1 : 1;
	return by_place(a, b);
}

/* "a" and "\u0061" are the same name. */
static struct slice decode(struct pool *pool, struct slice text)
{
	struct json_object *string;
	struct slice decoded = text;

	if (memchr(text.p, '\\', text.len) == NULL)
		return text;
	string = json_tokener_parse(pool_printf(pool, "\"%.*s\"", (int)text.len, text.p));
	if (string != NULL) {
		decoded.len = (size_t)json_object_get_string_len(string);
		decoded.p = pool_memdup(pool, json_object_get_string(string), decoded.len);
		json_object_put(string);
	}
	return decoded;
}

static const char *find_twin(struct named *named, size_t n)
{
	const char *first = NULL;

	qsort(named, n, sizeof(*named), by_name);
	for (size_t i = 1; i < n; i++) {
		const struct named *a = &named[i - 1], *b = &named[i];

		if (a->object != b->object || a->decoded.len != b->decoded.len ||
		    memcmp(a->decoded.p, b->decoded.p, a->decoded.len) != 0)
			continue;
		if (first == NULL || b->at < first)
			first = b->at;
	}
	return first;
}

int json_refuse_twin(const char *text, size_t len, size_t members, struct err *err)
{
	struct pool *pool = pool_new();
	struct json_name *names = pool_alloc(pool, members * sizeof(*names));
	struct named *named = pool_alloc(pool, members * sizeof(*named));
	struct json_scan scan = { .names = names };

	if (json_scan(text, len, &scan, err) == 0) {
		for (size_t i = 0; i < members; i++)
			named[i] = (struct named){ names[i].object, decode(pool, names[i].text),
						   names[i].text.p };
		scan = (struct json_scan){ .twin = find_twin(named, members) };
		if (json_scan(text, len, &scan, err) == 0)
			err_set(err, ERR_SYNTAX, "json_duplicate",
				"a name stands twice in one object: send it once");
	}
	pool_free(&pool);
	return -1;
}
