/* What became of a file, line by line: nothing disappears without a word. */
#include "base/base.h"
#include "fexlctl/import.h"

#include <errno.h>

#define REASONS_MAX 256

struct reasons {
	struct {
		const char *text;
		size_t lines;
	} list[REASONS_MAX];
	size_t n;
};

static void reason_count(struct reasons *rs, const char *text)
{
	size_t i = 0;

	/* In case of very many the last one stands for the rest. */
	while (i < rs->n && i < REASONS_MAX - 1 && rs->list[i].text != text && strcmp(rs->list[i].text, text) != 0)
		i++;
	if (i == rs->n)
		rs->list[rs->n++].text = text;
	rs->list[i].lines++;
}

static void reasons_collect(const struct plan *p, struct reasons *rs)
{
	*rs = (struct reasons){ .n = 0 };
	for (size_t i = 0; i < p->n_lines; i++)
		if (p->lines[i].reason != NULL)
			reason_count(rs, p->lines[i].reason);
}

/* --- as JSON --- */

/* What the plan makes of one kind: sales or returns. */
struct made {
	size_t documents, refused, lines;
	int64_t amount;
};

static struct made made_of(const struct plan *p, bool returns)
{
	struct made m = { 0 };

	for (size_t i = 0; i < p->n_sales; i++) {
		if (p->sales[i].is_return != returns)
			continue;
		m.documents++;
		m.refused += p->sales[i].n_lines == 0;
		m.lines += p->sales[i].n_lines;
		m.amount += p->sales[i].total;
	}
	return m;
}

static void put_size(struct buf *out, const char *name, size_t n)
{
	jw_put_int(out, name, (int64_t)n);
}

static void put_documents(const char *name, const struct made *m, const struct import_count *n, struct buf *out)
{
	jw_name(out, name);
	jw_open(out, '{');
	put_size(out, "total", m->documents);
	put_size(out, "posted", n->posted);
	put_size(out, "duplicate", n->duplicate);
	put_size(out, "refused", m->refused);
	jw_close(out, '}');
}

static void put_counts(const struct import *im, struct buf *out)
{
	struct made sales = made_of(im->plan, false), returns = made_of(im->plan, true);

	put_documents("invoices", &sales, &im->invoices, out);
	put_documents("returns", &returns, &im->returned, out);
	jw_name(out, "lines");
	jw_open(out, '{');
	put_size(out, "total", im->plan->n_lines);
	put_size(out, "sold", sales.lines);
	put_size(out, "returned", returns.lines);
	put_size(out, "refused", im->plan->n_lines - sales.lines - returns.lines);
	jw_close(out, '}');
	jw_put_int(out, "amount_sold", sales.amount);
	jw_put_int(out, "amount_returned", returns.amount);
}

/* In the shop now: made by this run or by an earlier one. */
static void put_records(const struct import *im, struct buf *out)
{
	put_size(out, "products", im->dry_run ? im->plan->n_products : im->products.posted + im->products.duplicate);
	put_size(out, "customers", im->dry_run ? im->plan->n_customers : im->customers.posted + im->customers.duplicate);
	put_size(out, "purchases", im->dry_run ? (im->n_stock + DOCUMENT_LINES_MAX - 1) / DOCUMENT_LINES_MAX :
				   im->purchases.posted + im->purchases.duplicate);
	jw_name(out, "made_now");
	jw_open(out, '{');
	put_size(out, "products", im->products.posted);
	put_size(out, "customers", im->customers.posted);
	put_size(out, "purchases", im->purchases.posted);
	jw_close(out, '}');
}

static void put_reasons(const struct reasons *rs, struct buf *out)
{
	jw_name(out, "refused");
	jw_open(out, '{');
	for (size_t i = 0; i < rs->n; i++) {
		jw_str(out, rs->list[i].text, strlen(rs->list[i].text));
		buf_char(out, ':');
		jw_int(out, (int64_t)rs->list[i].lines);
	}
	jw_close(out, '}');
}

static void put_untracked(const struct plan *p, struct buf *out)
{
	jw_name(out, "not_kept_in_stock");
	jw_open(out, '[');
	for (size_t i = 0; i < p->n_products; i++)
		if (!p->products[i].tracked)
			jw_str(out, p->products[i].sku, strlen(p->products[i].sku));
	jw_close(out, ']');
}

static struct json summary_json(struct import *im, const struct reasons *rs)
{
	struct buf out = { 0 };

	jw_open(&out, '{');
	jw_put_int(&out, "schema", 1);
	jw_put_bool(&out, "dry_run", im->dry_run);
	put_counts(im, &out);
	put_records(im, &out);
	put_reasons(rs, &out);
	put_untracked(im->plan, &out);
	put_size(&out, "converted_from_latin1", im->plan->converted);
	put_size(&out, "refused_by_server", im->products.refused + im->customers.refused + im->purchases.refused +
					    im->invoices.refused + im->returned.refused);
	jw_close(&out, '}');
	return json_made(im->c, &out);
}

