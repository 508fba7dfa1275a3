/* While apid works on a page of the first load the next one is on its way.  One at
 * most, and for this cycle only; where it is not the one that is wanted after all, or
 * did not come, nothing is lost: it is asked for as ever. */
#include "base/base.h"
#include "syncd/syncd.h"

#include <stdlib.h>

static void clear(struct ahead *a)
{
	free(a->cursor);
	buf_release(&a->body);
	*a = (struct ahead){ .state = AHEAD_NONE };
}

static bool is_whole(const struct answer *a)
{
	return a->why == NULL && a->status == 200;
}

static void on_page(struct answer *a, void *ctx)
{
	struct pump *p = ctx;
	struct ahead *ahead = &p->ahead;
	bool waited = ahead->state == AHEAD_WAITED;

	if (ahead->state == AHEAD_ASKED && is_whole(a)) {
		ahead->state = AHEAD_HERE;
		buf_move(&ahead->body, &a->body);
		return;
	}
	clear(ahead);
	if (waited)
		pump_answered(p, a);
}

void ahead_ask(struct pump *p, const char *path, const char *cursor)
{
	struct ahead *ahead = &p->ahead;
	struct err err = { 0 };

	if (ahead->state != AHEAD_NONE || pump_ask_beside(p, path, on_page, &err) != BEGUN_ASKED)
		return;		/* whoever asks again hears why not */
	ahead->state = AHEAD_ASKED;
	ahead->cursor = x_strdup(cursor);
}

bool ahead_has(const struct pump *p, const char *cursor)
{
	const struct ahead *ahead = &p->ahead;
	bool under_way = ahead->state == AHEAD_ASKED || ahead->state == AHEAD_HERE;

	return under_way && cursor != NULL && strcmp(ahead->cursor, cursor) == 0;
}

bool ahead_take(struct pump *p, struct answer *a)
{
	struct ahead *ahead = &p->ahead;

	if (ahead->state == AHEAD_ASKED) {
		ahead->state = AHEAD_WAITED;
		return false;
	}
	*a = (struct answer){ .status = 200 };
	buf_move(&a->body, &ahead->body);
	clear(ahead);
	return true;
}

void ahead_forget(struct pump *p)
{
	if (p->ahead.state == AHEAD_HERE)
		clear(&p->ahead);
	else if (p->ahead.state != AHEAD_NONE)
		p->ahead.state = AHEAD_UNWANTED;
}

void ahead_release(struct pump *p)
{
	clear(&p->ahead);
}
