/* The shape of every list. */
#include "base/base.h"
#include "model/lists.h"

#define LIST_BYTES 8000	/* room for the first half of a page at once */

void list_open(struct buf *out)
{
	buf_room(out, LIST_BYTES);
	jw_open(out, '{');
	jw_name(out, "items");
	jw_open(out, '[');
}

void list_close(struct buf *out, const char *next)
{
	jw_close(out, ']');
	jw_put_str(out, "next", next);
	jw_close(out, '}');
}

int list_cursor_uuid(const struct page *page, struct uuid *after, struct err *err)
{
	if (!page->after || uuid_parse(after, page->after, strlen(page->after)) == 0)
		return 0;
	return err_field(err, "/after", "cursor", "after is no cursor of this list: take `next` of the page before");
}