/* --- for people --- */

static const struct column summary_fields[] = {
	{ "Invoices", "invoices.total", SHOW_COUNT },
	{ "  posted now", "invoices.posted", SHOW_COUNT },
	{ "  here already", "invoices.duplicate", SHOW_COUNT },
	{ "  refused", "invoices.refused", SHOW_COUNT },
	{ "Returns", "returns.total", SHOW_COUNT },
	{ "  posted now", "returns.posted", SHOW_COUNT },
	{ "  here already", "returns.duplicate", SHOW_COUNT },
	{ "  refused", "returns.refused", SHOW_COUNT },
	{ "Lines", "lines.total", SHOW_COUNT },
	{ "  sold", "lines.sold", SHOW_COUNT },
	{ "  returned", "lines.returned", SHOW_COUNT },
	{ "  refused", "lines.refused", SHOW_COUNT },
	{ "Amount sold", "amount_sold", SHOW_HUNDREDTHS },
	{ "Amount returned", "amount_returned", SHOW_HUNDREDTHS },
	{ "Products", "products", SHOW_COUNT },
	{ "Customers", "customers", SHOW_COUNT },
	{ "Purchases", "purchases", SHOW_COUNT },
	{ "Not in stock", "not_kept_in_stock", SHOW_WORDS },
	{ NULL }
};

static const struct column reason_columns[] = {
	{ "LINES", "lines", SHOW_COUNT }, { "REFUSED BECAUSE", "reason", SHOW_TEXT }, { NULL }
};

static struct json reasons_json(struct ctl *c, const struct reasons *rs)
{
	struct buf out = { 0 };

	jw_open(&out, '[');
	for (size_t i = 0; i < rs->n; i++) {
		jw_open(&out, '{');
		jw_put_str(&out, "reason", rs->list[i].text);
		put_size(&out, "lines", rs->list[i].lines);
		jw_close(&out, '}');
	}
	jw_close(&out, ']');
	return json_made(c, &out);
}

int import_summary(struct import *im)
{
	struct json summary, reasons;
	struct ctl *c = im->c;
	struct reasons rs;

	reasons_collect(im->plan, &rs);
	summary = summary_json(im, &rs);
	c->out->record(c, summary_fields, summary);
	if (!c->out->json && rs.n > 0) {
		reasons = reasons_json(c, &rs);
		print(c, "%s", "");
		c->out->list(c, reason_columns, reasons, reasons);
	}
	if (json_number(summary, "refused_by_server", 0) == 0)
		return END_OK;
	return fail(c, END_REFUSED, arg_given(c, ARG_REPORT) ? NULL : "the same command with --report FILE shows each of them",
		    "import: the server refused %lld requests", (long long)json_number(summary, "refused_by_server", 0));
}

/* --- the report --- */

static void add_line(struct plan *p, const struct plan_line *l, struct buf *out)
{
	size_t ignored = 0;

	buf_printf(out, "%zu,", l->line);
	csv_add(out, slice_of(l->reason));
	buf_char(out, ',');
	csv_add(out, slice_of(l->detail != NULL ? l->detail : ""));
	for (int i = 0; i < l->n_fields; i++) {
		const char *text = input_text(p->pool, l->fields[i], &ignored);

		buf_char(out, ',');
		if (text != NULL)
			csv_add(out, slice_of(text));
		else
			clean_add(out, l->fields[i].p, l->fields[i].len);
	}
	buf_char(out, '\n');
}

static void report_text(const struct import *im, struct buf *out)
{
	struct plan *p = im->plan;

	buf_str(out, "line,reason,detail");
	for (const char *const *name = p->columns; *name != NULL; name++)
		buf_printf(out, ",%s", *name);
	buf_char(out, '\n');
	for (size_t i = 0; i < p->n_lines; i++)
		if (p->lines[i].reason != NULL)
			add_line(p, &p->lines[i], out);
	buf_add(out, im->trouble.data, im->trouble.len);
}

int import_report(struct import *im, const char *path)
{
	struct buf text = { 0 };
	FILE *f = fopen(path, "we");
	bool written;

	if (f == NULL)
		return fail(im->c, END_FAILED, NULL, "--report: cannot write %s: %s", path, strerror(errno));
	report_text(im, &text);
	written = fwrite(text.data, 1, text.len, f) == text.len;
	written = fclose(f) == 0 && written;
	buf_release(&text);
	return written ? 0 : fail(im->c, END_FAILED, NULL, "--report: cannot write %s: %s", path, strerror(errno));
}
