/* CSV in: all of it, or, when somebody asks for that, what is right of it; and
 * first, if they are careful, a dry run that tells what would be done. */
#include "base/base.h"
#include "apid/call.h"

static int asked(const struct call *c, const char *name, bool *yes, struct err *err)
{
	int64_t value = 0;

	if (http_query_int(c->rq, name, 0, 1, &value, err) < 0)
		return -1;
	*yes = value;
	return 0;
}

static void put_report(const struct import_report *r, bool stored, struct buf *out)
{
	jw_open(out, '{');
	jw_put_int(out, "rows", r->rows);
	jw_put_int(out, "created", r->created);
	jw_put_int(out, "changed", r->changed);
	jw_put_int(out, "unchanged", r->unchanged);
	jw_put_int(out, "refused", r->refused);
	jw_put_bool(out, "stored", stored);
	jw_name(out, "errors");
	jw_open(out, '[');
	if (r->errors.len)
		jw_raw(out, r->errors.data, r->errors.len);
	jw_close(out, ']');
	jw_close(out, '}');
}

int h_import(struct call *c, struct err *err)
{
	struct write w = call_write(c);
	struct import_report r = { 0 };
	int rows_max = (int)conf_int(c->apid->conf, "import_rows"), rc;
	bool dry, skip, stays;

	if (asked(c, "dry_run", &dry, err) < 0 || asked(c, "skip_errors", &skip, err) < 0)
		return -1;
	rc = import_csv(&w, strrchr(c->route->key.pattern, '/') + 1, c->rq->body, rows_max, &r, err);
	stays = rc == 0 && !dry && (r.refused == 0 || skip);
	if (rc == 0)
		put_report(&r, stays, &c->out);
	buf_release(&r.errors);
	return rc < 0 ? -1 : stays ? 200 : CALL_UNDO;
}
