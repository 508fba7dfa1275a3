/* Every message between the daemons, with its fields.  A change here that an
 * older daemon could misread raises WIRE_VERSION. */
#include "base/base.h"
#include "wire/wire.h"

enum { MUST, MAY };

const struct wire_desc wire_desc[WIRE_TYPES] = {
	[WIRE_HELLO] = { "hello", {
		{ "from",	WIRE_STR,	MUST },	/* "fexl-syncd" */
		{ "version",	WIRE_INT,	MUST },
	} },
	[WIRE_CHANGED] = { "changed", {
		{ "tenant",	WIRE_UUID,	MUST },
		{ "entity",	WIRE_STR,	MUST },	/* in the singular: "invoice" */
		{ "uuid",	WIRE_UUID,	MUST },
		{ "event",	WIRE_STR,	MUST },	/* "created", "updated", "deleted" */
		{ "seq",	WIRE_INT,	MAY },	/* the hub's change number, where there is one */
		{ "at",		WIRE_INT,	MUST },	/* microseconds, as all stamps */
		{ "sync",	WIRE_BOOL,	MAY },	/* the rows came by sync: nothing to push */
	} },
	[WIRE_KICK] = { "kick", {
		{ "why",	WIRE_STR,	MUST },
	} },
	[WIRE_STATUS] = { "status", {
		{ "state",	WIRE_STR,	MUST },	/* a word for programs: "offline" */
		{ "text",	WIRE_STR,	MUST },	/* a sentence for people */
		{ "pending",	WIRE_INT,	MAY },	/* rows that the cloud has not got yet */
		{ "detail",	WIRE_JSON,	MAY },
	} },
};
