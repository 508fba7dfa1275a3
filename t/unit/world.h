/* The world around one fexl-syncd: a till's database, an apid that writes it,
 * and a cloud.  Apid and the cloud are played by the test over real sockets;
 * what they answer by themselves keeps everything going, and a quirk lets either
 * misbehave for a while. */
#ifndef UNIT_WORLD_H
#define UNIT_WORLD_H

#include "fixture.h"
#include "http/http.h"
#include "wire/wire.h"

#define PATIENCE_MS 15000
#define LICENSE "FEXL-ABCD-EFGH-JKMN-PQRS"

struct heard {			/* a request that came */
	char what[300];		/* "GET /api/sync/health?pending=0&cursor=0" */
	char *body;		/* as text */
	bool token, packed;
	int64_t at;		/* boot time */
};

struct quirk {
	const char *path;	/* the beginning of what, without the method */
	int status;		/* -1: no answer at all, for ever */
	const char *type, *body;
	size_t zeros;		/* behind body: so many bytes 0 */
	const char *header, *value;
	int times;		/* how often; 0: always */
	bool off;
};

#define SEEN_MAX 4000
#define QUIRKS_MAX 8

struct world {
	struct fixture *f;
	struct event_base *base;
	struct http_server *cloud, *apid;
	struct wire_hub *wire;
	char url[100];			/* the cloud's */
	uint8_t key[32], public_key[32];
	pid_t syncd;
	struct heard seen[SEEN_MAX];
	int n_seen;
	struct quirk quirk[QUIRKS_MAX];
	int n_quirks;

	/* the cloud */
	const char *device;		/* "pending", "approved", "revoked" */
	struct uuid epoch, hub;
	int64_t clock_ahead;		/* of ours */
	int pages;			/* of a first load */
	int unauthorized;		/* tokens that it did not believe */
	int64_t seq;			/* how far it has numbered its changes */
	bool wrong_clock;		/* it refuses one push for the clock */

	/* apid */
	int applied, confirmed, restamped, done;
	char state[32], text[256];	/* what syncd said last */
	int said;
};

#define WORLD(test) cmocka_unit_test_setup_teardown(test, world_up, world_down)
int world_up(void **state);		/* *state: the engine, then the struct world */
int world_down(void **state);		/* looks for secrets in the log */

void world_pair(struct world *w);	/* as fexlctl pair leaves it: registering, licence in its file */
void world_approved(struct world *w);	/* paired, approved, loaded */
void world_start(struct world *w, ...);	/* environment: name, value, …, NULL */
int world_stop(struct world *w);	/* SIGTERM; the exit status, -1 if it did not end */
int world_wait(struct world *w);	/* the same without the signal */

struct quirk *world_quirk(struct world *w, struct quirk r);
void world_cloud_gone(struct world *w);	/* nobody listens any more */
void world_cloud_back(struct world *w);
void world_apid_gone(struct world *w);
void world_apid_back(struct world *w);
void world_customers(struct world *w, int n);	/* written here, committed, not told */
void world_changed(struct world *w, bool by_sync);
void world_kick(struct world *w);

/* Runs the world until it holds; fails after PATIENCE_MS. */
bool world_runs(struct world *w, bool (*holds)(struct world *w, const void *arg), const void *arg, int ms);
#define until(w, holds, arg) assert_true(world_runs(w, holds, arg, PATIENCE_MS))
void world_run(struct world *w, int ms);

/* Conditions */
bool has_seen(struct world *w, const void *what);	/* the beginning of a request, "POST /api/sync/push" */
bool has_state(struct world *w, const void *state);	/* over wire */
int count_seen(const struct world *w, const char *what);
const struct heard *last_seen(const struct world *w, const char *what);
void world_forget(struct world *w);			/* what was seen */

/* world-play.c */
void world_request(struct http_request *rq, void *world);
void world_message(struct wire_peer *peer, const struct wire_msg *m, void *world);

/* A request to syncd's own socket; the body as JSON. */
struct reply {
	int status;
	struct json body;
};
struct reply world_ask(struct world *w, const char *method, const char *path);
struct json world_status(struct world *w);
bool log_has(struct world *w, const char *text);

#endif
