/* What the shop's data is: tables, columns, values, rows, documents.
 *
 * tables.c is the one description.  From it come the DDL of both engines, the
 * statements (store/stmt.c), JSON in and out, validation, the order in which
 * rows are applied, who wins, and the canonical form that digests are made of.
 *
 *	tables.c	THE description: every table, in order
 *	records.c documents.c local.c	their columns
 *	schema.c	finding a table or column; schema_check() at start
 *	ddl.c		table -> CREATE TABLE and CREATE INDEX, for either engine
 *	doors.[ch]	the wall between shops in PostgreSQL, and what is asked over it
 *	row.c		rows and documents in memory
 *	stamps.c	when each column was last changed
 *	rowjson.c	rows and documents <-> JSON
 *	canon.c		the canonical bytes of a row, and their hash
 */
#ifndef SCHEMA_SCHEMA_H
#define SCHEMA_SCHEMA_H

#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/json.h"
#include "base/pool.h"
#include "base/uuid.h"

/* --- the description --- */

enum col_type {
	COL_TEXT,
	COL_INT,
	COL_MONEY,	/* minor units */
	COL_QTY,	/* thousandths */
	COL_RATE,	/* basis points */
	COL_BOOL,	/* 0 or 1 */
	COL_TIME,	/* microseconds since 1970; RFC 3339 in JSON */
	COL_UUID,	/* an identity that is not checked */
	COL_REF,	/* the uuid of a row of `parent`, which must exist */
	COL_WORD,	/* one of `words` */
	COL_JSON,	/* any JSON value, kept as its text */
	COL_BLOB,	/* bytes; local tables only */
};

#define COL_REQUIRED 1u	/* never null; a creator must send it unless it has a default */
#define COL_SECRET 2u	/* synced, but never shown over REST */
#define COL_SERVER 4u	/* set by servers only: a person's request may not carry it */
#define COL_FIXED 8u	/* given at creation, not changed by PATCH */
#define COL_NATURAL 16u	/* unique among the living when a person writes; a twin made elsewhere is kept */
#define COL_SEARCH 32u	/* looked at by ?q= */

#define EXAMPLE_UUID "0191d5a0-0000-7000-8000-000000000001"

struct column {
	const char *name;
	enum col_type type;
	unsigned flags;
	const char *parent;		/* COL_REF: the table */
	const char *const *words;	/* COL_WORD: NULL-terminated */
	int64_t min, max;		/* numbers: range; text: least and most characters */
	const char *def;		/* default for a creator, as text; NULL: none */
	const char *example;		/* JSON, for the contract; NULL: one by type */
	unsigned fill;			/* a server may fill it in: its bit in the document's `filled` */
};

#define FILL_AT 1u
#define FILL_NUMBER 2u
#define FILL_PRICE 4u
#define FILL_REFUND 8u
#define FILL_QTY 16u

enum rule {
	NEWEST_WINS,	/* a record: edited by people, the later (updated_at, origin) stands */
	INSERT_ONCE,	/* a document: written once, with its parts, never changed */
	PART,		/* a line of documents: key (tenant, doc, pos) */
	DERIVED_PART,	/* the same, made by servers: provisional on a till, final on the hub */
	LOCAL,		/* this server's own affair, never synced; `key` is its primary key */
};

#define SYNCED_MAX 32	/* records and documents together */
#define PARTS_MAX 6
#define COLUMNS_MAX 32

struct table {
	const char *name;		/* in SQL: "products"; also in REST paths, with dashes */
	const char *entity;		/* in events: "product" */
	const char *member;		/* a part's name inside its document: "lines" */
	enum rule rule;
	const struct column *columns;	/* ends with a NULL name */
	const char *key;		/* LOCAL: "tenant, token" */
	const char *const *indexes;	/* NULL-terminated: "(tenant, sku)", "UNIQUE (…)", "… WHERE …" */
	const char *const *parts;	/* INSERT_ONCE: names of its part tables, NULL-terminated */
	int rank;			/* synced: its place among the others, as a number that stays */
	bool first;			/* a first load brings it before history: with these the till can sell */
};

/* Parents stand above their children, so array order is apply order. */
extern const struct table schema[];	/* ends with a NULL name */
/* Records have ranks below; documents share one stage behind them, where time decides. */
#define RANK_DOCUMENTS 300
#define RANK_STAGE "(CASE WHEN tbl < 300 THEN tbl ELSE 300 END)"
#define SCHEMA_VERSION 4

/* The columns that every synced table has behind its own. */
extern const struct column sync_columns[];

