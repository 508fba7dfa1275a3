/* What must be found out before it is known whose shop is meant, and what is
 * about all shops: the only questions that look over the wall between them.
 *
 * Where there is no wall a door is its statement.  On a hub's PostgreSQL it is a
 * function that runs with the rights of the tables' owner, over a fixed
 * search_path, and tells what its columns say and nothing else.  A door that is
 * changed needs a new SCHEMA_VERSION: functions are made with the tables. */
#ifndef SCHEMA_DOORS_H
#define SCHEMA_DOORS_H

#include "schema/schema.h"

enum door_id {
	DOOR_SESSION,	/* $1 a token's hash: tenant, user, when it ends */
	DOOR_SHOPS,	/* every tenant, in the order in which they are locked */
	DOOR_TENANTS,	/* for the platform: uuid, name, status, seq, created_at */
	DOOR_DEVICE,	/* $1 a device: the tenant where it may do most */
	DOOR_ROSTER,	/* for the operator: ROSTER, $1 the hour from which on is counted */
	DOOR_NUMBERS,	/* $1 before when, $2 how many: tenants whose reserved numbers nobody used */
	DOOR_NEXT_SHOP,	/* $1 a tenant: the one behind it */
	DOORS
};

struct door {
	const char *name;
	const char *takes;	/* PostgreSQL: types of its arguments … */
	const char *gives;	/* … and its columns */
	const char *plain;	/* the statement … */
	const char *over;	/* … and how it is asked where a wall stands: db_door() */
};
extern const struct door doors[DOORS];

/* What waits for a person first, then who was here last, then the past. */
#define ROSTER(where)                                                                                      \
	"SELECT d.uuid, d.tenant, d.name, d.os, d.version, d.last_seen, d.status, d.code, d.prefix, "      \
	"s.pushed, s.pulled, s.conflicts, d.pending, d.alarm, d.cursor FROM devices d "                    \
	"LEFT JOIN (SELECT tenant, device, CAST(sum(pushed) AS bigint) AS pushed, "                        \
	"CAST(sum(pulled) AS bigint) AS pulled, CAST(sum(conflicts) AS bigint) AS conflicts "              \
	"FROM device_stats WHERE hour > $1 GROUP BY tenant, device) s "                                    \
	"ON s.tenant = d.tenant AND s.device = d.uuid " where                                              \
	" ORDER BY CASE d.status WHEN 'pending' THEN 0 WHEN 'approved' THEN 1 ELSE 2 END, "                \
	"COALESCE(d.last_seen, d.asked_at) DESC, d.uuid"

#endif
