/* The contract, served: GET /openapi.json, OpenAPI 3.1.
 *
 *	openapi.c	the document, from routes[], the description of the tables, and operations[]
 *	operations.c	what each handler does, in words; bodies that are no table's
 *	schemas.c	tables as JSON Schema
 *	shapes.c	other bodies as JSON Schema; examples of all
 */
#ifndef APID_OPENAPI_H
#define APID_OPENAPI_H

#include "apid/call.h"

/* A member of a body.  type: string, integer, boolean, uuid, time, object, array
 * (of objects), strings (an array of them), or a table's name (its row). */
struct member {
	const char *name, *type;
	bool required;
	const char *example;	/* JSON; NULL: by type */
};

enum shape {
	NOTHING,
	ROW,		/* of the route's table: as stored when given, as a creator sends it when taken */
	CHANGES,	/* some members of it */
	LIST_OF_ROWS,	/* {items, next} */
	LIST_OF,	/* the same, of `members` */
	OBJECT,		/* `members` */
	CSV_FILE,
};

struct operation {
	handler_fn *handler;
	const char *does;	/* "%s" stands for the table's entity */
	enum shape takes;
	const struct member *takes_members;
	int status;		/* of success */
	enum shape gives;
	const struct member *gives_members;
};
extern const struct operation operations[];	/* ends with a NULL handler */

#define EXAMPLE_TIME "2026-11-23T09:30:00.000000Z"

/* JSON that is ready. */
static inline void json_put(struct buf *out, const char *json)
{
	jw_raw(out, json, strlen(json));
}

/* Components: {"Product": …, "ProductNew": …, …}, as members of an open object. */
void schemas_of_tables(struct buf *out);
/* One schema object. */
void schema_of_shape(const struct route *r, enum shape shape, const struct member *m, bool taken, struct buf *out);
/* A body that is right: refs are the uuids of the schema's examples. */
void example_of_shape(const struct route *r, enum shape shape, const struct member *m, struct buf *out);

/* --- between schemas.c and shapes.c --- */

enum view { STORED, NEW, CHANGED };
bool column_is_in(const struct column *c, enum view view);
/* What a creator does with a column; about: the member that the path says (struct
 * route), or NULL. */
enum column_use { COLUMN_MAY, COLUMN_MUST, COLUMN_NOT };
enum column_use column_use(const struct table *t, const char *about, const struct column *c);
void column_example(const struct column *c, struct buf *out);
void schema_row(const struct table *t, enum view view, const char *about, struct buf *out);
void schema_type(const char *type, bool nullable, struct buf *out);
void schema_ref(const char *entity, const char *suffix, struct buf *out);
/* "tax_rate" is TaxRate. */
void schema_name(const char *entity, char name[64]);

#endif