const struct table *schema_table(const char *name);		/* NULL if there is none */
const struct table *schema_synced(struct slice name);		/* only records and documents */
int schema_index(const struct table *t);			/* its place in schema[], in this version */
const struct table *schema_ranked(int64_t rank);		/* the synced table of that rank, or NULL */
int schema_count(void);
int table_columns(const struct table *t);			/* how many of its own */
int table_column(const struct table *t, const char *name);	/* index, or -1 */
const struct table *table_part(const struct table *t, int i);	/* NULL behind the last */
/* The column that says whose shop a row is; NULL: nobody's. */
const char *table_owner(const struct table *t);
static inline bool table_is_synced(const struct table *t)
{
	return t->rule == NEWEST_WINS || t->rule == INSERT_ONCE;
}
static inline bool table_is_part(const struct table *t)
{
	return t->rule == PART || t->rule == DERIVED_PART;
}
/* Panics when the description contradicts itself: our bug, found at start. */
void schema_check(void);

enum engine { ENGINE_SQLITE, ENGINE_POSTGRES, ENGINES };
/* Statements separated by ";\n" that make this table and its indexes. */
void ddl_table(const struct table *t, enum engine engine, struct buf *out);
/* The same for what an older table lacks; an index that is there stays. */
void ddl_column(const struct table *t, const struct column *c, enum engine engine, struct buf *out);
void ddl_indexes(const struct table *t, struct buf *out);

/* PostgreSQL: the wall between shops.  Whatever a statement asks for, it sees and
 * writes rows of the tenant in this setting only; without it, none. */
#define SHOP_SETTING "fexl.tenant"
/* Raises it, again perhaps, around the tables of a schema; `role` may use them.
 * To be run by their owner. */
void ddl_wall(const char *in_schema, const char *role, struct buf *out);
/* What it is made of, as lists with commas, and how many that are together. */
int wall_names(struct buf *tables, struct buf *functions);

/* --- values --- */

enum val_type { VAL_NULL, VAL_INT, VAL_TEXT, VAL_UUID, VAL_BLOB };

/* A value on its way to or from SQL.  Text and bytes are views. */
struct val {
	enum val_type type;
	uint32_t len;
	union {
		int64_t i;
		const char *s;
		struct uuid u;
	};
};

static inline struct val v_null(void) { return (struct val){ .type = VAL_NULL }; }
static inline struct val v_int(int64_t i) { return (struct val){ .type = VAL_INT, .i = i }; }
static inline struct val v_uuid(struct uuid u) { return (struct val){ .type = VAL_UUID, .u = u }; }
static inline struct val v_uuid_or_null(struct uuid u) { return uuid_is_zero(u) ? v_null() : v_uuid(u); }
static inline struct val v_text_n(const char *s, size_t n) { return (struct val){ .type = VAL_TEXT, .s = s, .len = (uint32_t)n }; }
static inline struct val v_text(const char *s) { return s ? v_text_n(s, strlen(s)) : v_null(); }
static inline struct val v_blob(const void *p, size_t n) { return (struct val){ .type = VAL_BLOB, .s = p, .len = (uint32_t)n }; }
bool val_eq(struct val a, struct val b);
struct val val_keep(struct pool *pool, struct val v);	/* a copy whose bytes live in pool */

/* --- rows and documents --- */

/* One version of a synced row.  Zero is a sensible value everywhere. */
struct row {
	const struct table *table;
	struct uuid uuid;
	struct val v[COLUMNS_MAX];	/* in the order of table->columns */

	int64_t updated_at;		/* when a person changed it, by the clock of _origin */
	struct uuid origin;		/* the server that stored this version */
	const char *stamps;		/* JSON {"column": microseconds}; NULL: all as updated_at */
	const char *extra;		/* JSON of columns this version does not know; NULL: none */
	int64_t deleted_at;		/* a tombstone, if not 0 */

	int64_t seq;			/* the hub's change number; 0: the hub has not got it */
	bool dirty;
	int64_t rev;			/* raised by each local write */
	int64_t base_at;		/* what a dirty version was made from; 0: from nothing */
	struct uuid base_origin;
	int64_t synced_at;
	int64_t cloud_id;
	struct uuid by;			/* the user who made this version; zero: a server */
	int64_t id;			/* this database's own number */
};

struct part_rows {
	const struct table *table;
	struct val *v;		/* n rows of table_columns(table) values */
	int n;
};

/* A document is one unit: head and parts together, or nothing. */
struct doc {
	struct row head;
	struct part_rows part[PARTS_MAX];	/* in the order of table->parts; a record has none */
};

