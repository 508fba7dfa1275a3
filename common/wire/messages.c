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
	[WIRE_SOCKET] = { "socket", {
		{ "key",	WIRE_STR,	MUST },	/* Sec-WebSocket-Key */
		{ "tenant",	WIRE_UUID,	MUST },
		{ "device",	WIRE_UUID,	MAY },	/* who listens: a till, … */
		{ "user",	WIRE_UUID,	MAY },	/* … a user, with a till's word or a session; or the operator */
		{ "session",	WIRE_STR,	MAY },	/* the hash of his token, in hex */
		{ "expires",	WIRE_INT,	MAY },	/* wall clock, microseconds: 4401 then */
		{ "browser",	WIRE_BOOL,	MUST },	/* a screen: too many events are told as one */
		{ "protocol",	WIRE_STR,	MAY },	/* the subprotocol to answer with */
		{ "since",	WIRE_INT,	MAY },
		{ "epoch",	WIRE_UUID,	MAY },
		{ "early",	WIRE_STR,	MAY },	/* what came behind the request, base64url */
	}, .carries = true },
	[WIRE_TAKEN] = { "taken", { { NULL } } },
	[WIRE_EVENTS] = { "events", {
		{ "tenant",	WIRE_UUID,	MUST },
		{ "list",	WIRE_JSON,	MUST },	/* [{"event", "at", "uuid"?, "count"?, "device"?}] */
	} },
	[WIRE_LOST] = { "lost", { { NULL } } },
	[WIRE_RECHECK] = { "recheck", {
		{ "tenant",	WIRE_UUID,	MAY },	/* absent: everybody */
	} },
	[WIRE_HOLDERS] = { "holders", {
		{ "round",	WIRE_INT,	MUST },
		{ "list",	WIRE_JSON,	MUST },	/* [{"tenant", "device"?, "user"?, "session"?}] */
	} },
	[WIRE_STANDING] = { "standing", {
		{ "round",	WIRE_INT,	MUST },
		{ "list",	WIRE_JSON,	MUST },	/* places in that list, from 0 */
	} },
};
