/* Values in PostgreSQL's binary form: whole numbers big-endian, the rest as it is.
 *
 * Our columns are bigint, uuid, text and bytea.  The other types here come
 * from expressions: SELECT 1 is an int4, EXISTS (…) a bool, which SQLite both
 * calls INTEGER, and the second argument of substr() wants an int4. */
#include "base/base.h"
#include "store/pgwire.h"

#include "base/log.h"

struct pg_type {
	Oid oid;
	enum val_type val;
	int width;		/* bytes of a number */
};

/* The first of each kind is what ours are sent as, unless the server knows better. */
static const struct pg_type pg_types[] = {
	{ 20, VAL_INT, 8 },		/* bigint */
	{ 2950, VAL_UUID, 0 },
	{ 25, VAL_TEXT, 0 },
	{ 17, VAL_BLOB, 0 },		/* bytea */
	{ 23, VAL_INT, 4 },		/* integer */
	{ 21, VAL_INT, 2 },		/* smallint */
	{ 16, VAL_INT, 1 },		/* boolean */
	{ 1043, VAL_TEXT, 0 },		/* varchar */
	{ 19, VAL_TEXT, 0 },		/* name, of the catalogues */
	{ 2278, VAL_NULL, 0 },		/* void: SELECT pg_notify(…) */
};

static const struct pg_type *type_find(Oid oid)
{
	for (size_t i = 0; i < ARRAY_LEN(pg_types); i++)
		if (pg_types[i].oid == oid)
			return &pg_types[i];
	return NULL;
}

Oid pg_type_of(const struct val *v)
{
	if (v->type == VAL_NULL)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(pg_types); i++)
		if (pg_types[i].val == v->type)
			return pg_types[i].oid;
	panic("a value of type %d", (int)v->type);
}

/* --- out --- */

static bool number_fits(int64_t n, int width)
{
	int64_t limit;

	if (width == 8)
		return true;
	if (width == 1)
		return n == 0 || n == 1;
	limit = (int64_t)1 << (width * 8 - 1);
	return n >= -limit && n < limit;
}

static void number_put(uint8_t *to, int64_t n, int width)
{
	for (int i = width - 1; i >= 0; i--, n >>= 8)
		to[i] = (uint8_t)n;
}

static bool arg_put(struct pg_args *out, int i, const struct val *v, Oid oid)
{
	const struct pg_type *type = type_find(oid);

	if (!type || type->val != v->type)
		return false;
	switch (v->type) {
	case VAL_NULL:
		return false;
	case VAL_INT:
		if (!number_fits(v->i, type->width))
			return false;
		number_put(out->number[i], v->i, type->width);
		out->value[i] = (const char *)out->number[i];
		out->len[i] = type->width;
		return true;
	case VAL_UUID:
		out->value[i] = (const char *)v->u.b;
		out->len[i] = sizeof v->u.b;
		return true;
	case VAL_TEXT:
	case VAL_BLOB:
		out->value[i] = v->s ? v->s : "";	/* NULL would be null, not empty */
		out->len[i] = (int)v->len;
		return true;
	}
	return false;
}

int pg_args_fill(struct pg_args *out, struct args args, const Oid *types)
{
	out->n = args.n;
	out->bytes = 0;
	for (int i = 0; i < args.n; i++) {
		out->value[i] = NULL;
		out->len[i] = 0;
		out->binary[i] = 1;
		if (args.v[i].type != VAL_NULL && !arg_put(out, i, &args.v[i], types[i]))
			return i;
		out->bytes += (size_t)out->len[i];
	}
	return -1;
}

/* --- in --- */

static int64_t number_get(const uint8_t *from, int width)
{
	uint64_t n = from[0] & 0x80 ? UINT64_MAX : 0;

	for (int i = 0; i < width; i++)
		n = n << 8 | from[i];
	return (int64_t)n;
}

struct val pg_val(const PGresult *res, int row, int col)
{
	const struct pg_type *type = type_find(PQftype(res, col));
	const char *p = PQgetvalue(res, row, col);
	size_t len = (size_t)PQgetlength(res, row, col);
	struct uuid u;

	if (!type || PQgetisnull(res, row, col))
		return v_null();
	switch (type->val) {
	case VAL_NULL:
		break;
	case VAL_INT:
		return v_int(number_get((const uint8_t *)p, type->width));
	case VAL_UUID:
		memcpy(u.b, p, sizeof u.b);
		return v_uuid(u);
	case VAL_TEXT:
		return v_text_n(p, len);
	case VAL_BLOB:
		return v_blob(p, len);
	}
	return v_null();
}

int pg_odd_column(const PGresult *res)
{
	for (int i = 0; i < PQnfields(res); i++)
		if (!type_find(PQftype(res, i)))
			return i;
	return -1;
}