struct val row_get(const struct row *r, const char *column);	/* panics on an unknown name */
void row_set(struct row *r, const char *column, struct val v);
int64_t row_int(const struct row *r, const char *column);	/* 0 for null */
const char *row_text(const struct row *r, const char *column);	/* NULL for null; terminated */
struct uuid row_uuid(const struct row *r, const char *column);	/* zero for null */
unsigned row_filled(const struct row *head);	/* FILL_… bits; 0 where nobody fills anything in */
struct row row_keep(struct pool *pool, const struct row *r);

struct part_rows *doc_part(struct doc *d, const char *member);	/* "lines"; panics if unknown */
struct part_rows *doc_part_if(struct doc *d, const char *member);	/* NULL where this kind has none */
/* Makes room for n rows of nulls. */
struct val *part_make(struct pool *pool, struct part_rows *p, int n);
struct val *part_row(const struct part_rows *p, int i);
struct val part_get(const struct part_rows *p, int i, const char *column);
void part_set(struct part_rows *p, int i, const char *column, struct val v);
int64_t part_int(const struct part_rows *p, int i, const char *column);
struct uuid part_uuid(const struct part_rows *p, int i, const char *column);

void doc_init(struct doc *d, const struct table *t);

/* Did people enter the same?  What servers set, derived, or filled in on
 * either side does not count. */
bool doc_same_entered(const struct doc *a, const struct doc *b);

/* Which version stands: > 0 if a is later by (updated_at, origin), 0 if the
 * same, < 0 if b is.  The only place that knows the rule. */
int version_cmp(int64_t a_at, struct uuid a_origin, int64_t b_at, struct uuid b_origin);

/* --- stamps --- */

struct stamps {
	const struct row *row;
	struct json json;
};
void stamps_read(struct pool *pool, const struct row *r, struct stamps *s);
int64_t stamps_of(const struct stamps *s, const char *column);
int64_t stamps_of_extra(const struct stamps *s);	/* of all that this version does not know */
int64_t stamps_latest(const struct stamps *s);		/* when somebody last said what the row is like */
const char *stamps_text(struct pool *pool, const struct table *t, const int64_t *at, int64_t extra);
/* Of a version made from `before`; changed: bits of columns that get `at`. */
const char *stamps_after(struct pool *pool, const struct row *before, uint32_t changed, int64_t at);
/* Those later than `from` go back by `by`, stay behind it, and are `most` at most. */
const char *stamps_moved(struct pool *pool, const struct row *r, int64_t from, int64_t by, int64_t most);

/* --- JSON --- */

enum json_form {
	FORM_REST,	/* for people's programs: no secrets, no sync columns but updated_at */
	FORM_SYNC,	/* for the other server: every synced column, secrets too */
};

/* The members of a row (or document with its parts), inside an open object. */
void doc_json(const struct doc *d, enum json_form form, struct buf *out);
void doc_json_entered(const struct doc *d, struct buf *out);	/* for people, without what servers derived */
void row_json(const struct row *r, enum json_form form, struct buf *out);
void part_json(const struct table *t, const struct val *v, struct buf *out);

/* What a person sends to create or change a record: unknown, server-set and
 * wrong members are errors naming the field.  changed_r has a bit per column
 * that was sent.  Defaults are filled in when `creating`. */
int row_from_rest(struct pool *pool, const struct table *t, struct json body, bool creating,
		  struct row *r, uint32_t *changed_r, struct err *err) MUST_CHECK;
/* One column from its JSON value; missing and null are null, unless required. */
int column_from_json(struct pool *pool, const struct column *c, struct json value, const char *what, struct val *v, struct err *err) MUST_CHECK;
/* "/name", as an error calls a member; a long name is cut. */
#define POINTER_MAX 80
void member_pointer(char what[POINTER_MAX], const char *name);
/* The same for one line of a document. */
int part_from_rest(struct pool *pool, const struct table *t, struct json line, struct val *v, struct err *err) MUST_CHECK;

/* What another server sends.  Unknown members go to row.extra. */
int doc_from_sync(struct pool *pool, struct json j, struct doc *d, struct err *err) MUST_CHECK;
/* The sync form of one version, a whole object. */
void doc_to_sync(const struct doc *d, struct buf *out);

/* --- canonical form --- */

/* The synced columns as bytes that are the same on every engine and server:
 * stamp, origin, tombstone, table, uuid, then each column by name order with
 * its length; unknown columns and all parts too. */
void doc_canon(const struct doc *d, struct buf *out);
/* Only the derived parts. */
void doc_canon_derived(const struct doc *d, struct buf *out);

#endif
